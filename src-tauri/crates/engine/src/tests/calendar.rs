//! Windows: days of 23 and 25 hours, ends of months, rolling edges, clocks that go back.

use super::support::*;
use crate::budget::Calendar;
use purser_domain::*;

/// The start and end of the window around a time, as RFC 3339 in UTC.
fn span(zone: &str, interval: Interval, time: &str) -> [String; 2] {
    let span = Calendar::of_zone(zone).unwrap().span(interval, at(ms(time))).unwrap();
    [span.start, span.end]
        .map(|time| jiff::Timestamp::from_millisecond(time.as_millis()).unwrap().to_string())
}

#[test]
fn days_weeks_and_months_follow_the_owners_zone() {
    use Interval::{Daily, Monthly, Weekly};
    let new_york = "America/New_York";
    for (zone, interval, time, expected) in [
        // Clocks go forward: a day of 23 hours.
        (new_york, Daily, "2026-03-08T12:00:00Z", ["2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"]),
        // Clocks go back: a day of 25 hours, both one o'clocks in it.
        (new_york, Daily, "2026-11-01T05:30:00Z", ["2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"]),
        (new_york, Daily, "2026-11-01T06:30:00Z", ["2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"]),
        (
            new_york,
            Weekly,
            "2026-03-08T12:00:00Z",
            ["2026-03-02T05:00:00Z", "2026-03-09T04:00:00Z"],
        ),
        (
            new_york,
            Monthly,
            "2026-03-08T12:00:00Z",
            ["2026-03-01T05:00:00Z", "2026-04-01T04:00:00Z"],
        ),
        // Midnight does not exist: the day begins at one.
        (
            "America/Santiago",
            Daily,
            "2026-09-06T12:00:00Z",
            ["2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"],
        ),
        // Midnight comes twice: the day begins with the first.
        (
            "America/Havana",
            Daily,
            "2026-11-01T12:00:00Z",
            ["2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"],
        ),
        ("Asia/Kathmandu", Daily, NOON_TEXT, ["2026-03-01T18:15:00Z", "2026-03-02T18:15:00Z"]),
        ("UTC", Monthly, "2028-02-29T23:59:59Z", ["2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"]),
        ("UTC", Monthly, "2026-12-31T00:00:00Z", ["2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"]),
        ("UTC", Weekly, "2026-03-01T23:59:59Z", ["2026-02-23T00:00:00Z", "2026-03-02T00:00:00Z"]),
        ("UTC", Weekly, "2026-03-02T00:00:00Z", ["2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z"]),
    ] {
        assert_eq!(span(zone, interval, time), expected, "{zone} {interval:?} {time}");
    }
}

const NOON_TEXT: &str = "2026-03-02T12:00:00Z";

#[test]
fn every_zone_begins_its_days_on_a_quarter_of_an_hour_and_leaves_none_out() {
    let database = jiff::tz::TimeZoneDatabase::bundled();
    let mut zones = 0;
    for name in database.available() {
        let zone = database.get(name.as_str()).unwrap();
        let calendar = Calendar::of_zone(name.as_str()).unwrap();
        let from = jiff::Timestamp::from_millisecond(ms("2020-01-01T00:00:00Z")).unwrap();
        let until = jiff::Timestamp::from_millisecond(ms("2060-01-01T00:00:00Z")).unwrap();
        let changes = zone.following(from).take_while(|change| change.timestamp() < until);
        let changes = changes.map(|change| change.timestamp().as_millisecond());
        for time in std::iter::once(from.as_millisecond()).chain(changes) {
            for time in [time - HOUR, time - 1, time, time + HOUR] {
                let day = calendar.span(Interval::Daily, at(time)).unwrap();
                assert!(day.contains(at(time)), "{} {time}", name.as_str());
                assert_eq!(day.start.as_millis() % (15 * MINUTE), 0, "{}", name.as_str());
            }
        }
        zones += 1;
    }
    assert!(zones > 400, "{zones}");
}

#[test]
fn a_day_that_has_begun_stays_begun_when_the_clock_goes_back_over_midnight() {
    // Until 2011 Goose Bay went back from 00:01 to 23:01 of the day before, here at 03:01 UTC.
    let day = ["2010-11-07T03:00:00Z", "2010-11-08T04:00:00Z"];
    for time in ["2010-11-07T03:00:30Z", "2010-11-07T03:30:00Z", "2010-11-07T04:00:00Z"] {
        assert_eq!(span("America/Goose_Bay", Interval::Daily, time), day, "{time}");
    }
    let before = span("America/Goose_Bay", Interval::Daily, "2010-11-07T02:59:59Z");
    assert_eq!(before[1], day[0]);
}

/// Spends the day's cap at `start`, then says whether a cent passes at each later time.
fn reopens(zone: &str, start: &str, times: &[&str]) -> Vec<bool> {
    let json = r#"{"daily":"50","per_session":"1000","breakers":{"spend_rate_multiple":"10"}}"#;
    let mut world = World::in_zone(zone, start, policy(json));
    world.pay("50");
    let one = |world: &mut World, time: &str| {
        world.go_to(time);
        let request = world.fresh("0.01");
        let passed = matches!(world.ask(request), crate::SpendReply::Reserved { .. });
        world.assert_replays();
        passed
    };
    times.iter().map(|time| one(&mut world, time)).collect()
}

