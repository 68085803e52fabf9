//! Calling off many payments by one entry.
//!
//! Guarantees (I6): a stop leaves no payment of its agents behind that could still be submitted.
//! The state is the same as if each had been called off by itself; what changes is the work. An
//! owner who revokes an agent waits for this, so what thousands hold is added up before it is given
//! back, and they leave the ordered sets together.

use super::Applied;
use super::payment::Ended;
use crate::budget::{Cell, quarter};
use crate::error::ApplyError;
use crate::past::REMEMBERED;
use crate::state::{Payment, PaymentStatus, State};
use purser_domain::{AgentId, PaymentId, PaymentStop, StopCause, Timestamp};
use std::collections::btree_map::Entry as Slot;
use std::collections::{BTreeMap, BTreeSet};

/// From this share of a set on, the rest is copied rather than each taken out.
const COPY_FROM: usize = 16;

/// What leaves the sets.
#[derive(Default)]
struct Leaving {
    places: Vec<u64>,
    by_agent: BTreeMap<AgentId, Vec<u64>>,
    deadlines: Vec<(Timestamp, u64)>,
    /// Payments whose key may be forgotten.
    derived: Vec<PaymentId>,
}

impl Leaving {
    fn take(&mut self, payment: &Payment) {
        let place = payment.seq;
        self.places.push(place);
        self.by_agent.entry(payment.agent()).or_default().push(place);
        self.deadlines.extend(payment.deadline().map(|deadline| (deadline, place)));
        self.derived.extend(payment.reservation.request.key_derived.then(|| payment.id()));
    }

    fn sort(&mut self) {
        self.places.sort_unstable();
        self.by_agent.values_mut().for_each(|places| places.sort_unstable());
        self.deadlines.sort_unstable();
    }
}

impl State {
    /// Calls off the payments of a stop, of some agents or of all, and checks that it left none
    /// behind. All of an agent's are from after its last resume: the pause before that called off
    /// what waited.
    pub(super) fn stop_all(
        &mut self,
        canceled: &[PaymentId],
        (agents, cause): (Option<&BTreeSet<AgentId>>, StopCause),
        at: Timestamp,
    ) -> Applied {
        let arrow = ApplyError::Arrow { event: "payment_stopped" };
        let in_scope = |agent: AgentId| agents.is_none_or(|agents| agents.contains(&agent));
        let mut released: BTreeMap<(AgentId, i64, Cell), Ended> = BTreeMap::new();
        let mut leaving = Leaving::default();
        // Earlier ones are forgotten below.
        let remembered = canceled.len().saturating_sub(REMEMBERED);
        for (number, id) in canceled.iter().enumerate() {
            let payment = self.known_mut(*id)?;
            if !in_scope(payment.agent()) || !payment.is_unsubmitted() {
                return Err(arrow);
            }
            let status = PaymentStatus::Stopped(PaymentStop::Canceled { cause });
            let ended = Ended::with(payment, &status);
            payment.status = status;
            payment.updated_at = at;
            leaving.take(payment);
            if number >= remembered {
                payment.forget_texts();
            }
            match released.entry((ended.agent, quarter(ended.reserved_at), ended.cell)) {
                Slot::Vacant(slot) => {
                    slot.insert(ended);
                }
                Slot::Occupied(mut slot) => {
                    let sum = slot.get().worth.checked_add(ended.worth);
                    slot.get_mut().worth = sum.ok_or(arrow.clone())?;
                }
            }
        }
        self.leave(leaving, at);
        self.remember_all(canceled);
        released.values().try_for_each(|ended| self.settle(ended, at))?;
        if self.open_of(agents).iter().all(|open| open.submitted) { Ok(()) } else { Err(arrow) }
    }

    fn leave(&mut self, mut leaving: Leaving, at: Timestamp) {
        leaving.sort();
        leave_map(&mut self.open, &leaving.places, drop);
        leave_set(&mut self.deadlines, &leaving.deadlines);
        for (agent, places) in &leaving.by_agent {
            if let Some(agent) = self.agents.get_mut(agent) {
                leave_set(&mut agent.open, places);
            }
        }
        for id in leaving.derived {
            if let Some(payment) = self.payments.remove(&id) {
                // No money moved, so nothing depends on the clock.
                self.end_key(&payment, at);
                self.payments.insert(id, payment);
            }
        }
    }

    /// As [`State::remember`] for each of them, in order.
    fn remember_all(&mut self, ended: &[PaymentId]) {
        self.ended.extend(ended);
        let many = self.ended.len().saturating_sub(REMEMBERED);
        let mut forgotten: Vec<PaymentId> = self.ended.drain(..many).collect();
        forgotten.sort_unstable();
        leave_map(&mut self.payments, &forgotten, |payment| self.rubbish.put(payment));
    }
}

/// Takes keys, which are sorted, out of a map, and gives what they stood for away.
fn leave_map<K: Ord, V>(rows: &mut BTreeMap<K, V>, gone: &[K], mut away: impl FnMut(V)) {
    if gone.len().saturating_mul(COPY_FROM) < rows.len() {
        gone.iter().filter_map(|key| rows.remove(key)).for_each(away);
    } else if !gone.is_empty() {
        let mut gone = Sorted(gone);
        let stays = |(key, row)| {
            if gone.has(&key) {
                away(row);
                return None;
            }
            Some((key, row))
        };
        *rows = std::mem::take(rows).into_iter().filter_map(stays).collect();
    }
}

/// Takes keys, which are sorted, out of a set.
fn leave_set<K: Ord>(rows: &mut BTreeSet<K>, gone: &[K]) {
    if gone.len().saturating_mul(COPY_FROM) < rows.len() {
        for key in gone {
            rows.remove(key);
        }
    } else if !gone.is_empty() {
        let mut gone = Sorted(gone);
        *rows = std::mem::take(rows).into_iter().filter(|key| !gone.has(key)).collect();
    }
}

/// Keys in order, looked for in order.
struct Sorted<'a, K>(&'a [K]);

impl<K: Ord> Sorted<'_, K> {
    fn has(&mut self, key: &K) -> bool {
        while let Some((first, rest)) = self.0.split_first()
            && first < key
        {
            self.0 = rest;
        }
        self.0.first() == Some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_leaves_is_gone_and_the_rest_is_there(
            all in proptest::collection::btree_set(0u8..60, 0..60),
            gone in proptest::collection::btree_set(0u8..60, 0..60),
        ) {
            let rest: BTreeSet<u8> = all.difference(&gone).copied().collect();
            let sorted: Vec<u8> = gone.into_iter().collect();
            let mut set = all.clone();
            leave_set(&mut set, &sorted);
            prop_assert_eq!(&set, &rest);
            let mut map: BTreeMap<u8, u8> = all.iter().map(|key| (*key, *key)).collect();
            let mut away = Vec::new();
            leave_map(&mut map, &sorted, |key| away.push(key));
            prop_assert!(map.into_keys().eq(rest));
            prop_assert!(away.iter().eq(sorted.iter().filter(|key| all.contains(key))));
        }
    }
}
