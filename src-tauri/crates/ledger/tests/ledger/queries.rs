//! The window's queries.

use crate::support::*;
use purser_domain::{AgentId, Entry};
use purser_ledger::{EntryFilter, LedgerError, LedgerReader};

fn numbers(entries: &[Entry]) -> Vec<u64> {
    entries.iter().map(|entry| entry.seq).collect()
}

fn recent(reader: &LedgerReader, filter: &EntryFilter) -> Vec<u64> {
    numbers(&reader.recent(100, None, filter).unwrap())
}

#[test]
fn the_latest_come_first_and_page_by_page() {
    let (_dir, path) = place();
    let reader = filled(&path, 10).reader().unwrap();
    let all = EntryFilter::default();
    assert_eq!(numbers(&reader.recent(3, None, &all).unwrap()), [9, 8, 7]);
    assert_eq!(numbers(&reader.recent(3, Some(7), &all).unwrap()), [6, 5, 4]);
    assert_eq!(numbers(&reader.recent(3, Some(1), &all).unwrap()), [0]);
    assert_eq!(numbers(&reader.recent(0, None, &all).unwrap()), [0; 0]);
}

#[test]
fn filters_by_agent_payment_kind_and_text() {
    let (_dir, path) = place();
    let reader = filled(&path, 12).reader().unwrap();
    let by = |filter: EntryFilter| recent(&reader, &filter);
    let all = EntryFilter::default;

    // The end of a payment belongs to the agent that asked for it.
    assert_eq!(by(EntryFilter { agent: Some(AGENT), ..all() }), [10, 8, 6, 4, 2, 0]);
    let other = Some(AgentId::from_random(0xb));
    assert_eq!(by(EntryFilter { agent: other, ..all() }), [9, 5, 1]);
    assert_eq!(by(EntryFilter { agent: Some(AgentId::from_random(9)), ..all() }), [0; 0]);
    assert_eq!(by(EntryFilter { payment: Some(payment(4)), ..all() }), [6, 4]);

    let kinds = vec!["wallet_unfrozen".to_owned(), "payment_stopped".to_owned()];
    assert_eq!(by(EntryFilter { kinds: kinds.clone(), ..all() }), [11, 10, 7, 6, 3, 2]);
    assert_eq!(by(EntryFilter { kinds, agent: Some(AGENT), ..all() }), [10, 6, 2]);
    assert_eq!(by(EntryFilter { kinds: vec!["' OR 1=1".to_owned()], ..all() }), [0; 0]);
}

#[test]
fn text_is_found_in_values_whatever_the_case_but_not_in_field_names() {
    let (_dir, path) = place();
    let reader = filled(&path, 8).reader().unwrap();
    for (text, found) in [
        ("", vec![7, 6, 5, 4, 3, 2, 1, 0]),
        ("SHOP.example", vec![4, 0]),
        ("grÖSSe", vec![]),
        ("größE", vec![4, 0]),
        ("\"quoted\"", vec![4, 0]),
        ("quoted\"", vec![4, 0]),
        ("no json</B>\u{202e}", vec![5, 1]),
        ("idempotency", vec![]),
        ("%", vec![]),
    ] {
        let filter = EntryFilter { text: Some(text.to_owned()), ..EntryFilter::default() };
        assert_eq!(recent(&reader, &filter), found, "{text}");
    }
}

#[test]
fn a_payment_is_told_in_order() {
    let (_dir, path) = place();
    let reader = filled(&path, 12).reader().unwrap();
    assert_eq!(numbers(&reader.payment_history(payment(8)).unwrap()), [8, 10]);
    assert_eq!(reader.payment_history(payment(1)).unwrap(), []);
}

#[test]
fn a_reader_in_the_middle_of_reading_holds_no_writer_up() {
    let (_dir, path) = place();
    let mut ledger = filled(&path, 600);
    let reader = ledger.reader().unwrap();
    let mut seen = 0;
    let read = reader.replay::<LedgerError>(0, &mut |entry| {
        if entry.seq == 300 {
            ledger.append(&entries(600..700))?;
        }
        seen += 1;
        Ok(())
    });
    read.unwrap();
    assert_eq!((seen, ledger.len()), (600, 700), "a reader sees the log as it began");
    assert_eq!(reader.size().unwrap(), 700);
    assert_eq!(reader.checkpoint().unwrap(), ledger.checkpoint());
}

#[test]
fn a_reader_can_move_to_another_thread_and_can_not_write() {
    let (_dir, path) = place();
    let ledger = filled(&path, 5);
    let reader = ledger.reader().unwrap();
    let found = std::thread::spawn(move || recent(&reader, &EntryFilter::default()));
    assert_eq!(found.join().unwrap(), [4, 3, 2, 1, 0]);
    assert!(LedgerReader::open(&path, &[8; 32]).is_err());
}
