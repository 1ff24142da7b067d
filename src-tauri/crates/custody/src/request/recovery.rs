//! The plan to recover a deleted KEK, as long as the vault has it.

use std::collections::BTreeMap;

use domain::{Facts, KeyId, Operation, Plan, Target, Timestamp};

use super::destruction::line;
use super::draft::{Draft, Setting};
use super::error::RequestError;
use crate::console::Console;

/// Vault operations: look, recover, read back, one canary unwrap.
const VAULT_OPERATIONS: u64 = 5;

/// A KEK that was deleted in the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedKek {
    /// Which.
    pub key: KeyId,
    /// Its name in the vault.
    pub name: String,
    /// Its version in use.
    pub version: String,
    /// Until when the vault keeps it.
    pub until: Option<Timestamp>,
}

/// Computes the plan. Pure.
#[must_use]
pub fn plan_recovery(draft: Draft, kek: &DeletedKek, facts: Facts, setting: Setting) -> Plan {
    let target = Target { key: kek.key, name: kek.name.clone(), version: kek.version.clone() };
    let seconds = setting.estimate(VAULT_OPERATIONS).as_secs().max(1);
    let parameters = BTreeMap::from([("vault".to_owned(), setting.vault_host)]);
    let impact = BTreeMap::from([
        ("deks".to_owned(), 0),
        ("estimated_seconds".to_owned(), seconds),
        ("keks".to_owned(), 1),
        ("vault_operations".to_owned(), VAULT_OPERATIONS),
    ]);
    let deleted = kek.until.map_or_else(|| "deleted".to_owned(), |until| format!("deleted, purged on {until}"));
    let changes = vec![
        line(&kek.name, "in_vault", deleted, "present with all its versions".to_owned()),
        line(&kek.name, "recovery", "possible".to_owned(), "done; the run that was destroying it ends".to_owned()),
        line(
            &kek.name,
            "state",
            "deactivated".to_owned(),
            "deactivated, until a request of its own reactivates it".to_owned(),
        ),
    ];
    draft.into_plan(Operation::RecoverKek, vec![target], parameters, changes, impact, facts)
}

impl Console {
    /// The plan to recover a KEK, from live state.
    pub(super) async fn kek_recovery(&self, draft: Draft, key: KeyId) -> Result<Plan, RequestError> {
        let unknown = |what| RequestError::Unknown { what, id: key.to_string() };
        let kek = self.register.kek(key).await?.ok_or_else(|| unknown("KEK"))?;
        let deletion = self.register.open_deletion(key).await?.ok_or_else(|| unknown("deleted KEK"))?;
        let version = kek.current_version.clone().unwrap_or_default();
        let target = Target { key, name: kek.vault_name.clone(), version: version.clone() };
        let facts = self.facts_about(Operation::RecoverKek, &target).await?;
        let deleted = DeletedKek { key, name: kek.vault_name, version, until: deletion.scheduled_purge_at };
        Ok(plan_recovery(draft, &deleted, facts, self.setting(0).await?))
    }
}
