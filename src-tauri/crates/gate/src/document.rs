//! The file that a console or an agent publishes for pipelines: its fields, its one way of being written, the bytes that are signed.

use std::time::Duration;

use domain::{CustodyId, Environment, OperatorId};
use serde::{Deserialize, Serialize};
use signed_file::{Hex, SignedFile};

use crate::finding::Finding;
use crate::reading::Reading;

/// Kind and version, in the file and in the signed bytes.
pub const KIND: &str = "countersign/gate/v1";

/// LIMIT: longest validity. What is put right, or wrong, in the meantime is in no file: seven days are long enough to forget one.
pub const VALIDITY_MAX: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The whole file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Kind and version.
    pub format: String,
    /// The custody.
    pub custody: CustodyId,
    /// Its name.
    pub name: String,
    /// Its environment.
    pub environment: Environment,
    /// When it was made, by the register's clock, in microseconds since 1970.
    pub made_at: i64,
    /// From when on it says nothing any more.
    pub valid_until: i64,
    /// How far the ledger went.
    pub ledger: Ledger,
    /// What is in the way at some moment until then.
    pub findings: Vec<Finding>,
    /// How many more there are that are not named.
    pub more: u64,
    /// Who signs.
    pub signer: Signer,
    /// Ed25519 by their session key over [`Document::signed_bytes`].
    pub signature: Hex,
}

/// How far a ledger went when it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    /// Number of the newest entry.
    pub number: u64,
    /// Its chain hash.
    pub hash: Hex,
    /// When it was recorded, in microseconds since 1970.
    pub at: i64,
}

/// Who signs a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signer {
    /// Operator id.
    pub operator: OperatorId,
    /// The entry by which their device key certified the session key that signs.
    pub session: Certification,
}

/// An entry `session.opened`, as the ledger has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certification {
    /// Its bytes.
    pub entry: Hex,
    /// Its signature block.
    pub signatures: Hex,
}

impl Document {
    /// What a register said, as a file that `sign` puts the signature of `signer` under.
    #[must_use]
    pub fn sign(reading: Reading, signer: Signer, sign: impl FnOnce(&[u8]) -> [u8; 64]) -> Self {
        let mut document = Self {
            format: KIND.to_owned(),
            custody: reading.custody,
            name: reading.name,
            environment: reading.environment,
            made_at: reading.read_at,
            valid_until: reading.complete_until,
            ledger: reading.ledger,
            findings: reading.findings,
            more: reading.more,
            signer,
            signature: Hex(Vec::new()),
        };
        document.signature = Hex(sign(&document.signed_bytes()).to_vec());
        document
    }

    /// What the register said when the file was made.
    pub(crate) fn into_reading(self) -> Reading {
        Reading {
            custody: self.custody,
            name: self.name,
            environment: self.environment,
            read_at: self.made_at,
            complete_until: self.valid_until,
            ledger: self.ledger,
            findings: self.findings,
            more: self.more,
        }
    }
}

impl SignedFile for Document {
    const KIND: &'static str = KIND;
    const WHAT: &'static str = "a gate's file";
    /// Five thousand findings fill about a sixth of it.
    const BYTES_MAX: usize = 16 * 1024 * 1024;

    fn format(&self) -> &str {
        &self.format
    }
}
