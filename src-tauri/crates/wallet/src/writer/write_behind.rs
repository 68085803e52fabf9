//! The log behind the writer: what was decided waits here until it is durable.
//!
//! Guarantees (I2): an answer leaves only after the entries of its command, and all before them,
//! are durable; when a write fails, everything that was decided on top of it is refused as well,
//! and nothing more is taken until the writer has read its state back. Writes happen in the order
//! of the decisions, one at a time.
//! Does not guarantee: that the writer's state is durable. It may be ahead by what waits here, so
//! whoever shows it must wait first, see [`WriteBehind::with`].

use super::{Answer, BATCH, Log, OnCommitted, WriteError, unwritable};
use purser_domain::{Entry, PaymentId};
use purser_engine::Reply;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// What commands came to, in order.
#[derive(Default)]
pub(super) struct Decided {
    /// What is to be written.
    pub entries: Vec<Entry>,
    /// Payments that may be submitted once it is written.
    pub cleared: Vec<PaymentId>,
    /// Who hears what once it is written.
    pub answers: Vec<(Answer, Result<Reply, WriteError>)>,
}

impl Decided {
    /// Whether there is nothing to write and nobody to answer.
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.answers.is_empty()
    }

    fn append(&mut self, mut other: Self) {
        if self.is_empty() {
            *self = other;
            return;
        }
        self.entries.append(&mut other.entries);
        self.cleared.append(&mut other.cleared);
        self.answers.append(&mut other.answers);
    }

    fn refuse(self, error: &WriteError) {
        for (answer, _) in self.answers {
            // The one who asked may have gone.
            let _ = answer.send(Err(error.clone()));
        }
    }
}

/// The log and who hears of it. Whoever has it writes.
struct Book<L> {
    log: L,
    on_committed: OnCommitted,
}

impl<L: Log> Book<L> {
    fn write(&mut self, decided: Decided) -> Result<(), WriteError> {
        let Decided { entries, cleared, answers } = decided;
        let written = self.log.append(&entries).map_err(|error| {
            tracing::error!(%error, "the log was not written");
            unwritable(&error)
        });
        for (answer, reply) in answers {
            // The one who asked may have gone; what was decided stands.
            let _ = answer.send(written.clone().and(reply));
        }
        if written.is_ok() && !entries.is_empty() {
            (self.on_committed)(&entries, &cleared);
        }
        written
    }
}

struct Inner<L> {
    /// `None` while it is written to.
    book: Option<Book<L>>,
    waiting: Decided,
    /// What was decided since then counts for nothing.
    failed: Option<WriteError>,
    closing: bool,
    /// The log's thread has ended, by a defect if nobody closed it.
    ended: bool,
}

struct Shared<L> {
    inner: Mutex<Inner<L>>,
    changed: Condvar,
}

/// The log and its thread. Dropping it writes what waits and closes the log.
pub(super) struct WriteBehind<L: Log> {
    shared: Arc<Shared<L>>,
    /// `None` when it was closed, and where everything is written at once.
    thread: Option<JoinHandle<()>>,
    at_once: bool,
}

impl<L: Log + Send + 'static> WriteBehind<L> {
    /// Starts the log's thread.
    pub fn start(log: L, on_committed: OnCommitted) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::new(log, on_committed));
        let mine = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("purser-log".to_owned())
            .spawn(move || mine.write_what_comes())?;
        Ok(Self { shared, thread: Some(thread), at_once: false })
    }
}

impl<L: Log> WriteBehind<L> {
    /// Without a thread: everything is written as it is taken.
    pub fn at_once(log: L, on_committed: OnCommitted) -> Self {
        let shared = Arc::new(Shared::new(log, on_committed));
        Self { shared, thread: None, at_once: true }
    }

