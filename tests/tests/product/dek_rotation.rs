//! A rotation of data-encryption keys that two people sign, while the application reads and writes.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at once")]

use std::path::Path;

use countersign_tests::{
    CrashPoint, ExecutorChild, Left, Moment, Order, OtherVault, TestCustody, TokenBag, at_once, execute,
};
use custody::estate::Estate;
use custody::estate::tokens::TokenError;
use custody::request::Wanted;
use custody::run::{Effect, Ended, RunError, Steering};
use domain::{DekTrigger, KeyId, Plan, RequestId, RunId, RunState, StepKind};
use local_vault::AuditCursor;
use register::RegisterError;
use sqlx::PgPool;
use tokio::sync::watch;
use vault::Budget;
use workplace::Desk;

/// The console that is killed.
const PROGRAM: &str = env!("CARGO_BIN_EXE_executor");

/// A custody with a KEK and DEKs that have tokens.
struct Place {
    custody: TestCustody,
    kek: KeyId,
    deks: Vec<KeyId>,
    bag: TokenBag,
    superuser: PgPool,
}

impl Place {
    async fn with(custody: TestCustody, deks: usize, tokens: usize) -> Self {
        let kek = custody.make_kek("kek-payments").await;
        let deks = custody.make_deks(kek, deks).await;
        let mut bag = TokenBag::default();
        bag.seal(&custody.ines, &deks, tokens).await;
        let superuser = PgPool::connect_lazy_with(custody.premises.local_custody().unwrap().superuser());
        Self { custody, kek, deks, bag, superuser }
    }

    async fn open(deks: usize, tokens: usize) -> Self {
        Self::with(TestCustody::found().await, deks, tokens).await
    }

    /// A rotation of these DEKs that both have signed.
    async fn sealed(&self, deks: &[KeyId], trigger: DekTrigger) -> Plan {
        let plan = self.custody.ask(&Wanted::RotateDeks { keys: deks.to_vec(), trigger }).await;
        self.custody.countersign(&plan).await;
        plan
    }

    async fn rotate(&self, deks: &[KeyId]) -> RunId {
        let plan = self.sealed(deks, DekTrigger::Schedule).await;
        self.custody.carry_out(plan.request).await
    }

    async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&self.superuser).await.unwrap()
    }

    /// The version in use of each DEK, and the digest of its wrap.
    async fn wraps(&self) -> Vec<(uuid::Uuid, i32, Vec<u8>)> {
        let query = "SELECT dek, dek_version, sha256(wrapped) FROM custody.wrap ORDER BY dek";
        sqlx::query_as(query).fetch_all(&self.superuser).await.unwrap()
    }

    async fn versions(&self) -> Vec<i32> {
        self.wraps().await.into_iter().map(|(_, version, _)| version).collect()
    }

    /// No wrap is being retired, every token names the version in use, and all of them open.
    async fn is_whole(&self) {
        assert_eq!(self.count("SELECT count(*) FROM custody.former_wrap").await, 0);
        let stray = "SELECT count(*) FROM custody.token AS t LEFT JOIN custody.wrap AS w ON w.dek = t.dek
                     WHERE t.dek_version IS DISTINCT FROM w.dek_version";
        assert_eq!(self.count(stray).await, 0);
        let held = usize::try_from(self.count("SELECT count(*) FROM custody.token").await).unwrap();
        assert_eq!(held, self.bag.count());
        self.bag.all_open(&self.custody.ines).await;
        self.custody.ledger_verifies().await;
    }

    /// The half minute passes in which only the console that died could have gone on.
    async fn let_leases_lapse(&self) {
        let lapse = "UPDATE custody.run SET lease_until = custody.clock() WHERE finished_at IS NULL";
        sqlx::query(lapse).execute(&self.superuser).await.unwrap();
    }

    /// Executes a request in a process of its own that is killed there.
    async fn killed(&self, request: RequestId, moment: Moment, effect: Effect) -> RunId {
        let point = CrashPoint { moment, effect, nth: 1 };
        let mut child = ExecutorChild::spawn(Path::new(PROGRAM), &self.custody, Some(point), None);
        child.ready().await;
        child.order(&Order::Start(request)).await;
        assert_eq!(child.left().await, Left::Killed);
        self.let_leases_lapse().await;
        self.custody.ines.console.register.run_of(request).await.unwrap().unwrap().id
    }
}

async fn turn_back(desk: &Desk, run: RunId) -> Result<Ended, RunError> {
    let (progress, _) = watch::channel(None);
    desk.console.roll_back(desk.author(), run, "the readers are not ready", &Steering::new(), &progress).await
}

