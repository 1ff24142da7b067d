//! Kill -9 of the executing console before and after every side effect of a reactivation and of the lifting of a hold. The places
//! where they happen come from a run that nobody disturbs.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use std::path::Path;

use countersign_tests::{
    CrashPoint, ExecutorChild, KilledAt, LIFTING, Left, Order, Pens, REACTIVATION, TestCustody, TokenBag, execute,
};
use custody::protect::{NewHold, Protection};
use custody::request::{Reactivation, Wanted};
use custody::run::Ended;
use domain::{KeyId, RequestId};
use register::{HoldKind, HoldTarget, Scope};
use sqlx::PgPool;
use workplace::Desk;

/// The console that is killed.
const PROGRAM: &str = env!("CARGO_BIN_EXE_executor");

const KEK: &str = "kek-payments";

/// A custody in which one run after another is disturbed.
struct Theatre {
    custody: TestCustody,
    pens: Pens,
    kek: KeyId,
    bag: TokenBag,
    superuser: PgPool,
    job: KilledAt,
}

impl Theatre {
    async fn open(job: KilledAt) -> Self {
        let custody = TestCustody::found().await;
        let kek = custody.make_kek(KEK).await;
        let deks = custody.make_deks(kek, 2).await;
        let mut bag = TokenBag::default();
        bag.seal(&custody.ines, &deks, 1).await;
        let pens = Pens::take_up(&custody).await;
        let superuser = PgPool::connect_lazy_with(custody.premises.local_custody().unwrap().superuser());
        Self { custody, pens, kek, bag, superuser, job }
    }

    /// What the job takes back, and the request for it.
    async fn set(&self) -> RequestId {
        let (console, author) = (&self.custody.theo.console, self.custody.theo.author());
        let wanted = if self.job == REACTIVATION {
            let scope = Scope::Key(self.kek);
            let protected = console.protect(author, Protection::Suspend, &scope, "Lost laptop").await.unwrap();
            assert!(protected.unconfirmed.is_empty());
            Wanted::Reactivate(Reactivation { keys: vec![self.kek], tenant: None })
        } else {
            let hold = NewHold {
                kind: HoldKind::Incident,
                target: HoldTarget::Key(self.kek),
                reference: "INC-1".to_owned(),
                reason: "Evidence".to_owned(),
            };
            Wanted::LiftHold { hold: console.set_hold(author, &hold).await.unwrap() }
        };
        self.pens.seal(&self.custody, &wanted).await.request
    }

    /// Somebody finishes what the child has left, and everything must be as if nothing had happened.
    async fn finish(&self, request: RequestId, desk: &Desk) {
        let lapse = "UPDATE custody.run SET lease_until = custody.clock() WHERE finished_at IS NULL";
        sqlx::query(lapse).execute(&self.superuser).await.unwrap();
        let console = &desk.console;
        let run = match console.register.run_of(request).await.unwrap() {
            Some(row) => row.id,
            None => console.start(desk.author(), request).await.unwrap(),
        };
        assert_eq!(execute(desk, run).await.unwrap(), Ended::Completed);
        assert!(console.register.holds_page(true, None, 10).await.unwrap().is_empty());
        assert!(console.register.protections_of(self.kek).await.unwrap().is_empty());
        self.bag.all_open(desk).await;
    }

    /// Kills a child at every point of the job, and finishes what it left.
    async fn disturb(&self) {
        let points = self.points().await;
        assert!(!points.is_empty());
        for (number, point) in points.into_iter().enumerate() {
            let mut child = ExecutorChild::spawn(Path::new(PROGRAM), &self.custody, Some(point), None);
            let request = self.set().await;
            child.ready().await;
            child.order(&Order::Start(request)).await;
            assert_eq!(child.left().await, Left::Killed, "{} at {point}", self.job.job);
            let desk = if number % 2 == 0 { &self.custody.ines } else { &self.custody.theo };
            self.finish(request, desk).await;
        }
        self.custody.ledger_verifies().await;
    }

    /// Where a child comes by that does the job undisturbed.
    async fn points(&self) -> Vec<CrashPoint> {
        let notes = tempfile::NamedTempFile::new().unwrap();
        let mut child = ExecutorChild::spawn(Path::new(PROGRAM), &self.custody, None, Some(notes.path()));
        child.ready().await;
        let request = self.set().await;
        child.order(&Order::Start(request)).await;
        assert_eq!(child.left().await, Left::Said(format!("{:?}", Ended::Completed)));
        self.finish(request, &self.custody.theo).await;
        self.job.points(notes.path())
    }
}

/// a reactivation survives kill -9 at every side effect: the key works in vault and register, once, and the ledger verifies.
#[tokio::test(flavor = "multi_thread")]
async fn a_reactivation_survives_a_kill_before_and_after_every_side_effect() {
    Theatre::open(REACTIVATION).await.disturb().await;
}

/// so does the lifting of a hold.
#[tokio::test(flavor = "multi_thread")]
async fn the_lifting_of_a_hold_survives_a_kill_before_and_after_every_side_effect() {
    Theatre::open(LIFTING).await.disturb().await;
}
