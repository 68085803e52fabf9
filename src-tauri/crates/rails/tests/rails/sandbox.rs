//! The rail that moves nothing.

use crate::support::*;
use purser_domain::*;
use purser_rails::{Rail, Sandbox};

fn request(account: Option<&str>) -> SpendRequest {
    let payee = Payee {
        name: Claim::new("Shop", 64).unwrap(),
        account: account.map(|text| Account::new(text).unwrap()),
        host: None,
        country: None,
    };
    spend(7, RailId::Sandbox, payee, Money::parse("0.01", "USD").unwrap(), None)
}

#[tokio::test]
async fn a_payment_succeeds_with_its_own_reference_and_says_that_nothing_moved() {
    let request = request(None);
    let sandbox = Sandbox::new(clock_at(NOW_S));
    let outcome = sandbox.submit(&authorized(&request)).await;
    let given = receipt(&outcome.resolution);
    assert_eq!(given.reference, format!("sandbox-{}", request.payment));
    assert!(given.evidence.as_ref().unwrap().raw().contains("no money moved"));
    assert_eq!(outcome.delivery, None);
    assert_eq!(sandbox.id(), RailId::Sandbox);
}

#[tokio::test]
async fn after_a_restart_the_same_payment_has_the_same_answer() {
    let request = request(Some("sandbox:shop"));
    let before = Sandbox::new(clock_at(NOW_S)).submit(&authorized(&request)).await.resolution;
    let restarted = Sandbox::new(clock_at(NOW_S + 9000));
    assert_eq!(restarted.resolve(&request, valid_until()).await, before);
    assert_eq!(restarted.resolve(&request, valid_until()).await, before);
}

#[tokio::test]
async fn one_account_declines_and_one_stays_unknown_until_it_expires() {
    let declined = request(Some("sandbox:decline"));
    let sandbox = Sandbox::new(clock_at(NOW_S));
    let outcome = sandbox.submit(&authorized(&declined)).await;
    assert_eq!(failure(&outcome.resolution), "sandbox_declined");
    assert_eq!(sandbox.resolve(&declined, valid_until()).await, outcome.resolution);

    let silent = request(Some("sandbox:unknown"));
    let outcome = sandbox.submit(&authorized(&silent)).await;
    assert_eq!(doubt(&outcome.resolution), "sandbox_unknown");
    assert_eq!(doubt(&sandbox.resolve(&silent, valid_until()).await), "sandbox_unknown");
    let later = Sandbox::new(clock_at(NOW_S + 61));
    assert_eq!(failure(&later.resolve(&silent, valid_until()).await), "not_settled");
}
