//! A database of every released format still opens.

use crate::support::*;
use purser_ledger::verify_ledger;
use std::path::{Path, PathBuf};

fn vector() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/vectors/ledger-v1.db")
}

/// Its checkpoint, so that another file can't take its place unseen.
const CHECKPOINT_V1: &str = "purser.local/1a2b3c4d\n40\n\
    YVVU9NJRLDHE8GjHXiEJw7MZD0t4U0QXZtI5//X+Gro=\n\n\
    \u{2014} purser.local/1a2b3c4d 4Nt+6L2uDsFUzIEXCXADFSWy84u0sUJjX+FPhUhoVzPdY4nZW4tHAzIqfl9V6PFA\
    52kDvlHKi3qiMZzqlTYHBjMczQU=\n";

/// Makes the file; run once, when a format is released.
#[test]
#[ignore = "tool: the released file is never made again"]
fn make_the_database_of_this_format() {
    let path = vector();
    drop(filled(&path, 40));
    std::fs::remove_file(path.with_extension("db.lock")).unwrap();
}

#[test]
fn the_database_of_format_1_opens_verifies_and_goes_on() {
    let (_dir, path) = place();
    std::fs::copy(vector(), &path).unwrap();
    let mut ledger = open(&path).unwrap();
    assert_eq!(ledger.checkpoint(), CHECKPOINT_V1);
    assert_eq!(verify_ledger(&ledger, &mut no_visit).unwrap().size, 40);
    assert_eq!(replayed(&ledger), entries(0..40));
    ledger.append(&entries(40..50)).unwrap();
    verify_ledger(&ledger, &mut no_visit).unwrap();
}
