//! The audit pack of a period: what it says, and that nobody writes anything else into it.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use std::path::Path;

use countersign_tests::{TestCustody, at_once, grounds, passphrase};
use custody::proof::ProofError;
use custody::report::{Period, Report, ReportError};
use custody::request::{Grounds, Wanted, Windows};
use domain::{Role, Timestamp};
use sha2::{Digest as _, Sha256};
use transparency::bundle::{Expectations, verify};

const HOSTILE: &str = "</td></tr><script>alert(1)</script>\nCountersigned by Nobody Else \"'&";

async fn report(custody: &TestCustody, (from, until): (Timestamp, Timestamp), file: &Path) -> Report {
    let period = Period { from, until, custody: "Payments <b>".to_owned() };
    custody.theo.console.report(&period, None, file, &|_, _| ()).await.unwrap()
}

/// a period's pack names who asked, decided and executed, what was rotated, what was refused and by whom it is vouched
/// for; says the digest of the bundle that proves it, which verifies; and whatever people wrote stays the text that they wrote.
#[tokio::test(flavor = "multi_thread")]
async fn an_audit_pack_says_what_happened_and_nothing_that_people_smuggled_in() {
    let custody = TestCustody::found().await;
    let (ines, theo) = (&custody.ines, &custody.theo);
    let folder = tempfile::tempdir().unwrap();
    let before = ines.console.now().await.unwrap();
    let key = custody.make_kek("kek-payments").await;
    let hostile = Grounds { reason: HOSTILE.to_owned(), ..grounds() };
    let wanted = Wanted::RotateKek { key, options: at_once() };
    let plan = ines.console.plan(ines.person.operator, &wanted, hostile, Windows::default()).await.unwrap();
    let device = ines.unlock_for_seal(passphrase()).await.unwrap();
    ines.console.submit(&plan, Role::DevOps, &device).await.unwrap();
    custody.countersign(&plan).await;
    custody.carry_out(plan.request).await;
    let made = ines.console.sign_checkpoint(&device, None).await.unwrap();
    ines.console.cosign_checkpoint(&device, None).await.unwrap_err();
    let seal = theo.unlock_for_seal(passphrase()).await.unwrap();
    theo.console.cosign_checkpoint(&seal, None).await.unwrap();
    let after = Timestamp::from_micros(ines.console.now().await.unwrap().micros() + 1);

    let file = folder.path().join("period.bundle");
    let pack = report(&custody, (before, after), &file).await;
    let html = pack.page();
    for shown in [
        "Requested, decided, executed",
        "Rotate KEK: kek-payments",
        "Countersigned by Theo Brandt",
        "Begun by Ines Duarte",
        "Over, completed, by Ines Duarte",
        "Key: version disabled",
        "Refused because",
        "same person",
        "Payments &lt;b&gt;",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "What it does not prove",
        &format!("Entries up to {}", made.size),
        &hex::encode(pack.bundle),
    ] {
        assert!(html.contains(shown), "{shown}: {html}");
    }
    assert!(
        html.contains("Countersigned by Nobody") && !html.contains("\nCountersigned by Nobody"),
        "an act that was not"
    );
    assert!(
        !html.contains("<script")
            && !html.contains("src=")
            && !html.contains("href=")
            && !html.contains("http-equiv=\"refresh")
    );
    let bytes = std::fs::read(&file).unwrap();
    assert_eq!(pack.bundle, <[u8; 32]>::from(Sha256::digest(&bytes)));
    let verified = verify(bytes.as_slice(), &Expectations { reviewers: 1, ..Expectations::default() }, &mut |_| ());
    assert!(verified.unwrap().entries >= pack.entries && pack.entries > 20);
    assert!(pack.pdf().starts_with(b"%PDF-"));

    // Nothing of it happened a day later; what is before the beginning, or would be written over, is refused.
    let later = |days: i64| Timestamp::from_micros(after.micros() + days * 86_400_000_000);
    let nothing = report(&custody, (later(1), later(2)), &folder.path().join("later.bundle")).await;
    assert_eq!(nothing.entries, 0);
    assert!(nothing.page().contains("Nothing was requested, decided or executed."));
    let period = Period { from: after, until: before, custody: String::new() };
    let refused = theo.console.report(&period, None, &folder.path().join("none"), &|_, _| ()).await.unwrap_err();
    assert!(matches!(refused, ReportError::Period));
    let period = Period { from: before, until: after, custody: String::new() };
    let refused = theo.console.report(&period, None, &file, &|_, _| ()).await.unwrap_err();
    assert!(matches!(refused, ReportError::File(_)), "{refused:?}");
    assert_eq!(std::fs::read(&file).unwrap(), bytes);
    // A ledger that does not hold is not reported on, and leaves no file behind.
    let mut superuser = custody.superuser().await;
    let flip = "UPDATE custody.ledger_entry SET entry = set_byte(entry, 60, get_byte(entry, 60) # 1) WHERE seq = 4";
    superuser.behind_the_fences(&["ledger_entry"], flip).await;
    let none = folder.path().join("broken.bundle");
    let refused = theo.console.report(&period, None, &none, &|_, _| ()).await.unwrap_err();
    assert!(matches!(refused, ReportError::Broken(_) | ReportError::Proof(ProofError::Witness(_))), "{refused:?}");
    assert!(!none.exists());
}
