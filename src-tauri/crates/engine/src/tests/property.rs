//! Random lives of a wallet, held against a model that knows nothing of meters: it keeps every
//! charge and adds them up anew for each question.

use super::support::*;
use crate::{BudgetKind, CommandError, Reply, SpendReply, decide};
use proptest::prelude::*;
use purser_domain::*;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// One step: what is done, and to what.
#[derive(Debug, Clone)]
enum Step {
    Ask { agent: usize, amount: u32, shop: u8, session: u8, key: Option<u8>, category: bool },
    Approve(usize),
    Decline(usize),
    Cancel(usize),
    Submit(usize),
    Succeed(usize, u8),
    Fail(usize),
    Lose(usize),
    Pause(usize),
    Resume(usize),
    Revoke(usize),
    Freeze,
    Unfreeze,
    Tick,
    Policy { agent: usize, which: usize },
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    use Step::*;
    let n = 0..12usize;
    let ask =
        (0..3usize, 1..2000u32, 0..3u8, 0..3u8, prop::option::weighted(0.3, 0..4u8), any::<bool>());
    let ask = ask.prop_map(|(agent, amount, shop, session, key, category)| Ask {
        agent,
        amount,
        shop,
        session,
        key,
        category,
    });
    prop_oneof![
        12 => ask,
        4 => n.clone().prop_map(Approve),
        1 => n.clone().prop_map(Decline),
        1 => n.clone().prop_map(Cancel),
        6 => n.clone().prop_map(Submit),
        4 => (n.clone(), 1..=100u8).prop_map(|(n, percent)| Succeed(n, percent)),
        1 => n.clone().prop_map(Fail),
        1 => n.clone().prop_map(Lose),
        1 => (0..3usize).prop_map(Pause),
        2 => (0..3usize).prop_map(Resume),
        1 => (2..3usize).prop_map(Revoke),
        1 => Just(Freeze),
        2 => Just(Unfreeze),
        1 => Just(Tick),
        6 => prop::sample::select(vec![
            SECOND, 20 * SECOND, 14 * MINUTE, HOUR, 7 * HOUR, DAY, 9 * DAY, -HOUR, -DAY,
        ]).prop_map(Wait),
    ]
}

/// As [`step`], and policies that change under way.
fn step_or_policy() -> impl Strategy<Value = Step> {
    let policy =
        (0..3usize, 0..POLICIES.len()).prop_map(|(agent, which)| Step::Policy { agent, which });
    prop_oneof![15 => step(), 1 => policy]
}

const POLICIES: [&str; 2] = [
    r#"{"per_transaction":"1500","per_session":"2500","daily":"4000","rate_limit_per_minute":20,
        "spending_limits":[
        {"amount":"6000","interval":"weekly"},
        {"amount":"5000","interval":"weekly","window":"rolling"},
        {"amount":"3000","interval":"monthly","each_payee":true},
        {"amount":"4000","interval":"all_time","categories":["books"]},
        {"amount":"2500","interval":"daily","window":"rolling","each_category":true},
        {"amount":"2000","interval":"session","payees":["host:shop1.example"]}]}"#,
    r#"{"per_transaction":"900","per_session":"1000","daily":"1200","spending_limits":[
        {"amount":"1500","interval":"monthly","window":"rolling"},
        {"amount":"1100","interval":"daily","each_category":true}]}"#,
];

fn agent_id(n: usize) -> AgentId {
    AgentId::from_random(u128::try_from(n).unwrap() + 10)
}

/// A charge as the model keeps it.
#[derive(Debug, Clone)]
struct Charge {
    request: SpendRequest,
    at: i64,
    settled: Decimal,
    reserved: Decimal,
}

#[derive(Default)]
struct Model {
    charges: BTreeMap<PaymentId, Charge>,
    submitted: BTreeSet<PaymentId>,
}

impl Model {
    fn note(&mut self, entry: &Entry) {
        let release = |model: &mut Self, payment: &PaymentId, settled: Decimal| {
            let charge = model.charges.get_mut(payment).unwrap();
            (charge.settled, charge.reserved) = (settled, Decimal::ZERO);
        };
        match &entry.event {
            Event::SpendReserved { reservation } => {
                let (request, at) = (reservation.request.clone(), entry.at_ms.as_millis());
                let reserved = reservation.worth.unwrap();
                let charge = Charge { request, at, settled: Decimal::ZERO, reserved };
                assert!(self.charges.insert(reservation.request.payment, charge).is_none());
            }
            Event::PaymentSubmitted { payment, .. } => {
                assert!(self.submitted.insert(*payment), "submitted twice");
            }
            Event::PaymentSucceeded { payment, settled, .. } => release(self, payment, *settled),
            Event::PaymentFailed { payment, .. } | Event::PaymentStopped { payment, .. } => {
                release(self, payment, Decimal::ZERO);
            }
            Event::WalletFrozen { canceled }
            | Event::AgentPaused { canceled, .. }
            | Event::AgentRevoked { canceled, .. } => {
                canceled.iter().for_each(|payment| release(self, payment, Decimal::ZERO));
            }
            _ => {}
        }
    }

