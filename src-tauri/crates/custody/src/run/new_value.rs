//! New values of secrets: random bytes of the operating system, written as text, wiped when dropped. Nothing shows or copies one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand_core::{OsRng, RngCore as _};
use zeroize::Zeroizing;

use crate::request::SecretEncoding;

/// A value that nobody has seen. It has no `Debug`, no `Clone` and no wire type.
pub(super) struct NewValue(Zeroizing<Vec<u8>>);

impl NewValue {
    /// Makes one out of `bytes` random bytes.
    pub fn make(bytes: u32, encoding: SecretEncoding) -> Self {
        let mut random = Zeroizing::new(vec![0; usize::try_from(bytes).unwrap_or(usize::MAX)]);
        OsRng.fill_bytes(&mut random);
        // Written into room that was made before: what grows leaves unwiped copies behind.
        let mut text = Zeroizing::new(vec![0; random.len().saturating_mul(2)]);
        let length = match encoding {
            SecretEncoding::Base64Url => URL_SAFE_NO_PAD.encode_slice(&*random, &mut text).unwrap_or(0),
            SecretEncoding::Hex => hex::encode_to_slice(&*random, &mut text).map_or(0, |()| random.len() * 2),
        };
        text.truncate(length);
        Self(text)
    }

    /// The only door to it.
    pub fn expose(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(encoding: SecretEncoding) -> Vec<usize> {
        [16, 32, 33, 512].map(|bytes| NewValue::make(bytes, encoding).expose().len()).to_vec()
    }

    /// as long as was asked for, in the alphabet that was asked for, and never the same twice.
    #[test]
    fn values_are_random_and_as_long_as_asked_for() {
        assert_eq!(lengths(SecretEncoding::Base64Url), [22, 43, 44, 683]);
        assert_eq!(lengths(SecretEncoding::Hex), [32, 64, 66, 1024]);
        let made = |encoding| NewValue::make(32, encoding).expose().to_owned();
        let is_url_safe = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        assert!(is_url_safe(&made(SecretEncoding::Base64Url)));
        assert!(made(SecretEncoding::Hex).bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)));
        assert_ne!(made(SecretEncoding::Base64Url), made(SecretEncoding::Base64Url));
    }
}
