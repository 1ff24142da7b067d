//! The signed file: what it proves, and everything that keeps it from proving anything.

use std::path::Path;

use crate::common::{
    CUSTODY, DAY, HOUR, INES, Key, MADE, SECOND, THEO, at, certified, device, exception, motley, opened, reading,
    sealed, session, signed, trust,
};
use domain::{CustodyId, Environment};
use gate::{
    Certification, Document, Fault, Hex, Judgement, SignedFile as _, Signer, Trust, TrustError, Verdict, verify,
};
use serde_json::{Value, json};
use uuid::Uuid;

fn refused(document: &Document, now: i64) -> Fault {
    verify(&document.write(), &trust(), Environment::Production, at(now)).unwrap_err()
}

/// a file is judged at the reader's time: one made yesterday blocks on what has expired since, from that microsecond on.
#[test]
fn a_file_is_judged_at_the_readers_time() {
    let expires = MADE + 10 * HOUR;
    let file = signed(reading(vec![exception(57, "Legacy TLS", expires)])).write();
    for (now, verdict) in [
        (MADE, Verdict::Pass),
        (expires - 1, Verdict::Pass),
        (expires, Verdict::Blocked),
        (MADE + DAY - 1, Verdict::Blocked),
    ] {
        let read = verify(&file, &trust(), Environment::Production, at(now)).unwrap();
        assert_eq!(Judgement::of(read, at(now)).unwrap().verdict(), verdict, "{now}");
    }
}

/// intervals are half open, and a minute of skew is allowed in one direction only.
#[test]
fn a_stale_or_future_dated_file_says_nothing() {
    let file = signed(reading(motley()));
    let ok = |now| verify(&file.write(), &trust(), Environment::Production, at(now)).is_ok();
    assert!(ok(MADE - 60 * SECOND) && ok(MADE + DAY - 1));
    assert_eq!(refused(&file, MADE + DAY).code(), "stale");
    assert_eq!(refused(&file, MADE + 400 * DAY).code(), "stale");
    assert_eq!(refused(&file, MADE - 60 * SECOND - 1).code(), "future_dated");
    let with_times = |change: &dyn Fn(&mut gate::Reading)| {
        let mut read = reading(Vec::new());
        change(&mut read);
        refused(&signed(read), MADE).code()
    };
    assert_eq!(with_times(&|it| it.complete_until = MADE), "file_unfit");
    assert_eq!(with_times(&|it| it.complete_until = MADE + 7 * DAY + 1), "file_unfit");
    assert_eq!(with_times(&|it| it.ledger.at = MADE + 61 * SECOND), "file_unfit");
}

/// every changed byte is found.
#[test]
fn every_changed_byte_is_found() {
    let file = signed(reading(vec![exception(57, "Legacy TLS", MADE)])).write();
    for place in 0..file.len() {
        let mut changed = file.clone();
        changed[place] ^= 1;
        let found = verify(&changed, &trust(), Environment::Production, at(MADE));
        assert!(found.is_err(), "byte {place}");
    }
    for cut in [0, 1, file.len() / 2, file.len() - 1] {
        assert!(verify(&file[..cut], &trust(), Environment::Production, at(MADE)).is_err());
    }
    let longer = [file.as_slice(), b"\n"].concat();
    assert_eq!(verify(&longer, &trust(), Environment::Production, at(MADE)).unwrap_err().code(), "file_changed");
}

