//! AES-256-GCM with a 96-bit nonce and a 128-bit tag: the one code path for every token, and the one the Wycheproof
//! vectors run against. The nonce is a parameter only inside this crate.

use aes_gcm::aead::AeadInPlace;
use aes_gcm::{Aes256Gcm, KeyInit};

use crate::{DEK_LEN, SecretBytes};

pub(crate) const NONCE_LEN: usize = 12;
pub(crate) const TAG_LEN: usize = 16;

/// AES-GCM says only that it failed; so do we.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failed;

/// Appends ciphertext and tag to `out`. The plaintext is encrypted where it will stay, so no copy of it is left over.
pub(crate) fn seal(
    key: &[u8; DEK_LEN],
    nonce: &[u8; NONCE_LEN],
    associated: &[u8],
    plaintext: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), Failed> {
    let start = out.len();
    out.reserve_exact(plaintext.len() + TAG_LEN);
    out.extend_from_slice(plaintext);
    let body = out.get_mut(start..).ok_or(Failed)?;
    let tag = Aes256Gcm::new(key.into())
        .encrypt_in_place_detached(nonce.into(), associated, body)
        .map_err(|_opaque| Failed)?;
    out.extend_from_slice(&tag);
    Ok(())
}

/// Opens ciphertext followed by its tag.
pub(crate) fn open(
    key: &[u8; DEK_LEN],
    nonce: &[u8; NONCE_LEN],
    associated: &[u8],
    sealed: &[u8],
) -> Result<SecretBytes, Failed> {
    let (ciphertext, tag) = sealed.split_last_chunk::<TAG_LEN>().ok_or(Failed)?;
    let mut body = zeroize::Zeroizing::new(ciphertext.to_vec());
    Aes256Gcm::new(key.into())
        .decrypt_in_place_detached(nonce.into(), associated, &mut body, tag.into())
        .map_err(|_opaque| Failed)?;
    Ok(SecretBytes::new(std::mem::take(&mut *body)))
}

#[cfg(test)]
#[path = "aead/tests.rs"]
mod tests;
