//! Hostile text in every field that a person can write: it is refused by a typed error that names the field, or it comes back letter
//! by letter as it was written and signed, and nothing in it is invisible.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use canonical::Encoder;
use countersign_tests::{TestCustody, approval, passphrase};
use custody::SignedEntry;
use custody::estate::deks::{DekOrder, DekOrderError, DekTarget};
use custody::estate::inventory::{CellProblem, Preview, Setting};
use custody::estate::{Estate, unwatched};
use custody::request::{Grounds, NewKek, RequestError, Verdict, Wanted, Windows};
use domain::{
    Classification, Decision, Environment, KeyId, KeyName, Plan, PlanError, Role, Text, TextError, escape_visibly,
};
use ledger::{Actor, ActorKind, Entry, KIND};
use rand_core::OsRng;
use sha2::{Digest as _, Sha256};
use workplace::{Ceremony, CeremonyError, FounderCard, Seat, Workplace};

/// Text that means something to a browser, a shell, a spreadsheet, a database or a log, and is nothing but text here.
const HARMLESS: [&str; 12] = [
    "<script>alert(document.cookie)</script>",
    "\"><img src=x onerror=\"window.__TAURI__.core.invoke('start_run')\">",
    "'; DROP TABLE custody.ledger_entry; --",
    "$$ || pg_sleep(9) || $$ \\'; %s %n {0}",
    "{{constructor.constructor('return this')()}} ${jndi:ldap://x/a}",
    "__proto__",
    "=HYPERLINK(\"http://x\",\"open\")",
    "../../etc/passwd",
    "\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{645}\u{631}\u{62d}\u{628}\u{627}",
    "\u{1f511} \u{6f22}\u{5b57}",
    "Caf\u{e9} M\u{430}ren",
    "&lt;b&gt; &#x202e; %E2%80%AE \\u202e",
];

/// Text that does not show what it says, or says far too much.
fn deceptive() -> Vec<String> {
    let mut found: Vec<String> = [
        "pay\u{202e}lla",
        "\u{2066}first\u{2069} second",
        "a\u{61c}b",
        "zero\u{200b}width",
        "zero\u{200d}joined",
        "a\u{feff}b",
        "soft\u{ad}hyphen",
        "NUL\u{0}inside",
        "\u{1b}[31mred\u{1b}[0m",
        "carriage\rreturn",
        "a\u{85}b",
        "line\u{2028}separator",
        "tag\u{e0041}\u{e0042}",
        "variation\u{fe0f}",
        "filler\u{3164}",
        "shorthand\u{1bca0}",
        "selector\u{180b}",
    ]
    .map(str::to_owned)
    .into();
    found.push("x".repeat(1_000_000));
    found.push(format!("e{}", "\u{301}".repeat(500_000)));
    found
}

fn is_about(error: &TextError, wanted: &str) -> bool {
    matches!(error, TextError::Empty { field } | TextError::TooLong { field, .. } | TextError::Deceptive { field, .. } if *field == wanted)
}

fn new_kek(custody_now: domain::Timestamp, number: usize) -> NewKek {
    NewKek {
        key: KeyId::make(custody_now, &mut OsRng),
        name: KeyName::parse(&format!("kek-{number}")).unwrap(),
        bits: 2048,
        owner: "Platform security".to_owned(),
        purpose: "Wraps".to_owned(),
        classification: Classification::Restricted,
        tenant: None,
    }
}

