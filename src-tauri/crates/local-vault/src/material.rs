//! Key material and what is done with it. All cryptography is AWS-LC's.
//!
//! Keys are parsed once, on first use, and kept: an unwrap then costs the private operation alone.

use crate::encoding::b64;
use crate::refusal::Refusal;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{
    KeyPair as RsaKeyPair, KeySize, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm,
    OaepPrivateDecryptingKey, OaepPublicEncryptingKey, PrivateDecryptingKey,
};
use aws_lc_rs::signature::{self, EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::sync::OnceLock;
use zeroize::Zeroizing;

/// An elliptic curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    pub(crate) fn find(name: &str) -> Option<Self> {
        match name {
            "P-256" => Some(Self::P256),
            "P-384" => Some(Self::P384),
            "P-521" => Some(Self::P521),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    pub(crate) fn signing(self) -> &'static EcdsaSigningAlgorithm {
        match self {
            Self::P256 => &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
            Self::P384 => &signature::ECDSA_P384_SHA384_FIXED_SIGNING,
            Self::P521 => &signature::ECDSA_P521_SHA512_FIXED_SIGNING,
        }
    }
}

/// The type of a key. `hsm` is a label that the caller asked for: nothing here has an HSM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyType {
    Rsa { bits: u16, hsm: bool },
    Ec { curve: Curve, hsm: bool },
}

impl KeyType {
    pub(crate) const fn is_hsm(self) -> bool {
        match self {
            Self::Rsa { hsm, .. } | Self::Ec { hsm, .. } => hsm,
        }
    }

    pub(crate) const fn rsa_bits(self) -> Option<u16> {
        match self {
            Self::Rsa { bits, .. } => Some(bits),
            Self::Ec { .. } => None,
        }
    }

    const fn kty(self) -> &'static str {
        match self {
            Self::Rsa { hsm: false, .. } => "RSA",
            Self::Rsa { hsm: true, .. } => "RSA-HSM",
            Self::Ec { hsm: false, .. } => "EC",
            Self::Ec { hsm: true, .. } => "EC-HSM",
        }
    }
}

/// An RSA key ready for use.
pub(crate) struct RsaEngine {
    decrypting: OaepPrivateDecryptingKey,
    encrypting: OaepPublicEncryptingKey,
    pub signing: RsaKeyPair,
}

pub(crate) enum Engine {
    Rsa(Box<RsaEngine>),
    Ec(Curve, EcdsaKeyPair),
}

/// One key pair.
pub(crate) struct Material {
    pub key_type: KeyType,
    pkcs8: Zeroizing<Vec<u8>>,
    engine: OnceLock<Option<Engine>>,
}

