//! Each proof counts once.
//!
//! Guarantees: a proof that was remembered is refused as long as its signing time would still be
//! accepted; memory is bounded, and when it is full the answer is a refusal; one agent can fill
//! only its own share, however many keys it hands its credential over to; a clock that goes
//! backwards never makes a used proof fresh again. Does not guarantee anything across restarts:
//! the wallet refuses proofs signed before it started, or lets its idempotency keys catch them.
//! Pure; does not block or panic.

use crate::KeysError;
use crate::proof::ProofNonce;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};

type Fingerprint = [u8; 32];

/// The proofs seen within the window.
#[derive(Debug)]
pub struct ReplayGuard {
    window_s: i64,
    capacity: usize,
    per_agent: usize,
    seen: BTreeSet<Fingerprint>,
    by_time: BTreeMap<(i64, Fingerprint), [u8; 32]>,
    counts: BTreeMap<[u8; 32], usize>,
    latest_s: i64,
}

impl ReplayGuard {
    /// A guard for proofs whose signing time may be `max_skew_s` from now, as in
    /// [`crate::verify_request`]; at most `capacity` proofs in all and `per_agent` of one agent.
    #[must_use]
    pub const fn new(max_skew_s: u32, capacity: usize, per_agent: usize) -> Self {
        Self {
            window_s: max_skew_s as i64,
            capacity,
            per_agent,
            seen: BTreeSet::new(),
            by_time: BTreeMap::new(),
            counts: BTreeMap::new(),
            latest_s: i64::MIN,
        }
    }

    /// Remembers a verified proof. It takes room in the share of the key `issued_to`, to which the
    /// wallet issued the credential; an agent has one such key, and as many others as it likes.
    ///
    /// # Errors
    /// [`KeysError::ProofReplayed`] when it was seen; [`KeysError::ProofClock`] when it is so old
    /// that it may have been forgotten; [`KeysError::ReplayFull`] when there is no room.
    pub fn remember(
        &mut self,
        proof: &ProofNonce,
        issued_to: &[u8; 32],
        now_s: i64,
    ) -> Result<(), KeysError> {
        self.latest_s = self.latest_s.max(now_s);
        let oldest = self.latest_s.saturating_sub(self.window_s);
        self.forget_before(oldest);
        if proof.created_s < oldest {
            return Err(KeysError::ProofClock);
        }
        let fingerprint = Sha256::new()
            .chain_update(proof.holder)
            .chain_update(proof.nonce.as_bytes())
            .finalize()
            .into();
        if self.seen.contains(&fingerprint) {
            return Err(KeysError::ProofReplayed);
        }
        let count = self.counts.get(issued_to).copied().unwrap_or(0);
        if self.seen.len() >= self.capacity || count >= self.per_agent {
            return Err(KeysError::ReplayFull);
        }
        self.seen.insert(fingerprint);
        self.by_time.insert((proof.created_s, fingerprint), *issued_to);
        self.counts.insert(*issued_to, count.saturating_add(1));
        Ok(())
    }

