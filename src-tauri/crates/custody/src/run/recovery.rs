//! The recovery of a deleted KEK: compare, recover in the vault, prove that it opens, close. With its end the run that was
//! destroying the key is over, too.

use std::time::Duration;

use domain::{Plan, StepKind};
use vault::{ObjectName, VaultError, VersionId};

use super::authority::Authority;
use super::course::Course;
use super::destruction::{Found, Object};
use super::effect::{Effect, perform};
use super::error::RunError;
use super::executor::Steering;
use super::hands::{Evidence, Hands, Step, explain};
use super::progress::Meter;
use super::rewrap::Reached;
use crate::author::Act;
use crate::kek::public_half;
use crate::request::RequestError;

/// How long a vault may take to show what it was asked for.
const SETTLE: Duration = Duration::from_secs(2);

/// Looks at a key whose recovery was not answered, before it is asked for again.
const UNANSWERED_LOOKS: u32 = 3;

/// Looks at a key that was recovered a moment ago.
const LOOKS: u32 = 45;

/// A recovery under way.
pub(super) struct Recovery<'a> {
    hands: &'a Hands<'a>,
    plan: &'a Plan,
    object: Object,
    version: VersionId,
}

impl<'a> Recovery<'a> {
    pub fn new(hands: &'a Hands<'a>, plan: &'a Plan) -> Result<Self, RunError> {
        let target = plan.targets.first().ok_or(RunError::Record { what: "target" })?;
        let object = Object::key(target.key, ObjectName::parse(&target.name)?);
        Ok(Self { hands, plan, object, version: VersionId::parse(&target.version)? })
    }

    async fn compare(&self) -> Result<Evidence, RunError> {
        let differences = self.hands.console.vault_drift(self.plan).await?;
        if !differences.is_empty() {
            return Err(RequestError::Stale { differences }.into());
        }
        Ok(Evidence::from([("plan_hash", hex::encode(self.plan.hash()))]))
    }

    async fn recover(&self) -> Result<Evidence, RunError> {
        let console = self.hands.console;
        Authority::prove(console, self.plan.clone(), Some(self.hands.run), console.now().await?).await?;
        self.bring_back().await?;
        let proof = format!("{} is present in the vault again", self.object.said());
        if console.register.open_deletion(self.object.key).await?.is_some() {
            let act = Act::new("key.recovered", "key", self.object.key).with("run", self.hands.run);
            let act = act.with("fence", self.hands.lease.fence).with("proof", &proof);
            let entry = console.entry(self.hands.author, act).await?;
            let recorded = console.register.record_recovered(entry.as_act());
            perform(Effect::RecordRecovered, recorded).await.map_err(explain)?;
        }
        Ok(Evidence::from([("proof", proof)]))
    }

    /// Recovers it, unless that was done before a reply was lost.
    async fn bring_back(&self) -> Result<(), RunError> {
        let vault = &self.hands.console.vault;
        let (mut looks, mut asked, mut unanswered) = (0, false, false);
        loop {
            match self.object.find(vault).await? {
                Found::Present => return Ok(()),
                Found::Absent => return Err(RunError::NotRecoverable { what: self.object.said() }),
                Found::Deleted(_) if !asked => {
                    asked = true;
                    self.hands.hold().await?;
                    match perform(Effect::RecoverInVault, vault.recover_deleted_key(&self.object.name)).await {
                        Ok(_) | Err(VaultError::Conflict { .. }) => unanswered = false,
                        Err(VaultError::OutcomeUnknown { .. }) => unanswered = true,
                        Err(error) => return Err(error.into()),
                    }
                }
                Found::Deleted(_) if looks < LOOKS => {
                    looks += 1;
                    tokio::time::sleep(SETTLE).await;
                    asked = !(unanswered && looks % UNANSWERED_LOOKS == 0);
                }
                Found::Deleted(_) => return Err(RunError::NotRecoverable { what: self.object.said() }),
            }
        }
    }

    async fn prove(&self) -> Result<Evidence, RunError> {
        let key = self.hands.console.vault.key(&self.object.name, Some(&self.version)).await?;
        if !key.enabled {
            // It was out of use before it was deleted, and comes back as it was.
            let found = format!("version {} is present, and disabled as it was", self.version.as_str());
            return Ok(Evidence::from([("proof", found)]));
        }
        let opens = self.hands.prove_opens(&self.object.name, &self.version, &public_half(&key)?).await?;
        Ok(Evidence::from([("proof", opens)]))
    }

    async fn close(&self) -> Result<Evidence, RunError> {
        let verification = format!(
            "{} was recovered with its versions; what was proven of them is in the step before",
            self.object.said()
        );
        self.hands.close("completed", &verification).await?;
        Ok(Evidence::new())
    }
}

impl Course for Recovery<'_> {
    async fn perform(
        &self,
        step: Step,
        meter: &mut Meter,
        _steering: &Steering,
    ) -> Result<Reached<Evidence>, RunError> {
        meter.begin(step.kind, 0, 1);
        let evidence = match step.kind {
            StepKind::Compare => self.compare().await,
            StepKind::Recover => self.recover().await,
            StepKind::Prove => self.prove().await,
            _ => self.close().await,
        }?;
        meter.advance(step.kind, 1, 1);
        Ok(Reached::End(evidence))
    }
}
