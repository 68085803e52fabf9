//! The words of Purser: ids, money, payees, spend requests, policy, refusals, events and commands.
//!
//! Guarantees: every type here that can be built holds only values that are valid on their own
//! (parse, don't validate); nothing in this crate blocks, reads a clock, a disk or a network, or
//! draws randomness; no type here holds a secret. Lower than every other crate, so it knows none.

mod canonical;
mod command;
mod delegation;
mod event;
mod id;
mod money;
mod payee;
mod policy;
mod policy_file;
mod rate;
mod read;
mod refusal;
mod refusal_words;
mod request;
mod rules;
#[cfg(test)]
mod schema;
mod session;
mod shown;
mod signal;
mod text;
mod time;
mod transfer;

pub use canonical::{CanonicalError, Digest, canonical_json};
pub use command::{AgentDraft, Command, HolderProof, Presented, Resolution};
pub use delegation::{Allocation, Delegation};
pub use event::{
    ApprovalRequirement, Asked, BreakerCause, CostShare, Entry, Event, PaymentStop, Receipt,
    Reservation, StopCause, Tier,
};
pub use id::{AgentId, ApproverId, CredentialId, IdError, PaymentId, SessionId};
pub use money::{Currency, Money, MoneyError};
pub use payee::{Account, Country, Host, Payee, PayeeError, PayeeKey};
pub use policy::{
    AgentPolicy, Interval, Network, PolicyError, SpendingLimit, Tiers, WalletPolicy, Window,
};
pub use policy_file::PolicyFile;
pub use rate::Rate;
pub use refusal::{Refusal, RefusalDetail};
pub use request::{
    Action, Attribution, Category, IdempotencyKey, Label, LabelError, LineItem, RailId, Scope,
    SpendRequest, Task, TaskOrigin, Terms,
};
pub use rules::{Breakers, Condition, ConditionEffect, CostRule, CostSplit, PayeeRule};
pub use session::{SessionActor, SessionEnd, SessionTerms};
pub use shown::Shown;
pub use signal::{Signal, SignalCode, SignalEffect};
pub use text::{Claim, ClaimError, TextPart};
pub use time::Timestamp;
pub use transfer::TransferAuthorization;
