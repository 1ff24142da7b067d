use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use azure_core::Error;
use azure_core::error::ErrorKind;
use azure_core::http::headers::{HeaderName, HeaderValue, Headers, WWW_AUTHENTICATE};
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{AsyncRawResponse, Body, Context, Method, Request, StatusCode, Url};
use reqwest::Client;
use zeroize::Zeroizing;

use crate::address::VaultAddress;
use crate::secret_answer::SecretAnswer;

/// The largest answer that is read; Key Vault's largest, a backup, is far below.
const ANSWER_BYTES_MAX: usize = 4 << 20;

/// A URL or challenge that leads away from the vault.
#[derive(Debug, thiserror::Error)]
#[error("refused to talk to another host than the vault")]
pub(crate) struct LeadsAway {
    pub(crate) host: String,
}

/// An answer beyond [`ANSWER_BYTES_MAX`].
#[derive(Debug, thiserror::Error)]
#[error("the answer is larger than any Key Vault gives")]
pub(crate) struct AnswerTooLarge;

/// The last station before the network: it sends to one host over HTTPS, and takes key material out of the SDK's way.
pub(crate) struct PinnedTransport {
    client: Client,
    address: VaultAddress,
    host: String,
}

impl PinnedTransport {
    pub(crate) fn new(client: Client, address: &VaultAddress) -> Self {
        Self { client, host: address.host(), address: address.clone() }
    }

    fn check_destination(&self, url: &Url) -> Result<(), LeadsAway> {
        let here = url.scheme() == "https"
            && url.host_str() == Some(self.host.as_str())
            && url.port().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        here.then_some(()).ok_or_else(|| LeadsAway { host: url.host_str().unwrap_or_default().to_owned() })
    }

    // The SDK checks that the audience is a parent domain of the vault; that would let `net` pass. Here it must be the
    // vault's own suffix.
    fn check_challenge(&self, headers: &Headers) -> Result<(), LeadsAway> {
        let Some(challenge) = headers.get_optional_str(&WWW_AUTHENTICATE) else {
            return Ok(());
        };
        for audience in challenge_audiences(challenge) {
            let host = Url::parse(audience).ok().and_then(|url| url.host_str().map(str::to_owned));
            if host.as_deref() != Some(self.address.audience()) {
                return Err(LeadsAway { host: host.unwrap_or_default() });
            }
        }
        Ok(())
    }

    async fn exchange(&self, request: &Request) -> azure_core::Result<(StatusCode, Headers, Zeroizing<Vec<u8>>)> {
        let method = method(request.method())
            .ok_or_else(|| Error::with_message(ErrorKind::Other, "a method that Key Vault does not use"))?;
        let mut outgoing = self.client.request(method, request.url().clone());
        for (name, value) in request.headers().iter() {
            outgoing = outgoing.header(name.as_str(), value.as_str());
        }
        let Body::Bytes(body) = request.body() else {
            return Err(Error::with_message(ErrorKind::Other, "streams are not sent to a vault"));
        };
        let mut answer =
            outgoing.body(body.clone()).send().await.map_err(|cause| failed(cause, "the request failed"))?;
        let status = StatusCode::from(answer.status().as_u16());
        let headers = copy_headers(answer.headers());
        let mut body = Zeroizing::new(Vec::with_capacity(4096));
        while let Some(chunk) = answer.chunk().await.map_err(|cause| failed(cause, "the answer broke off"))? {
            if body.len().saturating_add(chunk.len()) > ANSWER_BYTES_MAX {
                return Err(Error::new(ErrorKind::DataConversion, AnswerTooLarge));
            }
            grow(&mut body, &chunk);
        }
        Ok((status, headers, body))
    }
}

// A Vec that grows leaves its old allocation unwiped; this one does not.
fn grow(body: &mut Zeroizing<Vec<u8>>, chunk: &[u8]) {
    let needed = body.len().saturating_add(chunk.len());
    if needed > body.capacity() {
        let mut larger = Zeroizing::new(Vec::with_capacity(needed.saturating_mul(2)));
        larger.extend_from_slice(body);
        *body = larger;
    }
    body.extend_from_slice(chunk);
}

