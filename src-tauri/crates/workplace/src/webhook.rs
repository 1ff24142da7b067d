//! The webhook of a data folder: the address that is reminded of what comes to its end, where somebody put one there.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use custody::exceptions::{Webhook, WebhookError};

use crate::desk::Desk;

/// Holds the address. It may be a secret, so that nobody else reads it.
const ADDRESS_FILE: &str = "webhook.url";
/// Certificates (PEM) that are trusted besides the system's, for an address behind an authority of one's own.
const ROOTS_FILE: &str = "webhook-ca.pem";

/// LIMIT: no address and no bundle of certificates is longer.
const BYTES_MAX: u64 = 1_048_576;

/// Why the webhook can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookFileError {
    /// Its file.
    #[error("{file} cannot be read: {source}")]
    Unreadable {
        /// Which.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Its file is open to others.
    #[error("{file} can be read by others: chmod 600 it")]
    OpenToOthers {
        /// Which.
        file: PathBuf,
    },
    /// What is in it.
    #[error("{file}: {source}")]
    Unfit {
        /// Which.
        file: PathBuf,
        /// Why.
        source: WebhookError,
    },
}

impl Desk {
    /// The webhook that the data folder names, if it names one.
    ///
    /// # Errors
    /// [`WebhookFileError`]: an address that is there but can't be used is never passed over in silence.
    pub fn webhook(&self) -> Result<Option<Webhook>, WebhookFileError> {
        webhook_in(self.premises.workplace().home())
    }
}

fn webhook_in(home: &Path) -> Result<Option<Webhook>, WebhookFileError> {
    let (file, roots) = (home.join(ADDRESS_FILE), home.join(ROOTS_FILE));
    let Some(address) = read(&file, true)? else { return Ok(None) };
    let roots = read(&roots, false)?;
    let address = String::from_utf8(address).map_err(|_not_text| WebhookError::Address);
    let webhook = address.and_then(|address| Webhook::trusting(&address, roots.as_deref()));
    webhook.map(Some).map_err(|source| WebhookFileError::Unfit { file, source })
}

fn read(path: &Path, secret: bool) -> Result<Option<Vec<u8>>, WebhookFileError> {
    let failed = |source| WebhookFileError::Unreadable { file: path.to_owned(), source };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    if secret && is_open_to_others(&file).map_err(failed)? {
        return Err(WebhookFileError::OpenToOthers { file: path.to_owned() });
    }
    let mut bytes = Vec::new();
    file.take(BYTES_MAX).read_to_end(&mut bytes).map_err(failed)?;
    Ok(Some(bytes))
}

#[cfg(unix)]
fn is_open_to_others(file: &File) -> std::io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(file.metadata()?.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_file: &File) -> std::io::Result<bool> {
    Ok(false)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at once")]
mod tests {
    use super::*;

    /// no file, no webhook; one that is open to others, or no https address, is refused by name.
    #[cfg(unix)]
    #[test]
    fn an_address_is_read_from_a_file_of_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join(ADDRESS_FILE);
        assert!(webhook_in(home.path()).unwrap().is_none());
        std::fs::write(&file, "https://hooks.example/services/T0\n").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(webhook_in(home.path()), Err(WebhookFileError::OpenToOthers { .. })));
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert!(webhook_in(home.path()).unwrap().is_some());
        std::fs::write(&file, "http://hooks.example/services/T0\n").unwrap();
        assert!(matches!(webhook_in(home.path()), Err(WebhookFileError::Unfit { .. })));
    }
}