/// what a requester writes is refused by the field's name, or it is shown, signed and kept letter by letter.
#[tokio::test(flavor = "multi_thread")]
async fn text_of_requests_is_refused_or_kept_as_signed() {
    let custody = TestCustody::found().await;
    let console = &custody.ines.console;
    let device = custody.ines.unlock_for_seal(passphrase()).await.unwrap();
    let seal = custody.theo.unlock_for_seal(passphrase()).await.unwrap();
    let now = console.now().await.unwrap();
    let plan = async |new: NewKek, grounds: Grounds| -> Plan {
        let wanted = Wanted::CreateKek(new);
        console.plan(custody.ines.person.operator, &wanted, grounds, Windows::default()).await.unwrap()
    };
    let grounds = |text: &str| Grounds {
        reason: text.to_owned(),
        change_record: text.to_owned(),
        rollback_plan: text.to_owned(),
    };

    let (before, _) = console.register.head().await.unwrap();
    for (number, text) in deceptive().iter().enumerate() {
        let new = || new_kek(now, number);
        let attacks = [
            ("reason", new(), Grounds { reason: text.clone(), ..grounds("fine") }),
            ("change record", new(), Grounds { change_record: text.clone(), ..grounds("fine") }),
            ("rollback plan", new(), Grounds { rollback_plan: text.clone(), ..grounds("fine") }),
            ("owner", NewKek { owner: text.clone(), ..new() }, grounds("fine")),
            ("purpose", NewKek { purpose: text.clone(), ..new() }, grounds("fine")),
        ];
        for (field, new, grounds) in attacks {
            let plan = plan(new, grounds).await;
            let error = console.submit(&plan, Role::DevOps, &device).await.unwrap_err();
            let RequestError::Plan(PlanError::Text(error)) = &error else { unreachable!("{field}: {error:?}") };
            assert!(is_about(error, field), "{field}: {error:?}");
        }
    }
    assert_eq!(console.register.head().await.unwrap().0, before, "nothing of it was written");

    for (number, text) in HARMLESS.iter().enumerate() {
        let new = NewKek { owner: (*text).to_owned(), purpose: (*text).to_owned(), ..new_kek(now, number) };
        let made = plan(new, grounds(text)).await;
        console.submit(&made, Role::DevOps, &device).await.unwrap();
        // What Theo reads is what Ines wrote, to the byte; and nothing in it is hidden from him.
        let (shown, row) = custody.theo.console.plan_on_record(made.request).await.unwrap();
        assert_eq!((&shown, shown.hash()), (&made, row.plan_hash));
        for kept in [&shown.reason, &shown.change_record, &shown.rollback_plan, &row.reason, &row.change_record] {
            assert_eq!((kept.as_str(), escape_visibly(kept).as_str()), (*text, *text));
        }
        assert_eq!((shown.parameter("owner"), shown.parameter("purpose")), (Some(*text), Some(*text)));
        let marked = Text::parse("reason", text, 4_000).unwrap().mixes_scripts();
        assert!(marked || !text.contains('\u{430}'), "two scripts in {text}");
        let no = Verdict { decision: Decision::Reject, reason: text, ..approval(&made) };
        custody.theo.console.decide(no, &seal, custody.theo.author()).await.unwrap();
        let (head, _) = console.register.head().await.unwrap();
        let entry = console.register.ledger_records(head, 1).await.unwrap().pop().unwrap();
        assert_eq!(Entry::decode(&entry.entry).unwrap().purpose, *text);
    }

    // Reasons of those who decline, and of those who take back.
    let made = plan(new_kek(now, 900), grounds("fine")).await;
    console.submit(&made, Role::DevOps, &device).await.unwrap();
    for text in deceptive() {
        let no = Verdict { decision: Decision::Reject, reason: &text, ..approval(&made) };
        let declined = custody.theo.console.decide(no, &seal, custody.theo.author()).await.unwrap_err();
        let withdrawn = console.withdraw(made.request, &text, custody.ines.author()).await.unwrap_err();
        for error in [declined, withdrawn] {
            assert!(matches!(&error, RequestError::Plan(PlanError::Text(it)) if is_about(it, "reason")), "{error:?}");
        }
    }
    // Typed on another system: the line breaks of Windows, the decomposed letters of macOS.
    console.withdraw(made.request, " Cafe\u{301}\r\nclosed ", custody.ines.author()).await.unwrap();
    let (head, _) = console.register.head().await.unwrap();
    let entry = console.register.ledger_records(head, 1).await.unwrap().pop().unwrap();
    assert_eq!(Entry::decode(&entry.entry).unwrap().purpose, "Caf\u{e9}\nclosed");
    custody.theo.console.witness.catch_up(&console.register).await.unwrap();
}

