//! What only the writer's own connection can show; the rest is in tests/.

use super::*;
use crate::verify::verify_ledger;
use ed25519_dalek::{Signer as _, SigningKey};
use purser_domain::{AgentId, Claim, Event, Timestamp};

struct Key(SigningKey);

impl CheckpointSigner for Key {
    fn public_key(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

fn ledger(dir: &Path) -> Ledger {
    let signer = Box::new(Key(SigningKey::from_bytes(&[1; 32])));
    Ledger::create(&dir.join("ledger.db"), &[7; 32], "purser.local/1", signer).unwrap()
}

fn entries(from: u64, count: u64) -> Vec<Entry> {
    let event = Event::AttemptRejected {
        agent: AgentId::from_random(1),
        problem: "malformed".to_owned(),
        detail: Claim::new(&"x".repeat(2000), Claim::MAX_BYTES).unwrap(),
    };
    let at_ms = Timestamp::from_millis(1);
    (from..from.saturating_add(count))
        .map(|seq| Entry { seq, at_ms, clock_ms: None, event: event.clone() })
        .collect()
}

fn limit_pages(ledger: &Ledger, pages: i64) {
    ledger.conn.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).unwrap();
}

#[test]
fn a_database_that_may_not_grow_is_a_full_disk_until_it_may() {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = ledger(dir.path());
    ledger.append(&entries(0, 3)).unwrap();
    let checkpoint = ledger.checkpoint().to_owned();
    limit_pages(&ledger, 1);
    for _ in 0..3 {
        let error = ledger.append(&entries(3, 100)).unwrap_err();
        assert!(matches!(error, LedgerError::DiskFull { .. }), "{error:?}");
        assert_eq!((ledger.len(), ledger.checkpoint()), (3, checkpoint.as_str()));
        assert_eq!(verify_ledger(&ledger, &mut |_| Ok(())).unwrap().size, 3);
    }
    limit_pages(&ledger, 1_000_000);
    ledger.append(&entries(3, 100)).unwrap();
    assert_eq!(verify_ledger(&ledger, &mut |_| Ok(())).unwrap().size, 103);
}

#[test]
fn every_commit_is_synced_and_temporary_data_stays_in_memory() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = ledger(dir.path());
    let number =
        |name| ledger.conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
    let text =
        |name| ledger.conn.pragma_query_value(None, name, |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(text("journal_mode"), "wal");
    assert_eq!((number("synchronous"), number("temp_store"), number("foreign_keys")), (2, 2, 1));
    assert_eq!((number("application_id"), number("user_version")), (0x5055_5253, 2));
}

#[test]
fn a_file_of_shared_memory_that_does_not_fit_is_a_full_disk() {
    let refused = |code| {
        let error = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
        LedgerError::of_sqlite(Path::new("ledger.db"), error)
    };
    let full = refused(rusqlite::ffi::SQLITE_IOERR_SHMSIZE);
    assert!(matches!(full, LedgerError::DiskFull { .. }), "{full:?}");
    let other = refused(rusqlite::ffi::SQLITE_IOERR_READ);
    assert!(matches!(other, LedgerError::Sqlite { .. }), "{other:?}");
}
