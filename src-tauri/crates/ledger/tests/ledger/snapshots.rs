//! Snapshots: kept, found again, and never believed when something is wrong with them.

use crate::support::*;
use purser_ledger::{
    Frontier, Hash, LatestSnapshot, Ledger, LedgerError, LedgerReader, Snapshot, SnapshotFault,
    SnapshotStore, leaf_hash,
};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

const FORMAT: u32 = 7;

fn store(path: &Path) -> (SnapshotStore, PathBuf) {
    let path = path.with_extension("snapshot");
    (SnapshotStore::open(&path, &KEY), path)
}

/// A snapshot of the log's first `seq` entries, larger than one row of its file.
fn snapshot(ledger: &Ledger, seq: u64) -> Snapshot {
    let root = ledger.root_at(seq).unwrap();
    let bytes = (0..600_000u32).map(|i| (i.wrapping_mul(0x9e37_79b9) >> 24) as u8).collect();
    Snapshot { seq, root, format: FORMAT, bytes }
}

fn old(path: &Path) -> PathBuf {
    path.with_extension("snapshot.old")
}

fn only_fault(found: LatestSnapshot, path: &Path) -> SnapshotFault {
    assert_eq!(found.snapshot, None);
    let [ignored] = found.ignored.try_into().unwrap();
    assert_eq!(ignored.path, path);
    assert!(!path.exists(), "it is gone: {}", ignored.fault);
    ignored.fault
}

#[test]
fn without_any_there_is_none_and_nothing_is_said() {
    let (_dir, path) = place();
    let ledger = filled(&path, 3);
    let found = store(&path).0.latest(u64::MAX, &ledger, FORMAT);
    assert!(found.snapshot.is_none() && found.ignored.is_empty());
}

#[test]
fn what_was_saved_is_found_again_and_the_last_two_are_kept() {
    let (dir, path) = place();
    let ledger = filled(&path, 40);
    let (store, file) = store(&path);
    for seq in [0, 17, 40] {
        let saved = snapshot(&ledger, seq);
        store.save(&saved).unwrap();
        let found = store.latest(u64::MAX, &ledger, FORMAT);
        assert_eq!(found.snapshot, Some(saved));
        assert!(found.ignored.is_empty());
    }
    for (most, seq) in [(40, Some(40)), (39, Some(17)), (17, Some(17)), (16, None)] {
        let found = store.latest(most, &ledger, FORMAT);
        assert_eq!(found.snapshot.map(|snapshot| snapshot.seq), seq, "{most}");
        assert!(found.ignored.is_empty(), "what covers more is not at fault");
    }
    std::fs::remove_file(&file).unwrap();
    assert_eq!(store.latest(u64::MAX, &ledger, FORMAT).snapshot.unwrap().seq, 17);
    let names = std::fs::read_dir(dir.path()).unwrap();
    let kept = names
        .filter(|name| name.as_ref().unwrap().file_name().to_str().unwrap().contains("snapshot"));
    assert_eq!(kept.count(), 1, "only the one before is left");
    // Saved again, the earlier one stays.
    store.save(&snapshot(&ledger, 40)).unwrap();
    assert_eq!(store.latest(u64::MAX, &ledger, FORMAT).snapshot.unwrap().seq, 40);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(store.latest(u64::MAX, &ledger, FORMAT).snapshot.unwrap().seq, 17);
}

#[test]
fn what_can_not_take_the_place_of_the_one_before_is_not_saved() {
    let (_dir, path) = place();
    let ledger = filled(&path, 40);
    let (store, file) = store(&path);
    store.save(&snapshot(&ledger, 17)).unwrap();
    std::fs::create_dir(old(&file)).unwrap();
    let error = store.save(&snapshot(&ledger, 40)).unwrap_err();
    assert!(error.to_string().contains("snapshot"), "{error}");
    assert_eq!(store.latest(u64::MAX, &ledger, FORMAT).snapshot.unwrap().seq, 17);
}

