//! Files that don't open: another key, another process, damage, later formats.

use crate::support::*;
use purser_ledger::{Ledger, LedgerError, verify_ledger};
use rusqlite::Connection;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

fn refused(path: &Path) -> LedgerError {
    open(path).map(|_| ()).expect_err("it should not open")
}

#[test]
fn another_database_key_is_refused() {
    let (_dir, path) = place();
    drop(filled(&path, 3));
    let error = Ledger::open(&path, &[8; 32], signer(1)).map(|_| ()).unwrap_err();
    assert!(matches!(error, LedgerError::NotADatabaseOrWrongKey { .. }), "{error:?}");
    open(&path).unwrap();
}

#[test]
fn what_is_no_log_is_refused() {
    let (_dir, path) = place();
    std::fs::File::create(&path).unwrap().write_all(&[b'x'; 9000]).unwrap();
    assert!(matches!(refused(&path), LedgerError::NotADatabaseOrWrongKey { .. }));
    let plain = path.with_extension("plain");
    Connection::open(&plain).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
    assert!(matches!(refused(&plain), LedgerError::NotADatabaseOrWrongKey { .. }));
    let other = path.with_extension("other");
    database(&other).execute_batch("CREATE TABLE t (a)").unwrap();
    assert!(matches!(refused(&other), LedgerError::NotALog { .. }));
    // Another program's, with numbers that a log could have.
    for numbers in ["application_id = 7; PRAGMA user_version = 2", "user_version = 0"] {
        let foreign = path.with_extension("foreign");
        drop(filled(&foreign, 3));
        database(&foreign).execute_batch(&format!("PRAGMA {numbers}")).unwrap();
        assert!(matches!(refused(&foreign), LedgerError::NotALog { .. }), "{numbers}");
        std::fs::remove_file(&foreign).unwrap();
    }
    let empty = path.with_extension("empty");
    std::fs::File::create(&empty).unwrap();
    assert!(matches!(refused(&empty), LedgerError::NotALog { .. }));
}

#[test]
fn a_later_format_is_refused_and_left_alone() {
    let (_dir, path) = place();
    drop(filled(&path, 3));
    database(&path).execute_batch("PRAGMA user_version = 3").unwrap();
    let error = refused(&path);
    assert!(matches!(error, LedgerError::NewerSchema { found: 3, known: 2 }), "{error:?}");
    database(&path).execute_batch("PRAGMA user_version = 2").unwrap();
    assert_eq!(open(&path).unwrap().len(), 3);
}

fn overwrite(path: &Path, start: u64, end: u64) {
    let mut file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(start)).unwrap();
    file.write_all(&vec![0xa5; usize::try_from(end - start).unwrap()]).unwrap();
}

#[test]
fn overwritten_pages_are_found() {
    let (_dir, path) = place();
    drop(filled(&path, 400));
    let len = std::fs::metadata(&path).unwrap().len();
    // In the middle, where entries are.
    overwrite(&path, 8 * 4096, len - 8 * 4096);
    let found = match open(&path) {
        Ok(ledger) => verify_ledger(&ledger, &mut no_visit).unwrap_err().to_string(),
        Err(error) => error.to_string(),
    };
    assert!(found.contains("is damaged on disk"), "{found}");
    overwrite(&path, 0, 4096);
    assert!(matches!(refused(&path), LedgerError::NotADatabaseOrWrongKey { .. }));
}

#[test]
fn a_cut_file_is_found() {
    let (_dir, path) = place();
    drop(filled(&path, 400));
    let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(file.metadata().unwrap().len() / 2 / 4096 * 4096).unwrap();
    let error = match open(&path) {
        Ok(ledger) => verify_ledger(&ledger, &mut no_visit).unwrap_err().to_string(),
        Err(error) => error.to_string(),
    };
    assert!(error.contains("is damaged on disk"), "{error}");
}

/// What another process does with the log while a test looks on: see [`other_process`].
#[test]
fn in_the_other_process() {
    let Ok(path) = std::env::var("PURSER_TEST_HOLD") else { return };
    let path = Path::new(&path);
    let ledger;
    let conn;
    if std::env::var("PURSER_TEST_HOW").as_deref() == Ok("open") {
        ledger = open(path).unwrap();
        assert_eq!(ledger.len(), 3);
    } else {
        conn = database(path);
        conn.execute_batch("BEGIN IMMEDIATE; UPDATE head SET size = size").unwrap();
    }
    println!("\nholding");
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

/// Starts a process that holds the log until its input ends.
fn other_process(path: &Path, how: &str) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "damage::in_the_other_process", "--nocapture"])
        .envs([("PURSER_TEST_HOLD", path.to_str().unwrap()), ("PURSER_TEST_HOW", how)])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    let stdout = child.stdout.as_mut().unwrap();
    let mut byte = [0u8];
    while !said.contains("holding") {
        assert_eq!(stdout.read(&mut byte).unwrap(), 1, "the other process ended: {said}");
        said.push(char::from(byte[0]));
    }
    child
}

#[test]
fn a_log_open_in_another_process_is_refused_until_it_ends() {
    let (_dir, path) = place();
    drop(filled(&path, 3));
    let mut child = other_process(&path, "open");
    assert!(matches!(refused(&path), LedgerError::Locked { .. }));
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(open(&path).unwrap().len(), 3);
}

#[test]
fn a_log_open_twice_in_one_process_is_refused() {
    let (_dir, path) = place();
    let first = filled(&path, 3);
    assert!(matches!(refused(&path), LedgerError::Locked { .. }));
    drop(first);
    open(&path).unwrap();
}

#[test]
fn an_append_fails_while_another_process_writes_and_works_after() {
    let (_dir, path) = place();
    let mut ledger = filled(&path, 3);
    let reader = ledger.reader().unwrap();
    let mut child = other_process(&path, "write");
    let error = ledger.append(&entries(3..5)).unwrap_err();
    assert!(matches!(error, LedgerError::Locked { .. }), "{error:?}");
    assert_eq!((ledger.len(), reader.size().unwrap()), (3, 3));
    drop(child.stdin.take());
    child.wait().unwrap();
    ledger.append(&entries(3..5)).unwrap();
    verify_ledger(&reader, &mut no_visit).unwrap();
    assert_eq!(reader.size().unwrap(), 5);
}
