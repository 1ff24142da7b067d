//! What both services over HTTP have in common: a client that verifies whom it talks to, and what an answer means for a delivery.

use std::time::Duration;

use reqwest::{Certificate, Client, Response, StatusCode, Url, header, redirect, tls};

use super::delivery::Trouble;
use super::target::is_loopback;

const CONNECT_WITHIN: Duration = Duration::from_secs(10);
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// The longest pause that a service may impose.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(120);

/// LIMIT: no answer is read further. Elasticsearch answers each item of a delivery with some hundred bytes.
const ANSWER_BYTES_MAX: usize = 8 * 1024 * 1024;

/// How much of what a service says is passed on.
const SAID_CHARS_MAX: usize = 200;

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HttpError {
    /// A certificate that is to be trusted can't be read.
    #[error("the certificates to be trusted cannot be read: PEM is wanted")]
    Certificates,
    /// The credential can't stand in a header.
    #[error("the credential holds characters that no credential has")]
    Credential,
    /// It can't be made.
    #[error("no connection can be made: {0}")]
    Client(String),
}

/// A client for `url`, trusting these certificates (PEM) besides those of the system.
pub(super) fn client(url: &Url, pem: Option<&[u8]>) -> Result<Client, HttpError> {
    let builder = Client::builder()
        .tls_version_min(tls::Version::TLS_1_2)
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT_WITHIN)
        .timeout(ANSWER_WITHIN)
        .referer(false)
        // Sent again, it is sent by whoever knows what was acknowledged.
        .retry(reqwest::retry::never());
    // In the clear to this computer alone, and past every proxy.
    let builder = if is_loopback(url) { builder.no_proxy() } else { builder.https_only(true) };
    let builder = match pem {
        None => builder,
        Some(pem) => {
            let read = Certificate::from_pem_bundle(pem).ok().filter(|certificates| !certificates.is_empty());
            builder.tls_certs_merge(read.ok_or(HttpError::Certificates)?)
        }
    };
    builder.build().map_err(|error| HttpError::Client(cause(&error)))
}

/// A header's value that no log shows.
pub(super) fn secret_header(value: &str) -> Result<header::HeaderValue, HttpError> {
    let mut value = header::HeaderValue::from_str(value).map_err(|_unfit| HttpError::Credential)?;
    value.set_sensitive(true);
    Ok(value)
}

/// The body of an answer that took the delivery, or what the answer means.
pub(super) async fn taken(sent: Result<Response, reqwest::Error>) -> Result<Vec<u8>, Trouble> {
    let later = |error: &reqwest::Error| Trouble::Later { why: cause(error), after: None };
    let mut answer = sent.map_err(|error| later(&error))?;
    let (status, after) = (answer.status(), retry_after(&answer));
    let mut body = Vec::new();
    // An answer that breaks off is none: what was acknowledged is not known.
    while let Some(chunk) = answer.chunk().await.map_err(|error| later(&error))? {
        body.extend_from_slice(&chunk);
        if body.len() > ANSWER_BYTES_MAX {
            return Err(Trouble::Later { why: format!("it answered {status} with more than is read"), after: None });
        }
    }
    if status.is_success() {
        return Ok(body);
    }
    let why = format!("it answered {status}{}", said(&body));
    Err(match status {
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::BAD_REQUEST => Trouble::Fewer { why },
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => Trouble::Later { why, after },
        _ if status.is_server_error() => Trouble::Later { why, after },
        _ => Trouble::Refused { why },
    })
}

/// The beginning of what a service said, without what would deceive on a terminal.
pub(super) fn said(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown: String = domain::escape_visibly(&line).chars().take(SAID_CHARS_MAX).collect();
    if shown.is_empty() { shown } else { format!(": {shown}") }
}

fn retry_after(answer: &Response) -> Option<Duration> {
    let seconds = answer.headers().get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(RETRY_AFTER_MAX))
}

/// What went wrong, without the address: it stands in the target's name already.
pub(super) fn cause(error: &reqwest::Error) -> String {
    let mut said =
        if error.is_timeout() { "it did not answer in time".to_owned() } else { "it cannot be reached".to_owned() };
    let mut source = std::error::Error::source(error);
    while let Some(deeper) = source {
        said = format!("{said}: {deeper}");
        source = deeper.source();
    }
    said
}
