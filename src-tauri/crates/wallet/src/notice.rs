//! What the running wallet tells those who watch it: the window, the tray, the notifications.

use crate::shown;
use purser_domain::{AgentId, Entry, Event, PaymentId, RefusalDetail};
use rust_decimal::Decimal;

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
    /// A budget has used 80 or 100 % of its limit. Comes once for each time that it fills.
    BudgetReached {
        /// Whose; `None` for the whole wallet.
        agent: Option<AgentId>,
        /// What it counts, in words.
        budget: String,
        /// 80 or 100.
        percent: u32,
        /// Its limit, in the budget currency, as people write it.
        limit: String,
        /// What is used of it.
        used: String,
    },
    /// A circuit breaker paused an agent, until the owner resumes it.
    Tripped {
        /// Which.
        agent: AgentId,
        /// Why, in words.
        why: String,
    },
}

/// What an entry gives to tell, if anything beyond [`Notice::Changed`].
#[must_use]
pub fn of_entry(entry: &Entry) -> Option<Notice> {
    match &entry.event {
        Event::SpendReserved { reservation } if reservation.approval.is_some() => {
            Some(Notice::Waiting { payment: reservation.request.payment })
        }
        Event::SpendRefused { request, refusal, .. } if refusal.limit_and_observed().is_some() => {
            Some(Notice::LimitReached { agent: request.agent, refusal: refusal.detail() })
        }
        Event::PaymentStopped { payment, .. } | Event::PaymentSubmitted { payment, .. } => {
            Some(Notice::NoLongerWaiting { payment: *payment })
        }
        Event::BudgetReached { agent, budget, percent, limit, used, .. }
            if is_filled(*percent, *limit, *used) =>
        {
            let (agent, budget, percent) = (*agent, budget.clone(), *percent);
            let [limit, used] = [*limit, *used].map(shown::grouped);
            Some(Notice::BudgetReached { agent, budget, percent, limit, used })
        }
        Event::BreakerTripped { agent, cause, .. } => {
            Some(Notice::Tripped { agent: *agent, why: cause.words() })
        }
        _ => None,
    }
}

/// Whether a budget really is that full: the entry also comes where one that had room left refused
/// a payment too large for it, which [`Notice::LimitReached`] tells.
pub(crate) fn is_filled(percent: u32, limit: Decimal, used: Decimal) -> bool {
    let part = limit.checked_mul(Decimal::new(i64::from(percent), 2));
    part.is_some_and(|part| used >= part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_domain::{BreakerCause, Timestamp};

    fn told(event: Event) -> Option<Notice> {
        of_entry(&Entry { seq: 1, at_ms: Timestamp::default(), clock_ms: None, event })
    }

    fn reached(percent: u32, used: u32) -> Option<Notice> {
        let (budget, limit, used) = ("daily".to_owned(), Decimal::from(50), Decimal::from(used));
        told(Event::BudgetReached { agent: None, budget, percent, limit, used, until_ms: None })
    }

    #[test]
    fn a_budget_that_fills_is_told_and_one_with_room_left_is_not() {
        assert_eq!(
            reached(80, 40),
            Some(Notice::BudgetReached {
                agent: None,
                budget: "daily".to_owned(),
                percent: 80,
                limit: "50".to_owned(),
                used: "40".to_owned(),
            })
        );
        assert!(reached(100, 50).is_some());
        assert_eq!(reached(100, 49), None, "it refused a payment, and has room");
    }

    #[test]
    fn a_tripped_breaker_is_told_with_its_cause() {
        let agent = AgentId::from_random(1);
        let cause = BreakerCause::Refusals { observed: 21, limit: 20, minutes: 10 };
        let why = cause.words();
        let event = Event::BreakerTripped { agent, cause, canceled: Vec::new() };
        assert_eq!(told(event), Some(Notice::Tripped { agent, why }));
    }
}
