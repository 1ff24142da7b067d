//! Runs and their steps.

use register::{RunDirection, RunRow, StepRow, StepState};
use serde_json::{Value, json};

use super::keys::moment;
use crate::people::Directory;
use crate::progress::step;
use crate::table::Table;

fn direction(run: &RunRow) -> &'static str {
    match run.direction {
        RunDirection::Forward => "forward",
        RunDirection::Back => "back",
    }
}

fn state(of: StepState) -> &'static str {
    match of {
        StepState::Intended => "intended",
        StepState::Done => "done",
        StepState::Failed => "failed",
    }
}

/// A run.
pub fn document(run: &RunRow, people: &Directory) -> Value {
    json!({
        "id": run.id,
        "run": run.number,
        "request": run.request,
        "key": run.key,
        "state": run.state,
        "direction": direction(run),
        "from_version": run.from_version,
        "new_version": run.new_version,
        "executed_by": people.person(run.owner),
        "lease_until": run.lease_until.to_string(),
        "lapsed": run.lapsed,
        "rewrapped": run.rewrapped,
        "started_at": run.started_at.to_string(),
        "finished_at": moment(run.finished_at),
        "verification": run.verification,
        "entries": { "started": run.started_seq, "finished": run.finished_seq },
    })
}

/// A run with its steps.
pub fn detail_document(run: &RunRow, steps: &[StepRow], people: &Directory) -> Value {
    let view = |row: &StepRow| {
        json!({
            "position": row.position,
            "step": row.kind,
            "state": state(row.state),
            "attempts": row.attempts,
            "intent": row.intent,
            "evidence": row.evidence,
            "finished_at": moment(row.finished_at),
            "entries": { "intent": row.intent_seq, "outcome": row.outcome_seq },
        })
    };
    let mut document = document(run, people);
    if let Some(all) = document.as_object_mut() {
        all.insert("steps".to_owned(), Value::Array(steps.iter().map(view).collect()));
    }
    document
}

/// Runs in columns.
pub fn table(runs: &[RunRow], people: &Directory) -> String {
    let mut table = Table::new(&["run", "state", "direction", "executed by", "re-wrapped", "started", "id"]);
    for run in runs {
        let word = if run.lapsed { "nobody holds it" } else { run.state.word() };
        table.row([
            run.number.to_string().as_str(),
            word,
            direction(run),
            &people.name(run.owner),
            &run.rewrapped.to_string(),
            &run.started_at.to_string(),
            &run.id.to_string(),
        ]);
    }
    table.text()
}

/// A run with its steps, to read.
pub fn detail_text(run: &RunRow, steps: &[StepRow], people: &Directory) -> String {
    let mut table = Table::new(&["step", "state", "entries", "evidence"]);
    for row in steps {
        let evidence: Vec<String> =
            row.evidence.iter().flatten().map(|(name, value)| format!("{name}: {value}")).collect();
        let entries = match row.outcome_seq {
            Some(outcome) => format!("{}, {outcome}", row.intent_seq),
            None => row.intent_seq.to_string(),
        };
        table.row([step(row.kind), state(row.state), &entries, &evidence.join("; ")]);
    }
    let mut facts = Table::pairs();
    facts.pair("run", run.number.to_string());
    facts.pair("id", run.id.to_string());
    facts.pair("state", run.state.word());
    facts.pair("direction", direction(run));
    facts.pair("executed by", people.name(run.owner));
    facts.pair("re-wrapped", run.rewrapped.to_string());
    facts.pair("verification", run.verification.as_deref().unwrap_or("-"));
    format!("{}\n\n{}", facts.text(), table.text())
}
