//! What somebody tries who wants keys destroyed, or called destroyed, and lacks the second person, the run or the truth for it.

use domain::{KeyId, Operation, Role, Target};
use register::{Receipt, RegisterError};
use uuid::Uuid;

use super::destruction::{Estate, PARAMETERS, id_rows, tokens_of};
use crate::common::rotation::RunHandle;
use crate::common::{Custody, Draft, Person, VAULT_HOST};

impl Custody {
    /// An act on a key in the name of a run.
    async fn key_act(
        &self,
        who: &Person,
        run: RunHandle,
        verb: &'static str,
        key: Uuid,
    ) -> Result<Receipt, RegisterError> {
        let draft = Draft::new(verb, "key", key)
            .with("run", run.id)
            .with("fence", run.fence)
            .with("recovery_level", "Recoverable+Purgeable")
            .with("deleted_at", self.now())
            .with("scheduled_purge_at", "")
            .with("proof", "believe me");
        let act = self.by_session(who, draft);
        match verb {
            "key.deleted" => who.register.record_deleted(act.act()).await,
            "key.purged" => who.register.record_purged(act.act()).await,
            _ => who.register.record_recovered(act.act()).await,
        }
    }

    async fn kek_target(&self, kek: Uuid) -> Target {
        let (name, version): (String, String) =
            sqlx::query_as("SELECT vault_name, current_version FROM custody.key WHERE id = $1")
                .bind(kek)
                .fetch_one(&self.superuser)
                .await
                .unwrap();
        Target { key: KeyId(kek), name, version }
    }
}

/// the two who sign a destruction cover Security and DevOps: not the requester twice, not two of DevOps, not two of
/// Security, and nobody of Engineering.
#[tokio::test]
async fn a_destruction_is_signed_by_security_and_devops() {
    let custody = Custody::found().await;
    let estate = Estate::make(&custody, 1).await;
    let dek = estate.deks_of("alder")[0];
    let (anna, ben) = (&custody.anna, &custody.ben);
    let carl = custody.enrol("carl", &[Role::DevOps]).await;
    let dora = custody.enrol("dora", &[Role::Security]).await;
    let plan = custody.dek_plan(ben, dek, &PARAMETERS).await;
    custody.submit(ben, Role::DevOps, &plan).await.unwrap();
    custody.assert_refused(custody.approve(ben, Role::DevOps, &plan).await, ben, "own_request").await;
    custody.assert_refused(custody.approve(&carl, Role::DevOps, &plan).await, &carl, "role_missing").await;
    let alone = custody.start(ben, &plan).await.map(|_| panic!("started"));
    custody.assert_refused(alone, ben, "no_quorum").await;
    let plan = custody.dek_plan(anna, dek, &PARAMETERS).await;
    custody.submit(anna, Role::Security, &plan).await.unwrap();
    custody.assert_refused(custody.approve(&dora, Role::Security, &plan).await, &dora, "role_missing").await;
    custody.approve(&carl, Role::DevOps, &plan).await.unwrap();
    custody.start(ben, &plan).await.unwrap();
}

/// acts are bound to their run, its holder and its fence, to their payload, and happen once.
#[tokio::test]
async fn acts_of_destruction_cannot_be_borrowed_bent_or_replayed() {
    let custody = Custody::found().await;
    let estate = Estate::make(&custody, 1).await;
    let (alder, birch) = (estate.deks_of("alder"), estate.deks_of("birch"));
    let plan = custody.dek_plan(&custody.ben, alder[0], &PARAMETERS).await;
    let run = custody.begin(&plan).await;
    let (anna, ben) = (&custody.anna, &custody.ben);
    custody.intend(ben, run, "deactivate", 2).await.unwrap();
    let payload = id_rows(&alder);
    let draft = || Draft::new("keys.deactivated", "run", run.id).payload(&payload);
    let borrowed = custody.by_session(anna, draft().with("fence", run.fence));
    custody
        .assert_refused(anna.register.deactivate_keys(borrowed.act(), &payload.bytes).await, anna, "lease_lost")
        .await;
    let old = custody.by_session(ben, draft().with("fence", run.fence + 1));
    custody.assert_refused(ben.register.deactivate_keys(old.act(), &payload.bytes).await, ben, "lease_lost").await;
    let good = custody.by_session(ben, draft().with("fence", run.fence));
    let bent = ben.register.deactivate_keys(good.act(), &id_rows(&birch).bytes).await;
    custody.assert_refused(bent, ben, "payload_differs").await;
    ben.register.deactivate_keys(good.act(), &payload.bytes).await.unwrap();
    let again = ben.register.deactivate_keys(good.act(), &payload.bytes).await;
    custody.assert_refused(again, ben, "entry_known").await;
    let twice = custody.deactivate(run, &[alder[0], alder[0]]).await;
    custody.assert_refused(twice, ben, "payload_count").await;
    // Another kind of run has none of these acts.
    let rotation = custody.approved_rotation(estate.kek).await;
    let rotating = custody.start(ben, &rotation).await.unwrap();
    custody.step(ben, rotating, "compare", 1).await;
    custody.assert_refused(custody.reclaim(rotating).await, ben, "wrong_operation").await;
    custody.assert_refused(custody.deactivate(rotating, &[estate.kek]).await, ben, "wrong_operation").await;
    custody
        .assert_refused(custody.key_act(ben, rotating, "key.deleted", estate.kek).await, ben, "wrong_operation")
        .await;
}

