//! Purser without a door: callers in the same process ask the writer.
//!
//! Every request is held for a person, so that a durable reservation is the whole answer; that
//! also makes it the dearest kind, with a digest for approvers. An agent may try 6,000 times a
//! minute, so each caller speaks for several in turn.

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
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How long a credential holds: longer than a run.
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

/// A running writer on a fresh log, and agents.
pub struct Purser {
    writer: Writer,
    clock: Clock,
    agents: Vec<(AgentId, Presented)>,
    next: Arc<AtomicU64>,
}

impl Purser {
    /// A wallet in a folder, with agents.
    pub async fn start(dir: &Path, agents: usize) -> Self {
        Self::start_at(dir, agents, system_clock()).await
    }

    async fn start_at(dir: &Path, agents: usize, clock: Clock) -> Self {
        let root = RootKey::from_phrase(&Phrase::generate(PhraseLength::Words12).unwrap());
        let signer = Box::new(Signer(root.log_key().unwrap()));
        let key = root.database_key().unwrap();
        let path = dir.join("ledger.db");
        let ledger = Ledger::create(&path, key.expose(), "purser.local/bench", signer).unwrap();
        let (state, time) = (State::default(), Arc::clone(&clock));
        let writer = Writer::start(ledger, state, time, Box::new(|_, _| {})).unwrap();
        let owner = ApproverId::from_random(1);
        let create = Command::CreateWallet { owner, policy: WalletPolicy::default() };
        assert_eq!(writer.decide(create).await.unwrap(), Reply::Done);
        let mut tasks = Vec::new();
        for number in 0..agents {
            let (writer, clock) = (writer.clone(), Arc::clone(&clock));
            tasks.push(tokio::spawn(async move { add(&writer, &clock, number).await }));
        }
        let mut known = Vec::new();
        for task in tasks {
            known.push(task.await.unwrap());
        }
        Self { writer, clock, agents: known, next: Arc::default() }
    }

    /// Callers, each with its share of the agents.
    pub fn callers(&self, number: usize) -> Vec<InProcess> {
        let share = |place| self.agents.iter().skip(place).step_by(number).cloned().collect();
        let caller = |place| InProcess {
            writer: self.writer.clone(),
            clock: Arc::clone(&self.clock),
            agents: share(place),
            turn: 0,
            template: template(AMOUNT),
            next: Arc::clone(&self.next),
        };
        (0..number).map(caller).collect()
    }

    /// How long it takes to revoke an agent that has so many payments pending, in a wallet of its
    /// own whose minutes pass quickly, so that the agent can ask that often.
    pub async fn revoke_with(dir: &Path, pending: usize) -> Duration {
        let (start_ms, passed_ms) = (system_clock()().as_millis(), AtomicI64::new(0));
        let clock: Clock = Arc::new(move || {
            Timestamp::from_millis(start_ms + passed_ms.fetch_add(20, Ordering::Relaxed))
        });
        let purser = Self::start_at(dir, 1, clock).await;
        let mut tasks = Vec::new();
        for _ in 0..pending {
            let mut caller = purser.callers(1).remove(0);
            tasks.push(tokio::spawn(async move {
                let question = caller.prepare();
                caller.ask(question).await;
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        let agent = purser.agents[0].0;
        let begin = Instant::now();
        let reply = purser.writer.decide(Command::RevokeAgent(agent)).await.unwrap();
        let took = begin.elapsed();
        let Reply::Stopped(stopped) = reply else { panic!("{reply:?}") };
        assert_eq!(stopped.canceled.len(), pending);
        took
    }
}

async fn add(writer: &Writer, clock: &Clock, number: usize) -> (AgentId, Presented) {
    let bits = u128::try_from(number).unwrap();
    let (agent, credential) = (AgentId::from_random(bits), CredentialId::from_random(bits));
    let name = Claim::new(&format!("agent {number}"), 64).unwrap();
    let holder_key = Digest::of_bytes(&bits.to_be_bytes());
    let expires_at = clock().plus_seconds(CREDENTIAL_S);
    let add = Command::AddAgent(AgentDraft { agent, name, holder_key, policy: policy() });
    let issue = Command::IssueCredential {
        credential,
        agent,
        scope: Scope::default(),
        expires_at,
        bearer: false,
        revocation_ids: Vec::new(),
    };
    for command in [add, issue] {
        assert_eq!(writer.decide(command).await.unwrap(), Reply::Done);
    }
    let (scope, proof, handed_over) = (Scope::default(), HolderProof::Signature, false);
    (agent, Presented { credential, scope, expires_at, proof, handed_over })
}

/// One caller, who speaks for some agents in turn.
pub struct InProcess {
    writer: Writer,
    clock: Clock,
    agents: Vec<(AgentId, Presented)>,
    turn: usize,
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
        self.turn = (self.turn + 1) % self.agents.len();
        spend(&self.template, payment, &self.agents[self.turn], &format!("key-{number}"))
    }

    async fn ask(&mut self, command: Command) {
        let reply = self.writer.decide(command).await.unwrap();
        let reserved = matches!(reply, Reply::Spend(SpendReply::Reserved { .. }));
        assert!(reserved, "{reply:?}");
    }
}
