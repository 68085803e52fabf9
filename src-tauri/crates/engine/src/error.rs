//! Why a command was not carried out, and why an entry can't be applied.

use purser_domain::{AgentId, CredentialId, PaymentId, PolicyError, Refusal};

/// An entry that no engine could have written after the ones before it. The log is damaged or was
/// changed: whoever reads it must stop, and must not use the state any more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApplyError {
    /// An entry is missing or comes twice.
    #[error("entry {found} came where entry {expected} belongs")]
    Gap {
        /// The place that is due.
        expected: u64,
        /// The place that the entry claims.
        found: u64,
    },
    /// Time goes back.
    #[error("entry {seq} is older than the entry before it")]
    TimeGoesBack {
        /// Which entry.
        seq: u64,
    },
    /// The computer's clock is written down where it was not behind the log.
    #[error("entry {seq} names a clock that is not behind the log's time")]
    Clock {
        /// Which.
        seq: u64,
    },
    /// The wallet is not made by the first entry, or made again by a later one.
    #[error("entry {seq}: a wallet is made once, by entry 0")]
    NotFirst {
        /// Which entry.
        seq: u64,
    },
    /// The policy names a time zone that this engine does not have.
    #[error("the policy's time zone is unknown")]
    TimeZone,
    /// An agent that was never added.
    #[error("unknown agent `{0}`")]
    UnknownAgent(AgentId),
    /// A payment that was never reserved.
    #[error("unknown payment `{0}`")]
    UnknownPayment(PaymentId),
    /// A credential that was never issued, or that ended long ago.
    #[error("unknown credential `{0}`")]
    UnknownCredential(CredentialId),
    /// An id or an idempotency key that belongs to something else already.
    #[error("`{event}` uses an id or a key that is taken")]
    Taken {
        /// The kind of event.
        event: &'static str,
    },
    /// The arrow does not exist from where the thing stands.
    #[error("`{event}` can't follow here")]
    Arrow {
        /// The kind of event.
        event: &'static str,
    },
    /// A sum or a time outside the range of the engine.
    #[error("`{event}` leaves the range of amounts or times")]
    OutOfRange {
        /// The kind of event.
        event: &'static str,
    },
}

/// Why a command was not carried out. Refusals of spend requests are
/// [`purser_domain::Refusal`]s instead, since they are answers that the log keeps.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// A second wallet.
    #[error("this wallet exists already")]
    WalletExists,
    /// No wallet yet.
    #[error("there is no wallet yet")]
    WalletAbsent,
    /// No such agent.
    #[error("the wallet has no such agent")]
    AgentNotFound,
    /// The id is taken.
    #[error("an agent with this id exists already")]
    AgentExists,
    /// The name can't be taken.
    #[error("an agent's name has 1 to 64 visible characters, no space at its ends, and is no id")]
    NameInvalid,
    /// Another agent has the name.
    #[error("another agent has this name")]
    NameTaken,
    /// The agent is revoked.
    #[error("the agent is revoked")]
    AgentRevoked,
    /// The agent is paused.
    #[error("the agent is paused")]
    AgentPaused,
    /// An agent that it has its budget from is paused or revoked.
    #[error("an agent above this one is paused or revoked")]
    AncestorStopped,
    /// Everything is frozen.
    #[error("the wallet is frozen")]
    Frozen,
    /// The policy is not valid.
    #[error("the policy can't be taken: {0}")]
    Policy(#[from] PolicyError),
    /// The engine has no such zone.
    #[error("unknown time zone")]
    UnknownTimeZone,
    /// The budget currency of a wallet that has agents.
    #[error("the budget currency can't change once the wallet has agents")]
    CurrencyFixed,
    /// The change does not only tighten the policy, or there were many today, and nobody proved the
    /// owner to be there.
    #[error("only the owner in person may change {} so", loosens.join(", "))]
    PresenceNeeded {
        /// The paths of the fields that it changes and does not tighten; of all when there were
        /// many changes today.
        loosens: Vec<String>,
    },
    /// The agent is one of the owner's own.
    #[error("the agent is not a sub-agent, so it has no allocation")]
    NotASubAgent,
    /// A sub-agent's policy would be wider than its parent's.
    #[error("`{field}` would be wider than that of the agent above")]
    WiderThanParent {
        /// The first field that is.
        field: String,
    },
    /// The parent has not that much left.
    #[error("the agent above has not that much left to hand on")]
    NoRoom,
    /// The parent's own allocation was taken back.
    #[error("the agent above has no budget of its own any more")]
    NoAllocation,
    /// The session can't be opened or closed.
    #[error("{}", .0.detail().message)]
    Session(Refusal),
    /// No such credential.
    #[error("the wallet has no such credential")]
    CredentialNotFound,
    /// The id is taken.
    #[error("a credential with this id exists already")]
    CredentialExists,
    /// The credential would end in the past, or live longer than the policy allows.
    #[error("the credential's end is in the past or later than the agent's policy allows")]
    CredentialLifetime,
    /// The policy of the agent takes no bearer credentials.
    #[error("the agent's policy allows no bearer credential")]
    BearerNotAllowed,
    /// No such payment.
    #[error("the wallet has no such payment")]
    PaymentNotFound,
    /// The payment was made or was called off: there is nothing to say of it.
    #[error("only a payment that was declined or ran out of time can be called fine")]
    NotToBeJudged,
    /// The payment is another agent's.
    #[error("the payment belongs to another agent")]
    NotTheAgents,
    /// It does not wait for a decision.
    #[error("the payment was decided already")]
    AlreadyDecided,
    /// It can't be called back.
    #[error("the payment was submitted already")]
    AlreadySubmitted,
    /// It ended in another way.
    #[error("the payment has ended already")]
    AlreadyEnded,
    /// It was never submitted.
    #[error("the payment was not submitted")]
    NotSubmitted,
    /// What was approved is not what was asked.
    #[error("the approved digest is not the digest of the request")]
    DigestChanged,
    /// Not one of the payment's approvers.
    #[error("this person is not an approver of the payment")]
    NotAnApprover,
    /// One person, one approval.
    #[error("this approver has approved already")]
    ApprovedTwice,
    /// The time to decide is over.
    #[error("the time to decide is over")]
    ApprovalExpired,
    /// Approvals are missing.
    #[error("the payment is not cleared for submission")]
    NotCleared,
    /// The authorization would end in the past or hold for too long.
    #[error("an authorization ends after now and within 10 minutes")]
    ValidUntil,
    /// The settled amount is zero, too fine, or more than was asked.
    #[error("the settled amount must be above 0 and at most what was asked")]
    InvalidSettled,
    /// An error inside the engine. Errors deny.
    #[error("the engine could not decide ({step})")]
    Internal {
        /// Where.
        step: &'static str,
    },
}

