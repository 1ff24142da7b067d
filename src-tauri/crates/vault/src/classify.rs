use std::error::Error as StdError;
use std::time::Duration;

use azure_core::Error;
use azure_core::error::{ErrorKind, ErrorResponse};
use azure_core::http::headers::{Headers, RETRY_AFTER};
use azure_core::http::{RawResponse, StatusCode};

use crate::address::VaultAddress;
use crate::credential::{SignInFailure, SignInWay, sign_in_cause};
use crate::dial::NameUnresolved;
use crate::error::{Action, ForbiddenWhy, LostReply, VaultError};
use crate::transport::LeadsAway;

/// Whether a lost reply leaves the vault's state unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Reads,
    Changes,
}

/// What a classification needs to know about the call.
#[derive(Clone, Copy)]
pub(crate) struct CallFacts<'a> {
    pub(crate) action: Action,
    pub(crate) effect: Effect,
    pub(crate) address: &'a VaultAddress,
    pub(crate) way: SignInWay,
}

impl CallFacts<'_> {
    pub(crate) fn timed_out(self) -> VaultError {
        self.lost(LostReply::TimedOut, VaultError::TimedOut { action: self.action })
    }

    pub(crate) fn unreadable(self) -> VaultError {
        self.lost(LostReply::Unreadable, VaultError::Unreadable { action: self.action })
    }

    fn lost(self, lost: LostReply, read: VaultError) -> VaultError {
        match self.effect {
            Effect::Reads => read,
            Effect::Changes => VaultError::OutcomeUnknown { action: self.action, lost },
        }
    }
}

/// Turns the SDK's error into ours, by kinds, types, status and error codes; never by message text.
pub(crate) fn classify(error: Error, call: CallFacts<'_>) -> VaultError {
    if let Some(away) = find::<LeadsAway>(&error) {
        return VaultError::UntrustedHost { host: away.host.clone() };
    }
    match error.kind() {
        ErrorKind::HttpResponse { status, raw_response, .. } => by_status(*status, raw_response.as_deref(), call),
        ErrorKind::Connection => not_connected(&error, call.address),
        ErrorKind::Io => call.lost(LostReply::Broken, VaultError::Unreachable { host: call.address.host() }),
        ErrorKind::Credential => VaultError::SignIn {
            way: find::<SignInFailure>(&error).map_or(call.way, |failure| failure.way),
            cause: sign_in_cause(&error),
        },
        _ => call.unreadable(),
    }
}

fn not_connected(error: &Error, address: &VaultAddress) -> VaultError {
    let host = address.host();
    if find::<NameUnresolved>(error).is_some() {
        VaultError::Dns { host }
    } else if find::<rustls::Error>(error).is_some() {
        VaultError::Tls { host }
    } else {
        VaultError::Unreachable { host }
    }
}

fn by_status(status: StatusCode, response: Option<&RawResponse>, call: CallFacts<'_>) -> VaultError {
    let action = call.action;
    let codes = response.map(error_codes).unwrap_or_default();
    let says = |code: &str| codes.iter().any(|said| said == code);
    match u16::from(status) {
        400 => VaultError::BadRequest { action },
        401 => VaultError::Unauthorized { action },
        403 if says("KeyDisabled") || says("SecretDisabled") || says("ObjectIsDisabled") => {
            VaultError::Disabled { action }
        }
        403 => VaultError::Forbidden { action, why: forbidden_why(&codes, action) },
        404 => VaultError::NotFound { action },
        409 if says("ObjectIsDeletedButRecoverable") => VaultError::Deleted { action },
        409 => VaultError::Conflict { action },
        429 => {
            VaultError::Throttled { action, retry_after: response.and_then(|response| retry_after(response.headers())) }
        }
        status @ (408 | 500..=599) => {
            call.lost(LostReply::ServerFault(status), VaultError::ServerFault { action, status })
        }
        _ => call.unreadable(),
    }
}

fn forbidden_why(codes: &[String], action: Action) -> ForbiddenWhy {
    codes
        .iter()
        .find_map(|code| match code.as_str() {
            "ForbiddenByRbac" => Some(ForbiddenWhy::Role),
            "ForbiddenByPolicy" if matches!(action, Action::PurgeKey | Action::PurgeSecret) => {
                Some(ForbiddenWhy::PurgeProtection)
            }
            "ForbiddenByPolicy" | "AccessDenied" => Some(ForbiddenWhy::AccessPolicy),
            "ForbiddenByFirewall" => Some(ForbiddenWhy::Firewall),
            "ForbiddenByConnection" => Some(ForbiddenWhy::PrivateConnection),
            _ => None,
        })
        .unwrap_or(ForbiddenWhy::Unstated)
}

