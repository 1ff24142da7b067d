//! The check value of a DEK: an HMAC under the DEK over what the DEK is for.
//!
//! Stored beside the wrap. After the vault unwrapped a DEK, and before it is wrapped again, its check value is compared:
//! a wrapped blob that someone moved between tenants unwraps without any error, and only this finds it.

use aws_lc_rs::hmac;

use crate::{Dek, DekIdentity};

/// Length of a check value in bytes.
pub const CHECK_VALUE_LEN: usize = 32;

/// The stored form; not secret.
pub type CheckValue = [u8; CHECK_VALUE_LEN];

const KIND: &str = "countersign/check-value/v1";

/// The DEK is not the one that the check value was made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckValueError {
    /// Another key, or the same key filed for another tenant, integration, environment or custody.
    #[error("the unwrapped key is not the one that belongs here: its check value differs")]
    Differs,
}

/// The check value of `dek` as `identity`.
#[must_use]
pub fn check_value(dek: &Dek, identity: &DekIdentity<'_>) -> CheckValue {
    let mut value = [0; CHECK_VALUE_LEN];
    let tag = hmac::sign(&hmac_key(dek), &identity.message(KIND).finish());
    value.iter_mut().zip(tag.as_ref()).for_each(|(target, byte)| *target = *byte);
    value
}

/// Compares in constant time.
///
/// # Errors
/// [`CheckValueError::Differs`]. A stored value of another length differs as well.
pub fn verify_check_value(dek: &Dek, identity: &DekIdentity<'_>, stored: &[u8]) -> Result<(), CheckValueError> {
    hmac::verify(&hmac_key(dek), &identity.message(KIND).finish(), stored)
        .map_err(|_unspecified| CheckValueError::Differs)
}

fn hmac_key(dek: &Dek) -> hmac::Key {
    // EXPOSE: keys the HMAC. The library keeps two hash states derived from the key and cleanses them.
    dek.expose(|key| hmac::Key::new(hmac::HMAC_SHA256, key))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::DekScope;

    fn identity() -> DekIdentity<'static> {
        DekIdentity {
            custody: [1; 16],
            environment: "production",
            scope: DekScope::TenantIntegration { tenant: "acme", integration: "crm" },
            key: [2; 16],
        }
    }

    /// wrapped DEKs swapped between tenants, environments or custodies are found.
    #[test]
    fn a_key_filed_elsewhere_differs() {
        let dek = Dek::generate().unwrap();
        let stored = check_value(&dek, &identity());
        assert_eq!(verify_check_value(&dek, &identity(), &stored), Ok(()));
        let elsewhere = [
            DekIdentity { custody: [9; 16], ..identity() },
            DekIdentity { environment: "staging", ..identity() },
            DekIdentity { scope: DekScope::TenantIntegration { tenant: "acm", integration: "ecrm" }, ..identity() },
            DekIdentity { scope: DekScope::TenantIntegration { tenant: "acme", integration: "erp" }, ..identity() },
            DekIdentity { scope: DekScope::SecretName("crm"), ..identity() },
            DekIdentity { key: [9; 16], ..identity() },
        ];
        for other in elsewhere {
            assert_eq!(verify_check_value(&dek, &other, &stored), Err(CheckValueError::Differs), "{other:?}");
        }
        let other = Dek::generate().unwrap();
        assert_eq!(verify_check_value(&other, &identity(), &stored), Err(CheckValueError::Differs));
    }

    #[test]
    fn every_changed_bit_and_every_other_length_differs() {
        let dek = Dek::generate().unwrap();
        let stored = check_value(&dek, &identity());
        for bit in 0..CHECK_VALUE_LEN * 8 {
            let mut changed = stored;
            *changed.get_mut(bit / 8).unwrap() ^= 1 << (bit % 8);
            assert_eq!(verify_check_value(&dek, &identity(), &changed), Err(CheckValueError::Differs));
        }
        for length in 0..CHECK_VALUE_LEN {
            let short = stored.get(..length).unwrap();
            assert_eq!(verify_check_value(&dek, &identity(), short), Err(CheckValueError::Differs));
        }
    }

    /// A secret's name and an integration of a tenant without a name must not share a check value.
    #[test]
    fn scopes_never_share_a_check_value() {
        let dek = Dek::generate().unwrap();
        let secret = DekIdentity { scope: DekScope::SecretName("crm"), ..identity() };
        let nameless =
            DekIdentity { scope: DekScope::TenantIntegration { tenant: "", integration: "crm" }, ..identity() };
        assert_ne!(check_value(&dek, &secret), check_value(&dek, &nameless));
    }
}
