//! Why something was decided, for the owner (L3): the engine decides again on the state of then,
//! and each step it climbed is put into words.
//!
//! Guarantees: nothing here judges; the numbers are those that the engine compared. What the log
//! does not hold is said. What agents wrote is shown with what hides in it made visible (I12).
//! The state of then is replayed from a snapshot that covers no later entry, where there is one.
//! Only that an entry comes to the same again is told from there: whatever else is told, the log
//! alone says.

mod words;

use crate::history::{entry_at, state_before};
use crate::owner::OwnerError;
use crate::shown;
use crate::snapshots::Snapshots;
use crate::wallet::Wallet;
use purser_domain::{Claim, Entry, Event, PaymentId, Reservation, TextPart};
use purser_engine::State;
use purser_engine::explain::{Agreement, Explained, Note, explain_entry};
use purser_ledger::LedgerReader;
use serde::{Deserialize, Serialize};

/// What the owner wants explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExplainAsk {
    /// What was decided about a payment, or about an attempt that was refused.
    Payment(PaymentId),
    /// What an entry decided, by its number; of an entry that tells what became of a payment,
    /// what was decided about that payment.
    Entry(u64),
}

/// One step of the ladder, in words. Amounts are decimal strings in the budget currency, but those
/// of line items, which are in the payment's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepView {
    /// Its number, 1 to 12.
    pub step: u8,
    /// Stable code of what it looked at.
    pub check: String,
    /// The same for people.
    pub title: String,
    /// Whose limit or rule: an agent's name, `credential` or `wallet`.
    pub whose: String,
    /// Whether that is an agent above the one that asked.
    pub above: bool,
    /// What it counts or looked at. May be the agent's words, made visible.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// `name` with what hides in it apart.
    #[serde(skip)]
    pub parts: Vec<TextPart>,
    /// Whether `name` is what the agent said and nobody checked.
    #[serde(skip)]
    pub claimed: bool,
    /// `passed`, `asks`, `refused`, `skipped` or `repeats`.
    pub result: &'static str,
    /// Whether the answer came from here: it refused, it asked a person, or it let the agent alone.
    pub decided: bool,
    /// What was compared, in words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// Most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
    /// What was used before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used: Option<String>,
    /// What was held for sub-agents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held: Option<String>,
    /// What the request adds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adds: Option<String>,
    /// All together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed: Option<String>,
    /// How much of the limit was used or held before, and how much this request adds, in per cent.
    #[serde(skip)]
    pub percents: Option<(u8, u8)>,
}

/// What was decided, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplanationView {
    /// The entry's number.
    pub seq: u64,
    /// When it was decided, milliseconds since the epoch.
    pub at_ms: i64,
    /// The payment, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment: Option<String>,
    /// Who asked, by name.
    pub agent: String,
    /// What was asked: amount, currency and payee; empty where the log holds no request.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub asked: String,
    /// `allow`, `review` or `deny`.
    pub verdict: &'static str,
    /// The answer in words.
    pub title: String,
    /// How it came to that, in order.
    pub steps: Vec<StepView>,
    /// `same`, `differs` or `unknown`: whether deciding again gives the entry.
    pub agrees: &'static str,
    /// What `agrees` means here, when it is not `same`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub warning: String,
    /// What the log does not hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

impl Wallet {
    /// Explains a decision by deciding it again. Reads the log up to it, from a snapshot on.
    ///
    /// # Errors
    /// When there is no such payment or entry, the entry decides nothing, or the log can't be read.
    pub async fn explain(&self, ask: ExplainAsk) -> Result<ExplanationView, OwnerError> {
        let (reader, snapshots) = (self.reader().await?, self.snapshots.clone());
        let explained = tokio::task::spawn_blocking(move || explained(&reader, &snapshots, ask));
        explained.await.map_err(|_| OwnerError::Unexpected)?
    }
}

