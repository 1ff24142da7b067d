//! Runs forward: the lease, the order of steps, compare-and-set, and what protects the old version.

use domain::{Role, RunId};
use register::RegisterError;

use crate::common::estate::{DekRow, FIRST_VERSION};
use crate::common::rotation::{NEW_VERSION, RunHandle};
use crate::common::{Custody, Draft, Key, Person, fresh_id};

const FORWARD: (&str, &str) = (FIRST_VERSION, NEW_VERSION);

fn started(run: RunHandle) -> register::Receipt {
    panic!("the run {} was started", run.id)
}

/// from the start to the close; every DEK under the new version, the old one disabled, the key no longer overdue.
#[tokio::test]
async fn a_rotation_runs_from_start_to_close() {
    let mut custody = Custody::found().await;
    let (kek, deks) = custody.estate(250).await;
    let plan = custody.approved_rotation(kek).await;
    let run = custody.run_to_proven(&custody.ben, &plan).await;
    custody.step(&custody.ben, run, "grace", 5).await;
    custody.pass_seconds(25).await;
    custody.ben.register.renew_lease(RunId(run.id), run.fence).await.unwrap();
    custody.pass_seconds(25).await;
    custody.ben.register.renew_lease(RunId(run.id), run.fence).await.unwrap();
    custody.pass_seconds(25).await;
    let ben = &custody.ben;
    custody.intend(ben, run, "disable_old", 6).await.unwrap();
    custody.record_state(ben, run, "key.version_disabled", FIRST_VERSION).await.unwrap();
    custody.done(ben, run, "disable_old", 6).await.unwrap();
    custody.intend(ben, run, "close", 7).await.unwrap();
    custody.finish(ben, run, "completed").await.unwrap();

    assert_eq!(custody.wraps_under(NEW_VERSION).await.len(), deks.len());
    assert!(custody.wraps_under(NEW_VERSION).await.iter().all(|(_, revision)| *revision == 2));
    let key: (String, bool, i64) = sqlx::query_as(
        "SELECT current_version, rotate_by > custody.clock(), revision FROM custody.key WHERE kind = 'kek'",
    )
    .fetch_one(&custody.superuser)
    .await
    .unwrap();
    assert_eq!(key, (NEW_VERSION.to_owned(), true, 3));
    let ended: (String, String, i64) = sqlx::query_as(
        "SELECT r.decided, u.state, u.rewrapped FROM custody.run AS u JOIN custody.request AS r ON r.id = u.request",
    )
    .fetch_one(&custody.superuser)
    .await
    .unwrap();
    assert_eq!(ended, ("executed".to_owned(), "completed".to_owned(), 250));
    custody.assert_refused(custody.intend(ben, run, "prove", 8).await, ben, "run_finished").await;
    let again = custody.start(ben, &plan).await.map(started);
    custody.assert_refused(again, ben, "already_started").await;
}

/// every entry hangs on the one before.
#[tokio::test]
async fn the_chain_holds_over_a_whole_run() {
    let custody = Custody::found().await;
    let (kek, _) = custody.estate(3).await;
    let plan = custody.approved_rotation(kek).await;
    custody.run_to_proven(&custody.ben, &plan).await;
    let rows: Vec<(Vec<u8>, Vec<u8>, Vec<u8>)> =
        sqlx::query_as("SELECT entry, signatures, hash FROM custody.ledger_entry ORDER BY seq")
            .fetch_all(&custody.superuser)
            .await
            .unwrap();
    let mut people = ledger::People::new();
    let mut hash = ledger::GENESIS;
    for (bytes, signatures, stored) in rows {
        let entry = ledger::Entry::decode(&bytes).unwrap();
        let block = ledger::SignatureBlock::decode(&signatures).unwrap();
        people.accept(&entry, &bytes, &block).unwrap();
        hash = ledger::link(&hash, &bytes, &signatures);
        assert_eq!(hash.as_slice(), stored, "{}", entry.verb);
    }
    let head: Vec<u8> = custody.value("SELECT hash FROM custody.head").await;
    assert_eq!(hash.as_slice(), head);
}

