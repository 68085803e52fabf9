//! What the baseline sees, and what it does not mind.
#![allow(clippy::arithmetic_side_effects, reason = "small numbers of a test")]

mod usual;

use super::*;

const START: i64 = 1_767_225_600_000;

/// An agent of a story: pays when it is told to.
struct Story {
    baseline: Baseline,
    pool: Window<256>,
    at: i64,
    seed: u64,
}

impl Story {
    fn new() -> Self {
        Self { baseline: Baseline::default(), pool: Window::default(), at: START, seed: 1 }
    }

    /// A number of 0 to 1 that looks random.
    fn random(&mut self) -> f64 {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        f64::from(u32::try_from(self.seed >> 33).unwrap()) / f64::from(1_u32 << 31)
    }

    /// About normal, with deviation 1.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.random()).sum::<f64>() - 6.0
    }

    fn look(&self, worth: f64, payee: u64) -> Look<'static> {
        let at = Timestamp::from_millis(self.at);
        Look {
            at,
            hour: u8::try_from(self.at / HOUR_MS % 24).unwrap(),
            worth: Decimal::from_f64_retain(worth).unwrap().round_dp(4),
            category: Id::NONE,
            payee,
            country: None,
            new_payee: false,
            threshold: Some(Decimal::from(500)),
            daily: Decimal::from(5000),
            pool: Habits { amounts: self.pool.clone(), ..Habits::default() }.pool(),
            reason: None,
            named: false,
        }
    }

    fn asks(&self, worth: f64, payee: u64) -> Vec<SignalCode> {
        self.asks_look(&self.look(worth, payee))
    }

    fn asks_look(&self, look: &Look<'_>) -> Vec<SignalCode> {
        let found = self.baseline.look(look);
        let asks = |s: &&Signal| s.code.effect() > purser_domain::SignalEffect::Note;
        found.signals.iter().filter(asks).map(|signal| signal.code).collect()
    }

    /// Pays after some minutes; whether it was asked about. What is asked about teaches only when
    /// the person approves.
    fn pay(&mut self, minutes: i64, worth: f64, payee: u64, approve: bool) -> Vec<SignalCode> {
        self.at += minutes * 60_000;
        let look = self.look(worth, payee);
        let fired = self.asks_look(&look);
        self.baseline.ask(&look);
        if fired.is_empty() || approve {
            self.baseline.learn(&look, !fired.is_empty());
            self.pool.push(level::of(look.worth));
        }
        fired
    }
}

#[test]
fn five_hundred_small_payments_a_day_raise_nothing() {
    let mut story = Story::new();
    let mut fired = Vec::new();
    for n in 0..5000 {
        fired.extend(story.pay(3, 0.01, n % 3, true));
    }
    assert_eq!(fired, []);
    // The same agent with one of 400.
    let fired = story.asks(400.0, 1);
    assert_eq!(fired, [SignalCode::UnusualAmount, SignalCode::FastSpending]);
}

#[test]
fn two_thousand_from_one_that_pays_five_to_fifty_asks() {
    let mut story = Story::new();
    let mut alarms = 0;
    for n in 0..300 {
        let worth = 5.0 * 10_f64.powf(story.random());
        alarms += usize::from(!story.pay(200, worth, n % 10, true).is_empty());
    }
    assert!(alarms <= 1, "{alarms}");
    let found = story.baseline.look(&Look { new_payee: true, ..story.look(2000.0, 99) });
    let amount = found.signals.iter().find(|s| s.code == SignalCode::UnusualAmount).unwrap();
    let sentence = amount.sentence(purser_domain::Currency::EUR);
    assert!(
        sentence.starts_with("2000 EUR; nearly all of its payments are within 5."),
        "{sentence}"
    );
    assert!(found.rarity >= 3500);
    assert!(story.asks(49.0, 3).is_empty());
}

