//! The authorization engine: what may be spent, by whom, and what became of it.
//!
//! A pure function, twice. [`decide`] looks at the [`State`], a command and the time, and answers
//! with events and a reply; it changes nothing. [`State::apply`] takes entries and decides nothing.
//! So the log alone gives the state (I8), and new rules can't change the past.
//!
//! Guarantees: no clock, randomness, disk, network or thread; nothing here blocks or panics; maps
//! are ordered, so the same entries give the same state on every machine. An error inside a step
//! of the ladder refuses. Only [`decide`] on a submission makes an [`Authorized`].
//!
//! Does not guarantee: durability (I2) is the writer's, which must store the events of a
//! [`Decision`] and apply them before it acts on the reply or decides again.
//!
//! The map: `decide` holds the ladder and the life of a payment, `apply` the arrows, `budget` what
//! caps and envelopes count, `tree` who has its budget from whom, `thresholds` what is told when a
//! budget fills, `tiers` and `signals` what a person is asked, `baseline` what is normal for an
//! agent and which payees look like known ones, `grounding` compares a request with what the human
//! asked for, `replay` runs recorded requests through all of it, `policy` tells what a change of
//! policy loosens, `backtest` tries it on the past, `explain` tells why something was decided,
//! `report` adds up who was charged for what; `past` and `keys` are what the state keeps of
//! payments that ended, `snapshot` writes the state as bytes.

mod apply;
mod attempts;
mod authorized;
pub mod backtest;
mod baseline;
mod breakers;
mod budget;
mod charge;
mod decide;
mod error;
pub mod explain;
mod grounding;
mod keys;
mod lookups;
mod now;
mod past;
mod per_day;
pub mod policy;
mod replay;
pub mod report;
mod sessions;
mod signals;
mod snapshot;
mod state;
#[cfg(test)]
mod tests;
mod thresholds;
mod tiers;
mod told;
mod tree;

pub use authorized::Authorized;
pub use baseline::{Normal, Sure};
pub use budget::{BudgetKind, BudgetLine};
pub use charge::charged;
pub use decide::{Decision, Reply, SpendReply, StopReport, Uncounted, decide};
pub use error::{ApplyError, CommandError};
pub use lookups::{check_caller, check_credential, worth};
pub use replay::{OnReview, Replay, ReplayError, ReplayOutcome, ReplayPolicy, ReplayProblem};
pub use sessions::{Session, SessionLine};
pub use snapshot::SnapshotError;
pub use state::{Agent, AgentStatus, Credential, Payment, PaymentStatus, State};