/// a run starts once, by somebody who may, with its quorum, and alone on its key.
#[tokio::test]
async fn a_run_is_started_once_and_alone() {
    let custody = Custody::found().await;
    let (kek, _) = custody.estate(1).await;
    let (anna, ben) = (&custody.anna, &custody.ben);
    let open = custody.rotation_plan(ben, kek).await;
    custody.submit(ben, Role::DevOps, &open).await.unwrap();
    custody.assert_refused(custody.start(ben, &open).await.map(started), ben, "no_quorum").await;
    let plan = custody.approved_rotation(kek).await;
    let other = custody.approved_rotation(kek).await;
    let wrong = Draft::new("run.started", "run", fresh_id())
        .with("request", plan.request)
        .with("plan_hash", hex::encode(other.hash()));
    let refused = ben.register.start_run(custody.by_session(ben, wrong.clone()).act()).await;
    custody.assert_refused(refused, ben, "plan_differs").await;
    let refused = ben.register.start_run(custody.by_session(ben, wrong.with("request", fresh_id())).act()).await;
    custody.assert_refused(refused, ben, "request_unknown").await;
    custody.start(ben, &plan).await.unwrap();
    custody.assert_refused(custody.start(anna, &plan).await.map(started), anna, "already_started").await;
    custody.assert_refused(custody.start(anna, &other).await.map(started), anna, "run_active").await;
}

/// after a crash another operator goes on; the first one, should it come back, can do nothing.
#[tokio::test]
async fn a_lapsed_lease_is_taken_over_and_fenced() {
    let mut custody = Custody::found().await;
    let (kek, _) = custody.estate(5).await;
    let plan = custody.approved_rotation(kek).await;
    let run = custody.run_to_new_version(&custody.ben, &plan).await;
    let refused = custody.claim(&custody.anna, run).await.map(started);
    custody.assert_refused(refused, &custody.anna, "lease_held").await;
    custody.pass_seconds(31).await;
    let (anna, ben) = (&custody.anna, &custody.ben);
    let refused = custody.intend(ben, run, "rewrap", 3).await;
    assert!(custody.assert_refused(refused, ben, "lease_lost").await.is_lease_lost());
    let taken = custody.claim(anna, run).await.unwrap();
    assert_eq!(taken.fence, run.fence + 1);
    custody.assert_refused(custody.intend(ben, run, "rewrap", 3).await, ben, "lease_lost").await;
    custody.assert_refused(custody.intend(ben, taken, "rewrap", 3).await, ben, "lease_lost").await;
    let refused = ben.register.renew_lease(RunId(run.id), run.fence).await;
    assert!(matches!(refused, Err(RegisterError::Refused(refusal)) if refusal.is_lease_lost()));
    assert_eq!(custody.last_refusal().await.0, "renew_lease");
    let refused = ben.register.renew_lease(RunId(run.id), taken.fence).await;
    assert!(matches!(refused, Err(RegisterError::Refused(refusal)) if refusal.is_lease_lost()), "not ben's lease");
    anna.register.renew_lease(RunId(run.id), taken.fence).await.unwrap();
    custody.intend(anna, taken, "rewrap", 3).await.unwrap();
    custody.assert_refused(custody.claim(ben, run).await.map(started), ben, "lease_lost").await;
}

/// Two consoles resume at once: one has the run, the other learns that it has not.
#[tokio::test]
async fn two_claims_at_once_have_one_winner() {
    let mut custody = Custody::found().await;
    let (kek, _) = custody.estate(1).await;
    let cora = custody.enrol("cora", &[Role::DevOps]).await;
    let plan = custody.approved_rotation(kek).await;
    let run = custody.start(&custody.ben, &plan).await.unwrap();
    custody.pass_seconds(31).await;
    let (one, other) = tokio::join!(custody.claim(&custody.anna, run), custody.claim(&cora, run));
    let losers: Vec<_> = [one, other].into_iter().filter_map(Result::err).collect();
    assert_eq!(losers.len(), 1);
    assert!(losers[0].refusal().unwrap().is_lease_lost(), "{losers:?}");
}

/// A register that is gone is told apart from one that refuses.
#[tokio::test]
async fn a_register_that_is_gone_is_unavailable() {
    let custody = Custody::found().await;
    custody.ben.register.close().await;
    let act = custody.by_session(&custody.ben, custody.adoption(fresh_id(), "kek-tenants"));
    let answer = custody.ben.register.adopt_key(act.act()).await;
    assert!(matches!(answer, Err(RegisterError::Unavailable(_))), "{answer:?}");
}

/// One's own run may be claimed at once: the console was restarted.
#[tokio::test]
async fn the_same_operator_claims_their_run_at_once() {
    let custody = Custody::found().await;
    let (kek, _) = custody.estate(1).await;
    let plan = custody.approved_rotation(kek).await;
    let ben = &custody.ben;
    let run = custody.start(ben, &plan).await.unwrap();
    custody.intend(ben, run, "compare", 1).await.unwrap();
    let again = custody.claim(ben, run).await.unwrap();
    custody.assert_refused(custody.done(ben, run, "compare", 1).await, ben, "lease_lost").await;
    let receipt = custody.intend(ben, again, "compare", 1).await.unwrap();
    assert_eq!(receipt.number("attempt"), Some(2));
    custody.done(ben, again, "compare", 1).await.unwrap();
}

