//! The state as bytes, so that starting does not take longer with every entry.
//!
//! Guarantees: the state that comes back is the one that was written, and decides on as it would
//! have (a property test holds both); bytes that are no state are an error and never a panic. What
//! follows from other parts of the state is worked out again and not written.
//!
//! Does not guarantee: that well-formed bytes are what the log tells. The ledger keeps a digest
//! and the log's root beside them; whoever doubts replays the log.
//!
//! The bytes are MessagePack with the names of the fields, but for what there are many of: cells,
//! shares, sums and keys are rows. A test holds the bytes of a fixed state against a digest, so
//! that no other layout goes by the same number.

use crate::budget::Calendar;
use crate::state::State;
use serde::{Deserialize as _, Serialize as _};

/// Why bytes are no state. Replay the log instead.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// A part of the state can't be written. A defect.
    #[error("the state can't be written as bytes: {0}")]
    Write(#[from] rmp_serde::encode::Error),
    /// They are not the layout of this format.
    #[error("the bytes are no state: {0}")]
    Read(#[from] rmp_serde::decode::Error),
    /// Something comes after the state.
    #[error("{0} bytes follow the state")]
    Trailing(usize),
    /// The time zone of the policy is none that this version knows.
    #[error("the time zone `{0}` is not known")]
    TimeZone(String),
}

impl State {
    /// The number of this layout. Another layout gets another number; bytes of another number are
    /// not read.
    pub const SNAPSHOT_FORMAT: u32 = 6;

    /// The state as bytes: about 57 for each key, a hundred for each sum, a thousand for each
    /// payment. Takes some milliseconds for each megabyte.
    ///
    /// # Errors
    /// When a part of it can't be written, which would be a defect.
    pub fn to_snapshot(&self) -> Result<Vec<u8>, SnapshotError> {
        let mut bytes = Vec::new();
        let mut serializer = rmp_serde::Serializer::new(&mut bytes).with_struct_map();
        self.serialize(&mut serializer)?;
        Ok(bytes)
    }

    /// The state that [`State::to_snapshot`] wrote in this format.
    ///
    /// # Errors
    /// When the bytes are not such a state.
    pub fn from_snapshot(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let mut rest = bytes;
        let mut state = Self::deserialize(&mut rmp_serde::Deserializer::new(&mut rest))?;
        if !rest.is_empty() {
            return Err(SnapshotError::Trailing(rest.len()));
        }
        // Without a wallet there is no policy yet, and days are those of the empty state.
        if state.owner.is_some() {
            let zone = &state.policy.time_zone;
            let calendar = Calendar::of_zone(zone);
            state.calendar = calendar.ok_or_else(|| SnapshotError::TimeZone(zone.clone()))?;
        }
        state.find_key_ends();
        Ok(state)
    }
}
