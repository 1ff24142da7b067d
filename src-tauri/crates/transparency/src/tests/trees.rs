use proptest::prelude::*;
use sha2::{Digest, Sha256};

use crate::{
    EMPTY_ROOT, Levels, Tree, is_consistent, leaf, places_for_consistency, places_for_inclusion, prove_consistency,
    prove_inclusion, root_from_path,
};
use ledger::Hash;

fn hash(text: &str) -> Hash {
    hex::decode(text).unwrap().try_into().unwrap()
}

/// The eight leaves with which Certificate Transparency tests its trees.
pub(super) fn published_leaves() -> Vec<Hash> {
    let leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    leaves
        .iter()
        .map(|bytes| Sha256::new().chain_update([0]).chain_update(hex::decode(bytes).unwrap()).finalize().into())
        .collect()
}

const PUBLISHED_ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/// roots and proofs are those that Certificate Transparency publishes for its test tree.
#[test]
fn the_published_trees_have_the_published_roots_and_proofs() {
    let leaves = published_leaves();
    let mut tree = Tree::new();
    assert_eq!(tree.root(), EMPTY_ROOT);
    for (size, root) in PUBLISHED_ROOTS.iter().enumerate() {
        assert_eq!(tree.root(), hash(root), "size {size}");
        let restored = Tree::restore(size as u64, &tree.peaks()).unwrap();
        assert_eq!(restored.root(), tree.root());
        if size < leaves.len() {
            tree.push(leaves[size]);
        }
    }
    let levels = Levels::of(&leaves);
    let a = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
    let b = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
    let c = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
    let d = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
    let e = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";
    let f = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";
    let inclusions: [(u64, u64, &[&str]); 5] = [
        (0, 1, &[]),
        (0, 8, &[d, a, e]),
        (5, 8, &[b, c, PUBLISHED_ROOTS[4]]),
        (2, 3, &[PUBLISHED_ROOTS[2]]),
        (1, 5, &[PUBLISHED_ROOTS[1], a, b]),
    ];
    for (index, size, path) in inclusions {
        let path: Vec<Hash> = path.iter().map(|text| hash(text)).collect();
        assert_eq!(prove_inclusion(&levels, index, size).unwrap(), path, "{index} of {size}");
        let root = root_from_path(&leaves[index as usize], index, size, &path);
        assert_eq!(root, Some(hash(PUBLISHED_ROOTS[size as usize])));
    }
    let growths: [(u64, u64, &[&str]); 4] =
        [(1, 1, &[]), (1, 8, &[d, a, e]), (6, 8, &[f, c, PUBLISHED_ROOTS[4]]), (2, 5, &[a, b])];
    for (older, newer, path) in growths {
        let path: Vec<Hash> = path.iter().map(|text| hash(text)).collect();
        assert_eq!(prove_consistency(&levels, older, newer).unwrap(), path, "{older} to {newer}");
        let root = |size: u64| hash(PUBLISHED_ROOTS[size as usize]);
        assert!(is_consistent(older, &root(older), newer, &root(newer), &path));
    }
}

fn leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|number| leaf(&Sha256::digest(number.to_be_bytes()).into())).collect()
}

fn roots(leaves: &[Hash]) -> Vec<Hash> {
    let mut tree = Tree::new();
    let mut roots = vec![tree.root()];
    for leaf in leaves {
        tree.push(*leaf);
        roots.push(tree.root());
    }
    roots
}

#[test]
fn what_cannot_be_proven_is_refused() {
    let levels = Levels::of(&leaves(5));
    assert!(prove_inclusion(&levels, 5, 5).is_err());
    assert!(prove_inclusion(&levels, 0, 9).is_err());
    assert!(prove_consistency(&levels, 5, 4).is_err());
    let root = levels.tree().root();
    assert_eq!(root_from_path(&leaves(1)[0], 5, 5, &[]), None);
    assert_eq!(root_from_path(&leaves(1)[0], 0, 0, &[]), None);
    assert!(!is_consistent(6, &root, 5, &root, &[]));
    assert!(!is_consistent(0, &root, 5, &root, &[]));
    assert!(is_consistent(0, &EMPTY_ROOT, 5, &root, &[]));
    assert!(Tree::restore(5, &[root]).is_none() && Tree::restore(4, &[root, root]).is_none());
}

