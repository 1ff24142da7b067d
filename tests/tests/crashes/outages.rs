//! Servers that die, replies that are lost, consoles that both believe a run to be theirs.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use std::time::Duration;

use countersign_tests::{Keepsakes, OtherVault, Pens, TestCustody, at_once, execute, passphrase};
use custody::run::{Ended, RunError, Steering};
use domain::{RequestId, RunId, StepKind};
use local_vault::{FaultAction, FaultRule, FaultWhen, Operation};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::sync::watch;
use vault::Budget;
use workplace::Desk;

/// A custody whose vault the test holds in its hands.
struct Scene {
    custody: TestCustody,
    vault: OtherVault,
    pens: Pens,
    keepsakes: Keepsakes,
}

impl Scene {
    async fn open(deks: usize) -> Self {
        let mut custody = TestCustody::found().await;
        let vault = OtherVault::start(|settings| settings.limits = None).await;
        vault.stand_in(&mut custody, Budget::unlimited());
        let kek = custody.make_kek("kek-payments").await;
        let made = custody.make_deks(kek, deks).await;
        let keepsakes = Keepsakes::seal(&custody, kek, &made).await;
        let pens = Pens::take_up(&custody).await;
        Self { custody, vault, pens, keepsakes }
    }

    async fn sealed(&self) -> RequestId {
        self.pens.seal_rotation(&self.custody, self.keepsakes.kek(), at_once()).await.request
    }

    async fn start(&self) -> RunId {
        let ines = &self.custody.ines;
        ines.console.start(ines.author(), self.sealed().await).await.unwrap()
    }

    async fn versions(&self) -> usize {
        self.custody.versions(self.keepsakes.kek()).await
    }

    fn fault(&self, operation: Operation, nth: u64, action: FaultAction) -> u64 {
        let rule = FaultRule { operation: Some(operation), when: FaultWhen::Nth(nth), action };
        self.vault.running.faults().set(rule)
    }

    async fn holds(&self, run: RunId, versions: usize) {
        let row = self.custody.ines.console.register.run(run).await.unwrap().unwrap();
        self.keepsakes.hold(&self.custody, row, versions).await;
        self.custody.ledger_verifies().await;
    }

    async fn fence(&self, run: RunId) -> u64 {
        self.custody.ines.console.register.run(run).await.unwrap().unwrap().fence
    }
}

/// the register's server is killed while DEKs are re-wrapped, and again before the old version is disabled. The run goes on
/// when it answers again.
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_survives_a_killed_postgresql() {
    let scene = Scene::open(150).await;
    let (versions, run) = (scene.versions().await, scene.start().await);
    let ines = &scene.custody.ines;
    let (progress, mut watched) = watch::channel(None);
    let steering = Steering::new();
    let assassin = async {
        let mut killed = 0;
        for step in [StepKind::Rewrap, StepKind::DisableOld] {
            let at = |seen: &Option<custody::run::Progress>| seen.as_ref().is_some_and(|seen| seen.step == step);
            if watched.wait_for(at).await.is_ok() {
                let server = ines.premises.local_custody().unwrap().server_pid().unwrap();
                kill(Pid::from_raw(server.try_into().unwrap()), Signal::SIGKILL).unwrap();
                killed += 1;
            }
        }
        killed
    };
    let (ended, killed) = tokio::join!(ines.console.execute(ines.author(), run, &steering, &progress), assassin);
    assert_eq!((ended.unwrap(), killed), (Ended::Completed, 2));
    scene.holds(run, versions).await;
}

/// the vault did what it was asked and its reply was lost, or it did not and the connection broke: one version all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_reply_of_the_vault_makes_no_second_version() {
    let scene = Scene::open(3).await;
    let refused = FaultAction::Status { status: 500, retry_after_s: None };
    let throttled = FaultAction::Status { status: 429, retry_after_s: Some(1) };
    let cases = [
        (Operation::KeyCreate, FaultAction::DropAfter),
        (Operation::KeyCreate, FaultAction::DropBefore),
        (Operation::KeyCreate, refused),
        (Operation::KeyUpdate, FaultAction::DropAfter),
        (Operation::KeyUpdate, FaultAction::DropBefore),
        (Operation::KeyUnwrap, FaultAction::DropAfter),
        (Operation::KeyUnwrap, throttled),
        (Operation::KeyListVersions, FaultAction::DropAfter),
    ];
    for (operation, action) in cases {
        let (versions, run) = (scene.versions().await, scene.start().await);
        let fault = scene.fault(operation, 1, action);
        let ended = finish(&scene.custody.ines, run).await;
        assert_eq!(ended, Ended::Completed, "{operation} {action:?}");
        assert_eq!(scene.vault.running.faults().met(fault), Some(1), "{operation} {action:?}");
        scene.vault.running.faults().clear();
        scene.holds(run, versions).await;
    }
}

/// two consoles resume one run at the same moment: one of them gets it.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_consoles_that_resume_at_once_one_works() {
    let scene = Scene::open(20).await;
    let TestCustody { ines, theo, .. } = &scene.custody;
    for _again in 0..5 {
        let (versions, run) = (scene.versions().await, scene.start().await);
        ines.console.pause_elsewhere(ines.author(), run).await.unwrap();
        let before = scene.fence(run).await;
        let (one, other) = tokio::join!(execute(ines, run), execute(theo, run));
        let worked = [&one, &other].into_iter().filter(|ended| matches!(ended, Ok(Ended::Completed))).count();
        assert!(worked >= 1, "{one:?} {other:?}");
        assert_eq!(scene.fence(run).await, before + 1, "the run changed hands once: {one:?} {other:?}");
        scene.holds(run, versions).await;
    }
}

/// a console that is slow, not dead, has its version made in the vault when another of the same person takes the run over.
/// The other waits until that can no longer happen and finds the version; the slow one can write nothing any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_console_that_lost_its_lease_writes_nothing_and_its_version_is_found() {
    let scene = Scene::open(3).await;
    let ines = &scene.custody.ines;
    let mut elsewhere = ines.premises.sign_in(ines.person.operator, passphrase()).await.unwrap();
    elsewhere.console.vault = scene.vault.client(&ines.console.vault_host, Budget::unlimited());
    let (versions, run) = (scene.versions().await, scene.start().await);
    let fault = scene.fault(Operation::KeyCreate, 1, FaultAction::Delay(Duration::from_secs(4)));
    let second = async {
        while scene.vault.running.faults().met(fault) != Some(1) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        execute(&elsewhere, run).await
    };
    let (slow, quick) = tokio::join!(execute(ines, run), second);
    assert!(matches!(slow, Err(RunError::LeaseLost)), "{slow:?}");
    assert_eq!(quick.unwrap(), Ended::Completed);
    scene.holds(run, versions).await;
}

/// Executes until it ends, as a person does who sees that a run has stopped.
async fn finish(desk: &Desk, run: RunId) -> Ended {
    let mut tries = 0;
    loop {
        tries += 1;
        match execute(desk, run).await {
            Ok(ended) => return ended,
            Err(error) => assert!(error.is_outage() && tries < 4, "{error}"),
        }
    }
}
