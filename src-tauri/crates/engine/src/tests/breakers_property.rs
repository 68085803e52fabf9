//! Random spending with many stops and resumes, held against a list that adds up anew: what the
//! breaker for spending counts is exact, also where many payments are called off at once and the
//! owner resumes the agent several times in one quarter of an hour.

use super::support::*;
use crate::{AgentStatus, PaymentStatus};
use proptest::prelude::*;
use purser_domain::*;
use rust_decimal::Decimal;

const SUB: AgentId = AgentId::from_random(20);

#[derive(Debug, Clone)]
enum Step {
    Ask { sub: bool, amount: u32, payee: u32 },
    Submit { payment: usize },
    Settle { payment: usize, percent: u32 },
    Fail { payment: usize },
    Cancel { payment: usize },
    Pause { sub: bool },
    Resume { sub: bool },
    Freeze,
    Unfreeze,
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let n = 0..24usize;
    let sub = prop::bool::weighted(0.3);
    prop_oneof![
        12 => (sub, 1..40u32, 0..2u32)
            .prop_map(|(sub, amount, payee)| Step::Ask { sub, amount, payee }),
        4 => n.clone().prop_map(|payment| Step::Submit { payment }),
        2 => (n.clone(), 1..=100u32)
            .prop_map(|(payment, percent)| Step::Settle { payment, percent }),
        2 => n.clone().prop_map(|payment| Step::Fail { payment }),
        1 => n.prop_map(|payment| Step::Cancel { payment }),
        2 => sub.prop_map(|sub| Step::Pause { sub }),
        4 => sub.prop_map(|sub| Step::Resume { sub }),
        1 => Just(Step::Freeze),
        2 => Just(Step::Unfreeze),
        3 => prop::sample::select(vec![0, SECOND, MINUTE, 7 * MINUTE, HOUR, DAY])
            .prop_map(Step::Wait),
    ]
}

/// Payments by the place of their entry, and where each agent was resumed last.
struct Model {
    payments: Vec<(u64, PaymentId, AgentId, i64)>,
    resumed: [u64; 2],
}

fn place(agent: AgentId) -> usize {
    usize::from(agent == SUB)
}

/// What a payment holds or has paid.
fn used(world: &World, payment: PaymentId) -> Decimal {
    let payment = world.state.payment(payment).unwrap();
    match &payment.status {
        PaymentStatus::Failed { .. } | PaymentStatus::Stopped(_) => Decimal::ZERO,
        PaymentStatus::Succeeded { settled, .. } => *settled,
        _ => payment.reservation.worth.unwrap(),
    }
}

impl Model {
    /// What an agent spent and holds since the quarter of an hour a day ago and its last resume.
    fn observed(&self, world: &World, agent: AgentId) -> Decimal {
        let quarter = |ms: i64| ms.div_euclid(15 * MINUTE);
        let own = self.payments.iter().filter(|(_, _, of, _)| *of == agent);
        let live = own.filter(|(seq, _, _, at)| {
            *seq > self.resumed[place(agent)] && quarter(*at) > quarter(world.now) - 96
        });
        live.map(|(_, payment, ..)| used(world, *payment)).sum()
    }

    fn take(&mut self, world: &mut World, step: Step) {
        let who = |sub: bool| if sub { SUB } else { AGENT };
        let nth = |n: usize| self.payments.get(n).or(self.payments.last()).map(|one| one.1);
        match step {
            Step::Ask { sub, amount, payee: to } => {
                let asked = SpendRequest {
                    agent: who(sub),
                    payee: payee(&format!("shop{to}.example")),
                    ..world.fresh(&amount.to_string())
                };
                let seq = world.state.next_seq();
                let id = asked.payment;
                if let crate::SpendReply::Reserved { .. } = world.ask(asked) {
                    self.payments.push((seq, id, who(sub), world.now));
                }
            }
            Step::Submit { payment } => {
                if let Some(payment) = nth(payment) {
                    world.run(world.submit_command(payment));
                }
            }
            Step::Settle { payment, percent } => {
                let Some(payment) = nth(payment) else { return };
                let asked = world.state.payment(payment).unwrap().reservation.request.amount;
                let settled = asked.amount() * Decimal::new(percent.into(), 2);
                let resolution = Resolution::Succeeded { settled, receipt: receipt() };
                world.run(Command::Resolve { payment, resolution });
            }
            Step::Fail { payment } => {
                let Some(payment) = nth(payment) else { return };
                let resolution = Resolution::Failed { problem: "no".to_owned(), detail: claim("") };
                world.run(Command::Resolve { payment, resolution });
            }
            Step::Cancel { payment } => {
                let Some(payment) = nth(payment) else { return };
                world.run(Command::Cancel { payment, agent: None, cause: StopCause::Owner });
            }
            Step::Pause { sub } => drop(world.run(Command::PauseAgent(who(sub)))),
            Step::Resume { sub } => {
                let (agent, seq) = (who(sub), world.state.next_seq());
                let paused = world.state.agent(agent).unwrap().status == AgentStatus::Paused;
                world.run(Command::ResumeAgent(agent));
                if paused {
                    self.resumed[place(agent)] = seq;
                }
            }
            Step::Freeze => drop(world.run(Command::Freeze)),
            Step::Unfreeze => drop(world.run(Command::Unfreeze)),
            Step::Wait(ms) => drop(world.wait(ms)),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn what_the_breaker_counts_is_exact_through_stops_and_resumes(
        steps in prop::collection::vec(step(), 1..120)
    ) {
        let agent = AgentPolicy {
            rate_limit_per_minute: 6000,
            breakers: Breakers { spend_rate_multiple: dec("3"), ..Breakers::default() },
            ..policy(r#"{"per_transaction":"100","per_session":"1000","daily":"300"}"#)
        };
        let mut world = World::new(agent.clone());
        let (interval, window) = (Interval::Weekly, Window::Calendar);
        let held = Allocation { amount: dec("200"), interval, window };
        world.sub(AGENT, SUB, AgentPolicy { may_delegate: false, ..agent }, held);
        let mut model = Model { payments: Vec::new(), resumed: [0; 2] };
        for step in steps {
            model.take(&mut world, step);
            for agent in [AGENT, SUB] {
                let found = world.state.agent(agent).unwrap();
                let rate = found.watch.spent.rate(Decimal::ZERO, &found.policy, at(world.now));
                prop_assert_eq!(rate.unwrap().observed, model.observed(&world, agent));
            }
        }
        world.assert_replays();
    }
}
