//! The one writer: it owns the state and the log, and decides commands in order.
//!
//! Guarantees (I2, I3, I8): nobody hears a reply before the entries behind it are durable; two
//! commands never see the same state; after a failed write the state is read back from the log, so
//! it never runs ahead of it; while the log can't be written every command is refused. One fsync
//! serves everyone who waited (group commit). Attempts that were refused like many before them are
//! counted in one entry a second, and answered after it.
//! Blocks: its own thread only. Does not panic.

mod by_hand;
mod held;
#[cfg(test)]
mod tests;

use crate::clock::Clock;
use held::{HOLD, Held};
use purser_domain::{AgentId, Command, Entry, Event};
use purser_engine::{ApplyError, Reply, State, Uncounted, decide};
use purser_ledger::{Ledger, LedgerError};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot, watch};

pub use by_hand::{ByHand, Heard};

/// Most commands that are decided into one transaction.
const BATCH: usize = 512;
/// Most commands that wait; more callers than this wait to be heard.
const QUEUE: usize = 4096;
/// How soon a full queue is tried again.
const CROWDED: Duration = Duration::from_millis(5);

/// Why a command got no answer from the engine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The log did not take the entries: nothing was decided.
    #[error("the log can't be written, so the wallet refuses everything: {reason}")]
    LogUnwritable {
        /// What the log said.
        reason: String,
    },
    /// The wallet was locked meanwhile.
    #[error("the wallet is locked; ask the owner to unlock it")]
    Closed,
}

/// Called with what became durable, on the writer's thread. Must not block.
pub type OnCommitted = Box<dyn Fn(&State, &[Entry]) + Send>;

type Look<L> = Box<dyn FnOnce(&State, &mut L) + Send>;
type Answer = oneshot::Sender<Result<Reply, WriteError>>;
/// Arranges for [`Message::CountHeld`] to come after [`HOLD`].
type Alarm = Box<dyn Fn() + Send>;

enum Message<L> {
    Decide { command: Box<Command>, answer: Answer },
    Look(Look<L>),
    CountHeld,
    Stop,
}

/// A way to the writer. When the last one is dropped, or [`Writer::stop`] is called, the writer
/// ends and closes the log; both return when its thread is gone, at most some writes later.
#[derive(Clone)]
pub struct Writer {
    // Dropped before the thread is waited for: it ends when nobody can ask it any more.
    queue: mpsc::Sender<Message<Ledger>>,
    ended: watch::Receiver<bool>,
    thread: Arc<Thread>,
}

impl Writer {
    /// Starts the writer's thread on a log and the state that it tells (see [`read_back`]).
    ///
    /// # Errors
    /// When the system gives no thread, or outside a tokio runtime, which wakes the writer.
    pub fn start(
        ledger: Ledger,
        state: State,
        clock: Clock,
        on_committed: OnCommitted,
    ) -> std::io::Result<Self> {
        let (queue, messages) = mpsc::channel(QUEUE);
        let (end, ended) = watch::channel(false);
        let alarm = alarm(queue.downgrade())?;
        let running = Running {
            state: Some(state),
            ledger,
            clock,
            on_committed,
            alarm,
            held: Held::default(),
            alarm_is_set: false,
            stopping: false,
        };
        let thread = std::thread::Builder::new().name("purser-writer".to_owned());
        let thread = thread.spawn(move || {
            running.run(messages);
            // Nobody may be waiting for it.
            let _ = end.send(true);
        })?;
        Ok(Self { queue, ended, thread: Arc::new(Thread(Mutex::new(Some(thread)))) })
    }

    /// Ends the writer after what waits before this call, and waits until the log is closed.
    /// Whoever comes later is told that the wallet is locked.
    pub async fn stop(&self) {
        // When it can't be told, it has ended already.
        let _ = self.queue.send(Message::Stop).await;
        let mut ended = self.ended.clone();
        let _ = ended.wait_for(|ended| *ended).await;
        // What is left of the thread is its end, which takes microseconds.
        self.thread.join();
    }

    /// Has a command decided; the answer comes once its entries are durable.
    ///
    /// # Errors
    /// When the log can't be written or the wallet was locked.
    pub async fn decide(&self, command: Command) -> Result<Reply, WriteError> {
        let (answer, reply) = oneshot::channel();
        let message = Message::Decide { command: Box::new(command), answer };
        self.queue.send(message).await.map_err(|_| WriteError::Closed)?;
        reply.await.map_err(|_| WriteError::Closed)?
    }