impl Material {
    pub fn generate(key_type: KeyType) -> Result<Self, Refusal> {
        let failed = || Refusal::internal(&"a key could not be generated");
        let pkcs8 = match key_type {
            KeyType::Rsa { bits, .. } => {
                let size = match bits {
                    2048 => KeySize::Rsa2048,
                    3072 => KeySize::Rsa3072,
                    4096 => KeySize::Rsa4096,
                    _ => return Err(Refusal::bad_parameter("Property has invalid value: key_size")),
                };
                let pair = RsaKeyPair::generate(size).map_err(|_unspecified| failed())?;
                let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_unspecified| failed())?;
                Zeroizing::new(der.as_ref().to_vec())
            }
            KeyType::Ec { curve, .. } => {
                let pair = EcdsaKeyPair::generate(curve.signing()).map_err(|_unspecified| failed())?;
                let der = pair.to_pkcs8v1().map_err(|_unspecified| failed())?;
                Zeroizing::new(der.as_ref().to_vec())
            }
        };
        Ok(Self::from_pkcs8(key_type, pkcs8))
    }

    pub fn from_pkcs8(key_type: KeyType, pkcs8: Zeroizing<Vec<u8>>) -> Self {
        Self { key_type, pkcs8, engine: OnceLock::new() }
    }

    /// The private key, to be sealed and stored.
    pub fn expose_pkcs8<R>(&self, f: impl FnOnce(&[u8]) -> R) -> R {
        f(&self.pkcs8)
    }

    pub fn engine(&self) -> Result<&Engine, Refusal> {
        self.engine
            .get_or_init(|| parse(self.key_type, &self.pkcs8))
            .as_ref()
            .ok_or_else(|| Refusal::internal(&"a stored key could not be parsed"))
    }

    /// The public half as a JSON Web Key, without `kid` and `key_ops`.
    pub fn public_jwk(&self) -> Result<Map<String, Value>, Refusal> {
        let mut jwk = Map::new();
        jwk.insert("kty".into(), self.key_type.kty().into());
        match self.engine()? {
            Engine::Rsa(rsa) => {
                let public = rsa.signing.public_key();
                let n = b64(public.modulus().big_endian_without_leading_zero());
                let e = b64(public.exponent().big_endian_without_leading_zero());
                jwk.insert("n".into(), n.into());
                jwk.insert("e".into(), e.into());
            }
            Engine::Ec(curve, pair) => {
                let point = pair.public_key().as_ref();
                let coordinates = point.get(1..).unwrap_or_default();
                let (x, y) = coordinates.split_at(coordinates.len() / 2);
                jwk.insert("crv".into(), curve.name().into());
                jwk.insert("x".into(), b64(x).into());
                jwk.insert("y".into(), b64(y).into());
            }
        }
        Ok(jwk)
    }

    fn rsa(&self) -> Result<&RsaEngine, Refusal> {
        match self.engine()? {
            Engine::Rsa(rsa) => Ok(rsa),
            Engine::Ec(..) => Err(Refusal::bad_parameter("The key type does not support this operation.")),
        }
    }

    /// RSA-OAEP with the public half.
    pub fn encrypt(&self, algorithm: &str, plaintext: &[u8]) -> Result<Vec<u8>, Refusal> {
        let oaep = oaep(algorithm)?;
        let key = &self.rsa()?.encrypting;
        let mut out = vec![0; key.ciphertext_size()];
        let length = key.encrypt(oaep, plaintext, &mut out, None).map_err(|_unspecified| incorrect())?.len();
        out.truncate(length);
        Ok(out)
    }

    /// RSA-OAEP with the private half.
    pub fn decrypt(&self, algorithm: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Refusal> {
        let oaep = oaep(algorithm)?;
        let key = &self.rsa()?.decrypting;
        if sealed.len() != key.key_size_bytes() {
            return Err(incorrect());
        }
        let mut out = Zeroizing::new(vec![0; key.min_output_size()]);
        let length = key.decrypt(oaep, sealed, &mut out, None).map_err(|_unspecified| incorrect())?.len();
        out.truncate(length);
        Ok(out)
    }
}

fn parse(key_type: KeyType, pkcs8: &[u8]) -> Option<Engine> {
    match key_type {
        KeyType::Rsa { .. } => {
            let private = PrivateDecryptingKey::from_pkcs8(pkcs8).ok()?;
            Some(Engine::Rsa(Box::new(RsaEngine {
                encrypting: OaepPublicEncryptingKey::new(private.public_key()).ok()?,
                decrypting: OaepPrivateDecryptingKey::new(private).ok()?,
                signing: RsaKeyPair::from_pkcs8(pkcs8).ok()?,
            })))
        }
        KeyType::Ec { curve, .. } => {
            let pair = EcdsaKeyPair::from_pkcs8(curve.signing(), pkcs8).ok()?;
            Some(Engine::Ec(curve, pair))
        }
    }
}

fn oaep(algorithm: &str) -> Result<&'static OaepAlgorithm, Refusal> {
    match algorithm {
        "RSA-OAEP-256" => Ok(&OAEP_SHA256_MGF1SHA256),
        "RSA-OAEP" => Ok(&OAEP_SHA1_MGF1SHA1),
        "RSA1_5" => Err(Refusal::bad_parameter(
            "Algorithm RSA1_5 is refused by this vault: it is open to padding oracles. \
             Use RSA-OAEP-256.",
        )),
        other => Err(unsupported_algorithm(other)),
    }
}

pub(crate) fn unsupported_algorithm(name: &str) -> Refusal {
    Refusal::bad_parameter(format!("Algorithm {name} is not supported for this key or operation."))
}

/// What the service says of bytes that do not decrypt. It says nothing more, on purpose.
fn incorrect() -> Refusal {
    Refusal::bad_parameter("The parameter is incorrect.\r\n")
}
