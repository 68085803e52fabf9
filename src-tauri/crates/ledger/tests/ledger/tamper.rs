//! Someone with the database key changes the log: it is found and named.

use crate::support::*;
use purser_ledger::{
    Checkpoint, Damage, Frontier, Ledger, LedgerError, VerifyError, leaf_hash, verify_ledger,
};
use rusqlite::params;

/// More than are looked at when a log is opened.
const SIZE: u64 = 100;

const UNLOCK: &str = "DROP TRIGGER entries_never_change; DROP TRIGGER entries_never_go;";

/// Changes a log of `SIZE` entries and gives what opening it and verifying it say.
fn after(sql: &str) -> (Result<(), LedgerError>, Option<VerifyError>) {
    let (_dir, path) = place();
    drop(filled(&path, SIZE));
    database(&path).execute_batch(&format!("{UNLOCK} {sql}")).unwrap();
    match open(&path) {
        Ok(ledger) => (Ok(()), verify_ledger(&ledger, &mut no_visit).err()),
        Err(error) => (Err(error), None),
    }
}

fn found_by_verify(sql: &str, seq: u64, damage: Damage) {
    let (opened, verified) = after(sql);
    opened.unwrap_or_else(|error| panic!("{sql}: {error}"));
    match verified {
        Some(VerifyError::Ledger(LedgerError::Damaged { seq: s, damage: d })) => {
            assert_eq!((s, d), (seq, damage), "{sql}");
        }
        other => panic!("{sql}: {other:?}"),
    }
}

fn found_by_open(sql: &str, seq: u64, damage: Damage) {
    match after(sql).0 {
        Err(LedgerError::Damaged { seq: s, damage: d }) => {
            assert_eq!((s, d), (seq, damage), "{sql}");
        }
        other => panic!("{sql}: {other:?}"),
    }
}

#[test]
fn the_log_forbids_changes_to_who_does_not_insist() {
    let (_dir, path) = place();
    drop(filled(&path, 3));
    let conn = database(&path);
    assert!(conn.execute("UPDATE entries SET at_ms = 0", []).is_err());
    assert!(conn.execute("DELETE FROM entries", []).is_err());
}

#[test]
fn a_flipped_byte_is_found_and_named() {
    let flip = |seq| {
        format!(
            "UPDATE entries SET body = CAST(replace(CAST(body AS TEXT), '12.34', '12.35') \
             AS BLOB) WHERE seq = {seq}"
        )
    };
    found_by_verify(&flip(4), 4, Damage::Bytes);
    found_by_open(&flip(96), 96, Damage::Bytes);
}

#[test]
fn a_flipped_byte_is_found_by_replay_and_by_queries_too() {
    let (_dir, path) = place();
    let ledger = filled(&path, SIZE);
    let sql = format!("{UNLOCK} UPDATE entries SET body = zeroblob(9) WHERE seq = 4");
    database(&path).execute_batch(&sql).unwrap();
    let is_named = |error: &LedgerError| {
        matches!(error, LedgerError::Damaged { seq: 4, damage: Damage::Bytes })
    };
    let mut seen = 0;
    let replay = ledger.replay::<LedgerError>(0, &mut |_| {
        seen += 1;
        Ok(())
    });
    assert!(is_named(&replay.unwrap_err()));
    assert_eq!(seen, 4);
    let reader = ledger.reader().unwrap();
    assert!(is_named(&reader.payment_history(payment(4)).unwrap_err()));
    assert!(is_named(&reader.recent(200, None, &Default::default()).unwrap_err()));
    let (dir, _) = place();
    assert!(is_named(&purser_ledger::export(&reader, &dir.path().join("out")).unwrap_err()));
}

