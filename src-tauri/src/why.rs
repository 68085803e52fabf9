//! Why a payment was decided as it was, as the window shows it: every field is there, what an agent
//! chose is apart from what the wallet says, and limits have their bars.

use purser_domain::TextPart;
use purser_wallet::view::Tone;
use purser_wallet::{ExplanationView, StepView};
use serde::Serialize;

/// A decision, with how it came to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Why {
    /// The entry's number in the log.
    pub seq: u64,
    /// When it was decided, milliseconds since the epoch.
    pub at_ms: i64,
    /// Colour of the answer.
    pub tone: Tone,
    /// The answer, a sentence.
    pub title: String,
    /// The ladder in order.
    pub steps: Vec<WhyStep>,
    /// Whether deciding again gives the same: `same`, `differs` or `unknown`.
    pub agrees: &'static str,
    /// What it means that it does not.
    pub warning: Option<String>,
    /// What the log does not hold, sentences.
    pub notes: Vec<String>,
}

/// One step of the ladder. Amounts are in the budget currency; attempts are whole numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WhyStep {
    /// Its number, 1 to 12. Several may share one.
    pub step: u8,
    /// Stable code of what it looked at.
    pub code: String,
    /// The same in words.
    pub title: String,
    /// Whose limit or rule, when it is not the agent's own.
    pub whose: Option<String>,
    /// What it counts or looked at. May be empty.
    pub named: Vec<TextPart>,
    /// Whether that is the agent's own word.
    pub claimed: bool,
    /// `passed`, `asks`, `refused`, `skipped` or `repeats`.
    pub result: &'static str,
    /// Whether the answer came from here.
    pub decided: bool,
    /// What there is to say where nothing was counted.
    pub note: Option<String>,
    /// Most; `None` where there is no limit to hold against.
    pub limit: Option<String>,
    /// What was held against it.
    pub observed: Option<String>,
    /// Of that, what was used before; `None` for nothing.
    pub used: Option<String>,
    /// Of that, what was held for sub-agents; `None` for nothing.
    pub held: Option<String>,
    /// Of that, what this request adds.
    pub adds: Option<String>,
    /// How much of the limit was gone before.
    pub before_percent: u8,
    /// How much of it this request takes.
    pub adds_percent: u8,
}

impl From<ExplanationView> for Why {
    fn from(told: ExplanationView) -> Self {
        let tone = match told.verdict {
            "allow" => Tone::Allow,
            "review" => Tone::Review,
            _ => Tone::Deny,
        };
        let steps = told.steps.into_iter().map(|step| WhyStep::of(step, &told.agent)).collect();
        Self {
            seq: told.seq,
            at_ms: told.at_ms,
            tone,
            title: told.title,
            steps,
            agrees: told.agrees,
            warning: Some(told.warning).filter(|warning| !warning.is_empty()),
            notes: told.notes,
        }
    }
}

impl WhyStep {
    fn of(step: StepView, asker: &str) -> Self {
        // Where an amount falls is no limit that it could pass.
        let is_tier = step.check == "tier";
        let whose = match step.whose.as_str() {
            _ if is_tier || step.check == "credential" => None,
            _ if step.above => Some(step.whose.clone()),
            "credential" => Some("its credential".to_owned()),
            "wallet" => Some("the whole wallet".to_owned()),
            whose if whose == asker => None,
            whose => Some(whose.to_owned()),
        };
        let some = |value: Option<String>| {
            value.filter(|value| value.chars().any(|digit| matches!(digit, '1'..='9')))
        };
        let (before_percent, adds_percent) = step.percents.unwrap_or_default();
        Self {
            step: step.step,
            code: step.check,
            title: step.title,
            whose,
            named: step.parts,
            claimed: step.claimed,
            result: step.result,
            decided: step.decided,
            note: Some(step.detail).filter(|note| step.limit.is_none() && !note.is_empty()),
            limit: step.limit.filter(|_| !is_tier),
            observed: step.observed,
            used: some(step.used),
            held: some(step.held),
            adds: step.adds,
            before_percent,
            adds_percent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(check: &str, name: &str) -> StepView {
        StepView {
            step: 11,
            check: check.to_owned(),
            title: "Amount".to_owned(),
            whose: "wallet".to_owned(),
            above: false,
            name: name.to_owned(),
            parts: vec![TextPart::Plain(name.to_owned())],
            claimed: false,
            result: "asks",
            decided: true,
            detail: "640.00".to_owned(),
            limit: Some("5000.00".to_owned()),
            used: Some("0.00".to_owned()),
            held: Some("0.00".to_owned()),
            adds: Some("640.00".to_owned()),
            observed: Some("640.00".to_owned()),
            percents: Some((0, 13)),
        }
    }

    #[test]
    fn where_an_amount_falls_is_no_limit() {
        let told = WhyStep::of(step("tier", "tier_autonomous"), "Scout");
        let seen = (told.limit, told.whose, told.observed.as_deref());
        assert_eq!(seen, (None, None, Some("640.00")));
    }

    #[test]
    fn whose_rule_it_is_is_said_only_of_others() {
        let whose = |name: &str, above| {
            let step = StepView { whose: name.to_owned(), above, ..step("daily_cap", "daily") };
            WhyStep::of(step, "Scout").whose
        };
        assert_eq!(whose("Scout", false), None);
        assert_eq!(whose("Scout", true).as_deref(), Some("Scout"));
        assert_eq!(whose("wallet", false).as_deref(), Some("the whole wallet"));
        assert_eq!(whose("credential", false).as_deref(), Some("its credential"));
    }

    #[test]
    fn what_is_nothing_is_left_out_and_words_stand_where_no_number_does() {
        let told = WhyStep::of(step("daily_cap", "daily"), "Scout");
        assert_eq!((told.used, told.held, told.note), (None, None, None));
        let signals = StepView { limit: None, observed: None, ..step("signals", "") };
        let signals = StepView { detail: "nothing to tell".to_owned(), ..signals };
        assert_eq!(WhyStep::of(signals, "Scout").note.as_deref(), Some("nothing to tell"));
    }
}
