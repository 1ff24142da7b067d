#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fmt::Write as _;

use domain::{Classification, Environment, KeyKind, StorageMedium, Timestamp};
use proptest::prelude::*;

use super::*;

const HEADER: &str = "type,name,tenant,integration,classification,purpose,owner,algorithm,bits,storage,created,last_rotated,expires,phase_out_date";
const GOOD: &str =
    "api_secret,crm-token,Nordwind,crm,confidential,Calls the CRM,payments,,,key_vault,2026-01-31,2026-09-01,,";

/// 2026-11-22T09:00:00Z.
const NOW: Timestamp = Timestamp::from_micros(1_795_338_000_000_000);

fn setting() -> Setting {
    Setting { environment: Environment::Production, now: NOW, legacy_open: false }
}

fn read(text: &str) -> Preview {
    Preview::read(text.as_bytes(), setting()).unwrap()
}

fn with_rows(rows: &[&str]) -> Preview {
    read(&format!("{HEADER}\n{}\n", rows.join("\n")))
}

/// The good row with one cell replaced.
fn changed(column: &str, cell: &str) -> String {
    let mut cells: Vec<&str> = GOOD.split(',').collect();
    let place = HEADER.split(',').position(|name| name == column).unwrap();
    cells[place] = cell;
    cells.join(",")
}

fn found(preview: &Preview) -> Vec<(u32, &str, CellProblem)> {
    preview.problems().kept().iter().map(|problem| (problem.row, problem.column.as_str(), problem.problem)).collect()
}

#[test]
fn a_row_is_read_with_all_its_particulars() {
    let preview = with_rows(&[GOOD]);
    assert_eq!(found(&preview), []);
    let rows = preview.importable().unwrap();
    let row = rows[0];
    assert_eq!((row.kind, row.name.as_str()), (KeyKind::ApiSecret, "crm-token"));
    assert_eq!((row.tenant.as_deref(), row.integration.as_deref()), (Some("Nordwind"), Some("crm")));
    assert_eq!((row.classification, row.storage), (Classification::Confidential, StorageMedium::KeyVault));
    assert_eq!((row.purpose.as_str(), row.owner.as_str()), ("Calls the CRM", "payments"));
    assert_eq!(row.created.to_string(), "2026-01-31T00:00:00.000000Z");
    assert_eq!(row.last_rotated.unwrap().to_string(), "2026-09-01T00:00:00.000000Z");
    assert_eq!((row.expires, row.phase_out, row.bits), (None, None, None));
}

/// R-07: what a spreadsheet makes of a CSV (byte order mark, CRLF, semicolons, headers with blanks, blank rows) is read.
#[test]
fn the_dialects_of_spreadsheets_are_read() {
    let plain = with_rows(&[GOOD]);
    let wanted = plain.importable().unwrap();
    let varied = format!(
        "\u{feff}{}\r\n{}\r\n;;;;;;;;;;;;;\r\n\r\n",
        HEADER
            .replace(',', ";")
            .replace("last_rotated", "Last Rotated")
            .replace("phase_out_date", "\"Phase-out date\""),
        GOOD.replace(',', ";").replace("api_secret", "API secret").replace("crm-token", "\"crm-token\"")
    );
    let preview = read(&varied);
    assert_eq!(found(&preview), []);
    assert_eq!(preview.importable().unwrap(), wanted);
    assert_eq!(preview.rows_total(), 1);
    let tabbed = read(&format!("{}\n{}", HEADER.replace(',', "\t"), GOOD.replace(',', "\t")));
    assert_eq!(tabbed.importable().unwrap(), wanted);
}

#[test]
fn columns_may_stand_in_any_order() {
    let reversed = |line: &str| line.split(',').rev().collect::<Vec<_>>().join(",");
    let preview = read(&format!("{}\n{}", reversed(HEADER), reversed(GOOD)));
    assert_eq!(preview.importable().unwrap(), with_rows(&[GOOD]).importable().unwrap());
}

