//! What is normal for one agent, learned from its own payments and held against each request (F1).
//!
//! Guarantees: pure and replayed from the log like all state, in integers, so that every machine
//! finds the same; looking takes microseconds whatever the history; memory is bounded (see
//! [`Baseline`]); only payments that succeeded teach, those that needed a person only after one
//! approved them (I11), and none that the owner disowned. What was asked and is under way counts
//! as seen, never as usual.
//!
//! Does not guarantee: that an attack in a usual amount, to a payee of the history, at a usual pace
//! is seen. Only caps and envelopes bound that.
//!
//! The parts and where they come from: amounts by median and median absolute deviation of their
//! logarithms (the usual robust z-score), of the agent and, shrunk towards it, of each category;
//! what passes that, with a weight for unusual hours, fades with a half-life of 12 hours and lends
//! its weight to the next that passes; paces as fading sums against their own high quantile;
//! novelty by the share of new payees among the last ones (Good and Turing's estimate). Thresholds
//! are where one in a thousand honest payments lies; docs/fraud.md has the measurements.

mod anchor;
mod level;
mod lookalike;
mod normal;
mod pace;
mod reasons;
mod score;
mod tail;
#[cfg(test)]
mod tests;
mod watch;
mod window;

use crate::budget::Id;
use anchor::Anchor;
use level::log2;
use lookalike::Directory;
use pace::{Leak, Pace};
use purser_domain::{Claim, Country, Payee, Signal, SignalCode, Timestamp};
use reasons::Reasons;
use rust_decimal::Decimal;
pub(crate) use score::rarity_of;
use score::{Pool, digits, hardly_rarer, mixed, no_rarer, score};
use serde::{Deserialize, Serialize};
use watch::{Asked as WatchedAsk, Watched};
use window::{Spread, Window};

pub(crate) use lookalike::Resemblance;
pub use normal::{Normal, Sure};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Half-life of what lies beyond the usual.
const RUN_MS: i64 = 12 * HOUR_MS;
/// Payments before an amount can be unusual, when nothing is known of the owner's other agents.
const KNOWN: usize = 5;
/// With fewer payments an agent is in part taken for one like the owner's others.
const YOUNG: usize = 50;
/// How many payments that part counts for, and an agent's own for one of its categories.
const PRIOR: usize = 8;
/// How far apart its payments are taken to be, in part, while it is young: half of
/// them within two or four fifths above the middle.
const YOUNG_DEVIATIONS: (i16, i16) = (118, 200);
/// From this score on a person is asked, in thousandths: one in a thousand honest payments.
const ASK_FROM: i64 = 2500;
/// How far beyond the middle a payment is before it counts at all, in thousandths of a deviation.
const BEYOND: i64 = 1250;
/// Categories with a window of their own.
const CATEGORIES: usize = 16;
/// Countries that are told apart.
const COUNTRIES: usize = 16;
/// An amount of less than this part of the daily cap, and of less than one unit, raises nothing by
/// being unusual.
const MATERIAL: u32 = 1000;
/// Parts that a unit of the budget currency is counted in.
const PARTS: u32 = 10_000;

/// A request, as far as the baseline looks at it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look<'a> {
    pub at: Timestamp,
    /// Hour of the day in the owner's time zone, 0 to 23.
    pub hour: u8,
    /// In the budget currency.
    pub worth: Decimal,
    pub category: Id,
    /// Stands for the payee; equal for equal payees.
    pub payee: u64,
    pub country: Option<&'a Country>,
    /// Whether this agent never paid this payee.
    pub new_payee: bool,
    /// The least amount that asks a person, if any.
    pub threshold: Option<Decimal>,
    /// The hard cap for a day.
    pub daily: Decimal,
    /// Where the amounts of all the owner's agents lie.
    pub pool: Option<Pool>,
    /// The agent's stated reason.
    pub reason: Option<&'a Claim>,
    /// Whether what a human asked names whom the money goes to.
    pub named: bool,
}

