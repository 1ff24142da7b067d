//! An answer other than success, in Key Vault's error format.

use http::StatusCode;
use serde_json::{Value, json};

/// Why a call was refused: the status and the codes that Microsoft's clients turn into typed errors.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub status: StatusCode,
    pub code: &'static str,
    pub inner: Option<&'static str>,
    pub message: String,
    pub retry_after_s: Option<u64>,
}

impl Refusal {
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, inner: None, message: message.into(), retry_after_s: None }
    }

    pub fn bad_parameter(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadParameter", message)
    }

    pub fn forbidden(inner: &'static str, message: impl Into<String>) -> Self {
        Self { inner: Some(inner), ..Self::new(StatusCode::FORBIDDEN, "Forbidden", message) }
    }

    pub fn conflict(inner: &'static str, message: impl Into<String>) -> Self {
        Self { inner: Some(inner), ..Self::new(StatusCode::CONFLICT, "Conflict", message) }
    }

    pub fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Unauthorized", message)
    }

    pub fn throttled(retry_after_s: u64) -> Self {
        Self {
            retry_after_s: Some(retry_after_s),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "Throttled",
                "Request was not processed because too many requests were received. \
                 Reason: VaultRequestTypeLimitReached",
            )
        }
    }

    /// A fault of the server itself. The cause goes to the log, not to the caller.
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "the local vault could not complete a call");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalServerError",
            "The vault could not complete the call; nothing was changed that was not answered.",
        )
    }

    pub fn body(&self) -> Value {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let (Some(inner), Some(fields)) = (self.inner, error.as_object_mut()) {
            fields.insert("innererror".to_owned(), json!({ "code": inner }));
        }
        json!({ "error": error })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inner_code_is_nested_as_the_service_does() {
        assert_eq!(
            Refusal::forbidden("KeyDisabled", "no").body(),
            json!({ "error": { "code": "Forbidden", "message": "no", "innererror": { "code": "KeyDisabled" } } })
        );
    }
}
