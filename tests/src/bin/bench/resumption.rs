//! How soon a run goes on whose console was killed.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use countersign_tests::{CrashPoint, ExecutorChild, Keepsakes, Left, Moment, Order, Pens, TestCustody, at_once};
use custody::estate::deks::{DekOrder, DekTarget};
use custody::estate::{Estate, unwatched};
use custody::run::{Effect, Ended, Steering};
use domain::{Classification, StepKind};
use tokio::sync::watch;

use crate::figure::{Figure, Goal};

/// The subject under which this program plays the console that is killed.
pub const CHILD: &str = "executor";

/// Kills a console after its first batch, and takes the time until another one has written the next.
pub async fn measure(custody: &TestCustody, pens: &Pens, deks: u32) {
    let kek = custody.make_kek("kek-resumed").await;
    let target =
        |number| DekTarget::Tenant { tenant: format!("Tenant {number:04}"), integration: "resumed".to_owned() };
    let order = DekOrder {
        kek,
        targets: (1..=deks).map(target).collect(),
        owner: "Payments".to_owned(),
        purpose: "Measures".to_owned(),
        classification: Classification::Confidential,
    };
    let ines = &custody.ines;
    let made = Estate::new(&ines.console, ines.author()).create_deks(&order, &unwatched).await.unwrap();
    let made: Vec<_> = made.keys.into_iter().map(|made| made.key).collect();
    let keepsakes = Keepsakes::seal(custody, kek, &made).await;
    let request = pens.seal_rotation(custody, kek, at_once()).await.request;
    let versions = custody.versions(kek).await;
    let crash = CrashPoint { moment: Moment::After, effect: Effect::RewrapBatch, nth: 1 };
    let program: PathBuf = std::env::current_exe().unwrap();
    let mut child = ExecutorChild::spawn_as(&program, &[CHILD], custody, Some(crash), None);
    child.ready().await;
    child.order(&Order::Start(request)).await;
    assert_eq!(child.left().await, Left::Killed);

    let row = ines.console.register.run_of(request).await.unwrap().unwrap();
    let done_before = ines.console.register.count_wraps(kek, row.new_version.as_deref().unwrap()).await.unwrap();
    let (progress, mut watched) = watch::channel::<Option<custody::run::Progress>>(None);
    let began = Instant::now();
    let goes_on = async {
        // Whoever watches sees the last word only: the run may be past that batch already.
        let further = |seen: &Option<custody::run::Progress>| {
            seen.as_ref().is_some_and(|seen| match seen.step {
                StepKind::Compare | StepKind::CreateVersion => false,
                StepKind::Rewrap => seen.done > done_before,
                _ => true,
            })
        };
        watched.wait_for(further).await.unwrap();
        began.elapsed()
    };
    let steering = Steering::new();
    let (ended, resumed) = tokio::join!(ines.console.execute(ines.author(), row.id, &steering, &progress), goes_on);
    assert_eq!(ended.unwrap(), Ended::Completed);
    let row = ines.console.register.run(row.id).await.unwrap().unwrap();
    keepsakes.hold(custody, row, versions).await;
    custody.ledger_verifies().await;
    let resumed: Duration = resumed;
    Figure::measured(
        "resumption after kill -9, until the next batch is written",
        resumed.as_secs_f64(),
        "s",
        Goal::AtMost(2.0),
    )
    .with(format!(
        "{deks} DEKs, {done_before} of them re-wrapped when the console was killed; all of them open, none twice"
    ))
    .print();
}
