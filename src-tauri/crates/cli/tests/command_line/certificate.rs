//! Certificates of destruction on the command line: issued, given away, and verified by somebody who has nothing but the file.

use crate::bench::{Bench, Ran, binary};

/// what was destroyed is certified; the file is verified without custody, keychain or passphrase; a changed one ends with 1, one that is
/// not there with 2.
#[test]
fn a_certificate_is_verified_with_nothing_but_the_file() {
    let bench = Bench::founded();
    bench.make_kek("kek-spare");
    let early = bench.ines(&["--json", "certificate", "issue", "1"]);
    assert_eq!((early.code, early.error()["code"].as_str()), (1, Some("not_proven")));
    let run = bench.carry_out(&["destroy-kek", "kek-spare", "--purge", "at-once"])["run"].to_string();
    let issued = bench.ines(&["--json", "certificate", "issue", &run]).ok().json();
    assert_eq!((issued["number"].as_u64(), issued["keys"].as_u64()), (Some(1), Some(1)));
    assert_eq!(bench.theo(&["--json", "certificate", "issue", &run]).ok().json(), issued, "once");
    let listed = bench.theo(&["--json", "certificate", "list"]).ok().json();
    assert_eq!(listed["certificates"].as_array().unwrap().as_slice(), [issued]);
    let shown = bench.theo(&["certificate", "show", &run]).ok().out;
    assert!(shown.contains("kek-spare") && shown.contains("Not proven by this file"), "{shown}");

    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (file, page, print) = (path("certificate.json"), path("certificate.html"), path("certificate.pdf"));
    bench.theo(&["certificate", "show", &run, "--out", &file]).ok();
    bench.theo(&["certificate", "show", &run, "--format", "html", "--out", &page]).ok();
    bench.theo(&["certificate", "show", &run, "--format", "pdf", "--out", &print]).ok();
    assert!(std::fs::read_to_string(&page).unwrap().starts_with("<!doctype html>"));
    assert!(std::fs::read(&print).unwrap().starts_with(b"%PDF-"));
    let over = bench.theo(&["certificate", "show", &run, "--out", &file]);
    assert_eq!(over.code, 1, "no file is replaced");
    let piped = bench.theo(&["certificate", "show", &run, "--format", "json"]).ok().out;
    assert_eq!(piped, std::fs::read_to_string(&file).unwrap());

    // Somebody else's computer: nothing but the file.
    let verify = |file: &str| Ran::of(binary().env_clear().args(["--json", "certificate", "verify", file]));
    let good = verify(&file).ok().json();
    assert_eq!((good["holds"].as_bool(), good["strength"].as_str()), (Some(true), Some("cryptographic")));
    assert_eq!(good["compare"].as_array().unwrap().len(), 3);
    assert!(!good["not_proven"].as_array().unwrap().is_empty());
    let changed = std::fs::read_to_string(&file).unwrap().replace("kek-spare", "kek-spara");
    std::fs::write(&file, changed).unwrap();
    let bad = verify(&file);
    assert_eq!((bad.code, bad.json()["holds"].as_bool()), (1, Some(false)));
    let said = Ran::of(binary().env_clear().args(["certificate", "verify", &file]));
    assert!(said.out.contains("does not hold"), "{}", said.out);
    assert_eq!(verify(&path("nowhere.json")).code, 2);
}
