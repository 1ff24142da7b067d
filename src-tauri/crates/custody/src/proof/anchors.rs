//! Holding a ledger against what this computer keeps of it, before anything is signed or executed on it.
//!
//! A few rows, however long the ledger is: a chain hash covers all entries before it, so an entry that is still where it was has the same
//! past. That each entry follows from the one before, and by whom it is signed, is the witness's business.

use keychain::LedgerTree;
use ledger::{Fault, Hash};
use transparency::Checkpoint;

use super::error::{Alarm, ProofError};
use super::grown::{broken, restore};
use crate::console::Console;

/// What a computer keeps of a ledger from earlier visits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Anchors {
    /// The newest entry that was verified: its number and chain hash.
    pub verified: Option<(u64, Hash)>,
    /// The tree of the newest checkpoint that was seen.
    pub tree: Option<LedgerTree>,
}

impl Console {
    /// Whether the ledger that the register shows is the one that is known here, grown.
    ///
    /// # Errors
    /// [`ProofError::Alarm`] when it is not: rolled back to an older copy, rewritten, or another history.
    pub async fn hold_against(&self, anchors: &Anchors) -> Result<(), ProofError> {
        let (now, _) = self.register.head().await?;
        self.is_founded_as_pinned(now).await?;
        if let Some(tree) = &anchors.tree {
            self.last_under(&restore(tree)?).await?;
        }
        let Some((verified, hash)) = anchors.verified else { return Ok(()) };
        if now < verified {
            return Err(Alarm::Shorter { kept: verified, now }.into());
        }
        match self.chain_hash(verified).await? {
            Some(found) if found == hash => Ok(()),
            Some(_) => {
                let first = anchors.tree.as_ref().map_or(0, |tree| tree.size).min(verified.saturating_sub(1));
                Err(Alarm::Replaced { verified, now, first: first.saturating_add(1) }.into())
            }
            None => Err(broken(Fault::Gap { expected: verified, found: verified.saturating_add(1) })),
        }
    }

    /// Reads on to the ledger's end, holds it against the anchors, and looks at the newest checkpoint if it is a later one than is kept.
    ///
    /// # Errors
    /// [`ProofError::Alarm`]; [`ProofError::Witness`] with the first bad entry.
    pub async fn may_be_signed_on(&self, anchors: &Anchors) -> Result<Option<super::Checkpointed>, ProofError> {
        self.witness.catch_up(&self.register).await?;
        self.hold_against(anchors).await?;
        let newest = self.register.checkpoints(1).await?.pop().map_or(0, |row| row.size);
        let kept = anchors.tree.as_ref().map_or(0, |tree| tree.size);
        if newest > kept { self.see_checkpoint(anchors.tree.as_ref()).await } else { Ok(None) }
    }

    /// Holds the ledger against a checkpoint that somebody kept elsewhere: one that was published, or another console's.
    ///
    /// # Errors
    /// [`ProofError::Alarm`] when the ledger does not grow from it; [`ProofError::Elsewhere`] when it is one of another ledger.
    pub async fn hold_against_published(&self, published: &Checkpoint) -> Result<(), ProofError> {
        if published.origin() != self.origin() {
            return Err(ProofError::Elsewhere { expected: self.origin(), found: published.origin().to_owned() });
        }
        let size = published.size();
        let (now, _) = self.register.head().await?;
        if now < size {
            return Err(Alarm::Shorter { kept: size, now }.into());
        }
        // Computed from the entries: the register's own nodes would be its word only.
        let grown = self.grown(None, &[size]).await?;
        match grown.trees.get(&size) {
            Some(tree) if tree.root() == *published.root() => Ok(()),
            Some(_) => Err(Alarm::Forked { kept: size, now, first: 1, last: size }.into()),
            None if size == 0 => Ok(()),
            None => Err(ProofError::Unknown),
        }
    }

    async fn is_founded_as_pinned(&self, now: u64) -> Result<(), ProofError> {
        let founding = self.witness.founding();
        match self.chain_hash(1).await? {
            Some(found) if found == founding => Ok(()),
            Some(_) => Err(Alarm::Forked { kept: 1, now, first: 1, last: 1 }.into()),
            None => Err(Alarm::Shorter { kept: 1, now: 0 }.into()),
        }
    }

    async fn chain_hash(&self, number: u64) -> Result<Option<Hash>, ProofError> {
        let row = self.register.ledger_records(number, 1).await?.into_iter().find(|row| row.seq == number);
        Ok(row.map(|row| row.hash))
    }
}
