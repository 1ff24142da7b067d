use std::time::Duration;

use crate::error::VaultError;
use crate::key::RsaBits;

/// The span over which Key Vault counts transactions.
pub(crate) const WINDOW: Duration = Duration::from_secs(10);
/// A whole limit in units: fine enough that the cost of one call at the documented limits is a whole number.
const WHOLE: u64 = 1_200_000_000;
const PERCENT_DEFAULT: u8 = 70;

/// What Key Vault allows one vault in ten seconds. Documents of different age differ, so it is a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceLimits {
    /// Operations with RSA keys of 2,048 bits, and everything else about keys that is not a creation.
    pub rsa_2048: u32,
    /// Operations with RSA keys of 3,072 bits.
    pub rsa_3072: u32,
    /// Operations with RSA keys of 4,096 bits.
    pub rsa_4096: u32,
    /// Creations of keys and key versions.
    pub key_creates: u32,
    /// Reads and changes of secrets.
    pub secrets: u32,
    /// Creations of secrets and secret versions.
    pub secret_creates: u32,
}

impl ServiceLimits {
    /// The documented limits for keys protected by software.
    pub const fn software() -> Self {
        Self { rsa_2048: 4_000, rsa_3072: 1_000, rsa_4096: 500, key_creates: 20, secrets: 4_000, secret_creates: 300 }
    }

    /// The documented limits for keys protected by hardware security modules.
    pub const fn hsm() -> Self {
        Self { rsa_2048: 2_000, rsa_3072: 500, rsa_4096: 250, key_creates: 10, ..Self::software() }
    }

    const fn of(&self, cost: CallCost) -> u32 {
        match cost {
            CallCost::Key(RsaBits::B2048) => self.rsa_2048,
            CallCost::Key(RsaBits::B3072) => self.rsa_3072,
            CallCost::Key(RsaBits::B4096) => self.rsa_4096,
            CallCost::KeyCreate => self.key_creates,
            CallCost::Secret => self.secrets,
            CallCost::SecretCreate => self.secret_creates,
        }
    }
}

impl Default for ServiceLimits {
    fn default() -> Self {
        Self::software()
    }
}

/// What a call counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallCost {
    /// An operation with a key of this size; listing counts as the smallest.
    Key(RsaBits),
    /// The creation of a key or key version.
    KeyCreate,
    /// A read or change of a secret.
    Secret,
    /// The creation of a secret or secret version.
    SecretCreate,
}

impl CallCost {
    /// What an operation on a key costs whose size does not matter or is not known yet.
    pub(crate) const KEY_READ: Self = Self::Key(RsaBits::B2048);

    pub(crate) const fn lane(self) -> Lane {
        match self {
            Self::Key(_) => Lane::Keys,
            Self::KeyCreate => Lane::KeyCreates,
            Self::Secret => Lane::Secrets,
            Self::SecretCreate => Lane::SecretCreates,
        }
    }
}

/// Calls that the vault counts into one sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    Keys,
    KeyCreates,
    Secrets,
    SecretCreates,
}

impl Lane {
    /// How far spending may run ahead of an even pace. Creations are few and come singly: making them wait for an even
    /// pace would help nobody.
    pub(crate) const fn lead(self) -> Duration {
        match self {
            Self::Keys | Self::Secrets => Duration::from_secs(1),
            Self::KeyCreates | Self::SecretCreates => WINDOW,
        }
    }
}

/// The share of the vault's limits that this custody may use. Production lives on the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    limits: ServiceLimits,
    // None: no pacing at all.
    percent: Option<u8>,
}

impl Budget {
    /// `percent` of `limits`.
    ///
    /// # Errors
    /// [`VaultError::BadSetting`] when a limit is zero or the share is not 1 to 100 percent.
    pub fn new(limits: ServiceLimits, percent: u8) -> Result<Self, VaultError> {
        let ServiceLimits { rsa_2048, rsa_3072, rsa_4096, key_creates, secrets, secret_creates } = limits;
        let all = [rsa_2048, rsa_3072, rsa_4096, key_creates, secrets, secret_creates];
        if !(1..=100).contains(&percent) || all.contains(&0) {
            return Err(VaultError::BadSetting { setting: "budget" });
        }
        Ok(Self { limits, percent: Some(percent) })
    }

    /// No pacing: for a vault of one's own that has no limits.
    pub const fn unlimited() -> Self {
        Self { limits: ServiceLimits::software(), percent: None }
    }

    /// How many calls of this cost the budget allows in ten seconds when nothing else is called; `None` without limit.
    pub fn calls_max(&self, cost: CallCost) -> Option<u32> {
        let calls = self.capacity()?.checked_div(self.units(cost))?.max(1);
        u32::try_from(calls).ok()
    }

    /// The units one lane may spend in a window; `None` without limit.
    pub(crate) fn capacity(&self) -> Option<u64> {
        self.percent.map(|percent| WHOLE / 100 * u64::from(percent))
    }

    /// What one call spends. Never zero.
    pub(crate) fn units(&self, cost: CallCost) -> u64 {
        WHOLE.div_ceil(u64::from(self.limits.of(cost).max(1)))
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self { limits: ServiceLimits::software(), percent: Some(PERCENT_DEFAULT) }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_seventy_percent_of_the_documented_limits() {
        let budget = Budget::default();
        for (cost, calls) in [
            (CallCost::Key(RsaBits::B2048), 2_800),
            (CallCost::Key(RsaBits::B3072), 700),
            (CallCost::Key(RsaBits::B4096), 350),
            (CallCost::KeyCreate, 14),
            (CallCost::Secret, 2_800),
            (CallCost::SecretCreate, 210),
        ] {
            assert_eq!(budget.calls_max(cost), Some(calls), "{cost:?}");
        }
        let hsm = Budget::new(ServiceLimits::hsm(), 100).unwrap();
        assert_eq!(hsm.calls_max(CallCost::Key(RsaBits::B4096)), Some(250));
        assert_eq!(Budget::unlimited().calls_max(CallCost::KeyCreate), None);
    }

    #[test]
    fn shares_that_allow_nothing_or_too_much_are_refused() {
        assert!(Budget::new(ServiceLimits::software(), 0).is_err());
        assert!(Budget::new(ServiceLimits::software(), 101).is_err());
        let closed = ServiceLimits { secrets: 0, ..ServiceLimits::software() };
        assert!(Budget::new(closed, 70).is_err());
    }
}