#[async_trait]
impl Policy for PinnedTransport {
    async fn send(&self, ctx: &Context, request: &mut Request, _next: &[Arc<dyn Policy>]) -> PolicyResult {
        self.check_destination(request.url()).map_err(|away| Error::new(ErrorKind::Other, away))?;
        let (status, headers, mut body) = self.exchange(request).await?;
        if status == StatusCode::Unauthorized {
            self.check_challenge(&headers).map_err(|away| Error::new(ErrorKind::Other, away))?;
        }
        if status.is_success()
            && let Some(secret) = ctx.value::<SecretAnswer>()
        {
            secret.put(body);
            return Ok(AsyncRawResponse::from_bytes(status, headers, "{}"));
        }
        let body = std::mem::take(&mut *body);
        Ok(AsyncRawResponse::from_bytes(status, headers, body))
    }
}

impl fmt::Debug for PinnedTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PinnedTransport").field("host", &self.host).finish_non_exhaustive()
    }
}

/// The values of `resource="…"` and `scope="…"` in a challenge.
fn challenge_audiences(challenge: &str) -> impl Iterator<Item = &str> {
    ["resource=\"", "scope=\""]
        .into_iter()
        .flat_map(move |marker| challenge.split(marker).skip(1))
        .filter_map(|rest| rest.split('"').next())
}

fn failed(cause: reqwest::Error, what: &'static str) -> Error {
    let kind = if cause.is_connect() { ErrorKind::Connection } else { ErrorKind::Io };
    Error::with_error(kind, cause.without_url(), what)
}

fn copy_headers(headers: &reqwest::header::HeaderMap) -> Headers {
    let mut copied = Headers::new();
    for (name, value) in headers {
        if let Ok(value) = value.to_str() {
            copied.insert(HeaderName::from(name.as_str().to_owned()), HeaderValue::from(value.to_owned()));
        }
    }
    copied
}

fn method(method: Method) -> Option<reqwest::Method> {
    Some(match method {
        Method::Delete => reqwest::Method::DELETE,
        Method::Get => reqwest::Method::GET,
        Method::Head => reqwest::Method::HEAD,
        Method::Patch => reqwest::Method::PATCH,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        _ => return None,
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;
    use crate::dial::make_vault_client;
    use crate::settings::VaultSettings;

    fn transport() -> PinnedTransport {
        let address = VaultAddress::parse("payroll.vault.azure.net").unwrap();
        let client = make_vault_client(&address.host(), &VaultSettings::new(address.clone())).unwrap();
        PinnedTransport::new(client, &address)
    }

    #[test]
    fn only_the_vaults_own_urls_are_sent_to() {
        let transport = transport();
        let leads_away = |url: &str| transport.check_destination(&Url::parse(url).unwrap()).is_err();
        assert!(!leads_away("https://payroll.vault.azure.net/keys?x=1"));
        for url in [
            "http://payroll.vault.azure.net/keys",
            "https://payroll.vault.azure.net:444/keys",
            "https://other.vault.azure.net/keys",
            "https://u:p@payroll.vault.azure.net/keys",
            "https://payroll.vault.azure.net.attacker.example/",
        ] {
            assert!(leads_away(url), "{url}");
        }
    }

    #[test]
    fn challenges_for_another_audience_are_refused() {
        let transport = transport();
        let refused = |challenge: &str| {
            let mut headers = Headers::new();
            headers.insert(WWW_AUTHENTICATE, challenge.to_owned());
            transport.check_challenge(&headers).is_err()
        };
        assert!(!refused(r#"Bearer authorization="https://login.example/t", resource="https://vault.azure.net""#));
        assert!(!refused(
            r#"Bearer authorization="https://login.example/t", scope="https://vault.azure.net/.default""#
        ));
        assert!(refused(r#"Bearer resource="https://net""#));
        assert!(refused(r#"Bearer resource="https://management.azure.com""#));
        assert!(refused(r#"Bearer resource="vault""#));
    }
}
