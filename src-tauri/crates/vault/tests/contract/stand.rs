use local_vault::{FaultAction, FaultRule, FaultWhen, LocalVault, Operation, Running, Settings, StoreKey};
use tempfile::TempDir;
use vault::{Budget, Credential, Key, KeySpec, ObjectName, RsaBits, Tags, Vault, VaultAddress, VaultSettings};

pub const HOST: &str = "payroll.vault.azure.net";
pub const SPEC: KeySpec = KeySpec::Rsa(RsaBits::B2048);

/// A vault of this test's own.
pub struct Stand {
    pub running: Running,
    _directory: TempDir,
}

impl Stand {
    pub async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    pub async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut settings = Settings::new(directory.path(), StoreKey::new([7; 32]));
        // Throttling is a matter of its own tests.
        settings.limits = None;
        change(&mut settings);
        let running = LocalVault::start(settings).await.unwrap();
        Self { running, _directory: directory }
    }

    /// Settings without pacing: tests of other things need not wait for it.
    pub fn settings(&self) -> VaultSettings {
        let address = VaultAddress::parse(HOST).unwrap();
        let mut settings = VaultSettings::local(address, self.running.ca_pem(), self.running.address());
        settings.budget = Budget::unlimited();
        settings
    }

    pub fn vault(&self) -> Vault {
        self.vault_with(self.settings())
    }

    pub fn vault_with(&self, settings: VaultSettings) -> Vault {
        Vault::connect(settings, local_token(self.running.token())).unwrap()
    }

    /// Sets a fault for one operation and gives its id, to ask how many calls it met.
    pub fn fault(&self, operation: Operation, when: FaultWhen, action: FaultAction) -> u64 {
        self.running.faults().set(FaultRule { operation: Some(operation), when, action })
    }

    pub fn met(&self, fault: u64) -> u64 {
        self.running.faults().met(fault).unwrap()
    }
}

pub fn local_token(token: &str) -> Credential {
    Credential::LocalToken(token.to_owned().into())
}

pub fn named(name: &str) -> ObjectName {
    ObjectName::parse(name).unwrap()
}

pub fn tags(run: &str) -> Tags {
    Tags::from([("run".to_owned(), run.to_owned())])
}

pub async fn make_key(vault: &Vault, name: &str) -> Key {
    vault.create_key(&named(name), &SPEC, &tags("r0")).await.unwrap()
}
