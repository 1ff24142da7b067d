//! Secrets in the vault at the level of the register: rotation with an overlap, its way back, and the end of a secret.

use canonical::Encoder;
use domain::{KeyId, Operation, Plan, Role, Target};
use register::{Receipt, RegisterError};
use uuid::Uuid;

use crate::common::rotation::{NEW_VERSION, RunHandle};
use crate::common::{Custody, Draft, Payload, Person, VAULT_HOST, fresh_id};

pub const OLD_VERSION: &str = "11111111111111111111111111111111";
pub const NAME: &str = "crm-api";

const ROTATION: [(&str, &str); 4] =
    [("encoding", "base64url"), ("grace_seconds", "60"), ("value_bytes", "32"), ("vault", VAULT_HOST)];
const DESTRUCTION: [(&str, &str); 2] = [("purge", "at_once"), ("vault", VAULT_HOST)];

impl Custody {
    /// An API secret of the tenant Acme, with or without a version on record.
    pub async fn import_secret(&self, version: &str) -> Uuid {
        let id = fresh_id();
        let made = u64::try_from(self.now() - 40 * 86_400_000_000).unwrap();
        let texts = |row: Encoder, texts: &[&str]| texts.iter().fold(row, |row, text| row.text(text));
        let row = Encoder::new().bytes(id.as_bytes());
        let row = texts(row, &["development", "api_secret", NAME, "Acme", "crm", "", "confidential", "Calls the CRM"]);
        let row = texts(row, &["Integrations", "", "", "key_vault", "", NAME, version]);
        let payload = Payload::of([row.count(made).count(made).bytes(b"")]);
        let draft =
            Draft::new("inventory.imported", "import", fresh_id()).with("source", "inventory.csv").payload(&payload);
        let act = self.by_session(&self.ben, draft);
        self.ben.register.import_inventory(act.act(), &payload.bytes).await.unwrap();
        id
    }

    async fn secret_plan(&self, key: Uuid, operation: Operation, parameters: &[(&str, &str)]) -> Plan {
        let target = Target { key: KeyId(key), name: NAME.to_owned(), version: OLD_VERSION.to_owned() };
        self.plan(&self.ben, operation, target, parameters).await
    }

    /// Ben asks, Anna countersigns, Ben starts and compares.
    async fn begun(&self, plan: &Plan) -> RunHandle {
        self.submit(&self.ben, Role::DevOps, plan).await.unwrap();
        self.approve(&self.anna, Role::Security, plan).await.unwrap();
        let run = self.start(&self.ben, plan).await.unwrap();
        self.step(&self.ben, run, "compare", 1).await;
        run
    }

    async fn record_set(&self, who: &Person, run: RunHandle, version: &str) -> Result<Receipt, RegisterError> {
        let draft = Draft::new("secret.version_set", "key", run.key)
            .with("run", run.id)
            .with("fence", run.fence)
            .with("version", version)
            .with("created_at", self.now());
        who.register.record_secret_version(self.by_session(who, draft).act()).await
    }

    async fn rotation_to_new_version(&self, version: &str) -> RunHandle {
        let key = self.import_secret(version).await;
        let plan = self.secret_plan(key, Operation::RotateSecret, &ROTATION).await;
        let run = self.begun(&plan).await;
        self.intend(&self.ben, run, "create_version", 2).await.unwrap();
        self.record_set(&self.ben, run, NEW_VERSION).await.unwrap();
        self.done(&self.ben, run, "create_version", 2).await.unwrap();
        run
    }

    async fn versions(&self) -> Vec<(String, String)> {
        let query = sqlx::query_as("SELECT version, state FROM custody.key_version ORDER BY number");
        query.fetch_all(&self.superuser).await.unwrap()
    }

    /// A secret destroyed to its end, and the run that did it.
    pub async fn destroyed_secret(&self) -> RunHandle {
        let run = self.secret_to_absent().await;
        self.intend(&self.ben, run, "close", 6).await.unwrap();
        self.finish(&self.ben, run, "completed").await.unwrap();
        run
    }

