//! What one person does at once, and a second one looks at.

use std::fs::File;

use serde_json::Value;

use crate::bench::{Bench, GROUNDS};

fn estate() -> Bench {
    let bench = Bench::founded();
    bench.make_kek("kek-payments");
    bench.make_deks("kek-payments", &[("Acme Ltd", "sap"), ("Acme Ltd", "xero"), ("Borealis", "sap")]);
    bench
}

/// R-34: one person suspends a KEK at once, the vault confirms it; the same person does not sign it off, a second one does; coming back takes
/// two signatures.
#[test]
fn a_key_is_suspended_at_once_signed_off_and_brought_back_by_two() {
    let bench = estate();
    let unsaid = bench.ines(&["--json", "suspend", "kek-payments"]);
    assert_eq!((unsaid.code, unsaid.error()["code"].as_str()), (2, Some("usage")));
    let nothing = bench.ines(&["--json", "suspend", "--reason", "r"]);
    assert_eq!((nothing.code, nothing.error()["code"].as_str()), (2, Some("usage")));
    let done = bench.ines(&["--json", "suspend", "kek-payments", "--reason", "Seen on a laptop"]).ok().json();
    assert_eq!(
        (done["keys"].as_u64(), done["in_vault"].as_u64(), done["confirmed"].as_u64()),
        (Some(1), Some(1), Some(1))
    );
    let entry = done["entry"].to_string();
    let other = bench.ines(&["--json", "revoke", "--confirm", &entry]);
    assert_eq!(
        (other.code, other.error()["hint"].as_str()),
        (2, Some(format!("countersign suspend --confirm {entry}").as_str()))
    );
    let again = bench.ines(&["--json", "suspend", "--confirm", &entry]).ok().json();
    assert_eq!((again["confirmed"].as_u64(), again["unconfirmed"].as_array().unwrap().len()), (Some(1), 0));

    // Nothing is wrapped under it any more.
    let late =
        ["--json", "deks", "create", "--kek", "kek-payments", "--secret", "smtp", "--owner", "o", "--purpose", "p"];
    assert_eq!(bench.ines(&late).error()["code"], "key_not_active");
    let key = bench.theo(&["--json", "keys", "show", "kek-payments"]).ok().json();
    assert_eq!(
        (key["key"]["state"].as_str(), key["versions"][0]["enabled"].as_bool()),
        (Some("suspended"), Some(false))
    );

    let waits = bench.theo(&["--json", "review", "list"]).ok().json();
    assert_eq!((waits["for_me"].as_u64(), waits["items"][0]["entry"].to_string()), (Some(1), entry.clone()));
    assert_eq!(bench.theo(&["--json", "status"]).ok().json()["overview"]["reviews"]["for_me"], 1);
    let own = bench.ines(&["--json", "review", "sign-off", &entry, "--note", "Fine"]);
    assert_eq!((own.code, own.error()["code"].as_str()), (1, Some("same_person")));
    let shown = bench.theo(&["review", "show", &entry]).ok().out;
    assert!(shown.contains("Seen on a laptop") && shown.contains("1 of 1"), "{shown}");
    let signed = bench.theo(&["--json", "review", "sign-off", &entry, "--note", "Looked at the laptop"]).ok().json();
    assert_eq!(
        (signed["signed_off"]["by"]["name"].as_str(), signed["i_may_sign_off"].as_bool()),
        (Some("Theo Brandt"), Some(false))
    );
    assert_eq!(bench.theo(&["review", "list"]).ok().out, "Nothing waits for a review.\n");
    let twice = bench.theo(&["--json", "review", "sign-off", &entry, "--note", "Again"]);
    assert_eq!((twice.code, twice.error()["code"].as_str()), (1, Some("already_signed_off")));

    let back = bench.carry_out(&["reactivate", "kek-payments"]);
    assert_eq!((back["state"].as_str(), back["operation"].as_str()), (Some("completed"), Some("reactivate")));
    let key = bench.theo(&["--json", "keys", "show", "kek-payments"]).ok().json();
    assert_eq!((key["key"]["state"].as_str(), key["versions"][0]["enabled"].as_bool()), (Some("active"), Some(true)));
    assert_eq!(bench.theo(&["--json", "ledger", "verify"]).ok().json()["holds"], true);
}

/// R-34: an integration and a tenant are stopped as wholes, and a tenant comes back with all its keys; what was revoked stays away.
#[test]
fn an_integration_and_a_tenant_are_stopped_as_wholes() {
    let bench = estate();
    let of = ["--json", "revoke", "--integration", "Acme Ltd", "xero", "--reason", "The connector is broken"];
    let revoked = bench.theo(&of).ok().json();
    assert_eq!((revoked["keys"].as_u64(), revoked["in_vault"].as_u64()), (Some(1), Some(0)));
    let stopped =
        bench.theo(&["--json", "suspend", "--tenant", "Acme Ltd", "--reason", "Asked for by phone"]).ok().json();
    assert_eq!(stopped["keys"], 1, "what is revoked already is left as it is");
    let tenant = bench.ines(&["--json", "tenants", "show", "Acme Ltd"]).ok().json();
    assert_eq!(tenant["status"], "suspended");
    let gone = bench.ines(&[&["--json", "request", "reactivate", "dek/acme-ltd/xero"][..], &GROUNDS].concat());
    assert_eq!((gone.code, gone.error()["code"].as_str()), (1, Some("not_reactivatable")));
    let back = bench.carry_out(&["reactivate", "--tenant", "Acme Ltd"]);
    assert_eq!(back["state"], "completed");
    let tenant = bench.ines(&["--json", "tenants", "show", "Acme Ltd"]).ok().json();
    assert_eq!(tenant["status"], "active");
}

