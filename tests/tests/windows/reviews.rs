//! Two leads review what happened to keys, in the real window: one signs, the other closes it with the checkpoint's cosignature.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use countersign_tests::{Console, INES, PASSPHRASE, THEO, TestCustody};
use custody::protect::NewHold;
use register::{HoldKind, HoldTarget};

/// what waits for a second look stops the review; both leads work through the same list; closing it cosigns the
/// checkpoint; the schedule says what is late.
#[tokio::test(flavor = "multi_thread")]
async fn two_leads_review_and_cosign_in_the_window() {
    let custody = TestCustody::found().await;
    let kek = custody.make_kek("kek-payments").await;
    let hold = NewHold {
        kind: HoldKind::Incident,
        target: HoldTarget::Key(kek),
        reference: "INC-117".to_owned(),
        reason: "Its administrator's laptop was stolen".to_owned(),
    };
    let ines = &custody.ines;
    ines.console.set_hold(ines.author(), &hold).await.unwrap();
    let item = ines.console.register.review_page(ines.person.operator, true, None, 1).await.unwrap().remove(0);

    let console = Console::open(&custody).await;
    console.unlock(THEO).await;
    console.sees("The policy review is late").await;
    console.look_at("reviews?part=transitions", "Requests decided and put into force").await;
    console.sees("waits for a second person's look").await;
    console.look_at(&format!("reviews/{}", item.seq), "Hold set").await;
    console.click("Sign off").await;
    console.enter_sign_window().await;
    console.fill("What you looked at, and what you found", "It is gone indeed").await;
    console.fill("Passphrase of your device key", PASSPHRASE).await;
    console.click("Sign off").await;
    console.sees("It is off the review list").await;
    console.dismiss("Close").await;
    console.leave_sign_window().await;

    console.look_at("reviews?part=transitions", "Requests decided and put into force").await;
    console.is_accessible("the biweekly review").await;
    console.picture("review-transitions").await;
    console.click("Add").await;
    console.fill("What you found", "The laptop had been out of management for a month").await;
    console.choose("It becomes", "Incident: INC-117, kek-payments").await;
    console.click("Add finding").await;
    work_through(&console).await;
    console.click("Sign the review").await;
    seal(&console, "Sign the review", "The other lead closes it.", "sign-review").await;

    console.switch_to(INES).await;
    console.look_at("reviews?part=transitions", "out of management for a month").await;
    console.sees(THEO).await;
    work_through(&console).await;
    console.click("Close the review").await;
    seal(&console, "Close the review", "The checkpoint has both signatures.", "sign-review-closing").await;
    console.look_at("reviews?part=history", "Closed, both signatures verified").await;
    console.is_accessible("reviews of the past").await;
    console.picture("review-history").await;
    console.look_at("reviews?part=schedule", "days late").await;
    console.is_accessible("the schedule").await;
    console.picture("review-schedule").await;
    console.is_faultless().await;
    console.close().await;
}

/// Marks everything as looked at, group by group.
async fn work_through(console: &Console) {
    let next = "const it = [...document.querySelectorAll('button')].find((one) => one.textContent.startsWith('Mark all')); it?.click(); return it !== undefined";
    while console.run(next).await.as_bool().unwrap() {}
}

/// Signs in the window of its own.
async fn seal(console: &Console, act: &str, after: &str, picture: &str) {
    console.enter_sign_window().await;
    console.sees("Checkpoint").await;
    console.is_accessible(picture).await;
    console.picture(picture).await;
    console.fill("What you looked at", "Every item, with the run book beside it").await;
    console.fill("Passphrase of your device key", PASSPHRASE).await;
    console.click(act).await;
    console.sees(after).await;
    console.dismiss("Close").await;
    console.leave_sign_window().await;
}
