//! The one writer: it owns the state and the log, and decides commands in order.
//!
//! Guarantees (I2, I3, I8): nobody hears a reply, and nobody sees the state, before the entries
//! behind it are durable; two commands never see the same state; after a failed write the state is
//! read back from the log and the latest snapshot of it; while the log can't be written every
//! command is refused. One fsync serves everyone who waited (group commit), and what comes
//! meanwhile is decided meanwhile. Attempts that were refused like many before them are counted in
//! one entry a second, and answered after it.
//! Blocks: its own two threads only, of which one decides and the other writes. Does not panic.

mod by_hand;
mod held;
#[cfg(test)]
mod tests;
mod write_behind;

use crate::clock::Clock;
use held::{HOLD, Held};
use purser_domain::{AgentId, Command, Entry, Event, PaymentId};
use purser_engine::{ApplyError, PaymentStatus, Reply, State, Uncounted, decide};
use purser_ledger::{Ledger, LedgerError};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot, watch};
use write_behind::{Decided, WriteBehind};

pub use by_hand::{ByHand, Heard};

/// Most commands that are taken from the queue at once, and that wait to be written before nothing
/// more is decided.
const BATCH: usize = 512;
/// So many are decided before the log is given them, so that it has work soon.
const CHUNK: usize = 16;
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

/// Called with what became durable, and with the payments that may be submitted because of it, on
/// one of the writer's threads. Must not block.
pub type OnCommitted = Box<dyn Fn(&[Entry], &[PaymentId]) + Send>;

/// Reads back the state that the log tells, after a failed write.
pub type ReadBack<L = Ledger> = Box<dyn Fn(&L) -> Result<State, ReadBackError> + Send>;

type Look<L> = Box<dyn FnOnce(&State, &mut L) + Send>;
/// Looks at the state right after a command, before anything is durable: what it saw must wait.
type See = Box<dyn FnOnce(&State, &Reply) + Send>;
type Answer = oneshot::Sender<Result<Reply, WriteError>>;
/// Arranges for [`Message::CountHeld`] to come after [`HOLD`].
type Alarm = Box<dyn Fn() + Send>;

enum Message<L> {
    Decide { command: Box<Command>, see: Option<See>, answer: Answer },
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
    /// Starts the writer's threads on a log and the state that it tells (see [`read_back`]).
    ///
    /// # Errors
    /// When the system gives no thread, or outside a tokio runtime, which wakes the writer.
    pub fn start(
        ledger: Ledger,
        state: State,
        clock: Clock,
        on_committed: OnCommitted,
    ) -> std::io::Result<Self> {
        Self::start_with(ledger, state, clock, on_committed, Box::new(read_back))
    }

    /// Starts it with another way to read the state back, such as from a snapshot.
    ///
    /// # Errors
    /// As [`Writer::start`].
    pub fn start_with(
        ledger: Ledger,
        state: State,
        clock: Clock,
        on_committed: OnCommitted,
        read_back: ReadBack,
    ) -> std::io::Result<Self> {
        let (queue, messages) = mpsc::channel(QUEUE);
        let (end, ended) = watch::channel(false);
        let alarm = alarm(queue.downgrade())?;
        let running = Running {
            state: Some(state),
            log: WriteBehind::start(ledger, on_committed)?,
            clock,
            read_back,
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
        self.ended().await;
    }

    /// Waits until the writer has ended.
    pub async fn ended(&self) {
        let mut ended = self.ended.clone();
        // An error means that it has ended without saying so.
        let _ = ended.wait_for(|ended| *ended).await;
        // What is left of the thread is its end, which takes microseconds.
        self.thread.join();
    }

    /// Has a command decided; the answer comes once its entries are durable.
    ///
    /// # Errors
    /// When the log can't be written or the wallet was locked.
    pub async fn decide(&self, command: Command) -> Result<Reply, WriteError> {
        self.ask(command, None).await
    }

    /// As [`Writer::decide`], with a look at the state as the command left it. It comes with the
    /// answer, so it shows nothing that is not durable.
    ///
    /// # Errors
    /// As [`Writer::decide`].
    pub async fn decide_and_see<T: Send + 'static>(
        &self,
        command: Command,
        see: impl FnOnce(&State, &Reply) -> T + Send + 'static,
    ) -> Result<(Reply, T), WriteError> {
        let (tell, seen) = oneshot::channel();
        let see: See = Box::new(move |state, reply| {
            // The one who asked may have gone; then nobody needs it.
            let _ = tell.send(see(state, reply));
        });
        let reply = self.ask(command, Some(see)).await?;
        let seen = seen.await.map_err(|_| WriteError::Closed)?;
        Ok((reply, seen))
    }

