//! Opening a wrapped DEK: the vault unwraps it, its check value proves that it is the one that belongs there.

use domain::KeyId;
use envelope::{CheckValueError, Dek, DekError, DekIdentity, WrapAlgorithm};
use register::{RegisterError, WrapRow};
use vault::{ObjectName, Vault, VaultError, VersionId};

use super::Estate;
use crate::identity::identity_of;

/// Why a DEK did not open.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpeningError {
    /// The register does not answer, or does not show ciphertext to this login.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// The vault refused or does not answer.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// What the vault unwrapped is no DEK.
    #[error(transparent)]
    Dek(#[from] DekError),
    /// Another DEK than the one that belongs there: two wraps were swapped, or one was damaged.
    #[error("DEK {dek}: {source}")]
    CheckValue {
        /// Which.
        dek: KeyId,
        /// What was found.
        source: CheckValueError,
    },
    /// The record names an algorithm or a KEK that is unknown.
    #[error("the register's record of DEK {dek} can't be used: {what}")]
    Record {
        /// Which.
        dek: KeyId,
        /// What is wrong with it.
        what: &'static str,
    },
}

impl Estate<'_> {
    /// Opens the DEK of a wrap and checks that it is the one it is filed as.
    pub(super) async fn open_dek(&self, wrap: &WrapRow, kek: &ObjectName) -> Result<Dek, OpeningError> {
        let record = |what| OpeningError::Record { dek: wrap.dek, what };
        let algorithm =
            WrapAlgorithm::from_name(&wrap.algorithm).ok_or(record("its wrap algorithm is not approved"))?;
        let version = VersionId::parse(&wrap.kek_version).map_err(|_unfit| record("its KEK version is no version"))?;
        let dek = unwrap(self.vault, kek, &version, algorithm, &wrap.wrapped).await?;
        check(&dek, wrap.dek, &identity_of(self.author.custody(), wrap.dek, &wrap.scope), &wrap.check_value)?;
        Ok(dek)
    }
}

/// Has the vault unwrap `wrapped`.
pub(super) async fn unwrap(
    vault: &Vault,
    kek: &ObjectName,
    version: &VersionId,
    algorithm: WrapAlgorithm,
    wrapped: &[u8],
) -> Result<Dek, OpeningError> {
    let algorithm = match algorithm {
        WrapAlgorithm::RsaOaep256 => vault::WrapAlgorithm::RsaOaep256,
        WrapAlgorithm::RsaOaep => vault::WrapAlgorithm::RsaOaep,
    };
    let opened = vault.unwrap(kek, version, algorithm, wrapped).await?;
    Ok(Dek::from_unwrapped(opened.to_vec())?)
}

/// Proves that `dek` is the one that `check_value` was made with, for the same purpose.
pub(super) fn check(dek: &Dek, key: KeyId, identity: &DekIdentity<'_>, check_value: &[u8]) -> Result<(), OpeningError> {
    envelope::verify_check_value(dek, identity, check_value)
        .map_err(|source| OpeningError::CheckValue { dek: key, source })
}