/// An entry with bytes where the text of its purpose should be.
fn entry_with_purpose(custody: &TestCustody, subject: &str, purpose: &[u8], number: u8) -> Vec<u8> {
    let (author, now) = (custody.ines.author(), std::time::SystemTime::now());
    let micros = now.duration_since(std::time::UNIX_EPOCH).unwrap().as_micros();
    Encoder::message(KIND)
        .bytes(author.custody().id.0.as_bytes())
        .text(author.custody().environment.word())
        .bytes(&[number; 16])
        .time(i64::try_from(micros).unwrap())
        .text(Actor { kind: ActorKind::Operator, id: author.operator().0 }.kind.word())
        .bytes(author.operator().0.as_bytes())
        .text("request.withdrawn")
        .text("request")
        .text(subject)
        .bytes(purpose)
        .bytes(&[])
        .finish()
}

/// bytes that are no text, past every console: surrogates without their pair, overlong forms, NUL, invisible characters and
/// a megabyte are refused by the register, and its record of the refusal is whole.
#[tokio::test(flavor = "multi_thread")]
async fn the_register_takes_no_bytes_that_are_no_clean_text() {
    let custody = TestCustody::found().await;
    let now = custody.ines.console.now().await.unwrap();
    let plan = custody.ask(&Wanted::CreateKek(new_kek(now, 1))).await;
    let request = plan.request.to_string();
    let mut psql = custody.psql(&custody.ines).await;
    let mut superuser = custody.superuser().await;
    let author = custody.ines.author();
    let megabyte = vec![b'x'; 1_000_000];
    let attacks: [(&[u8], &str); 11] = [
        (b"high \xed\xa0\x80 surrogate", "malformed"),
        (b"pair \xed\xa0\xbd\xed\xb4\x91", "malformed"),
        (b"overlong \xc0\x80", "malformed"),
        (b"beyond \xf4\x90\x80\x80", "malformed"),
        (b"stray \x80\xff", "malformed"),
        (b"NUL \x00 inside", "malformed"),
        ("bidi \u{202e}".as_bytes(), "text_unclean"),
        ("zero \u{200b}".as_bytes(), "text_unclean"),
        ("decomposed e\u{301}".as_bytes(), "text_unclean"),
        (&[b'x'; 20_000], "text_too_long"),
        (&megabyte, "malformed"),
    ];
    for (number, (purpose, code)) in (1..).zip(attacks) {
        let entry = entry_with_purpose(&custody, &request, purpose, number);
        let signature = author.sign(&entry);
        let signatures = Encoder::new().bytes(&author.key_id()).bytes(&signature).finish();
        let answer = psql.call("withdraw_request", &SignedEntry { entry: entry.clone(), signatures }, None).await;
        assert_eq!(answer, code, "{:?}", String::from_utf8_lossy(purpose.get(..30.min(purpose.len())).unwrap()));
        let kept = custody.ines.console.register.refusals(None, 1).await.unwrap().pop().unwrap();
        assert_eq!((kept.code.as_str(), kept.function.as_str()), (code, "withdraw_request"));
        let kept = "SELECT encode(entry_digest, 'hex') FROM custody.refusal ORDER BY id DESC LIMIT 1";
        let digest = superuser.texts(kept).await.concat();
        assert_eq!(digest, hex::encode(Sha256::digest(&entry)));
    }
    // The same entry with a clean purpose is taken: it was the text that was refused.
    let entry = entry_with_purpose(&custody, &request, b"No longer needed", 99);
    let signatures = Encoder::new().bytes(&author.key_id()).bytes(&author.sign(&entry)).finish();
    assert_eq!(psql.call("withdraw_request", &SignedEntry { entry, signatures }, None).await, "ok");

    // One rule on both sides: no character that the console refuses passes the register.
    let passing = superuser
        .texts(
            "SELECT i::text FROM generate_series(1, 1114111) AS i
             WHERE i NOT BETWEEN 55296 AND 57343 AND custody.is_clean_prose('a' || chr(i) || 'b')",
        )
        .await;
    let passing = passing.iter().map(|it| char::from_u32(it.parse().unwrap()).unwrap());
    let hidden: Vec<char> = passing.filter(|it| escape_visibly(&it.to_string()) != it.to_string()).collect();
    assert_eq!(hidden, Vec::<char>::new());
}