/// pausable, and resumable by another.
#[tokio::test]
async fn a_paused_run_stands_still_until_it_is_resumed() {
    let custody = Custody::found().await;
    let (kek, _) = custody.estate(1).await;
    let plan = custody.approved_rotation(kek).await;
    let (anna, ben) = (&custody.anna, &custody.ben);
    let run = custody.run_to_new_version(ben, &plan).await;
    let resume = async |who: &Person, run: RunHandle| {
        who.register.resume_run(custody.run_act(who, run, "run.resumed").act()).await
    };
    custody.assert_refused(resume(anna, run).await, anna, "run_not_paused").await;
    let stale = RunHandle { fence: 7, ..run };
    let refused = anna.register.pause_run(custody.run_act(anna, stale, "run.paused").act()).await;
    custody.assert_refused(refused, anna, "lease_lost").await;
    anna.register.pause_run(custody.run_act(anna, run, "run.paused").act()).await.unwrap();
    custody.assert_refused(custody.intend(ben, run, "rewrap", 3).await, ben, "run_paused").await;
    let refused = ben.register.renew_lease(RunId(run.id), run.fence).await;
    assert!(matches!(refused, Err(RegisterError::Refused(refusal)) if refusal.is_run_paused()));
    custody.assert_refused(custody.claim(ben, run).await.map(started), ben, "run_paused").await;
    let fence = resume(anna, run).await.unwrap().number("fence").unwrap();
    custody.intend(anna, RunHandle { fence, ..run }, "rewrap", 3).await.unwrap();
}

/// steps come in order, one at a time, and are done when the register shows it.
#[tokio::test]
async fn steps_out_of_order_are_refused() {
    let custody = Custody::found().await;
    let (kek, _) = custody.estate(1).await;
    let plan = custody.approved_rotation(kek).await;
    let ben = &custody.ben;
    let run = custody.start(ben, &plan).await.unwrap();
    custody.assert_refused(custody.intend(ben, run, "dance", 1).await, ben, "step_unknown").await;
    custody.assert_refused(custody.intend(ben, run, "rewrap_back", 1).await, ben, "wrong_step").await;
    custody.assert_refused(custody.intend(ben, run, "compare", 0).await, ben, "malformed").await;
    custody.assert_refused(custody.done(ben, run, "compare", 1).await, ben, "wrong_step").await;
    custody.intend(ben, run, "compare", 1).await.unwrap();
    custody.assert_refused(custody.intend(ben, run, "create_version", 2).await, ben, "step_order").await;
    custody.assert_refused(custody.intend(ben, run, "create_version", 1).await, ben, "step_order").await;
    custody.assert_refused(custody.done(ben, run, "create_version", 1).await, ben, "wrong_step").await;
    custody.assert_refused(custody.record_version(ben, run, "key.version_created").await, ben, "wrong_step").await;
    custody.failed(ben, run, "compare", 1).await.unwrap();
    custody.assert_refused(custody.intend(ben, run, "create_version", 2).await, ben, "step_order").await;
    custody.step(ben, run, "compare", 1).await;
    custody.assert_refused(custody.intend(ben, run, "compare", 1).await, ben, "step_order").await;
    custody.intend(ben, run, "create_version", 2).await.unwrap();
    custody.assert_refused(custody.done(ben, run, "create_version", 2).await, ben, "wrong_step").await;
    custody.assert_refused(custody.finish(ben, run, "completed").await, ben, "wrong_step").await;
}

/// a run makes one version, whatever happens to its replies.
#[tokio::test]
async fn a_run_records_one_version() {
    let custody = Custody::found().await;
    let (kek, _) = custody.estate(1).await;
    let plan = custody.approved_rotation(kek).await;
    let ben = &custody.ben;
    let run = custody.start(ben, &plan).await.unwrap();
    custody.step(ben, run, "compare", 1).await;
    custody.intend(ben, run, "create_version", 2).await.unwrap();
    custody.assert_refused(custody.record_version(ben, run, "key.created").await, ben, "wrong_operation").await;
    let foreign = RunHandle { key: fresh_id(), ..run };
    custody
        .assert_refused(custody.record_version(ben, foreign, "key.version_created").await, ben, "wrong_subject")
        .await;
    custody.record_version(ben, run, "key.version_created").await.unwrap();
    custody.assert_refused(custody.record_version(ben, run, "key.version_created").await, ben, "version_known").await;
}

