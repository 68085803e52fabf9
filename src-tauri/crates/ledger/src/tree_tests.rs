use super::*;
use crate::proof::{consistency_proof, inclusion_proof, verify_consistency, verify_inclusion};
use proptest::prelude::*;
use std::convert::Infallible;
use std::ops::Range;

/// The leaves and roots of the reference tests of Certificate Transparency
/// (certificate-transparency-go and -C++, `merkle_tree_test`).
const LEAVES: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
/// (index, size, path) and (old, new, path) of the same tests.
const INCLUSIONS: [(u64, u64, &[&str]); 4] = [
    (0, 1, &[]),
    (
        0,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        &[
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
];
const CONSISTENCIES: [(u64, u64, &[&str]); 3] = [
    (1, 1, &[]),
    (
        1,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        &[
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
];

/// MTH of RFC 6962 section 2.1, word for word.
fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(naive_split(leaves.len()));
            node_hash(&naive_root(left), &naive_root(right))
        }
    }
}

fn naive_split(len: usize) -> usize {
    (0..).map(|power| 1 << power).take_while(|k| *k < len).last().unwrap()
}

/// PATH of RFC 6962 section 2.1.1, word for word.
fn naive_path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return vec![];
    }
    let k = naive_split(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut path, sibling) = if index < k {
        (naive_path(index, left), naive_root(right))
    } else {
        (naive_path(index.checked_sub(k).unwrap(), right), naive_root(left))
    };
    path.push(sibling);
    path
}

/// SUBPROOF of RFC 6962 section 2.1.2, word for word.
fn naive_subproof(old: usize, leaves: &[Hash], complete: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if complete { vec![] } else { vec![naive_root(leaves)] };
    }
    let k = naive_split(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut path, last) = if old <= k {
        (naive_subproof(old, left, complete), naive_root(right))
    } else {
        (naive_subproof(old.checked_sub(k).unwrap(), right, false), naive_root(left))
    };
    path.push(last);
    path
}

fn hashes(texts: &[&str]) -> Vec<Hash> {
    texts.iter().map(|text| hex::decode(text).unwrap().try_into().unwrap()).collect()
}

fn reference_leaves() -> Vec<Hash> {
    LEAVES.iter().map(|text| leaf_hash(&hex::decode(text).unwrap())).collect()
}

fn ranges(leaves: &[Hash]) -> impl FnMut(Range<u64>) -> Result<Hash, Infallible> {
    |range| {
        let (start, end) = (range.start.try_into().unwrap(), range.end.try_into().unwrap());
        Ok(naive_root(&leaves[start..end]))
    }
}

fn frontier_of(leaves: &[Hash]) -> Frontier {
    let mut frontier = Frontier::new();
    leaves.iter().for_each(|leaf| frontier.push(*leaf));
    frontier
}

#[test]
fn the_published_roots_come_out() {
    assert_eq!(
        hex::encode(Frontier::new().root()),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    let mut frontier = Frontier::new();
    for (leaf, root) in reference_leaves().into_iter().zip(ROOTS) {
        frontier.push(leaf);
        assert_eq!(hex::encode(frontier.root()), root, "size {}", frontier.size());
    }
}

#[test]
fn the_published_proofs_come_out_and_hold() {
    let leaves = reference_leaves();
    let roots = hashes(&ROOTS);
    let root = |size: u64| &roots[usize::try_from(size).unwrap().checked_sub(1).unwrap()];
    for (index, size, texts) in INCLUSIONS {
        let path = inclusion_proof(index, size, &mut ranges(&leaves)).unwrap();
        assert_eq!(path, hashes(texts), "leaf {index} of {size}");
        let leaf = &leaves[usize::try_from(index).unwrap()];
        assert!(verify_inclusion(leaf, index, size, &path, root(size)), "leaf {index} of {size}");
    }
    for (old, new, texts) in CONSISTENCIES {
        let path = consistency_proof(old, new, &mut ranges(&leaves)).unwrap();
        assert_eq!(path, hashes(texts), "{old} to {new}");
        assert!(verify_consistency((old, root(old)), (new, root(new)), &path), "{old} to {new}");
    }
}

#[test]
fn proofs_at_the_edges_are_empty_and_hold_only_there() {
    let leaves = reference_leaves();
    let root = naive_root(&leaves);
    assert!(verify_consistency((0, &empty_root()), (8, &root), &[]));
    assert!(!verify_consistency((0, &root), (8, &root), &[]), "no tree of none has this root");
    assert!(!verify_consistency((8, &root), (7, &root), &[]), "logs don't shrink");
    assert!(!verify_consistency((4, &root), (8, &root), &[]), "a proof is needed");
    assert!(!verify_inclusion(&leaves[0], 0, 0, &[], &leaves[0]), "nothing is in no tree");
    assert!(!verify_inclusion(&leaves[0], 8, 8, &[], &root), "8 is beyond the end");
    assert_eq!(Frontier::from_bytes(3, &[0; 32]), None, "3 leaves leave two peaks");
    assert_eq!(Frontier::from_bytes(1, &[0; 33]), None, "a hash has 32 bytes");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_tree_and_proof_agrees_with_the_naive_one(
        size in 1usize..80, index in 0usize..80, old in 1usize..80, flip in 0usize..80,
    ) {
        let leaves: Vec<Hash> = (0..size).map(|i| leaf_hash(&i.to_be_bytes())).collect();
        let (index, old) = (index.checked_rem(size).unwrap(), old.min(size));
        let root = naive_root(&leaves);
        let frontier = frontier_of(&leaves);
        prop_assert_eq!(frontier.root(), root);
        let read = Frontier::from_bytes(frontier.size(), &frontier.to_bytes());
        prop_assert_eq!(read.as_ref(), Some(&frontier));

        let (n, i, m) = (size as u64, index as u64, old as u64);
        let path = inclusion_proof(i, n, &mut ranges(&leaves)).unwrap();
        prop_assert_eq!(&path, &naive_path(index, &leaves));
        prop_assert!(verify_inclusion(&leaves[index], i, n, &path, &root));
        let old_root = naive_root(&leaves[..old]);
        let steps = consistency_proof(m, n, &mut ranges(&leaves)).unwrap();
        prop_assert_eq!(&steps, &naive_subproof(old, &leaves, true));
        prop_assert!(verify_consistency((m, &old_root), (n, &root), &steps));

        // One changed hash, one too many, one too few: none of them hold.
        for proof in broken(&path, flip) {
            prop_assert!(!verify_inclusion(&leaves[index], i, n, &proof, &root));
        }
        for proof in broken(&steps, flip) {
            prop_assert!(!verify_consistency((m, &old_root), (n, &root), &proof));
        }
    }
}

fn broken(proof: &[Hash], flip: usize) -> Vec<Vec<Hash>> {
    let mut longer = proof.to_vec();
    longer.push([7; 32]);
    let mut all = vec![longer];
    if let Some(at) = flip.checked_rem(proof.len()) {
        let mut changed = proof.to_vec();
        changed[at][flip.checked_rem(32).unwrap()] ^= 1;
        all.extend([changed, proof[1..].to_vec(), proof.split_last().unwrap().1.to_vec()]);
    }
    all
}
