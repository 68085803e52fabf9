//! Purser without a door: callers in the same process ask the writer.
//!
//! The wallet's clock runs a minute for each second here: an agent may try 6,000 times a minute,
//! and each caller is one agent. Every request is held for a person, so that a durable reservation
//! is the whole answer; that also makes it the dearest kind, with a digest for approvers.

use crate::load::Caller;
use crate::requests::{policy, spend, template};
use purser_domain::{
    AgentDraft, AgentId, ApproverId, Claim, Command, CredentialId, Digest, HolderProof, PaymentId,
    Presented, Scope, SpendRequest, Timestamp, WalletPolicy,
};
use purser_engine::{Reply, SpendReply, State};
use purser_keys::{LogKey, Phrase, PhraseLength, RootKey};
use purser_ledger::{CheckpointSigner, Ledger};
use purser_wallet::{Clock, Writer, system_clock};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Seconds of the wallet in a second here.
const HASTE: u64 = 60;
/// How long a credential holds, by the wallet's clock: longer than one turn.
const CREDENTIAL_S: u64 = 55 * 60;
const AMOUNT: &str = "600";

/// The log's key, for signing checkpoints.
pub struct Signer(pub LogKey);

impl CheckpointSigner for Signer {
    fn public_key(&self) -> [u8; 32] {
        self.0.public()
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message)
    }
}

/// A clock that runs `haste` times as fast as time.
pub fn hasty_clock(haste: u64) -> Clock {
    let (begin, real) = (Instant::now(), system_clock());
    let start = real();
    Arc::new(move || {
        let passed = u64::try_from(begin.elapsed().as_micros()).unwrap() * haste / 1000;
        Timestamp::from_millis(start.as_millis() + i64::try_from(passed).unwrap())
    })
}

/// A running writer on a fresh log, and agents.
pub struct Purser {
    writer: Writer,
    clock: Clock,
    next: Arc<AtomicU64>,
}

impl Purser {
    /// A wallet in a folder, with agents.
    pub async fn start(dir: &Path, agents: usize) -> Self {
        let root = RootKey::from_phrase(&Phrase::generate(PhraseLength::Words12).unwrap());
        let signer = Box::new(Signer(root.log_key().unwrap()));
        let key = root.database_key().unwrap();
        let path = dir.join("ledger.db");
        let ledger = Ledger::create(&path, key.expose(), "purser.local/bench", signer).unwrap();
        let (state, clock) = (State::default(), hasty_clock(HASTE));
        let writer = Writer::start(ledger, state, Arc::clone(&clock), Box::new(|_, _| {})).unwrap();
        let owner = ApproverId::from_random(1);
        let create = Command::CreateWallet { owner, policy: WalletPolicy::default() };
        assert_eq!(writer.decide(create).await.unwrap(), Reply::Done);
        for number in 0..agents {
            let name = Claim::new(&format!("agent {number}"), 64).unwrap();
            let (agent, policy) = (agent(number), policy());
            let holder_key = Digest::of_bytes(name.raw().as_bytes());
            let add = Command::AddAgent(AgentDraft { agent, name, holder_key, policy });
            assert_eq!(writer.decide(add).await.unwrap(), Reply::Done);
        }
        Self { writer, clock, next: Arc::default() }
    }

    /// Callers, each an agent of its own with a fresh credential.
    pub async fn callers(&self, number: usize) -> Vec<InProcess> {
        let mut callers = Vec::new();
        for number in 0..number {
            let agent = (agent(number), self.credential(agent(number)).await);
            let (writer, clock) = (self.writer.clone(), Arc::clone(&self.clock));
            let (template, next) = (template(AMOUNT), Arc::clone(&self.next));
            callers.push(InProcess { writer, clock, agent, template, next });
        }
        callers
    }

    async fn credential(&self, agent: AgentId) -> Presented {
        let number = u128::from(self.next.fetch_add(1, Ordering::Relaxed));
        let credential = CredentialId::from_random(number);
        let expires_at = (self.clock)().plus_seconds(CREDENTIAL_S);
        let issue = Command::IssueCredential {
            credential,
            agent,
            scope: Scope::default(),
            expires_at,
            bearer: false,
            revocation_ids: Vec::new(),
        };
        assert_eq!(self.writer.decide(issue).await.unwrap(), Reply::Done);
        let (scope, proof) = (Scope::default(), HolderProof::Signature);
        Presented { credential, scope, expires_at, proof }
    }
}

fn agent(number: usize) -> AgentId {
    AgentId::from_random(u128::try_from(number).unwrap())
}

/// One agent.
pub struct InProcess {
    writer: Writer,
    clock: Clock,
    agent: (AgentId, Presented),
    template: SpendRequest,
    next: Arc<AtomicU64>,
}

impl Caller for InProcess {
    type Question = Command;

    fn prepare(&mut self) -> Command {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        // As the wallet draws them: the time in front, then what makes it the only one.
        let time = u128::from((self.clock)().as_millis().unsigned_abs()) << 80;
        let payment = PaymentId::from_random(time | u128::from(number));
        spend(&self.template, payment, &self.agent, &format!("key-{number}"))
    }

    async fn ask(&mut self, command: Command) {
        let reply = self.writer.decide(command).await.unwrap();
        let reserved = matches!(reply, Reply::Spend(SpendReply::Reserved { .. }));
        assert!(reserved, "{reply:?}");
    }
}
