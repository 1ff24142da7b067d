//! Whether hashes follow from each other, on all processors at once: with the hash that the register keeps for the record before,
//! every link can be checked apart. When all of them hold, the chain does.

use std::num::NonZero;
use std::thread;

use crate::chain::{Hash, link};
use crate::verify::Record;

/// Fewer are not worth a thread.
const WORTH_A_THREAD: usize = 256;

/// The place of the first record whose hash does not follow from the one before it; `head` is the hash before the first.
pub(crate) fn first_broken(head: &Hash, records: &[Record]) -> Option<usize> {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let share = records.len().div_ceil(processors).max(WORTH_A_THREAD);
    let before = |place: usize| place.checked_sub(1).and_then(|last| records.get(last)).map_or(*head, |last| last.hash);
    let check = |part: usize, records: &[Record]| {
        let begin = part * share;
        let mut head = before(begin);
        records
            .iter()
            .position(|record| {
                let holds = link(&head, &record.entry, &record.signatures) == record.hash;
                head = record.hash;
                !holds
            })
            .map(|place| begin + place)
    };
    thread::scope(|scope| {
        let mut parts = records.chunks(share).enumerate();
        // This thread takes the first part itself: a short page needs no other.
        let first = parts.next();
        let check = &check;
        let others: Vec<_> = parts.map(|(part, records)| scope.spawn(move || check(part, records))).collect();
        let mut broken = first.and_then(|(part, records)| check(part, records));
        for other in others {
            // A thread that fell has proven nothing: its part counts as broken from the start.
            let found = other.join().unwrap_or(Some(0));
            broken = broken.or(found);
        }
        broken
    })
}
