//! The password of the cluster's superuser. The caller keeps it in the operating system's keychain.

use zeroize::Zeroizing;

use crate::random;

const RANDOM_BYTES: usize = 32;

/// A password that wipes itself and is never shown.
pub struct SuperuserPassword(Zeroizing<String>);

impl SuperuserPassword {
    /// Makes a new one from the operating system's random numbers.
    pub fn make() -> std::io::Result<Self> {
        let bytes = random::make::<RANDOM_BYTES>()?;
        Ok(Self(Zeroizing::new(hex::encode(bytes.as_slice()))))
    }

    /// Takes over one that was kept.
    #[must_use]
    pub fn new(password: Zeroizing<String>) -> Self {
        Self(password)
    }

    /// The only door out, for the keychain and for the connection.
    pub fn expose<R>(&self, f: impl FnOnce(&str) -> R) -> R {
        f(&self.0)
    }
}

impl std::fmt::Debug for SuperuserPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SuperuserPassword(<redacted>)")
    }
}
