use azure_security_keyvault_secrets::models::{
    SecretAttributes, SecretClientSetSecretOptions, SecretClientUpdateSecretPropertiesOptions,
    UpdateSecretPropertiesParameters,
};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::budget::CallCost;
use crate::call::Call;
use crate::classify::Effect;
use crate::error::{Action, VaultError};
use crate::key::Tags;
use crate::name::{ObjectName, VersionId};
use crate::secret_answer::SecretAnswer;
use crate::secret_reads::secret_call;
use crate::secrets::{DeletedSecret, SecretSummary, SecretValue};
use crate::vault::Vault;
use crate::wrapping::{method_options, wiping_body};

/// Key Vault's own limit.
const SECRET_BYTES_MAX: usize = 25 * 1024;
/// Room for names, tags and punctuation: what has room never leaves an unwiped copy behind by growing.
const BODY_REST_BYTES: usize = 16 * 1024;

#[derive(Serialize)]
struct SetSecretBody<'a> {
    value: &'a str,
    #[serde(rename = "contentType", skip_serializing_if = "Option::is_none")]
    content_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Tags::is_empty")]
    tags: &'a Tags,
}

impl Vault {
    /// Sets a secret, or a new version of it when it exists.
    ///
    /// # Errors
    /// [`VaultError::Deleted`] when a deleted secret blocks the name. [`VaultError::OutcomeUnknown`] when the reply was
    /// lost: look for `tags` among the versions before repeating.
    pub async fn set_secret(
        &self,
        name: &ObjectName,
        value: &str,
        content_type: Option<&str>,
        tags: &Tags,
    ) -> Result<SecretSummary, VaultError> {
        let call = Call { action: Action::SetSecret, cost: CallCost::SecretCreate };
        let body =
            SetSecretBody { value, content_type, tags }.json().ok_or(VaultError::BadRequest { action: call.action })?;
        let answer = SecretAnswer::default();
        let options = SecretClientSetSecretOptions { method_options: method_options(&answer) };
        self.change(call, async {
            self.inner().secrets.set_secret(name.as_str(), wiping_body(body).into(), Some(options)).await?;
            Ok(())
        })
        .await?;
        answer
            .take_body()
            .and_then(|body| SecretValue::read(&body, name, self.address()))
            .map(|secret| secret.summary)
            .filter(|summary| summary.tags == *tags)
            .ok_or_else(|| self.unreadable(call.action, Effect::Changes))
    }

    /// Enables or disables one version of a secret.
    ///
    /// # Errors
    /// [`VaultError::OutcomeUnknown`] when the reply was lost.
    pub async fn set_secret_enabled(
        &self,
        name: &ObjectName,
        version: &VersionId,
        enabled: bool,
    ) -> Result<SecretSummary, VaultError> {
        let call = secret_call(Action::UpdateSecret);
        let parameters = UpdateSecretPropertiesParameters {
            secret_attributes: Some(SecretAttributes { enabled: Some(enabled), ..Default::default() }),
            ..Default::default()
        };
        let options = SecretClientUpdateSecretPropertiesOptions {
            secret_version: Some(version.as_str().to_owned()),
            ..Default::default()
        };
        let answer = self
            .change(call, async {
                let answer = self
                    .inner()
                    .secrets
                    .update_secret_properties(name.as_str(), parameters.try_into()?, Some(options))
                    .await?;
                answer.into_model()
            })
            .await?;
        SecretSummary::read(answer, name, self.address())
            .filter(|found| found.version.as_ref() == Some(version) && found.enabled == enabled)
            .ok_or_else(|| self.unreadable(call.action, Effect::Changes))
    }

    /// Deletes a secret with all its versions; it stays recoverable for as long as the vault's rules say.
    ///
    /// # Errors
    /// [`VaultError::OutcomeUnknown`] when the reply was lost.
    pub async fn delete_secret(&self, name: &ObjectName) -> Result<DeletedSecret, VaultError> {
        let call = secret_call(Action::DeleteSecret);
        let answer = self
            .change(call, async {
                let answer = self.inner().secrets.delete_secret(name.as_str(), None).await?;
                answer.into_model()
            })
            .await?;
        DeletedSecret::read(answer, name, self.address()).ok_or_else(|| self.unreadable(call.action, Effect::Changes))
    }

    /// Brings a deleted secret back with all its versions.
    ///
    /// # Errors
    /// [`VaultError::OutcomeUnknown`] when the reply was lost.
    pub async fn recover_deleted_secret(&self, name: &ObjectName) -> Result<SecretSummary, VaultError> {
        let call = secret_call(Action::RecoverSecret);
        let answer = self
            .change(call, async {
                let answer = self.inner().secrets.recover_deleted_secret(name.as_str(), None).await?;
                answer.into_model()
            })
            .await?;
        SecretSummary::read(answer, name, self.address()).ok_or_else(|| self.unreadable(call.action, Effect::Changes))
    }

    /// Destroys a deleted secret for good. That it is gone is proven by [`Vault::deleted_secret`] answering not found.
    ///
    /// # Errors
    /// [`VaultError::Forbidden`] under purge protection; [`VaultError::OutcomeUnknown`] when the reply was lost.
    pub async fn purge_deleted_secret(&self, name: &ObjectName) -> Result<(), VaultError> {
        self.change(secret_call(Action::PurgeSecret), async {
            self.inner().secrets.purge_deleted_secret(name.as_str(), None).await?;
            Ok(())
        })
        .await
    }
}

impl SetSecretBody<'_> {
    fn json(&self) -> Option<Zeroizing<Vec<u8>>> {
        if self.value.len() > SECRET_BYTES_MAX {
            return None;
        }
        // A byte becomes six at most, as in \u0000.
        let room = self.value.len().checked_mul(6)?.checked_add(BODY_REST_BYTES)?;
        let mut json = Zeroizing::new(Vec::with_capacity(room));
        serde_json::to_writer(&mut *json, self).ok()?;
        Some(json)
    }
}
