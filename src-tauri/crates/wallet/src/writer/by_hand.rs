//! The writer without its threads, for simulations, which choose what comes together and what
//! fails.
//!
//! Guarantees: everything but the queue, the threads and the alarm is the running wallet's own
//! code.
//! Nothing happens but in a call, and the same calls give the same answers.

use super::{Answer, Held, Log, Message, Running, WriteBehind, WriteError};
use crate::clock::Clock;
use purser_domain::Command;
use purser_engine::{Reply, State};
use tokio::sync::oneshot;

/// Where the answer to a command comes, once its entries are durable. When the writer is dropped
/// first, nobody answers.
pub type Heard = oneshot::Receiver<Result<Reply, WriteError>>;

/// A writer that works when it is called. Dropping it is what the death of the process is.
pub struct ByHand<L: Log>(Running<L>);

impl<L: Log + 'static> ByHand<L> {
    /// A writer on a log and the state that it tells, with the time that it decides by.
    pub fn new(log: L, state: State, clock: Clock) -> Self {
        Self(Running {
            state: Some(state),
            log: WriteBehind::at_once(log, Box::new(|_, _| {})),
            clock,
            read_back: Box::new(L::read_back),
            // Whoever calls has to call [`ByHand::count_held`] within a second.
            alarm: Box::new(|| {}),
            held: Held::default(),
            alarm_is_set: false,
            stopping: false,
        })
    }

    /// Decides commands that came together, writes their entries, and answers.
    pub fn serve(&mut self, commands: impl IntoIterator<Item = Command>) -> Vec<Heard> {
        let (mut messages, mut all_heard) = (Vec::new(), Vec::new());
        for command in commands {
            let (answer, heard): (Answer, Heard) = oneshot::channel();
            messages.push(Message::Decide { command: Box::new(command), see: None, answer });
            all_heard.push(heard);
        }
        self.serve_all(messages);
        all_heard
    }

    /// Counts the refusals whose answers are held, as the alarm has the running writer do.
    pub fn count_held(&mut self) {
        self.serve_all(vec![Message::CountHeld]);
    }

    fn serve_all(&mut self, mut messages: Vec<Message<L>>) {
        self.0.serve(&mut messages);
        // Now, and not only before the next command, so that the state is always the log's.
        let _ = self.0.ensure_state();
    }

    /// The state, as of the last durable entry; `None` when it could not be read back.
    #[must_use]
    pub const fn state(&self) -> Option<&State> {
        self.0.state.as_ref()
    }

    /// Ends without counting or answering what is held, and leaves the log.
    pub fn into_log(mut self) -> Option<L> {
        self.0.log.close()
    }

    /// Looks at the log, unless it was closed.
    pub fn with_log<T>(&mut self, act: impl FnOnce(&mut L) -> T) -> Option<T> {
        self.0.log.with(act)
    }
}
