//! Out of use, then overwritten and removed: keys, tokens, wraps, batch by batch until none is found.

use canonical::Encoder;
use domain::StepKind;
use register::RegisterError;

use super::super::error::RunError;
use super::super::executor::Steering;
use super::super::hands::{Evidence, Step};
use super::super::progress::Meter;
use super::super::rewrap::Reached;
use super::Destruction;
use super::acts::Rows;

/// Keys or wraps in one act.
const KEYS_MAX: u32 = 1_000;

/// Tokens in one act.
const TOKENS_MAX: u32 = 5_000;

/// How often a batch may be refused because others changed it first: the sweep of expired tokens, for one.
const REFUSED_MAX: u32 = 20;

impl Destruction<'_> {
    /// Nothing new comes in from here on, for a tenant also where it has no key in use.
    pub(super) async fn deactivate(&self) -> Result<Evidence, RunError> {
        let (register, run) = (&self.hands.console.register, self.hands.run);
        let mut deactivated = 0;
        let mut told = !self.is_of_tenant();
        loop {
            let keys = register.covered_active(run, KEYS_MAX).await?;
            if keys.is_empty() && told {
                return Ok(Evidence::from([("deactivated", deactivated.to_string())]));
            }
            deactivated += keys.len();
            self.write_deactivated(Rows::of_ids(keys.iter().map(|key| &key.0))).await?;
            told = true;
        }
    }

    pub(super) async fn delete_tokens(
        &self,
        step: Step,
        meter: &mut Meter,
        steering: &Steering,
    ) -> Result<Reached<Evidence>, RunError> {
        let (register, run) = (&self.hands.console.register, self.hands.run);
        let mut tally = Tally::begin(step.kind, register.remains(run).await?.tokens, meter);
        loop {
            let tokens = register.covered_tokens(run, TOKENS_MAX).await?;
            if tokens.is_empty() {
                return Ok(Reached::End(Evidence::from([("tokens", tally.done.to_string())])));
            }
            if steering.wants_pause() {
                return Ok(Reached::Pause);
            }
            let written = self.write_tokens_deleted(Rows::of_ids(&tokens)).await;
            tally.count(written, tokens.len(), "token_unknown", meter)?;
        }
    }

    pub(super) async fn erase_wraps(
        &self,
        step: Step,
        meter: &mut Meter,
        steering: &Steering,
    ) -> Result<Reached<Evidence>, RunError> {
        let (register, run) = (&self.hands.console.register, self.hands.run);
        let left = register.remains(run).await?;
        let mut tally = Tally::begin(step.kind, left.wraps + left.former_wraps, meter);
        loop {
            let wraps = register.covered_wraps(run, KEYS_MAX).await?;
            if wraps.is_empty() {
                return Ok(Reached::End(Evidence::from([("wraps", tally.done.to_string())])));
            }
            if steering.wants_pause() {
                return Ok(Reached::Pause);
            }
            let row = |(dek, version): &(domain::KeyId, u32)| {
                Encoder::new().bytes(dek.0.as_bytes()).count(u64::from(*version))
            };
            let written = self.write_wraps_erased(Rows::of(wraps.iter().map(row))).await;
            tally.count(written, wraps.len(), "version_unknown", meter)?;
        }
    }
}

/// How many were erased here.
struct Tally {
    kind: StepKind,
    done: u64,
    total: u64,
    refused: u32,
}

impl Tally {
    fn begin(kind: StepKind, total: u64, meter: &mut Meter) -> Self {
        meter.begin(kind, 0, total);
        Self { kind, done: 0, total, refused: 0 }
    }

    /// A batch that others changed first is read again.
    fn count(
        &mut self,
        written: Result<(), RunError>,
        rows: usize,
        moved: &str,
        meter: &Meter,
    ) -> Result<(), RunError> {
        match written {
            Ok(()) => {
                self.done += u64::try_from(rows).unwrap_or(u64::MAX);
                meter.advance(self.kind, self.done, self.total.max(self.done));
                Ok(())
            }
            Err(RunError::Register(RegisterError::Refused(refusal)))
                if refusal.code() == moved && self.refused < REFUSED_MAX =>
            {
                self.refused += 1;
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}
