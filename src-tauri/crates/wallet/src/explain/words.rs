//! The steps of the ladder and what came of them, in words.

use super::StepView;
use crate::shown;
use purser_domain::{AgentId, Claim, Event, TextPart};
use purser_engine::State;
use purser_engine::backtest::{Verdict, VerdictKind};
use purser_engine::explain::{Check, Compared, Step, StepResult, Whose};

/// Longest name that is shown, in characters.
pub const NAME_CHARS: usize = 64;
/// Longest words about something, in characters.
pub const DETAIL_CHARS: usize = 400;

pub fn agent_name(state: &State, agent: AgentId) -> String {
    let found = state.agent(agent);
    found.map_or_else(|| agent.to_string(), |agent| agent.name.visible(NAME_CHARS))
}

pub const fn verdict(verdict: &Verdict) -> &'static str {
    match verdict.verdict {
        VerdictKind::Allow => "allow",
        VerdictKind::Review => "review",
        VerdictKind::Deny => "deny",
    }
}

/// The answer in words.
pub fn title(event: &Event, verdict: &Verdict) -> String {
    match event {
        Event::SpendRefused { refusal, .. }
        | Event::AgentAskRefused { refusal, .. }
        | Event::AttemptsRefused { refusal, .. } => {
            format!("Refused: {}.", refusal.detail().message)
        }
        Event::SpendRepeated { .. } => "Asked before: it got the first answer.".to_owned(),
        _ if verdict.verdict == VerdictKind::Review => "A person was asked.".to_owned(),
        _ => "Allowed: the agent could pay alone.".to_owned(),
    }
}

pub fn step(state: &State, asker: AgentId, step: &Step) -> StepView {
    let (whose, above) = match step.whose {
        Whose::Agent { agent } => (agent_name(state, agent), agent != asker),
        Whose::Credential { .. } => ("credential".to_owned(), false),
        Whose::Wallet => ("wallet".to_owned(), false),
    };
    let name = Claim::new(&step.name, Claim::MAX_BYTES).unwrap_or_default();
    let written = number(step.check);
    let compared = step.compared.as_ref();
    let value = |value: fn(&Compared) -> rust_decimal::Decimal| {
        compared.map(|compared| written(value(compared)))
    };
    let check = serde_json::to_value(step.check).ok();
    StepView {
        step: step.step,
        check: check.and_then(|code| code.as_str().map(str::to_owned)).unwrap_or_default(),
        title: of_check(step.check).to_owned(),
        whose,
        above,
        name: name.visible(DETAIL_CHARS),
        parts: parts(step, &name),
        claimed: is_said(step.check),
        result: result(&step.result),
        decided: false,
        detail: detail(step),
        limit: value(|compared| compared.limit),
        used: value(|compared| compared.used),
        held: value(|compared| compared.held),
        adds: value(|compared| compared.adds),
        observed: value(|compared| compared.observed),
        percents: compared.map(percents),
    }
}

/// What a step names, where its title does not say it already.
fn parts(step: &Step, name: &Claim) -> Vec<TextPart> {
    let said = match step.check {
        Check::DailyCap => Some(String::new()),
        Check::SessionCap => step
            .name
            .strip_prefix("per session")
            .map(|rest| rest.trim_start_matches(", ").to_owned()),
        _ => tier_words(step),
    };
    match said {
        Some(words) => Claim::new(&words, Claim::MAX_BYTES).unwrap_or_default().parts(),
        None => name.parts(),
    }
}

/// Whether what a step looked at is a word that the agent chose.
const fn is_said(check: Check) -> bool {
    matches!(check, Check::Category | Check::Task | Check::Session)
}

/// Where an amount fell, for the steps that tell it by the tier's code.
fn tier_words(step: &Step) -> Option<String> {
    let mut words = step.name.split_whitespace();
    let code = words.next()?;
    let who = match (step.check, code) {
        (Check::Tier | Check::Reserve, "tier_autonomous") => "alone",
        (Check::Tier | Check::Reserve, "tier_enveloped") => "alone, within its budgets",
        (Check::Tier | Check::Reserve, "tier_single_approver") => "one approver",
        (Check::Tier | Check::Reserve, "tier_multi_party") => "several approvers",
        (Check::Tier, "unpriced_currency") => "no rate for its currency: several approvers",
        _ => return None,
    };
    let Some(compared) = &step.compared else { return Some(who.to_owned()) };
    let limit = shown::grouped(compared.limit);
    Some(match code {
        "tier_autonomous" => format!("below {limit}: {who}"),
        "tier_multi_party" => format!("above {limit}: {who}"),
        _ => format!("up to {limit}: {who}"),
    })
}

fn percents(compared: &Compared) -> (u8, u8) {
    let before = shown::percent(compared.used.saturating_add(compared.held), compared.limit);
    let adds = shown::percent(compared.adds, compared.limit);
    (before, adds.min(100u8.saturating_sub(before)))
}

const fn result(result: &StepResult) -> &'static str {
    match result {
        StepResult::Passed => "passed",
        StepResult::Asks => "asks",
        StepResult::Skipped => "skipped",
        StepResult::Repeats => "repeats",
        StepResult::Refused { .. } => "refused",
    }
}