#[test]
fn a_drift_of_one_percent_is_stopped_below_twice_the_middle() {
    for (spread, minutes) in [(0.05, 100), (0.3, 100), (0.5, 30), (0.5, 1440)] {
        let mut reached: Vec<f64> = (1..=20).map(|seed| drift(spread, minutes, seed)).collect();
        reached.sort_by(f64::total_cmp);
        println!("{spread} {minutes}: {:.2} to {:.2}", reached[0], reached[19]);
        assert!(reached[18] < 2.0, "{spread} {minutes}: {reached:?}");
        assert!(reached[0] > 1.0, "an alarm before anything drifted: {reached:?}");
    }
}

#[test]
fn pennies_that_creep_up_are_noticed_and_those_that_stay_are_not() {
    for prices in [&[0.01][..], &[0.01, 0.01, 0.02]] {
        let mut story = Story::new();
        let price = |n: usize| prices[n % prices.len()];
        for n in 0..2000 {
            assert_eq!(story.pay(3, price(n), 1, false), [], "{n}");
        }
        let (mut reached, mut worth) = (1.0, 0.0);
        let noticed = (0..150).any(|n| {
            reached *= 1.01;
            worth = price(n) * reached;
            !story.pay(3, worth, 1, false).is_empty()
        });
        println!("{prices:?}: {reached:.2}");
        // Pennies are no risk, but those that a person is asked about.
        assert!(story.baseline.look(&story.look(worth, 1)).rarity >= 2000);
        assert!(noticed && reached < 2.0, "{reached}");
    }
}

#[test]
fn a_drift_in_quick_succession_is_noticed() {
    let mut reached: Vec<f64> = (1..=20).map(|seed| drift(0.2, 1, seed)).collect();
    reached.sort_by(f64::total_cmp);
    assert!(reached[18] < 2.0, "{reached:?}");
}

#[test]
fn what_a_person_approved_on_the_way_hides_no_drift() {
    let mut story = Story::new();
    for n in 0..200 {
        let worth = 20.0 * (0.3 * story.normal()).exp();
        story.pay(100, worth, n % 5, true);
    }
    let mut reached = 1.0;
    let noticed = (0..150).any(|n| {
        reached *= 1.01;
        let worth = 20.0 * reached * (0.3 * story.normal()).exp();
        let fired = story.pay(100, worth, n % 5, false);
        if n % 10 == 0 && fired.is_empty() {
            // For another reason, such as a new payee.
            story.baseline.learn(&story.look(worth, n % 5), true);
        }
        !fired.is_empty()
    });
    assert!(noticed && reached < 2.5, "{reached}");
}

#[test]
fn a_price_that_rose_asks_once_and_is_usual_then() {
    let mut story = Story::new();
    let mut fired = 0;
    for n in 0..400 {
        let price = if n < 200 { 10.0 } else { 13.0 };
        fired += usize::from(!story.pay(120, price, 1, true).is_empty());
    }
    assert_eq!(fired, 1);
}

/// How far the amounts of an agent creep up, by 1 % a payment, before a person is asked.
fn drift(spread: f64, minutes: i64, seed: u64) -> f64 {
    let mut story = Story { seed, ..Story::new() };
    for n in 0..200 {
        let worth = 20.0 * (spread * story.normal()).exp();
        story.pay(minutes, worth, n % 5, true);
    }
    let mut reached = 1.0;
    for n in 0..150 {
        reached *= 1.01;
        let worth = 20.0 * reached * (spread * story.normal()).exp();
        if !story.pay(minutes, worth, n % 5, false).is_empty() {
            break;
        }
    }
    reached
}

#[test]
fn the_young_are_let_pay() {
    let (mut asked, mut payments) = (0, 0);
    for agent in 0..400_u32 {
        let mut story = Story::new();
        story.seed = u64::from(agent) * 7919 + 1;
        for _ in 0..40 {
            let level = level::of(Decimal::from_f64_retain(30.0 * story.normal().exp()).unwrap());
            story.pool.push(level);
        }
        let middle = 30.0 * story.normal().exp();
        for n in 0..10 {
            let worth = middle * (0.4 * story.normal()).exp();
            let fired = story.pay(300, worth, n % 3, true);
            if n >= 5 {
                payments += 1;
                asked += usize::from(!fired.is_empty());
            }
        }
    }
    // Twice the budget of one in a thousand for each detector of amounts.
    assert!(asked * 500 <= payments * 2, "{asked} of {payments}");
}

