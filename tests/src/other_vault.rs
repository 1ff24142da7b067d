//! A local vault that a test holds in its own hands: with limits, latency and faults of its choice. It answers under the name of
//! the custody's vault, so that a console can be given this one instead.

use local_vault::{LocalVault, Running, Settings, StoreKey};
use tempfile::TempDir;
use vault::{Budget, Credential, Vault, VaultAddress, VaultSettings};
use zeroize::Zeroizing;

use crate::TestCustody;

/// A vault and its folder.
pub struct OtherVault {
    /// The server: its faults, its audit log.
    pub running: Running,
    folder: TempDir,
}

impl OtherVault {
    /// Starts one, with settings changed by `set`.
    pub async fn start(set: impl FnOnce(&mut Settings)) -> Self {
        Self::open(tempfile::tempdir().unwrap(), set).await
    }

    /// Starts it anew with what it holds, with other settings and at another address.
    pub async fn restart(self, set: impl FnOnce(&mut Settings)) -> Self {
        let Self { running, folder } = self;
        running.shutdown().await;
        Self::open(folder, set).await
    }

    async fn open(folder: TempDir, set: impl FnOnce(&mut Settings)) -> Self {
        let store_key = StoreKey::load_or_make(&folder.path().join("store.key")).unwrap();
        let mut settings = Settings::new(folder.path().join("vault"), store_key);
        set(&mut settings);
        let running = LocalVault::start(settings).await.unwrap();
        Self { running, folder }
    }

    /// A client of it under the name `host`, paced by `budget`.
    #[must_use]
    pub fn client(&self, host: &str, budget: Budget) -> Vault {
        let address = VaultAddress::parse(&format!("https://{host}")).unwrap();
        let settings = VaultSettings::local(address, self.running.ca_pem().as_bytes(), self.running.address());
        let token = Credential::LocalToken(Zeroizing::new(self.running.token().to_owned()));
        Vault::connect(VaultSettings { budget, ..settings }, token).unwrap()
    }

    /// Gives both people of a custody this vault instead of its own, each as a client of their own.
    pub fn stand_in(&self, custody: &mut TestCustody, budget: Budget) {
        for desk in [&mut custody.ines, &mut custody.theo] {
            desk.console.vault = self.client(&desk.console.vault_host, budget);
        }
    }
}
