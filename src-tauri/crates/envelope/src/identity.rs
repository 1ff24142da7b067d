//! What a DEK is for. Check values and tokens are bound to it, so that a blob moved to another tenant, integration,
//! environment or custody is found out: RSA-OAEP and AES-GCM alone would not notice.

use canonical::Encoder;

/// What the data under a DEK belongs to; one DEK for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DekScope<'a> {
    /// A tenant's data of one integration.
    TenantIntegration {
        /// The tenant.
        tenant: &'a str,
        /// The integration.
        integration: &'a str,
    },
    /// An internal secret.
    SecretName(&'a str),
}

/// Which DEK this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DekIdentity<'a> {
    /// The custody, a UUID.
    pub custody: [u8; 16],
    /// `development`, `staging`, `production` or `backup`.
    pub environment: &'a str,
    /// What it is for.
    pub scope: DekScope<'a>,
    /// The DEK's own key id in the register, a UUID.
    pub key: [u8; 16],
}

impl DekIdentity<'_> {
    /// The message of the given kind that starts with these fields: custody, environment, scope, tenant, name, key.
    pub(crate) fn message(&self, kind: &str) -> Encoder {
        // The word for the scope keeps a secret's name apart from an integration of a tenant without a name.
        let (scope, tenant, name) = match self.scope {
            DekScope::TenantIntegration { tenant, integration } => ("tenant_integration", tenant, integration),
            DekScope::SecretName(name) => ("secret_name", "", name),
        };
        Encoder::message(kind)
            .bytes(&self.custody)
            .text(self.environment)
            .text(scope)
            .text(tenant)
            .text(name)
            .bytes(&self.key)
    }
}
