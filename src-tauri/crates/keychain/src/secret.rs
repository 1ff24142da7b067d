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

    /// wiping leaves nothing of the bytes.
    #[test]
    fn wiping_empties_the_secret() {
        let mut secret = Secret::from("correct horse".to_owned());
        secret.zeroize();
        // EXPOSE: a test reads a secret that protects nothing.
        assert!(secret.expose(<[u8]>::is_empty));
    }
}
