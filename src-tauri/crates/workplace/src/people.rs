//! Who has a device key on this computer: names for the lock screen, before anybody has signed in. Nothing secret, and nothing
//! that is trusted: who may do what comes from the register and the ledger.

use std::io::ErrorKind;
use std::path::Path;

use domain::{CustodyId, OperatorId, Role};
use serde::{Deserialize, Serialize};

use crate::connection::write_json;

const FILE: &str = "people.json";

/// An operator with a device key here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Their id.
    pub operator: OperatorId,
    /// Name on screen.
    pub name: String,
    /// Login at the register.
    pub login: String,
    /// Roles, by their words.
    pub roles: Vec<Role>,
}

/// The custody of this folder and its people here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct People {
    pub custody: CustodyId,
    pub people: Vec<Person>,
    pub last: Option<OperatorId>,
}

impl People {
    pub fn read(home: &Path) -> std::io::Result<Option<Self>> {
        match std::fs::read(home.join(FILE)) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub fn write(&self, home: &Path) -> std::io::Result<()> {
        write_json(home, FILE, self)
    }
}
