//! Who may do what (I1): told by what happened, not by what was asked.

use purser_domain::{Command, Event, PaymentStop, SessionActor, SessionEnd, StopCause};

/// Where a command came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// An agent's.
    Agent,
    /// The owner's.
    Owner,
    /// The wallet's own work.
    Wallet,
}

/// The door that a command belongs to.
#[must_use]
pub const fn door(command: &Command) -> Door {
    match command {
        Command::Spend { .. }
        | Command::Delegate(_)
        | Command::RejectAttempt { .. }
        | Command::Cancel { agent: Some(_), .. }
        | Command::SetAllocation { by: Some(_), .. } => Door::Agent,
        Command::OpenSession { by, .. } | Command::CloseSession { by, .. } => match by {
            SessionActor::Owner => Door::Owner,
            SessionActor::Agent | SessionActor::Parent(_) => Door::Agent,
        },
        Command::Submit { .. }
        | Command::Resolve { .. }
        | Command::Tick
        | Command::NoteRefusals { .. } => Door::Wallet,
        _ => Door::Owner,
    }
}

/// Whether something may happen because of what came in at a door.
#[must_use]
pub fn lets(door: Door, event: &Event) -> bool {
    match door {
        Door::Agent => match event {
            Event::SpendReserved { .. }
            | Event::SpendRefused { .. }
            | Event::SpendRepeated { .. }
            | Event::AgentAskRefused { .. }
            | Event::AttemptRejected { .. }
            | Event::AttemptsRefused { .. }
            | Event::BreakerTripped { .. }
            | Event::BudgetReached { .. } => true,
            Event::AgentAdded { parent, allocation, .. } => {
                parent.is_some() && allocation.is_some()
            }
            Event::AllocationSet { by, .. } => by.is_some(),
            Event::SessionOpened { by, .. } => *by != SessionActor::Owner,
            Event::SessionClosed { end, .. } => {
                matches!(end, SessionEnd::Agent | SessionEnd::Parent | SessionEnd::Exceeded)
            }
            Event::PaymentStopped { stop: PaymentStop::Canceled { cause }, .. } => {
                matches!(cause, StopCause::Agent | StopCause::SessionOver)
            }
            _ => false,
        },
        Door::Wallet => matches!(
            event,
            Event::PaymentSubmitted { .. }
                | Event::PaymentSucceeded { .. }
                | Event::PaymentFailed { .. }
                | Event::PaymentUnknown { .. }
                | Event::PaymentStopped {
                    stop: PaymentStop::Expired
                        | PaymentStop::Canceled { cause: StopCause::SessionOver },
                    ..
                }
                | Event::SessionClosed { end: SessionEnd::Expired, .. }
                | Event::AttemptsRefused { .. }
                | Event::BreakerTripped { .. }
        ),
        Door::Owner => !matches!(
            event,
            Event::SpendReserved { .. }
                | Event::SpendRefused { .. }
                | Event::PaymentSubmitted { .. }
                | Event::PaymentSucceeded { .. }
        ),
    }
}
