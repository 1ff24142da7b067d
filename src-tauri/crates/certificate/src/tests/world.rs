//! A small custody and the ledger of one destruction in it, made of fixed keys.

use std::collections::BTreeMap;

use canonical::Encoder;
use domain::{
    Clocks, CustodyId, Decision, Environment, KeyId, KeyKind, Operation, OperatorId, Plan, RequestId, Role, RunId,
    SealStatement, Target, Timestamp,
};
use ed25519_dalek::{Signer as _, SigningKey};
use ledger::{Actor, ActorKind, Entry, GENESIS, Record, SignatureBlock, Signer, Subject, link};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{Destroyed, Fault, Hex, Issued, KeyVersion, Material, destroyed_row, issue};

pub const MAREN: OperatorId = OperatorId(Uuid::from_u128(0xa));
pub const TOMAS: OperatorId = OperatorId(Uuid::from_u128(0xb));
const CUSTODY: CustodyId = CustodyId(Uuid::from_u128(7));
const REQUEST: RequestId = RequestId(Uuid::from_u128(8));
pub const RUN: RunId = RunId(Uuid::from_u128(9));
pub const KEY: KeyId = KeyId(Uuid::from_u128(10));
const BEGAN: i64 = 1_790_000_000_000_000;

#[derive(Clone)]
pub struct Key(SigningKey);

impl Key {
    pub fn new(seed: u8) -> Self {
        Self(SigningKey::from_bytes(&[seed; 32]))
    }
}

