use std::time::Duration;

use azure_security_keyvault_keys::models::KeyClientListKeyPropertiesOptions;
use futures::StreamExt;
use tokio::time::Instant;

use crate::budget::CallCost;
use crate::call::Call;
use crate::classify::Effect;
use crate::error::{Action, VaultError};
use crate::key::{KeySummary, Recovery};
use crate::vault::Vault;

/// What a probe found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultStatus {
    /// The vault's host name.
    pub host: String,
    /// How long one signed-in call took.
    pub round_trip: Duration,
    /// What deletion means in this vault, as far as a first key tells; an empty vault does not say.
    pub recovery: Option<Recovery>,
}

impl Vault {
    /// Looks whether the vault can be reached, is who it should be, accepts the sign-in and lets keys be listed. One
    /// attempt: the answer is for a person who waits for it.
    ///
    /// # Errors
    /// Each failure by name: [`VaultError::Dns`], [`VaultError::Tls`], [`VaultError::Unreachable`],
    /// [`VaultError::SignIn`], [`VaultError::Unauthorized`], [`VaultError::Forbidden`] and the rest.
    pub async fn probe(&self) -> Result<VaultStatus, VaultError> {
        let call = Call { action: Action::Probe, cost: CallCost::KEY_READ };
        let asked = Instant::now();
        let first = self
            .send_once(call, Effect::Reads, async {
                let options = KeyClientListKeyPropertiesOptions { maxresults: Some(1), ..Default::default() };
                let mut pages = self.inner().keys.list_key_properties(Some(options))?.into_pages();
                match pages.next().await {
                    Some(page) => Ok(page?.into_model()?.value.into_iter().next()),
                    None => Ok(None),
                }
            })
            .await?;
        Ok(VaultStatus {
            host: self.address().host(),
            round_trip: asked.elapsed(),
            recovery: first.and_then(|key| KeySummary::read(key, self.address())).and_then(|key| key.recovery),
        })
    }
}
