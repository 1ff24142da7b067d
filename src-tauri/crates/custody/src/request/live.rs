//! What a plan depends on, read from register and vault at this moment.

use domain::{Change, Facts, Operation, Plan, Target, VaultTarget};
use vault::{ObjectName, SecretSummary, VaultError, VersionId};

use super::error::RequestError;
use crate::console::Console;
use crate::kek::public_half;

/// Facts the vault answers for.
const VAULT: &str = "vault.";

impl Console {
    /// Everything the plan depends on, as it is now.
    pub(crate) async fn facts_now(&self, plan: &Plan) -> Result<Facts, RequestError> {
        let mut facts = Facts::new();
        for target in &plan.targets {
            facts.extend(self.facts_about(plan.operation, target).await?);
        }
        Ok(facts)
    }

    /// What the vault says otherwise than the plan. The register's own facts change while its run is under way.
    pub(crate) async fn vault_drift(&self, plan: &Plan) -> Result<Vec<Change>, RequestError> {
        let mut planned = plan.clone();
        planned.depends_on.retain(|name, _| name.starts_with(VAULT));
        let mut live = Facts::new();
        for target in &plan.targets {
            live.extend(self.vault_facts(plan.operation, target).await?);
        }
        Ok(planned.drift(&live))
    }

    /// Facts of one key and the version that is acted on.
    pub(super) async fn facts_about(&self, operation: Operation, target: &Target) -> Result<Facts, RequestError> {
        let keys = [target.key];
        let (register, vault) =
            tokio::join!(self.register.facts(operation, &keys), self.vault_facts(operation, target));
        let mut facts = register?;
        facts.extend(vault?);
        Ok(facts)
    }

    async fn vault_facts(&self, operation: Operation, target: &Target) -> Result<Facts, RequestError> {
        match operation.vault_target() {
            Some(VaultTarget::Key) => self.facts_of_vault_key(target).await,
            Some(VaultTarget::Secret) => self.facts_of_vault_secret(target).await,
            None => Ok(Facts::new()),
        }
    }

    async fn facts_of_vault_key(&self, target: &Target) -> Result<Facts, RequestError> {
        let name = ObjectName::parse(&target.name)?;
        let version = if target.version.is_empty() { None } else { Some(VersionId::parse(&target.version)?) };
        let fact = |part: &str, value: String| (format!("{VAULT}{}.{part}", target.key), value);
        let facts = match self.vault.key(&name, version.as_ref()).await {
            Ok(found) => vec![
                fact("state", "present".to_owned()),
                fact("newest", self.newest(&name).await?),
                fact("enabled", found.enabled.to_string()),
                fact("public_key_digest", hex::encode(public_half(&found)?.digest())),
            ],
            // A deleted key blocks its name until it is purged.
            Err(VaultError::NotFound { .. }) => match self.vault.deleted_key(&name).await {
                Ok(_) => vec![fact("state", "deleted".to_owned())],
                Err(VaultError::NotFound { .. }) => vec![fact("state", "absent".to_owned())],
                Err(error) => return Err(error.into()),
            },
            Err(error) => return Err(error.into()),
        };
        Ok(facts.into_iter().collect())
    }

    /// Every version of a secret counts: one that was set from outside shows here.
    async fn facts_of_vault_secret(&self, target: &Target) -> Result<Facts, RequestError> {
        let name = ObjectName::parse(&target.name)?;
        let fact = |part: &str, value: String| (format!("{VAULT}{}.{part}", target.key), value);
        let mut versions = self.versions_of_secret(&name).await?;
        versions.sort_by_key(|version| version.created);
        let facts = match versions.last() {
            Some(newest) => {
                let word = newest.version.as_ref().map(|version| version.as_str().to_owned()).unwrap_or_default();
                let enabled = versions.iter().filter(|version| version.enabled).count();
                vec![
                    fact("state", "present".to_owned()),
                    fact("newest", word),
                    fact("enabled_versions", enabled.to_string()),
                ]
            }
            None => match self.vault.deleted_secret(&name).await {
                Ok(_) => vec![fact("state", "deleted".to_owned())],
                Err(VaultError::NotFound { .. }) => vec![fact("state", "absent".to_owned())],
                Err(error) => return Err(error.into()),
            },
        };
        Ok(facts.into_iter().collect())
    }

    /// Versions of a secret; none where there is no such secret.
    pub(super) async fn versions_of_secret(&self, name: &ObjectName) -> Result<Vec<SecretSummary>, RequestError> {
        match self.vault.secret_versions(name).await {
            Err(VaultError::NotFound { .. }) => Ok(Vec::new()),
            versions => Ok(versions?),
        }
    }

    /// The version Key Vault would use by itself: a rotation from outside shows here.
    async fn newest(&self, name: &ObjectName) -> Result<String, RequestError> {
        Ok(self.vault.key(name, None).await?.version.as_str().to_owned())
    }
}