/// a founder's card and a custody's name are refused by the field, before a key is made; and what is accepted is what the
/// founding entry says.
#[tokio::test(flavor = "multi_thread")]
async fn founding_cards_are_refused_or_signed_as_written() {
    let keyring = keychain::testing::PrivateKeyring::start().unwrap();
    let home = tempfile::tempdir().unwrap();
    let workplace =
        |folder: &str| Workplace::with_keychain(home.path().join(folder), keyring.open("countersign-test").unwrap());
    for text in deceptive() {
        assert!(workplace("never").open_local(&text, Environment::Staging).await.is_err(), "{:?}", text.get(..20));
    }
    let premises = workplace("data").open_local("Payments <b>", Environment::Staging).await.unwrap();
    let card = |name: &str, person: &str, device: &str, role| FounderCard {
        name: name.to_owned(),
        person: person.to_owned(),
        roles: vec![role],
        device_name: device.to_owned(),
    };
    let mut ceremony = Ceremony::default();
    for text in deceptive().into_iter().chain(["two\nlines".to_owned(), String::new()]) {
        let attacks = [
            ("name", card(&text, "ines@example.test", "Laptop", Role::DevOps)),
            ("person", card("Ines", &text, "Laptop", Role::DevOps)),
            ("device name", card("Ines", "ines@example.test", &text, Role::DevOps)),
        ];
        for (field, card) in attacks {
            let error = ceremony.take_seat(&premises, Seat::First, card, passphrase()).await.unwrap_err();
            assert!(matches!(&error, CeremonyError::Text(it) if is_about(it, field)), "{field}: {error:?}");
            assert!(ceremony.seated(Seat::First).is_none());
        }
    }
    // A look-alike address would make two people of one.
    let lookalike = card("Ines", "in\u{435}s@example.test", "Laptop", Role::DevOps);
    let error = ceremony.take_seat(&premises, Seat::First, lookalike, passphrase()).await.unwrap_err();
    assert!(matches!(&error, CeremonyError::Text(it) if is_about(it, "person")), "{error:?}");

    let odd = "Zoe\u{308} <img src=x onerror=alert(1)>'; --";
    let composed = "Zo\u{eb} <img src=x onerror=alert(1)>'; --";
    let first = card(odd, "zoe@example.test", "=cmd|' /C calc'!A0", Role::DevOps);
    ceremony.take_seat(&premises, Seat::First, first, passphrase()).await.unwrap();
    let second = card("\u{645}\u{631}\u{64a}\u{645}", "o'hara;drop@example.test", "\u{1f4bb}", Role::Security);
    ceremony.take_seat(&premises, Seat::Second, second, passphrase()).await.unwrap();
    ceremony.found(&premises).await.unwrap();
    let zoe = premises.people().unwrap().into_iter().next().unwrap();
    assert_eq!(zoe.name, composed);
    let desk = premises.sign_in(zoe.operator, passphrase()).await.unwrap();
    let record = desk.console.register.ledger_records(1, 1).await.unwrap().pop().unwrap();
    let founding = Entry::decode(&record.entry).unwrap();
    let said = ["name", "a.name", "a.device_name", "b.name", "b.person"].map(|name| founding.attribute(name).unwrap());
    let written =
        ["Payments <b>", composed, "=cmd|' /C calc'!A0", "\u{645}\u{631}\u{64a}\u{645}", "o'hara;drop@example.test"];
    assert_eq!(said, written);
    let names: Vec<String> = desk.console.register.operators().await.unwrap().into_iter().map(|it| it.name).collect();
    assert!(names.contains(&composed.to_owned()), "{names:?}");
    desk.console.witness.catch_up(&desk.console.register).await.unwrap();
}

fn file_with(column: &str, value: &str) -> Vec<u8> {
    let columns = [
        "type",
        "name",
        "classification",
        "purpose",
        "owner",
        "storage",
        "created",
        "algorithm",
        "tenant",
        "integration",
        "version",
    ];
    let usual = [
        "database",
        "db-main",
        "restricted",
        "Billing",
        "Platform",
        "key_vault",
        "2026-01-31",
        "AES-256-GCM",
        "Acme",
        "sap",
        "v1",
    ];
    let quoted = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
    let cells = columns.iter().zip(usual).map(|(name, cell)| quoted(if *name == column { value } else { cell }));
    format!("{}\n{}\n", columns.join(","), cells.collect::<Vec<_>>().join(",")).into_bytes()
}

