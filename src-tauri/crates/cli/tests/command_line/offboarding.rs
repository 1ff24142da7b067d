//! The end of a tenant on the command line, by two people, with the real binary, register, vault and keychain.

use serde_json::Value;

use crate::bench::{Bench, GROUNDS, Ran, binary, text};
use crate::shapes::names;

const TENANT: &str = "Acme Ltd";

/// Acme has a KEK of its own and DEKs under a shared one as well; Borealis lies beside it.
fn estate() -> Bench {
    let bench = Bench::founded();
    bench.make_kek("kek-shared");
    bench.make_deks("kek-shared", &[(TENANT, "sap"), ("Borealis", "sap")]);
    let own = ["create-kek", "kek-acme", "--bits", "2048", "--owner", "Platform", "--purpose", "Acme's own"];
    bench.carry_out(&[&own[..], &["--tenant", TENANT]].concat());
    bench.make_deks("kek-acme", &[(TENANT, "netsuite")]);
    bench.seal("dek/acme-ltd/sap", "refresh", "2030-01-01");
    bench.seal("dek/acme-ltd/netsuite", "refresh", "2030-01-01");
    bench.seal("dek/borealis/sap", "refresh", "2030-01-01");
    bench
}

/// a tenant is found with everything it has; a hold stands in the way until two people lift it; how strong the
/// erasure will be is said before anyone signs; the signer types its name; afterwards nothing of it is there, and its neighbour is
/// untouched.
#[test]
fn two_people_offboard_a_tenant_by_command_line() {
    let bench = estate();
    separation_is_shown(&bench);
    a_hold_is_in_the_way(&bench);
    let request = asked_for(&bench);
    signed_by_name(&bench, &request);

    let run = bench.ines(&["--json", "run", "start", &request]).ok().json();
    assert_eq!((run["state"].as_str(), run["operation"].as_str()), (Some("completed"), Some("offboard_tenant")));
    assert_eq!((run["erased"]["tokens"].as_u64(), run["erased"]["wraps"].as_u64()), (Some(2), Some(2)), "{run}");
    assert_eq!(run["erased"]["reclaimed"], true);
    assert_eq!(
        names(&run["erased"]),
        ["entry", "former_wraps", "proof", "reclaimed", "reclaimed_at", "tokens", "wraps"]
    );
    let gone = &run["deleted_in_vault"][0];
    assert_eq!(gone["vault_name"], "kek-acme");
    assert!(
        gone["recovery_level"].is_string() && gone["purged_at"].is_string() && gone["purge_proof"].is_string(),
        "{gone}"
    );
    let shown = bench.theo(&["run", "show", &run["run"].to_string()]).ok().out;
    for line in ["Offboard tenant Acme Ltd", "DELETED IN THE VAULT", "reclaim the tables' space", "certificate"] {
        assert!(shown.contains(line), "{line} is not shown: {shown}");
    }

    let tenant = bench.theo(&["--json", "tenants", "show", TENANT]).ok().json();
    assert_eq!((tenant["status"].as_str(), tenant["tokens"].as_u64()), (Some("offboarded"), Some(0)), "{tenant}");
    let left = bench.theo(&["--json", "keys", "list", "--tenant", TENANT, "--state", "active"]).ok().json();
    assert_eq!(left["matching"], 0);
    let neighbour = bench.theo(&["--json", "keys", "show", "dek/borealis/sap"]).ok().json();
    assert_eq!((neighbour["key"]["state"].as_str(), neighbour["tokens"].as_u64()), (Some("active"), Some(1)));
    certified(&bench, &run["run"].to_string());
    let again = bench.ines(&["--json", "offboard", "survey", TENANT]);
    assert_eq!((again.code, again.json()["may_go"].as_bool()), (1, Some(false)));
    assert_eq!(bench.theo(&["--json", "ledger", "verify"]).ok().json()["holds"], true);
}

/// what was done is certified, and the file holds for somebody who has nothing but the file.
fn certified(bench: &Bench, run: &str) {
    let issued = bench.theo(&["--json", "certificate", "issue", run]).ok().json();
    assert_eq!(issued["operation"], "offboard_tenant", "{issued}");
    let file = bench.passphrase("certificate.json");
    bench.theo(&["certificate", "show", run, "--format", "json", "--out", text(&file)]).ok();
    let stranger = tempfile::tempdir().unwrap();
    let verify = ["--json", "certificate", "verify", text(&file)];
    let verified = Ran::of(binary().arg("--home").arg(stranger.path()).args(verify)).ok().json();
    assert_eq!(verified["holds"], true, "{verified}");
    let shown = bench.theo(&["--json", "run", "show", run]).ok().json();
    assert_eq!(shown["certificate"]["number"], issued["number"], "{shown} {issued}");
}

fn separation_is_shown(bench: &Bench) {
    let listed = bench.theo(&["--json", "tenants", "list", "--limit", "1"]).ok().json();
    let (first, next) = (&listed["tenants"][0], listed["next"].as_str().unwrap());
    assert_eq!((first["name"].as_str(), first["own_keks"].as_u64()), (Some(TENANT), Some(1)));
    assert_eq!((first["shares_kek"].as_bool(), first["keys"]["dek"].as_u64()), (Some(true), Some(2)));
    let second = bench.theo(&["--json", "tenants", "list", "--after", next]).ok().json();
    assert_eq!((second["tenants"][0]["name"].as_str(), second["next"].as_str()), (Some("Borealis"), None));
    let shown = bench.theo(&["--json", "tenants", "show", TENANT]).ok().json();
    let parts = ["holds", "id", "integrations", "keks", "keys", "name", "own_keks", "shares_kek", "status", "tokens"];
    assert_eq!(names(&shown), parts);
    let kek = |name: &str| shown["keks"].as_array().unwrap().iter().find(|kek| kek["name"] == name).unwrap().clone();
    assert_eq!((kek("kek-acme")["own"].as_bool(), kek("kek-shared")["other_tenants"].as_u64()), (Some(true), Some(1)));
    let unknown = bench.theo(&["--json", "tenants", "show", "acme ltd"]);
    assert_eq!((unknown.code, unknown.error()["code"].as_str()), (1, Some("tenant_unknown")));
}

