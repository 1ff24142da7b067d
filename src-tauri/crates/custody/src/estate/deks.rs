//! New DEKs: made from the operating system's CSPRNG, wrapped here with the KEK's public half, registered in batches.
//!
//! **Invariant:** no batch is written before one of its wraps was opened by the vault and found to be the DEK that went in.

mod order;

use canonical::Encoder;
use domain::{KeyId, KeyState, TextError};
use envelope::{CheckValue, Dek, DekError, DekIdentity, DekScope, KekPublic, WrapAlgorithm, WrapError};
use rand_core::OsRng;
use register::{KekRow, Refusal, RegisterError};
use serde_json::Value;
use vault::{ObjectName, VaultError, VersionId};

use super::opening::{self, OpeningError};
use super::{Estate, Progress};
use crate::author::Act;
use crate::kek::{NoKek, public_half};

pub(super) use order::one_line;
pub use order::{DekOrder, DekTarget, ORDER_MAX};

use order::checked;

/// DEKs in one act.
pub const BATCH_MAX: usize = 500;
/// How often a batch is wrapped anew because the KEK was rotated in between.
const TRIES_MAX: u32 = 3;

/// A DEK that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedDek {
    /// Its record.
    pub key: KeyId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub target: DekTarget,
}

/// The DEKs that were made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CreatedDeks {
    /// All of them, in the order of their targets.
    pub keys: Vec<CreatedDek>,
    /// Ledger entries, one for each batch.
    pub entries: Vec<u64>,
}

