//! Verification of a whole ledger, record by record or page by page, in constant memory.

use crate::chain::{GENESIS, Hash, link};
use crate::entry::Entry;
use crate::fault::Fault;
use crate::links;
use crate::page::{self, Owed};
use crate::people::People;
use crate::recent::Recent;
use crate::signature::SignatureBlock;

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

/// Fewer records than these are verified one by one: to do it at once, what is known of people is kept twice for a moment.
const PAGE_MIN: usize = 64;

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
#[derive(Debug, Clone)]
pub struct Verifier {
    people: People,
    recent: Recent,
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
            recent: Recent::default(),
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
        self.recent.take(record.number, entry.id, entry.time)?;
        self.advance(record);
        Ok(entry)
    }

    /// Checks the next records on all processors, and gives `each` what they say, up to the first fault.
    ///
    /// Entries whose signatures were verified on an earlier visit are read only as far as it takes to know whether they could
    /// teach anything.
    pub fn push_all(&mut self, records: &[Record], each: &mut dyn FnMut(Said)) -> Result<(), Fault> {
        let broken = links::first_broken(&self.head, records);
        let known = records.iter().take_while(|record| record.number <= self.signatures_after).count();
        let (known, new) = records.split_at_checked(known).unwrap_or((records, &[]));
        for (place, record) in known.iter().enumerate() {
            self.place(record, broken != Some(place))?;
            let said = match self.skim(record)? {
                Some((id, time)) => {
                    self.recent.take(record.number, id, time)?;
                    Said::Nothing { time }
                }
                None => {
                    let entry = self.check(record)?;
                    self.recent.take(record.number, entry.id, entry.time)?;
                    Said::Entry(Box::new(entry))
                }
            };
            self.advance(record);
            each(said);
        }
        if new.len() >= PAGE_MIN && broken.is_none() {
            // What is remembered of the last minutes is no small thing to keep twice: a page that holds is told to it afterwards.
            let mut recent = std::mem::take(&mut self.recent);
            let before = self.clone();
            let taken = self.take_page(&recent, new);
            if let Some(entries) = taken {
                for (record, entry) in new.iter().zip(entries) {
                    recent.take(record.number, entry.id, entry.time)?;
                    each(Said::Entry(Box::new(entry)));
                }
                self.recent = recent;
                return Ok(());
            }
            // Something in it is wrong. What exactly, and at which entry, is said by going through it again.
            *self = Self { recent, ..before };
        }
        new.iter().try_for_each(|record| {
            each(Said::Entry(Box::new(self.push(record)?)));
            Ok(())
        })
    }

    /// Takes records whose hashes follow from each other and whose signatures were never verified. `None` when any of them does not hold;
    /// then what this verifier has learned of them counts for nothing.
    fn take_page(&mut self, recent: &Recent, records: &[Record]) -> Option<Vec<Entry>> {
        let read = page::read(records)?;
        if !recent.takes_all(read.iter().map(|(entry, _)| (entry.id, entry.time))) {
            return None;
        }
        let mut entries = Vec::with_capacity(read.len());
        let mut owed = Vec::with_capacity(read.len());
        for (place, (record, (entry, block))) in records.iter().zip(read).enumerate() {
            self.place(record, true).ok()?;
            self.same_custody(record, &entry).ok()?;
            if record.number == 1 {
                self.people.begin(record.hash);
            }
            let signed = self.people.accept_unverified(&entry, &block).ok()?;
            owed.extend(signed.into_iter().map(|(public_key, signature)| Owed { place, public_key, signature }));
            self.advance(record);
            entries.push(entry);
        }
        page::all_hold(records, &owed).then_some(entries)
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

    /// Id and time of an entry that teaches nothing and was verified before; `None` for one that must be read.
    fn skim(&self, record: &Record) -> Result<Option<(uuid::Uuid, i64)>, Fault> {
        let number = record.number;
        let Some((custody, environment)) = self.custody.as_ref().filter(|_| number <= self.signatures_after) else {
            return Ok(None);
        };
        let glance = Entry::glance(&record.entry).map_err(|source| Fault::Entry { number, source })?;
        if glance.custody != *custody || glance.environment != environment {
            return Err(Fault::Custody { number });
        }
        Ok(TEACH_NOTHING.contains(&glance.verb).then_some((glance.id, glance.time)))
    }

    /// Ends the ledger: nothing that was seen before may be missing.
    pub fn finish(self) -> Result<(Summary, People), Fault> {
        self.may_end()?;
        Ok((self.summary(), self.people))
    }

    fn check(&mut self, record: &Record) -> Result<Entry, Fault> {
        let number = record.number;
        let entry = Entry::decode(&record.entry).map_err(|source| Fault::Entry { number, source })?;
        self.same_custody(record, &entry)?;
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

    /// Every entry belongs to the custody of the first.
    fn same_custody(&mut self, record: &Record, entry: &Entry) -> Result<(), Fault> {
        match &self.custody {
            None => self.custody = Some((entry.custody, entry.environment.clone())),
            Some((custody, environment)) if *custody == entry.custody && *environment == entry.environment => {}
            Some(_) => return Err(Fault::Custody { number: record.number }),
        }
        Ok(())
    }
}
