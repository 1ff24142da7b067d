//! The ledger as proof, in the real window: verified, an entry proven, a checkpoint made by one and cosigned by another, exported; and what
//! a superuser changed behind the register's back, which nobody overlooks.

use countersign_tests::{Console, INES, PASSPHRASE, THEO, TestCustody};

/// Signs in the sign window, after what it says was seen.
async fn sign(console: &Console, act: &str, says: &str) {
    console.enter_sign_window().await;
    console.sees(says).await;
    console.is_accessible("the sign window of a checkpoint").await;
    console.picture(if act.starts_with("Cosign") { "sign-cosign" } else { "sign-checkpoint" }).await;
    console.fill("Passphrase of your device key", PASSPHRASE).await;
    console.click(act).await;
    console.sees("Ledger entry").await;
    console.is_faultless().await;
    console.dismiss("Close").await;
    console.leave_sign_window().await;
}

/// Verification of everything, and the proof of one entry under no checkpoint yet.
async fn verify_and_prove(console: &Console) {
    console.go("ledger").await;
    console.click("Verify all").await;
    console.sees("every signature holds").await;
    console.go("ledger/1").await;
    console.sees("Custody founded").await;
    console.sees("lead from this entry to the root").await;
    console.sees("no checkpoint yet").await;
    console.is_accessible("an entry of the ledger").await;
}

/// the whole way of a ledger's proof by two people, until somebody who owns the database rewrites it.
#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_is_proven_cosigned_and_its_tampering_seen() {
    let custody = TestCustody::found().await;
    let kek = custody.make_kek("kek-payments").await;
    let console = Console::open(&custody).await;
    console.unlock(INES).await;
    verify_and_prove(&console).await;

    console.go("ledger?panel=checkpoints").await;
    console.sees("Nobody has signed a checkpoint yet").await;
    console.click("Sign a checkpoint").await;
    sign(&console, "Sign checkpoint", "everything: it is the first one").await;
    console.sees("Ines Duarte made it").await;
    console.sees("You made this checkpoint; another person cosigns it.").await;

    console.switch_to(THEO).await;
    console.go("ledger?panel=checkpoints").await;
    console.click("Cosign the one of entry").await;
    sign(&console, "Cosign checkpoint", "Made by").await;
    console.sees("Theo Brandt cosigned it").await;
    console.picture("ledger-checkpoints").await;
    console.is_accessible("the checkpoints").await;

    console.go("ledger/6").await;
    console.sees("signed by Ines Duarte and Theo Brandt").await;
    console.picture("ledger").await;
    console.click("Save proof").await;
    console.sees(".tlog-proof").await;
    console.click("Evidence pack").await;
    console.sees("entry-6.bundle").await;

    console.go("ledger?panel=export").await;
    console.click("Write the bundle").await;
    console.sees("verified as whoever gets it would").await;
    console.fill("First day", "2020-01-01").await;
    console.fill("Last day", "2099-12-31").await;
    console.is_accessible("the export of the ledger").await;
    console.click("Make the audit pack").await;
    console.sees("in the period. The print names").await;
    console.picture("ledger-export").await;
    console.is_faultless().await;

    let mut superuser = custody.superuser().await;
    let flip = "UPDATE custody.ledger_entry SET entry = set_byte(entry, 60, get_byte(entry, 60) # 1) WHERE seq = 6";
    superuser.behind_the_fences(&["ledger_entry"], flip).await;
    console.go("ledger/6").await;
    console.click("Verify all").await;
    console.sees("Nothing is signed or executed until this is cleared.").await;
    console.sees("Broken at entry 6").await;
    console.sees("The ledger does not hold from entry 6 on.").await;
    console.picture("ledger-tampered").await;
    console.is_accessible("the ledger that does not hold").await;
    console.go("keys").await;
    console.sees("The ledger does not hold from entry 6 on.").await;
    console.picture("alarm-elsewhere").await;
    // What one person may do alone, in a session that was open before, stops as well.
    console.go(&format!("keys/{kek}")).await;
    console.click("Protect or end").await;
    console.click("Suspend…").await;
    console.fill("Reason", "Seen in a customer's log").await;
    console.click("Suspend 1 key").await;
    console.sees("Ledger entry 6 ").await;
    console.picture("alarm-refuses").await;
    console.click("Leave as it is").await;
    console.is_faultless().await;

    // Cut off behind what this computer has seen, with every hash made anew: nobody gets in any more.
    console.click("Lock Countersign").await;
    console.sees("Passphrase of the device key").await;
    let cut = "DELETE FROM custody.ledger_entry WHERE seq > 4;
               UPDATE custody.head SET seq = 4, hash = (SELECT hash FROM custody.ledger_entry WHERE seq = 4);";
    superuser.behind_the_fences(&["ledger_entry", "head"], cut).await;
    console.fill("Passphrase of the device key", PASSPHRASE).await;
    console.click("Unlock").await;
    console.sees("Entry 5 and those after it are gone").await;
    console.close().await;
}
