//! The append-only, tamper-evident log on disk.
//!
//! An entry is canonical JSON and a leaf of an RFC 6962 Merkle tree. Every append is one durable
//! transaction of an encrypted SQLite database, and ends with a checkpoint over the whole log,
//! signed in the C2SP formats, so that other people's tools can check an export or a proof.
//!
//! Guarantees: logged means on the disk (I2); what was logged can't be changed, removed, moved or
//! added to without an error that says so, by anyone without both keys; replaying gives the
//! entries as they were appended (I8). Nothing here draws randomness or reads a clock, and
//! nothing outside of tests panics. Everything that touches the log blocks on the disk.

mod batch;
mod canonical;
mod checkpoint;
mod delivery;
mod durable;
mod error;
mod export;
#[doc(hidden)]
pub mod fuzzing;
mod index;
mod note;
mod parallel;
mod proof;
mod query;
mod reader;
mod schema;
mod snapshot;
mod store;
mod strict;
mod subtrees;
mod tree;
mod verify;
mod view;

pub use checkpoint::{Checkpoint, TlogProof};
pub use delivery::{DELIVERY_AGE_MS_MAX, DELIVERY_BYTES_MAX, Delivery};
pub use error::{Damage, LedgerError, LineProblem, VerifyError};
pub use export::{
    CHECKPOINT_FILE, ENTRIES_FILE, VKEY_FILE, export, prove, prove_consistency, verify_proof,
};
pub use note::{CheckpointSigner, NoteError, SignedNote, VerifierKey, sign_note};
pub use proof::{consistency_proof, inclusion_proof, verify_consistency, verify_inclusion};
pub use query::{Cursor, EntryFilter, EntryPage, LOOKED_AT_MAX};
pub use reader::LedgerReader;
pub use snapshot::{IgnoredSnapshot, LatestSnapshot, Snapshot, SnapshotFault, SnapshotStore};
pub use store::Ledger;
pub use tree::{Frontier, Hash, empty_root, leaf_hash, node_hash};
pub use verify::{VerifyReport, Visit, verify_export, verify_ledger};
pub use view::LogSource;
