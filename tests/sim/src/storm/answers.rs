//! What is answered must be durable (I2), and every attempt that is answered must be in the log
//! (I9).

use super::books::{Standing, must};
use super::disk::Disk;
use super::limits::Stand;
use super::{Origin, Storm};
use crate::world::Wrong;
use purser_domain::{AgentId, Command, Resolution, SessionActor};
use purser_engine::{Authorized, Reply, SpendReply};
use purser_wallet::WriteError;

impl super::books::Books {
    /// I1, I2: no rail is asked before the submission is durable.
    ///
    /// # Errors
    /// When it is not.
    pub fn asked_to_pay(&self, pass: &Authorized) -> Result<(), Wrong> {
        let row = self.rows.get(&pass.payment());
        let known = row.filter(|row| {
            row.stand == Stand::Submitted && row.reservation.request == *pass.request()
        });
        must(known.is_some(), "I2 rail", || {
            format!("{} is {:?}", pass.payment(), row.map(|row| row.stand))
        })
    }
}

impl<D: Disk> Storm<D> {
    /// Somebody hears an answer.
    pub(super) fn hears(
        &mut self,
        command: &Command,
        origin: Origin,
        answer: Result<Reply, WriteError>,
    ) -> Result<(), Wrong> {
        match &answer {
            Ok(reply) => self.is_durable(command, reply)?,
            Err(_) => {
                self.unwritable += 1;
                self.see("unwritable");
            }
        }
        self.driven(origin, answer);
        Ok(())
    }

    fn is_durable(&mut self, command: &Command, reply: &Reply) -> Result<(), Wrong> {
        let words = || format!("{command:?}: {reply:?}");
        match (command, reply) {
            (Command::Spend { request, .. }, Reply::Spend(reply)) => match reply {
                SpendReply::Refused(refusal) => {
                    let own = self.books.refused.get(&request.payment);
                    if own.is_some_and(|own| own.contains(refusal)) {
                        return Ok(());
                    }
                    self.refused_agent(command)
                }
                SpendReply::Reserved { payment } => {
                    let row = self.books.rows.get(payment);
                    must(row.is_some(), "I2 answer", words)
                }
                SpendReply::Repeated { payment } => {
                    let known = self.books.repeated.contains_key(payment);
                    must(known && self.books.rows.contains_key(payment), "I2 answer", words)
                }
            },
            (Command::RejectAttempt { .. }, Reply::Done) | (_, Reply::Refused(_)) => {
                self.refused_agent(command)
            }
            (_, Reply::Error(_)) => Ok(()),
            _ => must(self.is_in_the_books(command), "I2 answer", words),
        }
    }

    /// Whether what was done is in the books. What may have been undone since is not looked for.
    fn is_in_the_books(&self, command: &Command) -> bool {
        let books = &self.books;
        let stand = |payment| books.rows.get(payment).map(|row| row.stand);
        match command {
            Command::CreateWallet { .. } => books.entries > 0,
            Command::AddAgent(draft) => books.agents.contains_key(&draft.agent),
            Command::Delegate(asked) => books.agents.contains_key(&asked.draft.agent),
            Command::RevokeAgent(agent) => {
                books.agents.get(agent).is_some_and(|one| one.standing == Standing::Revoked)
            }
            Command::Freeze => books.freezes > 0,
            Command::IssueCredential { credential, .. } => books.issued.contains(credential),
            Command::OpenSession { agent, terms, .. } => {
                let sessions = books.agents.get(agent).map(|one| &one.sessions);
                sessions.is_some_and(|known| known.contains_key(&terms.session))
            }
            Command::Cancel { payment, .. } | Command::Decline { payment, .. } => {
                stand(payment) == Some(Stand::Stopped)
            }
            Command::Approve { payment, approver, .. } => {
                let row = books.rows.get(payment);
                row.is_some_and(|row| row.approvals.iter().any(|(who, _)| who == approver))
            }
            Command::Submit { payment, .. } => stand(payment) == Some(Stand::Submitted),
            Command::Resolve { payment, resolution } => match resolution {
                Resolution::Succeeded { .. } => stand(payment) == Some(Stand::Succeeded),
                Resolution::Failed { .. } => stand(payment) == Some(Stand::Failed),
                Resolution::Unknown { .. } => stand(payment).is_some(),
            },
            _ => true,
        }
    }

    /// An agent hears that it was refused: its refusals in the log must be as many (I9).
    pub(super) fn refused_agent(&mut self, command: &Command) -> Result<(), Wrong> {
        let Some(agent) = asker(command) else { return Ok(()) };
        let heard = self.answered.entry(agent).or_default();
        *heard += 1;
        let (whole, counted) = self.books.refusals.get(&agent).copied().unwrap_or_default();
        let heard = *heard;
        must(heard <= whole + counted, "I9 logged", || {
            format!("{agent} heard {heard}, logged are {whole} and {counted}: {command:?}")
        })
    }
}

/// The agent that asked.
fn asker(command: &Command) -> Option<AgentId> {
    match command {
        Command::Spend { request, .. } => Some(request.agent),
        Command::RejectAttempt { agent, .. } => Some(*agent),
        Command::Delegate(asked) => Some(asked.parent),
        Command::SetAllocation { by, .. } => by.as_ref().map(|(agent, _)| *agent),
        Command::OpenSession { agent, by, .. } | Command::CloseSession { agent, by, .. } => {
            match by {
                SessionActor::Agent => Some(*agent),
                SessionActor::Parent(parent) => Some(*parent),
                SessionActor::Owner => None,
            }
        }
        _ => None,
    }
}
