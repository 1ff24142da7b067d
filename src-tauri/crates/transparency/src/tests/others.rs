//! Held against implementations that are not ours: `signed_note` and `tlog_tiles` (Cloudflare), `sigsum` (Mullvad).

use std::cell::RefCell;

use ed25519_dalek::{Signer as _, SigningKey};
use rand_core::OsRng;
use sha2::{Digest, Sha256};
use signed_note::{Signer as _, StandardSigner, StandardVerifier, VerifierList};
use sigsum::{Hash as SigsumHash, PolicyBuilder, SigsumSignature};
use tlog_tiles::tlog;

use super::world::{Key, World, maren, tomas};
use crate::{
    Algorithm, Checkpoint, Levels, Note, NoteKey, NoteSignature, SignedCheckpoint, leaf, log_key, prove_consistency,
    prove_inclusion,
};
use ledger::{Hash, Signer};

/// a checkpoint that we signed is verified by another implementation, and one that it signed by ours.
#[test]
fn notes_go_both_ways() {
    let world = World::new(12);
    let signed = world.signed(12, &[&tomas()]);
    let key = log_key(signed.checkpoint().origin(), &maren().public_key()).unwrap();
    let verifiers = VerifierList::new(vec![Box::new(StandardVerifier::new(&key.verifier_key()).unwrap())]);
    let theirs = signed_note::Note::from_bytes(signed.encode().as_bytes()).unwrap();
    let (verified, unverified) = theirs.verify(&verifiers).unwrap();
    assert_eq!((verified.len(), unverified.len()), (1, 1));
    assert_eq!((theirs.text(), theirs.to_bytes()), (signed.note().text().as_bytes(), signed.encode().into_bytes()));
    let checkpoint = tlog_tiles::Checkpoint::from_bytes(theirs.text()).unwrap();
    let ours = signed.checkpoint();
    assert_eq!(
        (checkpoint.origin(), checkpoint.size(), &checkpoint.hash().0),
        (ours.origin(), ours.size(), ours.root())
    );
    assert_eq!(checkpoint.to_bytes(), ours.encode().into_bytes());

    let mut changed = signed.encode().into_bytes();
    changed[20] ^= 1;
    assert!(signed_note::Note::from_bytes(&changed).unwrap().verify(&verifiers).is_err());

    let (signing, verifying) = signed_note::generate_key(&mut OsRng, "example.org/log");
    let mut theirs = signed_note::Note::new(ours.encode().as_bytes(), &[]).unwrap();
    theirs.add_sigs(&[&StandardSigner::new(&signing).unwrap()]).unwrap();
    let key = NoteKey::parse(&verifying).unwrap();
    let read = Note::parse(&theirs.to_bytes()).unwrap();
    let line = &read.signatures()[0];
    assert_eq!((line.name(), line.key()), (key.name(), key.id()));
    assert_eq!(key.id(), StandardSigner::new(&signing).unwrap().key_id().to_be_bytes());
    ledger::verify_signature(key.public_key(), read.text().as_bytes(), &line.plain().unwrap()).unwrap();
}

/// Every node, in the order in which `tlog_tiles` numbers them.
#[derive(Default)]
struct Stored(RefCell<Vec<tlog::Hash>>);

impl tlog::HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog::Hash>, tlog::Error> {
        let stored = self.0.borrow();
        Ok(indexes.iter().map(|index| stored[*index as usize]).collect())
    }
}

/// roots, inclusions and growths are those of another implementation, for every tree of up to 70 entries.
#[test]
fn trees_and_proofs_are_the_same_elsewhere() {
    let world = World::new(70);
    let stored = Stored::default();
    for (index, record) in world.records.iter().enumerate() {
        let more = tlog::stored_hashes(index as u64, &record.hash, &stored).unwrap();
        stored.0.borrow_mut().extend(more);
    }
    let plain = |path: Vec<tlog::Hash>| path.into_iter().map(|hash| hash.0).collect::<Vec<Hash>>();
    let theirs = |path: &[Hash]| path.iter().map(|hash| tlog::Hash(*hash)).collect::<Vec<_>>();
    for size in 1..=70 {
        let root = tlog::tree_hash(size, &stored).unwrap();
        assert_eq!(root.0, world.root(size));
        for index in 0..size {
            let path = prove_inclusion(&world.levels, index, size).unwrap();
            let leaf = tlog::Hash(leaf(&world.records[index as usize].hash));
            tlog::check_record(&theirs(&path), size, root, index, leaf).unwrap();
            assert_eq!(plain(tlog::prove_record(size, index, &stored).unwrap()), path);
            let path = prove_consistency(&world.levels, index + 1, size).unwrap();
            let older = tlog::Hash(world.root(index + 1));
            tlog::check_tree(&theirs(&path), size, root, index + 1, older).unwrap();
        }
    }
}

