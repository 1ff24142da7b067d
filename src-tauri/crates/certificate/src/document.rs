//! The file: its fields, its one way of being written, and the bytes that are signed.

use std::collections::BTreeMap;

use domain::{CustodyId, Decision, Environment, KeyId, KeyKind, Operation, OperatorId, RequestId, Role, RunId};
use serde::{Deserialize, Serialize};
use signed_file::{Hex, SignedFile};

/// Kind and version, in the file and in the signed bytes.
pub const KIND: &str = "countersign/certificate/v1";

/// The whole file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Kind and version.
    pub format: String,
    /// The custody.
    pub custody: CustodyId,
    /// Its environment.
    pub environment: Environment,
    /// The request that two people signed.
    pub request: RequestId,
    /// The run that carried it out.
    pub run: RunId,
    /// What was done.
    pub operation: Operation,
    /// The plan's bytes: what was signed.
    pub plan: Hex,
    /// Ledger entries, ascending.
    pub entries: Vec<EntryLine>,
    /// The device keys behind the signatures, and whose they are.
    pub people: Vec<PersonLine>,
    /// The session keys that those device keys certified.
    pub sessions: Vec<SessionLine>,
    /// The seals on the plan.
    pub seals: Vec<SealLine>,
    /// What was destroyed.
    pub destroyed: Vec<Destroyed>,
    /// What follows from all that.
    pub statement: Statement,
    /// Who issued it, with which key, when.
    pub issued: Issued,
    /// Ed25519 by that key over [`Document::signed_bytes`].
    pub signature: Hex,
}

/// One entry of the ledger, as the register keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryLine {
    /// Its number.
    pub number: u64,
    /// Its bytes.
    pub entry: Hex,
    /// Its signature block.
    pub signatures: Hex,
    /// Its chain hash.
    pub hash: Hex,
}

/// A person's device key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonLine {
    /// Operator id.
    pub operator: OperatorId,
    /// Stable name of the human.
    pub person: String,
    /// Name on screen.
    pub name: String,
    /// Roles.
    pub roles: Vec<Role>,
    /// SHA-256 of the public key: what is compared with the person.
    pub key: Hex,
    /// Ed25519 public key.
    pub public_key: Hex,
    /// Number of the entry that enrolled it.
    pub enrolled_by: u64,
}

/// A session key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionLine {
    /// Whose.
    pub operator: OperatorId,
    /// SHA-256 of the public key.
    pub key: Hex,
    /// Ed25519 public key.
    pub public_key: Hex,
    /// Until when it may sign, in microseconds since 1970.
    pub expires_at: i64,
    /// Number of the entry in which a device key certified it.
    pub certified_by: u64,
}

/// A seal: its statement's own fields; the others are the document's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealLine {
    /// Who.
    pub operator: OperatorId,
    /// In which role.
    pub role: Role,
    /// Which way.
    pub decision: Decision,
    /// When, in microseconds since 1970.
    pub at: i64,
    /// Id of the device key.
    pub key: Hex,
    /// Ed25519 over the seal's statement.
    pub signature: Hex,
    /// Number of the entry that brought it.
    pub entry: u64,
}

/// A version of a key that lay in the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyVersion {
    /// Name of the version.
    pub version: String,
    /// SHA-256 of its public half; none for what has no public half.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub public_key_digest: Option<Hex>,
}

/// A key that is no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Destroyed {
    /// Its record in the register.
    pub key: KeyId,
    /// What it was for.
    pub kind: KeyKind,
    /// Its name.
    pub name: String,
    /// Its tenant; empty where it had none.
    pub tenant: String,
    /// The integration or secret it served; empty where it had none.
    pub scope: String,
    /// Its name in the vault; empty where it did not lie there.
    pub vault_name: String,
    /// Its versions in the vault.
    pub versions: Vec<KeyVersion>,
    /// How it was proven to be gone, in the words whose digest the entry carries.
    pub proof: String,
    /// Number of the entry that proves it destroyed.
    pub entry: u64,
}

/// What an entry proves, in words and figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Number of the entry.
    pub entry: u64,
    /// When, in microseconds since 1970.
    pub at: i64,
    /// What the act was.
    pub words: String,
    /// The particulars that the entry carries.
    pub figures: BTreeMap<String, String>,
}

/// A copy that remains somewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Residue {
    /// Which copies.
    pub copy: String,
    /// Until when, in microseconds since 1970; none where nothing says so.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<i64>,
    /// What that means.
    pub words: String,
}

/// How strong the erasure is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Strength {
    /// `cryptographic`, `limited` or `deleted`.
    pub word: String,
    /// What that means here.
    pub words: String,
}

/// What follows from plan, entries and keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// When the run began, in microseconds since 1970.
    pub began_at: i64,
    /// When it was called over.
    pub ended_at: i64,
    /// Who carried it out.
    pub executed_by: Vec<OperatorId>,
    /// What was verified at its end, in the words of the entry.
    pub verification: String,
    /// The evidence, entry by entry.
    pub evidence: Vec<Evidence>,
    /// How strong the erasure is.
    pub strength: Strength,
    /// What remains.
    pub remains: Vec<Residue>,
    /// What this file does not prove.
    pub unproven: Vec<String>,
}

/// The issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issued {
    /// By whom.
    pub operator: OperatorId,
    /// With which session key: its id.
    pub key: Hex,
    /// When, in microseconds since 1970.
    pub at: i64,
}

impl SignedFile for Document {
    const KIND: &'static str = KIND;
    const WHAT: &'static str = "a certificate";
    /// Ten thousand destroyed keys fill about a third of it.
    const BYTES_MAX: usize = 16 * 1024 * 1024;

    fn format(&self) -> &str {
        &self.format
    }
}
