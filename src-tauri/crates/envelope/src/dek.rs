//! A data encryption key: 256 bits from the operating system's CSPRNG.

use std::fmt;

use rand_core::{OsRng, RngCore};
use zeroize::Zeroizing;

use crate::Secret;

/// Length of a DEK in bytes.
pub const DEK_LEN: usize = 32;

/// Why there is no DEK.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DekError {
    /// The operating system gave no random bytes.
    #[error("the operating system's random generator failed")]
    Random(#[source] rand_core::Error),
    /// What the vault unwrapped is not a 256-bit key.
    #[error("the unwrapped value has {actual} bytes, a DEK has {DEK_LEN}")]
    Length {
        /// How many bytes there were.
        actual: usize,
    },
}

/// A data encryption key. Wiped when dropped; no `Clone`, no `Serialize`, no `PartialEq`.
pub struct Dek(Secret<DEK_LEN>);

impl Dek {
    /// A new key from the operating system's CSPRNG.
    ///
    /// The one place where randomness is not a parameter: a DEK must never come from anything else.
    ///
    /// # Errors
    /// [`DekError::Random`] if the operating system has none to give.
    pub fn generate() -> Result<Self, DekError> {
        Secret::try_fill(|bytes| OsRng.try_fill_bytes(bytes)).map(Self).map_err(DekError::Random)
    }

    /// Takes what the vault unwrapped, and wipes the buffer it came in, also when it is refused.
    ///
    /// # Errors
    /// [`DekError::Length`] if it is not a 256-bit key.
    pub fn from_unwrapped(bytes: Vec<u8>) -> Result<Self, DekError> {
        let bytes = Zeroizing::new(bytes);
        let wrong_length = DekError::Length { actual: bytes.len() };
        let exact: &[u8; DEK_LEN] = bytes.as_slice().try_into().map_err(|_wrong_length| wrong_length)?;
        Secret::try_fill(|target| {
            target.copy_from_slice(exact);
            Ok(())
        })
        .map(Self)
    }

    /// The only door out. Every call site carries an `EXPOSE` comment; `cargo xtask tidy` counts them.
    pub fn expose<R>(&self, f: impl FnOnce(&[u8; DEK_LEN]) -> R) -> R {
        // EXPOSE: hands the closure of the caller on, whose own call site says why.
        self.0.expose(f)
    }
}

impl fmt::Debug for Dek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dek(<redacted>)")
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// DEKs have 256 bits, are never repeated, and every bit of them varies.
    #[test]
    fn generated_deks_differ_in_every_bit_position() {
        let mut seen = HashSet::new();
        let (mut ever_one, mut ever_zero) = ([0_u8; DEK_LEN], [0_u8; DEK_LEN]);
        for _ in 0..256 {
            let dek = Dek::generate().unwrap();
            // EXPOSE: a test compares keys that protect nothing.
            dek.expose(|bytes| {
                assert!(seen.insert(*bytes));
                for (index, byte) in bytes.iter().enumerate() {
                    *ever_one.get_mut(index).unwrap() |= byte;
                    *ever_zero.get_mut(index).unwrap() |= !byte;
                }
            });
        }
        assert_eq!((ever_one, ever_zero), ([0xff; DEK_LEN], [0xff; DEK_LEN]));
    }

    #[test]
    fn an_unwrapped_value_of_another_length_is_refused() {
        for length in [0, 16, 31, 33, 64] {
            let refused = Dek::from_unwrapped(vec![1; length]);
            assert!(matches!(refused, Err(DekError::Length { actual }) if actual == length));
        }
        // EXPOSE: a test compares a key that protects nothing.
        Dek::from_unwrapped((0..32).collect()).unwrap().expose(|bytes| assert_eq!(bytes.last(), Some(&31)));
    }
}