    /// A secret proven destroyed in a run that is not called over yet.
    pub async fn secret_to_absent(&self) -> RunHandle {
        let key = self.import_secret(OLD_VERSION).await;
        let plan = self.secret_plan(key, Operation::DestroySecret, &DESTRUCTION).await;
        let (run, ben) = (self.begun(&plan).await, &self.ben);
        self.intend(ben, run, "deactivate", 2).await.unwrap();
        let payload = Payload::of([Encoder::new().bytes(key.as_bytes())]);
        let of_run = |verb| Draft::new(verb, "run", run.id).with("fence", run.fence);
        let act = self.by_session(ben, of_run("keys.deactivated").payload(&payload));
        ben.register.deactivate_keys(act.act(), &payload.bytes).await.unwrap();
        self.done(ben, run, "deactivate", 2).await.unwrap();
        let of_key = |verb| Draft::new(verb, "key", key).with("run", run.id).with("fence", run.fence);
        self.intend(ben, run, "delete_from_vault", 3).await.unwrap();
        let deleted = of_key("key.deleted")
            .with("recovery_level", "Recoverable+Purgeable")
            .with("deleted_at", self.now())
            .with("scheduled_purge_at", "");
        ben.register.record_deleted(self.by_session(ben, deleted).act()).await.unwrap();
        self.done(ben, run, "delete_from_vault", 3).await.unwrap();
        self.intend(ben, run, "await_purge", 4).await.unwrap();
        self.assert_refused(self.done(ben, run, "await_purge", 4).await, ben, "something_left").await;
        let purged = of_key("key.purged").with("proof", "not found, deleted or not");
        ben.register.record_purged(self.by_session(ben, purged).act()).await.unwrap();
        self.done(ben, run, "await_purge", 4).await.unwrap();
        self.intend(ben, run, "prove_absent", 5).await.unwrap();
        let payload = Payload::of([Encoder::new().bytes(key.as_bytes()).text("a read was answered with not found")]);
        let act = self.by_session(ben, of_run("keys.destroyed").payload(&payload));
        ben.register.record_destroyed(act.act(), &payload.bytes).await.unwrap();
        self.done(ben, run, "prove_absent", 5).await.unwrap();
        run
    }
}

fn pair(version: &str, state: &str) -> (String, String) {
    (version.to_owned(), state.to_owned())
}

/// the new version is the current one at once, the old one is disabled after the overlap and not before, and the secret is due
/// again a period later.
#[tokio::test]
async fn a_secret_is_rotated_with_an_overlap() {
    let mut custody = Custody::found().await;
    let run = custody.rotation_to_new_version(OLD_VERSION).await;
    let current = "SELECT current_version FROM custody.key";
    assert_eq!(custody.value::<String>(current).await, NEW_VERSION);
    custody.step(&custody.ben, run, "grace", 3).await;
    let early = custody.intend(&custody.ben, run, "disable_old", 4).await;
    custody.assert_refused(early, &custody.ben, "grace_running").await;
    custody.pass_seconds(61).await;
    let run = custody.claim(&custody.ben, run).await.unwrap();
    let ben = &custody.ben;
    custody.intend(ben, run, "disable_old", 4).await.unwrap();
    custody.assert_refused(custody.done(ben, run, "disable_old", 4).await, ben, "wrong_step").await;
    custody.record_state(ben, run, "key.version_disabled", OLD_VERSION).await.unwrap();
    custody.done(ben, run, "disable_old", 4).await.unwrap();
    custody.intend(ben, run, "close", 5).await.unwrap();
    custody.finish(ben, run, "completed").await.unwrap();
    assert_eq!(custody.versions().await, [pair(OLD_VERSION, "disabled"), pair(NEW_VERSION, "enabled")]);
    let days = "SELECT (extract(epoch FROM rotate_by - custody.clock()) / 86400)::int FROM custody.key";
    assert_eq!(custody.value::<i32>(days).await, 90, "R-20: API secrets every 90 days");
}

/// the way back while the old version lives.
#[tokio::test]
async fn a_rotation_of_a_secret_is_turned_back() {
    let custody = Custody::found().await;
    let run = custody.rotation_to_new_version(OLD_VERSION).await;
    let ben = &custody.ben;
    custody.turn_back(ben, run).await.unwrap();
    assert_eq!(custody.value::<String>("SELECT current_version FROM custody.key").await, OLD_VERSION);
    custody.intend(ben, run, "enable_old", 101).await.unwrap();
    custody.record_state(ben, run, "key.version_enabled", OLD_VERSION).await.unwrap();
    custody.done(ben, run, "enable_old", 101).await.unwrap();
    custody.intend(ben, run, "disable_new", 102).await.unwrap();
    custody.assert_refused(custody.done(ben, run, "disable_new", 102).await, ben, "wrong_step").await;
    custody.record_state(ben, run, "key.version_disabled", NEW_VERSION).await.unwrap();
    custody.done(ben, run, "disable_new", 102).await.unwrap();
    custody.intend(ben, run, "close", 103).await.unwrap();
    custody.finish(ben, run, "rolled_back").await.unwrap();
    assert_eq!(custody.versions().await, [pair(OLD_VERSION, "enabled"), pair(NEW_VERSION, "disabled")]);
}

