//! Figures of a KEK rotation: against the vault's limits, against a script, against the vault's own speed.

use std::time::{Duration, Instant};

use countersign_tests::{OtherVault, Pens, TestCustody, at_once};
use custody::request::BATCH_SIZE;
use domain::{KeyId, StepKind};
use futures::{TryStreamExt as _, stream};
use local_vault::{AuditCursor, Limits};
use register::WrapRow;
use vault::{Budget, CallCost, ObjectName, RsaBits, ServiceLimits, Vault, VersionId, WrapAlgorithm};

use crate::figure::{Figure, Goal, real};
use crate::resumption;
use crate::sizes::Sizes;
use crate::timed::Timed;

/// What a call to Azure takes from an office in the same region.
const LATENCY: Duration = Duration::from_millis(95);

/// As many calls as a console has in flight.
const IN_FLIGHT: usize = 64;

/// Key Vault counts over ten seconds.
const WINDOW_S: f64 = 10.0;

/// The KEK that is rotated again and again, in a vault that is started anew for each figure.
struct Bench {
    custody: TestCustody,
    pens: Pens,
    kek: KeyId,
    deks: u32,
}

/// Measures all of them.
pub async fn measure(sizes: &Sizes) {
    let deks = sizes.of("deks", 6_000);
    let mut custody = TestCustody::found_on_disk().await;
    let pens = Pens::take_up(&custody).await;
    eprintln!("resumption after kill -9");
    resumption::measure(&custody, &pens, sizes.of("resumed_deks", 1_000)).await;
    eprintln!("{deks} DEKs are made");
    let vault = OtherVault::start(|settings| settings.limits = None).await;
    vault.stand_in(&mut custody, Budget::unlimited());
    let kek = custody.make_kek("kek-bench").await;
    custody.make_deks(kek, usize::try_from(deks).unwrap()).await;
    let mut bench = Bench { custody, pens, kek, deks };
    bench.unlimited(&vault).await;
    let vault = vault.restart(|settings| settings.limits = Some(Limits::azure())).await;
    bench.throttled(&vault).await;
    let vault = vault.restart(|settings| (settings.limits, settings.latency) = (Some(Limits::azure()), LATENCY)).await;
    bench.far_away(&vault, sizes.of("script_deks", 30)).await;
}

impl Bench {
    async fn rotate(&self) -> Timed {
        let request = self.pens.seal_rotation(&self.custody, self.kek, at_once()).await.request;
        let ines = &self.custody.ines;
        let run = ines.console.start(ines.author(), request).await.unwrap();
        Timed::execute(ines, run).await
    }

    /// Operations, and the speed of a vault that is only held back by its RSA.
    async fn unlimited(&mut self, vault: &OtherVault) {
        eprintln!("without limits");
        let ceiling = self.ceiling().await;
        let request = self.pens.seal_rotation(&self.custody, self.kek, at_once()).await.request;
        let ines = &self.custody.ines;
        let run = ines.console.start(ines.author(), request).await.unwrap();
        let (_, before) = vault.running.audit().read_since(AuditCursor::default(), usize::MAX).unwrap();
        let timed = Timed::execute(ines, run).await;
        let (operations, _) = vault.running.audit().read_since(before, usize::MAX).unwrap();
        let batches = self.deks.div_ceil(BATCH_SIZE);
        Figure::measured(
            "vault operations of a rotation",
            real(operations.len()),
            "operations",
            Goal::AtMost(real(self.deks + batches + 10)),
        )
        .with(format!("{} DEKs in batches of {BATCH_SIZE}", self.deks))
        .print();
        let speed = real(self.deks) / timed.whole().as_secs_f64();
        Figure::measured("speed against the vault's own unwrapping, no limits", 100.0 * speed / ceiling, "%", Goal::AtLeast(80.0))
            .with(format!("{speed:.0} DEKs/s from the first step to the last, the vault unwraps {ceiling:.0}/s when nothing else is done"))
            .print();
    }

    /// What the vault does when it is asked for nothing but to unwrap, with as many calls in flight.
    async fn ceiling(&self) -> f64 {
        let (name, version) = self.in_use().await;
        let (vault, wraps) = (&self.custody.ines.console.vault, self.wraps(&version, self.deks).await);
        let began = Instant::now();
        stream::iter(wraps.iter().map(Ok))
            .try_for_each_concurrent(IN_FLIGHT, |wrap| async {
                vault.unwrap(&name, &version, WrapAlgorithm::RsaOaep256, &wrap.wrapped).await.map(drop)
            })
            .await
            .unwrap();
        real(wraps.len()) / began.elapsed().as_secs_f64()
    }

    /// A vault with Azure's limits, of which the console may use its usual share.
    async fn throttled(&mut self, vault: &OtherVault) {
        eprintln!("against a throttled vault");
        let budget = Budget::default();
        vault.stand_in(&mut self.custody, budget);
        let timed = self.rotate().await;
        let cost = CallCost::Key(RsaBits::B2048);
        let allowed = real(budget.calls_max(cost).unwrap()) / WINDOW_S;
        let calls = real(self.deks + self.deks.div_ceil(BATCH_SIZE));
        let used = calls / timed.of(StepKind::Rewrap).as_secs_f64();
        Figure::measured(
            "use of the configured budget of a throttled vault",
            100.0 * used / allowed,
            "%",
            Goal::AtLeast(95.0),
        )
        .with(format!("{used:.1} of {allowed:.1} operations/s while DEKs were re-wrapped"))
        .print();
        let throttled = real(self.custody.ines.console.vault.pacing(cost).throttled);
        Figure::measured("refusals by a throttled vault", 100.0 * throttled / calls, "%", Goal::AtMost(0.1)).print();
    }

    /// The same vault at Azure's distance, against a script that has it unwrap and wrap one DEK after another.
    async fn far_away(&mut self, vault: &OtherVault, script_deks: u32) {
        eprintln!("against a sequential script");
        vault.stand_in(&mut self.custody, Budget::new(ServiceLimits::software(), 100).unwrap());
        let timed = self.rotate().await;
        let speed = real(self.deks) / timed.whole().as_secs_f64();
        let script = self.script(&self.custody.ines.console.vault, script_deks).await;
        Figure::measured(
            "speed against a sequential script, 95 ms a call",
            speed / script,
            "times",
            Goal::AtLeast(70.0),
        )
        .with(format!(
            "{speed:.1} DEKs/s at 100 % of Azure's limits, the script moves {script:.2} DEKs/s ({script_deks} moved)"
        ))
        .print();
    }

    async fn script(&self, vault: &Vault, deks: u32) -> f64 {
        let (name, version) = self.in_use().await;
        let wraps = self.wraps(&version, deks.min(self.deks)).await;
        let began = Instant::now();
        for wrap in &wraps {
            let opened = vault.unwrap(&name, &version, WrapAlgorithm::RsaOaep256, &wrap.wrapped).await.unwrap();
            vault.wrap(&name, &version, WrapAlgorithm::RsaOaep256, &opened).await.unwrap();
        }
        real(wraps.len()) / began.elapsed().as_secs_f64()
    }

    async fn in_use(&self) -> (ObjectName, VersionId) {
        let kek = self.custody.ines.console.register.kek(self.kek).await.unwrap().unwrap();
        (ObjectName::parse(&kek.vault_name).unwrap(), VersionId::parse(&kek.current_version.unwrap()).unwrap())
    }

    async fn wraps(&self, version: &VersionId, count: u32) -> Vec<WrapRow> {
        self.custody.ines.console.register.wraps_under(self.kek, version.as_str(), None, count).await.unwrap()
    }
}
