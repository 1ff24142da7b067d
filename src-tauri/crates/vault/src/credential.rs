use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use azure_core::Error;
use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};
use azure_core::error::ErrorKind;
use azure_core::http::{ClientOptions, Transport};
use azure_core::time::{Duration, OffsetDateTime};
use azure_identity::{
    ClientAssertionCredentialOptions, ClientSecretCredential, ClientSecretCredentialOptions, DeveloperToolsCredential,
    ManagedIdentityCredential, ManagedIdentityCredentialOptions, UserAssignedId, WorkloadIdentityCredential,
    WorkloadIdentityCredentialOptions,
};
use zeroize::Zeroizing;

use crate::address::Cloud;
use crate::classify::find;
use crate::dial::{make_authority_client, make_metadata_client};
use crate::error::VaultError;
use crate::settings::VaultSettings;

/// With what one signs in to a vault. Nothing in here is shown, cloned or written.
pub enum Credential {
    /// The bearer token a vault on this machine wrote for its own callers. Any other vault refuses it, and it is sent to
    /// none: it needs a loopback address in [`VaultSettings::dial`].
    LocalToken(Zeroizing<String>),
    /// Whoever is signed in with the Azure CLI or the Azure Developer CLI.
    DeveloperTools,
    /// An application and its secret.
    ClientSecret {
        /// The directory.
        tenant: String,
        /// The application.
        client: String,
        /// Its secret.
        secret: Zeroizing<String>,
    },
    /// The identity of the machine this runs on.
    ManagedIdentity {
        /// The identity's client id, where the machine has several.
        client: Option<String>,
    },
    /// The federated identity of the workload this is, from its environment.
    WorkloadIdentity,
}

impl Credential {
    /// The way of signing in.
    pub fn way(&self) -> SignInWay {
        match self {
            Self::LocalToken(_) => SignInWay::StaticToken,
            Self::DeveloperTools => SignInWay::DeveloperTools,
            Self::ClientSecret { .. } => SignInWay::ClientSecret,
            Self::ManagedIdentity { .. } => SignInWay::ManagedIdentity,
            Self::WorkloadIdentity => SignInWay::WorkloadIdentity,
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Credential").field(&self.way()).finish()
    }
}

/// A way of signing in, as errors name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInWay {
    /// The local vault's own token.
    StaticToken,
    /// The Azure CLI or the Azure Developer CLI.
    DeveloperTools,
    /// An application's secret.
    ClientSecret,
    /// The machine's identity.
    ManagedIdentity,
    /// The workload's federated identity.
    WorkloadIdentity,
}

impl fmt::Display for SignInWay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::StaticToken => "the local vault's token",
            Self::DeveloperTools => "the Azure command-line tools",
            Self::ClientSecret => "a client secret",
            Self::ManagedIdentity => "the managed identity",
            Self::WorkloadIdentity => "the workload identity",
        })
    }
}

/// Why no token could be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInCause {
    /// What the way needs is missing or malformed.
    NotConfigured,
    /// Nobody is signed in with the tools, or the tools are not there.
    NotSignedIn,
    /// The authority refused, with this HTTP status.
    Refused(u16),
    /// The authority could not be reached.
    Unreachable,
    /// None of these.
    Unknown,
}

impl fmt::Display for SignInCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotConfigured => f.write_str("something it needs is missing or malformed; check the settings"),
            Self::NotSignedIn => f.write_str("nobody is signed in; run `az login` and try again"),
            Self::Refused(status) => {
                write!(f, "the authority refused with status {status}; check tenant, application and its credential")
            }
            Self::Unreachable => f.write_str("the authority cannot be reached; check network and proxy"),
            Self::Unknown => f.write_str("no reason was given that is known here"),
        }
    }
}

/// A sign-in that failed, without the authority's own words: they may quote what was sent.
#[derive(Debug, thiserror::Error)]
#[error("sign-in through {way} failed")]
pub(crate) struct SignInFailure {
    pub(crate) way: SignInWay,
    pub(crate) cause: SignInCause,
}

pub(crate) fn sign_in_cause(error: &Error) -> SignInCause {
    find::<SignInFailure>(error).map_or(SignInCause::Unknown, |failure| failure.cause)
}

