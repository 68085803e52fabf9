//! The amounts that a task's text names, and whether a request keeps to them.
//!
//! A number is an amount with a currency (`$50`, `50 EUR`, `€1.200,50`, `20 bucks`), or in the
//! words of a bound or a payment (`under 300`, `spend 1k`) where no other noun follows. Years,
//! counts, times and account numbers are none. Where a number can be read in two ways the larger
//! counts: this errs to silence.

use super::Departure;
use super::lists::{ABOUT, AT_LEAST, AT_MOST, NO_UNIT, NUMBER, OPEN, WORDS};
use super::numbers;
use super::words::{Text, Word};
use purser_domain::{Currency, SpendRequest};
use rust_decimal::Decimal;

/// What an amount is in, as people write it: most signs stand for several currencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// Nothing said: whatever the request is in.
    Bare,
    /// `$`, dollars.
    Dollar,
    /// US dollars, also as a stablecoin.
    UsDollar,
    /// Euros, also as a stablecoin.
    Euro,
    Pound,
    /// `¥`: yen or yuan.
    Yen,
    /// Crowns of the north.
    Krona,
    Rupee,
    /// Hundredths of a dollar or euro.
    Cent,
    /// A currency's code.
    Code(Currency),
}

/// An amount of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Amount {
    value: Decimal,
    unit: Unit,
    /// For one unit of something, or with more on top.
    open: bool,
    /// A lower bound.
    least: bool,
}

/// Codes that are read in small letters, too: none is a word.
const CODES: [&str; 24] = [
    "gbp", "chf", "jpy", "cad", "aud", "nzd", "cny", "inr", "sek", "nok", "dkk", "pln", "czk",
    "huf", "brl", "mxn", "sgd", "hkd", "krw", "zar", "ils", "aed", "thb", "twd",
];

/// Every amount of a text for a request in `currency`.
pub(super) fn read(text: &Text, raw: &str, currency: Currency) -> Vec<Amount> {
    let mut amounts = in_words(text, raw, currency);
    if !text.digits {
        return amounts;
    }
    let mut done = 0;
    let mut last: Option<(usize, Amount)> = None;
    for (at, word) in text.words.iter().enumerate() {
        if !word.digit || word.raw() < done {
            continue;
        }
        let rest = raw.get(word.raw()..).unwrap_or_default();
        let Some(skip) = rest.bytes().take(6).position(|b| b.is_ascii_digit()) else { continue };
        let start = word.raw().saturating_add(skip);
        let (end, value) = number(raw, start);
        done = end;
        let Some(value) = value else { continue };
        let place = Place { text, raw, currency, at, start, end, glued: skip > 0 };
        let range = last.filter(|(before, _)| place.continues(*before)).map(|(_, amount)| amount);
        if let Some((end, amount)) = place.amount(value, range) {
            amounts.push(amount);
            last = Some((end, amount));
        }
    }
    amounts
}

/// The amounts whose numbers are words: with a currency, or of a bound and not a few of something.
fn in_words(text: &Text, raw: &str, currency: Currency) -> Vec<Amount> {
    let mut amounts = Vec::new();
    let mut after = 0;
    for (at, word) in text.words.iter().enumerate() {
        if at < after || WORDS.of(*word) & NUMBER == 0 {
            continue;
        }
        let Some((value, taken)) = numbers::read(text, at) else { continue };
        after = at.saturating_add(taken);
        let last = text.words.get(after.saturating_sub(1)).unwrap_or(word);
        let tail = raw.get(last.raw()..).unwrap_or_default();
        let len = tail.find(|c: char| !c.is_alphabetic()).unwrap_or(tail.len());
        let (start, end) = (word.raw(), last.raw().saturating_add(len));
        let place = Place { text, raw, currency, at, start, end, glued: false };
        let Some((end, mut amount)) = place.amount(value.into(), None) else { continue };
        if amount.unit == Unit::Bare && value < FEW {
            continue;
        }
        // `seventy pounds fifty`
        let next = text.words.partition_point(|word| word.raw() < end);
        if let Some((cents @ 0..100, taken)) = numbers::read(text, next) {
            let cents = Decimal::new(i64::try_from(cents).unwrap_or_default(), 2);
            amount.value = amount.value.saturating_add(cents);
            after = next.saturating_add(taken);
        }
        amounts.push(amount);
    }
    amounts
}

/// Below this a number without a currency counts something: `at most two`.
const FEW: u64 = 20;

/// Where a number stands.
struct Place<'a> {
    text: &'a Text,
    raw: &'a str,
    currency: Currency,
    /// Index of the word that it begins in.
    at: usize,
    /// Its bytes in the raw text.
    start: usize,
    end: usize,
    /// Letters stand before it without a space: `EUR50`.
    glued: bool,
}