/// How the numbers of a check are written: amounts with their cents, counts without.
fn number(check: Check) -> fn(rust_decimal::Decimal) -> String {
    match check {
        Check::RateLimit | Check::RepeatedFailures => |value| value.normalize().to_string(),
        _ => shown::decimal,
    }
}

/// What a step compared, and why it refused.
fn detail(step: &Step) -> String {
    let compared = step.compared.as_ref().map(|compared| compared_words(step.check, compared));
    let refused = step.refusal().map(|refusal| refusal.detail().message);
    let words: Vec<String> = compared.into_iter().chain(refused).collect();
    match (step.check, words.is_empty()) {
        (Check::Signals, true) if step.name.is_empty() => "nothing to tell".to_owned(),
        (Check::Unpriced, true) => "no budget can count it; a person decides".to_owned(),
        _ => words.join("; "),
    }
}

fn compared_words(check: Check, compared: &Compared) -> String {
    let Compared { limit, used, held, adds, observed } = compared;
    let written = number(check);
    let most = written(*limit);
    if used.is_zero() && held.is_zero() {
        return match check {
            Check::Tier => written(*observed),
            Check::LineItems => format!("{} of {most}", written(*observed)),
            _ => format!("{}, at most {most}", written(*observed)),
        };
    }
    let mut sum = Vec::new();
    if !used.is_zero() {
        sum.push(format!("{} used", written(*used)));
    }
    if !held.is_zero() {
        sum.push(format!("{} held for sub-agents", written(*held)));
    }
    sum.push(format!("{} now", written(*adds)));
    format!("{} = {}, at most {most}", sum.join(" + "), written(*observed))
}

const fn of_check(check: Check) -> &'static str {
    match check {
        Check::Credential => "Credential and its proof",
        Check::Standing => "May act",
        Check::RateLimit => "Attempts in a minute",
        Check::Idempotency => "Not asked before",
        Check::Payee => "Payee",
        Check::Category => "Category",
        Check::Rail => "Way of paying",
        Check::Action => "Kind of spending",
        Check::Currency => "Currency",
        Check::Task => "Task",
        Check::Hours => "Hours of the credential",
        Check::CredentialCap => "Cap of the credential",
        Check::Session => "Session",
        Check::LineItems => "Line items add up",
        Check::Condition => "Price of a unit",
        Check::PerTransaction => "One payment",
        Check::SessionCap => "One session",
        Check::DailyCap => "One day",
        Check::Envelope => "Envelope",
        Check::Allocation => "Allocation",
        Check::Unpriced => "Currency without a rate",
        Check::SpendRate => "Spending in 24 hours beside the usual",
        Check::Signals => "Signals",
        Check::Tier => "Amount",
        Check::ReviewAbove => "Asks a person above",
        Check::PayeeRule => "Trusted payee",
        Check::RepeatedFailures => "Failed before",
        Check::Reserve => "Reserved",
        Check::Internal => "Error; errors deny",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_engine::explain::Step;

    fn told(check: Check, name: &str, limit: Option<u32>) -> Option<String> {
        let compared = limit.map(|limit| Compared {
            limit: limit.into(),
            used: 0.into(),
            held: 0.into(),
            adds: 640.into(),
            observed: 640.into(),
        });
        let (whose, result) = (Whose::Wallet, StepResult::Asks);
        tier_words(&Step { step: 11, check, whose, name: name.to_owned(), compared, result })
    }

    #[test]
    fn a_tier_is_told_in_words_with_where_it_ends() {
        let tier = |name, limit| told(Check::Tier, name, Some(limit)).unwrap();
        assert_eq!(tier("tier_single_approver", 5000), "up to 5,000: one approver");
        assert_eq!(tier("tier_multi_party", 5000), "above 5,000: several approvers");
        assert_eq!(tier("tier_autonomous", 10), "below 10: alone");
        let reserve = told(Check::Reserve, "tier_enveloped 640", None);
        assert_eq!(reserve.as_deref(), Some("alone, within its budgets"));
    }

    #[test]
    fn a_name_that_the_title_says_is_left_out() {
        let named = |check, name: &str| {
            let (whose, result) = (Whose::Wallet, StepResult::Passed);
            let step =
                Step { step: 6, check, whose, name: name.to_owned(), compared: None, result };
            parts(&step, &Claim::new(name, 64).unwrap())
        };
        assert_eq!(named(Check::DailyCap, "daily"), []);
        assert_eq!(named(Check::SessionCap, "per session"), []);
        assert_eq!(named(Check::SessionCap, "per session, ses_1"), shown::plain("ses_1"));
        assert_eq!(named(Check::Envelope, "monthly, books"), shown::plain("monthly, books"));
    }

    #[test]
    fn what_an_agent_names_is_never_taken_for_a_tier() {
        assert_eq!(told(Check::Session, "tier_autonomous", Some(10)), None);
        assert_eq!(told(Check::Task, "", None), None);
    }
}