/// A record that came without its version has one from the run on: that of the plan, which the vault named.
#[tokio::test]
async fn a_secret_without_a_version_on_record_gets_both() {
    let custody = Custody::found().await;
    let run = custody.rotation_to_new_version("").await;
    assert_eq!(custody.versions().await, [pair(OLD_VERSION, "enabled"), pair(NEW_VERSION, "enabled")]);
    let ben = &custody.ben;
    let twice = custody.record_set(ben, run, "22222222222222222222222222222222").await;
    custody.assert_refused(twice, ben, "wrong_step").await;
}

/// no plan that is weak, for something else or without signatures comes to anything.
#[tokio::test]
async fn what_is_no_rotation_of_a_secret_is_refused() {
    let custody = Custody::found().await;
    let ben = &custody.ben;
    let key = custody.import_secret(OLD_VERSION).await;
    for (name, bad) in [("value_bytes", "8"), ("encoding", "plain"), ("grace_seconds", "-1"), ("vault", "other")] {
        let mut parameters = ROTATION.to_vec();
        parameters.iter_mut().filter(|(one, _)| *one == name).for_each(|(_, value)| *value = bad);
        let plan = custody.secret_plan(key, Operation::RotateSecret, &parameters).await;
        custody.assert_refused(custody.submit(ben, Role::DevOps, &plan).await, ben, "plan_unfit").await;
    }
    let kek = custody.adopt_kek(ben, "kek-tenants").await;
    for operation in [Operation::RotateSecret, Operation::DestroySecret] {
        let plan = custody.secret_plan(kek, operation, &ROTATION).await;
        custody.assert_refused(custody.submit(ben, Role::DevOps, &plan).await, ben, "key_unknown").await;
    }
    let plan = custody.secret_plan(key, Operation::RotateSecret, &ROTATION).await;
    custody.submit(ben, Role::DevOps, &plan).await.unwrap();
    custody.assert_refused(custody.start(ben, &plan).await.map(|_| unreachable!()), ben, "no_quorum").await;
    custody.approve(&custody.anna, Role::Security, &plan).await.unwrap();
    let run = custody.start(ben, &plan).await.unwrap();
    custody.assert_refused(custody.record_set(ben, run, NEW_VERSION).await, ben, "wrong_step").await;
    custody.step(ben, run, "compare", 1).await;
    custody.intend(ben, run, "create_version", 2).await.unwrap();
    custody.assert_refused(custody.done(ben, run, "create_version", 2).await, ben, "wrong_step").await;
    custody.assert_refused(custody.record_set(ben, run, OLD_VERSION).await, ben, "version_known").await;
}

/// a secret ends as a KEK does, stage by stage, and a second person is asked to look at it.
#[tokio::test]
async fn a_secret_is_destroyed_stage_by_stage() {
    let custody = Custody::found().await;
    custody.destroyed_secret().await;
    assert_eq!(custody.value::<String>("SELECT state FROM custody.key").await, "destroyed");
    assert_eq!(custody.value::<String>("SELECT kind FROM custody.review_item").await, "destroy_secret");
}

/// a hold that is set after the signatures stops the run at its next step.
#[tokio::test]
async fn a_hold_stops_the_destruction_of_a_secret() {
    let custody = Custody::found().await;
    let key = custody.import_secret(OLD_VERSION).await;
    let plan = custody.secret_plan(key, Operation::DestroySecret, &DESTRUCTION).await;
    let run = custody.begun(&plan).await;
    let hold = Draft::new("hold.set", "hold", fresh_id())
        .with("kind", "legal_hold")
        .with("scope", "key")
        .with("target", key)
        .with("reference", "Case 14/2026")
        .because("A court asks for it");
    custody.anna.register.set_hold(custody.by_session(&custody.anna, hold).act()).await.unwrap();
    let ben = &custody.ben;
    custody.assert_refused(custody.intend(ben, run, "deactivate", 2).await, ben, "held").await;
}
