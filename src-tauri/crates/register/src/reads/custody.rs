//! The custody itself, its clock and its rules.

use std::collections::BTreeMap;

use domain::{Classification, Countersigner, CustodyId, Environment, KeyKind, Operation, QuorumRule, Role, Timestamp};
use sqlx::Row as _;

use super::cells::{At, Cells as _, parse, unfit};
use crate::{Register, RegisterError};

/// The custody of this database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustodyRow {
    /// Which.
    pub id: CustodyId,
    /// Its name.
    pub name: String,
    /// Its environment.
    pub environment: Environment,
    /// Host of its vault.
    pub vault_host: String,
    /// Name of its vault.
    pub vault_name: String,
    /// Number of the founding entry.
    pub founded_seq: u64,
}

/// The settings in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsRow {
    /// Share of the vault's limit that runs may use.
    pub vault_budget_percent: u32,
    /// The vault's limit for RSA-2048, every ten seconds.
    pub vault_operations_per_ten_seconds: u32,
    /// DEKs in one batch.
    pub rewrap_batch: u32,
    /// Longest time to approve, in days.
    pub approve_days_max: u32,
    /// Longest time to execute, in days.
    pub execute_days_max: u32,
    /// How long an old version stays enabled unless the request says otherwise.
    pub grace_seconds: u32,
    /// `normal`, `elevated` or `high`.
    pub threat_level: String,
    /// Hours until a newly granted role counts.
    pub role_cool_down_hours: u32,
}

/// The quorum rules in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuorumRulesRow {
    /// Their version.
    pub version: u32,
    /// One for each operation.
    pub rules: Vec<QuorumRule>,
}

/// The rotation rules in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RotationRulesRow {
    /// Their version.
    pub version: u32,
    /// All of them, for every threat level.
    pub rules: Vec<RotationRuleRow>,
}

/// How long keys of a kind may serve at a threat level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RotationRuleRow {
    /// Kind of key.
    pub kind: KeyKind,
    /// Classification it is for; `None` for any.
    pub classification: Option<Classification>,
    /// Threat level it is for.
    pub threat_level: String,
    /// Whether that is the threat level now.
    pub in_force: bool,
    /// Longest service, in days.
    pub period_days: u32,
    /// Warning time before the date, in days.
    pub warn_days: u32,
}

impl Register {
    /// The one clock.
    pub async fn clock(&self) -> Result<Timestamp, RegisterError> {
        let now: At = sqlx::query_scalar("SELECT custody.clock()").fetch_one(self.pool()).await?;
        Ok(now.0)
    }

    /// The custody, once it is founded.
    pub async fn custody(&self) -> Result<Option<CustodyRow>, RegisterError> {
        let row = sqlx::query("SELECT id, name, environment, vault_host, vault_name, founded_seq FROM custody.custody")
            .fetch_optional(self.pool())
            .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(CustodyRow {
            id: row.id("id", CustodyId)?,
            name: row.try_get("name")?,
            environment: row.word("environment")?,
            vault_host: row.try_get("vault_host")?,
            vault_name: row.try_get("vault_name")?,
            founded_seq: row.count("founded_seq")?,
        }))
    }

    /// The settings in force.
    pub async fn settings(&self) -> Result<SettingsRow, RegisterError> {
        let rows =
            sqlx::query("SELECT DISTINCT ON (name) name, value FROM custody.setting ORDER BY name, version DESC")
                .fetch_all(self.pool())
                .await?;
        let mut found = BTreeMap::<String, String>::new();
        for row in rows {
            found.insert(row.try_get("name")?, row.try_get("value")?);
        }
        let text = |name: &str| found.get(name).ok_or_else(|| sqlx::Error::ColumnNotFound(name.to_owned()));
        let number = |name: &str| text(name)?.parse::<u32>().map_err(|source| unfit(name, source));
        Ok(SettingsRow {
            vault_budget_percent: number("vault_budget_percent")?,
            vault_operations_per_ten_seconds: number("vault_operations_per_ten_seconds")?,
            rewrap_batch: number("rewrap_batch")?,
            approve_days_max: number("approve_days_max")?,
            execute_days_max: number("execute_days_max")?,
            grace_seconds: number("grace_seconds")?,
            threat_level: text("threat_level")?.clone(),
            role_cool_down_hours: number("role_cool_down_hours")?,
        })
    }

    /// Who may ask for what, and who must countersign it.
    pub async fn quorum_rules(&self) -> Result<QuorumRulesRow, RegisterError> {
        let rows = sqlx::query(
            "SELECT r.version, r.operation, r.minimum, p.requester_role,
                    array_agg(p.countersigner_role ORDER BY p.countersigner_role) AS countersigners
             FROM custody.quorum_rule AS r JOIN custody.quorum_pair AS p USING (version, operation)
             WHERE r.version = (SELECT max(version) FROM custody.quorum_rule)
             GROUP BY r.version, r.operation, r.minimum, p.requester_role
             ORDER BY r.operation, p.requester_role",
        )
        .fetch_all(self.pool())
        .await?;
        let mut found = QuorumRulesRow { version: 0, rules: Vec::new() };
        for row in rows {
            found.version = row.small("version")?;
            let operation: Operation = row.word("operation")?;
            let requested_as: Role = row.word("requester_role")?;
            let entry = Countersigner { requested_as, roles: row.words("countersigners")? };
            match found.rules.last_mut().filter(|rule| rule.operation == operation) {
                Some(rule) => rule.countersigners.push(entry),
                None => found.rules.push(QuorumRule {
                    operation,
                    people_min: row.small("minimum")?,
                    countersigners: vec![entry],
                }),
            }
        }
        Ok(found)
    }

    /// How long keys may serve, for every threat level.
    pub async fn rotation_rules(&self) -> Result<RotationRulesRow, RegisterError> {
        let rows = sqlx::query(
            "SELECT version, kind, classification, threat_level, period_days, warn_days,
                    threat_level = custody.setting_value('threat_level') AS in_force
             FROM custody.rotation_rule WHERE version = custody.rotation_version()
             ORDER BY kind, classification, threat_level",
        )
        .fetch_all(self.pool())
        .await?;
        let mut found = RotationRulesRow { version: 0, rules: Vec::new() };
        for row in rows {
            found.version = row.small("version")?;
            let classification: String = row.try_get("classification")?;
            found.rules.push(RotationRuleRow {
                kind: row.word("kind")?,
                classification: (classification != "any")
                    .then(|| parse("classification", &classification))
                    .transpose()?,
                threat_level: row.try_get("threat_level")?,
                in_force: row.try_get("in_force")?,
                period_days: row.small("period_days")?,
                warn_days: row.small("warn_days")?,
            });
        }
        Ok(found)
    }
}