    /// Takes what was decided. With `here` it is written on this thread if nothing is being written
    /// at the moment: for one command alone, which need not wait for another thread to wake. While
    /// the disk is slow this waits, so that only so much is decided on top of it.
    pub fn take(&self, decided: Decided, here: bool) {
        let mut inner = self.shared.lock();
        while !inner.ended && inner.waiting.answers.len() >= BATCH {
            inner = self.shared.wait(inner);
        }
        let refusal = match &inner.failed {
            None if inner.ended => Some(WriteError::Closed),
            failed => failed.clone(),
        };
        if let Some(error) = refusal {
            drop(inner);
            return decided.refuse(&error);
        }
        inner.waiting.append(decided);
        match (here || self.at_once).then(|| inner.next()).flatten() {
            Some((book, decided)) => {
                drop(inner);
                self.shared.write(book, decided);
            }
            None => {
                drop(inner);
                self.shared.changed.notify_all();
            }
        }
    }

    /// Whether a write failed, so that the writer's state counts for nothing.
    pub fn has_failed(&self) -> bool {
        self.shared.lock().failed.is_some()
    }

    /// The writer has read its state back.
    pub fn go_on(&self) {
        self.shared.lock().failed = None;
    }

    /// Waits until everything that was taken is durable or refused, and gives the log. `None` when
    /// it is closed.
    pub fn with<T>(&self, act: impl FnOnce(&mut L) -> T) -> Option<T> {
        let mut inner = self.shared.lock();
        while !inner.ended && (inner.book.is_none() || !inner.waiting.is_empty()) {
            inner = self.shared.wait(inner);
        }
        inner.book.as_mut().map(|book| act(&mut book.log))
    }

    /// Writes what waits and ends the log's thread. Gives the log, unless it has gone already.
    pub fn close(&mut self) -> Option<L> {
        self.shared.lock().closing = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so; its log went with it.
            let _ = thread.join();
        }
        self.shared.lock().book.take().map(|book| book.log)
    }
}

impl<L: Log> Drop for WriteBehind<L> {
    fn drop(&mut self) {
        drop(self.close());
    }
}

impl<L> Inner<L> {
    /// What can be written now, and the log to write it to.
    fn next(&mut self) -> Option<(Book<L>, Decided)> {
        if self.waiting.is_empty() {
            return None;
        }
        let book = self.book.take()?;
        Some((book, std::mem::take(&mut self.waiting)))
    }
}

impl<L: Log> Shared<L> {
    fn new(log: L, on_committed: OnCommitted) -> Self {
        let book = Some(Book { log, on_committed });
        let waiting = Decided::default();
        let inner = Inner { book, waiting, failed: None, closing: false, ended: false };
        Self { inner: Mutex::new(inner), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Inner<L>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, inner: MutexGuard<'a, Inner<L>>) -> MutexGuard<'a, Inner<L>> {
        self.changed.wait(inner).unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, mut book: Book<L>, decided: Decided) {
        let written = book.write(decided);
        let mut inner = self.lock();
        inner.book = Some(book);
        if let Err(error) = written {
            // Under the lock: whoever waited until nothing waits finds everybody answered.
            std::mem::take(&mut inner.waiting).refuse(&error);
            inner.failed = Some(error);
        }
        drop(inner);
        self.changed.notify_all();
    }

    fn write_what_comes(&self) {
        let _end = End(self);
        while let Some((book, decided)) = self.wait_for_work() {
            self.write(book, decided);
        }
    }

    fn wait_for_work(&self) -> Option<(Book<L>, Decided)> {
        let mut inner = self.lock();
        loop {
            if let Some(work) = inner.next() {
                return Some(work);
            }
            if inner.closing && inner.waiting.is_empty() {
                return None;
            }
            inner = self.wait(inner);
        }
    }
}

/// Tells the writer that the log's thread has ended, also when it panicked.
struct End<'a, L: Log>(&'a Shared<L>);

impl<L: Log> Drop for End<'_, L> {
    fn drop(&mut self) {
        self.0.lock().ended = true;
        self.0.changed.notify_all();
    }
}
