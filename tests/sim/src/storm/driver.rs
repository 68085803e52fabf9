//! What the wallet's own driver does (`wallet/src/driver.rs`), one small step at a time, so that
//! anything can come between: has cleared payments authorized, asks rails, writes down what they
//! say, and asks about what is not known. Never pays twice, unless a bug is planted.

use super::disk::Disk;
use super::rail::Mood;
use super::{Bug, Origin, Storm};
use crate::world::Wrong;
use purser_domain::{Command, PaymentId, Resolution, SpendRequest, Timestamp};
use purser_engine::{Authorized, CommandError, PaymentStatus, Reply, State, decide};
use purser_wallet::WriteError;

/// How long what is signed can move money, in milliseconds.
const VALID: i64 = 60_000;

/// One payment in the driver's hands.
#[derive(Debug)]
pub enum Task {
    /// It is cleared.
    Clear(PaymentId),
    /// The engine has authorized it, durably.
    Pay(Box<Authorized>),
    /// A rail has said this.
    Record(About, Resolution),
    /// Nobody knows.
    FindOut(About),
}

/// What is needed to ask a rail about a payment.
#[derive(Debug, Clone)]
pub struct About {
    /// What was asked.
    pub request: SpendRequest,
    /// Until when what was signed can move money.
    pub until: Timestamp,
}

impl<D: Disk> Storm<D> {
    /// Goes on with one task.
    pub(super) fn drive(&mut self, which: u16, mood: u16) -> Result<(), Wrong> {
        if self.tasks.is_empty() {
            return Ok(());
        }
        let task = self.tasks.remove(usize::from(which) % self.tasks.len());
        match task {
            Task::Clear(payment) => self.authorize(payment),
            Task::Pay(pass) => self.pay(&pass, mood),
            Task::Record(about, resolution) => {
                let payment = about.request.payment;
                let command = Command::Resolve { payment, resolution: resolution.clone() };
                self.send(command, Origin::Record(Box::new((about, resolution))))
            }
            Task::FindOut(about) => self.find_out(about, mood),
        }
    }

    fn authorize(&mut self, payment: PaymentId) -> Result<(), Wrong> {
        let Some(state) = self.state() else {
            self.tasks.push(Task::Clear(payment));
            return Ok(());
        };
        let approved = |state: &State| {
            state.payment(payment).is_some_and(|found| found.status == PaymentStatus::Approved)
        };
        if !approved(state) {
            return Ok(());
        }
        let valid_until = Timestamp::from_millis(self.world.now + VALID);
        let command = Command::Submit { payment, valid_until };
        if self.bug == Some(Bug::PaysBeforeDurable)
            && let Reply::Authorized(pass) =
                decide(state, &command, Timestamp::from_millis(self.world.now)).reply
        {
            self.pay(&pass, 0)?;
        }
        self.send(command, Origin::Submit(payment))
    }

    fn pay(&mut self, pass: &Authorized, mood: u16) -> Result<(), Wrong> {
        let mood = Mood::ALL[usize::from(mood) % Mood::ALL.len()];
        self.books.asked_to_pay(pass)?;
        let resolution = self.rail.pay(pass, mood, self.world.now);
        self.see(&format!("rail {mood:?}"));
        let about = About { request: pass.request().clone(), until: pass.valid_until() };
        let unknown = matches!(resolution, Resolution::Unknown { .. });
        if unknown && self.bug == Some(Bug::PaysAgain) {
            self.books.asked_to_pay(pass)?;
            self.rail.pay(pass, Mood::Pays, self.world.now);
        }
        self.once_each(pass.payment())?;
        self.tasks.push(Task::Record(about, resolution));
        Ok(())
    }

    fn find_out(&mut self, about: About, mood: u16) -> Result<(), Wrong> {
        let (moves, now) = (mood.is_multiple_of(2), self.world.now);
        let resolution = self.rail.say(&about.request, about.until, (moves, now));
        self.once_each(about.request.payment)?;
        let known = !matches!(resolution, Resolution::Unknown { .. });
        if self.bug == Some(Bug::GivesUp) && !known {
            return Ok(());
        }
        let submitted = self.state().and_then(|state| state.payment(about.request.payment));
        let submitted =
            submitted.is_some_and(|found| matches!(found.status, PaymentStatus::Submitted { .. }));
        let next =
            if known || submitted { Task::Record(about, resolution) } else { Task::FindOut(about) };
        self.tasks.push(next);
        Ok(())
    }

    /// Goes on when the engine has answered.
    pub(super) fn driven(&mut self, origin: Origin, answer: Result<Reply, WriteError>) {
        let later = matches!(answer, Err(WriteError::LogUnwritable { .. }));
        match (origin, answer) {
            (Origin::Submit(_), Ok(Reply::Authorized(pass))) => self.tasks.push(Task::Pay(pass)),
            (Origin::Submit(payment), Ok(Reply::Error(CommandError::ValidUntil))) => {
                self.tasks.push(Task::Clear(payment));
            }
            (Origin::Submit(payment), Err(_)) if later => self.tasks.push(Task::Clear(payment)),
            (Origin::Record(said), Err(_)) if later => {
                self.tasks.push(Task::Record(said.0, said.1));
            }
            (Origin::Record(said), Ok(_)) if matches!(said.1, Resolution::Unknown { .. }) => {
                self.tasks.push(Task::FindOut(said.0));
            }
            _ => {}
        }
    }

    /// What an earlier process left: cleared payments are paid, submitted ones are asked about.
    pub(super) fn take_up(&mut self) {
        let Some(state) = self.state() else { return };
        let mut tasks = Vec::new();
        for found in state.open_payments() {
            let request = found.reservation.request.clone();
            match found.status {
                PaymentStatus::Approved => tasks.push(Task::Clear(request.payment)),
                PaymentStatus::Submitted { valid_until: until }
                | PaymentStatus::Unknown { valid_until: until, .. } => {
                    let about = About { request, until };
                    tasks.push(match self.bug {
                        Some(Bug::LostMeansFailed) => {
                            let problem = "lost".to_owned();
                            let detail = crate::world::tables::claim("it was lost");
                            Task::Record(about, Resolution::Failed { problem, detail })
                        }
                        _ => Task::FindOut(about),
                    });
                }
                _ => {}
            }
        }
        self.tasks = tasks;
    }

    /// I5: no rail is asked twice to pay, and no money moves twice.
    fn once_each(&self, payment: PaymentId) -> Result<(), Wrong> {
        let Some(truth) = self.rail.truth.get(&payment) else { return Ok(()) };
        if truth.asked <= 1 && truth.moved <= 1 {
            return Ok(());
        }
        Err(Wrong::new("I5 paid once", format!("{payment}: {truth:?}")))
    }
}
