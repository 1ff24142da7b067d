//! The end of a tenant as one request: everything of it is found, what stands in the way is named, and how strong the erasure
//! will be is said before anyone signs.

use std::collections::BTreeMap;

use domain::{Change, Facts, KeyId, KeyKind, Operation, Plan, StorageMedium, Target, TenantId};
use register::{OffboardingRow, TenantKeyRow};

use super::destruction::{
    Blocker, ErasureStrength, Purge, ReclaimHours, Residue, VAULT_OPERATIONS_PER_OBJECT, erase_seconds, line,
    purge_in_words,
};
use super::draft::{Draft, Setting};
use super::error::RequestError;
use crate::console::Console;

/// How a tenant shall end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffboardingOrder {
    /// Which.
    pub tenant: TenantId,
    /// Its name, as the requester typed it.
    pub typed_name: String,
    /// When the vault's objects are purged.
    pub purge: Purge,
    /// When tables may be rewritten.
    pub reclaim_hours: ReclaimHours,
}

/// Everything of a tenant, and what that means for its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offboarding {
    /// What the register has of it.
    pub found: OffboardingRow,
}

impl Offboarding {
    /// Its own KEKs.
    pub fn keks(&self) -> impl Iterator<Item = &TenantKeyRow> {
        self.found.keys.iter().filter(|key| key.kind == KeyKind::Kek)
    }

    /// Its secrets and keys in the vault, besides KEKs: deleted and purged there.
    pub fn secrets(&self) -> impl Iterator<Item = &TenantKeyRow> {
        let is_one = |key: &&TenantKeyRow| {
            key.storage == StorageMedium::KeyVault
                && key.vault_name.is_some()
                && !matches!(key.kind, KeyKind::Kek | KeyKind::TlsCertificate)
        };
        self.found.keys.iter().filter(is_one)
    }

    /// Its certificates: revoked where they were issued, which this run can't do.
    pub fn certificates(&self) -> impl Iterator<Item = &TenantKeyRow> {
        self.found.keys.iter().filter(|key| key.kind == KeyKind::TlsCertificate)
    }

    /// Records of keys that lie elsewhere: taken out of use here, destroyed where they lie.
    pub fn elsewhere(&self) -> impl Iterator<Item = &TenantKeyRow> {
        let is_one = |key: &&TenantKeyRow| {
            key.kind != KeyKind::TlsCertificate && (key.storage != StorageMedium::KeyVault || key.vault_name.is_none())
        };
        self.found.keys.iter().filter(is_one)
    }

    /// KEKs that live on and open copies of its wrapped DEKs.
    pub fn living_keks(&self) -> impl Iterator<Item = &str> {
        self.found.keks.iter().filter(|kek| !kek.is_own && kek.deks > 0).map(|kek| kek.name.as_str())
    }

    /// Exceptions that concern it. LIMIT: the register has none yet.
    #[must_use]
    pub fn exceptions(&self) -> u64 {
        0
    }

    /// How strong its erasure will be.
    #[must_use]
    pub fn strength(&self) -> ErasureStrength {
        let own: u64 = self.found.keks.iter().filter(|kek| kek.is_own).map(|kek| kek.deks).sum();
        if own > 0 && self.living_keks().next().is_none() {
            ErasureStrength::Cryptographic
        } else {
            ErasureStrength::SharedKek
        }
    }

    /// Everything that stands in the way, not only the first thing.
    #[must_use]
    pub fn blockers(&self) -> Vec<Blocker> {
        let OffboardingRow { status, holds, work, keks, .. } = &self.found;
        let status =
            (!matches!(status.as_str(), "active" | "suspended")).then(|| Blocker::Status { status: status.clone() });
        let holds =
            holds.iter().map(|hold| Blocker::Held { kind: hold.kind.clone(), reference: hold.reference.clone() });
        let running = work.iter().filter(|work| work.run.is_some());
        let runs = running.map(|work| Blocker::Run { request: work.number, operation: work.operation });
        let shared = keks.iter().filter(|kek| kek.deks_of_others > 0);
        let others = shared.map(|kek| Blocker::DeksOfOthers { kek: kek.name.clone(), deks: kek.deks_of_others });
        status.into_iter().chain(holds).chain(runs).chain(others).collect()
    }

    /// Requests that are open on it: they lapse when it leaves.
    #[must_use]
    pub fn open_requests(&self) -> u64 {
        count(self.found.work.iter().filter(|work| work.run.is_none()))
    }
}

fn count<T>(things: impl Iterator<Item = T>) -> u64 {
    u64::try_from(things.count()).unwrap_or(u64::MAX)
}

