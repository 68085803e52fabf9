//! The requests that are measured: like those of a wallet in use, five envelopes beside the caps.

use purser_domain::{
    AgentId, AgentPolicy, Command, IdempotencyKey, PaymentId, Presented, SignalCode, SignalEffect,
    SpendRequest, SpendingLimit,
};
use rust_decimal::Decimal;

/// A policy that refuses nothing here: by transaction, session and day, and five envelopes. Signals
/// are told and nothing waits for them, since what is measured repeats itself as no agent does.
pub fn policy() -> AgentPolicy {
    let signals = SignalCode::ALL.iter().map(|code| (*code, SignalEffect::Note)).collect();
    AgentPolicy {
        per_transaction: Decimal::from(1_000_000),
        per_session: Decimal::from(100_000_000_000_i64),
        daily: Decimal::from(100_000_000_000_i64),
        rate_limit_per_minute: 6000,
        spending_limits: envelopes(),
        signals,
        ..AgentPolicy::default()
    }
}

/// By week, month, category, payee, and rolling.
fn envelopes() -> Vec<SpendingLimit> {
    let json = r#"[
        {"amount":"100000000000","interval":"weekly"},
        {"amount":"100000000000","interval":"monthly"},
        {"amount":"100000000000","interval":"monthly","each_category":true},
        {"amount":"100000000000","interval":"monthly","each_payee":true},
        {"amount":"100000000000","interval":"daily","window":"rolling"}]"#;
    serde_json::from_str(json).unwrap()
}

/// A request to pay a payee by its account; each payment sets its own id, agent and key. Read from
/// JSON, as from an entry, so that fields which come later have their defaults.
pub fn template(amount: &str) -> SpendRequest {
    let request = serde_json::json!({
        "payment": PaymentId::from_random(0), "agent": AgentId::from_random(0),
        "action": "purchase", "rail": "sandbox",
        "payee": {"name": "Hetzner", "account": "acct:hetzner"},
        "amount": {"amount": amount, "currency": "USD"},
        "context": "a reason of ordinary length",
        "idempotency_key": "key", "key_derived": false,
    });
    serde_json::from_value(request).unwrap()
}

/// One payment.
pub fn spend(
    template: &SpendRequest,
    payment: PaymentId,
    (agent, presented): &(AgentId, Presented),
    key: &str,
) -> Command {
    let mut request = Box::new(template.clone());
    request.payment = payment;
    request.agent = *agent;
    request.idempotency_key = IdempotencyKey::new(key).unwrap();
    Command::Spend { request, presented: Some(presented.clone()) }
}
