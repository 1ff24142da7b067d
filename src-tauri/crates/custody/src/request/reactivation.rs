//! The plan of a reactivation: keys that a protective act took out of use serve again, in the vault and in the register. What was
//! revoked does not come back.

use std::collections::BTreeMap;

use domain::{Change, Facts, KeyId, KeyState, Operation, Plan, Target, TenantId};
use register::{ProtectedNow, TenantStatus};

use super::draft::{Draft, Setting};
use super::error::RequestError;
use crate::console::Console;

/// Keys in one request; the register takes no more targets.
const KEYS_MAX: usize = 500;

/// Vault operations for each version: look, enable, prove.
const VAULT_OPERATIONS_PER_VERSION: u64 = 3;

/// RSA length that a canary costs most at, for the estimate only.
const BITS_MAX: u32 = 4096;

/// What is asked to come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reactivation {
    /// Keys that are suspended, deactivated or compromised.
    pub keys: Vec<KeyId>,
    /// Suspended tenant of all of them that is served again with them.
    pub tenant: Option<TenantId>,
}

/// The tenant that comes back.
struct TenantNow {
    id: TenantId,
    name: String,
}

/// Computes the plan. Pure: what it needs to know is in its arguments.
fn plan_reactivation(
    draft: Draft,
    keys: &[ProtectedNow],
    tenant: Option<&TenantNow>,
    facts: Facts,
    setting: Setting,
) -> Plan {
    let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
    let versions = keys.iter().map(|key| count(key.versions.len())).sum::<u64>();
    let operations = versions * VAULT_OPERATIONS_PER_VERSION;
    let target = |key: &ProtectedNow| Target {
        key: key.key,
        name: key.name.clone(),
        version: key.version.clone().unwrap_or_default(),
    };
    let targets = keys.iter().map(target).collect();
    let impact = BTreeMap::from([
        ("estimated_seconds".to_owned(), setting.estimate(operations).as_secs().max(1)),
        ("keys".to_owned(), count(keys.len())),
        ("vault_operations".to_owned(), operations),
        ("versions".to_owned(), versions),
    ]);
    let mut parameters = BTreeMap::from([("vault".to_owned(), setting.vault_host)]);
    let mut changes: Vec<Change> = keys.iter().flat_map(changes).collect();
    if let Some(tenant) = tenant {
        parameters.insert("tenant".to_owned(), tenant.id.to_string());
        changes.push(line(&tenant.name, "tenant_status", "suspended", "active"));
    }
    draft.into_plan(Operation::Reactivate, targets, parameters, changes, impact, facts)
}

fn changes(key: &ProtectedNow) -> Vec<Change> {
    let mut lines = vec![line(&key.name, "state", key.state.word(), KeyState::Active.word())];
    lines.extend(
        key.versions
            .iter()
            .map(|version| line(&key.name, "version", &format!("{version} disabled"), &format!("{version} enabled"))),
    );
    lines
}

fn line(subject: &str, field: &str, before: &str, after: &str) -> Change {
    Change { subject: subject.to_owned(), field: field.to_owned(), before: before.to_owned(), after: after.to_owned() }
}

impl Console {
    /// The plan to bring these keys back, from live state.
    pub(super) async fn reactivation(&self, draft: Draft, wanted: &Reactivation) -> Result<Plan, RequestError> {
        let keys = self.protected(&wanted.keys).await?;
        let tenant = match wanted.tenant {
            Some(tenant) => Some(self.suspended_tenant(tenant, &keys).await?),
            None => None,
        };
        let facts = self.register.facts(Operation::Reactivate, &wanted.keys).await?;
        let setting = self.setting(BITS_MAX).await?;
        Ok(plan_reactivation(draft, &keys, tenant.as_ref(), facts, setting))
    }

    /// The keys as they are, if all of them may come back.
    async fn protected(&self, keys: &[KeyId]) -> Result<Vec<ProtectedNow>, RequestError> {
        if keys.is_empty() || keys.len() > KEYS_MAX {
            let why = format!("it names {} keys, and 1 to {KEYS_MAX} go into one request", keys.len());
            return Err(RequestError::NotReactivatable { key: "this selection".to_owned(), why });
        }
        let found = self.register.protected_now(keys).await?;
        if let Some(missing) = keys.iter().find(|key| !found.iter().any(|row| row.key == **key)) {
            return Err(RequestError::Unknown { what: "key", id: missing.to_string() });
        }
        let comes_back = |state| matches!(state, KeyState::Suspended | KeyState::Deactivated | KeyState::Compromised);
        match found.iter().find(|row| !comes_back(row.state)) {
            Some(row) => {
                let why = format!("it is {}", row.state.word());
                Err(RequestError::NotReactivatable { key: row.name.clone(), why })
            }
            None => Ok(found),
        }
    }

    async fn suspended_tenant(&self, tenant: TenantId, keys: &[ProtectedNow]) -> Result<TenantNow, RequestError> {
        let unknown = || RequestError::Unknown { what: "tenant", id: tenant.to_string() };
        let detail = self.register.tenant_detail(tenant).await?.ok_or_else(unknown)?;
        let refused =
            |key: &str, why: &str| RequestError::NotReactivatable { key: key.to_owned(), why: why.to_owned() };
        if detail.row.status != TenantStatus::Suspended {
            return Err(refused(&detail.row.name, "this tenant is not suspended"));
        }
        match keys.iter().find(|key| key.tenant != Some(tenant)) {
            Some(other) => Err(refused(&other.name, "it is no key of the tenant that shall come back with it")),
            None => Ok(TenantNow { id: tenant, name: detail.row.name }),
        }
    }
}
