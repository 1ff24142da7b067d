//! Writing a bundle, record by record.

use std::io::{self, Write};

use aws_lc_rs::digest::{Context, SHA256};
use canonical::{Encoder, FIELD_LENGTH_MAX};
use ledger::{Hash, Record};

use super::{CHECKPOINTS_MAX, Header, KIND, Linked, Selection, record};

/// Why a bundle cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The file cannot be written.
    #[error("the bundle could not be written after entry {after}: free space on the disk, and export again")]
    Write {
        /// Number of the last entry that was written.
        after: u64,
        /// Why.
        source: io::Error,
    },
    /// A bundle without a checkpoint proves nothing, one with very many is none that is ever needed.
    #[error("a bundle holds 1 to {CHECKPOINTS_MAX} checkpoints of its ledger, ascending, and not {found}")]
    Checkpoints {
        /// How many there were.
        found: usize,
    },
    /// A record that the format has no room for.
    #[error("what belongs to entry {number} is longer than {FIELD_LENGTH_MAX} bytes")]
    TooLong {
        /// Number of the entry.
        number: u64,
    },
    /// Whole ledgers have entries in a row, selections have entries with proofs.
    #[error("entry {number} does not belong into a bundle of this selection, at this place")]
    Place {
        /// Number of the entry.
        number: u64,
    },
}

/// An entry of a selection, with the proof of its place under the newest checkpoint of the bundle.
#[derive(Debug, Clone, Copy)]
pub struct Proven<'a> {
    /// The entry as the register stores it.
    pub record: &'a Record,
    /// Chain hash of the entry before it.
    pub previous: &'a Hash,
    /// Made by [`crate::prove_inclusion`] for index `number - 1`.
    pub path: &'a [Hash],
}

/// Writes a bundle. It checks that the form is kept, not that what it writes is true.
pub struct Writer<W> {
    out: W,
    hasher: Context,
    whole: bool,
    entries: u64,
    last: u64,
    size: u64,
}

impl<W: Write> Writer<W> {
    /// Begins a bundle. `checkpoints` ascend; the newest one covers everything that the bundle holds.
    pub fn begin(out: W, header: &Header, checkpoints: &[Linked]) -> Result<Self, WriteError> {
        let sizes: Vec<u64> = checkpoints.iter().map(|linked| linked.checkpoint.checkpoint().size()).collect();
        let ascending = sizes.is_sorted_by(|one, next| one < next);
        let own = checkpoints.iter().all(|linked| linked.checkpoint.checkpoint().origin() == header.origin());
        let Some(size) = sizes.last().copied().filter(|_| ascending && own && sizes.len() <= CHECKPOINTS_MAX) else {
            return Err(WriteError::Checkpoints { found: sizes.len() });
        };
        let whole = header.selection == Selection::Whole;
        let mut writer = Self { out, hasher: Context::new(&SHA256), whole, entries: 0, last: 0, size };
        writer.field(KIND.as_bytes())?;
        writer.field(&header.encode())?;
        for linked in checkpoints {
            let note = linked.checkpoint.encode();
            let fields = Encoder::new().text(record::CHECKPOINT).text(&note).bytes(linked.path.as_flattened());
            writer.field(&fields.finish())?;
        }
        Ok(writer)
    }

    /// The next entry of a whole ledger.
    pub fn entry(&mut self, record: &Record) -> Result<(), WriteError> {
        let number = record.number;
        if !self.whole || number != self.last + 1 || number > self.size {
            return Err(WriteError::Place { number });
        }
        check_length(number, &[&record.entry, &record.signatures])?;
        let fields = Encoder::new().text(record::ENTRY).count(number).bytes(&record.entry).bytes(&record.signatures);
        self.numbered(number, &fields.bytes(&record.hash).finish())
    }

    /// The next entry of a selection. The founding entry comes first, and every entry that says whose keys sign the others comes before
    /// them: see [`super::Chooser`].
    pub fn proven(&mut self, proven: Proven<'_>) -> Result<(), WriteError> {
        let record = proven.record;
        let number = record.number;
        if self.whole || number <= self.last || number > self.size {
            return Err(WriteError::Place { number });
        }
        check_length(number, &[&record.entry, &record.signatures])?;
        let fields = Encoder::new().text(record::PROVEN).count(number).bytes(&record.entry).bytes(&record.signatures);
        self.numbered(number, &fields.bytes(proven.previous).bytes(proven.path.as_flattened()).finish())
    }

    /// The plan whose hash the entry just written carries.
    pub fn plan(&mut self, plan: &[u8]) -> Result<(), WriteError> {
        check_length(self.last, &[plan])?;
        self.field(&Encoder::new().text(record::PLAN).bytes(plan).finish())
    }

    /// Ends the bundle. Without its end it does not verify.
    pub fn end(mut self) -> Result<W, WriteError> {
        if self.whole && self.last != self.size {
            return Err(WriteError::Place { number: self.size });
        }
        let digest = self.hasher.clone().finish();
        let end = Encoder::new().text(record::END).count(self.entries).bytes(digest.as_ref()).finish();
        self.field(&end)?;
        let after = self.last;
        self.out.flush().map_err(|source| WriteError::Write { after, source })?;
        Ok(self.out)
    }

    fn numbered(&mut self, number: u64, fields: &[u8]) -> Result<(), WriteError> {
        self.field(fields)?;
        self.last = number;
        self.entries += 1;
        Ok(())
    }

    fn field(&mut self, value: &[u8]) -> Result<(), WriteError> {
        let after = self.last;
        let length = u32::try_from(value.len()).map_err(|_too_long| WriteError::TooLong { number: after })?;
        let prefix = length.to_be_bytes();
        for part in [&prefix, value] {
            self.hasher.update(part);
            self.out.write_all(part).map_err(|source| WriteError::Write { after, source })?;
        }
        Ok(())
    }
}

/// Whether the parts fit one record, with room for what stands beside them.
fn check_length(number: u64, parts: &[&[u8]]) -> Result<(), WriteError> {
    const BESIDE_BYTES_MAX: usize = 4096;
    let length: usize = parts.iter().map(|part| part.len()).sum();
    if length <= FIELD_LENGTH_MAX - BESIDE_BYTES_MAX { Ok(()) } else { Err(WriteError::TooLong { number }) }
}