/// Computes the plan. Pure.
#[must_use]
pub fn plan_offboarding(
    draft: Draft,
    tenant: &Offboarding,
    order: &OffboardingOrder,
    facts: Facts,
    residue: Residue,
    setting: Setting,
) -> Plan {
    let found = &tenant.found;
    let strength = tenant.strength();
    let objects = count(tenant.keks()) + count(tenant.secrets());
    let operations = objects * VAULT_OPERATIONS_PER_OBJECT;
    let seconds = erase_seconds(found.deks, found.tokens) + setting.estimate(operations).as_secs();
    let target = Target { key: KeyId(found.tenant.0), name: found.name.clone(), version: String::new() };
    let mut parameters = BTreeMap::from([
        ("purge".to_owned(), order.purge.word().to_owned()),
        ("reclaim_hours".to_owned(), order.reclaim_hours.to_string()),
        ("typed_name".to_owned(), order.typed_name.clone()),
        ("vault".to_owned(), setting.vault_host),
    ]);
    parameters.extend(residue.parameters(strength));
    let impact = BTreeMap::from([
        ("certificates".to_owned(), count(tenant.certificates())),
        ("deks".to_owned(), found.deks),
        ("estimated_seconds".to_owned(), seconds),
        ("exceptions".to_owned(), tenant.exceptions()),
        ("integrations".to_owned(), found.integrations),
        ("keks".to_owned(), count(tenant.keks())),
        ("other_keys".to_owned(), count(tenant.elsewhere())),
        ("requests".to_owned(), tenant.open_requests()),
        ("secrets".to_owned(), count(tenant.secrets())),
        ("tokens".to_owned(), found.tokens),
        ("vault_operations".to_owned(), operations),
    ]);
    let changes = changes(tenant, order, residue);
    draft.into_plan(Operation::OffboardTenant, vec![target], parameters, changes, impact, facts)
}

fn changes(tenant: &Offboarding, order: &OffboardingOrder, residue: Residue) -> Vec<Change> {
    let name = tenant.found.name.as_str();
    let gone = "overwritten, deleted, their space reclaimed";
    let mut lines = vec![
        line(name, "status", tenant.found.status.clone(), "offboarded".to_owned()),
        line(
            name,
            "tokens",
            tenant.found.tokens.to_string(),
            "overwritten and deleted, before anything else".to_owned(),
        ),
        line(name, "deks", tenant.found.deks.to_string(), gone.to_owned()),
        residue.change(name, tenant.strength()),
    ];
    for key in tenant.keks().chain(tenant.secrets()) {
        let after = format!("deleted, purged {}", purge_in_words(order.purge));
        lines.push(line(key.vault_name.as_deref().unwrap_or(&key.name), "in_vault", "present".to_owned(), after));
    }
    for key in tenant.certificates() {
        let after = "out of use; revoke it at its certificate authority, which this run does not do".to_owned();
        lines.push(line(&key.name, "certificates", key.state.word().to_owned(), after));
    }
    for key in tenant.elsewhere() {
        let after = "out of use in the register; destroy it where it lies, which this run does not do".to_owned();
        lines.push(line(&key.name, "state", key.state.word().to_owned(), after));
    }
    lines
}

impl Console {
    /// Everything of a tenant, as it is now.
    ///
    /// # Errors
    /// [`RequestError::Unknown`], or what the register says.
    pub async fn offboarding(&self, tenant: TenantId) -> Result<Offboarding, RequestError> {
        let unknown = || RequestError::Unknown { what: "tenant", id: tenant.to_string() };
        Ok(Offboarding { found: self.register.offboarding(tenant).await?.ok_or_else(unknown)? })
    }

    /// The plan to offboard a tenant, from live state. Refused with everything that stands in the way.
    pub(super) async fn tenant_offboarding(
        &self,
        draft: Draft,
        order: &OffboardingOrder,
    ) -> Result<Plan, RequestError> {
        let tenant = self.offboarding(order.tenant).await?;
        if order.typed_name != tenant.found.name {
            return Err(RequestError::NameDiffers { typed: order.typed_name.clone() });
        }
        let blockers = tenant.blockers();
        if !blockers.is_empty() {
            return Err(RequestError::Blocked { what: tenant.found.name, blockers });
        }
        let facts = self.register.facts(Operation::OffboardTenant, &[KeyId(order.tenant.0)]).await?;
        let residue = Residue::of(self.register.retention().await?, draft.execute_by());
        let setting = self.setting(0).await?;
        Ok(plan_offboarding(draft, &tenant, order, facts, residue, setting))
    }
}
