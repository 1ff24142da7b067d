//! The data folder of a console and what is known there.

use std::path::{Path, PathBuf};

use domain::Environment;
use keychain::{Keychain, KeychainError};
use local_custody::{LocalCustody, LocalProfile, OpenError, ProfileError};
use register::{AdminError, ConnectError};

use crate::connection::Connection;
use crate::premises::Premises;

/// Under which name items are kept in the keychain.
const SERVICE: &str = "com.countersign.console";

/// A data folder and the operating system's keychain.
#[derive(Clone)]
pub struct Workplace {
    home: PathBuf,
    keychain: Keychain,
}

/// What the data folder knows of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// No custody yet.
    Nothing,
    /// A custody on this machine.
    Local(LocalProfile),
    /// A custody in Azure.
    Remote(Connection),
}

/// Why a custody can't be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkplaceError {
    /// The keychain.
    #[error(transparent)]
    Keychain(#[from] KeychainError),
    /// The data folder.
    #[error("the data folder {folder} cannot be used: {source}")]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The custody on this machine.
    #[error(transparent)]
    Local(#[from] OpenError),
    /// What the folder says of it.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// Its schema could not be made.
    #[error(transparent)]
    Admin(#[from] AdminError),
    /// The register can't be reached.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The folder holds another custody already.
    #[error("the data folder {folder} already belongs to a custody; choose another with COUNTERSIGN_HOME")]
    Taken {
        /// Which.
        folder: PathBuf,
    },
    /// There is none.
    #[error("there is no custody in {folder} yet")]
    Nothing {
        /// Which.
        folder: PathBuf,
    },
}

impl Workplace {
    /// The workplace in `home`, with the keychain of this session.
    ///
    /// # Errors
    /// [`WorkplaceError::Keychain`] with what to start when none answers.
    pub fn new(home: PathBuf) -> Result<Self, WorkplaceError> {
        Ok(Self { home, keychain: Keychain::open(SERVICE)? })
    }

    /// The workplace in `home`, with a keychain of the caller's choice.
    #[must_use]
    pub fn with_keychain(home: PathBuf, keychain: Keychain) -> Self {
        Self { home, keychain }
    }

    /// Where a console keeps its data unless told otherwise: `$COUNTERSIGN_HOME`, else `countersign` in the user's data folder.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place where the environment says where the data is")]
    pub fn usual_home() -> PathBuf {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let in_home = || std::env::home_dir().map(|home| home.join(".local/share"));
        set("COUNTERSIGN_HOME")
            .or_else(|| set("XDG_DATA_HOME").or_else(in_home).map(|data| data.join("countersign")))
            .unwrap_or_else(|| PathBuf::from("countersign-data"))
    }

    /// Its folder.
    #[must_use]
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Its keychain.
    #[must_use]
    pub fn keychain(&self) -> &Keychain {
        &self.keychain
    }

    /// What is known here.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn standing(&self) -> Result<Standing, WorkplaceError> {
        if let Some(profile) = LocalProfile::find(&self.home)? {
            return Ok(Standing::Local(profile));
        }
        let connection = Connection::read(&self.home).map_err(|source| self.folder(source))?;
        Ok(connection.map_or(Standing::Nothing, Standing::Remote))
    }

    /// Opens a custody on this machine, made now if there is none, with its schema.
    ///
    /// # Errors
    /// See [`WorkplaceError`]; production is refused.
    pub async fn open_local(&self, name: &str, environment: Environment) -> Result<Premises, WorkplaceError> {
        if matches!(self.standing()?, Standing::Remote(_)) {
            return Err(WorkplaceError::Taken { folder: self.home.clone() });
        }
        let local = LocalCustody::open(&self.home, name, environment, self.keychain.clone()).await?;
        Premises::local(self.clone(), local).await
    }

    /// Opens the custody that is known here.
    ///
    /// # Errors
    /// See [`WorkplaceError`].
    pub async fn open(&self) -> Result<Premises, WorkplaceError> {
        match self.standing()? {
            Standing::Nothing => Err(WorkplaceError::Nothing { folder: self.home.clone() }),
            Standing::Local(_) => {
                let local = LocalCustody::reopen(&self.home, self.keychain.clone()).await?;
                Premises::local(self.clone(), local).await
            }
            Standing::Remote(connection) => Ok(Premises::remote(self.clone(), connection)),
        }
    }

    /// Keeps the connection to a custody in Azure.
    ///
    /// # Errors
    /// [`WorkplaceError::Taken`] when the folder belongs to a local custody.
    pub fn keep(&self, connection: &Connection) -> Result<Premises, WorkplaceError> {
        if matches!(self.standing()?, Standing::Local(_)) {
            return Err(WorkplaceError::Taken { folder: self.home.clone() });
        }
        connection.write(&self.home).map_err(|source| self.folder(source))?;
        Ok(Premises::remote(self.clone(), connection.clone()))
    }

    pub(crate) fn folder(&self, source: std::io::Error) -> WorkplaceError {
        WorkplaceError::Folder { folder: self.home.clone(), source }
    }
}