    /// What a request's line of a kind has used, added up from nothing. In UTC.
    fn used(
        &self,
        limit: Option<&SpendingLimit>,
        kind: BudgetKind,
        probe: &SpendRequest,
        now: i64,
    ) -> (Decimal, Decimal) {
        let counted = self.charges.values().filter(|charge| {
            let asked = &charge.request;
            asked.agent == probe.agent
                && in_window(kind.interval(), charge, probe, now)
                && limit.is_none_or(|limit| {
                    matches(limit, asked)
                        && (!limit.each_payee || asked.payee.key() == probe.payee.key())
                        && (!limit.each_category || asked.category == probe.category)
                })
        });
        counted.fold((Decimal::ZERO, Decimal::ZERO), |(settled, reserved), charge| {
            (settled + charge.settled, reserved + charge.reserved)
        })
    }
}

fn matches(limit: &SpendingLimit, request: &SpendRequest) -> bool {
    let category = request.category.as_ref().is_some_and(|c| limit.categories.contains(c));
    (limit.categories.is_empty() || category)
        && (limit.payees.is_empty() || limit.payees.contains(&request.payee.key()))
}

fn in_window(
    (interval, window): (Interval, Window),
    charge: &Charge,
    probe: &SpendRequest,
    now: i64,
) -> bool {
    let day = |ms: i64| ms.div_euclid(DAY);
    let month = |ms: i64| {
        let time = jiff::Timestamp::from_millisecond(ms).unwrap();
        let date = time.to_zoned(jiff::tz::TimeZone::UTC).date();
        (date.year(), date.month())
    };
    let rolling = |days: i64| {
        let quarter_end = (charge.at.div_euclid(15 * MINUTE) + 1) * 15 * MINUTE;
        now < quarter_end + days * DAY
    };
    match (interval, window) {
        (Interval::Daily, Window::Rolling) => rolling(1),
        (Interval::Weekly, Window::Rolling) => rolling(7),
        (Interval::Monthly, Window::Rolling) => rolling(30),
        (Interval::Daily, _) => day(charge.at) == day(now),
        // The epoch was a Thursday.
        (Interval::Weekly, _) => (day(charge.at) + 3) / 7 == (day(now) + 3) / 7,
        (Interval::Monthly, _) => month(charge.at) == month(now),
        (Interval::Session, _) => match &probe.session {
            Some(_) => charge.request.session == probe.session,
            None => charge.request.session.is_none() && day(charge.at) == day(now),
        },
        (Interval::AllTime, _) => true,
        (Interval::PerTransaction, _) => false,
    }
}

struct Life {
    world: World,
    model: Model,
    replayed: crate::State,
    seen: usize,
    policy_changed: bool,
}

impl Life {
    fn new() -> Self {
        let mut world = World::empty();
        world.done(Command::CreateWallet { owner: OWNER, policy: WalletPolicy::default() });
        for n in 0..3 {
            let draft = draft(agent_id(n), &format!("Agent {n}"), policy(POLICIES[0]));
            world.done(Command::AddAgent(draft));
        }
        let (model, replayed) = (Model::default(), crate::State::default());
        Self { world, model, replayed, seen: 0, policy_changed: false }
    }

