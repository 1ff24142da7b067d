//! Runs that turn back: roll-back is a path that works as long as the run is open.

use crate::common::Custody;
use crate::common::estate::{DekRow, FIRST_VERSION};
use crate::common::rotation::NEW_VERSION;

const BACK: (&str, &str) = (NEW_VERSION, FIRST_VERSION);

async fn ended(custody: &Custody) -> (String, String, String) {
    sqlx::query_as(
        "SELECT u.state, r.decided, k.current_version FROM custody.run AS u
         JOIN custody.request AS r ON r.id = u.request JOIN custody.key AS k ON k.id = u.key",
    )
    .fetch_one(&custody.superuser)
    .await
    .unwrap()
}

/// In the middle of the re-wrap: every DEK back under the old version, also one that was made meanwhile.
#[tokio::test]
async fn a_run_turns_back_in_the_middle_of_the_rewrap() {
    let custody = Custody::found().await;
    let (kek, _) = custody.estate(6).await;
    let plan = custody.approved_rotation(kek).await;
    let ben = &custody.ben;
    let run = custody.run_to_new_version(ben, &plan).await;
    custody.intend(ben, run, "rewrap", 3).await.unwrap();
    let wraps = custody.wraps_under(FIRST_VERSION).await;
    custody.rewrap(ben, run, 3, (FIRST_VERSION, NEW_VERSION), &wraps[..4]).await.unwrap();
    custody.create_deks(ben, kek, NEW_VERSION, &[DekRow::of("late", "crm")]).await.unwrap();

    custody.turn_back(ben, run).await.unwrap();
    custody.assert_refused(custody.turn_back(ben, run).await, ben, "turned_back").await;
    custody.create_deks(ben, kek, FIRST_VERSION, &[DekRow::of("later", "crm")]).await.unwrap();
    let refused = custody.rewrap(ben, run, 3, (FIRST_VERSION, NEW_VERSION), &wraps[4..]).await;
    custody.assert_refused(refused, ben, "wrong_step").await;
    custody.assert_refused(custody.intend(ben, run, "rewrap", 4).await, ben, "wrong_step").await;
    custody.intend(ben, run, "rewrap_back", 4).await.unwrap();
    custody.assert_refused(custody.done(ben, run, "rewrap_back", 4).await, ben, "wraps_left").await;
    let wraps = custody.wraps_under(NEW_VERSION).await;
    assert_eq!(wraps.len(), 5);
    custody.rewrap(ben, run, 4, BACK, &wraps).await.unwrap();
    custody.done(ben, run, "rewrap_back", 4).await.unwrap();
    custody.step(ben, run, "prove", 5).await;
    custody.intend(ben, run, "disable_new", 6).await.unwrap();
    custody.record_state(ben, run, "key.version_disabled", NEW_VERSION).await.unwrap();
    custody.done(ben, run, "disable_new", 6).await.unwrap();
    custody.intend(ben, run, "close", 7).await.unwrap();
    custody.assert_refused(custody.finish(ben, run, "completed").await, ben, "turned_back").await;
    custody.finish(ben, run, "rolled_back").await.unwrap();
    assert_eq!(custody.wraps_under(FIRST_VERSION).await.len(), 8);
    assert_eq!(ended(&custody).await, ("rolled_back".to_owned(), "failed".to_owned(), FIRST_VERSION.to_owned()));
}

/// After the old version was disabled: it is enabled first, then the wraps go back.
#[tokio::test]
async fn a_disabled_old_version_comes_back_first() {
    let mut custody = Custody::found().await;
    let (kek, _) = custody.estate(3).await;
    let plan = custody.approved_rotation(kek).await;
    let run = custody.run_to_proven(&custody.ben, &plan).await;
    custody.pass_seconds(61).await;
    let run = custody.claim(&custody.ben, run).await.unwrap();
    let ben = &custody.ben;
    custody.intend(ben, run, "disable_old", 5).await.unwrap();
    custody.record_state(ben, run, "key.version_disabled", FIRST_VERSION).await.unwrap();

    custody.turn_back(ben, run).await.unwrap();
    custody.intend(ben, run, "rewrap_back", 6).await.unwrap();
    let wraps = custody.wraps_under(NEW_VERSION).await;
    custody.assert_refused(custody.rewrap(ben, run, 6, BACK, &wraps).await, ben, "version_unknown").await;
    custody.failed(ben, run, "rewrap_back", 6).await.unwrap();
    custody.intend(ben, run, "enable_old", 7).await.unwrap();
    custody.assert_refused(custody.done(ben, run, "enable_old", 7).await, ben, "wrong_step").await;
    custody.record_state(ben, run, "key.version_enabled", FIRST_VERSION).await.unwrap();
    custody.done(ben, run, "enable_old", 7).await.unwrap();
    custody.intend(ben, run, "rewrap_back", 8).await.unwrap();
    custody.rewrap(ben, run, 8, BACK, &wraps).await.unwrap();
    custody.done(ben, run, "rewrap_back", 8).await.unwrap();
    custody.intend(ben, run, "close", 9).await.unwrap();
    custody.finish(ben, run, "rolled_back").await.unwrap();
    assert_eq!(ended(&custody).await, ("rolled_back".to_owned(), "failed".to_owned(), FIRST_VERSION.to_owned()));
}

/// Before there was a new version there is nothing to undo.
#[tokio::test]
async fn a_run_without_a_new_version_is_given_up() {
    let custody = Custody::found().await;
    let (kek, _) = custody.estate(1).await;
    let plan = custody.approved_rotation(kek).await;
    let ben = &custody.ben;
    let run = custody.start(ben, &plan).await.unwrap();
    custody.step(ben, run, "compare", 1).await;
    custody.intend(ben, run, "create_version", 2).await.unwrap();
    custody.turn_back(ben, run).await.unwrap();
    let refused = custody.record_version(ben, run, "key.version_created").await;
    custody.assert_refused(refused, ben, "turned_back").await;
    custody.intend(ben, run, "close", 3).await.unwrap();
    custody.finish(ben, run, "rolled_back").await.unwrap();
    assert_eq!(ended(&custody).await, ("rolled_back".to_owned(), "failed".to_owned(), FIRST_VERSION.to_owned()));
}
