//! Recorded requests and policies for a replay, and states as bytes.

use crate::text::text;
use purser_engine::{OnReview, Replay, ReplayOutcome, ReplayPolicy, ReplayProblem, State};
use rust_decimal::Decimal;

/// Most lines of one input that are run.
const MAX_LINES: usize = 40;

/// Requests that a replay of any policy can be asked for.
const REQUESTS: [&str; 4] = [
    concat!(
        r#"{"id":"1","at":"2026-01-31T23:59:59Z","agent":"a","payee":{"name":"x"},"#,
        r#""amount":"4.99","currency":"USD"}"#
    ),
    concat!(
        r#"{"id":"2","at":"2026-01-31T23:59:59Z","agent":"a","payee":{"name":"x"},"#,
        r#""amount":"499","currency":"EUR"}"#
    ),
    concat!(
        r#"{"id":"3","at":1770000000000,"agent":"b","#,
        r#""payee":{"name":"y","url":"https://y.example"},"#,
        r#""amount":"0.000001","currency":"USDC","category":"books"}"#
    ),
    concat!(
        r#"{"id":"4","at":1790000000000,"agent":"b","payee":{"name":"z","account":"acct-1"},"#,
        r#""amount":"1000000000000","currency":"USD","session":"s"}"#
    ),
];

/// Lines of recorded requests. What can't be read says why; what can never leads to a defect, nor
/// over a limit.
pub fn replay(data: &[u8]) {
    let Some(text) = text(data) else { return };
    for on_review in [OnReview::Approve, OnReview::Deny, OnReview::Label] {
        let mut replay = Replay::new(ReplayPolicy::default(), on_review).unwrap();
        run(&mut replay, text.lines().take(MAX_LINES));
    }
}

/// The policies of a replay. Whatever is taken decides requests.
pub fn replay_policy(data: &[u8]) {
    let Ok(policy) = serde_json::from_slice::<ReplayPolicy>(data) else { return };
    let Ok(mut replay) = Replay::new(policy, OnReview::Approve) else { return };
    run(&mut replay, REQUESTS.into_iter());
}

fn run<'a>(replay: &mut Replay, lines: impl Iterator<Item = &'a str>) {
    for (number, line) in (1..).zip(lines) {
        match replay.line(number, line) {
            Ok(outcome) => decided(&outcome, line),
            Err(error) => {
                let defect =
                    matches!(error.problem, ReplayProblem::Apply(_) | ReplayProblem::Answer);
                assert!(!defect, "{error}: {line}");
                assert_eq!(error.line, number);
            }
        }
    }
}

fn decided(outcome: &ReplayOutcome, line: &str) {
    assert!(matches!(outcome.verdict, "allow" | "review" | "deny"), "{outcome:?}");
    assert!(serde_json::to_string(outcome).is_ok(), "{line}");
    assert!(outcome.verdict == "allow" || !outcome.rules.is_empty(), "{line}");
    assert!(outcome.reserved.is_none_or(|reserved| reserved > Decimal::ZERO), "{outcome:?}");
    for (limit, left) in &outcome.remaining {
        let left: Decimal = left.parse().unwrap();
        assert!(left >= Decimal::ZERO, "{limit} of {line}");
    }
}

/// Most bytes that a state has for each byte that it was read from: a number or a list that is
/// written in one byte, and a sum in two texts.
const GROWS: usize = 64;

/// Bytes of a snapshot. What is taken is written, and read as the same again, and is no larger than
/// what it was read from allows: a length that is only claimed takes no memory.
pub fn snapshot(data: &[u8]) {
    let Ok(state) = State::from_snapshot(data) else { return };
    let bytes = state.to_snapshot().unwrap();
    assert!(bytes.len() <= data.len() * GROWS, "{} of {}", bytes.len(), data.len());
    let again = State::from_snapshot(&bytes).unwrap();
    assert!(again == state, "another state comes back");
    assert_eq!(again.to_snapshot().unwrap(), bytes);
}
