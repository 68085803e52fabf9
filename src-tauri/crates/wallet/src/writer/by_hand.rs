//! The writer without its thread, for simulations, which choose what comes together and what fails.
//!
//! Guarantees: everything but the queue, the thread and the alarm is the running wallet's own code.
//! Nothing happens but in a call, and the same calls give the same answers.

use super::{Answer, Held, Log, Message, Running, WriteError};
use crate::clock::Clock;
use purser_domain::Command;
use purser_engine::{Reply, State};
use tokio::sync::oneshot;

/// Where the answer to a command comes, once its entries are durable. When the writer is dropped
/// first, nobody answers.
pub type Heard = oneshot::Receiver<Result<Reply, WriteError>>;

/// A writer that works when it is called. Dropping it is what the death of the process is.
pub struct ByHand<L>(Running<L>);

impl<L: Log> ByHand<L> {
    /// A writer on a log and the state that it tells, with the time that it decides by.
    pub fn new(log: L, state: State, clock: Clock) -> Self {
        Self(Running {
            state: Some(state),
            ledger: log,
            clock,
            on_committed: Box::new(|_, _| {}),
            // Whoever calls has to call [`ByHand::count_held`] within a second.
            alarm: Box::new(|| {}),
            held: Held::default(),
            alarm_is_set: false,
            stopping: false,
        })
    }

    /// Decides commands that came together, writes their entries in one go, and answers.
    pub fn serve(&mut self, commands: impl IntoIterator<Item = Command>) -> Vec<Heard> {
        let (mut messages, mut all_heard) = (Vec::new(), Vec::new());
        for command in commands {
            let (answer, heard): (Answer, Heard) = oneshot::channel();
            messages.push(Message::Decide { command: Box::new(command), answer });
            all_heard.push(heard);
        }
        self.0.serve(&mut messages);
        all_heard
    }

    /// Counts the refusals whose answers are held, as the alarm has the running writer do.
    pub fn count_held(&mut self) {
        self.0.serve(&mut vec![Message::CountHeld]);
    }

    /// The state, as of the last durable entry; `None` when it could not be read back.
    #[must_use]
    pub const fn state(&self) -> Option<&State> {
        self.0.state.as_ref()
    }

    /// Ends without counting or answering what is held, and leaves the log.
    pub fn into_log(self) -> L {
        self.0.ledger
    }

    /// The log.
    pub const fn log(&mut self) -> &mut L {
        &mut self.0.ledger
    }
}
