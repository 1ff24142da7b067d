//! The register's refusals in words: `docs/formats/acts.md` lists the codes.

use domain::{Role, Timestamp};
use register::{Difference, Refusal};
use serde_json::{Value, json};

use super::Failure;

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let differences = refusal.differences();
        let until = refusal.detail().get("until").and_then(Value::as_i64).map(Timestamp::from_micros);
        let failure = why_not(refusal.code(), &wanted(&refusal));
        let failure = match until {
            Some(until) => failure.with("until", until.to_string()),
            None => failure,
        };
        if differences.is_empty() { failure } else { failure.with("differences", of_differences(&differences)) }
    }
}

fn wanted(refusal: &Refusal) -> Vec<Role> {
    let words = refusal.detail().get("wanted").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    words.iter().filter_map(Value::as_str).filter_map(|word| word.parse().ok()).collect()
}

/// Differences for a document.
pub fn of_differences(differences: &[Difference]) -> Value {
    let view = |it: &Difference| json!({ "fact": it.fact, "planned": it.planned, "found": it.found });
    Value::Array(differences.iter().map(view).collect())
}

/// A refusal by its code; `wanted` are the roles that would do.
pub fn why_not(code: &str, wanted: &[Role]) -> Failure {
    let (message, hint) = words(code);
    let failure = match message {
        Some(message) => Failure::new(code, message.to_owned()),
        None => Failure::new(code, format!("the register refuses: {}", code.replace('_', " "))),
    };
    match (hint, wanted) {
        (_, [_, ..]) => failure.hint(format!("it takes the role {}", crate::people::words(wanted))),
        (Some(hint), []) => failure.hint(hint),
        (None, []) => failure,
    }
}

/// What happened, and what to do.
fn words(code: &str) -> (Option<&'static str>, Option<&'static str>) {
    let (message, hint) = match code {
        "own_request" => (
            "this is your own request: nobody countersigns what they asked for themselves",
            "a second person signs it, with: countersign --as NAME sign REQUEST",
        ),
        "same_person" => ("the same person has signed already, as another operator", "a second person signs it"),
        "already_signed" => ("you have signed this request already", ""),
        "role_missing" => ("you hold no role that may do this", "countersign operators shows who holds which"),
        "not_allowed" => ("your login may not do this", "countersign operators shows who holds which role"),
        "operator_inactive" => ("you are suspended, or have left", "another Security operator can say why"),
        "request_expired" => ("the request's time is over", "ask anew with countersign request"),
        "request_not_open" => ("the request is decided already", "countersign request show REQUEST says how"),
        "request_unknown" => ("there is no such request", "countersign request list"),
        "not_requester" => ("only who asked takes a request back", ""),
        "plan_stale" => (
            "what the plan depends on has changed: its seals do not count any more",
            "ask anew with countersign request; the differences are named",
        ),
        "plan_differs" => ("the plan is not the one on record", "look again: countersign request show REQUEST"),
        "no_quorum" => ("the signatures are not enough", "countersign request show REQUEST says whose are missing"),
        "already_started" => ("the request's run has begun already", "countersign run list"),
        "run_active" => ("another run works on this key", "countersign run list"),
        "run_unknown" => ("there is no such run", "countersign run list"),
        "run_finished" => ("the run is finished", "countersign run show RUN"),
        "run_paused" => ("the run was paused by somebody", "countersign run resume RUN"),
        "run_not_paused" => ("the run is not paused", "countersign run show RUN"),
        "lease_held" => ("another console executes this run now", "wait for its end, or: countersign run pause RUN"),
        "lease_lost" => ("another console has taken this run over", "countersign run show RUN"),
        "cannot_turn_back" => ("the run cannot be turned back any more: the old version is disabled", ""),
        "turned_back" => ("the run was turned back", "countersign run resume RUN finishes the way back"),
        "grace_running" => ("the grace period is not over", ""),
        "name_taken" | "key_known" => ("a key of that name is in the register already", "countersign keys list NAME"),
        "key_unknown" => ("there is no such key", "countersign keys list"),
        "key_not_active" => ("the key is not in use", "countersign keys show KEY"),
        "weak_algorithm" => ("the algorithm or its length is not approved", ""),
        "dek_exists" => ("there is a live DEK for that already: one for each tenant and integration, or secret", ""),
        "version_moved" => ("the KEK was rotated meanwhile", "try again"),
        "clock_skew" => ("this computer's clock and the register's differ by more than a minute", "set the clock"),
        "session_over" | "session_unknown" => ("the session is over", "try again"),
        "device_revoked" => ("the device key was revoked", "another device must be enrolled"),
        "text_unclean" => ("a text holds characters that are not shown or change how it reads", ""),
        "wrong_environment" => ("this belongs to another environment", "check --home"),
        _ => return (None, None),
    };
    (Some(message), Some(hint).filter(|hint| !hint.is_empty()))
}