    fn command(&mut self, step: &Step) -> Option<Command> {
        let payment = |n: &usize| {
            let ids: Vec<_> = self.world.state.open_payments().map(crate::Payment::id).collect();
            ids.get(n % ids.len().max(1)).copied()
        };
        let (cause, reason) = (StopCause::Owner, None);
        let (problem, detail) = ("p".to_owned(), claim("d"));
        Some(match step {
            Step::Ask { .. } => {
                Command::Spend { request: Box::new(self.request(step)), presented: None }
            }
            Step::Approve(n) => {
                let payment = payment(n)?;
                let held = &self.world.state.payment(payment)?.reservation;
                let digest = held.approval.as_ref()?.digest;
                Command::Approve { payment, approver: OWNER, digest }
            }
            Step::Decline(n) => Command::Decline { payment: payment(n)?, approver: OWNER, reason },
            Step::Cancel(n) => Command::Cancel { payment: payment(n)?, agent: None, cause },
            Step::Submit(n) => self.world.submit_command(payment(n)?),
            Step::Succeed(n, percent) => {
                let payment = payment(n)?;
                let asked = self.world.state.payment(payment)?.reservation.request.amount.amount();
                let settled = asked * Decimal::from(*percent) / Decimal::from(100);
                let resolution = Resolution::Succeeded { settled, receipt: receipt() };
                Command::Resolve { payment, resolution }
            }
            Step::Fail(n) => {
                let resolution = Resolution::Failed { problem, detail };
                Command::Resolve { payment: payment(n)?, resolution }
            }
            Step::Lose(n) => {
                let resolution = Resolution::Unknown { problem, detail };
                Command::Resolve { payment: payment(n)?, resolution }
            }
            Step::Pause(n) => Command::PauseAgent(agent_id(*n)),
            Step::Resume(n) => Command::ResumeAgent(agent_id(*n)),
            Step::Revoke(n) => Command::RevokeAgent(agent_id(*n)),
            Step::Freeze => Command::Freeze,
            Step::Unfreeze => Command::Unfreeze,
            Step::Tick => Command::Tick,
            Step::Policy { agent, which } => {
                self.policy_changed = true;
                let (agent, policy) = (agent_id(*agent), policy(POLICIES[*which]));
                Command::SetAgentPolicy { agent, policy, presence: true }
            }
            Step::Wait(ms) => {
                self.world.wait(*ms);
                return None;
            }
        })
    }

    fn request(&mut self, step: &Step) -> SpendRequest {
        let Step::Ask { agent, amount, shop, session, key, category } = step else { panic!() };
        let mut request = self.world.fresh(&amount.to_string());
        request.agent = agent_id(*agent);
        request.payee = payee(&format!("shop{shop}.example"));
        request.session = (*session > 0).then(|| Label::new(&format!("s{session}")).unwrap());
        request.category = category.then(|| Category::new("books").unwrap());
        if let Some(key) = key {
            request.key_derived = *key % 2 == 0;
            request.idempotency_key = IdempotencyKey::new(&format!("shared-{key}")).unwrap();
        }
        request
    }

    fn run(&mut self, step: &Step) {
        let Some(command) = self.command(step) else { return };
        let entries = self.world.log.len();
        let again = decide(&self.world.state, &command, at(self.world.now));
        assert_eq!(self.world.decide(&command), again, "deciding changes nothing");
        let reply = self.world.run(command.clone());
        let new = self.world.log.len() - entries;
        if matches!(command, Command::Spend { .. }) {
            assert_eq!(new, 1, "one entry for each attempt");
        }
        if let Reply::Error(error) = &reply {
            assert!(new == 0 || *error == CommandError::ApprovalExpired, "{error:?}");
            assert!(!matches!(error, CommandError::Internal { .. }));
        }
        if let Reply::Spend(SpendReply::Refused(refusal)) = &reply {
            assert!(!matches!(refusal, Refusal::Internal { .. }), "{refusal:?}");
        }
        self.check();
    }

    fn check(&mut self) {
        for entry in &self.world.log[self.seen..] {
            self.model.note(entry);
            self.replayed.apply(entry).unwrap();
        }
        self.seen = self.world.log.len();
        assert!(self.replayed == self.world.state, "replay gives another state");
        let now = self.world.now.max(self.world.state.clock().as_millis());
        for agent in 0..3 {
            for (shop, session, category) in [(0, 0, true), (1, 1, false), (2, 2, true)] {
                let step = Step::Ask { agent, amount: 1, shop, session, key: None, category };
                let probe = self.request(&step);
                self.check_lines(&probe, now);
            }
        }
    }

    fn check_lines(&self, probe: &SpendRequest, now: i64) {
        let policy = &self.world.state.agent(probe.agent).unwrap().policy;
        for line in self.world.state.budgets_for(probe, at(self.world.now)) {
            let limit = match line.kind {
                BudgetKind::Envelope { index, .. } => {
                    policy.spending_limits.get(usize::try_from(index).unwrap())
                }
                _ => None,
            };
            let used = self.model.used(limit, line.kind, probe, now);
            assert_eq!((line.settled, line.reserved), used, "{line:?}");
            if !self.policy_changed {
                assert!(line.settled + line.reserved <= line.limit, "{line:?}");
            }
        }
    }
}

fn live(steps: &[Step]) {
    let mut life = Life::new();
    steps.iter().for_each(|step| life.run(step));
    life.world.assert_replays();
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn any_life_replays_and_keeps_every_limit(steps in prop::collection::vec(step(), 1..120)) {
        live(&steps);
    }

    #[test]
    fn any_life_counts_right_while_policies_change(
        steps in prop::collection::vec(step_or_policy(), 1..120)
    ) {
        live(&steps);
    }
}
