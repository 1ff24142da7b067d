//! What can be wrong with a ledger as a whole, and with a proof.

use register::RegisterError;
use transparency::CheckpointError;
use transparency::bundle::WriteError;
use vault::VaultError;

use crate::witness::WitnessError;

/// This is not the ledger that this computer has seen. Nothing of it is to be relied on until it is known why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Alarm {
    /// It is shorter than it was.
    #[error(
        "this computer knows {kept} entries of this ledger, and it has {now}: entry {} and those after it are gone; its tail was cut off, or an old copy was put back",
        .now + 1
    )]
    Shorter {
        /// Number of the last entry that is known here.
        kept: u64,
        /// Number of the ledger's last entry.
        now: u64,
    },
    /// It is another one.
    #[error(
        "this computer keeps a checkpoint of {kept} entries, and the ledger of {now} entries does not grow from it: among the entries {first} to {last} there are others than there were; history was rewritten, or there are two of it"
    )]
    Forked {
        /// Number of the kept checkpoint's last entry.
        kept: u64,
        /// Number of the ledger's last entry.
        now: u64,
        /// The first entry that may be another one; all before it are as they were.
        first: u64,
        /// The last of the entries among which the first different one is.
        last: u64,
    },
    /// What was verified here beyond the last checkpoint is no longer there.
    #[error(
        "this computer verified the ledger up to entry {verified}, and the ledger of {now} entries has another one there: among the entries {first} to {verified} there are others than there were; history was rewritten, or an old copy was put back and written on"
    )]
    Replaced {
        /// Number of the last entry that was verified here.
        verified: u64,
        /// Number of the ledger's last entry.
        now: u64,
        /// The first entry that may be another one; all before it are as they were.
        first: u64,
    },
}

impl Alarm {
    /// The first entry that can't be relied on.
    #[must_use]
    pub fn entry(&self) -> u64 {
        match self {
            Self::Shorter { now, .. } => now.saturating_add(1),
            Self::Forked { first, .. } | Self::Replaced { first, .. } => *first,
        }
    }
}

/// Why a checkpoint or a bundle can't be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// The ledger does not grow from what this computer keeps.
    #[error(transparent)]
    Alarm(#[from] Alarm),
    /// An entry is bad, or the ledger can't be read.
    #[error(transparent)]
    Witness(#[from] WitnessError),
    /// The register refused or does not answer.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// No checkpoint can be written like this.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The register's tree is not the tree of its own entries.
    #[error("the tree that the register keeps is not that of its entries: somebody changed the table ledger_node")]
    Nodes,
    /// A checkpoint in the register is not one of this ledger.
    #[error(
        "the checkpoint of entry {size} in the register is not one of this ledger: somebody changed it, or the entries under it"
    )]
    NotThisLedger {
        /// Number of the checkpoint's last entry.
        size: u64,
    },
    /// A checkpoint that was brought belongs to another ledger.
    #[error("the checkpoint is one of {found}, and this is the ledger of {expected}")]
    Elsewhere {
        /// Whose ledger this is.
        expected: String,
        /// Whose checkpoint it is.
        found: String,
    },
    /// There is no checkpoint yet, or none of this size.
    #[error("there is no such checkpoint")]
    Unknown,
    /// A cosignature says that no later checkpoint is known.
    #[error(
        "the checkpoint of entry {size} is older than the one of entry {kept} that this computer keeps: only a newer one can be cosigned here"
    )]
    Older {
        /// Number of the checkpoint's last entry.
        size: u64,
        /// Number of the kept one's.
        kept: u64,
    },
    /// What is kept in the keychain is not readable.
    #[error("what the keychain keeps of the last checkpoint is damaged")]
    Kept,
    /// There is no such entry.
    #[error("the ledger has no entry {number}")]
    NoEntry {
        /// Which was meant.
        number: u64,
    },
    /// The vault did not sign, or does not answer.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// What the vault gave is no signature of the key that it named.
    #[error("the signature that the vault gave does not hold with the public half of its key {key}")]
    VaultSignature {
        /// Name of the key.
        key: String,
    },
    /// The bundle can't be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}
