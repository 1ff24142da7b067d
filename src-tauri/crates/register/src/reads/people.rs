//! Operators, their roles and devices.

use std::collections::BTreeMap;

use domain::{OperatorId, Role, Timestamp};
use sqlx::Row as _;

use super::cells::Cells as _;
use crate::{Register, RegisterError};

/// Whether an operator may act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperatorStatus {
    /// Yes.
    Active,
    /// Stopped by somebody.
    Suspended,
    /// Gone.
    Left,
}

impl OperatorStatus {
    /// Its word in the register.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Left => "left",
        }
    }
}

/// What an actor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperatorKind {
    /// A human.
    Operator,
    /// Executes approved requests unattended.
    Agent,
    /// Another program.
    Service,
    /// A program that decides by itself.
    Ai,
}

impl OperatorKind {
    /// Its word in the register.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Agent => "agent",
            Self::Service => "service",
            Self::Ai => "ai",
        }
    }
}

/// A role and since when it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldRole {
    /// The role.
    pub role: Role,
    /// From when on it counts.
    pub effective_at: Timestamp,
}

/// A device key as enrolled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRow {
    /// SHA-256 of the public key.
    pub key_id: [u8; 32],
    /// Ed25519.
    pub public_key: [u8; 32],
    /// Name of the device.
    pub name: String,
    /// Whether it is still trusted.
    pub active: bool,
    /// Entry that enrolled it.
    pub enrolled_seq: u64,
    /// When it was put out of trust, where the register knows.
    pub revoked_at: Option<Timestamp>,
}

/// An operator as enrolled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorRow {
    /// Who.
    pub id: OperatorId,
    /// Stable name of the human.
    pub person: String,
    /// Full name.
    pub name: String,
    /// Login at the register.
    pub login: String,
    /// What they are.
    pub kind: OperatorKind,
    /// Whether they may act.
    pub status: OperatorStatus,
    /// Roles held, also those whose time has not come.
    pub roles: Vec<HeldRole>,
    /// Their devices, in order of enrolment.
    pub devices: Vec<DeviceRow>,
    /// When they were enrolled.
    pub enrolled_at: Timestamp,
    /// Entry that enrolled them.
    pub enrolled_seq: u64,
    /// Entry that last changed something about them.
    pub changed_seq: u64,
}

impl OperatorRow {
    /// Roles that count at `now`.
    #[must_use]
    pub fn roles_at(&self, now: Timestamp) -> Vec<Role> {
        self.roles.iter().filter(|held| held.effective_at <= now).map(|held| held.role).collect()
    }
}

impl Register {
    /// Everyone who was ever enrolled, in that order.
    pub async fn operators(&self) -> Result<Vec<OperatorRow>, RegisterError> {
        let rows = sqlx::query(
            "SELECT o.id, o.person, o.name, o.login, o.kind, o.status, o.enrolled_seq, o.changed_seq, e.recorded_at
             FROM custody.operator AS o JOIN custody.ledger_entry AS e ON e.seq = o.enrolled_seq
             ORDER BY o.enrolled_seq, o.id",
        )
        .fetch_all(self.pool())
        .await?;
        let mut roles = self.roles_by_operator().await?;
        let mut devices = self.devices_by_operator().await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let id = row.id("id", OperatorId)?;
            found.push(OperatorRow {
                id,
                person: row.try_get("person")?,
                name: row.try_get("name")?,
                login: row.try_get("login")?,
                kind: match row.try_get("kind")? {
                    "agent" => OperatorKind::Agent,
                    "service" => OperatorKind::Service,
                    "ai" => OperatorKind::Ai,
                    _ => OperatorKind::Operator,
                },
                status: match row.try_get("status")? {
                    "active" => OperatorStatus::Active,
                    "left" => OperatorStatus::Left,
                    // Whatever else stands there does not let anybody act.
                    _ => OperatorStatus::Suspended,
                },
                roles: roles.remove(&id).unwrap_or_default(),
                devices: devices.remove(&id).unwrap_or_default(),
                enrolled_at: row.at("recorded_at")?,
                enrolled_seq: row.count("enrolled_seq")?,
                changed_seq: row.count("changed_seq")?,
            });
        }
        Ok(found)
    }

    async fn roles_by_operator(&self) -> Result<BTreeMap<OperatorId, Vec<HeldRole>>, RegisterError> {
        let rows =
            sqlx::query("SELECT operator, role, effective_at FROM custody.operator_role ORDER BY operator, role DESC")
                .fetch_all(self.pool())
                .await?;
        let mut found = BTreeMap::<_, Vec<_>>::new();
        for row in rows {
            let held = HeldRole { role: row.word("role")?, effective_at: row.at("effective_at")? };
            found.entry(row.id("operator", OperatorId)?).or_default().push(held);
        }
        Ok(found)
    }

    async fn devices_by_operator(&self) -> Result<BTreeMap<OperatorId, Vec<DeviceRow>>, RegisterError> {
        let rows = sqlx::query(
            "SELECT operator, key_id, public_key, name, status = 'active' AS active, enrolled_seq, revoked_at
             FROM custody.device ORDER BY enrolled_seq, key_id",
        )
        .fetch_all(self.pool())
        .await?;
        let mut found = BTreeMap::<_, Vec<_>>::new();
        for row in rows {
            found.entry(row.id("operator", OperatorId)?).or_default().push(DeviceRow {
                key_id: row.try_get("key_id")?,
                public_key: row.try_get("public_key")?,
                name: row.try_get("name")?,
                active: row.try_get("active")?,
                enrolled_seq: row.count("enrolled_seq")?,
                revoked_at: row.at_maybe("revoked_at")?,
            });
        }
        Ok(found)
    }

    /// The operator who is signed in at the database, if enrolled.
    pub async fn me(&self) -> Result<Option<OperatorId>, RegisterError> {
        let found = sqlx::query_scalar("SELECT id FROM custody.operator WHERE login = session_user")
            .fetch_optional(self.pool())
            .await?;
        Ok(found.map(OperatorId))
    }
}
