//! What lies in the vault under a key's name, a key or a secret: its versions disabled and proven to be, or enabled again.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::KeyKind;
use envelope::{Dek, WrapAlgorithm};
use register::KeyVersionRow;
use vault::{Key, ObjectName, Vault, VaultError, VersionId};

use crate::kek::public_half;
use crate::run::{Effect, RunError, perform};

/// How long a vault may take to show what it was asked to do before its reply was lost, or to have every node notice a change.
const SETTLE: Duration = Duration::from_secs(2);

/// How often a change is asked for, or asked after. Key Vault may go on with a disabled version for up to a minute.
const LOOKS: u32 = 45;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Key,
    Secret,
}

struct Found {
    version: VersionId,
    enabled: bool,
}

/// An object of the vault, or that there is none.
pub(crate) struct VaultObject<'a> {
    vault: &'a Vault,
    name: ObjectName,
    kind: Kind,
    versions: Vec<Found>,
}

impl<'a> VaultObject<'a> {
    /// Looks what lies under `name`. A KEK is a key; anything else may be a secret or a key.
    pub async fn find(vault: &'a Vault, name: &str, kind: KeyKind) -> Result<Self, RunError> {
        let name = ObjectName::parse(name)?;
        if kind != KeyKind::Kek {
            let versions = absent(vault.secret_versions(&name).await)?
                .into_iter()
                .filter_map(|found| Some(Found { version: found.version?, enabled: found.enabled }));
            let versions: Vec<Found> = versions.collect();
            if !versions.is_empty() {
                return Ok(Self { vault, name, kind: Kind::Secret, versions });
            }
        }
        let found = absent(vault.versions(&name).await)?
            .into_iter()
            .map(|found| Found { version: found.version, enabled: found.enabled });
        Ok(Self { vault, name, kind: Kind::Key, versions: found.collect() })
    }

    /// Versions in use, in order: those that the vault has enabled, or the register does of those that are there, and those that
    /// were `intended` to be disabled before.
    pub(super) fn in_use(&self, known: &[KeyVersionRow], intended: &[String]) -> Vec<String> {
        let on_record = |version: &str| known.iter().any(|row| row.enabled && row.version == version);
        let found = self.versions.iter().filter(|found| found.enabled || on_record(found.version.as_str()));
        let found = found.map(|found| found.version.as_str().to_owned());
        let all: BTreeSet<String> = found.chain(intended.iter().cloned()).collect();
        all.into_iter().collect()
    }

    /// Disables every version, and proves that those `in_use` are refused.
    pub(super) async fn close(&self, in_use: &[String]) -> Result<String, RunError> {
        if self.versions.is_empty() {
            return Ok(format!("the vault has nothing called {}", self.name.as_str()));
        }
        for found in self.versions.iter().filter(|found| found.enabled) {
            self.switch(&found.version, false).await?;
        }
        let mut proofs = Vec::with_capacity(in_use.len());
        for version in in_use {
            proofs.push(self.prove_closed(&VersionId::parse(version)?).await?);
        }
        Ok(match proofs.as_slice() {
            [] => format!("all {} versions were disabled before", self.versions.len()),
            _ => proofs.join("; "),
        })
    }

    /// Enables or disables a version. Asking twice does no harm: after a lost reply it is looked, and asked again.
    pub async fn switch(&self, version: &VersionId, enabled: bool) -> Result<(), RunError> {
        let effect = if enabled { Effect::EnableVersion } else { Effect::DisableVersion };
        for _ in 0..LOOKS {
            let changed = match self.kind {
                Kind::Key => perform(effect, self.vault.set_enabled(&self.name, version, enabled)).await.map(drop),
                Kind::Secret => {
                    perform(effect, self.vault.set_secret_enabled(&self.name, version, enabled)).await.map(drop)
                }
            };
            match changed {
                Err(VaultError::OutcomeUnknown { .. }) => tokio::time::sleep(SETTLE).await,
                changed => return Ok(changed?),
            }
            if self.is_enabled(version).await? == enabled {
                return Ok(());
            }
        }
        let state = if enabled { "still disabled" } else { "still enabled" };
        Err(RunError::UnexpectedVersion {
            key: self.name.as_str().to_owned(),
            found: format!("{} {state}", version.as_str()),
        })
    }

    /// The key behind a version, where it is one.
    pub async fn key(&self, version: &VersionId) -> Result<Option<Key>, VaultError> {
        match self.kind {
            Kind::Key => self.vault.key(&self.name, Some(version)).await.map(Some),
            Kind::Secret => Ok(None),
        }
    }

    /// Proves that the vault says a version is enabled.
    pub async fn prove_enabled(&self, version: &VersionId) -> Result<String, RunError> {
        match self.is_enabled(version).await? {
            true => Ok(format!("a read of version {} says: enabled", version.as_str())),
            false => Err(RunError::NotOpening { version: version.as_str().to_owned() }),
        }
    }

    /// Proves that a version is refused: a secret is not read, a canary not unwrapped. What can't be tried is read back.
    async fn prove_closed(&self, version: &VersionId) -> Result<String, RunError> {
        for _ in 0..LOOKS {
            let tried = match self.kind {
                // A value that still comes is wiped unseen.
                Kind::Secret => self.vault.secret(&self.name, Some(version)).await.map(drop),
                Kind::Key => self.try_canary(version).await?,
            };
            match tried {
                Err(VaultError::Disabled { .. }) => {
                    let what = if self.kind == Kind::Key { "unwrap of a canary with" } else { "a read of" };
                    return Ok(format!("{what} version {} was refused: disabled", version.as_str()));
                }
                // This identity may not read or unwrap, or the key is for something else.
                Err(VaultError::Forbidden { .. } | VaultError::BadRequest { .. }) => {
                    if !self.is_enabled(version).await? {
                        return Ok(format!("a read of version {} says: disabled", version.as_str()));
                    }
                }
                Err(error) => return Err(error.into()),
                // Key Vault says that a change may take a while to reach every node.
                Ok(()) => {}
            }
            tokio::time::sleep(SETTLE).await;
        }
        Err(RunError::StillOpen { version: version.as_str().to_owned() })
    }

    /// Has the vault unwrap a random value that was wrapped here. A key that can't wrap is answered like one that may not.
    async fn try_canary(&self, version: &VersionId) -> Result<Result<(), VaultError>, RunError> {
        let key = self.vault.key(&self.name, Some(version)).await?;
        let Ok(public) = public_half(&key) else {
            return Ok(Err(VaultError::BadRequest { action: vault::Action::Unwrap }));
        };
        let wrapped = public.wrap(&Dek::generate()?, WrapAlgorithm::RsaOaep256)?;
        let tried = self.vault.unwrap(&self.name, version, vault::WrapAlgorithm::RsaOaep256, &wrapped).await;
        Ok(tried.map(drop))
    }

    async fn is_enabled(&self, version: &VersionId) -> Result<bool, VaultError> {
        match self.kind {
            Kind::Key => Ok(self.vault.key(&self.name, Some(version)).await?.enabled),
            Kind::Secret => {
                let listed = self.vault.secret_versions(&self.name).await?;
                Ok(listed.iter().any(|found| found.version.as_ref() == Some(version) && found.enabled))
            }
        }
    }
}

/// A name that nothing lies under has no versions.
fn absent<T>(found: Result<Vec<T>, VaultError>) -> Result<Vec<T>, VaultError> {
    match found {
        Err(VaultError::NotFound { .. }) => Ok(Vec::new()),
        found => found,
    }
}