/// whoever changes a field and writes the file as it is written still lacks the signature.
#[test]
fn a_field_that_was_changed_breaks_the_signature() {
    let good = serde_json::to_value(signed(reading(motley()))).unwrap();
    let mut fields = 0;
    let mut pending = vec![(String::new(), good.clone())];
    while let Some((path, value)) = pending.pop() {
        match value {
            Value::Object(inner) => pending.extend(inner.into_iter().map(|(name, it)| (format!("{path}/{name}"), it))),
            Value::Array(inner) => {
                let removed = !inner.is_empty();
                pending.extend(inner.into_iter().enumerate().map(|(at, it)| (format!("{path}/{at}"), it)));
                if removed {
                    let mut forged = good.clone();
                    drop(forged.pointer_mut(&path).unwrap().as_array_mut().unwrap().remove(0));
                    refuse_forged(&forged, &path);
                }
            }
            leaf => {
                let mut forged = good.clone();
                *forged.pointer_mut(&path).unwrap() = match &leaf {
                    Value::Number(number) => json!(number.as_i64().unwrap() + 1),
                    Value::String(text) if text == "block" => json!("notice"),
                    Value::String(text) if text == "production" => json!("staging"),
                    Value::String(text) if text.ends_with('0') => json!(format!("{}1", &text[..text.len() - 1])),
                    Value::String(text) if text.chars().all(|it| it.is_ascii_hexdigit()) && !text.is_empty() => {
                        json!(format!("{}0", &text[..text.len() - 1]))
                    }
                    Value::String(text) => json!(format!("{text}x")),
                    other => other.clone(),
                };
                fields += 1;
                refuse_forged(&forged, &path);
            }
        }
    }
    assert!(fields > 60, "{fields}");
}

fn refuse_forged(forged: &Value, path: &str) {
    // What does not even read as a file is refused as well.
    let Ok(document) = serde_json::from_value::<Document>(forged.clone()) else { return };
    assert!(verify(&document.write(), &trust(), Environment::Production, at(MADE)).is_err(), "{path}");
}

/// another environment, another custody, another signer, a key that another person's device certified, a certification of something
/// else, a session that was over: none of them is believed.
#[test]
fn only_a_trusted_signer_of_this_custody_is_believed() {
    let file = signed(reading(motley()));
    let staging = verify(&file.write(), &trust(), Environment::Staging, at(MADE)).unwrap_err();
    assert_eq!(staging.code(), "wrong_environment");
    let mut of_staging = reading(Vec::new());
    of_staging.environment = Environment::Staging;
    assert_eq!(refused(&signed(of_staging), MADE).code(), "wrong_environment");
    let mut of_others = reading(Vec::new());
    of_others.custody = CustodyId(Uuid::from_u128(9));
    assert_eq!(refused(&signed(of_others), MADE).code(), "wrong_custody");

    let with = |operator, session_entry: Certification, by: &Key| {
        refused(&sealed(reading(Vec::new()), Signer { operator, session: session_entry }, by), MADE)
    };
    let mallory = Key::of(0x66);
    let unknown = with(THEO, certified(&opened(), &mallory), &session());
    assert!(matches!(unknown, Fault::Signer { operator, .. } if operator == THEO), "{unknown}");
    assert_eq!(with(INES, certified(&opened(), &device()), &session()).code(), "unknown_signer");
    assert_eq!(with(THEO, certified(&opened(), &device()), &mallory), Fault::Signature);

    let changed = |change: &dyn Fn(&mut ledger::Entry)| {
        let mut entry = opened();
        change(&mut entry);
        with(THEO, certified(&entry, &device()), &session()).code()
    };
    assert_eq!(changed(&|it| it.verb = "request.sealed".to_owned()), "unknown_signer");
    assert_eq!(changed(&|it| it.custody = Uuid::from_u128(9)), "unknown_signer");
    assert_eq!(changed(&|it| it.environment = "staging".to_owned()), "unknown_signer");
    assert_eq!(changed(&|it| it.actor.id = INES.0), "unknown_signer");
    assert_eq!(changed(&|it| it.subject.name = "0".repeat(64)), "unknown_signer");
    assert_eq!(changed(&|it| drop(it.attributes.remove("expires_at"))), "unknown_signer");
    assert_eq!(changed(&|it| drop(it.attributes.insert("expires_at".to_owned(), MADE.to_string()))), "unknown_signer");
    assert_eq!(changed(&|it| it.time = MADE + 61 * SECOND), "unknown_signer");
    assert_eq!(changed(&|it| it.time = MADE - 13 * HOUR), "unknown_signer", "twelve hours, whatever the entry says");
    let mut forged = certified(&opened(), &device());
    forged.entry = Hex(ledger::Entry { time: MADE - 2 * HOUR, ..opened() }.encode());
    assert_eq!(with(THEO, forged, &session()).code(), "unknown_signer");
    let twice = ledger::SignatureBlock::sign(&opened().encode(), &[&device(), &mallory]).encode();
    let twice = Certification { entry: Hex(opened().encode()), signatures: Hex(twice) };
    assert_eq!(with(THEO, twice, &session()).code(), "unknown_signer");
}

