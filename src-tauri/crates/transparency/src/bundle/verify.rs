//! Verifying a bundle with nothing but the bundle, as a stream.

use std::collections::{BTreeSet, VecDeque};
use std::io::Read;

use canonical::{DecodeError, Decoder};
use ledger::{Entry, Hash, KeyId, People, Record, SignatureBlock};

use super::fault::Fault;
use super::fields::{Fields, Stop};
use super::verdict::{Founder, Standing, Verified};
use super::walk::{Chosen, Claimed, Whole};
use super::{CHECKPOINTS_MAX, Header, KIND, Linked, Selection, decode_path, record};
use crate::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint, SplitView};
use crate::hash::sha256;

/// What whoever verifies knows or demands beyond the bundle; nothing by default.
#[derive(Debug, Clone, Default)]
pub struct Expectations {
    /// Chain hash of the founding entry.
    pub founding: Option<Hash>,
    /// The last checkpoint of this ledger that was seen.
    pub remembered: Option<Checkpoint>,
    /// How many people must have cosigned a checkpoint of it.
    pub reviewers: usize,
}

/// What a verified record says. It is proven only when the whole bundle is.
#[derive(Debug)]
pub enum Item<'a> {
    /// The next entry.
    Entry {
        /// Its number.
        number: u64,
        /// The entry.
        entry: &'a Entry,
    },
    /// The plan that the entry before it speaks of.
    Plan {
        /// Number of that entry.
        number: u64,
        /// Bytes of the plan.
        bytes: &'a [u8],
    },
}

