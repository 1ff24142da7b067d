//! The hands of a run: the only code that changes anything outside of this process. Every change passes [`perform`].

use std::collections::BTreeMap;

use canonical::Encoder;
use domain::{KeyId, RunId, StepKind, Timestamp};
use envelope::KekPublic;
use register::{Receipt, RegisterError};
use tokio::sync::OnceCell;
use vault::{Key, KeySpec, ObjectName, VaultError, VersionId};

use super::effect::{Effect, perform};
use super::error::RunError;
use super::lease::Lease;
use crate::author::{Act, Author};
use crate::console::Console;
use crate::kek::public_half;

/// Tag that a key version carries from the run that made it: what a lost reply is reconciled by.
pub(crate) const RUN_TAG: &str = "countersign-run";

/// What a step found out, as its outcome entry keeps it.
pub(crate) type Evidence = BTreeMap<&'static str, String>;

/// A step at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step {
    pub position: u32,
    pub kind: StepKind,
}

/// The executing console's hands on one run.
pub(crate) struct Hands<'a> {
    pub console: &'a Console,
    pub author: &'a Author,
    pub run: RunId,
    pub key: KeyId,
    pub lease: Lease,
    /// Until when another console of the same person may still think that the run is its own.
    pub quiet_until: Option<Timestamp>,
    /// The version this run made, once it was seen in the vault: its public half never changes.
    pub made: OnceCell<(Key, KekPublic)>,
}

impl Hands<'_> {
    /// Refuses to go on without the lease.
    pub fn check_lease(&self) -> Result<(), RunError> {
        if self.lease.is_lost() { Err(RunError::LeaseLost) } else { Ok(()) }
    }

    /// Renews the lease right now. Before a change in the vault, which knows no fence, nothing less will do.
    pub async fn hold(&self) -> Result<(), RunError> {
        self.check_lease()?;
        let renewed = self.console.register.renew_lease(self.run, self.lease.fence);
        perform(Effect::RenewLease, renewed).await.map_err(explain)
    }

    pub async fn intend(&self, step: Step) -> Result<(), RunError> {
        self.check_lease()?;
        let entry = self.console.entry(self.author, self.step_act("step.intended", step)).await?;
        perform(Effect::IntendStep, self.console.register.intend_step(entry.as_act())).await.map_err(explain)?;
        Ok(())
    }

    pub async fn done(&self, step: Step, evidence: Evidence) -> Result<(), RunError> {
        self.finish("step.done", step, evidence).await
    }

    pub async fn failed(&self, step: Step, why: &RunError) -> Result<(), RunError> {
        self.finish("step.failed", step, Evidence::from([("why", why.to_string())])).await
    }

    async fn finish(&self, verb: &'static str, step: Step, evidence: Evidence) -> Result<(), RunError> {
        let act = evidence.into_iter().fold(self.step_act(verb, step), |act, (name, value)| act.with(name, value));
        let entry = self.console.entry(self.author, act).await?;
        perform(Effect::FinishStep, self.console.register.finish_step(entry.as_act())).await.map_err(explain)?;
        Ok(())
    }

    /// Makes a key, or a new version of one, tagged with this run. Never repeated here: see `versions`.
    pub async fn create_version(&self, name: &ObjectName, spec: &KeySpec, effect: Effect) -> Result<Key, VaultError> {
        let tags = BTreeMap::from([(RUN_TAG.to_owned(), self.run.to_string())]);
        let vault = &self.console.vault;
        match effect {
            Effect::CreateKey => perform(effect, vault.create_key(name, spec, &tags)).await,
            _ => perform(effect, vault.create_version(name, spec, &tags)).await,
        }
    }

    pub async fn set_enabled(&self, name: &ObjectName, version: &VersionId, enabled: bool) -> Result<Key, VaultError> {
        let effect = if enabled { Effect::EnableVersion } else { Effect::DisableVersion };
        perform(effect, self.console.vault.set_enabled(name, version, enabled)).await
    }

    /// Records what the vault made for this run: a version of its key, or the key itself.
    pub async fn record_version(&self, created: &Key, effect: Effect) -> Result<(), RunError> {
        let verb = match effect {
            Effect::CreateKey => "key.created",
            _ => "key.version_created",
        };
        let digest = hex::encode(public_half(created)?.digest());
        let created_at = created.created.ok_or(RunError::Record { what: "creation time" })?;
        let act = self
            .key_act(verb)
            .with("version", created.version.as_str())
            .with("public_key_digest", digest)
            .with("created_at", created_at.as_microsecond());
        let entry = self.console.entry(self.author, act).await?;
        perform(Effect::RecordVersion, self.console.register.record_version(entry.as_act())).await.map_err(explain)?;
        Ok(())
    }

    pub async fn record_disabled(&self, version: &str, proof: &str) -> Result<(), RunError> {
        let act = self.key_act("key.version_disabled").with("version", version).with("proof", proof);
        let entry = self.console.entry(self.author, act).await?;
        let recorded = self.console.register.record_version_disabled(entry.as_act());
        perform(Effect::RecordDisabled, recorded).await.map_err(explain)?;
        Ok(())
    }

    pub async fn record_enabled(&self, version: &str, proof: &str) -> Result<(), RunError> {
        let act = self.key_act("key.version_enabled").with("version", version).with("proof", proof);
        let entry = self.console.entry(self.author, act).await?;
        let recorded = self.console.register.record_version_enabled(entry.as_act());
        perform(Effect::RecordEnabled, recorded).await.map_err(explain)?;
        Ok(())
    }

    /// Replaces a batch of wraps by compare-and-set: all of them, or none.
    pub async fn rewrap(&self, batch: Rewrapped<'_>) -> Result<(), RunError> {
        self.check_lease()?;
        let act = self
            .run_act("dek.rewrapped")
            .with("position", batch.step.position)
            .with("kek", self.key)
            .with("from_version", batch.from)
            .with("to_version", batch.to);
        let payload = batch.rows.clone().finish();
        let entry = self.console.entry(self.author, act.payload(batch.rows, batch.count)).await?;
        let rewrapped = self.console.register.rewrap_batch(entry.as_act(), &payload);
        perform(Effect::RewrapBatch, rewrapped).await.map_err(explain)?;
        Ok(())
    }

    pub async fn pause(&self, why: &str) -> Result<(), RunError> {
        let entry = self.console.entry(self.author, self.run_act("run.paused").purpose(why)).await?;
        perform(Effect::PauseRun, self.console.register.pause_run(entry.as_act())).await.map_err(explain)?;
        Ok(())
    }

    pub async fn close(&self, outcome: &str, verification: &str) -> Result<Receipt, RunError> {
        let act = self.run_act("run.finished").with("outcome", outcome).with("verification", verification);
        let entry = self.console.entry(self.author, act).await?;
        perform(Effect::FinishRun, self.console.register.finish_run(entry.as_act())).await.map_err(explain)
    }

    pub(super) fn run_act(&self, verb: &'static str) -> Act {
        Act::new(verb, "run", self.run).with("fence", self.lease.fence)
    }

    fn key_act(&self, verb: &'static str) -> Act {
        Act::new(verb, "key", self.key).with("run", self.run).with("fence", self.lease.fence)
    }

    fn step_act(&self, verb: &'static str, step: Step) -> Act {
        self.run_act(verb).with("step", step.kind).with("position", step.position)
    }
}

