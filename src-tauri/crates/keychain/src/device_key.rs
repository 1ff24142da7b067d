//! Device keys: made once for each operator on a machine, kept wrapped, unlocked afresh for every seal.

use domain::{CustodyId, OperatorId};
use sha2::{Digest as _, Sha256};

use crate::derivation::{DerivationCost, DerivationError};
use crate::error::KeychainError;
use crate::item::{Item, ItemKind};
use crate::keychain::Keychain;
use crate::passphrase::{Passphrase, PassphraseFault};
use crate::secret::Secret;
use crate::seed::{RandomError, Seed};
use crate::wrapped::{UnwrapFault, WrapFault, WrappedDeviceKey};

/// LIMIT: bytes of a device's name.
const NAME_LEN_MAX: usize = 256;

/// What everybody may know of a device key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DevicePublic {
    /// The custody it signs in.
    pub custody: CustodyId,
    /// Whose it is.
    pub operator: OperatorId,
    /// What the person calls the device.
    pub name: String,
    /// The Ed25519 public key.
    pub public_key: [u8; 32],
}

impl DevicePublic {
    /// SHA-256 of the public key: the key id of signature blocks.
    #[must_use]
    pub fn key_id(&self) -> [u8; 32] {
        Sha256::digest(self.public_key).into()
    }
}

/// The device keys in the keychain: one for each operator of a custody.
pub enum DeviceKey {}