/// What a look came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Found {
    pub signals: Vec<Signal>,
    /// How rare such a request is for this agent: thousandths of a power of ten, 2000 for one in a
    /// hundred.
    pub rarity: i64,
}

impl Found {
    /// Adds a signal of this rarity; each beside others makes the request a little rarer.
    pub fn add(&mut self, signal: Signal, rarity: i64) {
        let both = self.rarity.max(rarity);
        let lesser = self.rarity.min(rarity);
        self.rarity = both.saturating_add(lesser / 10);
        self.signals.push(signal);
    }

    /// Adds a signal that is as rare as it was measured to be.
    pub fn add_as_measured(&mut self, signal: Signal) {
        let rarity = rarity_of(signal.code);
        self.add(signal, rarity);
    }

    fn fire(&mut self, code: SignalCode, observed: &str, usual: &str) {
        self.add_as_measured(Signal::of(code, observed, usual));
    }
}

/// What is normal for one agent: at most about 7 kB (a test holds it).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Baseline {
    amounts: Window<256>,
    lately: Window<32>,
    anchor: Anchor,
    categories: Vec<Category>,
    hours: Hours,
    countries: Vec<(Country, u16)>,
    novelty: Novelty,
    run: Leak,
    an_hour: Pace,
    a_day: Pace,
    spent: Pace,
    watched: Watched,
    reasons: Reasons,
    /// Counts what was learned, for which category was used last.
    learned: u64,
}

/// The amounts of one category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Category {
    id: Id,
    amounts: Window<32>,
    used: u64,
}

impl Category {
    /// The score for the category, which is taken for the agent's own until it is known.
    fn score(&self, level: i16, own: Spread) -> i64 {
        let count = self.amounts.len();
        let Some(spread) = self.amounts.spread().filter(|_| count >= 4) else { return i64::MIN };
        let spread = mixed(spread, own, (count, PRIOR));
        score(level, spread, (5, count.saturating_add(1)))
    }
}

/// How often it pays at each hour of the day.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
struct Hours(Vec<u16>);

impl Hours {
    const FULL: u32 = 2048;

    fn learn(&mut self, hour: u8) {
        self.0.resize(24, 0);
        if let Some(count) = self.0.get_mut(usize::from(hour % 24)) {
            *count = count.saturating_add(1);
        }
        if self.total() >= Self::FULL {
            self.0.iter_mut().for_each(|count| *count /= 2);
        }
    }

    fn total(&self) -> u32 {
        self.0.iter().map(|count| u32::from(*count)).sum()
    }

    fn at(&self, hour: u8) -> u32 {
        self.0.get(usize::from(hour % 24)).copied().unwrap_or_default().into()
    }

    /// How much rarer this hour is than if all were alike: the natural logarithm, in thousandths.
    /// Neighbouring hours count half.
    fn rarity(&self, hour: u8) -> i64 {
        let (before, after) = (self.at(hour.saturating_add(23)), self.at(hour.saturating_add(1)));
        let here = self.at(hour).saturating_mul(2).saturating_add(before).saturating_add(after);
        let here = u128::from(here.saturating_add(2)).saturating_mul(24);
        let all = u128::from(self.total()).saturating_mul(4).saturating_add(48);
        // In 2^-16 of an octave; 693 thousandths of a natural logarithm each.
        let rarer = log2(all).saturating_sub(log2(here));
        rarer.saturating_mul(693).max(0) >> 16u32
    }

    /// The shortest stretch of hours with nine in ten of its payments.
    fn usual(&self) -> Option<(u8, u8)> {
        let most = (self.total().saturating_mul(9) / 10).max(1);
        let within = |from: u8, length: u8| -> u32 {
            (0..length).map(|by| self.at(from.saturating_add(by))).sum()
        };
        let stretches = (1..=24_u8).flat_map(|length| (0..24_u8).map(move |from| (from, length)));
        let mut stretches = stretches.filter(|(from, length)| within(*from, *length) >= most);
        stretches.next().map(|(from, length)| (from, from.saturating_add(length) % 24))
    }
}

