//! What is said of every refusal: a code of its own, the same in JSON, and words that help.

#![allow(missing_docs, reason = "tests")]
#![allow(clippy::unwrap_used, reason = "tests")]

use purser_domain::{
    Action, AgentId, BreakerCause, Currency, Interval, Label, PaymentId, RailId, Refusal,
    Timestamp, Window,
};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

const AGENT: AgentId = AgentId::from_random(7);

fn amounts() -> (Decimal, Decimal) {
    (Decimal::new(5000, 2), Decimal::new(60010, 3))
}

fn of_who_asks() -> Vec<Refusal> {
    vec![
        Refusal::CredentialUnknown,
        Refusal::CredentialExpired { expired_at_ms: Timestamp::from_millis(1_772_452_800_000) },
        Refusal::CredentialRevoked,
        Refusal::HolderProofMissing,
        Refusal::AgentUnknown,
        Refusal::AgentRevoked,
        Refusal::AgentPaused,
        Refusal::WalletFrozen,
        Refusal::AncestorStopped { ancestor: AGENT },
        Refusal::RateLimited { limit: 60, retry_after_s: 7 },
        Refusal::IdempotencyConflict { payment: PaymentId::from_random(1) },
        Refusal::AttemptRejected { problem: "bad_request".to_owned() },
        Refusal::Internal { step: "allocation".to_owned() },
    ]
}

fn of_scope() -> Vec<Refusal> {
    let (limit, observed) = amounts();
    vec![
        Refusal::PayeeNotAllowed,
        Refusal::PayeeBlocked,
        Refusal::CategoryNotAllowed,
        Refusal::CategoryBlocked,
        Refusal::RailNotAllowed { rail: RailId::Sandbox },
        Refusal::ActionNotAllowed { action: Action::Purchase },
        Refusal::CurrencyNotAllowed { currency: Currency::USD },
        Refusal::TaskNotAllowed,
        Refusal::OutsideTimeWindow,
        Refusal::CredentialCap { limit, observed },
        Refusal::LineItemsInvalid,
        Refusal::LineItemsSum { limit, observed },
        Refusal::ConditionDenied { condition: Label::new("hotel").unwrap(), limit, observed },
    ]
}

fn of_budgets() -> Vec<Refusal> {
    let (limit, observed) = amounts();
    let (interval, window, budget) = (Interval::Weekly, Window::Rolling, "weekly".to_owned());
    let resets_at_ms = Timestamp::from_millis(1_772_452_800_000);
    vec![
        Refusal::PerTransactionCap { limit, observed },
        Refusal::SessionCap { limit, observed },
        Refusal::DailyCap { limit, observed, resets_at_ms },
        Refusal::EnvelopeLimit { envelope: 2, interval, window, limit, observed },
        Refusal::WalletLimit { budget: budget.clone(), limit, observed },
        Refusal::AllocationLimit { holder: AGENT, limit, observed },
        Refusal::AncestorLimit { ancestor: AGENT, budget, limit, observed },
        Refusal::AllocationTakenBack,
        Refusal::BreakerTripped {
            cause: BreakerCause::SpendRate {
                observed,
                usual: limit,
                multiple: Decimal::new(50, 1),
            },
        },
    ]
}

fn of_sharing() -> Vec<Refusal> {
    let reason = "the ceiling is above the cap".to_owned();
    vec![
        Refusal::SessionRequired,
        Refusal::SessionUnknown,
        Refusal::SessionOver,
        Refusal::SessionNotAllowed,
        Refusal::TooManySessions { limit: 24 },
        Refusal::SessionInvalid { reason: reason.clone() },
        Refusal::DelegationNotAllowed,
        Refusal::DelegationTooDeep { limit: 16 },
        Refusal::OwnCredentialNeeded,
        Refusal::TooManySubAgents { limit: 64 },
        Refusal::WiderThanParent { field: "daily".to_owned() },
        Refusal::DelegationInvalid { reason },
        Refusal::NotASubAgent,
    ]
}

#[test]
fn every_refusal_has_a_code_of_its_own_and_words_that_help() {
    let all = [of_who_asks(), of_scope(), of_budgets(), of_sharing()].concat();
    let mut codes = BTreeSet::new();
    for refusal in &all {
        let detail = refusal.detail();
        assert!(codes.insert(refusal.code()), "{} comes twice", refusal.code());
        assert_eq!(detail.code, refusal.code());
        let json = serde_json::to_value(refusal).unwrap();
        assert_eq!(json["code"], refusal.code());
        assert_eq!(serde_json::from_value::<Refusal>(json).unwrap(), *refusal);
        for words in [&detail.message, &detail.what_to_do] {
            assert!(words.len() > 10 && !words.ends_with('.'), "{}: {words}", detail.code);
        }
        assert_eq!(detail.limit.is_some(), detail.observed.is_some(), "{}", detail.code);
    }
    assert_eq!(codes.len(), all.len());
}

#[test]
fn a_limit_and_what_was_held_against_it_are_plain_decimals() {
    let of = |refusal: Refusal| refusal.limit_and_observed();
    let said = |limit: &str, observed: &str| Some((limit.to_owned(), observed.to_owned()));
    for refusal in of_budgets() {
        let expected = match &refusal {
            Refusal::AllocationTakenBack => None,
            Refusal::BreakerTripped { .. } => said("5 times 50", "60.01"),
            _ => said("50", "60.01"),
        };
        assert_eq!(of(refusal.clone()), expected, "{refusal:?}");
    }
    let limited = Refusal::RateLimited { limit: 60, retry_after_s: 7 };
    assert_eq!(of(limited), said("60 a minute", "more than 60"));
    assert_eq!(of(Refusal::DelegationTooDeep { limit: 16 }), said("16", "17"));
    assert_eq!(of(Refusal::TooManySubAgents { limit: 64 }), said("64", "65"));
    assert_eq!(of(Refusal::TooManySessions { limit: 24 }), said("24", "25"));
    let cause = BreakerCause::Refusals { observed: 21, limit: 20, minutes: 10 };
    assert_eq!(of(Refusal::BreakerTripped { cause }), said("20 in 10 minutes", "21"));
}

#[test]
fn words_name_what_is_meant() {
    let message = |refusal: Refusal| refusal.detail().message;
    let (limit, observed) = amounts();
    let condition = Label::new("hotel").unwrap();
    assert!(message(Refusal::ConditionDenied { condition, limit, observed }).contains("`hotel`"));
    assert!(message(Refusal::WiderThanParent { field: "daily".to_owned() }).contains("daily"));
    let cause = BreakerCause::Refusals { observed: 21, limit: 20, minutes: 10 };
    assert!(message(Refusal::BreakerTripped { cause }).contains("21 requests were refused"));
}
