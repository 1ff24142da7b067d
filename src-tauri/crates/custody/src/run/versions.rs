//! Key versions in the vault: made once, whatever happens to a reply; enabled and disabled, and proven to be.

use std::time::Duration;

use envelope::{Dek, KekPublic, WrapAlgorithm};
use vault::{Key, KeySpec, ObjectName, VaultError, VersionId};
use zeroize::Zeroizing;

use super::effect::Effect;
use super::error::RunError;
use super::hands::{Hands, RUN_TAG};

/// How long a vault may take to show what it was asked to make before its reply was lost.
pub(super) const SETTLE: Duration = Duration::from_secs(2);

/// Looks at a lost reply; after the second look the version was not made.
pub(super) const LOOKS: u32 = 3;

/// How often a changed version is asked whether it has noticed: Key Vault may go on for up to a minute.
pub(super) const CHANGE_LOOKS: u32 = 45;

impl Hands<'_> {
    /// The version that this run made, made now if there is none yet.
    pub async fn version_of_this_run(
        &self,
        name: &ObjectName,
        spec: &KeySpec,
        effect: Effect,
    ) -> Result<Key, RunError> {
        if let Some(made) = self.find_made(name).await? {
            return Ok(made);
        }
        if self.outwait_predecessor().await?
            && let Some(made) = self.find_made(name).await?
        {
            return Ok(made);
        }
        self.hold().await?;
        match self.create_version(name, spec, effect).await {
            Ok(made) => Ok(made),
            Err(VaultError::OutcomeUnknown { action, lost }) => {
                for _ in 0..LOOKS {
                    tokio::time::sleep(SETTLE).await;
                    if let Some(made) = self.find_made(name).await? {
                        return Ok(made);
                    }
                }
                // Not there: the run stops here and says so. Going on later looks first, too.
                Err(VaultError::OutcomeUnknown { action, lost }.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Waits until nobody else can be about to make the same version. The vault knows no fence: a console that is slow, not dead,
    /// may have its call on the way until the lease it had is over.
    pub(super) async fn outwait_predecessor(&self) -> Result<bool, RunError> {
        let Some(until) = self.quiet_until else { return Ok(false) };
        let left = until.micros().saturating_sub(self.console.now().await?.micros());
        tokio::time::sleep(Duration::from_micros(u64::try_from(left).unwrap_or(0))).await;
        Ok(true)
    }

    /// The version tagged with this run. Two of them are a fault that nobody but a person can judge.
    async fn find_made(&self, name: &ObjectName) -> Result<Option<Key>, RunError> {
        let versions = match self.console.vault.versions(name).await {
            Ok(versions) => versions,
            Err(VaultError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let run = self.run.to_string();
        let mut made = versions.into_iter().filter(|version| version.tags.get(RUN_TAG) == Some(&run));
        match (made.next(), made.next()) {
            (None, _) => Ok(None),
            (Some(only), None) => Ok(Some(self.console.vault.key(name, Some(&only.version)).await?)),
            (Some(one), Some(other)) => {
                let found = format!("{} and {}", one.version.as_str(), other.version.as_str());
                Err(RunError::UnexpectedVersion { key: name.as_str().to_owned(), found })
            }
        }
    }

    /// Enables or disables a version, given as it was just found. Asking twice does no harm: after a lost reply it is looked, and
    /// asked again where nothing has changed. What the vault says it did, a canary proves.
    pub async fn switch(&self, found: &Key, enabled: bool) -> Result<(), RunError> {
        let (name, version) = (&found.name, &found.version);
        let mut is_enabled = found.enabled;
        for _ in 0..CHANGE_LOOKS {
            if is_enabled == enabled {
                return Ok(());
            }
            self.hold().await?;
            match self.set_enabled(name, version, enabled).await {
                Ok(changed) => is_enabled = changed.enabled,
                Err(VaultError::OutcomeUnknown { .. }) => {
                    tokio::time::sleep(SETTLE).await;
                    is_enabled = self.console.vault.key(name, Some(version)).await?.enabled;
                }
                Err(error) => return Err(error.into()),
            }
        }
        let state = if enabled { "still disabled" } else { "still enabled" };
        Err(RunError::UnexpectedVersion {
            key: name.as_str().to_owned(),
            found: format!("{} {state}", version.as_str()),
        })
    }

    /// Proves that a version no longer unwraps: a random value, wrapped here with its public half, is refused by the vault.
    pub async fn prove_refused(
        &self,
        name: &ObjectName,
        version: &VersionId,
        public: &KekPublic,
    ) -> Result<String, RunError> {
        for _ in 0..CHANGE_LOOKS {
            match self.unwrap_canary(name, version, public).await? {
                None => {
                    return Ok(format!("unwrap of a canary with version {} was refused: disabled", version.as_str()));
                }
                // Key Vault says that a change may take a while to reach every node.
                Some(_) => tokio::time::sleep(SETTLE).await,
            }
        }
        Err(RunError::StillOpen { version: version.as_str().to_owned() })
    }

    /// Proves that a version unwraps what is wrapped with its public half.
    pub async fn prove_opens(
        &self,
        name: &ObjectName,
        version: &VersionId,
        public: &KekPublic,
    ) -> Result<String, RunError> {
        match self.unwrap_canary(name, version, public).await? {
            Some(true) => Ok(format!("a canary was unwrapped with version {}", version.as_str())),
            _ => Err(RunError::NotOpening { version: version.as_str().to_owned() }),
        }
    }

    /// `None` when the version is disabled, otherwise whether the canary came back as it was.
    async fn unwrap_canary(
        &self,
        name: &ObjectName,
        version: &VersionId,
        public: &KekPublic,
    ) -> Result<Option<bool>, RunError> {
        let canary = Dek::generate()?;
        let algorithm = WrapAlgorithm::default();
        let wrapped = public.wrap(&canary, algorithm)?;
        match self.console.vault.unwrap(name, version, vault_algorithm(algorithm), &wrapped).await {
            Ok(opened) => Ok(Some(same(&canary, &take(opened)?))),
            Err(VaultError::Disabled { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// A DEK out of what the vault unwrapped; the buffer is wiped whatever happens.
pub(super) fn take(mut opened: Zeroizing<Vec<u8>>) -> Result<Dek, RunError> {
    Ok(Dek::from_unwrapped(std::mem::take(&mut *opened))?)
}

/// The vault's word for a wrap algorithm.
pub(super) fn vault_algorithm(algorithm: WrapAlgorithm) -> vault::WrapAlgorithm {
    match algorithm {
        WrapAlgorithm::RsaOaep256 => vault::WrapAlgorithm::RsaOaep256,
        WrapAlgorithm::RsaOaep => vault::WrapAlgorithm::RsaOaep,
    }
}

/// Compares two DEKs through their check values: constant time, and neither leaves its type.
pub(super) fn same(one: &Dek, other: &Dek) -> bool {
    let identity = envelope::DekIdentity {
        custody: [0; 16],
        environment: "",
        scope: envelope::DekScope::SecretName(""),
        key: [0; 16],
    };
    envelope::verify_check_value(other, &identity, &envelope::check_value(one, &identity)).is_ok()
}