impl Place<'_> {
    fn word(&self, back: usize) -> Option<Word> {
        self.at.checked_sub(back).and_then(|at| self.text.words.get(at)).copied()
    }

    fn is(&self, word: Option<Word>, letters: &str) -> bool {
        word.is_some_and(|word| self.text.letters_of(word) == letters.as_bytes())
    }

    /// Whether only the sign of a range stands between an amount and this number.
    fn continues(&self, before: usize) -> bool {
        let between = self.raw.get(before..self.start).unwrap_or_default();
        let sign = |c: char| c.is_whitespace() || "$€£¥".contains(c);
        matches!(between.trim_matches(sign), "-" | "–" | "—" | "to" | "bis" | "à")
    }

    /// The amount that this number is, and where it ends.
    fn amount(&self, value: Decimal, range: Option<Amount>) -> Option<(usize, Amount)> {
        let (value, end) = self.scaled(value);
        let next = self.text.words.iter().skip(self.at).position(|word| word.raw() >= end);
        let next = next.map(|ahead| self.at.saturating_add(ahead));
        let after = |ahead: usize| {
            next.and_then(|at| self.text.words.get(at.saturating_add(ahead))).copied()
        };
        let before = self.unit_before();
        let (unit_after, end) = self.unit_after(end);
        let shift = usize::from(matches!(before, Some((_, true))));
        let lead = [1, 2, 3].map(|back: usize| self.word(back.saturating_add(shift)));
        let bound = self.bound(lead);
        let unit = before.map(|(unit, _)| unit).or(unit_after).or(range.map(|amount| amount.unit));
        let unit = match unit {
            Some(unit) => unit,
            None if self.is_bare(lead, bound, end, after(0)) => Unit::Bare,
            None => return None,
        };
        let value = if unit == Unit::Cent { value.checked_div(100.into())? } else { value };
        let about = self.class(lead[0]) & ABOUT != 0
            || self.char_before() == Some('~')
            // "um die 40 Euro"
            || (self.is(lead[0], "die") && self.is(lead[1], "um"));
        let value = if about { value.checked_mul(Decimal::new(12, 1))? } else { value };
        let trail = if unit_after.is_some() { [after(1), after(2)] } else { [after(0), after(1)] };
        let open = self.is_open(lead, trail, end) || range.is_some_and(|amount| amount.open);
        Some((end, Amount { value, unit, open, least: bound == Some(false) }))
    }

    fn class(&self, word: Option<Word>) -> u32 {
        word.map_or(0, |word| WORDS.of(word))
    }

    /// `2.5k`, `1 million`.
    fn scaled(&self, value: Decimal) -> (Decimal, usize) {
        let rest = self.raw.get(self.end..).unwrap_or_default();
        let word = rest.trim_start_matches([' ', '\u{a0}']);
        let gap = rest.len().saturating_sub(word.len());
        let len = word.bytes().take(9).take_while(u8::is_ascii_alphabetic).count();
        let scale = word.get(..len).unwrap_or_default();
        let attached = gap == 0 && len == 1;
        let by: i64 = match scale {
            "k" | "K" if attached => 1_000,
            "m" | "M" if attached => 1_000_000,
            _ if gap > 1 || len < 3 => 1,
            _ => match scale.to_ascii_lowercase().as_str() {
                "thousand" | "grand" | "tausend" | "mille" | "mil" => 1_000,
                "million" | "millions" | "mio" | "millionen" => 1_000_000,
                _ => 1,
            },
        };
        let value = if by == 1 { Some(value) } else { value.checked_mul(by.into()) };
        let taken = if by == 1 { 0 } else { gap.saturating_add(len) };
        (value.unwrap_or(Decimal::MAX), self.end.saturating_add(taken))
    }

    fn char_before(&self) -> Option<char> {
        let before = self.raw.get(..self.start)?;
        before.trim_end_matches([' ', '\u{a0}', '$', '€', '£', '¥']).chars().next_back()
    }

    /// The currency before the number, and whether it is a word of its own.
    fn unit_before(&self) -> Option<(Unit, bool)> {
        if self.glued {
            let from = self.word(0)?.raw();
            return Some((self.unit_of(self.raw.get(from..self.start)?)?, false));
        }
        let before = self.raw.get(..self.start)?;
        let near = before.trim_end_matches([' ', '\u{a0}', '\u{202f}']);
        if before.len().saturating_sub(near.len()) > 3 {
            return None;
        }
        let sign = near.chars().next_back()?;
        if let Some(unit) = sign_unit(sign) {
            let word = near.get(..near.len().saturating_sub(sign.len_utf8()))?;
            let letters = word.bytes().rev().take(3).take_while(u8::is_ascii_alphabetic).count();
            let nation = word.get(word.len().saturating_sub(letters)..)?;
            let known = |code: &str| code.parse().map_or(unit, Unit::Code);
            let national = match (unit, nation) {
                (Unit::Dollar, "US") => Unit::UsDollar,
                (Unit::Dollar, "R") => known("BRL"),
                (Unit::Dollar, "A" | "AU") => known("AUD"),
                (Unit::Dollar, "C" | "CA") => known("CAD"),
                (Unit::Dollar, "HK") => known("HKD"),
                (Unit::Dollar, "NZ") => known("NZD"),
                (Unit::Dollar, "S") => known("SGD"),
                _ => return Some((unit, false)),
            };
            return Some((national, true));
        }
        // A word right before it.
        let word = self.word(1)?;
        let written = near.trim_end_matches('.');
        let letters = written.bytes().rev().take(6).take_while(u8::is_ascii_alphabetic).count();
        let from = written.len().saturating_sub(letters);
        (word.raw() == from).then_some(())?;
        let written = written.get(from..)?;
        let code = matches!(written, "Rs" | "Fr" | "kr" | "usd" | "eur" | "usdc")
            || written.bytes().all(|b| b.is_ascii_uppercase())
            || CODES.contains(&written);
        Some((code.then(|| self.unit_of(written))??, true))
    }

    /// The currency after the number, and where it ends.
    fn unit_after(&self, end: usize) -> (Option<Unit>, usize) {
        let rest = self.raw.get(end..).unwrap_or_default();
        let near = rest.trim_start_matches([' ', '\u{a0}', '\u{202f}', '-']);
        let gap = rest.len().saturating_sub(near.len());
        let from = end.saturating_add(gap);
        if gap > 3 {
            return (None, end);
        }
        if let Some(sign) = near.chars().next()
            && let Some(unit) = sign_unit(sign)
        {
            // In "50 $20" the sign is the other number's.
            let after = near.get(sign.len_utf8()..).unwrap_or_default();
            let others = after.starts_with(|c: char| c.is_ascii_digit());
            return if others {
                (None, end)
            } else {
                (Some(unit), from.saturating_add(sign.len_utf8()))
            };
        }
        let len = near.find(|c: char| !c.is_alphabetic()).unwrap_or(near.len()).min(near.len());
        let written = near.get(..len).unwrap_or_default();
        let tail = near.get(len..).unwrap_or_default();
        if written.is_empty() || written.len() > 10 {
            return (None, end);
        }
        // Five pounds of apples are a weight.
        let weight = matches!(written, "pound" | "pounds") && tail.trim_start().starts_with("of ");
        let unit = if weight { None } else { self.unit_of(written) };
        (unit, if unit.is_some() { from.saturating_add(len) } else { end })
    }

    /// The currency that a word or a code names.
    fn unit_of(&self, written: &str) -> Option<Unit> {
        let lower = written.to_lowercase();
        Some(match lower.as_str() {
            "usd" | "usdc" | "usdt" | "pyusd" => Unit::UsDollar,
            "dollar" | "dollars" | "buck" | "bucks" => Unit::Dollar,
            "eur" | "euro" | "euros" | "eurc" => Unit::Euro,
            "gbp" | "pound" | "pounds" | "quid" => Unit::Pound,
            "jpy" | "cny" | "yen" | "yuan" | "rmb" => Unit::Yen,
            "kr" | "sek" | "nok" | "dkk" | "krona" | "kronor" | "krone" | "kroner" => Unit::Krona,
            "inr" | "rs" | "rupee" | "rupees" => Unit::Rupee,
            "cent" | "cents" | "ct" | "cts" => Unit::Cent,
            "fr" | "franken" | "francs" => Unit::Code("CHF".parse().ok()?),
            "zł" | "zl" | "zloty" => Unit::Code("PLN".parse().ok()?),
            _ if CODES.contains(&lower.as_str()) => {
                Unit::Code(written.to_ascii_uppercase().parse().ok()?)
            }
            // Rarer codes only for a request in them, so that `50 TOP` is no money of Tonga.
            _ if written == self.currency.as_str() => Unit::Code(self.currency),
            _ => return None,
        })
    }

    /// Whether an upper (`true`) or a lower (`false`) bound is spoken of before the number.
    fn bound(&self, [one, two, three]: [Option<Word>; 3]) -> Option<bool> {
        if self.is(one, "than") || self.is(one, "als") {
            let more = self.is(two, "more") || self.is(two, "mehr");
            let negated = ["no", "not", "nicht", "never"].iter().any(|no| self.is(three, no));
            // "no more than" is an upper bound, and "no less than" a lower one.
            return Some(more == negated);
        }
        if (self.is(one, "to") && self.is(two, "up")) || (self.is(one, "zu") && self.is(two, "bis"))
        {
            return Some(true);
        }
        let of = ["of", "is", "von", "de", "a"].iter().any(|of| self.is(one, of));
        let class = self.class(if of { two } else { one });
        // "not over 50" is an upper bound.
        let negated = self.is(two, "not") || self.is(two, "never");
        match (class & AT_MOST != 0, class & AT_LEAST != 0) {
            (true, _) => Some(true),
            (_, true) => Some(negated),
            _ => None,
        }
    }

    /// Whether a number without a currency is an amount all the same.
    fn is_bare(
        &self,
        [one, two, _]: [Option<Word>; 3],
        bound: Option<bool>,
        end: usize,
        next: Option<Word>,
    ) -> bool {
        // "14. bis 15." are days.
        if one.is_some_and(|bis| self.class(Some(bis)) & AT_MOST != 0)
            && two.is_some_and(|w| w.number)
        {
            return false;
        }
        let paying = ["spend", "pay", "send", "transfer", "tip", "donate", "refund", "zahle"];
        if bound.is_none() && !paying.iter().any(|verb| self.is(one, verb)) {
            return false;
        }
        let rest = self.raw.get(end..).unwrap_or_default();
        let near = rest.trim_start_matches(' ');
        let ends = near.is_empty() || near.starts_with(['.', ',', ';', ')', '!', '?', '\n']);
        let counted = near.starts_with(|c: char| !c.is_alphabetic());
        let noun = next.is_some_and(|word| WORDS.of(word) & NO_UNIT == 0);
        ends || (!counted && !noun && rest.len() > near.len())
    }

    /// Whether the amount is for a unit, or something comes on top.
    fn is_open(&self, lead: [Option<Word>; 3], trail: [Option<Word>; 2], end: usize) -> bool {
        let [one, ..] = lead;
        let each = self.is(one, "at") || self.is(one, "x") || self.is(one, "je");
        // "the number + $20 of balance"
        let times = matches!(self.char_before(), Some('@' | '×' | '*' | '+'));
        let [next, then] = trail;
        let slash = self.raw.get(end..).is_some_and(|rest| rest.trim_start().starts_with('/'));
        let plus = self.raw.get(end..).is_some_and(|rest| rest.trim_start().starts_with('+'));
        let one_of = (self.is(next, "a") || self.is(next, "an"))
            && [
                "night", "day", "week", "month", "year", "hour", "person", "seat", "head", "piece",
                "row",
            ]
            .iter()
            .any(|unit| self.is(then, unit));
        // "£60pp"
        let attached = self.raw.get(end..).is_some_and(|rest| rest.starts_with("pp"));
        each || times || slash || plus || attached || one_of || self.class(next) & OPEN != 0
    }
}

