//! SCRAM-SHA-256 verifiers (RFC 5802, RFC 7677): what PostgreSQL keeps of a password, made on this side, so that the password
//! itself reaches neither the server nor its log.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::address::Password;

/// What PostgreSQL's own programs use.
const ITERATIONS: u32 = 4096;
const SALT_BYTES: usize = 16;
const PASSWORD_LENGTH_MIN: usize = 12;

/// Why no verifier can be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScramError {
    /// Too short, or with characters whose normal form would have to be agreed on.
    #[error("a login's password has {PASSWORD_LENGTH_MIN} printable ASCII characters or more")]
    Password,
    /// The operating system has no random numbers.
    #[error("the operating system gives no random numbers")]
    Random,
}

/// The verifier of `password`, with a fresh salt.
pub(crate) fn verifier(password: &Password) -> Result<Zeroizing<String>, ScramError> {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt).map_err(|_no_randomness| ScramError::Random)?;
    // EXPOSE: the verifier is computed from it, here.
    let bytes = password.bytes();
    if bytes.len() < PASSWORD_LENGTH_MIN || !bytes.iter().all(|byte| (b' '..=b'~').contains(byte)) {
        return Err(ScramError::Password);
    }
    Ok(verifier_with(bytes, &salt))
}

fn verifier_with(password: &[u8], salt: &[u8]) -> Zeroizing<String> {
    let salted = salted_password(password, salt);
    let stored = Sha256::digest(keyed(salted.as_slice(), b"Client Key"));
    let server = keyed(salted.as_slice(), b"Server Key");
    let encode = |bytes: &[u8]| STANDARD.encode(bytes);
    Zeroizing::new(format!("SCRAM-SHA-256${ITERATIONS}:{}${}:{}", encode(salt), encode(&stored), encode(&server)))
}

/// PBKDF2 with HMAC-SHA-256 and one block.
fn salted_password(password: &[u8], salt: &[u8]) -> Zeroizing<[u8; 32]> {
    let first = keyed(password, &[salt, &1_u32.to_be_bytes()].concat());
    let mut sum = Zeroizing::new(first);
    let mut last = Zeroizing::new(first);
    for _ in 1..ITERATIONS {
        *last = keyed(password, last.as_slice());
        for (sum, last) in sum.iter_mut().zip(last.iter()) {
            *sum ^= last;
        }
    }
    sum
}

fn keyed(key: &[u8], message: &[u8]) -> [u8; 32] {
    // HMAC takes keys of any length; the type can't say so.
    Hmac::<Sha256>::new_from_slice(key).map_or([0; 32], |mac| mac.chain_update(message).finalize().into_bytes().into())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    /// The exchange of RFC 7677, section 3: user `user`, password `pencil`.
    #[test]
    fn the_example_of_the_rfc_comes_out() {
        let salt = STANDARD.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
        let verifier = verifier_with(b"pencil", &salt);
        assert_eq!(
            verifier.as_str(),
            "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
        );
    }

    #[test]
    fn weak_and_ambiguous_passwords_are_refused() {
        for password in ["short", "twelve\u{e4}twelve", "tab\tin the middle"] {
            assert!(verifier(&Password::new(Zeroizing::new(password.to_owned()))).is_err());
        }
    }
}
