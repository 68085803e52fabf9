//! The books can tell: a log that was changed by hand breaks the promise that it should.
#![cfg(test)]
#![allow(clippy::arithmetic_side_effects, reason = "small numbers of a test")]

use purser_domain::{Entry, Event, Interval, SpendingLimit};
use purser_sim::storm::books::Books;
use purser_sim::storm::plan::log_of;
use rust_decimal::Decimal;

/// What books first say of a log.
fn wrong(log: impl IntoIterator<Item = Entry>) -> Option<String> {
    let mut books = Books::default();
    let numbered = (0..).zip(log).map(|(seq, entry)| Entry { seq, ..entry });
    let taken: Result<Vec<()>, _> = numbered.map(|entry| books.take(&entry)).collect();
    taken.err().map(|wrong| wrong.kind)
}

/// Changes logs of storms until a change applies, and asks what the books say of it.
fn changed(change: impl Fn(&mut Vec<Entry>) -> bool) -> Option<String> {
    let mut said = None;
    let applied = (0..60).filter_map(|seed| {
        let mut log = log_of(seed, 300);
        assert_eq!(wrong(log.clone()), None, "seed {seed}");
        change(&mut log).then(|| wrong(log))
    });
    for (_, wrong) in (0..10).zip(applied) {
        assert!(wrong.is_some(), "a changed log passed");
        said = wrong;
    }
    said
}

fn place(log: &[Entry], is: impl Fn(&Event) -> bool) -> Option<usize> {
    log.iter().position(|entry| is(&entry.event))
}

#[test]
fn more_than_a_limit_is_told() {
    let said = changed(|log| {
        let Some(reserved) = place(log, |event| {
            matches!(event, Event::SpendReserved { reservation }
            if reservation.worth.is_some_and(|worth| worth > Decimal::ONE))
        }) else {
            return false;
        };
        let agent = log[reserved].event.agent();
        let added = log.iter_mut().find(|entry| {
            matches!(entry.event, Event::AgentAdded { .. }) && entry.event.agent() == agent
        });
        match added.map(|entry| &mut entry.event) {
            Some(Event::AgentAdded { policy, .. }) => {
                // A policy that was set between would count instead.
                policy.spending_limits = vec![SpendingLimit::new(Decimal::ONE, Interval::AllTime)];
                !log[..reserved].iter().any(|entry| {
                    matches!(entry.event, Event::AgentPolicySet { .. })
                        && entry.event.agent() == agent
                })
            }
            _ => false,
        }
    });
    assert_eq!(said.as_deref(), Some("I3 limit"));
}

#[test]
fn more_than_an_allocation_is_told() {
    let said = changed(|log| {
        let children = log.iter().filter_map(|entry| match &entry.event {
            Event::AgentAdded { parent: Some(parent), agent, .. } => Some((*agent, *parent)),
            _ => None,
        });
        let mut children: Vec<_> = children.collect();
        children.truncate(1);
        let Some((child, _)) = children.first().copied() else { return false };
        let Some(at) = place(log, |event| event.agent() == Some(child)) else { return false };
        match &mut log[at].event {
            Event::AgentAdded { allocation: Some(allocation), .. } => {
                allocation.amount += Decimal::from(1_000_000_000_000_000_u64);
                true
            }
            _ => false,
        }
    });
    assert_eq!(said.as_deref(), Some("I4 allocation"));
}

#[test]
fn an_approval_that_was_never_given_is_told() {
    let said = changed(|log| {
        let submitted = |log: &[Entry], payment| {
            let mut all = log.iter().filter(|entry| entry.event.payment() == Some(payment));
            all.any(|entry| matches!(entry.event, Event::PaymentSubmitted { .. }))
        };
        let approved = log.iter().position(|entry| match entry.event {
            Event::ApprovalGiven { payment, .. } => submitted(log, payment),
            _ => false,
        });
        approved.map(|at| log.remove(at)).is_some()
    });
    assert_eq!(said.as_deref(), Some("I5 submitted"));
}

