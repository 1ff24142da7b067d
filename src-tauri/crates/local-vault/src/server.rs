//! What every call shares.

use crate::audit::AuditLog;
use crate::clock::Clock;
use crate::fault::Faults;
use crate::identity::Identities;
use crate::limits::{Limits, Meter};
use crate::lock::DirectoryLock;
use crate::place::{Place, vault_of};
use crate::refusal::Refusal;
use crate::settings::{Settings, VaultRules};
use crate::store::Store;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// Held by everything that may still change the store: a shutdown waits until none is left.
pub(crate) type Busy = mpsc::Sender<()>;

pub(crate) struct Server {
    pub store: Store,
    pub identities: Identities,
    pub faults: Faults,
    pub meter: Meter,
    pub audit: AuditLog,
    pub limits: Option<Limits>,
    pub latency: Duration,
    pub disable_visible_after: Duration,
    pub clock: Arc<dyn Clock>,
    pub fault_port: bool,
    pub challenge: String,
    default_vault: String,
    rules: VaultRules,
    vaults: BTreeMap<String, VaultRules>,
    /// Released when the last task that can write is over.
    _lock: DirectoryLock,
}

impl Server {
    pub fn new(settings: Settings, store: Store, audit: AuditLog, lock: DirectoryLock) -> Self {
        Self {
            store,
            identities: Identities::default(),
            faults: Faults::default(),
            meter: Meter::default(),
            audit,
            limits: settings.limits,
            latency: settings.latency,
            disable_visible_after: settings.disable_visible_after,
            clock: settings.clock,
            fault_port: settings.fault_port,
            challenge: format!(
                r#"Bearer authorization="https://login.microsoftonline.com/{}", resource="https://vault.azure.net""#,
                settings.tenant
            ),
            default_vault: settings.default_vault,
            rules: settings.rules,
            vaults: settings.vaults,
            _lock: lock,
        }
    }

    /// Where a call to that host happens, now.
    pub fn place(&self, host: &str, api_version: &str) -> Result<Place, Refusal> {
        let vault = vault_of(host, &self.default_vault)?;
        Ok(Place {
            origin: format!("https://{host}"),
            rules: self.vaults.get(&vault).copied().unwrap_or(self.rules),
            vault,
            now: self.clock.now(),
            api_version: api_version.to_owned(),
        })
    }
}
