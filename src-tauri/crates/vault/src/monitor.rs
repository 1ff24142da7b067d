//! Tokens for Azure Monitor's ingestion of logs: another audience than the vault, and other hosts.
//!
//! **Invariant:** what is got here is good for Azure Monitor alone; it is never sent to a vault, nor a vault's token to it.

use std::fmt;
use std::sync::Arc;

use azure_core::credentials::TokenCredential;
use azure_core::time::{Duration, OffsetDateTime};
use azure_identity::{DeveloperToolsCredential, ManagedIdentityCredential, WorkloadIdentityCredential};
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use crate::address::Cloud;
use crate::credential::{SignInCause, SignInWay, cause_of};
use crate::error::VaultError;

/// A token is asked for anew when it has less than this left.
const LEFT_MIN: Duration = Duration::minutes(5);

/// A source of tokens for Azure Monitor.
pub struct MonitorTokens {
    source: Arc<dyn TokenCredential>,
    way: SignInWay,
    scope: &'static str,
    kept: Mutex<Option<(Zeroizing<String>, OffsetDateTime)>>,
}

impl fmt::Debug for MonitorTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MonitorTokens").field(&self.way).finish()
    }
}

impl MonitorTokens {
    /// Signs in through the Azure command-line tools, the machine's identity or the workload's.
    ///
    /// # Errors
    /// [`VaultError::SignIn`] for a way that needs more than this machine has, and for the others.
    pub fn new(way: SignInWay, cloud: Cloud) -> Result<Self, VaultError> {
        let source: azure_core::Result<Arc<dyn TokenCredential>> = match way {
            SignInWay::DeveloperTools => {
                DeveloperToolsCredential::new(None).map(|it| -> Arc<dyn TokenCredential> { it })
            }
            SignInWay::ManagedIdentity => {
                ManagedIdentityCredential::new(None).map(|it| -> Arc<dyn TokenCredential> { it })
            }
            SignInWay::WorkloadIdentity => {
                WorkloadIdentityCredential::new(None).map(|it| -> Arc<dyn TokenCredential> { it })
            }
            SignInWay::StaticToken | SignInWay::ClientSecret => {
                return Err(VaultError::SignIn { way, cause: SignInCause::NotConfigured });
            }
        };
        let scope = match cloud {
            Cloud::Public | Cloud::Private => "https://monitor.azure.com/.default",
            Cloud::UsGovernment => "https://monitor.azure.us/.default",
            Cloud::China => "https://monitor.azure.cn/.default",
        };
        match source {
            Ok(source) => Ok(Self { source, way, scope, kept: Mutex::new(None) }),
            Err(_cause) => Err(VaultError::SignIn { way, cause: SignInCause::NotConfigured }),
        }
    }

    /// A token that is good for some minutes yet.
    ///
    /// # Errors
    /// [`VaultError::SignIn`].
    pub async fn token(&self) -> Result<Zeroizing<String>, VaultError> {
        let mut kept = self.kept.lock().await;
        let is_good = |until: &OffsetDateTime| *until > OffsetDateTime::now_utc() + LEFT_MIN;
        if let Some((token, _)) = kept.as_ref().filter(|(_, until)| is_good(until)) {
            return Ok(token.clone());
        }
        let got = self.source.get_token(&[self.scope], None).await;
        let got = got.map_err(|error| VaultError::SignIn { way: self.way, cause: cause_of(&error, self.way) })?;
        // EXPOSE: it goes into the header of a call to Azure Monitor.
        let token = Zeroizing::new(got.token.secret().to_owned());
        *kept = Some((token.clone(), got.expires_on));
        Ok(token)
    }

    /// Forgets the token: the service did not take it.
    pub async fn forget(&self) {
        *self.kept.lock().await = None;
    }
}
