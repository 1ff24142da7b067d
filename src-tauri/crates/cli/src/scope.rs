//! How far an act reaches: a key, an integration, a tenant.

use clap::Args;
use register::{Register, Scope};

use crate::failure::Failure;
use crate::find;

/// A key, an integration or a tenant.
#[derive(Debug, Args)]
pub struct Reach {
    /// The key, by name or id
    pub key: Option<String>,
    /// An integration of a tenant
    #[arg(long, num_args = 2, value_names = ["TENANT", "INTEGRATION"], conflicts_with_all = ["key", "tenant"])]
    pub integration: Vec<String>,
    /// All of a tenant
    #[arg(long, value_name = "NAME", conflicts_with = "key")]
    pub tenant: Option<String>,
}

impl Reach {
    /// What was meant; nothing when nothing was named.
    pub async fn find(&self, register: &Register) -> Result<Option<Scope>, Failure> {
        Ok(match (&self.key, self.integration.as_slice(), &self.tenant) {
            (Some(key), _, _) => Some(Scope::Key(find::key(register, key).await?)),
            (None, [tenant, integration], _) => {
                Some(Scope::Integration(find::tenant(register, tenant).await?, integration.clone()))
            }
            (None, _, Some(tenant)) => Some(Scope::Tenant(find::tenant(register, tenant).await?)),
            (None, _, None) => None,
        })
    }

    /// As it was named.
    pub fn said(&self) -> String {
        match (&self.key, self.integration.as_slice(), &self.tenant) {
            (Some(key), _, _) => key.clone(),
            (None, [tenant, integration], _) => format!("{integration} of {tenant}"),
            (None, _, tenant) => tenant.clone().unwrap_or_default(),
        }
    }
}

/// That it was not said how far an act shall reach.
pub fn unnamed(others: &str) -> Failure {
    Failure::new("usage", "it is not said of what".to_owned())
        .could_not_tell()
        .hint(format!("KEY, --integration TENANT INTEGRATION, --tenant NAME{others}"))
}
