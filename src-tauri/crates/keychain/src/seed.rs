//! The private half of an Ed25519 key, as it lies in memory.

use ed25519_dalek::{Signer as _, SigningKey};
use rand_core::{OsRng, RngCore};
use zeroize::{ZeroizeOnDrop, Zeroizing};

pub(crate) const SEED_LEN: usize = 32;

/// The operating system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the operating system's random generator failed")]
pub struct RandomError(#[source] rand_core::Error);

/// Fills `bytes` from the operating system's CSPRNG: the one place of this crate where randomness comes from.
pub(crate) fn fill_random(bytes: &mut [u8]) -> Result<(), RandomError> {
    OsRng.try_fill_bytes(bytes).map_err(RandomError)
}

/// A private seed. On the heap, so that moving the value leaves no copy on the stack; wiped when dropped.
#[derive(ZeroizeOnDrop)]
pub(crate) struct Seed(Box<[u8; SEED_LEN]>);

impl Seed {
    pub(crate) fn generate() -> Result<Self, RandomError> {
        let mut seed = Self(Box::new([0; SEED_LEN]));
        fill_random(seed.0.as_mut_slice())?;
        Ok(seed)
    }

    /// From what was unwrapped; `None` when that is no seed.
    pub(crate) fn from_unwrapped(bytes: &Zeroizing<Vec<u8>>) -> Option<Self> {
        let exact: &[u8; SEED_LEN] = bytes.as_slice().try_into().ok()?;
        let mut seed = Self(Box::new([0; SEED_LEN]));
        seed.0.copy_from_slice(exact);
        Some(seed)
    }

    /// The only door out.
    pub(crate) fn expose<R>(&self, f: impl FnOnce(&[u8; SEED_LEN]) -> R) -> R {
        f(&self.0)
    }

    pub(crate) fn public_key(&self) -> [u8; 32] {
        // EXPOSE: the library computes the public half.
        self.expose(|seed| SigningKey::from_bytes(seed).verifying_key().to_bytes())
    }

    /// The expanded key lives for this one signature: the library wipes it when it is dropped.
    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        // EXPOSE: the library signs with it.
        self.expose(|seed| SigningKey::from_bytes(seed).sign(message).to_bytes())
    }
}