#[test]
fn an_approval_of_something_else_is_told() {
    let said = changed(|log| {
        let mut changed = false;
        for entry in log.iter_mut() {
            if let Event::ApprovalGiven { digest, .. } = &mut entry.event {
                *digest = purser_domain::Digest::of_bytes(b"another");
                changed = true;
            }
        }
        changed
            && place(log, |event| matches!(event, Event::PaymentSubmitted { .. })).is_some()
            && wrong(log.clone()).is_some()
    });
    assert_eq!(said.as_deref(), Some("I7 quorum"));
}

#[test]
fn a_freeze_that_does_not_call_off_what_waits_is_told() {
    let said = changed(|log| {
        let Some(at) = place(log, |event| matches!(event, Event::PaymentSubmitted { .. })) else {
            return false;
        };
        let frozen = Event::WalletFrozen { canceled: Vec::new() };
        let entry = Entry { event: frozen, ..log[at].clone() };
        log.insert(at, entry);
        true
    });
    assert_eq!(said.as_deref(), Some("I6 called off"));
}

#[test]
fn a_pause_that_does_not_call_off_what_waits_is_told() {
    let said = changed(|log| {
        let at = place(log, |event| matches!(event, Event::PaymentSubmitted { .. }));
        let agent = at.and_then(|at| {
            let payment = log[at].event.payment();
            let mut before = log[..at].iter();
            before.find(|entry| entry.event.payment() == payment)?.event.agent()
        });
        let (Some(at), Some(agent)) = (at, agent) else { return false };
        let paused = Event::AgentPaused { agent, canceled: Vec::new() };
        let entry = Entry { event: paused, ..log[at].clone() };
        log.insert(at + 1, entry);
        log.swap(at, at + 1);
        true
    });
    assert_eq!(said.as_deref(), Some("I6 called off"));
}

#[test]
fn a_second_outcome_is_told() {
    let said = changed(|log| {
        let at = place(log, |event| matches!(event, Event::PaymentSucceeded { .. }));
        at.map(|at| log.insert(at, log[at].clone())).is_some()
    });
    assert_eq!(said.as_deref(), Some("I5 order"));
}

#[test]
fn one_key_for_two_payments_is_told() {
    let said = changed(|log| {
        let keys: Vec<_> = log
            .iter()
            .enumerate()
            .filter_map(|(at, entry)| match &entry.event {
                Event::SpendReserved { reservation } => {
                    let request = &reservation.request;
                    Some((at, request.agent, request.idempotency_key.clone()))
                }
                _ => None,
            })
            .collect();
        let Some((_, agent, key)) = keys.first().cloned() else { return false };
        let again = keys.iter().skip(1).find(|(_, of, _)| *of == agent).map(|(at, ..)| *at);
        match again.map(|at| &mut log[at].event) {
            Some(Event::SpendReserved { reservation }) => {
                reservation.request.idempotency_key = key;
                reservation.request.key_derived = false;
                true
            }
            _ => false,
        }
    });
    assert_eq!(said.as_deref(), Some("I5 intent"));
}

/// Takes a log with a look after each entry, until a payment holds something; then it holds more,
/// which no entry says, and the next entry tells.
fn grown(log: Vec<Entry>, by: Decimal) -> Option<String> {
    let mut books = Books::default();
    books.always.every = true;
    let mut grown = false;
    for entry in log {
        if let Err(wrong) = books.take(&entry) {
            assert!(grown, "{}: {}", wrong.kind, wrong.words);
            return Some(wrong.kind);
        }
        let held = books.rows.values_mut().find(|row| row.reserved > Decimal::ZERO);
        if let Some(row) = held.filter(|_| !grown) {
            row.reserved += by;
            grown = true;
        }
    }
    None
}

#[test]
fn what_grows_without_an_entry_is_told_by_the_next_one() {
    let much = Decimal::from(1_000_000_000_u64);
    let told = (0..10).filter_map(|seed| grown(log_of(seed, 120), much));
    let told: Vec<_> = told.collect();
    assert!(told.len() > 5, "{told:?}");
    assert!(told.iter().all(|kind| kind.starts_with("I3") || kind.starts_with("I4")), "{told:?}");
    assert!(told.iter().any(|kind| kind == "I4 always"), "{told:?}");
    assert!((0..10).all(|seed| grown(log_of(seed, 120), Decimal::ZERO).is_none()));
}
