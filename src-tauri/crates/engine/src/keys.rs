//! Step 4: which intents were asked before (A7).
//!
//! Guarantees (I5): a key that a caller gave stands for its payment for ever; one that the wallet
//! derived stands for it while the payment is open, and for a day after a payment that succeeded
//! was asked. Nothing here depends on whether the payment itself is still remembered.
//!
//! Grows with the payments that were asked under keys of their callers, about 100 bytes each: the
//! key and the parameters are kept as the first 128 bits of their SHA-256. Whoever searches 2^64
//! keys for two that agree gets the answer to the first of them for the second.

use crate::state::{Agent, Payment, PaymentStatus, State};
use purser_domain::{AgentId, Digest, IdempotencyKey, PaymentId, Timestamp};
use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

const DAY_S: u64 = 24 * 60 * 60;

/// The first half of a SHA-256 digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Half(pub u128);

impl Half {
    pub fn of(digest: &Digest) -> Self {
        let [first, ..] = digest.as_bytes().as_chunks::<16>().0 else { return Self(0) };
        Self(u128::from_be_bytes(*first))
    }

    fn of_key(key: &IdempotencyKey) -> Self {
        Self::of(&Digest::of_bytes(key.as_str().as_bytes()))
    }
}

/// For how long a key stands in the way of another payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stands {
    /// For ever: the caller named the intent.
    Always,
    /// Until its payment ends: the wallet derived it.
    WhileOpen,
    /// Until a day after it was asked: the wallet derived it, and the payment succeeded.
    ForADay,
}

/// What a key was used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KeyUse {
    pub payment: PaymentId,
    pub parameters: Half,
    pub stands: Stands,
    /// When the payment was asked, by the computer's clock.
    pub asked_at: Timestamp,
}

impl KeyUse {
    /// When it stands in nobody's way any more, if that depends on the time alone.
    fn over_at(&self) -> Option<Timestamp> {
        let over =
            Timestamp::from_millis(self.asked_at.plus_seconds(DAY_S).as_millis().saturating_add(1));
        (self.stands == Stands::ForADay).then_some(over)
    }

    fn is_over(&self, clock: Timestamp) -> bool {
        self.over_at().is_some_and(|over| over <= clock)
    }
}

/// The keys of one agent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Keys(BTreeMap<Half, KeyUse>);

impl Keys {
    /// What a key stands for, while it stands for something.
    pub fn get(&self, key: &IdempotencyKey, clock: Timestamp) -> Option<&KeyUse> {
        self.0.get(&Half::of_key(key)).filter(|used| !used.is_over(clock))
    }

    /// Whether a payment was asked under a key that stands for it still.
    pub fn has(&self, key: &IdempotencyKey, payment: PaymentId) -> bool {
        self.0.get(&Half::of_key(key)).is_some_and(|used| used.payment == payment)
    }

    /// How many are remembered.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Remembers a key.
    pub fn insert(&mut self, key: &IdempotencyKey, used: KeyUse) {
        self.0.insert(Half::of_key(key), used);
    }
}

impl State {
    /// The key of a payment that ends: derived ones are forgotten now, or later.
    pub(crate) fn end_key(&mut self, payment: &Payment, clock: Timestamp) {
        let request = &payment.reservation.request;
        if !request.key_derived {
            return;
        }
        let Some(agent) = self.agents.get_mut(&request.agent) else { return };
        let half = Half::of_key(&request.idempotency_key);
        let Some(used) = agent.keys.0.get_mut(&half) else { return };
        let paid = matches!(payment.status, PaymentStatus::Succeeded { .. });
        used.stands = Stands::ForADay;
        match used.over_at().filter(|over| paid && *over > clock) {
            Some(over) => drop(self.key_ends.insert((over, request.agent, half))),
            None => drop(agent.keys.0.remove(&half)),
        }
    }

    /// Forgets the derived keys whose day is over.
    pub(crate) fn forget_keys(&mut self, clock: Timestamp) {
        while let Some(due) = self.key_ends.first().copied()
            && due.0 <= clock
        {
            self.key_ends.remove(&due);
            let (_, agent, half) = due;
            if let Some(agent) = self.agents.get_mut(&agent) {
                agent.keys.0.remove(&half);
            }
        }
    }

    /// Works out which derived keys are forgotten when, from the keys themselves.
    pub(crate) fn find_key_ends(&mut self) {
        let of_agent = |agent: &Agent| {
            let ends = agent.keys.0.iter().filter_map(|(key, used)| Some((used.over_at()?, *key)));
            ends.map(|(over, key)| (over, agent.id, key)).collect::<Vec<_>>()
        };
        self.key_ends = self.agents().flat_map(of_agent).collect();
    }

    /// Whose key a payment was asked under, for entries that do not say.
    pub(crate) fn agent_of_key(&self, key: &IdempotencyKey, payment: PaymentId) -> Option<AgentId> {
        self.agents().find(|agent| agent.keys.has(key, payment)).map(|agent| agent.id)
    }
}

/// One key as it stands in a snapshot, where there are most of all: bytes in a row, without names.
const ROW: usize = 16 + 16 + 16 + 8 + 1;

fn to_row((key, used): (&Half, &KeyUse)) -> [u8; ROW] {
    let stands = match used.stands {
        Stands::Always => 0,
        Stands::WhileOpen => 1,
        Stands::ForADay => 2,
    };
    let mut row = [stands; ROW];
    let (halves, rest) = row.as_chunks_mut::<16>();
    let numbers = [key.0, used.payment.bits(), used.parameters.0];
    halves.iter_mut().zip(numbers).for_each(|(half, number)| *half = number.to_be_bytes());
    if let Some(asked_at) = rest.first_chunk_mut() {
        *asked_at = used.asked_at.as_millis().to_be_bytes();
    }
    row
}

fn of_row(row: &[u8; ROW]) -> Option<(Half, KeyUse)> {
    let (halves, rest) = row.as_chunks::<16>();
    let [key, payment, parameters] = halves else { return None };
    let (asked_at, stands) = rest.split_first_chunk()?;
    let stands = match stands {
        [0] => Stands::Always,
        [1] => Stands::WhileOpen,
        [2] => Stands::ForADay,
        _ => return None,
    };
    let used = KeyUse {
        payment: PaymentId::from_random(u128::from_be_bytes(*payment)),
        parameters: Half(u128::from_be_bytes(*parameters)),
        stands,
        asked_at: Timestamp::from_millis(i64::from_be_bytes(*asked_at)),
    };
    Some((Half(u128::from_be_bytes(*key)), used))
}

impl Serialize for Keys {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut rows = Vec::with_capacity(self.0.len().saturating_mul(ROW));
        self.0.iter().for_each(|row| rows.extend_from_slice(&to_row(row)));
        serializer.serialize_bytes(&rows)
    }
}

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(Rows)
    }
}

struct Rows;

impl Visitor<'_> for Rows {
    type Value = Keys;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rows of {ROW} bytes")
    }

    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Keys, E> {
        let (rows, rest) = bytes.as_chunks::<ROW>();
        let keys: Option<BTreeMap<Half, KeyUse>> = rows.iter().map(of_row).collect();
        let keys = keys.filter(|keys| rest.is_empty() && keys.len() == rows.len());
        keys.map(Keys).ok_or_else(|| E::custom("not the rows of keys"))
    }
}
