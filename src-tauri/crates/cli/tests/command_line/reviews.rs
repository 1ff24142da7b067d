//! Reviews by two leads, and the schedule, on the command line.

use crate::bench::Bench;

/// the period is shown in groups; it is not signed while a second look is missing; one lead signs it, the other closes it with
/// the checkpoint's cosignature, and it is found again with what both said and found.
#[test]
fn two_leads_review_what_happened() {
    let bench = Bench::founded();
    bench.make_kek("kek-payments");
    let shown = bench.theo(&["--json", "review", "period"]).ok().json();
    assert_eq!((shown["after"].as_u64(), shown["waits_for_second_lead"].is_null()), (Some(0), true));
    let items = shown["items"].as_array().unwrap();
    assert_eq!((items[0]["verb"].as_str(), items[0]["group"].as_str()), (Some("custody.founded"), Some("people")));
    assert!(items.iter().all(|item| item["verb"] != "session.opened") && shown["routine"].as_u64().unwrap() > 0);

    // Somebody is refused, and something waits for a second look.
    bench
        .ines(&[
            "hold",
            "set",
            "kek-payments",
            "--kind",
            "incident",
            "--reference",
            "INC-7",
            "--reason",
            "A laptop is gone",
        ])
        .ok();
    let early = bench.theo(&["--json", "review", "sign", "--note", "Looked"]);
    assert_eq!((early.code, early.error()["code"].as_str()), (1, Some("looks_missing")));
    let entry = early.error()["entries"][0].as_u64().unwrap().to_string();
    bench.theo(&["review", "sign-off", &entry, "--note", "It is gone indeed"]).ok();
    let own = bench.theo(&["--json", "review", "sign-off", &entry, "--note", "Twice"]);
    assert_eq!(own.code, 1);

    let unknown = "0198c0de-0000-7000-8000-000000000000=Which?";
    let nothing = bench.theo(&["--json", "review", "sign", "--note", "Looked", "--incident", unknown]);
    assert_eq!((nothing.code, nothing.error()["code"].as_str()), (1, Some("finding_unfit")));
    let signed = [
        "--json",
        "review",
        "sign",
        "--note",
        "Every item",
        "--incident",
        "INC-7=Found by chance",
        "--finding",
        "Slow",
    ];
    let signed = bench.theo(&signed).ok().json();
    assert_eq!((signed["signed"]["role"].as_str(), signed["closed"].is_null()), (Some("security"), true));
    let alone = bench.theo(&["--json", "review", "sign", "--note", "Again"]);
    assert_eq!((alone.code, alone.error()["code"].as_str()), (1, Some("same_person")));
    let waits = bench.ines(&["review", "period"]).ok();
    assert!(waits.out.contains("the other lead closes it") && waits.out.contains("what was refused"), "{}", waits.out);
    let closed = bench.ines(&["--json", "review", "sign", "--note", "Agreed"]).ok().json();
    assert_eq!((closed["closed"]["role"].as_str(), &closed["digest"]), (Some("devops"), &signed["digest"]));

    let found = bench.theo(&["--json", "review", "history"]).ok().json();
    let review = &found["reviews"][0];
    assert_eq!((&review["closed"]["note"], &review["findings"][1]["becomes"]), (&"Agreed".into(), &"incident".into()));
    let checkpoint = bench.theo(&["--json", "ledger", "checkpoint"]).ok().json();
    let checkpoint = &checkpoint["checkpoints"][0];
    let lines = checkpoint["signatures"].as_array().unwrap();
    assert_eq!(checkpoint["size"], review["until"]);
    assert!(lines.len() == 2 && lines.iter().all(|line| line["holds"] == true), "{checkpoint}");
    let next = bench.theo(&["--json", "review", "period"]).ok().json();
    assert_eq!((&next["after"], next["looks_missing"].as_array().map(Vec::len)), (&review["until"], Some(0)));
}

/// the policy's review is late from the first day on, wherever somebody looks; its record names a file by its SHA-256 and counts after
/// another person's look.
#[test]
fn a_late_policy_review_is_recorded_with_its_evidence() {
    let bench = Bench::founded();
    let late = bench.theo(&["--json", "schedule", "list"]).ok().json();
    let policy = |document: &serde_json::Value| {
        document["schedule"].as_array().unwrap().iter().find(|row| row["duty"] == "policy_review").unwrap().clone()
    };
    assert!(policy(&late)["due_at"].as_str().unwrap().starts_with("2026-03-31"), "{late}");
    assert!(policy(&late)["days_late"].as_u64().is_some());
    assert!(bench.theo(&["status"]).ok().out.contains("policy review is"));
    assert!(bench.ines(&["sweep"]).ok().out.contains("days late"));

    let minutes = bench.file("minutes.txt", "abc");
    let minutes = minutes.to_str().unwrap();
    let record = ["--json", "schedule", "policy-review", "--evidence", minutes, "--note", "Sections 3 to 11"];
    assert_eq!(bench.ines(&record).code, 1, "Security records it");
    assert_eq!(bench.theo(&["schedule", "audit", "--evidence", "/nowhere/at-all", "--note", "x"]).code, 2);
    let done = bench.theo(&record).ok().json();
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!((&done["evidence"]["name"], &done["evidence"]["sha256"]), (&"minutes.txt".into(), &abc.into()));
    let entry = done["entry"].as_u64().unwrap();
    let waits = policy(&bench.ines(&["--json", "schedule", "list"]).ok().json());
    assert_eq!(waits["waits_for_a_look"].as_u64(), Some(entry));
    assert!(waits["days_late"].as_u64().is_some(), "one person alone ends no lateness");
    bench.ines(&["review", "sign-off", &entry.to_string(), "--note", "The minutes say so"]).ok();
    let counted = policy(&bench.ines(&["--json", "status"]).ok().json()["overview"]);
    assert_eq!((counted["days_late"].is_null(), counted["last"]["entry"].as_u64()), (true, Some(entry)));
    assert_eq!(bench.ines(&["sweep"]).ok().out.trim(), "", "quiet with nothing to do");
}
