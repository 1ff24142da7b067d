//! The way of a call: who is it, what is asked, may they, how much is left, do it, write it down.

use crate::answer::{self, Answer, HttpAnswer};
use crate::execute::execute;
use crate::fault::FaultAction;
use crate::fault_port;
use crate::identity::{Identity, Role};
use crate::keys::CreateIn;
use crate::listing::Query;
use crate::material::KeyType;
use crate::object::ObjectId;
use crate::operation::Operation;
use crate::place::Place;
use crate::record::{self, Record};
use crate::refusal::Refusal;
use crate::route::{Call, route};
use crate::server::{Busy, Server};
use http::header::{AUTHORIZATION, HOST};
use http::request::Parts;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;
use zeroize::Zeroizing;

/// A backup of a key with hundreds of versions fits.
const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

const API_VERSIONS: &[&str] =
    &["2015-06-01", "2016-10-01", "7.0", "7.1", "7.2", "7.3", "7.4", "7.5", "7.6", "2025-07-01", "2026-04-01"];

/// How a call ends.
pub(crate) enum Outcome {
    Answer(HttpAnswer),
    /// The connection is cut without an answer.
    Cut,
}

/// Answers one request.
pub(crate) async fn answer(server: Arc<Server>, busy: Busy, peer: IpAddr, request: Request<Incoming>) -> Outcome {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let query = Query::parse(parts.uri.query().unwrap_or_default());
    let place = match server.place(host(&parts), &query.api_version) {
        Ok(place) => place,
        Err(refusal) => return refused(&server, &refusal),
    };
    let entry = |operation| Record::begin(operation, &parts, peer, &place, started);
    let identity = match authenticate(&server, &parts) {
        Ok(identity) => identity,
        Err(refusal) => {
            record::write(&server.audit, &entry(None).refused(&refusal));
            return refused(&server, &refusal);
        }
    };
    let body = match read(body).await {
        Ok(body) => body,
        Err(refusal) => return refused(&server, &refusal),
    };
    if server.fault_port
        && let Some(rest) = parts.uri.path().strip_prefix(fault_port::PATH)
    {
        return match fault_port::answer(&server.faults, &identity, &parts.method, rest, &body) {
            Ok(answer) => Outcome::Answer(answer.into_http()),
            Err(refusal) => refused(&server, &refusal),
        };
    }
    let call = match route(&parts.method, parts.uri.path()) {
        Ok(call) => call,
        Err(refusal) => return refused(&server, &refusal),
    };
    let fault = server.faults.decide(call.operation);
    let entry = entry(Some(call.operation)).by(&identity);
    let done = match fault {
        Some(FaultAction::DropBefore) => return Outcome::Cut,
        Some(FaultAction::Status { status, retry_after_s }) => Err(faulty(status, retry_after_s)),
        other => {
            if let Some(FaultAction::Delay(delay)) = other {
                tokio::time::sleep(delay).await;
            }
            let work = Work { place: place.clone(), call, query, body };
            perform(&server, busy, &identity, work).await
        }
    };
    tokio::time::sleep(server.latency.saturating_sub(started.elapsed())).await;
    finish(&server, &entry, done, fault)
}

/// Writes the record before the answer leaves: what was answered is in the log.
fn finish(server: &Server, entry: &Record<'_>, done: Result<Answer, Refusal>, fault: Option<FaultAction>) -> Outcome {
    let outcome = match done {
        Ok(answer) => {
            record::write(&server.audit, &entry.succeeded(answer.status, answer.id.as_deref()));
            Outcome::Answer(answer.into_http())
        }
        Err(refusal) => {
            record::write(&server.audit, &entry.refused(&refusal));
            refused(server, &refusal)
        }
    };
    if fault == Some(FaultAction::DropAfter) { Outcome::Cut } else { outcome }
}

fn refused(server: &Server, refusal: &Refusal) -> Outcome {
    Outcome::Answer(answer::refusal(refusal, &server.challenge))
}

/// What is to be done, owned so that it can move to a thread that may wait.
struct Work {
    place: Place,
    call: Call,
    query: Query,
    body: Zeroizing<Vec<u8>>,
}

