//! Proof, from signatures alone, that a plan may be executed now.

use domain::{OperatorId, Plan, Quorum, QuorumError, QuorumRule, Seal, SealStatement, Timestamp, quorum_rules};
use register::{RegisterError, SealRow};

use crate::console::Console;
use crate::witness::{Ending, WitnessError};

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
        run: Option<domain::RunId>,
        now: Timestamp,
    ) -> Result<Self, AuthorityError> {
        if plan.custody != console.custody.id || plan.environment != console.custody.environment {
            return Err(AuthorityError::Foreign);
        }
        console.witness.catch_up(&console.register).await?;
        // A run that began in time may end late: what must lie within the clocks is its beginning.
        let moment = match console.witness.ending(plan.request).await {
            None => now,
            Some(Ending::Started { run: begun, at }) if run.is_some_and(|run| run.0 == begun) => at,
            Some(ending) => return Err(AuthorityError::Ended { ending }),
        };
        let rule = rule_for(&plan).ok_or(AuthorityError::NoRule)?;
        let rows = console.register.seals(plan.request).await?;
        let seals: Vec<Seal> = rows.iter().map(|row| seal_of(&plan, row)).collect();
        let keys: Vec<(OperatorId, [u8; 32])> = seals.iter().map(|seal| (seal.statement.signer, seal.key)).collect();
        let signers = console.witness.signers(&keys).await;
        let quorum = Quorum::prove(&plan, &rule, &seals, |who, key| signers.get(&(who, *key)).cloned(), moment)?;
        Ok(Self { plan, quorum })
    }
}

// The console goes by the rules it was built with: rules in a table can be edited by whoever owns the table.
fn rule_for(plan: &Plan) -> Option<QuorumRule> {
    quorum_rules().into_iter().find(|rule| rule.operation == plan.operation)
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