fn sign_unit(sign: char) -> Option<Unit> {
    Some(match sign {
        '$' | '＄' => Unit::Dollar,
        '€' => Unit::Euro,
        '£' => Unit::Pound,
        '¥' | '￥' | '円' | '元' => Unit::Yen,
        '₹' => Unit::Rupee,
        '¢' => Unit::Cent,
        _ => return None,
    })
}

/// The number at `start`, and where it ends. `None` for what is too long to be an amount.
fn number(raw: &str, start: usize) -> (usize, Option<Decimal>) {
    let rest = raw.get(start..).unwrap_or_default();
    let part = |c: char| c.is_ascii_digit() || ".,'’\u{a0}\u{202f}".contains(c);
    let run = rest.get(..rest.find(|c| !part(c)).unwrap_or(rest.len())).unwrap_or_default();
    let run = run.trim_end_matches(|c: char| !c.is_ascii_digit());
    let mut end = start.saturating_add(run.len());
    let mut digits = run.to_owned();
    // `1 200`: groups of three after a space.
    loop {
        let group = raw.get(end..).unwrap_or_default();
        let three = group.get(1..4).is_some_and(|g| g.bytes().all(|b| b.is_ascii_digit()));
        let ends = !group.get(4..).is_some_and(|g| g.starts_with(|c: char| c.is_alphanumeric()));
        let first = digits.len() <= 3 || digits.contains(' ');
        if !(group.starts_with(' ') && three && ends && first) || digits.len() > 24 {
            break;
        }
        digits.push_str(group.get(..4).unwrap_or_default());
        end = end.saturating_add(4);
    }
    if end > start.saturating_add(run.len()) {
        // Decimals of the last group.
        let tail = raw.get(end..).unwrap_or_default();
        let mark = tail.starts_with([',', '.']);
        let count = tail.bytes().skip(1).take_while(u8::is_ascii_digit).count();
        if mark && count > 0 {
            let len = count.saturating_add(1);
            digits.push_str(tail.get(..len).unwrap_or_default());
            end = end.saturating_add(len);
        }
    }
    (end, decimal(&digits))
}

