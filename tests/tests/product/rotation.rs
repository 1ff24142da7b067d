//! A KEK rotation that two people sign, from an empty folder to a verified ledger.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use countersign_tests::{TestCustody, at_once};
use domain::RunState;

/// every DEK is re-wrapped under the new version, the old version no longer unwraps, and the ledger verifies.
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_signed_by_two_moves_every_dek_and_disables_the_old_version() {
    let custody = TestCustody::found().await;
    let kek = custody.make_kek("kek-payments").await;
    custody.make_deks(kek, 3).await;
    let register = &custody.ines.console.register;
    let before = register.kek(kek).await.unwrap().unwrap();

    let plan = custody.sealed_rotation(kek, at_once()).await;
    let run = custody.carry_out(plan.request).await;

    let after = register.kek(kek).await.unwrap().unwrap();
    let (old, new) = (before.current_version.unwrap(), after.current_version.clone().unwrap());
    assert_ne!(old, new);
    assert_eq!(after.live_deks, 3);
    let deks_of = |version: &str| after.versions.iter().find(|row| row.version == version).map(|row| row.deks);
    assert_eq!((deks_of(&old), deks_of(&new)), (Some(0), Some(3)));
    let row = register.run(run).await.unwrap().unwrap();
    assert_eq!(row.state, RunState::Completed);
    assert!(row.verification.unwrap().contains("none left"));

    let vault = &custody.ines.console.vault;
    let name = vault::ObjectName::parse("kek-payments").unwrap();
    let versions = vault.versions(&name).await.unwrap();
    let enabled =
        |version: &str| versions.iter().find(|found| found.version.as_str() == version).map(|found| found.enabled);
    assert_eq!((versions.len(), enabled(&old), enabled(&new)), (2, Some(false), Some(true)));

    let summary = custody.theo.console.witness.catch_up(&custody.theo.console.register).await.unwrap();
    assert_eq!(summary.entries, register.head().await.unwrap().0);
}
