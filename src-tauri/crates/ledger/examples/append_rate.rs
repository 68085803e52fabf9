//! How fast the log takes entries, beside what the disk alone can do: `append_rate [DIR]`.
//!
//! In one run, in one directory: a bare append of 4 KiB with fdatasync, appends of 1 entry and of
//! 64, opening, replaying and verifying what they left. Numbers for `make bench`; the ratios count.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::arithmetic_side_effects,
    reason = "a measurement may stop at the first error, and prints"
)]

use ed25519_dalek::{Signer as _, SigningKey};
use purser_domain::{AgentId, Entry, Event, PaymentId, Reservation, Timestamp};
use purser_ledger::{CheckpointSigner, Ledger, LedgerError, export, verify_export, verify_ledger};
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long each measurement lasts at least.
const TIME: Duration = Duration::from_secs(2);

struct Key(SigningKey);

impl CheckpointSigner for Key {
    fn public_key(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

/// How payment ids follow one another.
#[derive(Debug, Clone, Copy)]
enum Ids {
    /// As random ones do: each in another page of the index.
    Random,
    /// As ones that begin with the time do.
    Ordered,
}

/// A reservation as a purchase leaves it.
fn entry(seq: u64, ids: Ids) -> Entry {
    let payment = PaymentId::from_random(match ids {
        Ids::Random => u128::from(seq).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835),
        Ids::Ordered => u128::from(seq) << 64,
    });
    let agent = AgentId::from_random(u128::from(seq % 10));
    let reservation: Reservation = serde_json::from_value(serde_json::json!({
        "request": {
            "payment": payment, "agent": agent, "action": "purchase", "rail": "sandbox",
            "payee": { "account": "sandbox:shop", "host": "shop.example", "name": "A shop" },
            "amount": { "amount": "12.34", "currency": "USD" }, "category": "cloud_computing",
            "context": "one more hour of the small machine for the nightly build",
            "idempotency_key": format!("key-{seq}"), "key_derived": false,
        },
        "worth": "12.34", "tier": "autonomous", "rules": [], "signals": [],
    }))
    .unwrap();
    let event = Event::SpendReserved { reservation: Box::new(reservation) };
    Entry { seq, at_ms: Timestamp::from_millis(1_800_000_000_000), clock_ms: None, event }
}

/// Calls `step` for a while, and gives the median time of a call.
fn median(mut step: impl FnMut()) -> Duration {
    let start = Instant::now();
    let mut times = Vec::new();
    while start.elapsed() < TIME || times.len() < 100 {
        let before = Instant::now();
        step();
        times.push(before.elapsed());
    }
    times.sort();
    times[times.len() / 2]
}

fn bare(dir: &Path) -> Duration {
    let path = dir.join("bare");
    let mut file = std::fs::File::create(&path).unwrap();
    let block = [0x5a; 4096];
    let time = median(|| {
        file.write_all(&block).unwrap();
        file.sync_data().unwrap();
    });
    std::fs::remove_file(path).unwrap();
    time
}

/// The median time of an append alone; making the entries is not counted.
fn appends(ledger: &mut Ledger, batch: u64, ids: Ids) -> Duration {
    let start = Instant::now();
    let mut times = Vec::new();
    while start.elapsed() < TIME || times.len() < 100 {
        let next = ledger.len();
        let entries: Vec<Entry> = (next..next + batch).map(|seq| entry(seq, ids)).collect();
        let before = Instant::now();
        ledger.append(&entries).unwrap();
        times.push(before.elapsed());
    }
    times.sort();
    times[times.len() / 2]
}

fn rate(count: u64, time: Duration) -> u64 {
    (u128::from(count) * 1_000_000_000 / time.as_nanos().max(1)).try_into().unwrap()
}

fn timed<T>(step: impl FnOnce() -> T) -> (T, Duration) {
    let before = Instant::now();
    let result = step();
    (result, before.elapsed())
}

fn main() {
    let place = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let dir = tempfile::tempdir_in(place).unwrap();
    let path = dir.path().join("ledger.db");
    let signer = || Box::new(Key(SigningKey::from_bytes(&[1; 32])));
    let mut ledger = Ledger::create(&path, &[7; 32], "purser.local/bench", signer()).unwrap();

    let disk = bare(dir.path());
    println!("bare append of 4 KiB + fdatasync: {disk:?}");
    for (batch, ids) in [(1, Ids::Random), (64, Ids::Random), (64, Ids::Ordered)] {
        let time = appends(&mut ledger, batch, ids);
        let ratio = time.as_secs_f64() / disk.as_secs_f64();
        let rate = rate(batch, time);
        println!("append of {batch} ({ids:?} ids): {time:?}, {ratio:.2} x bare, {rate} entries/s");
    }
    let disk = bare(dir.path());
    println!("bare again: {disk:?}");

    // Enough entries for the rates of reading to mean something.
    while ledger.len() < 100_000 {
        let next = ledger.len();
        ledger
            .append(&(next..next + 1000).map(|seq| entry(seq, Ids::Random)).collect::<Vec<_>>())
            .unwrap();
    }
    let size = ledger.len();
    drop(ledger);
    let (ledger, time) = timed(|| Ledger::open(&path, &[7; 32], signer()).unwrap());
    println!("open with {size} entries: {time:?}");
    let (_, time) = timed(|| ledger.replay::<LedgerError>(0, &mut |_| Ok(())).unwrap());
    println!("replay: {} entries/s", rate(size, time));
    let (_, time) = timed(|| verify_ledger(&ledger, &mut |_| Ok(())).unwrap());
    println!("verify the live log: {} entries/s", rate(size, time));
    let out = dir.path().join("out");
    let (_, time) = timed(|| export(&ledger, &out).unwrap());
    println!("export: {} entries/s", rate(size, time));
    let (_, time) = timed(|| verify_export(&out, None, &mut |_| Ok(())).unwrap());
    println!("verify the export: {} entries/s", rate(size, time));
    let (_, time) = timed(|| purser_ledger::prove(&ledger, size / 3).unwrap());
    println!("prove one entry: {time:?}");
}
