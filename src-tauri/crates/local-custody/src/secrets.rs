//! The three secrets of a local custody. They live in the operating system's keychain and nowhere else.

use domain::CustodyId;
use keychain::{Item, ItemKind, Keychain, KeychainError, Secret};
use zeroize::Zeroizing;

use crate::{SuperuserPassword, random};

const SECRET_BYTES: usize = 32;

/// Why a secret is not at hand.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretsError {
    /// The keychain did not do what it was asked; its own words say what to start.
    #[error(transparent)]
    Keychain(#[from] KeychainError),
    /// Servers without the keys to them. Making new secrets would not open them.
    #[error("this keychain does not hold the {kind} of the custody in the data folder")]
    Lost {
        /// Which.
        kind: ItemKind,
    },
    /// Something else is kept under that name.
    #[error("what this keychain holds as {kind} is none")]
    Malformed {
        /// Which.
        kind: ItemKind,
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

/// Which servers exist already, sealed or locked by a secret made before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InUse {
    pub cluster: bool,
    pub vault: bool,
}

impl Secrets {
    /// Reads the secrets. Missing ones are made only while nothing depends on them yet. Blocks on the keychain.
    pub(crate) fn find_or_make(keychain: &Keychain, custody: CustodyId, in_use: InUse) -> Result<Self, SecretsError> {
        let one = |kind, depended_on| find_or_make(keychain, Item::new(custody, kind), depended_on);
        let register = one(ItemKind::ClusterPassword, in_use.cluster)?;
        let vault_store = one(ItemKind::LocalVaultKey, in_use.vault)?;
        let vault_token = one(ItemKind::LocalVaultToken, false)?;
        Ok(Self { register: SuperuserPassword::new(in_hex(&register)), vault_store, vault_token: in_hex(&vault_token) })
    }
}

fn in_hex(secret: &Zeroizing<[u8; SECRET_BYTES]>) -> Zeroizing<String> {
    Zeroizing::new(hex::encode(secret.as_slice()))
}

fn find_or_make(
    keychain: &Keychain,
    item: Item,
    depended_on: bool,
) -> Result<Zeroizing<[u8; SECRET_BYTES]>, SecretsError> {
    match keychain.get(&item)? {
        Some(kept) => read(&kept).ok_or(SecretsError::Malformed { kind: item.kind }),
        None if depended_on => Err(SecretsError::Lost { kind: item.kind }),
        None => {
            let secret = random::make::<SECRET_BYTES>().map_err(SecretsError::Randomness)?;
            keychain.put(&item, &Secret::new(secret.to_vec()))?;
            Ok(secret)
        }
    }
}

fn read(kept: &Secret) -> Option<Zeroizing<[u8; SECRET_BYTES]>> {
    let mut secret = Zeroizing::new([0_u8; SECRET_BYTES]);
    // EXPOSE: copied from one wiping type into another.
    kept.expose(|bytes| (bytes.len() == SECRET_BYTES).then(|| secret.copy_from_slice(bytes)))?;
    Some(secret)
}
