//! What keeps a file from saying anything.

use domain::{CustodyId, Environment, OperatorId, Timestamp};

use signed_file::FileFault;

use crate::finding::FindingError;

/// The first thing that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// It is not a gate's file at all.
    #[error(transparent)]
    File(#[from] FileFault),
    /// It belongs to another custody than the one that is trusted.
    #[error("the file is of the custody {found}, trusted is {trusted}")]
    Custody {
        /// Whose it is.
        found: CustodyId,
        /// Whose signers are trusted.
        trusted: CustodyId,
    },
    /// It is about another environment.
    #[error("asked about {asked}, and {what} is about {found}")]
    Environment {
        /// What is asked for.
        asked: Environment,
        /// The file, or the list of trusted signers.
        what: &'static str,
        /// What is there.
        found: Environment,
    },
    /// Nobody who is trusted certified the key it is signed with.
    #[error("the file is signed by operator {operator}, whose device key {} is not trusted here", hex::encode(.key))]
    Signer {
        /// Who the file says signed it.
        operator: OperatorId,
        /// Id of the device key behind it.
        key: [u8; 32],
    },
    /// What certifies the session key does not.
    #[error("the certification of the signing key {why}")]
    Certification {
        /// What is wrong with it.
        why: &'static str,
    },
    /// The signature does not belong to this content.
    #[error("the signature does not verify: something in the file was changed")]
    Signature,
    /// Its own times contradict each other.
    #[error("the file's times contradict each other: {why}")]
    Times {
        /// How.
        why: &'static str,
    },
    /// It is from the future.
    #[error("the file was made at {made}, and it is only {now} here")]
    Future {
        /// When it says it was made.
        made: Timestamp,
        /// The reader's clock.
        now: Timestamp,
    },
    /// Its time is over.
    #[error("the file was valid until {until}, and it is {now}")]
    Stale {
        /// Until when it was valid.
        until: Timestamp,
        /// The reader's clock.
        now: Timestamp,
    },
    /// A finding in it can be none.
    #[error(transparent)]
    Finding(#[from] FindingError),
}

impl Fault {
    /// For programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::File(FileFault::Form { .. }) | Self::Signature => "file_changed",
            Self::File(_) | Self::Finding(_) => "file_unreadable",
            Self::Custody { .. } => "wrong_custody",
            Self::Environment { .. } => "wrong_environment",
            Self::Signer { .. } | Self::Certification { .. } => "unknown_signer",
            Self::Times { .. } => "file_unfit",
            Self::Future { .. } => "future_dated",
            Self::Stale { .. } => "stale",
        }
    }

    /// What to do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Stale { .. } => "publish a new one: countersign gate publish FILE",
            Self::Future { .. } => "set the clock that is wrong; they may be a minute apart",
            Self::Signer { .. } => {
                "let a trusted person publish it, or renew the list of trusted signers: countersign gate trust FILE"
            }
            Self::Custody { .. } | Self::Environment { .. } => {
                "name the file and the trusted signers of the environment that is deployed to"
            }
            _ => {
                "keep the file as evidence, find out who changed it, and publish a new one: countersign gate publish FILE"
            }
        }
    }
}
