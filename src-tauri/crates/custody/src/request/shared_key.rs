//! The plan that lets a key serve several tenants, by a decision on record and an accepted risk, until it is looked at again.

use std::collections::BTreeMap;

use domain::{
    Change, ExceptionTerm, Facts, KeyId, KeyKind, Operation, Plan, SHARING_ACCEPTANCE, SharedKeyId, Target, Timestamp,
};
use rand_core::OsRng;

use super::draft::{Draft, Setting};
use super::error::RequestError;
use super::exception::{fitting, line, prose};
use crate::console::Console;

const RECORD_CHARS_MAX: usize = 200;

/// For the estimate only: the vault is not asked.
const BITS: u32 = 2048;

/// A key that is to serve several tenants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSharedKey {
    /// Which.
    pub key: KeyId,
    /// The architectural decision record.
    pub decision_record: String,
    /// Why.
    pub justification: String,
    /// What limits the risk.
    pub controls: String,
    /// From then on it counts no more, unless somebody has looked at it again.
    pub review_by: Timestamp,
}

/// What the register knows of the key.
struct Shared {
    id: SharedKeyId,
    name: String,
    tenants: u32,
    term: ExceptionTerm,
}

/// Computes the plan. Pure: what it needs to know is in its arguments.
fn plan_sharing(
    draft: Draft,
    new: &NewSharedKey,
    known: &Shared,
    facts: Facts,
    setting: Setting,
) -> Result<Plan, RequestError> {
    known.term.check(draft.planned_at(), new.review_by)?;
    let record = line("decision record", &new.decision_record, RECORD_CHARS_MAX)?;
    let controls = prose("compensating controls", &new.controls)?;
    let parameter = |name: &str, value: String| (name.to_owned(), value);
    let parameters = BTreeMap::from([
        parameter("acceptance", SHARING_ACCEPTANCE.to_owned()),
        parameter("controls", controls.clone()),
        parameter("decision_record", record.clone()),
        parameter("justification", prose("justification", &new.justification)?),
        parameter("key", new.key.to_string()),
        parameter("review_by", new.review_by.micros().to_string()),
        parameter("vault", setting.vault_host),
    ]);
    let line = |field: &str, after: String| Change {
        subject: known.name.clone(),
        field: field.to_owned(),
        before: String::new(),
        after,
    };
    let changes = vec![
        line("shared_across_tenants", known.tenants.to_string()),
        line("decision_record", record),
        line("review_by", new.review_by.to_string()),
        line("controls", controls),
    ];
    let impact = BTreeMap::from([
        ("estimated_seconds".to_owned(), 1),
        ("tenants".to_owned(), u64::from(known.tenants)),
        ("vault_operations".to_owned(), 0),
    ]);
    let target = Target { key: KeyId(known.id.0), name: known.name.clone(), version: String::new() };
    let draft = draft.ending_before(new.review_by);
    fitting(draft.into_plan(Operation::ShareKey, vec![target], parameters, changes, impact, facts))
}

impl Console {
    /// The plan to let this key serve several tenants, from live state.
    pub(super) async fn sharing(&self, draft: Draft, new: &NewSharedKey) -> Result<Plan, RequestError> {
        let unknown = || RequestError::Unknown { what: "key", id: new.key.to_string() };
        let key = self.register.key_detail(new.key).await?.ok_or_else(unknown)?.key;
        if key.kind == KeyKind::Dek {
            return Err(RequestError::NotShareable { key: key.name });
        }
        let id = SharedKeyId::make(draft.planned_at(), &mut OsRng);
        let known = Shared {
            id,
            name: key.name,
            tenants: self.register.tenants_served(new.key).await?,
            term: ExceptionTerm::of_days(self.register.shared_key_term_days().await?),
        };
        let facts = self.register.facts(Operation::ShareKey, &[KeyId(id.0)]).await?;
        plan_sharing(draft, new, &known, facts, self.setting(BITS).await?)
    }
}