fn explained(
    reader: &LedgerReader,
    snapshots: &Snapshots,
    ask: ExplainAsk,
) -> Result<ExplanationView, OwnerError> {
    let entry = match ask {
        ExplainAsk::Payment(payment) => decision_on(reader, payment)?,
        ExplainAsk::Entry(seq) => {
            let entry = entry_at(reader, seq)?;
            match entry.event.payment() {
                Some(payment) if !is_decision(&entry.event) => decision_on(reader, payment)?,
                _ => entry,
            }
        }
    };
    let first = first_of(reader, &entry.event)?;
    let from = |state| told_from(reader, state, (&entry, first.as_deref()));
    if let Some(near) = snapshots.up_to(entry.seq, reader)
        && let Ok((view, Agreement::Same)) = from(near)
    {
        return Ok(view);
    }
    from(State::default()).map(|(view, _)| view)
}

/// What is told of an entry, with the state before it replayed from an earlier one on.
fn told_from(
    reader: &LedgerReader,
    earlier: State,
    (entry, first): (&Entry, Option<&Reservation>),
) -> Result<(ExplanationView, Agreement), OwnerError> {
    let before = state_before(reader, earlier, entry.seq)?;
    let told = explain_entry(&before, entry, first);
    let told = told.ok_or(OwnerError::NoDecision { seq: entry.seq, kind: entry.event.kind() })?;
    Ok((view(&before, (entry, first), &told), told.agreement))
}

const fn is_decision(event: &Event) -> bool {
    matches!(
        event,
        Event::SpendReserved { .. } | Event::SpendRefused { .. } | Event::SpendRepeated { .. }
    )
}

/// The entry that decided about a payment, or refused it.
fn decision_on(reader: &LedgerReader, payment: PaymentId) -> Result<Entry, OwnerError> {
    let history = reader.payment_history(payment)?;
    let first = history.into_iter().find(|entry| {
        matches!(entry.event, Event::SpendReserved { .. } | Event::SpendRefused { .. })
    });
    first.ok_or(OwnerError::NoSuchPayment { payment })
}

/// What the first request of a repeat reserved.
fn first_of(reader: &LedgerReader, event: &Event) -> Result<Option<Box<Reservation>>, OwnerError> {
    let Event::SpendRepeated { payment, .. } = event else { return Ok(None) };
    Ok(match decision_on(reader, *payment)?.event {
        Event::SpendReserved { reservation } => Some(reservation),
        _ => None,
    })
}

fn view(
    before: &State,
    (entry, first): (&Entry, Option<&Reservation>),
    told: &Explained,
) -> ExplanationView {
    let request = match &entry.event {
        Event::SpendReserved { reservation } => Some(&reservation.request),
        Event::SpendRefused { request, .. } => Some(request),
        _ => first.map(|first| &first.request),
    };
    let asked = request.map_or_else(String::new, |request| {
        let amount = shown::amount(request.amount);
        let payee = request.payee.name.visible(words::NAME_CHARS);
        format!("{amount} {} to {payee}", request.amount.currency())
    });
    let (agrees, warning) = agreement(&told.agreement);
    let mut steps: Vec<StepView> =
        told.steps.iter().map(|step| words::step(before, told.agent, step)).collect();
    mark_decided(&mut steps);
    ExplanationView {
        seq: told.seq,
        at_ms: told.at_ms.as_millis(),
        payment: told.payment.map(|payment| payment.to_string()),
        agent: words::agent_name(before, told.agent),
        asked,
        verdict: words::verdict(&told.verdict),
        title: words::title(&entry.event, &told.verdict),
        steps,
        agrees,
        warning,
        notes: told.notes.iter().map(|note| note_words(*note).to_owned()).collect(),
    }
}

