//! The container for what the keychain hands out and takes in.

use zeroize::{Zeroize, ZeroizeOnDrop};

/// Secret bytes. Wiped when dropped; no `Clone`, no `Debug`, no `Serialize`, no `PartialEq`.
#[derive(ZeroizeOnDrop)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Takes ownership; the caller keeps no copy.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The only door out. Every call site carries an `EXPOSE` comment; `cargo xtask tidy` counts them.
    pub fn expose<R>(&self, f: impl FnOnce(&[u8]) -> R) -> R {
        f(&self.0)
    }

    /// As [`Self::expose`], for what is text: a password. `None` when the bytes are no UTF-8.
    pub fn expose_text<R>(&self, f: impl FnOnce(&str) -> R) -> Option<R> {
        std::str::from_utf8(&self.0).ok().map(f)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text.into_bytes())
    }
}

impl Zeroize for Secret {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Passphrase, SessionKey, UnlockedDeviceKey};

    /// A type that is `Clone` has two implementations of this: then naming one without saying which does not compile.
    trait MustNotClone<Which> {
        const HOLDS: bool = true;
    }
    impl<T: ?Sized> MustNotClone<()> for T {}
    impl<T: Clone> MustNotClone<u8> for T {}

    trait MustNotShow<Which> {
        const HOLDS: bool = true;
    }
    impl<T: ?Sized> MustNotShow<()> for T {}
    impl<T: std::fmt::Debug> MustNotShow<u8> for T {}

    trait MustNotSerialize<Which> {
        const HOLDS: bool = true;
    }
    impl<T: ?Sized> MustNotSerialize<()> for T {}
    impl<T: serde::Serialize> MustNotSerialize<u8> for T {}

    macro_rules! assert_kept_in {
        ($($secret:ty),+) => {$(
            const { assert!(<$secret as MustNotClone<_>>::HOLDS) };
            const { assert!(<$secret as MustNotShow<_>>::HOLDS) };
            const { assert!(<$secret as MustNotSerialize<_>>::HOLDS) };
        )+};
    }

    /// private keys, passphrases and passwords can be neither copied nor printed nor sent over any wire: this test
    /// does not compile otherwise.
    #[test]
    fn secrets_cannot_be_cloned_shown_or_serialised() {
        assert_kept_in!(Secret, Passphrase, SessionKey, UnlockedDeviceKey);
    }

    /// wiping leaves nothing of the bytes.
    #[test]
    fn wiping_empties_the_secret() {
        let mut secret = Secret::from("correct horse".to_owned());
        secret.zeroize();
        // EXPOSE: a test reads a secret that protects nothing.
        assert!(secret.expose(<[u8]>::is_empty));
    }
}