/// a list of trusted signers is read however it is spaced, and never when it is empty or unclear.
#[test]
fn a_list_of_signers_is_clear_or_refused() {
    let list = trust();
    assert_eq!(Trust::read(&list.write()), Ok(list.clone()));
    let spaced = String::from_utf8(list.write()).unwrap().replace('\n', "\r\n");
    assert_eq!(Trust::read(spaced.as_bytes()), Ok(list.clone()));
    assert_eq!(Trust::read(&Trust { signers: Vec::new(), ..list.clone() }.write()), Err(TrustError::Empty));
    let other = Trust { format: "countersign/gate-trust/v2".to_owned(), ..list.clone() };
    assert!(matches!(Trust::read(&other.write()), Err(TrustError::Format { .. })));
    let mut short = list;
    short.signers[0].public_key = Hex(vec![1; 31]);
    assert!(matches!(Trust::read(&short.write()), Err(TrustError::Key { .. })));
    for broken in ["", "[]", "{\"format\": \"countersign/gate-trust/v1\", \"signers\": []}"] {
        assert!(Trust::read(broken.as_bytes()).is_err(), "{broken}");
    }
}

/// The published file and list, made from public keys. `UPDATE_VECTORS=1` writes those of a new version.
#[expect(clippy::disallowed_methods, reason = "whoever renews the vectors says so by the environment")]
#[test]
fn gate_vectors_are_current_and_verify() {
    let document = signed(reading(vec![
        exception(57, "Legacy TLS on the import host", MADE - 7 * DAY),
        exception(61, "Static API secret of the ERP connector", MADE + 10 * HOUR),
    ]));
    let signed_bytes = hex::encode(document.signed_bytes());
    let file = String::from_utf8(document.write()).unwrap();
    let list = String::from_utf8(trust().write()).unwrap();
    let vectors = json!({
        "about": "A gate's file and the list of trusted signers; see ../gate.md. The seeds are public: never use them.",
        "seeds": { "device": "b2".repeat(32), "session": "b5".repeat(32) },
        "custody": CUSTODY, "environment": "production",
        "file": file, "signed_bytes": signed_bytes, "trust": list,
        "verdicts": [
            { "at": MADE, "verdict": "blocked", "blocking": ["EX-0057"] },
            { "at": MADE + 10 * HOUR - 1, "verdict": "blocked", "blocking": ["EX-0057"] },
            { "at": MADE + 10 * HOUR, "verdict": "blocked", "blocking": ["EX-0057", "EX-0061"] },
            { "at": MADE + DAY, "verdict": "unknown", "blocking": [] },
        ],
    });
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/formats/vectors/gate.json");
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        std::fs::write(&path, serde_json::to_string_pretty(&vectors).unwrap() + "\n").unwrap();
    }
    let published: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(published, vectors, "the format changed without a new version");
    let trust = Trust::read(published["trust"].as_str().unwrap().as_bytes()).unwrap();
    for case in published["verdicts"].as_array().unwrap() {
        let now = at(case["at"].as_i64().unwrap());
        let read = verify(published["file"].as_str().unwrap().as_bytes(), &trust, Environment::Production, now);
        let judged = read.ok().map(|read| Judgement::of(read, now).unwrap());
        let blocking: Vec<&str> = judged
            .iter()
            .flat_map(|it| &it.findings)
            .filter(|it| it.level == gate::Level::Block)
            .map(|it| it.finding.id.as_str())
            .collect();
        let verdict = judged.as_ref().map_or(Verdict::Unknown, Judgement::verdict);
        assert_eq!(
            json!({ "verdict": verdict.word(), "blocking": blocking }),
            json!({ "verdict": case["verdict"], "blocking": case["blocking"] })
        );
    }
}