proptest! {
    /// every proof that is made verifies, from what a store would have to load for it alone; no changed bit, length, index or
    /// size does.
    #[test]
    fn every_inclusion_is_proven_and_nothing_else(size in 1u64..200, index in any::<prop::sample::Index>(), bit in 0usize..256, at in any::<prop::sample::Index>()) {
        let (leaves, index) = (leaves(size), index.index(size as usize));
        let levels = Levels::of(&leaves);
        let loaded: std::collections::HashMap<_, _> = places_for_inclusion(index as u64, size).unwrap().into_iter()
            .map(|place| (place, crate::Nodes::node(&levels, place).unwrap())).collect();
        let path = prove_inclusion(&loaded, index as u64, size).unwrap();
        let root = Some(levels.tree().root());
        let of = |leaf: &Hash, index: usize, size, path: &[Hash]| root_from_path(leaf, index as u64, size, path);
        prop_assert_eq!(of(&leaves[index], index, size, &path), root);
        let mut other = leaves[index];
        other[bit / 8] ^= 1 << (bit % 8);
        prop_assert_ne!(of(&other, index, size, &path), root);
        for wrong in (0..size as usize).filter(|wrong| *wrong != index) {
            prop_assert_ne!(of(&leaves[index], wrong, size, &path), root);
        }
        prop_assert_ne!(of(&leaves[index], index, size, &[path.clone(), vec![EMPTY_ROOT]].concat()), root);
        if !path.is_empty() {
            let mut changed = path.clone();
            changed[at.index(path.len())][bit / 8] ^= 1 << (bit % 8);
            prop_assert_ne!(of(&leaves[index], index, size, &changed), root);
            prop_assert_ne!(of(&leaves[index], index, size, &path[1..]), root);
        }
    }

    /// every growth is proven; no other older root, newer root, size or path is.
    #[test]
    fn every_growth_is_proven_and_nothing_else(newer in 1u64..200, older in any::<prop::sample::Index>(), bit in 0usize..256, at in any::<prop::sample::Index>()) {
        let leaves = leaves(newer);
        let older = older.index(newer as usize) as u64 + 1;
        let levels = Levels::of(&leaves);
        let loaded: std::collections::HashMap<_, _> = places_for_consistency(older, newer).unwrap().into_iter()
            .map(|place| (place, crate::Nodes::node(&levels, place).unwrap())).collect();
        let path = prove_consistency(&loaded, older, newer).unwrap();
        let roots = roots(&leaves);
        let (old, new) = (roots[older as usize], roots[newer as usize]);
        prop_assert!(is_consistent(older, &old, newer, &new, &path));
        let flip = |hash: &Hash| { let mut hash = *hash; hash[bit / 8] ^= 1 << (bit % 8); hash };
        prop_assert!(!is_consistent(older, &flip(&old), newer, &new, &path));
        prop_assert!(!is_consistent(older, &old, newer, &flip(&new), &path));
        prop_assert!(!is_consistent(older, &old, newer, &new, &[path.clone(), vec![EMPTY_ROOT]].concat()));
        for wrong in (1..newer).filter(|wrong| *wrong != older) {
            prop_assert!(!is_consistent(wrong, &old, newer, &new, &path));
        }
        if !path.is_empty() {
            let mut changed = path.clone();
            let at = at.index(path.len());
            changed[at] = flip(&changed[at]);
            prop_assert!(!is_consistent(older, &old, newer, &new, &changed));
            prop_assert!(!is_consistent(older, &old, newer, &new, &path[1..]));
        }
    }

    #[test]
    fn proofs_of_any_shape_are_read_without_a_panic(older in any::<u64>(), newer in any::<u64>(), path in prop::collection::vec(any::<[u8; 32]>(), 0..70)) {
        let root = root_from_path(&EMPTY_ROOT, older, newer, &path);
        prop_assert!(root.is_none() || older < newer);
        prop_assert!(!is_consistent(older, &EMPTY_ROOT, newer, &[1; 32], &path) || older == 0 && path.is_empty());
    }
}
