use std::fmt;
use std::time::Duration;

use crate::credential::{SignInCause, SignInWay};

/// What was asked of the vault; said in every error and named as the right that is missing when it is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// List keys (`keys/list`).
    ListKeys,
    /// List a key's versions (`keys/list`).
    ListKeyVersions,
    /// Read a key's public half (`keys/get`).
    ReadKey,
    /// Create a key or version (`keys/create`).
    CreateKey,
    /// Enable or disable a version (`keys/update`).
    UpdateKey,
    /// Unwrap (`keys/unwrapKey`).
    Unwrap,
    /// Wrap (`keys/wrapKey`).
    Wrap,
    /// Sign (`keys/sign`).
    Sign,
    /// Delete a key (`keys/delete`).
    DeleteKey,
    /// Read or list deleted keys (`keys/get`, `keys/list`).
    ReadDeletedKey,
    /// Recover a deleted key (`keys/recover`).
    RecoverKey,
    /// Purge a deleted key (`keys/purge`).
    PurgeKey,
    /// Back a key up (`keys/backup`).
    BackupKey,
    /// Restore a key from a backup (`keys/restore`).
    RestoreKey,
    /// List secrets' or their versions' metadata (`secrets/list`).
    ListSecrets,
    /// Read a secret (`secrets/get`).
    ReadSecret,
    /// Set a secret or a new version of it (`secrets/set`).
    SetSecret,
    /// Enable or disable a secret's version (`secrets/set`).
    UpdateSecret,
    /// Delete a secret (`secrets/delete`).
    DeleteSecret,
    /// Read or list deleted secrets (`secrets/get`, `secrets/list`).
    ReadDeletedSecret,
    /// Recover a deleted secret (`secrets/recover`).
    RecoverSecret,
    /// Purge a deleted secret (`secrets/purge`).
    PurgeSecret,
    /// Look whether the vault answers.
    Probe,
}

impl Action {
    /// The data-plane right the vault asks for.
    pub fn right(self) -> &'static str {
        match self {
            Self::ListKeys | Self::ListKeyVersions | Self::Probe => "keys/list",
            Self::ReadKey | Self::ReadDeletedKey => "keys/get",
            Self::CreateKey => "keys/create",
            Self::UpdateKey => "keys/update",
            Self::Unwrap => "keys/unwrapKey",
            Self::Wrap => "keys/wrapKey",
            Self::Sign => "keys/sign",
            Self::DeleteKey => "keys/delete",
            Self::RecoverKey => "keys/recover",
            Self::PurgeKey => "keys/purge",
            Self::BackupKey => "keys/backup",
            Self::RestoreKey => "keys/restore",
            Self::ListSecrets => "secrets/list",
            Self::ReadSecret | Self::ReadDeletedSecret => "secrets/get",
            Self::SetSecret | Self::UpdateSecret => "secrets/set",
            Self::DeleteSecret => "secrets/delete",
            Self::RecoverSecret => "secrets/recover",
            Self::PurgeSecret => "secrets/purge",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ListKeys => "listing keys",
            Self::ListKeyVersions => "listing key versions",
            Self::ReadKey => "reading a key",
            Self::CreateKey => "creating a key version",
            Self::UpdateKey => "updating a key version",
            Self::Unwrap => "unwrapping",
            Self::Wrap => "wrapping",
            Self::Sign => "signing",
            Self::DeleteKey => "deleting a key",
            Self::ReadDeletedKey => "reading deleted keys",
            Self::RecoverKey => "recovering a key",
            Self::PurgeKey => "purging a key",
            Self::BackupKey => "backing up a key",
            Self::RestoreKey => "restoring a key",
            Self::ListSecrets => "listing secrets",
            Self::ReadSecret => "reading a secret",
            Self::SetSecret => "setting a secret",
            Self::UpdateSecret => "updating a secret version",
            Self::DeleteSecret => "deleting a secret",
            Self::ReadDeletedSecret => "reading deleted secrets",
            Self::RecoverSecret => "recovering a secret",
            Self::PurgeSecret => "purging a secret",
            Self::Probe => "probing the vault",
        })
    }
}

/// Why the vault forbids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForbiddenWhy {
    /// No role assignment grants the right.
    Role,
    /// No access policy grants the right.
    AccessPolicy,
    /// Purge protection, or the access policies: the vault gives one code for both, and the deleted object's
    /// [`Recovery`](crate::Recovery) tells which.
    PurgeProtection,
    /// The vault's firewall refuses this address.
    Firewall,
    /// The vault accepts only private connections.
    PrivateConnection,
    /// The vault gave no reason we know.
    Unstated,
}

