use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use azure_core::http::{ClientOptions, RetryOptions, Transport};
use azure_security_keyvault_keys::{KeyClient, KeyClientOptions};
use azure_security_keyvault_secrets::{SecretClient, SecretClientOptions};

use crate::address::VaultAddress;
use crate::budget::{Budget, CallCost};
use crate::credential::{Credential, SignInWay, make_token_source};
use crate::dial::make_vault_client;
use crate::error::VaultError;
use crate::pacer::{Pacer, PacingFigures};
use crate::settings::VaultSettings;
use crate::transport::PinnedTransport;

/// One vault, signed in as one identity. Clones share connections, token and budget.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) address: VaultAddress,
    pub(crate) keys: KeyClient,
    pub(crate) secrets: SecretClient,
    pub(crate) pacer: Pacer,
    pub(crate) way: SignInWay,
    pub(crate) call_timeout: Duration,
    pub(crate) retry_after_max: Duration,
    pub(crate) read_attempts_max: u32,
}

impl Vault {
    /// Prepares a vault for use; nothing is sent yet. [`Vault::probe`] tells whether it answers.
    ///
    /// # Errors
    /// [`VaultError::BadSetting`], or [`VaultError::SignIn`] when the credential lacks what it needs.
    pub fn connect(settings: VaultSettings, credential: Credential) -> Result<Self, VaultError> {
        let address = settings.address.clone();
        let way = credential.way();
        let tokens = make_token_source(credential, &settings)?;
        let client = make_vault_client(&address.host(), &settings)?;
        let options = ClientOptions {
            // The SDK would repeat creations too, and obey any Retry-After.
            retry: RetryOptions::none(),
            transport: Some(Transport::with_policy(Arc::new(PinnedTransport::new(client, &address)))),
            ..ClientOptions::default()
        };
        let bad_address = |_cause| VaultError::BadSetting { setting: "address" };
        let keys = KeyClient::new(
            &address.url(),
            Arc::clone(&tokens),
            Some(KeyClientOptions {
                client_options: options.clone(),
                verify_challenge_resource: Some(true),
                ..KeyClientOptions::default()
            }),
        )
        .map_err(bad_address)?;
        let secrets = SecretClient::new(
            &address.url(),
            tokens,
            Some(SecretClientOptions {
                client_options: options,
                verify_challenge_resource: Some(true),
                ..SecretClientOptions::default()
            }),
        )
        .map_err(bad_address)?;
        Ok(Self(Arc::new(Inner {
            address,
            keys,
            secrets,
            pacer: Pacer::new(settings.budget, settings.in_flight_max),
            way,
            call_timeout: settings.call_timeout,
            retry_after_max: settings.retry_after_max,
            read_attempts_max: settings.read_attempts_max.max(1),
        })))
    }

    /// Where the vault is.
    pub fn address(&self) -> &VaultAddress {
        &self.0.address
    }

    /// How the caller signs in.
    pub fn sign_in_way(&self) -> SignInWay {
        self.0.way
    }

    /// The share of the vault's limits in force, for estimates.
    pub fn budget(&self) -> &Budget {
        self.0.pacer.budget()
    }

    /// How hard the vault is being pressed right now, in calls of this cost.
    pub fn pacing(&self, cost: CallCost) -> PacingFigures {
        self.0.pacer.figures(cost)
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Vault").field(&self.0.address.host()).finish()
    }
}