/// a log's signature, cosignatures and a proof of inclusion of ours satisfy another log's verifier, which demands both
/// cosigners.
#[test]
fn cosignatures_and_proofs_satisfy_sigsum() {
    let (log, submitter) = (Key::new(40), SigningKey::from_bytes(&[41; 32]));
    let message = SigsumHash::new(b"a message");
    let checksum: [u8; 32] = Sha256::digest(message.as_ref()).into();
    let signature = submitter.sign(&[b"sigsum.org/v1/tree-leaf\0".as_slice(), &checksum].concat()).to_bytes();
    let submitter_key = submitter.verifying_key().to_bytes();
    let ours = [checksum.as_slice(), &signature, &Sha256::digest(submitter_key)].concat();
    let mut leaves: Vec<Hash> = super::trees::published_leaves();
    leaves.insert(5, Sha256::new().chain_update([0]).chain_update(&ours).finalize().into());
    let levels = Levels::of(&leaves);

    let origin = format!("sigsum.org/v1/tree/{}", hex::encode(Sha256::digest(log.public_key())));
    let checkpoint = Checkpoint::new(&origin, 9, levels.tree().root()).unwrap();
    let mut signed = SignedCheckpoint::unsigned(checkpoint).unwrap();
    signed.sign(&log).unwrap();
    signed.cosign(&maren(), 1_773_651_600).unwrap();
    signed.cosign(&tomas(), 1_773_651_999).unwrap();

    let mut policy = PolicyBuilder::new();
    policy.add_log(log.public_key().into(), None).unwrap();
    policy.add_witness("maren".into(), maren().public_key().into(), None).unwrap();
    policy.add_witness("tomas".into(), tomas().public_key().into(), None).unwrap();
    policy.add_group("both".into(), 2, vec!["maren".into(), "tomas".into()]).unwrap();
    policy.set_quorum("both".into()).unwrap();
    let policy = policy.build();

    let [made, cosigned @ ..] = signed.note().signatures() else { panic!("three signatures") };
    let mut text = format!("version=2\nlog={}\n", hex::encode(Sha256::digest(log.public_key())));
    text += &format!("leaf={} {}\n\n", hex::encode(Sha256::digest(submitter_key)), hex::encode(signature));
    text +=
        &format!("size=9\nroot_hash={}\nsignature={}\n", hex::encode(levels.tree().root()), hex::encode(made.bytes()));
    for (line, key) in cosigned.iter().zip([maren(), tomas()]) {
        let (seconds, signature) = line.timestamped().unwrap();
        let key = hex::encode(Sha256::digest(key.public_key()));
        text += &format!("cosignature={key} {seconds} {}\n", hex::encode(signature));
    }
    text += "\nleaf_index=5\n";
    for hash in prove_inclusion(&levels, 5, 9).unwrap() {
        text += &format!("node_hash={}\n", hex::encode(hash));
    }
    let proof = SigsumSignature::from_ascii(&text).unwrap();
    sigsum::verify(&message, &proof, &[submitter_key.into()], &policy).unwrap();
    let later = SigsumSignature::from_ascii(&text.replace(" 1773651999 ", " 1773652000 ")).unwrap();
    assert!(sigsum::verify(&message, &later, &[submitter_key.into()], &policy).is_err());
}

/// A cosignature's key id is computed as another implementation computes ids.
#[test]
fn key_ids_are_computed_alike() {
    let key = NoteKey::new("example.org/w", Algorithm::Cosignature, maren().public_key()).unwrap();
    let material: Vec<u8> = [vec![4], maren().public_key().to_vec()].concat();
    assert_eq!(key.id(), signed_note::key_id("example.org/w", &material).to_be_bytes());
    assert_eq!(NoteSignature::of(&key, vec![1]).key(), key.id());
}
