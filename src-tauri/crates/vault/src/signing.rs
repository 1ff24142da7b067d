use azure_security_keyvault_keys::models::{CurveName, KeyClientSignOptions, SignParameters, SignatureAlgorithm};

use crate::budget::CallCost;
use crate::call::Call;
use crate::classify::Effect;
use crate::error::{Action, VaultError};
use crate::key_answers::object_of;
use crate::name::{ObjectName, VersionId};
use crate::vault::Vault;

/// The public half of a P-256 key that signs, in the version that would sign now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKey {
    /// Its name.
    pub name: ObjectName,
    /// This version.
    pub version: VersionId,
    /// The point's coordinates, big-endian.
    pub point: ([u8; 32], [u8; 32]),
}

impl Vault {
    /// The newest version of a key, if it is one on P-256.
    ///
    /// # Errors
    /// [`VaultError::BadRequest`] for a key of another kind: only ES256 is asked for here.
    pub async fn signing_key(&self, name: &ObjectName) -> Result<SigningKey, VaultError> {
        let call = Call { action: Action::ReadKey, cost: CallCost::KEY_READ };
        let answer =
            self.read(call, || async { self.inner().keys.get_key(name.as_str(), None).await?.into_model() }).await?;
        let unreadable = || self.unreadable(call.action, Effect::Reads);
        let jwk = answer.key.ok_or_else(unreadable)?;
        let (found, version) =
            jwk.kid.as_deref().and_then(|kid| object_of(kid, "keys", self.address())).ok_or_else(unreadable)?;
        if jwk.crv != Some(CurveName::P256) {
            return Err(VaultError::BadRequest { action: Action::Sign });
        }
        let coordinate = |bytes: Option<Vec<u8>>| bytes.and_then(|bytes| padded(&bytes)).ok_or_else(unreadable);
        let point = (coordinate(jwk.x)?, coordinate(jwk.y)?);
        let version = version.filter(|_| found == *name).ok_or_else(unreadable)?;
        Ok(SigningKey { name: found, version, point })
    }

    /// Signs a SHA-256 digest with ES256: r and s, 32 bytes each.
    ///
    /// # Errors
    /// [`VaultError::Disabled`] when the version is; [`VaultError::Forbidden`] without the right `keys/sign`.
    pub async fn sign_es256(
        &self,
        name: &ObjectName,
        version: &VersionId,
        digest: &[u8; 32],
    ) -> Result<[u8; 64], VaultError> {
        let call = Call { action: Action::Sign, cost: CallCost::KEY_READ };
        let answer = self
            .read(call, || async {
                let parameters =
                    SignParameters { algorithm: Some(SignatureAlgorithm::Es256), value: Some(digest.to_vec()) };
                let options =
                    KeyClientSignOptions { key_version: Some(version.as_str().to_owned()), ..Default::default() };
                self.inner().keys.sign(name.as_str(), parameters.try_into()?, Some(options)).await?.into_model()
            })
            .await?;
        let unreadable = || self.unreadable(call.action, Effect::Reads);
        let (signature, kid) = answer.result.zip(answer.kid).ok_or_else(unreadable)?;
        self.check_key_used(&kid, name, version, call.action)?;
        <[u8; 64]>::try_from(signature.as_slice()).map_err(|_length| unreadable())
    }
}

/// A number of 32 bytes; the vault may leave zeros out at the front.
fn padded(bytes: &[u8]) -> Option<[u8; 32]> {
    let mut whole = [0; 32];
    let start = whole.len().checked_sub(bytes.len())?;
    whole.get_mut(start..)?.copy_from_slice(bytes);
    Some(whole)
}
