//! The whole job without a mouse: every act of two founders and operators by Tab, arrows, Enter and typing alone.

use countersign_tests::{Console, INES, Key, PASSPHRASE, THEO};

async fn take_seat(console: &Console, name: &str, identity: &str) {
    for (label, text) in [
        ("Full name", name),
        ("Identity", identity),
        ("Name of this device", "Test bench"),
        ("Passphrase", PASSPHRASE),
        ("Passphrase again", PASSPHRASE),
    ] {
        console.type_into(label, text).await;
    }
    console.press("Make device key").await;
}

async fn found(console: &Console) {
    console.sees("Open a local custody").await;
    console.press("Open a local custody").await;
    console.sees("Environment").await;
    console.type_into("Name", "payments").await;
    console.press("Open local custody").await;
    console.sees("Found payments").await;
    take_seat(console, THEO, "theo.brandt@example.test").await;
    console.sees("Take this turn back").await;
    take_seat(console, INES, "ines.duarte@example.test").await;
    console.sees("Found custody").await;
    console.press("Found custody").await;
}

/// The two are in the order of their seats; the arrow leads from the one that is chosen to the other.
async fn unlock(console: &Console, name: &str, arrow: Key) {
    console.sees("Passphrase of the device key").await;
    console.tab_to(&[THEO, INES]).await;
    if !console.focused().await.contains(name) {
        console.key(arrow).await;
    }
    console.type_into("Passphrase of the device key", PASSPHRASE).await;
    console.press("Unlock").await;
    console.sees("Overview").await;
}

async fn seal(console: &Console, act: &str) {
    console.enter_sign_window().await;
    console.sees("Passphrase of your device key").await;
    console.type_into("Passphrase of your device key", PASSPHRASE).await;
    console.press(act).await;
    console.sees("Ledger entry").await;
    console.press("Close").await;
    console.leave_sign_window().await;
}

/// whoever uses no mouse can found, ask, countersign, carry out and verify.
#[tokio::test(flavor = "multi_thread")]
async fn the_whole_job_is_done_by_keyboard_alone() {
    let console = Console::start().await;
    found(&console).await;
    unlock(&console, INES, Key::Down).await;
    console.press("Approvals").await;
    console.press("New request").await;
    console.type_into("Operation", "Create a KEK").await;
    for (label, text) in [
        ("Name in the vault", "kek-payments"),
        ("Owner", "Platform security"),
        ("Purpose", "Wraps the DEKs of the payment integrations"),
        ("Justification", "A KEK for a new product"),
        ("Change record", "CHG-2026-0117"),
        ("Roll-back plan", "Nothing uses it yet"),
    ] {
        console.type_into(label, text).await;
    }
    console.press("Seal and submit").await;
    seal(&console, "Seal and submit").await;

    console.press("Lock Countersign").await;
    unlock(&console, THEO, Key::Up).await;
    console.press("Approvals").await;
    console.sees("Countersign creation").await;
    console.press("Countersign creation").await;
    seal(&console, "Countersign creation").await;

    console.press("Lock Countersign").await;
    unlock(&console, INES, Key::Down).await;
    console.press("Approvals").await;
    console.press("All open").await;
    console.sees("Start creation").await;
    console.press("Start creation").await;
    console.sees("Finished").await;
    console.press("Ledger").await;
    console.press("Verify all").await;
    console.sees("every signature holds").await;
    console.close().await;
}