    /// Looks at the state, as of the last durable entry.
    ///
    /// # Errors
    /// When the wallet was locked.
    pub async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&State) -> T + Send + 'static,
    ) -> Result<T, WriteError> {
        self.look_with_log(move |state, _| look(state)).await
    }

    /// Looks at the state and the log together.
    ///
    /// # Errors
    /// When the wallet was locked.
    pub async fn look_with_log<T: Send + 'static>(
        &self,
        look: impl FnOnce(&State, &mut Ledger) -> T + Send + 'static,
    ) -> Result<T, WriteError> {
        let (answer, seen) = oneshot::channel();
        let look: Look<Ledger> = Box::new(move |state, ledger| {
            // The one who asked may have gone; then nobody needs the answer.
            let _ = answer.send(look(state, ledger));
        });
        self.queue.send(Message::Look(look)).await.map_err(|_| WriteError::Closed)?;
        seen.await.map_err(|_| WriteError::Closed)
    }
}

/// The writer's thread. Whoever lets go of it last waits until it is gone: when a process ends,
/// SQLCipher wipes and frees what it works with, its keys too, and OpenSSL the same; a thread that
/// is still in there crashes, or writes pages that nobody can read.
struct Thread(Mutex<Option<JoinHandle<()>>>);

impl Thread {
    fn join(&self) {
        // Held until it is gone, so that a second one waits as well.
        let mut thread = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A look may have owned the last way to the writer; a thread can't wait for itself.
        let other = |thread: &JoinHandle<()>| thread.thread().id() != std::thread::current().id();
        if let Some(thread) = thread.take().filter(other) {
            // A panic of its has been told where it happened.
            let _ = thread.join();
        }
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        self.join();
    }
}

/// Why a log could not be read back.
#[derive(Debug, thiserror::Error)]
pub enum ReadBackError {
    /// The log refused.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// An entry that no engine wrote.
    #[error("entry {seq} does not follow from the ones before it: {source}; restore a backup")]
    Apply {
        /// Which.
        seq: u64,
        /// Why.
        source: ApplyError,
    },
}

/// The state that a log tells.
///
/// # Errors
/// When the log is damaged, or holds an entry that no engine wrote.
pub fn read_back(ledger: &Ledger) -> Result<State, ReadBackError> {
    let mut state = State::default();
    ledger.replay(0, &mut |entry: Entry| {
        let seq = entry.seq;
        state.apply(&entry).map_err(|source| ReadBackError::Apply { seq, source })
    })?;
    Ok(state)
}

/// What the writer writes to: the [`Ledger`], or in a simulation a log whose disk fails when it is
/// told to.
pub trait Log {
    /// Adds entries, all of them durable when this returns `Ok`, and none when it does not.
    ///
    /// # Errors
    /// When they can't be written.
    fn append(&mut self, entries: &[Entry]) -> Result<(), LedgerError>;

    /// The state that the log tells.
    ///
    /// # Errors
    /// When it can't be read, or holds an entry that no engine wrote.
    fn read_back(&self) -> Result<State, ReadBackError>;
}

impl Log for Ledger {
    fn append(&mut self, entries: &[Entry]) -> Result<(), LedgerError> {
        Self::append(self, entries)
    }

    fn read_back(&self) -> Result<State, ReadBackError> {
        read_back(self)
    }
}

/// Wakes the writer through its own queue, unless everyone has left it.
fn alarm(queue: mpsc::WeakSender<Message<Ledger>>) -> std::io::Result<Alarm> {
    let runtime = Handle::try_current().map_err(std::io::Error::other)?;
    Ok(Box::new(move || {
        let queue = queue.clone();
        runtime.spawn(async move {
            let mut wait = HOLD;
            loop {
                tokio::time::sleep(wait).await;
                // Not held while waiting: the writer ends only when nobody has a way to it.
                let Some(queue) = queue.upgrade() else { return };
                match queue.try_send(Message::CountHeld) {
                    Err(TrySendError::Full(_)) => wait = CROWDED,
                    // When it can't be told, it has ended, and counted what was held.
                    Ok(()) | Err(TrySendError::Closed(_)) => return,
                }
            }
        });
    }))
}

/// What became of a command: the answer, and whether it must be counted first.
type Decided = Result<(Reply, Option<Uncounted>), WriteError>;
type Answers = Vec<(Answer, Result<Reply, WriteError>)>;

struct Running<L> {
    /// `None` after a failed write, until the state is read back.
    state: Option<State>,
    ledger: L,
    clock: Clock,
    on_committed: OnCommitted,
    alarm: Alarm,
    held: Held,
    alarm_is_set: bool,
    stopping: bool,
}

impl<L: Log> Running<L> {
    fn run(mut self, mut messages: mpsc::Receiver<Message<L>>) {
        let mut waiting = Vec::new();
        while !self.stopping && messages.blocking_recv_many(&mut waiting, BATCH) > 0 {
            self.serve(&mut waiting);
        }
        self.serve(&mut vec![Message::CountHeld]);
        drop(self.ledger);
    }

