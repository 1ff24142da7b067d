//! Signature blocks: who vouches for an entry's bytes.

use canonical::{DecodeError, Decoder, Encoder};
use ed25519_dalek::VerifyingKey;
use sha2::{Digest, Sha256};

/// SHA-256 of an Ed25519 public key.
pub type KeyId = [u8; 32];
/// An Ed25519 public key, 32 bytes.
pub type PublicKey = [u8; 32];
/// An Ed25519 signature, 64 bytes.
pub type Signature = [u8; 64];

/// Most signatures an entry may carry.
const SIGNATURES_MAX: usize = 8;

/// Whatever can sign: an unlocked device key or a session key. The key itself never leaves it.
pub trait Signer {
    /// The public half.
    fn public_key(&self) -> PublicKey;
    /// Ed25519 over `message`.
    fn sign(&self, message: &[u8]) -> Signature;
}

/// The id of a public key.
#[must_use]
pub fn key_id(public_key: &PublicKey) -> KeyId {
    Sha256::digest(public_key).into()
}

/// Why a signature does not vouch for bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// The block is not a sequence of key ids and signatures.
    #[error("the signature block is malformed: {0}")]
    Malformed(#[from] DecodeError),
    /// No signature at all, or more than any entry carries.
    #[error("the signature block holds {found} signatures")]
    Count {
        /// How many it holds.
        found: usize,
    },
    /// One key signs twice: it would pass for two signers.
    #[error("the signature block holds key {} more than once", hex::encode(.key))]
    Repeated {
        /// Which key.
        key: KeyId,
    },
    /// The signature does not belong to these bytes and this key.
    #[error("the signature of key {} does not verify", hex::encode(.key))]
    Invalid {
        /// The key it claims.
        key: KeyId,
    },
}

/// One or more signatures over the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureBlock {
    pairs: Vec<(KeyId, Signature)>,
}

impl SignatureBlock {
    /// Signs `message` with each of `signers`.
    #[must_use]
    pub fn sign(message: &[u8], signers: &[&dyn Signer]) -> Self {
        let pairs = signers.iter().map(|signer| (key_id(&signer.public_key()), signer.sign(message))).collect();
        Self { pairs }
    }

    /// Reads a block.
    pub fn decode(bytes: &[u8]) -> Result<Self, SignatureError> {
        let mut decoder = Decoder::new(bytes);
        let mut pairs: Vec<(KeyId, Signature)> = Vec::new();
        while !decoder.is_empty() && pairs.len() <= SIGNATURES_MAX {
            let key = decoder.array("a key id of 32 bytes")?;
            let signature = decoder.array("a signature of 64 bytes")?;
            if pairs.iter().any(|(known, _)| *known == key) {
                return Err(SignatureError::Repeated { key });
            }
            pairs.push((key, signature));
        }
        if pairs.is_empty() || pairs.len() > SIGNATURES_MAX {
            return Err(SignatureError::Count { found: pairs.len() });
        }
        Ok(Self { pairs })
    }

    /// The bytes that are stored and chained.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let write = |encoder: Encoder, (key, signature): &(KeyId, Signature)| encoder.bytes(key).bytes(signature);
        self.pairs.iter().fold(Encoder::new(), write).finish()
    }

    /// The key ids and their signatures, in order.
    #[must_use]
    pub fn pairs(&self) -> &[(KeyId, Signature)] {
        &self.pairs
    }
}

/// Verifies one signature strictly (no malleable or small-order points).
pub fn verify(public_key: &PublicKey, message: &[u8], signature: &Signature) -> Result<(), SignatureError> {
    VerifyingKeys::default().verify(public_key, message, signature)
}

/// The key that was used last, as a point: in a ledger one session signs many entries in a row.
#[derive(Debug, Default)]
pub(crate) struct VerifyingKeys {
    last: Option<(PublicKey, VerifyingKey)>,
}

impl VerifyingKeys {
    /// The same as [`verify`].
    pub fn verify(
        &mut self,
        public_key: &PublicKey,
        message: &[u8],
        signature: &Signature,
    ) -> Result<(), SignatureError> {
        let invalid = || SignatureError::Invalid { key: key_id(public_key) };
        let key = match &self.last {
            Some((last, key)) if last == public_key => *key,
            _ => VerifyingKey::from_bytes(public_key).map_err(|_not_a_point| invalid())?,
        };
        self.last = Some((*public_key, key));
        key.verify_strict(message, &ed25519_dalek::Signature::from_bytes(signature)).map_err(|_mismatch| invalid())
    }
}
