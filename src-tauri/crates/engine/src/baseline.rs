//! What is usual for this wallet, and what departs from it.

pub(crate) mod lookalike;
