//! The labelled sample estate, for a local custody: 40 tenants, 2,100 DEKs under four KEKs, tokens, and an inventory.
//!
//! It is made through the same doors as real data: keys found in the vault are adopted, a file is previewed and imported,
//! DEKs are made, wrapped and proven, tokens sealed. Everything is labelled as a sample, in the ledger too.

mod keks;
mod names;
mod rows;

use std::collections::BTreeMap;

use domain::{KeyId, Timestamp};
use envelope::SecretBytes;
use futures::future::try_join_all;
use rand_core::{OsRng, RngCore};
use register::RegisterError;
use vault::{KeySpec, ObjectName, RsaBits, SignInWay, Tags, VaultError};

use super::Estate;
use super::deks::{CreatedDek, DekOrder, DekOrderError};
use super::discovery::{Adoption, AdoptionError, DiscoveryError};
use super::inventory::{FileError, ImportError, Preview, Setting, write_csv};
use super::tokens::{NewToken, TokenError};
use keks::{KEKS, STRAY, SampleKek};
use names::{TENANTS_EU2, TENANTS_PROD};

/// How everything of the sample is labelled.
pub const LABEL: &str = "Sample";
/// Tag on the sample's keys in the vault.
pub const TAG: &str = "sample";

const SOURCE: &str = "Sample inventory.csv";

/// Every how many DEKs has tokens.
const TOKENS_EVERY: usize = 3;
/// Tokens of such a DEK.
const TOKEN_NAMES: [&str; 3] = ["access-token", "refresh-token", "webhook-secret"];

/// A part of the sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleStep {
    /// Keys in the vault, and their adoption.
    Keks,
    /// The inventory file.
    Inventory,
    /// DEKs.
    Deks,
    /// Tokens.
    Tokens,
}

/// What the sample brought in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleLoaded {
    /// Tenants.
    pub tenants: usize,
    /// KEKs.
    pub keks: usize,
    /// DEKs.
    pub deks: usize,
    /// Tokens.
    pub tokens: usize,
    /// Other records.
    pub inventory: usize,
}

