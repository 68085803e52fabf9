//! What paid fetches returned is kept, within bounds.

use crate::support::*;
use purser_domain::Timestamp;
use purser_ledger::{DELIVERY_AGE_MS_MAX, DELIVERY_BYTES_MAX, Delivery, Ledger};
use std::path::Path;

/// What is left of the bound in the tests, so that they need no 64 MiB.
const ROOM: usize = 64 << 10;
const KIB: usize = 1 << 10;

fn delivery(at_ms: i64, bytes: usize) -> Delivery {
    Delivery {
        at_ms: Timestamp::from_millis(at_ms),
        status: 200,
        content_type: Some("text/plain".to_owned()),
        body: vec![0xa5; bytes],
        truncated: false,
    }
}

fn kept(ledger: &Ledger, numbers: std::ops::Range<u64>) -> Vec<u64> {
    numbers.filter(|n| ledger.get_delivery(payment(*n)).unwrap().is_some()).collect()
}

/// What is counted, and what is there: for each 256, its body and its content type.
fn totals(path: &Path) -> (i64, i64) {
    let conn = database(path);
    let sql = "SELECT (SELECT bytes FROM delivery_total), (SELECT coalesce(sum(256 + \
        length(body) + coalesce(octet_length(content_type), 0)), 0) FROM deliveries)";
    conn.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
}

#[test]
fn deliveries_are_kept_and_replaced() {
    let (_dir, path) = place();
    let mut ledger = create(&path);
    let mut delivery = Delivery { body: vec![0, 255], truncated: true, ..delivery(5, 0) };
    ledger.put_delivery(payment(1), &delivery).unwrap();
    delivery.content_type = None;
    delivery.truncated = false;
    ledger.put_delivery(payment(1), &delivery).unwrap();
    assert_eq!(ledger.get_delivery(payment(1)).unwrap(), Some(delivery.clone()));
    assert_eq!(ledger.reader().unwrap().get_delivery(payment(1)).unwrap(), Some(delivery));
    assert_eq!(ledger.reader().unwrap().delivered().unwrap(), [payment(1)]);
    assert_eq!(ledger.get_delivery(payment(2)).unwrap(), None);
    assert_eq!(totals(&path), (258, 258));
}

/// As if other deliveries took all but `ROOM` of what there may be.
fn narrow(path: &Path) {
    let others = i64::try_from(DELIVERY_BYTES_MAX).unwrap() - i64::try_from(ROOM).unwrap();
    let sql = "UPDATE delivery_total SET bytes = bytes + ?1";
    database(path).execute(sql, [others]).unwrap();
}

#[test]
fn the_oldest_go_first_when_there_are_too_many_bytes() {
    let (_dir, path) = place();
    let mut ledger = create(&path);
    narrow(&path);
    let before = totals(&path);
    assert_eq!((DELIVERY_BYTES_MAX, DELIVERY_AGE_MS_MAX), (67_108_864, 604_800_000));
    for number in 0..70 {
        ledger.put_delivery(payment(number), &delivery(1000, KIB)).unwrap();
        let (counted, there) = totals(&path);
        assert_eq!(counted - before.0, there, "after {number}");
        assert!(counted <= i64::try_from(DELIVERY_BYTES_MAX).unwrap());
    }
    // 50 times 1024, 256 and the content type fit.
    assert_eq!(kept(&ledger, 0..70), (20..70).collect::<Vec<_>>());
    // Renewed, one is the latest.
    ledger.put_delivery(payment(20), &delivery(1000, KIB)).unwrap();
    ledger.put_delivery(payment(70), &delivery(1000, KIB)).unwrap();
    assert_eq!(kept(&ledger, 20..25), [20, 22, 23, 24]);
    // A large one drives many out; one that alone is too large is not kept.
    ledger.put_delivery(payment(71), &delivery(1000, 60 * KIB)).unwrap();
    assert_eq!(kept(&ledger, 0..72), [20, 70, 71]);
    ledger.put_delivery(payment(72), &delivery(1000, ROOM)).unwrap();
    assert_eq!(kept(&ledger, 0..73), [0; 0]);
    assert_eq!(totals(&path), before);
    ledger.put_delivery(payment(73), &delivery(1000, ROOM - 256 - 10)).unwrap();
    assert_eq!(kept(&ledger, 0..74), [73], "the bound itself is allowed");
    ledger.put_delivery(payment(74), &delivery(1000, 0)).unwrap();
    assert_eq!(kept(&ledger, 0..75), [74], "and nothing above it");
}

