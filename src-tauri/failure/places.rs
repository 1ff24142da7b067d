//! Vault, register, the custody on this machine.

use ipc::{ConnectionProblem, FieldProblem, IpcError, RefusalReason, Thing};
use local_custody::{OpenError, ProfileError, SecretsError};
use register::{AdminError, ConnectError};
use vault::{ForbiddenWhy, VaultError};
use workplace::WorkplaceError;

use super::{Failure, chain};
use crate::views::moments::count32;

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        let near = || "the vault".to_owned();
        match error {
            VaultError::Dns { host } => Self::vault(host, ConnectionProblem::Dns),
            VaultError::Tls { host } => Self::vault(host, ConnectionProblem::Tls),
            VaultError::Unreachable { host } => Self::vault(host, ConnectionProblem::Unreachable),
            VaultError::UntrustedHost { .. } => Self::invalid("vaultUrl", FieldProblem::NotAVaultAddress),
            VaultError::TimedOut { .. } => Self::vault(near(), ConnectionProblem::TimedOut { after_s: 20 }),
            VaultError::SignIn { .. } | VaultError::Unauthorized { .. } => {
                Self::vault(near(), ConnectionProblem::Authentication)
            }
            VaultError::Forbidden { why: ForbiddenWhy::Firewall | ForbiddenWhy::PrivateConnection, .. } => {
                Self::vault(near(), ConnectionProblem::Unreachable)
            }
            VaultError::Forbidden { .. } => Self::vault(near(), ConnectionProblem::Forbidden),
            VaultError::NotFound { .. } => Self::not_found(Thing::KeyVersion),
            VaultError::Throttled { retry_after, .. } => {
                Self(IpcError::Throttled { retry_after_s: retry_after.map_or(10, |wait| count32(wait.as_secs())) })
            }
            VaultError::BadName => Self::invalid("name", FieldProblem::NotAName),
            VaultError::Conflict { .. } | VaultError::Deleted { .. } => Self::invalid("name", FieldProblem::Taken),
            other => Self::internal(other),
        }
    }
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        let version = |found: i64| u32::try_from(found).unwrap_or(0);
        let problem = match &error {
            ConnectError::Dns { .. } => ConnectionProblem::Dns,
            ConnectError::Refused { .. } | ConnectError::Busy(_) => ConnectionProblem::Unreachable,
            ConnectError::TimedOut { .. } => ConnectionProblem::TimedOut { after_s: 15 },
            ConnectError::TlsNeeded | ConnectError::Tls(_) => ConnectionProblem::Tls,
            ConnectError::Authentication { .. } => ConnectionProblem::Authentication,
            ConnectError::NotAllowed { .. } => ConnectionProblem::Forbidden,
            ConnectError::DatabaseMissing { .. } | ConnectError::SchemaMissing { found: None, .. } => {
                ConnectionProblem::SchemaMissing
            }
            ConnectError::SchemaMissing { found: Some(found), wanted }
            | ConnectError::SchemaNewer { found, wanted } => {
                ConnectionProblem::SchemaVersion { found: version(found.0), needed: version(wanted.0) }
            }
            _ => return Self::internal(chain(&error)),
        };
        Self::register(problem)
    }
}

impl From<AdminError> for Failure {
    fn from(error: AdminError) -> Self {
        match error {
            AdminError::Connect(error) => error.into(),
            AdminError::NotAllowed => Self::register(ConnectionProblem::Forbidden),
            AdminError::LoginTaken { .. } => Self::invalid("login", FieldProblem::Taken),
            other => Self::internal(chain(&other)),
        }
    }
}

impl From<WorkplaceError> for Failure {
    fn from(error: WorkplaceError) -> Self {
        match error {
            WorkplaceError::Keychain(error) => error.into(),
            WorkplaceError::Admin(error) => error.into(),
            WorkplaceError::Connect(error) => error.into(),
            WorkplaceError::Profile(error) | WorkplaceError::Local(OpenError::Profile(error)) => error.into(),
            WorkplaceError::Local(OpenError::Secrets(SecretsError::Keychain(error))) => error.into(),
            WorkplaceError::Taken { .. } => Self::invalid("name", FieldProblem::Taken),
            WorkplaceError::Nothing { .. } => Self::not_found(Thing::Custody),
            other => Self::internal(chain(&other)),
        }
    }
}

impl From<ProfileError> for Failure {
    fn from(error: ProfileError) -> Self {
        match error {
            ProfileError::Production => Self::invalid("environment", FieldProblem::OutOfRange),
            ProfileError::Name => Self::invalid("name", FieldProblem::Empty),
            ProfileError::Text(error) => error.into(),
            ProfileError::WrongEnvironment { found, .. } => {
                Self::refused(RefusalReason::OtherEnvironment { belongs_to: crate::views::people::environment(found) })
            }
            ProfileError::Missing => Self::not_found(Thing::Custody),
            other => Self::internal(chain(&other)),
        }
    }
}
