//! The containers that hold key material and plaintext. Both wipe themselves; neither can be cloned, compared,
//! printed or serialised, so that a secret cannot reach a log line, a row or the window by accident.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// `N` secret bytes.
///
/// They lie on the heap, so that moving the value moves a pointer: a move of an inline array leaves a copy behind on
/// the stack that nobody wipes.
#[derive(ZeroizeOnDrop)]
pub struct Secret<const N: usize>(Box<[u8; N]>);

impl<const N: usize> Secret<N> {
    /// Lets `fill` write the bytes in place.
    ///
    /// # Errors
    /// What `fill` returns; the half-filled bytes are wiped.
    pub fn try_fill<E>(fill: impl FnOnce(&mut [u8; N]) -> Result<(), E>) -> Result<Self, E> {
        let mut secret = Self(Box::new([0; N]));
        fill(&mut secret.0)?;
        Ok(secret)
    }

    /// The only door out. Every call site carries an `EXPOSE` comment; `cargo xtask tidy` counts them.
    pub fn expose<R>(&self, f: impl FnOnce(&[u8; N]) -> R) -> R {
        f(&self.0)
    }
}

impl<const N: usize> fmt::Debug for Secret<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(<redacted>)")
    }
}

/// Secret bytes whose number is known only when they are read: a token's plaintext.
#[derive(ZeroizeOnDrop)]
pub struct SecretBytes(Vec<u8>);

impl SecretBytes {
    /// Takes ownership; the caller keeps no copy.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Number of bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The only door out. Every call site carries an `EXPOSE` comment; `cargo xtask tidy` counts them.
    pub fn expose<R>(&self, f: impl FnOnce(&[u8]) -> R) -> R {
        f(&self.0)
    }
}

impl From<String> for SecretBytes {
    fn from(text: String) -> Self {
        Self(text.into_bytes())
    }
}

impl Zeroize for SecretBytes {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBytes(<redacted>)")
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    /// printing a container of key material shows nothing of it.
    #[test]
    fn debug_shows_no_byte() {
        let secret = Secret::<4>::try_fill(|bytes| -> Result<(), ()> {
            bytes.copy_from_slice(b"WXYZ");
            Ok(())
        })
        .unwrap();
        let bytes = SecretBytes::from("WXYZ".to_owned());
        for shown in [format!("{secret:?}"), format!("{bytes:?}"), format!("{secret:#?}"), format!("{bytes:#?}")] {
            assert!(!shown.contains("WXYZ") && !shown.contains("87") && !shown.contains("57"), "{shown}");
        }
    }

    /// A type that is `Clone` has two implementations of this: then naming one without saying which does not compile.
    trait MustNotClone<Which> {
        const HOLDS: bool = true;
    }
    impl<T: ?Sized> MustNotClone<()> for T {}
    impl<T: Clone> MustNotClone<u8> for T {}

    trait MustNotSerialize<Which> {
        const HOLDS: bool = true;
    }
    impl<T: ?Sized> MustNotSerialize<()> for T {}
    impl<T: serde::Serialize> MustNotSerialize<u8> for T {}

    trait MustNotCompare<Which> {
        const HOLDS: bool = true;
    }
    impl<T: ?Sized> MustNotCompare<()> for T {}
    impl<T: PartialEq> MustNotCompare<u8> for T {}

    /// key material can be neither copied nor sent over any wire nor compared byte by byte: this test does not
    /// compile otherwise.
    #[test]
    fn key_material_cannot_be_cloned_serialised_or_compared() {
        macro_rules! assert_kept_in {
            ($($secret:ty),+) => {$(
                const { assert!(<$secret as MustNotClone<_>>::HOLDS) };
                const { assert!(<$secret as MustNotSerialize<_>>::HOLDS) };
                const { assert!(<$secret as MustNotCompare<_>>::HOLDS) };
            )+};
        }
        assert_kept_in!(crate::Dek, Secret<32>, SecretBytes);
    }

    /// wiping overwrites the bytes, not only their length.
    #[test]
    fn wiping_overwrites_the_bytes() {
        let mut secret = Secret::<4>::try_fill(|bytes| -> Result<(), ()> {
            *bytes = [7; 4];
            Ok(())
        })
        .unwrap();
        secret.0.zeroize();
        assert_eq!(*secret.0, [0; 4]);
        let mut bytes = SecretBytes::new(vec![7; 4]);
        bytes.zeroize();
        assert!(bytes.is_empty());
    }
}
