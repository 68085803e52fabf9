//! Helpers shared by the whole-system tests.
//!
//! Guarantees: what a test starts ends with it, by process id, also when the test fails; every wait
//! has a deadline, and [`wait::until`] is the only place that polls; ports are free ones on the
//! loopback. Everything here blocks, and reports what went wrong as a [`Failure`] in one line.

pub mod binary;
pub mod failure;
pub mod http;
pub mod market;
pub mod mcp;
pub mod port;
pub mod program;
pub mod raw;
pub mod signed;
pub mod terminal;
pub mod wait;
pub mod wallet;
pub mod world;

pub use binary::{purser, repository};
pub use failure::Failure;
pub use market::Market;
pub use mcp::McpClient;
pub use program::Program;
pub use signed::Signer;
pub use terminal::Terminal;
pub use wallet::TestWallet;
pub use world::World;
