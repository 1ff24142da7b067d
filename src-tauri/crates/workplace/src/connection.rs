//! Where a custody in Azure is. Nothing in it is secret.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use domain::Environment;
use register::{Address, Tls};
use serde::{Deserialize, Serialize};

const FILE: &str = "connection.json";

/// Where vault and register are, and who signs in there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Connection {
    /// What its people call the custody.
    pub name: String,
    /// Its environment; the register must say the same.
    pub environment: Environment,
    /// Address of the vault.
    pub vault_url: String,
    /// Host of the PostgreSQL server.
    pub database_host: String,
    /// Its port.
    pub database_port: u16,
    /// The database.
    pub database_name: String,
    /// The operator's own login there.
    pub database_user: String,
    /// Certificate authority of the server, where it is not one the system trusts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database_ca: Option<PathBuf>,
}

impl Connection {
    pub(crate) fn read(home: &Path) -> std::io::Result<Option<Self>> {
        match std::fs::read(home.join(FILE)) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn write(&self, home: &Path) -> std::io::Result<()> {
        write_json(home, FILE, self)
    }

    /// Where the register is. Over a network never without TLS.
    #[must_use]
    pub fn address(&self) -> Address {
        let address = Address {
            host: self.database_host.clone(),
            port: self.database_port,
            database: self.database_name.clone(),
            tls: Tls::Off,
        };
        if address.is_local() {
            address
        } else {
            Address { tls: Tls::VerifyFull { ca: self.database_ca.clone() }, ..address }
        }
    }
}

/// Replaces a file as a whole: a reader sees the old one or the new one.
pub(crate) fn write_json(home: &Path, file: &str, value: &impl Serialize) -> std::io::Result<()> {
    std::fs::create_dir_all(home)?;
    let beside = home.join(format!("{file}.new"));
    let mut writing = std::fs::File::create(&beside)?;
    writing.write_all(&serde_json::to_vec_pretty(value)?)?;
    writing.sync_all()?;
    std::fs::rename(beside, home.join(file))
}
