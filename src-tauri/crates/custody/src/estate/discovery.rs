//! Discovery: what the vault holds against what the register says, and taking a key that is there into the register.

mod adopt;
mod compare;
mod seen;

use std::collections::HashSet;

use canonical::Encoder;
use domain::{KeyId, KeyKind, StorageMedium, Timestamp};
use futures::{StreamExt, TryStreamExt, stream};
use register::{KeyRow, RegisterError};
use vault::{Key, KeySummary, SecretSummary, Vault, VaultError};

pub use adopt::{Adopted, Adoption, AdoptionError};
pub use compare::{Drift, compare};
pub use seen::{
    DriftKind, Known, KnownKek, KnownRecord, KnownVersion, Seen, SeenKey, SeenSecret, SeenSecrets, SeenVersion,
    VaultObject,
};

use super::Estate;
use super::records::importable_kinds;
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
    /// Whether this identity may list secrets; if not, nothing is said about them.
    pub secrets_read: bool,
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
        let differing: HashSet<KeyId> = drift.iter().filter_map(|drift| Some(drift.key.as_ref()?.0)).collect();
        let register_records = known.keks.len() + known.records.len();
        let mut found = Discovery {
            at: self.now().await?,
            vault_objects: seen.count(),
            register_records,
            agreeing: register_records.saturating_sub(differing.len()),
            secrets_read: seen.secrets.is_some(),
            drift,
            entry: 0,
        };
        found.entry = self.observe(&found).await?;
        Ok(found)
    }

    async fn observe(&self, found: &Discovery) -> Result<u64, RegisterError> {
        // The register keeps one difference of a kind for each object; two records may name the same one.
        let mut kept = HashSet::new();
        let drift = found.drift.iter().filter(|drift| kept.insert((drift.object, &drift.name, drift.kind)));
        let mut rows = Encoder::new();
        let mut count = 0;
        for drift in drift {
            let row = Encoder::new().text(drift.object.word()).text(&drift.name).text(drift.kind.word());
            rows = rows.sequence(row.text(&drift.register).text(&drift.vault));
            count += 1;
        }
        let act = Act::new("vault.observed", "vault", self.vault.address().host())
            .with("vault_objects", found.vault_objects)
            .with("register_records", found.register_records)
            .with("secrets_read", found.secrets_read)
            .payload(rows.clone(), count);
        let entry = self.author.write(act, found.at);
        Ok(self.register.observe_vault(entry.as_act(), &rows.finish()).await?.seq)
    }

    async fn read_vault(&self) -> Result<Seen, VaultError> {
        let (keys, deleted, secrets) =
            tokio::try_join!(self.vault.list_keys(), self.vault.list_deleted_keys(), self.read_secrets())?;
        let deleted = deleted.into_iter().map(|key| key.name.as_str().to_owned()).collect();
        let read = |summary: KeySummary| async move { see_key(self.vault, summary).await };
        let found: Vec<Option<SeenKey>> = stream::iter(keys).map(read).buffered(IN_FLIGHT).try_collect().await?;
        Ok(Seen { keys: found.into_iter().flatten().collect(), deleted, secrets })
    }

    /// Secrets' metadata. An identity that may use keys need not have a right to list secrets.
    async fn read_secrets(&self) -> Result<Option<SeenSecrets>, VaultError> {
        let lists = tokio::try_join!(self.vault.list_secrets(), self.vault.list_deleted_secrets());
        let (held, deleted) = match lists {
            Ok(lists) => lists,
            Err(VaultError::Forbidden { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let see = |secret: SecretSummary| SeenSecret {
            name: secret.name.as_str().to_owned(),
            enabled: secret.enabled,
            managed: secret.managed,
        };
        let deleted = deleted.into_iter().map(|secret| secret.name.as_str().to_owned()).collect();
        Ok(Some(SeenSecrets { held: held.into_iter().map(see).collect(), deleted }))
    }

    async fn read_register(&self) -> Result<Known, RegisterError> {
        let mut keks = Vec::new();
        for id in self.register.live_keks().await? {
            keks.extend(self.register.kek(id).await?.map(known_kek));
        }
        // LIMIT: certificates are not listed in the vault yet, so their records are not looked for.
        let kinds = importable_kinds().into_iter().filter(|kind| *kind != KeyKind::TlsCertificate).collect();
        let records = self.live_records(kinds, vec![StorageMedium::KeyVault]).await?;
        Ok(Known { keks, records: records.into_iter().filter_map(known_record).collect() })
    }
}

fn known_record(row: KeyRow) -> Option<KnownRecord> {
    let object = match row.kind {
        KeyKind::ApiSecret | KeyKind::AiService | KeyKind::Secret => VaultObject::Secret,
        _ => VaultObject::Key,
    };
    Some(KnownRecord { key: row.id, name: row.name, vault_name: row.vault_name?, object })
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
        let key = match vault.key(&summary.name, Some(&listed.version)).await {
            Ok(key) => key,
            Err(VaultError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
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
    Ok(current.map(|current| seen::seen_key(&summary, &current, versions)))
}
