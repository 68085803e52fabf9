//! How long a wallet with a long past takes to start, and how much memory it takes then: a month of
//! payments of 1,000 agents, three entries each, every one under a key of its caller.
//! `cargo run --release -p purser-wallet --example start -- 1000000`
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a tool for people, not shipped")]
#![allow(clippy::arithmetic_side_effects, reason = "small numbers")]

use purser_domain::*;
use purser_engine::{State, decide};
use purser_keys::{LogKey, Phrase, RootKey};
use purser_ledger::{CheckpointSigner, Ledger};
use purser_wallet::{Home, Wallet, system_clock};
use std::path::Path;
use std::process::Command as Process;
use std::sync::Arc;
use std::time::Instant;

const WORDS: &str = "legal winner thank year wave sausage worth useful legal winner thank yellow";
const AGENTS: u128 = 1000;
const MONTH_MS: i64 = 30 * 86_400_000;

struct Signer(LogKey);

impl CheckpointSigner for Signer {
    fn public_key(&self) -> [u8; 32] {
        self.0.public()
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message)
    }
}

struct Past {
    state: State,
    ledger: Ledger,
    waiting: Vec<Entry>,
    now: i64,
}

impl Past {
    fn run(&mut self, command: &Command) {
        let decision = decide(&self.state, command, Timestamp::from_millis(self.now));
        let (at_ms, clock_ms) = (decision.at, decision.clock);
        for event in decision.events {
            let entry = Entry { seq: self.state.next_seq(), at_ms, clock_ms, event };
            self.state.apply(&entry).unwrap();
            self.waiting.push(entry);
        }
        if self.waiting.len() >= 4096 {
            self.write();
        }
    }

    fn write(&mut self) {
        self.ledger.append(&self.waiting).unwrap();
        self.waiting.clear();
    }

    fn pay(&mut self, n: u128) {
        let payment = PaymentId::from_random(n.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced));
        let shop = format!("shop{}.example", n % 200);
        let request = SpendRequest {
            payment,
            agent: agent(n % AGENTS),
            action: Action::Purchase,
            rail: RailId::Sandbox,
            payee: Payee {
                name: Claim::new("Shop", 64).unwrap(),
                account: None,
                host: Some(Host::new(&shop).unwrap()),
                country: None,
            },
            amount: Money::parse("5", "USD").unwrap(),
            category: Some(Category::new("books").unwrap()),
            session: None,
            task: None,
            subject: None,
            context: Some(Claim::new("what the task asked for", 64).unwrap()),
            line_items: Vec::new(),
            attribution: Attribution::default(),
            idempotency_key: IdempotencyKey::new(&format!("intent-{n}")).unwrap(),
            key_derived: false,
            terms: None,
        };
        self.run(&Command::Spend { request: Box::new(request), presented: None });
        let valid_until = Timestamp::from_millis(self.now + 60_000);
        self.run(&Command::Submit { payment, valid_until });
        let receipt = Receipt { reference: format!("tx-{n}"), evidence: None, verified: true };
        let settled = Money::parse("5", "USD").unwrap().amount();
        let resolution = Resolution::Succeeded { settled, receipt };
        self.run(&Command::Resolve { payment, resolution });
    }
}

fn agent(n: u128) -> AgentId {
    AgentId::from_random((n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835))
}

fn root() -> RootKey {
    RootKey::from_phrase(&Phrase::parse(WORDS).unwrap())
}

fn make(dir: &Path, entries: u64) {
    let (home, root) = (Home::open(dir).unwrap(), root());
    let signer = Box::new(Signer(root.log_key().unwrap()));
    let (path, key) = (home.ledger(), root.database_key().unwrap());
    let ledger = Ledger::create(&path, key.expose(), "purser.local/start", signer).unwrap();
    let start = system_clock()().as_millis() - MONTH_MS;
    let mut past = Past { state: State::default(), ledger, waiting: Vec::new(), now: start };
    let owner = ApproverId::from_random(1);
    past.run(&Command::CreateWallet { owner, policy: WalletPolicy::default() });
    let policy: AgentPolicy = serde_json::from_str(
        r#"{"per_session":"100000","daily":"100000","spending_limits":[
        {"amount":"900000","interval":"weekly"},{"amount":"900000","interval":"monthly"},
        {"amount":"900000","interval":"monthly","window":"rolling"}]}"#,
    )
    .unwrap();
    for n in 0..AGENTS {
        let name = Claim::new(&format!("Agent {n}"), 64).unwrap();
        let (holder_key, policy) = (Digest::of_bytes(b"key"), policy.clone());
        past.run(&Command::AddAgent(AgentDraft { agent: agent(n), name, holder_key, policy }));
    }
    let step = MONTH_MS / i64::try_from(entries / 3 + 1).unwrap();
    let mut n = 0;
    while past.state.next_seq() < entries {
        past.now += step;
        n += 1;
        past.pay(n);
    }
    past.write();
}

/// Starts the wallet, says what that took, and locks it.
async fn open(dir: &Path) {
    let (home, root) = (Arc::new(Home::open(dir).unwrap()), root());
    let begin = Instant::now();
    let wallet = Wallet::open(Arc::clone(&home), &root, system_clock(), false).unwrap();
    let entries = wallet.look(State::next_seq).await.unwrap();
    let started = begin.elapsed().as_secs_f64() * 1e3;
    let memory = memory();
    let from = wallet.started().replayed_from;
    let encoded = wallet.look(|state| {
        let begin = Instant::now();
        let size = state.to_snapshot().unwrap().len();
        (size as f64 / 1e6, begin.elapsed().as_secs_f64() * 1e3)
    });
    let (size, encoded) = encoded.await.unwrap();
    wallet.add_agent(&format!("after {entries}"), AgentPolicy::default()).await.unwrap();
    let begin = Instant::now();
    wallet.close().await;
    let closed = begin.elapsed().as_secs_f64() * 1e3;
    println!(
        "{entries} entries, from {from}: started in {started:.0} ms, {memory}; \
         a snapshot of {size:.1} MB is made in {encoded:.0} ms, closed in {closed:.0} ms"
    );
}

/// What is resident, where the system says so.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let lines =
        status.lines().filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM"));
    lines
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect::<Vec<_>>()
        .join(", ")
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let first = arguments.next().unwrap_or_else(|| "1000000".to_owned());
    if first == "--open" {
        return open(Path::new(&arguments.next().unwrap())).await;
    }
    let dir = tempfile::tempdir().unwrap();
    make(dir.path(), first.parse().unwrap());
    for _ in 0..4 {
        let mut child = Process::new(std::env::current_exe().unwrap());
        assert!(child.arg("--open").arg(dir.path()).status().unwrap().success());
    }
}
