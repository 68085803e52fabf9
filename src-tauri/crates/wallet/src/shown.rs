//! How values are written for people.

use crate::view::AgentRef;
use purser_domain::{AgentId, Claim, Money, TextPart};
use purser_engine::State;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// What all agents are called, with what hides in it made visible.
#[derive(Debug, Clone)]
pub struct Names(BTreeMap<AgentId, String>);

impl Names {
    /// The names of now.
    pub fn of(state: &State) -> Self {
        Self(state.agents().map(|agent| (agent.id, agent.name.visible(64))).collect())
    }

    /// An agent's name; its id when the wallet had no such agent then.
    pub fn of_agent(&self, agent: AgentId) -> String {
        self.0.get(&agent).cloned().unwrap_or_else(|| agent.to_string())
    }
}

/// A time as RFC 3339 in UTC.
pub fn rfc3339(at: purser_domain::Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default().to_string()
}

/// A decimal with at least two decimals: `640.00`, `0.000001`.
#[must_use]
pub fn decimal(value: Decimal) -> String {
    let mut value = value.normalize();
    if value.scale() < 2 {
        value.rescale(2);
    }
    value.to_string()
}

/// A limit in a sentence: `500`, `1,000`, `0.50`.
pub fn grouped(value: Decimal) -> String {
    let shown = decimal(value);
    let (whole, fraction) = shown.split_once('.').unwrap_or((&shown, "00"));
    let mut grouped = String::new();
    for (left, digit) in (0..whole.len()).rev().zip(whole.chars()) {
        grouped.push(digit);
        if left > 0 && left.is_multiple_of(3) {
            grouped.push(',');
        }
    }
    if fraction != "00" {
        grouped.push('.');
        grouped.push_str(fraction);
    }
    grouped
}

/// A text that begins with a capital letter and ends with a full stop. Empty of an empty one.
#[must_use]
pub fn sentence(text: &str) -> String {
    let mut chars = text.trim().chars();
    let mut made: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    made.push_str(chars.as_str());
    if !made.is_empty() && !made.ends_with(['.', '!', '?', '…']) {
        made.push('.');
    }
    made
}

/// An amount without its currency.
pub fn amount(money: Money) -> String {
    decimal(money.amount())
}

/// How much of `limit` is `part`, a whole number from 0 to 100; anything above nothing shows.
pub fn percent(part: Decimal, limit: Decimal) -> u8 {
    let hundred = Decimal::ONE_HUNDRED;
    let share = part.checked_mul(hundred).and_then(|p| p.checked_div(limit));
    let share = share.unwrap_or(hundred).clamp(Decimal::ZERO, hundred);
    let whole = u8::try_from(share.round()).unwrap_or(100);
    if whole == 0 && part > Decimal::ZERO { 1 } else { whole }
}

/// A claim of at most `max` bytes, cut at a character where it is longer; NULs are dropped.
pub fn clamped_claim(text: &str, max: usize) -> Claim {
    let mut kept = String::new();
    for c in text.chars().filter(|c| *c != '\0') {
        if kept.len().saturating_add(c.len_utf8()) > max {
            break;
        }
        kept.push(c);
    }
    Claim::new(&kept, max).unwrap_or_default()
}

/// An account or a hash shortened in its middle: `0x3C44…93BC`. Of a CAIP-10 account only the
/// address is shown.
pub fn short(text: &str) -> String {
    if text.chars().count() <= 24 {
        return text.to_owned();
    }
    let last = text.rsplit(':').next().unwrap_or(text);
    let chars: Vec<char> = last.chars().collect();
    let head: String = chars.iter().take(6).collect();
    let tail: String = chars.iter().skip(chars.len().saturating_sub(4)).collect();
    format!("{head}…{tail}")
}

/// The parts of a claim, or of an agent's name where the wallet has nothing better.
pub fn plain(text: impl Into<String>) -> Vec<TextPart> {
    vec![TextPart::Plain(text.into())]
}

/// An agent wherever it is mentioned.
pub fn agent_ref(id: AgentId, name: &Claim) -> AgentRef {
    let shown = name.visible(64);
    let words: Vec<&str> = shown.split_whitespace().collect();
    let initials: String = match words.as_slice() {
        [first, second, ..] => first
            .chars()
            .take(1)
            .chain(second.chars().take(1))
            .flat_map(char::to_uppercase)
            .collect(),
        [only] => only.chars().take(2).flat_map(char::to_uppercase).collect(),
        [] => "?".to_owned(),
    };
    let colour_index = u8::try_from(id.bits() & 7).unwrap_or(0);
    AgentRef { id: id.to_string(), name: shown, initials, colour_index }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_show_two_places_or_all_they_have() {
        for (text, shown) in [("640", "640.00"), ("0.000001", "0.000001"), ("1.5", "1.50")] {
            assert_eq!(decimal(Decimal::from_str_exact(text).unwrap()), shown);
        }
    }

    #[test]
    fn limits_in_a_sentence_are_grouped_and_lose_empty_cents() {
        for (text, shown) in
            [("500", "500"), ("1000", "1,000"), ("1234567.5", "1,234,567.50"), ("0.5", "0.50")]
        {
            assert_eq!(grouped(Decimal::from_str_exact(text).unwrap()), shown);
        }
    }

    #[test]
    fn percentages_are_whole_and_clamped() {
        let d = |n: i64| Decimal::from(n);
        assert_eq!(percent(d(1), d(1000)), 1);
        assert_eq!(percent(d(0), d(1000)), 0);
        assert_eq!(percent(d(500), d(1000)), 50);
        assert_eq!(percent(d(5000), d(1000)), 100);
        assert_eq!(percent(d(5), d(0)), 100);
    }

    #[test]
    fn long_texts_are_cut_at_a_character() {
        assert_eq!(clamped_claim("aé\0b", 3).raw(), "aé");
        assert_eq!(short("eip155:8453:0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc"), "0x3c44…93bc");
        assert_eq!(short("acct:hetzner"), "acct:hetzner");
    }
}