#[test]
fn a_new_payee_is_the_rarer_the_longer_there_was_none() {
    let mut story = Story::new();
    let rarity = |story: &Story| {
        let look = Look { new_payee: true, ..story.look(20.0, 99) };
        let found = story.baseline.look(&look);
        let unexpected = found.signals.iter().any(|s| s.code == SignalCode::UnexpectedPayee);
        (unexpected, found.rarity)
    };
    let mut rarities = Vec::new();
    for n in 0..3000_u64 {
        let worth = 20.0 + 10.0 * story.random();
        story.pay(200, worth, n % 3, true);
        if [10, 100, 2999].contains(&n) {
            rarities.push(rarity(&story));
        }
    }
    let [(early, _), (later, rare), (last, rarer)] = rarities[..] else { panic!() };
    assert!(!early && later && last);
    assert!((2300..2600).contains(&rare) && (3700..4000).contains(&rarer), "{rare} {rarer}");
}

#[test]
fn another_kind_of_payment_after_six_is_let_pass_and_after_sixty_asks() {
    for (payments, asks) in [(6, false), (60, true)] {
        let mut story = Story::new();
        for n in 0..payments {
            let worth = 5.0 * (0.3 * story.normal()).exp();
            story.pay(300, worth, n % 3, true);
        }
        let asked = story.asks(100.0, 9).contains(&SignalCode::UnusualAmount);
        assert_eq!(asked, asks, "{payments}");
    }
}

#[test]
fn what_it_pays_now_and_then_is_not_far_more_than_usual() {
    let mut story = Story::new();
    let mut late = Vec::new();
    for n in 0..400_u64 {
        let middle = if n % 5 == 4 { 400.0 } else { 5.0 };
        let worth = middle * (0.3 * story.normal()).exp();
        let fired = story.pay(300, worth, n % 5, true);
        if n >= 100 {
            late.extend(fired);
        }
    }
    assert!(late.len() <= 3, "{late:?}");
    assert!(story.asks(4000.0, 4).contains(&SignalCode::UnusualAmount));
}

#[test]
fn large_ones_now_and_then_are_no_drift() {
    let mut story = Story::new();
    let mut fired = Vec::new();
    for n in 0..600_u64 {
        let middle = if n % 4 == 3 { 400.0 } else { 5.0 };
        let worth = middle * (0.3 * story.normal()).exp();
        fired.extend(story.pay(300, worth, n % 5, true));
    }
    assert!(!fired.contains(&SignalCode::DriftingAmounts), "{fired:?}");
}

#[test]
fn one_busy_agent_does_not_make_another_unusual() {
    let mut story = Story::new();
    for _ in 0..256 {
        story.pool.push(level::of(Decimal::new(1, 2)));
    }
    let mut fired = Vec::new();
    for n in 0..30_u64 {
        let worth = 300.0 * (0.4 * story.normal()).exp();
        let codes = story.pay(300, worth, n % 5, true);
        if n >= 5 {
            fired.extend(codes);
        }
    }
    assert_eq!(fired, []);
}

#[test]
fn what_a_person_approved_is_no_run_any_more() {
    let mut story = Story::new();
    for n in 0..200_u64 {
        let worth = 20.0 * (0.2 * story.normal()).exp();
        story.pay(300, worth, n % 5, true);
    }
    let look = story.look(60.0, 1);
    story.baseline.ask(&look);
    assert!(story.baseline.run.now(look.at, RUN_MS) > 0);
    story.baseline.learn(&look, true);
    assert_eq!(story.baseline.run.now(look.at, RUN_MS), 0);
}

#[test]
fn pennies_are_no_pieces_of_refused_pennies() {
    let mut story = Story::new();
    for n in 0..200_u64 {
        story.pay(3, 0.01, n % 3, true);
    }
    let at = Timestamp::from_millis(story.at);
    story.baseline.refused(1, Decimal::new(5, 2), at);
    let fired: Vec<_> = (0..10).flat_map(|_| story.pay(3, 0.01, 1, true)).collect();
    assert_eq!(fired, []);
    assert!(story.baseline.look(&story.look(0.05, 1)).rarity <= 1500);
}

