//! Runs and their steps.

use std::collections::BTreeMap;

use domain::{KeyId, OperatorId, RequestId, RunId, RunState, StepKind, Timestamp};
use sqlx::postgres::PgRow;
use sqlx::{Postgres, QueryBuilder, Row as _};

use super::cells::Cells as _;
use crate::{Register, RegisterError};

/// Which way a run goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunDirection {
    /// To the new version.
    Forward,
    /// Back to the old one.
    Back,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    /// Which.
    pub id: RunId,
    /// Its number, from 1: what people call it.
    pub number: u32,
    /// Its request.
    pub request: RequestId,
    /// The key it is about.
    pub key: KeyId,
    /// Where it stands.
    pub state: RunState,
    /// Which way it goes.
    pub direction: RunDirection,
    /// The vault's name of the version before.
    pub from_version: Option<String>,
    /// The vault's name of the version it made.
    pub new_version: Option<String>,
    /// Who holds it.
    pub owner: OperatorId,
    /// With which session key.
    pub owner_session: [u8; 32],
    /// Rises with every claim; an older one is refused.
    pub fence: u64,
    /// Until when it is held.
    pub lease_until: Timestamp,
    /// Whether the lease has lapsed, by the database's clock.
    pub lapsed: bool,
    /// When it started.
    pub started_at: Timestamp,
    /// When the last DEK was wrapped again.
    pub rewrapped_at: Option<Timestamp>,
    /// DEKs wrapped again so far.
    pub rewrapped: u64,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// What its verification found.
    pub verification: Option<String>,
    /// Entry that started it.
    pub started_seq: u64,
    /// Entry that ended it.
    pub finished_seq: Option<u64>,
    /// Entry that changed the register, in a run that changes nothing else.
    pub applied_seq: Option<u64>,
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// Announced; whether it was done is not known.
    Intended,
    /// Done and proven.
    Done,
    /// Given up.
    Failed,
}

/// A step of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRow {
    /// Its place, from 1.
    pub position: u32,
    /// What it does.
    pub kind: StepKind,
    /// Where it stands.
    pub state: StepState,
    /// How often it was announced.
    pub attempts: u32,
    /// What it was announced with.
    pub intent: BTreeMap<String, String>,
    /// What it proved.
    pub evidence: Option<BTreeMap<String, String>>,
    /// When it was last announced.
    pub intended_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Entry that announced it.
    pub intent_seq: u64,
    /// Entry of its outcome.
    pub outcome_seq: Option<u64>,
}

/// The columns of a [`RunRow`], out of `custody.run AS r`, with the moment as `now.at`.
pub(super) const RUN_COLUMNS: &str = "
    SELECT r.*, r.state = 'running' AND r.lease_until <= now.at AS lapsed
    FROM custody.run AS r, (SELECT custody.clock() AS at) AS now ";

impl Register {
    /// A run by its id.
    pub async fn run(&self, run: RunId) -> Result<Option<RunRow>, RegisterError> {
        let mut query = QueryBuilder::<Postgres>::new(RUN_COLUMNS);
        query.push("WHERE r.id = ").push_bind(run.0);
        Ok(self.runs_by(query).await?.pop())
    }

    /// The run of a request, once it has started.
    pub async fn run_of(&self, request: RequestId) -> Result<Option<RunRow>, RegisterError> {
        let mut query = QueryBuilder::<Postgres>::new(RUN_COLUMNS);
        query.push("WHERE r.request = ").push_bind(request.0);
        Ok(self.runs_by(query).await?.pop())
    }

    /// Runs under way that nobody holds any more, oldest first.
    pub async fn lapsed_runs(&self) -> Result<Vec<RunRow>, RegisterError> {
        let mut query = QueryBuilder::<Postgres>::new(RUN_COLUMNS);
        query.push("WHERE r.finished_at IS NULL AND r.state = 'running' AND r.lease_until <= now.at ORDER BY r.number");
        self.runs_by(query).await
    }

    async fn runs_by(&self, mut query: QueryBuilder<Postgres>) -> Result<Vec<RunRow>, RegisterError> {
        let rows = query.build().fetch_all(self.pool()).await?;
        Ok(rows.iter().map(run_row).collect::<Result<_, _>>()?)
    }

    /// The steps of a run, in order.
    pub async fn steps(&self, run: RunId) -> Result<Vec<StepRow>, RegisterError> {
        let rows = sqlx::query(
            "SELECT position, kind, state, attempts, intent, evidence, intended_at, finished_at, intent_seq, outcome_seq
             FROM custody.run_step WHERE run = $1 ORDER BY position",
        )
        .bind(run.0)
        .fetch_all(self.pool())
        .await?;
        Ok(rows.iter().map(step).collect::<Result<_, _>>()?)
    }
}

pub(super) fn run_row(row: &PgRow) -> Result<RunRow, sqlx::Error> {
    Ok(RunRow {
        id: row.id("id", RunId)?,
        number: row.small("number")?,
        request: row.id("request", RequestId)?,
        key: row.id("key", KeyId)?,
        state: row.word("state")?,
        direction: match row.try_get("direction")? {
            "back" => RunDirection::Back,
            _ => RunDirection::Forward,
        },
        from_version: row.try_get("from_version")?,
        new_version: row.try_get("new_version")?,
        owner: row.id("owner", OperatorId)?,
        owner_session: row.try_get("owner_session")?,
        fence: row.count("fence")?,
        lease_until: row.at("lease_until")?,
        lapsed: row.try_get("lapsed")?,
        started_at: row.at("started_at")?,
        rewrapped_at: row.at_maybe("rewrapped_at")?,
        rewrapped: row.count("rewrapped")?,
        finished_at: row.at_maybe("finished_at")?,
        verification: row.try_get("verification")?,
        started_seq: row.count("started_seq")?,
        finished_seq: row.count_maybe("finished_seq")?,
        applied_seq: row.count_maybe("applied_seq")?,
    })
}

fn step(row: &PgRow) -> Result<StepRow, sqlx::Error> {
    Ok(StepRow {
        position: row.small("position")?,
        kind: row.word("kind")?,
        state: match row.try_get("state")? {
            "done" => StepState::Done,
            "failed" => StepState::Failed,
            _ => StepState::Intended,
        },
        attempts: row.small("attempts")?,
        intent: row.texts("intent")?,
        evidence: row.texts_maybe("evidence")?,
        intended_at: row.at("intended_at")?,
        finished_at: row.at_maybe("finished_at")?,
        intent_seq: row.count("intent_seq")?,
        outcome_seq: row.count_maybe("outcome_seq")?,
    })
}
