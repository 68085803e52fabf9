//! Inclusion and consistency proofs: made as RFC 6962 section 2.1 defines them, checked by the
//! algorithms of RFC 9162 sections 2.1.3.2 and 2.1.4.2.

use crate::tree::{Hash, empty_root, node_hash};
use std::ops::Range;

/// Gives the root of the subtree over a range of leaves.
pub type RangeRoot<'a, E> = &'a mut dyn FnMut(Range<u64>) -> Result<Hash, E>;

/// The largest power of two below `leaves`, which must be at least 2.
fn split(leaves: u64) -> u64 {
    let below = leaves.saturating_sub(1);
    1u64.checked_shl(below.checked_ilog2().unwrap_or(0)).unwrap_or(1)
}

/// The audit path of leaf `index` in the tree of the first `size` leaves, the leaf's sibling
/// first. Empty when the tree has no such leaf, as it is for the only leaf of a tree of one.
///
/// # Errors
/// Those of `root_of`.
pub fn inclusion_proof<E>(
    index: u64,
    size: u64,
    root_of: RangeRoot<'_, E>,
) -> Result<Vec<Hash>, E> {
    let (mut low, mut high) = (0u64, size);
    let mut path = Vec::new();
    if index >= size {
        return Ok(path);
    }
    while high.saturating_sub(low) > 1 {
        let middle = low.saturating_add(split(high.saturating_sub(low)));
        if index < middle {
            path.push(root_of(middle..high)?);
            high = middle;
        } else {
            path.push(root_of(low..middle)?);
            low = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// The proof that the tree of the first `old` leaves is a prefix of that of the first `new`.
/// Empty when `old` is 0 or not below `new`.
///
/// # Errors
/// Those of `root_of`.
pub fn consistency_proof<E>(old: u64, new: u64, root_of: RangeRoot<'_, E>) -> Result<Vec<Hash>, E> {
    let (mut low, mut high) = (0u64, new);
    let mut path = Vec::new();
    if old == 0 || old >= new {
        return Ok(path);
    }
    while old != high {
        let middle = low.saturating_add(split(high.saturating_sub(low)));
        if old <= middle {
            path.push(root_of(middle..high)?);
            high = middle;
        } else {
            path.push(root_of(low..middle)?);
            low = middle;
        }
    }
    // The verifier knows the old root; it needs this subtree only when it is not all of it.
    if low > 0 {
        path.push(root_of(low..high)?);
    }
    path.reverse();
    Ok(path)
}

/// Whether `path` proves that the leaf with this hash is number `index` of the tree with this
/// size and root.
#[must_use]
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut place, mut last) = (index, size.saturating_sub(1));
    let mut hash = *leaf;
    for sibling in path {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            hash = node_hash(sibling, &hash);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Whether `path` proves that the tree `old` (size, root) is a prefix of the tree `new`.
#[must_use]
pub fn verify_consistency(old: (u64, &Hash), new: (u64, &Hash), path: &[Hash]) -> bool {
    let ((old_size, old_root), (new_size, new_root)) = (old, new);
    if old_size == 0 {
        return path.is_empty() && *old_root == empty_root();
    }
    if old_size >= new_size {
        return old_size == new_size && path.is_empty() && old_root == new_root;
    }
    let seed = old_size.is_power_of_two().then_some(old_root);
    let mut hashes = seed.into_iter().chain(path);
    let Some(first) = hashes.next() else { return false };
    let (mut place, mut last) = (old_size.saturating_sub(1), new_size.saturating_sub(1));
    while place & 1 == 1 {
        place >>= 1;
        last >>= 1;
    }
    let (mut old_hash, mut new_hash) = (*first, *first);
    for hash in hashes {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            old_hash = node_hash(hash, &old_hash);
            new_hash = node_hash(hash, &new_hash);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = node_hash(&new_hash, hash);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && old_hash == *old_root && new_hash == *new_root
}
