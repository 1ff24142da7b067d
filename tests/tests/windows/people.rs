//! Somebody joins, in the real window: makes their key and card, is enrolled by two, unlocks, and is cut off again.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use countersign_tests::{Console, INES, PASSPHRASE, THEO, TestCustody};

const LENA: &str = "Lena Kovac";

/// The joiner's own turn at the keyboard; what they hand over.
async fn make_card(console: &Console) -> String {
    console.click("Someone new joins").await;
    console.fill("Full name", LENA).await;
    console.fill("Identity", "lena.kovac@tidewell.example").await;
    console.fill("Name of this device", "lk-framework-16").await;
    console.fill("Passphrase", PASSPHRASE).await;
    console.fill("Passphrase again", PASSPHRASE).await;
    console.is_accessible("joining").await;
    console.click("Make device key and card").await;
    console.sees("The card of Lena Kovac is ready").await;
    console.is_accessible("the enrolment card").await;
    console.picture("enrolment-card").await;
    let card = console.run("return document.querySelector('[data-testid=card-text]').textContent").await;
    console.click("Back").await;
    card.as_str().unwrap().to_owned()
}

/// One asks for it, after the card was read.
async fn ask(console: &Console, card: &str) {
    console.look_at("people", THEO).await;
    console.picture("people").await;
    console.click("Enrol an operator").await;
    let half = card.replacen(LENA, "Lena Kovak", 1);
    console.fill("Enrolment card", &half).await;
    console.sees("The proof does not hold.").await;
    console.fill("Enrolment card", card).await;
    console.sees("Proof verified").await;
    console.click("Engineering").await;
    console.justify().await;
    console.is_accessible("asking for an enrolment").await;
    console.picture("enrol").await;
    console.click("Seal and submit").await;
    console.seal("Seal and submit").await;
}

/// Another countersigns what the sign window says in so many words.
async fn countersign(console: &Console) {
    console.go("approvals").await;
    console.click("Countersign enrolment").await;
    console.enter_sign_window().await;
    console.sees("Engineering, which counts").await;
    console.sees("lk-framework-16").await;
    console.is_accessible("the sign window of an enrolment").await;
    console.picture("sign-enrolment").await;
    console.fill("Passphrase of your device key", PASSPHRASE).await;
    console.click("Countersign enrolment").await;
    console.sees("It is in force.").await;
    console.dismiss("Close").await;
    console.leave_sign_window().await;
}

/// a third operator is enrolled by two, signs in, and is suspended by one; a rehearsal is signed.
#[tokio::test(flavor = "multi_thread")]
async fn a_third_operator_joins_in_the_window() {
    let custody = TestCustody::found().await;
    let console = Console::open(&custody).await;
    let card = make_card(&console).await;
    console.unlock(INES).await;
    ask(&console, &card).await;
    console.switch_to(THEO).await;
    countersign(&console).await;

    console.switch_to(LENA).await;
    console.look_at("people", "does not count yet").await;
    console.look_at("policies/quorum", "Who asks, and who countersigns").await;
    console.picture("policies").await;
    console.look_at("policies/violations", "No rule is broken").await;

    console.switch_to(INES).await;
    let own = format!("people/{}", custody.ines.person.operator);
    console.look_at(&own, "Duties of a custodian").await;
    console.click("Rehearse").await;
    console.seal("Sign rehearsal").await;
    console.click("Dismiss").await;
    console.go("people").await;
    console.sees(LENA).await;
    let of = format!(
        "return [...document.querySelectorAll('[data-key]')].find((row) => row.textContent.includes('{LENA}')).dataset.key"
    );
    let lena = console.run(&of).await;
    console.look_at(&format!("people/{}", lena.as_str().unwrap()), "lk-framework-16").await;
    console.click("Suspend").await;
    console.sees("1 device key trusted no more").await;
    console.fill("Reason", "Signed in from two countries within an hour").await;
    console.is_accessible("a suspension").await;
    console.click("Suspend Lena").await;
    console.sees("Request reinstatement").await;
    console.picture("person").await;
    console.is_faultless().await;

    console.click("Lock Countersign").await;
    console.sees("Passphrase of the device key").await;
    console.click(LENA).await;
    console.fill("Passphrase of the device key", PASSPHRASE).await;
    console.click("Unlock").await;
    console.sees("The register at").await;
    console.unlock(THEO).await;
    console.go("ledger").await;
    console.click("Verify all").await;
    console.sees("every signature holds").await;
    console.close().await;
}
