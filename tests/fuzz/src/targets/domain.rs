//! The words of the domain, from text and from JSON.

use crate::text::{is_unseen, same_again, text};
use purser_domain::{
    Account, AgentId, Category, Claim, Country, CredentialId, Currency, Digest, Host,
    IdempotencyKey, Label, Money, Payee, PayeeKey, PaymentId, Scope, SpendRequest, TextPart,
};
use rust_decimal::Decimal;
use std::fmt::{Debug, Display};
use std::str::FromStr;

/// What nobody can see of a claim is marked, however it is shown, and it stays within its bound.
pub fn claim(data: &[u8]) {
    let Some(text) = text(data) else { return };
    for max in [Claim::MAX_NAME_BYTES, Claim::MAX_BYTES] {
        let Ok(claim) = Claim::new(text, max) else {
            assert!(text.len() > max || text.contains('\0'), "{text:?}");
            continue;
        };
        assert!(text.len() <= max && claim.raw() == text, "{text:?}");
        same_again(&claim);
        shown(&claim);
    }
}

pub(super) fn shown(claim: &Claim) {
    let unseen = claim.raw().chars().any(is_unseen);
    assert!(claim.has_hidden() || !unseen, "{:?}", claim.raw());
    for part in claim.parts() {
        let clean = match &part {
            TextPart::Plain(plain) => !plain.is_empty() && !plain.chars().any(is_unseen),
            TextPart::Hidden(code) => code.starts_with("U+") && code.len() < 40,
        };
        assert!(clean, "{part:?} of {:?}", claim.raw());
    }
    for most in [1, 2, 40, 200] {
        let line = claim.visible(most);
        assert!(line.chars().count() <= most, "{line:?}");
        assert!(!line.contains(['\n', '\t']) && !line.chars().any(is_unseen), "{line:?}");
    }
}

/// Names of every kind: what is taken has one text, which is taken again.
pub fn names(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let word = |c: char| c.is_ascii_graphic();
    kept(text, Account::new(text), Account::as_str, 128, word);
    kept(text, Host::new(text), Host::as_str, 253, word);
    kept(text, Country::new(text), Country::as_str, 2, word);
    kept(text, Category::new(text), Category::as_str, 64, word);
    kept(text, Label::new(text), Label::as_str, 128, word);
    kept(text, IdempotencyKey::new(text), IdempotencyKey::as_str, 128, word);
    kept(text, text.parse(), Currency::as_str, 5, word);
    id::<AgentId>(text);
    id::<PaymentId>(text);
    id::<CredentialId>(text);
    if let Some(digest) = Digest::from_hex(text) {
        assert_eq!(digest.to_string(), text);
        same_again(&digest);
    }
    if let Ok(key) = PayeeKey::new(text) {
        assert_eq!(PayeeKey::new(key.as_str()), Ok(key.clone()), "{text:?}");
        same_again(&key);
    }
    if let Ok(name) = Claim::new(text, Claim::MAX_NAME_BYTES) {
        let account = Account::new(text).ok();
        let host = Host::new(text).ok();
        key_holds(&Payee { name, account, host, country: None });
    }
}

/// A payee's keys are such as a rule or an entry may hold, but for a payee that no door takes: one
/// that is nobody, or whose name is too long.
fn key_holds(payee: &Payee) {
    let named_only = payee.account.is_none() && payee.host.is_none();
    let name = payee.name.raw();
    if named_only && (name.trim().is_empty() || name.len() > Claim::MAX_NAME_BYTES) {
        return;
    }
    payee.keys().iter().for_each(same_again);
}

fn kept<T, E>(
    text: &str,
    parsed: Result<T, E>,
    as_str: impl Fn(&T) -> &str,
    most: usize,
    allowed: impl Fn(char) -> bool,
) where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + Debug + Display,
{
    let Ok(value) = parsed else { return };
    assert_eq!(as_str(&value), text);
    assert_eq!(value.to_string(), text);
    assert!(text.len() <= most && text.chars().all(allowed), "{text:?}");
    same_again(&value);
}

fn id<T>(text: &str)
where
    T: FromStr + serde::Serialize + serde::de::DeserializeOwned + PartialEq + Debug + Display,
{
    let Ok(id) = text.parse::<T>() else { return };
    assert_eq!(id.to_string(), text, "one text for one id");
    same_again(&id);
}

/// Amounts: what is taken is exact, positive and bounded.
pub fn money(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let (amount, currency) = text.split_once('\n').unwrap_or((text, "USD"));
    if let Ok(money) = Money::parse(amount, currency) {
        bounded(&money);
        let plain = money.amount().to_string();
        assert_eq!(Money::parse(&plain, currency), Ok(money), "{amount:?}");
        let whole = amount.split('.').next().unwrap_or_default().trim_start_matches('0');
        assert_eq!(money.amount().trunc().to_string().trim_start_matches('0'), whole);
    }
    for decimals in [0, 2, 6, 12, 18, 28, 29, u32::MAX] {
        if let Ok(money) = Money::from_atomic(amount, decimals, Currency::USDC) {
            bounded(&money);
            let unit = Decimal::try_from_i128_with_scale(1, decimals).unwrap();
            let exact = amount.parse::<Decimal>().unwrap().checked_mul(unit);
            assert!(exact.is_none_or(|exact| money.amount() >= exact), "{amount:?} {decimals}");
        }
    }
    if let Ok(money) = serde_json::from_str::<Money>(amount) {
        bounded(&money);
    }
}

pub(super) fn bounded(money: &Money) {
    let amount = money.amount();
    assert!(amount > Decimal::ZERO && amount <= Decimal::from(1_000_000_000_000i64), "{money}");
    assert!(amount.scale() <= 12, "{money}");
    same_again(money);
    let worth = money.converted(Decimal::new(3, 1));
    assert!(worth.is_none_or(|worth| worth.scale() <= 12 && worth > Decimal::ZERO), "{money}");
}

/// A spend request as it stands in the log: what is read is written as the same again.
pub fn spend_request(data: &[u8]) {
    let Ok(request) = serde_json::from_slice::<SpendRequest>(data) else { return };
    request_holds(&request);
}

pub(super) fn request_holds(request: &SpendRequest) {
    same_again(request);
    bounded(&request.amount);
    shown(&request.payee.name);
    request.context.iter().for_each(shown);
    request.task.iter().for_each(|task| shown(&task.text));
    key_holds(&request.payee);
    let digest = request.parameters_digest().unwrap();
    let again = serde_json::from_slice::<SpendRequest>(&serde_json::to_vec(request).unwrap());
    assert_eq!(again.unwrap().parameters_digest().unwrap(), digest);
}

/// A credential's scope: what is read is written as the same again, and no time is absurd.
pub fn scope(data: &[u8]) {
    let Ok(scope) = serde_json::from_slice::<Scope>(data) else { return };
    same_again(&scope);
    for time in scope.not_before.iter().chain(&scope.not_after) {
        assert!(time.as_millis() >= 0, "{time:?}");
    }
}
