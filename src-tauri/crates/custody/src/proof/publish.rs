//! Giving checkpoints away: to where nobody who owns the database can reach, and under the signature of a key in the vault.

use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, StatusCode, Url};
use transparency::{Checkpoint, SignedCheckpoint, VaultKey};
use vault::ObjectName;

use super::error::ProofError;
use crate::console::Console;
use crate::outward::{self, OutwardError};

/// Notes are text.
const TEXT: &str = "text/plain; charset=utf-8";
/// Kind and interface of a blob that is written whole (Put Blob).
const BLOB: [(&str, &str); 2] = [("x-ms-blob-type", "BlockBlob"), ("x-ms-version", "2023-11-03")];

/// An address at which checkpoints are published. What lies in it may be a secret: it is never shown.
pub struct Publisher {
    url: Url,
    client: Client,
    blob: bool,
}

/// Why a checkpoint was not published.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// It is no address for this.
    #[error("a checkpoint is published at an https address without user and password in it")]
    Address,
    /// It is no address of a blob.
    #[error(
        "the address is not a blob with a shared access signature: https://ACCOUNT/CONTAINER/BLOB?…&sig=… is wanted"
    )]
    NoBlob,
    /// A certificate that is to be trusted can't be read.
    #[error("the certificates to be trusted cannot be read: PEM is wanted")]
    Certificates,
    /// It can't be reached, or not securely.
    #[error("the address cannot be reached: {0}")]
    Unreachable(String),
    /// It answered that it does not take it.
    #[error("the address answered {status}{}", .word.as_ref().map(|word| format!(" ({word})")).unwrap_or_default())]
    Answered {
        /// The status.
        status: StatusCode,
        /// The service's own word for it, where it says one.
        word: Option<String>,
    },
}

impl Publisher {
    /// An address that is told by a POST of the note, trusting these certificates (PEM) besides those of the system.
    ///
    /// # Errors
    /// [`PublishError::Address`], or [`PublishError::Certificates`].
    pub fn webhook(address: &str, pem: Option<&[u8]>) -> Result<Self, PublishError> {
        Ok(Self { url: outward::https(address)?, client: outward::client(pem)?, blob: false })
    }

    /// A blob of Azure Storage that is written whole, by the right that its address carries.
    ///
    /// # Errors
    /// [`PublishError::NoBlob`] for an address without that right.
    pub fn blob(address: &str, pem: Option<&[u8]>) -> Result<Self, PublishError> {
        let url = outward::https(address)?;
        let named = url.path().split('/').filter(|part| !part.is_empty()).count() >= 2;
        let signed = url.query_pairs().any(|(name, value)| name == "sig" && !value.is_empty());
        if !(named && signed) {
            return Err(PublishError::NoBlob);
        }
        Ok(Self { url, client: outward::client(pem)?, blob: true })
    }

    /// Publishes a checkpoint; tries again a few times when nobody answers.
    ///
    /// # Errors
    /// [`PublishError`], without the address.
    pub async fn publish(&self, note: &SignedCheckpoint) -> Result<(), PublishError> {
        let body = note.encode();
        let request = || {
            let to = self.url.clone();
            let request = if self.blob { self.client.put(to) } else { self.client.post(to) };
            let headers: &[(&str, &str)] = if self.blob { &BLOB } else { &[] };
            let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
            request.header(CONTENT_TYPE, TEXT).body(body.clone())
        };
        Ok(outward::send(request).await?)
    }
}

impl From<OutwardError> for PublishError {
    fn from(error: OutwardError) -> Self {
        match error {
            OutwardError::Address => Self::Address,
            OutwardError::Certificates => Self::Certificates,
            OutwardError::Unreachable(why) => Self::Unreachable(why),
            OutwardError::Answered(status, word) => Self::Answered { status, word },
        }
    }
}

impl Console {
    /// Adds the signature of a P-256 key in the vault to a checkpoint, and gives its public half for whoever verifies.
    ///
    /// # Errors
    /// [`ProofError::Vault`] when the vault does not sign; [`ProofError::VaultSignature`] when what it gave does not hold.
    pub async fn sign_in_vault(
        &self,
        mut note: SignedCheckpoint,
        key: &str,
    ) -> Result<(SignedCheckpoint, VaultKey), ProofError> {
        let found = self.vault.signing_key(&ObjectName::parse(key)?).await?;
        let public = VaultKey::new(&found.point.0, &found.point.1);
        let digest = VaultKey::digest(note.note().text());
        let signature = self.vault.sign_es256(&found.name, &found.version, &digest).await?;
        let name = format!("{}/keys/{}/{}", self.vault_host, found.name.as_str(), found.version.as_str());
        let added = note.add_vault_line(&public, &name, &signature);
        added.map_err(|_no_line| ProofError::VaultSignature { key: found.name.as_str().to_owned() })?;
        Ok((note, public))
    }

    /// The newest checkpoint with the signatures that hold, after it was looked at; what was seen of it is to be kept.
    ///
    /// # Errors
    /// [`ProofError::Alarm`]; [`ProofError::Unknown`] where nobody has made one yet.
    pub async fn publishable(
        &self,
        kept: Option<&keychain::LedgerTree>,
    ) -> Result<(SignedCheckpoint, super::Checkpointed), ProofError> {
        let seen = self.see_checkpoint(kept).await?.ok_or(ProofError::Unknown)?;
        let known = self.checkpoints(1).await?.pop().ok_or(ProofError::Unknown)?;
        let looked_at = Checkpoint::new(&self.origin(), seen.size, seen.root)?;
        // Another one may have been made in between: only what was looked at is given away.
        if *known.note.checkpoint() == looked_at { Ok((known.note, seen)) } else { Err(ProofError::Unknown) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// a blob is written only with the right that its address carries, and nothing leaves in the clear.
    #[test]
    fn only_blobs_with_a_shared_access_signature_are_written() {
        let refused = [
            "https://a.blob.core.windows.net/c/checkpoint",
            "https://a.blob.core.windows.net/c?sv=2023&sig=x",
            "https://a.blob.core.windows.net/c/checkpoint?sig=",
        ];
        for address in refused {
            assert!(matches!(Publisher::blob(address, None), Err(PublishError::NoBlob)), "{address}");
        }
        let plain = "http://a.blob.core.windows.net/c/checkpoint?sig=x";
        assert!(matches!(Publisher::blob(plain, None), Err(PublishError::Address)));
        assert!(matches!(Publisher::webhook("http://log.example", None), Err(PublishError::Address)));
        assert!(Publisher::blob("https://a.blob.core.windows.net/c/checkpoint?sv=1&sig=x%2B", None).is_ok());
    }
}