impl Signer for Key {
    fn public_key(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

/// The ledger of a destruction, and what a certificate is made from.
#[derive(Clone)]
pub struct World {
    pub plan: Plan,
    /// Number, entry, and who signed it.
    pub entries: Vec<(u64, Entry, Vec<Key>)>,
    pub destroyed: Vec<Destroyed>,
    pub issuer: (OperatorId, Key),
    pub issued_at: i64,
}

/// The destruction of a KEK: Tomas (DevOps) asked, Maren (Security) countersigned, Tomas carried it out.
pub fn destruction() -> World {
    World::new(Operation::DestroyKek, &[])
}

impl World {
    pub fn of_dek(parameters: &[(&str, &str)]) -> Self {
        Self::new(Operation::DestroyDek, parameters)
    }

    fn new(operation: Operation, parameters: &[(&str, &str)]) -> Self {
        let plan = plan(operation, parameters);
        let mut world = Self {
            plan,
            entries: Vec::new(),
            destroyed: vec![destroyed(operation)],
            issuer: (TOMAS, Key::new(4)),
            issued_at: 0,
        };
        world.begin();
        world.walk();
        world.issued_at = world.time_of("run.finished") + 1_000_000;
        world
    }

    /// Founding, sessions, request, seal.
    fn begin(&mut self) {
        let (maren, tomas) = (Key::new(1), Key::new(2));
        self.push(MAREN, "custody.founded", Subject::new("custody", CUSTODY), &founders(), &[&maren, &tomas]);
        self.open_session(MAREN, 3);
        self.open_session(TOMAS, 4);
        // What else happened in the meantime is nobody's business.
        self.entries.last_mut().unwrap().0 += 10;
        self.seal("request.submitted", TOMAS, Role::DevOps, 2);
        self.seal("request.sealed", MAREN, Role::Security, 1);
        let hash = hex::encode(self.plan.hash());
        let run = [("plan_hash", hash), ("request", REQUEST.to_string())];
        self.push(TOMAS, "run.started", Subject::new("run", RUN), &run, &[&Key::new(4)]);
    }

    pub fn open_session(&mut self, who: OperatorId, seed: u8) {
        let session = Key::new(seed);
        let expires_at = (self.next_time() + 3_600_000_000).to_string();
        let attributes = [("public_key", hex::encode(session.public_key())), ("expires_at", expires_at)];
        let subject = Subject::new("session", hex::encode(ledger::key_id(&session.public_key())));
        let device = Key::new(if who == MAREN { 1 } else { 2 });
        self.push(who, "session.opened", subject, &attributes, &[&device]);
    }

    fn seal(&mut self, verb: &str, who: OperatorId, role: Role, seed: u8) {
        let statement = SealStatement {
            custody: CUSTODY,
            environment: Environment::Production,
            request: REQUEST,
            plan: self.plan.hash(),
            decision: Decision::Approve,
            role,
            signer: who,
            time: Timestamp::from_micros(self.next_time()),
        };
        let device = Key::new(seed);
        let attributes = [
            ("plan_hash", hex::encode(self.plan.hash())),
            ("role", role.to_string()),
            ("seal", hex::encode(Signer::sign(&device, &statement.encode()))),
        ];
        self.push(who, verb, Subject::new("request", REQUEST), &attributes, &[&device]);
    }

    /// Every step intended, what it does, done.
    fn walk(&mut self) {
        let steps = self.plan.operation.steps();
        for (step, position) in steps.iter().zip(1..) {
            let at = [("fence", "1".to_owned()), ("step", step.to_string()), ("position", u32::to_string(&position))];
            self.act("step.intended", &at);
            match step.word() {
                "deactivate" => self.act("keys.deactivated", &[("count", "1".to_owned())]),
                "erase_wraps" => self.act("dek.erased", &[("count", "1".to_owned())]),
                "reclaim" => self.act("register.reclaimed", &[]),
                "delete_from_vault" => self.key_act("key.deleted"),
                "await_purge" => self.key_act("key.purged"),
                "prove_absent" => self.prove_absent(),
                _ => {}
            }
            if step.word() == "close" {
                let end = [("outcome", "completed".to_owned()), ("verification", "nothing was found".to_owned())];
                self.act("run.finished", &end);
            } else {
                self.act("step.done", &at);
            }
        }
    }

    fn prove_absent(&mut self) {
        let rows = self.destroyed.iter().map(destroyed_row);
        let payload = rows.fold(Encoder::new(), Encoder::sequence).finish();
        let digest = hex::encode(Sha256::digest(payload));
        self.act("keys.destroyed", &[("count", self.destroyed.len().to_string()), ("payload_digest", digest)]);
        let number = self.entries.last().unwrap().0;
        self.destroyed.iter_mut().for_each(|row| row.entry = number);
    }

    fn act(&mut self, verb: &str, attributes: &[(&str, String)]) {
        self.push(TOMAS, verb, Subject::new("run", RUN), attributes, &[&Key::new(4)]);
    }

    fn key_act(&mut self, verb: &str) {
        let of_run = [("run", RUN.to_string()), ("proof", "answered with not found".to_owned())];
        self.push(TOMAS, verb, Subject::new("key", KEY), &of_run, &[&Key::new(4)]);
    }

    pub fn push(
        &mut self,
        actor: OperatorId,
        verb: &str,
        subject: Subject,
        attributes: &[(&str, String)],
        signers: &[&Key],
    ) {
        let number = self.entries.last().map_or(1, |(number, ..)| number + 1);
        let entry = Entry {
            custody: CUSTODY.0,
            environment: "production".to_owned(),
            id: Uuid::from_u128(u128::from(number) + 1_000),
            time: self.next_time(),
            actor: Actor { kind: ActorKind::Operator, id: actor.0 },
            verb: verb.to_owned(),
            subject,
            purpose: String::new(),
            attributes: attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        };
        self.entries.push((number, entry, signers.iter().map(|key| (*key).clone()).collect()));
    }

    fn next_time(&self) -> i64 {
        self.entries.last().map_or(BEGAN, |(_, entry, _)| entry.time + 1_000_000)
    }

    pub fn time_of(&self, verb: &str) -> i64 {
        self.entries.iter().find(|(_, entry, _)| entry.verb == verb).unwrap().1.time
    }

    pub fn place_of(&self, verb: &str) -> usize {
        self.entries.iter().position(|(_, entry, _)| entry.verb == verb).unwrap()
    }

    /// Signs and chains the entries; what lies between two numbers is left out.
    pub fn records(&self) -> Vec<Record> {
        let (mut head, mut last) = (GENESIS, 0);
        let chain = self.entries.iter().map(|(number, entry, signers)| {
            let bytes = entry.encode();
            let mut pens: Vec<&dyn Signer> = Vec::new();
            signers.iter().for_each(|key| pens.push(key));
            let signatures = SignatureBlock::sign(&bytes, &pens).encode();
            let before = if *number == last + 1 { head } else { [u8::try_from(*number).unwrap(); 32] };
            (head, last) = (link(&before, &bytes, &signatures), *number);
            Record { number: *number, entry: bytes, signatures, hash: head }
        });
        chain.collect()
    }

    pub fn material(&self) -> Material {
        Material { plan: self.plan.encode(), run: RUN, entries: self.records(), destroyed: self.destroyed.clone() }
    }

    pub fn issue(&self) -> Result<Vec<u8>, Fault> {
        self.issue_from(self.material())
    }

    pub fn issue_from(&self, material: Material) -> Result<Vec<u8>, Fault> {
        let (operator, key) = &self.issuer;
        let id = ledger::key_id(&key.public_key()).to_vec();
        let issued = Issued { operator: *operator, key: Hex(id), at: self.issued_at };
        issue(material, issued, |message| Signer::sign(key, message))
    }
}

fn founders() -> Vec<(&'static str, String)> {
    let public = |seed| hex::encode(Key::new(seed).public_key());
    vec![
        ("a.operator", MAREN.to_string()),
        ("a.person", "maren@example".to_owned()),
        ("a.name", "Maren".to_owned()),
        ("a.roles", "security".to_owned()),
        ("a.public_key", public(1)),
        ("b.operator", TOMAS.to_string()),
        ("b.person", "tomas@example".to_owned()),
        ("b.name", "Tomas <b>".to_owned()),
        ("b.roles", "devops".to_owned()),
        ("b.public_key", public(2)),
    ]
}

fn plan(operation: Operation, parameters: &[(&str, &str)]) -> Plan {
    let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let at = |days| Timestamp::from_micros(BEGAN).plus_days(days);
    Plan {
        custody: CUSTODY,
        environment: Environment::Production,
        request: REQUEST,
        operation,
        requester: TOMAS,
        nonce: [5; 16],
        clocks: Clocks { planned_at: at(0), approve_by: at(2), execute_by: at(5) },
        targets: vec![Target { key: KEY, name: "kek-tenant".to_owned(), version: String::new() }],
        parameters: parameters.collect(),
        changes: Vec::new(),
        impact: BTreeMap::new(),
        reason: "the tenant left".to_owned(),
        change_record: "CHG-1".to_owned(),
        rollback_plan: "none: it is final".to_owned(),
        depends_on: BTreeMap::new(),
    }
}

fn destroyed(operation: Operation) -> Destroyed {
    let is_kek = operation == Operation::DestroyKek;
    Destroyed {
        key: KEY,
        kind: if is_kek { KeyKind::Kek } else { KeyKind::Dek },
        name: "kek-tenant".to_owned(),
        tenant: "Tenant & <script>".to_owned(),
        scope: String::new(),
        vault_name: if is_kek { "kek-tenant".to_owned() } else { String::new() },
        versions: vec![KeyVersion { version: "0123".to_owned(), public_key_digest: Some(Hex(vec![6; 32])) }],
        proof: "a read was answered with not found".to_owned(),
        entry: 0,
    }
}