fn refusal_of(error: &RunError) -> &str {
    match error {
        RunError::Register(RegisterError::Refused(refusal)) => refusal.code(),
        _ => "",
    }
}

/// a new DEK for each that was named, every token under it, the old wrap gone; the others stay as they are. The next rotation is
/// counted from this one. Two vault operations for each DEK, and the public half of their KEK.
#[tokio::test(flavor = "multi_thread")]
async fn every_token_moves_to_the_new_dek_and_the_old_wrap_is_erased() {
    let mut custody = TestCustody::found().await;
    let vault = OtherVault::start(|settings| settings.limits = None).await;
    vault.stand_in(&mut custody, Budget::unlimited());
    let place = Place::with(custody, 4, 5).await;
    let before = place.wraps().await;
    let plan = place.sealed(&place.deks[..3], DekTrigger::TokenRegeneration).await;
    assert_eq!((plan.impact["deks"], plan.impact["tenants"], plan.impact["tokens"]), (3, 3, 15));
    let (_, cursor) = vault.running.audit().read_since(AuditCursor::default(), usize::MAX).unwrap();
    let run = place.custody.carry_out(plan.request).await;
    let (operations, _) = vault.running.audit().read_since(cursor, usize::MAX).unwrap();
    assert_eq!(operations.len(), 2 * 3 + 1, "{operations:?}");
    assert_eq!(plan.impact["vault_operations"], 7);

    let after = place.wraps().await;
    for (old, new) in before.iter().zip(&after) {
        let named = place.deks[..3].contains(&KeyId(old.0));
        assert_eq!((old.1, new.1), (1, if named { 2 } else { 1 }));
        assert_eq!(old.2 != new.2, named);
    }
    place.is_whole().await;
    let due =
        "SELECT count(*) FROM custody.key WHERE kind = 'dek' AND rotated_at > custody.clock() - interval '1 minute'
               AND rotate_by > custody.clock() AND version_number = 2";
    assert_eq!(place.count(due).await, 3);
    let row = place.custody.ines.console.register.run(run).await.unwrap().unwrap();
    assert_eq!(row.state, RunState::Completed);
    assert!(row.verification.unwrap().contains("3 of 3 DEKs"));
    let counted = "SELECT count(*) FROM custody.dek_messages WHERE sealed = 5";
    assert_eq!(place.count(counted).await, 4);
}

/// a writer that inserts at full speed while DEKs are rotated, one rotation after another, loses nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_writer_at_full_speed_loses_no_token() {
    let mut place = Place::open(3, 400).await;
    let (stop, mut stopped) = watch::channel(false);
    let mut written = TokenBag::default();
    let writes = async {
        while !*stopped.borrow_and_update() {
            written.seal(&place.custody.theo, &place.deks, 2).await;
        }
    };
    let rotations = async {
        for _ in 0..3 {
            place.rotate(&place.deks).await;
        }
        stop.send_replace(true);
    };
    tokio::join!(writes, rotations);
    assert!(written.count() > 0);
    assert_eq!(place.versions().await, [4, 4, 4]);
    written.all_open(&place.custody.ines).await;
    place.bag.append(written);
    place.is_whole().await;
}

/// wrapped DEKs of two tenants that were swapped, or tokens of two tenants, are found before anything is lost.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_swapped_between_tenants_is_found() {
    let place = Place::open(2, 2).await;
    let swap = "UPDATE custody.wrap AS a SET wrapped = b.wrapped FROM custody.wrap AS b WHERE a.dek <> b.dek";
    sqlx::query(swap).execute(&place.superuser).await.unwrap();
    let plan = place.sealed(&place.deks, DekTrigger::Schedule).await;
    let ines = &place.custody.ines;
    let run = ines.console.start(ines.author(), plan.request).await.unwrap();
    let found = execute(ines, run).await.unwrap_err();
    assert!(matches!(found, RunError::CheckValue { .. }), "{found}");
    assert_eq!(place.versions().await, [1, 1], "nothing was replaced");

    sqlx::query(swap).execute(&place.superuser).await.unwrap();
    let swap = "UPDATE custody.token AS a SET envelope = b.envelope
                FROM (SELECT id, envelope, row_number() OVER (ORDER BY dek, id) AS place FROM custody.token) AS b,
                     (SELECT id, row_number() OVER (ORDER BY dek DESC, id) AS place FROM custody.token) AS c
                WHERE a.id = c.id AND b.place = c.place";
    sqlx::query(swap).execute(&place.superuser).await.unwrap();
    let found = execute(ines, run).await.unwrap_err();
    assert!(matches!(found, RunError::Token { .. }), "{found}");
    assert_eq!(place.count("SELECT count(*) FROM custody.token WHERE dek_version = 1").await, 4, "nothing was moved");

    // Put right, the run goes on to its end.
    sqlx::query(swap).execute(&place.superuser).await.unwrap();
    assert_eq!(execute(ines, run).await.unwrap(), Ended::Completed);
    place.is_whole().await;
}

