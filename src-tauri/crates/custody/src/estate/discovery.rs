//! Discovery: what the vault holds against what the register says, and taking a key that is there into the register.

mod adopt;
mod compare;

use futures::{StreamExt, TryStreamExt, stream};
use register::RegisterError;
use vault::{Key, KeySummary, Vault, VaultError};

use canonical::Encoder;
use domain::{KeyId, Timestamp};

pub use adopt::{Adopted, Adoption, AdoptionError};
pub use compare::{
    Drift, DriftKind, KnownKek, KnownSecret, KnownVersion, SeenKey, SeenSecret, SeenVersion, VaultObject, compare,
};

use super::Estate;
use crate::author::Act;
use crate::kek::public_half;

/// Keys that are read at once. The vault client's own budget decides how many of these calls are sent.
const IN_FLIGHT: usize = 16;

/// Differences that one observation keeps; more than that is not a difference but another vault.
const DRIFT_MAX: usize = 20_000;

/// What was found, written down as one signed observation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovery {
    /// When both were read.
    pub at: Timestamp,
    /// Keys, deleted keys and secrets read in the vault.
    pub vault_objects: usize,
    /// Records of the register that should be there.
    pub register_records: usize,
    /// Those that agree.
    pub agreeing: usize,
    /// Every difference.
    pub drift: Vec<Drift>,
    /// Ledger entry of the observation.
    pub entry: u64,
}

/// Why there is no discovery.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DiscoveryError {
    /// The vault refused or does not answer.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The register refused or does not answer.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// The two have next to nothing in common.
    #[error("vault and register differ in {count} places, more than {DRIFT_MAX}: is this the custody's vault?")]
    TooMuch {
        /// How many.
        count: usize,
    },
}

impl Estate<'_> {
    /// Reads vault and register, compares them, and writes down what differs.
    ///
    /// # Errors
    /// [`DiscoveryError`]. A list is read whole or not at all: what could not be read is never taken for absent.
    pub async fn discover(&self) -> Result<Discovery, DiscoveryError> {
        let seen = self.read_vault().await?;
        let known = self.read_register().await?;
        let drift = compare(&seen, &known);
        if drift.len() > DRIFT_MAX {
            return Err(DiscoveryError::TooMuch { count: drift.len() });
        }
        let differing: std::collections::HashSet<KeyId> =
            drift.iter().filter_map(|drift| drift.key.as_ref().map(|(key, _)| *key)).collect();
        let register_records = known.keks.len() + known.secrets.len();
        let agreeing = register_records.saturating_sub(differing.len());
        let at = self.now().await?;
        let entry = self.observe(&drift, seen.count(), register_records, at).await?;
        Ok(Discovery { at, vault_objects: seen.count(), register_records, agreeing, drift, entry })
    }

    async fn observe(
        &self,
        drift: &[Drift],
        vault_objects: usize,
        register_records: usize,
        now: Timestamp,
    ) -> Result<u64, RegisterError> {
        let row = |drift: &Drift| {
            let row = Encoder::new().text(drift.object.word()).text(&drift.name).text(drift.kind.word());
            row.text(&drift.register).text(&drift.vault)
        };
        let rows = drift.iter().map(row).fold(Encoder::new(), Encoder::sequence);
        let act = Act::new("vault.observed", "vault", self.vault.address().host())
            .with("vault_objects", vault_objects)
            .with("register_records", register_records)
            .payload(rows.clone(), drift.len());
        let entry = self.author.write(act, now);
        Ok(self.register.observe_vault(entry.as_act(), &rows.finish()).await?.seq)
    }

    async fn read_vault(&self) -> Result<compare::Seen, VaultError> {
        let (keys, deleted, secrets) =
            tokio::try_join!(self.vault.list_keys(), self.vault.list_deleted_keys(), self.vault.list_secrets())?;
        let deleted = deleted.into_iter().map(|key| key.name.as_str().to_owned()).collect();
        let read = |summary: KeySummary| async move { see_key(self.vault, summary).await };
        let found: Vec<Option<SeenKey>> = stream::iter(keys).map(read).buffered(IN_FLIGHT).try_collect().await?;
        let secret = |secret: vault::SecretSummary| SeenSecret {
            name: secret.name.as_str().to_owned(),
            enabled: secret.enabled,
            managed: secret.managed,
        };
        let secrets = secrets.into_iter().map(secret).collect();
        Ok(compare::Seen { keys: found.into_iter().flatten().collect(), deleted, secrets })
    }

    async fn read_register(&self) -> Result<compare::Known, RegisterError> {
        let mut keks = Vec::new();
        for id in self.register.live_keks().await? {
            keks.extend(self.register.kek(id).await?.map(known_kek));
        }
        Ok(compare::Known { keks, secrets: Vec::new() })
    }
}

fn known_kek(row: register::KekRow) -> KnownKek {
    let version = |row: register::KeyVersionRow| KnownVersion {
        version: row.version,
        enabled: row.enabled,
        public_key_digest: row.public_key_digest,
    };
    KnownKek {
        key: row.id,
        name: row.name,
        vault_name: row.vault_name,
        bits: row.bits,
        versions: row.versions.into_iter().map(version).collect(),
    }
}

/// A key with all its versions; `None` when it was deleted between the list and the look.
async fn see_key(vault: &Vault, summary: KeySummary) -> Result<Option<SeenKey>, VaultError> {
    let listed = match vault.versions(&summary.name).await {
        Ok(versions) => versions,
        Err(VaultError::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut versions = Vec::with_capacity(listed.len());
    let mut newest: Option<Key> = None;
    for listed in listed {
        // A disabled version's public half can be read as well; that is how its identity is checked.
        let key = vault.key(&summary.name, Some(&listed.version)).await?;
        versions.push(SeenVersion {
            version: listed.version.as_str().to_owned(),
            enabled: listed.enabled,
            public_key_digest: public_half(&key).ok().map(|public| public.digest()),
            created: listed.created.map(|created| Timestamp::from_micros(created.as_microsecond())),
        });
        if newest.as_ref().is_none_or(|best| best.created <= key.created) {
            newest = Some(key);
        }
    }
    let current = match vault.key(&summary.name, None).await {
        Ok(current) => Some(current),
        // A disabled newest version is not read without its number by everyone.
        Err(VaultError::Disabled { .. }) => newest,
        Err(VaultError::NotFound { .. }) => None,
        Err(error) => return Err(error),
    };
    Ok(current.map(|current| compare::seen_key(&summary, &current, versions)))
}
