//! What happened: the bodies of log entries. Replay applies these and decides nothing, so their
//! JSON form is frozen once released: fields may be added with a default, never changed.

mod about;

use crate::canonical::Digest;
use crate::delegation::Allocation;
use crate::id::{AgentId, ApproverId, CredentialId, PaymentId};
use crate::policy::{AgentPolicy, WalletPolicy};
use crate::refusal::Refusal;
use crate::request::{IdempotencyKey, Label, Scope, SpendRequest};
use crate::session::{SessionActor, SessionEnd, SessionTerms};
use crate::shown::Shown;
use crate::signal::Signal;
use crate::text::Claim;
use crate::time::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// One entry of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Place in the log, from 0, without gaps.
    pub seq: u64,
    /// When it was decided. Never before the entry before it.
    pub at_ms: Timestamp,
    /// What the computer's clock said, where that was before `at_ms`: the clock was set back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_ms: Option<Timestamp>,
    /// What happened.
    pub event: Event,
}

impl Entry {
    /// What the computer's clock said. It may be before that of an earlier entry.
    #[must_use]
    pub fn clock(&self) -> Timestamp {
        self.clock_ms.unwrap_or(self.at_ms)
    }
}

/// Who may let a payment pass (A1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// The agent alone.
    Autonomous,
    /// The agent alone, within its envelopes.
    Enveloped,
    /// One approver, asynchronously.
    SingleApprover,
    /// A quorum of approvers, synchronously.
    MultiParty,
}

/// What a reserved payment still needs from people: m of n.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalRequirement {
    /// How many different approvers must approve (m).
    pub needed: u32,
    /// Who may (n). At least `needed` of them.
    pub approvers: Vec<ApproverId>,
    /// What they approve: the digest of the request.
    pub digest: Digest,
    /// When it is declined if too few have approved.
    pub expires_at_ms: Timestamp,
}

/// What a payment holds of its agent's budgets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reservation {
    /// The request, as it came.
    pub request: SpendRequest,
    /// Its worth in the budget currency. `None` when the currency has no rate: a person decides,
    /// and no budget can count it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "rust_decimal::serde::str_option"
    )]
    pub worth: Option<Decimal>,
    /// The tier it fell in.
    pub tier: Tier,
    /// Codes of what put it there: `tier_single_approver`, `review_above`, `unpriced_currency`.
    pub rules: Vec<String>,
    /// What is unusual about the request.
    pub signals: Vec<Signal>,
    /// Who is charged, in the budget currency; empty when the worth is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub charged_to: Vec<CostShare>,
    /// What it needs from people; `None` when the agent may pay alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<ApprovalRequirement>,
    /// The credential it came with; `None` when it came with none, or before the log kept it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presented: Option<Box<Shown>>,
}

/// What a cost centre is charged for a payment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostShare {
    /// Who is charged.
    pub cost_center: Label,
    /// Its part of the worth, in the budget currency. The parts add up to the worth.
    #[serde(with = "rust_decimal::serde::str")]
    pub amount: Decimal,
}

/// What an agent asked of the wallet beside a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// To add a sub-agent.
    Delegate,
    /// To change what a sub-agent holds.
    Allocate,
    /// To open a session.
    OpenSession,
    /// To close a session.
    CloseSession,
}

/// Why a circuit breaker tripped (A9). Amounts are in the budget currency.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "breaker", rename_all = "snake_case")]
pub enum BreakerCause {
    /// Spending in 24 hours far above what is usual for this agent.
    SpendRate {
        /// What the last 24 hours would have come to.
        #[serde(with = "rust_decimal::serde::str")]
        observed: Decimal,
        /// What is usual for 24 hours.
        #[serde(with = "rust_decimal::serde::str")]
        usual: Decimal,
        /// How many times the usual is let pass.
        #[serde(with = "rust_decimal::serde::str")]
        multiple: Decimal,
    },
    /// Refusals in a burst.
    Refusals {
        /// How many were counted.
        observed: u32,
        /// How many are let pass.
        limit: u32,
        /// Within how many minutes.
        minutes: u32,
    },
}

/// Why something was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopCause {
    /// The owner said so.
    Owner,
    /// The agent said so.
    Agent,
    /// Its agent was revoked.
    Revoked,
    /// Its agent was paused.
    Paused,
    /// Everything was frozen.
    Frozen,
    /// A circuit breaker paused its agent.
    Breaker,
    /// The session that it was asked in is over.
    SessionOver,
}

