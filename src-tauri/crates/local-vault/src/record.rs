//! One record of the audit log, in the form of Azure's `AuditEvent`.

use crate::audit::AuditLog;
use crate::identity::Identity;
use crate::operation::Operation;
use crate::place::Place;
use crate::refusal::Refusal;
use aws_lc_rs::digest;
use http::StatusCode;
use http::header::USER_AGENT;
use http::request::Parts;
use serde_json::{Value, json};
use std::net::IpAddr;
use std::time::Instant;
use uuid::Uuid;

const CLIENT_CHARS_MAX: usize = 256;

/// What is known of a call before it is done. It holds nothing of the body.
pub(crate) struct Record<'a> {
    operation: Option<Operation>,
    place: &'a Place,
    started: Instant,
    peer: IpAddr,
    request_uri: String,
    client: String,
    correlation: String,
    identity: Option<&'a Identity>,
}

impl<'a> Record<'a> {
    /// `None` stands for a call that was not authenticated: Azure calls it so, too.
    pub fn begin(
        operation: Option<Operation>,
        parts: &Parts,
        peer: IpAddr,
        place: &'a Place,
        started: Instant,
    ) -> Self {
        let header = |name: &str| parts.headers.get(name).and_then(|it| it.to_str().ok());
        let path = parts.uri.path_and_query().map_or("/", |it| it.as_str());
        Self {
            operation,
            place,
            started,
            peer,
            request_uri: format!("{}{path}", place.origin),
            client: clip(header(USER_AGENT.as_str()).unwrap_or_default()),
            correlation: header("x-ms-client-request-id")
                .and_then(|it| Uuid::parse_str(it).ok())
                .unwrap_or_else(Uuid::new_v4)
                .to_string(),
            identity: None,
        }
    }

    #[must_use]
    pub fn by(self, identity: &'a Identity) -> Self {
        Self { identity: Some(identity), ..self }
    }

    pub fn succeeded(&self, status: StatusCode, id: Option<&str>) -> Value {
        self.line(status, "Success", "", id)
    }

    pub fn refused(&self, refusal: &Refusal) -> Value {
        self.line(refusal.status, "Failed", refusal.inner.unwrap_or(refusal.code), None)
    }

    fn line(&self, status: StatusCode, result: &str, why: &str, id: Option<&str>) -> Value {
        let vault = self.place.vault.to_ascii_uppercase();
        let identity = match self.identity {
            Some(identity) => json!({ "claim": {
                "oid": object_id(&identity.name),
                "upn": identity.name,
                "appid": object_id("countersign/local-vault"),
            }}),
            None => json!({ "claim": {} }),
        };
        json!({
            "time": self.place.now.to_string(),
            "category": "AuditEvent",
            "resourceId": format!(
                "/SUBSCRIPTIONS/LOCAL/RESOURCEGROUPS/LOCAL/PROVIDERS/MICROSOFT.KEYVAULT/VAULTS/{vault}"
            ),
            "operationName": self.operation.map_or("Authentication", Operation::name),
            "operationVersion": self.place.api_version,
            "resultType": result,
            "resultSignature": status.canonical_reason().unwrap_or_default(),
            "resultDescription": why,
            "durationMs": self.started.elapsed().as_millis().to_string(),
            "callerIpAddress": self.peer.to_string(),
            "correlationId": self.correlation,
            "identity": identity,
            "properties": {
                "clientInfo": self.client,
                "requestUri": self.request_uri,
                "id": id.unwrap_or_else(|| self.request_uri.split('?').next().unwrap_or_default()),
                "httpStatusCode": status.as_u16(),
            },
        })
    }
}

/// Appends a record. A log that cannot be written is the operator's to see: the call has already
/// happened, and refusing its answer would only hide that.
pub(crate) fn write(log: &AuditLog, line: &Value) {
    if let Err(error) = log.append(&line.to_string()) {
        tracing::error!(%error, "the local vault's audit log could not be written");
    }
}

/// The object id of an identity: the same name has the same one over restarts.
pub(crate) fn object_id(name: &str) -> Uuid {
    let hash = digest::digest(&digest::SHA256, name.as_bytes());
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(hash.as_ref()) {
        *to = *from;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

fn clip(text: &str) -> String {
    text.chars().take(CLIENT_CHARS_MAX).collect()
}