    /// Decides what waits, makes it durable in one go, and only then answers and lets others look.
    fn serve(&mut self, waiting: &mut Vec<Message<L>>) {
        let mut looks = Vec::new();
        let mut answers = Vec::new();
        let mut entries = Vec::new();
        let mut all_held = false;
        let ready = self.ensure_state();
        for message in waiting.drain(..) {
            match (message, &ready) {
                (Message::Look(look), _) => looks.push(look),
                (Message::Stop, _) => self.stopping = true,
                (Message::CountHeld, _) => all_held = true,
                (Message::Decide { command, answer }, Ok(())) => {
                    match self.decide(&command, &mut entries) {
                        Ok((reply, Some(uncounted))) => {
                            let back = self.held.take(uncounted, (answer, reply));
                            answers.extend(back.map(|(answer, reply)| (answer, Ok(reply))));
                        }
                        decided => answers.push((answer, decided.map(|(reply, _)| reply))),
                    }
                }
                (Message::Decide { answer, .. }, Err(error)) => {
                    answers.push((answer, Err(error.clone())));
                }
            }
        }
        self.count_held(all_held, &mut entries, &mut answers);
        let written = self.write(&entries);
        // Read back what a failed write or a defect has dropped, so that looks see the log's truth.
        let restored = self.ensure_state();
        if let Err(error) = restored {
            tracing::error!(%error, "the state can't be read back");
        }
        for (answer, reply) in answers {
            let reply = written.clone().and(reply);
            // The one who asked may have gone; what was decided stands.
            let _ = answer.send(reply);
        }
        if let Some(state) = &self.state {
            if written.is_ok() && !entries.is_empty() {
                (self.on_committed)(state, &entries);
            }
            for look in looks {
                look(state, &mut self.ledger);
            }
        }
    }

    /// Counts what is held: all of it, or what is held for the agents that the entries are about.
    fn count_held(&mut self, all: bool, entries: &mut Vec<Entry>, answers: &mut Answers) {
        if self.held.is_empty() {
            self.alarm_is_set &= !all;
            return;
        }
        let due = if all {
            self.alarm_is_set = false;
            self.held.release()
        } else {
            self.held.release_for(&self.agents_of(entries))
        };
        for group in due {
            let noted = self.decide(&group.note(), entries).map(|(reply, _)| reply);
            let counted = held::counted(noted);
            let of_group = group.waiting.into_iter();
            answers
                .extend(of_group.map(|(answer, reply)| (answer, counted.clone().map(|()| reply))));
        }
        if !self.held.is_empty() && !self.alarm_is_set {
            self.alarm_is_set = true;
            (self.alarm)();
        }
    }

    fn agents_of(&self, entries: &[Entry]) -> BTreeSet<AgentId> {
        let of_payment = |event: &Event| {
            let payment = self.state.as_ref()?.payment(event.payment()?)?;
            Some(payment.agent())
        };
        entries.iter().filter_map(|e| e.event.agent().or_else(|| of_payment(&e.event))).collect()
    }

    fn ensure_state(&mut self) -> Result<(), WriteError> {
        if self.state.is_none() {
            self.state = Some(self.ledger.read_back().map_err(|error| unwritable(&error))?);
        }
        Ok(())
    }

    fn decide(&mut self, command: &Command, entries: &mut Vec<Entry>) -> Decided {
        let Some(state) = self.state.as_mut() else {
            let reason = "an earlier command could not be applied; try again".to_owned();
            return Err(WriteError::LogUnwritable { reason });
        };
        let decision = decide(state, command, (self.clock)());
        let before = entries.len();
        for event in decision.events {
            let entry = Entry {
                seq: state.next_seq(),
                at_ms: decision.at,
                clock_ms: decision.clock,
                event,
            };
            if let Err(error) = state.apply(&entry) {
                // A defect. What this command half did is dropped with the state.
                tracing::error!(seq = entry.seq, %error, "an entry does not follow");
                entries.truncate(before);
                self.state = None;
                let reason = format!("entry {} does not follow: {error}", entry.seq);
                return Err(WriteError::LogUnwritable { reason });
            }
            entries.push(entry);
        }
        Ok((decision.reply, decision.coalesce))
    }

    /// On an error the state is ahead of the log, so it is dropped and read back.
    fn write(&mut self, entries: &[Entry]) -> Result<(), WriteError> {
        if entries.is_empty() {
            return Ok(());
        }
        self.ledger.append(entries).map_err(|error| {
            tracing::error!(%error, "the log was not written");
            self.state = None;
            unwritable(&error)
        })
    }
}

fn unwritable(error: &dyn std::fmt::Display) -> WriteError {
    WriteError::LogUnwritable { reason: error.to_string() }
}