/// Verifies a bundle from its first byte to its last and gives `each` what it says, in order; stops at the first fault.
pub fn verify<R: Read>(
    reader: R,
    expectations: &Expectations,
    each: &mut dyn FnMut(Item<'_>),
) -> Result<Verified, Fault> {
    let mut fields = Fields::new(reader);
    match fields.next() {
        Ok(Some(kind)) if kind == KIND.as_bytes() => {}
        Err(Stop::Read(source)) => return Err(Fault::Read { after: 0, source }),
        _ => return Err(Fault::NotABundle),
    }
    let header = next(&mut fields, 0)?;
    let header = Header::decode(header).map_err(|source| Fault::Record { after: 0, source })?;
    let mut opening = Opening { header, checkpoints: Vec::new() };
    loop {
        let field = next(&mut fields, 0)?;
        let (kind, rest) = read_kind(field).map_err(|source| Fault::Record { after: 0, source })?;
        if kind == record::CHECKPOINT {
            opening.take(rest)?;
            continue;
        }
        let mut course = opening.close(expectations)?;
        course.record(&kind, rest, each)?;
        return course.run(&mut fields, each);
    }
}

fn next<R: Read>(fields: &mut Fields<R>, after: u64) -> Result<&[u8], Fault> {
    match fields.next() {
        Ok(Some(field)) => Ok(field),
        Ok(None) | Err(Stop::CutOff) => Err(Fault::CutOff { after }),
        Err(Stop::Read(source)) => Err(Fault::Read { after, source }),
    }
}

fn read_kind(field: &[u8]) -> Result<(String, Decoder<'_>), DecodeError> {
    let mut rest = Decoder::new(field);
    Ok((rest.text()?.to_owned(), rest))
}

fn read_entry(mut fields: Decoder<'_>) -> Result<Record, DecodeError> {
    let number = fields.count()?;
    let (entry, signatures) = (fields.bytes()?.to_vec(), fields.bytes()?.to_vec());
    let hash = fields.array("a hash of 32 bytes")?;
    fields.finish()?;
    Ok(Record { number, entry, signatures, hash })
}

fn read_proven(mut fields: Decoder<'_>) -> Result<Claimed, DecodeError> {
    let number = fields.count()?;
    let (entry, signatures) = (fields.bytes()?.to_vec(), fields.bytes()?.to_vec());
    let previous = fields.array("a hash of 32 bytes")?;
    let path = decode_path(fields.bytes()?);
    let path = path.ok_or(DecodeError::Malformed { field: 6, expected: "hashes of 32 bytes" })?;
    fields.finish()?;
    Ok(Claimed { number, entry, signatures, previous, path })
}

/// Header and checkpoints: what comes before the entries.
struct Opening {
    header: Header,
    checkpoints: Vec<Linked>,
}

impl Opening {
    fn take(&mut self, mut fields: Decoder<'_>) -> Result<(), Fault> {
        let malformed = |source| Fault::Record { after: 0, source };
        let note = fields.bytes().map_err(malformed)?;
        let path = decode_path(fields.bytes().map_err(malformed)?);
        fields.finish().map_err(malformed)?;
        let path = path.ok_or(malformed(DecodeError::Malformed { field: 3, expected: "hashes of 32 bytes" }))?;
        let checkpoint = SignedCheckpoint::parse(note).map_err(|source| Fault::Checkpoint { size: 0, source })?;
        let (found, expected) = (checkpoint.checkpoint().origin(), self.header.origin());
        let size = checkpoint.checkpoint().size();
        if *found != expected {
            let source = CheckpointError::Origin { expected, found: found.to_owned() };
            return Err(Fault::Checkpoint { size, source });
        }
        let last = self.checkpoints.last().map_or(0, |last| last.checkpoint.checkpoint().size());
        if size <= last || self.checkpoints.len() >= CHECKPOINTS_MAX {
            return Err(Fault::Unexpected { after: 0, expected: "a larger checkpoint, or the first entry" });
        }
        self.checkpoints.push(Linked { checkpoint, path });
        Ok(())
    }

    /// The newest checkpoint is known: the older ones have to lead to it.
    fn close(self, expectations: &Expectations) -> Result<Course<'_>, Fault> {
        let Some(newest) = self.checkpoints.last().map(|linked| linked.checkpoint.checkpoint().clone()) else {
            return Err(Fault::Unexpected { after: 0, expected: "a checkpoint" });
        };
        for linked in &self.checkpoints {
            linked.checkpoint.checkpoint().grows_to(&newest, &linked.path)?;
        }
        if let Some(seen) = expectations.remembered.as_ref().filter(|seen| seen.size() > newest.size()) {
            return Err(Fault::Behind { size: newest.size(), seen: seen.size() });
        }
        let founding = expectations.founding;
        let walk = match self.header.selection {
            Selection::Whole => Walk::Whole(Box::new(Whole::new(founding))),
            _ => Walk::Chosen(Box::new(Chosen::new(founding, newest.clone()))),
        };
        Ok(Course {
            header: self.header,
            due: self.checkpoints.into_iter().map(|linked| linked.checkpoint).collect(),
            newest,
            expectations,
            walk,
            devices: BTreeSet::new(),
            standings: Vec::new(),
            founders: Vec::new(),
            founding: Hash::default(),
            remembered: false,
            selected: false,
            entries: 0,
            last: 0,
            plan_hash: None,
            plans: 0,
        })
    }
}

enum Walk {
    Whole(Box<Whole>),
    Chosen(Box<Chosen>),
}

impl Walk {
    fn people(&self) -> &People {
        match self {
            Self::Whole(whole) => whole.people(),
            Self::Chosen(chosen) => chosen.people(),
        }
    }
}

/// From the first entry to the end.
struct Course<'a> {
    header: Header,
    newest: Checkpoint,
    /// Checkpoints whose last entry is still to come.
    due: VecDeque<SignedCheckpoint>,
    expectations: &'a Expectations,
    walk: Walk,
    /// Keys that signed entries and are device keys.
    devices: BTreeSet<KeyId>,
    standings: Vec<Standing>,
    founders: Vec<Founder>,
    founding: Hash,
    /// Whether the remembered checkpoint was met.
    remembered: bool,
    /// Whether the entry was met that an evidence pack is about.
    selected: bool,
    entries: u64,
    last: u64,
    /// Of the entry just read.
    plan_hash: Option<String>,
    plans: u64,
}

