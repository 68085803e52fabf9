//! Crashes: a killed process and a cut write-ahead log leave whole appends only.

use crate::support::*;
use purser_ledger::verify_ledger;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// How many entries the other process appends at a time.
const BATCH: u64 = 7;

/// Appends for ever, saying how far it is after each append: see
/// [`a_killed_process_leaves_whole_appends`].
#[test]
fn in_the_process_to_be_killed() {
    let Ok(path) = std::env::var("PURSER_TEST_KILL") else { return };
    let mut ledger = open(Path::new(&path)).unwrap();
    println!();
    loop {
        ledger.append(&entries(ledger.len()..ledger.len() + BATCH)).unwrap();
        println!("at {}", ledger.len());
    }
}

#[test]
fn a_killed_process_leaves_whole_appends() {
    let (_dir, path) = place();
    drop(create(&path));
    for round in 0..8 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::in_the_process_to_be_killed", "--nocapture"])
            .env("PURSER_TEST_KILL", &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let at = |line: String| line.strip_prefix("at ").map(|at| at.parse::<u64>().unwrap());
        let mut said = lines.by_ref().find_map(|line| at(line.unwrap())).unwrap();
        std::thread::sleep(Duration::from_millis(3 + 7 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        // What it still said before it died counts too; a line may be cut.
        said = lines.filter_map(|line| at(line.ok()?)).last().unwrap_or(said);

        let ledger = open(&path).unwrap();
        assert!(ledger.len() >= said, "said {said}, kept {}", ledger.len());
        assert_eq!(ledger.len() % BATCH, 0, "an append was torn");
        assert_eq!(verify_ledger(&ledger, &mut no_visit).unwrap().size, ledger.len());
    }
}

/// Aborts while the transaction of an append is open: see
/// [`a_process_that_aborts_inside_an_append_leaves_none_of_it`].
#[test]
fn in_the_process_that_aborts() {
    let Ok(path) = std::env::var("PURSER_TEST_ABORT") else { return };
    let conn = database(Path::new(&path));
    // The last statement of an append's transaction, with all rows written before it.
    conn.execute_batch(
        "BEGIN IMMEDIATE; INSERT INTO entries SELECT seq + 3, at_ms, kind, agent, payment, leaf, \
         body FROM entries; UPDATE head SET size = 6;",
    )
    .unwrap();
    std::process::abort();
}

#[test]
fn a_process_that_aborts_inside_an_append_leaves_none_of_it() {
    let (_dir, path) = place();
    drop(filled(&path, 3));
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::in_the_process_that_aborts"])
        .env("PURSER_TEST_ABORT", &path)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(!status.success());
    let mut ledger = open(&path).unwrap();
    assert_eq!(replayed(&ledger), entries(0..3));
    ledger.append(&entries(3..5)).unwrap();
    verify_ledger(&ledger, &mut no_visit).unwrap();
}

/// A power cut may leave the write-ahead log short anywhere, and garbage where it was growing.
#[test]
fn a_write_ahead_log_that_is_cut_anywhere_leaves_whole_appends() {
    let (dir, path) = place();
    drop(filled(&path, BATCH));
    let mut ledger = open(&path).unwrap();
    for _ in 0..4 {
        ledger.append(&entries(ledger.len()..ledger.len() + BATCH)).unwrap();
    }
    let wal = dir.path().join("ledger.db-wal");
    let (whole, wal_bytes) = (fs::read(&path).unwrap(), fs::read(&wal).unwrap());
    drop(ledger);

    let mut sizes = std::collections::BTreeSet::new();
    for cut in (0..=wal_bytes.len()).rev().step_by(1031).chain([wal_bytes.len(), 0]) {
        let (_copy_dir, copy) = place();
        for garbage in [0, 5000] {
            let mut bytes = wal_bytes[..cut].to_vec();
            bytes.extend(std::iter::repeat_n(0x5a, garbage));
            put(&copy, &whole);
            put(&copy.with_extension("db-wal"), &bytes);
            let _ = fs::remove_file(copy.with_extension("db-shm"));
            let mut ledger = open(&copy).unwrap();
            let len = ledger.len();
            assert_eq!(len % BATCH, 0, "cut at {cut}: an append was torn");
            assert_eq!(replayed(&ledger), entries(0..len), "cut at {cut}");
            ledger.append(&entries(len..len + 1)).unwrap();
            verify_ledger(&ledger, &mut no_visit).unwrap();
            sizes.insert(len);
        }
    }
    assert_eq!(Vec::from_iter(sizes), [7, 14, 21, 28, 35], "every append was cut before and after");
}

fn put(path: &Path, bytes: &[u8]) {
    use std::io::Write as _;
    fs::File::create(path).unwrap().write_all(bytes).unwrap();
}
