//! The steps of the ladder and what came of them, in words.

use super::StepView;
use crate::shown;
use purser_domain::{AgentId, Claim, Event};
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
        result: result(&step.result),
        detail: detail(step),
        limit: value(|compared| compared.limit),
        used: value(|compared| compared.used),
        held: value(|compared| compared.held),
        adds: value(|compared| compared.adds),
        observed: value(|compared| compared.observed),
    }
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
