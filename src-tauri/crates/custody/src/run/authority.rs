//! Proof, from signatures alone, that a plan may be executed now.

use std::time::Duration;

use domain::{OperatorId, Plan, Quorum, QuorumError, RunId, Seal, SealStatement, Timestamp};
use register::{RegisterError, SealRow};

use crate::console::Console;
use crate::witness::{Ending, WitnessError};

/// The register takes entries whose time differs from its own clock by so much.
const CLOCK_SKEW_MAX: Duration = Duration::from_secs(60);

/// Why a plan may not be executed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorityError {
    /// The ledger can't be relied on.
    #[error(transparent)]
    Witness(#[from] WitnessError),
    /// The signatures are not enough.
    #[error(transparent)]
    Quorum(#[from] QuorumError),
    /// The register does not answer.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// The ledger says that the request ended otherwise, whatever the tables say.
    #[error("the ledger says that this request has ended: {ending:?}")]
    Ended {
        /// How.
        ending: Ending,
    },
    /// The ledger knows nothing of such a run, whatever the tables say.
    #[error("the ledger has no entry that begins run {run} of this request")]
    NotBegun {
        /// Which.
        run: RunId,
    },
    /// The register's clock was put back: approvals that had ended would count again.
    #[error("the register's clock says {now}, but the ledger was written to at {newest}")]
    Clock {
        /// What the clock says.
        now: Timestamp,
        /// When the newest entry was written.
        newest: Timestamp,
    },
    /// The plan is for another custody.
    #[error("the plan was made for another custody or environment")]
    Foreign,
    /// No rule names the operation.
    #[error("no quorum rule names this operation")]
    NoRule,
}

/// That a plan may be executed. Only [`Authority::prove`] makes one, and everything that changes a key asks for it.
#[derive(Debug)]
pub struct Authority {
    plan: Plan,
    quorum: Quorum,
}

impl Authority {
    /// What may be done.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The plan alone.
    #[must_use]
    pub fn into_plan(self) -> Plan {
        self.plan
    }

    /// Who agreed.
    #[must_use]
    pub fn quorum(&self) -> &Quorum {
        &self.quorum
    }

    /// Proves it: the ledger is read to its end, the seals are verified with keys that it certifies, and the people behind them
    /// are counted. `run` is the run that may already have begun.
    ///
    /// # Errors
    /// See [`AuthorityError`].
    pub async fn prove(
        console: &Console,
        plan: Plan,
        run: Option<RunId>,
        now: Timestamp,
    ) -> Result<Self, AuthorityError> {
        check_custody(console, &plan)?;
        console.witness.catch_up(&console.register).await?;
        // A run that began in time may end late: what must lie within the clocks is its beginning.
        let moment = match console.witness.ending(plan.request).await {
            None => not_before(console, now).await?,
            Some(Ending::Started { run: begun, at }) if run.is_some_and(|run| run.0 == begun) => at,
            Some(ending) => return Err(AuthorityError::Ended { ending }),
        };
        let quorum = count_seals(console, &plan, run, moment, Standing::At(moment.min(now))).await?;
        Ok(Self { plan, quorum })
    }

    /// Proves that `run` was begun under these signatures: what is needed to turn it back. Whoever gave them may be suspended
    /// by now; the way back is theirs all the same.
    ///
    /// # Errors
    /// See [`AuthorityError`].
    pub async fn prove_begun(console: &Console, plan: Plan, run: RunId) -> Result<Self, AuthorityError> {
        check_custody(console, &plan)?;
        console.witness.catch_up(&console.register).await?;
        let moment = match console.witness.ending(plan.request).await {
            Some(Ending::Started { run: begun, at }) if run.0 == begun => at,
            _ => return Err(AuthorityError::NotBegun { run }),
        };
        let quorum = count_seals(console, &plan, Some(run), moment, Standing::Then(moment)).await?;
        Ok(Self { plan, quorum })
    }
}

fn check_custody(console: &Console, plan: &Plan) -> Result<(), AuthorityError> {
    let here = plan.custody == console.custody.id && plan.environment == console.custody.environment;
    if here { Ok(()) } else { Err(AuthorityError::Foreign) }
}

/// The register's time, if the ledger was not written to later than that.
async fn not_before(console: &Console, now: Timestamp) -> Result<Timestamp, AuthorityError> {
    match console.witness.newest_time().await {
        Some(newest) if newest > now.plus(CLOCK_SKEW_MAX) => Err(AuthorityError::Clock { now, newest }),
        _ => Ok(now),
    }
}

/// Whether signers count as they stand now, with the roles of a time, or as they stood then.
#[derive(Debug, Clone, Copy)]
enum Standing {
    At(Timestamp),
    Then(Timestamp),
}

async fn count_seals(
    console: &Console,
    plan: &Plan,
    run: Option<RunId>,
    moment: Timestamp,
    standing: Standing,
) -> Result<Quorum, AuthorityError> {
    // Rules in a table can be edited by whoever owns the table: these were built in, or signed for in the ledger.
    let rule = console.witness.quorum_rule(plan.operation, run).await.ok_or(AuthorityError::NoRule)?;
    let rows = console.register.seals(plan.request).await?;
    let seals: Vec<Seal> = rows.iter().map(|row| seal_of(plan, row)).collect();
    let keys: Vec<(OperatorId, [u8; 32])> = seals.iter().map(|seal| (seal.statement.signer, seal.key)).collect();
    let signers = match standing {
        Standing::At(time) => console.witness.signers(&keys, time).await,
        Standing::Then(time) => console.witness.signers_then(&keys, time).await,
    };
    let known = |who, key: &[u8; 32]| signers.get(&(who, *key)).cloned();
    Ok(Quorum::prove(plan, &rule, &seals, known, moment)?)
}

/// The seal in a row, as one on `plan`: the statement is put together from the plan, so that a seal given for anything else does
/// not verify.
#[must_use]
pub fn seal_of(plan: &Plan, row: &SealRow) -> Seal {
    let statement = SealStatement {
        custody: plan.custody,
        environment: plan.environment,
        request: plan.request,
        plan: plan.hash(),
        decision: row.decision,
        role: row.role,
        signer: row.operator,
        time: row.sealed_at,
    };
    Seal { statement, key: row.device, signature: row.signature }
}
