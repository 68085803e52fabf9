//! Step 10, and what follows from it.

use super::Model;
use purser_domain::{
    AgentId, PaymentId, RailId, Refusal, Signal, SignalCode, SignalEffect, SpendRequest, Tier,
};
use purser_engine::PaymentStatus;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Amounts of late that are remembered.
const LATELY: usize = 32;

/// What taught a baseline.
#[derive(Debug, Clone, Default)]
pub struct Taught {
    /// How many payments did.
    pub payments: u64,
    /// The last amounts in the budget currency, without what was disowned.
    pub lately: Vec<Decimal>,
}

/// The step of an amount on the scale of logarithms that a baseline keeps: of two amounts on one
/// step, 0.27 % apart at most, the later is taken back.
fn step(worth: Decimal) -> Option<i64> {
    (worth.to_f64()?.log2() * 256.0).floor().to_i64()
}

impl Model {
    /// Step 10: what anybody sees, and what the engine says of the agent's own normal.
    pub(super) fn signals(&self, request: &SpendRequest) -> Vec<Signal> {
        let payee = request.payee.key();
        let paid = self.paid.iter().any(|(agent, to, rail)| {
            *agent == request.agent && *to == payee && *rail == request.rail
        });
        let task = request.task.as_ref().map(|task| &task.text);
        let terms = request.terms.as_ref().and_then(|terms| terms.description.as_ref());
        let lines = request.line_items.iter().map(|item| &item.description);
        let texts = [Some(&request.payee.name), request.context.as_ref(), task, terms];
        let hidden = texts.into_iter().flatten().chain(lines).any(|text| text.has_hidden());
        let seen = [(!paid, SignalCode::NewPayee), (hidden, SignalCode::HiddenCharacters)];
        let seen = seen.into_iter().filter(|(is, _)| *is).map(|(_, code)| Signal::from(code));
        let own = [SignalCode::NewPayee, SignalCode::HiddenCharacters];
        let told = self.unusual.iter().filter(|signal| !own.contains(&signal.code)).cloned();
        let mut signals: Vec<Signal> = seen.chain(told).collect();
        signals.sort_by_key(|signal| signal.code);
        signals
    }

    /// What has taught what is usual.
    #[must_use]
    pub fn taught(&self, agent: AgentId, rail: RailId) -> Taught {
        self.taught.get(&(agent, rail)).cloned().unwrap_or_default()
    }

    /// A payment succeeded, or was fine. One whose worth nobody knows teaches nothing.
    pub(super) fn teach(&mut self, payment: PaymentId) {
        let Some((whose, worth)) = self.lesson(payment) else { return };
        let taught = self.taught.entry(whose).or_default();
        taught.payments += 1;
        taught.lately.push(worth);
        if taught.lately.len() > LATELY {
            taught.lately.remove(0);
        }
    }

    /// The owner said what a payment was. What was not theirs, and had taught, is taken back.
    pub(super) fn note_judged(&mut self, payment: PaymentId, fine: bool) {
        let pay = self.pay_mut(payment);
        let paid = matches!(pay.status, PaymentStatus::Succeeded { .. });
        let had_taught = paid || pay.judged == Some(true);
        pay.judged = Some(fine);
        if fine {
            self.teach(payment);
        } else if let Some((whose, worth)) = self.lesson(payment).filter(|_| had_taught)
            && let Some(taught) = self.taught.get_mut(&whose)
            && let Some(place) = taught.lately.iter().rposition(|other| step(*other) == step(worth))
        {
            taught.lately.remove(place);
        }
    }

    fn lesson(&self, payment: PaymentId) -> Option<((AgentId, RailId), Decimal)> {
        let reservation = &self.pay(payment)?.reservation;
        let request = &reservation.request;
        Some(((request.agent, request.rail), reservation.worth?))
    }

    /// What the signals do, by the strictest policy of the chain.
    pub(super) fn with_signals(
        &self,
        request: &SpendRequest,
        (tier, rules): (Tier, Vec<String>),
        signals: &[Signal],
    ) -> Result<(Tier, Vec<String>), Refusal> {
        let mut effect = SignalEffect::Note;
        for signal in signals {
            for id in self.chain(request.agent) {
                let policy = &self.agents[&id].policy;
                let own = policy.signals.get(&signal.code).copied();
                let own = own.unwrap_or_else(|| signal.code.effect());
                if own == SignalEffect::Deny {
                    return Err(Refusal::SignalDenied { signal: signal.code });
                }
                effect = effect.max(own);
            }
        }
        let least = match effect {
            SignalEffect::Review => Tier::SingleApprover,
            SignalEffect::MultiParty => Tier::MultiParty,
            SignalEffect::Note | SignalEffect::Deny => return Ok((tier, rules)),
        };
        if tier >= least {
            return Ok((tier, rules));
        }
        let rules = rules.into_iter().filter(|rule| !rule.starts_with("tier_"));
        Ok((least, rules.chain(["signals".to_owned()]).collect()))
    }
}

/// Whether two amounts are the same to within what an engine that counts in logarithms keeps.
#[must_use]
pub fn near(one: Decimal, other: Decimal) -> bool {
    (one - other).abs() <= one.max(other) * Decimal::new(6, 2)
}
