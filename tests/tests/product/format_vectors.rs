//! The published vectors of everything that is signed, hashed or chained: `docs/formats/vectors/`.
//!
//! They are made from fixed keys and times, so they never change: a difference means that bytes which exist in somebody's
//! ledger would be written differently today. `UPDATE_VECTORS=1` writes the files of a new version.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use canonical::{Decoder, Encoder};
use domain::{
    Change, Clocks, CustodyId, Decision, Environment, KeyId, Operation, OperatorId, Plan, RequestId, Role, Seal,
    SealStatement, Target, Timestamp,
};
use ed25519_dalek::{Signer as _, SigningKey};
use ledger::{Actor, ActorKind, Entry, GENESIS, Record, SignatureBlock, Subject, Verifier, key_id, link};
use serde_json::{Value, json};
use uuid::Uuid;

const CUSTODY: Uuid = Uuid::from_u128(0x0198_f0c0_0000_7000_8000_0000_0000_0001);
const ADA: Uuid = Uuid::from_u128(0x0198_f0c0_0000_7000_8000_0000_0000_000a);
const BEN: Uuid = Uuid::from_u128(0x0198_f0c0_0000_7000_8000_0000_0000_000b);
const KEK: Uuid = Uuid::from_u128(0x0198_f0c0_0000_7000_8000_0000_0000_00ee);
const REQUEST: Uuid = Uuid::from_u128(0x0198_f0c0_0000_7000_8000_0000_0000_00cc);
/// 2026-03-02T09:00:00Z.
const START_MICROS: i64 = 1_772_442_000_000_000;
const MINUTE_MICROS: i64 = 60_000_000;

/// A key whose seed is published with the vectors.
struct PublicSeed(SigningKey);

impl PublicSeed {
    fn new(fill: u8) -> Self {
        Self(SigningKey::from_bytes(&[fill; 32]))
    }

    fn public_hex(&self) -> String {
        hex::encode(self.0.verifying_key().to_bytes())
    }

    fn json(&self) -> Value {
        let public = self.0.verifying_key().to_bytes();
        // EXPOSE: the seed of a published vector.
        json!({ "seed": hex::encode(self.0.to_bytes()), "public_key": hex::encode(public), "key_id": hex::encode(key_id(&public)) })
    }
}

impl ledger::Signer for PublicSeed {
    fn public_key(&self) -> ledger::PublicKey {
        self.0.verifying_key().to_bytes()
    }
    fn sign(&self, message: &[u8]) -> ledger::Signature {
        self.0.sign(message).to_bytes()
    }
}

fn ada() -> PublicSeed {
    PublicSeed::new(0xa1)
}

fn ben() -> PublicSeed {
    PublicSeed::new(0xb2)
}

fn ada_session() -> PublicSeed {
    PublicSeed::new(0xa5)
}

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("docs/formats/vectors").join(name)
}

/// Compares with what is published.
#[expect(clippy::disallowed_methods, reason = "whoever renews the vectors says so by the environment")]
fn assert_current(name: &str, vectors: &Value) {
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        std::fs::write(path(name), serde_json::to_string_pretty(vectors).unwrap() + "\n").unwrap();
    }
    let published: Value = serde_json::from_slice(&std::fs::read(path(name)).unwrap()).unwrap();
    assert_eq!(&published, vectors, "{name}: the format changed without a new version");
}

fn canonical_vectors() -> Value {
    let valid = |about: &str, message: Encoder| {
        let bytes = message.finish();
        let mut decoder = Decoder::new(&bytes);
        let mut fields = Vec::new();
        while !decoder.is_empty() {
            fields.push(hex::encode(decoder.bytes().unwrap()));
        }
        json!({ "about": about, "fields": fields, "bytes": hex::encode(bytes) })
    };
    let map = BTreeMap::from([("b".to_owned(), "2".to_owned()), ("a".to_owned(), String::new())]);
    let nested = Encoder::new().text("inner").sequence(Encoder::new());
    let sequences = [
        valid("no field", Encoder::new()),
        valid("one empty field", Encoder::new().text("")),
        valid("two texts", Encoder::new().text("ab").text("c")),
        valid("the same letters, divided otherwise", Encoder::new().text("a").text("bc")),
        valid("text is UTF-8", Encoder::new().text("Müller, Ключ, 鍵")),
        valid("a time before 1970 and one after", Encoder::new().time(-1).time(START_MICROS)),
        valid("a count", Encoder::new().count(u64::MAX)),
        valid("a map, ascending by name", Encoder::new().map(&map)),
        valid("a sequence in a sequence", Encoder::new().sequence(nested)),
        valid("a message", Encoder::message("countersign/example/v1").bytes(CUSTODY.as_bytes())),
    ];
    let broken = [
        ("a length cut short", "000000"),
        ("fewer bytes than the length says", "0000000261"),
        ("a second field cut short", "000000016100000001"),
        ("longer than 16 MiB", "01000001"),
    ];
    let refused: Vec<Value> = broken.iter().map(|(about, bytes)| json!({ "about": about, "bytes": bytes })).collect();
    json!({ "about": "Canonical sequences; see ../canonical.md.", "sequences": sequences, "refused": refused })
}

