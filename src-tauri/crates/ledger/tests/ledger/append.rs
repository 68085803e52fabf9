//! Appending, opening again, replaying.

use crate::support::*;
use proptest::prelude::*;
use purser_domain::Timestamp;
use purser_ledger::{
    Frontier, Ledger, LedgerError, VerifierKey, leaf_hash, verify_consistency, verify_ledger,
};

#[test]
fn a_new_log_is_empty_and_signed() {
    let (_dir, path) = place();
    let ledger = create(&path);
    assert!(ledger.is_empty());
    assert_eq!(ledger.origin(), ORIGIN);
    let start = format!("{ORIGIN}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n");
    assert!(ledger.checkpoint().starts_with(&start), "{}", ledger.checkpoint());
    assert_eq!(VerifierKey::parse(&ledger.vkey()).unwrap().name(), ORIGIN);
    verify_ledger(&ledger, &mut no_visit).unwrap();
}

#[test]
fn what_was_appended_is_there_after_opening_again() {
    let (_dir, path) = place();
    let mut ledger = create(&path);
    ledger.append(&[]).unwrap();
    ledger.append(&entries(0..1)).unwrap();
    ledger.append(&entries(1..200)).unwrap();
    let checkpoint = ledger.checkpoint().to_owned();
    drop(ledger);
    let mut ledger = open(&path).unwrap();
    assert_eq!((ledger.len(), ledger.checkpoint()), (200, checkpoint.as_str()));
    assert_eq!(replayed(&ledger), entries(0..200));
    ledger.append(&entries(200..201)).unwrap();
    let report = verify_ledger(&ledger, &mut no_visit).unwrap();
    assert_eq!((report.size, report.trusted), (201, true));
    let report = verify_ledger(&ledger.reader().unwrap(), &mut no_visit).unwrap();
    assert_eq!((report.size, report.trusted), (201, true), "a reader knows the key, too");
}

#[test]
fn the_root_is_that_of_the_canonical_bytes() {
    let (_dir, path) = place();
    let ledger = filled(&path, 5);
    let mut frontier = Frontier::new();
    for entry in entries(0..5) {
        frontier.push(leaf_hash(&purser_domain::canonical_json(&entry).unwrap()));
    }
    assert_eq!(ledger.root(), frontier.root());
}

#[test]
fn replay_starts_where_it_is_told_and_stops_when_told() {
    let (_dir, path) = place();
    let ledger = filled(&path, 20);
    let mut seen = Vec::new();
    let stopped = ledger.replay::<LedgerError>(17, &mut |entry| {
        seen.push(entry.seq);
        if entry.seq == 18 { Err(LedgerError::OtherKey) } else { Ok(()) }
    });
    assert!(matches!(stopped, Err(LedgerError::OtherKey)));
    assert_eq!(seen, [17, 18]);
}

#[test]
fn entries_out_of_order_are_refused_and_leave_no_trace() {
    let (_dir, path) = place();
    let mut ledger = filled(&path, 3);
    let checkpoint = ledger.checkpoint().to_owned();
    let gap = ledger.append(&[entry(3), entry(5)]);
    assert!(matches!(gap, Err(LedgerError::Sequence { expected: 4, found: 5 })), "{gap:?}");
    let again = ledger.append(&[entry(2)]);
    assert!(matches!(again, Err(LedgerError::Sequence { expected: 3, found: 2 })), "{again:?}");
    let mut early = entry(3);
    early.at_ms = Timestamp::from_millis(1);
    let early = ledger.append(&[early]);
    assert!(matches!(early, Err(LedgerError::Time { seq: 3 })), "{early:?}");
    assert_eq!((ledger.len(), ledger.checkpoint()), (3, checkpoint.as_str()));
    ledger.append(&entries(3..4)).unwrap();
    verify_ledger(&ledger, &mut no_visit).unwrap();
}

