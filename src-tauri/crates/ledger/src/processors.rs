//! Work on many things at once, on all processors.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Does `work` on parts of `share` items, and gives what came of them in the items' order. A processor that is done with one part takes
/// the next: none waits for another that is slower, or busy elsewhere. `work` is told where its part begins.
pub(crate) fn in_parts<T: Sync, R: Send>(items: &[T], share: usize, work: impl Fn(usize, &[T]) -> R + Sync) -> Vec<R> {
    let share = share.max(1);
    let parts: Vec<(usize, &[T])> = (0..).step_by(share).zip(items.chunks(share)).collect();
    let hands = thread::available_parallelism().map_or(1, NonZero::get).min(parts.len());
    let next = AtomicUsize::new(0);
    let take = || {
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some((begin, part)) = parts.get(number) else { return done };
            done.push((number, work(*begin, part)));
        }
    };
    let mut done = thread::scope(|scope| {
        // This thread works, too: what fits into one part needs no other.
        let others: Vec<_> = (1..hands).map(|_other| scope.spawn(take)).collect();
        let mut done = take();
        for other in others {
            match other.join() {
                Ok(theirs) => done.extend(theirs),
                // Whoever fell has proven nothing, and neither have we.
                Err(fallen) => std::panic::resume_unwind(fallen),
            }
        }
        done
    });
    done.sort_unstable_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_worked_on_once_and_in_order() {
        let items: Vec<usize> = (0..1_000).collect();
        for share in [0, 1, 7, 999, 1_000, 5_000] {
            let begins = in_parts(&items, share, |begin, part| (begin, part.to_vec()));
            assert!(begins.iter().all(|(begin, part)| part.first() == Some(begin)), "{share}");
            assert_eq!(begins.into_iter().flat_map(|(_, part)| part).collect::<Vec<_>>(), items, "{share}");
        }
        assert!(in_parts::<u8, _>(&[], 4, |begin, _| begin).is_empty());
    }
}
