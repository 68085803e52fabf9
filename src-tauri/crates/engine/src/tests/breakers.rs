//! Circuit breakers (A9), each at its boundary.

use super::support::*;
use crate::{AgentStatus, PaymentStatus, Reply, SpendReply};
use proptest::prelude::*;
use purser_domain::*;
use rust_decimal::Decimal;

/// An agent with a daily cap of 1,000 that paid 13 on each of 30 days. With the prior of three days
/// of 200 the usual is 30 a day.
fn used_to_thirty() -> World {
    let mut world = World::new(policy(
        r#"{"per_transaction":"1000","per_session":"1000","daily":"1000",
            "rate_limit_per_minute":6000}"#,
    ));
    let first = world.reserve("0.01");
    world.done(Command::Cancel { payment: first, agent: None, cause: StopCause::Owner });
    world.wait(2 * DAY);
    for _ in 0..30 {
        world.pay("13");
        world.wait(DAY);
    }
    // The last of them is more than a day ago, and the first not more than 31.
    world.wait(6 * HOUR);
    world
}

fn trips(world: &World) -> Vec<(BreakerCause, Vec<PaymentId>)> {
    let tripped = world.log.iter().filter_map(|entry| match &entry.event {
        Event::BreakerTripped { cause, canceled, .. } => Some((cause.clone(), canceled.clone())),
        _ => None,
    });
    tripped.collect()
}

fn trip_of(world: &mut World, amount: &str) -> BreakerCause {
    let request = world.fresh(amount);
    match world.refusal(request) {
        Refusal::BreakerTripped { cause } => cause,
        refusal => panic!("no breaker but {refusal:?}"),
    }
}

#[test]
fn five_times_the_usual_passes_and_more_trips_the_breaker() {
    let mut world = used_to_thirty();
    world.pay("150");
    world.assert_replays();

    let mut world = used_to_thirty();
    let waiting = world.reserve("100");
    let cause = trip_of(&mut world, "50.3");
    let expected =
        BreakerCause::SpendRate { observed: dec("150.3"), usual: dec("30"), multiple: dec("5") };
    assert_eq!(cause, expected);
    assert_eq!(trips(&world), [(cause.clone(), vec![waiting])]);
    let kinds: Vec<_> = world.log.iter().rev().take(2).map(|entry| entry.event.kind()).collect();
    assert_eq!(kinds, ["breaker_tripped", "spend_refused"], "in one decision");
    let agent = world.state.agent(AGENT).unwrap();
    assert_eq!(agent.status, AgentStatus::Paused);
    assert_eq!(agent.tripped, Some((cause, at(world.now))));
    let canceled = PaymentStop::Canceled { cause: StopCause::Breaker };
    assert_eq!(*world.status(waiting), PaymentStatus::Stopped(canceled));
    assert_eq!(world.daily(), (dec("0"), dec("0")), "what waited holds nothing any more");
    world.assert_replays();
}

#[test]
fn a_cent_more_than_five_times_the_usual_trips_the_breaker() {
    let mut world = used_to_thirty();
    world.reserve("150");
    assert!(matches!(trip_of(&mut world, "0.01"), BreakerCause::SpendRate { .. }));
}

#[test]
fn the_policy_says_how_many_times_the_usual_is_let_pass() {
    let mut world = used_to_thirty();
    let agent = world.state.agent(AGENT).unwrap();
    let mut policy = agent.policy.clone();
    policy.breakers.spend_rate_multiple = dec("2.5");
    world.done(Command::SetAgentPolicy { agent: AGENT, policy, presence: true });
    world.reserve("75");
    assert!(matches!(trip_of(&mut world, "0.01"), BreakerCause::SpendRate { .. }));
}

#[test]
fn what_is_released_or_has_no_rate_does_not_count() {
    let mut world = used_to_thirty();
    for _ in 0..20 {
        let payment = world.reserve("149");
        world.done(Command::Cancel { payment, agent: Some(AGENT), cause: StopCause::Agent });
    }
    let euros = Money::parse("900", "EUR").unwrap();
    let request = SpendRequest { amount: euros, ..world.fresh("1") };
    world.reserved(request);
    let part = world.reserve("149");
    world.submit(part);
    world.succeed(part, "49");
    world.reserve("101");
    assert!(matches!(trip_of(&mut world, "0.01"), BreakerCause::SpendRate { .. }));
    world.assert_replays();
}