/// R-07: each bad cell is named by row and column, with what would be accepted.
#[test]
fn every_bad_cell_is_named() {
    use CellProblem::{
        HiddenCharacters, LegacyStorage, Missing, NotADate, NotANumber, NotSelectable, OtherEnvironment,
        OwnerAndPurposeNeeded, TenantNeeded, TooLong, UnknownWord, WeakAlgorithm,
    };
    let long = "x".repeat(201);
    let cases = [
        ("type", "apisecret", "type", UnknownWord),
        ("type", "", "type", Missing),
        ("type", "kek", "type", NotSelectable),
        ("type", "dek", "type", NotSelectable),
        ("name", "", "name", Missing),
        ("name", long.as_str(), "name", TooLong),
        ("name", "pay\u{202e}lla", "name", HiddenCharacters),
        ("name", "pay\u{0}lla", "name", HiddenCharacters),
        ("name", "a\tb", "name", HiddenCharacters),
        ("name", "\"a\nb\"", "name", HiddenCharacters),
        ("tenant", "", "tenant", TenantNeeded),
        ("classification", "secret", "classification", UnknownWord),
        ("purpose", "", "purpose", OwnerAndPurposeNeeded),
        ("owner", " ", "owner", OwnerAndPurposeNeeded),
        ("algorithm", "DES", "algorithm", WeakAlgorithm),
        ("algorithm", "RSA 1024", "algorithm", WeakAlgorithm),
        ("algorithm", "TLS 1.0", "algorithm", WeakAlgorithm),
        ("bits", "many", "bits", NotANumber),
        ("bits", "-1", "bits", NotANumber),
        ("storage", "git", "storage", NotSelectable),
        ("storage", "Source code", "storage", NotSelectable),
        ("storage", "cloud", "storage", UnknownWord),
        ("storage", "kubernetes_secret_legacy", "phase_out_date", LegacyStorage),
        ("phase_out_date", "2027-01-01", "phase_out_date", LegacyStorage),
        ("created", "", "created", Missing),
        ("created", "31.01.2026", "created", NotADate),
        ("created", "2026-02-30", "created", NotADate),
        ("created", "1999-12-31", "created", NotADate),
        ("created", "2026-11-23", "created", NotADate),
        ("last_rotated", "2025-12-31", "last_rotated", NotADate),
        ("expires", "2026-08-31", "expires", NotADate),
    ];
    for (column, cell, named, problem) in cases {
        let preview = with_rows(&[GOOD, &changed(column, cell)]);
        let found = found(&preview);
        assert!(found.contains(&(3, named, problem)), "{column} = {cell:?} gave {found:?}");
        assert!(preview.importable().is_none(), "{column} = {cell:?}");
        assert_eq!((preview.rows_total(), preview.rows_good()), (2, 1), "{column} = {cell:?}");
    }
    let foreign = read(&format!("{HEADER},environment\n{GOOD},staging\n"));
    assert_eq!(found(&foreign), [(2, "environment", OtherEnvironment)]);
    assert_eq!(foreign.problems().kept()[0].accepted, ["production"]);
}

/// R-02: a certificate has an end, and anything but a string has an algorithm.
#[test]
fn certificates_and_keys_need_more_than_strings() {
    let preview = with_rows(&[&changed("type", "tls_certificate")]);
    assert_eq!(found(&preview), [(2, "algorithm", CellProblem::Missing), (2, "expires", CellProblem::Missing)]);
}

/// R-04: legacy storage has a date to leave it, and is closed to new keys.
#[test]
fn legacy_storage_is_for_old_keys_with_a_date() {
    let legacy = changed("storage", "Kubernetes Secret (legacy)").replace(",2026-09-01,,", ",2026-09-01,,2027-03-31");
    assert_eq!(found(&with_rows(&[&legacy])), [(2, "storage", CellProblem::UnknownWord)]);
    let legacy = legacy.replace("Kubernetes Secret (legacy)", "kubernetes secret legacy");
    assert_eq!(found(&with_rows(&[&legacy])), []);
    let young = legacy.replace("2026-01-31", "2026-11-01").replace("2026-09-01", "");
    assert_eq!(found(&with_rows(&[&young])), [(2, "storage", CellProblem::LegacyStorage)]);
}

/// R-05: what people write for approved algorithms is understood, and nothing else.
#[test]
fn algorithms_are_read_as_people_write_them() {
    let approved = [
        ("RSA-3072", None, "RSA", 3072),
        ("rsa", Some(2048), "RSA", 2048),
        ("aes-256-gcm", None, "AES-256-GCM", 256),
        ("ECDSA P-384", Some(384), "ECDSA", 384),
        ("Ed25519", Some(256), "Ed25519", 256),
        ("TLS 1.3", None, "TLS", 0),
    ];
    for (written, bits, name, length) in approved {
        let read = cell::read_algorithm(written, bits).unwrap();
        assert_eq!((read.name.as_str(), read.bits), (name, length), "{written}");
    }
    let refused = [
        ("RSA", None),
        ("RSA 2048", Some(4096)),
        ("RSA", Some(2049)),
        ("AES-256-GCM", Some(128)),
        ("ECDSA", Some(255)),
        ("TLS 1.1", None),
    ];
    assert!(refused.iter().all(|(written, bits)| cell::read_algorithm(written, *bits).is_err()));
}

