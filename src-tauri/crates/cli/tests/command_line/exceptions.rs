//! `countersign exception` and `countersign shared-key`, from what breaks a rule to the end of what was granted.

use serde_json::Value;

use crate::bench::{Bench, GROUNDS, text};

const OVERDUE: &str = "type,name,classification,purpose,owner,algorithm,bits,storage,vault_name,created,tenant
api_secret,stripe-live,restricted,Payments,Billing team,,,key_vault,stripe-live,2025-01-05,
";

/// The beginning of a day so far from now, in UTC.
fn in_days(days: i64) -> String {
    let day = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * days);
    day.strftime("%Y-%m-%d").to_string()
}

/// The one violation of that rule.
#[track_caller]
fn violation(bench: &Bench, rule: &str) -> Value {
    let listed = bench.ines(&["--json", "violations", "--rule", rule]).ok().json();
    let [only] = listed["violations"].as_array().unwrap().as_slice() else { panic!("{listed}") };
    only.clone()
}

fn show(bench: &Bench, number: &str) -> Value {
    bench.theo(&["--json", "exception", "show", number]).ok().json()
}

/// Ines asks, Theo countersigns, which puts it into force.
fn agree(bench: &Bench, request: &[&str]) -> Value {
    let asked = bench.ines(&[&["--json"][..], request, &GROUNDS].concat()).ok().json();
    bench.theo(&["--json", "sign", asked["request"].as_str().unwrap()]).ok().json()
}

/// asked for with everything the register wants, accepted by who may, renewed as a chain, closed with evidence, revoked at once
/// and looked at by another person; the violation beneath it says at each moment which exception covers it.
#[test]
fn an_exception_from_its_request_to_its_end() {
    let bench = Bench::founded();
    bench.ines(&["import", text(&bench.file("overdue.csv", OVERDUE))]).ok();
    let uncovered = violation(&bench, "rotation_overdue");
    assert_eq!((uncovered["subject"].as_str(), uncovered["excepted_by"].is_null()), (Some("stripe-live"), true));

    let (soon, later, beyond) = (in_days(20), in_days(50), in_days(75));
    let request = |until: &'static str| {
        let what = ["exception", "request", "stripe-live", "--clause", "B-9-api-secrets", "--owner", "Ines Duarte"];
        let why = ["--title", "Static secret of the connector", "--controls", "Read only, two addresses"];
        [&what[..], &why, if until.is_empty() { &[] } else { &["--until"] }].concat()
    };
    let undated = bench.ines(&[&["--json"][..], &request(""), &GROUNDS].concat());
    assert_eq!(undated.code, 2, "{undated:?}");
    assert!(undated.err.contains("--until"), "{undated:?}");
    let too_long = bench.ines(&[&["--json"][..], &request("until"), &[beyond.as_str()], &GROUNDS].concat());
    assert_eq!((too_long.code, too_long.error()["code"].as_str()), (1, Some("expiry")), "{too_long:?}");

    let asked = bench.ines(&[&["--json"][..], &request("until"), &[soon.as_str()], &GROUNDS].concat()).ok().json();
    let request_number = asked["request"].as_str().unwrap();
    assert_eq!(bench.ines(&["--json", "sign", request_number]).error()["code"], "own_request");
    assert_eq!(violation(&bench, "rotation_overdue")["excepted_by"], Value::Null, "nothing is excepted by asking");
    bench.theo(&["sign", request_number]).ok();
    assert_eq!(violation(&bench, "rotation_overdue")["excepted_by"]["number"], "EX-0001");
    let first = show(&bench, "EX-0001");
    assert_eq!(
        (first["state"].as_str(), first["accepted_by"]["name"].as_str()),
        (Some("expiring"), Some("Theo Brandt"))
    );
    assert_eq!(first["keys_at_decision"][0]["name"], "stripe-live");
    assert!(first["acceptance"]["words"].as_str().unwrap().starts_with("I accept the risk"), "{first}");

    let reviewed = bench.theo(&["--json", "exception", "review", "--note", "One line, still needed"]).ok().json();
    assert_eq!(
        (reviewed["open"].as_u64(), reviewed["review"]["last"]["by"]["name"].as_str()),
        (Some(1), Some("Theo Brandt"))
    );

    agree(&bench, &["exception", "renew", "EX-0001", "--until", &later, "--controls", "One address now"]);
    let (old, new) = (show(&bench, "EX-0001"), show(&bench, "EX-0002"));
    assert_eq!((old["state"].as_str(), old["renewed_by"].as_str()), (Some("closed"), Some("EX-0002")));
    assert_eq!((new["state"].as_str(), new["chain"].as_array().unwrap().len()), (Some("active"), 2));
    assert_eq!(violation(&bench, "rotation_overdue")["excepted_by"]["number"], "EX-0002");

    let revoked =
        bench.ines(&["--json", "exception", "revoke", "EX-0002", "--reason", "The connector was breached"]).ok().json();
    assert_eq!(revoked["state"], "revoked");
    assert_eq!(violation(&bench, "rotation_overdue")["excepted_by"], Value::Null, "it is a violation again");
    let entry = revoked["ended"]["entry"].to_string();
    assert_eq!(bench.ines(&["--json", "review", "sign-off", &entry, "--note", "Mine"]).error()["code"], "same_person");
    bench.theo(&["review", "sign-off", &entry, "--note", "Rightly so"]).ok();

    let until = in_days(40);
    agree(&bench, &[&request("until")[..], &[until.as_str()]].concat());
    agree(&bench, &["exception", "close", "EX-0003", "--evidence", "Rotated by CHG-9"]);
    let closed = show(&bench, "EX-0003");
    assert_eq!(
        (closed["state"].as_str(), closed["ended"]["words"].as_str()),
        (Some("closed"), Some("Rotated by CHG-9"))
    );
    let open = bench.ines(&["--json", "exception", "list"]).ok().json();
    assert_eq!(open["exceptions"].as_array().unwrap().len(), 0);
    assert_eq!(
        bench.ines(&["--json", "exception", "list", "--all"]).ok().json()["exceptions"].as_array().unwrap().len(),
        3
    );
    assert_eq!(bench.ines(&["--json", "exception", "show", "EX-9"]).error()["code"], "exception_unknown");
}

