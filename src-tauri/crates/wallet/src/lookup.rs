//! Payments, looked up in the state and, once they have left it, in the log.
//!
//! Guarantees: a payment is found whatever became of it and however long ago; reading the log
//! happens on a connection of its own and never holds a decision up.

use crate::agents::{AgentError, PaymentState};
use crate::notice::Notice;
use crate::owner::OwnerError;
use crate::wallet::Wallet;
use crate::writer::WriteError;
use purser_domain::{AgentId, PaymentId, RailId};
use purser_engine::{CommandError, Payment, PaymentStatus};
use purser_ledger::{LedgerError, LedgerReader};
use purser_rails::Delivery;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::time::{Instant, timeout_at};

/// The log, open for looking things up until the wallet is closed.
pub(crate) struct Past(Arc<Mutex<Option<LedgerReader>>>);

impl Past {
    pub fn new(reader: LedgerReader) -> Self {
        Self(Arc::new(Mutex::new(Some(reader))))
    }

    /// Closes the log. Waits for whoever looks something up.
    pub fn close(&self) {
        drop(self.0.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&LedgerReader) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, AgentError> {
        let reader = Arc::clone(&self.0);
        let reading = tokio::task::spawn_blocking(move || {
            let reader = reader.lock().unwrap_or_else(PoisonError::into_inner);
            reader.as_ref().map(read)
        });
        let read = reading.await.map_err(|_| AgentError::Unexpected)?;
        read.ok_or(WriteError::Closed)?.map_err(|error| {
            tracing::error!(%error, "the log can't be read");
            AgentError::Unexpected
        })
    }
}

impl Wallet {
    /// A payment that was reserved, whatever became of it.
    pub(crate) async fn payment(&self, payment: PaymentId) -> Result<Option<Payment>, AgentError> {
        let held = self.writer.look(move |state| state.payment(payment).cloned()).await?;
        if held.is_some() {
            return Ok(held);
        }
        let entries = self.past.read(move |log| log.payment_history(payment)).await?;
        Ok(Payment::from_entries(payment, &entries))
    }

    /// The id of an agent, by its id or its name.
    ///
    /// # Errors
    /// When the wallet has no such agent.
    pub async fn agent_called(&self, wanted: &str) -> Result<AgentId, OwnerError> {
        let name = wanted.to_owned();
        let found = self.writer.look(move |state| {
            let found = state.agent_called(&name).map(|agent| agent.id);
            found.ok_or(OwnerError::NoSuchAgent { name })
        });
        found.await?
    }

    /// A payment of an agent, with what it bought where that was kept.
    pub(crate) async fn state_of(
        &self,
        agent: AgentId,
        id: PaymentId,
        repeated: bool,
    ) -> Result<PaymentState, AgentError> {
        let found = self.payment(id).await?.filter(|found| found.agent() == agent);
        let payment = found.ok_or(AgentError::NoSuchPayment)?;
        let fetched = payment.reservation.request.rail == RailId::X402;
        let delivery = if fetched { self.delivery(id).await? } else { None };
        Ok(PaymentState { payment, repeated, delivery, left: None })
    }

    async fn delivery(&self, payment: PaymentId) -> Result<Option<Delivery>, AgentError> {
        let stored = self.past.read(move |log| log.get_delivery(payment)).await?;
        Ok(stored.map(|stored| Delivery {
            status: stored.status,
            content_type: stored.content_type,
            body: stored.body,
            truncated: stored.truncated,
        }))
    }

    /// What a command about a payment failed for: one that has left the state has ended.
    pub(crate) async fn why_not(&self, payment: PaymentId, error: CommandError) -> CommandError {
        if error == CommandError::PaymentNotFound
            && matches!(self.payment(payment).await, Ok(Some(_)))
        {
            return CommandError::AlreadyEnded;
        }
        error
    }

    /// Waits while a payment of this agent stands so, at most `timeout`. One that the agent has
    /// not, and one that has left the state, stand so no more.
    pub(crate) async fn wait_while(
        &self,
        agent: AgentId,
        payment: PaymentId,
        timeout: Duration,
        goes_on: fn(&PaymentStatus) -> bool,
    ) -> Result<(), AgentError> {
        let Some(deadline) = Instant::now().checked_add(timeout) else { return Ok(()) };
        // Subscribed before the first look, so that no change falls between the two.
        let mut changes = self.subscribe();
        loop {
            let stands = self.writer.look(move |state| {
                let found = state.payment(payment).filter(|found| found.agent() == agent);
                found.is_some_and(|found| goes_on(&found.status))
            });
            if !stands.await? {
                return Ok(());
            }
            match timeout_at(deadline, changed(&mut changes, payment)).await {
                Ok(true) => {}
                Ok(false) => return Err(WriteError::Closed.into()),
                Err(_) => return Ok(()),
            }
        }
    }
}

/// Waits for news of one payment, or for having missed some. `false` when there will be no more.
async fn changed(changes: &mut broadcast::Receiver<Notice>, payment: PaymentId) -> bool {
    loop {
        match changes.recv().await {
            Ok(Notice::PaymentChanged { payment: changed }) if changed == payment => return true,
            Ok(_) => {}
            Err(broadcast::error::RecvError::Lagged(_)) => return true,
            Err(broadcast::error::RecvError::Closed) => return false,
        }
    }
}
