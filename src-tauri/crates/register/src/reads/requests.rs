//! Requests, their seals, and who may sign them: the database's own answers.

use std::collections::BTreeMap;

use domain::{Decision, Facts, KeyId, Operation, OperatorId, RequestId, RequestState, Role, Target, Timestamp};
use serde::Deserialize;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{Postgres, QueryBuilder, Row as _};
use uuid::Uuid;

use super::cells::{Cells as _, parse};
use crate::{Difference, Register, RegisterError};

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRow {
    /// Which.
    pub id: RequestId,
    /// Its number, from 1: what people call it.
    pub number: u32,
    /// What it asks for.
    pub operation: Operation,
    /// Who asked.
    pub requester: OperatorId,
    /// In which role.
    pub requester_role: Role,
    /// The plan's canonical bytes.
    pub plan: Vec<u8>,
    /// Their SHA-256: what is sealed.
    pub plan_hash: [u8; 32],
    /// Makes two plans for the same thing different.
    pub nonce: [u8; 16],
    /// The plan's parameters.
    pub parameters: BTreeMap<String, String>,
    /// The plan's facts that the database answers for.
    pub facts: Facts,
    /// Keys it names.
    pub targets: Vec<Target>,
    /// Why.
    pub reason: String,
    /// Change record.
    pub change_record: String,
    /// What is done if it goes wrong.
    pub rollback_plan: String,
    /// When it was submitted.
    pub submitted_at: Timestamp,
    /// Until when it may be sealed.
    pub approve_by: Timestamp,
    /// Until when its run may start.
    pub execute_by: Timestamp,
    /// Where it stands now, by the database's clock.
    pub state: RequestState,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// Why it lapsed.
    pub differences: Vec<Difference>,
    /// Version of the quorum rules it stands under.
    pub quorum_version: u32,
    /// Entry that submitted it.
    pub submitted_seq: u64,
    /// Entry that decided it.
    pub decided_seq: Option<u64>,
}

/// One operator's signature on a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealRow {
    /// The request.
    pub request: RequestId,
    /// Who.
    pub operator: OperatorId,
    /// Id of the device key.
    pub device: [u8; 32],
    /// In which role.
    pub role: Role,
    /// Which way.
    pub decision: Decision,
    /// Whether it is the requester's.
    pub is_requester: bool,
    /// Ed25519 over the seal's statement.
    pub signature: [u8; 64],
    /// The moment the statement names.
    pub sealed_at: Timestamp,
    /// Entry that brought it.
    pub seq: u64,
}

/// Whether an operator may seal a request now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaySignRow {
    /// `ok`, or the register's code for why not.
    pub code: String,
    /// Where the request stands; `None` if there is none.
    pub state: Option<RequestState>,
    /// Roles they could use.
    pub roles: Vec<Role>,
    /// Roles that would do.
    pub wanted: Vec<Role>,
}

impl MaySignRow {
    /// Whether they may.
    #[must_use]
    pub fn allowed(&self) -> bool {
        self.code == "ok"
    }
}

/// Someone who could do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EligibleRow {
    /// Who.
    pub operator: OperatorId,
    /// Full name.
    pub name: String,
    /// In which roles.
    pub roles: Vec<Role>,
}

#[derive(Deserialize)]
struct Sides {
    planned: Option<String>,
    found: Option<String>,
}

#[derive(Deserialize)]
struct MaySignDetail {
    state: Option<String>,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    wanted: Vec<String>,
}

#[derive(Deserialize)]
struct TargetJson {
    key: Uuid,
    name: String,
    version: String,
}

/// The columns of a [`RequestRow`], out of `custody.request AS r`, with the moment as `now.at`.
pub(super) const REQUEST_COLUMNS: &str = "
    SELECT r.*, custody.request_state(r.id, now.at) AS state, (
        SELECT coalesce(jsonb_agg(jsonb_build_object('key', t.key, 'name', t.name, 'version', t.version)
                                  ORDER BY t.name, t.key), '[]')
        FROM custody.request_target AS t WHERE t.request = r.id) AS targets
    FROM custody.request AS r, (SELECT custody.clock() AS at) AS now ";

impl Register {
    /// A request by its id.
    pub async fn request(&self, request: RequestId) -> Result<Option<RequestRow>, RegisterError> {
        Ok(self.requests(&[request]).await?.pop())
    }

    /// These requests, newest first.
    pub async fn requests(&self, requests: &[RequestId]) -> Result<Vec<RequestRow>, RegisterError> {
        let requests: Vec<_> = requests.iter().map(|request| request.0).collect();
        let mut query = QueryBuilder::<Postgres>::new(REQUEST_COLUMNS);
        query.push("WHERE r.id = ANY (").push_bind(requests).push(") ORDER BY r.number DESC");
        let rows = query.build().fetch_all(self.pool()).await?;
        Ok(rows.iter().map(request_row).collect::<Result<_, _>>()?)
    }

