//! The forms that programs read, held against what others published: the JSON schema of SARIF 2.1.0, and the grammar of GitHub's
//! workflow commands.

use crate::common::{MADE, SECOND, at, motley, reading, report};
use gate::{Form, Judgement, Report, Unknown, give};
use serde_json::Value;

const SCHEMA: &str = include_str!("../data/sarif-schema-2.1.0.json");

fn reports() -> Vec<Report> {
    let hostile = "why\n::error::not me %0A ##vso[task.complete result=Succeeded;]";
    let mut bare = report(Judgement::of(reading(motley()), at(MADE)));
    (bare.commit, bare.repository) = (None, None);
    vec![
        report(Judgement::of(reading(motley()), at(MADE))),
        report(Judgement::of(reading(Vec::new()), at(MADE))),
        report(Err(Unknown::new("stale", hostile, "publish a new one"))),
        bare,
    ]
}

/// R-53: every report is a SARIF log by the published schema, bound to the commit, and the schema would notice if it were not.
#[test]
fn sarif_is_what_the_published_schema_describes() {
    // The published pattern for languages holds a bracket that nothing opens. JavaScript takes it for itself; written so, everybody does.
    let schema: Value = serde_json::from_str(&SCHEMA.replace("{2}]?$", "{2}\\\\]?$")).unwrap();
    let validator = jsonschema::draft7::options().should_validate_formats(true).build(&schema).unwrap();
    for report in reports() {
        let text = give(&report, Form::Sarif);
        let log: Value = serde_json::from_str(&text).unwrap();
        let faults: Vec<String> =
            validator.iter_errors(&log).map(|it| format!("{}: {it}", it.instance_path())).collect();
        assert_eq!(faults, Vec::<String>::new(), "{text}");
        let run = &log["runs"][0];
        assert_eq!(run["properties"]["verdict"], report.verdict().word());
        assert_eq!(run["invocations"][0]["exitCode"], report.verdict().exit());
        assert_eq!(run["invocations"][0]["executionSuccessful"], report.outcome.is_ok());
        assert_eq!(run["versionControlProvenance"].is_array(), report.commit.is_some());
        let rules: Vec<&Value> =
            run["tool"]["driver"]["rules"].as_array().unwrap().iter().map(|it| &it["id"]).collect();
        assert!(run["results"].as_array().unwrap().iter().all(|it| rules.contains(&&it["ruleId"])));
        assert!(!text.contains("##"), "{text}");
    }
    let mut log: Value = serde_json::from_str(&give(&reports()[0], Form::Sarif)).unwrap();
    assert_eq!(log["runs"][0]["versionControlProvenance"][0]["revisionId"], "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
    let levels: Vec<&str> =
        log["runs"][0]["results"].as_array().unwrap().iter().map(|it| it["level"].as_str().unwrap()).collect();
    assert_eq!(levels, ["error", "error", "warning", "warning", "note", "note"]);
    log["runs"][0]["results"][0]["level"] = "fatal".into();
    assert!(!validator.is_valid(&log));
}

/// R-53: a fingerprint stays while a finding does, and no two findings share one.
#[test]
fn a_finding_keeps_its_fingerprint() {
    let prints = |now: i64| {
        let log: Value =
            serde_json::from_str(&give(&report(Judgement::of(reading(motley()), at(now))), Form::Sarif)).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        results
            .iter()
            .map(|it| it["partialFingerprints"]["countersignFinding/v1"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let (now, later) = (prints(MADE), prints(MADE + SECOND));
    assert_eq!(now, later);
    assert_eq!(now.iter().collect::<std::collections::HashSet<_>>().len(), now.len());
}

/// A workflow command as its reader takes it apart: `::name key=value,key=value::message`, with the escapes of its documentation.
fn read(line: &str) -> (String, Vec<(String, String)>, String) {
    let (head, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let data = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
    let property = |text: &str| {
        let (key, value) = text.split_once('=').unwrap();
        let value =
            value.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",").replace("%25", "%");
        (key.to_owned(), value)
    };
    let properties = properties.split(',').filter(|it| !it.is_empty()).map(property).collect();
    (name.to_owned(), properties, data(message))
}

/// R-53: every line is one annotation by the documented grammar, whatever stands in titles and names; the verdict comes first.
#[test]
fn every_line_is_one_annotation() {
    for report in reports() {
        let text = give(&report, Form::Github);
        assert!(!text.contains("##") && !text.contains(['\r', '\u{1b}', '\u{202e}']), "{text}");
        let findings = report.outcome.as_ref().map_or(0, |judgement| judgement.findings.len());
        assert_eq!(text.lines().count(), 1 + findings, "{text}");
        for line in text.lines() {
            let (name, properties, message) = read(line);
            assert!(["error", "warning", "notice"].contains(&name.as_str()), "{line}");
            assert!(matches!(properties.as_slice(), [(key, title)] if key == "title" && !title.is_empty()), "{line}");
            assert!(!message.is_empty() && !message.contains('\n'), "{line}");
        }
        let (name, _, _) = read(text.lines().next().unwrap());
        assert_eq!(name == "notice", report.verdict() == gate::Verdict::Pass, "{text}");
    }
    let text = give(&reports()[0], Form::Github);
    let (name, properties, message) = read(text.lines().find(|line| line.contains("EX-0058")).unwrap());
    assert_eq!(name, "error");
    assert!(properties[0].1.contains("100% a:b, c"), "{properties:?}");
    assert!(message.contains("Owner: Ines Duarte. Clear it: countersign exception renew EX-0058"), "{message}");
}

/// R-53: the document of `--format json` says the same, for a program.
#[test]
fn json_says_verdict_commit_and_findings() {
    let document: Value = serde_json::from_str(&give(&reports()[0], Form::Json)).unwrap();
    assert_eq!((document["verdict"].as_str(), document["exit"].as_u64()), (Some("blocked"), Some(1)));
    assert_eq!(document["commit"], "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
    assert_eq!(document["counts"], serde_json::json!({ "block": 2, "warn": 2, "notice": 2 }));
    let first = &document["findings"][0];
    assert_eq!(
        (first["id"].as_str(), first["days"].as_i64(), first["due"].as_bool()),
        (Some("EX-0057"), Some(7), Some(true))
    );
    let unknown: Value = serde_json::from_str(&give(&reports()[2], Form::Json)).unwrap();
    assert_eq!((unknown["verdict"].as_str(), unknown["exit"].as_u64()), (Some("unknown"), Some(2)));
    assert_eq!(unknown["reason"]["code"], "stale");
}
