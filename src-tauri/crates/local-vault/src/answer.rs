//! What a call is answered with: a status and JSON that is wiped once it has been sent.

use crate::encoding::b64;
use crate::refusal::Refusal;
use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_TYPE, EXPIRES, HeaderValue, PRAGMA, RETRY_AFTER, STRICT_TRANSPORT_SECURITY,
    WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, Response, StatusCode};
use http_body_util::Full;
use serde::Serialize;
use zeroize::Zeroizing;

pub(crate) type HttpAnswer = Response<Full<Bytes>>;

/// A success.
pub(crate) struct Answer {
    pub status: StatusCode,
    pub body: Zeroizing<Vec<u8>>,
    /// The id of what the call was about, for the audit log.
    pub id: Option<String>,
}

impl Answer {
    pub fn json(value: &impl Serialize) -> Result<Self, Refusal> {
        let body = serde_json::to_vec(value).map_err(|error| Refusal::internal(&error))?;
        Ok(Self { status: StatusCode::OK, body: Zeroizing::new(body), id: None })
    }

    pub fn no_content() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: Zeroizing::default(), id: None }
    }

    /// What a cryptographic operation gives. The value is written straight into the buffer that is
    /// sent: it may be a plaintext key.
    pub fn key_value(kid: &str, value: &[u8]) -> Self {
        let encoded = Zeroizing::new(b64(value));
        let (before, between, after) = (r#"{"kid":""#, r#"","value":""#, r#""}"#);
        let length = before.len() + kid.len() + between.len() + encoded.len() + after.len();
        let mut body = Zeroizing::new(Vec::with_capacity(length));
        for part in [before, kid, between, &encoded, after] {
            body.extend_from_slice(part.as_bytes());
        }
        Self { status: StatusCode::OK, body, id: None }
    }

    #[must_use]
    pub fn about(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    pub fn into_http(self) -> HttpAnswer {
        let mut response = Response::new(Full::new(Bytes::from_owner(self.body)));
        *response.status_mut() = self.status;
        common_headers(response.headers_mut());
        response
    }
}

/// A refusal as it is sent; with the challenge when nobody has said who they are.
pub(crate) fn refusal(refusal: &Refusal, challenge: &str) -> HttpAnswer {
    let mut response = Response::new(Full::new(Bytes::from(refusal.body().to_string())));
    *response.status_mut() = refusal.status;
    let headers = response.headers_mut();
    common_headers(headers);
    if let Some(seconds) = refusal.retry_after_s {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if refusal.status == StatusCode::UNAUTHORIZED
        && let Ok(value) = HeaderValue::from_str(challenge)
    {
        headers.insert(WWW_AUTHENTICATE, value);
    }
    response
}

fn common_headers(headers: &mut HeaderMap) {
    let fixed = [
        (CACHE_CONTROL, "no-cache"),
        (PRAGMA, "no-cache"),
        (EXPIRES, "-1"),
        (CONTENT_TYPE, "application/json; charset=utf-8"),
        (STRICT_TRANSPORT_SECURITY, "max-age=31536000;includeSubDomains"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert("x-ms-keyvault-region", HeaderValue::from_static("local"));
    headers.insert(
        "x-ms-keyvault-service-version",
        HeaderValue::from_static(concat!("countersign/", env!("CARGO_PKG_VERSION"))),
    );
}
