//! Storms: a wallet whose disk fails, whose process dies, whose rails hang and lie and whose clock
//! jumps, while many agents, sub-agents and the owner go on.
//!
//! The wallet's own writer decides, writes, holds and answers (see [`purser_wallet::ByHand`]); the
//! disk under it, the rails and the driver that takes payments to them are played here. After every
//! step the [`books`] are asked whether a promise was broken: I1 by the [`doors`], I2 and I9 by the
//! [`answers`], I3 to I7 by books that know neither engine nor model, I8 at each death.

pub mod always;
pub mod answers;
pub mod books;
pub mod disk;
pub mod doors;
pub mod driver;
pub mod limits;
pub mod on_disk;
pub mod plan;
pub mod rail;

use crate::step::{Step, Verb};
use crate::world::{World, Wrong};
use books::Books;
use disk::{Disk, Fault};
use doors::Door;
use driver::{About, Task};
use purser_domain::{
    Command, Entry, Event, PaymentId, PaymentStop, Resolution, StopCause, Timestamp,
};
use purser_engine::State;
use purser_wallet::{ByHand, Heard};
use rail::Rail;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// So many hear that the log can't be written before the wallet is started anew.
const PATIENCE: u32 = 8;

/// A bug of the shell around the engine, planted to see that it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// The disk says that entries are durable some writes before they are.
    AnswersBeforeDurable,
    /// A rail is asked again when its answer is lost.
    PaysAgain,
    /// A rail is asked before the submission is durable.
    PaysBeforeDurable,
    /// A new process forgets what a payment that waits has reserved.
    ForgetsReservation,
    /// A new process takes what was in flight for failed.
    LostMeansFailed,
    /// What an agent calls off is approved instead.
    AgentMayApprove,
    /// A rail is asked once about a payment whose outcome is unknown.
    GivesUp,
    /// Refusals that wait to be counted are answered at once.
    AnswersUncounted,
}

impl Bug {
    /// All of them, with the promise that each breaks.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::AnswersBeforeDurable, "I2"),
        (Self::PaysAgain, "I5"),
        (Self::PaysBeforeDurable, "I2"),
        (Self::ForgetsReservation, "I8"),
        (Self::LostMeansFailed, "I5"),
        (Self::AgentMayApprove, "I1"),
        (Self::GivesUp, "held for ever"),
        (Self::AnswersUncounted, "I9"),
    ];
}

/// Who waits for an answer.
#[derive(Debug, Clone)]
pub enum Origin {
    /// An agent or the owner.
    Crowd,
    /// The driver, to be authorized.
    Submit(PaymentId),
    /// The driver, with what a rail said.
    Record(Box<(About, Resolution)>),
}

/// A writer has its log as long as it lives.
const OPEN: &str = "a log that is open";

/// A wallet in a storm.
pub struct Storm<D: Disk> {
    /// What draws commands, with the model, which takes what is durable.
    pub world: World,
    /// The payments in the driver's hands.
    pub tasks: Vec<Task>,
    /// The rails.
    pub rail: Rail,
    /// The books.
    pub books: Books,
    writer: Option<ByHand<D>>,
    clock: Arc<AtomicI64>,
    bug: Option<Bug>,
    /// Commands that come together, and how many more are waited for.
    pending: Vec<(Command, Origin)>,
    gather: u16,
    /// Whose answers are held.
    held: Vec<(Command, Heard)>,
    /// How many have heard that the log can't be written since the process began.
    unwritable: u32,
    /// How many refusals of each agent were answered that are not known by their payment.
    answered: BTreeMap<purser_domain::AgentId, u64>,
}

impl<D: Disk> Storm<D> {
    /// A wallet on an empty log.
    #[must_use]
    pub fn new(disk: D, bug: Option<Bug>) -> Self {
        let world = World::default();
        let clock = Arc::new(AtomicI64::new(world.now));
        let mut storm = Self {
            world,
            tasks: Vec::new(),
            rail: Rail::default(),
            books: Books::default(),
            writer: None,
            clock,
            bug,
            pending: Vec::new(),
            gather: 0,
            held: Vec::new(),
            unwritable: 0,
            answered: BTreeMap::new(),
        };
        storm.writer = Some(storm.writer_on(disk, State::default()));
        storm
    }

    fn writer_on(&self, disk: D, state: State) -> ByHand<D> {
        let time = Arc::clone(&self.clock);
        let now = move || Timestamp::from_millis(time.load(Ordering::Relaxed));
        ByHand::new(disk, state, Arc::new(now))
    }

    fn writer(&mut self) -> &mut ByHand<D> {
        self.writer.as_mut().expect("a process that lives")
    }

    fn on_log<T>(&mut self, act: impl FnOnce(&mut D) -> T) -> T {
        self.writer().with_log(act).expect(OPEN)
    }

    fn state(&self) -> Option<&State> {
        self.writer.as_ref().and_then(ByHand::state)
    }

    fn see(&mut self, word: &str) {
        *self.world.seen.entry(word.to_owned()).or_default() += 1;
    }

