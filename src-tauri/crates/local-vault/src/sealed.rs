//! Sealing of what is written to disk: AES-256-GCM, specified in `docs/formats/local-vault.md`.
//!
//! The label is bound as associated data. Without it, whoever can write the directory could put
//! one object's file in another's place and it would still open.

use crate::store_key::StoreKey;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{hmac, rand};
use zeroize::Zeroizing;

const MAGIC: &[u8; 6] = b"CSLV1\0";
const FILE_NAME_BYTES: usize = 20;

#[derive(Debug, thiserror::Error)]
pub(crate) enum SealError {
    #[error("the system's randomness or cipher failed")]
    Cipher,
    #[error("the bytes are damaged, belong elsewhere, or were sealed under another key")]
    DoesNotOpen,
}

/// Seals and opens under keys derived from the store's key.
pub(crate) struct Sealer {
    cipher: LessSafeKey,
    names: hmac::Key,
}

impl Sealer {
    pub fn new(key: &StoreKey) -> Result<Self, SealError> {
        // EXPOSE: two independent keys are derived, one to seal with and one to name files with.
        key.expose(|bytes| {
            let root = hmac::Key::new(hmac::HMAC_SHA256, bytes);
            let sealing = hmac::sign(&root, b"countersign/local-vault/seal/v1");
            let naming = hmac::sign(&root, b"countersign/local-vault/name/v1");
            let unbound = UnboundKey::new(&AES_256_GCM, sealing.as_ref()).map_err(|_unspecified| SealError::Cipher)?;
            Ok(Self { cipher: LessSafeKey::new(unbound), names: hmac::Key::new(hmac::HMAC_SHA256, naming.as_ref()) })
        })
    }

    pub fn seal(&self, label: &str, plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0_u8; NONCE_LEN];
        rand::fill(&mut nonce).map_err(|_unspecified| SealError::Cipher)?;
        // Room for the tag beforehand: a reallocation would leave a copy of the plaintext behind.
        let mut body = Vec::with_capacity(plaintext.len() + AES_256_GCM.tag_len());
        body.extend_from_slice(plaintext);
        self.cipher
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(label.as_bytes()), &mut body)
            .map_err(|_unspecified| SealError::Cipher)?;
        Ok([MAGIC.as_slice(), &nonce, &body].concat())
    }

    pub fn open(&self, label: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let rest = sealed.strip_prefix(MAGIC.as_slice()).ok_or(SealError::DoesNotOpen)?;
        let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>().ok_or(SealError::DoesNotOpen)?;
        let mut buffer = Zeroizing::new(body.to_vec());
        let length = self
            .cipher
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(label.as_bytes()), &mut buffer)
            .map_err(|_unspecified| SealError::DoesNotOpen)?
            .len();
        buffer.truncate(length);
        Ok(buffer)
    }

    /// A file name that says nothing about the object to someone without the key.
    pub fn file_name(&self, kind: &str, vault: &str, name: &str) -> String {
        let message = [kind, vault, name].join("\0");
        let tag = hmac::sign(&self.names, message.as_bytes());
        let short = tag.as_ref().get(..FILE_NAME_BYTES).unwrap_or_default();
        hex::encode(short)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_under_its_own_label_and_key() {
        let sealer = Sealer::new(&StoreKey::new([7; 32])).unwrap();
        let sealed = sealer.seal("a", b"secret").unwrap();
        assert_eq!(sealer.open("a", &sealed).unwrap().as_slice(), b"secret");
        assert!(sealer.open("b", &sealed).is_err());
        let other = Sealer::new(&StoreKey::new([8; 32])).unwrap();
        assert!(other.open("a", &sealed).is_err());
    }

    #[test]
    fn every_single_flipped_bit_is_found() {
        let sealer = Sealer::new(&StoreKey::new([7; 32])).unwrap();
        let sealed = sealer.seal("a", b"secret").unwrap();
        for at in 0..sealed.len() * 8 {
            let mut damaged = sealed.clone();
            damaged[at / 8] ^= 1 << (at % 8);
            assert!(sealer.open("a", &damaged).is_err(), "bit {at}");
        }
    }

    #[test]
    fn names_do_not_run_into_each_other() {
        let sealer = Sealer::new(&StoreKey::new([7; 32])).unwrap();
        assert_ne!(sealer.file_name("key", "ab", "c"), sealer.file_name("key", "a", "bc"));
    }
}
