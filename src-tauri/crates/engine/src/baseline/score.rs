//! How far an amount is from what is usual, and how rare that is among honest payments.

use super::level::log2;
use super::window::Spread;
use purser_domain::SignalCode;

/// Least deviation: a tenth, in steps of a level.
const LEAST_DEVIATION: i64 = 37;

/// Where the amounts of all the owner's agents lie.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pool {
    /// The middle distance from their middle.
    pub deviation: i16,
}

/// What lies between two spreads: `count` parts of the first and `prior` parts of the other.
pub(super) fn mixed(known: Spread, other: Spread, (count, prior): (usize, usize)) -> Spread {
    let (weight, rest) = (int(count), int(prior));
    let mix = |known: i16, other: i16| {
        let sum = i64::from(known).saturating_mul(weight);
        let sum = sum.saturating_add(i64::from(other).saturating_mul(rest));
        let mixed = sum.checked_div(weight.saturating_add(rest)).unwrap_or_default();
        i16::try_from(mixed).unwrap_or_default()
    };
    Spread {
        median: mix(known.median, other.median),
        deviation: mix(known.deviation, other.deviation),
    }
}

/// A deviation as the standard one of a normal distribution, in steps.
fn deviation(spread: Spread) -> i64 {
    let steps = i64::from(spread.deviation).saturating_mul(1483) / 1000;
    steps.max(LEAST_DEVIATION)
}

/// How many deviations a level is above the middle, in thousandths; less where little is known:
/// divided by the root of 1 + `weight / count`, and in the first payments by more.
pub(super) fn score(level: i16, spread: Spread, (weight, count): (usize, usize)) -> i64 {
    let above = i64::from(level).saturating_sub(spread.median.into()).saturating_mul(1000);
    let z = above.checked_div(deviation(spread)).unwrap_or_default();
    let wider = int(weight).saturating_mul(1_000_000).checked_div(int(count)).unwrap_or_default();
    let first = int(count).saturating_mul(int(count));
    let first = FIRST.saturating_mul(1_000_000).checked_div(first).unwrap_or_default();
    let wider = wider.saturating_add(first).saturating_add(1_000_000).isqrt();
    z.saturating_mul(1000).checked_div(wider).unwrap_or_default()
}

/// What an agent pays after five payments can be of another kind than those.
const FIRST: i64 = 200;

fn int(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Scores, and their rarity among honest payments in thousandths of a power of ten, as measured
/// (docs/fraud.md).
const MEASURED: [(i64, i64); 7] =
    [(0, 0), (1, 700), (400, 1500), (1000, 2000), (2500, 3000), (4000, 3600), (30_000, 6000)];

/// How rare a signal is among honest payments, as measured in the same way and rounded down where
/// sets differ: thousandths of a power of ten. That of an amount comes from its score.
pub(crate) const fn rarity_of(code: SignalCode) -> i64 {
    use SignalCode as S;
    match code {
        S::InstructionsInText | S::ChangedAccount | S::BadChecksum => 3500,
        S::ManyPayments | S::TaskDoesNotPay => 3300,
        S::LookAlikePayee | S::RepeatedCharge => 3000,
        S::NearThreshold | S::PayeeNotInTask | S::AmountAboveTask => 2700,
        S::DriftingAmounts | S::SplitAfterRefusal | S::FastSpending => 2300,
        S::UnexpectedPayee => 2000,
        S::CurrencyNotInTask | S::CategoryNotInTask => 1300,
        S::HiddenCharacters => 1000,
        _ => 0,
    }
}

/// The rarity of a score.
pub(super) fn digits(score: i64) -> i64 {
    between(MEASURED.iter().copied(), score).unwrap_or(6000)
}

/// A score, but no rarer than its own payments say: of the last `of` payments, `larger` were as
/// large. Median and deviation know nothing of an agent that pays 5 often and 400 now and then.
pub(super) fn no_rarer(score: i64, larger: usize, of: usize) -> i64 {
    held_back(score, larger, of, 0)
}

/// The same for ordering requests, where a single large payment is no habit yet (it may be what
/// nobody noticed): a part of what the score says beyond its own payments stays, short of asking.
pub(super) fn hardly_rarer(score: i64, larger: usize, of: usize) -> i64 {
    held_back(score, larger, of, KEPT)
}

/// How much of it stays when one payment was as large, in thousandths; with each further one less.
const KEPT: i64 = 700;
/// What such a score comes to at most, in thousandths of a power of ten: short of asking a person.
const SEEN_BEFORE: i64 = 2700;

fn held_back(score: i64, larger: usize, of: usize, kept: i64) -> i64 {
    if larger == 0 || score <= 0 {
        return score;
    }
    let log = |count: usize| log2(u128::try_from(count).unwrap_or_default().saturating_add(1));
    let own = log(of).saturating_sub(log(larger)).saturating_mul(301) >> 16u32;
    let beyond = digits(score).saturating_sub(own).max(0).saturating_mul(kept) / 1000;
    let most = own.saturating_add(beyond.checked_div(int(larger)).unwrap_or_default());
    let scores = MEASURED.iter().map(|(score, digits)| (*digits, *score));
    score.min(between(scores, most.min(SEEN_BEFORE)).unwrap_or(score))
}

/// Where a value lies on a line of points; `None` beyond the last.
fn between(points: impl Iterator<Item = (i64, i64)> + Clone, value: i64) -> Option<i64> {
    let pairs = points.clone().zip(points.skip(1));
    let mut pairs = pairs.skip_while(|(_, (to, _))| value >= *to);
    pairs.next().map(|((from, low), (to, high))| {
        let part = value.saturating_sub(from).saturating_mul(high.saturating_sub(low));
        let part = part.checked_div(to.saturating_sub(from)).unwrap_or_default();
        low.saturating_add(part)
    })
}
