use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use zeroize::Zeroizing;

/// Where the transport puts a body that holds key material, past the SDK: the SDK copies bodies into buffers and models
/// that nobody wipes. It travels in the request's context.
///
/// LIMIT: below us, the HTTP and TLS libraries hold the answer in read buffers that they free without wiping.
#[derive(Clone, Default)]
pub(crate) struct SecretAnswer(Arc<Mutex<Option<Zeroizing<Vec<u8>>>>>);

impl SecretAnswer {
    pub(crate) fn put(&self, body: Zeroizing<Vec<u8>>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(body);
    }

    /// The whole body, once.
    pub(crate) fn take_body(&self) -> Option<Zeroizing<Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The `value` of the answer, decoded, and the key identifier the vault says it used.
    pub(crate) fn take(&self) -> Option<(Zeroizing<Vec<u8>>, String)> {
        let body = self.take_body()?;
        let answer: ValueAnswer<'_> = serde_json::from_slice(&body).ok()?;
        let mut value = Zeroizing::new(vec![0; base64::decoded_len_estimate(answer.value.len())]);
        let length = URL_SAFE_NO_PAD.decode_slice(answer.value.trim_end_matches('='), &mut value).ok()?;
        value.truncate(length);
        Some((value, answer.kid.to_owned()))
    }
}

// Both borrowed: base64url and key identifiers need no JSON escapes, and a copy would be one more thing to wipe.
#[derive(Deserialize)]
struct ValueAnswer<'a> {
    kid: &'a str,
    value: &'a str,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn value_and_key_identifier_are_read() {
        let answer = SecretAnswer::default();
        answer.put(Zeroizing::new(br#"{"kid":"https://v/keys/k/1","value":"AQID_w"}"#.to_vec()));
        let (value, kid) = answer.take().unwrap();
        assert_eq!(*value, [1, 2, 3, 255]);
        assert_eq!(kid, "https://v/keys/k/1");
        assert!(answer.take().is_none(), "taken once");
    }

    #[test]
    fn answers_that_are_not_key_vaults_are_refused() {
        for body in ["", "{}", r#"{"kid":"k","value":"*"}"#, "[]", r#"{"value":"AQ"}"#] {
            let answer = SecretAnswer::default();
            answer.put(Zeroizing::new(body.as_bytes().to_vec()));
            assert!(answer.take().is_none(), "{body}");
        }
    }
}
