//! What the running wallet tells those who watch it: the window, the tray, the notifications.

use purser_domain::{AgentId, Entry, Event, PaymentId, RefusalDetail};

/// Something that somebody may want to hear at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Something changed; whoever shows the wallet should look again.
    Changed,
    /// Something became known of a payment.
    PaymentChanged {
        /// Which.
        payment: PaymentId,
    },
    /// A payment waits for a person.
    Waiting {
        /// Which.
        payment: PaymentId,
    },
    /// A payment no longer waits for a person.
    NoLongerWaiting {
        /// Which.
        payment: PaymentId,
    },
    /// An agent ran into a limit. Sent for each refusal: whoever tells the owner tells it once.
    LimitReached {
        /// Which agent.
        agent: AgentId,
        /// The refusal in words.
        refusal: RefusalDetail,
    },
}

/// What an entry gives to tell, if anything beyond [`Notice::Changed`].
#[must_use]
pub fn of_entry(entry: &Entry) -> Option<Notice> {
    match &entry.event {
        Event::SpendReserved { reservation } if reservation.approval.is_some() => {
            Some(Notice::Waiting { payment: reservation.request.payment })
        }
        Event::SpendRefused { request, refusal } if refusal.limit_and_observed().is_some() => {
            Some(Notice::LimitReached { agent: request.agent, refusal: refusal.detail() })
        }
        Event::PaymentStopped { payment, .. } | Event::PaymentSubmitted { payment, .. } => {
            Some(Notice::NoLongerWaiting { payment: *payment })
        }
        _ => None,
    }
}

/// Payments that a freeze, a pause or a revocation called off; they no longer wait either.
#[must_use]
pub fn canceled(entry: &Entry) -> &[PaymentId] {
    match &entry.event {
        Event::WalletFrozen { canceled }
        | Event::AgentPaused { canceled, .. }
        | Event::BreakerTripped { canceled, .. }
        | Event::AgentRevoked { canceled, .. } => canceled,
        _ => &[],
    }
}
