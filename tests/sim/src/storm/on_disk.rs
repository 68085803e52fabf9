//! The real log in a folder of its own, which fails when it is told to. A process that dies leaves
//! the file as it is; the next one opens it.

use super::disk::{Disk, Fault};
use purser_domain::Entry;
use purser_engine::State;
use purser_keys::{LogKey, Phrase, PhraseLength, RootKey};
use purser_ledger::{CheckpointSigner, Ledger, LedgerError};
use purser_wallet::{Log, ReadBackError};
use std::path::PathBuf;
use tempfile::TempDir;

const KEY: [u8; 32] = [7; 32];

struct Signer(LogKey);

impl CheckpointSigner for Signer {
    fn public_key(&self) -> [u8; 32] {
        self.0.public()
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message)
    }
}

/// The log.
pub struct OnDisk {
    ledger: Option<Ledger>,
    root: RootKey,
    fault: Option<Fault>,
    died: bool,
    broken: bool,
    written: bool,
    dir: TempDir,
}

impl Default for OnDisk {
    fn default() -> Self {
        let phrase = Phrase::generate(PhraseLength::Words12).expect("a phrase");
        let root = RootKey::from_phrase(&phrase);
        let dir = tempfile::tempdir().expect("a folder");
        let mut disk = Self {
            ledger: None,
            root,
            fault: None,
            died: false,
            broken: false,
            written: false,
            dir,
        };
        let made = Ledger::create(&disk.path(), &KEY, "purser.local/storm", disk.signer());
        disk.ledger = Some(made.expect("a log"));
        disk
    }
}

impl OnDisk {
    fn path(&self) -> PathBuf {
        self.dir.path().join("ledger.db")
    }

    fn signer(&self) -> Box<Signer> {
        Box::new(Signer(self.root.log_key().expect("a key")))
    }

    fn ledger(&self) -> &Ledger {
        self.ledger.as_ref().expect("an open log")
    }
}

impl Log for OnDisk {
    fn append(&mut self, entries: &[Entry]) -> Result<(), LedgerError> {
        self.written = false;
        if self.died || self.broken {
            return Err(LedgerError::Head);
        }
        let fault = self.fault.take();
        self.died = matches!(fault, Some(Fault::DiesBefore | Fault::DiesAfter));
        self.broken = fault == Some(Fault::KeepsButFails);
        if !matches!(fault, Some(Fault::Refuses | Fault::DiesBefore)) {
            Ledger::append(self.ledger.as_mut().expect("an open log"), entries)?;
        }
        self.written = fault.is_none();
        if self.written { Ok(()) } else { Err(LedgerError::Head) }
    }

    fn read_back(&self) -> Result<State, ReadBackError> {
        if self.died || self.broken {
            return Err(LedgerError::Head.into());
        }
        purser_wallet::read_back(self.ledger())
    }
}

impl Disk for OnDisk {
    fn arm(&mut self, fault: Fault) {
        self.fault = Some(fault);
    }

    fn has_died(&self) -> bool {
        self.died
    }

    fn has_written(&self) -> bool {
        self.written
    }

    fn since(&self, seq: u64) -> Vec<Entry> {
        let mut entries = Vec::new();
        let mut take = |entry: Entry| {
            entries.push(entry);
            Ok::<_, LedgerError>(())
        };
        self.ledger().replay(seq, &mut take).expect("a log that can be read");
        entries
    }

    fn reopened(mut self) -> Self {
        self.ledger = None;
        let opened = Ledger::open(&self.path(), &KEY, self.signer());
        self.ledger = Some(opened.expect("a log that opens again"));
        (self.fault, self.died, self.broken) = (None, false, false);
        self
    }
}