/// A device key was not made or its passphrase not changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CreateError {
    /// This operator has one here already; nothing was overwritten.
    #[error("this operator already has a device key in this keychain")]
    Exists,
    /// The passphrase is not good enough.
    #[error(transparent)]
    Passphrase(#[from] PassphraseFault),
    /// The device's name is too long.
    #[error("the device's name is longer than {NAME_LEN_MAX} bytes")]
    NameTooLong,
    /// The keychain.
    #[error(transparent)]
    Keychain(#[from] KeychainError),
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The key could not be wrapped.
    #[error("the device key could not be wrapped")]
    Wrap(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A device key was not unlocked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnlockError {
    /// The passphrase does not open it.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// This operator has no device key here.
    #[error("this operator has no device key in this keychain")]
    NoDeviceKey,
    /// It opened, but holds another key than it says.
    #[error("the device key in the keychain is not the one it says it is")]
    OtherKey,
    /// The stored parameters make no sense.
    #[error(transparent)]
    Parameters(#[from] DerivationError),
    /// The keychain.
    #[error(transparent)]
    Keychain(#[from] KeychainError),
}

impl DeviceKey {
    /// Makes a device key and stores it wrapped under `passphrase`. Never replaces one.
    ///
    /// # Errors
    /// [`CreateError`]; then nothing was stored.
    pub fn create(
        keychain: &Keychain,
        custody: CustodyId,
        operator: OperatorId,
        name: &str,
        passphrase: &Passphrase,
    ) -> Result<DevicePublic, CreateError> {
        Self::create_with_cost(keychain, custody, operator, name, passphrase, DerivationCost::DEFAULT)
    }

    pub(crate) fn create_with_cost(
        keychain: &Keychain,
        custody: CustodyId,
        operator: OperatorId,
        name: &str,
        passphrase: &Passphrase,
        cost: DerivationCost,
    ) -> Result<DevicePublic, CreateError> {
        passphrase.check(&[name])?;
        if name.len() > NAME_LEN_MAX {
            return Err(CreateError::NameTooLong);
        }
        let item = item(custody, operator);
        if keychain.get(&item)?.is_some() {
            return Err(CreateError::Exists);
        }
        let seed = Seed::generate()?;
        let public = DevicePublic { custody, operator, name: name.to_owned(), public_key: seed.public_key() };
        store(keychain, &seed, &public, passphrase, cost)?;
        Ok(public)
    }

    /// What the keychain says of an operator's device key, without unlocking it; for display, not to be trusted.
    ///
    /// # Errors
    /// [`KeychainError`].
    pub fn find(
        keychain: &Keychain,
        custody: CustodyId,
        operator: OperatorId,
    ) -> Result<Option<DevicePublic>, KeychainError> {
        Ok(load(keychain, custody, operator)?.map(|wrapped| wrapped.public(custody)))
    }

    /// Unlocks it. Every try costs the full work of the derivation, right or wrong.
    ///
    /// # Errors
    /// [`UnlockError`].
    pub fn unlock(
        keychain: &Keychain,
        custody: CustodyId,
        operator: OperatorId,
        passphrase: &Passphrase,
    ) -> Result<UnlockedDeviceKey, UnlockError> {
        let wrapped = load(keychain, custody, operator)?.ok_or(UnlockError::NoDeviceKey)?;
        let seed = wrapped.unwrap(custody, passphrase)?;
        Ok(UnlockedDeviceKey { seed, public: wrapped.public(custody) })
    }

    /// Wraps an unlocked key under another passphrase, at the default cost.
    ///
    /// # Errors
    /// [`CreateError`]; then the old passphrase still opens it.
    pub fn change_passphrase(
        keychain: &Keychain,
        unlocked: &UnlockedDeviceKey,
        passphrase: &Passphrase,
    ) -> Result<(), CreateError> {
        Self::wrap_again(keychain, unlocked, passphrase, DerivationCost::DEFAULT)
    }

    pub(crate) fn wrap_again(
        keychain: &Keychain,
        unlocked: &UnlockedDeviceKey,
        passphrase: &Passphrase,
        cost: DerivationCost,
    ) -> Result<(), CreateError> {
        passphrase.check(&[&unlocked.public.name])?;
        store(keychain, &unlocked.seed, &unlocked.public, passphrase, cost)
    }

    /// Removes it; says whether there was one. The operator can sign nothing here afterwards.
    ///
    /// # Errors
    /// [`KeychainError`].
    pub fn remove(keychain: &Keychain, custody: CustodyId, operator: OperatorId) -> Result<bool, KeychainError> {
        keychain.remove(&item(custody, operator))
    }
}

/// A device key that can sign. Keep it for one seal and the entry that carries it, then drop it: that wipes it.
/// There is no `Clone`, no `Debug` and no way to get the private half out.
pub struct UnlockedDeviceKey {
    seed: Seed,
    public: DevicePublic,
}

impl UnlockedDeviceKey {
    /// What everybody may know of it.
    #[must_use]
    pub const fn public(&self) -> &DevicePublic {
        &self.public
    }

    /// The Ed25519 public key.
    #[must_use]
    pub const fn public_key(&self) -> [u8; 32] {
        self.public.public_key
    }

    /// Ed25519 over `message`.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.seed.sign(message)
    }
}

fn item(custody: CustodyId, operator: OperatorId) -> Item {
    Item::new(custody, ItemKind::DeviceKey(operator))
}

fn load(
    keychain: &Keychain,
    custody: CustodyId,
    operator: OperatorId,
) -> Result<Option<WrappedDeviceKey>, KeychainError> {
    let item = item(custody, operator);
    let Some(stored) = keychain.get(&item)? else { return Ok(None) };
    // EXPOSE: reads the stored form, in which the seed is encrypted.
    let wrapped = stored.expose(|bytes| WrappedDeviceKey::decode(bytes, operator));
    wrapped.map(Some).ok_or_else(|| KeychainError::Damaged { item: item.name() })
}

fn store(
    keychain: &Keychain,
    seed: &Seed,
    public: &DevicePublic,
    passphrase: &Passphrase,
    cost: DerivationCost,
) -> Result<(), CreateError> {
    let wrapped = WrappedDeviceKey::wrap(seed, public, passphrase, cost)?;
    let bytes = wrapped.encode().map_err(|error| CreateError::Wrap(Box::new(error)))?;
    keychain.put(&item(public.custody, public.operator), &Secret::new(bytes))?;
    Ok(())
}

impl From<UnwrapFault> for UnlockError {
    fn from(fault: UnwrapFault) -> Self {
        match fault {
            UnwrapFault::Cost(error) => Self::Parameters(error),
            UnwrapFault::DoesNotOpen => Self::WrongPassphrase,
            UnwrapFault::OtherKey => Self::OtherKey,
        }
    }
}

impl From<WrapFault> for CreateError {
    fn from(fault: WrapFault) -> Self {
        match fault {
            WrapFault::Random(error) => Self::Random(error),
            other => Self::Wrap(Box::new(other)),
        }
    }
}
