//! The index for queries: it lags, it is made anew when it must be, and it never lies.

use crate::support::*;
use proptest::prelude::*;
use purser_domain::{Entry, Event, PaymentId};
use purser_ledger::{Damage, EntryFilter, Ledger, LedgerError, LedgerReader};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

fn index_of(path: &Path) -> PathBuf {
    path.with_extension("db.index")
}

/// The entries of the first payment and those of its agent.
fn asked(reader: &LedgerReader) -> (Vec<u64>, usize) {
    let seqs = |entries: Vec<Entry>| entries.iter().map(|entry| entry.seq).collect::<Vec<_>>();
    let filter = EntryFilter { agent: Some(AGENT), ..EntryFilter::default() };
    let of_agent = reader.recent(usize::MAX, None, &filter).unwrap().len();
    (seqs(reader.payment_history(payment(0)).unwrap()), of_agent)
}

#[test]
fn it_is_made_when_it_is_first_needed_and_follows_the_log() {
    let (_dir, path) = place();
    let mut ledger = filled(&path, 40);
    let reader = ledger.reader().unwrap();
    assert_eq!(reader.recent(3, None, &EntryFilter::default()).unwrap().len(), 3);
    assert!(!index_of(&path).exists(), "nobody asked what needs it");
    assert_eq!(asked(&reader), (vec![0, 2], 20));
    ledger.append(&entries(40..80)).unwrap();
    assert_eq!(asked(&reader), (vec![0, 2], 40));
    // Another one shares it, and each sees what the other did.
    let other = ledger.reader().unwrap();
    ledger.append(&entries(80..120)).unwrap();
    assert_eq!(asked(&other), (vec![0, 2], 60));
    assert_eq!(asked(&reader), (vec![0, 2], 60));
    assert_eq!(asked(&ledger.reader().unwrap()), (vec![0, 2], 60));
}

