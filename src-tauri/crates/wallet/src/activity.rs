//! The latest activity, folded from entries as they become durable, so that showing it costs the
//! same however long the log is.

use crate::view::{ActivityItem, ActivityState, AgentRef, FactLine};
use crate::{notice, shown};
use purser_domain::{
    AgentId, Claim, Entry, Event, PaymentId, PaymentStop, RailId, Refusal, Reservation, SessionEnd,
    SpendRequest, StopCause,
};
use purser_ledger::{EntryFilter, Ledger, LedgerError};
use std::collections::VecDeque;

/// Most lines that are kept.
const KEPT: usize = 200;
/// Most bytes of a claim in a line: the window gets all lines at once.
const LINE_CLAIM_BYTES: usize = 600;
/// Entries that are read to find them: a payment has a few.
const READ: usize = 1000;

/// One line: a payment and how it stands, or an event.
#[derive(Debug, Clone)]
struct Line {
    seq: u64,
    at_ms: i64,
    agent: Option<AgentId>,
    request: Option<Box<SpendRequest>>,
    state: ActivityState,
    state_text: String,
    detail: String,
    rule: Option<String>,
    facts: Vec<FactLine>,
    /// How many attempts it counts together; 0 for one that stands for itself.
    counted: u32,
}

/// The latest activity, oldest first inside.
#[derive(Debug, Default)]
pub struct Recent {
    lines: VecDeque<Line>,
}

impl Recent {
    /// Reads the end of the log.
    ///
    /// # Errors
    /// When the log can't be read.
    pub fn from_log(ledger: &Ledger) -> Result<Self, LedgerError> {
        let mut entries = ledger.reader()?.recent(READ, None, &EntryFilter::default())?;
        entries.sort_by_key(|entry| entry.seq);
        let mut recent = Self::default();
        entries.iter().for_each(|entry| recent.take(entry));
        Ok(recent)
    }

    /// Takes one more entry.
    pub fn take(&mut self, entry: &Entry) {
        match &entry.event {
            Event::SpendReserved { reservation } => self.reserved(entry, reservation),
            Event::SpendRefused { request, refusal, .. } => {
                let detail = refusal.detail();
                let mut line = payment_line(entry, request, ActivityState::Refused);
                line.state_text = format!("Refused: {}", detail.message);
                line.detail = shown::sentence(&detail.what_to_do);
                line.rule = Some(detail.code);
                if let (Some(limit), Some(observed)) = (detail.limit, detail.observed) {
                    line.facts.push(fact("Limit", limit));
                    line.facts.push(fact("Would have been", observed));
                }
                self.push(line);
            }
            Event::AttemptsRefused { agent, refusal, count } => {
                self.refused(entry, *agent, (refusal, *count));
            }
            Event::PaymentStopped { payment, stop } => self.stopped(*payment, stop),
            Event::PaymentSubmitted { payment, .. } => {
                let text = "The money is on its way.";
                self.update(*payment, ActivityState::Submitted, "Being paid", text, None);
            }
            Event::PaymentSucceeded { payment, receipt, .. } => {
                let how = if receipt.verified { "Checked with the rail." } else { "" };
                self.update(*payment, ActivityState::Paid, "Paid", how, None);
                self.add_fact(*payment, mono("Receipt", receipt.reference.clone()));
            }
            Event::PaymentFailed { payment, problem, detail } => {
                let said = detail.visible(200);
                self.update(*payment, ActivityState::Failed, "Not paid", &said, Some(problem));
            }
            Event::PaymentUnknown { payment, problem, detail } => {
                let said = format!("{} The wallet keeps asking.", detail.visible(200));
                let text = "Not known yet";
                self.update(*payment, ActivityState::Unknown, text, &said, Some(problem));
            }
            other => self.event(entry, other),
        }
    }

    /// The lines as the window shows them, newest first; only one agent's where asked.
    pub fn items(
        &self,
        limit: usize,
        only: Option<AgentId>,
        name: &dyn Fn(AgentId) -> Option<AgentRef>,
    ) -> Vec<ActivityItem> {
        let lines = self.lines.iter().rev();
        let chosen = lines.filter(|line| only.is_none() || line.agent == only);
        chosen.take(limit).map(|line| item(line, name)).collect()
    }

