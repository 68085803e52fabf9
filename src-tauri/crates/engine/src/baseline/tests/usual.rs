//! What is held against what: categories, hours, new payees, countries, and other agents.

use super::*;

const COFFEE: Id = Id::FIRST;
const FLIGHTS: Id = Id::NONE;

/// The least whole amount that is asked about.
fn least_asked(story: &Story, change: impl Fn(&mut Look<'static>)) -> u32 {
    let asked = |worth: &u32| {
        let mut look = story.look(f64::from(*worth), 1);
        change(&mut look);
        story.asks_look(&look).contains(&SignalCode::UnusualAmount)
    };
    (1..5000).find(asked).unwrap()
}

#[test]
fn an_amount_is_held_against_its_category() {
    let mut story = Story::new();
    for n in 0..200_u32 {
        story.at += 5 * HOUR_MS;
        let (middle, category) = if n % 5 == 4 { (400.0, FLIGHTS) } else { (5.0, COFFEE) };
        let worth = middle * (0.2 * story.normal()).exp();
        let look = Look { category, ..story.look(worth, 1) };
        story.baseline.ask(&look);
        story.baseline.learn(&look, true);
    }
    let asks = |worth: f64, category| story.asks_look(&Look { category, ..story.look(worth, 1) });
    assert_eq!(asks(400.0, FLIGHTS), []);
    assert_eq!(asks(5.0, COFFEE), []);
    assert_eq!(asks(400.0, COFFEE), [SignalCode::UnusualAmount]);
    // What a person reads is of that category, too.
    let found = story.baseline.look(&Look { category: COFFEE, ..story.look(400.0, 1) });
    let usual = found.signals[0].usual.as_ref().unwrap().raw();
    let (low, high) = usual.split_once(" to ").unwrap();
    let (low, high): (f64, f64) = (low.parse().unwrap(), high.parse().unwrap());
    assert!((2.5..4.0).contains(&low) && (6.0..10.0).contains(&high), "{usual}");
}

#[test]
fn an_agent_is_held_against_others_only_while_it_is_young() {
    let others = |deviation| Some(Pool { deviation });
    let least = |payments: u32, pool| {
        let mut story = Story::new();
        for n in 0..payments {
            let look = story.look(20.0 + f64::from(n % 5), 1);
            story.at += 5 * HOUR_MS;
            story.baseline.learn(&look, true);
        }
        (1..5000).find(|worth: &u32| {
            let look = Look { pool, ..story.look(f64::from(*worth), 1) };
            story.asks_look(&look).contains(&SignalCode::UnusualAmount)
        })
    };
    // The first payments are compared with nothing.
    assert_eq!((least(4, None), least(4, others(120))), (None, None));
    assert!(least(5, None).is_some());
    assert!(least(20, others(120)) < least(20, others(200)));
    assert_eq!(least(60, others(120)), least(60, others(200)));
    // Too few payments of others say nothing.
    let mut habits = Habits::default();
    for known in 1..=20_u32 {
        habits.learn(Decimal::from(known));
        assert_eq!(habits.pool().is_some(), known >= 20);
    }
    let before = habits.amounts.clone();
    habits.learn(Decimal::from(3000));
    habits.unlearn(Decimal::from(3000));
    assert_eq!(habits.amounts, before);
}

#[test]
fn an_amount_at_an_unusual_hour_is_asked_about_earlier() {
    let mut story = Story::new();
    for day in 0..60 {
        for hour in [9, 11, 14] {
            story.at = START + day * DAY_MS + hour * HOUR_MS;
            let worth = 20.0 * (0.2 * story.normal()).exp();
            story.baseline.learn(&story.look(worth, 1), false);
        }
    }
    let (day, night) = (least_asked(&story, |l| l.hour = 11), least_asked(&story, |l| l.hour = 3));
    assert!(night < day && night > day / 2, "{night} at night, {day} by day");
}

#[test]
fn hours_fade_and_are_not_forgotten_at_once() {
    let mut hours = Hours::default();
    hours.learn(22);
    assert_eq!(hours.usual(), Some((22, 23)), "of one payment");
    let mut hours = Hours::default();
    for n in 1..=5000_u32 {
        hours.learn(9);
        assert!(hours.total() < Hours::FULL && hours.total() >= n.min(Hours::FULL / 2));
    }
    assert_eq!((hours.rarity(9), hours.usual()), (0, Some((9, 10))));
}

#[test]
fn a_new_payee_is_nothing_rare_for_one_that_often_has_new_ones() {
    for (new, unexpected) in [(16, false), (1, false), (0, true)] {
        let mut story = Story::new();
        for n in 0..64_u32 {
            story.at += 5 * HOUR_MS;
            let look = Look { new_payee: n < new, ..story.look(20.0, n.into()) };
            story.baseline.learn(&look, true);
        }
        let asked = story.asks_look(&Look { new_payee: true, ..story.look(20.0, 99) });
        assert_eq!(asked.contains(&SignalCode::UnexpectedPayee), unexpected, "{new}");
    }
    // Neither is one of the first payees.
    let mut story = Story::new();
    for _ in 0..10 {
        story.pay(300, 20.0, 1, true);
    }
    assert_eq!(story.asks_look(&Look { new_payee: true, ..story.look(20.0, 99) }), []);
}

#[test]
fn the_countries_of_its_payments_are_told_the_most_usual_first() {
    let mut story = Story::new();
    let country = |code: &str| Country::new(code).unwrap();
    let (fr, de, kp) = (country("FR"), country("DE"), country("KP"));
    for n in 0..30_u32 {
        let country = Some(if n % 10 == 0 { &fr } else { &de });
        let look = Look { country, ..story.look(20.0, 1) };
        story.baseline.learn(&look, false);
    }
    let found = story.baseline.look(&Look { country: Some(&kp), ..story.look(20.0, 1) });
    let told = found.signals.iter().find(|s| s.code == SignalCode::NewCountry).unwrap();
    assert_eq!(told.usual.as_ref().unwrap().raw(), "DE, FR");
}

#[test]
fn what_is_usually_just_under_a_threshold_hides_from_nobody() {
    let mut story = Story::new();
    for n in 0..60 {
        assert_eq!(story.pay(5 * 60, 480.0, 1 + n % 3, true), [], "{n}");
    }
}

#[test]
fn signals_beside_each_other_are_a_little_rarer_than_the_rarest() {
    let mut found = Found::default();
    found.add(SignalCode::NewPayee.into(), 3000);
    found.add(SignalCode::NewCountry.into(), 2000);
    assert!((3001..3500).contains(&found.rarity), "{}", found.rarity);
}

#[test]
fn amounts_are_shown_as_people_read_them() {
    for (amount, text) in [("12.3456", "12.35"), ("1.00", "1"), ("0.0125", "0.0125")] {
        assert_eq!(shown(amount.parse().unwrap()), text);
    }
}
