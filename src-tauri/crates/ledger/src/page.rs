//! A page of records whose signatures were never verified: read and verified on all processors.
//!
//! Who may sign depends on the entries before, and is learned one by one. The costly parts do not: reading bytes, and Ed25519 once it is
//! known whose key has to fit. Each signature is verified by itself and strictly, exactly as one by one: verifying many in one equation would
//! accept what the strict rule, and other verifiers, refuse.

use crate::entry::Entry;
use crate::processors::in_parts;
use crate::signature::{PublicKey, Signature, SignatureBlock, VerifyingKeys};
use crate::verify::Record;

/// Entries that one processor reads at a time.
const READ: usize = 256;
/// Signatures that one processor verifies at a time.
const VERIFY: usize = 32;

/// A signature that must hold for the page to hold.
#[derive(Debug)]
pub(crate) struct Owed {
    /// Which record of the page it signs.
    pub place: usize,
    pub public_key: PublicKey,
    pub signature: Signature,
}

/// The entries and signature blocks of these records; `None` when any of them cannot be read.
pub(crate) fn read(records: &[Record]) -> Option<Vec<(Entry, SignatureBlock)>> {
    let read =
        |record: &Record| Some((Entry::decode(&record.entry).ok()?, SignatureBlock::decode(&record.signatures).ok()?));
    let parts = in_parts(records, READ, |_, part| part.iter().map(read).collect::<Option<Vec<_>>>());
    let parts: Option<Vec<_>> = parts.into_iter().collect();
    Some(parts?.into_iter().flatten().collect())
}

/// Whether each of these signatures holds over the entry that it signs.
pub(crate) fn all_hold(records: &[Record], owed: &[Owed]) -> bool {
    let holds = |_, part: &[Owed]| {
        let mut keys = VerifyingKeys::default();
        part.iter().all(|owed| {
            records
                .get(owed.place)
                .is_some_and(|record| keys.verify(&owed.public_key, &record.entry, &owed.signature).is_ok())
        })
    };
    in_parts(owed, VERIFY, holds).into_iter().all(|holds| holds)
}
