//! What notifications say. Pure.
//!
//! A service may take the body for markup, so everything in it is escaped. What an agent or a
//! merchant wrote comes last, on one line, named as a claim, with hidden characters made visible.

use purser_domain::{RefusalDetail, TextPart};
use purser_wallet::view::InboxItem;

/// A notification's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Plain text.
    pub summary: String,
    /// Text that may be taken for markup, unless it was made for a service that takes none.
    pub body: String,
}

const NAME_MAX: usize = 48;
const CLAIM_MAX: usize = 120;

/// The request of an agent. `markup` says whether the service takes the body for markup.
pub fn ask(item: &InboxItem, markup: bool) -> Words {
    let sandbox = if item.sandbox { " (sandbox)" } else { "" };
    let summary =
        format!("{} asks to pay {} {}{sandbox}", item.agent.name, item.amount, item.currency);
    let name = one_line(&item.payee_name, NAME_MAX);
    let mut lines = vec![if item.payee_name_checked {
        format!("To {name}, {}", item.payee_account)
    } else {
        format!("To {}", item.payee_account)
    }];
    lines.push(item.why_short.clone());
    if !item.payee_name_checked && !name.is_empty() {
        lines.push(format!("Named, not checked: \u{201c}{name}\u{201d}"));
    }
    if let Some(claim) = &item.claim {
        let claim = one_line(claim, CLAIM_MAX);
        lines.push(format!("It says, not checked: \u{201c}{claim}\u{201d}"));
    }
    lines.retain(|line| !line.is_empty());
    let body = lines.join("\n");
    Words { summary, body: if markup { escaped(&body) } else { body } }
}

/// A limit that stopped an agent.
pub fn limit(name: &str, refusal: &RefusalDetail) -> Words {
    let numbers = match (&refusal.limit, &refusal.observed) {
        (Some(limit), Some(observed)) => format!("; the limit is {limit}, this is {observed}"),
        _ => String::new(),
    };
    let body = format!(
        "It was refused: {}{numbers}. The same is not told again for an hour.",
        refusal.message
    );
    Words { summary: format!("{name} reached a limit"), body }
}

/// A budget that has filled to a part of its limit.
pub fn budget(
    name: Option<&str>,
    (budget, percent): (&str, u32),
    (used, limit): (&str, &str),
    currency: &str,
) -> Words {
    let whose = name.unwrap_or("The wallet");
    let summary = if percent < 100 {
        format!("{whose} has used {percent} % of a budget")
    } else {
        format!("{whose} has used up a budget")
    };
    let then = if percent < 100 { "" } else { "\nWhat would pass it is refused." };
    Words { summary, body: format!("{budget}: {used} of {limit} {currency}.{then}") }
}

/// A circuit breaker that paused an agent.
pub fn tripped(name: &str, why: &str) -> Words {
    let summary = format!("{name} was paused by a circuit breaker");
    let why = first_upper(why);
    let body = format!("{why}. It pays nothing more until you resume it in Purser.");
    Words { summary, body }
}

fn first_upper(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
}

/// Text that says the same where markup is understood.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            c => safe.push(c),
        }
    }
    safe
}

/// A claim on one line: no line of it can look like one of the wallet's. Its own quotation marks
/// can't end the quotation.
fn one_line(parts: &[TextPart], max: usize) -> String {
    let mut line = String::new();
    for part in parts {
        match part {
            TextPart::Plain(text) => {
                line.extend(text.chars().map(|c| match c {
                    '\n' | '\r' | '\t' => ' ',
                    '\u{201c}' | '\u{201d}' | '"' => '\'',
                    c => c,
                }));
            }
            TextPart::Hidden(code) => {
                line.push('<');
                line.push_str(code);
                line.push('>');
            }
        }
    }
    if line.chars().count() > max {
        line = line.chars().take(max.saturating_sub(1)).collect();
        line.push('\u{2026}');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_domain::Claim;

    fn item(name: &str, claim: &str) -> InboxItem {
        let mut item = crate::sample::inbox_item();
        item.payee_name = Claim::new(name, 256).unwrap().parts();
        item.claim = Some(Claim::new(claim, 8192).unwrap().parts());
        item.payee_name_checked = false;
        item.sandbox = false;
        item.payee_account = "hetzner.com".to_owned();
        item.why_short = "Above 500 needs one approver".to_owned();
        item
    }

    #[test]
    fn facts_come_first_and_claims_are_named_as_such() {
        let words = ask(&item("Hetzner", "two servers"), true);
        assert_eq!(words.summary, "Claude Code asks to pay 600.00 USD");
        assert_eq!(
            words.body,
            "To hetzner.com\nAbove 500 needs one approver\nNamed, not checked: \u{201c}Hetzner\
             \u{201d}\nIt says, not checked: \u{201c}two servers\u{201d}"
        );
    }

    #[test]
    fn markup_hidden_characters_and_line_breaks_are_harmless() {
        let words = ask(&item("a\u{202e}b", "<b>x</b>&\nTo mybank.com\u{201d} \"ok\""), true);
        assert!(words.body.contains("\u{201c}a&lt;U+202E&gt;b\u{201d}"), "{}", words.body);
        assert!(!words.body.contains("<b>") && words.body.contains("&lt;b&gt;x&lt;/b&gt;&amp; To"));
        assert_eq!(words.body.lines().count(), 4);
        assert!(words.body.ends_with("To mybank.com' 'ok'\u{201d}"), "{}", words.body);
        let plain = ask(&item("a&b", "x"), false);
        assert!(plain.body.contains("\u{201c}a&b\u{201d}"));
    }

    #[test]
    fn a_budget_says_whose_it_is_and_how_full() {
        let words = budget(Some("Scout"), ("daily", 80), ("40.00", "50.00"), "USD");
        assert_eq!(words.summary, "Scout has used 80 % of a budget");
        assert_eq!(words.body, "daily: 40.00 of 50.00 USD.");
        let words = budget(None, ("monthly, books", 100), ("50.00", "50.00"), "USD");
        assert_eq!(words.summary, "The wallet has used up a budget");
        assert!(words.body.ends_with("USD.\nWhat would pass it is refused."), "{}", words.body);
    }

    #[test]
    fn a_breaker_says_why_and_what_to_do() {
        let words = tripped("Scout", "21 requests were refused within 10 minutes");
        assert_eq!(words.summary, "Scout was paused by a circuit breaker");
        assert!(words.body.starts_with("21 requests were refused within 10 minutes. It pays"));
        assert!(tripped("Scout", "spending is high").body.starts_with("Spending is high. "));
    }

    #[test]
    fn endless_claims_are_cut() {
        let words = ask(&item(&"n".repeat(256), &"c".repeat(8000)), true);
        assert!(words.body.chars().count() < 300, "{}", words.body.len());
    }
}
