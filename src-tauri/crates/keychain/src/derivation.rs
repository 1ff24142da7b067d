//! From a passphrase to a wrapping key: Argon2id (RFC 9106).

use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::passphrase::Passphrase;

pub(crate) const SALT_LEN: usize = 16;
pub(crate) const WRAPPING_KEY_LEN: usize = 32;

/// What a guess costs. Stored beside the wrapped key, so that it can be raised later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DerivationCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl DerivationCost {
    /// RFC 9106 section 4, second recommended option: 64 MiB, 3 passes, 4 lanes; above OWASP's minimum.
    pub const DEFAULT: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 4 };

    /// LIMIT: a damaged or planted item must not make the console take all memory or never answer.
    const MAX: Self = Self { memory_kib: 1024 * 1024, passes: 16, lanes: 16 };

    const fn is_bounded(&self) -> bool {
        self.memory_kib <= Self::MAX.memory_kib && self.passes <= Self::MAX.passes && self.lanes <= Self::MAX.lanes
    }
}

/// The parameters of a derivation make no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the passphrase cannot be stretched with these parameters")]
pub struct DerivationError;

/// The key that wraps and unwraps. The same work is done for every passphrase, right or wrong.
pub(crate) fn derive_wrapping_key(
    passphrase: &Passphrase,
    salt: &[u8; SALT_LEN],
    cost: DerivationCost,
) -> Result<Zeroizing<[u8; WRAPPING_KEY_LEN]>, DerivationError> {
    if !cost.is_bounded() {
        return Err(DerivationError);
    }
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(WRAPPING_KEY_LEN))
        .map_err(|_invalid| DerivationError)?;
    let mut key = Zeroizing::new([0; WRAPPING_KEY_LEN]);
    // EXPOSE: the passphrase is stretched into the wrapping key.
    passphrase
        .expose(|bytes| {
            Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(bytes, salt, key.as_mut_slice())
        })
        .map_err(|_invalid| DerivationError)?;
    Ok(key)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    const QUICK: DerivationCost = DerivationCost { memory_kib: 64, passes: 1, lanes: 1 };

    #[test]
    fn passphrase_salt_and_cost_each_change_the_key() {
        let derive = |text: &str, salt: u8, cost| {
            *derive_wrapping_key(&Passphrase::new(text.to_owned()), &[salt; SALT_LEN], cost).unwrap()
        };
        let key = derive("tidy marble anchor", 1, QUICK);
        assert_eq!(key, derive("tidy marble anchor", 1, QUICK));
        assert_ne!(key, derive("tidy marble anchoR", 1, QUICK));
        assert_ne!(key, derive("tidy marble anchor", 2, QUICK));
        assert_ne!(key, derive("tidy marble anchor", 1, DerivationCost { passes: 2, ..QUICK }));
    }

    #[test]
    fn absurd_costs_are_refused_before_any_work() {
        let passphrase = Passphrase::new("tidy marble anchor".to_owned());
        for cost in [
            DerivationCost { memory_kib: u32::MAX, ..QUICK },
            DerivationCost { passes: u32::MAX, ..QUICK },
            DerivationCost { passes: 0, ..QUICK },
            DerivationCost { lanes: 0, ..QUICK },
            DerivationCost { memory_kib: 1, ..QUICK },
        ] {
            assert!(derive_wrapping_key(&passphrase, &[1; SALT_LEN], cost).is_err(), "{cost:?}");
        }
    }
}
