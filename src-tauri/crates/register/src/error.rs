//! What the register answers when it does not do what it was asked.

use domain::KeyId;
use serde_json::Value;
use sqlx::postgres::PgDatabaseError;

/// A rule said no. The register keeps a record of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the register refuses: {code}")]
pub struct Refusal {
    code: String,
    detail: Value,
}

/// A fact that is no longer what a plan was computed from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// Name of the fact.
    pub fact: String,
    /// What the plan says; empty where it says nothing.
    pub planned: String,
    /// What is there now; empty where there is nothing.
    pub found: String,
}

impl Refusal {
    pub(crate) fn new(code: impl Into<String>, detail: Value) -> Self {
        Self { code: code.into(), detail }
    }

    /// Which rule, in the words of `docs/formats/acts.md`.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// What the rule found.
    #[must_use]
    pub fn detail(&self) -> &Value {
        &self.detail
    }

    /// Facts that changed since the plan was computed; of the code `plan_stale`.
    #[must_use]
    pub fn differences(&self) -> Vec<Difference> {
        let Some(differences) = self.detail.get("differences").and_then(Value::as_object) else { return Vec::new() };
        let text = |side: &Value, name: &str| side.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let read = |(fact, sides): (&String, &Value)| Difference {
            fact: fact.clone(),
            planned: text(sides, "planned"),
            found: text(sides, "found"),
        };
        let mut found: Vec<Difference> = differences.iter().map(read).collect();
        // In order of name, in whatever order the JSON came.
        found.sort_unstable();
        found
    }

    /// DEKs whose wrap is not the one that was read; of the code `wrap_moved`.
    #[must_use]
    pub fn moved_deks(&self) -> Vec<KeyId> {
        let deks = self.detail.get("deks").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        deks.iter().filter_map(Value::as_str).filter_map(|dek| dek.parse().ok()).collect()
    }

    /// Whether the plan no longer describes the register.
    #[must_use]
    pub fn is_plan_stale(&self) -> bool {
        self.code == "plan_stale"
    }

    /// Whether another console has the run now, or nobody has: this one must stop.
    #[must_use]
    pub fn is_lease_lost(&self) -> bool {
        self.code == "lease_lost"
    }

    /// Whether somebody paused the run.
    #[must_use]
    pub fn is_run_paused(&self) -> bool {
        self.code == "run_paused"
    }

    /// Whether this very entry is in the ledger already: a reply was lost, the act was done.
    #[must_use]
    pub fn is_entry_known(&self) -> bool {
        self.code == "entry_known"
    }
}

/// Why the register did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// A rule said no; nothing was changed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The register cannot be reached. Whether the act was done is not known: the same entry sent again is either done or
    /// refused as `entry_known`.
    #[error("the register cannot be reached")]
    Unavailable(#[source] sqlx::Error),
    /// Another act came in between; nothing was changed, and it may be tried again.
    #[error("the register was busy with another act")]
    Conflict(#[source] sqlx::Error),
    /// Anything else.
    #[error("the register failed")]
    Other(#[source] sqlx::Error),
}

impl RegisterError {
    /// The refusal, where a rule said no.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }
}

impl From<sqlx::Error> for RegisterError {
    fn from(error: sqlx::Error) -> Self {
        match (sqlstate(&error).as_deref(), &error) {
            (Some("40001" | "40P01" | "55P03"), _) => Self::Conflict(error),
            // A function that the login's roles do not have. The server's log keeps it; the function never ran.
            (Some("42501"), _) => Self::Refused(Refusal::new("not_allowed", Value::Null)),
            // A rule that a read asked, such as one that weighs a change before anybody asks for it.
            (Some("CSREF"), _) => Self::Refused(raised(&error)),
            (Some("57P01" | "57P02" | "57P03"), _) => Self::Unavailable(error),
            (Some(state), _) if state.starts_with("08") || state.starts_with("53") => Self::Unavailable(error),
            (Some(_), _) => Self::Other(error),
            (None, sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_)) => Self::Unavailable(error),
            (None, sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed) => {
                Self::Unavailable(error)
            }
            (None, _) => Self::Other(error),
        }
    }
}

fn raised(error: &sqlx::Error) -> Refusal {
    let told = error.as_database_error();
    let detail = told.and_then(|told| told.try_downcast_ref::<PgDatabaseError>()).and_then(PgDatabaseError::detail);
    let detail = detail.and_then(|detail| serde_json::from_str(detail).ok()).unwrap_or(Value::Null);
    Refusal::new(told.map(|told| told.message()).unwrap_or_default(), detail)
}

pub(crate) fn sqlstate(error: &sqlx::Error) -> Option<String> {
    error.as_database_error().and_then(|error| error.code()).map(|code| code.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_stale_plan_names_what_differs() {
        let detail = json!({"differences": {"register.rotation_rules": {"planned": "1", "found": "2"},
                                            "register.x.version": {"planned": "a", "found": null}}});
        let refusal = Refusal::new("plan_stale", detail);
        let named: Vec<_> = refusal.differences().into_iter().map(|d| (d.fact, d.planned, d.found)).collect();
        let wanted = [("register.rotation_rules", "1", "2"), ("register.x.version", "a", "")];
        assert_eq!(named, wanted.map(|(f, p, n)| (f.to_owned(), p.to_owned(), n.to_owned())));
        assert!(refusal.moved_deks().is_empty());
    }
}
