//! An exception to the policy, in the real window: asked for, its risk accepted, expired, in the way of a deployment, renewed, looked at.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use countersign_tests::{Console, INES, PASSPHRASE, THEO, TestCustody};
use domain::ExceptionNumber;

const KEK: &str = "kek-payments";
const CLAUSE: &str = "A §6.3 · KEKs are rotated every year";
const HALF_A_DAY: i64 = 12 * 3600;
const ACCEPTED: &str = "I accept the risk of this exception until its expiry date.";

/// What a request for an exception says of why, and until when.
async fn explain(console: &Console, term: &str) {
    console.fill("Justification", "The partner can only change its side in January").await;
    console.fill("Compensating controls", "Source addresses are pinned on both sides").await;
    console.fill("Way back", "Rotated together with the partner").await;
    console.fill("Change record", "CHG-2026-0118").await;
    console.click(term).await;
    console.sees("There is no permanent exception.").await;
}

/// The whole form, from the empty register.
async fn ask(console: &Console) {
    console.look_at("exceptions", "No exception is open").await;
    console.sees("Staging deployment allowed").await;
    console.click("Request an exception").await;
    console.click("Sign and request").await;
    console.sees("Write at least one control that is in place today.").await;
    console.choose("Policy clause", CLAUSE).await;
    console.fill("What is excepted", "KEK kept past its year").await;
    console.fill("Keys or scope", KEK).await;
    console.click(KEK).await;
    explain(console, "7 days").await;
    console.is_accessible("the form of an exception").await;
    console.picture("exception-form").await;
    console.click("Sign and request").await;
    console.seal("Seal and submit").await;
}

/// The second person reads the words, and accepts the risk by them.
async fn accept(console: &Console, picture: bool) {
    console.go("approvals").await;
    console.click("Countersign exception").await;
    console.enter_sign_window().await;
    console.sees(ACCEPTED).await;
    console.sees("and no longer").await;
    if picture {
        console.is_accessible("the sign window of an exception").await;
        console.picture("sign-exception").await;
    }
    console.fill("Passphrase of your device key", PASSPHRASE).await;
    console.click("Accept risk and countersign").await;
    console.sees("It is in force.").await;
    console.is_faultless().await;
    console.dismiss("Close").await;
    console.leave_sign_window().await;
}

/// The look at the whole register, signed.
async fn sign_off(console: &Console) {
    console.look_at("exceptions?tab=review", "Nobody has signed the register off yet").await;
    console.picture("exceptions-review").await;
    console.click("Sign off 1 exception").await;
    console.enter_sign_window().await;
    console.sees("Open exceptions").await;
    console.is_accessible("the sign window of the register").await;
    console.fill("What you looked at, and what you found", "Its controls are in place").await;
    console.fill("Passphrase of your device key", PASSPHRASE).await;
    console.click("Sign off").await;
    console.sees("Ledger entry").await;
    console.is_faultless().await;
    console.dismiss("Close").await;
    console.leave_sign_window().await;
    console.sees("Its controls are in place").await;
}

/// Seconds until an exception's date.
async fn date_of(custody: &TestCustody, number: u32) -> i64 {
    let register = &custody.theo.console.register;
    let id = register.exception_numbered(ExceptionNumber(number)).await.unwrap().unwrap();
    let until = register.exception(id).await.unwrap().unwrap().row.expires_at;
    (until.micros() - register.clock().await.unwrap().micros()) / 1_000_000
}

/// from the request to the gate that it closes, and to the renewal that opens it again, by two operators.
#[tokio::test(flavor = "multi_thread")]
async fn an_exception_expires_and_is_renewed_in_the_window() {
    let custody = TestCustody::found().await;
    custody.make_kek(KEK).await;
    let mut clock = custody.superuser().await;
    let console = Console::open(&custody).await;
    console.unlock(INES).await;
    ask(&console).await;

    console.switch_to(THEO).await;
    console.look_at("exceptions", "Requested").await;
    accept(&console, true).await;
    console.look_at("exceptions", "Expiring").await;
    console.sees("Staging deployment allowed").await;

    let until = date_of(&custody, 1).await;
    clock.set_clock_ahead(&format!("{} seconds", until - HALF_A_DAY)).await;
    console.switch_to(INES).await;
    console.look_at("ledger", "Reminded of an exception").await;
    clock.set_clock_ahead(&format!("{} seconds", until + 1)).await;
    console.switch_to(INES).await;
    console.look_at("exceptions", "Staging deployment blocked").await;
    console.sees("EX-0001 expired on").await;
    console.look_at("exceptions?look=line", "Expired").await;
    console.picture("exceptions-line").await;
    console.go("exceptions").await;
    console.click("Request renewal").await;
    console.sees("Renew EX-0001").await;
    explain(&console, "30 days").await;
    console.picture("exceptions").await;
    console.click("Sign and request").await;
    console.seal("Seal and submit").await;
    console.look_at("exceptions", "is asked for").await;

    console.switch_to(THEO).await;
    accept(&console, false).await;
    console.look_at("exceptions", "Staging deployment allowed").await;
    let renewal = custody.theo.console.register.exception_numbered(ExceptionNumber(2)).await.unwrap().unwrap();
    console.look_at(&format!("exceptions/{renewal}?folder=all"), "Chain of renewals").await;
    console.sees("Renewed").await;
    console.picture("exception").await;
    sign_off(&console).await;
    console.go("ledger").await;
    console.click("Verify all").await;
    console.sees("every signature holds").await;
    console.is_faultless().await;
    console.close().await;

    let counts = custody.theo.console.register.exception_counts().await.unwrap();
    assert_eq!((counts.open, counts.closed, counts.expired), (1, 1, 0));
}
