//! What the wallet is asked to do. Ids and randomness come in with the command, so that the engine
//! draws none.

use crate::canonical::Digest;
use crate::delegation::{Allocation, Delegation};
use crate::event::{Receipt, StopCause};
use crate::id::{AgentId, ApproverId, CredentialId, PaymentId};
use crate::policy::{AgentPolicy, WalletPolicy};
use crate::refusal::Refusal;
use crate::request::{Label, Scope, SpendRequest};
use crate::session::{SessionActor, SessionTerms};
use crate::text::Claim;
use crate::time::Timestamp;
use rust_decimal::Decimal;

/// How the door made sure that the request comes from the credential's holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HolderProof {
    /// A signature by the agent's key over the request was verified.
    Signature,
    /// Nothing but the credential was shown.
    Bearer,
}

/// The credential that came with a request, its signature already verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presented {
    /// Its id.
    pub credential: CredentialId,
    /// What it is narrowed to, with everything that was added offline.
    pub scope: Scope,
    /// When it ends, the earliest of its blocks.
    pub expires_at: Timestamp,
    /// How the holder was proved.
    pub proof: HolderProof,
    /// Whether it was handed over to another key than the one that it was issued to.
    pub handed_over: bool,
}

/// An agent to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentDraft {
    /// Its id, drawn by the caller.
    pub agent: AgentId,
    /// Its name.
    pub name: Claim,
    /// Its Ed25519 public key.
    pub holder_key: Digest,
    /// What it may do.
    pub policy: AgentPolicy,
}

/// What a rail found out about a submitted payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// The money moved: this much of the request's currency, with this proof.
    Succeeded {
        /// What was really paid.
        settled: Decimal,
        /// Proof.
        receipt: Receipt,
    },
    /// The money did not move and can't any more.
    Failed {
        /// A stable code.
        problem: String,
        /// In words.
        detail: Claim,
    },
    /// Not known yet.
    Unknown {
        /// A stable code.
        problem: String,
        /// In words.
        detail: Claim,
    },
}

/// What the wallet is asked to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Make the wallet. The first command of every log.
    CreateWallet {
        /// The owner.
        owner: ApproverId,
        /// The first policy.
        policy: WalletPolicy,
    },
    /// Owner: change the wallet's policy. What loosens it needs the owner's presence.
    SetWalletPolicy {
        /// The new policy.
        policy: WalletPolicy,
        /// Whether the owner was just proved to be there.
        presence: bool,
    },
    /// Owner: add an agent.
    AddAgent(AgentDraft),
    /// Owner: change an agent's policy. What loosens it needs the owner's presence.
    SetAgentPolicy {
        /// Which.
        agent: AgentId,
        /// The new policy.
        policy: AgentPolicy,
        /// Whether the owner was just proved to be there.
        presence: bool,
    },
    /// Agent: hand part of its budget to a new sub-agent.
    Delegate(Box<Delegation>),
    /// Change what a sub-agent holds; the owner or its parent may.
    SetAllocation {
        /// Which sub-agent.
        agent: AgentId,
        /// The parent that asks, with its credential; `None` for the owner.
        by: Option<(AgentId, Option<Presented>)>,
        /// What it is to hold; `None` takes back all that is not spent or reserved.
        allocation: Option<Allocation>,
    },
    /// Open a session for an agent.
    OpenSession {
        /// Who spends in it.
        agent: AgentId,
        /// Who opens it.
        by: SessionActor,
        /// With which credential; `None` for the owner.
        presented: Option<Presented>,
        /// How far it goes.
        terms: Box<SessionTerms>,
    },
    /// Close a session.
    CloseSession {
        /// Whose.
        agent: AgentId,
        /// Which.
        session: Label,
        /// Who closes it.
        by: SessionActor,
        /// With which credential; `None` for the owner.
        presented: Option<Presented>,
    },
    /// Owner: pause an agent and call off what waits.
    PauseAgent(AgentId),
    /// Owner: let an agent go on.
    ResumeAgent(AgentId),
    /// Owner: revoke an agent for ever.
    RevokeAgent(AgentId),
    /// Issue a credential to an agent in good standing.
    IssueCredential {
        /// Its id.
        credential: CredentialId,
        /// For whom.
        agent: AgentId,
        /// What it is narrowed to.
        scope: Scope,
        /// When it ends.
        expires_at: Timestamp,
        /// Whether it holds without proof of the agent's key.
        bearer: bool,
        /// Revocation ids of its blocks.
        revocation_ids: Vec<String>,
    },
    /// Owner: revoke one credential.
    RevokeCredential(CredentialId),
    /// Owner: freeze everything.
    Freeze,
    /// Owner: unfreeze.
    Unfreeze,
    /// Agent: a request that could not be read.
    RejectAttempt {
        /// Who.
        agent: AgentId,
        /// A stable code.
        problem: String,
        /// What was wrong.
        detail: Claim,
    },
    /// Wallet: attempts that were refused and counted together (see
    /// [`crate::Event::AttemptsRefused`]).
    NoteRefusals {
        /// Who.
        agent: AgentId,
        /// Why not, of the last one.
        refusal: Refusal,
        /// How many.
        count: u32,
    },
    /// Agent: spend.
    Spend {
        /// What.
        request: Box<SpendRequest>,
        /// With which credential; `None` for a replay, which has none to show.
        presented: Option<Presented>,
    },
    /// Agent or owner: call off a payment that is not submitted.
    Cancel {
        /// Which.
        payment: PaymentId,
        /// Only if it belongs to this agent; `None` for the owner.
        agent: Option<AgentId>,
        /// Why.
        cause: StopCause,
    },
    /// Approver: approve.
    Approve {
        /// Which.
        payment: PaymentId,
        /// Who approves.
        approver: ApproverId,
        /// The digest of what they saw.
        digest: Digest,
    },
    /// Approver: decline.
    Decline {
        /// Which.
        payment: PaymentId,
        /// Who declines.
        approver: ApproverId,
        /// For the agent to read.
        reason: Option<Claim>,
    },
    /// Owner: say what a payment was. One that was not theirs pauses its agent.
    JudgePayment {
        /// Which.
        payment: PaymentId,
        /// Whether it was fine.
        fine: bool,
    },
    /// Wallet: a rail is about to be asked to move the money of a cleared payment.
    Submit {
        /// Which.
        payment: PaymentId,
        /// Until when what will be signed can move money.
        valid_until: Timestamp,
    },
    /// Wallet: a rail found out about a submitted payment.
    Resolve {
        /// Which.
        payment: PaymentId,
        /// What it found.
        resolution: Resolution,
    },
    /// Wallet: decline every approval whose time is over.
    Tick,
}
