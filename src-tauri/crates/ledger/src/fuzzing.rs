//! The reader of exported entries, for `tests/fuzz`. No other code uses it.

use crate::error::LineProblem;
use crate::strict::Parts;
use crate::tree::Hash;
use crate::verify;
use purser_domain::Entry;

/// One line of an export, newline included.
///
/// # Errors
/// What is wrong with it.
pub fn entry_line(line: Vec<u8>) -> Result<(Entry, Hash), LineProblem> {
    verify::check_line(&line, &mut Parts::default())
}
