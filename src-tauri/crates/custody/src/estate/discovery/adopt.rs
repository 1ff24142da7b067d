//! Taking a key that was found in the vault into the register, as a KEK.

use domain::{Classification, KeyId, TextError, Timestamp};
use rand_core::OsRng;
use register::RegisterError;
use vault::{ObjectName, VaultError};

use super::seen::{SeenKey, seen_key};
use crate::author::Act;
use crate::estate::Estate;
use crate::estate::deks::one_line;
use crate::kek::{NoKek, public_half};

const OWNER_CHARS_MAX: usize = 200;
const PURPOSE_CHARS_MAX: usize = 500;

/// A key to be adopted, with what discovery cannot know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adoption {
    /// Name in the vault.
    pub name: String,
    /// Who answers for it.
    pub owner: String,
    /// What it is for.
    pub purpose: String,
    /// How sensitive what it protects is.
    pub classification: Classification,
}

/// A key that was adopted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adopted {
    /// Its record.
    pub key: KeyId,
    /// Its name.
    pub name: String,
    /// Ledger entry.
    pub entry: u64,
}

/// Why a key was not adopted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdoptionError {
    /// Owner or purpose are missing, too long or deceptive.
    #[error(transparent)]
    Text(#[from] TextError),
    /// Not approved by policy.
    #[error("{name} is {algorithm}: too weak to be a KEK")]
    Weak {
        /// Name in the vault.
        name: String,
        /// What it is.
        algorithm: String,
    },
    /// It can't be a KEK: not RSA of 2048, 3072 or 4096 bits, disabled, exportable, or ruled by a certificate.
    #[error(
        "{name} can't be a KEK: it must be an enabled RSA key of 2048, 3072 or 4096 bits that never leaves the vault"
    )]
    Unfit {
        /// Name in the vault.
        name: String,
    },
    /// It does not wrap.
    #[error(transparent)]
    NoKek(#[from] NoKek),
    /// The vault refused or does not answer.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The register refused or does not answer.
    #[error(transparent)]
    Register(#[from] RegisterError),
}

impl Estate<'_> {
    /// Takes the newest version of a key into the register as a KEK. The key is read again: what discovery saw may be old.
    ///
    /// # Errors
    /// [`AdoptionError`]; nothing was written then.
    pub async fn adopt(&self, adoption: &Adoption) -> Result<Adopted, AdoptionError> {
        let owner = one_line("owner", &adoption.owner, OWNER_CHARS_MAX)?;
        let purpose = one_line("purpose", &adoption.purpose, PURPOSE_CHARS_MAX)?;
        let name = ObjectName::parse(&adoption.name)?;
        let listed = self.vault.list_keys().await?.into_iter().find(|key| key.name == name);
        let summary = listed.ok_or(VaultError::NotFound { action: vault::Action::ReadKey })?;
        let key = self.vault.key(&name, None).await?;
        let SeenKey { algorithm, weak, wraps, bits, .. } = seen_key(&summary, &key, Vec::new());
        if weak {
            return Err(AdoptionError::Weak { name: adoption.name.clone(), algorithm });
        }
        let (true, Some(bits)) = (wraps, bits) else {
            return Err(AdoptionError::Unfit { name: adoption.name.clone() });
        };
        let digest = public_half(&key)?.digest();
        let now = self.now().await?;
        let id = KeyId::make(now, &mut OsRng);
        let made = key.created.map_or(now, |created| Timestamp::from_micros(created.as_microsecond()));
        let act = Act::new("key.adopted", "key", id)
            .purpose(&purpose)
            .with("name", name.as_str())
            .with("type", "kek")
            .with("vault_name", name.as_str())
            .with("version", key.version.as_str())
            .with("version_created_at", made.micros())
            .with("algorithm", "RSA")
            .with("bits", bits)
            .with("classification", adoption.classification.word())
            .with("owner", owner)
            .with("purpose", &purpose)
            .with("public_key_digest", hex::encode(digest));
        let entry = self.author.write(act, now);
        let receipt = self.register.adopt_key(entry.as_act()).await?;
        Ok(Adopted { key: id, name: name.as_str().to_owned(), entry: receipt.seq })
    }
}
