//! Sessions: a device key certifies a key that lives in memory only and signs the ordinary acts of a day. Seals are never signed
//! by it: for each of them the device key is unlocked afresh.

use std::sync::Arc;
use std::time::Duration;

use domain::{OperatorId, Role, Timestamp};
use keychain::{DeviceKey, Keychain, Passphrase, RandomError, SessionKey, UnlockError, UnlockedDeviceKey};
use ledger::{PublicKey, Signature, Signer};
use register::{OperatorRow, Register, RegisterError};

use crate::author::{Act, Author, CustodyIdentity};

/// Longest session; the register refuses a longer one.
pub const SESSION_HOURS_MAX: u64 = 12;

/// Why there is no session.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The device key could not be unlocked.
    #[error(transparent)]
    Unlock(#[from] UnlockError),
    /// The operating system has no random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The register refused it or does not answer.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// Whoever only reads has no entry by which the register would refuse a device that is out of trust.
    #[error("this device is out of trust: people show says since when")]
    Device,
    /// The task that unlocks was stopped.
    #[error("unlocking was interrupted")]
    Interrupted,
}

/// An operator at work.
#[derive(Clone)]
pub struct Session {
    /// Signs their ordinary acts.
    pub author: Author,
    /// Id of the device key that certified it.
    pub device: [u8; 32],
    /// When it ends, whatever happens.
    pub ends_at: Timestamp,
    /// Whether its beginning and its end are entries.
    on_record: bool,
}

struct Device(UnlockedDeviceKey);

impl Signer for Device {
    fn public_key(&self) -> PublicKey {
        self.0.public_key()
    }

    fn sign(&self, message: &[u8]) -> Signature {
        self.0.sign(message)
    }
}

struct InMemory(SessionKey);

impl Signer for InMemory {
    fn public_key(&self) -> PublicKey {
        self.0.public_key()
    }

    fn sign(&self, message: &[u8]) -> Signature {
        self.0.sign(message)
    }
}

/// Unlocks a device key for one signature: a founding, a session, or a seal. Drop it right after.
///
/// # Errors
/// [`SessionError::Unlock`] for a wrong passphrase, a missing key or keychain.
pub async fn unlock(
    keychain: &Keychain,
    custody: &CustodyIdentity,
    operator: OperatorId,
    passphrase: Passphrase,
) -> Result<Arc<dyn Signer + Send + Sync>, SessionError> {
    let (keychain, custody) = (keychain.clone(), custody.id);
    // Deriving the key takes a second of one core on purpose, and the keychain is reached through blocking calls.
    let unlocked = tokio::task::spawn_blocking(move || DeviceKey::unlock(&keychain, custody, operator, &passphrase));
    let unlocked = unlocked.await.map_err(|_stopped| SessionError::Interrupted)??;
    Ok(Arc::new(Device(unlocked)))
}

/// The pen of an operator whose device key is unlocked for one seal.
#[must_use]
pub fn sealing_author(
    custody: &CustodyIdentity,
    operator: OperatorId,
    device: Arc<dyn Signer + Send + Sync>,
) -> Author {
    Author::new(custody.clone(), operator, device)
}

/// Whether they are an auditor, who holds no other role.
fn only_reads(row: &OperatorRow) -> bool {
    !row.roles.is_empty() && row.roles.iter().all(|held| held.role == Role::Auditor)
}

impl Session {
    /// Opens a session: one entry, signed by the device key. An auditor's login can't write at all: for them it is on no record, and
    /// their session key signs nothing that anybody takes.
    ///
    /// # Errors
    /// [`SessionError::Register`] when the register refuses it, for instance because the operator was suspended.
    pub async fn open(
        register: &Register,
        custody: &CustodyIdentity,
        operator: OperatorId,
        device: Arc<dyn Signer + Send + Sync>,
    ) -> Result<Self, SessionError> {
        let key = InMemory(SessionKey::generate()?);
        let public_key = key.public_key();
        let now = register.clock().await?;
        let ends_at = now.plus(Duration::from_secs(SESSION_HOURS_MAX * 3600));
        let certifier = sealing_author(custody, operator, device);
        let device = certifier.key_id();
        if let Some(reader) = register.operators().await?.into_iter().find(|row| row.id == operator && only_reads(row))
        {
            let is_trusted = reader.devices.iter().any(|known| known.active && known.key_id == device);
            let author = Author::new(custody.clone(), operator, Arc::new(key));
            return if is_trusted {
                Ok(Self { author, device, ends_at, on_record: false })
            } else {
                Err(SessionError::Device)
            };
        }
        let act = Act::new("session.opened", "session", hex::encode(ledger::key_id(&public_key)))
            .with("public_key", hex::encode(public_key))
            .with("expires_at", ends_at.micros());
        register.open_session(certifier.write(act, now).as_act()).await?;
        let author = Author::new(custody.clone(), operator, Arc::new(key));
        Ok(Self { author, device, ends_at, on_record: true })
    }

    /// Closes it. The session key is wiped with the last copy of this session.
    ///
    /// # Errors
    /// [`SessionError::Register`] when the register can't note it; the session then ends by its own clock.
    pub async fn close(self, register: &Register) -> Result<(), SessionError> {
        if !self.on_record {
            return Ok(());
        }
        let act = Act::new("session.closed", "session", hex::encode(self.author.key_id()));
        let entry = self.author.write(act, register.clock().await?);
        register.close_session(entry.as_act()).await?;
        Ok(())
    }
}