/// Which of the last 64 payments went to a new payee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Novelty {
    new: u64,
    of: u8,
    /// Payments since one went to a new payee.
    since: u32,
}

impl Novelty {
    fn learn(&mut self, new: bool) {
        self.new = (self.new << 1u32) | u64::from(new);
        self.of = self.of.saturating_add(1).min(64);
        self.since = if new { 0 } else { self.since.saturating_add(1) };
    }

    /// How rare the next new payee is for one that has paid none for so long.
    fn rarity_of_one(self) -> i64 {
        let since = u128::from(self.since).saturating_mul(2).saturating_add(2);
        let rarity = log2(since).saturating_mul(301) >> 16u32;
        rarity.clamp(rarity_of(SignalCode::UnexpectedPayee), 4000)
    }

    fn count(self) -> u32 {
        self.new.count_ones()
    }

    /// How rare a new payee is, in thousandths of a power of ten: of half a payment more.
    fn rarity(self) -> i64 {
        let all = u128::from(self.of).saturating_mul(2).saturating_add(2);
        let new = u128::from(self.count()).saturating_mul(2).saturating_add(1);
        log2(all).saturating_sub(log2(new)).max(0).saturating_mul(301) >> 16u32
    }

    /// Whether it has long paid hardly any.
    fn is_rare(self) -> bool {
        self.of >= 25 && self.rarity() >= 1690
    }
}

/// What all of the owner's agents paid by one rail.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Habits {
    /// The last amounts.
    amounts: Window<256>,
    /// The payees, for what looks like them.
    payees: Directory,
}

impl Habits {
    /// Where the amounts lie, once there are some.
    pub fn pool(&self) -> Option<Pool> {
        let deviation = self.amounts.spread().filter(|_| self.amounts.len() >= 20)?.deviation;
        Some(Pool { deviation })
    }

    /// Which payees this one resembles.
    pub fn resemblances(&self, payee: &Payee) -> Vec<Resemblance> {
        self.payees.compare(payee)
    }

    /// A payment succeeded, or was said to be fine.
    pub fn learn(&mut self, worth: Decimal) {
        self.amounts.push(level::of(worth));
    }

    /// A payee was paid.
    pub fn paid(&mut self, payee: &Payee, at: Timestamp) {
        self.payees.paid(payee, at);
    }

    /// A payment was not the owner's.
    pub fn unlearn(&mut self, worth: Decimal) {
        self.amounts.forget(level::of(worth));
    }
}

/// How unusual an amount is, in thousandths.
#[derive(Debug, Clone, Copy, Default)]
struct Surprise {
    /// By itself.
    alone: i64,
    /// With what came before it of late.
    with_run: i64,
    /// For ordering requests: at least that.
    ranked: i64,
}

impl Baseline {
    /// What is unusual about a request.
    pub fn look(&self, look: &Look<'_>) -> Found {
        let mut found = Found::default();
        let level = level::of(look.worth);
        let surprise = self.surprise(level, look);
        found.rarity = digits(surprise.ranked);
        let least = look.daily.checked_div(Decimal::from(MATERIAL)).unwrap_or_default();
        let least = least.min(Decimal::ONE);
        if look.worth >= least && surprise.with_run >= ASK_FROM {
            self.amount_found(look, surprise, &mut found);
        } else if self.worth_of_a_day(look) >= least
            && let Some((recent, former)) = self.drift(level, look.at)
        {
            let (recent, former) = (level::amount(recent), level::amount(former));
            found.fire(SignalCode::DriftingAmounts, &shown(recent), &shown(former));
        }
        if look.worth < least {
            found.rarity = found.rarity.min(1500);
        }
        self.paces_found(look, &mut found);
        self.watched.found(&self.asked(level, look), look.at, &mut found);
        if look.new_payee {
            found.rarity = found.rarity.max(self.novelty.rarity().min(1500));
            if self.novelty.is_rare() && !look.named {
                let (new, of) = (self.novelty.count().to_string(), self.novelty.of.to_string());
                let signal = Signal::of(SignalCode::UnexpectedPayee, &new, &of);
                found.add(signal, self.novelty.rarity_of_one());
            }
        }
        self.habits_found(look, &mut found);
        if found.signals.iter().any(|s| s.code.effect() > purser_domain::SignalEffect::Note) {
            found.rarity = found.rarity.max(2000);
        }
        found
    }