/// The source of tokens for one vault.
pub(crate) fn make_token_source(
    credential: Credential,
    settings: &VaultSettings,
) -> Result<Arc<dyn TokenCredential>, VaultError> {
    let way = credential.way();
    let source: azure_core::Result<Arc<dyn TokenCredential>> = match credential {
        Credential::LocalToken(token) => return make_local_token(token, settings),
        Credential::DeveloperTools => shared(DeveloperToolsCredential::new(None)),
        Credential::ClientSecret { tenant, client, secret } => {
            let options = ClientSecretCredentialOptions { client_options: authority_options(settings)? };
            // LIMIT: the SDK keeps its own copy of the secret and does not wipe it.
            let secret = Secret::new(secret.as_str().to_owned());
            shared(ClientSecretCredential::new(&tenant, client, secret, Some(options)))
        }
        Credential::ManagedIdentity { client } => {
            let options = ManagedIdentityCredentialOptions {
                user_assigned_id: client.map(UserAssignedId::ClientId),
                client_options: ClientOptions {
                    transport: Some(Transport::new(Arc::new(make_metadata_client(settings)?))),
                    ..ClientOptions::default()
                },
            };
            shared(ManagedIdentityCredential::new(Some(options)))
        }
        Credential::WorkloadIdentity => {
            let options = WorkloadIdentityCredentialOptions {
                credential_options: ClientAssertionCredentialOptions { client_options: authority_options(settings)? },
                ..Default::default()
            };
            shared(WorkloadIdentityCredential::new(Some(options)))
        }
    };
    match source {
        Ok(source) => Ok(Arc::new(SignIn { source, way })),
        Err(_cause) => Err(VaultError::SignIn { way, cause: SignInCause::NotConfigured }),
    }
}

fn shared<C: TokenCredential + 'static>(
    source: azure_core::Result<Arc<C>>,
) -> azure_core::Result<Arc<dyn TokenCredential>> {
    source.map(|source| -> Arc<dyn TokenCredential> { source })
}

fn make_local_token(
    token: Zeroizing<String>,
    settings: &VaultSettings,
) -> Result<Arc<dyn TokenCredential>, VaultError> {
    if !settings.dial.is_some_and(|dial| dial.ip().is_loopback()) {
        return Err(VaultError::BadSetting { setting: "dial" });
    }
    let token = token.trim();
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(VaultError::SignIn { way: SignInWay::StaticToken, cause: SignInCause::NotConfigured });
    }
    Ok(Arc::new(LocalToken(Secret::new(token.to_owned()))))
}

fn authority_options(settings: &VaultSettings) -> Result<ClientOptions, VaultError> {
    let cloud = match (&settings.authority, settings.address.cloud()) {
        (Some(authority), _) if authority.scheme() == "https" => {
            let mut custom = CustomConfiguration::default();
            custom.authority_host = authority.to_string();
            CloudConfiguration::from(custom)
        }
        (Some(_), _) => return Err(VaultError::BadSetting { setting: "authority" }),
        (None, Cloud::China) => CloudConfiguration::AzureChina,
        (None, Cloud::UsGovernment) => CloudConfiguration::AzureGovernment,
        (None, Cloud::Public | Cloud::Private) => CloudConfiguration::AzurePublic,
    };
    Ok(ClientOptions {
        transport: Some(Transport::new(Arc::new(make_authority_client(settings)?))),
        cloud: Some(Arc::new(cloud)),
        ..ClientOptions::default()
    })
}

/// The local vault's token. LIMIT: the SDK's type for tokens does not wipe; this one opens a vault on this machine only.
struct LocalToken(Secret);

const LOCAL_TOKEN_HOURS: i64 = 24;

#[async_trait]
impl TokenCredential for LocalToken {
    async fn get_token(
        &self,
        _scopes: &[&str],
        _options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let until = OffsetDateTime::now_utc() + Duration::hours(LOCAL_TOKEN_HOURS);
        Ok(AccessToken::new(self.0.clone(), until))
    }
}

impl fmt::Debug for LocalToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LocalToken")
    }
}

/// Tells why a sign-in failed by types and status, and keeps the authority's text out of every error.
struct SignIn {
    source: Arc<dyn TokenCredential>,
    way: SignInWay,
}

#[async_trait]
impl TokenCredential for SignIn {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        match self.source.get_token(scopes, options).await {
            Ok(token) => Ok(token),
            Err(error) => {
                let failure = SignInFailure { way: self.way, cause: cause_of(&error, self.way) };
                Err(Error::new(ErrorKind::Credential, failure))
            }
        }
    }
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SignIn").field(&self.way).finish()
    }
}

pub(crate) fn cause_of(error: &Error, way: SignInWay) -> SignInCause {
    const CAUSES_MAX: usize = 16;
    let mut current: Option<&(dyn std::error::Error + 'static)> = Some(error);
    for _ in 0..CAUSES_MAX {
        let Some(cause) = current else { break };
        match cause.downcast_ref::<Error>().map(Error::kind) {
            Some(ErrorKind::HttpResponse { status, .. }) => {
                return SignInCause::Refused(u16::from(*status));
            }
            Some(ErrorKind::Connection | ErrorKind::Io) => return SignInCause::Unreachable,
            _ => current = cause.source(),
        }
    }
    match way {
        SignInWay::DeveloperTools => SignInCause::NotSignedIn,
        _ => SignInCause::Unknown,
    }
}

#[cfg(test)]
mod tests;
