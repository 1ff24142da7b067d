//! Plans about secrets in the vault: a new value with an overlap, and the end of a secret.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::{Facts, KeyId, KeyState, Operation, Plan, Target};
use vault::{ObjectName, SecretSummary};

use super::destruction::{Purge, VAULT_OPERATIONS_PER_OBJECT, is_live, line, purge_in_words};
use super::draft::{Draft, Setting};
use super::error::RequestError;
use super::rotation::grace_in_words;
use crate::console::Console;

/// Random bytes of a new value, if nobody wants another length.
pub const VALUE_BYTES: u32 = 32;

/// Vault operations of a rotation: list and look, set, list, disable, be refused, read the new one.
const VAULT_OPERATIONS: u64 = 10;

/// How the random bytes of a value are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SecretEncoding {
    /// URL-safe Base64 without padding.
    #[default]
    Base64Url,
    /// Lower-case hex.
    Hex,
}

impl SecretEncoding {
    /// As plans say it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Base64Url => "base64url",
            Self::Hex => "hex",
        }
    }

    /// Reads what a plan says.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Base64Url, Self::Hex].into_iter().find(|encoding| encoding.word() == word)
    }
}

/// How to rotate a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretRotationOptions {
    /// How long the old value stays readable for late readers.
    pub grace: Duration,
    /// Random bytes of the new value.
    pub value_bytes: u32,
    /// How they are written.
    pub encoding: SecretEncoding,
}

impl Default for SecretRotationOptions {
    fn default() -> Self {
        Self { grace: Duration::from_secs(3_600), value_bytes: VALUE_BYTES, encoding: SecretEncoding::default() }
    }
}

/// What the register and the vault say about a secret now. Never its value.
#[derive(Debug, Clone)]
pub struct SecretNow {
    /// Record in the register.
    pub key: KeyId,
    /// Name in the vault.
    pub name: String,
    /// Its state.
    pub state: KeyState,
    /// Version in use; empty where neither side has one.
    pub version: String,
    /// How many versions the vault has.
    pub versions: u64,
    /// Facts the plan depends on.
    pub facts: Facts,
}

impl SecretNow {
    fn target(&self) -> Target {
        Target { key: self.key, name: self.name.clone(), version: self.version.clone() }
    }
}

/// Computes the plan to rotate. Pure.
#[must_use]
pub fn plan_secret_rotation(draft: Draft, now: SecretNow, options: SecretRotationOptions, setting: Setting) -> Plan {
    let grace_seconds = options.grace.as_secs();
    let parameters = BTreeMap::from([
        ("encoding".to_owned(), options.encoding.word().to_owned()),
        ("grace_seconds".to_owned(), grace_seconds.to_string()),
        ("value_bytes".to_owned(), options.value_bytes.to_string()),
        ("vault".to_owned(), setting.vault_host.clone()),
    ]);
    let seconds = setting.estimate(VAULT_OPERATIONS).as_secs().saturating_add(grace_seconds).max(1);
    let impact = BTreeMap::from([
        ("estimated_seconds".to_owned(), seconds),
        ("secrets".to_owned(), 1),
        ("vault_operations".to_owned(), VAULT_OPERATIONS),
    ]);
    let made = format!(
        "{} random bytes as {}, made in this run, seen by nobody",
        options.value_bytes,
        options.encoding.word()
    );
    let disabled = format!("disabled {} the new one is set, never deleted", grace_in_words(grace_seconds));
    let changes = vec![
        line(&now.name, "value", "of its present version".to_owned(), made),
        line(&now.name, "current_version", now.version.clone(), "made by the vault in this run".to_owned()),
        line(&now.name, "old_version", "enabled".to_owned(), disabled),
    ];
    draft.into_plan(Operation::RotateSecret, vec![now.target()], parameters, changes, impact, now.facts)
}

