//! A small ledger, its tree and its checkpoints, and bundles of it.

use std::collections::BTreeSet;

use canonical::{Decoder, Encoder};
use ed25519_dalek::{Signer as _, SigningKey};
use ledger::{
    Actor, ActorKind, EnrolmentCard, Entry, GENESIS, Hash, KeyId, People, PublicKey, Record, Signature, SignatureBlock,
    Signer, Subject, key_id, link,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::bundle::{Expectations, Fault, Header, Item, Linked, Proven, Selection, Verified, Writer, verify};
use crate::{Checkpoint, Levels, SignedCheckpoint, leaf, prove_consistency, prove_inclusion};

pub(super) const MAREN: Uuid = Uuid::from_u128(1);
pub(super) const TOMAS: Uuid = Uuid::from_u128(2);
pub(super) const PLAN: &[u8] = b"what exactly will be done";
/// Entry that submits the plan.
pub(super) const SUBMITTED: u64 = 9;
/// 2026-03-16T09:00:00Z.
pub(super) const REVIEWED_AT: u64 = 1_773_651_600;

pub(super) struct Key(SigningKey);

impl Key {
    pub(super) fn new(seed: u8) -> Self {
        Self(SigningKey::from_bytes(&[seed; 32]))
    }

    pub(super) fn id(&self) -> KeyId {
        key_id(&self.public_key())
    }
}

impl Signer for Key {
    fn public_key(&self) -> PublicKey {
        self.0.verifying_key().to_bytes()
    }
    fn sign(&self, message: &[u8]) -> Signature {
        self.0.sign(message).to_bytes()
    }
}

pub(super) fn maren() -> Key {
    Key::new(1)
}

pub(super) fn tomas() -> Key {
    Key::new(2)
}

pub(super) fn session() -> Key {
    Key::new(3)
}

/// Whom the founders enrol.
pub(super) fn vera() -> Key {
    Key::new(5)
}

pub(super) fn entry(number: u64, actor: Uuid, verb: &str, attributes: &[(&str, String)]) -> Entry {
    Entry {
        custody: Uuid::from_u128(7),
        environment: "production".into(),
        id: Uuid::from_u128(u128::from(number)),
        time: 1_000_000 * i64::try_from(number).unwrap(),
        actor: Actor { kind: ActorKind::Operator, id: actor },
        verb: verb.into(),
        subject: Subject::new("custody", "x"),
        purpose: format!("why number {number} was done"),
        attributes: attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
    }
}

fn founding() -> Entry {
    let mut founding = entry(1, MAREN, "custody.founded", &[]);
    for (prefix, id, key, roles) in [("a", MAREN, maren(), "security"), ("b", TOMAS, tomas(), "devops")] {
        let mut set = |name: &str, value: String| founding.attributes.insert(format!("{prefix}.{name}"), value);
        set("operator", id.to_string());
        set("person", format!("person-{prefix}@example.org"));
        set("name", format!("Name {prefix}"));
        set("roles", roles.to_owned());
        set("public_key", hex::encode(key.public_key()));
    }
    founding
}

/// A plan that enrols Vera as Security.
fn enrolment(request: Uuid, operator: Uuid, founding: Hash) -> Vec<u8> {
    let custody = Uuid::from_u128(7);
    let card = EnrolmentCard {
        custody,
        founding,
        operator,
        kind: "operator".into(),
        person: "vera@example.org".into(),
        name: "Vera".into(),
        login: "vera".into(),
        device_name: "Vera's laptop".into(),
        public_key: PublicKey::default(),
        proof: [0; 64],
    };
    let mut parameters = card.signed(&vera()).parameters();
    parameters.insert("roles".to_owned(), "security".to_owned());
    let target = Encoder::new().bytes(operator.as_bytes()).text("Vera").text("").finish();
    let fields = Encoder::message("countersign/plan/v1").bytes(custody.as_bytes()).text("production");
    let fields = fields.bytes(request.as_bytes()).text("enrol_operator").bytes(MAREN.as_bytes()).bytes(&[0; 16]);
    let fields = fields.time(1).time(2).time(3).sequence(Encoder::new().bytes(&target)).map(&parameters);
    (0..6).fold(fields, |fields, _| fields.text("")).finish()
}

pub(super) fn append(records: &mut Vec<Record>, entry: &Entry, signers: &[&dyn Signer]) {
    append_bytes(records, entry.encode(), signers);
}

pub(super) fn append_bytes(records: &mut Vec<Record>, bytes: Vec<u8>, signers: &[&dyn Signer]) {
    let head = records.last().map_or(GENESIS, |last| last.hash);
    let signatures = SignatureBlock::sign(&bytes, signers).encode();
    let hash = link(&head, &bytes, &signatures);
    records.push(Record { number: records.len() as u64 + 1, entry: bytes, signatures, hash });
}

pub(super) struct World {
    pub records: Vec<Record>,
    pub levels: Levels,
}

impl World {
    /// A ledger of `size` entries, the same each time.
    pub(super) fn new(size: u64) -> Self {
        let mut records = Vec::new();
        append(&mut records, &founding(), &[&maren(), &tomas()]);
        let opened = [("public_key", hex::encode(session().public_key())), ("expires_at", u32::MAX.to_string())];
        append(&mut records, &entry(2, TOMAS, "session.opened", &opened), &[&tomas()]);
        for number in 3..=size {
            let plan_hash = [("plan_hash", hex::encode(Sha256::digest(PLAN)))];
            match number {
                SUBMITTED => {
                    append(&mut records, &entry(number, MAREN, "request.submitted", &plan_hash), &[&maren()]);
                }
                _ => append(&mut records, &entry(number, TOMAS, "key.adopted", &[]), &[&session()]),
            }
        }
        Self::of(records)
    }

    /// A ledger of `size` entries, in which these two enrol Vera then, who signs the last entry.
    pub(super) fn enrolling(size: u64, signers: &[&Key; 2]) -> Self {
        let records = Self::new(size).records;
        let founding = records[0].hash;
        Self::enrolling_for(founding, records, signers)
    }

    /// The same with a card that was made for a custody with this founding.
    pub(super) fn enrolling_for(founding: Hash, mut records: Vec<Record>, signers: &[&Key; 2]) -> Self {
        let size = records.len() as u64;
        let (request, person) = (Uuid::from_u128(50), Uuid::from_u128(3));
        let plan = enrolment(request, person, founding);
        let hash = ("plan_hash", hex::encode(Sha256::digest(&plan)));
        let acts = [("request.submitted", MAREN, "security"), ("request.sealed", TOMAS, "devops")];
        for ((verb, actor, role), signer) in acts.into_iter().zip(signers) {
            let actor = if signer.id() == maren().id() { MAREN } else { actor };
            let act = entry(records.len() as u64 + 1, actor, verb, &[hash.clone(), ("role", role.to_owned())]);
            append(&mut records, &Entry { subject: Subject::new("request", request), ..act }, &[*signer]);
        }
        let applied = entry(size + 3, TOMAS, "request.applied", &[("plan.00", hex::encode(plan))]);
        append(&mut records, &Entry { subject: Subject::new("request", request), ..applied }, &[&session()]);
        append(&mut records, &entry(size + 4, person, "rehearsal.signed", &[]), &[&vera()]);
        Self::of(records)
    }

    pub(super) fn of(records: Vec<Record>) -> Self {
        let leaves: Vec<Hash> = records.iter().map(|record| leaf(&record.hash)).collect();
        Self { levels: Levels::of(&leaves), records }
    }

    pub(super) fn header(selection: Selection) -> Header {
        let custody = Uuid::from_u128(7);
        Header { custody, environment: "production".into(), made_at: 1_773_652_000_000_000, selection }
    }

    pub(super) fn root(&self, size: u64) -> Hash {
        let leaves: Vec<Hash> = self.records[..size as usize].iter().map(|record| leaf(&record.hash)).collect();
        Levels::of(&leaves).tree().root()
    }

    pub(super) fn checkpoint(&self, size: u64) -> Checkpoint {
        Checkpoint::new(&Self::header(Selection::Whole).origin(), size, self.root(size)).unwrap()
    }

    /// Made by Maren, cosigned by whom it is given.
    pub(super) fn signed(&self, size: u64, reviewers: &[&dyn Signer]) -> SignedCheckpoint {
        let mut signed = SignedCheckpoint::unsigned(self.checkpoint(size)).unwrap();
        signed.sign(&maren()).unwrap();
        for reviewer in reviewers {
            signed.cosign(*reviewer, REVIEWED_AT).unwrap();
        }
        signed
    }

    pub(super) fn linked(&self, checkpoints: Vec<SignedCheckpoint>) -> Vec<Linked> {
        let newest = checkpoints.last().unwrap().checkpoint().size();
        let path = |size| prove_consistency(&self.levels, size, newest).unwrap();
        let link = |checkpoint: SignedCheckpoint| Linked { path: path(checkpoint.checkpoint().size()), checkpoint };
        checkpoints.into_iter().map(link).collect()
    }

    /// One checkpoint that both founders cosigned, at `reviewed`, and one of the last entry, which Maren made.
    pub(super) fn checkpoints(&self, reviewed: u64) -> Vec<Linked> {
        let size = self.records.len() as u64;
        let older = self.signed(reviewed, &[&maren(), &tomas()]);
        if reviewed == size { self.linked(vec![older]) } else { self.linked(vec![older, self.signed(size, &[])]) }
    }

    pub(super) fn whole(&self, reviewed: u64) -> Vec<u8> {
        let header = Self::header(Selection::Whole);
        let mut writer = Writer::begin(Vec::new(), &header, &self.checkpoints(reviewed)).unwrap();
        for record in &self.records {
            writer.entry(record).unwrap();
            if record.number == SUBMITTED {
                writer.plan(PLAN).unwrap();
            }
        }
        writer.end().unwrap()
    }

    pub(super) fn chosen(&self, selection: Selection, numbers: &[u64], reviewed: u64) -> Vec<u8> {
        let size = self.records.len() as u64;
        let mut writer = Writer::begin(Vec::new(), &Self::header(selection), &self.checkpoints(reviewed)).unwrap();
        for number in numbers {
            let at = *number as usize - 1;
            let previous = at.checked_sub(1).map_or(GENESIS, |before| self.records[before].hash);
            let path = prove_inclusion(&self.levels, number - 1, size).unwrap();
            writer.proven(Proven { record: &self.records[at], previous: &previous, path: &path }).unwrap();
            if *number == SUBMITTED && Entry::decode(&self.records[at].entry).unwrap().verb == "request.submitted" {
                writer.plan(PLAN).unwrap();
            }
        }
        writer.end().unwrap()
    }

    /// The people of the ledger, and their device keys.
    pub(super) fn people(&self) -> (People, BTreeSet<KeyId>) {
        let mut verifier = ledger::Verifier::new();
        self.records.iter().for_each(|record| drop(verifier.push(record).unwrap()));
        let (_, people) = verifier.finish().unwrap();
        (people, BTreeSet::from([maren().id(), tomas().id()]))
    }
}

pub(super) fn check(bundle: &[u8]) -> Result<Verified, Fault> {
    check_knowing(bundle, &Expectations::default())
}

pub(super) fn check_knowing(bundle: &[u8], expectations: &Expectations) -> Result<Verified, Fault> {
    verify(bundle, expectations, &mut |_: Item<'_>| {})
}

/// A bundle taken apart into its records.
pub(super) fn fields(bundle: &[u8]) -> Vec<Vec<u8>> {
    let mut decoder = Decoder::new(bundle);
    let mut fields = Vec::new();
    while !decoder.is_empty() {
        fields.push(decoder.bytes().unwrap().to_vec());
    }
    fields
}

/// Puts a bundle together again, with an end that fits: as somebody does who knows the format.
pub(super) fn join(fields: &[Vec<u8>]) -> Vec<u8> {
    let (_end, rest) = fields.split_last().unwrap();
    let body = rest.iter().fold(Encoder::new(), |body, field| body.bytes(field)).finish();
    let entries = rest.iter().filter(|field| ["entry", "proven"].contains(&kind(field).as_str())).count() as u64;
    let end = Encoder::new().text("end").count(entries).bytes(&Sha256::digest(&body)).finish();
    [body, Encoder::new().bytes(&end).finish()].concat()
}

/// First field of a record; empty for what is none.
pub(super) fn kind(field: &[u8]) -> String {
    Decoder::new(field).text().unwrap_or_default().to_owned()
}

/// Where the record of an entry lies.
pub(super) fn place_of(fields: &[Vec<u8>], number: u64) -> usize {
    let is_it = |field: &Vec<u8>| {
        let mut decoder = Decoder::new(field);
        ["entry", "proven"].contains(&decoder.text().unwrap_or_default()) && decoder.count() == Ok(number)
    };
    fields.iter().position(is_it).unwrap()
}
