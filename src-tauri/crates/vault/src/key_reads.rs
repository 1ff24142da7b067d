use azure_security_keyvault_keys::models::{
    KeyClientGetKeyOptions, KeyClientListDeletedKeyPropertiesOptions, KeyClientListKeyPropertiesOptions,
    KeyClientListKeyPropertiesVersionsOptions,
};

use crate::budget::CallCost;
use crate::call::Call;
use crate::classify::Effect;
use crate::error::{Action, VaultError};
use crate::key::{DeletedKey, Key, KeySummary, KeyVersion};
use crate::name::{ObjectName, VersionId};
use crate::vault::Vault;

impl Vault {
    /// All keys, without their versions.
    ///
    /// # Errors
    /// As every read: see [`VaultError`].
    pub async fn list_keys(&self) -> Result<Vec<KeySummary>, VaultError> {
        let call = key_read(Action::ListKeys);
        let found = self
            .all_pages(call, |method_options| {
                let options = KeyClientListKeyPropertiesOptions { method_options, ..Default::default() };
                self.inner().keys.list_key_properties(Some(options))
            })
            .await?;
        self.read_each(call.action, found, |answer| KeySummary::read(answer, self.address()))
    }

    /// All soft-deleted keys.
    ///
    /// # Errors
    /// As every read: see [`VaultError`].
    pub async fn list_deleted_keys(&self) -> Result<Vec<DeletedKey>, VaultError> {
        let call = key_read(Action::ReadDeletedKey);
        let found = self
            .all_pages(call, |method_options| {
                let options = KeyClientListDeletedKeyPropertiesOptions { method_options, ..Default::default() };
                self.inner().keys.list_deleted_key_properties(Some(options))
            })
            .await?;
        self.read_each(call.action, found, |answer| DeletedKey::read_listed(answer, self.address()))
    }

    /// All versions of a key, in the vault's order, which is none.
    ///
    /// # Errors
    /// As every read: see [`VaultError`].
    pub async fn versions(&self, name: &ObjectName) -> Result<Vec<KeyVersion>, VaultError> {
        let call = key_read(Action::ListKeyVersions);
        let found = self
            .all_pages(call, |method_options| {
                let options = KeyClientListKeyPropertiesVersionsOptions { method_options, ..Default::default() };
                self.inner().keys.list_key_properties_versions(name.as_str(), Some(options))
            })
            .await?;
        self.read_each(call.action, found, |answer| KeyVersion::read(answer, name, self.address()))
    }

    /// One version of a key, or its newest.
    ///
    /// # Errors
    /// [`VaultError::NotFound`], and as every read.
    pub async fn key(&self, name: &ObjectName, version: Option<&VersionId>) -> Result<Key, VaultError> {
        let call = key_read(Action::ReadKey);
        let answer = self
            .read(call, || async {
                let options = KeyClientGetKeyOptions {
                    key_version: version.map(|version| version.as_str().to_owned()),
                    ..Default::default()
                };
                let answer = self.inner().keys.get_key(name.as_str(), Some(options)).await?;
                answer.into_model()
            })
            .await?;
        Key::read(answer, name, self.address())
            .filter(|key| version.is_none_or(|asked| key.version == *asked))
            .ok_or_else(|| self.unreadable(call.action, Effect::Reads))
    }

    /// A soft-deleted key.
    ///
    /// # Errors
    /// [`VaultError::NotFound`] when it was never deleted, recovered or purged, and as every read.
    pub async fn deleted_key(&self, name: &ObjectName) -> Result<DeletedKey, VaultError> {
        let call = key_read(Action::ReadDeletedKey);
        let answer = self
            .read(call, || async {
                let answer = self.inner().keys.get_deleted_key(name.as_str(), None).await?;
                answer.into_model()
            })
            .await?;
        DeletedKey::read(answer, name, self.address()).ok_or_else(|| self.unreadable(call.action, Effect::Reads))
    }

    /// A list is read whole or not at all: one left-out object would be a silent difference.
    pub(crate) fn read_each<A, T>(
        &self,
        action: Action,
        answers: Vec<A>,
        read: impl Fn(A) -> Option<T>,
    ) -> Result<Vec<T>, VaultError> {
        answers.into_iter().map(|answer| read(answer).ok_or_else(|| self.unreadable(action, Effect::Reads))).collect()
    }
}

fn key_read(action: Action) -> Call {
    Call { action, cost: CallCost::KEY_READ }
}
