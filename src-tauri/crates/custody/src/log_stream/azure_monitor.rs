//! Azure Monitor's Logs Ingestion interface. It knows no ids: what is sent twice is there twice, and told apart by `EventId`.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};
use reqwest::{Client, StatusCode, Url};
use vault::MonitorTokens;
use zeroize::Zeroizing;

use super::delivery::{Parcel, Trouble};
use super::http::{HttpError, client, secret_header, taken};

const API_VERSION: &str = "api-version=2023-01-01";

/// By what one may send.
pub enum MonitorAccess {
    /// An identity that signs in.
    Identity(MonitorTokens),
    /// A bearer token that somebody got elsewhere.
    Token(Zeroizing<String>),
}

/// A stream of a data collection rule.
pub struct AzureMonitor {
    client: Client,
    logs: Url,
    access: MonitorAccess,
    format: &'static str,
}

impl AzureMonitor {
    /// The `stream` of `rule` behind `endpoint`, trusting these certificates (PEM) besides those of the system. `format` says which schema
    /// the events are of.
    ///
    /// # Errors
    /// [`HttpError`].
    pub fn new(
        (endpoint, rule, stream): (&Url, &str, &str),
        format: logstack::Format,
        access: MonitorAccess,
        pem: Option<&[u8]>,
    ) -> Result<Self, HttpError> {
        let mut logs = endpoint.clone();
        logs.set_path(&format!("/dataCollectionRules/{rule}/streams/{stream}"));
        logs.set_query(Some(API_VERSION));
        Ok(Self { client: client(endpoint, pem)?, logs, access, format: format.word() })
    }

    pub(super) async fn deliver(&mut self, parcels: &mut Vec<Parcel>) -> Result<(), Trouble> {
        let refused = |why: &dyn std::fmt::Display| Trouble::Refused { why: why.to_string() };
        let token = match &self.access {
            MonitorAccess::Token(token) => token.clone(),
            // The authority may be out of reach for a while, and whoever is signed in may sign in again.
            MonitorAccess::Identity(tokens) => {
                tokens.token().await.map_err(|error| Trouble::Later { why: error.to_string(), after: None })?
            }
        };
        let bearer =
            secret_header(&Zeroizing::new(format!("Bearer {}", token.trim()))).map_err(|error| refused(&error))?;
        let body = packed(self.document(parcels).as_bytes()).map_err(|error| refused(&error))?;
        let call = self.client.post(self.logs.clone()).header(AUTHORIZATION, bearer);
        let call = call.header(CONTENT_TYPE, "application/json").header(CONTENT_ENCODING, "gzip").body(body);
        let sent = call.send().await;
        let not_taken = sent.as_ref().is_ok_and(|answer| answer.status() == StatusCode::UNAUTHORIZED);
        if let (true, MonitorAccess::Identity(tokens)) = (not_taken, &self.access) {
            // Revoked, or the clock is wrong: the next try brings a fresh one.
            tokens.forget().await;
        }
        taken(sent).await?;
        parcels.clear();
        Ok(())
    }

    /// Rows of the stream: the columns that a data collection rule declares (`docs/formats/log-stack.md`).
    fn document(&self, parcels: &[Parcel]) -> String {
        let row = |parcel: &Parcel| {
            format!(
                "{{\"TimeGenerated\":\"{}\",\"EventId\":\"{}\",\"EntryId\":\"{}\",\"Sequence\":{},\"Schema\":\"{}\",\"Event\":{}}}",
                parcel.time, parcel.id, parcel.entry, parcel.number, self.format, parcel.line
            )
        };
        format!("[{}]", parcels.iter().map(row).collect::<Vec<_>>().join(","))
    }
}

fn packed(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut packing = GzEncoder::new(Vec::new(), Compression::default());
    packing.write_all(bytes)?;
    packing.finish()
}
