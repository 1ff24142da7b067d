//! Linux: the Secret Service, spoken to over the session bus by GNOME Keyring, KWallet, KeePassXC and others.
//!
//! The `keyring` family of crates can only reach the bus of the process's environment; tests need a private one each, so this
//! speaks to the layer below them. No call here opens the keychain's prompt, except [`Store::ask_to_unlock`]: a prompt that
//! nobody sees would hang a console without a display.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use secret_service::EncryptionType;
use secret_service::blocking::{Collection, Item as StoredItem, SecretService};

use crate::error::{Absence, KeychainError};
use crate::item::Item;
use crate::keychain::KeychainStatus;

/// LIMIT: how long the keychain may take to answer one call; prompts are waited for separately and without a limit.
const CALL_TIME_MAX: Duration = Duration::from_secs(20);
const CONTENT_TYPE: &str = "application/octet-stream";
const DEFAULT_KEYRING_LABEL: &str = "Default keyring";

/// A connection to the Secret Service.
pub(crate) struct Store {
    service: String,
    bus_address: Option<String>,
    connection: Mutex<Option<SecretService<'static>>>,
}

impl Store {
    pub(crate) fn connect(service: &str, bus_address: Option<&str>) -> Result<Self, KeychainError> {
        let connection = connect(bus_address)?;
        Ok(Self {
            service: service.to_owned(),
            bus_address: bus_address.map(str::to_owned),
            connection: Mutex::new(Some(connection)),
        })
    }

    pub(crate) fn status(&self) -> Result<KeychainStatus, KeychainError> {
        self.call(|secrets| match secrets.get_default_collection() {
            Ok(keyring) if keyring.is_locked()? => Ok(KeychainStatus::Locked),
            Ok(_) => Ok(KeychainStatus::Open),
            Err(secret_service::Error::NoResult) => Ok(KeychainStatus::WithoutDefaultKeyring),
            Err(error) => Err(error.into()),
        })
    }

    pub(crate) fn ask_to_unlock(&self) -> Result<(), KeychainError> {
        self.call(|secrets| {
            let keyring = match secrets.get_default_collection() {
                Err(secret_service::Error::NoResult) => secrets.create_collection(DEFAULT_KEYRING_LABEL, "default")?,
                other => other?,
            };
            keyring.unlock()?;
            // A dismissed prompt is not an error to every keychain: only an unlocked keyring is an answer.
            if keyring.is_locked()? { Err(Fault::Keychain(KeychainError::Locked)) } else { Ok(()) }
        })
    }

    pub(crate) fn put(&self, item: &Item, secret: &[u8]) -> Result<(), KeychainError> {
        self.call(|secrets| {
            let keyring = open_keyring(secrets)?;
            let (custody, name) = (item.custody.to_string(), item.name());
            let attributes = attributes(&self.service, &custody, &name);
            keyring.create_item(&item.label(), attributes, secret, true, CONTENT_TYPE)?;
            Ok(())
        })
    }

    pub(crate) fn get(&self, item: &Item) -> Result<Option<Vec<u8>>, KeychainError> {
        self.call(|secrets| match self.find(secrets, item)? {
            Some(found) => Ok(Some(found.get_secret()?)),
            None => Ok(None),
        })
    }

    pub(crate) fn remove(&self, item: &Item) -> Result<bool, KeychainError> {
        self.call(|secrets| match self.find(secrets, item)? {
            Some(found) => found.delete().map(|()| true).map_err(Fault::from),
            None => Ok(false),
        })
    }

    fn find<'a>(&self, secrets: &'a SecretService<'a>, item: &Item) -> Result<Option<StoredItem<'a>>, Fault> {
        // A locked keyring answers searches with items it will not give, or with none: ask it first.
        open_keyring(secrets)?;
        let (custody, name) = (item.custody.to_string(), item.name());
        let found = secrets.search_items(attributes(&self.service, &custody, &name))?;
        if !found.locked.is_empty() {
            return Err(Fault::Keychain(KeychainError::Locked));
        }
        let count = found.unlocked.len();
        let mut items = found.unlocked.into_iter();
        match (items.next(), count) {
            (found, 0 | 1) => Ok(found),
            (_, found) => Err(Fault::Keychain(KeychainError::Ambiguous { item: name, found })),
        }
    }