    async fn ask(&self, command: Command, see: Option<See>) -> Result<Reply, WriteError> {
        let (answer, reply) = oneshot::channel();
        let message = Message::Decide { command: Box::new(command), see, answer };
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

/// The state that a log tells, by replaying all of it.
///
/// # Errors
/// When the log is damaged, or holds an entry that no engine wrote.
pub fn read_back(ledger: &Ledger) -> Result<State, ReadBackError> {
    read_on(ledger, State::default())
}

/// What becomes of a state with the entries after it.
pub(crate) fn read_on(ledger: &Ledger, mut state: State) -> Result<State, ReadBackError> {
    ledger.replay(state.next_seq(), &mut |entry: Entry| {
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
type Outcome = Result<(Reply, Option<Uncounted>), WriteError>;

struct Running<L: Log> {
    /// `None` after a failed write, until the state is read back. May be ahead of the log by what
    /// waits to be written.
    state: Option<State>,
    log: WriteBehind<L>,
    clock: Clock,
    read_back: ReadBack<L>,
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
        drop(self.log.close());
    }

    /// Decides what waits and hands it to the log, which answers once it is durable. Looks see the
    /// state after that.
    fn serve(&mut self, waiting: &mut Vec<Message<L>>) {
        let alone = waiting.len() == 1;
        let mut looks = Vec::new();
        let mut all_held = false;
        let mut decided = Decided::default();
        let mut ready = self.ensure_state();
        for message in waiting.drain(..) {
            match message {
                Message::Look(look) => looks.push(look),
                Message::Stop => self.stopping = true,
                Message::CountHeld => all_held = true,
                Message::Decide { command, see, answer } => match &ready {
                    Ok(()) => self.answer((&command, see), answer, &mut decided),
                    Err(error) => decided.answers.push((answer, Err(error.clone()))),
                },
            }
            if decided.answers.len() >= CHUNK {
                self.count_held(false, &mut decided);
                self.log.take(std::mem::take(&mut decided), false);
                ready = self.ensure_state();
            }
        }
        self.count_held(all_held, &mut decided);
        if !decided.is_empty() {
            self.log.take(decided, alone);
        }
        if !looks.is_empty() {
            self.look(looks);
        }
    }

    fn answer(
        &mut self,
        (command, see): (&Command, Option<See>),
        answer: Answer,
        decided: &mut Decided,
    ) {
        let outcome = self.decide(command, decided);
        if let (Some(see), Some(state), Ok((reply, _))) = (see, &self.state, &outcome) {
            see(state, reply);
        }
        match outcome {
            Ok((reply, Some(uncounted))) => {
                let back = self.held.take(uncounted, (answer, reply));
                decided.answers.extend(back.map(|(answer, reply)| (answer, Ok(reply))));
            }
            outcome => decided.answers.push((answer, outcome.map(|(reply, _)| reply))),
        }
    }

    /// Lets others look once everything is durable: at the log's truth, also after a failed write.
    fn look(&mut self, looks: Vec<Look<L>>) {
        let drained = self.log.with(|_| ());
        if let Err(error) = self.ensure_state() {
            tracing::error!(%error, "the state can't be read back");
        }
        let (Some(()), Some(state)) = (drained, &self.state) else { return };
        self.log.with(|ledger| looks.into_iter().for_each(|look| look(state, ledger)));
    }

    /// Counts what is held: all of it, or what is held for the agents that the entries are about.
    fn count_held(&mut self, all: bool, decided: &mut Decided) {
        if self.held.is_empty() {
            self.alarm_is_set &= !all;
            return;
        }
        let due = if all {
            self.alarm_is_set = false;
            self.held.release()
        } else {
            self.held.release_for(&self.agents_of(&decided.entries))
        };
        for group in due {
            let noted = self.decide(&group.note(), decided).map(|(reply, _)| reply);
            let counted = held::counted(noted);
            let of_group = group.waiting.into_iter();
            let answers = of_group.map(|(answer, reply)| (answer, counted.clone().map(|()| reply)));
            decided.answers.extend(answers);
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

    /// After a failed write the state is ahead of the log for good, so it is read back.
    fn ensure_state(&mut self) -> Result<(), WriteError> {
        if self.log.has_failed() {
            self.state = None;
        }
        if self.state.is_none() {
            let read = self.log.with(|ledger| (self.read_back)(ledger));
            let read = read.ok_or(WriteError::Closed)?;
            self.state = Some(read.map_err(|error| unwritable(&error))?);
            self.log.go_on();
        }
        Ok(())
    }

    fn decide(&mut self, command: &Command, decided: &mut Decided) -> Outcome {
        let Some(state) = self.state.as_mut() else {
            let reason = "an earlier command could not be applied; try again".to_owned();
            return Err(WriteError::LogUnwritable { reason });
        };
        let decision = decide(state, command, (self.clock)());
        let before = (decided.entries.len(), decided.cleared.len());
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
                decided.entries.truncate(before.0);
                decided.cleared.truncate(before.1);
                self.state = None;
                let reason = format!("entry {} does not follow: {error}", entry.seq);
                return Err(WriteError::LogUnwritable { reason });
            }
            decided.cleared.extend(cleared(state, &entry));
            decided.entries.push(entry);
        }
        Ok((decision.reply, decision.coalesce))
    }
}

/// The payment that an entry is about, if it may be submitted now.
fn cleared(state: &State, entry: &Entry) -> Option<PaymentId> {
    let payment = entry.event.payment()?;
    let found = state.payment(payment)?;
    (found.status == PaymentStatus::Approved).then_some(payment)
}

fn unwritable(error: &dyn std::fmt::Display) -> WriteError {
    WriteError::LogUnwritable { reason: error.to_string() }
}