    /// How many proofs are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    fn forget_before(&mut self, oldest: i64) {
        while let Some(entry) = self.by_time.first_entry() {
            let (created_s, fingerprint) = *entry.key();
            if created_s >= oldest {
                break;
            }
            let issued_to = entry.remove();
            self.seen.remove(&fingerprint);
            let left = self.counts.get(&issued_to).copied().unwrap_or(0).saturating_sub(1);
            if left == 0 {
                self.counts.remove(&issued_to);
            } else {
                self.counts.insert(issued_to, left);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proof(holder: u8, nonce: &str, created_s: i64) -> ProofNonce {
        ProofNonce { holder: [holder; 32], nonce: nonce.to_owned(), created_s }
    }

    /// Remembers a proof of a key that its credential was issued to.
    fn remember(guard: &mut ReplayGuard, proof: &ProofNonce, now_s: i64) -> Result<(), KeysError> {
        guard.remember(proof, &proof.holder, now_s)
    }

    #[test]
    fn a_proof_counts_once_for_each_holder() {
        let mut guard = ReplayGuard::new(60, 10, 10);
        assert_eq!(remember(&mut guard, &proof(1, "a", 100), 100), Ok(()));
        assert_eq!(remember(&mut guard, &proof(1, "a", 100), 101), Err(KeysError::ProofReplayed));
        assert_eq!(remember(&mut guard, &proof(1, "a", 105), 105), Err(KeysError::ProofReplayed));
        assert_eq!(remember(&mut guard, &proof(1, "b", 100), 101), Ok(()));
        assert_eq!(remember(&mut guard, &proof(2, "a", 100), 101), Ok(()));
    }

    #[test]
    fn a_proof_is_remembered_for_as_long_as_it_would_be_accepted() {
        let mut guard = ReplayGuard::new(60, 10, 10);
        // Signed by a clock 60 s ahead: acceptable until 120 s after it was seen.
        assert_eq!(remember(&mut guard, &proof(1, "a", 160), 100), Ok(()));
        assert_eq!(remember(&mut guard, &proof(1, "a", 160), 220), Err(KeysError::ProofReplayed));
        assert_eq!(remember(&mut guard, &proof(1, "a", 160), 221), Err(KeysError::ProofClock));
        assert!(guard.is_empty());
    }

    #[test]
    fn a_clock_that_goes_backwards_makes_nothing_fresh_again() {
        let mut guard = ReplayGuard::new(60, 10, 10);
        assert_eq!(remember(&mut guard, &proof(1, "a", 100), 100), Ok(()));
        assert_eq!(remember(&mut guard, &proof(1, "b", 500), 500), Ok(()));
        assert_eq!(remember(&mut guard, &proof(1, "a", 100), 100), Err(KeysError::ProofClock));
    }

    #[test]
    fn a_full_guard_refuses_and_recovers() {
        let mut guard = ReplayGuard::new(60, 3, 2);
        assert_eq!(remember(&mut guard, &proof(1, "a", 100), 100), Ok(()));
        assert_eq!(remember(&mut guard, &proof(1, "b", 101), 101), Ok(()));
        let full = Err(KeysError::ReplayFull);
        assert_eq!(remember(&mut guard, &proof(1, "c", 101), 101), full, "its share is used up");
        assert_eq!(remember(&mut guard, &proof(2, "a", 101), 101), Ok(()), "others have theirs");
        assert_eq!(remember(&mut guard, &proof(3, "a", 101), 101), full);
        let replayed = Err(KeysError::ProofReplayed);
        assert_eq!(remember(&mut guard, &proof(1, "a", 100), 101), replayed);
        assert_eq!(remember(&mut guard, &proof(1, "c", 161), 161), Ok(()));
        assert_eq!(guard.len(), 3);
    }

    #[test]
    fn keys_that_a_credential_was_handed_over_to_share_one_room() {
        let mut guard = ReplayGuard::new(60, 10, 2);
        assert_eq!(guard.remember(&proof(2, "a", 100), &[1; 32], 100), Ok(()));
        assert_eq!(guard.remember(&proof(3, "a", 100), &[1; 32], 100), Ok(()));
        let full = Err(KeysError::ReplayFull);
        assert_eq!(guard.remember(&proof(4, "a", 100), &[1; 32], 100), full);
        let replayed = Err(KeysError::ProofReplayed);
        assert_eq!(guard.remember(&proof(3, "a", 100), &[9; 32], 100), replayed);
        assert_eq!(guard.remember(&proof(3, "b", 100), &[9; 32], 100), Ok(()));
        assert_eq!(guard.remember(&proof(4, "a", 161), &[1; 32], 161), Ok(()));
    }

    #[test]
    fn memory_stays_bounded_over_a_long_run() {
        let mut guard = ReplayGuard::new(60, 1000, 1000);
        for second in 0..10_000 {
            let fresh = remember(&mut guard, &proof(1, &format!("n{second}"), second), second);
            assert_eq!(fresh, Ok(()));
            assert!(guard.len() <= 61);
        }
        assert_eq!(guard.counts.len(), 1);
    }

    #[test]
    fn times_at_the_ends_of_the_range_are_answered() {
        let mut guard = ReplayGuard::new(u32::MAX, 10, 10);
        assert_eq!(remember(&mut guard, &proof(1, "a", i64::MIN), i64::MIN), Ok(()));
        assert_eq!(remember(&mut guard, &proof(1, "a", 0), i64::MAX), Err(KeysError::ProofClock));
    }
}