    /// Takes a step.
    ///
    /// # Errors
    /// When a promise is broken.
    pub fn take(&mut self, step: &Step) -> Result<(), Wrong> {
        let [first, second, ..] = step.numbers;
        match step.verb {
            Verb::Wait => self.world.pass(step),
            Verb::Turn => {
                let deadline = self.state().and_then(State::next_deadline);
                self.world.turn_to(step, deadline);
            }
            Verb::Together => self.gather = first,
            Verb::Drive => self.drive(first, second)?,
            Verb::Second => self.second()?,
            Verb::Fault => {
                let fault = Fault::ALL[usize::from(first) % Fault::ALL.len()];
                self.on_log(|log| log.arm(fault));
                self.see(&format!("fault {fault:?}"));
            }
            Verb::Die => self.die(true)?,
            Verb::Race => {
                if let Some(payment) = self.world.payment(first) {
                    self.tasks.push(Task::Clear(payment));
                }
            }
            Verb::Flood => {
                self.gather = second;
                for _ in 0..second {
                    let ask = Step::new(Verb::Ask, &[first]);
                    self.crowd(&ask)?;
                }
            }
            _ => self.crowd(step)?,
        }
        Ok(())
    }

    /// What somebody in the crowd does.
    fn crowd(&mut self, step: &Step) -> Result<(), Wrong> {
        match self.world.command(step) {
            Some(command) => self.send(command, Origin::Crowd),
            None => Ok(()),
        }
    }

    /// Sends a command, with others where some come together.
    fn send(&mut self, command: Command, origin: Origin) -> Result<(), Wrong> {
        self.pending.push((command, origin));
        if self.gather > 0 {
            self.gather -= 1;
            return Ok(());
        }
        self.flush()
    }

    /// Has everything decided that came together.
    fn flush(&mut self) -> Result<(), Wrong> {
        let batch = std::mem::take(&mut self.pending);
        self.gather = 0;
        self.world.commands += batch.len() as u64;
        self.clock.store(self.world.now, Ordering::Relaxed);
        let doors: Vec<Door> = batch.iter().map(|(command, _)| doors::door(command)).collect();
        let commands: Vec<Command> =
            batch.iter().map(|(command, _)| self.as_sent(command)).collect();
        let heard = self.writer().serve(commands);
        self.take_durable(&doors)?;
        for ((command, origin), mut heard) in batch.into_iter().zip(heard) {
            match heard.try_recv() {
                Ok(answer) => self.hears(&command, origin, answer)?,
                Err(_) => self.waits(command, heard)?,
            }
        }
        self.look_at_held()?;
        if self.on_log(|log| log.has_died()) {
            return self.die(false);
        }
        // Whoever hears that nothing can be written starts the wallet anew, some time.
        if self.unwritable > PATIENCE { self.die(true) } else { Ok(()) }
    }

    /// The command as the shell sends it on.
    fn as_sent(&self, command: &Command) -> Command {
        match command {
            Command::Cancel { payment, agent: Some(_), .. }
                if self.bug == Some(Bug::AgentMayApprove) =>
            {
                let approval = self.world.model.pay(*payment);
                let approval = approval.and_then(|pay| pay.reservation.approval.as_ref());
                approval.map_or_else(
                    || command.clone(),
                    |approval| Command::Approve {
                        payment: *payment,
                        approver: approval.approvers[0],
                        digest: approval.digest,
                    },
                )
            }
            _ => command.clone(),
        }
    }

    /// A second passes, and what is held is counted.
    fn second(&mut self) -> Result<(), Wrong> {
        self.world.now += 1000;
        self.clock.store(self.world.now, Ordering::Relaxed);
        self.writer().count_held();
        self.take_durable(&[Door::Wallet])?;
        self.look_at_held()?;
        if self.on_log(|log| log.has_died()) {
            return self.die(false);
        }
        let left = self.held.len();
        books::must(left == 0, "I9 answers come", || format!("{left} are held after a second"))
    }

    fn look_at_held(&mut self) -> Result<(), Wrong> {
        for (command, mut heard) in std::mem::take(&mut self.held) {
            match heard.try_recv() {
                Ok(answer) => self.hears(&command, Origin::Crowd, answer)?,
                Err(_) => self.held.push((command, heard)),
            }
        }
        Ok(())
    }

    fn waits(&mut self, command: Command, heard: Heard) -> Result<(), Wrong> {
        self.see("held");
        if self.bug == Some(Bug::AnswersUncounted) {
            return self.refused_agent(&command);
        }
        self.held.push((command, heard));
        Ok(())
    }

