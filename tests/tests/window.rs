//! The main job in the real window: founded, asked for, refused to its own requester, countersigned, carried out, verified.

use countersign_tests::{Console, PASSPHRASE};

const INES: &str = "Ines Duarte";
const THEO: &str = "Theo Brandt";

async fn take_seat(console: &Console, name: &str, identity: &str) {
    console.fill("Full name", name).await;
    console.fill("Identity", identity).await;
    console.fill("Name of this device", "Test bench").await;
    console.fill("Passphrase", PASSPHRASE).await;
    console.fill("Passphrase again", PASSPHRASE).await;
    console.click("Make device key").await;
}

/// From the first start to the lock screen.
async fn found(console: &Console) {
    console.sees("Open a local custody").await;
    console.click("Open a local custody").await;
    console.fill("Name", "payments").await;
    console.choose("Environment", "Staging").await;
    console.click("Open local custody").await;
    console.sees("Found payments").await;
    take_seat(console, THEO, "theo.brandt@example.test").await;
    console.sees(THEO).await;
    take_seat(console, INES, "ines.duarte@example.test").await;
    console.click("Found custody").await;
}

async fn unlock(console: &Console, name: &str) {
    console.sees("Passphrase of the device key").await;
    console.click(name).await;
    console.fill("Passphrase of the device key", PASSPHRASE).await;
    console.click("Unlock").await;
    console.sees("Overview").await;
    console.remember_faults().await;
}

async fn switch_to(console: &Console, name: &str) {
    console.click("Lock Countersign").await;
    unlock(console, name).await;
}

/// Gives the seal that the sign window was opened for.
async fn seal(console: &Console, act: &str) {
    console.enter_sign_window().await;
    console.sees("Passphrase of your device key").await;
    console.is_accessible("the sign window").await;
    console.fill("Passphrase of your device key", PASSPHRASE).await;
    console.click(act).await;
    console.sees("Ledger entry").await;
    console.is_faultless().await;
    console.dismiss("Close").await;
    console.leave_sign_window().await;
}

async fn justify(console: &Console) {
    console.fill("Justification", "Yearly rotation").await;
    console.fill("Change record", "CHG-2026-0117").await;
    console.fill("Roll-back plan", "Turn the run back while the old version lives").await;
}

/// Asked for by Ines, countersigned by Theo, carried out by Ines.
async fn carry_out(console: &Console, what: &str) {
    justify(console).await;
    console.click("Seal and submit").await;
    seal(console, "Seal and submit").await;
    console.go("approvals?folder=mine").await;
    // the requester is told why she can't countersign, and who can.
    console.sees("Theo Brandt").await;
    assert!(!console.text().await.contains("Countersign "), "the requester is offered her own seal");
    switch_to(console, THEO).await;
    console.go("approvals").await;
    console.click(&format!("Countersign {what}")).await;
    seal(console, "Countersign").await;
    switch_to(console, INES).await;
    console.go("approvals?folder=open").await;
    console.click(&format!("Start {what}")).await;
    console.sees("Finished").await;
}

async fn look_at(console: &Console, address: &str, says: &str) {
    console.go(address).await;
    console.sees(says).await;
    console.is_accessible(address).await;
}

/// A file with a bad cell is named by row and column and brings nothing in; the corrected one comes in whole.
async fn import(console: &Console) {
    let header = "type,name,classification,purpose,owner,storage,created";
    let good = "api_secret,partner-api,confidential,Partner access,Payments,key_vault,2026-01-10";
    let nameless = "api_secret,,confidential,Partner access,Payments,key_vault,2026-01-10";
    console.go("import").await;
    console.fill("Or paste it", &format!("{header}\u{e007}{good}\u{e007}{nameless}")).await;
    console.click("Read pasted text").await;
    console.sees("All rows or none").await;
    console.sees("is empty").await;
    console.is_accessible("a file with a bad cell").await;
    console.click("Another file").await;
    console.fill("Or paste it", &format!("{header}\u{e007}{good}")).await;
    console.click("Read pasted text").await;
    console.click("Import 1 row").await;
    console.go("keys").await;
    console.sees("partner-api").await;
}

/// A script in the page reaches the commands of its own window, and nothing else of the host.
async fn is_fenced(console: &Console) {
    assert!(console.invoke("app_state").await.is_ok());
    let foreign = [
        "sign_context",
        "sign_confirm",
        "plugin:fs|read_file",
        "plugin:shell|execute",
        "plugin:window|close",
        "plugin:webview|create_webview",
        "no_such_command",
    ];
    for command in foreign {
        let refused = console.invoke(command).await.unwrap_err();
        assert!(refused.contains("not allowed"), "{command}: {refused}");
    }
}

/// the whole job by two operators in the real window; every screen is accessible and faultless on the way.
#[tokio::test(flavor = "multi_thread")]
async fn two_operators_rotate_a_key_in_the_window() {
    let console = Console::start().await;
    found(&console).await;
    unlock(&console, INES).await;
    is_fenced(&console).await;
    import(&console).await;

    console.go("request/create").await;
    console.fill("Name in the vault", "kek-payments").await;
    console.fill("Owner", "Platform security").await;
    console.fill("Purpose", "Wraps the DEKs of the payment integrations").await;
    carry_out(&console, "creation").await;

    console.go("create-deks").await;
    console.choose("Wrapped by", "kek-payments").await;
    // U+E007 is how WebDriver writes the Enter key.
    console.fill("For", "Acme, invoices\u{e007}Borealis, invoices\u{e007}Carta, invoices").await;
    console.fill("Owner", "Payments").await;
    console.fill("Purpose", "Invoice data").await;
    console.click("Create").await;
    console.sees("3 DEKs").await;

    console.go("request/rotate").await;
    console.choose("KEK", "kek-payments").await;
    console.choose("Grace period", "None").await;
    carry_out(&console, "rotation").await;

    console.go("ledger").await;
    console.click("Verify all").await;
    console.sees("every signature holds").await;
    for (address, says) in [
        ("overview", "Overview"),
        ("keys", "kek-payments"),
        ("approvals", "Approvals"),
        ("runs", "Runs"),
        ("ledger", "Run 2"),
        ("discovery", "Discovery"),
        ("import", "Import"),
        ("operators", THEO),
        ("settings", "Settings"),
    ] {
        look_at(&console, address, says).await;
    }
    console.is_faultless().await;
    is_fenced(&console).await;
    console.close().await;
}
