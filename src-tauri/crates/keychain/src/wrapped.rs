//! A device key as it lies in the keychain. Format and vector: `docs/formats/wrapped-device-key.md`.

use aes_gcm::aead::AeadInPlace as _;
use aes_gcm::{Aes256Gcm, KeyInit as _};
use domain::{CustodyId, OperatorId};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::derivation::{DerivationCost, DerivationError, SALT_LEN, derive_wrapping_key};
use crate::device_key::DevicePublic;
use crate::passphrase::Passphrase;
use crate::seed::{RandomError, SEED_LEN, Seed, fill_random};

const FORMAT: &str = "countersign/device-key/v1";
const NONCE_LEN: usize = 12;
const TAG_LEN: usize = 16;

/// The stored form. Nothing in it is secret by itself; the seed is under a key that only the passphrase gives.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrappedDeviceKey {
    format: String,
    operator: OperatorId,
    name: String,
    #[serde(with = "hex_array")]
    public_key: [u8; 32],
    argon2id: DerivationCost,
    #[serde(with = "hex_array")]
    salt: [u8; SALT_LEN],
    #[serde(with = "hex_array")]
    nonce: [u8; NONCE_LEN],
    /// AES-256-GCM ciphertext and tag of the seed.
    #[serde(with = "hex_array")]
    sealed: [u8; SEED_LEN + TAG_LEN],
}

/// Why a seed did not come out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum UnwrapFault {
    /// The parameters make no sense.
    Cost(DerivationError),
    /// It does not open: the passphrase, or an item that was changed or moved here. Which one cannot be known.
    DoesNotOpen,
    /// It opened, but is not the key it says it is.
    OtherKey,
}

/// Why a seed could not be wrapped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WrapFault {
    #[error(transparent)]
    Random(#[from] RandomError),
    #[error(transparent)]
    Cost(#[from] DerivationError),
    #[error("encryption failed")]
    Cipher,
}

impl WrappedDeviceKey {
    pub(crate) fn wrap(
        seed: &Seed,
        public: &DevicePublic,
        passphrase: &Passphrase,
        cost: DerivationCost,
    ) -> Result<Self, WrapFault> {
        let (mut salt, mut nonce) = ([0; SALT_LEN], [0; NONCE_LEN]);
        fill_random(&mut salt)?;
        fill_random(&mut nonce)?;
        let mut wrapped = Self {
            format: FORMAT.to_owned(),
            operator: public.operator,
            name: public.name.clone(),
            public_key: public.public_key,
            argon2id: cost,
            salt,
            nonce,
            sealed: [0; SEED_LEN + TAG_LEN],
        };
        wrapped.seal(seed, public.custody, passphrase)?;
        Ok(wrapped)
    }

    fn seal(&mut self, seed: &Seed, custody: CustodyId, passphrase: &Passphrase) -> Result<(), WrapFault> {
        let key = derive_wrapping_key(passphrase, &self.salt, self.argon2id)?;
        let associated = self.associated_data(custody);
        let (body, tag) = self.sealed.split_at_mut(SEED_LEN);
        // EXPOSE: encrypted where it will stay, under the key that the passphrase gives.
        seed.expose(|seed| body.copy_from_slice(seed));
        let made = Aes256Gcm::new((&*key).into())
            .encrypt_in_place_detached((&self.nonce).into(), &associated, body)
            .map_err(|_opaque| WrapFault::Cipher)?;
        tag.copy_from_slice(&made);
        Ok(())
    }

    pub(crate) fn unwrap(&self, custody: CustodyId, passphrase: &Passphrase) -> Result<Seed, UnwrapFault> {
        let key = derive_wrapping_key(passphrase, &self.salt, self.argon2id).map_err(UnwrapFault::Cost)?;
        let (body, tag) = self.sealed.split_at(SEED_LEN);
        let mut body = Zeroizing::new(body.to_vec());
        Aes256Gcm::new((&*key).into())
            .decrypt_in_place_detached((&self.nonce).into(), &self.associated_data(custody), &mut body, tag.into())
            .map_err(|_opaque| UnwrapFault::DoesNotOpen)?;
        let seed = Seed::from_unwrapped(&body).ok_or(UnwrapFault::OtherKey)?;
        if seed.public_key() == self.public_key { Ok(seed) } else { Err(UnwrapFault::OtherKey) }
    }

    /// What it says in the clear; trusted only once [`Self::unwrap`] has opened it.
    pub(crate) fn public(&self, custody: CustodyId) -> DevicePublic {
        DevicePublic { custody, operator: self.operator, name: self.name.clone(), public_key: self.public_key }
    }

    pub(crate) fn encode(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    /// `None` when these bytes are no device key of that operator in a known format.
    pub(crate) fn decode(bytes: &[u8], operator: OperatorId) -> Option<Self> {
        let wrapped: Self = serde_json::from_slice(bytes).ok()?;
        (wrapped.format == FORMAT && wrapped.operator == operator).then_some(wrapped)
    }

    /// Binds the seed to its place and to everything beside it: an item that is copied to another custody or operator,
    /// or whose name, key or parameters are changed, does not open.
    fn associated_data(&self, custody: CustodyId) -> Vec<u8> {
        let DerivationCost { memory_kib, passes, lanes } = self.argon2id;
        let fields: [&[u8]; 10] = [
            FORMAT.as_bytes(),
            custody.0.as_bytes(),
            self.operator.0.as_bytes(),
            self.name.as_bytes(),
            &self.public_key,
            b"argon2id",
            &memory_kib.to_be_bytes(),
            &passes.to_be_bytes(),
            &lanes.to_be_bytes(),
            &self.salt,
        ];
        let mut data = Vec::new();
        for field in fields {
            // A name is the only field without a fixed length, and it fits an item of the keychain.
            data.extend_from_slice(&u32::try_from(field.len()).unwrap_or(u32::MAX).to_be_bytes());
            data.extend_from_slice(field);
        }
        data
    }
}

/// Arrays of bytes as hexadecimal text.
mod hex_array {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer, const N: usize>(bytes: &[u8; N], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hex::encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(from: D) -> Result<[u8; N], D::Error> {
        let text = String::deserialize(from)?;
        let mut bytes = [0; N];
        hex::decode_to_slice(text, &mut bytes).map_err(D::Error::custom)?;
        Ok(bytes)
    }
}

#[cfg(test)]
#[path = "wrapped/tests.rs"]
mod tests;
