use azure_security_keyvault_keys::models::{
    CreateKeyParameters, KeyAttributes, KeyClientUpdateKeyPropertiesOptions, KeyOperation, KeyType,
    RestoreKeyParameters, UpdateKeyPropertiesParameters,
};

use crate::budget::CallCost;
use crate::call::Call;
use crate::classify::Effect;
use crate::error::{Action, VaultError};
use crate::key::{DeletedKey, Key, KeySpec, Tags};
use crate::key_answers::tags_for_vault;
use crate::name::{ObjectName, VersionId};
use crate::vault::Vault;

impl Vault {
    /// Makes a key that can wrap and unwrap and nothing else, and never leaves the vault.
    ///
    /// # Errors
    /// [`VaultError::Conflict`] when the name is taken: Key Vault itself would silently make another version of it.
    /// [`VaultError::Deleted`] when a deleted key blocks the name. [`VaultError::OutcomeUnknown`] when the reply was lost:
    /// look for `tags` among the versions before repeating.
    pub async fn create_key(&self, name: &ObjectName, spec: &KeySpec, tags: &Tags) -> Result<Key, VaultError> {
        match self.key(name, None).await {
            Err(VaultError::NotFound { .. }) => self.make_version(name, spec, tags).await,
            // A disabled newest version cannot be read by everyone, but it is there.
            Ok(_) | Err(VaultError::Disabled { .. }) => Err(VaultError::Conflict { action: Action::CreateKey }),
            Err(error) => Err(error),
        }
    }

    /// Makes a new version of a key that exists.
    ///
    /// # Errors
    /// [`VaultError::NotFound`] when there is no such key: Key Vault itself would silently make one.
    /// [`VaultError::OutcomeUnknown`] when the reply was lost: look for `tags` among the versions before repeating.
    pub async fn create_version(&self, name: &ObjectName, spec: &KeySpec, tags: &Tags) -> Result<Key, VaultError> {
        match self.key(name, None).await {
            Ok(_) | Err(VaultError::Disabled { .. }) => self.make_version(name, spec, tags).await,
            Err(error) => Err(error),
        }
    }

    async fn make_version(&self, name: &ObjectName, spec: &KeySpec, tags: &Tags) -> Result<Key, VaultError> {
        let action = Action::CreateKey;
        let (kind, bits) = match spec {
            KeySpec::Rsa(bits) => (KeyType::Rsa, bits),
            KeySpec::RsaHsm(bits) => (KeyType::RsaHsm, bits),
            KeySpec::Other { .. } => return Err(VaultError::BadRequest { action }),
        };
        let parameters = CreateKeyParameters {
            kty: Some(kind),
            key_size: Some(i32::from(bits.bits())),
            key_ops: Some(vec![KeyOperation::WrapKey, KeyOperation::UnwrapKey]),
            key_attributes: Some(KeyAttributes { enabled: Some(true), ..Default::default() }),
            tags: tags_for_vault(tags),
            ..Default::default()
        };
        let call = Call { action, cost: CallCost::KeyCreate };
        let answer = self
            .change(call, async {
                let answer = self.inner().keys.create_key(name.as_str(), parameters.try_into()?, None).await?;
                answer.into_model()
            })
            .await?;
        // What came back is checked against what was asked for, tags included: they are how a lost reply is found again.
        Key::read(answer, name, self.address())
            .filter(|key| key.spec == *spec && key.tags == *tags && !key.exportable)
            .ok_or_else(|| self.unreadable(action, Effect::Changes))
    }

