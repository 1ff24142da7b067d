//! The published vectors of checkpoints and bundles, made from `docs/formats/vectors/ledger.json`: what exists stays readable.
//!
//! `UPDATE_VECTORS=1` writes the files of a new version.

use std::path::{Path, PathBuf};
use std::process::Command;

use ed25519_dalek::{Signer as _, SigningKey};
use ledger::{GENESIS, Hash, PublicKey, Record, Signature, Signer};
use serde_json::{Value, json};
use uuid::Uuid;

use super::world::check;
use crate::bundle::{Header, Linked, Proven, Selection, Writer};
use crate::{
    Checkpoint, Levels, SignedCheckpoint, TlogProof, leaf, log_key, prove_consistency, prove_inclusion, reviewer_key,
};

const CUSTODY: Uuid = Uuid::from_u128(0x0198_f0c0_0000_7000_8000_0000_0000_0001);

struct Seed([u8; 32]);

impl Signer for Seed {
    fn public_key(&self) -> PublicKey {
        SigningKey::from_bytes(&self.0).verifying_key().to_bytes()
    }
    fn sign(&self, message: &[u8]) -> Signature {
        SigningKey::from_bytes(&self.0).sign(message).to_bytes()
    }
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/formats/vectors")
}

fn hex_of(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

/// The published ledger and the founders' published seeds.
fn published() -> (Vec<Record>, Seed, Seed) {
    let ledger: Value = serde_json::from_slice(&std::fs::read(directory().join("ledger.json")).unwrap()).unwrap();
    let records = ledger["records"].as_array().unwrap().iter().map(|record| Record {
        number: record["number"].as_u64().unwrap(),
        entry: hex_of(&record["entry"]),
        signatures: hex_of(&record["signatures"]),
        hash: hex_of(&record["hash"]).try_into().unwrap(),
    });
    let seed = |name: &str| Seed(hex_of(&ledger["keys"][name]["seed"]).try_into().unwrap());
    (records.collect(), seed("ada"), seed("ben"))
}

fn hexes(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(hex::encode).collect()
}

/// tree, checkpoint and bundles of the published ledger are the published ones, here and for the second verifier.
#[test]
fn the_published_checkpoint_and_bundles_are_still_made_and_verified() {
    let (records, ada, ben) = published();
    let leaves: Vec<Hash> = records.iter().map(|record| leaf(&record.hash)).collect();
    let levels = Levels::of(&leaves);
    let size = records.len() as u64;
    let header = |selection| Header {
        custody: CUSTODY,
        environment: "production".into(),
        made_at: 1_772_445_600_000_000,
        selection,
    };
    let origin = header(Selection::Whole).origin();
    let checkpoint = |size: u64| {
        let root = Levels::of(&leaves[..size as usize]).tree().root();
        SignedCheckpoint::unsigned(Checkpoint::new(&origin, size, root).unwrap()).unwrap()
    };
    let (mut older, mut newest) = (checkpoint(2), checkpoint(size));
    older.sign(&ada).unwrap();
    older.cosign(&ada, 1_772_445_601).unwrap();
    older.cosign(&ben, 1_772_445_602).unwrap();
    newest.sign(&ben).unwrap();
    let path = prove_consistency(&levels, 2, size).unwrap();
    let vector = json!({
        "about": "Tree and checkpoints over ledger.json; see ../checkpoint.md. Signed with the published seeds of that file.",
        "leaves": hexes(&leaves),
        "roots": (0..=leaves.len()).map(|size| hex::encode(Levels::of(&leaves[..size]).tree().root())).collect::<Vec<_>>(),
        "inclusions": (0..size).map(|index| hexes(&prove_inclusion(&levels, index, size).unwrap())).collect::<Vec<_>>(),
        "consistency_of_2": hexes(&path),
        "verifier_keys": [
            log_key(&origin, &ada.public_key()).unwrap().verifier_key(),
            reviewer_key(&origin, &ada.public_key()).unwrap().verifier_key(),
            reviewer_key(&origin, &ben.public_key()).unwrap().verifier_key(),
        ],
        "older": older.encode(),
        "newest": newest.encode(),
    });
    assert_current("checkpoint.json", &vector);
    assert_current("proof.json", &proofs(&levels, &newest));
    let checkpoints = [Linked { checkpoint: older, path }, Linked { checkpoint: newest, path: Vec::new() }];
    let mut whole = Writer::begin(Vec::new(), &header(Selection::Whole), &checkpoints).unwrap();
    records.iter().for_each(|record| whole.entry(record).unwrap());
    let whole = whole.end().unwrap();
    let mut evidence = Writer::begin(Vec::new(), &header(Selection::Entry(size)), &checkpoints).unwrap();
    let mut previous = GENESIS;
    for record in &records {
        let path = prove_inclusion(&levels, record.number - 1, size).unwrap();
        if record.number != 3 {
            evidence.proven(Proven { record, previous: &previous, path: &path }).unwrap();
        }
        previous = record.hash;
    }
    let evidence = evidence.end().unwrap();
    let about = "The ledger of ledger.json as a bundle, and the evidence of its last entry; see ../bundle.md.";
    assert_current(
        "bundle.json",
        &json!({ "about": about, "whole": hex::encode(&whole), "evidence": hex::encode(&evidence) }),
    );

    let place = tempfile::tempdir().unwrap();
    for bundle in [whole, evidence] {
        assert_eq!(check(&bundle).unwrap().reviewed_by(2).unwrap().checkpoint.size(), 2);
        let file = place.path().join("bundle");
        std::fs::write(&file, bundle).unwrap();
        let verifier = directory().join("../../verifier/verify.mjs");
        let output = Command::new("node").arg(verifier).args(["--reviewers", "2"]).arg(file).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

/// The proof of each entry under a checkpoint, and what is none.
fn proofs(levels: &Levels, checkpoint: &SignedCheckpoint) -> Value {
    let size = checkpoint.checkpoint().size();
    let proof = |index| TlogProof {
        index,
        path: prove_inclusion(levels, index, size).unwrap(),
        checkpoint: checkpoint.clone(),
    };
    let file = proof(2).encode();
    let refused = [
        ("another version", file.replace("@v1", "@v2")),
        ("no index", file.replace("index 2\n", "")),
        ("a number with a zero before it", file.replace("index 2", "index 02")),
        ("extra data", file.replace("index 2\n", "extra AAAA\nindex 2\n")),
        ("a hash that is too short", file.replace("index 2\n", "index 2\nAAAA\n")),
        ("no checkpoint", file.split_once("\n\n").unwrap().0.to_owned() + "\n\n"),
        ("no empty line", file.replacen("\n\n", "\n", 2)),
        ("no line break at the end", file.trim_end().to_owned()),
    ];
    let proofs: Vec<Value> =
        (0..size).map(|index| json!({ "number": index + 1, "file": proof(index).encode() })).collect();
    for (why, file) in &refused {
        assert!(TlogProof::parse(file.as_bytes()).is_err(), "{why}");
    }
    json!({
        "about": "Proofs of the entries of ledger.json under the newest checkpoint of checkpoint.json, and files that are none; see ../checkpoint.md.",
        "proofs": proofs,
        "refused": refused.map(|(why, file)| json!({ "why": why, "file": file })),
    })
}

/// the published entries, checkpoints and proofs are read as published, and proofs cover the entries that they are about;
/// the second verifier says the same.
#[test]
fn the_published_proofs_cover_their_entries_here_and_there() {
    let (records, _, _) = published();
    let vector: Value = serde_json::from_slice(&std::fs::read(directory().join("proof.json")).unwrap()).unwrap();
    let proofs = vector["proofs"].as_array().unwrap();
    assert_eq!(proofs.len(), records.len());
    for (proof, record) in proofs.iter().zip(&records) {
        let read = TlogProof::parse(proof["file"].as_str().unwrap().as_bytes()).unwrap();
        assert!(read.covers(&record.hash) && !read.covers(&[7; 32]), "{}", record.number);
    }
    let program = directory().join("../../verifier/vectors.mjs");
    let output = Command::new("node").arg(program).arg(directory()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(said.lines().filter(|line| line.starts_with("ok ")).count(), 4 + 2 + 4 + 2 + 1 + 4 + 8, "{said}");
}

#[expect(clippy::disallowed_methods, reason = "whoever renews the vectors says so by the environment")]
fn assert_current(name: &str, vector: &Value) {
    let file = directory().join(name);
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        std::fs::write(&file, serde_json::to_string_pretty(vector).unwrap() + "\n").unwrap();
    }
    let published: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(published, *vector, "{name}: the format changed without a new version");
}
