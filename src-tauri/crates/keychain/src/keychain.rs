//! The door to the keychain.

use std::sync::Arc;

use crate::error::KeychainError;
use crate::item::Item;
use crate::secret::Secret;
use crate::store::Store;

/// LIMIT: bytes of one item. Keychains are made for passwords; some copy each item several times on its way.
pub const SECRET_LEN_MAX: usize = 8 * 1024;

/// How the keychain stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeychainStatus {
    /// Items can be read and written.
    Open,
    /// The person has to unlock it first.
    Locked,
    /// It has no default keyring; [`Keychain::ask_to_unlock`] offers to make one.
    WithoutDefaultKeyring,
}

/// The keychain of the person who runs this program. Cheap to clone: clones share one connection.
///
/// All its functions block; see the crate's page.
#[derive(Clone)]
pub struct Keychain {
    store: Arc<Store>,
}

impl Keychain {
    /// Opens the keychain of this session. `service` keeps programs apart: the product uses one name, each test its own.
    ///
    /// # Errors
    /// [`KeychainError::Missing`] when none is running, [`KeychainError::Denied`] when it is not ours to use.
    pub fn open(service: &str) -> Result<Self, KeychainError> {
        Store::connect(service, None).map(|store| Self { store: Arc::new(store) })
    }

    /// Opens the keychain behind another session bus than the environment's, by its D-Bus address.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_at(service: &str, bus_address: &str) -> Result<Self, KeychainError> {
        Store::connect(service, Some(bus_address)).map(|store| Self { store: Arc::new(store) })
    }

    /// How it stands. Never asks the person anything.
    ///
    /// # Errors
    /// [`KeychainError`] when it cannot be asked.
    pub fn status(&self) -> Result<KeychainStatus, KeychainError> {
        self.store.status()
    }

    /// Asks the person, in the keychain's own window, to unlock it or to make the default keyring. Waits for the answer.
    ///
    /// # Errors
    /// [`KeychainError::Locked`] when the person declines.
    pub fn ask_to_unlock(&self) -> Result<(), KeychainError> {
        self.store.ask_to_unlock()
    }

    /// Stores `secret` under `item`; what was there is replaced.
    ///
    /// # Errors
    /// [`KeychainError`].
    pub fn put(&self, item: &Item, secret: &Secret) -> Result<(), KeychainError> {
        // EXPOSE: the keychain's protocol encrypts the bytes for the connection.
        secret.expose(|bytes| {
            if bytes.len() > SECRET_LEN_MAX {
                return Err(KeychainError::TooLarge { actual: bytes.len() });
            }
            self.store.put(item, bytes)
        })
    }

    /// Reads what is stored under `item`.
    ///
    /// LIMIT: the library that speaks to the keychain keeps the encrypted message and a decrypted block in buffers it does
    /// not wipe; from here on the bytes are in a wiping type.
    ///
    /// # Errors
    /// [`KeychainError`].
    pub fn get(&self, item: &Item) -> Result<Option<Secret>, KeychainError> {
        self.store.get(item).map(|found| found.map(Secret::new))
    }

    /// Removes `item`; says whether it was there.
    ///
    /// # Errors
    /// [`KeychainError`].
    pub fn remove(&self, item: &Item) -> Result<bool, KeychainError> {
        self.store.remove(item)
    }
}
