//! SARIF 2.1.0, as code-scanning tools take it.

use std::collections::BTreeSet;

use canonical::Encoder;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::finding::Level;
use crate::forms::json::moment;
use crate::forms::words::{headline, rule, when};
use crate::judgement::{Judged, Judgement, Report, Unknown};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// Rule of a report without a verdict.
const UNKNOWN: &str = "gate_unknown";

/// The report.
pub fn document(report: &Report) -> Value {
    let (results, kinds) = match &report.outcome {
        Ok(judgement) => {
            let kinds: BTreeSet<&str> = judgement.findings.iter().map(|it| it.finding.kind.as_str()).collect();
            (judgement.findings.iter().map(|it| of_finding(it, report, judgement)).collect(), kinds)
        }
        Err(unknown) => (vec![of_unknown(unknown, report)], BTreeSet::from([UNKNOWN])),
    };
    let mut run = json!({
        "tool": { "driver": {
            "name": "countersign gate",
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "rules": kinds.into_iter().map(of_rule).collect::<Vec<_>>(),
        } },
        "automationDetails": { "id": format!("countersign-gate/{}/", report.environment.word()) },
        "invocations": [invocation(report)],
        "results": results,
        "properties": properties(report),
    });
    // The standard wants the repository's address beside a commit.
    if let (Some(commit), Some(repository), Value::Object(run)) = (&report.commit, &report.repository, &mut run) {
        let provenance = json!([{ "repositoryUri": repository, "revisionId": commit.to_string() }]);
        run.insert("versionControlProvenance".to_owned(), provenance);
    }
    json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run] })
}

fn of_rule(kind: &str) -> Value {
    let rule = rule(kind);
    json!({ "id": kind, "name": rule.name, "shortDescription": { "text": rule.about } })
}

fn invocation(report: &Report) -> Value {
    let mut invocation = json!({
        "executionSuccessful": report.outcome.is_ok(),
        "exitCode": report.verdict().exit(),
        "exitCodeDescription": headline(report),
        "endTimeUtc": report.asked_at.to_string(),
    });
    if let (Err(unknown), Value::Object(fields)) = (&report.outcome, &mut invocation) {
        let notification = json!([{ "level": "error", "message": { "text": sentence(unknown) } }]);
        fields.insert("toolExecutionNotifications".to_owned(), notification);
    }
    invocation
}

fn properties(report: &Report) -> Value {
    let judgement = report.outcome.as_ref().ok();
    json!({
        "verdict": report.verdict().word(),
        "environment": report.environment,
        "commit": report.commit.as_ref().map(ToString::to_string),
        "custody": judgement.map(|it| it.reading.custody),
        "judgedAt": judgement.map(|it| it.at.to_string()),
        "ledgerEntry": judgement.map(|it| it.reading.ledger.number),
        "ledgerHash": judgement.map(|it| it.reading.ledger.hash.to_string()),
    })
}

fn of_finding(it: &Judged, report: &Report, judgement: &Judgement) -> Value {
    let finding = &it.finding;
    let level = match it.level {
        Level::Block => "error",
        Level::Warn => "warning",
        Level::Notice => "note",
    };
    let owner = if finding.owner.is_empty() { "nobody" } else { &finding.owner };
    let clears = if finding.clears.is_empty() { String::new() } else { format!(" Clear it: {}", finding.clears) };
    let text = format!("{} {}: {}. Owner: {owner}.{clears}", finding.id, when(it), finding.title);
    let identity = Encoder::message("countersign/gate-finding/v1")
        .bytes(judgement.reading.custody.0.as_bytes())
        .text(&finding.kind)
        .text(&finding.id)
        .time(finding.due_at);
    json!({
        "ruleId": finding.kind,
        "level": level,
        "message": { "text": text },
        "locations": [location(report, &finding.id)],
        "partialFingerprints": { "countersignFinding/v1": hex::encode(Sha256::digest(identity.finish())) },
        "properties": {
            "id": finding.id,
            "owner": finding.owner,
            "policy": finding.about,
            "dueAt": moment(finding.due_at),
            "due": it.is_due,
            "days": it.days,
            "clears": finding.clears,
        },
    })
}

fn of_unknown(unknown: &Unknown, report: &Report) -> Value {
    json!({
        "ruleId": UNKNOWN,
        "level": "error",
        "message": { "text": sentence(unknown) },
        "locations": [location(report, "gate")],
        "properties": { "code": unknown.code },
    })
}

fn sentence(unknown: &Unknown) -> String {
    format!("{}. Next: {}", unknown.message, unknown.hint)
}

/// Nothing of it lies in the repository, but code scanning shows no result without a place: one that no file has.
fn location(report: &Report, id: &str) -> Value {
    let environment = report.environment.word();
    json!({
        "physicalLocation": {
            "artifactLocation": { "uri": format!("countersign/{environment}/{}", in_a_path(id)) },
            "region": { "startLine": 1 },
        },
        "logicalLocations": [{ "fullyQualifiedName": format!("{environment}/{id}"), "kind": "resource" }],
    })
}

/// A name as one segment of a URI.
fn in_a_path(name: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    name.bytes().map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