/// while a rotation runs, new DEKs go under the new version and none slips under the old one.
#[tokio::test]
async fn a_dek_created_meanwhile_goes_under_the_new_version() {
    let custody = Custody::found().await;
    let (kek, _) = custody.estate(1).await;
    let plan = custody.approved_rotation(kek).await;
    let ben = &custody.ben;
    custody.run_to_new_version(ben, &plan).await;
    let late = [DekRow::of("late", "crm")];
    let refusal = custody.create_deks(ben, kek, FIRST_VERSION, &late).await;
    let refusal = custody.assert_refused(refusal, ben, "version_moved").await;
    assert_eq!(refusal.detail()["current"], NEW_VERSION);
    custody.create_deks(ben, kek, NEW_VERSION, &late).await.unwrap();
}

/// a wrap is replaced only if it is the one that was read; a batch with a moved one writes nothing.
#[tokio::test]
async fn a_moved_wrap_stops_its_whole_batch() {
    let custody = Custody::found().await;
    let (kek, _) = custody.estate(4).await;
    let plan = custody.approved_rotation(kek).await;
    let ben = &custody.ben;
    let run = custody.run_to_new_version(ben, &plan).await;
    let wraps = custody.wraps_under(FIRST_VERSION).await;
    custody.assert_refused(custody.rewrap(ben, run, 3, FORWARD, &wraps).await, ben, "wrong_step").await;
    custody.intend(ben, run, "rewrap", 3).await.unwrap();
    custody.assert_refused(custody.rewrap(ben, run, 4, FORWARD, &wraps).await, ben, "wrong_step").await;

    let before = wrapped(&custody).await;
    let mut moved = wraps.clone();
    moved[2].1 = 2;
    let refusal = custody.assert_refused(custody.rewrap(ben, run, 3, FORWARD, &moved).await, ben, "wrap_moved").await;
    assert_eq!(refusal.moved_deks(), [domain::KeyId(moved[2].0)]);
    assert_eq!(wrapped(&custody).await, before, "nothing was written");
    let unknown = [(fresh_id(), 1)];
    custody.assert_refused(custody.rewrap(ben, run, 3, FORWARD, &unknown).await, ben, "wrap_moved").await;
    let twice = [wraps[0], wraps[0]];
    custody.assert_refused(custody.rewrap(ben, run, 3, FORWARD, &twice).await, ben, "payload_count").await;
    custody.assert_refused(custody.done(ben, run, "rewrap", 3).await, ben, "wraps_left").await;

    let receipt = custody.rewrap(ben, run, 3, FORWARD, &wraps[..3]).await.unwrap();
    assert_eq!((receipt.number("count"), receipt.number("left")), (Some(3), Some(1)));
    // The reply was lost and the batch is sent again: its wraps are no longer those that were read.
    let refusal =
        custody.assert_refused(custody.rewrap(ben, run, 3, FORWARD, &wraps[..3]).await, ben, "wrap_moved").await;
    assert_eq!(refusal.moved_deks().len(), 3);
    custody.rewrap(ben, run, 3, FORWARD, &wraps[3..]).await.unwrap();
    custody.done(ben, run, "rewrap", 3).await.unwrap();
    let values: i64 = custody
        .value(
            "SELECT count(DISTINCT check_value) FROM custody.wrap WHERE length(check_value) = 32 AND dek_version = 1",
        )
        .await;
    assert_eq!(values, 4, "check values stay");
}

async fn wrapped(custody: &Custody) -> Vec<Vec<u8>> {
    sqlx::query_scalar("SELECT wrapped FROM custody.wrap ORDER BY dek").fetch_all(&custody.superuser).await.unwrap()
}

/// only from the version the run empties to the version it made.
#[tokio::test]
async fn wraps_go_to_the_runs_own_version_only() {
    let custody = Custody::found().await;
    let (kek, _) = custody.estate(2).await;
    let other = custody.adopt_kek(&custody.ben, "kek-other").await;
    let plan = custody.approved_rotation(kek).await;
    let ben = &custody.ben;
    let run = custody.run_to_new_version(ben, &plan).await;
    custody.intend(ben, run, "rewrap", 3).await.unwrap();
    let wraps = custody.wraps_under(FIRST_VERSION).await;
    for versions in [(FIRST_VERSION, FIRST_VERSION), (NEW_VERSION, FIRST_VERSION), (FIRST_VERSION, "another")] {
        custody.assert_refused(custody.rewrap(ben, run, 3, versions, &wraps).await, ben, "version_unknown").await;
    }
    let foreign = RunHandle { key: other, ..run };
    custody.assert_refused(custody.rewrap(ben, foreign, 3, FORWARD, &wraps).await, ben, "version_unknown").await;
}

