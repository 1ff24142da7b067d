//! What this computer keeps of the ledger's checkpoints: in the keychain, beside the pinned founding entry.

use custody::proof::Checkpointed;
use keychain::{KeychainError, LedgerHead, LedgerTree, PinError, Pins};

use crate::desk::Desk;

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
            // Another console of this computer may have read on meanwhile.
            match pins.head()? {
                Some(head) if head.number > number => Ok(()),
                _ => pins.remember_head(LedgerHead { number, hash }),
            }
        };
        tokio::task::spawn_blocking(keep).await.unwrap_or(Ok(()))
    }
}
