//! What is wrong with a certificate, and where.

use domain::{Operation, OperatorId, PlanError, QuorumError, StepKind, Timestamp};
use ledger::{EntryError, PeopleError, SignatureError};
use signed_file::FileFault;

/// The first thing that keeps a certificate from holding.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// It is not a certificate at all.
    #[error(transparent)]
    File(#[from] FileFault),
    /// The issuer's signature does not belong to this content.
    #[error("the issuer's signature does not verify: something in the file was changed")]
    Signature,
    /// Whoever issued it was not entitled to.
    #[error("the issuer's key {why}")]
    Issuer {
        /// What is wrong with it.
        why: &'static str,
    },
    /// It was issued before what it certifies was over.
    #[error("issued at {issued}, before the run was called over at {ended}")]
    Early {
        /// When it was issued.
        issued: Timestamp,
        /// When the run ended.
        ended: Timestamp,
    },
    /// The plan can't be read.
    #[error("the plan cannot be read: {0}")]
    Plan(PlanError),
    /// The plan destroys nothing.
    #[error("the plan is to {operation}, which destroys nothing")]
    NotDestroying {
        /// What it does.
        operation: Operation,
    },
    /// An entry can't be read.
    #[error("entry {number} cannot be read: {source}")]
    Entry {
        /// Its number.
        number: u64,
        /// Why.
        source: EntryError,
    },
    /// An entry's signature block can't be read.
    #[error("entry {number} carries no readable signatures: {source}")]
    Signatures {
        /// Its number.
        number: u64,
        /// Why.
        source: SignatureError,
    },
    /// Nobody that the file certifies vouches for an entry.
    #[error("entry {number} is not vouched for: {source}")]
    People {
        /// Its number.
        number: u64,
        /// Why.
        source: PeopleError,
    },
    /// Entries are out of order, or one is there twice.
    #[error("entry {number} does not come after entry {before}")]
    Order {
        /// Its number.
        number: u64,
        /// The one before it.
        before: u64,
    },
    /// An entry was changed or swapped.
    #[error("entry {number} was changed: its hash does not follow from its bytes and the entry before it")]
    Chain {
        /// Its number.
        number: u64,
    },
    /// An entry belongs elsewhere.
    #[error("entry {number} belongs to another {what}")]
    Foreign {
        /// Its number.
        number: u64,
        /// Custody, environment, request or run.
        what: &'static str,
    },
    /// An entry that no certificate carries.
    #[error("entry {number} ({verb}) has no place in a certificate")]
    Stray {
        /// Its number.
        number: u64,
        /// Its verb.
        verb: String,
    },
    /// An attribute that an entry must have is missing or unreadable.
    #[error("entry {number} has no usable {name}")]
    Attribute {
        /// Its number.
        number: u64,
        /// Which attribute.
        name: &'static str,
    },
    /// An entry that a complete destruction has is not there.
    #[error("{what} is missing")]
    Missing {
        /// What.
        what: String,
    },
    /// A step was not done.
    #[error("step {position}, {step}, was not done")]
    StepMissing {
        /// Its place in the run.
        position: u32,
        /// Which.
        step: StepKind,
    },
    /// Steps or acts of the run are not in the order in which a run goes.
    #[error("entry {number} does not follow in the order of the run: {why}")]
    StepOrder {
        /// Number of the entry.
        number: u64,
        /// What is wrong.
        why: &'static str,
    },
    /// The signatures are not enough.
    #[error("the plan was not signed by those who must: {0}")]
    Quorum(QuorumError),
    /// Someone whose seal counts was no longer active when the destruction began.
    #[error("operator {operator} was no longer active when the destruction began")]
    Lapsed {
        /// Who.
        operator: OperatorId,
    },
    /// The keys that the file lists are not those of the entry.
    #[error("the keys listed as destroyed are not those of entry {number}: {why}")]
    Destroyed {
        /// Number of the entry.
        number: u64,
        /// What differs.
        why: &'static str,
    },
    /// What the file says in words does not follow from its entries.
    #[error("what the file says under {section:?} does not follow from its plan, entries and keys")]
    Differs {
        /// Which part.
        section: &'static str,
    },
}