/// R-27, R-61: a sweep deletes what has expired and is quiet when nothing has; in an emergency all tokens of something end, of everything
/// only when that is confirmed.
#[test]
fn tokens_end_when_they_expire_and_in_an_emergency() {
    let bench = estate();
    bench.seal("dek/acme-ltd/sap", "old", "2026-01-01");
    bench.seal("dek/acme-ltd/sap", "new", "2030-01-01");
    bench.seal("dek/acme-ltd/xero", "new", "2030-01-01");
    bench.seal("dek/borealis/sap", "new", "2030-01-01");
    let swept = bench.ines(&["--json", "sweep"]).ok().json();
    assert_eq!((swept["deleted"].as_u64(), swept["entries"].as_array().unwrap().len()), (Some(1), 1));
    let quiet = bench.ines(&["sweep"]).ok();
    // A custody is founded after the policy's review was due.
    assert!(quiet.out.lines().count() == 1 && quiet.out.starts_with("policy review is"), "{}", quiet.out);
    assert_eq!(quiet.err, "");

    let of = ["--json", "tokens", "invalidate", "--integration", "Acme Ltd", "xero", "--reason", "Leaked"];
    assert_eq!(bench.ines(&of).ok().json()["deleted"], 1);
    assert_eq!(bench.ines(&["--json", "keys", "show", "dek/acme-ltd/sap"]).ok().json()["tokens"], 1);
    let everything = ["--json", "tokens", "invalidate", "--everything", "--reason", "Leaked"];
    let unconfirmed = bench.ines(&everything);
    assert_eq!((unconfirmed.code, unconfirmed.error()["hint"].as_str()), (2, Some("--yes")));
    let ended = bench.ines(&[&everything[..], &["--yes"]].concat()).ok().json();
    assert_eq!((ended["deleted"].as_u64(), ended["kept"].as_u64()), (Some(2), Some(0)));
    let waits = bench.theo(&["--json", "review", "list"]).ok().json();
    assert_eq!((waits["for_me"].as_u64(), waits["items"][0]["kind"].as_str()), (Some(2), Some("invalidation")));
}

/// A vault that nobody reaches: its lock is held by who does not serve it, its address is one where nobody listens any more.
fn unreachable_vault(bench: &Bench) -> File {
    let lock = File::options().write(true).open(bench.home().join("vault.lock")).unwrap();
    lock.lock().unwrap();
    let state = bench.home().join("vault.json");
    let mut served: Value = serde_json::from_slice(&std::fs::read(&state).unwrap()).unwrap();
    served["now"] = true.into();
    std::fs::write(&state, served.to_string()).unwrap();
    lock
}

/// R-34, R-71: an act that the vault did not confirm stands in the register and says so; whoever may protect completes it with
/// `--confirm` once the vault answers, once.
#[test]
fn an_act_that_the_vault_did_not_confirm_is_completed_by_its_entry() {
    let bench = estate();
    let gone = unreachable_vault(&bench);
    let begun = bench.ines(&["--json", "suspend", "kek-payments", "--reason", "Seen on a laptop"]);
    assert_eq!(begun.code, 1, "{begun:?}");
    let said = begun.json();
    assert_eq!(
        (said["keys"].as_u64(), said["in_vault"].as_u64(), said["confirmed"].as_u64()),
        (Some(1), Some(1), Some(0))
    );
    assert_eq!(said["unconfirmed"][0]["name"], "kek-payments");
    assert!(said["unconfirmed"][0]["why"].as_str().is_some_and(|why| !why.is_empty()), "{said}");
    let entry = said["entry"].to_string();
    let confirm = ["--json", "suspend", "--confirm", &entry];
    let in_vain = bench.ines(&["suspend", "--confirm", &entry]);
    assert_eq!(in_vain.code, 1, "{in_vain:?}");
    assert!(in_vain.out.contains(&format!("Complete it: countersign suspend --confirm {entry}")), "{in_vain:?}");
    let key = bench.theo(&["--json", "keys", "show", "kek-payments"]).ok().json();
    assert_eq!(
        (key["key"]["state"].as_str(), key["versions"][0]["enabled"].as_bool()),
        (Some("suspended"), Some(true)),
        "stopped in the register at once, and nothing is said of the vault that was not proven"
    );
    let waiting = bench.theo(&["review", "show", &entry]).ok().out;
    assert!(waiting.contains("0 of 1"), "{waiting}");

    drop(gone);
    let done = bench.theo(&confirm).ok().json();
    assert_eq!((done["confirmed"].as_u64(), done["unconfirmed"].as_array().unwrap().len()), (Some(1), 0));
    let key = bench.theo(&["--json", "keys", "show", "kek-payments"]).ok().json();
    assert_eq!(key["versions"][0]["enabled"], false);
    let proofs = || {
        let listed = ["--json", "ledger", "list", "--verb", "key.protection_confirmed"];
        bench.ines(&listed).ok().json()["entries"].as_array().unwrap().len()
    };
    assert_eq!(proofs(), 1);
    bench.ines(&confirm).ok();
    assert_eq!(proofs(), 1, "what is confirmed is left alone");
    assert!(bench.theo(&["review", "show", &entry]).ok().out.contains("1 of 1"));
    assert_eq!(bench.theo(&["--json", "ledger", "verify"]).ok().json()["holds"], true);
}
