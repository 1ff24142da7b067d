//! Verification of a whole ledger, one record at a time, in constant memory.

use crate::chain::{GENESIS, Hash, link};
use crate::entry::{Entry, EntryError};
use crate::people::{People, PeopleError};
use crate::signature::{SignatureBlock, SignatureError};

/// One row of the ledger, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The first entry is number 1.
    pub number: u64,
    /// Entry bytes.
    pub entry: Vec<u8>,
    /// Signature block bytes.
    pub signatures: Vec<u8>,
    /// The hash the register keeps for it.
    pub hash: Hash,
}

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
    /// What the register made of an entry is not what the entry says.
    #[error("what the register keeps of entry {number} is not what the entry says: it was rewritten")]
    Row {
        /// Number of the entry.
        number: u64,
    },
}

/// What was proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// How many entries.
    pub entries: u64,
    /// Hash of the last one.
    pub head: Hash,
}

/// Reads records in order and stops at the first fault.
#[derive(Debug)]
pub struct Verifier {
    people: People,
    next: u64,
    head: Hash,
    custody: Option<(uuid::Uuid, String)>,
    founding: Option<Hash>,
    seen: Option<(u64, Hash)>,
    signatures_after: u64,
}

impl Default for Verifier {
    fn default() -> Self {
        Self::new()
    }
}

impl Verifier {
    /// A verifier that trusts nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            people: People::new(),
            next: 1,
            head: GENESIS,
            custody: None,
            founding: None,
            seen: None,
            signatures_after: 0,
        }
    }

    /// Demands that the first entry has this hash.
    #[must_use]
    pub fn pinned(mut self, founding: Hash) -> Self {
        self.founding = Some(founding);
        self
    }

    /// Demands that entry `number` still has this hash: what a console remembers from its last visit.
    #[must_use]
    pub fn remembering(mut self, number: u64, hash: Hash) -> Self {
        self.seen = Some((number, hash));
        self
    }

    /// Skips the signatures of entries up to the remembered one: they were verified when it was remembered, and the chain
    /// proves that they are the same bytes.
    #[must_use]
    pub fn trusting_what_it_remembers(mut self) -> Self {
        self.signatures_after = self.seen.map_or(0, |(number, _)| number);
        self
    }

    /// Who the entries read so far say may sign.
    #[must_use]
    pub fn people(&self) -> &People {
        &self.people
    }

    /// What was proven so far.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary { entries: self.next - 1, head: self.head }
    }

    /// Whether the ledger may end here: nothing that was seen before may be missing.
    pub fn may_end(&self) -> Result<(), Fault> {
        let found = self.next - 1;
        match self.seen {
            Some((seen, _)) if seen > found => Err(Fault::Truncated { found, seen }),
            _ => Ok(()),
        }
    }

    /// Checks the next record and returns what it says.
    pub fn push(&mut self, record: &Record) -> Result<Entry, Fault> {
        let number = record.number;
        if number != self.next {
            return Err(Fault::Gap { expected: self.next, found: number });
        }
        let hash = link(&self.head, &record.entry, &record.signatures);
        if hash != record.hash {
            return Err(Fault::Chain { number });
        }
        if number == 1 && self.founding.is_some_and(|pinned| pinned != hash) {
            return Err(Fault::Founding);
        }
        if self.seen.is_some_and(|(seen, known)| seen == number && known != hash) {
            return Err(Fault::Rewritten { number });
        }
        let entry = self.check(record)?;
        self.head = hash;
        self.next += 1;
        Ok(entry)
    }

    /// Ends the ledger: nothing that was seen before may be missing.
    pub fn finish(self) -> Result<(Summary, People), Fault> {
        self.may_end()?;
        Ok((self.summary(), self.people))
    }

    fn check(&mut self, record: &Record) -> Result<Entry, Fault> {
        let number = record.number;
        let entry = Entry::decode(&record.entry).map_err(|source| Fault::Entry { number, source })?;
        match &self.custody {
            None => self.custody = Some((entry.custody, entry.environment.clone())),
            Some((custody, environment)) if *custody == entry.custody && *environment == entry.environment => {}
            Some(_) => return Err(Fault::Custody { number }),
        }
        if number <= self.signatures_after {
            self.people.learn_verified(&entry).map_err(|source| Fault::People { number, source })?;
            return Ok(entry);
        }
        let block =
            SignatureBlock::decode(&record.signatures).map_err(|source| Fault::Signatures { number, source })?;
        self.people.accept(&entry, &record.entry, &block).map_err(|source| Fault::People { number, source })?;
        Ok(entry)
    }
}
