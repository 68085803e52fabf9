//! Random lives of a wallet, each step held against the model.
#![cfg(test)]

use purser_sim::run::{Seen, lives};

/// Steps of one life.
const STEPS: usize = 400;
/// Lives of one test. Three commands come from four steps.
const LIVES: u64 = 400;

/// What must have happened in some life of a test, or lives are not worth living.
const INTERESTING: &[&str] = &[
    "refused action_not_allowed",
    "refused agent_paused",
    "refused agent_revoked",
    "refused agent_unknown",
    "refused category_blocked",
    "refused category_not_allowed",
    "refused credential_cap",
    "refused credential_expired",
    "refused credential_revoked",
    "refused credential_unknown",
    "refused currency_not_allowed",
    "refused daily_cap",
    "refused envelope_limit",
    "refused holder_proof_missing",
    "refused idempotency_conflict",
    "refused outside_time_window",
    "refused payee_blocked",
    "refused payee_not_allowed",
    "refused per_transaction_cap",
    "refused rail_not_allowed",
    "refused rate_limited",
    "refused session_cap",
    "refused session_over",
    "refused session_required",
    "refused session_unknown",
    "refused task_not_allowed",
    "refused wallet_frozen",
    "reserved Autonomous",
    "reserved Enveloped",
    "reserved SingleApprover",
    "reserved MultiParty",
    "refused ancestor_stopped",
    "refused ancestor_limit",
    "refused allocation_limit",
    "refused allocation_taken_back",
    "refused wallet_limit",
    "Delegate refused delegation_not_allowed",
    "Delegate refused wider_than_parent",
    "Delegate refused delegation_invalid",
    "Delegate refused allocation_limit",
    "Allocate refused allocation_limit",
    "Allocate refused not_a_sub_agent",
    "OpenSession refused not_a_sub_agent",
    "OpenSession refused session_invalid",
    "OpenSession refused session_not_allowed",
    "OpenSession refused too_many_sessions",
    "CloseSession refused session_over",
    "CloseSession refused session_unknown",
    "session_opened by Agent",
    "session_opened by Owner",
    "session_opened by Parent",
    "session_closed Agent",
    "session_closed Exceeded",
    "session_closed Expired",
    "session_closed Owner",
    "session_closed Parent",
    "sub_agent_added",
    "allocation_set",
    "uncounted",
    "attempts_refused",
    "error presence_needed",
    "error wider_than_parent",
    "error ancestor_stopped",
    "refused breaker_tripped",
    "refused line_items_sum",
    "refused line_items_invalid",
    "refused condition_denied",
    "breaker_tripped",
    "budget_reached",
    "rule payee_rule",
    "rule repeated_failures",
    "rule condition:book",
    "rule unpriced_currency",
    "rule review_above",
    "spend_repeated",
    "payment_judged",
    "error not_to_be_judged",
    "error approval_expired",
    "error digest_changed",
    "error not_an_approver",
    "error already_submitted",
    "error session_invalid",
    "error settled_invalid",
    "error valid_until",
];

fn any_life_goes_as_the_model_says(first: u64) {
    let (lives, mut seen) = (lives(), Seen::new());
    for n in 0..LIVES {
        let seed = first.wrapping_add(n);
        lives.through_seed(seed, STEPS, &mut seen).unwrap_or_else(|words| panic!("{words}"));
    }
    println!("{seen:#?}");
    let missing: Vec<_> = INTERESTING.iter().filter(|word| !seen.contains_key(**word)).collect();
    assert!(missing.is_empty(), "never happened: {missing:?}");
}

#[test]
fn any_life_goes_as_the_model_says_1() {
    any_life_goes_as_the_model_says(1_000_000);
}

#[test]
fn any_life_goes_as_the_model_says_2() {
    any_life_goes_as_the_model_says(2_000_000);
}

#[test]
fn lives_that_went_wrong_once_go_right() {
    lives().all_of(include_str!("../seeds/lives.txt"), STEPS);
}

/// `make soak`.
#[test]
#[ignore = "tool: `make soak` runs it as long as it is told to"]
fn soak_lives() {
    println!("{:#?}", lives().soak(STEPS));
}

/// `PURSER_SIM_SEED` or `PURSER_SIM_STEPS` once more; without either, nothing.
#[test]
fn life_again() {
    lives().once_more(STEPS);
}