/// every cell of an inventory file is refused by row and column, and shown with what it hides; or it is imported, and
/// exported again, as it was written.
#[tokio::test(flavor = "multi_thread")]
async fn cells_of_files_and_names_of_deks_are_refused_or_kept_as_written() {
    let custody = TestCustody::found().await;
    let console = &custody.ines.console;
    let setting = Setting { environment: Environment::Staging, now: console.now().await.unwrap(), legacy_open: false };
    let texts = ["name", "purpose", "owner", "tenant", "integration", "version"];
    for text in deceptive() {
        for column in texts {
            let preview = Preview::read(&file_with(column, &text), setting).unwrap();
            let problems = preview.problems();
            let [problem] = problems.kept() else { unreachable!("{column}: {problems:?}") };
            assert_eq!((problem.row, problem.column.as_str()), (2, column));
            assert!(matches!(problem.problem, CellProblem::HiddenCharacters | CellProblem::TooLong), "{problem:?}");
            let shown = preview.shown().iter().flat_map(|row| &row.cells).chain([&problem.value]);
            for cell in shown {
                assert_eq!(&escape_visibly(cell), cell, "shown with what it hides");
                assert!(cell.chars().count() < 1_000);
            }
        }
    }
    for bytes in [&b"\xed\xa0\x80"[..], b"\xff", b"\xc0\x80"] {
        for column in texts {
            let mut file = file_with(column, "@@@");
            let at = file.windows(3).position(|it| it == b"@@@").unwrap();
            file.splice(at..at + 3, bytes.iter().copied());
            let preview = Preview::read(&file, setting).unwrap();
            let [problem] = preview.problems().kept() else { unreachable!("{:?}", preview.problems()) };
            assert_eq!((problem.column.as_str(), problem.problem), (column, CellProblem::NotUtf8));
        }
    }

    let estate = Estate::new(console, custody.ines.author());
    for text in HARMLESS {
        let preview = estate.preview_inventory(&file_with("name", text)).await.unwrap();
        assert_eq!(preview.problems().total(), 0, "{text}: {:?}", preview.problems());
        estate.import_inventory(&preview, text).await.unwrap();
    }
    let exported = estate.export_inventory().await.unwrap();
    let again = estate.preview_inventory(&exported).await.unwrap();
    assert_eq!((again.problems().total(), again.rows_unchanged()), (0, HARMLESS.len()), "{:?}", again.problems());
    for cell in String::from_utf8(exported).unwrap().split(['\n', ',']) {
        assert!(!cell.trim_start_matches('"').starts_with(['=', '+', '-', '@']), "a formula: {cell}");
    }

    let kek = custody.make_kek("kek-payments").await;
    let order = |target: DekTarget, owner: &str, purpose: &str| DekOrder {
        kek,
        targets: vec![target],
        owner: owner.to_owned(),
        purpose: purpose.to_owned(),
        classification: Classification::Confidential,
    };
    let of = |tenant: &str, integration: &str| DekTarget::Tenant {
        tenant: tenant.to_owned(),
        integration: integration.to_owned(),
    };
    for text in deceptive().iter().map(String::as_str).chain(["two\nlines"]) {
        let attacks = [
            ("tenant", order(of(text, "sap"), "Owner", "Purpose")),
            ("integration", order(of("Acme", text), "Owner", "Purpose")),
            ("secret name", order(DekTarget::Secret { name: text.to_owned() }, "Owner", "Purpose")),
            ("owner", order(of("Acme", "sap"), text, "Purpose")),
            ("purpose", order(of("Acme", "sap"), "Owner", text)),
        ];
        for (field, order) in attacks {
            let error = estate.create_deks(&order, &unwatched).await.unwrap_err();
            assert!(matches!(&error, DekOrderError::Text(it) if is_about(it, field)), "{field}: {error:?}");
        }
        assert!(KeyName::parse(text).is_err() || text.chars().all(|it| it == 'x'));
    }
    for text in HARMLESS {
        let made = estate.create_deks(&order(of(text, text), text, text), &unwatched).await.unwrap();
        let found = console.register.dek_of_integration(text, text).await.unwrap().unwrap();
        assert_eq!(made.keys.first().map(|it| it.key), Some(found.id), "{text}");
    }
    custody.theo.console.witness.catch_up(&console.register).await.unwrap();
}