/// What is written is what was published, and what is not canonical is refused.
#[test]
fn canonical_vectors_are_current() {
    let vectors = canonical_vectors();
    assert_current("canonical.json", &vectors);
    for refused in vectors.get("refused").unwrap().as_array().unwrap() {
        let bytes = hex::decode(refused.get("bytes").unwrap().as_str().unwrap()).unwrap();
        let mut decoder = Decoder::new(&bytes);
        let read = std::iter::from_fn(|| (!decoder.is_empty()).then(|| decoder.bytes().is_ok())).take(9);
        assert!(read.into_iter().any(|ok| !ok), "{refused}");
    }
}

fn plan() -> Plan {
    let at = |minutes: i64| Timestamp::from_micros(START_MICROS + minutes * MINUTE_MICROS);
    let map =
        |pairs: &[(&str, &str)]| pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Plan {
        custody: CustodyId(CUSTODY),
        environment: Environment::Production,
        request: RequestId(REQUEST),
        operation: Operation::RotateKek,
        requester: OperatorId(ADA),
        nonce: [0x77; 16],
        clocks: Clocks { planned_at: at(0), approve_by: at(24 * 60), execute_by: at(72 * 60) },
        targets: vec![Target { key: KeyId(KEK), name: "kek-acme".to_owned(), version: "4f1c".to_owned() }],
        parameters: map(&[("batch", "100"), ("grace_s", "3600")]),
        changes: vec![Change {
            subject: "kek-acme".to_owned(),
            field: "version".to_owned(),
            before: "4f1c".to_owned(),
            after: "a new one".to_owned(),
        }],
        impact: BTreeMap::from([("deks".to_owned(), 525), ("tenants".to_owned(), 10)]),
        reason: "due by the yearly rule".to_owned(),
        change_record: "CHG-1042".to_owned(),
        rollback_plan: "enable version 4f1c, re-wrap back".to_owned(),
        depends_on: map(&[("register.kek.version", "4f1c"), ("vault.kek.enabled", "true")]),
    }
}

fn plan_vectors() -> Value {
    let (plan, key) = (plan(), ben());
    let statement = SealStatement {
        custody: plan.custody,
        environment: plan.environment,
        request: plan.request,
        plan: plan.hash(),
        decision: Decision::Approve,
        role: Role::Security,
        signer: OperatorId(BEN),
        time: Timestamp::from_micros(START_MICROS + 5 * MINUTE_MICROS),
    };
    let message = statement.encode();
    let signature = ledger::Signer::sign(&key, &message);
    let seal = Seal { statement, key: key_id(&ledger::Signer::public_key(&key)), signature };
    seal.verify(&plan, &ledger::Signer::public_key(&key)).unwrap();
    json!({
        "about": "A plan and a seal on it; see ../plan.md. The seed is public: never use it.",
        "plan": {
            "custody": CUSTODY, "environment": "production", "request": REQUEST, "operation": "rotate_kek", "requester": ADA,
            "nonce": hex::encode(plan.nonce), "planned_at": plan.clocks.planned_at.micros(),
            "approve_by": plan.clocks.approve_by.micros(), "execute_by": plan.clocks.execute_by.micros(),
            "targets": [[KEK, "kek-acme", "4f1c"]], "parameters": plan.parameters,
            "changes": [["kek-acme", "version", "4f1c", "a new one"]], "impact": plan.impact, "reason": plan.reason,
            "change_record": plan.change_record, "rollback_plan": plan.rollback_plan, "depends_on": plan.depends_on,
        },
        "plan_bytes": hex::encode(plan.encode()), "plan_hash": hex::encode(plan.hash()),
        "seal": {
            "decision": "approve", "role": "security", "signer": BEN, "time": seal.statement.time.micros(), "key": key.json(),
            "statement_bytes": hex::encode(message), "signature": hex::encode(signature),
        },
    })
}

/// the bytes that a seal signs are the published ones, and they read back to the same plan.
#[test]
fn plan_and_seal_vectors_are_current() {
    assert_current("plan.json", &plan_vectors());
    assert_eq!(Plan::decode(&plan().encode()).unwrap(), plan());
}

fn entry(number: u8, actor: Uuid, verb: &str, subject: Subject, attributes: &[(&str, String)]) -> Entry {
    Entry {
        custody: CUSTODY,
        environment: "production".to_owned(),
        id: Uuid::from_u128(0x0198_f0c0_0000_7000_9000_0000_0000_0000 + u128::from(number)),
        time: START_MICROS + i64::from(number) * MINUTE_MICROS,
        actor: Actor { kind: ActorKind::Operator, id: actor },
        verb: verb.to_owned(),
        subject,
        purpose: format!("vector {number}"),
        attributes: attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
    }
}

