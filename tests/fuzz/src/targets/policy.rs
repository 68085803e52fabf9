//! Policies, which people and their tools write as JSON.

use crate::text::{same_again, text};
use purser_domain::{AgentPolicy, WalletPolicy};
use purser_wallet::policy_file::{self, Format};
use rust_decimal::Decimal;

/// An agent's policy: what is valid has caps, and is written as the same again.
pub fn agent(data: &[u8]) {
    let Ok(policy) = serde_json::from_slice::<AgentPolicy>(data) else { return };
    if policy.validate().is_err() {
        return;
    }
    same_again(&policy);
    for cap in [policy.per_transaction, policy.per_session, policy.daily] {
        assert!(cap > Decimal::ZERO && cap <= Decimal::from(1_000_000_000_000i64), "{cap}");
    }
    assert!((1..=6000).contains(&policy.rate_limit_per_minute));
    assert!(policy.spending_limits.len() <= 32 && policy.allowed_payees.len() <= 256);
}

/// The wallet's policy: what is valid is written as the same again.
pub fn wallet(data: &[u8]) {
    let Ok(policy) = serde_json::from_slice::<WalletPolicy>(data) else { return };
    if policy.validate().is_err() {
        return;
    }
    same_again(&policy);
    assert!(policy.rates.values().all(|rate| rate.worth > Decimal::ZERO));
}

/// A policy file, as TOML and as JSON: what is taken is written in both and is the same again.
pub fn file(data: &[u8]) {
    let Some(text) = text(data) else { return };
    for format in [Format::Toml, Format::Json] {
        match policy_file::read(text, format) {
            Ok(file) => {
                same_again(&file);
                for other in [Format::Toml, Format::Json] {
                    let written = policy_file::write(&file, other).unwrap();
                    let again = policy_file::read(&written, other);
                    assert_eq!(again, Ok(file.clone()), "{written}");
                }
            }
            Err(error) => {
                assert!(!error.problem.is_empty() && !error.what_to_do.is_empty());
                let lines = text.lines().count().max(1) + 1;
                assert!(
                    error
                        .place
                        .is_none_or(|(line, column)| (1..=lines).contains(&line) && column > 0)
                );
            }
        }
    }
}
