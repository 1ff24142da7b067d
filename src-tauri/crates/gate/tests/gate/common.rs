//! A custody's gate in fixed keys and times: what the files of the format are made of.

use std::collections::BTreeMap;

use domain::{CustodyId, Environment, OperatorId, Timestamp};
use ed25519_dalek::{Signer as _, SigningKey};
use gate::{
    Certification, Document, Finding, Hex, Judgement, Ledger, Level, Reading, Report, Signer, Source, TRUST_KIND,
    Trust, TrustedSigner, Unknown,
};
use ledger::{Actor, ActorKind, Entry, SignatureBlock, Subject, key_id};
use uuid::Uuid;

pub const CUSTODY: CustodyId = CustodyId(Uuid::from_u128(0x0198_f0c0_0000_7000_8000_0000_0000_0001));
pub const INES: OperatorId = OperatorId(Uuid::from_u128(0x0198_f0c0_0000_7000_8000_0000_0000_000a));
pub const THEO: OperatorId = OperatorId(Uuid::from_u128(0x0198_f0c0_0000_7000_8000_0000_0000_000b));
/// 2026-11-22T09:00:00Z.
pub const MADE: i64 = 1_795_338_000_000_000;
pub const SECOND: i64 = 1_000_000;
pub const HOUR: i64 = 3_600 * SECOND;
pub const DAY: i64 = 24 * HOUR;

/// An Ed25519 key whose seed everybody knows.
pub struct Key(pub SigningKey);

impl Key {
    pub fn of(fill: u8) -> Self {
        Self(SigningKey::from_bytes(&[fill; 32]))
    }

    pub fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }
}

impl ledger::Signer for Key {
    fn public_key(&self) -> [u8; 32] {
        self.public()
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

/// Theo's device key, which pipelines trust.
pub fn device() -> Key {
    Key::of(0xb2)
}

/// A session key that Theo's device certified.
pub fn session() -> Key {
    Key::of(0xb5)
}

/// The entry that certifies the session: opened an hour before the file is made.
pub fn opened() -> Entry {
    let public = session().public();
    Entry {
        custody: CUSTODY.0,
        environment: "production".to_owned(),
        id: Uuid::from_u128(0x77),
        time: MADE - HOUR,
        actor: Actor { kind: ActorKind::Operator, id: THEO.0 },
        verb: "session.opened".to_owned(),
        subject: Subject::new("session", hex::encode(key_id(&public))),
        purpose: String::new(),
        attributes: BTreeMap::from([
            ("public_key".to_owned(), hex::encode(public)),
            ("expires_at".to_owned(), (MADE + 11 * HOUR).to_string()),
        ]),
    }
}

pub fn certified(entry: &Entry, by: &Key) -> Certification {
    let bytes = entry.encode();
    let signatures = SignatureBlock::sign(&bytes, &[by]).encode();
    Certification { entry: Hex(bytes), signatures: Hex(signatures) }
}

pub fn trust() -> Trust {
    let signer = |operator, name: &str, key: &Key| TrustedSigner {
        operator,
        name: name.to_owned(),
        public_key: Hex(key.public().to_vec()),
    };
    Trust {
        format: TRUST_KIND.to_owned(),
        custody: CUSTODY,
        name: "Payments".to_owned(),
        environment: Environment::Production,
        signers: vec![signer(INES, "Ines Duarte", &Key::of(0xa1)), signer(THEO, "Theo Brandt", &device())],
    }
}

pub fn exception(number: u32, title: &str, due_at: i64) -> Finding {
    Finding {
        kind: "exception".to_owned(),
        id: format!("EX-{number:04}"),
        subject: Uuid::from_u128(u128::from(number)).to_string(),
        title: title.to_owned(),
        owner: "Ines Duarte".to_owned(),
        about: "B §9".to_owned(),
        level: Level::Block,
        warns_at: due_at - 30 * DAY,
        due_at,
        clears: format!("countersign exception renew EX-{number:04}"),
    }
}

pub fn reading(findings: Vec<Finding>) -> Reading {
    Reading {
        custody: CUSTODY,
        name: "Payments".to_owned(),
        environment: Environment::Production,
        read_at: MADE,
        complete_until: MADE + DAY,
        ledger: Ledger { number: 412, hash: Hex(vec![7; 32]), at: MADE - SECOND },
        findings,
        more: 0,
    }
}

pub fn signed(reading: Reading) -> Document {
    sealed(reading, Signer { operator: THEO, session: certified(&opened(), &device()) }, &session())
}

pub fn sealed(reading: Reading, signer: Signer, by: &Key) -> Document {
    Document::sign(reading, signer, |bytes| by.0.sign(bytes).to_bytes())
}

pub fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

pub fn report(outcome: Result<Judgement, Unknown>) -> Report {
    Report {
        environment: Environment::Production,
        commit: "4b825dc642cb6eb9a060e54bf8d69288fbee4904".parse().ok(),
        repository: Some("https://github.com/example/payments".to_owned()),
        source: Source::Register,
        asked_at: at(MADE),
        outcome,
    }
}

/// One finding of each sort, with everything in its texts that a log, a terminal or an agent could take for something else.
pub fn motley() -> Vec<Finding> {
    let hostile =
        "##vso[task.setvariable variable=ok]1 \u{202e}100% a:b, c\n::set-output name=x::y\r##[error]\u{1b}[2J";
    let other = |kind: &str, id: &str, level, due_at| Finding {
        kind: kind.to_owned(),
        id: id.to_owned(),
        about: String::new(),
        level,
        warns_at: due_at,
        clears: String::new(),
        owner: String::new(),
        ..exception(1, "Rotation overdue: ask for a rotation", due_at)
    };
    vec![
        exception(57, "Legacy TLS on the import host", MADE - 7 * DAY),
        exception(58, hostile, MADE - SECOND),
        exception(61, "Static API secret of the ERP connector", MADE + 20 * DAY),
        exception(62, "Shared KEK of the pilot", MADE + DAY / 2),
        other("rotation_overdue", "kek ä/ö?#x", Level::Warn, MADE - DAY),
        other("something_new", "::error::id", Level::Notice, MADE),
    ]
}
