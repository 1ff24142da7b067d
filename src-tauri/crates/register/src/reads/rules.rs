//! The rules in every version, and how each version came into force.

use std::collections::BTreeMap;

use domain::{OperatorId, RequestId, Role, RuleLine, RuleRows, RuleSection, Timestamp};
use serde::Deserialize;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{Postgres, QueryBuilder, Row as _};
use uuid::Uuid;

use super::cells::{Cells as _, parse};
use crate::{Register, RegisterError};

/// Most versions in one answer.
pub const RULE_HISTORY_MAX: u32 = 500;

/// The rules of a section in one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulesRow {
    /// Which section.
    pub section: RuleSection,
    /// Which version.
    pub version: u32,
    /// Its rules.
    pub rows: RuleRows,
}

/// The request that brought a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleOrigin {
    /// Which.
    pub request: RequestId,
    /// Its number.
    pub number: u32,
    /// Why.
    pub reason: String,
    /// Who signed, with their names and roles; the requester first.
    pub signed_by: Vec<(OperatorId, String, Role)>,
    /// Entry that put it into force.
    pub seq: u64,
}

/// One version in a section's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleVersionRow {
    /// Which section.
    pub section: RuleSection,
    /// Which version.
    pub version: u32,
    /// Whether it is the one in force.
    pub in_force: bool,
    /// Since when it is there.
    pub at: Option<Timestamp>,
    /// The request that brought it; `None` where the register was made with it.
    pub origin: Option<RuleOrigin>,
    /// Whether it weakened the policy.
    pub major: bool,
    /// The decision record of a major change, and of any other that named one.
    pub decision_record: String,
    /// What it changed.
    pub lines: Vec<RuleLine>,
}

/// What a setting may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingBounds {
    /// Which setting.
    pub name: String,
    /// Its words from the weakest to the strongest; none for a number.
    pub words: Vec<String>,
    /// The least number.
    pub lowest: Option<i64>,
    /// The greatest number.
    pub highest: Option<i64>,
}

#[derive(Deserialize)]
struct ChangedRow {
    before: String,
    after: String,
    weaker: bool,
}

const HISTORY: &str = "
    SELECT v.section, v.version, v.version = v.newest AS in_force, c.at, c.request, c.seq, coalesce(c.major, false) AS major,
           coalesce(c.decision_record, '') AS decision_record, coalesce(c.rows, '{}') AS rows, r.number, r.reason,
           array(SELECT s.operator FROM custody.seal AS s WHERE s.request = c.request AND s.decision = 'approve' ORDER BY s.seq)
               AS signers,
           array(SELECT o.name FROM custody.seal AS s JOIN custody.operator AS o ON o.id = s.operator
                 WHERE s.request = c.request AND s.decision = 'approve' ORDER BY s.seq) AS signer_names,
           array(SELECT s.role FROM custody.seal AS s WHERE s.request = c.request AND s.decision = 'approve' ORDER BY s.seq)
               AS signer_roles
    FROM (SELECT s.section, custody.rule_version(s.section) AS newest, generate_series(1, custody.rule_version(s.section)) AS version
          FROM custody.rule_section AS s) AS v
    LEFT JOIN custody.rule_change AS c ON c.section = v.section AND c.version = v.version
    LEFT JOIN custody.request AS r ON r.id = c.request ";

impl Register {
    /// The rules of a section in force.
    pub async fn rules(&self, section: RuleSection) -> Result<RulesRow, RegisterError> {
        let version: i32 =
            sqlx::query_scalar("SELECT custody.rule_version($1)").bind(section.word()).fetch_one(self.pool()).await?;
        let version = super::cells::unsigned("version", version)?;
        Ok(RulesRow { section, version, rows: self.rules_at(section, version).await? })
    }

    /// The rules of a section in one version.
    pub async fn rules_at(&self, section: RuleSection, version: u32) -> Result<RuleRows, RegisterError> {
        let rows = sqlx::query("SELECT name, value FROM custody.rules_in($1, $2)")
            .bind(section.word())
            .bind(i32::try_from(version).unwrap_or(i32::MAX))
            .fetch_all(self.pool())
            .await?;
        let rows = rows.iter().map(|row| Ok((row.try_get("name")?, row.try_get("value")?)));
        Ok(rows.collect::<Result<_, sqlx::Error>>()?)
    }