impl fmt::Display for ForbiddenWhy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Role => "no role assignment of this identity grants it; ask for one",
            Self::AccessPolicy => "the vault's access policies do not grant it; ask for it",
            Self::PurgeProtection => {
                "purge protection forbids it before the scheduled date, or the access policies do not grant it; read the recovery level"
            }
            Self::Firewall => "the vault's firewall does not admit this address",
            Self::PrivateConnection => "the vault admits private connections only",
            Self::Unstated => "the vault gave no reason that is known here",
        })
    }
}

/// How the reply to a change was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LostReply {
    /// No reply within the time limit.
    TimedOut,
    /// The connection broke after the request was sent.
    Broken,
    /// The service reported a fault of its own with this status.
    ServerFault(u16),
    /// A reply came that cannot be read.
    Unreadable,
}

/// What a vault operation can fail with. Nothing here carries a body, a token or a key.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// The host is not one that may receive a token.
    #[error(
        "{host} is not a Key Vault host this custody trusts; nothing was sent. Check the address, or name the private suffix in the settings"
    )]
    UntrustedHost {
        /// The host as given, escaped.
        host: String,
    },
    /// Not the name of a vault object or version.
    #[error("not a name Key Vault accepts: 1 to 127 letters, digits and hyphens (versions: 32 hexadecimal digits)")]
    BadName,
    /// A setting cannot be used.
    #[error("the vault setting {setting} cannot be used")]
    BadSetting {
        /// The setting's name.
        setting: &'static str,
    },
    /// The host's name does not resolve.
    #[error("{host} does not resolve; check the address, the name server and the private DNS zone")]
    Dns {
        /// The host.
        host: String,
    },
    /// The TLS handshake failed: unknown authority, wrong name, old protocol.
    #[error("no trusted TLS connection to {host}; check the certificate authority and any proxy between")]
    Tls {
        /// The host.
        host: String,
    },
    /// No connection.
    #[error("{host} cannot be reached; check network, proxy and firewall")]
    Unreachable {
        /// The host.
        host: String,
    },
    /// A read got no answer in time.
    #[error("{action} got no answer in time")]
    TimedOut {
        /// What was asked.
        action: Action,
    },
    /// No token could be had.
    #[error("sign-in through {way} failed: {cause}")]
    SignIn {
        /// The way of signing in.
        way: SignInWay,
        /// What is wrong.
        cause: SignInCause,
    },
    /// The vault does not accept the token (401).
    #[error("the vault did not accept the sign-in for {action}; sign in again, in the vault's tenant")]
    Unauthorized {
        /// What was asked.
        action: Action,
    },
    /// The vault knows the caller and refuses (403).
    #[error("{action} is forbidden ({}): {why}", action.right())]
    Forbidden {
        /// What was asked.
        action: Action,
        /// Why.
        why: ForbiddenWhy,
    },
    /// No such key, version or secret.
    #[error("{action}: the vault has no such object")]
    NotFound {
        /// What was asked.
        action: Action,
    },
    /// The version is disabled, not yet valid, or expired for this use.
    #[error("{action}: this version is disabled; enable it, or use another")]
    Disabled {
        /// What was asked.
        action: Action,
    },
    /// The object is soft-deleted; its name stays blocked until it is purged.
    #[error("{action}: the object is deleted but recoverable; recover it, or wait for its purge")]
    Deleted {
        /// What was asked.
        action: Action,
    },
    /// The object is in a state that forbids the call now, such as being deleted or recovered.
    #[error("{action} conflicts with the object's present state; read it again")]
    Conflict {
        /// What was asked.
        action: Action,
    },
    /// The vault throttles and kept doing so.
    #[error("the vault throttles {action}; lower the budget or try later")]
    Throttled {
        /// What was asked.
        action: Action,
        /// How long the vault asked to wait.
        retry_after: Option<Duration>,
    },
    /// The vault does not understand or refuses the values (400).
    #[error("the vault refused the values for {action}")]
    BadRequest {
        /// What was asked.
        action: Action,
    },
    /// The service failed a read.
    #[error("the vault failed {action} with status {status}; try later")]
    ServerFault {
        /// What was asked.
        action: Action,
        /// The HTTP status.
        status: u16,
    },
    /// A read was answered with something that is not Key Vault's.
    #[error("the answer to {action} is not one Key Vault gives; check what stands between")]
    Unreadable {
        /// What was asked.
        action: Action,
    },
    /// A change was sent and its reply lost: it may or may not have happened. Never repeat it unseen.
    #[error("whether {action} happened is not known; read the vault before repeating it")]
    OutcomeUnknown {
        /// What was asked.
        action: Action,
        /// How the reply was lost.
        lost: LostReply,
    },
    /// A list went on beyond the limit.
    #[error("{action} gave more than {pages_max} pages")]
    TooMany {
        /// What was asked.
        action: Action,
        /// The limit.
        pages_max: usize,
    },
}
