//! Kill -9 of the executing console before and after every side effect of a rotation of data-encryption keys, and of its way back.
//! The places where they happen come from a run that nobody disturbs.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use std::path::Path;

use countersign_tests::{
    CrashPoint, DEK_ROTATION, DEK_ROTATION_BACK, ExecutorChild, KilledAt, Left, Order, Pens, TestCustody, TokenBag,
    execute,
};
use custody::request::Wanted;
use custody::run::{Ended, Progress, Steering};
use domain::{DekTrigger, KeyId, RequestId, RunId, StepKind};
use sqlx::PgPool;
use tokio::sync::watch;
use workplace::Desk;

/// The console that is killed.
const PROGRAM: &str = env!("CARGO_BIN_EXE_executor");

/// DEKs that are rotated again and again, and tokens under each.
const DEKS: usize = 3;
const TOKENS: usize = 2;

/// A custody in which one rotation after another is disturbed.
struct Theatre {
    custody: TestCustody,
    pens: Pens,
    deks: Vec<KeyId>,
    bag: TokenBag,
    superuser: PgPool,
    job: KilledAt,
}

/// A run, or a request, as the child finds it.
struct Scene {
    order: Order,
    request: RequestId,
    /// The version that the DEKs have before, and how many they have had.
    version: i32,
    highest: i32,
}

impl Theatre {
    async fn open(job: KilledAt) -> Self {
        let custody = TestCustody::found().await;
        let kek = custody.make_kek("kek-payments").await;
        let deks = custody.make_deks(kek, DEKS).await;
        let mut bag = TokenBag::default();
        bag.seal(&custody.ines, &deks, TOKENS).await;
        let pens = Pens::take_up(&custody).await;
        let superuser = PgPool::connect_lazy_with(custody.premises.local_custody().unwrap().superuser());
        Self { custody, pens, deks, bag, superuser, job }
    }

    fn goes_back(&self) -> bool {
        self.job == DEK_ROTATION_BACK
    }

    /// The one version that all DEKs are in, and the highest that was ever given to them.
    async fn versions(&self) -> (i32, i32) {
        let query = "SELECT DISTINCT dek_version, highest_version FROM custody.wrap";
        sqlx::query_as(query).fetch_one(&self.superuser).await.unwrap()
    }

    async fn set(&self) -> Scene {
        let wanted = Wanted::RotateDeks { keys: self.deks.clone(), trigger: DekTrigger::Schedule };
        let request = self.pens.seal(&self.custody, &wanted).await.request;
        let (version, highest) = self.versions().await;
        let order = if self.goes_back() {
            Order::TurnBack(pause_in_proof(&self.custody.ines, request).await)
        } else {
            Order::Start(request)
        };
        Scene { order, request, version, highest }
    }

    /// Somebody finishes what the child has left, and everything must be as if nothing had happened.
    async fn finish(&self, scene: &Scene, desk: &Desk) {
        let lapse = "UPDATE custody.run SET lease_until = custody.clock() WHERE finished_at IS NULL";
        sqlx::query(lapse).execute(&self.superuser).await.unwrap();
        let (console, author) = (&desk.console, desk.author());
        let run = match console.register.run_of(scene.request).await.unwrap() {
            Some(row) => row.id,
            None => console.start(author, scene.request).await.unwrap(),
        };
        let version = if self.goes_back() {
            let (progress, _) = watch::channel(None);
            let back = console.roll_back(author, run, "the readers are not ready", &Steering::new(), &progress).await;
            assert_eq!(back.unwrap(), Ended::RolledBack);
            scene.version
        } else {
            assert_eq!(execute(desk, run).await.unwrap(), Ended::Completed);
            scene.highest + 1
        };
        // One new version was made, whatever happened to whoever made it; nothing is left of the other one.
        assert_eq!(self.versions().await, (version, scene.highest + 1));
        let left = "SELECT (SELECT count(*) FROM custody.former_wrap) + (SELECT count(*) FROM custody.token WHERE dek_version <> $1)";
        let left: i64 = sqlx::query_scalar(left).bind(version).fetch_one(&self.superuser).await.unwrap();
        assert_eq!(left, 0);
        self.bag.all_open(desk).await;
    }

    /// Kills a child at every point of the job, and finishes what it left.
    async fn disturb(&self) {
        let points = self.points().await;
        assert!(!points.is_empty());
        let witness = self.custody.fresh_witness();
        for (number, point) in points.into_iter().enumerate() {
            let mut child = ExecutorChild::spawn(Path::new(PROGRAM), &self.custody, Some(point), None);
            let scene = self.set().await;
            child.ready().await;
            child.order(&scene.order).await;
            assert_eq!(child.left().await, Left::Killed, "{} at {point}", self.job.job);
            let desk = if number % 2 == 0 { &self.custody.ines } else { &self.custody.theo };
            self.finish(&scene, desk).await;
            witness.catch_up(&desk.console.register).await.unwrap();
        }
        self.custody.ledger_verifies().await;
    }

    /// Where a child comes by that does the job undisturbed.
    async fn points(&self) -> Vec<CrashPoint> {
        let notes = tempfile::NamedTempFile::new().unwrap();
        let mut child = ExecutorChild::spawn(Path::new(PROGRAM), &self.custody, None, Some(notes.path()));
        child.ready().await;
        let scene = self.set().await;
        child.order(&scene.order).await;
        let ended = if self.goes_back() { Ended::RolledBack } else { Ended::Completed };
        assert_eq!(child.left().await, Left::Said(format!("{ended:?}")));
        self.finish(&scene, &self.custody.theo).await;
        self.job.points(notes.path())
    }
}

/// Executes a rotation until every token was moved, and stops it before anything is erased.
async fn pause_in_proof(desk: &Desk, request: RequestId) -> RunId {
    let run = desk.console.start(desk.author(), request).await.unwrap();
    let (progress, mut watched) = watch::channel(None);
    let steering = Steering::new();
    let pause = async {
        let proves = |seen: &Option<Progress>| seen.as_ref().is_some_and(|seen| seen.step == StepKind::Prove);
        watched.wait_for(proves).await.unwrap();
        steering.pause();
    };
    let (ended, ()) = tokio::join!(desk.console.execute(desk.author(), run, &steering, &progress), pause);
    assert_eq!(ended.unwrap(), Ended::Paused);
    run
}

/// a rotation of DEKs survives kill -9 at every side effect: every token opens, one version was made, the run finishes, the
/// ledger verifies.
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_of_deks_survives_a_kill_before_and_after_every_side_effect() {
    Theatre::open(DEK_ROTATION).await.disturb().await;
}

/// so does the way back.
#[tokio::test(flavor = "multi_thread")]
async fn its_way_back_survives_a_kill_before_and_after_every_side_effect() {
    Theatre::open(DEK_ROTATION_BACK).await.disturb().await;
}