/// turned back in the middle, by somebody else than began it: every token is under the DEK it had before, also those that were
/// written meanwhile. The number that was given up is never used again.
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_turns_back_with_every_token() {
    let mut place = Place::open(2, 1_500).await;
    let before = place.wraps().await;
    let plan = place.sealed(&place.deks, DekTrigger::OwnershipChange).await;
    let run = place.killed(plan.request, Moment::After, Effect::ReencryptTokens).await;
    assert_eq!(place.versions().await, [2, 2]);
    assert_eq!(place.count("SELECT count(*) FROM custody.token WHERE dek_version = 2").await, 2_000);
    place.bag.seal(&place.custody.ines, &place.deks, 3).await;
    place.bag.some_open(&place.custody.ines, 100).await;

    assert_eq!(turn_back(&place.custody.theo, run).await.unwrap(), Ended::RolledBack);
    assert_eq!(place.wraps().await, before);
    assert_eq!(place.count("SELECT count(*) FROM custody.key WHERE version_number > 1").await, 0);
    let stray = place.count("SELECT count(*) FROM custody.token WHERE dek_version <> 1").await;
    assert_eq!((stray, place.count("SELECT count(*) FROM custody.former_wrap").await), (0, 0));
    place.bag.some_open(&place.custody.ines, 10).await;

    place.rotate(&place.deks).await;
    assert_eq!(place.versions().await, [3, 3]);
    place.bag.some_open(&place.custody.ines, 10).await;
}

/// once an old wrap was to be erased there is no way back, only on.
#[tokio::test(flavor = "multi_thread")]
async fn there_is_no_way_back_once_erasing_was_intended() {
    let place = Place::open(1, 2).await;
    let plan = place.sealed(&place.deks, DekTrigger::Schedule).await;
    let run = place.killed(plan.request, Moment::Before, Effect::EraseWraps).await;
    let refused = turn_back(&place.custody.theo, run).await.unwrap_err();
    assert_eq!(refusal_of(&refused), "cannot_turn_back");
    assert_eq!(execute(&place.custody.theo, run).await.unwrap(), Ended::Completed);
    place.is_whole().await;
}

/// Before anything was replaced, turning back undoes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_that_had_replaced_nothing_turns_back_to_what_it_was() {
    let place = Place::open(2, 1).await;
    let before = place.wraps().await;
    let plan = place.sealed(&place.deks, DekTrigger::Schedule).await;
    let run = place.killed(plan.request, Moment::Before, Effect::ReplaceDeks).await;
    assert_eq!(turn_back(&place.custody.theo, run).await.unwrap(), Ended::RolledBack);
    assert_eq!(place.wraps().await, before);
    place.is_whole().await;
}

/// a KEK's rotation beside it re-wraps the new DEKs, and keeps its old version enabled until the former ones are gone.
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_of_the_kek_waits_for_the_former_deks() {
    let place = Place::open(2, 3).await;
    let plan = place.sealed(&place.deks[..1], DekTrigger::Schedule).await;
    let run = place.killed(plan.request, Moment::After, Effect::ReplaceDeks).await;
    let kek = place.custody.sealed_rotation(place.kek, at_once()).await;
    let theo = &place.custody.theo;
    let of_kek = theo.console.start(theo.author(), kek.request).await.unwrap();
    let waits = execute(theo, of_kek).await.unwrap_err();
    assert_eq!(refusal_of(&waits), "wraps_left");
    assert_eq!(place.count("SELECT count(DISTINCT kek_version) FROM custody.wrap").await, 1);

    // The former DEK is under the version that is being left: it can't come back, it can only go.
    let refused = turn_back(&place.custody.ines, run).await.unwrap_err();
    assert_eq!(refusal_of(&refused), "cannot_turn_back");
    assert_eq!(execute(&place.custody.ines, run).await.unwrap(), Ended::Completed);
    assert_eq!(execute(theo, of_kek).await.unwrap(), Ended::Completed);
    place.is_whole().await;
}

