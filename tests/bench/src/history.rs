//! A wallet with a long past: how soon it is there after a start, how much memory it takes, how
//! fast its log is verified, and how soon a revocation is durable.

use crate::deciding::World;
use crate::in_process::{Purser, Signer};
use crate::report::Report;
use purser_domain::Entry;
use purser_keys::{Passphrase, Phrase, PhraseLength, RootKey};
use purser_ledger::{Ledger, LedgerError, verify_export, verify_ledger};
use purser_wallet::{Home, Host, HostOptions, system_clock};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const PASSPHRASE: &str = "correct horse battery staple";
/// Entries appended at once when the past is made.
const STEP: usize = 4096;
const AGENTS: u64 = 1000;
const MONTH_MS: i64 = 30 * 86_400_000;
/// The argument that makes this program the child that [`start`] measures.
pub const CHILD: &str = "--start-wallet-in";

/// Makes a wallet with so many entries, and measures it.
pub fn measure(place: &Path, entries: u64, report: &mut Report) {
    report.part(&format!("a log of {entries} entries"));
    let dir = tempfile::tempdir_in(place).unwrap();
    let phrase = Phrase::generate(PhraseLength::Words12).unwrap();
    let root = RootKey::from_phrase(&phrase);
    let home = dir.path().join("wallet");
    create(&home, phrase);
    let mut ledger = open(&home, &root);
    let took = fill(&mut ledger, entries);
    report.figure(&format!("made in {:.1} s", took.as_secs_f64()));
    verify(&ledger, dir.path(), report);
    drop(ledger);
    // The first start after such a past replays it, and may keep what later ones begin from.
    let first = start(&home);
    report.figure(&format!("first start: {:.0} ms", first.ms));
    let mut starts: Vec<Started> = (0..3).map(|_| start(&home)).collect();
    starts.sort_by(|a, b| a.ms.total_cmp(&b.ms));
    let usual = &starts[1];
    report.figure(&format!("passphrase alone: {:.0} ms", usual.passphrase_ms));
    report.at_most("start to unlocked, in milliseconds", usual.ms, 1000.0);
    report.figure(&format!("resident: {:.0} MB", usual.rss_mb));
    report.at_most("memory (PSS) once unlocked, in MB", usual.pss_mb, 150.0);
}

fn create(home: &Path, phrase: Phrase) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let host = Host::start(home, HostOptions::default()).unwrap();
        host.create(phrase, Passphrase::from(PASSPHRASE)).await.unwrap();
        host.lock().await;
    });
    // The log begins with the past that is made here, not with the wallet's own first entry.
    let log = Home::open(home).unwrap().ledger();
    for ending in ["", "-wal", "-shm"] {
        let mut name = log.clone().into_os_string();
        name.push(ending);
        let _absent = std::fs::remove_file(name);
    }
}

fn open(home: &Path, root: &RootKey) -> Ledger {
    let signer = Box::new(Signer(root.log_key().unwrap()));
    let path = Home::open(home).unwrap().ledger();
    Ledger::create(&path, root.database_key().unwrap().expose(), "purser.local/bench", signer)
        .unwrap()
}

/// A month of payments that ends now.
fn fill(ledger: &mut Ledger, entries: u64) -> Duration {
    let begin = Instant::now();
    let mut waiting: Vec<Entry> = Vec::with_capacity(STEP);
    let mut keep = |entry: Entry| {
        waiting.push(entry);
        if waiting.len() == STEP {
            ledger.append(&waiting).unwrap();
            waiting.clear();
        }
    };
    let start_ms = system_clock()().as_millis() - MONTH_MS;
    let mut world = World::new_shown(AGENTS, start_ms, &mut keep);
    world.fill(entries, &mut keep);
    ledger.append(&waiting).unwrap();
    begin.elapsed()
}

fn verify(ledger: &Ledger, dir: &Path, report: &mut Report) {
    let entries = ledger.len() as f64;
    let begin = Instant::now();
    verify_ledger(ledger, &mut |_| Ok(())).unwrap();
    let live = entries / begin.elapsed().as_secs_f64();
    report.at_least("verify the log, in thousand entries/s", live / 1e3, 200.0);
    let out = dir.join("export");
    purser_ledger::export(ledger, &out).unwrap();
    let begin = Instant::now();
    verify_export(&out, None, &mut |_| Ok(())).unwrap();
    let export = entries / begin.elapsed().as_secs_f64();
    report.at_least("verify its export, in thousand entries/s", export / 1e3, 200.0);
    let begin = Instant::now();
    let mut state = purser_engine::State::default();
    let mut replay = |entry| {
        state.apply(&entry).unwrap();
        Ok::<(), LedgerError>(())
    };
    ledger.replay(0, &mut replay).unwrap();
    let replay = entries / begin.elapsed().as_secs_f64();
    report.figure(&format!("replay into the engine: {:.0} thousand entries/s", replay / 1e3));
}

struct Started {
    ms: f64,
    passphrase_ms: f64,
    pss_mb: f64,
    rss_mb: f64,
}

/// Starts the wallet in a process of its own.
fn start(home: &Path) -> Started {
    let mut child = Command::new(std::env::current_exe().unwrap());
    let output = child.arg(CHILD).arg(home).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut figures = text.split_whitespace().map(|figure| figure.parse::<f64>().unwrap());
    let mut next = || figures.next().unwrap();
    Started { ms: next(), passphrase_ms: next(), pss_mb: next(), rss_mb: next() }
}

/// What the child does: it starts the wallet as `purser serve` does, and says what that took.
pub async fn child(home: &Path) {
    let begin = Instant::now();
    let host = Host::start(home, HostOptions::default()).unwrap();
    host.unlock(Passphrase::from(PASSPHRASE)).await.unwrap();
    let entries = host.wallet().unwrap().look(|state| state.next_seq()).await.unwrap();
    let ms = begin.elapsed().as_secs_f64() * 1e3;
    assert!(entries > 1, "nothing was read");
    let (pss_mb, rss_mb) = memory();
    let begin = Instant::now();
    host.check_passphrase(Passphrase::from(PASSPHRASE)).await.unwrap();
    let passphrase_ms = begin.elapsed().as_secs_f64() * 1e3;
    host.lock().await;
    println!("{ms} {passphrase_ms} {pss_mb} {rss_mb}");
}

/// The process' memory: its share of what is shared, and what is resident.
fn memory() -> (f64, f64) {
    let rollup = std::fs::read_to_string("/proc/self/smaps_rollup").unwrap();
    let of = |name: &str| {
        let line = rollup.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
    };
    (of("Pss:"), of("Rss:"))
}

/// Revokes an agent with many payments that wait for people.
pub async fn revoke(place: &Path, pending: usize, report: &mut Report) {
    report.part(&format!("revoke an agent with {pending} payments pending"));
    let mut took = Vec::new();
    for _ in 0..3 {
        let dir = tempfile::tempdir_in(place).unwrap();
        took.push(Purser::revoke_with(dir.path(), pending).await.as_secs_f64() * 1e3);
    }
    took.sort_by(f64::total_cmp);
    report.at_most("until it is durable, in milliseconds", took[1], 10.0);
}
