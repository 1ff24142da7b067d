//! The plan of a rotation of data-encryption keys: new DEKs, every token under the old ones sealed anew, the old wraps
//! overwritten and removed. Two vault operations for each DEK.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Change, DekTrigger, Facts, KeyId, KeyState, Operation, Plan, Target, TenantId};
use register::{DekRow, DekScope};

use super::draft::{Draft, Setting};
use super::error::RequestError;
use crate::console::Console;

/// DEKs in one request; the register takes no more targets.
pub const DEKS_MAX: usize = 500;

/// Vault operations besides two for each DEK: the public half of each KEK is read once.
const VAULT_OPERATIONS_PER_KEK: u64 = 1;

/// Tokens that are sealed anew in a second, for the estimate only.
const TOKENS_PER_SECOND: u64 = 35_000;

/// One of the DEKs that shall be rotated, as the register has it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DekNow {
    /// Record in the register.
    pub key: KeyId,
    /// Name on screen.
    pub name: String,
    /// Version in use.
    pub version: u32,
    /// Version that the rotation makes.
    pub next_version: u32,
    /// Its state.
    pub state: KeyState,
    /// Tenant it belongs to, if one does.
    pub tenant: Option<TenantId>,
    /// Tokens under it.
    pub tokens: u64,
}

/// What the register says about the DEKs now.
#[derive(Debug, Clone)]
pub struct DeksNow {
    /// Each of them, in the order in which they were named.
    pub deks: Vec<DekNow>,
    /// How many KEKs they lie under.
    pub keks: u64,
    /// Facts the plan depends on.
    pub facts: Facts,
}

/// Computes the plan. Pure: what it needs to know is in its arguments.
#[must_use]
pub fn plan_dek_rotation(draft: Draft, now: DeksNow, trigger: DekTrigger, setting: Setting) -> Plan {
    let deks = u64::try_from(now.deks.len()).unwrap_or(u64::MAX);
    let tokens: u64 = now.deks.iter().map(|dek| dek.tokens).sum();
    let tenants: BTreeSet<TenantId> = now.deks.iter().filter_map(|dek| dek.tenant).collect();
    let operations = 2 * deks + VAULT_OPERATIONS_PER_KEK * now.keks;
    let seconds = setting.estimate(operations).as_secs() + tokens / TOKENS_PER_SECOND;
    let target = |dek: &DekNow| Target { key: dek.key, name: dek.name.clone(), version: dek.version.to_string() };
    let targets = now.deks.iter().map(target).collect();
    let compromised = now.deks.iter().any(|dek| dek.state == KeyState::Compromised);
    let reactivates = compromised && trigger == DekTrigger::SuspectedCompromise;
    let mut parameters = BTreeMap::from([
        ("budget_percent".to_owned(), setting.budget_percent.to_string()),
        ("trigger".to_owned(), trigger.word().to_owned()),
        ("vault".to_owned(), setting.vault_host),
    ]);
    if reactivates {
        parameters.insert("reactivates".to_owned(), "true".to_owned());
    }
    let impact = BTreeMap::from([
        ("deks".to_owned(), deks),
        ("estimated_seconds".to_owned(), seconds.max(1)),
        ("tenants".to_owned(), u64::try_from(tenants.len()).unwrap_or(u64::MAX)),
        ("tokens".to_owned(), tokens),
        ("vault_operations".to_owned(), operations),
    ]);
    let changes = now.deks.iter().flat_map(changes).collect();
    draft.into_plan(Operation::RotateDek, targets, parameters, changes, impact, now.facts)
}

fn changes(dek: &DekNow) -> Vec<Change> {
    let line = |field: &str, before: String, after: String| Change {
        subject: dek.name.clone(),
        field: field.to_owned(),
        before,
        after,
    };
    let mut lines = vec![
        line("dek_version", dek.version.to_string(), dek.next_version.to_string()),
        line("tokens_under_old", dek.tokens.to_string(), "0".to_owned()),
        line("old_wrap", "in use".to_owned(), "overwritten and removed".to_owned()),
    ];
    if dek.state == KeyState::Compromised {
        lines.push(line("state", dek.state.word().to_owned(), KeyState::Active.word().to_owned()));
    }
    lines
}

impl Console {
    /// The plan to rotate these DEKs, from live state.
    pub(super) async fn dek_rotation(
        &self,
        draft: Draft,
        keys: &[KeyId],
        trigger: DekTrigger,
    ) -> Result<Plan, RequestError> {
        let rows = self.rotatable(keys).await?;
        let keks: BTreeSet<KeyId> = rows.iter().filter_map(|row| row.kek).collect();
        let mut bits = 0;
        for kek in &keks {
            bits = bits.max(self.register.kek(*kek).await?.and_then(|kek| kek.bits).unwrap_or(0));
        }
        let now = DeksNow {
            deks: rows.into_iter().map(dek_now).collect(),
            keks: u64::try_from(keks.len()).unwrap_or(u64::MAX),
            facts: self.register.facts(Operation::RotateDek, keys).await?,
        };
        Ok(plan_dek_rotation(draft, now, trigger, self.setting(bits).await?))
    }

    /// The records of the DEKs, in the order in which they were named, if all of them can be rotated.
    async fn rotatable(&self, keys: &[KeyId]) -> Result<Vec<DekRow>, RequestError> {
        let refused = |key: &str, why: &str| RequestError::NotRotatable { key: key.to_owned(), why: why.to_owned() };
        if keys.is_empty() || keys.len() > DEKS_MAX {
            return Err(refused(
                "this selection",
                &format!("it names {} DEKs, and 1 to {DEKS_MAX} go into one request", keys.len()),
            ));
        }
        let mut found: BTreeMap<KeyId, DekRow> =
            self.register.deks(keys).await?.into_iter().map(|row| (row.id, row)).collect();
        let mut rows = Vec::with_capacity(keys.len());
        for key in keys {
            let row = found.remove(key).ok_or_else(|| RequestError::Unknown { what: "DEK", id: key.to_string() })?;
            if row.kek.is_none() {
                return Err(refused(&row.name, "it has no wrap: there is nothing to rotate"));
            }
            rows.push(row);
        }
        Ok(rows)
    }
}

fn dek_now(row: DekRow) -> DekNow {
    DekNow {
        key: row.id,
        name: row.name,
        version: row.dek_version,
        next_version: row.next_version,
        state: row.state,
        tenant: match row.scope {
            DekScope::Integration { tenant, .. } => Some(tenant),
            DekScope::Secret { .. } => None,
        },
        tokens: row.tokens,
    }
}
