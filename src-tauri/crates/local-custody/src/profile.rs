//! What a local custody is, kept beside it: its name, its environment, the name of its vault. Nothing secret.

use std::path::Path;

use domain::{CustodyId, Environment, Text, TextError};
use serde::{Deserialize, Serialize};

use crate::{files, random};

const FILE: &str = "custody.json";
const ID_BYTES: usize = 16;
const VAULT_NAME_DIGITS: usize = 12;
const NAME_CHARS_MAX: usize = 80;

/// A custody on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocalProfile {
    id: CustodyId,
    name: String,
    environment: Environment,
}

/// Why a data folder is not the custody that was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// Everything of a local custody lies on one machine.
    #[error(
        "a local custody cannot be a production custody: its two operators, its vault and its register share a machine"
    )]
    Production,
    /// No name, or an endless one.
    #[error("a custody's name has 1 to {NAME_CHARS_MAX} characters")]
    Name,
    /// A name that does not show what it says.
    #[error(transparent)]
    Text(#[from] TextError),
    /// Another environment lives here.
    #[error("the data folder holds a {found} custody, not a {asked} one")]
    WrongEnvironment {
        /// What it is.
        found: Environment,
        /// What was asked for.
        asked: Environment,
    },
    /// Nothing was ever opened here.
    #[error("there is no local custody in the data folder")]
    Missing,
    /// Not readable.
    #[error("the custody's profile cannot be read or written")]
    Io(#[source] std::io::Error),
    /// No random numbers.
    #[error("the operating system gives no random numbers")]
    Randomness(#[source] std::io::Error),
}

impl LocalProfile {
    /// The custody of a data folder, if there is one.
    pub fn find(data_dir: &Path) -> Result<Option<Self>, ProfileError> {
        files::read_json(&data_dir.join(FILE)).map_err(ProfileError::Io)
    }

    /// The custody of a data folder; a new one under this name if there is none.
    ///
    /// The caller holds the folder's opening lock: two processes must not make two identities.
    pub(crate) fn find_or_make(data_dir: &Path, name: &str, environment: Environment) -> Result<Self, ProfileError> {
        if let Some(found) = Self::find(data_dir)? {
            return if found.environment == environment {
                Ok(found)
            } else {
                Err(ProfileError::WrongEnvironment { found: found.environment, asked: environment })
            };
        }
        if environment == Environment::Production {
            return Err(ProfileError::Production);
        }
        if name.trim().is_empty() || name.chars().count() > NAME_CHARS_MAX {
            return Err(ProfileError::Name);
        }
        // It stands on every page and in the founding entry.
        let name = Text::parse_line("name", name, NAME_CHARS_MAX)?.as_str().to_owned();
        let id = random::make::<ID_BYTES>().map_err(ProfileError::Randomness)?;
        let id = CustodyId(uuid::Builder::from_random_bytes(*id).into_uuid());
        let made = Self { id, name, environment };
        files::write_json(&data_dir.join(FILE), &made).map_err(ProfileError::Io)?;
        Ok(made)
    }

    /// Its id: the one it is founded with, and under which the keychain keeps what belongs to it.
    #[must_use]
    pub fn id(&self) -> CustodyId {
        self.id
    }

    /// What its people call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its environment; never production.
    #[must_use]
    pub fn environment(&self) -> Environment {
        self.environment
    }

    /// The name of its vault. Every data folder has its own, so that one custody's requests name no other's keys.
    #[must_use]
    pub fn vault_name(&self) -> String {
        let digits: String = self.id.0.simple().to_string().chars().take(VAULT_NAME_DIGITS).collect();
        format!("local-{digits}")
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at once")]
mod tests {
    use super::*;

    /// one environment per custody, and none of them production on one machine.
    #[test]
    fn a_folder_keeps_its_environment_and_is_never_production() {
        let folder = tempfile::tempdir().unwrap();
        let production = LocalProfile::find_or_make(folder.path(), "Payments", Environment::Production);
        assert!(matches!(production, Err(ProfileError::Production)));
        assert!(LocalProfile::find(folder.path()).unwrap().is_none());
        let made = LocalProfile::find_or_make(folder.path(), " Payments ", Environment::Staging).unwrap();
        assert_eq!((made.name(), made.environment()), ("Payments", Environment::Staging));
        let again = LocalProfile::find_or_make(folder.path(), "Another name", Environment::Staging).unwrap();
        assert_eq!(again, made);
        let other = LocalProfile::find_or_make(folder.path(), "Payments", Environment::Development);
        assert!(matches!(other, Err(ProfileError::WrongEnvironment { found: Environment::Staging, .. })));
    }

    #[test]
    fn two_folders_have_vaults_of_different_names() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let name = |folder: &tempfile::TempDir| {
            LocalProfile::find_or_make(folder.path(), "Payments", Environment::Development).unwrap().vault_name()
        };
        assert_ne!(name(&one), name(&other));
        assert!((3..=24).contains(&name(&one).len()));
        assert!(LocalProfile::find_or_make(tempfile::tempdir().unwrap().path(), " ", Environment::Backup).is_err());
    }
}
