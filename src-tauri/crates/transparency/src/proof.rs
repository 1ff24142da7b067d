//! Verifying proofs, with nothing but the proof (RFC 9162, sections 2.1.3.2 and 2.1.4.2).

use ledger::Hash;

use crate::hash::{EMPTY_ROOT, node};

/// Longest path there is: one hash for each level of the largest tree, and one more in a proof of consistency.
pub const PATH_MAX: usize = 65;

/// The root that follows from a leaf at `index` in a tree of `size` leaves and its path; `None` where no such path has this length.
///
/// Index and size decide how long the path is and on which side each hash stands: a proof for one index never proves another.
#[must_use]
pub fn root_from_path(leaf: &Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    let mut climb = Climb::new(index, size.checked_sub(1).filter(|last| index <= *last)?);
    let mut root = *leaf;
    for sibling in path {
        root = match climb.step()? {
            Side::Left => node(sibling, &root),
            Side::Right => node(&root, sibling),
        };
    }
    climb.is_done().then_some(root)
}

/// Whether `path` proves that the tree with `older_root` is how the tree with `newer_root` began.
#[must_use]
pub fn is_consistent(older: u64, older_root: &Hash, newer: u64, newer_root: &Hash, path: &[Hash]) -> bool {
    if older == newer {
        return path.is_empty() && older_root == newer_root;
    }
    if older == 0 {
        return path.is_empty() && *older_root == EMPTY_ROOT;
    }
    if older > newer {
        return false;
    }
    let (begin, rest) = if older.is_power_of_two() {
        (older_root, path)
    } else {
        let Some((begin, rest)) = path.split_first() else { return false };
        (begin, rest)
    };
    roots_from_path(older, newer, begin, rest).is_some_and(|(old, new)| old == *older_root && new == *newer_root)
}

fn roots_from_path(older: u64, newer: u64, begin: &Hash, path: &[Hash]) -> Option<(Hash, Hash)> {
    let full = (older - 1).trailing_ones();
    let mut climb = Climb::new((older - 1) >> full, (newer - 1) >> full);
    let (mut old, mut new) = (*begin, *begin);
    for sibling in path {
        match climb.step()? {
            Side::Left => {
                old = node(sibling, &old);
                new = node(sibling, &new);
            }
            Side::Right => new = node(&new, sibling),
        }
    }
    climb.is_done().then_some((old, new))
}

/// On which side the sibling stands.
enum Side {
    Left,
    Right,
}

/// The way from a node up to the root: where the node stands in its level, and where the last node of that level does.
struct Climb {
    index: u64,
    last: u64,
}

impl Climb {
    fn new(index: u64, last: u64) -> Self {
        Self { index, last }
    }

    /// Up to the next node that has a sibling; `None` at the root.
    fn step(&mut self) -> Option<Side> {
        if self.last == 0 {
            return None;
        }
        let left = self.index & 1 == 1 || self.index == self.last;
        if left {
            // The last node of a level may have no sibling: it moves up unchanged until it has one.
            while self.index & 1 == 0 && self.index != 0 {
                self.up();
            }
        }
        self.up();
        Some(if left { Side::Left } else { Side::Right })
    }

    fn up(&mut self) {
        self.index >>= 1;
        self.last >>= 1;
    }

    fn is_done(&self) -> bool {
        self.last == 0
    }
}
