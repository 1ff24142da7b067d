//! Who writes: turns an act into a signed entry in the name of one operator.

use std::collections::BTreeMap;
use std::sync::Arc;

use canonical::Encoder;
use domain::{CustodyId, Environment, OperatorId, Timestamp};
use ledger::{Actor, ActorKind, Entry, SignatureBlock, Signer, Subject};
use rand_core::{OsRng, RngCore};
use sha2::{Digest, Sha256};

/// The custody that entries are written for. Every entry and every seal names it, so none can be moved to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustodyIdentity {
    /// Its id.
    pub id: CustodyId,
    /// Its environment.
    pub environment: Environment,
}

/// An entry with its signatures, as the register takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedEntry {
    /// Entry bytes.
    pub entry: Vec<u8>,
    /// Signature block bytes.
    pub signatures: Vec<u8>,
}

impl SignedEntry {
    /// As the register's functions take it.
    #[must_use]
    pub fn as_act(&self) -> register::SignedAct<'_> {
        register::SignedAct { entry: &self.entry, signatures: &self.signatures }
    }
}

/// An act, before it is signed.
#[derive(Debug, Clone)]
pub struct Act {
    verb: &'static str,
    subject: Subject,
    purpose: String,
    attributes: BTreeMap<String, String>,
}

impl Act {
    /// `verb` upon the `kind` called `name`.
    pub fn new(verb: &'static str, kind: &str, name: impl ToString) -> Self {
        let subject = Subject::new(kind, name);
        Self { verb, subject, purpose: String::new(), attributes: BTreeMap::new() }
    }

    /// Says why.
    #[must_use]
    pub fn purpose(mut self, purpose: &str) -> Self {
        purpose.clone_into(&mut self.purpose);
        self
    }

    /// Adds a particular.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.attributes.insert(name.into(), value.to_string());
        self
    }

    /// Adds the digest and the size of a payload that travels beside the entry.
    #[must_use]
    pub fn payload(self, fields: Encoder, count: usize) -> Self {
        let digest = hex::encode(Sha256::digest(fields.finish()));
        self.with("payload_digest", digest).with("count", count)
    }
}

/// One operator's pen: their id and a key to sign with, either the session's or a device key unlocked for one act.
#[derive(Clone)]
pub struct Author {
    custody: CustodyIdentity,
    operator: OperatorId,
    signer: Arc<dyn Signer + Send + Sync>,
}

impl Author {
    /// An author who signs with `signer`.
    #[must_use]
    pub fn new(custody: CustodyIdentity, operator: OperatorId, signer: Arc<dyn Signer + Send + Sync>) -> Self {
        Self { custody, operator, signer }
    }

    /// Who writes.
    #[must_use]
    pub fn operator(&self) -> OperatorId {
        self.operator
    }

    /// For which custody.
    #[must_use]
    pub fn custody(&self) -> &CustodyIdentity {
        &self.custody
    }

    /// Signs anything that is no entry, such as a seal's statement.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.signer.sign(message)
    }

    /// The public half of the key this author signs with.
    #[must_use]
    pub fn public_key(&self) -> [u8; 32] {
        self.signer.public_key()
    }

    /// Id of the key this author signs with.
    #[must_use]
    pub fn key_id(&self) -> [u8; 32] {
        ledger::key_id(&self.signer.public_key())
    }

    /// Writes and signs an entry.
    #[must_use]
    pub fn write(&self, act: Act, now: Timestamp) -> SignedEntry {
        write_entry(&self.custody, self.operator, act, now, &[self.signer.as_ref()])
    }
}

/// Writes an entry that several people sign: the founding.
#[must_use]
pub fn write_entry(
    custody: &CustodyIdentity,
    operator: OperatorId,
    act: Act,
    now: Timestamp,
    signers: &[&dyn Signer],
) -> SignedEntry {
    let entry = Entry {
        custody: custody.id.0,
        environment: custody.environment.word().to_owned(),
        id: random_id(),
        time: now.micros(),
        actor: Actor { kind: ActorKind::Operator, id: operator.0 },
        verb: act.verb.to_owned(),
        subject: act.subject,
        purpose: act.purpose,
        attributes: act.attributes,
    };
    let entry = entry.encode();
    let signatures = SignatureBlock::sign(&entry, signers).encode();
    SignedEntry { entry, signatures }
}

pub(crate) fn random_id() -> uuid::Uuid {
    let mut bytes = [0; 16];
    OsRng.fill_bytes(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}
