//! Kill -9 of the executing console before and after every side effect of every kind of run. The list of effects comes from the
//! code, the places where they happen from a run that nobody disturbs.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use std::path::Path;
use std::time::Duration;

use countersign_tests::{
    CrashPoint, ExecutorChild, KILLED_AT, Keepsakes, Left, Moment, Order, Pens, TestCustody, at_once, execute,
};
use custody::request::{NewKek, RotationOptions, Wanted};
use custody::run::{Effect, Ended, Steering};
use domain::{Classification, KeyId, KeyName, RequestId, RunId, RunState, StepKind};
use rand_core::OsRng;
use sqlx::PgPool;
use tokio::sync::watch;
use vault::{ObjectName, VersionId};
use workplace::Desk;

/// The console that is killed.
const PROGRAM: &str = env!("CARGO_BIN_EXE_executor");

/// DEKs under the KEK that is rotated again and again.
const DEKS: usize = 4;

/// What the child is at when it is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Job {
    /// A KEK rotation, from its start to its end.
    Rotation,
    /// The creation of a KEK.
    Creation,
    /// A rotation is turned back in its grace period, when somebody has disabled the old version already.
    TurnBack,
    /// A run is paused.
    Pause,
    /// A run whose console is gone is taken over.
    TakeOver,
}

impl Job {
    const ALL: [Self; 5] = [Self::Rotation, Self::Creation, Self::TurnBack, Self::Pause, Self::TakeOver];

    /// The effects that this job is killed at.
    fn effects(self) -> &'static [Effect] {
        use Effect::{
            ClaimRun, CreateKey, CreateVersion, DisableVersion, EnableVersion, FinishRun, FinishStep, IntendStep,
            PauseRun, RecordDisabled, RecordEnabled, RecordVersion, RenewLease, ResumeRun, RewrapBatch, StartRun,
            TurnBack,
        };
        match self {
            Self::Rotation => &[
                StartRun,
                IntendStep,
                FinishStep,
                RenewLease,
                CreateVersion,
                RecordVersion,
                RewrapBatch,
                DisableVersion,
                RecordDisabled,
                FinishRun,
            ],
            Self::Creation => &[StartRun, IntendStep, FinishStep, RenewLease, CreateKey, RecordVersion, FinishRun],
            Self::TurnBack => &[
                ResumeRun,
                TurnBack,
                IntendStep,
                FinishStep,
                RenewLease,
                EnableVersion,
                RecordEnabled,
                RewrapBatch,
                DisableVersion,
                RecordDisabled,
                FinishRun,
            ],
            Self::Pause => &[PauseRun],
            Self::TakeOver => &[ClaimRun],
        }
    }
}

/// A custody in which one run after another is disturbed.
struct Theatre {
    custody: TestCustody,
    pens: Pens,
    keepsakes: Keepsakes,
    superuser: PgPool,
}

/// A run, or a request, as the child finds it.
struct Scene {
    order: Order,
    request: RequestId,
    key: KeyId,
    versions: usize,
}

impl Theatre {
    async fn open(deks: usize) -> Self {
        let custody = TestCustody::found().await;
        let kek = custody.make_kek("kek-payments").await;
        let deks = custody.make_deks(kek, deks).await;
        let keepsakes = Keepsakes::seal(&custody, kek, &deks).await;
        let pens = Pens::take_up(&custody).await;
        let superuser = PgPool::connect_lazy_with(custody.premises.local_custody().unwrap().superuser());
        Self { custody, pens, keepsakes, superuser }
    }

