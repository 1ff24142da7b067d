//! Verification of a whole ledger, one record at a time, in constant memory.

use crate::chain::{GENESIS, Hash, link};
use crate::entry::{Entry, EntryError};
use crate::links;
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

/// Verbs of the acts that make a ledger long. They say nothing about people, requests or the beginning of runs; whatever is not
/// named here is read.
const TEACH_NOTHING: [&str; 6] =
    ["dek.created", "dek.rewrapped", "step.done", "step.failed", "step.intended", "token.sealed"];

/// What a record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// An entry, read.
    Entry(Box<Entry>),
    /// Nothing that anybody follows; verified on an earlier visit.
    Nothing {
        /// Its writer's clock.
        time: i64,
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
        let holds = link(&self.head, &record.entry, &record.signatures) == record.hash;
        self.place(record, holds)?;
        let entry = self.check(record)?;
        self.advance(record);
        Ok(entry)
    }

    /// Checks the next records, their hashes on all processors, and gives `each` what they say, up to the first fault.
    ///
    /// Entries whose signatures were verified on an earlier visit are read only as far as it takes to know whether they could
    /// teach anything.
    pub fn push_all(&mut self, records: &[Record], each: &mut dyn FnMut(Said)) -> Result<(), Fault> {
        let broken = links::first_broken(&self.head, records);
        for (place, record) in records.iter().enumerate() {
            self.place(record, broken != Some(place))?;
            let said = match self.skim(record)? {
                Some(time) => Said::Nothing { time },
                None => Said::Entry(Box::new(self.check(record)?)),
            };
            self.advance(record);
            each(said);
        }
        Ok(())
    }

    /// Whether a record stands where it should; `holds` says whether its hash follows from the one before.
    fn place(&self, record: &Record, holds: bool) -> Result<(), Fault> {
        let (number, hash) = (record.number, record.hash);
        if number != self.next {
            return Err(Fault::Gap { expected: self.next, found: number });
        }
        if !holds {
            return Err(Fault::Chain { number });
        }
        if number == 1 && self.founding.is_some_and(|pinned| pinned != hash) {
            return Err(Fault::Founding);
        }
        if self.seen.is_some_and(|(seen, known)| seen == number && known != hash) {
            return Err(Fault::Rewritten { number });
        }
        Ok(())
    }

    fn advance(&mut self, record: &Record) {
        self.head = record.hash;
        self.next += 1;
    }

    /// The time of an entry that teaches nothing and was verified before; `None` for one that must be read.
    fn skim(&self, record: &Record) -> Result<Option<i64>, Fault> {
        let number = record.number;
        let Some((custody, environment)) = self.custody.as_ref().filter(|_| number <= self.signatures_after) else {
            return Ok(None);
        };
        let glance = Entry::glance(&record.entry).map_err(|source| Fault::Entry { number, source })?;
        if glance.custody != *custody || glance.environment != environment {
            return Err(Fault::Custody { number });
        }
        Ok(TEACH_NOTHING.contains(&glance.verb).then_some(glance.time))
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
        if number == 1 {
            self.people.begin(record.hash);
        }
        if number <= self.signatures_after {
            self.people
                .learn_verified(&entry, &record.signatures)
                .map_err(|source| Fault::People { number, source })?;
            return Ok(entry);
        }
        let block =
            SignatureBlock::decode(&record.signatures).map_err(|source| Fault::Signatures { number, source })?;
        self.people.accept(&entry, &record.entry, &block).map_err(|source| Fault::People { number, source })?;
        Ok(entry)
    }
}
