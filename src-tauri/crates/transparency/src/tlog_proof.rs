//! The proof of one entry as other tools read it: <https://c2sp.org/tlog-proof>. What the leaf's bytes are, and whose keys count, they
//! have to be told; an evidence pack (see [`crate::bundle`]) carries both.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledger::Hash;

use crate::checkpoint::{CheckpointError, SignedCheckpoint, parse_number};
use crate::hash::leaf;
use crate::proof::{PATH_MAX, root_from_path};

const KIND: &str = "c2sp.org/tlog-proof@v1";

/// Why bytes are not such a proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlogProofError {
    /// The lines are not those of a proof.
    #[error("this is not a proof of an entry: {expected} is missing or malformed")]
    Text {
        /// What the format puts there.
        expected: &'static str,
    },
    /// The checkpoint below it cannot be read.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

/// One entry's place under a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// Number of the entry, less one.
    pub index: u64,
    /// From the leaf's sibling up to below the root.
    pub path: Vec<Hash>,
    /// The checkpoint.
    pub checkpoint: SignedCheckpoint,
}

impl TlogProof {
    /// Whether an entry with this chain hash stands at this place under the checkpoint; who signed that is another question.
    #[must_use]
    pub fn covers(&self, chain: &Hash) -> bool {
        let checkpoint = self.checkpoint.checkpoint();
        root_from_path(&leaf(chain), self.index, checkpoint.size(), &self.path).as_ref() == Some(checkpoint.root())
    }

    /// The file.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut text = format!("{KIND}\nindex {}\n", self.index);
        for hash in &self.path {
            // Writing to a string never fails.
            let _written = writeln!(text, "{}", STANDARD.encode(hash));
        }
        format!("{text}\n{}", self.checkpoint.encode())
    }

    /// Reads a file; extra data, which nothing authenticates, is refused.
    pub fn parse(bytes: &[u8]) -> Result<Self, TlogProofError> {
        let malformed = |expected| TlogProofError::Text { expected };
        let text = std::str::from_utf8(bytes).map_err(|_not_utf8| malformed("text"))?;
        let (head, checkpoint) = text.split_once("\n\n").ok_or(malformed("the empty line before the checkpoint"))?;
        let mut lines = head.split('\n');
        if lines.next() != Some(KIND) {
            return Err(malformed("the first line"));
        }
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(parse_number);
        let mut path = Vec::new();
        for line in lines {
            let hash = STANDARD.decode(line).ok().and_then(|hash| Hash::try_from(hash).ok());
            path.push(hash.filter(|_| path.len() < PATH_MAX).ok_or(malformed("a hash of the path"))?);
        }
        let checkpoint = SignedCheckpoint::parse(checkpoint.as_bytes())?;
        Ok(Self { index: index.ok_or(malformed("the index"))?, path, checkpoint })
    }
}