    fn push(&mut self, line: Line) {
        if self.lines.len() >= KEPT {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
    }

    fn find(&mut self, payment: PaymentId) -> Option<&mut Line> {
        self.lines.iter_mut().rev().find(|line| {
            line.state != ActivityState::Refused
                && line.request.as_ref().is_some_and(|request| request.payment == payment)
        })
    }

    fn update(
        &mut self,
        payment: PaymentId,
        state: ActivityState,
        text: &str,
        detail: &str,
        rule: Option<&String>,
    ) {
        if let Some(line) = self.find(payment) {
            line.state = state;
            text.clone_into(&mut line.state_text);
            detail.clone_into(&mut line.detail);
            line.rule = rule.cloned().or_else(|| line.rule.take());
        }
    }

    fn add_fact(&mut self, payment: PaymentId, fact: FactLine) {
        if let Some(line) = self.find(payment) {
            line.facts.push(fact);
        }
    }

    fn reserved(&mut self, entry: &Entry, reservation: &Reservation) {
        let waits = reservation.approval.is_some();
        let state = if waits { ActivityState::Waiting } else { ActivityState::Submitted };
        let mut line = payment_line(entry, &reservation.request, state);
        let (text, detail) = if waits {
            ("Waits for you", "Decide in the inbox.")
        } else {
            ("Allowed", "Within the agent's limits.")
        };
        text.clone_into(&mut line.state_text);
        detail.clone_into(&mut line.detail);
        line.rule = reservation.rules.first().cloned();
        self.push(line);
    }

    /// Attempts that were counted together. A flood of them stays one line.
    fn refused(&mut self, entry: &Entry, agent: AgentId, (refusal, count): (&Refusal, u32)) {
        let detail = refusal.detail();
        let last = self.lines.iter().rposition(|line| line.agent == Some(agent));
        let same = |line: &Line| line.counted > 0 && line.rule.as_ref() == Some(&detail.code);
        let last = last.filter(|at| self.lines.get(*at).is_some_and(same));
        let before = last.and_then(|at| self.lines.remove(at)).map_or(0, |line| line.counted);
        let counted = before.saturating_add(count);
        self.push(Line {
            state: ActivityState::Refused,
            state_text: format!("Refused {counted} more times: {}", detail.message),
            detail: shown::sentence(&detail.what_to_do),
            rule: Some(detail.code),
            counted,
            ..event_line(entry, Some(agent))
        });
    }

    fn stopped(&mut self, payment: PaymentId, stop: &PaymentStop) {
        let (state, text, detail) = match stop {
            PaymentStop::Declined { reason, .. } => {
                let said = reason.as_ref().map(|r| format!("“{}”", r.visible(200)));
                (ActivityState::Declined, "Declined by you", said.unwrap_or_default())
            }
            PaymentStop::Expired => {
                let detail = "Nobody decided in time, so it was declined.".to_owned();
                (ActivityState::Expired, "Expired", detail)
            }
            PaymentStop::Canceled { cause } => {
                (ActivityState::Canceled, "Called off", canceled_words(*cause).to_owned())
            }
        };
        self.update(payment, state, text, &detail, None);
    }

    fn event(&mut self, entry: &Entry, event: &Event) {
        let (agent, text, detail) = match event {
            Event::WalletCreated { .. } => (None, "Wallet created", String::new()),
            Event::WalletPolicySet { .. } => (None, "Wallet policy changed", String::new()),
            Event::WalletFrozen { canceled } => (None, "Everything frozen", called_off(canceled)),
            Event::WalletUnfrozen => (None, "Unfrozen", String::new()),
            Event::AgentAdded { agent, .. } => (Some(*agent), "Agent added", String::new()),
            Event::AgentPolicySet { agent, .. } => {
                (Some(*agent), "Agent policy changed", String::new())
            }
            Event::AgentPaused { agent, canceled } => {
                (Some(*agent), "Agent paused", called_off(canceled))
            }
            Event::BreakerTripped { agent, cause, .. } => {
                (Some(*agent), "Paused by a circuit breaker", shown::sentence(&cause.words()))
            }
            Event::AgentResumed { agent } => (Some(*agent), "Agent resumed", String::new()),
            Event::AllocationSet { agent, allocation, .. } => {
                let detail = allocation.as_ref().map_or_else(
                    || "All that was left was taken back.".to_owned(),
                    |held| format!("It holds {} now.", shown::grouped(held.amount)),
                );
                (Some(*agent), "Allocation changed", detail)
            }
            Event::SessionClosed { agent, session, end: SessionEnd::Exceeded } => {
                let detail = format!("A payment would have passed the ceiling of {session}.");
                (Some(*agent), "Session closed", detail)
            }
            Event::SessionClosed { agent, end: SessionEnd::Owner, .. } => {
                (Some(*agent), "Session ended by you", String::new())
            }
            Event::BudgetReached { agent, budget, percent, limit, used, .. }
                if notice::is_filled(*percent, *limit, *used) =>
            {
                let text = if *percent < 100 { "Budget nearly used up" } else { "Budget used up" };
                let [used, limit] = [*used, *limit].map(shown::grouped);
                (*agent, text, format!("{used} of {limit}, {budget}."))
            }
            Event::AgentRevoked { agent, canceled, .. } => {
                (Some(*agent), "Agent revoked", called_off(canceled))
            }
            Event::AttemptRejected { agent, problem, detail } => {
                self.push(Line {
                    state: ActivityState::Refused,
                    state_text: "Refused: could not be taken".to_owned(),
                    detail: detail.visible(200),
                    rule: Some(problem.clone()),
                    ..event_line(entry, Some(*agent))
                });
                return;
            }
            // Renewals and repetitions are in the log; here they would hide what matters.
            _ => return,
        };
        if let Some((canceled, cause)) = event.stop() {
            let stop = PaymentStop::Canceled { cause };
            canceled.iter().for_each(|payment| self.stopped(*payment, &stop));
        }
        let mut line = event_line(entry, agent);
        text.clone_into(&mut line.state_text);
        line.detail = detail;
        self.push(line);
    }
}

fn event_line(entry: &Entry, agent: Option<AgentId>) -> Line {
    Line {
        seq: entry.seq,
        at_ms: entry.at_ms.as_millis(),
        agent,
        request: None,
        state: ActivityState::Event,
        state_text: String::new(),
        detail: String::new(),
        rule: None,
        facts: Vec::new(),
        counted: 0,
    }
}

fn payment_line(entry: &Entry, request: &SpendRequest, state: ActivityState) -> Line {
    let mut facts = Vec::new();
    if let Some(account) = &request.payee.account {
        facts.push(mono("Account", account.to_string()));
    }
    if let (Some(host), true) = (&request.payee.host, request.terms.is_some()) {
        facts.push(mono("Host", host.to_string()));
    }
    if let Some(terms) = &request.terms {
        facts.push(fact("Pays by", terms.method.clone()));
    }
    facts.push(mono("Payment", request.payment.to_string()));
    Line {
        request: Some(Box::new(request.clone())),
        state,
        facts,
        ..event_line(entry, Some(request.agent))
    }
}

fn item(line: &Line, name: &dyn Fn(AgentId) -> Option<AgentRef>) -> ActivityItem {
    let request = line.request.as_deref();
    ActivityItem {
        id: format!("e{}", line.seq),
        payment: request.map(|r| r.payment.to_string()),
        at_ms: line.at_ms,
        agent: line.agent.and_then(name),
        payee_name: request.map(|r| r.payee.name.parts()).unwrap_or_default(),
        amount: request.map(|r| shown::amount(r.amount)),
        currency: request.map(|r| r.amount.currency().to_string()),
        state: line.state,
        state_text: line.state_text.clone(),
        detail: line.detail.clone(),
        rule: line.rule.clone(),
        claim: request.and_then(|r| r.context.as_ref()).map(|said| cut(said).parts()),
        facts: line.facts.clone(),
        sandbox: request.is_some_and(|r| r.rail == RailId::Sandbox),
    }
}

/// A claim short enough for a line of a list; the log has all of it.
fn cut(claim: &Claim) -> Claim {
    shown::clamped_claim(claim.raw(), LINE_CLAIM_BYTES)
}

fn called_off(canceled: &[PaymentId]) -> String {
    match canceled.len() {
        0 => "Nothing was waiting.".to_owned(),
        1 => "One waiting payment was called off.".to_owned(),
        n => format!("{n} waiting payments were called off."),
    }
}

const fn canceled_words(cause: StopCause) -> &'static str {
    match cause {
        StopCause::Owner => "By you.",
        StopCause::Agent => "By the agent.",
        StopCause::Revoked => "Because its agent was revoked.",
        StopCause::Paused => "Because its agent was paused.",
        StopCause::Frozen => "Because everything was frozen.",
        StopCause::Breaker => "Because a circuit breaker paused its agent.",
        StopCause::SessionOver => "Because its session is over.",
    }
}