/// Reads digits with marks between them. The last mark is the decimal one, unless it may part
/// thousands.
fn decimal(run: &str) -> Option<Decimal> {
    if run.len() > 32 {
        return None;
    }
    let mark = run.rfind(['.', ',']);
    let point = mark.filter(|at| {
        let after = run.len().saturating_sub(at.saturating_add(1));
        let before = run.get(..*at).unwrap_or_default();
        let sign = run.get(*at..at.saturating_add(1)).unwrap_or_default();
        let again = before.contains(sign);
        let thousands = after == 3 && before.len() <= 3 && !before.trim_matches('0').is_empty();
        !again && !thousands
    });
    let (whole, fraction) = match point {
        Some(at) => (run.get(..at)?, run.get(at.saturating_add(1)..)?),
        None => (run, ""),
    };
    let digits = |part: &str| part.bytes().filter(u8::is_ascii_digit).collect::<Vec<_>>();
    let (whole, fraction) = (digits(whole), digits(fraction));
    if whole.len() > 13 || fraction.len() > 12 {
        return None;
    }
    let mantissa = whole.iter().chain(&fraction).fold(0i128, |value, digit| {
        value.saturating_mul(10).saturating_add(i128::from(digit.saturating_sub(b'0')))
    });
    let scale = u32::try_from(fraction.len()).ok()?;
    Decimal::try_from_i128_with_scale(mantissa, scale).ok()
}