fn a_hold_is_in_the_way(bench: &Bench) {
    let survey = bench.theo(&["--json", "offboard", "survey", TENANT]).ok().json();
    assert_eq!((survey["may_go"].as_bool(), survey["found"]["deks"].as_u64()), (Some(true), Some(2)));
    assert_eq!(
        (survey["found"]["tokens"].as_u64(), survey["found"]["keks"][0]["name"].as_str()),
        (Some(2), Some("kek-acme"))
    );
    assert_eq!(names(&survey), ["blockers", "erasure", "found", "may_go", "requests", "tenant"]);
    let erasure = &survey["erasure"];
    let parts = ["copies", "copies_until", "living_keks", "purged_by_vault_at", "strength", "vault", "what"];
    assert_eq!(names(erasure), parts);
    assert_eq!(
        (erasure["strength"].as_str(), erasure["living_keks"][0].as_str()),
        (Some("shared_kek"), Some("kek-shared"))
    );
    let copies: Vec<&str> =
        erasure["copies"].as_array().unwrap().iter().map(|it| it["what"].as_str().unwrap()).collect();
    assert_eq!(copies, ["replicas", "write-ahead log", "backups"]);
    assert!(erasure["copies"].as_array().unwrap().iter().all(|it| it["until"].is_string()), "{erasure}");

    let set = ["--json", "hold", "set", "--tenant", TENANT, "--kind", "legal", "--reference", "AZ 12/26"];
    let hold = bench.theo(&[&set[..], &["--reason", "The court said so"]].concat()).ok().json();
    assert_eq!((hold["kind"].as_str(), hold["on"]["name"].as_str()), (Some("legal_hold"), Some(TENANT)));
    let held = bench.theo(&["--json", "offboard", "survey", TENANT]);
    assert_eq!((held.code, held.json()["blockers"][0]["code"].as_str()), (1, Some("held")));
    let offboard = ["--json", "request", "offboard", TENANT, "--confirm-name", TENANT];
    let refused = bench.ines(&[&offboard[..], &GROUNDS].concat());
    assert_eq!((refused.code, refused.error()["code"].as_str()), (1, Some("blocked")));
    assert!(refused.error()["message"].as_str().unwrap().contains("AZ 12/26"), "{refused:?}");

    let listed = bench.theo(&["--json", "hold", "list"]).ok().json();
    assert_eq!(listed["holds"][0]["id"], hold["id"]);
    let lifted = bench.carry_out(&["lift-hold", "AZ 12/26"]);
    assert_eq!((lifted["state"].as_str(), lifted["operation"].as_str()), (Some("completed"), Some("lift_hold")));
    assert_eq!(bench.theo(&["hold", "list"]).ok().out, "Nothing is held.\n");
    let all = bench.theo(&["--json", "hold", "list", "--all"]).ok().json();
    assert!(all["holds"][0]["lifted_at"].is_string(), "{all}");
}

fn asked_for(bench: &Bench) -> String {
    let named = |name: &str, more: &[&str]| {
        let offboard = ["--json", "request", "offboard", TENANT, "--confirm-name", name, "--purge", "at-once"];
        bench.ines(&[&offboard[..], &GROUNDS, more].concat())
    };
    let mistaken = named("Acme", &[]);
    assert_eq!((mistaken.code, mistaken.error()["code"].as_str()), (1, Some("name_differs")));
    let preview = named(TENANT, &["--dry-run"]).ok().json();
    assert!(preview["request"].is_null() && preview["plan"]["irreversible"].is_string(), "{preview}");
    let asked = named(TENANT, &[]).ok().json();
    let plan = &asked["plan"];
    assert_eq!(
        (plan["erasure"]["strength"].as_str(), plan["impact"]["tokens"].as_u64()),
        (Some("shared_kek"), Some(2))
    );
    assert!(plan["erasure"]["until"].is_string() && plan["impact"]["keks"] == 1, "{plan}");
    asked["request"].as_str().unwrap().to_owned()
}

fn signed_by_name(bench: &Bench, request: &str) {
    let silent = bench.theo(&["--json", "sign", request]);
    assert_eq!((silent.code, silent.error()["code"].as_str()), (2, Some("name_missing")));
    let mistaken = bench.theo(&["--json", "sign", request, "--confirm-name", "Borealis"]);
    assert_eq!((mistaken.code, mistaken.error()["code"].as_str()), (1, Some("name_differs")));
    let seals = |known: Value| known["seals"].as_array().unwrap().len();
    assert_eq!(seals(bench.theo(&["--json", "request", "show", request]).ok().json()), 1, "nothing was sealed");

    let signed = bench.theo(&["sign", request, "--confirm-name", TENANT]).ok();
    let place = |text: &str| signed.err.find(text).unwrap_or_else(|| panic!("{text} is not shown: {}", signed.err));
    // What can't be undone and how strong it is stand before everything else.
    assert!(place("CAN'T BE UNDONE") < place("Erasure: limited until") && place("Erasure: ") < place("change record"));
    assert!(place("Impact: ") < place("Plan hash: "));
    assert!(signed.out.contains("countersigned"), "{}", signed.out);
}