/// a KEK over the DEKs of two tenants is a violation until its sharing was decided, and again from the moment that is withdrawn.
#[test]
fn a_key_may_serve_several_tenants_by_decision_alone() {
    let bench = Bench::founded();
    bench.make_kek("kek-shared");
    bench.make_deks("kek-shared", &[("northwind", "orders"), ("fabrikam", "orders")]);
    let breach = violation(&bench, "shared_across_tenants");
    assert_eq!((breach["subject"].as_str(), breach["excepted_by"].is_null()), (Some("kek-shared"), true));
    let review = in_days(100);
    let ask = [
        "shared-key",
        "request",
        "kek-shared",
        "--decision",
        "ADR-0031",
        "--controls",
        "DEKs apart",
        "--review-by",
        &review,
    ];
    agree(&bench, &ask);
    let listed = bench.theo(&["--json", "shared-key", "list"]).ok().json();
    let entry = &listed["shared_keys"][0];
    assert_eq!((entry["in_force"].as_bool(), entry["decision_record"].as_str()), (Some(true), Some("ADR-0031")));
    let counts = bench.ines(&["--json", "violations", "--rule", "shared_across_tenants"]).ok().json();
    assert_eq!(counts["violations"].as_array().unwrap().len(), 0, "{counts}");
    bench.theo(&["shared-key", "withdraw", "kek-shared", "--reason", "Fabrikam asked for its own"]).ok();
    violation(&bench, "shared_across_tenants");
    assert_eq!(bench.theo(&["--json", "shared-key", "withdraw", "kek-shared", "--reason", "Again"]).code, 1);
}
