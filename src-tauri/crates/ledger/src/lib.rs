//! The append-only, tamper-evident log on disk.
