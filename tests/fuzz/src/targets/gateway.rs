//! What agents send to the gateway.

use super::domain::{bounded, request_holds, shown};
use crate::text::{same_again, text};
use purser_domain::{
    Action, AgentId, Claim, IdempotencyKey, Payee, PaymentId, RailId, SpendRequest, Task,
    TaskOrigin,
};
use purser_gateway::{Problem, fuzzing};
use purser_rails::x402::fuzzing as x402;
use purser_wallet::{FetchAsk, PaymentAsk};
use rust_decimal::Decimal;

/// Longest body that is read.
const MAX_BODY: usize = 64 * 1024;

/// The body of a payment: what is taken makes a request that the log can hold; what is not is told
/// in bounded words.
pub fn payment(data: &[u8]) {
    if data.len() > MAX_BODY {
        return;
    }
    let by_arguments = serde_json::from_slice(data).ok().map(fuzzing::payment_arguments);
    match fuzzing::payment(data) {
        Ok((sent, ask)) => {
            same_again(&sent);
            assert_eq!(by_arguments, Some(Ok(ask.clone())), "the same by both ways");
            request_holds(&request(ask));
        }
        Err(problem) => {
            told(&problem);
            // A list, or a field that comes twice, is JSON that only the tool's way can read.
            let list = data.trim_ascii_start().starts_with(b"[");
            let twice = problem.detail.contains("duplicate field");
            assert!(list || twice || !matches!(by_arguments, Some(Ok(_))), "{problem}");
        }
    }
}

fn request(ask: PaymentAsk) -> SpendRequest {
    claims(&ask.payee, ask.task.as_ref(), ask.context.as_ref());
    let placeholder = IdempotencyKey::new("derived").unwrap();
    SpendRequest {
        payment: PaymentId::from_random(1),
        agent: AgentId::from_random(2),
        action: Action::Purchase,
        rail: RailId::Sandbox,
        payee: ask.payee,
        amount: ask.amount,
        category: ask.category,
        session: ask.session,
        task: ask.task,
        subject: None,
        context: ask.context,
        line_items: ask.line_items,
        attribution: ask.attribution,
        key_derived: ask.idempotency_key.is_none(),
        idempotency_key: ask.idempotency_key.unwrap_or(placeholder),
        terms: None,
    }
}

fn claims(payee: &Payee, task: Option<&Task>, context: Option<&Claim>) {
    assert!(!payee.name.raw().trim().is_empty());
    assert!(payee.name.raw().len() <= Claim::MAX_NAME_BYTES);
    shown(&payee.name);
    context.iter().for_each(|context| shown(context));
    // By this door a task is only what the agent says.
    assert!(task.is_none_or(|task| task.origin == TaskOrigin::Agent));
}

/// What an agent is told: bounded, with a code, and about its own request.
fn told(problem: &Problem) {
    assert!(matches!(problem.status, 400 | 422), "{problem}");
    assert!(problem.detail.chars().count() <= 1000, "{problem}");
    assert!(problem.field.as_ref().is_none_or(|field| field.chars().count() <= 200), "{problem}");
    assert!(!problem.what_to_do.is_empty());
    same_again(problem);
}

/// The body of a paid fetch, on to what would be sent to the merchant.
pub fn fetch(data: &[u8]) {
    if data.len() > MAX_BODY {
        return;
    }
    match fuzzing::fetch(data) {
        Ok((sent, ask)) => {
            same_again(&sent);
            fetched(ask);
        }
        Err(problem) => told(&problem),
    }
}

fn fetched(ask: FetchAsk) {
    ask.max_amount.iter().for_each(bounded);
    ask.context.iter().for_each(shown);
    assert!(ask.task.is_none_or(|task| task.origin == TaskOrigin::Agent));
    let Ok(request) = x402::checked(ask.request) else { return };
    assert!(request.headers.len() <= 32 && request.body.len() <= MAX_BODY);
    for (name, value) in &request.headers {
        assert!(!name.bytes().any(|b| b.is_ascii_uppercase() || b <= b' ' || b == b':'), "{name}");
        assert!(value.bytes().all(|b| (b' '..0x7f).contains(&b)), "{name}: {value}");
        let kept = ["authorization", "cookie", "host", "content-length", "payment-signature"];
        assert!(!kept.contains(&name.as_str()), "{name}");
    }
    if let Ok((url, _)) = x402::opened(&request.url) {
        super::rails::opens(&url);
    }
}

/// What agents send of sessions and sub-agents: what is taken is bounded, and its names are such as
/// the log may hold.
pub fn sharing(data: &[u8]) {
    if data.len() > MAX_BODY {
        return;
    }
    match fuzzing::session(data) {
        Ok((sent, ask)) => {
            same_again(&sent);
            shown(&ask.purpose);
            assert!((1..=1440).contains(&ask.minutes) && ask.purpose.raw().len() <= 512);
            ask.ceiling.iter().for_each(budget);
            assert!(ask.task.is_none_or(|task| task.origin == TaskOrigin::Agent));
            same_again(&ask.attribution);
        }
        Err(problem) => told(&problem),
    }
    match fuzzing::delegation(data) {
        Ok((sent, ask)) => {
            same_again(&sent);
            shown(&ask.name);
            ask.payees.iter().for_each(same_again);
            same_again(&ask.allocation);
            budget(&ask.allocation.amount);
            ask.per_transaction.iter().for_each(budget);
        }
        Err(problem) => told(&problem),
    }
    match fuzzing::allocation(data) {
        Ok((sent, _, allocation)) => {
            same_again(&sent);
            allocation.iter().for_each(|allocation| budget(&allocation.amount));
        }
        Err(problem) => told(&problem),
    }
}

fn budget(amount: &Decimal) {
    let most = Decimal::from(1_000_000_000_000i64);
    assert!(*amount > Decimal::ZERO && *amount <= most, "{amount}");
}

/// A `Host` or an `Origin`, and an id in a path. What is taken for this machine names it.
pub fn origin(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let (own, loopback) = fuzzing::own_and_loopback(text, 7433);
    if own {
        let names = ["127.0.0.1:7433", "localhost:7433", "[::1]:7433"];
        assert!(names.contains(&text.to_ascii_lowercase().as_str()), "{text:?}");
    }
    if loopback {
        let rest =
            text.trim().split_once(':').map(|(_, rest)| rest.trim_start_matches(['/', '\\']));
        let rest = rest.unwrap_or_default().replace(['\t', '\n', '\r'], "");
        let authority = rest.split(['/', '\\', '?', '#']).next().unwrap_or_default();
        assert!(!authority.trim_start_matches([':', '@']).contains('@'), "{text:?}");
    }
    if let Ok(payment) = fuzzing::payment_id(text) {
        assert_eq!(payment.to_string(), text);
    }
}
