//! Whose files are believed: a short list that lies in the repository of what is deployed, and changes by review like its code.

use domain::{CustodyId, Environment, OperatorId};
use serde::{Deserialize, Serialize};
use signed_file::Hex;

/// Kind and version.
pub const TRUST_KIND: &str = "countersign/gate-trust/v1";

/// LIMIT: a larger list is not read.
const BYTES_MAX: usize = 1024 * 1024;

/// The list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trust {
    /// Kind and version.
    pub format: String,
    /// The custody whose files these are.
    pub custody: CustodyId,
    /// Its name.
    pub name: String,
    /// Its environment.
    pub environment: Environment,
    /// Who may sign them.
    pub signers: Vec<TrustedSigner>,
}

/// Somebody whose device key is trusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedSigner {
    /// Operator id.
    pub operator: OperatorId,
    /// Their name, for whoever reviews the list.
    pub name: String,
    /// Ed25519 public key of their device.
    pub public_key: Hex,
}

/// Why a list is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TrustError {
    /// It cannot be read.
    #[error("the list of trusted signers cannot be read: {why}")]
    Unreadable {
        /// Why.
        why: String,
    },
    /// Another kind of file, or another version.
    #[error("the list of trusted signers says that it is {found:?}, not {TRUST_KIND}")]
    Format {
        /// What it says.
        found: String,
    },
    /// Nobody is on it.
    #[error("nobody is on the list of trusted signers")]
    Empty,
    /// A key of it is none.
    #[error("the key of {name} has not 32 bytes")]
    Key {
        /// Whose.
        name: String,
    },
}

impl Trust {
    /// Reads a list. How it is spaced does not matter: people keep it in a repository.
    ///
    /// # Errors
    /// [`TrustError`].
    pub fn read(bytes: &[u8]) -> Result<Self, TrustError> {
        if bytes.len() > BYTES_MAX {
            return Err(TrustError::Unreadable { why: format!("it has more than {BYTES_MAX} bytes") });
        }
        let trust: Self =
            serde_json::from_slice(bytes).map_err(|error| TrustError::Unreadable { why: error.to_string() })?;
        if trust.format != TRUST_KIND {
            return Err(TrustError::Format { found: trust.format });
        }
        if trust.signers.is_empty() {
            return Err(TrustError::Empty);
        }
        match trust.signers.iter().find(|signer| signer.public_key.array::<32>().is_none()) {
            Some(signer) => Err(TrustError::Key { name: signer.name.clone() }),
            None => Ok(trust),
        }
    }

    /// The list's bytes.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}
