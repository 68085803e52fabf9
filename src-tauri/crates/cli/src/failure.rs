//! How a command fails, and with which exit code.

use purser_domain::RefusalDetail;
use purser_gateway::Problem;
use purser_wallet::HostError;
use std::fmt::Display;

/// Something failed.
pub const OTHER: u8 = 1;
/// Wrong usage.
pub const USAGE: u8 = 2;
/// Refused or declined.
pub const REFUSED: u8 = 3;
/// Waits for a person.
pub const WAITS: u8 = 4;
/// The wallet is not running, locked or absent.
pub const CLOSED: u8 = 5;
/// Wrong passphrase, or no terminal to ask for it.
pub const PASSPHRASE: u8 = 6;
/// A log does not verify.
pub const UNVERIFIED: u8 = 7;
/// The outcome of a payment is not known yet.
pub const UNKNOWN: u8 = 8;

/// Why a command failed.
#[derive(Debug)]
pub struct Failure {
    /// Exit code.
    pub exit: u8,
    /// The failure in words.
    pub detail: Box<RefusalDetail>,
}

impl Failure {
    /// A failure with its parts.
    pub fn new(exit: u8, code: &str, message: impl Display, what_to_do: &str) -> Self {
        let detail = RefusalDetail {
            code: code.to_owned(),
            message: message.to_string(),
            limit: None,
            observed: None,
            what_to_do: what_to_do.to_owned(),
        };
        Self { exit, detail: Box::new(detail) }
    }

    /// Wrong usage.
    pub fn usage(message: impl Display) -> Self {
        Self::new(USAGE, "usage", message, "see `purser --help`")
    }

    /// Any other failure.
    pub fn other(code: &str, message: impl Display, what_to_do: &str) -> Self {
        Self::new(OTHER, code, message, what_to_do)
    }
}

impl From<RefusalDetail> for Failure {
    fn from(detail: RefusalDetail) -> Self {
        Self { exit: exit_of(&detail.code), detail: Box::new(detail) }
    }
}

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        Self::new(exit_of(error.code()), error.code(), &error, error.what_to_do())
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let exit = match problem.status {
            400 | 413 | 415 | 422 => USAGE,
            503 => CLOSED,
            401 | 403 | 404 | 409 | 429 => REFUSED,
            _ => exit_of(&problem.code),
        };
        let detail = RefusalDetail {
            code: problem.code.clone(),
            message: problem.detail.clone(),
            limit: problem.limit.clone(),
            observed: problem.observed.clone(),
            what_to_do: problem.what_to_do.clone(),
        };
        Self { exit, detail: Box::new(detail) }
    }
}

fn exit_of(code: &str) -> u8 {
    match code {
        "wallet_locked" | "wallet_absent" | "wallet_not_running" | "log_unwritable" => CLOSED,
        "wrong_passphrase" => PASSPHRASE,
        _ => OTHER,
    }
}