/// Why the sample was not loaded, or not whole. What was written until then stands.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SampleError {
    /// The vault is not one of this machine.
    #[error("the sample is loaded into a local custody only")]
    NotLocal,
    /// There are keys already: a sample is not mixed with them.
    #[error("this custody has KEKs already; the sample is loaded into an empty one")]
    NotEmpty,
    /// A key of the sample's name is in the vault and not the sample's.
    #[error("the vault has a key {name} that is not the sample's")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// The vault refused or does not answer.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The register refused or does not answer.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// Discovery failed.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    /// A key was not adopted.
    #[error(transparent)]
    Adoption(#[from] AdoptionError),
    /// The file was not written.
    #[error("the sample's inventory could not be written")]
    Csv(#[from] csv::Error),
    /// The file was not read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file was not imported.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// DEKs were not made.
    #[error(transparent)]
    Deks(#[from] DekOrderError),
    /// Tokens were not sealed.
    #[error(transparent)]
    Tokens(#[from] TokenError),
}

impl Estate<'_> {
    /// Loads the sample into an empty local custody.
    ///
    /// # Errors
    /// [`SampleError`].
    pub async fn load_sample(
        &self,
        progress: &(dyn Fn(SampleStep, usize, usize) + Send + Sync),
    ) -> Result<SampleLoaded, SampleError> {
        // Keys are made in the vault without two signatures here: nowhere but in a vault of this machine, which is the only
        // one that takes this way of signing in.
        if self.vault.sign_in_way() != SignInWay::StaticToken {
            return Err(SampleError::NotLocal);
        }
        if !self.register.live_keks().await?.is_empty() {
            return Err(SampleError::NotEmpty);
        }
        let keks = self.load_keks(&|done, total| progress(SampleStep::Keks, done, total)).await?;
        progress(SampleStep::Inventory, 0, 1);
        let inventory = self.load_inventory().await?;
        progress(SampleStep::Inventory, 1, 1);
        let deks = self.load_deks(&keks, &|done, total| progress(SampleStep::Deks, done, total)).await?;
        let now = self.now().await?;
        let watch = |done, total| progress(SampleStep::Tokens, done, total);
        let sealed = self.seal_tokens(tokens(&deks, now), &labelled("a connector's credentials"), &watch).await?;
        self.discover().await?;
        Ok(SampleLoaded {
            tenants: TENANTS_PROD.len() + TENANTS_EU2.len(),
            keks: keks.len(),
            deks: deks.len(),
            tokens: sealed.tokens.len(),
            inventory,
        })
    }

    /// Makes the keys, has discovery find them, and adopts those that it calls adoptable.
    async fn load_keks(&self, progress: super::Progress<'_>) -> Result<BTreeMap<&'static str, KeyId>, SampleError> {
        progress(0, KEKS.len());
        let wanted = KEKS.iter().map(|kek| (kek.name, kek.bits)).chain([STRAY]);
        try_join_all(wanted.map(|(name, bits)| self.ensure_key(name, bits))).await?;
        let found = self.discover().await?;
        let mut keks = BTreeMap::new();
        for kek in &KEKS {
            if found.drift.iter().any(|drift| drift.name == kek.name && drift.adoptable) {
                let adoption = Adoption {
                    name: kek.name.to_owned(),
                    owner: kek.owner.to_owned(),
                    purpose: labelled(kek.purpose),
                    classification: kek.classification,
                };
                keks.insert(kek.name, self.adopt(&adoption).await?.key);
            }
            progress(keks.len(), KEKS.len());
        }
        Ok(keks)
    }

    /// A key in the vault with the sample's tag; one that an interrupted load left behind is taken as it is.
    async fn ensure_key(&self, name: &str, bits: RsaBits) -> Result<(), SampleError> {
        let tags = Tags::from([(TAG.to_owned(), "true".to_owned())]);
        let name = ObjectName::parse(name)?;
        match self.vault.create_key(&name, &KeySpec::Rsa(bits), &tags).await {
            Ok(_) => Ok(()),
            Err(VaultError::Conflict { .. }) if self.vault.key(&name, None).await?.tags.contains_key(TAG) => Ok(()),
            Err(VaultError::Conflict { .. }) => Err(SampleError::NameTaken { name: name.as_str().to_owned() }),
            Err(error) => Err(error.into()),
        }
    }

    async fn load_inventory(&self) -> Result<usize, SampleError> {
        let now = self.now().await?;
        let environment = self.author.custody().environment;
        let mut file = Vec::new();
        write_csv(&mut file, environment, &rows::rows(now))?;
        let preview = Preview::read(&file, Setting { environment, now, legacy_open: false })?;
        Ok(self.import_inventory(&preview, SOURCE).await?.count)
    }

    async fn load_deks(
        &self,
        keks: &BTreeMap<&'static str, KeyId>,
        progress: super::Progress<'_>,
    ) -> Result<Vec<CreatedDek>, SampleError> {
        let orders: Vec<DekOrder> = KEKS.iter().filter_map(|kek| Some(order(kek, *keks.get(kek.name)?))).collect();
        let total = orders.iter().map(|order| order.targets.len()).sum();
        let mut made: Vec<CreatedDek> = Vec::with_capacity(total);
        for order in &orders {
            let before = made.len();
            let created = self.create_deks(order, &|done, _| progress(before + done, total)).await?;
            made.extend(created.keys);
        }
        Ok(made)
    }
}

fn order(kek: &SampleKek, key: KeyId) -> DekOrder {
    DekOrder {
        kek: key,
        targets: (kek.targets)(),
        owner: kek.owner.to_owned(),
        purpose: labelled(kek.deks_purpose),
        classification: kek.classification,
    }
}

fn labelled(purpose: &str) -> String {
    format!("{LABEL}: {purpose}")
}

/// Tokens with random contents that open nothing anywhere, some of them about to expire.
fn tokens(deks: &[CreatedDek], now: Timestamp) -> Vec<NewToken> {
    let some = deks.iter().enumerate().filter(|(index, _)| index % TOKENS_EVERY == 0);
    let of_dek = |(index, dek): (usize, &CreatedDek)| {
        let (key, days) = (dek.key, i64::try_from(index % 360).unwrap_or(0) + 5);
        TOKEN_NAMES.map(|name| {
            let mut random = vec![0; 40];
            OsRng.fill_bytes(&mut random);
            NewToken {
                dek: key,
                name: name.to_owned(),
                plaintext: SecretBytes::new(random),
                expires: Some(now.plus_days(days)),
            }
        })
    };
    some.flat_map(of_dek).collect()
}