    async fn set(&self, job: Job) -> Scene {
        let kek = self.keepsakes.kek();
        match job {
            Job::Rotation => self.rotation(at_once(), Order::Start).await,
            Job::Pause => self.rotation(at_once(), Order::StartAndPause).await,
            Job::Creation => {
                let key = KeyId::make(self.custody.ines.console.now().await.unwrap(), &mut OsRng);
                let wanted = Wanted::CreateKek(NewKek {
                    key,
                    name: KeyName::parse(&format!("kek-{key}")).unwrap(),
                    bits: 2048,
                    owner: "Platform security".to_owned(),
                    purpose: "Is made while consoles die".to_owned(),
                    classification: Classification::Restricted,
                    tenant: None,
                });
                let request = self.pens.seal(&self.custody, &wanted).await.request;
                Scene { order: Order::Start(request), request, key, versions: 0 }
            }
            Job::TakeOver => {
                let mut scene = self.rotation(at_once(), Order::Start).await;
                let theo = &self.custody.theo;
                let run = theo.console.start(theo.author(), scene.request).await.unwrap();
                self.let_lease_lapse(scene.request).await;
                scene.order = Order::GoOn(run);
                scene
            }
            Job::TurnBack => {
                let options = RotationOptions { grace: Duration::from_secs(3600), full_proof: false };
                let mut scene = self.rotation(options, Order::Start).await;
                let run = pause_in_grace(&self.custody.ines, scene.request).await;
                let row = self.custody.ines.console.register.run(run).await.unwrap().unwrap();
                let old = VersionId::parse(&row.from_version.unwrap()).unwrap();
                let name = self.custody.ines.console.register.kek(kek).await.unwrap().unwrap().vault_name;
                let vault = &self.custody.ines.console.vault;
                vault.set_enabled(&ObjectName::parse(&name).unwrap(), &old, false).await.unwrap();
                scene.order = Order::TurnBack(run);
                scene
            }
        }
    }

    async fn rotation(&self, options: RotationOptions, order: fn(RequestId) -> Order) -> Scene {
        let key = self.keepsakes.kek();
        let request = self.pens.seal_rotation(&self.custody, key, options).await.request;
        Scene { order: order(request), request, key, versions: self.custody.versions(key).await }
    }

    /// The half minute passes in which only the console that died could have gone on.
    async fn let_lease_lapse(&self, request: RequestId) {
        let lapse = "UPDATE custody.run SET lease_until = custody.clock() WHERE request = $1 AND finished_at IS NULL";
        sqlx::query(lapse).bind(request.0).execute(&self.superuser).await.unwrap();
    }

    /// Where a child comes by that does the job undisturbed, on both sides of each effect.
    async fn points(&self, job: Job) -> Vec<CrashPoint> {
        let notes = tempfile::NamedTempFile::new().unwrap();
        let mut child = ExecutorChild::spawn(Path::new(PROGRAM), &self.custody, None, Some(notes.path()));
        child.ready().await;
        let scene = self.set(job).await;
        child.order(&scene.order).await;
        assert_eq!(child.left().await, Left::Said(format!("{:?}", undisturbed(job))));
        self.finish(job, &scene, &self.custody.theo).await;
        let happened: Vec<Effect> = std::fs::read_to_string(notes.path()).unwrap().lines().map(effect).collect();
        for effect in job.effects() {
            assert!(happened.contains(effect), "{job:?} no longer comes by {effect:?}");
        }
        let places = happened.iter().enumerate().filter(|(_, effect)| job.effects().contains(effect));
        places
            .flat_map(|(place, &effect)| {
                let nth = happened.iter().take(place + 1).filter(|&&earlier| earlier == effect).count();
                [Moment::Before, Moment::After].map(|moment| CrashPoint { moment, effect, nth })
            })
            .collect()
    }

    /// Somebody finishes what the child has left, and everything must be as if nothing had happened.
    async fn finish(&self, job: Job, scene: &Scene, desk: &Desk) {
        self.let_lease_lapse(scene.request).await;
        let (console, author) = (&desk.console, desk.author());
        let run = match console.register.run_of(scene.request).await.unwrap() {
            Some(row) => row.id,
            None => console.start(author, scene.request).await.unwrap(),
        };
        if job == Job::TurnBack {
            let (progress, _) = watch::channel(None);
            let back = console.roll_back(author, run, "the readers are not ready", &Steering::new(), &progress).await;
            assert_eq!(back.unwrap(), Ended::RolledBack);
        } else {
            assert_eq!(execute(desk, run).await.unwrap(), Ended::Completed);
        }
        let row = console.register.run(run).await.unwrap().unwrap();
        if job == Job::Creation {
            assert_eq!((row.state, self.custody.versions(scene.key).await), (RunState::Completed, 1));
        } else {
            self.keepsakes.hold(&self.custody, row, scene.versions).await;
        }
    }

