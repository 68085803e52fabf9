//! Random trees of agents with windows of every kind, held against a model that keeps every charge
//! and adds up anew: what is refused and what is not, I3 and I4 at every entry, and what is shown.

use super::support::*;
use crate::{Reply, SpendReply, State};
use proptest::prelude::*;
use purser_domain::*;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

#[derive(Debug, Clone)]
enum Step {
    Delegate { parent: usize, amount: u32, window: usize },
    Allocate { child: usize, amount: u32, window: usize, owner: bool },
    TakeBack { child: usize, owner: bool },
    Ask { agent: usize, amount: u32 },
    Succeed { payment: usize, percent: u32 },
    Cancel { payment: usize },
    Daily { agent: usize, amount: u32 },
    Revoke { agent: usize },
    Wait(i64),
}

const WINDOWS: [(Interval, Window); 7] = [
    (Interval::Daily, Window::Calendar),
    (Interval::Daily, Window::Rolling),
    (Interval::Weekly, Window::Calendar),
    (Interval::Weekly, Window::Rolling),
    (Interval::Monthly, Window::Calendar),
    (Interval::Monthly, Window::Rolling),
    (Interval::AllTime, Window::Calendar),
];
const WAITS: [i64; 6] = [MINUTE, 14 * MINUTE, 5 * HOUR, DAY, 6 * DAY, 20 * DAY];

fn step() -> impl Strategy<Value = Step> {
    let (agent, window, amount) = (0..8usize, 0..WINDOWS.len(), 1..120u32);
    let n = 0..12usize;
    prop_oneof![
        5 => (agent.clone(), amount.clone(), window.clone())
            .prop_map(|(parent, amount, window)| Step::Delegate { parent, amount, window }),
        3 => (agent.clone(), amount.clone(), window, any::<bool>()).prop_map(
            |(child, amount, window, owner)| Step::Allocate { child, amount, window, owner }
        ),
        1 => (agent.clone(), any::<bool>())
            .prop_map(|(child, owner)| Step::TakeBack { child, owner }),
        14 => (agent.clone(), 1..60u32).prop_map(|(agent, amount)| Step::Ask { agent, amount }),
        4 => (n.clone(), 1..=100u32)
            .prop_map(|(payment, percent)| Step::Succeed { payment, percent }),
        2 => n.prop_map(|payment| Step::Cancel { payment }),
        1 => (agent.clone(), 20..150u32).prop_map(|(agent, amount)| Step::Daily { agent, amount }),
        1 => agent.prop_map(|agent| Step::Revoke { agent }),
        5 => prop::sample::select(WAITS.to_vec()).prop_map(Step::Wait),
    ]
}

struct Charge {
    agent: AgentId,
    at: i64,
    used: Decimal,
}

struct Held {
    parent: Option<AgentId>,
    allocation: Option<Allocation>,
    daily: Decimal,
    revoked: bool,
}

#[derive(Default)]
struct Model {
    agents: BTreeMap<AgentId, Held>,
    charges: BTreeMap<PaymentId, Charge>,
}

/// Whether a charge is in the window around now, in UTC.
fn counts((interval, window): (Interval, Window), at: i64, now: i64) -> bool {
    let day = |ms: i64| ms.div_euclid(DAY);
    let month = |ms: i64| {
        let time = jiff::Timestamp::from_millisecond(ms).unwrap();
        let date = time.to_zoned(jiff::tz::TimeZone::UTC).date();
        (date.year(), date.month())
    };
    let rolling = |days: i64| now < (at.div_euclid(15 * MINUTE) + 1) * 15 * MINUTE + days * DAY;
    match (interval, window) {
        (Interval::Daily, Window::Rolling) => rolling(1),
        (Interval::Weekly, Window::Rolling) => rolling(7),
        (Interval::Monthly, Window::Rolling) => rolling(30),
        (Interval::Daily, _) => day(at) == day(now),
        // The epoch was a Thursday.
        (Interval::Weekly, _) => (day(at) + 3) / 7 == (day(now) + 3) / 7,
        (Interval::Monthly, _) => month(at) == month(now),
        _ => true,
    }
}

impl Model {
    fn chain(&self, agent: AgentId) -> Vec<AgentId> {
        std::iter::successors(Some(agent), |agent| self.agents[agent].parent).collect()
    }