#[test]
fn nothing_of_it_is_readable_on_the_disk_and_only_its_owner_can_read_it() {
    let (_dir, path) = place();
    let ledger = filled(&path, 4);
    let (store, file) = store(&path);
    let bytes = b"the budget of the agent".repeat(50);
    store.save(&Snapshot { bytes, ..snapshot(&ledger, 4) }).unwrap();
    let found = std::fs::read(&file).unwrap();
    assert!(!found.windows(10).any(|part| part == b"the budget"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_damaged_file_is_ignored_removed_and_the_one_before_is_taken() {
    let (_dir, path) = place();
    let ledger = filled(&path, 40);
    let (store, file) = store(&path);
    // In the header, in the tables, in the bytes, and cut short.
    for damage in [0u64, 5000, 300_000, u64::MAX] {
        store.save(&snapshot(&ledger, 17)).unwrap();
        store.save(&snapshot(&ledger, 40)).unwrap();
        let mut open = std::fs::OpenOptions::new().write(true).open(&file).unwrap();
        if damage == u64::MAX {
            open.set_len(open.metadata().unwrap().len() / 2).unwrap();
        } else {
            open.seek(SeekFrom::Start(damage)).unwrap();
            open.write_all(b"!").unwrap();
        }
        let found = store.latest(u64::MAX, &ledger, FORMAT);
        assert_eq!(found.snapshot.unwrap().seq, 17, "{damage}");
        assert_eq!(found.ignored.len(), 1);
        assert!(matches!(found.ignored[0].fault, SnapshotFault::Unreadable(_)), "{damage}");
        assert_eq!((&found.ignored[0].path, file.exists()), (&file, false));
    }
}

#[test]
fn both_damaged_are_both_ignored_and_a_new_one_can_be_saved() {
    let (_dir, path) = place();
    let ledger = filled(&path, 40);
    let (store, file) = store(&path);
    for file in [&file, &old(&file)] {
        std::fs::File::create(file).unwrap().write_all(&[b'x'; 9000]).unwrap();
    }
    let found = store.latest(u64::MAX, &ledger, FORMAT);
    assert_eq!((found.snapshot, found.ignored.len()), (None, 2));
    assert!(!file.exists() && !old(&file).exists());
    store.save(&snapshot(&ledger, 40)).unwrap();
    assert!(store.latest(u64::MAX, &ledger, FORMAT).snapshot.is_some());
}

#[test]
fn an_edited_one_is_ignored_whatever_was_edited() {
    let (_dir, path) = place();
    let ledger = filled(&path, 40);
    let (store, file) = store(&path);
    for sql in [
        "UPDATE snapshot SET seq = 39",
        "UPDATE snapshot SET root = zeroblob(32)",
        "UPDATE snapshot SET digest = zeroblob(32)",
        "UPDATE parts SET bytes = zeroblob(length(bytes)) WHERE number = 1",
        "DELETE FROM parts WHERE number = 2",
        "UPDATE parts SET number = 9 WHERE number = 0",
    ] {
        store.save(&snapshot(&ledger, 40)).unwrap();
        database(&file).execute_batch(sql).unwrap();
        let fault = only_fault(store.latest(u64::MAX, &ledger, FORMAT), &file);
        assert!(matches!(fault, SnapshotFault::Damaged), "{sql}: {fault}");
    }
}

#[test]
fn another_format_is_ignored_and_removed() {
    let (_dir, path) = place();
    let ledger = filled(&path, 4);
    let (store, file) = store(&path);
    for format in [FORMAT - 1, FORMAT + 1] {
        store.save(&Snapshot { format, ..snapshot(&ledger, 4) }).unwrap();
        let fault = only_fault(store.latest(u64::MAX, &ledger, FORMAT), &file);
        assert!(matches!(fault, SnapshotFault::Format { found } if found == format), "{fault}");
    }
    store.save(&snapshot(&ledger, 4)).unwrap();
    database(&file).execute_batch("PRAGMA user_version = 2").unwrap();
    let fault = only_fault(store.latest(u64::MAX, &ledger, FORMAT), &file);
    assert!(matches!(fault, SnapshotFault::FileFormat { found: 2 }), "{fault}");
}

#[test]
fn another_key_or_another_kind_of_file_is_ignored_and_removed() {
    let (_dir, path) = place();
    let ledger = filled(&path, 4);
    let (store, file) = store(&path);
    SnapshotStore::open(&file, &[8; 32]).save(&snapshot(&ledger, 4)).unwrap();
    let fault = only_fault(store.latest(u64::MAX, &ledger, FORMAT), &file);
    let SnapshotFault::Unreadable(LedgerError::NotADatabaseOrWrongKey { .. }) = fault else {
        panic!("{fault}");
    };
    // The log itself under that name.
    drop(create(&file));
    let fault = only_fault(store.latest(u64::MAX, &ledger, FORMAT), &file);
    assert!(matches!(fault, SnapshotFault::Unreadable(LedgerError::NotALog { .. })), "{fault}");
    // An empty file, as a full disk leaves one.
    std::fs::File::create(&file).unwrap();
    let fault = only_fault(store.latest(u64::MAX, &ledger, FORMAT), &file);
    assert!(matches!(fault, SnapshotFault::Unreadable(LedgerError::NotALog { .. })), "{fault}");
}

#[test]
fn one_of_another_log_or_of_a_longer_one_is_ignored_and_removed() {
    let (_dir, path) = place();
    let ledger = filled(&path, 40);
    let (store, file) = store(&path);
    let (_other_dir, other_path) = place();
    let mut other = create(&other_path);
    other.append(&entries(0..9)).unwrap();
    let mut differs = entry(9);
    differs.event = purser_domain::Event::WalletUnfrozen;
    other.append(&[differs]).unwrap();
    other.append(&entries(10..50)).unwrap();

    store.save(&snapshot(&other, 10)).unwrap();
    let fault = only_fault(store.latest(u64::MAX, &ledger, FORMAT), &file);
    assert!(matches!(fault, SnapshotFault::OtherLog), "{fault}");
    store.save(&snapshot(&other, 41)).unwrap();
    let fault = only_fault(store.latest(u64::MAX, &ledger, FORMAT), &file);
    assert!(matches!(fault, SnapshotFault::Ahead { seq: 41, size: 40 }), "{fault}");
    // The first nine entries are the same, so this says the same of both.
    store.save(&snapshot(&other, 9)).unwrap();
    assert_eq!(store.latest(u64::MAX, &ledger, FORMAT).snapshot.unwrap().seq, 9);
}

#[test]
fn a_log_that_can_not_be_asked_leaves_the_snapshot_where_it_is() {
    let (_dir, path) = place();
    let ledger = filled(&path, 40);
    let (store, file) = store(&path);
    store.save(&snapshot(&ledger, 20)).unwrap();
    database(&path).execute_batch("DELETE FROM head").unwrap();
    let found = store.latest(u64::MAX, &ledger, FORMAT);
    assert_eq!(found.snapshot, None);
    assert!(matches!(found.ignored[0].fault, SnapshotFault::Log(LedgerError::Head)));
    assert!(file.exists());
}

#[test]
fn a_save_that_fails_leaves_those_before_it() {
    let (dir, path) = place();
    let ledger = filled(&path, 40);
    let (store, file) = store(&path);
    store.save(&snapshot(&ledger, 20)).unwrap();
    // A folder stands where the new one would be written.
    let draft = dir.path().join("ledger.snapshot.new");
    std::fs::create_dir(&draft).unwrap();
    let failed = store.save(&snapshot(&ledger, 40));
    assert!(matches!(failed, Err(LedgerError::Io { .. })), "{failed:?}");
    assert_eq!(store.latest(u64::MAX, &ledger, FORMAT).snapshot.unwrap().seq, 20);
    // What a crash left half written does not stand in the way.
    std::fs::remove_dir(&draft).unwrap();
    std::fs::File::create(&draft).unwrap().write_all(b"half").unwrap();
    store.save(&snapshot(&ledger, 40)).unwrap();
    assert!(file.exists() && !draft.exists());
    assert_eq!(store.latest(u64::MAX, &ledger, FORMAT).snapshot.unwrap().seq, 40);
}

fn roots(ledger: &Ledger, sizes: impl Iterator<Item = u64>) -> Vec<Hash> {
    sizes.map(|size| ledger.root_at(size).unwrap()).collect()
}

/// More than one kept subtree, and some entries after the last.
const SIZE: u64 = 1100;
const UNLOCK: &str = "DROP TRIGGER subtrees_never_change; DROP TRIGGER subtrees_never_go; \
    DROP TRIGGER entries_never_change; DROP TRIGGER entries_never_go;";

#[test]
fn the_root_at_every_size_is_the_one_it_had_then() {
    let (_dir, path) = place();
    let mut ledger = create(&path);
    for size in [1, 255, 2, 254, 1, 300, 287] {
        ledger.append(&entries(ledger.len()..ledger.len() + size)).unwrap();
    }
    assert_eq!(ledger.len(), SIZE);
    let mut frontier = Frontier::new();
    let mut then = vec![frontier.root()];
    for entry in entries(0..SIZE) {
        frontier.push(leaf_hash(&purser_domain::canonical_json(&entry).unwrap()));
        then.push(frontier.root());
    }
    assert_eq!(roots(&ledger, 0..=SIZE), then);
    let sizes = [0, 1, 255, 256, 257, 1024, SIZE];
    let some: Vec<Hash> = sizes.iter().map(|size| then[*size as usize]).collect();
    let reader = ledger.reader().unwrap();
    assert_eq!(sizes.map(|size| reader.root_at(size).unwrap()).to_vec(), some);
    let beyond = ledger.root_at(SIZE + 1);
    assert!(matches!(beyond, Err(LedgerError::NoSuchEntry { seq: SIZE, size: SIZE })));
    // Without what is kept it takes longer and says the same.
    database(&path).execute_batch(&format!("{UNLOCK} DELETE FROM subtrees")).unwrap();
    assert_eq!(roots(&ledger, sizes.into_iter()), some);
    assert_eq!(reader.root_at(300).unwrap(), then[300]);
}

fn replay_from(ledger: &Ledger, from: u64) -> Result<Vec<u64>, LedgerError> {
    let mut seen = Vec::new();
    ledger.replay::<LedgerError>(from, &mut |entry| {
        seen.push(entry.seq);
        Ok(())
    })?;
    Ok(seen)
}

#[test]
fn a_replay_from_anywhere_gives_the_rest_and_is_compared_with_the_head() {
    let (_dir, path) = place();
    let ledger = filled(&path, SIZE);
    for from in [0, 1, 255, 256, 300, 768, 1024, SIZE - 1, SIZE] {
        assert_eq!(replay_from(&ledger, from).unwrap(), (from..SIZE).collect::<Vec<_>>());
    }
    let beyond = replay_from(&ledger, SIZE + 1);
    assert!(matches!(beyond, Err(LedgerError::NoSuchEntry { seq: 1101, size: SIZE })));
}

#[test]
fn what_is_changed_after_a_snapshot_is_found_by_the_replay_from_there() {
    let changed = |seq: u64| {
        let mut entry = entry(seq);
        entry.event = purser_domain::Event::WalletUnfrozen;
        let body = purser_domain::canonical_json(&entry).unwrap();
        let leaf = hex::encode(leaf_hash(&body));
        let body = hex::encode(body);
        format!("UPDATE entries SET body = x'{body}', leaf = x'{leaf}' WHERE seq = {seq}")
    };
    for (sql, found) in [
        // With its hash, right after the snapshot and further on.
        (changed(300), "checkpoint does not fit"),
        (changed(900), "checkpoint does not fit"),
        ("DELETE FROM entries WHERE seq = 700".to_owned(), "at entry 700: it is missing"),
        ("DELETE FROM entries WHERE seq >= 900".to_owned(), "at entry 900: it is missing"),
        ("UPDATE head SET size = 1099".to_owned(), "checkpoint does not fit"),
        // Before it: by its hashes.
        (changed(298), "checkpoint does not fit"),
        ("UPDATE subtrees SET hash = zeroblob(32) WHERE number = 0".to_owned(), "does not fit"),
        ("DELETE FROM entries WHERE seq = 299".to_owned(), "at entry 299: it is missing"),
    ] {
        let (_dir, path) = place();
        let ledger = filled(&path, SIZE);
        database(&path).execute_batch(&format!("{UNLOCK} {sql}")).unwrap();
        let error = replay_from(&ledger, 300).unwrap_err().to_string();
        assert!(error.contains(found), "{sql}: {error}");
    }
}

#[test]
fn a_log_that_was_swapped_under_foot_is_not_replayed() {
    let (_dir, path) = place();
    let ledger = filled(&path, 40);
    let (_other_dir, other_path) = place();
    drop(filled(&other_path, 30));
    let sql = format!("ATTACH '{}' AS other KEY \"x'{}'\"", other_path.display(), hex::encode(KEY));
    let conn = database(&path);
    conn.execute_batch(&sql).unwrap();
    let sql = "DELETE FROM head; INSERT INTO head SELECT * FROM other.head; \
        DROP TRIGGER entries_never_go; DELETE FROM entries WHERE seq >= 30;";
    conn.execute_batch(sql).unwrap();
    let error = replay_from(&ledger, 0).unwrap_err();
    assert!(matches!(error, LedgerError::Head), "a whole other log, but not the one opened");
    let reader = LedgerReader::open(&path, &KEY).unwrap();
    assert_eq!(reader.size().unwrap(), 30);
}