/// a KEK's rotation turned back opens the way back of the DEKs' rotation again.
#[tokio::test(flavor = "multi_thread")]
async fn both_rotations_turn_back_one_after_the_other() {
    let place = Place::open(2, 3).await;
    let plan = place.sealed(&place.deks[..1], DekTrigger::Schedule).await;
    let run = place.killed(plan.request, Moment::After, Effect::ReencryptTokens).await;
    let kek = place.custody.sealed_rotation(place.kek, at_once()).await;
    let theo = &place.custody.theo;
    let of_kek = theo.console.start(theo.author(), kek.request).await.unwrap();
    assert_eq!(refusal_of(&execute(theo, of_kek).await.unwrap_err()), "wraps_left");
    assert_eq!(turn_back(theo, of_kek).await.unwrap(), Ended::RolledBack);
    assert_eq!(turn_back(&place.custody.ines, run).await.unwrap(), Ended::RolledBack);
    assert_eq!(place.versions().await, [1, 1]);
    place.is_whole().await;
}

/// after a suspected compromise the key serves again, under a new DEK, because the plan said so and two people signed it. A key
/// that is reported while its rotation runs stays as it was reported.
#[tokio::test(flavor = "multi_thread")]
async fn a_compromised_key_serves_again_under_a_new_dek() {
    let place = Place::open(2, 2).await;
    let report = "UPDATE custody.key SET state = 'compromised', state_seq = state_seq + 1 WHERE id = $1";
    sqlx::query(report).bind(place.deks[0].0).execute(&place.superuser).await.unwrap();
    let plan = place.sealed(&place.deks, DekTrigger::SuspectedCompromise).await;
    assert!(
        plan.changes.iter().any(|change| (change.before.as_str(), change.after.as_str()) == ("compromised", "active"))
    );
    let run = place.killed(plan.request, Moment::After, Effect::ReencryptTokens).await;
    sqlx::query(report).bind(place.deks[1].0).execute(&place.superuser).await.unwrap();
    assert_eq!(execute(&place.custody.theo, run).await.unwrap(), Ended::Completed);
    let register = &place.custody.ines.console.register;
    let mut states = Vec::new();
    for dek in &place.deks {
        states.push(register.dek(*dek).await.unwrap().unwrap().state.word());
    }
    assert_eq!(states, ["active", "compromised"]);
    // nobody opens what lies under a key that is out of use, until it is back.
    let query = "SELECT id FROM custody.token WHERE dek = $1 LIMIT 1";
    let token: uuid::Uuid = sqlx::query_scalar(query).bind(place.deks[1].0).fetch_one(&place.superuser).await.unwrap();
    let ines = &place.custody.ines;
    let opened = Estate::new(&ines.console, ines.author()).open_token(place.deks[1], token).await;
    assert!(matches!(opened, Err(TokenError::Register(RegisterError::Refused(_)))), "it was opened");
    let back = "UPDATE custody.key SET state = 'active', state_seq = state_seq + 1 WHERE id = $1";
    sqlx::query(back).bind(place.deks[1].0).execute(&place.superuser).await.unwrap();
    place.is_whole().await;
}

/// what a request depends on is compared when it starts: a DEK that was rotated since lapses it.
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_of_a_dek_that_was_rotated_since_lapses() {
    let place = Place::open(1, 1).await;
    let stale = place.sealed(&place.deks, DekTrigger::Schedule).await;
    place.rotate(&place.deks).await;
    let ines = &place.custody.ines;
    let refused = ines.console.start(ines.author(), stale.request).await.unwrap_err();
    assert!(refused.to_string().contains("dek_version"), "{refused}");
    assert_eq!(place.versions().await, [2]);
}

/// A pause is kept between batches, and another console goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_paused_rotation_is_carried_on_by_another_console() {
    let place = Place::open(2, 1_500).await;
    let plan = place.sealed(&place.deks, DekTrigger::Schedule).await;
    let ines = &place.custody.ines;
    let run = ines.console.start(ines.author(), plan.request).await.unwrap();
    let (progress, mut watched) = watch::channel(None);
    let steering = Steering::new();
    let pause = async {
        let replaces =
            |seen: &Option<custody::run::Progress>| seen.as_ref().is_some_and(|seen| seen.step == StepKind::ReplaceDek);
        watched.wait_for(replaces).await.unwrap();
        steering.pause();
    };
    let (ended, ()) = tokio::join!(ines.console.execute(ines.author(), run, &steering, &progress), pause);
    assert_eq!(ended.unwrap(), Ended::Paused);
    assert!(place.count("SELECT count(*) FROM custody.former_wrap").await > 0);
    assert_eq!(execute(&place.custody.theo, run).await.unwrap(), Ended::Completed);
    assert_eq!(place.versions().await, [2, 2]);
}
