//! A sealed token: a tenant's credential or an internal secret, encrypted under a DEK.
//!
//! The associated data names where the token belongs (custody, environment, tenant and integration or secret name, key,
//! key version, record): a sealed token that is moved to any other place does not open. It is not stored, both sides
//! compute it. Layout: `docs/formats/envelope.md`.

use rand_core::{OsRng, RngCore};

use crate::aead::{self, NONCE_LEN, TAG_LEN};
use crate::{Dek, DekIdentity, SecretBytes};

/// Longest plaintext that is sealed; a Key Vault secret holds at most 25,000 bytes.
pub const PLAINTEXT_LEN_MAX: usize = 64 * 1024;
/// How much longer a sealed token is than its plaintext.
pub const ENVELOPE_OVERHEAD: usize = HEADER_LEN + TAG_LEN;

const KIND: &str = "countersign/token/v1";
/// "Countersign sealed token", version 1.
const MAGIC: [u8; 4] = *b"CST1";
const HEADER_LEN: usize = 4 + 16 + 8 + NONCE_LEN;

/// Where a token belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenContext<'a> {
    /// The DEK and what it is for.
    pub dek: DekIdentity<'a>,
    /// Version of the DEK.
    pub dek_version: u64,
    /// The record that holds the token, a UUID.
    pub record: [u8; 16],
}

impl TokenContext<'_> {
    pub(crate) fn associated_data(&self) -> Vec<u8> {
        self.dek.message(KIND).count(self.dek_version).bytes(&self.record).finish()
    }
}

/// What a sealed token says about itself in the clear: which DEK opens it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenHeader {
    /// Key id of the DEK.
    pub key: [u8; 16],
    /// Version of the DEK.
    pub dek_version: u64,
    nonce: [u8; NONCE_LEN],
}

/// A token could not be sealed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// Longer than anything that is a token.
    #[error("the value has {actual} bytes, at most {PLAINTEXT_LEN_MAX} are sealed")]
    TooLong {
        /// Its length.
        actual: usize,
    },
    /// The operating system gave no random bytes for the nonce.
    #[error("the operating system's random generator failed")]
    Random(#[source] rand_core::Error),
    /// The cipher refused.
    #[error("encryption failed")]
    Failed,
}

/// A sealed token did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Not bytes that [`seal_token`] makes.
    #[error("these bytes are not a sealed token of a known version")]
    NotASealedToken,
    /// The clear header names another DEK or version than the caller's.
    #[error("this token was sealed under another key or another version of it")]
    OtherKey,
    /// Wrong key, wrong place or changed bytes; which of them is deliberately not said.
    #[error("the token does not open here")]
    DoesNotOpen,
}

impl TokenHeader {
    /// Reads the header without opening anything.
    ///
    /// # Errors
    /// [`OpenError::NotASealedToken`].
    pub fn parse(sealed: &[u8]) -> Result<Self, OpenError> {
        split(sealed).map(|(header, _)| header)
    }
}

/// Seals `plaintext` under `dek` for its place. The caller has reserved a message of the DEK's
/// [`MessageCount`](crate::MessageCount) and stored the count.
///
/// # Errors
/// [`SealError`].
pub fn seal_token(dek: &Dek, context: &TokenContext<'_>, plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut nonce = [0; NONCE_LEN];
    OsRng.try_fill_bytes(&mut nonce).map_err(SealError::Random)?;
    seal_with_nonce(dek, context, &nonce, plaintext)
}

/// Opens a sealed token in its place.
///
/// # Errors
/// [`OpenError`].
pub fn open_token(dek: &Dek, context: &TokenContext<'_>, sealed: &[u8]) -> Result<SecretBytes, OpenError> {
    let (header, body) = split(sealed)?;
    if (header.key, header.dek_version) != (context.dek.key, context.dek_version) {
        return Err(OpenError::OtherKey);
    }
    // EXPOSE: the cipher takes its round keys from the key.
    dek.expose(|key| aead::open(key, &header.nonce, &context.associated_data(), body))
        .map_err(|_opaque| OpenError::DoesNotOpen)
}

/// The nonce is a parameter for the fixed vectors alone; a repeated nonce gives plaintexts and the authentication key away.
pub(crate) fn seal_with_nonce(
    dek: &Dek,
    context: &TokenContext<'_>,
    nonce: &[u8; NONCE_LEN],
    plaintext: &[u8],
) -> Result<Vec<u8>, SealError> {
    if plaintext.len() > PLAINTEXT_LEN_MAX {
        return Err(SealError::TooLong { actual: plaintext.len() });
    }
    let mut sealed = Vec::with_capacity(ENVELOPE_OVERHEAD + plaintext.len());
    sealed.extend_from_slice(&MAGIC);
    sealed.extend_from_slice(&context.dek.key);
    sealed.extend_from_slice(&context.dek_version.to_be_bytes());
    sealed.extend_from_slice(nonce);
    // EXPOSE: the cipher takes its round keys from the key.
    dek.expose(|key| aead::seal(key, nonce, &context.associated_data(), plaintext, &mut sealed))
        .map_err(|_opaque| SealError::Failed)?;
    Ok(sealed)
}

fn split(sealed: &[u8]) -> Result<(TokenHeader, &[u8]), OpenError> {
    split_checked(sealed).ok_or(OpenError::NotASealedToken)
}

fn split_checked(sealed: &[u8]) -> Option<(TokenHeader, &[u8])> {
    let (magic, rest) = sealed.split_first_chunk::<4>()?;
    let (key, rest) = rest.split_first_chunk::<16>()?;
    let (dek_version, rest) = rest.split_first_chunk::<8>()?;
    let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>()?;
    let header = TokenHeader { key: *key, dek_version: u64::from_be_bytes(*dek_version), nonce: *nonce };
    let lengths = TAG_LEN..=PLAINTEXT_LEN_MAX + TAG_LEN;
    (*magic == MAGIC && lengths.contains(&body.len())).then_some((header, body))
}

#[cfg(test)]
#[path = "token/tests.rs"]
mod tests;
