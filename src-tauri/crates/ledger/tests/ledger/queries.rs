//! The window's queries.

use crate::support::*;
use proptest::prelude::*;
use purser_domain::{AgentId, Entry, Event, Timestamp};
use purser_ledger::{Cursor, EntryFilter, LOOKED_AT_MAX, LedgerError, LedgerReader};

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
fn text_is_found_in_each_of_several_values() {
    let (_dir, path) = place();
    let mut ledger = create(&path);
    let mut asked = reserved(0, AGENT, "why");
    let purser_domain::Event::SpendReserved { reservation } = &mut asked else { panic!() };
    reservation.rules = vec!["tier_autonomous".to_owned(), "night_owl".to_owned()];
    ledger.append(&[Entry { event: asked, ..entry(0) }]).unwrap();
    let found = |text: &str| {
        let filter = EntryFilter { text: Some(text.to_owned()), ..EntryFilter::default() };
        recent(&ledger.reader().unwrap(), &filter).len()
    };
    assert_eq!((found("Night_Owl"), found("day_owl")), (1, 0));
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

/// All pages of a filter, with `limit` entries each, put together.
fn paged(reader: &LedgerReader, filter: &EntryFilter, limit: usize) -> Vec<u64> {
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let page = reader.entries(filter, cursor, limit).unwrap();
        assert!(page.entries.len() <= limit);
        found.extend(numbers(&page.entries));
        // As a page would carry it to the window and back.
        cursor = page.next.map(|next| next.to_string().parse().unwrap());
        if cursor.is_none() {
            return found;
        }
        assert!(!page.entries.is_empty(), "short logs give full pages");
    }
}

/// What a filter wants, the slow way.
fn wanted(filter: &EntryFilter, size: u64) -> Vec<u64> {
    let agent_of = |seq: u64| match seq & 3 {
        0 | 2 => Some(AGENT),
        1 => Some(AgentId::from_random(0xb)),
        _ => None,
    };
    let fits = |entry: &Entry| {
        let text = filter.text.as_ref().is_none_or(|text| {
            serde_json::to_string(&entry.event).unwrap().to_lowercase().contains(text.as_str())
        });
        let (since, until) = (filter.since, filter.until);
        text && filter.agent.is_none_or(|agent| agent_of(entry.seq) == Some(agent))
            && filter.payment.is_none_or(|payment| entry.event.payment() == Some(payment))
            && (filter.kinds.is_empty() || filter.kinds.iter().any(|k| k == entry.event.kind()))
            && since.is_none_or(|since| entry.at_ms >= since)
            && until.is_none_or(|until| entry.at_ms < until)
            && filter.seqs.as_ref().is_none_or(|seqs| seqs.contains(&entry.seq))
    };
    let all = entries(0..size).into_iter().rev();
    all.filter(fits).map(|entry| entry.seq).collect()
}

#[test]
fn filters_by_time_and_by_place() {
    let (_dir, path) = place();
    let reader = filled(&path, 12).reader().unwrap();
    let by = |filter: EntryFilter| paged(&reader, &filter, 5);
    let all = EntryFilter::default;
    let time = |seq: u64| Some(entry(seq).at_ms);
    // Two entries share each time.
    assert_eq!(by(EntryFilter { since: time(9), ..all() }), [11, 10, 9, 8]);
    assert_eq!(by(EntryFilter { until: time(3), ..all() }), [1, 0]);
    assert_eq!(by(EntryFilter { since: time(4), until: time(6), ..all() }), [5, 4]);
    assert_eq!(by(EntryFilter { since: time(6), until: time(4), ..all() }), [0; 0]);
    let ages = |ms| Some(Timestamp::from_millis(ms));
    assert_eq!(by(EntryFilter { since: ages(i64::MAX), ..all() }), [0; 0]);
    assert_eq!(by(EntryFilter { until: ages(i64::MIN), ..all() }), [0; 0]);
    assert_eq!(by(EntryFilter { since: ages(0), until: ages(i64::MAX), ..all() }).len(), 12);
    assert_eq!(by(EntryFilter { seqs: Some(3..6), ..all() }), [5, 4, 3]);
    assert_eq!(by(EntryFilter { seqs: Some(10..u64::MAX), ..all() }), [11, 10]);
    assert_eq!(by(EntryFilter { seqs: Some(20..30), ..all() }), [0; 0]);
    let empty = filled(&path.with_extension("other"), 0).reader().unwrap();
    assert_eq!(paged(&empty, &EntryFilter { since: ages(0), ..all() }, 5), [0; 0]);
}

#[test]
fn a_cursor_stays_good_while_the_log_grows() {
    let (_dir, path) = place();
    let mut ledger = filled(&path, 10);
    let reader = ledger.reader().unwrap();
    let all = EntryFilter::default();
    let first = reader.entries(&all, None, 4).unwrap();
    assert_eq!(numbers(&first.entries), [9, 8, 7, 6]);
    ledger.append(&entries(10..20)).unwrap();
    let second = reader.entries(&all, first.next, 4).unwrap();
    assert_eq!(numbers(&second.entries), [5, 4, 3, 2]);
    let third = reader.entries(&all, second.next, 4).unwrap();
    assert_eq!((numbers(&third.entries), third.next), (vec![1, 0], None));
    let exact = reader.entries(&all, Some(Cursor::before(4)), 4).unwrap();
    assert_eq!((numbers(&exact.entries), exact.next), (vec![3, 2, 1, 0], None));
}

