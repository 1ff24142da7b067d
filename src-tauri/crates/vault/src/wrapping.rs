use azure_core::Bytes;
use azure_core::http::{ClientMethodOptions, Context};
use azure_security_keyvault_keys::models::{
    EncryptionAlgorithm, KeyClientUnwrapKeyOptions, KeyClientWrapKeyOptions, KeyOperationParameters,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::budget::CallCost;
use crate::call::Call;
use crate::classify::Effect;
use crate::error::{Action, VaultError};
use crate::key::RsaBits;
use crate::key_answers::object_of;
use crate::name::{ObjectName, VersionId};
use crate::secret_answer::SecretAnswer;
use crate::vault::Vault;

/// How a key is wrapped, by the vault's own names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum WrapAlgorithm {
    /// RSA-OAEP with SHA-256 for the hash and for MGF1.
    #[default]
    RsaOaep256,
    /// RSA-OAEP with SHA-1, for what was wrapped before.
    RsaOaep,
}

impl WrapAlgorithm {
    /// The vault's name of it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RsaOaep256 => "RSA-OAEP-256",
            Self::RsaOaep => "RSA-OAEP",
        }
    }

    fn for_vault(self) -> EncryptionAlgorithm {
        match self {
            Self::RsaOaep256 => EncryptionAlgorithm::RsaOaep256,
            Self::RsaOaep => EncryptionAlgorithm::RsaOaep,
        }
    }
}

impl Vault {
    /// Unwraps with one version of a key. The plaintext is wiped when dropped.
    ///
    /// # Errors
    /// [`VaultError::Disabled`] when the version is; [`VaultError::BadRequest`] when it did not wrap this value.
    pub async fn unwrap(
        &self,
        name: &ObjectName,
        version: &VersionId,
        algorithm: WrapAlgorithm,
        wrapped: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let call = Call {
            action: Action::Unwrap,
            // A wrapped value is as long as the modulus: that is how the size is known without asking.
            cost: RsaBits::from_wrapped_len(wrapped.len()).map_or(CallCost::KEY_READ, CallCost::Key),
        };
        let (plaintext, kid) = self
            .read(call, || async {
                let parameters = KeyOperationParameters {
                    algorithm: Some(algorithm.for_vault()),
                    value: Some(wrapped.to_vec()),
                    ..Default::default()
                };
                let answer = SecretAnswer::default();
                let options = KeyClientUnwrapKeyOptions { method_options: method_options(&answer) };
                self.inner()
                    .keys
                    .unwrap_key(name.as_str(), version.as_str(), parameters.try_into()?, Some(options))
                    .await?;
                Ok(answer.take())
            })
            .await?
            .ok_or_else(|| self.unreadable(call.action, Effect::Reads))?;
        self.check_key_used(&kid, name, version, call.action)?;
        Ok(plaintext)
    }

    /// Wraps in the vault. Countersign wraps locally with the public half; this is for canaries and comparisons.
    ///
    /// # Errors
    /// [`VaultError::Disabled`] when the version is.
    pub async fn wrap(
        &self,
        name: &ObjectName,
        version: &VersionId,
        algorithm: WrapAlgorithm,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        let call = Call { action: Action::Wrap, cost: CallCost::KEY_READ };
        let body = wrap_body(algorithm, plaintext);
        let answer = self
            .read(call, || async {
                let options =
                    KeyClientWrapKeyOptions { key_version: Some(version.as_str().to_owned()), ..Default::default() };
                let answer = self.inner().keys.wrap_key(name.as_str(), body.clone().into(), Some(options)).await?;
                answer.into_model()
            })
            .await?;
        let (wrapped, kid) =
            answer.result.zip(answer.kid).ok_or_else(|| self.unreadable(call.action, Effect::Reads))?;
        self.check_key_used(&kid, name, version, call.action)?;
        Ok(wrapped)
    }

    pub(crate) fn check_key_used(
        &self,
        kid: &str,
        name: &ObjectName,
        version: &VersionId,
        action: Action,
    ) -> Result<(), VaultError> {
        match object_of(kid, "keys", self.address()) {
            Some((used, Some(used_version))) if used == *name && used_version == *version => Ok(()),
            _ => Err(self.unreadable(action, Effect::Reads)),
        }
    }
}

/// Options that lead the answer's body past the SDK.
pub(crate) fn method_options(answer: &SecretAnswer) -> ClientMethodOptions<'static> {
    ClientMethodOptions { context: Context::new().with_value(answer.clone()) }
}

/// A request body that is wiped when its last user lets go of it; the SDK's own models are not.
pub(crate) fn wiping_body(json: Zeroizing<Vec<u8>>) -> Bytes {
    Bytes::from_owner(json)
}

fn wrap_body(algorithm: WrapAlgorithm, plaintext: &[u8]) -> Bytes {
    let value = Zeroizing::new(URL_SAFE_NO_PAD.encode(plaintext));
    let parts = [r#"{"alg":""#, algorithm.name(), r#"","value":""#, value.as_str(), r#""}"#];
    let mut json = Zeroizing::new(Vec::with_capacity(parts.iter().map(|part| part.len()).sum()));
    for part in parts {
        json.extend_from_slice(part.as_bytes());
    }
    wiping_body(json)
}
