//! Step 10, and what follows from it.

use super::Model;
use purser_domain::{Refusal, Signal, SignalCode, SignalEffect, SpendRequest, Tier};

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
