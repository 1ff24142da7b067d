//! The life of a DEK by command line: rotated by selection, destroyed by name.

use crate::bench::{Bench, GROUNDS};

/// DEKs are rotated by selection, their tokens move along; one is destroyed by name with its tokens, and its space reclaimed.
#[test]
fn deks_are_rotated_by_selection_and_destroyed_by_name() {
    let bench = Bench::founded();
    bench.make_kek("kek-payments");
    bench.make_deks("kek-payments", &[("Acme Ltd", "sap"), ("Acme Ltd", "xero"), ("Borealis", "sap")]);
    bench.seal("dek/acme-ltd/sap", "a", "2030-01-01");
    bench.seal("dek/acme-ltd/sap", "b", "2030-01-01");

    let none = ["--json", "request", "rotate-dek", "--overdue", "--trigger", "schedule"];
    let none = bench.ines(&[&none[..], &GROUNDS].concat());
    assert_eq!((none.code, none.error()["code"].as_str()), (1, Some("nothing_found")));
    let nothing = bench.ines(&[&["--json", "request", "rotate-dek", "--trigger", "schedule"][..], &GROUNDS].concat());
    assert_eq!((nothing.code, nothing.error()["code"].as_str()), (2, Some("usage")));
    let all = ["rotate-dek", "--tenant", "Acme Ltd", "--trigger", "token-regeneration"];
    let preview = bench.ines(&[&["--json", "request"][..], &all, &GROUNDS, &["--dry-run"]].concat()).ok().json();
    assert_eq!(
        (preview["plan"]["targets"].as_array().unwrap().len(), preview["plan"]["impact"]["tokens"].as_u64()),
        (2, Some(2))
    );
    let few =
        bench.ines(&[&["--json", "request"][..], &all, &GROUNDS, &["--dry-run", "--limit", "1"]].concat()).ok().json();
    assert_eq!(few["plan"]["targets"].as_array().unwrap().len(), 1);

    let request = bench.ask(&all);
    let signed = bench.theo(&["sign", &request]).ok();
    for shown in ["and 1 more", "dek/acme-ltd/sap", "dek/acme-ltd/xero", "token_regeneration", "old wrap"] {
        assert!(signed.err.contains(shown), "{shown} is not shown: {}", signed.err);
    }
    let ran = bench.ines(&["run", "start", &request]).ok();
    assert!(ran.err.contains("re-encrypt tokens: 2/2"), "{}", ran.err);
    let listed = bench.theo(&["--json", "run", "list", "--finished"]).ok().json();
    assert_eq!(
        (listed["runs"][0]["operation"].as_str(), listed["runs"][0]["state"].as_str()),
        (Some("rotate_dek"), Some("completed"))
    );
    let rotated = bench.theo(&["--json", "keys", "show", "dek/acme-ltd/sap"]).ok().json();
    assert_eq!((rotated["tokens"].as_u64(), rotated["key"]["state"].as_str()), (Some(2), Some("active")));
    assert!(rotated["key"]["rotated_at"].is_string(), "{rotated}");

    let gone = bench.carry_out(&["destroy-dek", "dek/acme-ltd/sap"]);
    assert_eq!((gone["state"].as_str(), gone["erased"]["tokens"].as_u64()), (Some("completed"), Some(2)));
    assert_eq!((gone["erased"]["reclaimed"].as_bool(), gone["waiting"].is_null()), (Some(true), true));
    let dead = bench.theo(&["--json", "keys", "list", "--kind", "dek", "--state", "destroyed"]).ok().json();
    assert_eq!((dead["matching"].as_u64(), dead["keys"][0]["name"].as_str()), (Some(1), Some("dek/acme-ltd/sap")));
    assert_eq!(bench.theo(&["--json", "ledger", "verify"]).ok().json()["holds"], true);
}
