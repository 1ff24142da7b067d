//! The way out to addresses that somebody chose: over TLS, without redirects, tried again a few times, and never shown in an error:
//! part of an address may be a secret.

use std::time::Duration;

use reqwest::{Certificate, Client, RequestBuilder, Response, StatusCode, Url, redirect, tls};

const ANSWER_WITHIN: Duration = Duration::from_secs(10);
const TRIES: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// What can be wrong with the way out.
#[derive(Debug)]
pub(crate) enum OutwardError {
    /// No https address, or one with user and password in it.
    Address,
    /// Certificates that can't be read.
    Certificates,
    /// It can't be reached, or not securely.
    Unreachable(String),
    /// It does not take what was sent; with the service's own word for it, where it says one.
    Answered(StatusCode, Option<String>),
}

/// Where Azure Storage says what was wrong.
const ERROR_CODE: &str = "x-ms-error-code";

/// An https address without user and password in it.
pub(crate) fn https(address: &str) -> Result<Url, OutwardError> {
    let url = Url::parse(address.trim()).map_err(|_unparsed| OutwardError::Address)?;
    let clean =
        url.scheme() == "https" && url.host_str().is_some() && url.username().is_empty() && url.password().is_none();
    if clean { Ok(url) } else { Err(OutwardError::Address) }
}

/// A client that trusts these certificates (PEM) besides those of the system.
pub(crate) fn client(pem: Option<&[u8]>) -> Result<Client, OutwardError> {
    let builder = Client::builder()
        .https_only(true)
        .tls_version_min(tls::Version::TLS_1_2)
        .redirect(redirect::Policy::none())
        .timeout(ANSWER_WITHIN);
    let builder = match pem {
        None => builder,
        Some(pem) => {
            let read = Certificate::from_pem_bundle(pem).ok().filter(|certificates| !certificates.is_empty());
            builder.tls_certs_merge(read.ok_or(OutwardError::Certificates)?)
        }
    };
    builder.build().map_err(|error| OutwardError::Unreachable(cause(error)))
}

/// Sends what may be sent twice; tries again where trying again could help.
pub(crate) async fn send(request: impl Fn() -> RequestBuilder) -> Result<(), OutwardError> {
    let mut pause = FIRST_PAUSE;
    let mut tried = 1;
    loop {
        let failed = match request().send().await {
            Ok(answer) if answer.status().is_success() => return Ok(()),
            Ok(answer) => OutwardError::Answered(answer.status(), said(&answer)),
            Err(error) => OutwardError::Unreachable(cause(error)),
        };
        if tried >= TRIES || !may_pass(&failed) {
            return Err(failed);
        }
        tokio::time::sleep(pause).await;
        tried += 1;
        pause = pause.saturating_mul(2);
    }
}

fn said(answer: &Response) -> Option<String> {
    let word = answer.headers().get(ERROR_CODE)?.to_str().ok()?;
    word.chars().all(|letter| letter.is_ascii_alphanumeric()).then(|| word.to_owned())
}

fn may_pass(failed: &OutwardError) -> bool {
    match failed {
        OutwardError::Answered(status, _) => status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS,
        OutwardError::Unreachable(_) => true,
        OutwardError::Address | OutwardError::Certificates => false,
    }
}

/// What went wrong, without the address: part of it may be a secret.
fn cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut said = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(deeper) = source {
        said = format!("{said}: {deeper}");
        source = deeper.source();
    }
    said
}
