//! Figures of an offboarding: how fast a tenant's DEKs and tokens go, against what the database alone needs for the same changes.

use std::time::{Duration, Instant};

use countersign_tests::{OtherVault, Pens, TestCustody, TokenBag};
use custody::request::{OffboardingOrder, Purge, ReclaimHours, Wanted};
use domain::StepKind;
use sqlx::PgPool;
use vault::Budget;

use crate::figure::{Figure, Goal, real};
use crate::sizes::Sizes;
use crate::timed::Timed;

/// Steps in which the register changes, in their order.
const STEPS: [StepKind; 5] =
    [StepKind::Deactivate, StepKind::DeleteTokens, StepKind::EraseWraps, StepKind::Reclaim, StepKind::ProveAbsent];

/// What the database does for each batch, without entries, signatures and checks: the same rows changed in the same batches, as its
/// superuser, triggers and constraints in force.
const LIMIT: [(&str, &str); 4] = [
    (
        "SELECT count(*) FROM custody.key AS k JOIN custody.tenant AS t ON t.id = k.tenant WHERE t.name = 'limit' AND k.state = 'active'",
        "UPDATE custody.key AS k SET state = 'deactivated', state_seq = k.state_seq + 1, revision = k.revision + 1
         WHERE k.id IN (SELECT k.id FROM custody.key AS k JOIN custody.tenant AS t ON t.id = k.tenant
                        WHERE t.name = 'limit' AND k.state = 'active' LIMIT 1000)",
    ),
    (
        "SELECT count(*) FROM custody.token AS o JOIN custody.key AS k ON k.id = o.dek JOIN custody.tenant AS t ON t.id = k.tenant
         WHERE t.name = 'limit'",
        "CREATE TEMP TABLE batch ON COMMIT DROP AS SELECT o.id FROM custody.token AS o JOIN custody.key AS k ON k.id = o.dek
             JOIN custody.tenant AS t ON t.id = k.tenant WHERE t.name = 'limit' LIMIT 5000;
         UPDATE custody.token AS o SET envelope = decode(repeat('00', length(o.envelope)), 'hex') WHERE o.id IN (SELECT id FROM batch);
         DELETE FROM custody.token AS o WHERE o.id IN (SELECT id FROM batch)",
    ),
    (
        "SELECT count(*) FROM custody.wrap AS w JOIN custody.key AS k ON k.id = w.dek JOIN custody.tenant AS t ON t.id = k.tenant
         WHERE t.name = 'limit'",
        "CREATE TEMP TABLE batch ON COMMIT DROP AS SELECT w.dek FROM custody.wrap AS w JOIN custody.key AS k ON k.id = w.dek
             JOIN custody.tenant AS t ON t.id = k.tenant WHERE t.name = 'limit' LIMIT 1000;
         UPDATE custody.wrap AS w SET wrapped = decode(repeat('00', length(w.wrapped)), 'hex') WHERE w.dek IN (SELECT dek FROM batch);
         DELETE FROM custody.wrap AS w WHERE w.dek IN (SELECT dek FROM batch)",
    ),
    (
        "SELECT count(*) FROM custody.key AS k JOIN custody.tenant AS t ON t.id = k.tenant WHERE t.name = 'limit' AND k.state = 'deactivated'",
        "UPDATE custody.key AS k SET state = 'destroyed', state_seq = k.state_seq + 1, revision = k.revision + 1
         WHERE k.id IN (SELECT k.id FROM custody.key AS k JOIN custody.tenant AS t ON t.id = k.tenant
                        WHERE t.name = 'limit' AND k.state = 'deactivated' LIMIT 1000)",
    ),
];

/// The tables written anew, and everything written out.
const REWRITE: &str = "CLUSTER custody.token USING token_pkey; CLUSTER custody.wrap USING wrap_pkey;
    CLUSTER custody.former_wrap USING former_wrap_pkey";

/// Measures them.
pub async fn measure(sizes: &Sizes) {
    let deks = sizes.of("deks", 10_000);
    let mut custody = TestCustody::found_on_disk().await;
    let superuser = PgPool::connect_with(custody.premises.local_custody().unwrap().superuser()).await.unwrap();
    let pens = Pens::take_up(&custody).await;
    let vault = OtherVault::start(|settings| settings.limits = None).await;
    vault.stand_in(&mut custody, Budget::unlimited());
    eprintln!("{deks} DEKs with a token each are made for a tenant, and as many for the database alone");
    let kek = custody.make_kek("kek-bench").await;
    let count = usize::try_from(deks).unwrap();
    let made = custody.deks_of(kek, "leaving", count).await;
    TokenBag::default().seal(&custody.ines, &made, 1).await;
    let beside = custody.deks_of(kek, "limit", count).await;
    TokenBag::default().seal(&custody.ines, &beside, 1).await;
    sqlx::raw_sql("VACUUM ANALYZE custody.key, custody.wrap, custody.token").execute(&superuser).await.unwrap();

    eprintln!("the tenant leaves");
    let tenant = custody.ines.console.register.tenant_named("leaving").await.unwrap().unwrap();
    let order = OffboardingOrder {
        tenant,
        typed_name: "leaving".to_owned(),
        purge: Purge::AtOnce,
        reclaim_hours: ReclaimHours::Any,
    };
    let request = pens.seal(&custody, &Wanted::OffboardTenant(order)).await.request;
    let ines = &custody.ines;
    let run = ines.console.start(ines.author(), request).await.unwrap();
    let timed = Timed::execute(ines, run).await;
    let changing: Duration = STEPS.iter().map(|step| timed.of(*step)).sum();

    eprintln!("the database does the same alone");
    let alone = limit(&superuser).await;
    let (rate, own) = (real(deks) / changing.as_secs_f64(), real(deks) / alone.as_secs_f64());
    let said = STEPS.iter().map(|step| format!("{step} {:.2} s", timed.of(*step).as_secs_f64())).collect::<Vec<_>>();
    Figure::measured("DEKs destroyed a second", rate, "DEKs/s", Goal::None)
        .with(format!(
            "{deks} DEKs with a token each; {}; the whole run {:.2} s",
            said.join(", "),
            timed.whole().as_secs_f64()
        ))
        .print();
    Figure::measured("the database's own limit", own, "DEKs/s", Goal::None)
        .with("the same rows in the same batches and the same rewrite, without entries, signatures, checks and proofs")
        .print();
    Figure::measured("speed against the database's own limit", 100.0 * rate / own, "%", Goal::None).print();
}

async fn limit(superuser: &PgPool) -> Duration {
    let began = Instant::now();
    for (number, (left, batch)) in LIMIT.into_iter().enumerate() {
        if number == 3 {
            sqlx::raw_sql(REWRITE).execute(superuser).await.unwrap();
            sqlx::raw_sql("CHECKPOINT").execute(superuser).await.unwrap();
        }
        while sqlx::query_scalar::<_, i64>(left).fetch_one(superuser).await.unwrap() > 0 {
            let mut transaction = superuser.begin().await.unwrap();
            sqlx::raw_sql(batch).execute(&mut *transaction).await.unwrap();
            transaction.commit().await.unwrap();
        }
    }
    began.elapsed()
}
