//! Destruction: out of use, tokens first, wraps overwritten and removed, their space reclaimed, objects in the
//! vault deleted and followed to their purge, and nothing called destroyed before it was looked for and not found.
//!
//! One course for every operation that destroys: which steps it has, the operation says. Each step looks before it changes
//! anything, so that whoever takes the run up finishes what was begun and repeats nothing. Before each of them the signatures are
//! proven again here, and quorum and holds are asked again by the register.

mod acts;
mod erase;
mod object;
mod proof;
mod purge;
mod reclaim;

use domain::{Operation, Plan, StepKind};

use super::authority::Authority;
use super::course::Course;
use super::error::RunError;
use super::executor::Steering;
use super::hands::{Evidence, Hands, Step};
use super::progress::Meter;
use super::rewrap::Reached;
use crate::request::{Purge, RequestError};

pub(super) use object::{Found, Object};

/// A destruction under way.
pub(super) struct Destruction<'a> {
    hands: &'a Hands<'a>,
    plan: &'a Plan,
    /// When the vault's objects are purged; plans without such objects do not say.
    purge: Purge,
}

impl<'a> Destruction<'a> {
    pub fn new(hands: &'a Hands<'a>, plan: &'a Plan) -> Result<Self, RunError> {
        let purge = match plan.parameter("purge") {
            None => Purge::Scheduled,
            Some(word) => Purge::parse(word).ok_or(RunError::Record { what: "purge" })?,
        };
        Ok(Self { hands, plan, purge })
    }

    /// The plan against live state, one last time. What the register answers for was compared when the run started.
    async fn compare(&self) -> Result<Evidence, RunError> {
        let differences = self.hands.console.vault_drift(self.plan).await?;
        if !differences.is_empty() {
            return Err(RequestError::Stale { differences }.into());
        }
        let digest = hex::encode(self.plan.hash());
        Ok(Evidence::from([("facts", self.plan.depends_on.len().to_string()), ("plan_hash", digest)]))
    }

    /// The signatures must still count, each time before something is done that nobody can undo.
    async fn authorise(&self) -> Result<(), RunError> {
        let console = self.hands.console;
        Authority::prove(console, self.plan.clone(), Some(self.hands.run), console.now().await?).await?;
        Ok(())
    }

    fn is_of_tenant(&self) -> bool {
        self.plan.operation == Operation::OffboardTenant
    }
}

impl Course for Destruction<'_> {
    async fn perform(&self, step: Step, meter: &mut Meter, steering: &Steering) -> Result<Reached<Evidence>, RunError> {
        if !matches!(step.kind, StepKind::ProveAbsent | StepKind::Close) {
            self.authorise().await?;
        }
        meter.begin(step.kind, 0, 1);
        let evidence = match step.kind {
            StepKind::DeleteTokens => return self.delete_tokens(step, meter, steering).await,
            StepKind::EraseWraps => return self.erase_wraps(step, meter, steering).await,
            StepKind::Reclaim => return self.reclaim(step, meter, steering).await,
            StepKind::AwaitPurge => return self.await_purge(step, meter, steering).await,
            StepKind::Compare => self.compare().await,
            StepKind::Deactivate => self.deactivate().await,
            StepKind::DeleteFromVault => self.delete_from_vault(step, meter).await,
            StepKind::ProveAbsent => self.prove_absent(step, meter).await,
            _ => self.close().await,
        }?;
        meter.advance(step.kind, 1, 1);
        Ok(Reached::End(evidence))
    }
}
