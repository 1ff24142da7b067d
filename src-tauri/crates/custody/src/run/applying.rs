//! Requests that change the register alone: compare, apply, close. They take effect as soon as the last signature is there.

use std::collections::BTreeMap;

use domain::{Operation, Plan, RequestId, StepKind};
use tokio::sync::watch;

use super::course::Course;
use super::effect::{Effect, perform};
use super::error::RunError;
use super::executor::{Ended, Steering};
use super::hands::{Evidence, Hands, Step, explain};
use super::progress::Meter;
use super::rewrap::Reached;
use crate::author::{Act, Author};
use crate::console::Console;

/// A text of an entry is bounded; a plan may be longer and goes in pieces.
const PIECE: usize = 4_000;

/// An application under way.
pub(super) struct Applying<'a> {
    pub hands: &'a Hands<'a>,
    pub plan: &'a Plan,
}

impl Applying<'_> {
    /// The entry that changed the register, if it was changed.
    async fn applied(&self) -> Result<Option<u64>, RunError> {
        let run = self.hands.run;
        let row = self.hands.console.register.run(run).await?;
        Ok(row.ok_or(RunError::Unknown { run })?.applied_seq)
    }

    async fn apply(&self) -> Result<Evidence, RunError> {
        if self.applied().await?.is_none() {
            self.hands.console.check_card(self.plan)?;
            self.hands.check_lease()?;
            let act = Act::new("request.applied", "request", self.plan.request);
            let act = act.with("run", self.hands.run).with("fence", self.hands.lease.fence);
            let act = pieces(&self.plan.encode()).into_iter().fold(act, |act, (name, piece)| act.with(name, piece));
            let entry = self.hands.console.entry(self.hands.author, act).await?;
            let applied = self.hands.console.register.apply_request(entry.as_act());
            perform(Effect::ApplyRequest, applied).await.map_err(explain)?;
        }
        Ok(Evidence::from([("plan_hash", hex::encode(self.plan.hash()))]))
    }

    async fn close(&self) -> Result<Evidence, RunError> {
        let applied = self.applied().await?.ok_or(RunError::Record { what: "applied request" })?;
        self.hands.close("completed", &format!("entry {applied} changed the register as the plan says")).await?;
        Ok(Evidence::new())
    }
}

/// The plan as an entry carries it (`docs/formats/acts.md`): whoever reads the ledger has what was signed.
fn pieces(plan: &[u8]) -> BTreeMap<String, String> {
    let hex = hex::encode(plan);
    let piece =
        |(number, bytes): (usize, &[u8])| (format!("plan.{number:02}"), String::from_utf8_lossy(bytes).into_owned());
    hex.as_bytes().chunks(PIECE).enumerate().map(piece).collect()
}

impl Course for Applying<'_> {
    async fn perform(
        &self,
        step: Step,
        meter: &mut Meter,
        _steering: &Steering,
    ) -> Result<Reached<Evidence>, RunError> {
        meter.begin(step.kind, 0, 1);
        let evidence = match step.kind {
            // What the register answers for was compared when the run started, in that transaction.
            StepKind::Compare => Ok(Evidence::from([("plan_hash", hex::encode(self.plan.hash()))])),
            StepKind::Apply => self.apply().await,
            _ => self.close().await,
        }?;
        meter.advance(step.kind, 1, 1);
        Ok(Reached::End(evidence))
    }
}

impl Console {
    /// Puts a request into force that changes the register alone, if its signatures are complete: whoever gave the last one has
    /// nothing more to do. Any other operation is left to be executed; `None` says so.
    ///
    /// # Errors
    /// See [`RunError`]. The request stays approved or its run stays open, and anybody eligible can go on.
    pub async fn settle(&self, author: &Author, request: RequestId) -> Result<Option<Ended>, RunError> {
        let (plan, row) = self.plan_on_record(request).await?;
        if !plan.operation.applies() || row.state != domain::RequestState::Approved {
            return Ok(None);
        }
        let run = self.start(author, request).await?;
        let (progress, _) = watch::channel(None);
        let ended = self.execute(author, run, &Steering::new(), &progress).await?;
        if plan.operation == Operation::ChangeRules {
            self.follow_rules().await?;
        }
        Ok(Some(ended))
    }
}
