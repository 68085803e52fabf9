//! The pure authorization engine: decide and apply.
