//! A file as a sequence of fields, read one at a time into the same buffer, and hashed on the way.

use std::io::{self, BufReader, Read};

use aws_lc_rs::digest::{Context, SHA256};
use canonical::FIELD_LENGTH_MAX;
use ledger::Hash;

const PREFIX_BYTES: usize = 4;

/// Why there is no next field.
pub(super) enum Stop {
    /// The file ends inside the field, or the field is longer than any writer makes it.
    CutOff,
    /// The file cannot be read.
    Read(io::Error),
}

impl From<io::Error> for Stop {
    fn from(source: io::Error) -> Self {
        Self::Read(source)
    }
}

pub(super) struct Fields<R> {
    reader: BufReader<R>,
    hasher: Context,
    /// The field last read, with its prefix.
    field: Vec<u8>,
}

impl<R: Read> Fields<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader: BufReader::new(reader), hasher: Context::new(&SHA256), field: Vec::new() }
    }

    /// The next field; `None` where the file ends before it.
    pub(super) fn next(&mut self) -> Result<Option<&[u8]>, Stop> {
        self.hasher.update(&self.field);
        self.field.clear();
        self.fill(PREFIX_BYTES)?;
        if self.field.is_empty() {
            return Ok(None);
        }
        let prefix = <[u8; PREFIX_BYTES]>::try_from(self.field.as_slice()).map_err(|_short| Stop::CutOff)?;
        let length = usize::try_from(u32::from_be_bytes(prefix)).unwrap_or(usize::MAX);
        if length > FIELD_LENGTH_MAX {
            return Err(Stop::CutOff);
        }
        // The buffer grows with what is really there, never with what a prefix claims.
        self.fill(length)?;
        self.field.get(PREFIX_BYTES..).filter(|value| value.len() == length).map(Some).ok_or(Stop::CutOff)
    }

    /// SHA-256 of everything before the field last read.
    pub(super) fn digest_before(&self) -> Hash {
        let mut hash = Hash::default();
        hash.copy_from_slice(self.hasher.clone().finish().as_ref());
        hash
    }

    fn fill(&mut self, length: usize) -> io::Result<()> {
        let limit = u64::try_from(length).unwrap_or(u64::MAX);
        self.reader.by_ref().take(limit).read_to_end(&mut self.field).map(drop)
    }
}
