//! Disks that fail when they are told to.

use super::Bug;
use purser_domain::Entry;
use purser_engine::State;
use purser_ledger::LedgerError;
use purser_wallet::{Log, ReadBackError};

/// What goes wrong with the next write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is written, and it says so.
    Refuses,
    /// All is written, and it says that it is not. Nothing can be written or read until the log
    /// is opened anew.
    KeepsButFails,
    /// The process dies before anything is durable.
    DiesBefore,
    /// The process dies when all is durable, before anybody hears of it.
    DiesAfter,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::Refuses, Self::KeepsButFails, Self::DiesBefore, Self::DiesAfter];
}

/// A log that is told what goes wrong.
pub trait Disk: Log + Sized + 'static {
    /// What goes wrong with the next write.
    fn arm(&mut self, fault: Fault);
    /// Whether the process died in a write.
    fn has_died(&self) -> bool;
    /// Whether the last write was said to be durable.
    fn has_written(&self) -> bool;
    /// What is durable, from a place on.
    fn since(&self, seq: u64) -> Vec<Entry>;
    /// The log, opened anew by another process.
    #[must_use]
    fn reopened(self) -> Self;
}

/// A log in memory: what would be on the disk, and what would be lost.
#[derive(Debug, Default)]
pub struct Paper {
    kept: Vec<Entry>,
    /// What a bug takes for written, and how many writes it waits.
    unwritten: (Vec<Entry>, u32),
    /// Whether it waits.
    bug: Option<Bug>,
    fault: Option<Fault>,
    died: bool,
    broken: bool,
    written: bool,
}

impl Paper {
    /// An empty one.
    #[must_use]
    pub fn new(bug: Option<Bug>) -> Self {
        Self { bug, ..Self::default() }
    }

    fn keep(&mut self, entries: &[Entry]) {
        if self.bug == Some(Bug::AnswersBeforeDurable) {
            let (waiting, writes) = &mut self.unwritten;
            waiting.extend_from_slice(entries);
            *writes += 1;
            if *writes < 3 {
                return;
            }
            *writes = 0;
            self.kept.append(waiting);
            return;
        }
        self.kept.extend_from_slice(entries);
    }
}

impl Log for Paper {
    fn append(&mut self, entries: &[Entry]) -> Result<(), LedgerError> {
        self.written = false;
        if self.died || self.broken {
            return Err(LedgerError::Head);
        }
        let expected = (self.kept.len() + self.unwritten.0.len()) as u64;
        if let Some(found) = entries.first().map(|entry| entry.seq).filter(|at| *at != expected) {
            return Err(LedgerError::Sequence { expected, found });
        }
        let fault = self.fault.take();
        match fault {
            None => self.keep(entries),
            Some(Fault::Refuses) => {}
            Some(Fault::KeepsButFails) => {
                self.keep(entries);
                self.broken = true;
            }
            Some(Fault::DiesBefore) => self.died = true,
            Some(Fault::DiesAfter) => {
                self.keep(entries);
                self.died = true;
            }
        }
        self.written = fault.is_none();
        if self.written { Ok(()) } else { Err(LedgerError::Head) }
    }

    fn read_back(&self) -> Result<State, ReadBackError> {
        if self.died || self.broken {
            return Err(LedgerError::Head.into());
        }
        let mut state = State::default();
        for entry in self.kept.iter().chain(&self.unwritten.0) {
            let seq = entry.seq;
            state.apply(entry).map_err(|source| ReadBackError::Apply { seq, source })?;
        }
        Ok(state)
    }
}

impl Disk for Paper {
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
        self.kept.iter().skip(seq as usize).cloned().collect()
    }

    fn reopened(self) -> Self {
        Self { kept: self.kept, bug: self.bug, ..Self::default() }
    }
}
