//! What the owner types to look at the past.

use super::OnReview;
use clap::{Args, ValueEnum};
use purser_engine::report::ReportBy;
use std::path::PathBuf;

/// Explaining a decision.
#[derive(Debug, Args)]
pub struct Explain {
    /// The payment, `pay_…`, or the number of an entry.
    pub what: String,
}

/// What the rows of a report are by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum By {
    /// Who is charged.
    CostCenter,
    /// The agent's team.
    Team,
    /// The project.
    Project,
    /// The task.
    Task,
    /// The agent.
    Agent,
    /// The payee.
    Payee,
    /// The merchant category.
    Category,
}

impl By {
    /// The report's own word.
    pub const fn of_report(self) -> ReportBy {
        match self {
            Self::CostCenter => ReportBy::CostCenter,
            Self::Team => ReportBy::Team,
            Self::Project => ReportBy::Project,
            Self::Task => ReportBy::Task,
            Self::Agent => ReportBy::Agent,
            Self::Payee => ReportBy::Payee,
            Self::Category => ReportBy::Category,
        }
    }
}

/// A report.
#[derive(Debug, Args)]
pub struct Report {
    /// Only what was asked from this time on: a date or RFC 3339, in UTC.
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// Only what was asked before this time.
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
    /// Only rows by this. Can be given several times.
    #[arg(long, value_enum)]
    pub by: Vec<By>,
    /// Print CSV.
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
}

/// Trying a policy on the past.
#[derive(Debug, Args)]
pub struct Backtest {
    /// A policy file, see docs/policy.md; with `--agent` one agent's whole policy as JSON.
    pub file: PathBuf,
    /// Try the file as this agent's policy.
    #[arg(long, value_name = "NAME")]
    pub agent: Option<String>,
    /// Try it on the recorded requests in this file (JSON lines as `purser replay` reads), instead
    /// of on the wallet's own past.
    #[arg(long, value_name = "FILE")]
    pub against: Option<PathBuf>,
    /// What a review comes to, of recorded requests.
    #[arg(long, value_enum, default_value = "approve", requires = "against")]
    pub on_review: OnReview,
}

/// Verifying a log.
#[derive(Debug, Args)]
pub struct Verify {
    /// An export: the folder with `entries.jsonl`, `checkpoint` and `log.vkey`. Without it, the
    /// wallet's own log.
    pub dir: Option<PathBuf>,
    /// The verifier key that you trust, instead of the one in the folder.
    #[arg(long, requires = "dir")]
    pub vkey: Option<String>,
}

/// Proving an entry.
#[derive(Debug, Args)]
pub struct Prove {
    /// The entry's place, from 0.
    pub seq: u64,
    /// Write what somebody else needs to check it into a new or empty folder: the entry, the proof
    /// and the verifier key.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// Checking the proof of an entry.
#[derive(Debug, Args)]
pub struct CheckProof {
    /// The folder with `entry.json`, `proof` and `log.vkey`.
    pub dir: PathBuf,
    /// The verifier key that you trust, instead of the one in the folder.
    #[arg(long)]
    pub vkey: Option<String>,
}
