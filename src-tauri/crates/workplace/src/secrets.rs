//! The secrets of a local custody, kept in the operating system's keychain.

use async_trait::async_trait;
use domain::CustodyId;
use keychain::{Item, ItemKind, Keychain, Secret};
use local_custody::{SecretStore, StoreError};
use zeroize::Zeroizing;

/// A keychain as a local custody uses it.
pub(crate) struct KeychainSecrets {
    keychain: Keychain,
}

impl KeychainSecrets {
    pub fn new(keychain: Keychain) -> Self {
        Self { keychain }
    }
}

#[async_trait]
impl SecretStore for KeychainSecrets {
    async fn find_secret(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let (keychain, item) = (self.keychain.clone(), item(name)?);
        let found = tokio::task::spawn_blocking(move || keychain.get(&item)).await??;
        // EXPOSE: handed to the local custody in a buffer that is wiped as well.
        Ok(found.map(|secret| secret.expose(|bytes| Zeroizing::new(bytes.to_vec()))))
    }

    async fn keep_secret(&self, name: &str, secret: &[u8]) -> Result<(), StoreError> {
        let (keychain, item, secret) = (self.keychain.clone(), item(name)?, Secret::new(secret.to_vec()));
        tokio::task::spawn_blocking(move || keychain.put(&item, &secret)).await??;
        Ok(())
    }
}

/// `local-custody/ID/SECRET`, as an item of that custody.
fn item(name: &str) -> Result<Item, StoreError> {
    let unknown = || StoreError::from(format!("the keychain has no place for {name}"));
    let mut parts = name.split('/').skip(1);
    let custody: CustodyId = parts.next().ok_or_else(unknown)?.parse()?;
    let kind = match parts.next() {
        Some("register-superuser") => ItemKind::ClusterPassword,
        Some("vault-store") => ItemKind::LocalVaultKey,
        Some("vault-token") => ItemKind::LocalVaultToken,
        _ => return Err(unknown()),
    };
    Ok(Item::new(custody, kind))
}
