//! The founding ceremony: two people, two devices, one entry that both sign. Everything later is trusted because of it.

use std::sync::Arc;

use domain::{OperatorId, Role, Timestamp};
use keychain::{Keychain, PinError, Pins};
use ledger::{Signer, key_id};
use register::{Receipt, Register, RegisterError};

use crate::author::{Act, CustodyIdentity, write_entry};

/// One of the two.
#[derive(Clone)]
pub struct Founder {
    /// Their id from now on.
    pub operator: OperatorId,
    /// Stable name of the human outside of Countersign: an object id or an address.
    pub person: String,
    /// Name on screen.
    pub name: String,
    /// Login at the register.
    pub login: String,
    /// Roles.
    pub roles: Vec<Role>,
    /// Name of the device.
    pub device_name: String,
    /// Its key, unlocked for this one signature.
    pub device: Arc<dyn Signer + Send + Sync>,
}

/// What is founded.
#[derive(Debug, Clone)]
pub struct Founding {
    /// Id and environment.
    pub custody: CustodyIdentity,
    /// Its name.
    pub name: String,
    /// Host of its vault.
    pub vault_host: String,
}

/// Why there was no founding.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FoundingError {
    /// The register refused or does not answer.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// The founding entry could not be remembered on this computer.
    #[error("the custody was founded, but this computer's keychain could not remember it: {0}")]
    Pin(#[from] PinError),
}

/// Writes entry 1. `register` is connected as whoever migrated: nobody else may found.
///
/// # Errors
/// See [`FoundingError`].
pub async fn found(
    register: &Register,
    founding: &Founding,
    first: &Founder,
    second: &Founder,
) -> Result<Receipt, FoundingError> {
    let now: Timestamp = register.clock().await?;
    let act = Act::new("custody.founded", "custody", founding.custody.id)
        .with("name", &founding.name)
        .with("vault_host", &founding.vault_host);
    let act = describe(describe(act, "a", first), "b", second);
    let entry =
        write_entry(&founding.custody, first.operator, act, now, &[first.device.as_ref(), second.device.as_ref()]);
    Ok(register.found(entry.as_act()).await?)
}

/// Remembers on this computer which founding entry the custody began with. Without it nothing is ever executed here.
///
/// # Errors
/// [`PinError`] when another founding is pinned, or the keychain can't be written.
pub fn pin(keychain: &Keychain, custody: &CustodyIdentity, founding: [u8; 32]) -> Result<(), PinError> {
    Pins::new(keychain, custody.id).pin_founding(founding)
}

fn describe(act: Act, seat: &str, founder: &Founder) -> Act {
    let public_key = founder.device.public_key();
    let roles: Vec<&str> = founder.roles.iter().map(|role| role.word()).collect();
    act.with(format!("{seat}.operator"), founder.operator)
        .with(format!("{seat}.person"), &founder.person)
        .with(format!("{seat}.name"), &founder.name)
        .with(format!("{seat}.login"), &founder.login)
        .with(format!("{seat}.roles"), roles.join(","))
        .with(format!("{seat}.device"), hex::encode(key_id(&public_key)))
        .with(format!("{seat}.device_name"), &founder.device_name)
        .with(format!("{seat}.public_key"), hex::encode(public_key))
}
