//! What every use case works with: one custody's register and vault, and what this console knows of its ledger.

use std::sync::Arc;

use domain::Timestamp;
use register::{Register, RegisterError};
use vault::Vault;

use crate::author::{Act, Author, CustodyIdentity, SignedEntry};
use crate::witness::Witness;

/// One custody, opened by one operator.
#[derive(Clone)]
pub struct Console {
    /// Which custody.
    pub custody: CustodyIdentity,
    /// Its register, under the operator's own login.
    pub register: Register,
    /// Its vault.
    pub vault: Vault,
    /// Host of the vault, as plans name it.
    pub vault_host: String,
    /// What was read of the ledger.
    pub witness: Arc<Witness>,
}

impl Console {
    /// The one clock: the register's.
    ///
    /// # Errors
    /// [`RegisterError`] when it does not answer.
    pub async fn now(&self) -> Result<Timestamp, RegisterError> {
        self.register.clock().await
    }

    /// Writes an act down at the register's time, signed by `author`.
    pub(crate) async fn entry(&self, author: &Author, act: Act) -> Result<SignedEntry, RegisterError> {
        Ok(author.write(act, self.now().await?))
    }
}
