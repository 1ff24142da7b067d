//! Rules, shared keys, the end of exceptions and a lost device, in the real window: each by whoever may, looked at where it shows.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use countersign_tests::{Console, INES, PASSPHRASE, THEO, TestCustody};

const KEK: &str = "kek-shared";
const CLAUSE: &str = "A §6.3 · KEKs are rotated every year";

/// The other person countersigns what waits for them.
async fn countersign(console: &Console, request: &str, noun: &str, picture: &str) {
    console.go("approvals").await;
    console.choose_row(request).await;
    console.click(&format!("Countersign {noun}")).await;
    console.enter_sign_window().await;
    console.sees("Passphrase of your device key").await;
    console.is_accessible(noun).await;
    console.picture(picture).await;
    console.fill("Passphrase of your device key", PASSPHRASE).await;
    let acts = ["Accept risk and countersign", "Countersign"];
    let text = console.text().await;
    console.click(acts.into_iter().find(|act| text.contains(act)).unwrap()).await;
    console.sees("It is in force.").await;
    console.is_faultless().await;
    console.dismiss("Close").await;
    console.leave_sign_window().await;
}

/// A rule that gets weaker wants its decision record, and says so before anybody signs.
async fn change_a_rule(console: &Console) {
    console.look_at("policies/settings", "Exceptions reviewed every").await;
    console.go("policies/settings?change=1").await;
    console.fill("Exceptions reviewed every", "30").await;
    console.sees("A major change.").await;
    console.justify().await;
    console.is_accessible("a change of rules").await;
    console.picture("rules-change").await;
    console.click("Seal and submit").await;
    console.sees("A major change needs its decision record.").await;
    console.fill("Decision record", "ADR-0044").await;
    console.click("Seal and submit").await;
    console.seal("Seal and submit").await;
}

/// From the violation to the form that answers it.
async fn share(console: &Console) {
    console.look_at("policies/violations", "Shared across tenants").await;
    console.picture("violations").await;
    console.click("Enter it").await;
    console.fill("Decision record", "ADR-0031, one gateway for all").await;
    console.fill("Justification", "The gateway cannot tell its tenants apart yet").await;
    console.fill("Compensating controls", "DEKs are apart, and wraps name their tenant").await;
    console.fill("Way back", "A KEK for each, and their DEKs wrapped again").await;
    console.fill("Change record", "CHG-2026-0119").await;
    console.click("90 days").await;
    console.is_accessible("the form of a shared key").await;
    console.picture("share-form").await;
    console.click("Sign and request").await;
    console.seal("Seal and submit").await;
}

async fn except(console: &Console) {
    console.go("exceptions?ask=new").await;
    console.choose("Policy clause", CLAUSE).await;
    console.fill("What is excepted", "KEK kept past its year").await;
    console.fill("Keys or scope", KEK).await;
    console.click(KEK).await;
    console.fill("Justification", "The partner can only change its side in January").await;
    console.fill("Compensating controls", "Source addresses are pinned on both sides").await;
    console.fill("Way back", "Rotated together with the partner").await;
    console.fill("Change record", "CHG-2026-0118").await;
    console.click("7 days").await;
    console.click("Sign and request").await;
    console.seal("Seal and submit").await;
}

/// The exception of that number, by its address.
async fn exception(custody: &TestCustody, number: u32) -> String {
    let register = &custody.theo.console.register;
    let id = register.exception_numbered(domain::ExceptionNumber(number)).await.unwrap().unwrap();
    format!("exceptions/{id}?folder=all")
}

/// The key of whoever is meant is out of trust at once, its clock runs, and the wipe is recorded with what shows it.
async fn lose_a_device(console: &Console, of: &str) {
    console.look_at(&format!("people/{of}"), "Devices").await;
    console.click("End").await;
    console.click("Report lost or stolen").await;
    console.sees("nobody could").await;
    console.fill("Reason", "Left on the night train").await;
    console.click("Access in wrong hands is worse").await;
    console.is_accessible("the report of a loss").await;
    console.picture("device-lost").await;
    console.click("Report the loss").await;
    console.sees("Its key was revoked in the same act.").await;
    console.click("Record the remote wipe").await;
    console.fill("What shows that it is wiped", "MDM-118, confirmed").await;
    console.click("Record the wipe").await;
    console.sees("MDM-118, confirmed").await;
    console.is_accessible("a lost device").await;
}

/// rules change by two with their decision record; a key shared across tenants is entered from its violation;
/// exceptions are closed with evidence by two and revoked by one; a lost device ends its key and runs its clock.
#[tokio::test(flavor = "multi_thread")]
async fn rules_sharing_and_endings_in_the_window() {
    let custody = TestCustody::found().await;
    let kek = custody.make_kek(KEK).await;
    custody.make_deks(kek, 2).await;
    let console = Console::open(&custody).await;

    console.unlock(INES).await;
    share(&console).await;
    except(&console).await;
    console.switch_to(THEO).await;
    countersign(&console, "Share", "shared-service entry", "sign-shared-key").await;
    countersign(&console, "Grant exception", "exception", "sign-exception").await;
    console.look_at("exceptions?tab=shared", KEK).await;
    console.picture("shared-keys").await;
    console.look_at("policies/violations", "No rule is broken").await;
    change_a_rule(&console).await;

    console.switch_to(INES).await;
    countersign(&console, "Change", "change of rules", "sign-rules").await;
    console.look_at("policies/settings?show=history", "ADR-0044").await;
    console.picture("rules-history").await;
    console.look_at(&exception(&custody, 1).await, "Close with evidence").await;
    console.click("Close with evidence").await;
    console.fill("Evidence", "Rotated together with the partner, run 7").await;
    console.fill("Change record", "CHG-2026-0121").await;
    console.is_accessible("closing an exception").await;
    console.picture("exception-close").await;
    console.click("Sign and request").await;
    console.seal("Seal and submit").await;
    except(&console).await;

    console.switch_to(THEO).await;
    countersign(&console, "Close", "closing of the exception", "sign-closing").await;
    countersign(&console, "Grant exception", "exception", "sign-exception-again").await;
    console.look_at(&exception(&custody, 1).await, "Rotated together with the partner, run 7").await;
    console.look_at(&exception(&custody, 2).await, "Revoke").await;
    console.click("Revoke").await;
    console.fill("Reason", "The partner was breached").await;
    console.is_accessible("revoking an exception").await;
    console.picture("exception-revoke").await;
    console.click("Revoke EX-0002").await;
    console.sees("The partner was breached").await;
    lose_a_device(&console, &custody.ines.person.operator.to_string()).await;
    console.go("ledger").await;
    console.click("Verify all").await;
    console.sees("every signature holds").await;
    console.is_faultless().await;
    console.close().await;
}
