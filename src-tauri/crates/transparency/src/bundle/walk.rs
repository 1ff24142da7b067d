//! Going through the entries of a bundle: all of them in a row, or some of them with proofs.

use ledger::{Entry, GENESIS, Hash, People, Record, SignatureBlock, link};

use super::fault::Fault;
use crate::checkpoint::Checkpoint;
use crate::hash::leaf;
use crate::proof::root_from_path;
use crate::tree::Tree;

/// A whole ledger: chain, tree and signatures are computed again.
pub(super) struct Whole {
    verifier: ledger::Verifier,
    tree: Tree,
}

impl Whole {
    pub(super) fn new(founding: Option<Hash>) -> Self {
        let verifier = ledger::Verifier::new();
        let verifier = founding.into_iter().fold(verifier, ledger::Verifier::pinned);
        Self { verifier, tree: Tree::new() }
    }

    pub(super) fn push(&mut self, record: &Record) -> Result<Entry, Fault> {
        let entry = self.verifier.push(record)?;
        self.tree.push(leaf(&record.hash));
        Ok(entry)
    }

    pub(super) fn tree(&self) -> &Tree {
        &self.tree
    }

    pub(super) fn people(&self) -> &People {
        self.verifier.people()
    }
}

/// Chosen entries: each is proven to stand at its place under the newest checkpoint.
pub(super) struct Chosen {
    people: People,
    founding: Option<Hash>,
    newest: Checkpoint,
    last: u64,
    head: Hash,
}

/// One entry as the file has it.
pub(super) struct Claimed {
    pub number: u64,
    pub entry: Vec<u8>,
    pub signatures: Vec<u8>,
    pub previous: Hash,
    pub path: Vec<Hash>,
}

impl Chosen {
    pub(super) fn new(founding: Option<Hash>, newest: Checkpoint) -> Self {
        Self { people: People::new(), founding, newest, last: 0, head: GENESIS }
    }

    pub(super) fn people(&self) -> &People {
        &self.people
    }

    /// Checks an entry, and gives it and its chain hash.
    pub(super) fn push(&mut self, claimed: &Claimed) -> Result<(Entry, Hash), Fault> {
        let Claimed { number, entry: bytes, signatures, previous, path } = claimed;
        let (number, size) = (*number, self.newest.size());
        if number <= self.last {
            return Err(Fault::Order { number, after: self.last });
        }
        if number > size {
            return Err(Fault::Beyond { number, size });
        }
        let hash = link(previous, bytes, signatures);
        if root_from_path(&leaf(&hash), number - 1, size, path).as_ref() != Some(self.newest.root()) {
            return Err(Fault::Proof { number, size });
        }
        if number == self.last + 1 && *previous != self.head {
            return Err(ledger::Fault::Chain { number }.into());
        }
        if number == 1 && self.founding.is_some_and(|pinned| pinned != hash) {
            return Err(ledger::Fault::Founding.into());
        }
        if number == 1 {
            self.people.begin(hash);
        }
        let entry = self.accept(number, bytes, signatures)?;
        (self.last, self.head) = (number, hash);
        Ok((entry, hash))
    }

    fn accept(&mut self, number: u64, bytes: &[u8], signatures: &[u8]) -> Result<Entry, ledger::Fault> {
        let entry = Entry::decode(bytes).map_err(|source| ledger::Fault::Entry { number, source })?;
        let block =
            SignatureBlock::decode(signatures).map_err(|source| ledger::Fault::Signatures { number, source })?;
        self.people.accept(&entry, bytes, &block).map_err(|source| ledger::Fault::People { number, source })?;
        Ok(entry)
    }
}
