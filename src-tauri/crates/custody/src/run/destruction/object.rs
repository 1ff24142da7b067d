//! An object in the vault, whichever shelf it lies on: there, deleted and recoverable, or gone.

use domain::{KeyId, KeyKind, Timestamp};
use register::CoveredKey;
use vault::{DeletedKey, DeletedSecret, ObjectName, Recovery, Vault, VaultError};

use super::super::error::RunError;

/// Where the vault keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::run) enum Shelf {
    Key,
    Secret,
}

/// An object in the vault.
#[derive(Debug, Clone)]
pub(in crate::run) struct Object {
    pub key: KeyId,
    pub name: ObjectName,
    pub shelf: Shelf,
}

/// What the vault says of a deleted object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::run) struct Deleted {
    /// The vault's word.
    pub level: String,
    pub at: Option<Timestamp>,
    pub purge: Option<Timestamp>,
}

/// How an object was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::run) enum Found {
    Present,
    Deleted(Deleted),
    /// Neither it nor deleted remains of it.
    Absent,
}

impl Deleted {
    /// What is written down of an object that was gone before it was deleted.
    pub fn gone() -> Self {
        Self { level: "none: the vault had no such object".to_owned(), at: None, purge: None }
    }

    fn of(recovery: Option<&Recovery>, at: Option<jiff::Timestamp>, purge: Option<jiff::Timestamp>) -> Self {
        let micros = |at: jiff::Timestamp| Timestamp::from_micros(at.as_microsecond());
        let level = recovery.map_or_else(|| "not told".to_owned(), |recovery| recovery.level.clone());
        Self { level, at: at.map(micros), purge: purge.map(micros) }
    }

    fn of_key(deleted: &DeletedKey) -> Self {
        Self::of(deleted.recovery.as_ref(), deleted.deleted, deleted.scheduled_purge)
    }

    fn of_secret(deleted: &DeletedSecret) -> Self {
        Self::of(deleted.recovery.as_ref(), deleted.deleted, deleted.scheduled_purge)
    }
}

impl Object {
    pub fn key(key: KeyId, name: ObjectName) -> Self {
        Self { key, name, shelf: Shelf::Key }
    }

    /// The object of a record: a KEK is a key; of the other kinds the vault is asked which they are.
    pub async fn of(vault: &Vault, record: &CoveredKey) -> Result<Self, RunError> {
        let name = record.vault_name.as_deref().ok_or(RunError::Record { what: "name in the vault" })?;
        let as_key = Self::key(record.id, ObjectName::parse(name)?);
        if record.kind == KeyKind::Kek {
            return Ok(as_key);
        }
        let as_secret = Self { shelf: Shelf::Secret, ..as_key.clone() };
        if as_secret.find(vault).await? == Found::Absent && as_key.find(vault).await? != Found::Absent {
            return Ok(as_key);
        }
        Ok(as_secret)
    }

    /// Looks for it, and where it is not, for its deleted remains.
    pub async fn find(&self, vault: &Vault) -> Result<Found, VaultError> {
        let present = match self.shelf {
            Shelf::Key => vault.key(&self.name, None).await.map(|_| true),
            // The list of versions tells without its value.
            Shelf::Secret => vault.secret_versions(&self.name).await.map(|versions| !versions.is_empty()),
        };
        match present {
            Ok(true) | Err(VaultError::Disabled { .. }) => Ok(Found::Present),
            Ok(false) | Err(VaultError::NotFound { .. } | VaultError::Deleted { .. }) => self.find_deleted(vault).await,
            Err(error) => Err(error),
        }
    }

    async fn find_deleted(&self, vault: &Vault) -> Result<Found, VaultError> {
        let found = match self.shelf {
            Shelf::Key => vault.deleted_key(&self.name).await.map(|deleted| Deleted::of_key(&deleted)),
            Shelf::Secret => vault.deleted_secret(&self.name).await.map(|deleted| Deleted::of_secret(&deleted)),
        };
        match found {
            Ok(deleted) => Ok(Found::Deleted(deleted)),
            Err(VaultError::NotFound { .. }) => Ok(Found::Absent),
            Err(error) => Err(error),
        }
    }

    pub async fn delete(&self, vault: &Vault) -> Result<(), VaultError> {
        match self.shelf {
            Shelf::Key => vault.delete_key(&self.name).await.map(drop),
            Shelf::Secret => vault.delete_secret(&self.name).await.map(drop),
        }
    }

    pub async fn purge(&self, vault: &Vault) -> Result<(), VaultError> {
        match self.shelf {
            Shelf::Key => vault.purge_deleted_key(&self.name).await,
            Shelf::Secret => vault.purge_deleted_secret(&self.name).await,
        }
    }

    /// As proofs name it.
    pub fn said(&self) -> String {
        let shelf = match self.shelf {
            Shelf::Key => "key",
            Shelf::Secret => "secret",
        };
        format!("{shelf} {}", self.name.as_str())
    }
}