    fn children(&self, agent: AgentId) -> Vec<AgentId> {
        let living = self.agents.iter().filter(|(_, held)| !held.revoked);
        living.filter(|(_, held)| held.parent == Some(agent)).map(|(id, _)| *id).collect()
    }

    /// What an agent holds: an owner's own agent its day.
    fn holds(&self, agent: AgentId) -> Option<(Decimal, (Interval, Window))> {
        let held = &self.agents[&agent];
        let own = held.parent.is_none();
        let day = own.then_some((held.daily, (Interval::Daily, Window::Calendar)));
        let given = held.allocation.as_ref();
        day.or_else(|| given.map(|given| (given.amount, (given.interval, given.window))))
    }

    fn used(&self, agent: AgentId, window: (Interval, Window), now: i64) -> Decimal {
        let below = |charge: &&Charge| self.chain(charge.agent).contains(&agent);
        let live = |charge: &&Charge| counts(window, charge.at, now);
        self.charges.values().filter(below).filter(live).map(|charge| charge.used).sum()
    }

    fn remainder(&self, agent: AgentId, worth: Decimal, now: i64) -> Decimal {
        let Some((amount, window)) = self.holds(agent) else { return Decimal::ZERO };
        (amount - self.used(agent, window, now) - worth).max(Decimal::ZERO)
    }

    fn held(&self, agent: AgentId, without: Option<AgentId>, now: i64) -> Decimal {
        let others = self.children(agent).into_iter().filter(|child| Some(*child) != without);
        others.map(|child| self.remainder(child, Decimal::ZERO, now)).sum()
    }

    /// Used and held, when a payment of `worth` is made by an agent or by `below`.
    fn total(&self, agent: AgentId, below: Option<AgentId>, worth: Decimal, now: i64) -> Decimal {
        let (_, window) = self.holds(agent).unwrap();
        let rest = below.map_or(Decimal::ZERO, |below| self.remainder(below, worth, now));
        self.used(agent, window, now) + worth + self.held(agent, below, now) + rest
    }

    /// Whether a payment is within every day and every allocation of the chain.
    fn fits(&self, agent: AgentId, worth: Decimal, now: i64) -> bool {
        let chain = self.chain(agent);
        if chain.iter().any(|agent| self.agents[agent].revoked || self.holds(*agent).is_none()) {
            return false;
        }
        let below = std::iter::once(None).chain(chain.iter().copied().map(Some));
        chain.iter().zip(below).all(|(agent, below)| {
            let day = self.used(*agent, (Interval::Daily, Window::Calendar), now);
            let (amount, _) = self.holds(*agent).unwrap();
            day + worth <= self.agents[agent].daily
                && self.total(*agent, below, worth, now) <= amount
        })
    }

    /// Whether a parent has room for what a sub-agent might use under an allocation.
    fn has_room(
        &self,
        parent: AgentId,
        child: Option<AgentId>,
        new: &Allocation,
        now: i64,
    ) -> bool {
        let window = (new.interval, new.window);
        let used = child.map_or(Decimal::ZERO, |child| self.used(child, window, now));
        let rest = (new.amount - used).max(Decimal::ZERO);
        let before = child.map(|child| self.remainder(child, Decimal::ZERO, now));
        if before.is_some_and(|before| rest <= before) {
            return true;
        }
        let Some((amount, window)) = self.holds(parent) else { return false };
        self.used(parent, window, now) + self.held(parent, child, now) + rest <= amount
    }
}

struct Life {
    world: World,
    model: Model,
    ids: Vec<AgentId>,
    replayed: State,
    seen: usize,
}

fn open_policy(daily: Decimal) -> AgentPolicy {
    let breakers =
        Breakers { refusals: 1000, spend_rate_multiple: dec("100"), ..Default::default() };
    AgentPolicy { daily, rate_limit_per_minute: 6000, breakers, ..wide() }
}

