//! A tenant leaves, in the real window: found, asked for, countersigned by name, carried out, certified, looked at by the second person.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use countersign_tests::{Console, INES, Leaving, PASSPHRASE, THEO, TestCustody};
use sqlx::PgPool;

/// A seal for which the signer types the tenant's name.
async fn seal_by_name(console: &Console, act: &str, tenant: &str) {
    console.enter_sign_window().await;
    console.sees("Passphrase of your device key").await;
    console.sees("cryptographic").await;
    console.is_accessible("the sign window of an offboarding").await;
    console.picture("sign-offboarding").await;
    console.fill("Type the tenant's name to arm this", tenant).await;
    console.fill("Passphrase of your device key", PASSPHRASE).await;
    console.click(act).await;
    console.sees("Ledger entry").await;
    console.is_faultless().await;
    console.dismiss("Close").await;
    console.leave_sign_window().await;
}

/// One person stops a key at once; what it means is counted first.
async fn suspend_at_once(console: &Console, key: &str) {
    console.go(&format!("keys/{key}")).await;
    console.click("Protect or end").await;
    console.click("Suspend…").await;
    console.sees("Reason").await;
    console.is_accessible("a protective act").await;
    console.picture("protect").await;
    console.fill("Reason", "Seen in a customer's log").await;
    console.click("Suspend ").await;
    console.sees("Suspended").await;
}

/// The second person's look at what one did.
async fn sign_off(console: &Console, what: &str) {
    console.look_at("reviews", what).await;
    console.picture("reviews").await;
    console.click("Sign off").await;
    console.enter_sign_window().await;
    console.picture("sign-off").await;
    console.fill("What you looked at, and what you found", "The entries and the vault's answers").await;
    console.fill("Passphrase of your device key", PASSPHRASE).await;
    console.click("Sign off").await;
    console.sees("Ledger entry").await;
    console.is_faultless().await;
    console.dismiss("Close").await;
    console.leave_sign_window().await;
}

/// the whole offboarding by two operators, from what is found to the certificate that was looked at.
#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_leaves_in_the_window() {
    let custody = TestCustody::found().await;
    let superuser = PgPool::connect_lazy_with(custody.premises.local_custody().unwrap().superuser());
    let leaving = Leaving::make(&custody, &superuser, "alder", 3).await;
    let staying = Leaving::make(&custody, &superuser, "birch", 2).await;
    let console = Console::open(&custody).await;
    console.unlock(INES).await;
    suspend_at_once(&console, &staying.deks.first().unwrap().to_string()).await;

    console.look_at("tenants", "alder").await;
    console.picture("tenants").await;
    console.look_at(&format!("tenants/{}", leaving.tenant), "Separation").await;
    console.picture("tenant").await;
    console.look_at(&format!("offboarding/{}", leaving.tenant), "What offboarding alder would destroy").await;
    console.picture("offboarding-request").await;
    console.click("Request offboarding").await;
    console.choose("Purge", "At once").await;
    console.justify().await;
    console.click("Seal and submit").await;
    seal_by_name(&console, "Seal and submit", "alder").await;

    console.switch_to(THEO).await;
    sign_off(&console, "birch").await;
    console.go("approvals").await;
    console.click("Countersign offboarding").await;
    seal_by_name(&console, "Countersign", "alder").await;

    console.switch_to(INES).await;
    console.go("approvals?folder=open").await;
    console.click("Start offboarding").await;
    console.sees("Finished").await;
    console.is_accessible("the run of an offboarding").await;
    console.picture("offboarding-run").await;
    console.click("Issue certificate").await;
    console.sees("What it does not prove").await;
    console.is_accessible("a certificate").await;
    console.picture("certificate").await;
    console.click("Save as JSON").await;
    console.sees("Written to").await;
    console.look_at("offboarding?folder=ended", "alder").await;
    console.picture("offboarding").await;
    console.look_at("certificates", "alder").await;

    console.switch_to(THEO).await;
    sign_off(&console, "alder").await;
    console.go("ledger").await;
    console.click("Verify all").await;
    console.sees("every signature holds").await;
    console.is_faultless().await;
    console.close().await;

    let left = custody.ines.console.register.wraps_of(&leaving.deks).await.unwrap();
    assert!(left.is_empty(), "wraps of the tenant that left are in the register");
    let kept = custody.ines.console.register.wraps_of(&staying.deks).await.unwrap();
    assert_eq!(kept.len(), staying.deks.len());
}
