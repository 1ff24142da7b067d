//! Kill -9 of the executing console before and after every side effect of an offboarding and of a recovery, and servers that die
//! meanwhile: nothing is destroyed twice or half, and nothing is called destroyed early.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use std::path::Path;

use countersign_tests::{
    CrashPoint, ExecutorChild, KilledAt, Leaving, Left, OFFBOARDING, Order, Pens, RECOVERY, TestCustody, TokenBag,
    execute,
};
use custody::certificate::CertificateError;
use custody::request::{Purge, Wanted};
use custody::run::{Ended, Progress, Steering};
use domain::{RequestId, RunId, RunState, StepKind};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::PgPool;
use tokio::sync::watch;
use workplace::Desk;

/// The console that is killed.
const PROGRAM: &str = env!("CARGO_BIN_EXE_executor");

/// DEKs of each tenant that leaves.
const DEKS: usize = 2;

/// A custody in which one run after another is disturbed.
struct Theatre {
    custody: TestCustody,
    pens: Pens,
    superuser: PgPool,
    job: KilledAt,
    /// What stays.
    kept: TokenBag,
}

/// A run, or a request, as the child finds it.
struct Scene {
    request: RequestId,
    leaving: Leaving,
    /// The run that was destroying the KEK, where one is recovered.
    destroying: Option<RunId>,
}

impl Theatre {
    async fn open(job: KilledAt) -> Self {
        let custody = TestCustody::found().await;
        let superuser = PgPool::connect_lazy_with(custody.premises.local_custody().unwrap().superuser());
        let kek = custody.make_kek("kek-kept").await;
        let deks = custody.make_deks(kek, 2).await;
        let mut kept = TokenBag::default();
        kept.seal(&custody.ines, &deks, 1).await;
        let pens = Pens::take_up(&custody).await;
        Self { custody, pens, superuser, job, kept }
    }

    fn recovers(&self) -> bool {
        self.job == RECOVERY
    }

    async fn set(&self, number: usize) -> Scene {
        let deks = if self.recovers() { 0 } else { DEKS };
        let name = format!("tenant-{number:03}");
        if deks > 0 {
            let leaving = Leaving::make(&self.custody, &self.superuser, &name, deks).await;
            let request = self.pens.seal(&self.custody, &leaving.wanted()).await.request;
            return Scene { request, leaving, destroying: None };
        }
        let kek_name = vault::ObjectName::parse(&format!("kek-{name}")).unwrap();
        let kek = self.custody.adopted_kek(&kek_name).await;
        let wanted = Wanted::DestroyKek { key: kek, purge: Purge::Scheduled };
        let destroy = self.pens.seal(&self.custody, &wanted).await;
        let destroying = self.wait_for_purge(destroy.request).await;
        let request = self.pens.seal(&self.custody, &Wanted::RecoverKek { key: kek }).await.request;
        let tenant = domain::TenantId(uuid::Uuid::nil());
        let leaving = Leaving { tenant, name, kek_name, kek, deks: Vec::new(), bag: TokenBag::default() };
        Scene { request, leaving, destroying: Some(destroying) }
    }

    /// Executes the destruction of a KEK until it waits for the vault's purge.
    async fn wait_for_purge(&self, request: RequestId) -> RunId {
        let desk = &self.custody.ines;
        let run = desk.console.start(desk.author(), request).await.unwrap();
        let (progress, mut watched) = watch::channel(None);
        let steering = Steering::new();
        let pause = async {
            let waits = |seen: &Option<Progress>| {
                seen.as_ref().is_some_and(|seen| seen.step == StepKind::AwaitPurge && seen.until.is_some())
            };
            watched.wait_for(waits).await.unwrap();
            steering.pause();
        };
        let (ended, ()) = tokio::join!(desk.console.execute(desk.author(), run, &steering, &progress), pause);
        assert_eq!(ended.unwrap(), Ended::Paused);
        run
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
        if self.job == OFFBOARDING {
            self.is_certified_when_over(run, desk).await;
        } else {
            assert_eq!(execute(desk, run).await.unwrap(), Ended::Completed);
        }
        let kek = &scene.leaving;
        let present = console.vault.key(&kek.kek_name, None).await.is_ok();
        let remains = console.vault.deleted_key(&kek.kek_name).await.is_ok();
        let entries = |verb: &'static str| self.entries(verb, kek.kek);
        match scene.destroying {
            Some(destroying) => {
                assert_eq!((present, remains), (true, false));
                assert_eq!((entries("key.deleted").await, entries("key.recovered").await), (1, 1));
                let row = console.register.run(destroying).await.unwrap().unwrap();
                assert_eq!(row.state, RunState::RolledBack);
            }
            None => {
                assert_eq!((present, remains), (false, false));
                assert_eq!((entries("key.deleted").await, entries("key.purged").await), (1, 1));
                self.is_gone(&scene.leaving, run).await;
            }
        }
        self.kept.all_open(desk).await;
    }

