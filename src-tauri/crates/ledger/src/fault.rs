//! What can be wrong with a ledger, and at which entry.

use crate::entry::EntryError;
use crate::people::PeopleError;
use crate::signature::SignatureError;

/// The first thing that is wrong, and at which entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// Entries are missing, or two were swapped.
    #[error("entry {expected} is missing: after {} comes {found}", .expected - 1)]
    Gap {
        /// The number that should come next.
        expected: u64,
        /// The number that came.
        found: u64,
    },
    /// The entry, its signatures or one before it were changed.
    #[error("entry {number} was changed: its hash does not follow from its bytes and the entry before it")]
    Chain {
        /// Number of the entry.
        number: u64,
    },
    /// The bytes are no entry.
    #[error("entry {number} cannot be read: {source}")]
    Entry {
        /// Number of the entry.
        number: u64,
        /// Why.
        source: EntryError,
    },
    /// The signature block cannot be read.
    #[error("entry {number} carries no readable signatures: {source}")]
    Signatures {
        /// Number of the entry.
        number: u64,
        /// Why.
        source: SignatureError,
    },
    /// Nobody entitled vouches for the entry.
    #[error("entry {number} is not vouched for: {source}")]
    People {
        /// Number of the entry.
        number: u64,
        /// Why.
        source: PeopleError,
    },
    /// The entry was written for another custody or environment.
    #[error("entry {number} belongs to another custody")]
    Custody {
        /// Number of the entry.
        number: u64,
    },
    /// The founding entry is not the one this console pinned.
    #[error("entry 1 is not the founding entry this console knows")]
    Founding,
    /// The ledger ends before an entry this console has already seen.
    #[error("the ledger ends at {found}, but entry {seen} was seen before: its tail was cut off")]
    Truncated {
        /// Last number there is.
        found: u64,
        /// Last number that was seen.
        seen: u64,
    },
    /// An entry this console has seen has another hash now.
    #[error("entry {number} is not the one seen before: the ledger was rewritten")]
    Rewritten {
        /// Number of the entry.
        number: u64,
    },
    /// The register's mark of where the ledger ends is elsewhere, or carries another hash.
    #[error(
        "the ledger does not end where the register's head says, and entry {number} is the first that tells: the head was moved, entries were put behind it, or the tail was cut off"
    )]
    Head {
        /// The first entry that only one of both has, or the last one when its hash is not the head's.
        number: u64,
    },
    /// A node of the register's tree is not that of its entries.
    #[error(
        "the node of the register's tree that entry {number} completed is not that of its entries: it was rewritten"
    )]
    Node {
        /// Number of the entry.
        number: u64,
    },
    /// An entry is there a second time.
    #[error("entry {number} is entry {first} once more: a copy of it was put there")]
    Repeated {
        /// Number of the copy.
        number: u64,
        /// Number of the entry that it is a copy of.
        first: u64,
    },
    /// An entry is dated before what came earlier, by more than clocks may differ.
    #[error(
        "entry {number} is dated more than two minutes before an entry that came earlier: the register takes none like that"
    )]
    Backdated {
        /// Number of the entry.
        number: u64,
    },
    /// What the register made of an entry is not what the entry says.
    #[error("what the register keeps of entry {number} is not what the entry says: it was rewritten")]
    Row {
        /// Number of the entry.
        number: u64,
    },
}

impl Fault {
    /// Number of the first entry that does not hold: whatever comes before it does.
    #[must_use]
    pub fn number(&self) -> u64 {
        match self {
            Self::Gap { expected: number, .. }
            | Self::Chain { number }
            | Self::Entry { number, .. }
            | Self::Signatures { number, .. }
            | Self::People { number, .. }
            | Self::Custody { number }
            | Self::Rewritten { number }
            | Self::Head { number }
            | Self::Node { number }
            | Self::Repeated { number, .. }
            | Self::Backdated { number }
            | Self::Row { number } => *number,
            Self::Founding => 1,
            Self::Truncated { found, .. } => found.saturating_add(1),
        }
    }
}