#[test]
fn the_time_of_the_last_entry_holds_after_opening_again() {
    let (_dir, path) = place();
    drop(filled(&path, 3));
    let mut early = entry(3);
    early.at_ms = Timestamp::from_millis(1);
    let early = open(&path).unwrap().append(&[early]);
    assert!(matches!(early, Err(LedgerError::Time { seq: 3 })), "{early:?}");
}

#[test]
fn a_log_is_not_made_over_another_nor_opened_from_nothing() {
    let (_dir, path) = place();
    assert!(matches!(open(&path), Err(LedgerError::Missing { .. })));
    drop(create(&path));
    let again = Ledger::create(&path, &KEY, ORIGIN, signer(1)).map(|_| ());
    assert!(matches!(again, Err(LedgerError::Exists { .. })), "{again:?}");
    let named = Ledger::create(&path, &KEY, "two words", signer(1)).map(|_| ());
    assert!(matches!(named, Err(LedgerError::Origin { .. })), "{named:?}");
}

#[test]
fn a_creation_that_was_cut_off_does_not_stand_in_the_way() {
    let (dir, path) = place();
    std::fs::File::create(dir.path().join("ledger.db.new")).unwrap();
    assert!(matches!(open(&path), Err(LedgerError::Missing { .. })));
    assert!(create(&path).is_empty());
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt as _;
    let (dir, path) = place();
    let _ledger = filled(&path, 3);
    let mut names = Vec::new();
    for item in std::fs::read_dir(dir.path()).unwrap() {
        let item = item.unwrap();
        let mode = item.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", item.file_name());
        names.push(item.file_name());
    }
    names.sort();
    assert_eq!(names, ["ledger.db", "ledger.db-shm", "ledger.db-wal", "ledger.db.lock"]);
}

#[test]
fn nothing_on_the_disk_is_readable() {
    let (dir, path) = place();
    let _ledger = filled(&path, 40);
    for item in std::fs::read_dir(dir.path()).unwrap() {
        let bytes = std::fs::read(item.unwrap().path()).unwrap();
        for word in ["SQLite format", "shop.example", ORIGIN] {
            let found = bytes.windows(word.len()).any(|part| part == word.as_bytes());
            assert!(!found, "{word}");
        }
    }
}

#[test]
fn an_earlier_checkpoint_is_shown_to_be_a_prefix() {
    let (_dir, path) = place();
    let mut ledger = create(&path);
    let mut roots = vec![ledger.root()];
    for seq in 0..20 {
        ledger.append(&[entry(seq)]).unwrap();
        roots.push(ledger.root());
    }
    for (old, root) in (0u64..).zip(&roots) {
        let proof = purser_ledger::prove_consistency(&ledger, old, 20).unwrap();
        assert!(verify_consistency((old, root), (20, &roots[20]), &proof), "{old}");
    }
    assert!(purser_ledger::prove_consistency(&ledger, 3, 21).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn batches_of_any_size_give_the_root_of_one_batch(
        sizes in proptest::collection::vec(1u64..40, 1..12),
    ) {
        let (_dir, path) = place();
        let mut ledger = create(&path);
        for size in sizes {
            ledger.append(&entries(ledger.len()..ledger.len() + size)).unwrap();
        }
        let (_other_dir, other_path) = place();
        let once = filled(&other_path, ledger.len());
        prop_assert_eq!(ledger.root(), once.root());
        prop_assert_eq!(ledger.checkpoint(), once.checkpoint());
        drop(ledger);
        prop_assert_eq!(open(&path).unwrap().root(), once.root());
    }
}

#[test]
fn the_name_of_a_log_has_255_bytes_at_most() {
    let of = |bytes: usize| {
        let (_dir, path) = place();
        Ledger::create(&path, &KEY, &"o".repeat(bytes), signer(1)).map(|_| ())
    };
    of(255).unwrap();
    for bytes in [0, 256, 300] {
        assert!(matches!(of(bytes), Err(LedgerError::Origin { .. })), "{bytes}");
    }
}