/// Computes the plan to destroy. Pure.
#[must_use]
pub fn plan_destroy_secret(draft: Draft, now: SecretNow, purge: Purge, setting: Setting) -> Plan {
    let seconds = setting.estimate(VAULT_OPERATIONS_PER_OBJECT).as_secs().max(1);
    let parameters =
        BTreeMap::from([("purge".to_owned(), purge.word().to_owned()), ("vault".to_owned(), setting.vault_host)]);
    let impact = BTreeMap::from([
        ("estimated_seconds".to_owned(), seconds),
        ("secrets".to_owned(), 1),
        ("vault_operations".to_owned(), VAULT_OPERATIONS_PER_OBJECT),
        ("versions".to_owned(), now.versions),
    ]);
    let until = "by whoever may in the vault, until it has purged it; its name stays blocked until then";
    let kept = "whoever read the value before may still have it: what it opens must no longer accept it";
    let changes = vec![
        line(&now.name, "state", now.state.word().to_owned(), "destroyed".to_owned()),
        line(&now.name, "in_vault", "present".to_owned(), "deleted, then purged with all its versions".to_owned()),
        line(&now.name, "purge", String::new(), purge_in_words(purge).to_owned()),
        line(&now.name, "recovery", String::new(), until.to_owned()),
        line(&now.name, "erasure", String::new(), kept.to_owned()),
    ];
    draft.into_plan(Operation::DestroySecret, vec![now.target()], parameters, changes, impact, now.facts)
}

impl Console {
    /// The plan to rotate a secret, from live state.
    pub(super) async fn secret_rotation(
        &self,
        draft: Draft,
        key: KeyId,
        options: SecretRotationOptions,
    ) -> Result<Plan, RequestError> {
        let (now, versions) = self.secret_now(Operation::RotateSecret, key).await?;
        let is_current = |found: &&SecretSummary| {
            found.version.as_ref().is_some_and(|version| version.as_str() == now.version) && found.enabled
        };
        let refused = |why: &str| RequestError::NotRotatable { key: now.name.clone(), why: why.to_owned() };
        if now.state != KeyState::Active {
            return Err(refused("it is not in use"));
        }
        if versions.iter().find(is_current).is_none() {
            return Err(refused("the vault does not have its current version enabled; run discovery"));
        }
        if versions.iter().any(|found| found.managed) {
            return Err(refused("it belongs to a certificate of the vault, which renews it"));
        }
        Ok(plan_secret_rotation(draft, now, options, self.setting(0).await?))
    }

    /// The plan to destroy a secret, from live state.
    pub(super) async fn secret_destruction(
        &self,
        draft: Draft,
        key: KeyId,
        purge: Purge,
    ) -> Result<Plan, RequestError> {
        let (now, _) = self.secret_now(Operation::DestroySecret, key).await?;
        Ok(plan_destroy_secret(draft, now, purge, self.setting(0).await?))
    }

    /// The register's record and the vault's versions. Where the record names no version, it is the newest one that is enabled.
    async fn secret_now(
        &self,
        operation: Operation,
        key: KeyId,
    ) -> Result<(SecretNow, Vec<SecretSummary>), RequestError> {
        let unknown = || RequestError::Unknown { what: "secret", id: key.to_string() };
        let row = self.register.key_detail(key).await?.filter(|found| is_live(found.key.state)).ok_or_else(unknown)?;
        let name = row.key.vault_name.ok_or_else(unknown)?;
        let mut versions = self.versions_of_secret(&ObjectName::parse(&name)?).await?;
        versions.sort_by_key(|version| version.created);
        let newest = versions.iter().rev().find(|version| version.enabled);
        let newest = newest.and_then(|found| found.version.as_ref()).map(|version| version.as_str().to_owned());
        let version = row.key.current_version.or(newest).unwrap_or_default();
        let target = Target { key, name: name.clone(), version: version.clone() };
        let now = SecretNow {
            key,
            name,
            state: row.key.state,
            version,
            versions: u64::try_from(versions.len()).unwrap_or(u64::MAX),
            facts: self.facts_about(operation, &target).await?,
        };
        Ok((now, versions))
    }
}