#[test]
fn the_entry_that_called_a_payment_off_with_others_belongs_to_it() {
    let (_dir, path) = place();
    let mut ledger = filled(&path, 0);
    let frozen = |canceled| Event::WalletFrozen { canceled };
    let events = [
        frozen(vec![]),
        reserved(1, AGENT, "one"),
        reserved(2, AGENT, "two"),
        reserved(3, AGENT, "three"),
        frozen(vec![payment(1), payment(3)]),
        Event::AgentPaused { agent: AGENT, canceled: vec![payment(2)] },
    ];
    let at_ms = Timestamp::from_millis(5);
    let entries: Vec<Entry> =
        (0..).zip(events).map(|(seq, event)| Entry { seq, at_ms, clock_ms: None, event }).collect();
    ledger.append(&entries).unwrap();
    let reader = ledger.reader().unwrap();
    let history = |n| numbers(&reader.payment_history(payment(n)).unwrap());
    assert_eq!(history(1), [1, 4]);
    assert_eq!(history(2), [2, 5]);
    assert_eq!(history(3), [3, 4]);
    let all = EntryFilter::default;
    let filter = EntryFilter { payment: Some(payment(1)), ..all() };
    assert_eq!(paged(&reader, &filter, 1), [4, 1]);
    assert_eq!(paged(&reader, &EntryFilter { agent: Some(AGENT), ..all() }, 2), [5, 4, 3, 2, 1]);
}

#[test]
fn a_search_looks_at_a_bounded_number_and_then_gives_what_it_has() {
    let (_dir, path) = place();
    let size = u64::try_from(LOOKED_AT_MAX).unwrap() + 10;
    let mut ledger = create(&path);
    let plain = |seq| Entry { seq, event: Event::WalletUnfrozen, ..entry(0) };
    let mut all: Vec<Entry> = (0..size).map(plain).collect();
    all[5].event = reserved(1, AGENT, "needle");
    ledger.append(&all).unwrap();
    let reader = ledger.reader().unwrap();
    let filter = EntryFilter { text: Some("needle".to_owned()), ..EntryFilter::default() };
    let first = reader.entries(&filter, None, 3).unwrap();
    assert_eq!((first.entries.len(), first.next), (0, Some(Cursor::before(10))));
    let second = reader.entries(&filter, first.next, 3).unwrap();
    assert_eq!((numbers(&second.entries), second.next), (vec![5], None));
    // The same by the index.
    let kinds = vec!["wallet_unfrozen".to_owned()];
    let by_kind = EntryFilter { kinds, ..filter.clone() };
    let first = reader.entries(&by_kind, None, 3).unwrap();
    assert_eq!((first.entries.len(), first.next), (0, Some(Cursor::before(10))));
    let second = reader.entries(&by_kind, first.next, 3).unwrap();
    assert_eq!((second.entries.len(), second.next), (0, None));
    assert_eq!(numbers(&reader.recent(3, None, &filter).unwrap()), [5], "this looks at all");
}

#[test]
fn a_frequent_kind_is_found_beside_a_rare_one() {
    let (_dir, path) = place();
    let reader = filled(&path, 12).reader().unwrap();
    let kinds = ["attempt_rejected", "wallet_unfrozen", "wallet_unfrozen", "none"];
    let kinds: Vec<String> = kinds.map(str::to_owned).to_vec();
    let filter = EntryFilter { kinds, ..EntryFilter::default() };
    assert_eq!(paged(&reader, &filter, 2), [11, 9, 7, 5, 3, 1]);
}

fn filters() -> impl Strategy<Value = EntryFilter> {
    let kinds = ["attempt_rejected", "wallet_unfrozen", "payment_stopped", "spend_reserved"];
    let kind = proptest::sample::select(kinds.map(str::to_owned).to_vec());
    let agents = [AGENT, AgentId::from_random(0xb), AgentId::from_random(1)];
    let time = |seq| entry(seq).at_ms;
    (
        proptest::option::weighted(0.4, proptest::sample::select(agents.to_vec())),
        proptest::option::weighted(0.2, (0u64..10).prop_map(|n| payment(n * 4))),
        proptest::collection::vec(kind, 0..3),
        proptest::option::weighted(
            0.3,
            proptest::sample::select(vec!["shop", "größe", "html", "pay_"]),
        ),
        proptest::option::weighted(0.3, (0u64..50).prop_map(time)),
        proptest::option::weighted(0.3, (0u64..50).prop_map(time)),
        proptest::option::weighted(0.3, (0u64..30, 0u64..50).prop_map(|(a, b)| a..b)),
    )
        .prop_map(|(agent, payment, kinds, text, since, until, seqs)| {
            let text = text.map(str::to_owned);
            EntryFilter { agent, payment, kinds, text, since, until, seqs }
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn every_filter_finds_what_a_look_at_each_entry_finds(
        size in 0u64..45, filters in proptest::collection::vec(filters(), 60), limit in 1usize..7,
    ) {
        let (_dir, path) = place();
        let reader = filled(&path, size).reader().unwrap();
        for filter in filters {
            prop_assert_eq!(paged(&reader, &filter, limit), wanted(&filter, size), "{:?}", filter);
        }
    }
}