/// How a payment that was not submitted ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum PaymentStop {
    /// A person said no.
    Declined {
        /// Who.
        approver: ApproverId,
        /// What they said, for the agent to read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Claim>,
    },
    /// Nobody decided in time.
    Expired,
    /// It was called off.
    Canceled {
        /// Why.
        cause: StopCause,
    },
}

/// What a rail gave as proof of payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The rail's reference: a transaction hash, an invoice number.
    pub reference: String,
    /// What the merchant or the rail sent, as text. A claim, kept as evidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Claim>,
    /// Whether the wallet checked it against the rail itself, not only the merchant's word.
    pub verified: bool,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The wallet was made. Always entry 0.
    WalletCreated {
        /// The owner, who is the first approver.
        owner: ApproverId,
        /// The first policy.
        policy: WalletPolicy,
    },
    /// The wallet's policy changed.
    WalletPolicySet {
        /// The whole new policy.
        policy: WalletPolicy,
    },
    /// Everything was frozen.
    WalletFrozen {
        /// Payments called off, in the order they were asked.
        canceled: Vec<PaymentId>,
    },
    /// Spending may go on.
    WalletUnfrozen,
    /// An agent was added.
    AgentAdded {
        /// Its id.
        agent: AgentId,
        /// Its name, as the owner gave it; a sub-agent's as its parent did.
        name: Claim,
        /// Its Ed25519 public key, 64 hexadecimal digits.
        holder_key: Digest,
        /// What it may do.
        policy: AgentPolicy,
        /// The agent that handed it part of its budget; `None` for the owner's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent: Option<AgentId>,
        /// What it holds of that agent's budget.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        allocation: Option<Allocation>,
    },
    /// What a sub-agent holds of its parent's budget changed.
    AllocationSet {
        /// Which sub-agent.
        agent: AgentId,
        /// What it holds now; `None` when it was taken back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        allocation: Option<Allocation>,
        /// The parent that did it; `None` for the owner.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<AgentId>,
    },
    /// An agent asked for something else than a payment, and was refused.
    AgentAskRefused {
        /// Who.
        agent: AgentId,
        /// What for.
        asked: Asked,
        /// Why not.
        refusal: Refusal,
    },
    /// A session was opened.
    SessionOpened {
        /// Who spends in it.
        agent: AgentId,
        /// Who opened it.
        by: SessionActor,
        /// How far it goes.
        terms: SessionTerms,
    },
    /// A session ended.
    SessionClosed {
        /// Whose.
        agent: AgentId,
        /// Which.
        session: Label,
        /// How.
        end: SessionEnd,
    },
    /// An agent's policy changed.
    AgentPolicySet {
        /// Which.
        agent: AgentId,
        /// The whole new policy.
        policy: AgentPolicy,
    },
    /// A circuit breaker paused an agent.
    BreakerTripped {
        /// Which.
        agent: AgentId,
        /// Why.
        cause: BreakerCause,
        /// Payments called off, its sub-agents' too.
        canceled: Vec<PaymentId>,
    },
    /// A budget has used 80 or 100 % of its limit, or refused a payment: told once for each time
    /// that it fills.
    BudgetReached {
        /// Whose; `None` for the whole wallet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent: Option<AgentId>,
        /// What it counts, in words.
        budget: String,
        /// 80 or 100.
        percent: u32,
        /// Its limit.
        #[serde(with = "rust_decimal::serde::str")]
        limit: Decimal,
        /// What is used of it, with what is held for sub-agents where that refused a payment.
        #[serde(with = "rust_decimal::serde::str")]
        used: Decimal,
        /// Until when it is not told again; `None` for a budget that never empties.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until_ms: Option<Timestamp>,
    },
    /// An agent was paused.
    AgentPaused {
        /// Which.
        agent: AgentId,
        /// Payments called off.
        canceled: Vec<PaymentId>,
    },
    /// An agent may go on.
    AgentResumed {
        /// Which.
        agent: AgentId,
    },
    /// An agent was revoked, for ever.
    AgentRevoked {
        /// Which.
        agent: AgentId,
        /// Payments called off.
        canceled: Vec<PaymentId>,
        /// Credentials that stopped holding.
        credentials: Vec<CredentialId>,
        /// Its sub-agents and theirs, revoked with it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        descendants: Vec<AgentId>,
    },
    /// A credential was issued.
    CredentialIssued {
        /// Its id.
        credential: CredentialId,
        /// For whom.
        agent: AgentId,
        /// What it is narrowed to, beside the agent's policy.
        scope: Scope,
        /// When it ends.
        expires_at_ms: Timestamp,
        /// Whether it holds without proof of the agent's key.
        bearer: bool,
        /// Revocation ids of its blocks, hexadecimal.
        revocation_ids: Vec<String>,
    },
    /// A credential was revoked.
    CredentialRevoked {
        /// Which.
        credential: CredentialId,
    },
    /// A request could not even be read as a request to spend.
    AttemptRejected {
        /// Who tried, by its credential.
        agent: AgentId,
        /// A stable code.
        problem: String,
        /// What was wrong. A claim: it may quote the agent.
        detail: Claim,
    },
    /// A request was refused.
    SpendRefused {
        /// What was asked.
        request: SpendRequest,
        /// Why not.
        refusal: Refusal,
        /// The credential it came with; `None` when it came with none, or before the log kept it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        presented: Option<Box<Shown>>,
    },
    /// Attempts that were refused for one reason after many others like them; one entry for all
    /// that came within about a second.
    AttemptsRefused {
        /// Who.
        agent: AgentId,
        /// Why not, of the last one.
        refusal: Refusal,
        /// How many.
        count: u32,
    },
    /// A request came again with its idempotency key, and got the first answer.
    SpendRepeated {
        /// The first payment.
        payment: PaymentId,
        /// The key.
        key: IdempotencyKey,
        /// Whose. Absent in early entries.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent: Option<AgentId>,
        /// The credential it came with; `None` when it came with none, or before the log kept it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        presented: Option<Box<Shown>>,
    },
    /// A request was allowed or waits for people; its worth is reserved.
    SpendReserved {
        /// All about it.
        reservation: Box<Reservation>,
    },
    /// A person approved.
    ApprovalGiven {
        /// What.
        payment: PaymentId,
        /// Who.
        approver: ApproverId,
        /// The digest they approved.
        digest: Digest,
    },
    /// A payment ended before anything was submitted. Its reservation is released.
    PaymentStopped {
        /// Which.
        payment: PaymentId,
        /// How.
        stop: PaymentStop,
    },
    /// A rail may now be asked to move the money.
    PaymentSubmitted {
        /// Which.
        payment: PaymentId,
        /// Until when what was signed can still move money.
        valid_until_ms: Timestamp,
    },
    /// The money moved.
    PaymentSucceeded {
        /// Which.
        payment: PaymentId,
        /// What was really paid, in the request's currency; at most what was asked.
        #[serde(with = "rust_decimal::serde::str")]
        settled: Decimal,
        /// Proof.
        receipt: Receipt,
    },
    /// The money certainly did not move and can't any more. The reservation is released.
    PaymentFailed {
        /// Which.
        payment: PaymentId,
        /// A stable code.
        problem: String,
        /// In words. A claim: it may quote the merchant.
        detail: Claim,
    },
    /// Nobody knows yet whether the money moved. The reservation stays.
    PaymentUnknown {
        /// Which.
        payment: PaymentId,
        /// A stable code.
        problem: String,
        /// In words. A claim: it may quote the merchant.
        detail: Claim,
    },
    /// The owner said what a payment was, for the baseline of its agent.
    PaymentJudged {
        /// Which.
        payment: PaymentId,
        /// Whether it was fine: then it counts as usual though it was declined or ran out of time.
        /// Otherwise it was not theirs, and what it taught is taken back.
        fine: bool,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reservation_without_a_worth_reads_back_from_an_entry() {
        let request = serde_json::json!({
            "payment": PaymentId::from_random(1), "agent": AgentId::from_random(2),
            "action": "purchase", "rail": "sandbox", "payee": {"name": "Shop"},
            "amount": {"amount": "1", "currency": "EUR"}, "idempotency_key": "k",
            "key_derived": false,
        });
        let reservation = Box::new(Reservation {
            request: serde_json::from_value(request).unwrap(),
            worth: None,
            tier: Tier::MultiParty,
            rules: Vec::new(),
            signals: Vec::new(),
            charged_to: Vec::new(),
            approval: None,
            presented: None,
        });
        let event = Event::SpendReserved { reservation };
        let entry = Entry { seq: 7, at_ms: Timestamp::from_millis(5), clock_ms: None, event };
        let json = serde_json::to_string(&entry).unwrap();
        assert_eq!(serde_json::from_str::<Entry>(&json).unwrap(), entry, "{json}");
    }
}