#[test]
fn a_score_is_no_rarer_than_its_own_payments() {
    assert_eq!((no_rarer(9000, 0, 256), hardly_rarer(9000, 0, 256)), (9000, 9000));
    // One in 128: a little more than two digits.
    let one = no_rarer(9000, 1, 255);
    assert!((1000..1400).contains(&one), "{one}");
    assert!(no_rarer(9000, 50, 256) <= 1);
    // One that was let pass asks nobody, and comes before what is usual.
    let held = [1, 2, 4, 50].map(|larger| hardly_rarer(9000, larger, 255));
    assert!(held.is_sorted_by(|fewer, more| fewer > more), "{held:?}");
    assert!((one.saturating_add(500)..ASK_FROM).contains(&held[0]) && held[3] <= 50, "{held:?}");
    assert_eq!((no_rarer(300, 1, 255), hardly_rarer(300, 1, 255)), (300, 300));
    assert_eq!((digits(0), digits(1), digits(2500), digits(i64::MAX)), (0, 700, 3000, 6000));
}

#[test]
fn patterns_of_a_day() {
    let mut story = Story::new();
    for n in 0..200 {
        let worth = 20.0 + 10.0 * story.random();
        story.pay(120, worth, n % 7, true);
    }
    let start = story.clone_at(24 * 60);
    // The same charge again and again.
    let mut story = start.clone_at(0);
    let fired: Vec<_> = (0..12).map(|_| story.pay(5, 25.0, 3, false)).collect();
    assert!(fired.iter().any(|f| f.contains(&SignalCode::RepeatedCharge)), "{fired:?}");
    // Many payments of any amount.
    let mut story = start.clone_at(0);
    let fired: Vec<_> =
        (0..40_u32).map(|n| story.pay(1, 20.0 + f64::from(n), 100 + u64::from(n), false)).collect();
    assert!(fired.iter().any(|f| f.contains(&SignalCode::ManyPayments)), "{fired:?}");
    // Just under 500.
    let mut story = start.clone_at(0);
    let fired: Vec<_> = (0..4).map(|n| story.pay(60, 480.0, 200 + n, true)).collect();
    assert!(fired[3].contains(&SignalCode::NearThreshold), "{fired:?}");
    let found = story.baseline.look(&story.look(480.0, 204));
    let near = found.signals.iter().find(|s| s.code == SignalCode::NearThreshold).unwrap();
    let said = [&near.observed, &near.usual].map(|text| text.as_ref().unwrap().raw());
    assert_eq!(said, ["5", "500"]);
    // What was refused in one piece.
    let mut story = start.clone_at(0);
    story.baseline.refused(5, Decimal::from(60), Timestamp::from_millis(story.at));
    assert_eq!(story.pay(5, 30.0, 5, false), []);
    assert_eq!(story.pay(5, 29.0, 5, false), [SignalCode::SplitAfterRefusal]);
}

#[test]
fn what_was_refused_a_day_ago_or_comes_back_whole_is_in_no_pieces() {
    let mut story = Story::new();
    for n in 0..200 {
        let worth = 20.0 + 10.0 * story.random();
        story.pay(120, worth, n % 7, true);
    }
    let mut start = story.clone_at(24 * 60);
    start.baseline.refused(5, Decimal::from(60), Timestamp::from_millis(start.at));
    let pieces = |minutes: i64, first: f64, second: f64| {
        let mut story = start.clone_at(minutes);
        assert_eq!(story.pay(5, first, 5, false), []);
        story.at += 5 * 60_000;
        story.asks(second, 5).contains(&SignalCode::SplitAfterRefusal)
    };
    let before_a_day = 24 * 60 - 10;
    assert!(pieces(before_a_day - 1, 30.0, 29.0) && !pieces(before_a_day, 30.0, 29.0));
    assert!(!pieces(0, 10.0, 60.0));
}