async fn perform(server: &Arc<Server>, busy: Busy, identity: &Identity, work: Work) -> Result<Answer, Refusal> {
    check_api_version(&work.query.api_version)?;
    check_role(identity, &work.call, &work.place)?;
    check_limits(server, &work)?;
    let server = Arc::clone(server);
    let task = tokio::task::spawn_blocking(move || {
        let Work { place, call, query, body } = work;
        let lag = server.disable_visible_after;
        let done = execute(&server.store, &place, &call, &query, &body, lag);
        // The lock is in the server: it must be free once nobody is busy any more.
        drop(server);
        drop(busy);
        done
    });
    task.await.unwrap_or_else(|error| Err(Refusal::internal(&error)))
}

fn host(parts: &Parts) -> &str {
    match parts.uri.authority() {
        Some(authority) => authority.as_str(),
        None => parts.headers.get(HOST).and_then(|it| it.to_str().ok()).unwrap_or_default(),
    }
}

fn authenticate(server: &Server, parts: &Parts) -> Result<Arc<Identity>, Refusal> {
    let shown = parts
        .headers
        .get(AUTHORIZATION)
        .and_then(|it| it.to_str().ok())
        .and_then(|it| it.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    match shown {
        None => Err(Refusal::unauthorized("AKV10000: Request is missing a Bearer or PoP token.")),
        Some(token) => server.identities.find(token).ok_or_else(|| {
            Refusal::unauthorized("[BearerReadAccessTokenFailed] The token is not one that this vault accepts.")
        }),
    }
}

async fn read(body: Incoming) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    match Limited::new(body, BODY_BYTES_MAX).collect().await {
        Ok(collected) => Ok(Zeroizing::new(collected.to_bytes().to_vec())),
        Err(_too_long_or_cut) => Err(Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestBodyTooLarge",
            "The request body did not arrive whole, or is longer than this vault reads.",
        )),
    }
}

fn check_api_version(version: &str) -> Result<(), Refusal> {
    if version.is_empty() {
        return Err(Refusal::bad_parameter("api-version must be specified"));
    }
    if API_VERSIONS.contains(&version) {
        return Ok(());
    }
    Err(Refusal::bad_parameter(format!(
        "The specified version ({}) is not recognized. Consider using the latest supported \
         version (2025-07-01).",
        version.chars().take(32).collect::<String>()
    )))
}

fn check_role(identity: &Identity, call: &Call, place: &Place) -> Result<(), Refusal> {
    if identity.role.allows(call.operation) {
        return Ok(());
    }
    Err(Refusal::forbidden(
        "ForbiddenByRbac",
        format!(
            "Caller is not authorized to perform action on resource.\r\nCaller: oid={}\r\n\
             Action: 'Microsoft.KeyVault/vaults/{}'\r\nVault: {}\r\nAssignment: (not found)\r\n",
            record::object_id(&identity.name),
            call.operation.action(),
            place.vault,
        ),
    ))
}

fn check_limits(server: &Server, work: &Work) -> Result<(), Refusal> {
    let Some(limits) = &server.limits else { return Ok(()) };
    let key = key_type(server, work);
    server.meter.admit(limits, &work.place.vault, work.call.operation, key, work.place.now).map_err(Refusal::throttled)
}

/// The type of the key that a call makes or uses: limits differ by it.
fn key_type(server: &Server, work: &Work) -> Option<KeyType> {
    let operation = work.call.operation;
    if operation == Operation::KeyCreate {
        return CreateIn::parse(&work.body).ok()?.key_type().ok();
    }
    if operation != Operation::KeyRotate && operation.key_op().is_none() {
        return None;
    }
    let id = ObjectId::new(&work.place.vault, &work.call.name);
    let object = server.store.keys.find(&id)?;
    Some(object.version(work.call.version.as_deref())?.material.key_type)
}

fn faulty(status: u16, retry_after_s: Option<u64>) -> Refusal {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let code = match status {
        StatusCode::TOO_MANY_REQUESTS => "Throttled",
        StatusCode::SERVICE_UNAVAILABLE => "ServiceUnavailable",
        StatusCode::FORBIDDEN => "Forbidden",
        _ => "InternalServerError",
    };
    Refusal { retry_after_s, ..Refusal::new(status, code, "A fault that was asked for.") }
}

/// Who may reach the fault port.
pub(crate) fn is_administrator(identity: &Identity) -> bool {
    identity.role == Role::Administrator
}
