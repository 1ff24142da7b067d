//! Why a vault did not start.

use std::io;
use std::path::PathBuf;

/// Why a vault did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Another process, or this one, already serves the directory.
    #[error("{} is already served by a running vault", .0.display())]
    Locked(PathBuf),
    /// The directory or the listening socket could not be used.
    #[error("the vault's directory or socket could not be used")]
    Io(#[from] io::Error),
    /// The operating system gave no random bytes.
    #[error("the system's randomness or cipher failed")]
    Randomness,
    /// The key file does not hold a key.
    #[error("the store key is not 32 bytes long")]
    StoreKey,
    /// A stored file does not open. Nothing is served, so that nothing is silently missing.
    #[error("{} is damaged, or was sealed under another store key", .0.display())]
    Damaged(PathBuf),
    /// A certificate could not be made.
    #[error("a certificate could not be made")]
    Certificate(#[source] rcgen::Error),
    /// TLS could not be set up.
    #[error("TLS could not be set up")]
    Tls(#[from] rustls::Error),
}
