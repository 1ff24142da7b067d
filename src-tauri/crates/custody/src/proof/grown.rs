//! The ledger's tree, computed here: from the checkpoint that this computer keeps, or from the founding.

use std::collections::{BTreeMap, HashMap};

use futures::StreamExt as _;
use keychain::LedgerTree;
use ledger::{Fault, GENESIS, Hash, link};
use register::NodePlace;
use transparency::{Place, Tree, leaf, places_for_inclusion, prove_inclusion, root_from_path};

use super::error::{Alarm, ProofError};
use crate::console::Console;
use crate::witness::WitnessError;

/// The verified ledger, and its tree at some sizes.
pub(crate) struct Grown {
    /// How many entries it has.
    pub entries: u64,
    /// Chain hash of the last one.
    pub head: Hash,
    /// The tree at each size that was asked for, as far as it is not before what is kept.
    pub trees: BTreeMap<u64, Tree>,
}

/// The tree that the keychain keeps.
pub(crate) fn restore(kept: &LedgerTree) -> Result<Tree, ProofError> {
    Tree::restore(kept.size, &kept.peaks).filter(|tree| tree.size() > 0).ok_or(ProofError::Kept)
}

/// The tree as the keychain keeps it.
pub(crate) fn keepsake(tree: &Tree) -> LedgerTree {
    LedgerTree { size: tree.size(), peaks: tree.peaks() }
}

impl Console {
    /// Reads on to the ledger's end, and computes its tree there and at `sizes`: only if it grows from what is kept.
    pub(crate) async fn grown(&self, kept: Option<&Tree>, sizes: &[u64]) -> Result<Grown, ProofError> {
        let begin = match kept {
            Some(kept) => Some((kept.clone(), self.last_under(kept).await?)),
            None => None,
        };
        let seen = self.witness.catch_up(&self.register).await?;
        let (mut tree, mut last) = begin.unwrap_or((Tree::new(), GENESIS));
        let mut trees = BTreeMap::new();
        let mut note = |tree: &Tree| {
            if sizes.contains(&tree.size()) || tree.size() == seen.entries {
                trees.insert(tree.size(), tree.clone());
            }
        };
        note(&tree);
        let mut rows = std::pin::pin!(self.register.ledger_stream(tree.size().saturating_add(1), seen.entries));
        while let Some(row) = rows.next().await {
            let row = row?;
            let number = tree.size().saturating_add(1);
            if row.seq != number {
                return Err(broken(Fault::Gap { expected: number, found: row.seq }));
            }
            if link(&last, &row.entry, &row.signatures) != row.hash {
                return Err(broken(Fault::Chain { number }));
            }
            last = row.hash;
            tree.push(leaf(&last));
            note(&tree);
        }
        // The witness verified the signatures: this is its ledger, and no other one that was told to this query alone.
        if tree.size() != seen.entries || last != seen.head {
            return Err(broken(Fault::Rewritten { number: seen.entries }));
        }
        Ok(Grown { entries: seen.entries, head: seen.head, trees })
    }

    /// Chain hash of the last entry under what is kept, proven to be there. A chain hash covers all entries before it.
    pub(super) async fn last_under(&self, kept: &Tree) -> Result<Hash, ProofError> {
        let size = kept.size();
        let (now, _) = self.register.head().await?;
        if now < size {
            return Err(Alarm::Shorter { kept: size, now }.into());
        }
        let found = self.register.ledger_records(size, 1).await?.into_iter().find(|row| row.seq == size);
        let index = size.saturating_sub(1);
        let places = places_for_inclusion(index, size).map_err(|_no_leaf| ProofError::Kept)?;
        let nodes = self.nodes(&places).await?;
        let path = prove_inclusion(&nodes, index, size).ok();
        let proven = found.zip(path).filter(|(row, path)| {
            root_from_path(&leaf(&row.hash), index, size, path).is_some_and(|root| root == kept.root())
        });
        match proven {
            Some((row, _)) => Ok(row.hash),
            None => Err(self.where_it_forks(kept, now).await?),
        }
    }

    /// Nodes of the register's tree, as far as it has them.
    pub(super) async fn nodes(&self, places: &[Place]) -> Result<HashMap<Place, Hash>, ProofError> {
        let wanted: Vec<NodePlace> = places.iter().map(|place| (place.level, place.index)).collect();
        let found = self.register.tree_nodes(&wanted).await?;
        Ok(found.into_iter().map(|((level, index), hash)| (Place { level, index }, hash)).collect())
    }

    /// Reads the entries again to say among which of them history differs: the full subtrees that are kept tell that.
    pub(super) async fn where_it_forks(&self, kept: &Tree, now: u64) -> Result<ProofError, ProofError> {
        let mut tree = Tree::new();
        let mut last = GENESIS;
        let mut rows = std::pin::pin!(self.register.ledger_stream(1, kept.size()));
        while let Some(row) = rows.next().await {
            let row = row?;
            let number = tree.size().saturating_add(1);
            if row.seq != number {
                return Ok(broken(Fault::Gap { expected: number, found: row.seq }));
            }
            if link(&last, &row.entry, &row.signatures) != row.hash {
                return Ok(broken(Fault::Chain { number }));
            }
            last = row.hash;
            tree.push(leaf(&last));
        }
        if tree.size() < kept.size() {
            return Ok(Alarm::Shorter { kept: kept.size(), now: tree.size() }.into());
        }
        let mut begin = 0;
        for (mine, theirs) in kept.peaks().into_iter().zip(tree.peaks()) {
            let length = (kept.size() - begin).checked_ilog2().map_or(0, |level| 1 << level);
            if mine != theirs {
                let (first, last) = (begin + 1, begin + length);
                return Ok(Alarm::Forked { kept: kept.size(), now, first, last }.into());
            }
            begin += length;
        }
        Ok(ProofError::Nodes)
    }
}

pub(crate) fn broken(fault: Fault) -> ProofError {
    ProofError::Witness(WitnessError::Fault(fault))
}