#[test]
fn the_sixth_of_what_is_charged_once_a_day_asks_and_so_does_each_after_it() {
    let mut story = Story::new();
    for n in 0..90_u64 {
        // One subscription, and other payments beside it.
        let (worth, payee) = if n % 3 == 0 { (25.0, 3) } else { (20.0 + story.random(), 100 + n) };
        story.pay(8 * 60, worth, payee, true);
    }
    story.at += DAY_MS;
    let asks: Vec<bool> =
        (0..8).map(|_| story.pay(1, 25.0, 3, true).contains(&SignalCode::RepeatedCharge)).collect();
    assert_eq!(asks, [false, false, false, false, false, true, true, true]);
}

#[test]
fn a_night_and_a_country_are_told_and_ask_nobody() {
    let mut story = Story::new();
    let country = Country::new("DE").unwrap();
    for day in 0..60 {
        for hour in [9, 11, 14] {
            story.at = START + day * DAY_MS + hour * HOUR_MS;
            let look = Look { country: Some(&country), ..story.look(20.0, 1) };
            story.baseline.learn(&look, false);
        }
    }
    story.at = START + 61 * DAY_MS + 3 * HOUR_MS;
    let far = Country::new("KP").unwrap();
    let found = story.baseline.look(&Look { country: Some(&far), ..story.look(20.0, 1) });
    let codes: Vec<_> = found.signals.iter().map(|signal| signal.code).collect();
    assert_eq!(codes, [SignalCode::UnusualHour, SignalCode::NewCountry]);
    assert_eq!(found.signals[0].usual.as_ref().unwrap().raw(), "from 09:00 to 15:00");
    assert_eq!(found.signals[1].usual.as_ref().unwrap().raw(), "DE");
    // What asks nobody makes nothing rare, and a usual hour is not told.
    assert!(found.rarity < 2000, "{}", found.rarity);
    story.at += 6 * HOUR_MS;
    assert_eq!(story.baseline.look(&story.look(20.0, 1)).signals, []);
}

#[test]
fn what_was_not_theirs_is_taken_back() {
    let mut story = Story::new();
    for _ in 0..50 {
        story.pay(300, 20.0, 1, true);
    }
    let before = story.baseline.clone();
    let look = story.look(3000.0, 1);
    story.baseline.learn(&look, true);
    assert!(story.baseline.amounts != before.amounts);
    story.baseline.unlearn(&look);
    assert!(story.baseline.amounts == before.amounts);
    assert_eq!(story.baseline.lately.quantile(1000), before.lately.quantile(1000));
    let largest = |baseline: &Baseline| baseline.categories[0].amounts.quantile(1000);
    assert_eq!(largest(&story.baseline), largest(&before));
}

#[test]
fn memory_is_bounded() {
    let mut story = Story::new();
    let countries: Vec<_> = (0..26 * 26_u32)
        .map(|n| {
            let letter = |n: u32| char::from(b'A' + u8::try_from(n % 26).unwrap());
            Country::new(&format!("{}{}", letter(n), letter(n / 26))).unwrap()
        })
        .collect();
    for n in 0..20_000_u32 {
        let worth = 10_f64.powf(f64::from(n % 17) - 4.0);
        let country = countries.get(usize::try_from(n).unwrap() % countries.len());
        let look = Look { country, new_payee: n % 2 == 0, ..story.look(worth, n.into()) };
        story.baseline.ask(&look);
        story.baseline.learn(&look, true);
        story.baseline.refused(n.into(), Decimal::from(n), look.at);
        story.at += 60_000;
    }
    let bytes = rmp_serde::to_vec(&story.baseline).unwrap().len();
    assert!(bytes < 8 * 1024, "{bytes}");
    let back: Baseline =
        rmp_serde::from_slice(&rmp_serde::to_vec(&story.baseline).unwrap()).unwrap();
    assert!(back == story.baseline);
}

impl Story {
    fn clone_at(&self, minutes: i64) -> Self {
        let (baseline, pool) = (self.baseline.clone(), self.pool.clone());
        Self { baseline, pool, at: self.at + minutes * 60_000, seed: self.seed }
    }
}