#[test]
fn the_day_of_23_hours_ends_an_hour_early_and_that_of_25_an_hour_late() {
    let short = reopens(
        "America/New_York",
        "2026-03-08T05:00:00Z",
        &["2026-03-09T03:59:59.999Z", "2026-03-09T04:00:00Z"],
    );
    assert_eq!(short, [false, true]);
    let long = reopens(
        "America/New_York",
        "2026-11-01T04:00:00Z",
        &["2026-11-02T04:00:00Z", "2026-11-02T04:59:59.999Z", "2026-11-02T05:00:00Z"],
    );
    assert_eq!(long, [false, false, true]);
}

fn envelope(limit: &str, start: &str, times: &[&str]) -> Vec<bool> {
    let limits = format!(r#"[{{"amount":"10",{limit}}}]"#);
    let mut world = World::in_zone("UTC", start, wide_with(&limits));
    world.pay("10");
    let mut passed = Vec::new();
    for time in times {
        world.go_to(time);
        let request = world.fresh("0.01");
        let reply = world.ask(request);
        passed.push(matches!(reply, crate::SpendReply::Reserved { .. }));
    }
    world.assert_replays();
    passed
}

#[test]
fn months_and_weeks_refill_with_the_calendar() {
    let monthly = r#""interval":"monthly""#;
    let times = ["2026-02-28T23:59:59.999Z", "2026-03-01T00:00:00Z"];
    assert_eq!(envelope(monthly, "2026-02-01T00:00:00Z", &times), [false, true]);
    let weekly = r#""interval":"weekly""#;
    let times = ["2026-03-08T23:59:59.999Z", "2026-03-09T00:00:00Z"];
    assert_eq!(envelope(weekly, "2026-03-02T00:00:00Z", &times), [false, true]);
}

#[test]
fn a_rolling_window_counts_a_payment_for_its_whole_length_and_at_most_a_quarter_more() {
    for (interval, start, held, free) in [
        ("daily", "2026-03-02T12:07:00Z", "2026-03-03T12:14:59.999Z", "2026-03-03T12:15:00Z"),
        ("daily", "2026-03-02T12:14:59.999Z", "2026-03-03T12:14:59.999Z", "2026-03-03T12:15:00Z"),
        ("weekly", "2026-03-02T12:00:00Z", "2026-03-09T12:14:59.999Z", "2026-03-09T12:15:00Z"),
        ("monthly", "2026-03-02T12:00:00Z", "2026-04-01T12:14:59.999Z", "2026-04-01T12:15:00Z"),
    ] {
        let limit = format!(r#""interval":"{interval}","window":"rolling""#);
        assert_eq!(envelope(&limit, start, &[held, free]), [false, true], "{interval}");
    }
}

#[test]
fn a_rolling_window_forgets_quarter_by_quarter() {
    let limits = r#"[{"amount":"10","interval":"daily","window":"rolling"}]"#;
    let mut world = World::new(wide_with(limits));
    for _ in 0..5 {
        world.pay("2");
        world.wait(HOUR);
    }
    world.now = NOON + DAY + 15 * MINUTE;
    let left = |world: &World| world.state.budgets(AGENT, at(world.now)).pop().unwrap().remaining();
    assert_eq!(left(&world), dec("2"));
    world.wait(HOUR);
    assert_eq!(left(&world), dec("4"));
    let late = world.reserve("4");
    assert_eq!(left(&world), dec("0"));
    world.submit(late);
    world.wait(30 * DAY).succeed(late, "4");
    assert_eq!(left(&world), dec("10"), "what left the window does not come back");
    world.assert_replays();
}

#[test]
fn a_clock_that_goes_back_reopens_nothing() {
    let json = r#"{"daily":"50","breakers":{"spend_rate_multiple":"20"}}"#;
    let mut world = World::in_zone("UTC", "2026-03-02T23:59:00Z", policy(json));
    world.pay("50");
    world.go_to("2026-03-03T00:01:00Z").pay("50");
    let after = world.state.clock();
    world.go_to("2026-03-02T00:00:00Z");
    let decision = {
        let request = Box::new(world.fresh("0.01"));
        world.decide(&Command::Spend { request, presented: None })
    };
    assert_eq!(decision.at, after, "the log's clock holds");
    world.go_to("2026-03-01T00:00:00Z");
    let request = world.fresh("0.01");
    assert!(matches!(world.refusal(request), Refusal::DailyCap { .. }));
    assert_eq!(world.daily().0, dec("50"));
    world.assert_replays();
}

#[test]
fn moving_to_another_zone_counts_the_new_day_anew_from_what_was_spent() {
    let json = r#"{"daily":"50","per_session":"1000",
        "spending_limits":[{"amount":"60","interval":"monthly"}]}"#;
    let mut world = World::in_zone("UTC", "2026-02-28T22:00:00Z", policy(json));
    world.pay("30");
    world.go_to("2026-03-01T01:00:00Z").pay("20");
    assert_eq!(world.daily().0, dec("20"));
    let time_zone = "America/New_York".to_owned();
    world.done(Command::SetWalletPolicy {
        policy: WalletPolicy { time_zone, ..WalletPolicy::default() },
        presence: true,
    });
    assert_eq!(world.daily().0, dec("50"), "in New York both were on the 28th");
    let month = world.state.budgets(AGENT, at(world.now)).pop().unwrap();
    assert_eq!(month.settled, dec("50"));
    world.assert_replays();
}