#[test]
fn empty_ones_are_counted_too() {
    let (_dir, path) = place();
    let mut ledger = create(&path);
    let nothing = Delivery { content_type: None, ..delivery(1000, 0) };
    for number in 0..10 {
        ledger.put_delivery(payment(number), &nothing).unwrap();
    }
    assert_eq!(totals(&path).0, 2560);
}

#[test]
fn what_is_older_than_a_week_goes_with_the_next_or_when_asked() {
    let (_dir, path) = place();
    let mut ledger = create(&path);
    for number in 0..5u64 {
        let at_ms = 1000 + i64::try_from(number).unwrap();
        ledger.put_delivery(payment(number), &delivery(at_ms, 10)).unwrap();
    }
    ledger.put_delivery(payment(5), &delivery(1002 + DELIVERY_AGE_MS_MAX, 10)).unwrap();
    assert_eq!(kept(&ledger, 0..6), [2, 3, 4, 5], "a week to the millisecond is kept");
    ledger.expire_deliveries(Timestamp::from_millis(1004 + DELIVERY_AGE_MS_MAX)).unwrap();
    assert_eq!(kept(&ledger, 0..6), [4, 5]);
    ledger.expire_deliveries(Timestamp::from_millis(i64::MIN)).unwrap();
    assert_eq!(kept(&ledger, 0..6), [4, 5], "a clock that goes back drops nothing");
    let (counted, there) = totals(&path);
    assert_eq!(counted, there);
}

#[test]
fn a_time_far_ahead_keeps_nothing_for_ever() {
    let (_dir, path) = place();
    let mut ledger = create(&path);
    narrow(&path);
    for number in 0..30 {
        ledger.put_delivery(payment(number), &delivery(i64::MAX, KIB)).unwrap();
    }
    for number in 30..80 {
        ledger.put_delivery(payment(number), &delivery(1000, KIB)).unwrap();
    }
    assert_eq!(kept(&ledger, 0..80), (30..80).collect::<Vec<_>>());
}

#[test]
fn they_are_no_part_of_the_log_and_the_same_calls_leave_the_same() {
    let run = || {
        let (dir, path) = place();
        let mut ledger = filled(&path, 5);
        narrow(&path);
        for number in 0..90 {
            let size = usize::try_from(number * 37 % 1500).unwrap();
            ledger.put_delivery(payment(number % 70), &delivery(1000, size)).unwrap();
        }
        assert_eq!(replayed(&ledger), entries(0..5));
        (kept(&ledger, 0..90), ledger.root(), dir)
    };
    let (first, second) = (run(), run());
    assert_eq!((first.0, first.1), (second.0, second.1));
}

#[test]
fn a_put_while_another_writes_fails_and_leaves_what_was() {
    let (_dir, path) = place();
    let mut ledger = create(&path);
    ledger.put_delivery(payment(1), &delivery(1000, 10)).unwrap();
    let other = database(&path);
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(ledger.put_delivery(payment(1), &delivery(1000, 20)).is_err());
    assert!(ledger.expire_deliveries(Timestamp::from_millis(i64::MAX)).is_err());
    drop(other);
    assert_eq!(ledger.get_delivery(payment(1)).unwrap().unwrap().body.len(), 10);
}
