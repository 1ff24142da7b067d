//! How a vault is started: everything that Azure fixes when a vault is made, and what tests and
//! benchmarks turn.

use crate::StartError;
use crate::clock::{Clock, SystemClock};
use crate::limits::Limits;
use crate::store_key::{StoreKey, make_private_directory};
use std::collections::BTreeMap;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;
use zeroize::Zeroizing;

const STORE_KEY_FILE: &str = "store.key";

/// What Azure fixes when a vault is made.
#[derive(Debug, Clone, Copy)]
pub struct VaultRules {
    /// For how many days a deleted object can be recovered: 7 to 90.
    pub recoverable_days: u8,
    /// Whether nobody may purge before those days are over.
    pub purge_protection: bool,
}

impl Default for VaultRules {
    fn default() -> Self {
        Self { recoverable_days: 90, purge_protection: false }
    }
}

impl VaultRules {
    pub(crate) fn recovery_level(self) -> &'static str {
        match (self.recoverable_days < 90, self.purge_protection) {
            (false, false) => "Recoverable+Purgeable",
            (true, false) => "CustomizedRecoverable+Purgeable",
            (false, true) => "Recoverable",
            (true, true) => "CustomizedRecoverable",
        }
    }
}

/// How a vault is started.
pub struct Settings {
    /// Where to listen; a loopback address. Port 0 takes any free one.
    pub address: SocketAddr,
    /// Where everything is kept.
    pub directory: PathBuf,
    /// Under which key it is sealed.
    pub store_key: StoreKey,
    /// The administrator's bearer token, when the caller keeps it elsewhere, such as in the operating system's keychain.
    /// Without one, it is kept in a file beside the vault.
    pub token: Option<Zeroizing<String>>,
    /// The vault that answers for the loopback address itself.
    pub default_vault: String,
    /// The rules of vaults that [`Settings::vaults`] does not name; such a vault is made on first use.
    pub rules: VaultRules,
    /// The rules of vaults by name.
    pub vaults: BTreeMap<String, VaultRules>,
    /// The tenant that the authentication challenge names.
    pub tenant: Uuid,
    /// Azure's limits, or none.
    pub limits: Option<Limits>,
    /// How long every authenticated call takes at least.
    pub latency: Duration,
    /// For how long after disabling a version it can still be used: Azure takes up to a minute.
    pub disable_visible_after: Duration,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// At what size a new file of the audit log is begun.
    pub audit_file_bytes_max: u64,
    /// Whether administrators may set faults over the wire, under `/countersign/faults`.
    pub fault_port: bool,
}

impl Settings {
    /// A vault with Azure's limits and without delays on any free loopback port.
    #[must_use]
    pub fn new(directory: impl Into<PathBuf>, store_key: StoreKey) -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            directory: directory.into(),
            store_key,
            token: None,
            default_vault: "local-vault".to_owned(),
            rules: VaultRules::default(),
            vaults: BTreeMap::new(),
            tenant: Uuid::from_u128(0x0c0f_fee0_0000_4000_8000_0000_0000_0001),
            limits: Some(Limits::azure()),
            latency: Duration::ZERO,
            disable_visible_after: Duration::ZERO,
            clock: Arc::new(SystemClock),
            audit_file_bytes_max: 64 * 1024 * 1024,
            fault_port: false,
        }
    }
}

impl Settings {
    /// A vault that keeps its store key beside what it seals, for trying things out. Whoever can
    /// read the directory can read everything: a custody keeps the key in the keychain instead.
    ///
    /// # Errors
    /// When the key can be neither read nor made.
    pub fn alone(address: SocketAddr, directory: impl Into<PathBuf>) -> Result<Self, StartError> {
        let directory = directory.into();
        make_private_directory(&directory)?;
        let store_key = StoreKey::load_or_make(&directory.join(STORE_KEY_FILE))?;
        Ok(Self { address, ..Self::new(directory, store_key) })
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("address", &self.address)
            .field("directory", &self.directory)
            .finish_non_exhaustive()
    }
}
