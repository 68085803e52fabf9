//! The Merkle tree of RFC 6962 section 2.1, append-only: what is kept is the frontier, the roots
//! of the full subtrees that the entries so far fall into.

use sha2::{Digest as _, Sha256};

/// A SHA-256 hash: of a leaf, a node or a whole tree.
pub type Hash = [u8; 32];

/// The hash of a leaf: SHA-256 of 0x00 and its bytes.
#[must_use]
pub fn leaf_hash(bytes: &[u8]) -> Hash {
    Sha256::new().chain_update([0x00]).chain_update(bytes).finalize().into()
}

/// The hash of a node: SHA-256 of 0x01 and its two children.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([0x01]).chain_update(left).chain_update(right).finalize().into()
}

/// The root of the tree without leaves: SHA-256 of nothing.
#[must_use]
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// A full subtree: 2^`level` leaves from number `number` * 2^`level` on, and its root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Subtree {
    pub(crate) level: u32,
    pub(crate) number: u64,
    pub(crate) hash: Hash,
}

/// How many subtrees of a level come before leaf number `leaf`.
pub(crate) fn shifted(leaf: u64, level: u32) -> u64 {
    leaf.checked_shr(level).unwrap_or(0)
}

/// The frontier of a tree: enough to add leaves and to know the root, in 32 bytes for every set
/// bit of the size.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    // INVARIANT: as many as `size` has set bits; largest subtree, so earliest leaves, first.
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The frontier of the empty tree.
    #[must_use]
    pub const fn new() -> Self {
        Self { size: 0, peaks: Vec::new() }
    }

    /// Reads what [`Frontier::to_bytes`] wrote for a tree of `size` leaves. `None` when the
    /// number of hashes does not fit the size.
    #[must_use]
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Option<Self> {
        let (hashes, rest) = bytes.as_chunks::<32>();
        let fits = rest.is_empty() && u32::try_from(hashes.len()) == Ok(size.count_ones());
        fits.then(|| Self { size, peaks: hashes.to_vec() })
    }

    /// The hashes one after another, largest subtree first.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.peaks.concat()
    }

    /// How many leaves there are.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the full subtrees, largest first.
    #[must_use]
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Adds a leaf by its hash.
    pub fn push(&mut self, leaf: Hash) {
        self.push_subtree(0, leaf, &mut |_| ());
    }

    /// Adds the 2^`level` leaves of a full subtree by its root, and tells each larger subtree that
    /// becomes full by that. The size must be a multiple of 2^`level`.
    pub(crate) fn push_subtree(&mut self, level: u32, hash: Hash, full: &mut dyn FnMut(Subtree)) {
        let mut node = Subtree { level, number: shifted(self.size, level), hash };
        let added = 1u64.checked_shl(level).unwrap_or(0);
        while node.number & 1 == 1 {
            if let Some(left) = self.peaks.pop() {
                node.hash = node_hash(&left, &node.hash);
            }
            node.number >>= 1;
            node.level = node.level.saturating_add(1);
            full(node);
        }
        self.peaks.push(node.hash);
        self.size = self.size.saturating_add(added);
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        let folded =
            self.peaks.iter().rev().copied().reduce(|right, left| node_hash(&left, &right));
        folded.unwrap_or_else(empty_root)
    }
}

#[cfg(test)]
#[path = "tree_tests.rs"]
mod tests;
