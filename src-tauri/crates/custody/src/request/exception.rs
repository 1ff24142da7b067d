//! Plans about exceptions: granting one until a date, renewing one by another, closing one with evidence.
//!
//! The second seal is given in the role `risk_acceptance`, over the words in the plan: that seal is the acceptance of the risk.

use std::collections::BTreeMap;

use domain::{
    Change, EXCEPTION_ACCEPTANCE, ExceptionId, ExceptionNumber, ExceptionTerm, Facts, KeyId, KeyKind, Operation, Plan,
    PlanError, Target, TenantId, Text, TextError, Timestamp,
};
use rand_core::OsRng;
use register::{ClauseTerm, Cover, ExceptionDetail};

use super::draft::{Draft, Setting};
use super::error::RequestError;
use crate::console::Console;

/// Keys that one exception names one by one.
pub const EXCEPTION_KEYS_MAX: usize = 50;
/// Kinds and tenants that one exception names.
pub const EXCEPTION_SCOPE_MAX: usize = 20;

/// LIMIT: the plan goes whole, in hex, into the entry that applies it.
const PLAN_BYTES_MAX: usize = 28 * 1024;

const TITLE_CHARS_MAX: usize = 200;
const OWNER_CHARS_MAX: usize = 200;
/// LIMIT: a parameter of a plan has at most so many bytes.
const PROSE_BYTES_MAX: usize = 4_000;

/// For the estimate only: the vault is not asked.
const BITS: u32 = 2048;

/// What an exception departs from, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Excepted {
    /// From a clause, for these keys and for all keys of these kinds and tenants. Kinds and tenants together mean keys that are both.
    Clause {
        /// The clause, such as `B-9-api-secrets`.
        clause: String,
        /// Keys.
        keys: Vec<KeyId>,
        /// Kinds of keys.
        kinds: Vec<KeyKind>,
        /// Tenants.
        tenants: Vec<TenantId>,
    },
    /// From what this one departs from, for the same.
    Renewing(ExceptionId),
}

/// An exception that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewException {
    /// From what, for what.
    pub excepted: Excepted,
    /// What it is about, in a line.
    pub title: String,
    /// Why it is needed.
    pub justification: String,
    /// What limits the risk until then: at least one control that is in place today.
    pub controls: String,
    /// Who answers for it.
    pub owner: String,
    /// Its date: from that moment on it has expired.
    pub expires_at: Timestamp,
}

/// What a plan for an exception is computed from, besides what was written.
struct Known {
    id: ExceptionId,
    clause: ClauseTerm,
    covers: Vec<Cover>,
    renews: Option<(ExceptionId, ExceptionNumber, String)>,
}

/// Text of a parameter: line breaks allowed, bounded in bytes as well.
pub(super) fn prose(field: &'static str, raw: &str) -> Result<String, PlanError> {
    let text = Text::parse(field, raw, PROSE_BYTES_MAX)?;
    match text.as_str().len() {
        length if length > PROSE_BYTES_MAX => Err(TextError::TooLong { field, length, max: PROSE_BYTES_MAX }.into()),
        _ => Ok(text.as_str().to_owned()),
    }
}

pub(super) fn line(field: &'static str, raw: &str, chars_max: usize) -> Result<String, PlanError> {
    Ok(Text::parse_line(field, raw, chars_max)?.as_str().to_owned())
}

/// Refuses a plan that its entry could not carry.
pub(super) fn fitting(plan: Plan) -> Result<Plan, RequestError> {
    match plan.encode().len() {
        bytes if bytes > PLAN_BYTES_MAX => Err(RequestError::PlanTooLong { bytes, max: PLAN_BYTES_MAX }),
        _ => Ok(plan),
    }
}

/// What a scope says, as the plan carries it: words in ascending order, so that one scope has one spelling.
fn joined(words: impl Iterator<Item = String>) -> Option<String> {
    let words: std::collections::BTreeSet<String> = words.collect();
    if words.is_empty() { None } else { Some(words.into_iter().collect::<Vec<_>>().join(",")) }
}

fn said(cover: &Cover) -> String {
    match cover {
        Cover::Key { name, .. } => name.clone(),
        Cover::Kind(kind) => format!("every key of type {kind}"),
        Cover::Tenant { name, .. } => format!("keys of tenant {name}"),
    }
}

