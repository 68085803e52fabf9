//! The requests that are measured: like those of a wallet in use, five envelopes beside the caps.

use purser_domain::{
    Account, Action, AgentId, AgentPolicy, Claim, Command, IdempotencyKey, Money, Payee, PaymentId,
    Presented, RailId, SpendRequest, SpendingLimit,
};
use rust_decimal::Decimal;

/// A policy that refuses nothing here: by transaction, session and day, and five envelopes.
pub fn policy() -> AgentPolicy {
    AgentPolicy {
        per_transaction: Decimal::from(1_000_000),
        per_session: Decimal::from(100_000_000_000_i64),
        daily: Decimal::from(100_000_000_000_i64),
        rate_limit_per_minute: 6000,
        spending_limits: envelopes(),
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

/// A payment to a payee by its account.
pub fn spend(
    payment: PaymentId,
    (agent, presented): &(AgentId, Presented),
    amount: &str,
    key: &str,
) -> Command {
    Command::Spend {
        request: Box::new(SpendRequest {
            payment,
            agent: *agent,
            action: Action::Purchase,
            rail: RailId::Sandbox,
            payee: Payee {
                name: Claim::new("Hetzner", 256).unwrap(),
                account: Some(Account::new("acct:hetzner").unwrap()),
                host: None,
                country: None,
            },
            amount: Money::parse(amount, "USD").unwrap(),
            category: None,
            session: None,
            task: None,
            subject: None,
            context: Some(Claim::new("a reason of ordinary length", 256).unwrap()),
            idempotency_key: IdempotencyKey::new(key).unwrap(),
            key_derived: false,
            terms: None,
        }),
        presented: Some(presented.clone()),
    }
}