    fn amount_found(&self, look: &Look<'_>, surprise: Surprise, found: &mut Found) {
        let alone = surprise.alone >= ASK_FROM;
        let code = if alone { SignalCode::UnusualAmount } else { SignalCode::UnusualRun };
        found.fire(code, &shown(look.worth), &self.usual_amounts(look.category));
    }

    /// With what was asked of late: pennies that creep up add up.
    fn worth_of_a_day(&self, look: &Look<'_>) -> Decimal {
        worth_of(self.spent.of_late(look.at, DAY_MS).saturating_add(parts(look)))
    }

    fn paces_found(&self, look: &Look<'_>, found: &mut Found) {
        let hour = (look.at, HOUR_MS);
        let day = (look.at, DAY_MS);
        // Fading sums of an hour hold about one and a half times what came in an hour.
        if let Some(fast) = self.an_hour.too_fast(10, hour, (2, 0, 20)) {
            let said = |tenths: u64| format!("about {} in an hour", (tenths / 10).max(1));
            found.fire(SignalCode::ManyPayments, &said(fast.observed), &said(fast.usual));
        } else if let Some(fast) = self.a_day.too_fast(10, day, (2, 0, 50)) {
            let said = |tenths: u64| format!("about {} in a day", (tenths / 10).max(1));
            found.fire(SignalCode::ManyPayments, &said(fast.observed), &said(fast.usual));
        }
        let parts = parts(look);
        if let Some(fast) = self.spent.too_fast(parts, day, (3, 20, 20)) {
            let said = |parts: u64| shown(worth_of(parts));
            found.fire(SignalCode::FastSpending, &said(fast.observed), &said(fast.usual));
        }
    }

    fn habits_found(&self, look: &Look<'_>, found: &mut Found) {
        let hour_rarity = self.hours.rarity(look.hour);
        if self.hours.total() >= 30
            && hour_rarity >= 2000
            && let Some((from, to)) = self.hours.usual()
        {
            let (observed, usual) =
                (format!("{:02}:00", look.hour), format!("from {from:02}:00 to {to:02}:00"));
            found.fire(SignalCode::UnusualHour, &observed, &usual);
        }
        if let Some(unknown) = self.reasons.unusual(look.reason) {
            found.fire(SignalCode::UnusualReason, &unknown.to_string(), "");
        }
        let known: u32 = self.countries.iter().map(|(_, times)| u32::from(*times)).sum();
        let country = look.country.filter(|c| !self.countries.iter().any(|(k, _)| k == *c));
        if let Some(country) = country.filter(|_| known >= 10) {
            let mut usual = self.countries.clone();
            usual.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
            let usual: Vec<_> = usual.iter().take(5).map(|(c, _)| c.as_str()).collect();
            found.fire(SignalCode::NewCountry, country.as_str(), &usual.join(", "));
        }
    }