/// A batch of new wraps, ready to be written.
pub(crate) struct Rewrapped<'a> {
    pub step: Step,
    pub from: &'a str,
    pub to: &'a str,
    pub rows: Encoder,
    pub count: usize,
}

/// What the register's refusal means to a run.
pub(super) fn explain(error: RegisterError) -> RunError {
    match &error {
        RegisterError::Refused(refusal) if refusal.is_lease_lost() => RunError::LeaseLost,
        _ => error.into(),
    }
}

impl Hands<'_> {
    /// The run's row, as it is now.
    pub async fn row(&self) -> Result<register::RunRow, RunError> {
        self.console.register.run(self.run).await?.ok_or(RunError::Unknown { run: self.run })
    }

    /// The version this run made, as register and vault agree on it.
    pub async fn new_version(&self, name: &ObjectName) -> Result<&(Key, KekPublic), RunError> {
        let look = || async {
            let version = self.row().await?.new_version.ok_or(RunError::Record { what: "new version" })?;
            let key = self.console.vault.key(name, Some(&VersionId::parse(&version)?)).await?;
            let public = public_half(&key)?;
            Ok((key, public))
        };
        self.made.get_or_try_init(look).await
    }

    /// Keeps the version that was just made and recorded, so that nobody has to ask for it again.
    pub fn keep(&self, made: Key, public: KekPublic) {
        // Filled already: by the same version.
        drop(self.made.set((made, public)));
    }

    /// Writes down that a step failed, where that can be written, and gives the error back.
    pub async fn note_failure(&self, step: Step, error: RunError) -> RunError {
        let silent = matches!(error, RunError::LeaseLost)
            || matches!(&error, RunError::Register(register::RegisterError::Unavailable(_)));
        if !silent && let Err(unwritten) = self.failed(step, &error).await {
            tracing::warn!(run = %self.run, %unwritten, "the failure of a step could not be written down");
        }
        error
    }
}