    /// Calls, and once more on a new connection when the keychain was restarted since the last call.
    fn call<R>(&self, f: impl Fn(&SecretService<'_>) -> Result<R, Fault>) -> Result<R, KeychainError> {
        let mut connection = self.lock();
        if let Some(secrets) = connection.as_ref() {
            match f(secrets) {
                Err(fault) if fault.is_lost_connection() => *connection = None,
                other => return other.map_err(KeychainError::from),
            }
        }
        let secrets = connection.insert(connect(self.bus_address.as_deref())?);
        f(secrets).map_err(KeychainError::from)
    }

    fn lock(&self) -> MutexGuard<'_, Option<SecretService<'static>>> {
        // A panic elsewhere leaves the connection as usable as it was.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn connect(bus_address: Option<&str>) -> Result<SecretService<'static>, KeychainError> {
    let builder = match bus_address {
        Some(address) => zbus::blocking::connection::Builder::address(address),
        None => zbus::blocking::connection::Builder::session(),
    };
    let bus = builder.and_then(|builder| builder.method_timeout(CALL_TIME_MAX).build()).map_err(no_bus)?;
    SecretService::connect_with_existing(EncryptionType::Dh, bus).map_err(|error| Fault::from(error).into())
}

fn no_bus(error: zbus::Error) -> KeychainError {
    match classify(&error) {
        Kind::Denied => KeychainError::Denied,
        Kind::LostConnection | Kind::Missing => KeychainError::Missing { what: Absence::Bus },
        Kind::Locked | Kind::Other => KeychainError::Failed(Box::new(error)),
    }
}

fn open_keyring<'a>(secrets: &'a SecretService<'a>) -> Result<Collection<'a>, Fault> {
    match secrets.get_default_collection() {
        Ok(keyring) if keyring.is_locked()? => Err(Fault::Keychain(KeychainError::Locked)),
        Err(secret_service::Error::NoResult) => {
            Err(Fault::Keychain(KeychainError::Missing { what: Absence::DefaultKeyring }))
        }
        other => Ok(other?),
    }
}

fn attributes<'a>(service: &'a str, custody: &'a str, item: &'a str) -> HashMap<&'a str, &'a str> {
    HashMap::from([("service", service), ("custody", custody), ("item", item)])
}

/// A refusal of ours, or the library's.
enum Fault {
    Keychain(KeychainError),
    Library(secret_service::Error),
}

impl Fault {
    fn is_lost_connection(&self) -> bool {
        matches!(self, Self::Library(error) if kind(error) == Kind::LostConnection)
    }
}

impl From<secret_service::Error> for Fault {
    fn from(error: secret_service::Error) -> Self {
        Self::Library(error)
    }
}

impl From<Fault> for KeychainError {
    fn from(fault: Fault) -> Self {
        let error = match fault {
            Fault::Keychain(error) => return error,
            Fault::Library(error) => error,
        };
        match kind(&error) {
            Kind::Missing | Kind::LostConnection => Self::Missing { what: Absence::Service },
            Kind::Denied => Self::Denied,
            Kind::Locked => Self::Locked,
            Kind::Other => Self::Failed(Box::new(error)),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Missing,
    LostConnection,
    Denied,
    Locked,
    Other,
}

fn kind(error: &secret_service::Error) -> Kind {
    match error {
        secret_service::Error::Unavailable => Kind::Missing,
        secret_service::Error::Locked | secret_service::Error::Prompt => Kind::Locked,
        secret_service::Error::PromptDisconnected => Kind::LostConnection,
        secret_service::Error::Zbus(error) => classify(error),
        secret_service::Error::ZbusFdo(error) => classify_fdo(error),
        _ => Kind::Other,
    }
}

fn classify(error: &zbus::Error) -> Kind {
    match error {
        zbus::Error::MethodError(name, ..) => classify_name(name.as_str()),
        zbus::Error::FDO(error) => classify_fdo(error),
        zbus::Error::Handshake(_) => Kind::Denied,
        zbus::Error::Address(_) | zbus::Error::InterfaceNotFound => Kind::Missing,
        zbus::Error::InputOutput(error) | zbus::Error::Connection(error, _) => match error.kind() {
            std::io::ErrorKind::PermissionDenied => Kind::Denied,
            _ => Kind::LostConnection,
        },
        _ => Kind::Other,
    }
}

fn classify_fdo(error: &zbus::fdo::Error) -> Kind {
    use zbus::fdo::Error as Fdo;
    match error {
        Fdo::ZBus(error) => classify(error),
        Fdo::ServiceUnknown(_) | Fdo::NameHasNoOwner(_) | Fdo::SpawnServiceNotFound(_) => Kind::Missing,
        Fdo::AccessDenied(_) | Fdo::AuthFailed(_) => Kind::Denied,
        Fdo::Disconnected(_) | Fdo::UnknownObject(_) | Fdo::NoServer(_) => Kind::LostConnection,
        _ => Kind::Other,
    }
}

fn classify_name(name: &str) -> Kind {
    match name {
        "org.freedesktop.DBus.Error.ServiceUnknown"
        | "org.freedesktop.DBus.Error.NameHasNoOwner"
        | "org.freedesktop.DBus.Error.Spawn.ServiceNotFound" => Kind::Missing,
        "org.freedesktop.DBus.Error.AccessDenied" | "org.freedesktop.DBus.Error.AuthFailed" => Kind::Denied,
        "org.freedesktop.Secret.Error.IsLocked" => Kind::Locked,
        // The keychain was restarted: our session and the paths it gave us are gone.
        "org.freedesktop.Secret.Error.NoSession"
        | "org.freedesktop.Secret.Error.NoSuchObject"
        | "org.freedesktop.DBus.Error.UnknownObject"
        | "org.freedesktop.DBus.Error.UnknownMethod"
        | "org.freedesktop.DBus.Error.Disconnected"
        | "org.freedesktop.DBus.Error.NoReply" => Kind::LostConnection,
        _ => Kind::Other,
    }
}
