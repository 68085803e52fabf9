//! `make bench`: durable decisions a second and their latency, for one caller and for 64, beside a
//! bare 4 KiB append and fdatasync on the same disk in the same run.
//!
//! Everything is real: the engine's whole ladder, the encrypted log with signed checkpoints, and
//! the writer's thread. Each decision reserves, submits and settles nothing: it is one request to
//! spend that is held for a person, which is what a caller waits for.

#![allow(missing_docs, reason = "a program")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a benchmark prints, and stops at the first thing that is wrong"
)]

use purser_domain::{
    Account, Action, AgentDraft, AgentId, AgentPolicy, ApproverId, Claim, Command, CredentialId,
    Digest, HolderProof, IdempotencyKey, Money, Payee, PaymentId, Presented, RailId, Scope,
    SpendRequest, SpendingLimit, WalletPolicy,
};
use purser_engine::{Reply, SpendReply, State};
use purser_keys::{LogKey, Phrase, PhraseLength, RootKey};
use purser_ledger::{CheckpointSigner, Ledger};
use purser_wallet::{Writer, system_clock};
use rust_decimal::Decimal;
use std::io::Write as _;
use std::time::{Duration, Instant};

/// How long each part runs.
const RUN: Duration = Duration::from_secs(5);
/// Enough that the rate limit of 6000 a minute refuses none of them.
const AGENTS: u128 = 64;

#[tokio::main]
async fn main() {
    let dir = match std::env::args_os().nth(1) {
        Some(dir) => tempfile::tempdir_in(dir).unwrap(),
        None => tempfile::tempdir_in(".").unwrap(),
    };
    let bare = bare_append(dir.path());
    report("bare 4 KiB append + fdatasync", &bare, None);
    let writer = writer(dir.path());
    let agents = agents(&writer).await;
    for callers in [1usize, 64] {
        let mut run = decisions(&writer, &agents, callers).await;
        run.latencies.sort();
        report(&format!("decide durably, {callers} caller(s)"), &run, Some(&bare));
    }
}

/// The log's key, for signing checkpoints.
struct Signer(LogKey);

impl CheckpointSigner for Signer {
    fn public_key(&self) -> [u8; 32] {
        self.0.public()
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message)
    }
}

fn writer(dir: &std::path::Path) -> Writer {
    let root = RootKey::from_phrase(&Phrase::generate(PhraseLength::Words12).unwrap());
    let signer = Box::new(Signer(root.log_key().unwrap()));
    let key = root.database_key().unwrap();
    let path = dir.join("ledger.db");
    let ledger = Ledger::create(&path, key.expose(), "purser.local/bench", signer).unwrap();
    Writer::start(ledger, State::default(), system_clock(), Box::new(|_, _| {})).unwrap()
}

async fn agents(writer: &Writer) -> Vec<(AgentId, Presented)> {
    let owner = ApproverId::from_random(1);
    let create = Command::CreateWallet { owner, policy: WalletPolicy::default() };
    writer.decide(create).await.unwrap();
    let mut agents = Vec::new();
    for i in 0..AGENTS {
        let agent = AgentId::from_random(i);
        let credential = CredentialId::from_random(i);
        let expires_at = system_clock()().plus_seconds(1800);
        let policy = AgentPolicy {
            per_transaction: Decimal::from(1_000_000),
            per_session: Decimal::from(1_000_000_000),
            daily: Decimal::from(1_000_000_000),
            rate_limit_per_minute: 6000,
            spending_limits: envelopes(),
            ..AgentPolicy::default()
        };
        let name = Claim::new(&format!("agent {i}"), 64).unwrap();
        let holder_key = Digest::of_bytes(&i.to_be_bytes());
        let add = Command::AddAgent(AgentDraft { agent, name, holder_key, policy });
        let issue = Command::IssueCredential {
            credential,
            agent,
            scope: Scope::default(),
            expires_at,
            bearer: false,
            revocation_ids: Vec::new(),
        };
        for command in [add, issue] {
            let reply = writer.decide(command).await.unwrap();
            assert_eq!(reply, Reply::Done);
        }
        let scope = Scope::default();
        let proof = HolderProof::Signature;
        agents.push((agent, Presented { credential, scope, expires_at, proof }));
    }
    agents
}

