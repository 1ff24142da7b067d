//! The rotation of a secret: compare, a new version with a new value, an overlap, disable the old version, close; and the way back
//! while the old version lives.
//!
//! The value is made here from the system's randomness, goes to the vault and is wiped: nobody types, sees, logs or keeps it.

use std::time::Duration;

use domain::{Plan, StepKind};
use register::RunDirection as Direction;
use vault::{ObjectName, SecretSummary, Tags, VaultError, VersionId};

use super::authority::Authority;
use super::course::Course;
use super::effect::{Effect, perform};
use super::error::RunError;
use super::executor::Steering;
use super::hands::{Evidence, Hands, RUN_TAG, Step, explain};
use super::new_value::NewValue;
use super::progress::Meter;
use super::rewrap::Reached;
use super::versions::{CHANGE_LOOKS, LOOKS, SETTLE};
use crate::author::Act;
use crate::request::{RequestError, SecretEncoding};

/// A rotation under way, or on its way back.
pub(super) struct SecretRotation<'a> {
    hands: &'a Hands<'a>,
    plan: &'a Plan,
    name: ObjectName,
    old: VersionId,
    grace: Duration,
    value_bytes: u32,
    encoding: SecretEncoding,
    direction: Direction,
}

impl<'a> SecretRotation<'a> {
    pub fn new(hands: &'a Hands<'a>, plan: &'a Plan, direction: Direction) -> Result<Self, RunError> {
        let target = plan.targets.first().ok_or(RunError::Record { what: "target" })?;
        let parameter = |what: &'static str| plan.parameter(what).ok_or(RunError::Record { what });
        let number =
            |what: &'static str| parameter(what)?.parse::<u32>().map_err(|_not_a_number| RunError::Record { what });
        Ok(Self {
            hands,
            plan,
            name: ObjectName::parse(&target.name)?,
            old: VersionId::parse(&target.version)?,
            grace: Duration::from_secs(u64::from(number("grace_seconds")?)),
            value_bytes: number("value_bytes")?,
            encoding: SecretEncoding::parse(parameter("encoding")?).ok_or(RunError::Record { what: "encoding" })?,
            direction,
        })
    }
}

impl Course for SecretRotation<'_> {
    async fn perform(&self, step: Step, meter: &mut Meter, steering: &Steering) -> Result<Reached<Evidence>, RunError> {
        if step.kind == StepKind::Grace {
            return self.overlap(step, meter, steering).await;
        }
        meter.begin(step.kind, 0, 1);
        let evidence = match step.kind {
            StepKind::Compare => self.compare().await,
            StepKind::CreateVersion => self.create().await,
            StepKind::DisableOld => self.disable_old().await,
            StepKind::EnableOld => self.enable_old().await,
            StepKind::DisableNew => self.disable_new().await,
            _ => self.close().await,
        }?;
        meter.advance(step.kind, 1, 1);
        Ok(Reached::End(evidence))
    }
}

