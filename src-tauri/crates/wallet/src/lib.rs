//! The running wallet: the writer, the clock, the rails, and what the window shows.
//!
//! Guarantees: every change goes through the one [`writer`]; no rail is asked before the entries
//! behind it are durable (I2); the agents' operations in [`mod@agents`] can only ask, and those in
//! [`owner`] decide. Both are methods of [`Wallet`]: that the gateway calls none of the owner's is
//! held by a test of the gateway, not by a type (I1).
//! Does not guarantee: anything against a program of the same user that reads this process's
//! memory; see docs/known-issues.md.
//!
//! Map: [`host`] is the life of a wallet (absent, locked, unlocked); [`wallet`] an unlocked one;
//! [`agents`] what agents may ask; [`owner`] what the owner decides; [`driver`] takes cleared
//! payments to their rail and finds out about the unknown ones; [`view`] and [`activity`] are what
//! the window shows; [`control`] is the owner's socket for the command line; [`policy_file`] reads
//! policies that people keep in files.

mod activity;
mod agents;
mod clock;
#[cfg(unix)]
pub mod control;
mod csv;
mod driver;
mod explain;
mod faults;
mod history;
mod home;
mod host;
mod limits;
mod lookup;
mod notice;
mod owner;
mod owner_sharing;
mod policies;
pub mod policy_file;
mod random;
mod report;
mod sharing;
mod shown;
mod snapshots;
mod tree;
mod verify;
pub mod view;
mod view_agents;
mod view_build;
mod wallet;
mod writer;

pub use agents::{
    AgentError, AgentIdentity, BudgetState, FetchAsk, FetchState, IssuedCredential, PaymentAsk,
    PaymentState,
};
pub use clock::{Clock, system_clock};
pub use explain::{ExplainAsk, ExplanationView, StepView};
pub use history::{Search, StatementRow, statement_csv};
pub use home::{Home, HomeError};
pub use host::{Host, HostError, HostOptions, Phase};
pub use limits::{AgentLimits, LimitChange, LimitsPlan};
pub use notice::Notice;
pub use owner::{AddedAgent, EntryProof, OwnerError, StopSummary, mcp_snippet};
pub use owner_sharing::OpenedSession;
pub use policies::{PolicyDiff, PolicyVersion};
pub use purser_engine::policy::Direction;
pub use purser_engine::{AgentStatus, BudgetKind, Payment, PaymentStatus};
pub use purser_rails::Delivery;
pub use purser_rails::x402::{FetchRequest, QuoteError};
pub use report::{BacktestRow, BacktestView, ReportView};
pub use sharing::{DelegationAsk, DelegationState, DelegationsState, SessionAsk, SessionState};
pub use shown::{decimal, sentence};
pub use snapshots::{Snapshots, Started};
pub use tree::{TreeBudget, TreeRow};
pub use verify::{LogCheck, LogFinding, LogJudge};
pub use wallet::{OpenError, Wallet};
pub use writer::{ByHand, Heard, Log, ReadBackError, WriteError, Writer, read_back};
