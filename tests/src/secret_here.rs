//! Secrets of a test custody, as they were before anybody kept custody of them: set in the vault by hand, and imported.

use custody::estate::Estate;
use domain::KeyId;
use sqlx::PgPool;
use vault::{ObjectName, Tags, VaultError, VersionId};
use workplace::Desk;

use crate::TestCustody;

/// What kind of value the secret says it is: a new version must say so as well.
pub const CONTENT_TYPE: &str = "text/plain";

impl TestCustody {
    /// An API secret of a tenant that lies in the vault with this value.
    pub async fn make_secret(&self, name: &str, value: &str) -> KeyId {
        let vault = &self.ines.console.vault;
        let made = vault.set_secret(&object(name), value, Some(CONTENT_TYPE), &Tags::new()).await.unwrap();
        let file = format!(
            "type,name,tenant,integration,classification,purpose,owner,storage,vault_name,version,created\n\
             api_secret,{name},Nordwind,crm,confidential,Calls the CRM,Payments,key_vault,{name},{},2026-01-31\n",
            made.version.unwrap().as_str()
        );
        let estate = Estate::new(&self.ines.console, self.ines.author());
        let preview = estate.preview_inventory(file.as_bytes()).await.unwrap();
        estate.import_inventory(&preview, "secrets.csv").await.unwrap();
        let key =
            sqlx::query_scalar("SELECT id FROM custody.key WHERE vault_name = $1 ORDER BY state_seq DESC LIMIT 1");
        KeyId(key.bind(name).fetch_one(&self.administrator()).await.unwrap())
    }

    /// What only an administrator of the database can do.
    #[must_use]
    pub fn administrator(&self) -> PgPool {
        PgPool::connect_lazy_with(self.premises.local_custody().unwrap().superuser())
    }
}

/// The value of a version of a secret, or of its newest; nothing when it is disabled.
pub async fn value_of(desk: &Desk, name: &str, version: Option<&str>) -> Option<String> {
    let version = version.map(|version| VersionId::parse(version).unwrap());
    match desk.console.vault.secret(&object(name), version.as_ref()).await {
        Ok(secret) => Some(secret.expose(str::to_owned)),
        Err(VaultError::Disabled { .. }) => None,
        Err(error) => panic!("{error}"),
    }
}

fn object(name: &str) -> ObjectName {
    ObjectName::parse(name).unwrap()
}