#[test]
fn it_can_be_brought_up_to_date_ahead_in_steps() {
    let (_dir, path) = place();
    let ledger = filled(&path, 50);
    let reader = ledger.reader().unwrap();
    let covered = || {
        let sql = "SELECT seq FROM covered";
        database(&index_of(&path)).query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    for (done, seq) in [(false, 20), (false, 40), (true, 50), (true, 50)] {
        assert_eq!((reader.index(20).unwrap(), covered()), (done, seq));
    }
    assert_eq!(asked(&reader), (vec![0, 2], 25));
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_it_and_nothing_in_it_is_plain() {
    use std::os::unix::fs::PermissionsExt as _;
    let (dir, path) = place();
    let reader = filled(&path, 40).reader().unwrap();
    asked(&reader);
    let mut found = 0;
    for item in std::fs::read_dir(dir.path()).unwrap() {
        let item = item.unwrap();
        if item.file_name().to_str().unwrap().contains("index") {
            assert_eq!(item.metadata().unwrap().permissions().mode() & 0o777, 0o600);
            let mut bytes = Vec::new();
            std::fs::File::open(item.path()).unwrap().read_to_end(&mut bytes).unwrap();
            assert!(!bytes.windows(14).any(|part| part == b"spend_reserved"));
            found += 1;
        }
    }
    assert!(found >= 2);
}

#[test]
fn one_that_is_damaged_or_foreign_is_made_anew() {
    let (_dir, path) = place();
    let ledger = filled(&path, 400);
    let index = index_of(&path);
    let expected = (vec![0, 2], 200);
    let overwrite = |start: u64| {
        let mut file = std::fs::OpenOptions::new().write(true).open(&index).unwrap();
        file.seek(SeekFrom::Start(start)).unwrap();
        file.write_all(&vec![0xa5; 30_000]).unwrap();
    };
    let edit = |sql: &str| database(&index).execute_batch(sql).unwrap();
    let damages: [(&str, &dyn Fn()); 9] = [
        ("the header", &|| overwrite(0)),
        ("the pages", &|| overwrite(4096)),
        ("no database", &|| drop(std::fs::File::create(&index).unwrap().write_all(b"x"))),
        ("empty", &|| drop(std::fs::File::create(&index).unwrap())),
        ("another format", &|| edit("PRAGMA user_version = 2")),
        ("another file", &|| edit("PRAGMA application_id = 7")),
        ("more than the log", &|| edit("UPDATE covered SET seq = 3000")),
        ("another log", &|| edit("UPDATE covered SET seq = 1, frontier = zeroblob(32)")),
        ("no place", &|| edit("DELETE FROM covered")),
    ];
    for (what, damage) in damages {
        assert_eq!(asked(&ledger.reader().unwrap()), expected);
        // Closed, so that all of it is in the file.
        edit("PRAGMA wal_checkpoint(TRUNCATE)");
        damage();
        assert_eq!(asked(&ledger.reader().unwrap()), expected, "{what}");
    }
}

#[test]
fn one_that_is_damaged_while_it_is_open_is_made_anew() {
    let (_dir, path) = place();
    let mut ledger = filled(&path, 4000);
    let reader = ledger.reader().unwrap();
    let expected = asked(&reader);
    let index = index_of(&path);
    drop(ledger.reader().unwrap());
    database(&index).execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let reader = ledger.reader().unwrap();
    assert!(reader.index(1).unwrap(), "open, and little of it read");
    let len = std::fs::metadata(&index).unwrap().len();
    let mut file = std::fs::OpenOptions::new().write(true).open(&index).unwrap();
    file.seek(SeekFrom::Start(4096)).unwrap();
    file.write_all(&vec![0xa5; usize::try_from(len - 4096).unwrap()]).unwrap();
    ledger.append(&entries(4000..4001)).unwrap();
    assert_eq!(asked(&reader), (expected.0, expected.1 + 1));
}

#[test]
fn rows_that_do_not_follow_from_the_log_are_told() {
    let (_dir, path) = place();
    let ledger = filled(&path, 40);
    let index = index_of(&path);
    let checked = |edit: &str| {
        assert_eq!(asked(&ledger.reader().unwrap()), (vec![0, 2], 20));
        database(&index).execute_batch(edit).unwrap();
        // Opened anew it is believed, since it is of this log.
        let faults = ledger.reader().unwrap().check_index().unwrap();
        std::fs::remove_file(&index).unwrap();
        faults.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(checked(""), [""; 0]);
    let lacks = |by: &str| vec![format!("the index by {by} lacks entry 2")];
    assert_eq!(checked("DELETE FROM by_payment WHERE seq = 2"), lacks("payment"));
    assert_eq!(checked("DELETE FROM by_agent WHERE seq = 2"), lacks("agent"));
    assert_eq!(checked("DELETE FROM by_kind WHERE seq = 2"), lacks("kind"));
    assert_eq!(
        checked("INSERT INTO by_agent SELECT agent, 3 FROM by_agent WHERE seq = 2"),
        ["the index by agent has, wrongly, entry 3"]
    );
    assert_eq!(
        checked("UPDATE by_payment SET agent = agent + 1 WHERE seq = 2"),
        ["the index by payment has, wrongly, entry 2", "the index by payment lacks entry 2"]
    );
    // At the end of a table as in its middle.
    let last = "DELETE FROM by_kind WHERE (kind, seq) IN \
        (SELECT b.kind, b.seq FROM by_kind b JOIN kinds k ON k.id = b.kind \
         ORDER BY k.kind DESC, b.seq DESC LIMIT 1)";
    assert_eq!(checked(last), ["the index by kind lacks entry 39"]);
    drop(ledger);
    // Of many it tells some.
    let (_dir, path) = place();
    let ledger = filled(&path, 400);
    asked(&ledger.reader().unwrap());
    database(&index_of(&path)).execute_batch("DELETE FROM by_kind").unwrap();
    assert_eq!(ledger.reader().unwrap().check_index().unwrap().len(), 100);
}

#[test]
fn a_log_that_was_put_back_gets_another_index() {
    let (_dir, path) = place();
    drop(filled(&path, 40));
    let backup = path.with_extension("backup");
    std::fs::copy(&path, &backup).unwrap();
    let mut ledger = open(&path).unwrap();
    ledger.append(&[Entry { seq: 40, event: reserved(0, AGENT, "again"), ..entry(39) }]).unwrap();
    assert_eq!(asked(&ledger.reader().unwrap()), (vec![0, 2, 40], 21));
    drop(ledger);
    std::fs::copy(&backup, &path).unwrap();
    let mut ledger = open(&path).unwrap();
    assert_eq!(asked(&ledger.reader().unwrap()), (vec![0, 2], 20));
    ledger.append(&entries(40..44)).unwrap();
    assert_eq!(asked(&ledger.reader().unwrap()), (vec![0, 2], 22));
}

#[test]
fn a_place_where_it_can_not_be_says_so_and_other_queries_go_on() {
    let (_dir, path) = place();
    let ledger = filled(&path, 40);
    std::fs::create_dir(index_of(&path)).unwrap();
    let reader = ledger.reader().unwrap();
    let error = reader.payment_history(payment(0)).unwrap_err();
    assert!(error.to_string().contains("ledger.db.index"), "{error}");
    let filter = EntryFilter { text: Some("shop".to_owned()), ..EntryFilter::default() };
    assert_eq!(reader.entries(&filter, None, 100).unwrap().entries.len(), 10);
    std::fs::remove_dir(index_of(&path)).unwrap();
    assert_eq!(asked(&reader).0, [0, 2]);
}

#[test]
fn a_hole_in_the_log_is_named_and_not_indexed_over() {
    for seq in [17, 300, 399] {
        let (_dir, path) = place();
        let ledger = filled(&path, 400);
        let sql = format!("DROP TRIGGER entries_never_go; DELETE FROM entries WHERE seq = {seq}");
        database(&path).execute_batch(&sql).unwrap();
        let error = ledger.reader().unwrap().payment_history(payment(0)).unwrap_err();
        let LedgerError::Damaged { seq: found, damage } = error else { panic!("{error}") };
        assert_eq!((found, damage), (seq, Damage::Missing));
    }
}

/// Payments that are reserved, called off together or alone, by several agents.
fn course(steps: &[(u8, u8)]) -> Vec<Entry> {
    let agent = |n: u8| purser_domain::AgentId::from_random(u128::from(n % 3));
    let canceled = |n: u8| -> Vec<PaymentId> {
        (0..n % 4).map(|i| payment(u64::from(n.wrapping_mul(7).wrapping_add(i) % 8))).collect()
    };
    let event = |(what, n): (u8, u8)| match what % 6 {
        0 | 1 => reserved(u64::from(n % 8), agent(n % 8), "why"),
        2 => Event::WalletFrozen { canceled: canceled(n) },
        3 => Event::AgentPaused { agent: agent(n), canceled: canceled(n) },
        4 => Event::PaymentStopped {
            payment: payment(u64::from(n % 8)),
            stop: purser_domain::PaymentStop::Expired,
        },
        _ => Event::WalletUnfrozen,
    };
    (0..).zip(steps).map(|(seq, step)| Entry { seq, event: event(*step), ..entry(0) }).collect()
}

fn payments_of(entry: &Entry) -> Vec<PaymentId> {
    match &entry.event {
        Event::WalletFrozen { canceled } | Event::AgentPaused { canceled, .. } => canceled.clone(),
        event => event.payment().into_iter().collect(),
    }
}

fn fill(ledger: &mut Ledger, entries: &[Entry], steps: &[usize], reader: &LedgerReader) {
    let mut rest = entries;
    for step in steps {
        let (now, later) = rest.split_at((*step).min(rest.len()));
        ledger.append(now).unwrap();
        reader.index(u64::MAX).unwrap();
        rest = later;
    }
    ledger.append(rest).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn however_it_came_about_it_says_what_the_entries_say(
        steps in proptest::collection::vec(any::<(u8, u8)>(), 1..60),
        batches in proptest::collection::vec(1usize..20, 0..5),
    ) {
        let (_dir, path) = place();
        let all = course(&steps);
        let mut ledger = create(&path);
        let reader = ledger.reader().unwrap();
        fill(&mut ledger, &all, &batches, &reader);
        for n in 0..8 {
            let id = payment(n);
            let about = |entry: &&Entry| payments_of(entry).contains(&id);
            let expected: Vec<Entry> = all.iter().filter(about).cloned().collect();
            prop_assert_eq!(reader.payment_history(id).unwrap(), expected);
        }
        // An agent's are those that name it, and all of payments that it asked for before.
        for n in 0..3u8 {
            let agent = purser_domain::AgentId::from_random(u128::from(n));
            let mut own = std::collections::BTreeSet::new();
            let mut expected = Vec::new();
            for entry in &all {
                let named = match &entry.event {
                    Event::SpendReserved { reservation } => {
                        let request = &reservation.request;
                        if request.agent == agent { own.insert(request.payment); }
                        request.agent == agent
                    }
                    Event::AgentPaused { agent: paused, .. } => *paused == agent,
                    _ => false,
                };
                if named || payments_of(entry).iter().any(|payment| own.contains(payment)) {
                    expected.push(entry.seq);
                }
            }
            let filter = EntryFilter { agent: Some(agent), ..EntryFilter::default() };
            let mut found = reader.recent(usize::MAX, None, &filter).unwrap();
            found.reverse();
            prop_assert_eq!(found.iter().map(|e| e.seq).collect::<Vec<_>>(), expected);
        }
    }
}