#[test]
fn a_payment_counts_for_a_day_in_quarters_of_an_hour_and_then_to_what_is_usual() {
    let mut world = used_to_thirty();
    world.pay("150");
    let noon = world.now;
    world.wait(DAY - 1);
    assert!(matches!(trip_of(&mut world, "0.01"), BreakerCause::SpendRate { .. }));
    world.done(Command::ResumeAgent(AGENT));
    let watch = |world: &World, ms: i64| {
        let agent = world.state.agent(AGENT).unwrap();
        agent
            .watch
            .spent
            .rate(dec("900"), &agent.policy, at(ms))
            .unwrap()
            .excess()
            .unwrap()
            .unwrap()
    };
    // One of the 13s has left the 30 days, and the 150 has come in: (377 + 150 + 600) / 33.
    let expected = BreakerCause::SpendRate {
        observed: dec("900"),
        usual: dec("34.151515"),
        multiple: dec("5"),
    };
    assert_eq!(watch(&world, noon + DAY), expected);
    // After 31 days everything is forgotten but that there is a long history: 600 / 33.
    let BreakerCause::SpendRate { usual, .. } = watch(&world, noon + 31 * DAY) else { panic!() };
    assert_eq!(usual, dec("18.181818"));
}

#[test]
fn the_caps_hold_a_young_agent_before_the_breaker_does() {
    let mut world = World::new(policy(r#"{"per_session":"500"}"#));
    for _ in 0..10 {
        world.pay("50");
    }
    let more = world.fresh("0.01");
    let refusal = world.refusal(more);
    assert!(matches!(refusal, Refusal::SessionCap { .. } | Refusal::DailyCap { .. }));
    assert!(trips(&world).is_empty());
}

#[test]
fn steady_spending_never_trips_over_sixty_days() {
    // How often, how much each time, and how much of it waits a while for its outcome.
    let days = [(DAY, "50", 0), (12 * HOUR, "25", HOUR), (3 * HOUR, "6.25", 0), (HOUR, "0.01", 0)];
    for (every, amount, outcome) in days {
        let mut world = World::new(policy(r#"{"daily":"50","per_session":"1000"}"#));
        world.go_to("2026-03-03T00:00:00Z");
        while world.now < ms("2026-05-01T00:00:00Z") {
            let payment = world.reserve(amount);
            world.submit(payment);
            world.wait(outcome).succeed(payment, amount);
            world.wait(every - outcome);
        }
        assert!(trips(&world).is_empty(), "{amount} each {every} ms");
        world.assert_replays();
    }
}

#[test]
fn spending_that_grows_by_a_tenth_each_day_never_trips() {
    let mut world = World::new(policy(r#"{"daily":"50"}"#));
    let mut amount = dec("1");
    for _ in 0..41 {
        world.pay(&amount.round_dp(2).to_string());
        amount *= dec("1.1");
        world.wait(DAY);
    }
    assert!(trips(&world).is_empty());
}

#[test]
fn after_the_owner_resumes_counting_starts_anew_and_a_new_excess_trips_again() {
    let mut world = used_to_thirty();
    world.pay("140");
    trip_of(&mut world, "11");
    let again = world.fresh("11");
    assert_eq!(world.refusal(again), Refusal::AgentPaused);
    world.wait(MINUTE).done(Command::ResumeAgent(AGENT));
    assert_eq!(world.state.agent(AGENT).unwrap().tripped, None);
    world.pay("11");
    world.pay("139");
    let cause = trip_of(&mut world, "0.01");
    assert!(matches!(cause, BreakerCause::SpendRate { observed, .. } if observed == dec("150.01")));
    world.assert_replays();
}

#[test]
fn what_was_submitted_before_the_owner_resumed_stays_out_of_the_new_count() {
    let mut world = used_to_thirty();
    let flying = world.reserve("140");
    world.submit(flying);
    trip_of(&mut world, "11");
    world.wait(MINUTE).done(Command::ResumeAgent(AGENT));
    world.wait(MINUTE).reserve("150");
    let resolution = Resolution::Failed { problem: "no".to_owned(), detail: claim("") };
    world.done(Command::Resolve { payment: flying, resolution });
    trip_of(&mut world, "0.01");
    world.assert_replays();
}

#[test]
fn what_was_submitted_at_the_very_time_of_the_resume_stays_out_of_the_new_count_too() {
    for wait in [0, MINUTE] {
        let mut world = used_to_thirty();
        world.wait(wait);
        let flying = world.reserve("140");
        world.submit(flying);
        trip_of(&mut world, "11");
        world.done(Command::ResumeAgent(AGENT));
        let resolution = Resolution::Failed { problem: "no".to_owned(), detail: claim("") };
        world.done(Command::Resolve { payment: flying, resolution });
        world.reserve("150");
        trip_of(&mut world, "0.01");
        world.assert_replays();
    }
}

#[test]
fn a_breaker_that_trips_calls_off_what_waits_below_too_and_pauses_nobody_else() {
    let mut world = used_to_thirty();
    let interval = Interval::Daily;
    let allocation = Allocation { amount: dec("500"), interval, window: Window::Calendar };
    world.sub(AGENT, OTHER, hasty(), allocation);
    let below = SpendRequest { agent: OTHER, ..world.fresh("40") };
    let below = world.reserved(below);
    let own = world.reserve("149.99");
    trip_of(&mut world, "0.02");
    assert_eq!(trips(&world).pop().unwrap().1, [below, own]);
    assert_eq!(world.state.agent(OTHER).unwrap().status, AgentStatus::Active);
    let request = SpendRequest { agent: OTHER, ..world.fresh("1") };
    assert_eq!(world.refusal(request), Refusal::AncestorStopped { ancestor: AGENT });
    world.assert_replays();
}

#[test]
fn an_owner_that_pauses_and_resumes_is_no_breaker() {
    let mut world = World::new(AgentPolicy::default());
    assert!(matches!(world.run(Command::PauseAgent(AGENT)), Reply::Stopped(_)));
    assert_eq!(world.state.agent(AGENT).unwrap().tripped, None);
    world.done(Command::ResumeAgent(AGENT));
    world.pay("5");
}

fn refuse(world: &mut World, times: u32) {
    for _ in 0..times {
        let request = world.fresh("50.01");
        assert!(matches!(world.refusal(request), Refusal::PerTransactionCap { .. }));
    }
}

fn hasty() -> AgentPolicy {
    policy(r#"{"rate_limit_per_minute":6000}"#)
}

#[test]
fn thirty_refusals_in_ten_minutes_pass_and_one_more_trips_the_breaker() {
    let mut world = World::new(hasty());
    let waiting = world.reserve("5");
    refuse(&mut world, 30);
    assert!(trips(&world).is_empty());
    refuse(&mut world, 1);
    let cause = BreakerCause::Refusals { observed: 31, limit: 30, minutes: 10 };
    assert_eq!(trips(&world), [(cause, vec![waiting])]);
    let last = world.log.iter().rev().take(2).map(|entry| entry.event.kind());
    assert_eq!(last.collect::<Vec<_>>(), ["breaker_tripped", "spend_refused"]);
    for _ in 0..100 {
        let request = world.fresh("5");
        assert_eq!(world.refusal(request), Refusal::AgentPaused);
    }
    assert_eq!(trips(&world).len(), 1, "the owner hears once");
    world.done(Command::ResumeAgent(AGENT));
    refuse(&mut world, 30);
    assert_eq!(trips(&world).len(), 1, "those before do not count");
    refuse(&mut world, 1);
    assert_eq!(trips(&world).len(), 2);
    world.assert_replays();
}

#[test]
fn refusals_count_for_ten_minutes() {
    let mut world = World::new(hasty());
    refuse(&mut world, 30);
    world.wait(10 * MINUTE);
    refuse(&mut world, 30);
    assert!(trips(&world).is_empty());
    world.wait(10 * MINUTE - 1);
    refuse(&mut world, 1);
    assert_eq!(trips(&world).len(), 1);
    world.assert_replays();
}

#[test]
fn a_clock_that_is_set_back_forgets_no_refusal() {
    let mut world = World::new(hasty());
    refuse(&mut world, 30);
    world.wait(-DAY);
    let clear = world.fresh("50.01");
    world.refusal(clear);
    assert_eq!(trips(&world).len(), 1);
    world.done(Command::ResumeAgent(AGENT));
    refuse(&mut world, 30);
    world.wait(-DAY);
    world.pay("1");
    world.assert_replays();
}

#[test]
fn refusals_by_the_rate_limit_and_counted_ones_trip_the_breaker_too() {
    let mut world = World::new(AgentPolicy { rate_limit_per_minute: 1, ..AgentPolicy::default() });
    world.reserve("1");
    for _ in 0..31 {
        let request = world.fresh("1");
        assert!(matches!(world.refusal(request), Refusal::RateLimited { .. }));
    }
    assert_eq!(trips(&world).len(), 1);
    world.assert_replays();

    let mut world = World::new(hasty());
    let limited = |count| {
        let refusal = Refusal::RateLimited { limit: 1, retry_after_s: 1 };
        Command::NoteRefusals { agent: AGENT, refusal, count }
    };
    world.done(limited(29));
    let (agent, asked) = (AGENT, Asked::OpenSession);
    let refusal = Refusal::SessionNotAllowed;
    world.applies(Event::AgentAskRefused { agent, asked, refusal }).unwrap();
    assert!(trips(&world).is_empty());
    world.done(limited(5));
    let cause = BreakerCause::Refusals { observed: 35, limit: 30, minutes: 10 };
    assert_eq!(trips(&world), [(cause, Vec::new())]);
    world.done(limited(500));
    assert_eq!(trips(&world).len(), 1);
    world.assert_replays();
}

#[test]
fn a_thief_of_the_credential_alone_trips_nothing() {
    let mut world = World::new(AgentPolicy { rate_limit_per_minute: 2, ..AgentPolicy::default() });
    world.issue(false);
    let thief = || Presented { proof: HolderProof::Bearer, ..presented() };
    for _ in 0..100 {
        let request = world.fresh("5");
        let refusal = refused(world.ask_with(request, Some(thief())));
        assert_eq!(refusal, Refusal::HolderProofMissing);
        let (problem, detail) = ("bad_json".to_owned(), claim("{"));
        world.done(Command::RejectAttempt { agent: AGENT, problem, detail });
    }
    let refusal = Refusal::AttemptRejected { problem: "bad_json".to_owned() };
    world.done(Command::NoteRefusals { agent: AGENT, refusal, count: 1000 });
    let refusal = Refusal::HolderProofMissing;
    world.done(Command::NoteRefusals { agent: AGENT, refusal, count: 1000 });
    world.reserve("5");
    refuse(&mut world, 1);
    assert!(trips(&world).is_empty());
    world.assert_replays();
}

fn fail(world: &mut World, payment: PaymentId) {
    world.submit(payment);
    let resolution = Resolution::Failed { problem: "http_500".to_owned(), detail: claim("") };
    world.done(Command::Resolve { payment, resolution });
}

/// The same purchase again, with a key of its own.
fn rules(world: &mut World, amount: &str) -> (PaymentId, Tier, Vec<String>) {
    let payment = world.reserve(amount);
    let held = &world.state.payment(payment).unwrap().reservation;
    assert_eq!(held.approval.is_some(), held.tier >= Tier::SingleApprover);
    (payment, held.tier, held.rules.clone())
}

#[test]
fn the_same_purchase_failing_more_than_three_times_asks_a_person_until_it_succeeds() {
    let mut world = World::new(AgentPolicy::default());
    for _ in 0..4 {
        let (payment, tier, rules) = rules(&mut world, "5");
        assert_eq!((tier, rules), (Tier::Autonomous, vec!["tier_autonomous".to_owned()]));
        fail(&mut world, payment);
    }
    let (other, tier, _) = rules(&mut world, "5.01");
    assert_eq!(tier, Tier::Autonomous, "another purchase");
    world.submit(other);
    world.succeed(other, "5.01");
    for _ in 0..2 {
        let (payment, tier, rules) = rules(&mut world, "5");
        assert_eq!((tier, rules), (Tier::SingleApprover, vec!["repeated_failures".to_owned()]));
        world.approve(payment);
        fail(&mut world, payment);
    }
    let (payment, ..) = rules(&mut world, "5");
    world.approve(payment);
    world.submit(payment);
    world.succeed(payment, "5");
    let (_, tier, _) = rules(&mut world, "5");
    assert_eq!(tier, Tier::Autonomous, "it works again");
    world.assert_replays();
}

#[test]
fn failures_raise_a_tier_and_never_lower_one() {
    let mut world = World::new(wide());
    for _ in 0..4 {
        let payment = world.reserve("6000");
        world.approve(payment);
        fail(&mut world, payment);
    }
    let (_, tier, rules) = rules(&mut world, "6000");
    assert_eq!(tier, Tier::MultiParty);
    assert_eq!(rules, ["tier_multi_party", "repeated_failures"]);
}

#[test]
fn the_failures_of_64_purchases_are_remembered_and_the_oldest_are_dropped() {
    let mut world = World::new(policy(r#"{"rate_limit_per_minute":6000}"#));
    for _ in 0..4 {
        let payment = world.reserve("5");
        fail(&mut world, payment);
    }
    for cents in 1..64 {
        let payment = world.reserve(&format!("1.{cents:02}"));
        fail(&mut world, payment);
    }
    assert_eq!(rules(&mut world, "5").1, Tier::SingleApprover);
    let payment = world.reserve("2");
    fail(&mut world, payment);
    assert_eq!(rules(&mut world, "5").1, Tier::Autonomous);
    world.assert_replays();
}

/// A payment: how long after the last one, how much of what may be spent in hundredths, and what
/// becomes of it.
fn payments() -> impl Strategy<Value = Vec<(i64, u32, u8)>> {
    let gap = prop::sample::select(vec![
        0,
        SECOND,
        7 * MINUTE,
        HOUR,
        5 * HOUR,
        DAY - MINUTE,
        DAY,
        3 * DAY,
        20 * DAY,
        40 * DAY,
    ]);
    prop::collection::vec((gap, 0..=100u32, 0..5u8), 1..80)
}

/// What an agent with a daily cap of 1,000 and any history at all may spend in 24 hours: five times
/// what three days of 200 come to over 33 days.
const ALWAYS_LET_PASS: Decimal = Decimal::from_parts(909_090_909, 0, 0, false, 7);

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn breakers_change_nothing_for_an_agent_that_spends_little(payments in payments()) {
        let json = r#"{"daily":"1000","per_session":"1000","per_transaction":"200",
            "rate_limit_per_minute":6000}"#;
        let strict = policy(json);
        let mut loose = strict.clone();
        loose.breakers =
            Breakers { spend_rate_multiple: 100.into(), repeated_failures: 100, refusals: 1000 };
        let mut worlds = [World::new(strict), World::new(loose)];
        let mut spent: Vec<(i64, Decimal)> = Vec::new();
        for (gap, percent, fate) in payments {
            let now = worlds[0].now + gap;
            spent.retain(|(at, _)| now - at < DAY);
            let sum: Decimal = spent.iter().map(|(_, amount)| amount).sum();
            let amount = (ALWAYS_LET_PASS - sum) * Decimal::new(percent.into(), 2);
            let amount = amount.round_dp_with_strategy(2, rust_decimal::RoundingStrategy::ToZero);
            for world in &mut worlds {
                world.wait(gap);
                live(world, amount, fate);
            }
            spent.push((now, amount));
            let [strict, loose] = &worlds;
            let events = |world: &World| -> Vec<Event> {
                world.log.iter().skip(2).map(|entry| entry.event.clone()).collect()
            };
            prop_assert_eq!(events(strict), events(loose));
        }
        worlds[0].assert_replays();
    }
}

fn live(world: &mut World, amount: Decimal, fate: u8) {
    if amount.is_zero() {
        return;
    }
    let request = world.fresh(&amount.to_string());
    let payment = match world.ask(request) {
        SpendReply::Reserved { payment } => payment,
        reply => panic!("{reply:?}"),
    };
    match fate {
        0 => world.done(Command::Cancel { payment, agent: None, cause: StopCause::Owner }),
        1 => {
            world.submit(payment);
        }
        _ => {
            world.submit(payment);
            world.succeed(payment, &amount.to_string());
        }
    }
}
