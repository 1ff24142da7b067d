//! What this console remembers of a custody, so that nobody who owns the database can show it another past.

use domain::CustodyId;

use crate::error::KeychainError;
use crate::item::{Item, ItemKind};
use crate::keychain::Keychain;
use crate::secret::Secret;

const HASH_LEN: usize = 32;

/// The newest entry of the ledger that this console has verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerHead {
    /// Its number, from 1.
    pub number: u64,
    /// Its chain hash.
    pub hash: [u8; HASH_LEN],
}

/// The Merkle tree under the newest checkpoint that this console has seen: whoever keeps it finds out any change of what lies under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerTree {
    /// Number of the checkpoint's last entry.
    pub size: u64,
    /// Roots of the tree's full subtrees, the largest first.
    pub peaks: Vec<[u8; HASH_LEN]>,
}

/// What is remembered contradicts what is to be remembered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PinError {
    /// Another founding entry is pinned: this is not the same custody.
    #[error("another founding entry is pinned for this custody: {}", hex::encode(.pinned))]
    OtherFounding {
        /// The pinned hash.
        pinned: [u8; HASH_LEN],
    },
    /// The ledger ends before, or differs at, an entry that was verified earlier.
    #[error("entry {} was verified earlier with another hash, or is gone: the ledger was rolled back", .remembered.number)]
    RolledBack {
        /// What is remembered.
        remembered: LedgerHead,
    },
    /// Another checkpoint of the same entries is remembered.
    #[error("another checkpoint of entry {size} is remembered: there are two histories of this ledger")]
    OtherTree {
        /// Number of the checkpoint's last entry.
        size: u64,
    },
    /// The keychain.
    #[error(transparent)]
    Keychain(#[from] KeychainError),
}

/// The pins of one custody.
pub struct Pins<'a> {
    keychain: &'a Keychain,
    custody: CustodyId,
}

impl<'a> Pins<'a> {
    /// Of that custody.
    #[must_use]
    pub const fn new(keychain: &'a Keychain, custody: CustodyId) -> Self {
        Self { keychain, custody }
    }

    /// The hash of the founding entry, if one is pinned.
    ///
    /// # Errors
    /// [`KeychainError`].
    pub fn founding(&self) -> Result<Option<[u8; HASH_LEN]>, KeychainError> {
        self.read(ItemKind::FoundingPin, |bytes| bytes.try_into().ok())
    }

    /// Pins the founding entry. Once pinned it never changes.
    ///
    /// # Errors
    /// [`PinError::OtherFounding`] when another one is pinned.
    pub fn pin_founding(&self, hash: [u8; HASH_LEN]) -> Result<(), PinError> {
        match self.founding()? {
            Some(pinned) if pinned == hash => Ok(()),
            Some(pinned) => Err(PinError::OtherFounding { pinned }),
            None => Ok(self.write(ItemKind::FoundingPin, hash.to_vec())?),
        }
    }

    /// The newest verified entry, if any is remembered.
    ///
    /// # Errors
    /// [`KeychainError`].
    pub fn head(&self) -> Result<Option<LedgerHead>, KeychainError> {
        self.read(ItemKind::LedgerHead, |bytes| {
            let (number, hash) = bytes.split_first_chunk::<8>()?;
            Some(LedgerHead { number: u64::from_be_bytes(*number), hash: hash.try_into().ok()? })
        })
    }

    /// Remembers a verified head. The caller has verified that the chain leads from the remembered one to this.
    ///
    /// # Errors
    /// [`PinError::RolledBack`] when an entry further on is remembered, or this one with another hash.
    pub fn remember_head(&self, head: LedgerHead) -> Result<(), PinError> {
        match self.head()? {
            Some(remembered) if remembered == head => Ok(()),
            Some(remembered) if remembered.number >= head.number => Err(PinError::RolledBack { remembered }),
            _ => Ok(self.write(ItemKind::LedgerHead, [head.number.to_be_bytes().as_slice(), &head.hash].concat())?),
        }
    }

    /// The tree of the newest checkpoint that was seen, if any is remembered.
    ///
    /// # Errors
    /// [`KeychainError`].
    pub fn tree(&self) -> Result<Option<LedgerTree>, KeychainError> {
        self.read(ItemKind::LedgerTree, |bytes| {
            let (size, rest) = bytes.split_first_chunk::<8>()?;
            let (peaks, rest) = rest.as_chunks::<HASH_LEN>();
            rest.is_empty().then(|| LedgerTree { size: u64::from_be_bytes(*size), peaks: peaks.to_vec() })
        })
    }

    /// Remembers the tree of a checkpoint; a smaller one than is remembered changes nothing. The caller has verified that the one grew
    /// from the other.
    ///
    /// # Errors
    /// [`PinError::OtherTree`] when another one of that size is remembered.
    pub fn remember_tree(&self, tree: &LedgerTree) -> Result<(), PinError> {
        match self.tree()? {
            Some(kept) if kept.size == tree.size && kept != *tree => Err(PinError::OtherTree { size: kept.size }),
            Some(kept) if kept.size >= tree.size => Ok(()),
            _ => Ok(self.write(
                ItemKind::LedgerTree,
                [tree.size.to_be_bytes().as_slice(), tree.peaks.as_flattened()].concat(),
            )?),
        }
    }

    fn read<R>(&self, kind: ItemKind, parse: impl FnOnce(&[u8]) -> Option<R>) -> Result<Option<R>, KeychainError> {
        let item = Item::new(self.custody, kind);
        let Some(stored) = self.keychain.get(&item)? else { return Ok(None) };
        // EXPOSE: hashes and numbers of the ledger are not secret.
        stored.expose(parse).map(Some).ok_or_else(|| KeychainError::Damaged { item: item.name() })
    }

    fn write(&self, kind: ItemKind, bytes: Vec<u8>) -> Result<(), KeychainError> {
        self.keychain.put(&Item::new(self.custody, kind), &Secret::new(bytes))
    }
}
