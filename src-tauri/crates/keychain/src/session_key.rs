//! Session keys: certified by a device key when a person signs in, gone when the console locks.

use crate::seed::{RandomError, Seed};

/// An Ed25519 key that exists in memory only. There is no way to export, store or clone it.
pub struct SessionKey {
    seed: Seed,
    public_key: [u8; 32],
}

impl SessionKey {
    /// A new key from the operating system's CSPRNG.
    ///
    /// # Errors
    /// [`RandomError`] when the operating system has no random bytes to give.
    pub fn generate() -> Result<Self, RandomError> {
        let seed = Seed::generate()?;
        let public_key = seed.public_key();
        Ok(Self { seed, public_key })
    }

    /// The public half.
    #[must_use]
    pub const fn public_key(&self) -> [u8; 32] {
        self.public_key
    }

    /// Ed25519 over `message`.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.seed.sign(message)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use ed25519_dalek::{Signature, VerifyingKey};

    use super::*;

    #[test]
    fn session_keys_differ_and_their_signatures_verify() {
        let (one, other) = (SessionKey::generate().unwrap(), SessionKey::generate().unwrap());
        assert_ne!(one.public_key(), other.public_key());
        let signature = Signature::from_bytes(&one.sign(b"entry"));
        let verify = |key: [u8; 32]| VerifyingKey::from_bytes(&key).unwrap().verify_strict(b"entry", &signature);
        assert!(verify(one.public_key()).is_ok());
        assert!(verify(other.public_key()).is_err());
    }
}
