//! What this computer keeps of the ledger's checkpoints: in the keychain, beside the pinned founding entry.

use custody::proof::{Anchors, Checkpointed};
use keychain::{KeychainError, LedgerHead, LedgerTree, PinError, Pins};

use crate::desk::{Desk, SignInError};

/// What is kept of a custody's ledger.
pub(crate) fn anchors(pins: &Pins<'_>) -> Result<Anchors, KeychainError> {
    Ok(Anchors { verified: pins.head()?.map(|head| (head.number, head.hash)), tree: pins.tree()? })
}

impl Desk {
    /// The tree of the newest checkpoint that was seen on this computer.
    ///
    /// # Errors
    /// [`KeychainError`].
    pub async fn kept_tree(&self) -> Result<Option<LedgerTree>, KeychainError> {
        let (keychain, custody) = (self.premises.workplace().keychain().clone(), self.console.custody.id);
        let read = tokio::task::spawn_blocking(move || Pins::new(&keychain, custody).tree());
        // A task that was stopped has read nothing, and nobody waits for it any more.
        read.await.unwrap_or(Ok(None))
    }

    /// Reads the ledger to its end and holds it against what this computer keeps; keeps its newest checkpoint from now on.
    ///
    /// # Errors
    /// [`SignInError::Ledger`] with the first entry that does not hold: nothing may be signed or executed then.
    pub async fn check_ledger(&self) -> Result<(), SignInError> {
        let (keychain, custody) = (self.premises.workplace().keychain().clone(), self.console.custody.id);
        let read = tokio::task::spawn_blocking(move || anchors(&Pins::new(&keychain, custody)));
        let kept = read.await.map_err(|_stopped| SignInError::Interrupted)??;
        if let Some(seen) = self.console.may_be_signed_on(&kept).await? {
            self.keep(&seen).await?;
        }
        Ok(())
    }

    /// Keeps how far the ledger was verified, unless another console of this computer has read on meanwhile.
    ///
    /// # Errors
    /// [`PinError::RolledBack`] when another entry of that number is kept.
    pub async fn keep_verified(&self, number: u64, hash: [u8; 32]) -> Result<(), PinError> {
        let (keychain, custody) = (self.premises.workplace().keychain().clone(), self.console.custody.id);
        let keep = move || remember(&Pins::new(&keychain, custody), LedgerHead { number, hash });
        tokio::task::spawn_blocking(keep).await.unwrap_or(Ok(()))
    }

    /// Keeps a checkpoint that was looked at, and how far the ledger was verified: from now on this computer executes nothing on, and
    /// makes no proof of, a ledger that does not grow from it.
    ///
    /// # Errors
    /// [`PinError::OtherTree`] when another checkpoint of the same entries is kept.
    pub async fn keep(&self, seen: &Checkpointed) -> Result<(), PinError> {
        let (keychain, custody) = (self.premises.workplace().keychain().clone(), self.console.custody.id);
        let (tree, (number, hash)) = (seen.keep.clone(), seen.verified);
        let keep = move || {
            let pins = Pins::new(&keychain, custody);
            pins.remember_tree(&tree)?;
            remember(&pins, LedgerHead { number, hash })
        };
        tokio::task::spawn_blocking(keep).await.unwrap_or(Ok(()))
    }
}

/// Another console of this computer may have read on meanwhile.
fn remember(pins: &Pins<'_>, head: LedgerHead) -> Result<(), PinError> {
    match pins.head()? {
        Some(kept) if kept.number > head.number => Ok(()),
        _ => pins.remember_head(head),
    }
}
