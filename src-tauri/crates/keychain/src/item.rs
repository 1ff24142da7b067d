//! Names of items: each belongs to one custody, so that two custodies on one machine never read each other's.

use std::fmt;

use domain::{CustodyId, OperatorId};

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ItemKind {
    /// An operator's device key, wrapped under the passphrase.
    DeviceKey(OperatorId),
    /// The password of an operator's database login.
    DatabasePassword(OperatorId),
    /// An operator's refresh or bearer token for the vault.
    VaultToken(OperatorId),
    /// The hash of the founding entry this console trusts.
    FoundingPin,
    /// The newest ledger entry this console has verified.
    LedgerHead,
    /// The tree of the newest checkpoint of the ledger that this console has seen.
    LedgerTree,
    /// The superuser's password of the private cluster of a local custody.
    ClusterPassword,
    /// The key under which a local vault stores its keys.
    LocalVaultKey,
    /// The bearer token a local vault accepts.
    LocalVaultToken,
}

/// The name of an item in the keychain. Names are not secret: the keychain may store them in the clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Item {
    /// Whose it is.
    pub custody: CustodyId,
    /// What it is.
    pub kind: ItemKind,
}

impl Item {
    /// The item of this kind in that custody.
    #[must_use]
    pub const fn new(custody: CustodyId, kind: ItemKind) -> Self {
        Self { custody, kind }
    }

    /// The name inside its custody.
    pub(crate) fn name(&self) -> String {
        self.kind.to_string()
    }

    /// What a person reads in the keychain's own window.
    pub(crate) fn label(&self) -> String {
        format!("Countersign {} ({})", self.kind, self.custody)
    }
}

impl fmt::Display for ItemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DeviceKey(operator) => write!(f, "device-key/{operator}"),
            Self::DatabasePassword(operator) => write!(f, "database-password/{operator}"),
            Self::VaultToken(operator) => write!(f, "vault-token/{operator}"),
            Self::FoundingPin => f.write_str("founding-pin"),
            Self::LedgerHead => f.write_str("ledger-head"),
            Self::LedgerTree => f.write_str("ledger-tree"),
            Self::ClusterPassword => f.write_str("cluster-password"),
            Self::LocalVaultKey => f.write_str("local-vault-key"),
            Self::LocalVaultToken => f.write_str("local-vault-token"),
        }
    }
}
