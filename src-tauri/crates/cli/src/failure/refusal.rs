//! The register's refusals in words: `docs/formats/acts.md` lists the codes.

use domain::{Role, Timestamp};
use register::{Difference, Refusal};
use serde_json::{Value, json};

use super::{Failure, words};

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let differences = refusal.differences();
        let until = refusal.detail().get("until").and_then(Value::as_i64).map(Timestamp::from_micros);
        let failure = why_not(refusal.code(), &wanted(&refusal)).of_what(&refusal);
        let failure = match until {
            Some(until) => failure.with("until", until.to_string()),
            None => failure,
        };
        if differences.is_empty() { failure } else { failure.with("differences", of_differences(&differences)) }
    }
}

impl Failure {
    /// Says in the sentence itself what the register named: what must be kept, what is missing, how much is left.
    fn of_what(mut self, refusal: &Refusal) -> Self {
        let detail = refusal.detail();
        let rows = |name: &str| detail.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let text = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).unwrap_or_default().replace('_', " ");
        let holds = rows("holds").iter().map(|hold| format!("{} {}", text(hold, "kind"), text(hold, "reference")));
        let missing = rows("missing").iter().map(|it| it.as_str().map_or_else(|| it.to_string(), str::to_owned));
        let in_the_way = rows("in_the_way").iter().map(|it| format!("{} {}", text(it, "what"), text(it, "name")));
        let count = detail.get("count").filter(|count| count.as_u64() != Some(0)).map(ToString::to_string);
        let why = detail.get("why").and_then(Value::as_str).map(str::to_owned);
        let named: Vec<String> = holds.chain(missing).chain(in_the_way).chain(count).chain(why).collect();
        if !named.is_empty() {
            self.message = format!("{}: {}", self.message, named.join(", "));
        }
        match detail.as_object().is_none_or(serde_json::Map::is_empty) {
            true => self,
            false => self.with("detail", detail.clone()),
        }
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
    let (message, hint) = match words::of(code) {
        Some((message, hint)) => (message.to_owned(), hint),
        None => (format!("the register refuses: {}", code.replace('_', " ")), ""),
    };
    let failure = Failure::new(code, message);
    match (hint, wanted) {
        (_, [_, ..]) => failure.hint(format!("it takes the role {}", crate::people::words(wanted))),
        ("", []) => failure,
        (hint, []) => failure.hint(hint),
    }
}