impl Life {
    fn new() -> Self {
        let mut world = World::empty();
        world.done(Command::CreateWallet { owner: OWNER, policy: WalletPolicy::default() });
        let mut life = Self {
            world,
            model: Model::default(),
            ids: Vec::new(),
            replayed: State::default(),
            seen: 0,
        };
        for (id, daily) in [(AGENT, "100"), (OTHER, "150")] {
            let policy = open_policy(dec(daily));
            life.world.done(Command::AddAgent(draft(id, &format!("of {id}"), policy)));
            let held = Held { parent: None, allocation: None, daily: dec(daily), revoked: false };
            life.model.agents.insert(id, held);
            life.ids.push(id);
        }
        life
    }

    fn id(&self, n: usize) -> AgentId {
        self.ids[n % self.ids.len()]
    }

    fn now(&self) -> i64 {
        self.world.now.max(self.world.state.clock().as_millis())
    }

    fn allocation(amount: u32, window: usize) -> Allocation {
        let (interval, window) = WINDOWS[window];
        Allocation { amount: amount.into(), interval, window }
    }

    fn run(&mut self, step: &Step) {
        match step {
            Step::Delegate { parent, amount, window } => {
                self.delegate(self.id(*parent), Self::allocation(*amount, *window));
            }
            Step::Allocate { child, amount, window, owner } => {
                let allocation = Self::allocation(*amount, *window);
                self.allocate(self.id(*child), Some(allocation), *owner);
            }
            Step::TakeBack { child, owner } => self.allocate(self.id(*child), None, *owner),
            Step::Ask { agent, amount } => self.ask(self.id(*agent), *amount),
            Step::Succeed { payment, percent } => self.succeed(*payment, *percent),
            Step::Cancel { payment } => self.cancel(*payment),
            Step::Daily { agent, amount } => self.set_daily(self.id(*agent), (*amount).into()),
            Step::Revoke { agent } => self.revoke(self.id(*agent)),
            Step::Wait(ms) => {
                self.world.wait(*ms);
            }
        }
        self.check();
    }

    fn delegate(&mut self, parent: AgentId, allocation: Allocation) {
        let now = self.now();
        let agent = AgentId::from_random(u128::try_from(self.ids.len()).unwrap() + 500);
        let daily = self.model.agents[&parent].daily;
        let chain = self.model.chain(parent);
        let stands = chain.iter().all(|agent| !self.model.agents[agent].revoked);
        let may = stands
            && chain.len() < 16
            && self.ids.len() < 8
            && self.model.has_room(parent, None, &allocation, now);
        if self.ids.len() >= 8 {
            return;
        }
        let draft = draft(agent, &format!("of {agent}"), open_policy(daily));
        let reply = self.world.run(delegate(parent, draft, allocation.clone()));
        assert_eq!(reply == Reply::Done, may, "{reply:?}");
        if may {
            let held =
                Held { parent: Some(parent), allocation: Some(allocation), daily, revoked: false };
            self.model.agents.insert(agent, held);
            self.ids.push(agent);
            self.assert_covered(parent);
        }
    }

    /// I4, in the form in which it is promised when something is handed on.
    fn assert_covered(&self, agent: AgentId) {
        let (amount, _) = self.model.holds(agent).unwrap();
        let total = self.model.total(agent, None, Decimal::ZERO, self.now());
        assert!(total <= amount, "{agent}: {total} of {amount}");
    }

    fn allocate(&mut self, agent: AgentId, allocation: Option<Allocation>, owner: bool) {
        let now = self.now();
        let held = &self.model.agents[&agent];
        let Some(parent) = held.parent else { return };
        let chain = self.model.chain(parent);
        let stands = chain.iter().all(|agent| !self.model.agents[agent].revoked);
        let room = allocation
            .as_ref()
            .is_none_or(|new| self.model.has_room(parent, Some(agent), new, now));
        let may = !held.revoked && (owner || stands) && room;
        let rises = allocation.as_ref().is_some_and(|new| {
            let used = self.model.used(agent, (new.interval, new.window), now);
            (new.amount - used).max(Decimal::ZERO) > self.model.remainder(agent, Decimal::ZERO, now)
        });
        let by = (!owner).then_some((parent, None));
        let command = Command::SetAllocation { agent, by, allocation: allocation.clone() };
        let reply = self.world.run(command);
        assert_eq!(reply == Reply::Done, may, "{reply:?}");
        if may {
            self.model.agents.get_mut(&agent).unwrap().allocation = allocation;
            if rises {
                self.assert_covered(parent);
            }
        }
    }

