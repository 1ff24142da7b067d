//! The log stack on the command line: a stream that is killed goes on, credentials are no arguments, targets are seen and forgotten.

use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use crate::bench::{Bench, Ran};

fn numbers(text: &str) -> Vec<u64> {
    let number = |line: &str| serde_json::from_str::<Value>(line).unwrap()["event"]["sequence"].as_u64().unwrap();
    text.lines().map(number).collect()
}

fn last(of: &Ran) -> u64 {
    of.json()["position"].as_u64().unwrap()
}

/// a stream that follows is killed with `kill -9` and started again: every entry is in the file, in order; nothing is sent again
/// but what was not acknowledged; everybody sees how far it is, and forgetting it is an act with a reason.
#[test]
fn a_killed_stream_goes_on_without_loss() {
    let bench = Bench::founded();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.ndjson");
    let to = path.to_str().unwrap();
    let stream = ["ledger", "stream", "--format", "ecs", "--to", to];
    let mut child =
        bench.command_as("theo brandt", "theo").args(stream).arg("--follow").stderr(Stdio::piped()).spawn().unwrap();
    while std::fs::metadata(&path).map_or(0, |file| file.len()) == 0 {
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    bench.ines(&["ledger", "checkpoint", "--sign"]).ok();
    let sent = bench.theo(&[&["--json"], &stream[..]].concat()).ok();
    let found = numbers(&std::fs::read_to_string(&path).unwrap());
    let mut once = found.clone();
    once.dedup();
    assert_eq!(once.iter().copied().max(), Some(last(&sent)));
    let again = found.iter().position(|number| *number == last(&sent)).unwrap() + 1;
    assert_eq!(again, found.len(), "the newest is the last");
    once.sort_unstable();
    once.dedup();
    assert_eq!(once, Vec::from_iter(1..=last(&sent)), "every entry");
    let more = bench.theo(&[&["--json"], &stream[..]].concat()).ok().json();
    assert!(more["sent"].as_u64().unwrap() <= 4, "the sessions of these two commands: {more}");

    let name = format!("file:{to}");
    let targets = bench.ines(&["--json", "ledger", "targets"]).ok().json();
    let target = &targets["targets"][0];
    assert_eq!(
        (target["target"].as_str(), target["position"].as_u64()),
        (Some(name.as_str()), more["position"].as_u64())
    );
    assert_eq!((target["stalled"].as_bool(), target["trouble"].as_str()), (Some(false), Some("")));
    assert!(bench.ines(&["ledger", "targets"]).ok().out.contains("moving"));
    assert_eq!(bench.ines(&["--json", "status"]).ok().json()["overview"]["log_targets_stalled"], serde_json::json!([]));
    let other = bench.theo(&["--json", "ledger", "stream", "--format", "ocsf", "--to", to]);
    assert_eq!((other.code, other.error()["code"].as_str()), (1, Some("other_target")));
    assert_eq!(bench.ines(&["ledger", "targets", "--drop", &name]).code, 2, "not without a reason");
    bench.ines(&["ledger", "targets", "--drop", &name, "--reason", "The file is read no more"]).ok();
    assert_eq!(bench.ines(&["--json", "ledger", "targets"]).ok().json()["targets"], serde_json::json!([]));
    let unknown = bench.ines(&["--json", "ledger", "targets", "--drop", &name, "--reason", "Again"]);
    assert_eq!((unknown.code, unknown.error()["code"].as_str()), (1, Some("log_target_unknown")));
}

/// standard output is a stream like any other; no credential is an argument or part of an address, nothing goes over a
/// network in the clear, and without a credential nothing is sent.
#[test]
fn a_stream_needs_a_safe_target_and_a_credential() {
    let bench = Bench::founded();
    let out = bench.theo(&["ledger", "stream", "--to", "-"]).ok().out;
    let events: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events[0]["metadata"]["event_code"], "custody.founded");
    assert_eq!(events[0]["metadata"]["sequence"], 1);
    let later = bench.theo(&["ledger", "stream", "--to", "-", "--from", "3"]).ok().out;
    let first: Value = serde_json::from_str(later.lines().next().unwrap()).unwrap();
    assert_eq!(first["metadata"]["sequence"], 3);
    assert_eq!(bench.ines(&["--json", "ledger", "targets"]).ok().json()["targets"], serde_json::json!([]));
    for unsafe_target in [
        "elasticsearch:http://logs.example/logs-countersign",
        "elasticsearch:https://user:word@logs.example/logs-countersign",
        "azure-monitor:https://logs.example/dcr-1/Custom-Countersign",
    ] {
        let refused = bench.theo(&["--json", "ledger", "stream", "--to", unsafe_target]);
        assert_eq!((refused.code, refused.error()["code"].as_str()), (2, Some("usage")), "{unsafe_target}");
    }
    let target = "elasticsearch:https://127.0.0.1:1/logs-countersign";
    let refused = bench.theo(&["--json", "ledger", "stream", "--to", target]);
    assert_eq!((refused.code, refused.error()["code"].as_str()), (2, Some("credential")));
    let open = bench.file("key", "bm90IGEga2V5");
    let refused = bench.theo(&["--json", "ledger", "stream", "--to", target, "--api-key-file", open.to_str().unwrap()]);
    assert_eq!((refused.code, refused.error()["code"].as_str()), (2, Some("secret_file")), "others could read it");
}
