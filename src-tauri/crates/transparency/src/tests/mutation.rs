//! Every parser on bytes that were valid once: whatever is done to them, it answers, and never panics.
//!
//! A bounded number of cases runs each time; `COUNTERSIGN_FUZZ_SECONDS=600` goes on for ten minutes.

use std::time::{Duration, Instant};

use super::world::{Key, World, check, fields, join, maren, tomas};
use crate::bundle::{Expectations, Item, Selection, verify};
use crate::{Checkpoint, Note, NoteKey, SignedCheckpoint, TlogProof, log_key, prove_inclusion, root_from_path};
use ledger::{Entry, SignatureBlock, Signer};

/// Numbers that follow from a seed, so that a case can be run again (Vigna's SplitMix64).
pub(super) struct Dice(pub u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    /// One of the things that go wrong with bytes, or that somebody does to them.
    pub(super) fn mutate(&mut self, bytes: &mut Vec<u8>) {
        let (at, other) = (self.below(bytes.len()), self.below(bytes.len()));
        let (from, to) = (at.min(other), at.max(other));
        match self.below(8) {
            0 | 1 if !bytes.is_empty() => bytes[at] ^= 1 << self.below(8),
            2 if !bytes.is_empty() => bytes[at] = [0, 1, 0x0a, 0x20, 0x2b, 0x7f, 0x80, 0xff][self.below(8)],
            3 => bytes.truncate(at),
            4 => drop(bytes.drain(from..to)),
            5 => {
                let copied = bytes[from..to].to_vec();
                let place = self.below(bytes.len());
                bytes.splice(place..place, copied);
            }
            6 if bytes.len() >= at + 4 => {
                let length = [0, 1, u32::MAX, 16 * 1024 * 1024, 16 * 1024 * 1024 + 1, 31][self.below(6)];
                bytes[at..at + 4].copy_from_slice(&u32::to_be_bytes(length));
            }
            _ => bytes.insert(at, self.next() as u8),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "whoever wants the long run says so by the environment")]
fn rounds(each_time: u64, mut case: impl FnMut(&mut Dice)) {
    let seconds = std::env::var("COUNTERSIGN_FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    let long = seconds.map(Duration::from_secs);
    let begin = Instant::now();
    // A long run begins elsewhere each time.
    let first = if long.is_some() { u64::from(std::process::id()) << 32 } else { 0 };
    for seed in first.. {
        if long.map_or(seed >= each_time, |long| begin.elapsed() >= long) {
            break;
        }
        let mut dice = Dice(seed);
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| case(&mut dice)));
        assert!(outcome.is_ok(), "the case of seed {seed}");
    }
}

fn mutated(dice: &mut Dice, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = corpus[dice.below(corpus.len())].clone();
    for _ in 0..=dice.below(4) {
        dice.mutate(&mut bytes);
    }
    bytes
}

/// what a parser of entries and signature blocks accepts, it would write the same way: no two forms of one thing.
#[test]
fn any_bytes_are_an_entry_in_its_one_form_or_none() {
    let world = World::new(9);
    let corpus: Vec<_> = world.records.iter().map(|record| record.entry.clone()).collect();
    let blocks: Vec<_> = world.records.iter().map(|record| record.signatures.clone()).collect();
    rounds(4_000, |dice| {
        let bytes = mutated(dice, &corpus);
        if let Ok(entry) = Entry::decode(&bytes) {
            assert_eq!(entry.encode(), bytes);
        }
        let bytes = mutated(dice, &blocks);
        if let Ok(block) = SignatureBlock::decode(&bytes) {
            assert_eq!(block.encode(), bytes);
        }
    });
}

/// the same for notes, checkpoints, verifier keys and proofs.
#[test]
fn any_bytes_are_a_note_a_checkpoint_or_a_proof_in_its_one_form_or_none() {
    let world = World::new(9);
    let signed = world.signed(9, &[&maren(), &tomas(), &Key::new(44)]);
    let path = prove_inclusion(&world.levels, 3, 9).unwrap();
    let proof = TlogProof { index: 3, path, checkpoint: signed.clone() }.encode().into_bytes();
    let key = log_key(signed.checkpoint().origin(), &maren().public_key()).unwrap().verifier_key().into_bytes();
    let corpus = [signed.encode().into_bytes(), signed.checkpoint().encode().into_bytes(), proof, key];
    rounds(6_000, |dice| {
        let bytes = mutated(dice, &corpus);
        if let Ok(note) = Note::parse(&bytes) {
            assert_eq!(note.encode().as_bytes(), bytes);
        }
        if let Ok(signed) = SignedCheckpoint::parse(&bytes) {
            assert_eq!(signed.encode().as_bytes(), bytes);
        }
        if let Ok(proof) = TlogProof::parse(&bytes) {
            assert_eq!(proof.encode().as_bytes(), bytes);
            let _any = root_from_path(&[7; 32], proof.index, proof.checkpoint.checkpoint().size(), &proof.path);
        }
        let Ok(text) = std::str::from_utf8(&bytes) else { return };
        if let Ok(checkpoint) = Checkpoint::parse(text) {
            assert_eq!(checkpoint.encode(), text);
        }
        if let Ok(key) = NoteKey::parse(text) {
            assert_eq!(key.verifier_key(), text);
        }
    });
}

/// any change of the file is found; where its end was made to fit again, the entries that it still proves are the true ones.
#[test]
fn any_bytes_are_a_true_bundle_or_none() {
    let world = World::new(9);
    let corpus = [world.whole(6), world.chosen(Selection::Entry(9), &[1, 2, 4, 9], 6)];
    let parts = corpus.clone().map(|bundle| fields(&bundle));
    rounds(1_500, |dice| {
        let bytes = mutated(dice, &corpus);
        assert!(check(&bytes).is_err() || corpus.contains(&bytes));

        let mut parts = parts[dice.below(2)].clone();
        let at = dice.below(parts.len() - 1);
        dice.mutate(&mut parts[at]);
        let (other, last) = (dice.below(parts.len()), parts.len() - 1);
        if dice.below(4) == 0 && other < last && at < last {
            parts.swap(at, other);
        }
        let _any = verify(join(&parts).as_slice(), &Expectations::default(), &mut |item| {
            if let Item::Entry { number, entry } = item {
                assert_eq!(entry.encode(), world.records[number as usize - 1].entry);
            }
        });
    });
}
