//! What is left of a scope after it was narrowed.
//!
//! Guarantees: the result allows nothing that either side refuses. Where the sides have nothing in
//! common there is no result, because an empty list in a [`Scope`] means "no limit" and would
//! widen. Pure; does not block or panic.

use crate::KeysError;
use purser_domain::Scope;

/// Both scopes at once.
pub(crate) fn narrow(wide: Scope, narrower: Scope) -> Result<Scope, KeysError> {
    // Taken apart by name, so that a new field of `Scope` does not compile until it is handled.
    let Scope {
        payees,
        categories,
        actions,
        rails,
        currencies,
        tasks,
        per_transaction,
        not_before,
        not_after,
    } = narrower;
    let narrowed = Scope {
        payees: common(wide.payees, &payees)?,
        categories: common(wide.categories, &categories)?,
        actions: common(wide.actions, &actions)?,
        rails: common(wide.rails, &rails)?,
        currencies: common(wide.currencies, &currencies)?,
        tasks: common(wide.tasks, &tasks)?,
        per_transaction: either(wide.per_transaction, per_transaction, Ord::min),
        not_before: either(wide.not_before, not_before, Ord::max),
        not_after: either(wide.not_after, not_after, Ord::min),
    };
    let never = narrowed.not_before.zip(narrowed.not_after).is_some_and(|(from, to)| from >= to);
    if never { Err(KeysError::TokenEmpty) } else { Ok(narrowed) }
}

fn common<T: PartialEq + Clone>(mut wide: Vec<T>, narrower: &[T]) -> Result<Vec<T>, KeysError> {
    if narrower.is_empty() {
        return Ok(wide);
    }
    if wide.is_empty() {
        return Ok(narrower.to_vec());
    }
    wide.retain(|item| narrower.contains(item));
    if wide.is_empty() { Err(KeysError::TokenEmpty) } else { Ok(wide) }
}

fn either<T>(wide: Option<T>, narrower: Option<T>, tighter: impl Fn(T, T) -> T) -> Option<T> {
    match (wide, narrower) {
        (Some(wide), Some(narrower)) => Some(tighter(wide, narrower)),
        (wide, narrower) => wide.or(narrower),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_domain::{Label, Timestamp};
    use serde_json::json;

    fn scope(json: serde_json::Value) -> Scope {
        serde_json::from_value(json).unwrap()
    }

    fn label(text: &str) -> Label {
        Label::new(text).unwrap()
    }

    #[test]
    fn lists_shrink_to_what_both_name_and_an_empty_one_is_no_limit() {
        let wide = Scope { tasks: vec![label("a"), label("b")], ..Scope::default() };
        let narrower = Scope { tasks: vec![label("b"), label("c")], ..Scope::default() };
        let both = narrow(wide.clone(), narrower.clone()).unwrap();
        assert_eq!(both.tasks, [label("b")]);
        assert_eq!(narrow(wide.clone(), Scope::default()), Ok(wide.clone()));
        assert_eq!(narrow(Scope::default(), wide.clone()), Ok(wide));
    }

    #[test]
    fn nothing_in_common_is_an_error_and_never_an_empty_list() {
        let wide = Scope { tasks: vec![label("a")], ..Scope::default() };
        let narrower = Scope { tasks: vec![label("b")], ..Scope::default() };
        assert_eq!(narrow(wide, narrower), Err(KeysError::TokenEmpty));
    }

    #[test]
    fn limits_and_times_take_the_tighter_side_whichever_it_is() {
        let one = scope(json!({"per_transaction": "5", "not_before": 10, "not_after": 90}));
        let other = scope(json!({"per_transaction": "50", "not_before": 20, "not_after": 99}));
        let both = scope(json!({"per_transaction": "5", "not_before": 20, "not_after": 90}));
        assert_eq!(narrow(one.clone(), other.clone()), Ok(both.clone()));
        assert_eq!(narrow(other, one), Ok(both));
    }

    #[test]
    fn a_window_that_never_opens_is_an_error() {
        let one = Scope { not_before: Some(Timestamp::from_millis(50)), ..Scope::default() };
        let other = Scope { not_after: Some(Timestamp::from_millis(50)), ..Scope::default() };
        assert_eq!(narrow(one, other), Err(KeysError::TokenEmpty));
    }

    #[test]
    fn every_list_of_a_scope_is_narrowed() {
        let lists = [
            ("payees", "host:a.example", "host:b.example"),
            ("categories", "books", "cloud_computing"),
            ("actions", "purchase", "tool_call"),
            ("rails", "sandbox", "x402"),
            ("currencies", "USD", "EUR"),
            ("tasks", "a", "b"),
        ];
        for (key, one, other) in lists {
            let both = scope(json!({ key: [one, other] }));
            let (one, other) = (scope(json!({ key: [one] })), scope(json!({ key: [other] })));
            assert_eq!(narrow(both.clone(), one.clone()), Ok(one.clone()), "{key}");
            assert_eq!(narrow(one.clone(), both), Ok(one.clone()), "{key}");
            assert_eq!(narrow(one, other), Err(KeysError::TokenEmpty), "{key}");
        }
    }
}
