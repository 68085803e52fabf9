//! Payments that have ended: the last few are remembered, the log has all of them.

use crate::budget::Cell;
use crate::state::{Payment, PaymentStatus, State};
use purser_domain::{
    ApproverId, Claim, Entry, Event, PaymentId, PaymentStop, Reservation, Timestamp,
};

/// How many payments are remembered after they have ended, so that whoever waits for one finds it
/// without reading the log.
pub(crate) const REMEMBERED: usize = 1024;

impl State {
    /// Remembers a payment that has just ended, and forgets the one that ended first.
    pub(crate) fn remember(&mut self, payment: PaymentId) {
        self.ended.push_back(payment);
        while self.ended.len() > REMEMBERED {
            if let Some(forgotten) = self.ended.pop_front() {
                self.payments.remove(&forgotten);
            }
        }
    }
}

/// Payments that were forgotten by the thousand. To free their memory takes longer than to call
/// them off, and nobody needs to wait for that, so each entry after it frees some.
#[derive(Debug, Default)]
#[expect(clippy::vec_box, reason = "as they lay in the state: to move each out takes time")]
pub(crate) struct Rubbish(Vec<Box<Payment>>);

/// How many an entry frees: more than it can add one by one.
const FREED: usize = 32;

impl Rubbish {
    pub fn put(&mut self, payment: Box<Payment>) {
        self.0.push(payment);
    }

    pub fn free_some(&mut self) {
        let left = self.0.len().saturating_sub(FREED);
        self.0.truncate(left);
        if self.0.is_empty() {
            self.0 = Vec::new();
        }
    }
}

/// Whatever lies here, the state is the same.
impl PartialEq for Rubbish {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Clone for Rubbish {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Payment {
    /// A payment that was just reserved.
    pub(crate) fn reserved(reservation: &Reservation, seq: u64, at: Timestamp) -> Self {
        let status = match reservation.approval {
            Some(_) => PaymentStatus::PendingApproval,
            None => PaymentStatus::Approved,
        };
        Self {
            reservation: reservation.clone(),
            status,
            approvals: Vec::new(),
            judged: None,
            requested_at: at,
            updated_at: at,
            seq,
            cell: Cell::NOWHERE,
            rate: None,
        }
    }

    /// A payment as its entries tell it: those about it, and the stop that called it off with
    /// others, in order. For payments that the state has forgotten. `None` when none of them
    /// reserves it. Entries about other payments change nothing.
    #[must_use]
    pub fn from_entries(payment: PaymentId, entries: &[Entry]) -> Option<Self> {
        let mut found: Option<Self> = None;
        for entry in entries {
            match (&entry.event, &mut found) {
                (Event::SpendReserved { reservation }, None)
                    if reservation.request.payment == payment =>
                {
                    found = Some(Self::reserved(reservation, entry.seq, entry.at_ms));
                }
                (event, Some(found)) => found.follow(event, entry.at_ms),
                _ => {}
            }
        }
        found
    }

    /// Takes what one more entry says of it.
    fn follow(&mut self, event: &Event, at: Timestamp) {
        if let Event::PaymentJudged { payment, fine } = event
            && *payment == self.id()
        {
            self.judged = Some(*fine);
        }
        if self.status.is_terminal() {
            return;
        }
        let Some(status) = self.next(event) else { return };
        self.status = status;
        self.updated_at = at;
        if self.status.is_terminal() {
            self.forget_texts();
        }
    }

    /// Where it stands after an event, if the event is about it.
    fn next(&mut self, event: &Event) -> Option<PaymentStatus> {
        use PaymentStatus::{Submitted, Unknown};
        if let Some((called_off, cause)) = event.stop()
            && called_off.contains(&self.id())
        {
            return Some(PaymentStatus::Stopped(PaymentStop::Canceled { cause }));
        }
        if event.payment() != Some(self.id()) {
            return None;
        }
        let (Submitted { valid_until } | Unknown { valid_until, .. }) = self.status else {
            return self.next_unsubmitted(event);
        };
        match event.clone() {
            Event::PaymentSucceeded { settled, receipt, .. } => {
                let asked = self.reservation.request.amount;
                let settled = crate::decide::settled(asked, settled)?;
                Some(PaymentStatus::Succeeded { settled, receipt })
            }
            Event::PaymentFailed { problem, detail, .. } => {
                Some(PaymentStatus::Failed { problem, detail })
            }
            Event::PaymentUnknown { problem, detail, .. } => {
                Some(PaymentStatus::Unknown { valid_until, problem, detail })
            }
            _ => None,
        }
    }

    fn next_unsubmitted(&mut self, event: &Event) -> Option<PaymentStatus> {
        match event {
            Event::ApprovalGiven { approver, .. } => Some(self.approved_by(*approver)),
            Event::PaymentStopped { stop, .. } => Some(PaymentStatus::Stopped(stop.clone())),
            Event::PaymentSubmitted { valid_until_ms, .. } => {
                Some(PaymentStatus::Submitted { valid_until: *valid_until_ms })
            }
            _ => None,
        }
    }

    /// Takes one more approval, and says where it stands with it.
    pub(crate) fn approved_by(&mut self, approver: ApproverId) -> PaymentStatus {
        self.approvals.push(approver);
        let given = u32::try_from(self.approvals.len()).unwrap_or(u32::MAX);
        let needed = self.reservation.approval.as_ref().map_or(0, |approval| approval.needed);
        if given >= needed { PaymentStatus::Approved } else { PaymentStatus::PendingApproval }
    }

    /// Drops the texts that only deciding needed, so that ended payments stay small.
    pub(crate) fn forget_texts(&mut self) {
        self.reservation.presented = None;
        let request = &mut self.reservation.request;
        request.context = None;
        request.terms = None;
        request.line_items = Vec::new();
        if let Some(task) = &mut request.task {
            task.text = Claim::default();
        }
    }
}