/// Why DEKs were not made. Batches that were written before stand: their number is in [`DekOrderError::Stopped`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DekOrderError {
    /// Nothing was ordered.
    #[error("the order names nothing to make a DEK for")]
    Empty,
    /// Too much was ordered.
    #[error("the order names {count} targets, at most {ORDER_MAX} are accepted")]
    TooMany {
        /// How many.
        count: usize,
    },
    /// A name, the owner or the purpose is empty, too long or deceptive.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The order names the same thing twice.
    #[error("the order names {name} twice")]
    Twice {
        /// The name the DEK would have.
        name: String,
    },
    /// There is no such KEK, or it protects nothing new.
    #[error("{kek} is no KEK in use")]
    KekNotInUse {
        /// Which.
        kek: KeyId,
    },
    /// The vault's key is not the one that the register recorded. Nothing is wrapped with it.
    #[error("the public half of {name} in the vault is not the one in the register")]
    PublicKeyDiffers {
        /// Name in the vault.
        name: String,
    },
    /// The vault's key does not wrap.
    #[error(transparent)]
    NoKek(#[from] NoKek),
    /// The vault does not answer, or not with what is needed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// No random bytes.
    #[error(transparent)]
    Dek(#[from] DekError),
    /// Wrapping failed.
    #[error(transparent)]
    Wrap(#[from] WrapError),
    /// A new wrap does not open to the DEK that went in. Its batch was not written.
    #[error("a new wrap does not open to the same DEK")]
    Canary(#[source] OpeningError),
    /// There are live DEKs for some of the targets: rotate those, one is not made beside another.
    #[error("there are DEKs already: {}", .names.join(", "))]
    Exists {
        /// Their names.
        names: Vec<String>,
    },
    /// The register refused or does not answer.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// A later batch failed.
    #[error("{} DEKs were made, then it stopped", .created.keys.len())]
    Stopped {
        /// What was made.
        created: CreatedDeks,
        /// What stopped it.
        #[source]
        cause: Box<DekOrderError>,
    },
}

/// A KEK version that wraps now, proven to be the recorded one.
struct Wrapping {
    kek: KeyId,
    name: ObjectName,
    version: VersionId,
    public: KekPublic,
}

/// A DEK that was made and wrapped; the key itself is wiped already.
struct Fresh {
    key: KeyId,
    wrapped: Vec<u8>,
    check_value: CheckValue,
}

impl Estate<'_> {
    /// Makes DEKs in batches of [`BATCH_MAX`]: each batch is one signed act, written whole or not at all.
    ///
    /// # Errors
    /// [`DekOrderError`]; all of the order that can be checked here is checked before anything is made.
    pub async fn create_deks(&self, order: &DekOrder, progress: Progress<'_>) -> Result<CreatedDeks, DekOrderError> {
        let order = checked(order)?;
        let total = order.targets.len();
        let mut created = CreatedDeks::default();
        progress(0, total);
        for targets in order.targets.chunks(BATCH_MAX) {
            match self.create_batch(&order, targets).await {
                Ok((made, entry)) => {
                    created.keys.extend(made);
                    created.entries.push(entry);
                }
                Err(cause) if created.keys.is_empty() => return Err(cause),
                Err(cause) => return Err(DekOrderError::Stopped { created, cause: Box::new(cause) }),
            }
            progress(created.keys.len(), total);
        }
        Ok(created)
    }

    /// One batch. A rotation of the KEK may come in between: then the register says so, and the batch is made anew under
    /// the version that is current by then.
    async fn create_batch(
        &self,
        order: &DekOrder,
        targets: &[DekTarget],
    ) -> Result<(Vec<CreatedDek>, u64), DekOrderError> {
        let mut tries = TRIES_MAX;
        loop {
            tries -= 1;
            let wrapping = self.wrapping(order.kek).await?;
            match self.try_batch(order, targets, &wrapping).await {
                Err(DekOrderError::Register(RegisterError::Refused(refusal)))
                    if refusal.code() == "version_moved" && tries > 0 => {}
                done => return done,
            }
        }
    }

    async fn try_batch(
        &self,
        order: &DekOrder,
        targets: &[DekTarget],
        wrapping: &Wrapping,
    ) -> Result<(Vec<CreatedDek>, u64), DekOrderError> {
        let now = self.now().await?;
        let mut rows = Encoder::new();
        let mut made = Vec::with_capacity(targets.len());
        for target in targets {
            let fresh = self.make(target, wrapping, KeyId::make(now, &mut OsRng))?;
            if made.is_empty() {
                self.prove(target, wrapping, &fresh).await?;
            }
            rows = rows.sequence(payload_row(order, target, &fresh));
            made.push(CreatedDek { key: fresh.key, name: target.key_name(), target: target.clone() });
        }
        let act = Act::new("dek.created", "batch", KeyId::make(now, &mut OsRng))
            .purpose(&order.purpose)
            .with("kek", wrapping.kek)
            .with("kek_version", wrapping.version.as_str())
            .payload(rows.clone(), made.len());
        let entry = self.author.write(act, self.now().await?);
        match self.register.create_deks(entry.as_act(), &rows.finish()).await {
            Ok(receipt) => Ok((made, receipt.seq)),
            Err(RegisterError::Refused(refusal)) if refusal.code() == "dek_exists" => {
                Err(DekOrderError::Exists { names: named(&refusal, targets) })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The version of a KEK that wraps now, with its public half read from the vault and compared with the record.
    async fn wrapping(&self, kek: KeyId) -> Result<Wrapping, DekOrderError> {
        let not_in_use = || DekOrderError::KekNotInUse { kek };
        let row = self.register.kek(kek).await?.filter(|row| row.state == KeyState::Active).ok_or_else(not_in_use)?;
        let (version, digest) = current(&row).ok_or_else(not_in_use)?;
        let (name, version) = (ObjectName::parse(&row.vault_name)?, VersionId::parse(version)?);
        let public = public_half(&self.vault.key(&name, Some(&version)).await?)?;
        if public.digest() != digest {
            return Err(DekOrderError::PublicKeyDiffers { name: row.vault_name });
        }
        Ok(Wrapping { kek, name, version, public })
    }

    fn make(&self, target: &DekTarget, wrapping: &Wrapping, key: KeyId) -> Result<Fresh, DekOrderError> {
        let dek = Dek::generate()?;
        let wrapped = wrapping.public.wrap(&dek, WrapAlgorithm::default())?;
        let check_value = envelope::check_value(&dek, &self.identity(target, key));
        Ok(Fresh { key, wrapped, check_value })
    }

    /// Has the vault open what was just wrapped. The check value is under the DEK that went in: it proves the same came out.
    async fn prove(&self, target: &DekTarget, wrapping: &Wrapping, fresh: &Fresh) -> Result<(), DekOrderError> {
        let algorithm = WrapAlgorithm::default();
        let opened = opening::unwrap(self.vault, &wrapping.name, &wrapping.version, algorithm, &fresh.wrapped).await;
        let identity = self.identity(target, fresh.key);
        opened
            .and_then(|dek| opening::check(&dek, fresh.key, &identity, &fresh.check_value))
            .map_err(DekOrderError::Canary)
    }

    fn identity<'t>(&'t self, target: &'t DekTarget, key: KeyId) -> DekIdentity<'t> {
        let custody = self.author.custody();
        DekIdentity {
            custody: *custody.id.0.as_bytes(),
            environment: custody.environment.word(),
            scope: match target {
                DekTarget::Tenant { tenant, integration } => DekScope::TenantIntegration { tenant, integration },
                DekTarget::Secret { name } => DekScope::SecretName(name),
            },
            key: *key.0.as_bytes(),
        }
    }
}

fn current(row: &KekRow) -> Option<(&str, [u8; 32])> {
    let version = row.current_version.as_deref()?;
    let recorded = row.versions.iter().find(|known| known.version == version && known.enabled)?;
    Some((version, recorded.public_key_digest?))
}

/// The targets whose rows the register names, which it counts from 1.
fn named(refusal: &Refusal, targets: &[DekTarget]) -> Vec<String> {
    let rows = refusal.detail().get("rows").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let target = |row: &Value| targets.get(usize::try_from(row.as_u64()?.checked_sub(1)?).ok()?);
    rows.iter().filter_map(target).map(DekTarget::key_name).collect()
}

/// As `docs/formats/acts.md` lays it out.
fn payload_row(order: &DekOrder, target: &DekTarget, fresh: &Fresh) -> Encoder {
    let (scope, tenant, name) = match target {
        DekTarget::Tenant { tenant, integration } => ("tenant_integration", tenant.as_str(), integration),
        DekTarget::Secret { name } => ("secret_name", "", name),
    };
    Encoder::new()
        .bytes(fresh.key.0.as_bytes())
        .text(scope)
        .text(tenant)
        .text(name)
        .text(&target.key_name())
        .text(&order.owner)
        .text(&order.purpose)
        .text(order.classification.word())
        .bytes(&fresh.wrapped)
        .text(WrapAlgorithm::default().name())
        .bytes(&fresh.check_value)
}