/// Computes the plan. Pure: what it needs to know is in its arguments.
fn plan_exception(
    draft: Draft,
    new: &NewException,
    known: Known,
    facts: Facts,
    setting: Setting,
) -> Result<Plan, RequestError> {
    let (now, term) = (draft.planned_at(), ExceptionTerm::of_days(known.clause.days_max));
    term.check(now, new.expires_at)?;
    let title = line("title", &new.title, TITLE_CHARS_MAX)?;
    let owner = line("owner", &new.owner, OWNER_CHARS_MAX)?;
    let (justification, controls) =
        (prose("justification", &new.justification)?, prose("compensating controls", &new.controls)?);
    let keys = joined(known.covers.iter().filter_map(|cover| match cover {
        Cover::Key { key, .. } => Some(key.to_string()),
        _ => None,
    }));
    let scope = joined(known.covers.iter().filter_map(|cover| match cover {
        Cover::Key { .. } => None,
        Cover::Kind(kind) => Some(format!("type:{kind}")),
        Cover::Tenant { tenant, .. } => Some(format!("tenant:{tenant}")),
    }));
    let parameter = |name: &str, value: String| (name.to_owned(), value);
    let mut parameters = BTreeMap::from([
        parameter("acceptance", EXCEPTION_ACCEPTANCE.to_owned()),
        parameter("clause", known.clause.clause.clone()),
        parameter("controls", controls.clone()),
        parameter("expires_at", new.expires_at.micros().to_string()),
        parameter("justification", justification),
        parameter("owner", owner.clone()),
        parameter("title", title.clone()),
        parameter("vault", setting.vault_host),
    ]);
    parameters.extend(keys.map(|keys| parameter("keys", keys)));
    parameters.extend(scope.map(|scope| parameter("scope", scope)));
    parameters.extend(known.renews.iter().map(|(id, _, _)| parameter("renews", id.to_string())));
    let line = |field: &str, after: String| Change {
        subject: title.clone(),
        field: field.to_owned(),
        before: String::new(),
        after,
    };
    let mut changes = vec![line("clause", format!("{} ({})", known.clause.title, known.clause.clause))];
    changes.extend(known.covers.iter().map(|cover| line("covers", said(cover))));
    changes.push(line("expires_at", new.expires_at.to_string()));
    changes.push(line("owner", owner));
    changes.push(line("controls", controls));
    let mut targets = vec![Target { key: KeyId(known.id.0), name: title.clone(), version: String::new() }];
    if let Some((previous, number, its_title)) = known.renews {
        changes.push(Change {
            subject: number.to_string(),
            field: "exception".into(),
            before: "open".into(),
            after: "renewed".into(),
        });
        targets.push(Target { key: KeyId(previous.0), name: its_title, version: String::new() });
    }
    let days = u64::try_from(new.expires_at.days_since(now)).unwrap_or(0);
    let impact = BTreeMap::from([
        ("days".to_owned(), days),
        ("estimated_seconds".to_owned(), 1),
        ("named".to_owned(), u64::try_from(known.covers.len()).unwrap_or(u64::MAX)),
        ("vault_operations".to_owned(), 0),
    ]);
    let draft = draft.ending_before(new.expires_at);
    fitting(draft.into_plan(Operation::GrantException, targets, parameters, changes, impact, facts))
}

fn plan_closing(
    draft: Draft,
    it: &ExceptionDetail,
    evidence: &str,
    facts: Facts,
    setting: Setting,
) -> Result<Plan, RequestError> {
    let target = Target { key: KeyId(it.row.id.0), name: it.row.title.clone(), version: String::new() };
    let evidence = prose("evidence", evidence)?;
    let parameters =
        BTreeMap::from([("evidence".to_owned(), evidence.clone()), ("vault".to_owned(), setting.vault_host)]);
    let impact = BTreeMap::from([("estimated_seconds".to_owned(), 1), ("vault_operations".to_owned(), 0)]);
    let line = |field: &str, before: &str, after: &str| Change {
        subject: it.row.number.to_string(),
        field: field.to_owned(),
        before: before.to_owned(),
        after: after.to_owned(),
    };
    let changes = vec![line("exception", "open", "closed"), line("evidence", "", &evidence)];
    fitting(draft.into_plan(Operation::CloseException, vec![target], parameters, changes, impact, facts))
}

/// The lines in which people read an exception, apart from what it covers, out of the parameters that put it into force.
fn lines_of(plan: &Plan, clause: &ClauseTerm) -> Option<Vec<(String, String)>> {
    let of = |name: &str| plan.parameter(name).map(str::to_owned);
    let date = Timestamp::from_micros(of("expires_at")?.parse().ok()?);
    Some(vec![
        ("clause".to_owned(), clause.clause.clone()),
        ("expires_at".to_owned(), date.to_string()),
        ("owner".to_owned(), of("owner")?),
        ("controls".to_owned(), of("controls")?),
    ])
}

