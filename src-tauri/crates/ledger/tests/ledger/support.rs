//! Entries, keys and places for the tests.

use ed25519_dalek::{Signer as _, SigningKey};
use purser_domain::{AgentId, Claim, Entry, Event, PaymentId, PaymentStop, Reservation, Timestamp};
use purser_ledger::{CheckpointSigner, Ledger, LedgerError};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

pub const KEY: [u8; 32] = [7; 32];
pub const ORIGIN: &str = "purser.local/1a2b3c4d";
pub const AGENT: AgentId = AgentId::from_random(0xa);

pub struct Key(SigningKey);

impl CheckpointSigner for Key {
    fn public_key(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

pub fn signer(seed: u8) -> Box<Key> {
    Box::new(Key(SigningKey::from_bytes(&[seed; 32])))
}

/// A directory that goes with the test, and the place of a log in it.
pub fn place() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger.db");
    (dir, path)
}

pub fn create(path: &Path) -> Ledger {
    Ledger::create(path, &KEY, ORIGIN, signer(1)).unwrap()
}

pub fn open(path: &Path) -> Result<Ledger, LedgerError> {
    Ledger::open(path, &KEY, signer(1))
}

/// A log of `size` entries.
pub fn filled(path: &Path, size: u64) -> Ledger {
    let mut ledger = create(path);
    ledger.append(&entries(0..size)).unwrap();
    ledger
}

/// The database behind a log, as someone with its key could open it.
pub fn database(path: &Path) -> Connection {
    let conn = Connection::open(path).unwrap();
    conn.execute_batch(&format!("PRAGMA key = \"x'{}'\";", hex::encode(KEY))).unwrap();
    conn
}

pub fn claim(text: &str) -> Claim {
    Claim::new(text, Claim::MAX_BYTES).unwrap()
}

pub fn payment(number: u64) -> PaymentId {
    // Spread, as random ids are.
    let spread = u128::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    PaymentId::from_random(spread)
}

pub fn reserved(number: u64, agent: AgentId, context: &str) -> Event {
    let request = serde_json::json!({
        "payment": payment(number), "agent": agent, "action": "purchase", "rail": "sandbox",
        "payee": { "account": "sandbox:shop", "host": "shop.example", "name": "A shop" },
        "amount": { "amount": "12.34", "currency": "USD" },
        "category": "cloud_computing",
        "context": context,
        "idempotency_key": format!("key-{number}"), "key_derived": false,
    });
    let reservation: Reservation = serde_json::from_value(serde_json::json!({
        "request": request, "worth": "12.34", "tier": "autonomous", "rules": [], "signals": [],
    }))
    .unwrap();
    Event::SpendReserved { reservation: Box::new(reservation) }
}

/// Entry number `seq` of the tests' log: payments that are reserved, then expire or fail, and
/// attempts in between.
pub fn entry(seq: u64) -> Entry {
    let asked = seq & !3;
    let event = match seq & 3 {
        0 => reserved(asked, AGENT, "a \"quoted\" reason, Größe"),
        1 => Event::AttemptRejected {
            agent: AgentId::from_random(0xb),
            problem: "malformed".to_owned(),
            detail: claim("<b>no JSON</b>\u{202e}"),
        },
        2 => Event::PaymentStopped { payment: payment(asked), stop: PaymentStop::Expired },
        _ => Event::WalletUnfrozen,
    };
    Entry { seq, at_ms: Timestamp::from_millis(at_ms(seq)), clock_ms: None, event }
}

fn at_ms(seq: u64) -> i64 {
    // Two entries share each time.
    1_800_000_000_000 + i64::try_from(seq / 2).unwrap()
}

pub fn entries(range: std::ops::Range<u64>) -> Vec<Entry> {
    range.map(entry).collect()
}

pub fn replayed(ledger: &Ledger) -> Vec<Entry> {
    let mut found = Vec::new();
    ledger
        .replay::<LedgerError>(0, &mut |entry| {
            found.push(entry);
            Ok(())
        })
        .unwrap();
    found
}

pub fn no_visit(_: &Entry) -> Result<(), String> {
    Ok(())
}
