//! Faults over the wire, for tests whose vault runs in another process. Only a vault that was
//! started with [`Settings::fault_port`](crate::Settings::fault_port) answers here.
//!
//! `POST /countersign/faults` sets a rule and answers its id, `GET …/ID` how many calls it has met,
//! `DELETE` takes all rules away.

use crate::answer::Answer;
use crate::call::is_administrator;
use crate::fault::{FaultAction, FaultRule, FaultWhen, Faults};
use crate::identity::Identity;
use crate::keys::{invalid, parse};
use crate::operation::Operation;
use crate::refusal::Refusal;
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;

/// Where the port is.
pub(crate) const PATH: &str = "/countersign/faults";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RuleIn {
    operation: Option<String>,
    nth: Option<u64>,
    first: Option<u64>,
    action: ActionIn,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
enum ActionIn {
    DelayMs(u64),
    Status { status: u16, retry_after_s: Option<u64> },
    DropBefore,
    DropAfter,
}

pub(crate) fn answer(
    faults: &Faults,
    identity: &Identity,
    method: &Method,
    rest: &str,
    body: &[u8],
) -> Result<Answer, Refusal> {
    if !is_administrator(identity) {
        return Err(Refusal::forbidden("ForbiddenByRbac", "The fault port is not yours to use."));
    }
    match (method.as_str(), rest) {
        ("POST", "") => {
            let id = faults.set(rule(parse(body)?)?);
            Answer::json(&json!({ "id": id }))
        }
        ("DELETE", "") => {
            faults.clear();
            Ok(Answer::no_content())
        }
        ("GET", id) => {
            let met = id.strip_prefix('/').and_then(|it| faults.met(it.parse().ok()?));
            match met {
                Some(met) => Answer::json(&json!({ "met": met })),
                None => Err(not_there()),
            }
        }
        _ => Err(not_there()),
    }
}

fn rule(input: RuleIn) -> Result<FaultRule, Refusal> {
    let operation = match input.operation {
        None => None,
        Some(name) => Some(Operation::find(&name).ok_or_else(|| invalid("operation"))?),
    };
    let when = match (input.nth, input.first) {
        (None, None) => FaultWhen::Always,
        (Some(n), None) => FaultWhen::Nth(n),
        (None, Some(n)) => FaultWhen::First(n),
        (Some(_), Some(_)) => return Err(invalid("nth")),
    };
    let action = match input.action {
        ActionIn::DelayMs(ms) => FaultAction::Delay(Duration::from_millis(ms)),
        ActionIn::Status { status, retry_after_s } => FaultAction::Status { status, retry_after_s },
        ActionIn::DropBefore => FaultAction::DropBefore,
        ActionIn::DropAfter => FaultAction::DropAfter,
    };
    Ok(FaultRule { operation, when, action })
}

fn not_there() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "NotFound", "There is no such fault rule.")
}
