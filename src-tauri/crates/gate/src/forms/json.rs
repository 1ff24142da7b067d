//! One document for a program.

use serde_json::{Value, json};

use crate::judgement::{Judged, Judgement, Report, Source};

/// Kind and version.
const RESULT_KIND: &str = "countersign/gate-result/v1";

/// The report.
pub fn document(report: &Report) -> Value {
    let verdict = report.verdict();
    let source = match &report.source {
        Source::Register => json!({ "kind": "register" }),
        Source::File { name, digest } => json!({ "kind": "file", "name": name, "sha256": digest.map(hex::encode) }),
    };
    let mut document = json!({
        "format": RESULT_KIND,
        "verdict": verdict.word(),
        "exit": verdict.exit(),
        "environment": report.environment,
        "commit": report.commit.as_ref().map(ToString::to_string),
        "repository": report.repository,
        "asked_at": report.asked_at.to_string(),
        "source": source,
        "counts": report.counts(),
        "findings": [],
    });
    let more = match &report.outcome {
        Ok(judgement) => of_judgement(judgement),
        Err(unknown) => {
            json!({ "reason": { "code": unknown.code, "message": unknown.message, "hint": unknown.hint } })
        }
    };
    if let (Value::Object(all), Value::Object(more)) = (&mut document, more) {
        all.extend(more);
    }
    document
}

fn of_judgement(judgement: &Judgement) -> Value {
    let reading = &judgement.reading;
    json!({
        "custody": { "id": reading.custody, "name": reading.name },
        "ledger": { "number": reading.ledger.number, "hash": reading.ledger.hash },
        "read_at": moment(reading.read_at),
        "judged_at": judgement.at.to_string(),
        "findings": judgement.findings.iter().map(of_finding).collect::<Vec<_>>(),
        "more": reading.more,
    })
}

fn of_finding(it: &Judged) -> Value {
    let finding = &it.finding;
    json!({
        "level": it.level,
        "kind": finding.kind,
        "id": finding.id,
        "subject": finding.subject,
        "title": finding.title,
        "owner": finding.owner,
        "about": finding.about,
        "due_at": moment(finding.due_at),
        "due": it.is_due,
        "days": it.days,
        "clears": finding.clears,
    })
}

/// A moment as the other documents write it.
pub fn moment(micros: i64) -> String {
    domain::Timestamp::from_micros(micros).to_string()
}
