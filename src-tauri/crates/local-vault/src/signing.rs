//! Signatures over digests that the caller computed, by the algorithm names of RFC 7518.

use crate::material::{Curve, Engine, Material, unsupported_algorithm};
use crate::refusal::Refusal;
use aws_lc_rs::digest::{self, Digest};
use aws_lc_rs::signature::{self, KeyPair, RsaEncoding, UnparsedPublicKey, VerificationAlgorithm};

struct RsaScheme {
    hash: &'static digest::Algorithm,
    signing: &'static dyn RsaEncoding,
    verifying: &'static dyn VerificationAlgorithm,
}

fn rsa_scheme(algorithm: &str) -> Option<RsaScheme> {
    use signature as s;
    let (hash, signing, verifying): (_, &'static dyn RsaEncoding, &'static dyn VerificationAlgorithm) = match algorithm
    {
        "RS256" => (&digest::SHA256, &s::RSA_PKCS1_SHA256, &s::RSA_PKCS1_2048_8192_SHA256),
        "RS384" => (&digest::SHA384, &s::RSA_PKCS1_SHA384, &s::RSA_PKCS1_2048_8192_SHA384),
        "RS512" => (&digest::SHA512, &s::RSA_PKCS1_SHA512, &s::RSA_PKCS1_2048_8192_SHA512),
        "PS256" => (&digest::SHA256, &s::RSA_PSS_SHA256, &s::RSA_PSS_2048_8192_SHA256),
        "PS384" => (&digest::SHA384, &s::RSA_PSS_SHA384, &s::RSA_PSS_2048_8192_SHA384),
        "PS512" => (&digest::SHA512, &s::RSA_PSS_SHA512, &s::RSA_PSS_2048_8192_SHA512),
        _ => return None,
    };
    Some(RsaScheme { hash, signing, verifying })
}

/// Each curve has one algorithm: a P-256 key signs with ES256 and nothing else.
fn ec_scheme(
    curve: Curve,
    algorithm: &str,
) -> Option<(&'static digest::Algorithm, &'static dyn VerificationAlgorithm)> {
    match (curve, algorithm) {
        (Curve::P256, "ES256") => Some((&digest::SHA256, &signature::ECDSA_P256_SHA256_FIXED)),
        (Curve::P384, "ES384") => Some((&digest::SHA384, &signature::ECDSA_P384_SHA384_FIXED)),
        (Curve::P521, "ES512") => Some((&digest::SHA512, &signature::ECDSA_P521_SHA512_FIXED)),
        _ => None,
    }
}

pub(crate) fn sign(material: &Material, algorithm: &str, hash: &[u8]) -> Result<Vec<u8>, Refusal> {
    let failed = || Refusal::internal(&"a signature could not be made");
    match material.engine()? {
        Engine::Rsa(rsa) => {
            let scheme = rsa_scheme(algorithm).ok_or_else(|| unsupported_algorithm(algorithm))?;
            let digest = import(hash, scheme.hash)?;
            let mut out = vec![0; rsa.signing.public_modulus_len()];
            rsa.signing.sign_digest(scheme.signing, &digest, &mut out).map_err(|_unspecified| failed())?;
            Ok(out)
        }
        Engine::Ec(curve, pair) => {
            let (hashing, _) = ec_scheme(*curve, algorithm).ok_or_else(|| unsupported_algorithm(algorithm))?;
            let digest = import(hash, hashing)?;
            let made = pair.sign_digest(&digest).map_err(|_unspecified| failed())?;
            Ok(made.as_ref().to_vec())
        }
    }
}

pub(crate) fn verify(material: &Material, algorithm: &str, hash: &[u8], signature: &[u8]) -> Result<bool, Refusal> {
    let unsupported = || unsupported_algorithm(algorithm);
    let (hashing, scheme, public) = match material.engine()? {
        Engine::Rsa(rsa) => {
            let scheme = rsa_scheme(algorithm).ok_or_else(unsupported)?;
            (scheme.hash, scheme.verifying, rsa.signing.public_key().as_ref())
        }
        Engine::Ec(curve, pair) => {
            let (hashing, scheme) = ec_scheme(*curve, algorithm).ok_or_else(unsupported)?;
            (hashing, scheme, pair.public_key().as_ref())
        }
    };
    let digest = import(hash, hashing)?;
    Ok(UnparsedPublicKey::new(scheme, public).verify_digest(&digest, signature).is_ok())
}

fn import(hash: &[u8], algorithm: &'static digest::Algorithm) -> Result<Digest, Refusal> {
    Digest::import_less_safe(hash, algorithm).map_err(|_length| {
        Refusal::bad_parameter(format!(
            "Invalid length of 'value': expected {} bytes, was {}.",
            algorithm.output_len(),
            hash.len()
        ))
    })
}
