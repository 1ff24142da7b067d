//! The public half of a KEK: wraps DEKs locally, so that the vault's budget is spent on unwrapping only.
//!
//! The private half never leaves the vault, so there is no unwrapping here.

use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm, OaepPublicEncryptingKey, PublicEncryptingKey,
    PublicKeyComponents,
};
use sha2::{Digest, Sha256};

use crate::Dek;

/// Shortest modulus that is accepted.
pub const MODULUS_BITS_MIN: usize = 2048;
/// Longest modulus that is accepted: the vault makes none above 4096; more is a way to keep us busy.
pub const MODULUS_BITS_MAX: usize = 8192;
/// Smallest public exponent (NIST SP 800-56B rev. 2, section 6.2).
const EXPONENT_MIN: u64 = 65_537;
/// Largest public exponent: larger ones are legal, but no vault makes them and they slow every wrap down.
const EXPONENT_MAX: u64 = (1 << 33) - 1;

/// How a DEK is wrapped, by the vault's own names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum WrapAlgorithm {
    /// RSA-OAEP with SHA-256 for the hash and for MGF1: the default.
    #[default]
    RsaOaep256,
    /// RSA-OAEP with SHA-1: for what was wrapped before.
    RsaOaep,
}

impl WrapAlgorithm {
    /// The vault's name of it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RsaOaep256 => "RSA-OAEP-256",
            Self::RsaOaep => "RSA-OAEP",
        }
    }

    /// The algorithm of that name, if it is one of the two that policy allows.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::RsaOaep256, Self::RsaOaep].into_iter().find(|algorithm| algorithm.name() == name)
    }

    pub(crate) fn oaep(self) -> &'static OaepAlgorithm {
        match self {
            Self::RsaOaep256 => &OAEP_SHA256_MGF1SHA256,
            Self::RsaOaep => &OAEP_SHA1_MGF1SHA1,
        }
    }
}

/// Why a public key is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KekError {
    /// Too short for policy, or absurdly long.
    #[error("the key has {bits} bits, {MODULUS_BITS_MIN} to {MODULUS_BITS_MAX} are accepted")]
    ModulusLength {
        /// Bits of the modulus.
        bits: usize,
    },
    /// An even modulus is the product of no two odd primes.
    #[error("the modulus is even: this is no RSA key")]
    ModulusEven,
    /// Too small, too large or even.
    #[error("the public exponent is not an odd number from {EXPONENT_MIN} to {EXPONENT_MAX}")]
    Exponent,
    /// The library does not take it.
    #[error("these numbers are no RSA public key")]
    NotAKey,
}

/// A DEK could not be wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WrapError {
    /// The library says no more.
    #[error("wrapping with the public key failed")]
    Failed,
}

/// The public half of a KEK version.
#[derive(Debug)]
pub struct KekPublic {
    key: OaepPublicEncryptingKey,
    digest: [u8; 32],
    bits: usize,
}

impl KekPublic {
    /// From the numbers of the vault's JWK, big-endian; leading zeros are accepted and dropped.
    ///
    /// # Errors
    /// [`KekError`] names what is wrong with them.
    pub fn from_components(n: &[u8], e: &[u8]) -> Result<Self, KekError> {
        let (n, e) = (without_leading_zeros(n), without_leading_zeros(e));
        let bits = bit_length(n);
        if !(MODULUS_BITS_MIN..=MODULUS_BITS_MAX).contains(&bits) {
            return Err(KekError::ModulusLength { bits });
        }
        if n.last().is_none_or(|last| last % 2 == 0) {
            return Err(KekError::ModulusEven);
        }
        if !is_sound_exponent(e) {
            return Err(KekError::Exponent);
        }
        let key: PublicEncryptingKey =
            PublicKeyComponents { n, e }.try_into().map_err(|_unspecified| KekError::NotAKey)?;
        let key = OaepPublicEncryptingKey::new(key).map_err(|_unspecified| KekError::NotAKey)?;
        let message = canonical::Encoder::message("countersign/rsa-public-key/v1").bytes(n).bytes(e).finish();
        Ok(Self { key, digest: Sha256::digest(message).into(), bits })
    }

    /// Bits of the modulus.
    #[must_use]
    pub const fn bits(&self) -> usize {
        self.bits
    }

    /// SHA-256 over the canonical sequence `countersign/rsa-public-key/v1` · n · e: the `public_key_digest` of the ledger.
    #[must_use]
    pub const fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// Wraps `dek`; the result is as long as the modulus.
    ///
    /// # Errors
    /// [`WrapError::Failed`].
    pub fn wrap(&self, dek: &Dek, algorithm: WrapAlgorithm) -> Result<Vec<u8>, WrapError> {
        let mut wrapped = vec![0; self.key.ciphertext_size()];
        // EXPOSE: the library reads the key while it encrypts it.
        dek.expose(|key| self.key.encrypt(algorithm.oaep(), key, &mut wrapped, None).map(|out| out.len()))
            .map_err(|_unspecified| WrapError::Failed)?;
        Ok(wrapped)
    }
}

fn without_leading_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

fn bit_length(number: &[u8]) -> usize {
    number.first().map_or(0, |first| number.len() * 8 - usize::from(u8::try_from(first.leading_zeros()).unwrap_or(0)))
}

fn is_sound_exponent(e: &[u8]) -> bool {
    let value = e.iter().try_fold(0_u64, |value, byte| value.checked_mul(256)?.checked_add(u64::from(*byte)));
    value.is_some_and(|value| (EXPONENT_MIN..=EXPONENT_MAX).contains(&value) && value % 2 == 1)
}

#[cfg(test)]
#[path = "kek/tests.rs"]
mod tests;
