//! The plan to lift a hold: from then on what it kept can be destroyed again.

use std::collections::BTreeMap;

use domain::{Change, Facts, KeyId, Operation, Plan, Target};
use register::{HoldRow, HoldTarget};
use uuid::Uuid;

use super::draft::{Draft, Setting};
use super::error::RequestError;
use crate::console::Console;

/// For the estimate only: the vault is not asked.
const BITS: u32 = 2048;

/// Computes the plan. Pure: what it needs to know is in its arguments.
fn plan_lifting(draft: Draft, hold: &HoldRow, facts: Facts, setting: Setting) -> Plan {
    let target = Target { key: KeyId(hold.id), name: hold.reference.clone(), version: String::new() };
    let parameters = BTreeMap::from([("vault".to_owned(), setting.vault_host)]);
    let impact = BTreeMap::from([("estimated_seconds".to_owned(), 1), ("vault_operations".to_owned(), 0)]);
    let line = |field: &str, before: String, after: String| Change {
        subject: hold.reference.clone(),
        field: field.to_owned(),
        before,
        after,
    };
    let kept = match hold.target {
        HoldTarget::Tenant(_) => "tenant_kept",
        HoldTarget::Key(_) => "key_kept",
    };
    let changes = vec![
        line(hold.kind.word(), "set".to_owned(), "lifted".to_owned()),
        line(kept, hold.target_name.clone(), String::new()),
    ];
    draft.into_plan(Operation::LiftHold, vec![target], parameters, changes, impact, facts)
}

impl Console {
    /// The plan to lift this hold, from live state.
    pub(super) async fn lifting(&self, draft: Draft, hold: Uuid) -> Result<Plan, RequestError> {
        let unknown = || RequestError::Unknown { what: "hold that is set", id: hold.to_string() };
        let row = self.register.hold(hold).await?.filter(|row| row.lifted_seq.is_none()).ok_or_else(unknown)?;
        let facts = self.register.facts(Operation::LiftHold, &[KeyId(hold)]).await?;
        Ok(plan_lifting(draft, &row, facts, self.setting(BITS).await?))
    }
}
