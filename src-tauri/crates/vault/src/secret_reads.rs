use azure_security_keyvault_secrets::models::{
    SecretClientGetSecretOptions, SecretClientListDeletedSecretPropertiesOptions,
    SecretClientListSecretPropertiesOptions, SecretClientListSecretPropertiesVersionsOptions,
};

use crate::budget::CallCost;
use crate::call::Call;
use crate::classify::Effect;
use crate::error::{Action, VaultError};
use crate::name::{ObjectName, VersionId};
use crate::secret_answer::SecretAnswer;
use crate::secrets::{DeletedSecret, SecretSummary, SecretValue};
use crate::vault::Vault;
use crate::wrapping::method_options;

impl Vault {
    /// All secrets, without values and versions.
    ///
    /// # Errors
    /// As every read: see [`VaultError`].
    pub async fn list_secrets(&self) -> Result<Vec<SecretSummary>, VaultError> {
        let call = secret_call(Action::ListSecrets);
        let found = self
            .all_pages(call, |method_options| {
                let options = SecretClientListSecretPropertiesOptions { method_options, ..Default::default() };
                self.inner().secrets.list_secret_properties(Some(options))
            })
            .await?;
        self.read_each(call.action, found, |answer| SecretSummary::read_listed(answer, self.address()))
    }

    /// All versions of a secret, without values, in the vault's order, which is none.
    ///
    /// # Errors
    /// As every read: see [`VaultError`].
    pub async fn secret_versions(&self, name: &ObjectName) -> Result<Vec<SecretSummary>, VaultError> {
        let call = secret_call(Action::ListSecrets);
        let found = self
            .all_pages(call, |method_options| {
                let options = SecretClientListSecretPropertiesVersionsOptions { method_options, ..Default::default() };
                self.inner().secrets.list_secret_properties_versions(name.as_str(), Some(options))
            })
            .await?;
        self.read_each(call.action, found, |answer| {
            SecretSummary::read_listed(answer, self.address())
                .filter(|found| found.name == *name && found.version.is_some())
        })
    }

    /// All soft-deleted secrets.
    ///
    /// # Errors
    /// As every read: see [`VaultError`].
    pub async fn list_deleted_secrets(&self) -> Result<Vec<DeletedSecret>, VaultError> {
        let call = secret_call(Action::ReadDeletedSecret);
        let found = self
            .all_pages(call, |method_options| {
                let options = SecretClientListDeletedSecretPropertiesOptions { method_options, ..Default::default() };
                self.inner().secrets.list_deleted_secret_properties(Some(options))
            })
            .await?;
        self.read_each(call.action, found, |answer| DeletedSecret::read_listed(answer, self.address()))
    }

    /// The value of one version of a secret, or of its newest.
    ///
    /// # Errors
    /// [`VaultError::NotFound`], [`VaultError::Disabled`], and as every read.
    pub async fn secret(&self, name: &ObjectName, version: Option<&VersionId>) -> Result<SecretValue, VaultError> {
        let call = secret_call(Action::ReadSecret);
        let body = self
            .read(call, || async {
                let answer = SecretAnswer::default();
                let options = SecretClientGetSecretOptions {
                    secret_version: version.map(|version| version.as_str().to_owned()),
                    method_options: method_options(&answer),
                    ..Default::default()
                };
                self.inner().secrets.get_secret(name.as_str(), Some(options)).await?;
                Ok(answer.take_body())
            })
            .await?;
        body.and_then(|body| SecretValue::read(&body, name, self.address()))
            .filter(|secret| version.is_none() || secret.summary.version.as_ref() == version)
            .ok_or_else(|| self.unreadable(call.action, Effect::Reads))
    }

    /// A soft-deleted secret.
    ///
    /// # Errors
    /// [`VaultError::NotFound`] when it was never deleted, recovered or purged, and as every read.
    pub async fn deleted_secret(&self, name: &ObjectName) -> Result<DeletedSecret, VaultError> {
        let call = secret_call(Action::ReadDeletedSecret);
        let answer = self
            .read(call, || async {
                let answer = self.inner().secrets.get_deleted_secret(name.as_str(), None).await?;
                answer.into_model()
            })
            .await?;
        DeletedSecret::read(answer, name, self.address()).ok_or_else(|| self.unreadable(call.action, Effect::Reads))
    }
}

pub(crate) fn secret_call(action: Action) -> Call {
    Call { action, cost: CallCost::Secret }
}