impl CommandError {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::WalletExists => "wallet_exists",
            Self::WalletAbsent => "wallet_absent",
            Self::AgentNotFound => "agent_not_found",
            Self::AgentExists => "agent_exists",
            Self::NameInvalid => "name_invalid",
            Self::NameTaken => "name_taken",
            Self::AgentRevoked => "agent_revoked",
            Self::AgentPaused => "agent_paused",
            Self::AncestorStopped => "ancestor_stopped",
            Self::Frozen => "wallet_frozen",
            Self::Policy(_) => "policy_invalid",
            Self::UnknownTimeZone => "time_zone_unknown",
            Self::CurrencyFixed => "currency_fixed",
            Self::PresenceNeeded { .. } => "presence_needed",
            Self::NotASubAgent => "not_a_sub_agent",
            Self::WiderThanParent { .. } => "wider_than_parent",
            Self::NoRoom => "allocation_limit",
            Self::NoAllocation => "allocation_taken_back",
            Self::Session(refusal) => refusal.code(),
            Self::CredentialNotFound => "credential_not_found",
            Self::CredentialExists => "credential_exists",
            Self::CredentialLifetime => "credential_lifetime",
            Self::BearerNotAllowed => "bearer_not_allowed",
            Self::PaymentNotFound => "payment_not_found",
            Self::NotToBeJudged => "not_to_be_judged",
            Self::NotTheAgents => "payment_not_yours",
            Self::AlreadyDecided => "already_decided",
            Self::AlreadySubmitted => "already_submitted",
            Self::AlreadyEnded => "already_ended",
            Self::NotSubmitted => "not_submitted",
            Self::DigestChanged => "digest_changed",
            Self::NotAnApprover => "not_an_approver",
            Self::ApprovedTwice => "approved_twice",
            Self::ApprovalExpired => "approval_expired",
            Self::NotCleared => "not_cleared",
            Self::ValidUntil => "valid_until",
            Self::InvalidSettled => "settled_invalid",
            Self::Internal { .. } => "internal",
        }
    }

    /// What to do, one sentence.
    #[must_use]
    pub const fn what_to_do(&self) -> &'static str {
        match self {
            Self::WalletExists => "use the wallet that exists, or choose another folder",
            Self::WalletAbsent => "make a wallet first",
            Self::AgentNotFound | Self::CredentialNotFound | Self::PaymentNotFound => {
                "look up the id and try again"
            }
            Self::AgentExists | Self::CredentialExists => "draw a new id",
            Self::NameInvalid => "choose a shorter name without hidden characters",
            Self::NameTaken => "choose another name",
            Self::AgentRevoked => "add a new agent; a revoked one stays revoked",
            Self::AgentPaused => "resume the agent first",
            Self::NotToBeJudged => "nothing: what was paid counts as usual already",
            Self::AncestorStopped => "resume the agent that it has its budget from first",
            Self::Frozen => "unfreeze the wallet first",
            Self::Policy(_) => "correct the field and try again",
            Self::UnknownTimeZone => "use an IANA name such as `Europe/Berlin`",
            Self::CurrencyFixed => "keep the currency; give rates for others",
            Self::PresenceNeeded { .. } => "unlock as the owner and confirm, or change less",
            Self::NotASubAgent => "change the daily cap in its policy instead",
            Self::WiderThanParent { .. } => "narrow the field, or widen the agent above first",
            Self::NoRoom => "allow less, or raise what the agent above holds first",
            Self::NoAllocation => "give the agent above an allocation first",
            Self::Session(_) => "look at the agent's sessions and its policy, and try again",
            Self::CredentialLifetime => "ask for a shorter life",
            Self::BearerNotAllowed => "allow bearer credentials in the agent's policy, or sign",
            Self::NotTheAgents => "use the id of one of your own payments",
            Self::AlreadyDecided | Self::AlreadyEnded => "look at the payment's state",
            Self::AlreadySubmitted => "wait for its outcome; it can't be called back",
            Self::NotSubmitted => "submit the payment first",
            Self::DigestChanged => "look at the request again and approve what it says",
            Self::NotAnApprover => "ask one of the payment's approvers",
            Self::ApprovedTwice => "wait for the other approvers",
            Self::ApprovalExpired => "let the agent ask again",
            Self::NotCleared => "wait until enough approvers have approved",
            Self::ValidUntil => "choose an end within 10 minutes",
            Self::InvalidSettled => "look at what the rail really charged",
            Self::Internal { .. } => "try again; if it stays, look at the log",
        }
    }
}