#[test]
fn the_header_is_checked_first() {
    let preview = read("type,name,Name,value\napi_secret,a,b,hunter2\n");
    let header: Vec<_> = found(&preview).into_iter().filter(|(row, ..)| *row == 1).collect();
    assert!(header.contains(&(1, "name", CellProblem::ColumnTwice)));
    assert!(header.contains(&(1, "value", CellProblem::UnknownColumn)));
    assert!(header.contains(&(1, "owner", CellProblem::ColumnMissing)));
    assert!(!found(&preview).contains(&(2, "owner", CellProblem::OwnerAndPurposeNeeded)), "said once");
}

/// R-01: a column that might hold key material is refused and its cells are not shown, nor is a pasted private key.
#[test]
fn key_material_is_not_shown() {
    let preview = read(&format!("{HEADER},value\n{GOOD},hunter2\n"));
    assert_eq!(found(&preview), [(1, "value", CellProblem::UnknownColumn)]);
    assert!(!format!("{preview:?}").contains("hunter2"));
    let pasted = changed("purpose", "\"-----BEGIN PRIVATE KEY-----\nMIIEvQ\"");
    assert!(!format!("{:?}", with_rows(&[&pasted])).contains("MIIEvQ"));
}

#[test]
fn a_key_may_stand_in_a_file_once() {
    let preview = with_rows(&[GOOD, &changed("owner", "someone else"), &changed("tenant", "Other")]);
    assert_eq!(found(&preview), [(3, "name", CellProblem::DuplicateInFile)]);
    assert!(preview.problems().kept()[0].value.contains("row 2"));
}

/// R-07: an import adds. What stands in the register as it is, is left out; what stands there otherwise is a problem.
#[test]
fn rows_in_the_register_are_unchanged_or_problems() {
    let mut preview = with_rows(&[GOOD, &changed("name", "other"), &changed("name", "new")]);
    let rows: Vec<InventoryRow> = preview.importable().unwrap().into_iter().cloned().collect();
    let other = InventoryRow { owner: "someone else".to_owned(), ..rows[1].clone() };
    let known = [rows[0].clone(), other].map(|row| (row.identity(), row)).into_iter().collect();
    preview.compare(&known);
    assert_eq!(found(&preview), [(3, "name", CellProblem::AlreadyInRegister)]);
    assert_eq!((preview.rows_good(), preview.rows_unchanged()), (2, 1));
    assert!(preview.importable().is_none());
    let good: Vec<bool> = preview.shown().iter().map(|row| row.good).collect();
    assert_eq!(good, [true, false, true]);
}

#[test]
fn rows_of_another_width_and_bytes_that_are_no_text_are_named() {
    let preview = with_rows(&[GOOD, "api_secret,short", GOOD]);
    assert_eq!(found(&preview)[0], (3, "", CellProblem::WrongCellCount));
    let mut bytes = format!("{HEADER}\n").into_bytes();
    bytes.extend_from_slice(
        &changed("owner", "M#ller").into_bytes().iter().map(|b| if *b == b'#' { 0xfc } else { *b }).collect::<Vec<_>>(),
    );
    let preview = Preview::read(&bytes, setting()).unwrap();
    assert_eq!(found(&preview), [(2, "owner", CellProblem::NotUtf8)]);
}

#[test]
fn rows_are_numbered_as_an_editor_numbers_lines() {
    let bad = changed("owner", "");
    for ending in ["\n", "\r\n", "\r"] {
        let broken = changed("purpose", &format!("\"two{ending}lines\""));
        let lines = [HEADER, "", GOOD, &bad, "", "", ",,", &broken, &bad.replace("crm-token", "last")];
        let preview = read(&lines.join(ending));
        let rows: Vec<u32> = preview.problems().kept().iter().map(|problem| problem.row).collect();
        assert_eq!(rows, [4, 8, 10], "{ending:?}");
    }
}

#[test]
fn files_that_are_none_are_refused() {
    let refuse = |bytes: &[u8]| Preview::read(bytes, setting()).unwrap_err();
    assert!(matches!(refuse(b""), FileError::NoRows));
    assert!(matches!(refuse(format!("{HEADER}\n\n,,,\n").as_bytes()), FileError::NoRows));
    assert!(matches!(refuse(b"\xff\xfet\0y\0"), FileError::Utf16));
    assert!(matches!(refuse(&vec![b'x'; FILE_BYTES_MAX + 1]), FileError::TooLong { .. }));
    assert!(matches!(refuse(&[b','; 200]), FileError::TooManyColumns));
    let many = format!("{HEADER}\n{}", "x\n".repeat(ROWS_MAX + 1));
    assert!(matches!(refuse(many.as_bytes()), FileError::TooManyRows));
}

