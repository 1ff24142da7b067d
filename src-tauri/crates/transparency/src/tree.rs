//! The tree as it grows: of all its nodes only the roots of its full subtrees are kept, at most one for each level.

use ledger::Hash;

use crate::hash::{EMPTY_ROOT, node};

/// One level for each bit of the size.
const LEVELS: usize = 64;

/// Root of the full subtree over the leaves from `index · 2^level` up to `(index + 1) · 2^level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// 0 for a leaf.
    pub level: u32,
    /// Counted from the left, beginning with 0.
    pub index: u64,
}

/// A Merkle tree to which leaves are added, in constant memory.
#[derive(Debug, Clone)]
pub struct Tree {
    size: u64,
    /// By level; a peak means something only while its bit in `size` is set.
    peaks: [Hash; LEVELS],
}

impl Default for Tree {
    fn default() -> Self {
        Self::new()
    }
}

impl Tree {
    /// A tree without leaves.
    #[must_use]
    pub fn new() -> Self {
        Self { size: 0, peaks: [EMPTY_ROOT; LEVELS] }
    }

    /// The tree of `size` leaves whose full subtrees have the roots `peaks`, as [`Tree::peaks`] gave them; `None` where their number
    /// does not fit the size. Whether they are the right ones shows in the root only.
    #[must_use]
    pub fn restore(size: u64, peaks: &[Hash]) -> Option<Self> {
        let mut tree = Self { size, ..Self::new() };
        let mut given = peaks.iter();
        for (level, peak) in tree.peaks.iter_mut().enumerate().rev() {
            if is_set(size, level) {
                *peak = *given.next()?;
            }
        }
        given.next().is_none().then_some(tree)
    }

    /// How many leaves it has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Roots of its full subtrees, the largest first: all that is needed to go on.
    #[must_use]
    pub fn peaks(&self) -> Vec<Hash> {
        self.standing().map(|(_, peak)| *peak).rev().collect()
    }

    /// Adds the next leaf (see [`crate::leaf`]).
    pub fn push(&mut self, leaf: Hash) {
        self.push_each(leaf, &mut |_, _| {});
    }

    /// Adds the next leaf and gives `each` node that it completes, beginning with itself: what a store of nodes has to keep.
    pub fn push_each(&mut self, leaf: Hash, each: &mut dyn FnMut(Place, &Hash)) {
        let mut place = Place { level: 0, index: self.size };
        let mut completed = leaf;
        each(place, &completed);
        for peak in &mut self.peaks {
            if place.index & 1 == 0 {
                *peak = completed;
                break;
            }
            completed = node(peak, &completed);
            place = Place { level: place.level + 1, index: place.index >> 1 };
            each(place, &completed);
        }
        self.size = self.size.saturating_add(1);
    }

    /// The root over all leaves so far.
    #[must_use]
    pub fn root(&self) -> Hash {
        let over = |right: Option<Hash>, left: &Hash| Some(right.map_or(*left, |right| node(left, &right)));
        self.standing().map(|(_, peak)| peak).fold(None, over).unwrap_or(EMPTY_ROOT)
    }

    /// The full subtrees, the smallest first.
    fn standing(&self) -> impl DoubleEndedIterator<Item = (usize, &Hash)> {
        self.peaks.iter().enumerate().filter(|(level, _)| is_set(self.size, *level))
    }
}

fn is_set(size: u64, level: usize) -> bool {
    size >> level & 1 == 1
}
