//! Proof that every live wrap names the version it should, and opens with it.

use envelope::{WrapAlgorithm, verify_check_value};
use futures::{TryStreamExt, stream};
use register::WrapRow;
use vault::{ObjectName, VersionId};

use super::error::RunError;
use super::executor::Steering;
use super::hands::{Evidence, Hands, Step};
use super::progress::Meter;
use super::rewrap::Reached;
use super::versions::{take, vault_algorithm};
use crate::identity::identity_of;

const PAGE: u32 = 200;
const IN_FLIGHT: usize = 64;

/// What shall hold.
pub(crate) struct Proof<'a> {
    pub hands: &'a Hands<'a>,
    pub step: Step,
    pub name: &'a ObjectName,
    /// Version that must be empty.
    pub emptied: &'a VersionId,
    /// Version that everything must be under.
    pub under: &'a VersionId,
    /// Whether every wrap is opened, not counted only.
    pub full: bool,
}

impl Proof<'_> {
    pub async fn hold(&self, meter: &mut Meter, steering: &Steering) -> Result<Reached<Evidence>, RunError> {
        let (register, key) = (&self.hands.console.register, self.hands.key);
        let left = register.count_wraps(key, self.emptied.as_str()).await?;
        if left > 0 {
            return Err(RunError::Left { left, version: self.emptied.as_str().to_owned() });
        }
        let total = register.count_wraps(key, self.under.as_str()).await?;
        meter.begin(self.step.kind, 0, total);
        let mut opened = 0;
        if self.full {
            let mut after = None;
            loop {
                if steering.wants_pause() {
                    return Ok(Reached::Pause);
                }
                let wraps = register.wraps_under(key, self.under.as_str(), after, PAGE).await?;
                let Some(last) = wraps.last() else { break };
                after = Some(last.dek);
                opened += u64::try_from(wraps.len()).unwrap_or(u64::MAX);
                stream::iter(wraps.iter().map(Ok)).try_for_each_concurrent(IN_FLIGHT, |wrap| self.opens(wrap)).await?;
                meter.advance(self.step.kind, opened.min(total), total);
            }
        } else if let Some(wrap) = register.wraps_under(key, self.under.as_str(), None, 1).await?.first() {
            self.opens(wrap).await?;
            opened = 1;
        }
        meter.advance(self.step.kind, total, total);
        Ok(Reached::End(Evidence::from([
            ("left_on_old", "0".to_owned()),
            ("under_new", total.to_string()),
            ("opened", opened.to_string()),
        ])))
    }

    async fn opens(&self, wrap: &WrapRow) -> Result<(), RunError> {
        let algorithm = WrapAlgorithm::from_name(&wrap.algorithm).ok_or(RunError::Record { what: "wrap algorithm" })?;
        let vault = &self.hands.console.vault;
        let dek = take(vault.unwrap(self.name, self.under, vault_algorithm(algorithm), &wrap.wrapped).await?)?;
        let identity = identity_of(&self.hands.console.custody, wrap.dek, &wrap.scope);
        verify_check_value(&dek, &identity, &wrap.check_value)
            .map_err(|_differs| RunError::CheckValue { dek: wrap.dek })
    }
}