const INNER_ERRORS_MAX: usize = 8;

/// `error.code` and the codes of the inner errors below it.
fn error_codes(response: &RawResponse) -> Vec<String> {
    let mut codes = Vec::new();
    let detail = serde_json::from_slice::<ErrorResponse>(response.body()).ok().and_then(|body| body.error);
    let Some(detail) = detail else {
        return codes;
    };
    codes.extend(detail.code);
    let mut inner = detail.inner_error;
    while let Some(error) = inner
        && codes.len() < INNER_ERRORS_MAX
    {
        codes.extend(error.code);
        inner = error.inner_error.map(|boxed| *boxed);
    }
    codes
}

fn retry_after(headers: &Headers) -> Option<Duration> {
    let text = headers.get_optional_str(&RETRY_AFTER)?;
    text.trim().parse().ok().map(Duration::from_secs)
}

/// Looks for a cause of one type, also inside `std::io::Error`, whose `source` skips what it carries.
pub(crate) fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    const CAUSES_MAX: usize = 32;
    let mut current = Some(error);
    for _ in 0..CAUSES_MAX {
        let cause = current?;
        if let Some(found) = cause.downcast_ref::<T>() {
            return Some(found);
        }
        current = match cause.downcast_ref::<std::io::Error>() {
            Some(io) => io.get_ref().map(|inner| -> &(dyn StdError + 'static) { inner }),
            None => cause.source(),
        };
    }
    None
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    fn http_error(status: u16, body: &str, headers: Headers) -> Error {
        let status = StatusCode::from(status);
        let raw = RawResponse::from_bytes(status, headers, body.to_owned());
        Error::from(ErrorKind::HttpResponse { status, error_code: None, raw_response: Some(Box::new(raw)) })
    }

    fn classified(error: Error, effect: Effect) -> VaultError {
        let address = VaultAddress::parse("payroll.vault.azure.net").unwrap();
        classify(error, CallFacts { action: Action::CreateKey, effect, address: &address, way: SignInWay::StaticToken })
    }

    #[test]
    fn codes_decide_and_messages_do_not() {
        let action = Action::CreateKey;
        let body = |outer: &str, inner: &str| {
            format!(
                r#"{{"error":{{"code":"{outer}","message":"KeyDisabled ForbiddenByRbac","innererror":{{"code":"{inner}"}}}}}}"#
            )
        };
        for (status, inner, expected) in [
            (403, "KeyDisabled", VaultError::Disabled { action }),
            (403, "ForbiddenByRbac", VaultError::Forbidden { action, why: ForbiddenWhy::Role }),
            (403, "Other", VaultError::Forbidden { action, why: ForbiddenWhy::Unstated }),
            (409, "ObjectIsDeletedButRecoverable", VaultError::Deleted { action }),
            (409, "ObjectIsBeingDeleted", VaultError::Conflict { action }),
            (404, "KeyNotFound", VaultError::NotFound { action }),
        ] {
            let error = http_error(status, &body("Outer", inner), Headers::new());
            assert_eq!(classified(error, Effect::Reads), expected, "{inner}");
        }
    }

    #[test]
    fn a_fault_of_the_service_leaves_a_change_unknown_and_a_read_failed() {
        for status in [408, 500, 502, 503, 504] {
            assert_eq!(
                classified(http_error(status, "", Headers::new()), Effect::Changes),
                VaultError::OutcomeUnknown { action: Action::CreateKey, lost: LostReply::ServerFault(status) }
            );
            assert!(matches!(
                classified(http_error(status, "", Headers::new()), Effect::Reads),
                VaultError::ServerFault { .. }
            ));
        }
    }

    #[test]
    fn messages_and_bodies_never_reach_the_error() {
        let body = r#"{"error":{"code":"BadParameter","message":"eyJ-secret-eyJ"}}"#;
        for effect in [Effect::Reads, Effect::Changes] {
            for status in [302, 400, 401, 403, 404, 409, 418, 429, 500] {
                let error = classified(http_error(status, body, Headers::new()), effect);
                assert!(!format!("{error} {error:?}").contains("secret"), "{status}");
            }
        }
    }

    #[test]
    fn retry_after_is_read() {
        let mut headers = Headers::new();
        headers.insert(RETRY_AFTER, "7");
        assert_eq!(
            classified(http_error(429, "", headers), Effect::Changes),
            VaultError::Throttled { action: Action::CreateKey, retry_after: Some(Duration::from_secs(7)) }
        );
    }
}