/// Whether a unit may be this currency.
fn fits(unit: Unit, currency: Currency) -> bool {
    let code = currency.as_str();
    let us = matches!(code, "USD" | "USDC" | "USDT" | "PYUSD");
    let dollar = us
        || matches!(
            code,
            "CAD" | "AUD" | "NZD" | "SGD" | "HKD" | "TWD" | "MXN" | "ARS" | "CLP" | "COP"
        );
    let euro = matches!(code, "EUR" | "EURC");
    match unit {
        Unit::Bare => true,
        Unit::Dollar => dollar,
        Unit::UsDollar => us,
        Unit::Euro => euro,
        Unit::Pound => matches!(code, "GBP" | "EGP" | "FKP" | "GIP" | "SHP"),
        Unit::Yen => matches!(code, "JPY" | "CNY"),
        Unit::Krona => matches!(code, "SEK" | "NOK" | "DKK" | "ISK"),
        Unit::Rupee => matches!(code, "INR" | "PKR" | "LKR" | "NPR"),
        Unit::Cent => dollar || euro,
        Unit::Code(named) => named == currency,
    }
}

/// The currency that a unit most often is.
fn usual(unit: Unit) -> Option<Currency> {
    Some(match unit {
        Unit::Bare => return None,
        Unit::Dollar | Unit::UsDollar | Unit::Cent => Currency::USD,
        Unit::Euro => Currency::EUR,
        Unit::Pound => "GBP".parse().ok()?,
        Unit::Yen => "JPY".parse().ok()?,
        Unit::Krona => "SEK".parse().ok()?,
        Unit::Rupee => "INR".parse().ok()?,
        Unit::Code(currency) => currency,
    })
}

/// How a request departs from the amounts of its task.
pub(super) fn compare(amounts: &[Amount], request: &SpendRequest) -> Option<Departure> {
    let (asked, currency) = (request.amount.amount(), request.amount.currency());
    let fitting = || amounts.iter().filter(|amount| fits(amount.unit, currency));
    if fitting().next().is_none() {
        let largest = amounts.iter().max_by_key(|amount| amount.value)?;
        return Some(Departure::CurrencyNotInTask { named: usual(largest.unit)? });
    }
    let named = fitting().filter(|amount| !amount.least).map(|amount| amount.value).max()?;
    let above = if fitting().any(|amount| amount.open) {
        // Only a unit's price can be compared; how many there are the text does not say surely.
        let units = request.line_items.iter().filter(|item| item.unit.is_some());
        units.map(|item| item.unit_price).max().is_some_and(|price| price > named)
    } else {
        asked > named
    };
    above.then_some(Departure::AmountAboveTask { named })
}
