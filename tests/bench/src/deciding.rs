//! The engine alone: how long `decide` takes, without a log and without threads.

use crate::report::Report;
use crate::requests::{policy, template};
use purser_domain::{
    AgentDraft, AgentId, ApproverId, Claim, Command, Digest, Entry, Host, IdempotencyKey,
    PaymentId, Receipt, Resolution, SpendRequest, Timestamp, WalletPolicy,
};
use purser_engine::{State, decide};
use std::time::{Duration, Instant};

const START_MS: i64 = 1_772_452_800_000;
const DAY_MS: i64 = 86_400_000;
/// Entries of a payment that succeeds: reserved, submitted, succeeded.
const ENTRIES_A_PAYMENT: u64 = 3;

/// What is asked: the request, its number and that of its agent.
pub type Dress = fn(&mut SpendRequest, u64, u64);

/// A wallet in memory, with a month of payments behind it.
pub struct World {
    /// What its log amounts to.
    pub state: State,
    agents: u64,
    payments: u64,
    now_ms: i64,
    template: SpendRequest,
    dress: Dress,
}

impl World {
    /// A wallet with agents.
    pub fn new(agents: u64) -> Self {
        Self::new_shown(agents, START_MS, &mut |_| {})
    }

    /// As [`World::new`], with agents that ask for what `dress` makes of requests.
    pub fn new_dressed(agents: u64, dress: Dress) -> Self {
        let mut world = Self { dress, ..Self::unmade(agents, START_MS) };
        world.begin(&mut |_| {});
        world
    }

    fn unmade(agents: u64, now_ms: i64) -> Self {
        let (state, template) = (State::default(), template("5"));
        Self { state, agents, payments: 0, now_ms, template, dress: plain }
    }

    /// As [`World::new`], with each entry shown.
    pub fn new_shown(agents: u64, start_ms: i64, show: &mut dyn FnMut(Entry)) -> Self {
        let mut world = Self::unmade(agents, start_ms);
        world.begin(show);
        world
    }

    fn begin(&mut self, show: &mut dyn FnMut(Entry)) {
        let (owner, policy) = (ApproverId::from_random(1), WalletPolicy::default());
        self.run(&Command::CreateWallet { owner, policy }, show);
        for number in 0..self.agents {
            self.add(number, show);
        }
    }

    fn add(&mut self, number: u64, show: &mut dyn FnMut(Entry)) {
        let name = Claim::new(&format!("agent {number}"), 64).unwrap();
        let holder_key = Digest::of_bytes(&number.to_be_bytes());
        let draft = AgentDraft { agent: agent(number), name, holder_key, policy: policy() };
        self.run(&Command::AddAgent(draft), show);
    }

    fn run(&mut self, command: &Command, show: &mut dyn FnMut(Entry)) -> Duration {
        let now = Timestamp::from_millis(self.now_ms);
        let begin = Instant::now();
        let decision = decide(&self.state, command, now);
        let took = begin.elapsed();
        assert!(!decision.events.is_empty(), "{command:?}: {:?}", decision.reply);
        for event in decision.events {
            let (at_ms, clock_ms) = (decision.at, decision.clock);
            let entry = Entry { seq: self.state.next_seq(), at_ms, clock_ms, event };
            self.state.apply(&entry).unwrap();
            show(entry);
        }
        took
    }

    /// One payment from request to receipt. Gives how long the request took to decide.
    pub fn pay(&mut self, pause_ms: i64, show: &mut dyn FnMut(Entry)) -> Duration {
        let number = self.payments;
        self.payments += 1;
        self.now_ms += pause_ms;
        let mut request = Box::new(self.template.clone());
        let time = u128::from(self.now_ms.unsigned_abs()) << 80;
        request.payment = PaymentId::from_random(time | u128::from(number));
        // Another agent each time, in no order that memory could foresee.
        let who = number.wrapping_mul(2_654_435_761) % self.agents;
        request.agent = agent(who);
        (self.dress)(&mut request, number, who);
        request.idempotency_key = IdempotencyKey::new(&format!("key-{number}")).unwrap();
        let (payment, settled) = (request.payment, request.amount.amount());
        let took = self.run(&Command::Spend { request, presented: None }, show);
        let valid_until = Timestamp::from_millis(self.now_ms + 60_000);
        self.run(&Command::Submit { payment, valid_until }, show);
        let receipt = Receipt { reference: String::new(), evidence: None, verified: false };
        let resolution = Resolution::Succeeded { settled, receipt };
        self.run(&Command::Resolve { payment, resolution }, show);
        took
    }

    /// Pays until the log has so many entries, spread over four weeks.
    pub fn fill(&mut self, entries: u64, show: &mut dyn FnMut(Entry)) {
        let payments = entries.saturating_sub(self.state.next_seq()) / ENTRIES_A_PAYMENT;
        let pause_ms = 28 * DAY_MS / i64::try_from(payments.max(1)).unwrap();
        while self.state.next_seq() + ENTRIES_A_PAYMENT <= entries {
            self.pay(pause_ms, show);
        }
    }

    /// How many payments were asked for.
    pub const fn asked(&self) -> u64 {
        self.payments
    }

    /// How long each of some more requests takes to decide.
    pub fn sample(&mut self, number: usize) -> Vec<Duration> {
        (0..number).map(|_| self.pay(1000, &mut |_| {})).collect()
    }
}

fn plain(request: &mut SpendRequest, number: u64, _agent: u64) {
    request.payee.host = Some(Host::new(&format!("shop{}.example", number % 20)).unwrap());
}

fn agent(number: u64) -> AgentId {
    let spread = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835_u128;
    AgentId::from_random(u128::from(number).wrapping_mul(spread) | 1)
}

/// How long the slowest of these takes who are no slower than `thousandths`, in microseconds.
pub fn at(took: &mut [Duration], thousandths: usize) -> f64 {
    took.sort_unstable();
    took[(took.len() - 1) * thousandths / 1000].as_secs_f64() * 1e6
}

/// Deciding with 1,000 agents, and whether it stays the same with many agents and entries.
pub fn measure(entries: u64, report: &mut Report) {
    report.part("decide alone");
    let mut usual = World::new(1000);
    usual.fill(200_000.min(entries), &mut |_| {});
    let mut took = usual.sample(20_000);
    let (median, slow) = (at(&mut took, 500), at(&mut took, 990));
    report.figure(&format!("1,000 agents: p50 {median:.1} us, p99 {slow:.1} us"));
    report.at_most("p99 with 1,000 agents, in microseconds", slow, 20.0);
    drop(usual);
    flat("10,000 agents, in 10 agents' median", [(10, 30_000), (10_000, 60_000)], report);
    let name = format!("{entries} entries, in 1,000 entries' median");
    flat(&name, [(10, 1000), (10, entries)], report);
}

/// Two wallets take turns, so that whatever else happens on the machine happens to both.
fn flat(name: &str, worlds: [(u64, u64); 2], report: &mut Report) {
    let mut worlds = worlds.map(|(agents, entries)| {
        let mut world = World::new(agents);
        world.fill(entries, &mut |_| {});
        world
    });
    let mut took = [Vec::new(), Vec::new()];
    for _ in 0..20 {
        for (world, took) in worlds.iter_mut().zip(&mut took) {
            took.extend(world.sample(250));
        }
    }
    let [few, many] = took.map(|mut took| at(&mut took, 500));
    report.figure(&format!("p50 {few:.1} us and {many:.1} us"));
    report.at_most(name, many / few, 1.2);
}
