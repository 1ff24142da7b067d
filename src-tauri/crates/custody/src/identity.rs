//! What a DEK is for, in the words its check value and tokens are bound to.

use domain::KeyId;
use envelope::DekIdentity;

use crate::author::CustodyIdentity;

/// The identity of a DEK as the register files it.
pub(crate) fn identity_of<'a>(
    custody: &'a CustodyIdentity,
    dek: KeyId,
    scope: &'a register::DekScope,
) -> DekIdentity<'a> {
    let scope = match scope {
        register::DekScope::Integration { tenant_name, integration, .. } => {
            envelope::DekScope::TenantIntegration { tenant: tenant_name, integration }
        }
        register::DekScope::Secret { name } => envelope::DekScope::SecretName(name),
    };
    DekIdentity {
        custody: *custody.id.0.as_bytes(),
        environment: custody.environment.word(),
        scope,
        key: *dek.0.as_bytes(),
    }
}