impl Console {
    /// That the lines people read before they seal an exception say what the parameters would put into force.
    pub(super) async fn check_exception(&self, plan: &Plan) -> Result<(), RequestError> {
        if plan.operation != Operation::GrantException {
            return Ok(());
        }
        let clause = self.clause_in_force(plan.parameter("clause").unwrap_or_default()).await?;
        let words = |name: &str| plan.parameter(name).unwrap_or_default().split(',').filter(|word| !word.is_empty());
        let mut wanted = lines_of(plan, &clause).ok_or(RequestError::LinesDiffer)?;
        let keys = words("keys")
            .map(|id| id.parse().map_err(|_bad| RequestError::LinesDiffer))
            .collect::<Result<Vec<_>, _>>()?;
        let (mut kinds, mut tenants) = (Vec::new(), Vec::new());
        for word in words("scope") {
            match word.split_once(':') {
                Some(("type", kind)) => kinds.push(kind.parse().map_err(|_bad| RequestError::LinesDiffer)?),
                Some(("tenant", id)) => tenants.push(id.parse().map_err(|_bad| RequestError::LinesDiffer)?),
                _ => return Err(RequestError::LinesDiffer),
            }
        }
        wanted
            .extend(self.named(&keys, &kinds, &tenants).await?.iter().map(|cover| ("covers".to_owned(), said(cover))));
        // Besides these a renewal says what it renews. A clause's title may be worded anew while people sign.
        let word =
            |after: &str| after.rsplit_once('(').map_or(after, |(_, word)| word.trim_end_matches(')')).to_owned();
        let mut read: Vec<(String, String)> = plan
            .changes
            .iter()
            .filter(|change| change.field != "exception")
            .map(|change| {
                (
                    change.field.clone(),
                    if change.field == "clause" { word(&change.after) } else { change.after.clone() },
                )
            })
            .collect();
        wanted.sort_unstable();
        read.sort_unstable();
        if read == wanted { Ok(()) } else { Err(RequestError::LinesDiffer) }
    }

    /// The plan to grant this exception, from live state.
    pub(super) async fn exception_grant(&self, draft: Draft, new: &NewException) -> Result<Plan, RequestError> {
        let id = ExceptionId::make(draft.planned_at(), &mut OsRng);
        let known = match &new.excepted {
            Excepted::Renewing(previous) => {
                let it = self.open_exception(*previous).await?.row;
                let clause = self.clause_in_force(&it.clause).await?;
                Known { id, clause, covers: it.covers, renews: Some((it.id, it.number, it.title)) }
            }
            Excepted::Clause { clause, keys, kinds, tenants } => {
                let clause = self.clause_in_force(clause).await?;
                Known { id, clause, covers: self.named(keys, kinds, tenants).await?, renews: None }
            }
        };
        let mut about = vec![KeyId(id.0)];
        about.extend(known.renews.iter().map(|(previous, _, _)| KeyId(previous.0)));
        let facts = self.register.facts(Operation::GrantException, &about).await?;
        plan_exception(draft, new, known, facts, self.setting(BITS).await?)
    }

    /// The plan to close this exception, from live state.
    pub(super) async fn exception_closing(
        &self,
        draft: Draft,
        exception: ExceptionId,
        evidence: &str,
    ) -> Result<Plan, RequestError> {
        let it = self.open_exception(exception).await?;
        let facts = self.register.facts(Operation::CloseException, &[KeyId(exception.0)]).await?;
        plan_closing(draft, &it, evidence, facts, self.setting(BITS).await?)
    }

    /// An exception that was granted and has not ended: also one whose date has passed.
    async fn open_exception(&self, id: ExceptionId) -> Result<ExceptionDetail, RequestError> {
        let unknown = || RequestError::Unknown { what: "exception", id: id.to_string() };
        let it = self.register.exception(id).await?.filter(|it| it.row.granted_at.is_some()).ok_or_else(unknown)?;
        match it.ended {
            Some(_) => Err(RequestError::ExceptionOver { number: it.row.number, state: it.row.state }),
            None => Ok(it),
        }
    }

    async fn clause_in_force(&self, clause: &str) -> Result<ClauseTerm, RequestError> {
        let found = self.register.exception_clauses().await?.into_iter().find(|known| known.clause == clause);
        found.ok_or_else(|| RequestError::Unknown { what: "clause", id: clause.to_owned() })
    }

    /// What is to be covered, by name.
    async fn named(&self, keys: &[KeyId], kinds: &[KeyKind], tenants: &[TenantId]) -> Result<Vec<Cover>, RequestError> {
        if keys.is_empty() && kinds.is_empty() && tenants.is_empty() {
            return Err(RequestError::ScopeEmpty);
        }
        if keys.len() > EXCEPTION_KEYS_MAX || kinds.len().saturating_add(tenants.len()) > EXCEPTION_SCOPE_MAX {
            return Err(RequestError::ScopeTooWide { keys_max: EXCEPTION_KEYS_MAX, words_max: EXCEPTION_SCOPE_MAX });
        }
        let mut covers = Vec::with_capacity(keys.len());
        for key in keys {
            let unknown = || RequestError::Unknown { what: "key", id: key.to_string() };
            let found = self.register.key_detail(*key).await?.ok_or_else(unknown)?;
            covers.push(Cover::Key { key: *key, name: found.key.name });
        }
        covers.extend(kinds.iter().map(|kind| Cover::Kind(*kind)));
        for tenant in tenants {
            let unknown = || RequestError::Unknown { what: "tenant", id: tenant.to_string() };
            let found = self.register.tenant_detail(*tenant).await?.ok_or_else(unknown)?;
            covers.push(Cover::Tenant { tenant: *tenant, name: found.row.name });
        }
        Ok(covers)
    }
}
