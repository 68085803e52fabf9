//! The bytes of an entry.

use purser_domain::{CanonicalError, Entry, canonical_json};

/// The canonical JSON of an entry: what is hashed, stored and exported.
///
/// # Errors
/// As [`canonical_json`].
pub(crate) fn canonical_entry(entry: &Entry) -> Result<Vec<u8>, CanonicalError> {
    canonical_json(entry)
}