/// Marks the steps that the answer came from. A refusal, or the first answer, ends the ladder. Else
/// whoever asks a person decided, and when nobody does, what let the agent pay alone.
fn mark_decided(steps: &mut [StepView]) {
    let ends = |step: &StepView| matches!(step.result, "refused" | "repeats");
    let spares = |step: &StepView| step.check == "payee_rule";
    let (ended, spared) = (steps.iter().any(ends), steps.iter().any(spares));
    // The last step tells what the others came to; a payee rule spares what the amount asks.
    let asks = |step: &StepView| {
        step.result == "asks" && step.step < 12 && !(spared && step.check == "tier")
    };
    let asked = steps.iter().any(asks);
    for step in steps {
        step.decided = match (ended, asked) {
            (true, _) => ends(step),
            (false, true) => asks(step),
            (false, false) => {
                step.step >= 11 && if spared { spares(step) } else { step.check == "tier" }
            }
        };
    }
}

fn agreement(agreement: &Agreement) -> (&'static str, String) {
    match agreement {
        Agreement::Same => ("same", String::new()),
        Agreement::Unknown => (
            "unknown",
            "The log does not hold what deciding it again needs, so this was not judged again."
                .to_owned(),
        ),
        Agreement::Differs { again } => {
            let again = Claim::new(again, Claim::MAX_BYTES).unwrap_or_default();
            let again = again.visible(words::DETAIL_CHARS);
            let warning = format!(
                "Decided again it is {again}. Either the log was changed, or this program's rules \
                 are others than those that decided. Check the log with `purser log verify`."
            );
            ("differs", warning)
        }
    }
}

const fn note_words(note: Note) -> &'static str {
    match note {
        Note::NoCredential => {
            "It came without a credential, or before the log kept which: the credential and its \
             own limits were not looked at again."
        }
        Note::FirstRequest => "It was asked again. The log holds the first request, shown here.",
        Note::AskNotKept => {
            "The log holds that it was refused and why, not all that was asked: only steps 1 to 3 \
             were climbed again, without the credential."
        }
        Note::CountedTogether => "The entry counts many attempts that were refused for one reason.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(step: u8, check: &str, result: &'static str) -> StepView {
        StepView {
            step,
            check: check.to_owned(),
            title: String::new(),
            whose: String::new(),
            above: false,
            name: String::new(),
            parts: Vec::new(),
            claimed: false,
            result,
            decided: false,
            detail: String::new(),
            limit: None,
            used: None,
            held: None,
            adds: None,
            observed: None,
            percents: None,
        }
    }

    /// The checks that decided, of a ladder of these.
    fn decided(ladder: &[(u8, &str, &'static str)]) -> Vec<String> {
        let mut steps: Vec<StepView> = ladder.iter().map(|one| step(one.0, one.1, one.2)).collect();
        mark_decided(&mut steps);
        steps.into_iter().filter(|step| step.decided).map(|step| step.check).collect()
    }

    #[test]
    fn the_step_that_refused_decided_whatever_asked_before() {
        let ladder =
            [(1, "credential", "passed"), (5, "condition", "asks"), (6, "daily_cap", "refused")];
        assert_eq!(decided(&ladder), ["daily_cap"]);
        assert_eq!(decided(&[(4, "idempotency", "repeats")]), ["idempotency"]);
    }

    #[test]
    fn who_asked_a_person_decided_and_else_what_let_the_agent_alone() {
        let tier = |result| (11, "tier", result);
        let review = (11, "review_above", "asks");
        assert_eq!(decided(&[tier("passed"), review, (12, "reserve", "asks")]), ["review_above"]);
        assert_eq!(decided(&[tier("asks"), review]), ["tier", "review_above"]);
        assert_eq!(decided(&[(6, "daily_cap", "passed"), tier("passed")]), ["tier"]);
        let spared = (11, "payee_rule", "passed");
        assert_eq!(decided(&[tier("asks"), spared, (12, "reserve", "passed")]), ["payee_rule"]);
        let condition = (5, "condition", "asks");
        assert_eq!(decided(&[condition, tier("asks"), spared]), ["condition"]);
    }
}
