//! A database of every released format still opens.

use crate::support::*;
use purser_ledger::{LedgerError, LedgerReader, verify_ledger};
use std::path::{Path, PathBuf};

fn vector() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/vectors/ledger-v1.db")
}

/// Its checkpoint, so that another file can't take its place unseen.
const CHECKPOINT_V1: &str = "purser.local/1a2b3c4d\n40\n\
    YVVU9NJRLDHE8GjHXiEJw7MZD0t4U0QXZtI5//X+Gro=\n\n\
    \u{2014} purser.local/1a2b3c4d 4Nt+6L2uDsFUzIEXCXADFSWy84u0sUJjX+FPhUhoVzPdY4nZW4tHAzIqfl9V6PFA\
    52kDvlHKi3qiMZzqlTYHBjMczQU=\n";

/// Makes the file; run once, when a format is released.
#[test]
#[ignore = "tool: the released file is never made again"]
fn make_the_database_of_this_format() {
    let path = vector();
    drop(filled(&path, 40));
    std::fs::remove_file(path.with_extension("db.lock")).unwrap();
}

#[test]
fn the_database_of_format_1_opens_verifies_and_goes_on() {
    let (_dir, path) = place();
    std::fs::copy(vector(), &path).unwrap();
    let mut ledger = open(&path).unwrap();
    assert_eq!(ledger.checkpoint(), CHECKPOINT_V1);
    assert_eq!(verify_ledger(&ledger, &mut no_visit).unwrap().size, 40);
    assert_eq!(replayed(&ledger), entries(0..40));
    ledger.append(&entries(40..50)).unwrap();
    verify_ledger(&ledger, &mut no_visit).unwrap();
}

/// What format 2 changed, changed back.
const TO_FORMAT_1: &str = "DROP TABLE subtrees; \
    CREATE INDEX entries_by_agent ON entries (agent) WHERE agent IS NOT NULL; \
    CREATE INDEX entries_by_payment ON entries (payment) WHERE payment IS NOT NULL; \
    DROP TABLE delivery_total; DROP TRIGGER deliveries_add; DROP TRIGGER deliveries_take_away; \
    DROP TRIGGER deliveries_never_change; DROP INDEX deliveries_by_time; PRAGMA user_version = 1;";

type Subtree = (i64, i64, [u8; 32]);

fn subtrees(path: &Path) -> Vec<Subtree> {
    let conn = database(path);
    let mut found = conn.prepare("SELECT level, number, hash FROM subtrees").unwrap();
    let rows = found.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_long_log_of_format_1_gets_what_format_2_keeps() {
    let (_dir, path) = place();
    drop(filled(&path, 1000));
    let kept = subtrees(&path);
    assert_eq!(
        kept.iter().map(|(level, n, _)| (*level, *n)).collect::<Vec<_>>(),
        [(8, 0), (8, 1), (8, 2)]
    );
    let delivery = "INSERT INTO deliveries VALUES (zeroblob(16), 5, 200, 'text/plain', 0, x'00')";
    database(&path).execute_batch(&format!("{delivery}; {TO_FORMAT_1}")).unwrap();
    let early = LedgerReader::open(&path, &KEY).map(|_| ());
    assert!(matches!(early, Err(LedgerError::OlderSchema { found: 1, known: 2 })), "{early:?}");

    let mut ledger = open(&path).unwrap();
    assert_eq!(subtrees(&path), kept);
    let counted = "SELECT bytes FROM delivery_total";
    let counted = database(&path).query_row(counted, [], |row| row.get::<_, i64>(0));
    assert_eq!(counted, Ok(256 + 1 + 10));
    ledger.append(&entries(1000..1100)).unwrap();
    assert_eq!(subtrees(&path).len(), 4);
    verify_ledger(&ledger, &mut no_visit).unwrap();
    LedgerReader::open(&path, &KEY).unwrap();
}

#[test]
fn a_log_of_format_1_with_a_hole_is_brought_up_to_date_as_far_as_it_goes() {
    let (_dir, path) = place();
    drop(filled(&path, 1000));
    let sql = format!(
        "{TO_FORMAT_1} DROP TRIGGER entries_never_go; DELETE FROM entries WHERE seq = 300;"
    );
    database(&path).execute_batch(&sql).unwrap();
    let ledger = open(&path).unwrap();
    assert_eq!(subtrees(&path).len(), 1);
    let found = verify_ledger(&ledger, &mut no_visit).unwrap_err().to_string();
    assert!(found.contains("at entry 300: it is missing"), "{found}");
}