/// Hostile cells: a megabyte, markup, an open quote. Named, shortened, never echoed whole.
#[test]
fn hostile_cells_are_named_and_shortened() {
    let megabyte = "A".repeat(1_000_000);
    let preview = with_rows(&[&changed("purpose", &megabyte)]);
    assert_eq!(found(&preview), [(2, "purpose", CellProblem::TooLong)]);
    assert!(preview.problems().kept()[0].value.chars().count() < 100);
    assert!(preview.shown()[0].cells.iter().all(|cell| cell.chars().count() < 1_000));
    let markup = with_rows(&[&changed("purpose", "<img src=x onerror=alert(1)>")]);
    assert_eq!(markup.importable().unwrap()[0].purpose, "<img src=x onerror=alert(1)>", "text is text");
    let open = with_rows(&[&changed("purpose", "\"never closed"), GOOD]);
    assert!(open.importable().is_none());
    let bidi = with_rows(&[&changed("owner", "a\u{202e}b")]);
    assert!(!format!("{bidi:?}").contains('\u{202e}'), "shown as its code point");
}

#[test]
fn problems_beyond_the_limit_are_counted() {
    let mut text = format!("{HEADER}\n");
    for number in 0..PROBLEMS_MAX + 10 {
        writeln!(text, "{}", changed("owner", "").replace("crm-token", &format!("t{number}"))).unwrap();
    }
    let preview = read(&text);
    assert_eq!(preview.problems().kept().len(), PROBLEMS_MAX);
    assert_eq!(preview.problems().total(), PROBLEMS_MAX + 10);
}

/// An export opened in a spreadsheet executes nothing (CWE-1236), and comes back as it was.
#[test]
fn formulas_are_defused_on_export_and_restored_on_import() {
    let mut row = with_rows(&[GOOD]).importable().unwrap()[0].clone();
    let hostile = ["=HYPERLINK(\"http://x\")", "+1", "-1+1", "@SUM(A1)", "'=1", "''", "＝1"];
    for cell in hostile {
        row.purpose = cell.to_owned();
        let mut out = Vec::new();
        write_csv(&mut out, Environment::Production, [&row]).unwrap();
        let text = String::from_utf8(out.clone()).unwrap();
        let mut raw = csv::Reader::from_reader(out.as_slice());
        let record = raw.records().next().unwrap().unwrap();
        assert!(record.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@', '＝'])), "{text}");
        assert_eq!(*read(&text).importable().unwrap()[0], row, "{text}");
    }
}

fn word() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9=+@'<>\"; ,äé-]{1,30}".prop_filter("not blank", |text| !text.trim().is_empty())
}

prop_compose! {
    fn any_row()(
        kind in prop::sample::select(vec![KeyKind::ApiSecret, KeyKind::Backup, KeyKind::TlsCertificate, KeyKind::Secret]),
        texts in [word(), word(), word(), word(), word()],
        scope in 0..3_u8,
        classification in prop::sample::select(Classification::ALL.to_vec()),
        legacy in any::<bool>(),
        created_days in 40..3_000_i64,
        rotated in prop::option::of(0..40_i64),
        expires in 1..1_000_i64,
    ) -> InventoryRow {
        let [name, tenant, integration, purpose, owner] = texts.map(|text| text.trim().to_owned());
        let day = |ago: i64| Timestamp::from_micros(NOW.micros() - NOW.micros() % 86_400_000_000).plus_days(-ago);
        InventoryRow {
            kind, name, purpose, owner, classification,
            tenant: (scope > 0).then_some(tenant),
            integration: (scope > 1).then_some(integration),
            secret_name: None,
            algorithm: "RSA".to_owned(),
            bits: Some(3072),
            storage: if legacy { StorageMedium::KubernetesSecretLegacy } else { StorageMedium::KeyVault },
            vault_name: None,
            version: None,
            created: day(created_days),
            last_rotated: rotated.map(day),
            expires: Some(day(-expires)),
            phase_out: legacy.then(|| day(-10)),
        }
    }
}

proptest! {
    /// R-07: what is exported is imported as it was.
    #[test]
    fn an_export_reads_back(row in any_row()) {
        let mut out = Vec::new();
        write_csv(&mut out, Environment::Production, [&row]).unwrap();
        let preview = Preview::read(&out, setting()).unwrap();
        prop_assert_eq!(found(&preview), []);
        prop_assert_eq!(preview.importable().unwrap(), vec![&row]);
    }

    #[test]
    fn any_bytes_are_read_or_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), head in any::<bool>()) {
        let mut file = if head { format!("{HEADER}\n").into_bytes() } else { Vec::new() };
        file.extend_from_slice(&bytes);
        if let Ok(preview) = Preview::read(&file, setting()) {
            prop_assert!(preview.rows_good() <= preview.rows_total());
            prop_assert_eq!(preview.importable().is_some(), preview.problems().total() == 0);
            prop_assert!(preview.problems().total() > 0 || preview.rows_good() == preview.rows_total());
        }
    }
}