    /// Kills a child at every point of a job, and finishes what it left.
    async fn disturb(&self, job: Job) {
        let points = self.points(job).await;
        assert!(!points.is_empty());
        self.disturb_at(job, &points).await;
    }

    async fn disturb_at(&self, job: Job, points: &[CrashPoint]) {
        let spawn = |point: CrashPoint| ExecutorChild::spawn(Path::new(PROGRAM), &self.custody, Some(point), None);
        let witness = self.custody.fresh_witness();
        // The next one signs in while this one is being dealt with.
        let mut next = points.first().map(|point| spawn(*point));
        for (number, point) in points.iter().enumerate() {
            let mut child = next.take().unwrap();
            let scene = self.set(job).await;
            child.ready().await;
            next = points.get(number + 1).map(|point| spawn(*point));
            child.order(&scene.order).await;
            assert_eq!(child.left().await, Left::Killed, "{job:?} at {point}");
            let desk = if number % 2 == 0 { &self.custody.ines } else { &self.custody.theo };
            self.finish(job, &scene, desk).await;
            witness.catch_up(&desk.console.register).await.unwrap();
        }
        self.custody.ledger_verifies().await;
    }
}

fn effect(name: &str) -> Effect {
    Effect::ALL.iter().copied().find(|effect| effect.name() == name).unwrap()
}

fn undisturbed(job: Job) -> Ended {
    match job {
        Job::Rotation | Job::Creation | Job::TakeOver => Ended::Completed,
        Job::TurnBack => Ended::RolledBack,
        Job::Pause => Ended::Paused,
    }
}

/// Executes a rotation until its grace period begins.
async fn pause_in_grace(desk: &Desk, request: RequestId) -> RunId {
    let run = desk.console.start(desk.author(), request).await.unwrap();
    let (progress, mut watched) = watch::channel(None);
    let steering = Steering::new();
    let pause = async {
        let waits =
            |seen: &Option<custody::run::Progress>| seen.as_ref().is_some_and(|seen| seen.step == StepKind::Grace);
        watched.wait_for(waits).await.unwrap();
        steering.pause();
    };
    let (ended, ()) = tokio::join!(desk.console.execute(desk.author(), run, &steering, &progress), pause);
    assert_eq!(ended.unwrap(), Ended::Paused);
    run
}

/// Whatever a run does, some job is killed at it: a new effect that nobody lists here fails this test.
#[test]
fn every_side_effect_is_among_those_that_consoles_are_killed_at() {
    for effect in Effect::ALL {
        let here = Job::ALL.iter().any(|job| job.effects().contains(effect));
        let elsewhere = KILLED_AT.iter().any(|job| job.effects.contains(effect));
        assert!(here || elsewhere, "no job is killed at {effect:?}");
    }
}

/// a rotation survives kill -9 at every side effect: every DEK opens, one version was made, the run finishes, the ledger
/// verifies.
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_survives_a_kill_before_and_after_every_side_effect() {
    Theatre::open(DEKS).await.disturb(Job::Rotation).await;
}

/// so does the way back.
#[tokio::test(flavor = "multi_thread")]
async fn a_roll_back_survives_a_kill_before_and_after_every_side_effect() {
    Theatre::open(DEKS).await.disturb(Job::TurnBack).await;
}

/// so do the creation of a KEK, a pause, and the taking over of a run.
#[tokio::test(flavor = "multi_thread")]
async fn creation_pause_and_take_over_survive_a_kill_before_and_after_every_side_effect() {
    let theatre = Theatre::open(DEKS).await;
    for job in [Job::Creation, Job::Pause, Job::TakeOver] {
        theatre.disturb(job).await;
    }
}

/// a rotation of more DEKs than one batch holds, killed between its batches.
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_survives_a_kill_between_two_batches() {
    let point = |moment, nth| CrashPoint { moment, effect: Effect::RewrapBatch, nth };
    let points = [point(Moment::After, 1), point(Moment::Before, 2), point(Moment::After, 2)];
    Theatre::open(120).await.disturb_at(Job::Rotation, &points).await;
}