/// the old version is disabled only when no live wrap names it, the grace period is over and the quorum stands.
#[tokio::test]
async fn the_old_version_is_protected() {
    let mut custody = Custody::found().await;
    let (kek, _) = custody.estate(2).await;
    let cora = custody.enrol("cora", &[Role::Security]).await;
    let plan = custody.approved_rotation(kek).await;
    let run = custody.run_to_proven(&custody.ben, &plan).await;
    let ben = &custody.ben;
    custody.step(ben, run, "grace", 5).await;
    custody.assert_refused(custody.intend(ben, run, "disable_old", 6).await, ben, "grace_running").await;
    let refused = custody.record_state(ben, run, "key.version_disabled", FIRST_VERSION).await;
    custody.assert_refused(refused, ben, "wrong_step").await;
    custody.pass_seconds(29).await;
    custody.ben.register.renew_lease(RunId(run.id), run.fence).await.unwrap();
    custody.pass_seconds(29).await;
    custody.ben.register.renew_lease(RunId(run.id), run.fence).await.unwrap();
    custody.pass_seconds(10).await;
    let ben = &custody.ben;
    let suspended = Draft::new("operator.suspended", "operator", custody.anna.id).because("Left the company");
    let suspended = suspended.with("accept_loss", "yes");
    cora.register.suspend_operator(custody.by_session(&cora, suspended).act()).await.unwrap();
    custody.assert_refused(custody.intend(ben, run, "disable_old", 6).await, ben, "no_quorum").await;
    let undone = format!(
        "UPDATE custody.operator SET status = 'active'; UPDATE custody.device SET status = 'active';
         INSERT INTO custody.operator_role VALUES ('{}', 'security', custody.clock(), custody.clock(), 1)",
        custody.anna.id
    );
    custody.alter(undone).await;
    custody.intend(ben, run, "disable_old", 6).await.unwrap();
    // A wrap that came back from nowhere, such as a restored row.
    custody.alter(format!("UPDATE custody.wrap SET kek_version = '{FIRST_VERSION}' WHERE dek = (SELECT min(dek::text)::uuid FROM custody.wrap)")).await;
    let refused = custody.record_state(ben, run, "key.version_disabled", FIRST_VERSION).await;
    let refusal = custody.assert_refused(refused, ben, "wraps_left").await;
    assert_eq!(refusal.detail()["count"], 1);
    custody.alter(format!("UPDATE custody.wrap SET kek_version = '{NEW_VERSION}'")).await;
    let refused = custody.record_state(ben, run, "key.version_disabled", NEW_VERSION).await;
    custody.assert_refused(refused, ben, "version_unknown").await;
    let refused = custody.record_state(ben, run, "key.version_enabled", FIRST_VERSION).await;
    custody.assert_refused(refused, ben, "not_turned_back").await;
    custody.record_state(ben, run, "key.version_disabled", FIRST_VERSION).await.unwrap();
}

/// a run is not closed without its verification, nor before what it promised is recorded.
#[tokio::test]
async fn a_run_is_not_closed_early_or_silently() {
    let custody = Custody::found().await;
    let (kek, _) = custody.estate(1).await;
    let plan = custody.approved_rotation(kek).await;
    let run = custody.run_to_proven(&custody.ben, &plan).await;
    let ben = &custody.ben;
    custody.intend(ben, run, "close", 5).await.unwrap();
    custody.assert_refused(custody.finish(ben, run, "completed").await, ben, "wrong_step").await;
    custody.assert_refused(custody.finish(ben, run, "rolled_back").await, ben, "not_turned_back").await;
    let silent = Draft::new("run.finished", "run", run.id)
        .with("fence", run.fence)
        .with("outcome", "completed")
        .with("verification", " ");
    let refused = ben.register.finish_run(custody.by_session(ben, silent).act()).await;
    custody.assert_refused(refused, ben, "verification_missing").await;
}

/// An agent executes what two people sealed, and can do nothing before they did.
#[tokio::test]
async fn an_agent_executes_and_never_asks() {
    let custody = Custody::found().await;
    let (kek, _) = custody.estate(1).await;
    let agent = custody.enrol("agent", &[Role::Agent]).await;
    let plan = custody.approved_rotation(kek).await;
    custody.run_to_proven(&agent, &plan).await;
    let refused = custody.create_deks(&agent, kek, NEW_VERSION, &[DekRow::of("x", "y")]).await.unwrap_err();
    assert_eq!(refused.refusal().unwrap().code(), "not_allowed");
    let mut person = agent;
    person.session = Key::make();
    custody.open_session(&person).await;
}
