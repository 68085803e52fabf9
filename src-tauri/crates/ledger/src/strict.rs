//! Reading entries from the one form that they may have, fast.
//!
//! What is accepted is exactly what [`canonical_entry`] writes for the entry that is given: every
//! byte is looked at, and nothing of it is lost or added on the way. The bytes are read once, into
//! a list of their parts (`tape`); the entry is read from that list (`read`) and compared with it
//! (`same`), instead of being written anew. Whatever this finds odd is read the plain, slow way,
//! which alone refuses, so that the fast way can only ever be too cautious.

mod read;
mod same;
mod tape;

use crate::canonical::canonical_entry;
use crate::error::Damage;
use purser_domain::Entry;
use serde::Serialize as _;
pub(crate) use tape::Parts;
use tape::Tape;

/// Reads an entry from the only bytes it may have. Fields that no version knows vanish when it is
/// written again, so they are refused too. `parts` is room to work in, to be used again.
pub(crate) fn canonical(body: &[u8], parts: &mut Parts) -> Result<Entry, Damage> {
    if let Some(tape) = Tape::of(body, parts)
        && let Ok(entry) = read::entry(&tape)
        && entry.serialize(same::Same::of(&tape)).is_ok()
    {
        return Ok(entry);
    }
    plainly_canonical(body)
}

/// Reads an entry, from any JSON that says it.
pub(crate) fn any_form(body: &[u8], parts: &mut Parts) -> Result<Entry, Damage> {
    if let Some(tape) = Tape::of(body, parts)
        && let Ok(entry) = read::entry(&tape)
    {
        return Ok(entry);
    }
    serde_json::from_slice(body).map_err(|_| Damage::Form)
}

fn plainly_canonical(body: &[u8]) -> Result<Entry, Damage> {
    let entry: Entry = serde_json::from_slice(body).map_err(|_| Damage::Form)?;
    match canonical_entry(&entry) {
        Ok(canonical) if canonical == body => Ok(entry),
        _ => Err(Damage::NotCanonical),
    }
}

#[cfg(test)]
#[path = "strict_tests.rs"]
mod tests;
