//! What can be wrong with a bundle, at which entry, and what to do about it.

use std::io;

use canonical::DecodeError;

use crate::checkpoint::{CheckpointError, SplitView};

/// The first thing that is wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// Something else than a bundle.
    #[error("this is not a bundle of a Countersign ledger")]
    NotABundle,
    /// The file cannot be read on.
    #[error("the file could not be read after entry {after}: {source}")]
    Read {
        /// Number of the last entry before.
        after: u64,
        /// Why.
        source: io::Error,
    },
    /// The file ends without its last record.
    #[error("the file breaks off after entry {after}")]
    CutOff {
        /// Number of the last entry before.
        after: u64,
    },
    /// A record is no sequence of the fields it should have.
    #[error("the record after entry {after} is malformed: {source}")]
    Record {
        /// Number of the last entry before.
        after: u64,
        /// Why.
        source: DecodeError,
    },
    /// A record stands where none of its kind belongs.
    #[error("after entry {after} comes a record that does not belong there: {expected} was expected")]
    Unexpected {
        /// Number of the last entry before.
        after: u64,
        /// What belongs there.
        expected: &'static str,
    },
    /// A checkpoint cannot be read, or is signed wrongly.
    #[error("the checkpoint of entry {size} does not hold: {source}")]
    Checkpoint {
        /// Number of its last entry; 0 where it cannot be read.
        size: u64,
        /// Why.
        source: CheckpointError,
    },
    /// Two checkpoints of the bundle, or one and the remembered one, belong to different histories.
    #[error("the checkpoints contradict each other: {0}")]
    Split(#[from] SplitView),
    /// The entries themselves do not hold.
    #[error(transparent)]
    Ledger(#[from] ledger::Fault),
    /// Entries of a selection do not ascend.
    #[error("entry {number} comes after entry {after}: they were put in another order")]
    Order {
        /// Number of the entry.
        number: u64,
        /// Number of the one before it.
        after: u64,
    },
    /// An entry is not what stands at its place under the checkpoint.
    #[error(
        "entry {number} is not the one that stands at its place under the checkpoint of entry {size}: it was changed"
    )]
    Proof {
        /// Number of the entry.
        number: u64,
        /// Number of the checkpoint's last entry.
        size: u64,
    },
    /// An entry that no checkpoint of the bundle covers.
    #[error("entry {number} lies beyond the newest checkpoint, which ends with entry {size}: it was added")]
    Beyond {
        /// Number of the entry.
        number: u64,
        /// Number of the checkpoint's last entry.
        size: u64,
    },
    /// The entries are not those under a checkpoint.
    #[error("between entry {} and entry {size} the ledger is not the one that the checkpoint of entry {size} covers: entries were changed, taken out or put in, and the chain was computed anew", .agreed + 1)]
    Root {
        /// Number of the last entry up to which everything agrees with a checkpoint.
        agreed: u64,
        /// Number of the checkpoint's last entry.
        size: u64,
    },
    /// The last entries are not there.
    #[error("entry {} is missing: the bundle ends at entry {after}, its checkpoint covers {size}", .after + 1)]
    Missing {
        /// Number of the last entry there is.
        after: u64,
        /// Number of the checkpoint's last entry.
        size: u64,
    },
    /// The bundle does not hold the entry that it is about.
    #[error("entry {number}, which this is the evidence of, is missing")]
    Selected {
        /// Number of the entry.
        number: u64,
    },
    /// A plan is not the one that was signed.
    #[error("the plan after entry {number} is not the one whose hash that entry carries")]
    Plan {
        /// Number of the entry.
        number: u64,
    },
    /// The record at the end does not fit what comes before it.
    #[error("the file was damaged somewhere up to entry {after}: what its last record says of it is not so")]
    Damaged {
        /// Number of the last entry.
        after: u64,
    },
    /// Something follows the end.
    #[error("bytes follow the end of the bundle, after entry {after}")]
    Trailing {
        /// Number of the last entry.
        after: u64,
    },
    /// More of the ledger was seen before than the bundle holds.
    #[error("entry {} is missing: the bundle ends with entry {size}, but a checkpoint of entry {seen} was seen before", .size + 1)]
    Behind {
        /// Number of the last entry.
        size: u64,
        /// Number of the remembered checkpoint's last entry.
        seen: u64,
    },
    /// A selection says nothing about the remembered checkpoint.
    #[error("the bundle does not show whether its ledger is the one of the remembered checkpoint of entry {seen}")]
    NotLinked {
        /// Number of the remembered checkpoint's last entry.
        seen: u64,
    },
    /// Too few people reviewed it.
    #[error("entry {size} lies under no checkpoint that {demanded} people cosigned")]
    NotReviewed {
        /// Number of the newest checkpoint's last entry.
        size: u64,
        /// How many were demanded.
        demanded: usize,
    },
}

impl Fault {
    /// Number of the entry it is about, where it is about one.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        match self {
            Self::NotABundle | Self::Split(_) => None,
            Self::Read { after, .. }
            | Self::CutOff { after }
            | Self::Record { after, .. }
            | Self::Unexpected { after, .. }
            | Self::Damaged { after }
            | Self::Trailing { after } => Some(*after),
            Self::Missing { after, .. } => Some(after.saturating_add(1)),
            Self::Checkpoint { size, .. } | Self::NotReviewed { size, .. } => Some(*size),
            Self::Behind { size, .. } => Some(size.saturating_add(1)),
            Self::Root { agreed, .. } => Some(agreed.saturating_add(1)),
            Self::Order { number, .. }
            | Self::Proof { number, .. }
            | Self::Beyond { number, .. }
            | Self::Selected { number }
            | Self::Plan { number } => Some(*number),
            Self::NotLinked { seen } => Some(*seen),
            Self::Ledger(fault) => Some(fault.number()),
        }
    }

    /// What whoever verifies should do now.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NotABundle => "Give the file that `countersign ledger export` wrote.",
            Self::Read { .. } => "Copy the file to a disk that can be read, and verify it again.",
            Self::CutOff { .. } | Self::Damaged { .. } | Self::Trailing { .. } => {
                "Compare the file's size and SHA-256 with the sender's and ask for it again; if the sender's is the same, treat it as tampering."
            }
            Self::Record { .. } | Self::Unexpected { .. } => {
                "Ask for the file again; if the sender's is the same, it was not written by Countersign or was changed since."
            }
            Self::Checkpoint { .. } | Self::Split(_) | Self::Behind { .. } => {
                "Do not rely on this ledger: compare it with the checkpoint that each reviewer kept, and report what differs to both."
            }
            Self::Ledger(_)
            | Self::Order { .. }
            | Self::Proof { .. }
            | Self::Beyond { .. }
            | Self::Root { .. }
            | Self::Missing { .. }
            | Self::Selected { .. }
            | Self::Plan { .. } => {
                "Do not rely on this entry or any after it: ask for a bundle from another console, and report both to the reviewers."
            }
            Self::NotLinked { .. } => {
                "Ask for a bundle that includes the remembered checkpoint, or for the whole ledger."
            }
            Self::NotReviewed { .. } => "Ask for a bundle made after the next review, or demand fewer cosignatures.",
        }
    }
}
