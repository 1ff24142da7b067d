//! Base64url as RFC 7515 has it; padding is tolerated because some clients send it.

use crate::refusal::Refusal;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

pub(crate) fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Decodes a request's field, naming it when it does not decode.
pub(crate) fn unb64(field: &str, text: &str) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    URL_SAFE_NO_PAD
        .decode(text.trim_end_matches('='))
        .map(Zeroizing::new)
        .map_err(|_invalid| Refusal::bad_parameter(format!("Property has invalid value: {field} is not base64url.")))
}