    fn surprise(&self, level: i16, look: &Look<'_>) -> Surprise {
        let count = self.amounts.len();
        let Some(own) = self.own_spread(look.pool) else { return Surprise::default() };
        let beyond = |z: i64| {
            if z <= BEYOND {
                return 0;
            }
            let hour = 1000_i64.saturating_add(self.hours.rarity(look.hour) / 2);
            z.saturating_sub(BEYOND).saturating_mul(hour) / 1000
        };
        let by_itself = beyond(score(level, own, (10, count.max(1))));
        let by_itself = (by_itself, self.amounts.as_large(level), count);
        // The only category is the agent's own amounts, with fewer of them.
        let category = self.category(look.category).filter(|_| self.categories.len() > 1);
        let by_category = category.map_or((0, 0, 0), |category| {
            let z = beyond(category.score(level, own));
            (z, category.amounts.as_large(level), category.amounts.len())
        });
        let larger_of = |limit: fn(i64, usize, usize) -> i64| {
            let [one, other] = [by_itself, by_category].map(|(z, larger, of)| limit(z, larger, of));
            one.max(other)
        };
        let (alone, ranked) = (larger_of(no_rarer), larger_of(hardly_rarer));
        let run = i64::try_from(self.run.now(look.at, RUN_MS)).unwrap_or(i64::MAX / 4000);
        // What came before counts for a payment that is itself more than usual.
        let share = 100_i64.saturating_add(alone.saturating_mul(9) / 10).min(1000);
        let lent = run.saturating_mul(share) / 1000;
        let with_run = alone.saturating_add(lent);
        Surprise { alone, with_run, ranked: ranked.max(with_run) }
    }

    /// Where its amounts lie. While it is young they are taken to spread as those of the owner's
    /// other agents, in part; their middle is its own, because agents that pay often say little of
    /// what another pays. Its very first payments are compared with nothing.
    fn own_spread(&self, pool: Option<Pool>) -> Option<Spread> {
        let (own, count) = (self.amounts.spread(), self.amounts.len());
        match (own, pool) {
            (Some(own), _) if count >= YOUNG => Some(own),
            (Some(own), pool) if count >= KNOWN => {
                let others = pool.map_or(YOUNG_DEVIATIONS.0, |pool| pool.deviation);
                let deviation = others.clamp(YOUNG_DEVIATIONS.0, YOUNG_DEVIATIONS.1);
                Some(mixed(own, Spread { deviation, ..own }, (count, PRIOR)))
            }
            _ => None,
        }
    }

    fn category(&self, id: Id) -> Option<&Category> {
        self.categories.iter().find(|category| category.id == id)
    }

    /// The middle of the latest payments and of those of long ago, when this one shows that they
    /// have moved up.
    fn drift(&self, level: i16, at: Timestamp) -> Option<(i16, i16)> {
        let moved = self.anchor.moved(level, at) >= Anchor::FAR;
        let (recent, former) = (self.lately.spread()?, self.anchor.amounts.spread()?);
        (moved && level > former.median).then_some((recent.median, former.median))
    }

    /// The range that nearly all of its payments are in, in words.
    fn usual_amounts(&self, category: Id) -> String {
        let of_category = self.category(category).map(|category| &category.amounts);
        let of_category = of_category.filter(|amounts| amounts.len() >= 8);
        let ends = of_category.map_or_else(
            || (self.amounts.quantile(25), self.amounts.quantile(975)),
            |amounts| (amounts.quantile(25), amounts.quantile(975)),
        );
        let (Some(low), Some(high)) = ends else { return String::new() };
        format!("{} to {}", shown(level::amount(low)), shown(level::amount(high)))
    }

    fn asked(&self, level: i16, look: &Look<'_>) -> WatchedAsk {
        WatchedAsk { payee: look.payee, level, threshold: look.threshold.map(level::of) }
    }

    /// A request was let through to people or to a rail: it counts as seen of late.
    pub fn ask(&mut self, look: &Look<'_>) {
        let level = level::of(look.worth);
        let beyond = u64::try_from(self.surprise(level, look).alone).unwrap_or_default();
        self.run.add(beyond, look.at, RUN_MS);
        self.an_hour.ask(10, look.at, HOUR_MS);
        self.a_day.ask(10, look.at, DAY_MS);
        self.spent.ask(parts(look), look.at, DAY_MS);
        let usual_near = self.share_near(look);
        self.watched.ask(&self.asked(level, look), look.at, usual_near);
    }