    /// Enables or disables one version. The vault may go on unwrapping with a disabled one for up to a minute.
    ///
    /// # Errors
    /// [`VaultError::OutcomeUnknown`] when the reply was lost.
    pub async fn set_enabled(&self, name: &ObjectName, version: &VersionId, enabled: bool) -> Result<Key, VaultError> {
        let call = key_change(Action::UpdateKey);
        let parameters = UpdateKeyPropertiesParameters {
            key_attributes: Some(KeyAttributes { enabled: Some(enabled), ..Default::default() }),
            ..Default::default()
        };
        let options = KeyClientUpdateKeyPropertiesOptions {
            key_version: Some(version.as_str().to_owned()),
            ..Default::default()
        };
        let answer = self
            .change(call, async {
                let answer = self
                    .inner()
                    .keys
                    .update_key_properties(name.as_str(), parameters.try_into()?, Some(options))
                    .await?;
                answer.into_model()
            })
            .await?;
        Key::read(answer, name, self.address())
            .filter(|key| key.version == *version && key.enabled == enabled)
            .ok_or_else(|| self.unreadable(call.action, Effect::Changes))
    }

    /// Deletes a key with all its versions; it stays recoverable for as long as the vault's rules say.
    ///
    /// # Errors
    /// [`VaultError::OutcomeUnknown`] when the reply was lost.
    pub async fn delete_key(&self, name: &ObjectName) -> Result<DeletedKey, VaultError> {
        let call = key_change(Action::DeleteKey);
        let answer = self
            .change(call, async {
                let answer = self.inner().keys.delete_key(name.as_str(), None).await?;
                answer.into_model()
            })
            .await?;
        DeletedKey::read(answer, name, self.address()).ok_or_else(|| self.unreadable(call.action, Effect::Changes))
    }

    /// Brings a deleted key back with all its versions. It may take the vault some seconds until it can be read again.
    ///
    /// # Errors
    /// [`VaultError::OutcomeUnknown`] when the reply was lost.
    pub async fn recover_deleted_key(&self, name: &ObjectName) -> Result<Key, VaultError> {
        let call = key_change(Action::RecoverKey);
        let answer = self
            .change(call, async {
                let answer = self.inner().keys.recover_deleted_key(name.as_str(), None).await?;
                answer.into_model()
            })
            .await?;
        Key::read(answer, name, self.address()).ok_or_else(|| self.unreadable(call.action, Effect::Changes))
    }

    /// Destroys a deleted key for good. That it is gone is proven by [`Vault::deleted_key`] answering not found.
    ///
    /// # Errors
    /// [`VaultError::Forbidden`] under purge protection; [`VaultError::OutcomeUnknown`] when the reply was lost.
    pub async fn purge_deleted_key(&self, name: &ObjectName) -> Result<(), VaultError> {
        self.change(key_change(Action::PurgeKey), async {
            self.inner().keys.purge_deleted_key(name.as_str(), None).await?;
            Ok(())
        })
        .await
    }

    /// The key with all its versions as a blob that only a vault of the same geography and subscription can restore.
    ///
    /// # Errors
    /// As every read: see [`VaultError`].
    pub async fn backup_key(&self, name: &ObjectName) -> Result<Vec<u8>, VaultError> {
        let call = key_change(Action::BackupKey);
        let answer = self
            .read(call, || async {
                let answer = self.inner().keys.backup_key(name.as_str(), None).await?;
                answer.into_model()
            })
            .await?;
        answer.value.filter(|blob| !blob.is_empty()).ok_or_else(|| self.unreadable(call.action, Effect::Reads))
    }

    /// Restores a key called `name` from a blob of [`Vault::backup_key`].
    ///
    /// # Errors
    /// [`VaultError::Conflict`] when a key of that name is there; [`VaultError::OutcomeUnknown`] when the reply was lost
    /// or is about another key.
    pub async fn restore_key(&self, name: &ObjectName, backup: &[u8]) -> Result<Key, VaultError> {
        let call = key_change(Action::RestoreKey);
        let parameters = RestoreKeyParameters { key_backup: Some(backup.to_vec()) };
        let answer = self
            .change(call, async {
                let answer = self.inner().keys.restore_key(parameters.try_into()?, None).await?;
                answer.into_model()
            })
            .await?;
        Key::read(answer, name, self.address()).ok_or_else(|| self.unreadable(call.action, Effect::Changes))
    }
}

fn key_change(action: Action) -> Call {
    Call { action, cost: CallCost::KEY_READ }
}
