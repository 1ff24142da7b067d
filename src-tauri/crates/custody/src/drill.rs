//! The restore drill: a restored copy of the register is opened, and every DEK in it must open without the KEK that shall go.

use std::collections::BTreeMap;

use domain::KeyId;
use envelope::{Dek, DekError, WrapAlgorithm, verify_check_value};
use register::{Receipt, Register, RegisterError, WrapRow};
use vault::{ObjectName, VaultError, VersionId};

use crate::author::{Act, Author};
use crate::console::Console;
use crate::identity::identity_of;
use crate::run::{Effect, perform};

/// Wraps read at once.
const PAGE: u32 = 200;

/// Why a drill did not pass. Nothing was recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DrillError {
    /// The register, or the restored copy, refused or does not answer.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// The vault refused or does not answer.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// It is no copy of this register.
    #[error("the restored register is no copy of this one: its ledger does not end in an entry of ours")]
    Foreign,
    /// The copy still needs the KEK.
    #[error("{wraps} DEKs of the restored copy are wrapped by this KEK: take a newer backup")]
    StillNeeded {
        /// How many.
        wraps: u64,
    },
    /// A KEK that the copy names is not on record.
    #[error("the restored copy names the KEK {kek}, which this register does not have")]
    KekUnknown {
        /// Which.
        kek: KeyId,
    },
    /// A DEK of the copy does not open to what its check value says.
    #[error("DEK {dek} of the restored copy does not open to what its check value says")]
    NotOpening {
        /// Which.
        dek: KeyId,
    },
    /// What the vault gave is no DEK.
    #[error(transparent)]
    Dek(#[from] DekError),
}

/// What a drill showed.
#[derive(Debug, Clone, PartialEq)]
pub struct Drill {
    /// DEKs in the copy.
    pub deks: u64,
    /// How many of them were opened.
    pub opened: u64,
    /// The last entry of the copy.
    pub restored_seq: u64,
    /// What the register wrote down.
    pub receipt: Receipt,
}

impl Console {
    /// Shows that `restored`, a copy of this register out of a backup, opens without `kek`, and writes that down.
    ///
    /// # Errors
    /// [`DrillError`], by cause.
    pub async fn drill(&self, author: &Author, kek: KeyId, restored: &Register) -> Result<Drill, DrillError> {
        let (seq, hash) = restored.head().await?;
        if !self.register.has_entry(seq, &hash).await? {
            return Err(DrillError::Foreign);
        }
        let versions = restored.wrapping_versions().await?;
        let wraps = versions.iter().filter(|version| version.kek == kek).map(|version| version.deks).sum();
        if wraps > 0 {
            return Err(DrillError::StillNeeded { wraps });
        }
        let mut opened = 0;
        let mut names = BTreeMap::new();
        for version in &versions {
            let name = self.name_of(version.kek, &mut names).await?;
            let id = VersionId::parse(&version.version)?;
            let mut after = None;
            loop {
                let page = restored.wraps_under(version.kek, &version.version, after, PAGE).await?;
                let Some(last) = page.last() else { break };
                after = Some(last.dek);
                for wrap in &page {
                    self.open_restored(&name, &id, wrap).await?;
                    opened += 1;
                }
            }
        }
        let act = Act::new("drill.passed", "key", kek)
            .with("restored_seq", seq)
            .with("restored_hash", hex::encode(hash))
            .with("deks", opened)
            .with("opened", opened);
        let entry = self.entry(author, act).await?;
        let receipt = perform(Effect::RecordDrill, self.register.record_drill(entry.as_act())).await?;
        Ok(Drill { deks: opened, opened, restored_seq: seq, receipt })
    }

    async fn name_of(&self, kek: KeyId, known: &mut BTreeMap<KeyId, ObjectName>) -> Result<ObjectName, DrillError> {
        if let Some(name) = known.get(&kek) {
            return Ok(name.clone());
        }
        let row = self.register.kek(kek).await?.ok_or(DrillError::KekUnknown { kek })?;
        let name = ObjectName::parse(&row.vault_name)?;
        known.insert(kek, name.clone());
        Ok(name)
    }

    async fn open_restored(&self, name: &ObjectName, version: &VersionId, wrap: &WrapRow) -> Result<(), DrillError> {
        let not_opening = DrillError::NotOpening { dek: wrap.dek };
        let algorithm = match WrapAlgorithm::from_name(&wrap.algorithm) {
            Some(WrapAlgorithm::RsaOaep256) => vault::WrapAlgorithm::RsaOaep256,
            Some(WrapAlgorithm::RsaOaep) => vault::WrapAlgorithm::RsaOaep,
            None => return Err(not_opening),
        };
        let mut opened = self.vault.unwrap(name, version, algorithm, &wrap.wrapped).await?;
        let dek = Dek::from_unwrapped(std::mem::take(&mut *opened))?;
        let identity = identity_of(&self.custody, wrap.dek, &wrap.scope);
        verify_check_value(&dek, &identity, &wrap.check_value).map_err(|_differs| not_opening)
    }
}