    /// How the rules came to be as they are, newest first: of one section, or of all.
    pub async fn rule_history(
        &self,
        section: Option<RuleSection>,
        limit: u32,
    ) -> Result<Vec<RuleVersionRow>, RegisterError> {
        let mut query = QueryBuilder::<Postgres>::new(HISTORY);
        if let Some(section) = section {
            query.push("WHERE v.section = ").push_bind(section.word());
        }
        query.push(" ORDER BY c.at DESC NULLS FIRST, v.section, v.version DESC LIMIT ");
        query.push_bind(i64::from(limit.clamp(1, RULE_HISTORY_MAX)));
        let rows = query.build().fetch_all(self.pool()).await?;
        Ok(rows.iter().map(version).collect::<Result<_, _>>()?)
    }

    /// What a change of these rules would mean, and whether each weakens the policy. An empty value takes a rule away.
    ///
    /// # Errors
    /// [`RegisterError::Refused`] with `rule_unfit` or `quorum_unreachable` where it could not come into force.
    pub async fn weigh_rules(&self, section: RuleSection, changes: &RuleRows) -> Result<Vec<RuleLine>, RegisterError> {
        let rows = sqlx::query("SELECT name, before, after, weaker FROM custody.weigh_rules($1, $2)")
            .bind(section.word())
            .bind(Json(changes))
            .fetch_all(self.pool())
            .await?;
        let line = |row: &PgRow| {
            Ok(RuleLine {
                name: row.try_get("name")?,
                before: row.try_get("before")?,
                after: row.try_get("after")?,
                weaker: row.try_get("weaker")?,
            })
        };
        Ok(rows.iter().map(line).collect::<Result<_, sqlx::Error>>()?)
    }

    /// Sets the dates of the next keys by the rules in force; says how many it looked at. None: all have theirs.
    pub async fn follow_due(&self) -> Result<u64, RegisterError> {
        let looked: i64 = sqlx::query_scalar("SELECT custody.follow_due()").fetch_one(self.pool()).await?;
        Ok(super::cells::unsigned("follow_due", looked)?)
    }

    /// What each setting may be.
    pub async fn setting_bounds(&self) -> Result<Vec<SettingBounds>, RegisterError> {
        let rows = sqlx::query(
            "SELECT name, coalesce(words, '{}') AS words, lowest, highest FROM custody.setting_rule ORDER BY name",
        )
        .fetch_all(self.pool())
        .await?;
        let bounds = |row: &PgRow| {
            Ok(SettingBounds {
                name: row.try_get("name")?,
                words: row.try_get("words")?,
                lowest: row.try_get("lowest")?,
                highest: row.try_get("highest")?,
            })
        };
        Ok(rows.iter().map(bounds).collect::<Result<_, sqlx::Error>>()?)
    }
}

fn version(row: &PgRow) -> Result<RuleVersionRow, sqlx::Error> {
    let Json(changed) = row.try_get::<Json<BTreeMap<String, ChangedRow>>, _>("rows")?;
    let line =
        |(name, row): (String, ChangedRow)| RuleLine { name, before: row.before, after: row.after, weaker: row.weaker };
    Ok(RuleVersionRow {
        section: row.word("section")?,
        version: row.small("version")?,
        in_force: row.try_get("in_force")?,
        at: row.at_maybe("at")?,
        origin: origin(row)?,
        major: row.try_get("major")?,
        decision_record: row.try_get("decision_record")?,
        lines: changed.into_iter().map(line).collect(),
    })
}

fn origin(row: &PgRow) -> Result<Option<RuleOrigin>, sqlx::Error> {
    let Some(request) = row.id_maybe("request", RequestId)? else { return Ok(None) };
    let ids = row.try_get::<Vec<Uuid>, _>("signers")?;
    let names = row.try_get::<Vec<String>, _>("signer_names")?;
    let roles = row.try_get::<Vec<String>, _>("signer_roles")?;
    let signer = |((id, name), role): ((Uuid, String), String)| Ok((OperatorId(id), name, parse("role", &role)?));
    Ok(Some(RuleOrigin {
        request,
        number: row.small("number")?,
        reason: row.try_get("reason")?,
        signed_by: ids.into_iter().zip(names).zip(roles).map(signer).collect::<Result<_, sqlx::Error>>()?,
        seq: row.count("seq")?,
    }))
}
