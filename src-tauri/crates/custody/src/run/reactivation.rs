//! A reactivation: compare, enable in the vault what the protective acts had disabled, activate, close. Each version is proven to
//! work before the register lets the key be used.

use canonical::Encoder;
use domain::{KeyId, KeyState, Plan, StepKind};
use register::ProtectedNow;
use vault::VersionId;

use super::course::Course;
use super::effect::{Effect, perform};
use super::error::RunError;
use super::executor::Steering;
use super::hands::{Evidence, Hands, Step, explain};
use super::progress::Meter;
use super::rewrap::Reached;
use crate::author::Act;
use crate::kek::public_half;
use crate::protect::VaultObject;

/// A reactivation under way.
pub(super) struct Reactivation<'a> {
    pub hands: &'a Hands<'a>,
    pub plan: &'a Plan,
}

impl Reactivation<'_> {
    fn keys(&self) -> Vec<KeyId> {
        self.plan.targets.iter().map(|target| target.key).collect()
    }

    async fn now(&self) -> Result<Vec<ProtectedNow>, RunError> {
        Ok(self.hands.console.register.protected_now(&self.keys()).await?)
    }

    async fn enable(&self, step: Step, meter: &mut Meter, steering: &Steering) -> Result<Reached<Evidence>, RunError> {
        let keys = self.now().await?;
        let total = u64::try_from(keys.len()).unwrap_or(u64::MAX);
        meter.begin(step.kind, 0, total);
        let mut versions = 0;
        for (done, key) in (1..).zip(&keys) {
            if steering.wants_pause() {
                return Ok(Reached::Pause);
            }
            versions += key.versions.len();
            let protections = self.hands.console.register.protections_of(key.key).await?;
            // Each of them was recorded by this run, or has nothing in the vault.
            if protections.iter().any(|row| row.in_vault && row.enabled_seq.is_none()) {
                let proof = self.open_in_vault(key).await?;
                self.record_enabled(key, &proof).await?;
            }
            meter.advance(step.kind, done, total);
        }
        Ok(Reached::End(Evidence::from([("keys", total.to_string()), ("versions", versions.to_string())])))
    }

    async fn open_in_vault(&self, key: &ProtectedNow) -> Result<String, RunError> {
        let object = VaultObject::find(&self.hands.console.vault, &key.name, key.kind).await?;
        let mut proofs = Vec::with_capacity(key.versions.len());
        for version in &key.versions {
            let version = VersionId::parse(version)?;
            self.hands.hold().await?;
            object.switch(&version, true).await?;
            let public = match object.key(&version).await? {
                Some(found) => public_half(&found).ok().map(|public| (found.name, public)),
                None => None,
            };
            proofs.push(match public {
                Some((name, public)) => self.hands.prove_opens(&name, &version, &public).await?,
                None => object.prove_enabled(&version).await?,
            });
        }
        Ok(if proofs.is_empty() { "nothing was to be enabled".to_owned() } else { proofs.join("; ") })
    }

    async fn record_enabled(&self, key: &ProtectedNow, proof: &str) -> Result<(), RunError> {
        self.hands.check_lease()?;
        let act = Act::new("key.versions_enabled", "key", key.key)
            .with("run", self.hands.run)
            .with("fence", self.hands.lease.fence)
            .with("versions", key.versions.join(","))
            .with("proof", proof);
        let entry = self.hands.console.entry(self.hands.author, act).await?;
        let recorded = self.hands.console.register.record_versions_enabled(entry.as_act());
        perform(Effect::RecordEnabled, recorded).await.map_err(explain)?;
        Ok(())
    }

    async fn activate(&self) -> Result<Evidence, RunError> {
        if self.now().await?.iter().any(|key| key.state != KeyState::Active) {
            self.hands.check_lease()?;
            let keys = self.keys();
            let rows =
                keys.iter().fold(Encoder::new(), |rows, key| rows.sequence(Encoder::new().bytes(key.0.as_bytes())));
            let payload = rows.clone().finish();
            let act = self.hands.run_act("key.reactivated").payload(rows, keys.len());
            let entry = self.hands.console.entry(self.hands.author, act).await?;
            let activated = self.hands.console.register.activate_keys(entry.as_act(), &payload);
            perform(Effect::ActivateKeys, activated).await.map_err(explain)?;
        }
        Ok(Evidence::from([("keys", self.plan.targets.len().to_string())]))
    }

    async fn close(&self) -> Result<Evidence, RunError> {
        let keys = self.now().await?;
        if keys.len() != self.plan.targets.len() || keys.iter().any(|key| key.state != KeyState::Active) {
            return Err(RunError::Record { what: "state of the keys" });
        }
        let versions = self.plan.impact.get("versions").copied().unwrap_or(0);
        let verification =
            format!("{} keys are in use again; {versions} versions are enabled and were proven to work", keys.len());
        self.hands.close("completed", &verification).await?;
        Ok(Evidence::new())
    }
}

impl Course for Reactivation<'_> {
    async fn perform(&self, step: Step, meter: &mut Meter, steering: &Steering) -> Result<Reached<Evidence>, RunError> {
        if step.kind == StepKind::EnableVersions {
            return self.enable(step, meter, steering).await;
        }
        meter.begin(step.kind, 0, 1);
        let evidence = match step.kind {
            // What the register answers for was compared when the run started, in that transaction.
            StepKind::Compare => Ok(Evidence::from([("plan_hash", hex::encode(self.plan.hash()))])),
            StepKind::Activate => self.activate().await,
            _ => self.close().await,
        }?;
        meter.advance(step.kind, 1, 1);
        Ok(Reached::End(evidence))
    }
}