fn fact(label: &str, value: String) -> FactLine {
    FactLine { label: label.to_owned(), value, mono: false }
}

fn mono(label: &str, value: String) -> FactLine {
    FactLine { label: label.to_owned(), value, mono: true }
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_domain::Timestamp;

    #[test]
    fn a_flood_of_refusals_stays_one_line() {
        let mut recent = Recent::default();
        let mut seq = 0;
        let mut take = |recent: &mut Recent, event| {
            seq += 1;
            recent.take(&Entry { seq, at_ms: Timestamp::default(), clock_ms: None, event });
        };
        let [agent, other] = [1, 2].map(AgentId::from_random);
        let refused =
            |agent, count| Event::AttemptsRefused { agent, refusal: Refusal::AgentPaused, count };
        for _ in 0..300 {
            take(&mut recent, refused(agent, 2));
            take(&mut recent, refused(other, 1));
        }
        take(&mut recent, Event::AgentResumed { agent });
        take(&mut recent, refused(agent, 3));
        let lines: Vec<_> = recent.lines.iter().map(|line| (line.agent, line.counted)).collect();
        let expected = [(agent, 600), (other, 300), (agent, 0), (agent, 3)];
        assert_eq!(lines, expected.map(|(agent, counted)| (Some(agent), counted)));
        let words = &recent.lines[0].state_text;
        assert_eq!(words, "Refused 600 more times: the owner paused this agent");
    }
}