/// a KEK with DEKs under it is not planned to go; one cannot be called deleted, purged or recovered outside of a run's step;
/// and a drill on a ledger that is not this one is none.
#[tokio::test]
async fn a_kek_is_not_talked_away() {
    let custody = Custody::found().await;
    let estate = Estate::make(&custody, 1).await;
    let (anna, ben) = (&custody.anna, &custody.ben);
    let parameters = [("purge", "at_once"), ("vault", VAULT_HOST)];
    let target = custody.kek_target(estate.kek).await;
    let plan = custody.plan(ben, Operation::DestroyKek, target, &parameters).await;
    custody.assert_refused(custody.submit(ben, Role::DevOps, &plan).await, ben, "wraps_left").await;

    let free = custody.adopt_kek(ben, "kek-free").await;
    let recover =
        custody.plan(ben, Operation::RecoverKek, custody.kek_target(free).await, &[("vault", VAULT_HOST)]).await;
    custody.assert_refused(custody.submit(ben, Role::DevOps, &recover).await, ben, "deletion_unknown").await;
    let plan = custody.plan(ben, Operation::DestroyKek, custody.kek_target(free).await, &parameters).await;
    let run = custody.begin(&plan).await;
    for verb in ["key.deleted", "key.purged"] {
        custody.assert_refused(custody.key_act(ben, run, verb, free).await, ben, "wrong_step").await;
    }
    custody.assert_refused(custody.key_act(ben, run, "key.recovered", free).await, ben, "wrong_operation").await;
    custody.intend(ben, run, "deactivate", 2).await.unwrap();
    custody.deactivate(run, &[free]).await.unwrap();
    custody.done(ben, run, "deactivate", 2).await.unwrap();
    custody.intend(ben, run, "delete_from_vault", 3).await.unwrap();
    custody.assert_refused(custody.key_act(ben, run, "key.deleted", estate.kek).await, ben, "not_covered").await;
    custody.assert_refused(custody.done(ben, run, "delete_from_vault", 3).await, ben, "something_left").await;
    custody.key_act(ben, run, "key.deleted", free).await.unwrap();
    custody.assert_refused(custody.key_act(ben, run, "key.deleted", free).await, ben, "deletion_known").await;
    custody.done(ben, run, "delete_from_vault", 3).await.unwrap();
    custody.intend(ben, run, "await_purge", 4).await.unwrap();
    custody.assert_refused(custody.done(ben, run, "await_purge", 4).await, ben, "something_left").await;

    for (who, seq, code) in [(anna, 1, "drill_unfit"), (ben, 10_000, "drill_unfit")] {
        let draft = Draft::new("drill.passed", "key", free)
            .with("restored_seq", seq)
            .with("restored_hash", hex::encode([3; 32]))
            .with("deks", 1)
            .with("opened", 1);
        custody.assert_refused(who.register.record_drill(custody.by_session(who, draft).act()).await, who, code).await;
    }
}

/// whoever holds the run may not skip what protects: wraps do not go before tokens, nor the word before the proof.
#[tokio::test]
async fn no_step_of_a_destruction_can_be_skipped() {
    let custody = Custody::found().await;
    let estate = Estate::make(&custody, 1).await;
    let deks = estate.deks_of("alder");
    let plan = custody.dek_plan(&custody.ben, deks[0], &PARAMETERS).await;
    let run = custody.begin(&plan).await;
    let ben = &custody.ben;
    // A later step may be announced. What it is for was not done, and so it is not.
    custody.intend(ben, run, "prove_absent", 6).await.unwrap();
    custody.assert_refused(custody.destroyed(run, &deks, "gone").await, ben, "something_left").await;
    custody.assert_refused(custody.done(ben, run, "prove_absent", 6).await, ben, "something_left").await;
    custody.assert_refused(custody.finish(ben, run, "completed").await, ben, "wrong_step").await;
    assert_eq!(tokens_of(&estate, &deks).len(), 1);
    let left: i64 = custody.value("SELECT count(*) FROM custody.wrap").await;
    assert_eq!(left, 2);
}