    /// How many in a thousand of its payments lie just under the threshold.
    fn share_near(&self, look: &Look<'_>) -> u32 {
        let Some(threshold) = look.threshold.map(level::of) else { return 0 };
        let near = self.amounts.between(threshold.saturating_sub(watch::NEAR), threshold);
        let share = near.saturating_mul(1000).checked_div(self.amounts.len()).unwrap_or_default();
        u32::try_from(share).unwrap_or(u32::MAX)
    }

    /// A payment succeeded: it is usual. `approved` when a person let it pass.
    pub fn learn(&mut self, look: &Look<'_>, approved: bool) {
        let level = level::of(look.worth);
        self.learned = self.learned.saturating_add(1);
        self.amounts.push(level);
        self.lately.push(level);
        self.anchor.learn(level, (look.at, approved), &self.lately);
        if approved {
            // A person has seen what was large so far; the next run begins here.
            self.run = Leak::default();
        }
        self.learn_category(look.category, level);
        self.hours.learn(look.hour);
        self.novelty.learn(look.new_payee);
        self.learn_country(look.country);
        self.reasons.learn(look.reason);
        self.an_hour.learn(10, look.at, HOUR_MS);
        self.a_day.learn(10, look.at, DAY_MS);
        self.spent.learn(parts(look), look.at, DAY_MS);
        self.watched.learn(look.payee, level, look.at);
    }

    /// The owner says that a payment was not theirs: what it taught of amounts is taken back.
    pub fn unlearn(&mut self, look: &Look<'_>) {
        let level = level::of(look.worth);
        self.amounts.forget(level);
        self.lately.forget(level);
        self.anchor.amounts.forget(level);
        if let Some(category) = self.categories.iter_mut().find(|c| c.id == look.category) {
            category.amounts.forget(level);
        }
    }

    fn learn_category(&mut self, id: Id, level: i16) {
        let used = self.learned;
        if self.category(id).is_none() {
            if self.categories.len() >= CATEGORIES {
                let oldest = self.categories.iter().enumerate().min_by_key(|(_, c)| c.used);
                if let Some(place) = oldest.map(|(place, _)| place) {
                    self.categories.swap_remove(place);
                }
            }
            self.categories.push(Category { id, amounts: Window::default(), used });
        }
        if let Some(category) = self.categories.iter_mut().find(|c| c.id == id) {
            category.amounts.push(level);
            category.used = used;
        }
    }

    fn learn_country(&mut self, country: Option<&Country>) {
        let Some(country) = country else { return };
        if let Some((_, times)) = self.countries.iter_mut().find(|(known, _)| known == country) {
            *times = times.saturating_add(1);
            return;
        }
        if self.countries.len() >= COUNTRIES {
            let rarest = self.countries.iter().enumerate().min_by_key(|(_, (_, times))| *times);
            if let Some(place) = rarest.map(|(place, _)| place) {
                self.countries.swap_remove(place);
            }
        }
        self.countries.push((country.clone(), 1));
    }

    /// A request was refused for its amount, or a person declined it.
    pub fn refused(&mut self, payee: u64, worth: Decimal, at: Timestamp) {
        // Of less than a unit, what comes next is no piece: it is what the agent always pays.
        if worth >= Decimal::ONE {
            self.watched.refused(payee, level::of(worth), at);
        }
    }
}

/// The worth in 10,000ths of a unit, at least one.
fn parts(look: &Look<'_>) -> u64 {
    let parts = look.worth.checked_mul(Decimal::from(PARTS));
    parts.and_then(|parts| u64::try_from(parts.trunc()).ok()).unwrap_or(u64::MAX >> 20).max(1)
}

fn worth_of(parts: u64) -> Decimal {
    Decimal::from(parts).checked_div(Decimal::from(PARTS)).unwrap_or_default()
}

/// An amount for people: two digits of a fraction where it is large enough.
fn shown(amount: Decimal) -> String {
    let places = if amount >= Decimal::ONE { 2 } else { 6 };
    amount.round_dp(places).normalize().to_string()
}