    fn ask(&mut self, agent: AgentId, amount: u32) {
        let now = self.now();
        let request = SpendRequest { agent, ..self.world.fresh(&amount.to_string()) };
        let payment = request.payment;
        let fits = self.model.fits(agent, amount.into(), now);
        let before: Vec<_> = self.model.chain(agent);
        match self.world.ask(request) {
            SpendReply::Reserved { .. } => {
                assert!(fits, "reserved beyond what is held");
                let charge = Charge { agent, at: now, used: amount.into() };
                self.model.charges.insert(payment, charge);
                for agent in before {
                    self.assert_covered(agent);
                    let (amount, window) = self.model.holds(agent).unwrap();
                    assert!(self.model.used(agent, window, now) <= amount, "I4");
                }
            }
            SpendReply::Refused(refusal) => {
                assert!(!fits, "refused without need: {refusal:?}");
                let below = |holder| {
                    let place = before.iter().position(|id| *id == holder).unwrap();
                    place.checked_sub(1).map(|below| before[below])
                };
                if let Refusal::AllocationLimit { holder, observed, limit } = refusal {
                    let total = self.model.total(holder, below(holder), amount.into(), now);
                    assert_eq!((total.normalize(), observed > limit), (observed, true));
                }
            }
            reply => panic!("{reply:?}"),
        }
    }

    fn open(&self, n: usize) -> Option<PaymentId> {
        let ids: Vec<_> = self.world.state.open_payments().map(crate::Payment::id).collect();
        ids.get(n % ids.len().max(1)).copied()
    }

    fn succeed(&mut self, n: usize, percent: u32) {
        let Some(payment) = self.open(n) else { return };
        let Reply::Authorized(_) = self.world.run(self.world.submit_command(payment)) else {
            return;
        };
        let charge = self.model.charges.get_mut(&payment).unwrap();
        charge.used = charge.used * Decimal::from(percent) / Decimal::from(100);
        let settled = charge.used.to_string();
        self.world.succeed(payment, &settled);
    }

    fn cancel(&mut self, n: usize) {
        let Some(payment) = self.open(n) else { return };
        let (agent, cause) = (None, StopCause::Owner);
        self.world.done(Command::Cancel { payment, agent, cause });
        self.model.charges.remove(&payment);
    }

    fn set_daily(&mut self, agent: AgentId, daily: Decimal) {
        let policy = quiet(open_policy(daily));
        let reply = self.world.run(Command::SetAgentPolicy { agent, policy, presence: true });
        if reply == Reply::Done {
            self.model.agents.get_mut(&agent).unwrap().daily = daily;
        }
    }

    fn revoke(&mut self, agent: AgentId) {
        if self.model.agents[&agent].parent.is_none() {
            return;
        }
        let Reply::Stopped(report) = self.world.run(Command::RevokeAgent(agent)) else { panic!() };
        let all: Vec<_> = self.model.agents.keys().copied().collect();
        for id in all {
            if self.model.chain(id).contains(&agent) {
                self.model.agents.get_mut(&id).unwrap().revoked = true;
            }
        }
        self.model.charges.retain(|payment, _| !report.canceled.contains(payment));
        assert!(report.in_flight.is_empty());
    }

    fn check(&mut self) {
        for entry in &self.world.log[self.seen..] {
            self.replayed.apply(entry).unwrap();
        }
        self.seen = self.world.log.len();
        assert!(self.replayed == self.world.state, "replay gives another state");
        let now = self.now();
        for agent in self.ids.iter().filter(|agent| !self.model.agents[agent].revoked) {
            let line = self.world.state.allocation_line(*agent, at(now));
            let shown = line.map(|line| (line.limit, line.settled + line.reserved, line.held));
            let held = self.model.held(*agent, None, now).normalize();
            let expected = self.model.holds(*agent).map(|(amount, window)| {
                (amount, self.model.used(*agent, window, now).normalize(), held)
            });
            assert_eq!(shown, expected, "{agent}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 96, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn no_tree_ever_uses_more_than_its_top_holds(steps in prop::collection::vec(step(), 1..80)) {
        let mut life = Life::new();
        steps.iter().for_each(|step| life.run(step));
        life.world.assert_replays();
    }
}
