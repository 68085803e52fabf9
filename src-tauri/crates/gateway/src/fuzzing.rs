//! The readers of what agents send, for `tests/fuzz`. Nothing here asks a wallet for anything, and
//! no other code uses it.

use crate::dto::{FetchRequest, PaymentRequest};
use crate::dto_sharing::{AllocationRequest, DelegationRequest, SessionRequest};
use crate::problem::Problem;
use crate::{convert, convert_sharing, guard, read};
use purser_domain::{AgentId, Allocation, PaymentId};
use purser_wallet::{DelegationAsk, FetchAsk, PaymentAsk, SessionAsk};
use serde_json::Value;

/// The body of a payment, as it came and in the words of the domain.
///
/// # Errors
/// What the agent would be told.
pub fn payment(body: &[u8]) -> Result<(PaymentRequest, PaymentAsk), Problem> {
    let ask: PaymentRequest = read::json(body)?;
    Ok((ask.clone(), convert::payment_ask(ask)?))
}

/// As [`payment`], of the arguments of an MCP tool.
///
/// # Errors
/// As [`payment`].
pub fn payment_arguments(arguments: Value) -> Result<PaymentAsk, Problem> {
    convert::payment_ask(read::value(arguments)?)
}

/// The body of a paid fetch, as it came and in the words of the domain.
///
/// # Errors
/// As [`payment`].
pub fn fetch(body: &[u8]) -> Result<(FetchRequest, FetchAsk), Problem> {
    let ask: FetchRequest = read::json(body)?;
    Ok((ask.clone(), convert::fetch_ask(ask)?))
}

/// The body of a new session, as it came and in the words of the domain.
///
/// # Errors
/// As [`payment`].
pub fn session(body: &[u8]) -> Result<(SessionRequest, SessionAsk), Problem> {
    let ask: SessionRequest = read::json(body)?;
    Ok((ask.clone(), convert_sharing::session_ask(ask)?))
}

/// The body of a new sub-agent, as it came and in the words of the domain.
///
/// # Errors
/// As [`payment`].
pub fn delegation(body: &[u8]) -> Result<(DelegationRequest, DelegationAsk), Problem> {
    let ask: DelegationRequest = read::json(body)?;
    Ok((ask.clone(), convert_sharing::delegation_ask(ask)?))
}

/// The body of a change of what a sub-agent holds, as it came and in the words of the domain.
///
/// # Errors
/// As [`payment`].
pub fn allocation(
    body: &[u8],
) -> Result<(AllocationRequest, AgentId, Option<Allocation>), Problem> {
    let ask: AllocationRequest = read::json(body)?;
    let (agent, allocation) = convert_sharing::allocation_ask(&ask)?;
    Ok((ask, agent, allocation))
}

/// The id in a path.
///
/// # Errors
/// As [`payment`].
pub fn payment_id(text: &str) -> Result<PaymentId, Problem> {
    convert::payment_id(text)
}

/// Whether a `Host` is this gateway's own, and whether an `Origin` is of this machine.
#[must_use]
pub fn own_and_loopback(text: &str, port: u16) -> (bool, bool) {
    (guard::is_own(text, port), guard::is_loopback(text))
}