    /// The seals of a request, in the order they were given.
    pub async fn seals(&self, request: RequestId) -> Result<Vec<SealRow>, RegisterError> {
        self.seals_of(&[request]).await
    }

    /// The seals of these requests, in the order they were given.
    pub async fn seals_of(&self, requests: &[RequestId]) -> Result<Vec<SealRow>, RegisterError> {
        let requests: Vec<_> = requests.iter().map(|request| request.0).collect();
        let rows = sqlx::query(
            "SELECT request, operator, device, role, decision, is_requester, signature, sealed_at, seq
             FROM custody.seal WHERE request = ANY ($1) ORDER BY seq",
        )
        .bind(requests)
        .fetch_all(self.pool())
        .await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            found.push(SealRow {
                request: row.id("request", RequestId)?,
                operator: row.id("operator", OperatorId)?,
                device: row.try_get("device")?,
                role: row.word("role")?,
                decision: row.word("decision")?,
                is_requester: row.try_get("is_requester")?,
                signature: row.try_get("signature")?,
                sealed_at: row.at("sealed_at")?,
                seq: row.count("seq")?,
            });
        }
        Ok(found)
    }

    /// Whether this operator may seal this request now, and if not, why.
    pub async fn may_sign(&self, request: RequestId, operator: OperatorId) -> Result<MaySignRow, RegisterError> {
        let row = sqlx::query("SELECT code, detail FROM custody.may_sign($1, $2)")
            .bind(request.0)
            .bind(operator.0)
            .fetch_one(self.pool())
            .await?;
        let Json(detail): Json<MaySignDetail> = row.try_get("detail")?;
        let roles = |words: &[String]| words.iter().map(|word| parse("detail", word)).collect::<Result<Vec<Role>, _>>();
        Ok(MaySignRow {
            code: row.try_get("code")?,
            state: detail.state.as_deref().map(|word| parse("detail", word)).transpose()?,
            roles: roles(&detail.roles)?,
            wanted: roles(&detail.wanted)?,
        })
    }

    /// Everyone who may seal this request now.
    pub async fn who_may_sign(&self, request: RequestId) -> Result<Vec<EligibleRow>, RegisterError> {
        let rows = sqlx::query("SELECT operator, name, roles FROM custody.who_may_sign($1)")
            .bind(request.0)
            .fetch_all(self.pool())
            .await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            found.push(EligibleRow {
                operator: row.id("operator", OperatorId)?,
                name: row.try_get("name")?,
                roles: row.words("roles")?,
            });
        }
        Ok(found)
    }

    /// Facts in which the register now differs from what the request was planned on. Empty when there are none.
    pub async fn request_differences(&self, request: RequestId) -> Result<Vec<Difference>, RegisterError> {
        let found =
            sqlx::query_scalar("SELECT custody.request_differences($1)").bind(request.0).fetch_one(self.pool()).await?;
        Ok(differences(found))
    }

    /// Whether seals that count now make a quorum.
    pub async fn has_quorum(&self, request: RequestId) -> Result<bool, RegisterError> {
        let found: Option<bool> = sqlx::query_scalar("SELECT custody.has_quorum($1, custody.clock())")
            .bind(request.0)
            .fetch_one(self.pool())
            .await?;
        Ok(found.unwrap_or(false))
    }
}

pub(super) fn request_row(row: &PgRow) -> Result<RequestRow, sqlx::Error> {
    let Json(targets): Json<Vec<TargetJson>> = row.try_get("targets")?;
    let target = |target: TargetJson| Target { key: KeyId(target.key), name: target.name, version: target.version };
    Ok(RequestRow {
        id: row.id("id", RequestId)?,
        number: row.small("number")?,
        operation: row.word("operation")?,
        requester: row.id("requester", OperatorId)?,
        requester_role: row.word("requester_role")?,
        plan: row.try_get("plan")?,
        plan_hash: row.try_get("plan_hash")?,
        nonce: row.try_get("nonce")?,
        parameters: row.texts("parameters")?,
        facts: row.texts("facts")?,
        targets: targets.into_iter().map(target).collect(),
        reason: row.try_get("reason")?,
        change_record: row.try_get("change_record")?,
        rollback_plan: row.try_get("rollback_plan")?,
        submitted_at: row.at("submitted_at")?,
        approve_by: row.at("approve_by")?,
        execute_by: row.at("execute_by")?,
        state: row.word("state")?,
        decided_at: row.at_maybe("decided_at")?,
        differences: differences(row.try_get("differences")?),
        quorum_version: row.small("quorum_version")?,
        submitted_seq: row.count("submitted_seq")?,
        decided_seq: row.count_maybe("decided_seq")?,
    })
}

fn differences(found: Option<Json<BTreeMap<String, Sides>>>) -> Vec<Difference> {
    let named = |(fact, sides): (String, Sides)| Difference {
        fact,
        planned: sides.planned.unwrap_or_default(),
        found: sides.found.unwrap_or_default(),
    };
    found.map(|json| json.0.into_iter().map(named).collect()).unwrap_or_default()
}
