//! Whether hashes follow from each other, on all processors at once: with the hash that the register keeps for the record before,
//! every link can be checked apart. When all of them hold, the chain does.

use crate::chain::{Hash, link};
use crate::processors::in_parts;
use crate::verify::Record;

/// Fewer are not worth a thread.
const SHARE: usize = 256;

/// The place of the first record whose hash does not follow from the one before it; `head` is the hash before the first.
pub(crate) fn first_broken(head: &Hash, records: &[Record]) -> Option<usize> {
    let before = |place: usize| place.checked_sub(1).and_then(|last| records.get(last)).map_or(*head, |last| last.hash);
    let check = |begin: usize, part: &[Record]| {
        let mut head = before(begin);
        let broken = part.iter().position(|record| {
            let holds = link(&head, &record.entry, &record.signatures) == record.hash;
            head = record.hash;
            !holds
        });
        broken.map(|place| begin + place)
    };
    in_parts(records, SHARE, check).into_iter().flatten().next()
}
