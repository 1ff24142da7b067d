//! The operating system's keychain, and what Countersign keeps in it: device keys, pins and passwords.
//!
//! Linux's Secret Service does not keep programs of one user apart: whatever runs as that user reads every item. A device
//! key is therefore stored wrapped under a passphrase (`docs/formats/wrapped-device-key.md`), and no item alone is enough to
//! sign anything. Nothing of this crate is ever written to a file.
//!
//! **Every function that takes a [`Keychain`] blocks**, and so does everything that derives a key from a passphrase: in
//! asynchronous code, call them from `spawn_blocking`. Called elsewhere they hold up the thread but never panic.

mod derivation;
mod device_key;
mod error;
mod item;
mod keychain;
mod passphrase;
mod pins;
mod secret;
mod seed;
mod session_key;
#[cfg(target_os = "linux")]
#[path = "store/secret_service.rs"]
mod store;
#[cfg(not(target_os = "linux"))]
#[path = "store/unsupported.rs"]
mod store;
#[cfg(feature = "testing")]
pub mod testing;
mod wrapped;

pub use derivation::{DerivationCost, DerivationError};
pub use device_key::{CreateError, DeviceKey, DevicePublic, UnlockError, UnlockedDeviceKey};
pub use error::{Absence, KeychainError};
pub use item::{Item, ItemKind};
pub use keychain::{Keychain, KeychainStatus, SECRET_LEN_MAX};
pub use passphrase::{PASSPHRASE_CHARS_MAX, PASSPHRASE_CHARS_MIN, Passphrase, PassphraseFault};
pub use pins::{LedgerHead, LedgerTree, PinError, Pins};
pub use secret::Secret;
pub use seed::RandomError;
pub use session_key::SessionKey;