#[test]
fn a_changed_entry_with_a_new_hash_does_not_fit_the_checkpoint() {
    for seq in [4, 96] {
        let (_dir, path) = place();
        drop(filled(&path, SIZE));
        let conn = database(&path);
        let mut changed = entry(seq);
        changed.event = reserved(seq, AGENT, "another reason");
        let body = purser_domain::canonical_json(&changed).unwrap();
        conn.execute_batch(UNLOCK).unwrap();
        let sql = "UPDATE entries SET body = ?1, leaf = ?2 WHERE seq = ?3";
        conn.execute(sql, params![body, leaf_hash(&body), seq as i64]).unwrap();
        drop(conn);
        match open(&path) {
            // The last entries lead to the frontier, so opening finds it.
            Err(LedgerError::Head) => assert_eq!(seq, 96),
            Err(error) => panic!("{error}"),
            Ok(ledger) => {
                assert_eq!(seq, 4);
                let verified = verify_ledger(&ledger, &mut no_visit);
                assert!(matches!(verified, Err(VerifyError::Ledger(LedgerError::Head))));
                let replayed = ledger.replay::<LedgerError>(0, &mut |_| Ok(()));
                assert!(matches!(replayed, Err(LedgerError::Head)));
            }
        }
    }
}

#[test]
fn removed_entries_are_found_and_named() {
    found_by_open("DELETE FROM entries WHERE seq = 99", 99, Damage::Missing);
    found_by_open("DELETE FROM entries WHERE seq = 70", 70, Damage::Missing);
    found_by_open("DELETE FROM entries WHERE seq = 0", 0, Damage::Missing);
    found_by_open("DELETE FROM entries", 0, Damage::Missing);
    found_by_verify("DELETE FROM entries WHERE seq = 5", 5, Damage::Missing);
}

#[test]
fn swapped_and_added_entries_are_found_and_named() {
    let swap = "UPDATE entries SET seq = -1 WHERE seq = 5; \
        UPDATE entries SET seq = 5 WHERE seq = 9; UPDATE entries SET seq = 9 WHERE seq = -1";
    found_by_verify(swap, 5, Damage::Place);
    let add = "INSERT INTO entries SELECT 100, at_ms, kind, agent, payment, leaf, body \
        FROM entries WHERE seq = 99";
    found_by_open(add, 100, Damage::Uncovered);
    let before = "INSERT INTO entries SELECT -1, at_ms, kind, agent, payment, leaf, body \
        FROM entries WHERE seq = 0";
    found_by_open(before, 0, Damage::Missing);
}

#[test]
fn columns_that_do_not_follow_from_the_entry_are_found_and_named() {
    for sql in [
        "UPDATE entries SET kind = 'wallet_frozen' WHERE seq = 8",
        "UPDATE entries SET at_ms = 0 WHERE seq = 8",
        "UPDATE entries SET agent = zeroblob(16) WHERE seq = 8",
        "UPDATE entries SET payment = NULL WHERE seq = 8",
    ] {
        found_by_verify(sql, 8, Damage::Columns);
    }
    found_by_verify("UPDATE entries SET agent = zeroblob(16) WHERE seq = 7", 7, Damage::Columns);
}

#[test]
fn an_entry_in_another_form_is_found_and_named() {
    let (_dir, path) = place();
    let ledger = filled(&path, SIZE);
    let conn = database(&path);
    conn.execute_batch(UNLOCK).unwrap();
    let canonical = String::from_utf8(purser_domain::canonical_json(&entry(8)).unwrap()).unwrap();
    for (body, damage) in [
        (canonical.replace("\":", "\": "), Damage::NotCanonical),
        (canonical.replace("\"seq\":8", "\"seq\":8,\"t\":1"), Damage::Form),
        (canonical.replace("\"seq\":8", "\"seq\":8.5"), Damage::Form),
        ("[]".to_owned(), Damage::Form),
    ] {
        let sql = "UPDATE entries SET body = ?1, leaf = ?2 WHERE seq = 8";
        conn.execute(sql, params![body.as_bytes(), leaf_hash(body.as_bytes())]).unwrap();
        match verify_ledger(&ledger, &mut no_visit) {
            Err(VerifyError::Ledger(LedgerError::Damaged { seq: 8, damage: d })) => {
                assert_eq!(d, damage, "{body}");
            }
            other => panic!("{body}: {other:?}"),
        }
    }
}

