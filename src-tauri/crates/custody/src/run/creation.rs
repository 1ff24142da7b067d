//! The creation of a KEK: compare, create in the vault, register, close. Generated there, never imported.

use domain::{Plan, StepKind};
use vault::{KeySpec, ObjectName, RsaBits};

use super::course::Course;
use super::effect::Effect;
use super::error::RunError;
use super::executor::Steering;
use super::hands::{Evidence, Hands, Step};
use super::progress::Meter;
use super::rewrap::Reached;
use crate::kek::public_half;
use crate::request::RequestError;

/// A creation under way.
pub(super) struct Creation<'a> {
    hands: &'a Hands<'a>,
    plan: &'a Plan,
    name: ObjectName,
    spec: KeySpec,
}

impl<'a> Creation<'a> {
    pub fn new(hands: &'a Hands<'a>, plan: &'a Plan) -> Result<Self, RunError> {
        let parameter = |name: &'static str| plan.parameter(name).ok_or(RunError::Record { what: name });
        let bits = parameter("bits")?.parse().ok().and_then(RsaBits::from_bits);
        let spec = KeySpec::Rsa(bits.ok_or(RunError::Record { what: "bits" })?);
        Ok(Self { hands, plan, name: ObjectName::parse(parameter("vault_name")?)?, spec })
    }

    /// The name must still be free in the vault, or taken by this very run.
    async fn compare(&self) -> Result<Evidence, RunError> {
        let differences = self.hands.console.vault_drift(self.plan).await?;
        if !differences.is_empty() {
            return Err(RequestError::Stale { differences }.into());
        }
        Ok(Evidence::from([("plan_hash", hex::encode(self.plan.hash()))]))
    }

    async fn create(&self) -> Result<Evidence, RunError> {
        let made = self.hands.version_of_this_run(&self.name, &self.spec, Effect::CreateKey).await?;
        if self.hands.row().await?.new_version.as_deref() != Some(made.version.as_str()) {
            self.hands.record_version(&made, Effect::CreateKey).await?;
        }
        Ok(Evidence::from([
            ("version", made.version.as_str().to_owned()),
            ("public_key_digest", hex::encode(public_half(&made)?.digest())),
        ]))
    }

    async fn close(&self) -> Result<Evidence, RunError> {
        let (key, public) = self.hands.new_version(&self.name).await?;
        let opens = self.hands.prove_opens(&self.name, &key.version, public).await?;
        self.hands
            .close("completed", &format!("made in the vault as version {}; {opens}", key.version.as_str()))
            .await?;
        Ok(Evidence::new())
    }
}

impl Course for Creation<'_> {
    async fn perform(
        &self,
        step: Step,
        meter: &mut Meter,
        _steering: &Steering,
    ) -> Result<Reached<Evidence>, RunError> {
        meter.begin(step.kind, 0, 1);
        let evidence = match step.kind {
            StepKind::Compare => self.compare().await,
            StepKind::CreateVersion => self.create().await,
            _ => self.close().await,
        }?;
        meter.advance(step.kind, 1, 1);
        Ok(Reached::End(evidence))
    }
}
