//! Step 10: what a person should know about a request. Signals inform; they decide nothing yet.

use crate::state::{Agent, State};
use purser_domain::{PayeeKey, SpendRequest};

/// This agent never had a payment to this payee succeed by this rail: what a sandbox paid says
/// nothing of real money.
pub(crate) const NEW_PAYEE: &str = "new_payee";
/// A text of the request holds characters that hide or reorder others.
pub(crate) const HIDDEN_CHARACTERS: &str = "hidden_characters";

/// The codes of all signals of a request, in a fixed order.
pub(crate) fn of(
    state: &State,
    agent: &Agent,
    (request, payee): (&SpendRequest, &PayeeKey),
) -> Vec<String> {
    let mut signals = Vec::new();
    if !agent.books.has_paid(state.words.payee(payee), request.rail) {
        signals.push(NEW_PAYEE.to_owned());
    }
    if hides(request) {
        signals.push(HIDDEN_CHARACTERS.to_owned());
    }
    signals
}

fn hides(request: &SpendRequest) -> bool {
    let task = request.task.as_ref().map(|task| &task.text);
    let description = request.terms.as_ref().and_then(|terms| terms.description.as_ref());
    let texts = [Some(&request.payee.name), request.context.as_ref(), task, description];
    texts.into_iter().flatten().any(purser_domain::Claim::has_hidden)
}