/// Five envelopes beside the caps: by week, month, category, payee, and rolling.
fn envelopes() -> Vec<SpendingLimit> {
    let json = r#"[
        {"amount":"1000000000","interval":"weekly"},
        {"amount":"1000000000","interval":"monthly"},
        {"amount":"1000000000","interval":"monthly","each_category":true},
        {"amount":"1000000000","interval":"monthly","each_payee":true},
        {"amount":"1000000000","interval":"daily","window":"rolling"}]"#;
    serde_json::from_str(json).unwrap()
}

struct Run {
    took: Duration,
    latencies: Vec<Duration>,
}

fn bare_append(dir: &std::path::Path) -> Run {
    let mut file = std::fs::File::create(dir.join("bare")).unwrap();
    let block = [7u8; 4096];
    let start = Instant::now();
    let mut latencies = Vec::new();
    while start.elapsed() < RUN {
        let one = Instant::now();
        file.write_all(&block).unwrap();
        file.sync_data().unwrap();
        latencies.push(one.elapsed());
    }
    let took = start.elapsed();
    latencies.sort();
    Run { took, latencies }
}

async fn decisions(writer: &Writer, agents: &[(AgentId, Presented)], callers: usize) -> Run {
    let start = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|caller| {
            let (writer, agents) = (writer.clone(), agents.to_vec());
            tokio::spawn(async move {
                let mut latencies = Vec::new();
                let mut n = 0u128;
                while start.elapsed() < RUN {
                    let who = &agents[(caller + usize::try_from(n).unwrap()) % agents.len()];
                    let id = (u128::try_from(callers * 1000 + caller).unwrap() << 64) | n;
                    let one = Instant::now();
                    let reply = writer.decide(spend(id, who)).await.unwrap();
                    latencies.push(one.elapsed());
                    let reserved = matches!(reply, Reply::Spend(SpendReply::Reserved { .. }));
                    assert!(reserved, "{reply:?}");
                    n += 1;
                }
                latencies
            })
        })
        .collect();
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await.unwrap());
    }
    Run { took: start.elapsed(), latencies }
}

fn spend(id: u128, (agent, presented): &(AgentId, Presented)) -> Command {
    Command::Spend {
        request: Box::new(SpendRequest {
            payment: PaymentId::from_random(id),
            agent: *agent,
            action: Action::Purchase,
            rail: RailId::Sandbox,
            payee: Payee {
                name: Claim::new("Hetzner", 256).unwrap(),
                account: Some(Account::new("acct:hetzner").unwrap()),
                host: None,
                country: None,
            },
            amount: Money::parse("600", "USD").unwrap(),
            category: None,
            session: None,
            task: None,
            subject: None,
            context: Some(Claim::new("a reason of ordinary length", 256).unwrap()),
            line_items: Vec::new(),
            attribution: purser_domain::Attribution::default(),
            idempotency_key: IdempotencyKey::new(&format!("k-{id}")).unwrap(),
            key_derived: false,
            terms: None,
        }),
        presented: Some(presented.clone()),
    }
}

fn report(name: &str, run: &Run, bare: Option<&Run>) {
    let rate = |run: &Run| run.latencies.len() as f64 / run.took.as_secs_f64();
    let at = |share: usize| {
        let index = (run.latencies.len() * share / 100).min(run.latencies.len() - 1);
        run.latencies[index].as_secs_f64() * 1e3
    };
    let beside = bare.map_or(String::new(), |bare| {
        format!(", {:.2} times the bare append's rate", rate(run) / rate(bare))
    });
    println!("{name}: {:.0}/s, p50 {:.3} ms, p99 {:.3} ms{beside}", rate(run), at(50), at(99));
}