    /// Takes what has become durable into the books, and looks who could have done it.
    fn take_durable(&mut self, doors: &[Door]) -> Result<(), Wrong> {
        let from = self.books.entries;
        let (entries, written) = self.on_log(|log| (log.since(from), log.has_written()));
        for entry in entries {
            self.books.take(&entry)?;
            self.world.model.note(&entry);
            // What was held is counted when something about its agent comes.
            let counts =
                matches!(entry.event, Event::AttemptsRefused { .. } | Event::BreakerTripped { .. });
            let lets = counts || doors.iter().any(|door| doors::lets(*door, &entry.event));
            books::must(lets, "I1 doors", || format!("{doors:?} gave {entry:?}"))?;
            if written {
                self.clear(&entry);
            }
            self.world.see_event(&entry.event);
            self.world.log.push(entry);
        }
        Ok(())
    }

    /// The driver hears of payments that were cleared.
    fn clear(&mut self, entry: &Entry) {
        let cleared = match &entry.event {
            Event::SpendReserved { .. } | Event::ApprovalGiven { .. } => entry.event.payment(),
            _ => None,
        };
        let row = cleared.and_then(|payment| self.books.rows.get(&payment));
        if let Some(row) = row.filter(|row| row.stand == limits::Stand::Cleared) {
            self.tasks.push(Task::Clear(row.reservation.request.payment));
        }
    }

    /// The process dies, and another one opens the log. `idle` when it was doing nothing, so that
    /// all it knew was durable.
    fn die(&mut self, idle: bool) -> Result<(), Wrong> {
        self.see("death");
        let writer = self.writer.take().expect("a process that lives");
        let before = writer.state().filter(|_| idle).cloned();
        self.tasks.clear();
        self.pending.clear();
        self.held.clear();
        (self.gather, self.unwritable) = (0, 0);
        let disk = writer.into_log().expect(OPEN).reopened();
        let mut state =
            disk.read_back().map_err(|error| Wrong::new("I8 replay", error.to_string()))?;
        self.writer = Some(self.writer_on(disk, State::default()));
        // What was durable and nobody heard of.
        self.take_durable(&[Door::Agent, Door::Owner, Door::Wallet])?;
        self.tasks.clear();
        if self.bug == Some(Bug::ForgetsReservation) {
            forget_reservation(&mut state);
        }
        books::must(before.is_none_or(|before| before == state), "I8 replay", || {
            "the log does not give the state that was".to_owned()
        })?;
        self.books.limits_hold()?;
        self.world.state = state;
        self.world.compare_all().map_err(|wrong| Wrong::new("I8 model", wrong.words))?;
        let state = self.world.state.clone();
        let disk = self.writer.take().expect("a writer").into_log();
        let disk = disk.expect(OPEN);
        self.writer = Some(self.writer_on(disk, state));
        self.take_up();
        Ok(())
    }

    /// The storm is over: the process starts anew, rails answer, and everything comes to an end.
    ///
    /// # Errors
    /// When a promise is broken, or something never ends.
    pub fn end(&mut self) -> Result<(), Wrong> {
        self.flush()?;
        self.die(true)?;
        self.world.now = self.world.now.max(self.books.at.as_millis());
        for _ in 0..200 {
            for _ in 0..self.tasks.len() {
                self.drive(0, 0)?;
            }
            self.world.now += 2000;
            if self.tasks.is_empty() {
                break;
            }
        }
        for _ in 0..2000 {
            let Some(deadline) = self.state().and_then(State::next_deadline) else { break };
            self.world.now = self.world.now.max(deadline.as_millis());
            self.send(Command::Tick, Origin::Crowd)?;
        }
        self.nothing_is_held()?;
        self.books.limits_hold()?;
        self.die(true)?;
        self.world.replay().map_err(|wrong| Wrong::new("I8 text", wrong.words))
    }

    /// Every payment has ended, holds nothing, and is what the rail says (I5).
    fn nothing_is_held(&self) -> Result<(), Wrong> {
        use limits::Stand;
        for (id, row) in &self.books.rows {
            let ended = matches!(row.stand, Stand::Succeeded | Stand::Failed | Stand::Stopped);
            books::must(ended && row.reserved.is_zero(), "held for ever", || {
                format!("{id} is {:?} and holds {}", row.stand, row.reserved)
            })?;
            let truth = self.rail.truth.get(id);
            let moved = truth.map_or(0, |truth| truth.moved);
            let honest = truth.is_none_or(|truth| !truth.lied);
            let paid = u32::from(row.stand == Stand::Succeeded);
            books::must(!honest || paid == moved, "I5 money", || {
                format!("{id} is {:?}, and money moved {moved} times", row.stand)
            })?;
        }
        let open = self.state().map_or(0, |state| state.open_payments().count());
        books::must(open == 0, "held for ever", || format!("{open} are open"))
    }
}

/// The planted bug: an entry that nobody wrote calls off what waits.
fn forget_reservation(state: &mut State) {
    let waiting = state.open_payments().find(|payment| payment.is_unsubmitted());
    let Some(payment) = waiting.map(purser_engine::Payment::id) else { return };
    let stop = PaymentStop::Canceled { cause: StopCause::Owner };
    let event = Event::PaymentStopped { payment, stop };
    let (seq, at_ms) = (state.next_seq(), state.clock());
    state.apply(&Entry { seq, at_ms, clock_ms: None, event }).expect("an entry that follows");
}
