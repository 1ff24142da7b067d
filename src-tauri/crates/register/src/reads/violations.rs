//! What breaks a rule at this moment: by rule, and one by one.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use domain::{ExceptionId, ExceptionNumber, KeyId, Timestamp, ViolationRule};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::cells::{At, Cells as _};
use super::key_order::CursorError;
use crate::{Register, RegisterError};

/// Most violations in one page.
pub const VIOLATIONS_PAGE_MAX: u32 = 500;

/// How many break a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViolationCount {
    /// Which rule.
    pub rule: ViolationRule,
    /// What to do about one.
    pub remedy: String,
    /// In whose hands that is.
    pub hands: String,
    /// How many there are.
    pub violations: u64,
    /// How many of them an exception in force covers.
    pub excepted: u64,
}

/// Something that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViolationRow {
    /// Which rule.
    pub rule: ViolationRule,
    /// The key; `None` for what the vault has and the register does not.
    pub key: Option<KeyId>,
    /// Its name.
    pub subject: String,
    /// What is particular to it: kind, owner, and what breaks the rule.
    pub detail: BTreeMap<String, String>,
    /// Since when.
    pub since: Timestamp,
    /// What to do about it.
    pub remedy: String,
    /// In whose hands that is.
    pub hands: String,
    /// The exception in force that covers it.
    pub excepted_by: Option<(ExceptionId, ExceptionNumber)>,
}

/// A place in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ViolationCursor {
    rule: ViolationRule,
    since: Timestamp,
    place: Uuid,
}

/// A page of the list: rule after rule, in each the oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViolationsPage {
    /// What is on it.
    pub rows: Vec<ViolationRow>,
    /// Where the next one begins, if there is one.
    pub next: Option<ViolationCursor>,
    /// The register's clock.
    pub now: Timestamp,
}

impl fmt::Display for ViolationCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.rule, self.since.micros(), self.place.simple())
    }
}

impl FromStr for ViolationCursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let mut parts = text.split('.');
            let (rule, since, place) = (parts.next()?, parts.next()?, parts.next()?);
            let cursor = Self {
                rule: rule.parse().ok()?,
                since: Timestamp::from_micros(since.parse().ok()?),
                place: place.parse().ok()?,
            };
            parts.next().is_none().then_some(cursor)
        };
        read().ok_or(CursorError)
    }
}

const PAGE: &str = "
    SELECT v.rule, v.key, v.subject, jsonb_strip_nulls(v.detail) AS detail, v.since, v.excepted_by, v.place, r.remedy, r.hands,
           (SELECT x.number FROM custody.exception AS x WHERE x.id = v.excepted_by) AS exception_number
    FROM custody.violations_page($1, $2, $3, $4, $5, $6) WITH ORDINALITY AS v
    JOIN custody.violation_rule AS r ON r.rule = v.rule ORDER BY v.ordinality";

impl Register {
    /// How many break each rule, in the order in which they are listed.
    pub async fn violation_counts(&self) -> Result<Vec<ViolationCount>, RegisterError> {
        let rows =
            sqlx::query("SELECT * FROM custody.violation_counts(custody.clock())").fetch_all(self.pool()).await?;
        let count = |row: &PgRow| {
            Ok(ViolationCount {
                rule: row.word("rule")?,
                remedy: row.try_get("remedy")?,
                hands: row.try_get("hands")?,
                violations: row.count("violations")?,
                excepted: row.count("excepted")?,
            })
        };
        Ok(rows.iter().map(count).collect::<Result<_, sqlx::Error>>()?)
    }

    /// Whether an exception in force lets any new key into legacy storage.
    pub async fn legacy_is_open(&self) -> Result<bool, RegisterError> {
        let query = "SELECT EXISTS (SELECT FROM custody.legacy_leaves(custody.clock()))";
        Ok(sqlx::query_scalar(query).fetch_one(self.pool()).await?)
    }

    /// Violations of these rules, of every rule where none is named, from a place on.
    pub async fn violations_page(
        &self,
        rules: &[ViolationRule],
        after: Option<&ViolationCursor>,
        limit: u32,
    ) -> Result<ViolationsPage, RegisterError> {
        let rules = if rules.is_empty() { ViolationRule::ALL } else { rules };
        let limit = limit.clamp(1, VIOLATIONS_PAGE_MAX);
        let now = self.clock().await?;
        let rows = sqlx::query(PAGE)
            .bind(At(now))
            .bind(rules.iter().map(|rule| rule.word().to_owned()).collect::<Vec<_>>())
            .bind(after.map(|place| place.rule.word()))
            .bind(after.map(|place| At(place.since)))
            .bind(after.map(|place| place.place))
            .bind(i64::from(limit) + 1)
            .fetch_all(self.pool())
            .await?;
        let fit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > fit;
        let last = rows.get(fit.saturating_sub(1)).filter(|_| more);
        Ok(ViolationsPage {
            next: last.map(cursor).transpose()?,
            rows: rows.iter().take(fit).map(violation).collect::<Result<_, _>>()?,
            now,
        })
    }
}

fn cursor(row: &PgRow) -> Result<ViolationCursor, sqlx::Error> {
    Ok(ViolationCursor { rule: row.word("rule")?, since: row.at("since")?, place: row.try_get("place")? })
}

/// A list of names as people read it.
fn listed(value: String) -> String {
    serde_json::from_str::<Vec<String>>(&value).map_or(value, |names| names.join(", "))
}

fn violation(row: &PgRow) -> Result<ViolationRow, sqlx::Error> {
    let exception = row.id_maybe("excepted_by", ExceptionId)?;
    let number = row.small_maybe("exception_number")?;
    Ok(ViolationRow {
        rule: row.word("rule")?,
        key: row.id_maybe("key", KeyId)?,
        subject: row.try_get("subject")?,
        detail: row.texts("detail")?.into_iter().map(|(name, value)| (name, listed(value))).collect(),
        since: row.at("since")?,
        remedy: row.try_get("remedy")?,
        hands: row.try_get("hands")?,
        excepted_by: exception.zip(number.map(ExceptionNumber)),
    })
}
