//! `countersign rules`: what is in force, how it came to be, and asking for the next version.

use serde_json::Value;

use crate::bench::{Bench, GROUNDS};

fn setting(bench: &Bench, name: &str) -> Value {
    let shown = bench.ines(&["--json", "rules", "show", "settings"]).ok().json();
    let rules = shown["settings"]["rules"].as_array().unwrap();
    rules.iter().find(|rule| rule["name"] == name).unwrap()["value"].clone()
}

/// a weaker rule needs its decision record, nobody changes one alone, and every version says who brought it and what it changed.
#[test]
fn rules_change_by_two_and_tell_their_history() {
    let bench = Bench::founded();
    let weaken = ["rules", "change", "settings", "--set", "exception_term_days_max=120"];
    let refused = bench.theo(&[&["--json"][..], &weaken, &GROUNDS].concat());
    assert_eq!((refused.code, refused.error()["code"].as_str()), (1, Some("decision_missing")), "{refused:?}");
    let unknown = bench.theo(&[&["--json", "rules", "change", "settings", "--set", "tea=2"][..], &GROUNDS].concat());
    assert_eq!(unknown.code, 1, "{unknown:?}");
    assert!(unknown.err.contains("tea"), "what is wrong is named: {unknown:?}");

    let asked = bench.theo(&[&["--json"][..], &weaken, &["--decision", "ADR-0040"], &GROUNDS].concat()).ok().json();
    let request = asked["request"].as_str().unwrap();
    assert_eq!(bench.theo(&["--json", "sign", request]).error()["code"], "own_request");
    assert_eq!(setting(&bench, "exception_term_days_max"), "90", "it waits for the second signature");
    bench.ines(&["sign", request]).ok();
    assert_eq!(setting(&bench, "exception_term_days_max"), "120");

    let history = bench.ines(&["--json", "rules", "history", "settings"]).ok().json();
    let newest = &history["versions"][0];
    assert_eq!((newest["in_force"].as_bool(), newest["major"].as_bool()), (Some(true), Some(true)));
    assert_eq!(newest["decision_record"], "ADR-0040");
    let change = &newest["changes"][0];
    assert_eq!((change["before"].as_str(), change["after"].as_str()), (Some("90"), Some("120")));
    let signers: Vec<&str> =
        newest["request"]["signed_by"].as_array().unwrap().iter().filter_map(|it| it["name"].as_str()).collect();
    assert_eq!(signers, ["Theo Brandt", "Ines Duarte"]);
}
