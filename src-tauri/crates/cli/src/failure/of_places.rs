//! Errors of keychain, register, vault and data folder.

use keychain::{CreateError, KeychainError, PinError, UnlockError};
use local_custody::{OpenError, ProfileError, SecretsError};
use register::{AdminError, ConnectError, RegisterError};
use vault::VaultError;
use workplace::{CeremonyError, SignInError, WebhookFileError, WorkplaceError};

use super::Failure;

impl From<KeychainError> for Failure {
    fn from(error: KeychainError) -> Self {
        match error {
            KeychainError::Missing { .. } | KeychainError::Denied | KeychainError::Unsupported => {
                Self::of("keychain_unavailable", &error).could_not_tell()
            }
            KeychainError::Locked => Self::of("keychain_locked", &error).could_not_tell(),
            other => Self::of("keychain", &other).could_not_tell(),
        }
    }
}

impl From<UnlockError> for Failure {
    fn from(error: UnlockError) -> Self {
        match error {
            UnlockError::WrongPassphrase => Self::of("wrong_passphrase", &error),
            UnlockError::Keychain(error) => error.into(),
            UnlockError::NoDeviceKey => Self::of("no_device_key", &error),
            other => Self::of("device_key", &other),
        }
    }
}

impl From<CreateError> for Failure {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::Keychain(error) => error.into(),
            CreateError::Passphrase(_) => Self::of("passphrase_refused", &error)
                .hint("take several words that have nothing to do with each other"),
            other => Self::of("device_key", &other),
        }
    }
}

impl From<PinError> for Failure {
    fn from(error: PinError) -> Self {
        match error {
            PinError::Keychain(error) => error.into(),
            other => Self::of("ledger_broken", &other).hint("keep everything as it is and find out who changed it"),
        }
    }
}

impl From<RegisterError> for Failure {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::Refused(refusal) => refusal.into(),
            RegisterError::Unavailable(_) => Self::of("register_unreachable", &error).could_not_tell().hint(
                "check that its server runs and is reached from here; countersign ledger list shows what was done",
            ),
            RegisterError::Conflict(_) => Self::of("register_busy", &error).hint("nothing was changed: try again"),
            other => Self::of("register", &other),
        }
    }
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        let (code, hint) = match &error {
            ConnectError::Dns { .. } => ("register_name", "check the host's name"),
            ConnectError::TlsNeeded | ConnectError::Tls(_) => {
                ("register_tls", "the server must offer TLS with a certificate that is trusted here")
            }
            ConnectError::Authentication { .. } => ("register_sign_in", "check login and password"),
            ConnectError::NotAllowed { .. } => ("register_not_allowed", "the login lacks a role of this custody"),
            ConnectError::DatabaseMissing { .. } => ("register_missing", "check the database's name"),
            ConnectError::SchemaMissing { .. } => ("schema_missing", "countersign custody migrate --admin-url …"),
            ConnectError::SchemaNewer { .. } => ("schema_newer", "install a newer Countersign"),
            _ => ("register_unreachable", "check that the server runs and lets this computer in"),
        };
        Self::of(code, &error).could_not_tell().hint(hint)
    }
}

impl From<AdminError> for Failure {
    fn from(error: AdminError) -> Self {
        match error {
            AdminError::Connect(error) => error.into(),
            AdminError::NotAllowed => Self::of("not_allowed", &error),
            AdminError::LoginTaken { .. } => Self::of("login_taken", &error),
            other => Self::of("register", &other),
        }
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        match &error {
            VaultError::Dns { .. }
            | VaultError::Tls { .. }
            | VaultError::Unreachable { .. }
            | VaultError::TimedOut { .. } => Self::of("vault_unreachable", &error)
                .could_not_tell()
                .hint("check the vault's address, the network and its firewall"),
            VaultError::SignIn { .. } | VaultError::Unauthorized { .. } => {
                Self::of("vault_sign_in", &error).could_not_tell().hint("sign in with az login, or check the identity")
            }
            VaultError::Forbidden { .. } => Self::of("vault_forbidden", &error),
            VaultError::NotFound { .. } => Self::of("vault_not_found", &error).hint("countersign discover"),
            VaultError::Throttled { .. } => Self::of("vault_throttled", &error).hint("wait, and try again"),
            _ => Self::of("vault", &error),
        }
    }
}

impl From<ProfileError> for Failure {
    fn from(error: ProfileError) -> Self {
        let failure = Self::of("custody_profile", &error);
        match error {
            ProfileError::Production => {
                Self { code: "production".to_owned(), ..failure }.hint("countersign connect, for production")
            }
            ProfileError::Missing => Self { code: "nothing_here".to_owned(), ..failure }.could_not_tell(),
            ProfileError::WrongEnvironment { .. } => failure.hint("choose another folder with --home"),
            _ => failure,
        }
    }
}

impl From<WorkplaceError> for Failure {
    fn from(error: WorkplaceError) -> Self {
        match error {
            WorkplaceError::Keychain(error)
            | WorkplaceError::Local(OpenError::Secrets(SecretsError::Keychain(error))) => error.into(),
            WorkplaceError::Admin(error) => error.into(),
            WorkplaceError::Connect(error) => error.into(),
            WorkplaceError::Profile(error) | WorkplaceError::Local(OpenError::Profile(error)) => error.into(),
            WorkplaceError::Nothing { .. } => Self::of("nothing_here", &error)
                .could_not_tell()
                .hint("countersign open-local, countersign connect, or another folder with --home"),
            WorkplaceError::Taken { .. } => Self::of("folder_taken", &error),
            WorkplaceError::Folder { .. } => Self::of("folder", &error).could_not_tell(),
            other => Self::of("custody_does_not_open", &other).could_not_tell(),
        }
    }
}

impl From<SignInError> for Failure {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Session(error) => error.into(),
            SignInError::Keychain(error) => error.into(),
            SignInError::Connect(error) => error.into(),
            SignInError::Register(error) => error.into(),
            SignInError::Vault(error) => error.into(),
            SignInError::Workplace(error) => error.into(),
            SignInError::Ledger(error) => error.into(),
            SignInError::Pin(error) => error.into(),
            SignInError::OtherCustody | SignInError::NotPinned => Self::of("other_custody", &error),
            other => Self::of("sign_in", &other).could_not_tell(),
        }
    }
}

impl From<CeremonyError> for Failure {
    fn from(error: CeremonyError) -> Self {
        match error {
            CeremonyError::Key(error) => error.into(),
            CeremonyError::Unlock(error) => error.into(),
            CeremonyError::Keychain(error) => error.into(),
            CeremonyError::Admin(error) => error.into(),
            CeremonyError::Workplace(error) => error.into(),
            CeremonyError::Text(error) => error.into(),
            other => Self::of("founding", &other),
        }
    }
}

impl From<WebhookFileError> for Failure {
    fn from(error: WebhookFileError) -> Self {
        Self::of("webhook", &error).could_not_tell()
    }
}
