//! Documents of `--json`, and how keys come in and go out.

use serde_json::Value;

use crate::bench::{Bench, text};

/// Sorted: in which order a document lists them depends on what else the program was built with.
pub fn names(document: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = document.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

const INVENTORY: &str = "type,name,classification,purpose,owner,algorithm,bits,storage,vault_name,created,tenant
api_secret,stripe-live,restricted,Payments,Billing team,,,key_vault,stripe-live,2026-01-05,
backup,nightly,restricted,Database backups,Platform,AES-256-GCM,256,key_vault,backup-nightly,2026-01-05,
";

/// R-01, R-06, R-07: import names each bad cell by row and column and writes nothing then; good rows come in once; they are listed by filter and
/// page, shown with their history, compared with the vault and written out again. The documents keep their shape.
#[test]
fn the_estate_by_command_line() {
    let bench = Bench::founded();
    let bad = bench.file("bad.csv", &INVENTORY.replace("AES-256-GCM,256", "DES,56"));
    let refused = bench.ines(&["--json", "import", text(&bad)]);
    assert_eq!(refused.code, 1, "{refused:?}");
    let problem = &refused.json()["problems"][0];
    assert_eq!((problem["row"].as_u64(), problem["problem"].as_str()), (Some(3), Some("weak_algorithm")), "{problem}");
    assert_eq!(bench.ines(&["--json", "keys", "list"]).ok().json()["matching"], 0);

    let good = bench.file("good.csv", INVENTORY);
    let dry = bench.ines(&["--json", "import", text(&good), "--dry-run"]).ok().json();
    assert_eq!((dry["good"].as_u64(), dry["imported"].as_u64()), (Some(2), Some(0)));
    let imported = bench.ines(&["--json", "import", text(&good)]).ok().json();
    assert_eq!((imported["imported"].as_u64(), imported["entry"].is_u64()), (Some(2), true));
    let again = bench.ines(&["--json", "import", text(&good)]).ok().json();
    assert_eq!((again["unchanged"].as_u64(), again["imported"].as_u64()), (Some(2), Some(0)));

    let first = bench.theo(&["--json", "keys", "list", "--limit", "1", "--sort", "name", "--descending"]).ok().json();
    assert_eq!((first["matching"].as_u64(), first["keys"][0]["name"].as_str()), (Some(2), Some("stripe-live")));
    let cursor = first["next"].as_str().unwrap();
    let page = ["--json", "keys", "list", "--limit", "1", "--descending", "--after", cursor];
    assert_eq!(bench.theo(&page).ok().json()["keys"][0]["name"], "nightly");
    let found = bench.theo(&["--json", "keys", "list", "stripe", "--kind", "api_secret"]).ok().json();
    assert_eq!(found["matching"], 1);
    let shown = bench.theo(&["--json", "keys", "show", "nightly"]).ok().json();
    assert_eq!(shown["timeline"][0]["verb"], "inventory.imported");
    assert_eq!(
        names(&shown),
        ["key", "phase_out_at", "rule", "tenants", "timeline", "tokens", "versions", "violations", "wrapped_by",]
    );

    let discovery = bench.theo(&["--json", "discover"]).ok().json();
    assert_eq!(
        names(&discovery),
        ["agreeing", "at", "differences", "entry", "register_records", "secrets_read", "vault_objects",]
    );
    assert_eq!(discovery["differences"][0]["kind"], "only_in_register");
    let status = bench.theo(&["--json", "status"]).ok().json();
    assert_eq!((status["overview"]["keys"].as_u64(), status["founded"].as_bool()), (Some(2), Some(true)));
    let rules = bench.theo(&["--json", "rules"]).ok().json();
    let pairs = &rules["quorum"]["rules"][0]["pairs"];
    assert!(pairs.as_array().unwrap().iter().all(|pair| pair["requested_as"] != "auditor"), "{pairs}");
    let people = bench.theo(&["--json", "operators"]).ok().json();
    assert_eq!(people["operators"][0]["roles"][0]["role"], "devops");

    let file = bench.passphrase("export.csv");
    bench.theo(&["export", text(&file)]).ok();
    assert!(std::fs::read_to_string(&file).unwrap().contains("stripe-live"));
    assert_eq!(bench.theo(&["export", text(&file)]).code, 1, "an export replaces no file");
}

/// R-37: a request taken back by its requester is kept, and shown as such.
#[test]
fn a_request_can_be_taken_back_by_whoever_made_it() {
    let bench = Bench::founded();
    let asked = bench.ines(&[
        "--json",
        "request",
        "create-kek",
        "kek-a",
        "--bits",
        "2048",
        "--owner",
        "o",
        "--purpose",
        "p",
        "--reason",
        "r",
        "--change",
        "c",
        "--rollback",
        "b",
    ]);
    let asked = asked.ok().json();
    let request = asked["request"].as_str().unwrap();
    assert_eq!((asked["seals"][0]["verified"].as_bool(), asked["i_may_sign"].as_bool()), (Some(true), Some(false)));
    assert_eq!(asked["why_not"], "own_request");
    let stranger = bench.theo(&["--json", "request", "withdraw", request, "--reason", "Mine now"]);
    assert_eq!((stranger.code, stranger.error()["code"].as_str()), (1, Some("not_requester")));
    bench.ines(&["request", "withdraw", request, "--reason", "Wrong name"]).ok();
    let shown = bench.theo(&["request", "show", request]).ok();
    assert!(shown.out.starts_with(&format!("{request} is withdrawn")), "{}", shown.out);
    let decided = bench.theo(&["--json", "request", "list", "--folder", "decided"]).ok().json();
    assert_eq!(decided["requests"][0]["state"], "withdrawn");
}