impl SecretRotation<'_> {
    async fn compare(&self) -> Result<Evidence, RunError> {
        let differences = self.hands.console.vault_drift(self.plan).await?;
        if !differences.is_empty() {
            return Err(RequestError::Stale { differences }.into());
        }
        Ok(Evidence::from([("plan_hash", hex::encode(self.plan.hash()))]))
    }

    async fn create(&self) -> Result<Evidence, RunError> {
        let made = self.version_of_this_run().await?;
        let version = version_of(&made)?;
        if self.hands.row().await?.new_version.as_deref() != Some(version.as_str()) {
            self.record_set(&made, version).await?;
        }
        Ok(Evidence::from([
            ("version", version.as_str().to_owned()),
            ("value_bytes", self.value_bytes.to_string()),
            ("encoding", self.encoding.word().to_owned()),
        ]))
    }

    /// The version that this run set, set now if there is none yet. Setting again would make a second one: after a lost reply it is
    /// looked for by its tag.
    async fn version_of_this_run(&self) -> Result<SecretSummary, RunError> {
        if let Some(made) = self.find_made().await? {
            return Ok(made);
        }
        if self.hands.outwait_predecessor().await?
            && let Some(made) = self.find_made().await?
        {
            return Ok(made);
        }
        self.hands.hold().await?;
        match self.set().await? {
            Ok(made) => Ok(made),
            Err(VaultError::OutcomeUnknown { action, lost }) => {
                for _ in 0..LOOKS {
                    tokio::time::sleep(SETTLE).await;
                    if let Some(made) = self.find_made().await? {
                        return Ok(made);
                    }
                }
                Err(VaultError::OutcomeUnknown { action, lost }.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn set(&self) -> Result<Result<SecretSummary, VaultError>, RunError> {
        let before = self.versions().await?.into_iter().find(|found| found.version.as_ref() == Some(&self.old));
        let content_type = before.and_then(|before| before.content_type);
        let tags = Tags::from([(RUN_TAG.to_owned(), self.hands.run.to_string())]);
        let value = NewValue::make(self.value_bytes, self.encoding);
        let vault = &self.hands.console.vault;
        // EXPOSE: to the vault, which is where it belongs.
        let set = vault.set_secret(&self.name, value.expose(), content_type.as_deref(), &tags);
        Ok(perform(Effect::SetSecret, set).await)
    }

    async fn versions(&self) -> Result<Vec<SecretSummary>, RunError> {
        match self.hands.console.vault.secret_versions(&self.name).await {
            Ok(versions) => Ok(versions),
            Err(VaultError::NotFound { .. }) => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }

    /// The version tagged with this run. Two of them are a fault that nobody but a person can judge.
    async fn find_made(&self) -> Result<Option<SecretSummary>, RunError> {
        let run = self.hands.run.to_string();
        let mut made = self.versions().await?.into_iter().filter(|version| version.tags.get(RUN_TAG) == Some(&run));
        match (made.next(), made.next()) {
            (one, None) => Ok(one),
            (one, Some(other)) => {
                let names =
                    one.iter().chain([&other]).filter_map(|found| found.version.as_ref()).map(VersionId::as_str);
                let found = names.collect::<Vec<_>>().join(" and ");
                Err(RunError::UnexpectedVersion { key: self.name.as_str().to_owned(), found })
            }
        }
    }

    async fn record_set(&self, made: &SecretSummary, version: &VersionId) -> Result<(), RunError> {
        let created_at = made.created.ok_or(RunError::Record { what: "creation time" })?;
        let hands = self.hands;
        let act = Act::new("secret.version_set", "key", hands.key)
            .with("run", hands.run)
            .with("fence", hands.lease.fence)
            .with("version", version.as_str())
            .with("created_at", created_at.as_microsecond());
        let entry = hands.console.entry(hands.author, act).await?;
        let recorded = hands.console.register.record_secret_version(entry.as_act());
        perform(Effect::RecordSecret, recorded).await.map_err(explain)?;
        Ok(())
    }

    /// Counted from the moment the new version was recorded, by the register's clock, wherever the run is carried on.
    async fn overlap(&self, step: Step, meter: &Meter, steering: &Steering) -> Result<Reached<Evidence>, RunError> {
        let run = self.hands.row().await?;
        let until = run.rewrapped_at.unwrap_or(run.started_at).plus(self.grace);
        let seconds = self.grace.as_secs();
        Ok(match self.hands.wait_until(step, meter, steering, until, seconds).await? {
            Reached::Pause => Reached::Pause,
            Reached::End(()) => Reached::End(Evidence::from([("grace_seconds", seconds.to_string())])),
        })
    }

    async fn disable_old(&self) -> Result<Evidence, RunError> {
        // Readers of the old value lose it here: the signatures must still count.
        let now = self.hands.console.now().await?;
        Authority::prove(self.hands.console, self.plan.clone(), Some(self.hands.run), now).await?;
        self.switch(&self.old, false).await?;
        let proof = self.prove_refused(&self.old).await?;
        self.hands.record_disabled(self.old.as_str(), &proof).await?;
        Ok(Evidence::from([("version", self.old.as_str().to_owned()), ("proof", proof)]))
    }

    async fn enable_old(&self) -> Result<Evidence, RunError> {
        self.switch(&self.old, true).await?;
        let proof = self.prove_readable(&self.old).await?;
        if self.hands.row().await?.new_version.is_some() {
            self.hands.record_enabled(self.old.as_str(), &proof).await?;
        }
        Ok(Evidence::from([("version", self.old.as_str().to_owned()), ("proof", proof)]))
    }

    /// Also a version that was set but never recorded: whoever asks the vault for the newest one would get it.
    async fn disable_new(&self) -> Result<Evidence, RunError> {
        let Some(made) = self.find_made().await? else {
            return Ok(Evidence::from([("nothing_to_undo", "true".to_owned())]));
        };
        let version = version_of(&made)?;
        self.switch(version, false).await?;
        let proof = self.prove_refused(version).await?;
        if self.hands.row().await?.new_version.is_some() {
            self.hands.record_disabled(version.as_str(), &proof).await?;
        }
        Ok(Evidence::from([("version", version.as_str().to_owned()), ("proof", proof)]))
    }

    async fn close(&self) -> Result<Evidence, RunError> {
        let old = self.old.as_str();
        let new = self.hands.row().await?.new_version;
        let (outcome, verification) = match (self.direction, new) {
            (Direction::Forward, Some(new)) => {
                let read = self.prove_readable(&VersionId::parse(&new)?).await?;
                ("completed", format!("{read}; version {old} is disabled"))
            }
            (Direction::Forward, None) => return Err(RunError::Record { what: "new version" }),
            (Direction::Back, new) => {
                let read = self.prove_readable(&self.old).await?;
                let undone = new.map_or("no new version was recorded".to_owned(), |new| format!("{new} is disabled"));
                ("rolled_back", format!("{read}; {undone}"))
            }
        };
        self.hands.close(outcome, &verification).await?;
        Ok(Evidence::new())
    }

    /// Asking twice does no harm: after a lost reply it is looked, and asked again where nothing has changed.
    async fn switch(&self, version: &VersionId, enabled: bool) -> Result<(), RunError> {
        let vault = &self.hands.console.vault;
        let effect = if enabled { Effect::EnableVersion } else { Effect::DisableVersion };
        for _ in 0..LOOKS {
            let versions = self.versions().await?;
            let found = versions.iter().find(|found| found.version.as_ref() == Some(version));
            let found = found.ok_or_else(|| self.unexpected(version, "gone"))?;
            if found.enabled == enabled {
                return Ok(());
            }
            self.hands.hold().await?;
            match perform(effect, vault.set_secret_enabled(&self.name, version, enabled)).await {
                Ok(_) => return Ok(()),
                Err(VaultError::OutcomeUnknown { .. }) => tokio::time::sleep(SETTLE).await,
                Err(error) => return Err(error.into()),
            }
        }
        Err(self.unexpected(version, if enabled { "still disabled" } else { "still enabled" }))
    }

    fn unexpected(&self, version: &VersionId, how: &str) -> RunError {
        let found = format!("{} {how}", version.as_str());
        RunError::UnexpectedVersion { key: self.name.as_str().to_owned(), found }
    }

    /// Proves that the vault gives a version's value out no more. A value that comes back all the same is wiped unseen.
    async fn prove_refused(&self, version: &VersionId) -> Result<String, RunError> {
        for _ in 0..CHANGE_LOOKS {
            match self.hands.console.vault.secret(&self.name, Some(version)).await {
                Err(VaultError::Disabled { .. }) => {
                    return Ok(format!("a read of version {} was refused: disabled", version.as_str()));
                }
                // Key Vault says that a change may take a while to reach every node.
                Ok(value) => {
                    drop(value);
                    tokio::time::sleep(SETTLE).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(RunError::StillReadable { version: version.as_str().to_owned() })
    }

    async fn prove_readable(&self, version: &VersionId) -> Result<String, RunError> {
        drop(self.hands.console.vault.secret(&self.name, Some(version)).await?);
        Ok(format!("a read of version {} was answered", version.as_str()))
    }
}

fn version_of(found: &SecretSummary) -> Result<&VersionId, RunError> {
    found.version.as_ref().ok_or(RunError::Record { what: "version" })
}
