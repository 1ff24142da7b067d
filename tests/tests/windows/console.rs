//! The main job in the real window: founded, asked for, refused to its own requester, countersigned, carried out, verified.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use countersign_tests::{Console, INES, THEO};

/// Asked for by Ines, countersigned by Theo, carried out by Ines.
async fn carry_out(console: &Console, what: &str) {
    console.justify().await;
    console.click("Seal and submit").await;
    console.seal("Seal and submit").await;
    console.go("approvals?folder=mine").await;
    // the requester is told why she can't countersign, and who can.
    console.sees("Theo Brandt").await;
    assert!(!console.text().await.contains("Countersign "), "the requester is offered her own seal");
    console.switch_to(THEO).await;
    console.go("approvals").await;
    console.click(&format!("Countersign {what}")).await;
    console.seal("Countersign").await;
    console.switch_to(INES).await;
    console.go("approvals?folder=open").await;
    console.click(&format!("Start {what}")).await;
    console.sees("Finished").await;
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
    console.found().await;
    console.unlock(INES).await;
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
        ("people", THEO),
        ("policies", "Token-signing key"),
        ("settings", "Settings"),
    ] {
        console.look_at(address, says).await;
        console.picture(address).await;
    }
    console.is_faultless().await;
    is_fenced(&console).await;
    console.close().await;
}