#[test]
fn an_edited_checkpoint_or_frontier_is_refused() {
    let edit = "UPDATE head SET checkpoint = replace(checkpoint, '100', '101')";
    assert!(matches!(after(edit).0, Err(LedgerError::Checkpoint(_))));
    let other = "UPDATE head SET origin = 'purser.local/2'";
    assert!(matches!(after(other).0, Err(LedgerError::OtherKey)));
    for sql in [
        "UPDATE head SET frontier = zeroblob(96)",
        "UPDATE head SET frontier = x''",
        // The first part is of entries that are not looked at when a log is opened.
        "UPDATE head SET frontier = CAST(zeroblob(32) || substr(frontier, 33) AS BLOB)",
        "UPDATE head SET size = 99",
        "UPDATE head SET size = 84, frontier = zeroblob(96)",
        "DELETE FROM head",
    ] {
        assert!(matches!(after(sql).0, Err(LedgerError::Head)), "{sql}");
    }
}

#[test]
fn another_log_key_is_refused_whoever_signed() {
    let (_dir, path) = place();
    drop(filled(&path, SIZE));
    let other = Ledger::open(&path, &KEY, signer(2)).map(|_| ());
    assert!(matches!(other, Err(LedgerError::OtherKey)), "{other:?}");

    // A whole other log in its place, signed by another key.
    let mut frontier = Frontier::new();
    entries(0..SIZE)
        .iter()
        .for_each(|entry| frontier.push(leaf_hash(&purser_domain::canonical_json(entry).unwrap())));
    let (origin, size, root) = (ORIGIN.to_owned(), SIZE, frontier.root());
    let forged = Checkpoint { origin, size, root }.sign(signer(2).as_ref()).unwrap();
    let sql = "UPDATE head SET checkpoint = ?1";
    database(&path).execute(sql, [forged]).unwrap();
    assert!(matches!(open(&path).map(|_| ()), Err(LedgerError::Checkpoint(_))));
}

#[test]
fn an_append_under_foot_is_refused() {
    let (_dir, path) = place();
    let mut ledger = filled(&path, 3);
    database(&path).execute_batch("UPDATE head SET size = 2").unwrap();
    assert!(matches!(ledger.append(&entries(3..4)), Err(LedgerError::Head)));
    assert_eq!(ledger.len(), 3);
}

#[test]
fn a_replay_that_refuses_an_entry_is_named() {
    let (_dir, path) = place();
    let ledger = filled(&path, 10);
    let refused = verify_ledger(&ledger, &mut |entry| match entry.seq {
        6 => Err("no such payment".to_owned()),
        _ => Ok(()),
    });
    assert!(matches!(refused, Err(VerifyError::Replay { seq: 6, .. })), "{refused:?}");
}

/// While the log is open, nothing looks at its head again until it is verified.
#[test]
fn what_is_taken_from_an_open_log_is_found_when_it_is_verified() {
    let damaged = |sql: &str| {
        let (_dir, path) = place();
        let ledger = filled(&path, SIZE);
        database(&path).execute_batch(&format!("{UNLOCK} {sql}")).unwrap();
        verify_ledger(&ledger, &mut no_visit).unwrap_err()
    };
    let missing = damaged("DELETE FROM entries WHERE seq = 99");
    let gone = LedgerError::Damaged { seq: 99, damage: Damage::Missing };
    assert_eq!(missing.to_string(), VerifyError::Ledger(gone).to_string());
    let frontier = damaged("UPDATE head SET frontier = zeroblob(96)");
    assert!(matches!(frontier, VerifyError::Ledger(LedgerError::Head)), "{frontier:?}");
    let origin = damaged("UPDATE head SET origin = 'purser.local/2'");
    assert!(matches!(origin, VerifyError::OtherKey), "{origin:?}");
}