impl Course<'_> {
    fn run<R: Read>(mut self, fields: &mut Fields<R>, each: &mut dyn FnMut(Item<'_>)) -> Result<Verified, Fault> {
        loop {
            let after = self.last;
            let field = next(fields, after)?;
            let (kind, mut rest) = read_kind(field).map_err(|source| Fault::Record { after, source })?;
            if kind != record::END {
                self.record(&kind, rest, each)?;
                continue;
            }
            let malformed = |source| Fault::Record { after, source };
            let entries = rest.count().map_err(malformed)?;
            let digest: Hash = rest.array("a digest of 32 bytes").map_err(malformed)?;
            rest.finish().map_err(malformed)?;
            let verified = self.end()?;
            if entries != verified.entries || digest != fields.digest_before() {
                return Err(Fault::Damaged { after });
            }
            return match fields.next() {
                Ok(None) => Ok(verified),
                Err(Stop::Read(source)) => Err(Fault::Read { after, source }),
                _ => Err(Fault::Trailing { after }),
            };
        }
    }

    fn record(&mut self, kind: &str, rest: Decoder<'_>, each: &mut dyn FnMut(Item<'_>)) -> Result<(), Fault> {
        let after = self.last;
        let whole = matches!(self.walk, Walk::Whole(_));
        match kind {
            record::ENTRY if whole => self.entry(rest, each),
            record::PROVEN if !whole => self.proven(rest, each),
            record::PLAN => self.plan(rest, each),
            _ if whole => Err(Fault::Unexpected { after, expected: "an entry, a plan or the end" }),
            _ => Err(Fault::Unexpected { after, expected: "an entry with its proof, a plan or the end" }),
        }
    }

    fn entry(&mut self, fields: Decoder<'_>, each: &mut dyn FnMut(Item<'_>)) -> Result<(), Fault> {
        let after = self.last;
        let record = read_entry(fields).map_err(|source| Fault::Record { after, source })?;
        let (number, size) = (record.number, self.newest.size());
        if number > size && after == size {
            return Err(Fault::Beyond { number, size });
        }
        let Walk::Whole(whole) = &mut self.walk else {
            return Err(Fault::Unexpected { after, expected: "an entry with its proof" });
        };
        let entry = whole.push(&record)?;
        self.note(number, &entry, &record.signatures, record.hash)?;
        self.compare(number)?;
        each(Item::Entry { number, entry: &entry });
        Ok(())
    }

    fn proven(&mut self, fields: Decoder<'_>, each: &mut dyn FnMut(Item<'_>)) -> Result<(), Fault> {
        let after = self.last;
        let claimed = read_proven(fields).map_err(|source| Fault::Record { after, source })?;
        let number = claimed.number;
        // Whoever signed an older checkpoint must have been known when it was made, not only later.
        while self.due.front().is_some_and(|due| due.checkpoint().size() < number) {
            self.stand()?;
        }
        let Walk::Chosen(chosen) = &mut self.walk else {
            return Err(Fault::Unexpected { after, expected: "an entry" });
        };
        let (entry, hash) = chosen.push(&claimed)?;
        self.note(number, &entry, &claimed.signatures, hash)?;
        each(Item::Entry { number, entry: &entry });
        Ok(())
    }

    fn plan(&mut self, mut fields: Decoder<'_>, each: &mut dyn FnMut(Item<'_>)) -> Result<(), Fault> {
        let number = self.last;
        let malformed = |source| Fault::Record { after: number, source };
        let bytes = fields.bytes().map_err(malformed)?;
        fields.finish().map_err(malformed)?;
        if self.plan_hash.take() != Some(hex::encode(sha256(bytes))) {
            return Err(Fault::Plan { number });
        }
        self.plans += 1;
        each(Item::Plan { number, bytes });
        Ok(())
    }

    /// Remembers of an accepted entry what later records are held against.
    fn note(&mut self, number: u64, entry: &Entry, signatures: &[u8], hash: Hash) -> Result<(), Fault> {
        if entry.custody != self.header.custody || entry.environment != self.header.environment {
            return Err(ledger::Fault::Custody { number }.into());
        }
        let block =
            SignatureBlock::decode(signatures).map_err(|source| ledger::Fault::Signatures { number, source })?;
        let people = self.walk.people();
        for (key, _) in block.pairs() {
            let Some((person, _)) = people.device(key) else { continue };
            self.devices.insert(*key);
            if number == 1 {
                self.founders.push(Founder { person: person.clone(), key: *key });
            }
        }
        if number == 1 {
            self.founding = hash;
        }
        self.selected |= self.header.selection == Selection::Entry(number);
        self.plan_hash = entry.attribute("plan_hash").filter(|_| entry.verb == "request.submitted").map(str::to_owned);
        self.entries += 1;
        self.last = number;
        Ok(())
    }

    /// Compares the tree over the entries so far with whatever is known of a tree of this size.
    fn compare(&mut self, number: u64) -> Result<(), Fault> {
        let due = self.due.front().map(SignedCheckpoint::checkpoint).filter(|due| due.size() == number).cloned();
        let seen = self.expectations.remembered.as_ref().filter(|seen| seen.size() == number);
        let Walk::Whole(whole) = &self.walk else { return Ok(()) };
        if due.is_none() && seen.is_none() {
            return Ok(());
        }
        let root = whole.tree().root();
        if let Some(seen) = seen {
            self.remembered = true;
            if *seen.root() != root || *seen.origin() != self.header.origin() {
                return Err(SplitView::Forked { older: number }.into());
            }
        }
        let Some(due) = due else { return Ok(()) };
        if *due.root() != root {
            let agreed = self.standings.last().map_or(0, |standing| standing.checkpoint.size());
            return Err(Fault::Root { agreed, size: number });
        }
        self.stand()
    }

    /// The next checkpoint covers what was read so far: who vouches for it is a question to the people known by now.
    fn stand(&mut self) -> Result<(), Fault> {
        let Some(due) = self.due.pop_front() else { return Ok(()) };
        let checkpoint = due.checkpoint().clone();
        let size = checkpoint.size();
        let vouchers = due.vouchers(self.walk.people(), &self.devices);
        let vouchers = vouchers.map_err(|source| Fault::Checkpoint { size, source })?;
        self.standings.push(Standing { checkpoint, vouchers });
        Ok(())
    }

    fn end(&mut self) -> Result<Verified, Fault> {
        let size = self.newest.size();
        let whole = matches!(self.walk, Walk::Whole(_));
        if self.entries == 0 || (whole && self.last < size) {
            return Err(Fault::Missing { after: self.last, size });
        }
        while !self.due.is_empty() {
            self.stand()?;
        }
        if let (Selection::Entry(number), false) = (self.header.selection, self.selected) {
            return Err(Fault::Selected { number });
        }
        self.check_remembered()?;
        let verified = Verified {
            header: self.header.clone(),
            entries: self.entries,
            plans: self.plans,
            founding: self.founding,
            founders: std::mem::take(&mut self.founders),
            standings: std::mem::take(&mut self.standings),
        };
        let demanded = self.expectations.reviewers;
        if demanded > 0 && verified.reviewed_by(demanded).is_none() {
            return Err(Fault::NotReviewed { size, demanded });
        }
        Ok(verified)
    }

    /// A selection shows a remembered checkpoint only where it carries one of the same size.
    fn check_remembered(&self) -> Result<(), Fault> {
        let Some(seen) = self.expectations.remembered.as_ref().filter(|_| !self.remembered) else { return Ok(()) };
        let same = self.standings.iter().find(|standing| standing.checkpoint.size() == seen.size());
        match same {
            Some(standing) if standing.checkpoint == *seen => Ok(()),
            Some(_) => Err(SplitView::Forked { older: seen.size() }.into()),
            None if seen.size() == 0 => Ok(()),
            None => Err(Fault::NotLinked { seen: seen.size() }),
        }
    }
}