fn founding() -> Entry {
    let mut founding = entry(1, ADA, "custody.founded", Subject::new("custody", CUSTODY), &[]);
    for (prefix, id, person, roles, key) in
        [("a", ADA, "ada@example.org", "security", ada()), ("b", BEN, "ben@example.org", "devops,security", ben())]
    {
        let fields = [
            ("operator", id.to_string()),
            ("person", person.to_owned()),
            ("name", person.replace("@example.org", "")),
            ("login", person.replace("@example.org", "")),
            ("roles", roles.to_owned()),
            ("device", hex::encode(key_id(&ledger::Signer::public_key(&key)))),
            ("device_name", format!("{prefix}'s laptop")),
            ("public_key", key.public_hex()),
        ];
        founding.attributes.extend(fields.map(|(name, value)| (format!("{prefix}.{name}"), value)));
    }
    let custody = [("name", "acme production".to_owned()), ("vault_host", "acme.vault.azure.net".to_owned())];
    founding.attributes.extend(custody.map(|(name, value)| (name.to_owned(), value)));
    founding
}

/// Founding by two people, a session, an act of the session, and a seal with a device key.
fn ledger_records() -> Vec<(Entry, Record)> {
    let (ada, ben, session) = (ada(), ben(), ada_session());
    let session_id = hex::encode(key_id(&ledger::Signer::public_key(&session)));
    let expires = (START_MICROS + 60 * MINUTE_MICROS).to_string();
    let opened = [("public_key", session.public_hex()), ("expires_at", expires)];
    let adopted = [("name", "kek-acme".to_owned()), ("version", "4f1c".to_owned())];
    let sealed = [("plan_hash", hex::encode(plan().hash())), ("role", "security".to_owned())];
    let signed: [(Entry, Vec<&dyn ledger::Signer>); 4] = [
        (founding(), vec![&ada, &ben]),
        (entry(2, ADA, "session.opened", Subject::new("session", session_id), &opened), vec![&ada]),
        (entry(3, ADA, "key.adopted", Subject::new("key", KEK), &adopted), vec![&session]),
        (entry(4, BEN, "request.sealed", Subject::new("request", REQUEST), &sealed), vec![&ben]),
    ];
    let mut head = GENESIS;
    let chain = |(number, (entry, signers)): (u64, (Entry, Vec<&dyn ledger::Signer>))| {
        let bytes = entry.encode();
        let signatures = SignatureBlock::sign(&bytes, &signers).encode();
        head = link(&head, &bytes, &signatures);
        (entry, Record { number, entry: bytes, signatures, hash: head })
    };
    (1..).zip(signed).map(chain).collect()
}

fn ledger_vectors() -> Value {
    let records = ledger_records();
    let shown: Vec<Value> = records
        .iter()
        .map(|(entry, record)| {
            let Entry { custody, environment, id, time, actor, verb, subject, purpose, attributes } = entry;
            json!({
                "number": record.number,
                "fields": {
                    "custody": custody, "environment": environment, "entry": id, "time": time,
                    "actor_kind": actor.kind.word(), "actor": actor.id, "verb": verb, "subject_kind": subject.kind,
                    "subject": subject.name, "purpose": purpose, "attributes": attributes,
                },
                "entry": hex::encode(&record.entry), "signatures": hex::encode(&record.signatures),
                "hash": hex::encode(record.hash),
            })
        })
        .collect();
    json!({
        "about": "A whole ledger of four entries; see ../ledger-entry.md. The seeds are public: never use them.",
        "keys": { "ada": ada().json(), "ben": ben().json(), "ada_session": ada_session().json() },
        "records": shown,
    })
}

/// entries, signature blocks and chain are the published ones, and the published ledger verifies.
#[test]
fn ledger_vectors_are_current_and_verify() {
    assert_current("ledger.json", &ledger_vectors());
    let mut verifier = Verifier::new();
    for (entry, record) in ledger_records() {
        assert_eq!(verifier.push(&record).unwrap(), entry);
    }
    let (summary, people) = verifier.finish().unwrap();
    assert_eq!(summary.entries, 4);
    let roles: Vec<&str> = people.person(BEN).unwrap().roles.iter().map(|held| held.role.as_str()).collect();
    assert_eq!(roles, ["devops", "security", "risk_acceptance"]);
}

/// Node.js, with nothing but its own crypto, comes to the same bytes, hashes and signatures from the fields alone.
#[test]
fn node_comes_to_the_same_bytes() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let program = repository.join("tests/envelope/formats.mjs");
    let output = std::process::Command::new("node").arg(program).arg(repository.join("docs/formats/vectors")).output();
    let output = output.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.lines().filter(|line| line.starts_with("ok ")).count() >= 25, "{said}");
}