    /// However far the run had come, there is no certificate before it is over; then there is one that holds.
    async fn is_certified_when_over(&self, run: RunId, desk: &Desk) {
        let (console, author) = (&desk.console, desk.author());
        if console.register.run(run).await.unwrap().unwrap().state != RunState::Completed {
            let early = console.issue_certificate(author, run).await;
            assert!(matches!(early, Err(CertificateError::NotProven(_))), "{early:?}");
        }
        assert_eq!(execute(desk, run).await.unwrap(), Ended::Completed);
        console.issue_certificate(author, run).await.unwrap();
        console.certificate_of(run).await.unwrap();
    }

    async fn entries(&self, verb: &str, key: domain::KeyId) -> i64 {
        let query =
            "SELECT count(*) FROM custody.ledger_entry WHERE verb = $1 AND subject_kind = 'key' AND subject = $2";
        sqlx::query_scalar(query).bind(verb).bind(key.to_string()).fetch_one(&self.superuser).await.unwrap()
    }

    /// Every key of the tenant is destroyed once, by one run that erased all of it.
    async fn is_gone(&self, leaving: &Leaving, run: RunId) {
        let states: Vec<(String, i64)> = sqlx::query_as(
            "SELECT k.state, count(t.seq) FROM custody.key AS k JOIN custody.state_transition AS t ON t.key = k.id AND t.to_state = 'destroyed'
             WHERE k.tenant = $1 GROUP BY k.id, k.state",
        )
        .bind(leaving.tenant.0)
        .fetch_all(&self.superuser)
        .await
        .unwrap();
        assert_eq!(states, vec![("destroyed".to_owned(), 1); DEKS + 1]);
        let register = &self.custody.ines.console.register;
        let erased = register.erasure(run).await.unwrap().unwrap();
        let deks = u64::try_from(DEKS).unwrap();
        assert_eq!((erased.tokens, erased.wraps, erased.is_reclaimed), (deks, deks, true));
        let offboarding = register.offboarding(leaving.tenant).await.unwrap().unwrap();
        assert_eq!((offboarding.status.as_str(), offboarding.tokens, offboarding.deks), ("offboarded", 0, 0));
    }

    /// Kills a child at every point of the job, and finishes what it left.
    async fn disturb(&self) {
        let points = self.points().await;
        assert!(!points.is_empty());
        let witness = self.custody.fresh_witness();
        let spawn = |point: CrashPoint| ExecutorChild::spawn(Path::new(PROGRAM), &self.custody, Some(point), None);
        // The next one signs in while this one is being dealt with.
        let mut next = points.first().map(|point| spawn(*point));
        for (number, point) in points.iter().enumerate() {
            let mut child = next.take().unwrap();
            let scene = self.set(number + 1).await;
            child.ready().await;
            next = points.get(number + 1).map(|point| spawn(*point));
            child.order(&Order::Start(scene.request)).await;
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
        let scene = self.set(0).await;
        child.order(&Order::Start(scene.request)).await;
        assert_eq!(child.left().await, Left::Said(format!("{:?}", Ended::Completed)));
        self.finish(&scene, &self.custody.theo).await;
        self.job.points(notes.path())
    }
}

/// an offboarding survives kill -9 at every side effect: every key is destroyed once, what others have opens, the
/// run finishes, the ledger verifies.
#[tokio::test(flavor = "multi_thread")]
async fn an_offboarding_survives_a_kill_before_and_after_every_side_effect() {
    Theatre::open(OFFBOARDING).await.disturb().await;
}

/// so does a recovery.
#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_survives_a_kill_before_and_after_every_side_effect() {
    Theatre::open(RECOVERY).await.disturb().await;
}

/// the register's server is killed while tokens are deleted, while tables are rewritten and while a purge is waited for.
#[tokio::test(flavor = "multi_thread")]
async fn an_offboarding_survives_a_killed_postgresql() {
    let theatre = Theatre::open(OFFBOARDING).await;
    let scene = theatre.set(0).await;
    let ines = &theatre.custody.ines;
    let run = ines.console.start(ines.author(), scene.request).await.unwrap();
    let (progress, mut watched) = watch::channel(None);
    let steering = Steering::new();
    let assassin = async {
        let mut killed = 0;
        for step in [StepKind::DeleteTokens, StepKind::Reclaim, StepKind::AwaitPurge] {
            let at = |seen: &Option<Progress>| seen.as_ref().is_some_and(|seen| seen.step == step);
            if watched.wait_for(at).await.is_ok() {
                let server = ines.premises.local_custody().unwrap().server_pid().unwrap();
                kill(Pid::from_raw(server.try_into().unwrap()), Signal::SIGKILL).unwrap();
                killed += 1;
            }
        }
        killed
    };
    let (ended, killed) = tokio::join!(ines.console.execute(ines.author(), run, &steering, &progress), assassin);
    assert_eq!((ended.unwrap(), killed), (Ended::Completed, 3));
    theatre.is_gone(&scene.leaving, run).await;
    theatre.kept.all_open(ines).await;
    theatre.custody.ledger_verifies().await;
}
