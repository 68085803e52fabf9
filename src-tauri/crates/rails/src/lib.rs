//! One trait, one module per payment rail.
