//! The three secrets of a local custody. They live in the operating system's keychain and nowhere else.

use async_trait::async_trait;
use zeroize::Zeroizing;

use crate::{LocalProfile, SuperuserPassword, random};

const SECRET_BYTES: usize = 32;
const REGISTER: &str = "register-superuser";
const VAULT_STORE: &str = "vault-store";
const VAULT_TOKEN: &str = "vault-token";

/// A failure of whatever keeps the secrets.
pub type StoreError = Box<dyn std::error::Error + Send + Sync>;

/// What keeps secrets over restarts: the operating system's keychain in the product.
#[async_trait]
pub trait SecretStore: Send + Sync {
    /// The secret kept under this name, if there is one.
    async fn find_secret(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError>;

    /// Keeps a secret under this name.
    async fn keep_secret(&self, name: &str, secret: &[u8]) -> Result<(), StoreError>;
}

/// Why a secret is not at hand.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretsError {
    /// The keychain did not answer.
    #[error("the keychain cannot be used")]
    Store(#[source] StoreError),
    /// Servers without the keys to them. Making new secrets would not open them.
    #[error("this machine's keychain does not hold the secret {name} of the custody in the data folder")]
    Lost {
        /// Under which name it was kept.
        name: String,
    },
    /// Something else is kept under that name.
    #[error("the keychain's secret {name} is not one of ours")]
    Malformed {
        /// Under which name.
        name: String,
    },
    /// No random numbers.
    #[error("the operating system gives no random numbers")]
    Randomness(#[source] std::io::Error),
}

/// The secrets of one local custody.
pub(crate) struct Secrets {
    pub register: SuperuserPassword,
    pub vault_store: Zeroizing<[u8; SECRET_BYTES]>,
    pub vault_token: Zeroizing<String>,
}

impl Secrets {
    /// Reads the secrets. Missing ones are made only while nothing depends on them yet.
    pub(crate) async fn find_or_make(
        store: &dyn SecretStore,
        profile: &LocalProfile,
        in_use: InUse,
    ) -> Result<Self, SecretsError> {
        let register = one(store, profile.secret_name(REGISTER), in_use.cluster).await?;
        let vault_store = one(store, profile.secret_name(VAULT_STORE), in_use.vault).await?;
        let vault_token = one(store, profile.secret_name(VAULT_TOKEN), false).await?;
        Ok(Self { register: SuperuserPassword::new(in_hex(&register)), vault_store, vault_token: in_hex(&vault_token) })
    }
}

/// Which servers exist already, sealed or locked by a secret made before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InUse {
    pub cluster: bool,
    pub vault: bool,
}

fn in_hex(secret: &Zeroizing<[u8; SECRET_BYTES]>) -> Zeroizing<String> {
    Zeroizing::new(hex::encode(secret.as_slice()))
}

async fn one(
    store: &dyn SecretStore,
    name: String,
    depended_on: bool,
) -> Result<Zeroizing<[u8; SECRET_BYTES]>, SecretsError> {
    match store.find_secret(&name).await.map_err(SecretsError::Store)? {
        Some(found) => {
            let mut secret = Zeroizing::new([0_u8; SECRET_BYTES]);
            if found.len() != SECRET_BYTES {
                return Err(SecretsError::Malformed { name });
            }
            secret.copy_from_slice(&found);
            Ok(secret)
        }
        None if depended_on => Err(SecretsError::Lost { name }),
        None => {
            let secret = random::make::<SECRET_BYTES>().map_err(SecretsError::Randomness)?;
            store.keep_secret(&name, secret.as_slice()).await.map_err(SecretsError::Store)?;
            Ok(secret)
        }
    }
}
