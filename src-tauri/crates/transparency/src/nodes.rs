//! Making proofs, from whatever keeps the nodes of the tree.

use std::collections::HashMap;
use std::convert::Infallible;

use ledger::Hash;

use crate::hash::node;
use crate::tree::{Place, Tree};

/// Why a proof cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProvingError<E> {
    /// The tree has no such leaf.
    #[error("a tree of {size} leaves has no leaf {index}")]
    Leaf {
        /// Index of the leaf, the first is 0.
        index: u64,
        /// Size of the tree.
        size: u64,
    },
    /// Trees only grow.
    #[error("a tree of {older} leaves is not older than one of {newer}")]
    Sizes {
        /// Size of the tree that should be the older one.
        older: u64,
        /// Size of the other.
        newer: u64,
    },
    /// The node could not be had.
    #[error("node {} of level {} could not be read", .place.index, .place.level)]
    Node {
        /// Which.
        place: Place,
        /// Why.
        source: E,
    },
}

/// Whatever keeps the nodes of a tree: a table, tiles, or the memory.
pub trait Nodes {
    /// Why a node cannot be had.
    type Error;
    /// The node at a place that the tree is large enough to have.
    fn node(&self, place: Place) -> Result<Hash, Self::Error>;
}

/// A node that was not loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it was not among those that were loaded")]
pub struct NotLoaded;

/// Nodes that were loaded beforehand: what [`places_for_inclusion`] and [`places_for_consistency`] name.
impl Nodes for HashMap<Place, Hash> {
    type Error = NotLoaded;
    fn node(&self, place: Place) -> Result<Hash, NotLoaded> {
        self.get(&place).copied().ok_or(NotLoaded)
    }
}

/// All nodes of a tree, in memory: 64 bytes for each leaf.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    tree: Tree,
    levels: Vec<Vec<Hash>>,
}

impl Levels {
    /// The tree over these leaves (see [`crate::leaf`]).
    #[must_use]
    pub fn of(leaves: &[Hash]) -> Self {
        let mut levels = Self::default();
        leaves.iter().for_each(|leaf| levels.push(*leaf));
        levels
    }

    /// Adds the next leaf.
    pub fn push(&mut self, leaf: Hash) {
        let Self { tree, levels } = self;
        let mut at = 0;
        tree.push_each(leaf, &mut |_, hash| {
            match levels.get_mut(at) {
                Some(level) => level.push(*hash),
                None => levels.push(vec![*hash]),
            }
            at += 1;
        });
    }

    /// The tree itself: its size and root.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        &self.tree
    }
}

impl Nodes for Levels {
    type Error = NotLoaded;
    fn node(&self, place: Place) -> Result<Hash, NotLoaded> {
        let level = usize::try_from(place.level).ok().and_then(|level| self.levels.get(level));
        let index = usize::try_from(place.index).ok();
        level.zip(index).and_then(|(level, index)| level.get(index)).copied().ok_or(NotLoaded)
    }
}

/// The path from leaf `index` up to the root of the tree of `size` leaves (RFC 6962, section 2.1.1).
pub fn prove_inclusion<N: Nodes>(nodes: &N, index: u64, size: u64) -> Result<Vec<Hash>, ProvingError<N::Error>> {
    let ranges = inclusion_ranges(index, size).ok_or(ProvingError::Leaf { index, size })?;
    ranges.into_iter().map(|range| range.root(nodes)).collect()
}

/// That the tree of `older` leaves is how the tree of `newer` leaves began (RFC 6962, section 2.1.2).
pub fn prove_consistency<N: Nodes>(nodes: &N, older: u64, newer: u64) -> Result<Vec<Hash>, ProvingError<N::Error>> {
    let ranges = consistency_ranges(older, newer).ok_or(ProvingError::Sizes { older, newer })?;
    ranges.into_iter().map(|range| range.root(nodes)).collect()
}

/// Which nodes [`prove_inclusion`] will ask for, so that they can be loaded at once.
pub fn places_for_inclusion(index: u64, size: u64) -> Result<Vec<Place>, ProvingError<Infallible>> {
    let ranges = inclusion_ranges(index, size).ok_or(ProvingError::Leaf { index, size })?;
    Ok(ranges.iter().flat_map(Range::places).collect())
}

/// Which nodes [`prove_consistency`] will ask for.
pub fn places_for_consistency(older: u64, newer: u64) -> Result<Vec<Place>, ProvingError<Infallible>> {
    let ranges = consistency_ranges(older, newer).ok_or(ProvingError::Sizes { older, newer })?;
    Ok(ranges.iter().flat_map(Range::places).collect())
}

/// Leaves from `begin` up to, not including, `end`, where `begin` is a multiple of a power of two not below their number.
#[derive(Debug, Clone, Copy)]
struct Range {
    begin: u64,
    end: u64,
}

impl Range {
    fn count(self) -> u64 {
        self.end - self.begin
    }

    /// In two, the left one as large a power of two as leaves something to the right; `None` for a single leaf.
    fn split(self) -> Option<(Self, Self)> {
        let below = self.count().checked_sub(1).and_then(u64::checked_ilog2)?;
        let middle = self.begin + (1 << below);
        Some((Self { end: middle, ..self }, Self { begin: middle, ..self }))
    }

    /// The full subtrees it consists of, the largest first.
    fn places(&self) -> Vec<Place> {
        let mut begin = self.begin;
        let mut places = Vec::new();
        while let Some(level) = (self.end - begin).checked_ilog2() {
            places.push(Place { level, index: begin >> level });
            begin += 1 << level;
        }
        places
    }

    fn root<N: Nodes>(self, nodes: &N) -> Result<Hash, ProvingError<N::Error>> {
        let mut root = None;
        for place in self.places().into_iter().rev() {
            let left = nodes.node(place).map_err(|source| ProvingError::Node { place, source })?;
            root = Some(root.map_or(left, |right| node(&left, &right)));
        }
        Ok(root.unwrap_or(crate::hash::EMPTY_ROOT))
    }
}

/// The siblings on the way from the leaf up.
fn inclusion_ranges(index: u64, size: u64) -> Option<Vec<Range>> {
    if index >= size {
        return None;
    }
    let mut ranges = Vec::new();
    let mut within = Range { begin: 0, end: size };
    while let Some((left, right)) = within.split() {
        let (taken, sibling) = if index < left.end { (left, right) } else { (right, left) };
        ranges.push(sibling);
        within = taken;
    }
    ranges.reverse();
    Some(ranges)
}

fn consistency_ranges(older: u64, newer: u64) -> Option<Vec<Range>> {
    if older > newer {
        return None;
    }
    if older == 0 || older == newer {
        return Some(Vec::new());
    }
    let mut ranges = Vec::new();
    let mut within = Range { begin: 0, end: newer };
    while within.end != older {
        let (left, right) = within.split()?;
        let (taken, sibling) = if older <= left.end { (left, right) } else { (right, left) };
        ranges.push(sibling);
        within = taken;
    }
    // Where the older tree is the left-most subtree itself, whoever verifies has its root already.
    if within.begin != 0 {
        ranges.push(within);
    }
    ranges.reverse();
    Some(ranges)
}
