//! Destruction at the level of the register: what is erased leaves the files, nothing that must be kept can be raced, and a key is
//! called destroyed only when nothing of it is left.

use std::path::Path;

use canonical::Encoder;
use domain::{KeyId, Operation, Plan, Role, RunId, Target};
use local_custody::testing::TestCluster;
use register::{Receipt, Register, RegisterError};
use sqlx::{Connection as _, PgConnection};
use uuid::Uuid;

use crate::common::estate::{DekRow, FIRST_VERSION};
use crate::common::rotation::RunHandle;
use crate::common::{Custody, Draft, Payload, Person, Signed, VAULT_HOST, fresh_id, random_vec};

pub fn id_rows(ids: &[Uuid]) -> Payload {
    Payload::of(ids.iter().map(|id| Encoder::new().bytes(id.as_bytes())))
}

fn token(id: Uuid, dek: Uuid, envelope: &[u8]) -> Encoder {
    Encoder::new().bytes(id.as_bytes()).bytes(dek.as_bytes()).count(1).text("token").bytes(envelope).bytes(b"")
}

/// Two tenants with DEKs under one KEK, and tokens under those.
pub struct Estate {
    pub kek: Uuid,
    rows: Vec<DekRow>,
    tokens: Vec<(Uuid, Uuid, Vec<u8>)>,
}

impl Estate {
    pub async fn make(custody: &Custody, integrations: usize) -> Self {
        let kek = custody.adopt_kek(&custody.ben, "kek-tenants").await;
        let names = ["alder", "birch"].into_iter();
        let rows: Vec<DekRow> = names
            .flat_map(|tenant| (0..integrations).map(move |number| DekRow::of(tenant, &format!("app-{number:03}"))))
            .collect();
        custody.create_deks(&custody.ben, kek, FIRST_VERSION, &rows).await.unwrap();
        let tokens: Vec<_> = rows.iter().map(|row| (fresh_id(), row.id, random_vec(300))).collect();
        let payload = Payload::of(tokens.iter().map(|(id, dek, envelope)| token(*id, *dek, envelope)));
        let draft = Draft::new("token.sealed", "batch", fresh_id()).payload(&payload);
        let act = custody.by_session(&custody.ben, draft);
        custody.ben.register.seal_tokens(act.act(), &payload.bytes).await.unwrap();
        Self { kek, rows, tokens }
    }

    pub fn deks_of(&self, tenant: &str) -> Vec<Uuid> {
        self.rows.iter().filter(|row| row.tenant == tenant).map(|row| row.id).collect()
    }

    /// Every ciphertext of a tenant: wraps and tokens.
    fn bytes_of(&self, tenant: &str) -> Vec<Vec<u8>> {
        let deks = self.deks_of(tenant);
        let wraps = self.rows.iter().filter(|row| deks.contains(&row.id)).map(|row| row.wrapped.clone());
        let tokens = self.tokens.iter().filter(|(_, dek, _)| deks.contains(dek)).map(|(_, _, bytes)| bytes.clone());
        wraps.chain(tokens).collect()
    }
}

pub const PARAMETERS: [(&str, &str); 3] = [("erasure", "shared_kek"), ("reclaim_hours", "any"), ("vault", VAULT_HOST)];

impl Custody {
    pub async fn dek_plan(&self, who: &Person, dek: Uuid, parameters: &[(&str, &str)]) -> Plan {
        let name: String = sqlx::query_scalar("SELECT name FROM custody.key WHERE id = $1")
            .bind(dek)
            .fetch_one(&self.superuser)
            .await
            .unwrap();
        let target = Target { key: KeyId(dek), name, version: String::new() };
        self.plan(who, Operation::DestroyDek, target, parameters).await
    }

    async fn tenant(&self, name: &str) -> Uuid {
        let query = sqlx::query_scalar("SELECT id FROM custody.tenant WHERE name = $1");
        query.bind(name).fetch_one(&self.superuser).await.unwrap()
    }

    async fn tenant_plan(&self, who: &Person, name: &str, hours: &str) -> Plan {
        let target = Target { key: KeyId(self.tenant(name).await), name: name.to_owned(), version: String::new() };
        let parameters = [
            ("erasure", "shared_kek"),
            ("purge", "at_once"),
            ("reclaim_hours", hours),
            ("typed_name", name),
            ("vault", VAULT_HOST),
        ];
        self.plan(who, Operation::OffboardTenant, target, &parameters).await
    }

    /// Ben asks, Anna countersigns, Ben starts.
    pub async fn begin(&self, plan: &Plan) -> RunHandle {
        self.submit(&self.ben, Role::DevOps, plan).await.unwrap();
        self.approve(&self.anna, Role::Security, plan).await.unwrap();
        let run = self.start(&self.ben, plan).await.unwrap();
        self.step(&self.ben, run, "compare", 1).await;
        run
    }

    pub fn act_of(&self, run: RunHandle, verb: &'static str, payload: &Payload) -> Signed {
        self.by_session(&self.ben, Draft::new(verb, "run", run.id).with("fence", run.fence).payload(payload))
    }

    pub async fn deactivate(&self, run: RunHandle, keys: &[Uuid]) -> Result<Receipt, RegisterError> {
        let payload = id_rows(keys);
        let act = self.act_of(run, "keys.deactivated", &payload);
        self.ben.register.deactivate_keys(act.act(), &payload.bytes).await
    }

    async fn delete_tokens(&self, run: RunHandle, tokens: &[Uuid]) -> Result<Receipt, RegisterError> {
        let payload = id_rows(tokens);
        let act = self.act_of(run, "tokens.deleted", &payload);
        self.ben.register.delete_tokens(act.act(), &payload.bytes).await
    }

    async fn erase(&self, run: RunHandle, deks: &[Uuid]) -> Result<Receipt, RegisterError> {
        let payload = Payload::of(deks.iter().map(|dek| Encoder::new().bytes(dek.as_bytes()).count(1)));
        let act = self.act_of(run, "dek.erased", &payload);
        self.ben.register.erase_wraps(act.act(), &payload.bytes).await
    }

    pub async fn reclaim(&self, run: RunHandle) -> Result<Receipt, RegisterError> {
        let draft = Draft::new("register.reclaimed", "run", run.id).with("fence", run.fence);
        self.ben.register.reclaim(self.by_session(&self.ben, draft).act()).await
    }

    pub async fn destroyed(&self, run: RunHandle, keys: &[Uuid], proof: &str) -> Result<Receipt, RegisterError> {
        let payload = Payload::of(keys.iter().map(|key| Encoder::new().bytes(key.as_bytes()).text(proof)));
        let act = self.act_of(run, "keys.destroyed", &payload);
        self.ben.register.record_destroyed(act.act(), &payload.bytes).await
    }

    /// From the run's start until its bytes are erased and the reclaim is next, at position 5.
    pub async fn erase_all(&self, run: RunHandle, deks: &[Uuid], tokens: &[Uuid]) {
        let ben = &self.ben;
        self.intend(ben, run, "deactivate", 2).await.unwrap();
        self.deactivate(run, deks).await.unwrap();
        self.done(ben, run, "deactivate", 2).await.unwrap();
        self.intend(ben, run, "delete_tokens", 3).await.unwrap();
        self.delete_tokens(run, tokens).await.unwrap();
        self.done(ben, run, "delete_tokens", 3).await.unwrap();
        self.intend(ben, run, "erase_wraps", 4).await.unwrap();
        self.erase(run, deks).await.unwrap();
        self.done(ben, run, "erase_wraps", 4).await.unwrap();
    }

    /// A hold on a tenant, as one person sets it.
    async fn hold(&self, tenant: Uuid) {
        let draft = Draft::new("hold.set", "hold", fresh_id())
            .with("kind", "legal_hold")
            .with("scope", "tenant")
            .with("target", tenant)
            .with("reference", "Case 14/2026")
            .because("A court asks for it");
        self.anna.register.set_hold(self.by_session(&self.anna, draft).act()).await.unwrap();
    }
}

pub fn tokens_of(estate: &Estate, deks: &[Uuid]) -> Vec<Uuid> {
    estate.tokens.iter().filter(|(_, dek, _)| deks.contains(dek)).map(|(id, ..)| *id).collect()
}

/// Which of these byte strings lie in the files of tables and indexes of a database whose server is told to write everything out.
async fn found_in_files(custody: &Custody, wanted: &[Vec<u8>]) -> usize {
    custody.alter("CHECKPOINT").await;
    let database: i64 = custody.value("SELECT oid::bigint FROM pg_database WHERE datname = current_database()").await;
    let folder = TestCluster::shared().cluster_dir().join("base").join(database.to_string());
    count_found(&folder, wanted)
}

fn count_found(folder: &Path, wanted: &[Vec<u8>]) -> usize {
    let files: Vec<Vec<u8>> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| std::fs::read(path).unwrap_or_default())
        .collect();
    // A quarter of it is enough to be recognised, and to be a leak.
    let lies_in = |bytes: &[u8]| files.iter().any(|file| file.windows(64).any(|window| window == &bytes[..64]));
    wanted.iter().filter(|bytes| lies_in(bytes)).count()
}

/// a tenant's keys are destroyed step by step; not one byte of them is in the files afterwards, what others have is
/// as it was, and a second person is asked to look at it.
#[tokio::test]
async fn what_was_destroyed_is_in_no_file_of_the_register() {
    let custody = Custody::found().await;
    let estate = Estate::make(&custody, 3).await;
    // What statistics would keep.
    custody.alter("ANALYZE").await;
    let (deks, gone, kept) = (estate.deks_of("alder"), estate.bytes_of("alder"), estate.bytes_of("birch"));
    assert_eq!(found_in_files(&custody, &gone).await, gone.len(), "the search itself works");
    let plan = custody.tenant_plan(&custody.ben, "alder", "any").await;
    let run = custody.begin(&plan).await;
    custody.erase_all(run, &deks, &tokens_of(&estate, &deks)).await;
    // Deleted is not gone.
    assert!(found_in_files(&custody, &gone).await > 0);
    let ben = &custody.ben;
    custody.intend(ben, run, "reclaim", 5).await.unwrap();
    custody.assert_refused(custody.done(ben, run, "reclaim", 5).await, ben, "something_left").await;
    let receipt = custody.reclaim(run).await.unwrap();
    assert_eq!(receipt.word("proof"), Some("pages"));
    assert!(ben.register.flush().await.unwrap());
    custody.done(ben, run, "reclaim", 5).await.unwrap();
    assert_eq!(found_in_files(&custody, &gone).await, 0);
    assert_eq!(found_in_files(&custody, &kept).await, kept.len());

    for (step, position) in [("delete_from_vault", 6), ("await_purge", 7)] {
        custody.step(ben, run, step, position).await;
    }
    custody.intend(ben, run, "prove_absent", 8).await.unwrap();
    custody.assert_refused(custody.destroyed(run, &deks, " ").await, ben, "verification_missing").await;
    custody.destroyed(run, &deks, "no token, no wrap; the tables were written anew").await.unwrap();
    custody.done(ben, run, "prove_absent", 8).await.unwrap();
    custody.intend(ben, run, "close", 9).await.unwrap();
    custody.finish(ben, run, "completed").await.unwrap();
    let states: Vec<(String, String, i64)> = sqlx::query_as(
        "SELECT t.name, t.status, count(*) FILTER (WHERE k.state = 'destroyed') FROM custody.tenant AS t
         JOIN custody.key AS k ON k.tenant = t.id GROUP BY t.name, t.status ORDER BY t.name",
    )
    .fetch_all(&custody.superuser)
    .await
    .unwrap();
    let wanted = [("alder", "offboarded", 3), ("birch", "active", 0)];
    assert_eq!(states, wanted.map(|(name, status, count)| (name.to_owned(), status.to_owned(), count)));
    let review: (String, String) =
        sqlx::query_as("SELECT kind, subject FROM custody.review_item WHERE signed_off_seq IS NULL")
            .fetch_one(&custody.superuser)
            .await
            .unwrap();
    assert_eq!(review, ("offboard_tenant".to_owned(), run.id.to_string()));
    // nothing new comes to a tenant that has left.
    let late = custody.create_deks(ben, estate.kek, FIRST_VERSION, &[DekRow::of("alder", "late")]).await;
    custody.assert_refused(late, ben, "tenant_inactive").await;
}

/// while somebody could still see the old rows, a rewrite would copy them: the reclaim is pending and says who is in the way.
#[tokio::test]
async fn a_reclaim_waits_for_old_snapshots_and_names_them() {
    let custody = Custody::found().await;
    let estate = Estate::make(&custody, 3).await;
    let deks = vec![estate.deks_of("alder")[0]];
    let plan = custody.dek_plan(&custody.ben, deks[0], &PARAMETERS).await;
    let run = custody.begin(&plan).await;
    let options = TestCluster::shared().superuser(&custody.address.database).application_name("slow report");
    let mut reader = PgConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM custody.custody")
        .execute(&mut reader)
        .await
        .unwrap();
    custody.erase_all(run, &deks, &tokens_of(&estate, &deks)).await;
    let ben = &custody.ben;
    custody.intend(ben, run, "reclaim", 5).await.unwrap();
    let obstacles = ben.register.reclaim_obstacles(RunId(run.id)).await.unwrap();
    assert!(
        obstacles.in_the_way.iter().any(|it| it.what == "session" && it.name.contains("slow report")),
        "{obstacles:?}"
    );
    let refusal = custody.assert_refused(custody.reclaim(run).await, ben, "reclaim_pending").await;
    assert!(refusal.detail().to_string().contains("slow report"));
    let wrapped: Vec<Vec<u8>> =
        estate.rows.iter().filter(|row| row.id == deks[0]).map(|row| row.wrapped.clone()).collect();
    assert_eq!(found_in_files(&custody, &wrapped).await, 1);
    // Proven by pages alone it is refused as well: the dead rows are there.
    custody
        .alter(
            "CREATE OR REPLACE FUNCTION custody.old_snapshots(before xid8) RETURNS jsonb LANGUAGE sql VOLATILE AS $$ SELECT '[]'::jsonb $$",
        )
        .await;
    let refusal = custody.assert_refused(custody.reclaim(run).await, ben, "reclaim_pending").await;
    assert!(refusal.detail().to_string().contains("dead"), "{:?}", refusal.detail());
    sqlx::raw_sql("ROLLBACK").execute(&mut reader).await.unwrap();
    custody.reclaim(run).await.unwrap();
    assert_eq!(found_in_files(&custody, &wrapped).await, 0);
}

/// where pages may not be read, whose snapshots could still need the old rows is the proof; where neither may be looked at, none
/// is claimed.
#[tokio::test]
async fn a_reclaim_without_a_proof_stays_pending() {
    let custody = Custody::found().await;
    let estate = Estate::make(&custody, 2).await;
    let deks = vec![estate.deks_of("birch")[0]];
    let plan = custody.dek_plan(&custody.ben, deks[0], &PARAMETERS).await;
    let run = custody.begin(&plan).await;
    custody.erase_all(run, &deks, &tokens_of(&estate, &deks)).await;
    let ben = &custody.ben;
    custody.intend(ben, run, "reclaim", 5).await.unwrap();
    custody.alter("DROP EXTENSION pgstattuple").await;
    let never = "CREATE FUNCTION custody.pg_has_role(text, text) RETURNS boolean LANGUAGE sql AS $$ SELECT false $$";
    let proof: String = sqlx::query_scalar("SELECT pg_get_functiondef('custody.prove_reclaimed'::regproc)")
        .fetch_one(&custody.superuser)
        .await
        .unwrap();
    custody.alter(never).await;
    custody.alter(proof.replace("pg_has_role(", "custody.pg_has_role(")).await;
    let refusal = custody.assert_refused(custody.reclaim(run).await, ben, "reclaim_pending").await;
    assert!(refusal.detail().to_string().contains("no_proof"));
    custody.alter(proof).await;
    let receipt = custody.reclaim(run).await.unwrap();
    assert_eq!(receipt.word("proof"), Some("snapshots"));
}

/// a plan may name the hours in which tables are rewritten; outside of them the run stays open.
#[tokio::test]
async fn a_reclaim_waits_for_its_hours() {
    let mut custody = Custody::found().await;
    let estate = Estate::make(&custody, 1).await;
    let hour: i32 = custody.value("SELECT extract(hour FROM custody.clock() AT TIME ZONE 'UTC')::int").await;
    let hours = format!("{}-{}", (hour + 2) % 24, (hour + 4) % 24);
    let plan = custody.tenant_plan(&custody.ben, "alder", &hours).await;
    let run = custody.begin(&plan).await;
    let deks = estate.deks_of("alder");
    custody.erase_all(run, &deks, &tokens_of(&estate, &deks)).await;
    custody.intend(&custody.ben, run, "reclaim", 5).await.unwrap();
    let refused = custody.reclaim(run).await;
    let until =
        custody.assert_refused(refused, &custody.ben, "reclaim_waits").await.detail()["until"].as_i64().unwrap();
    assert!(until > custody.now() && until <= custody.now() + 2 * 3_600_000_000);
    custody.pass_seconds((until - custody.now()) / 1_000_000 + 1).await;
    let run = custody.claim(&custody.ben, run).await.unwrap();
    custody.reclaim(run).await.unwrap();
    for bad in ["", "24-3", "3-3", "all", "4-", "22-4 "] {
        let fit: Option<bool> =
            sqlx::query_scalar("SELECT custody.are_hours($1)").bind(bad).fetch_one(&custody.superuser).await.unwrap();
        assert_ne!(fit, Some(true), "{bad}");
    }
}

/// a hold that is set between signing and execution, or in the middle of a run, stops it; so does a suspended signer.
#[tokio::test]
async fn holds_and_a_lost_quorum_cannot_be_raced() {
    let custody = Custody::found().await;
    let estate = Estate::make(&custody, 1).await;
    let (alder, birch) = (estate.deks_of("alder"), estate.deks_of("birch"));
    let plan = custody.dek_plan(&custody.ben, alder[0], &PARAMETERS).await;
    let run = custody.begin(&plan).await;
    let second = custody.dek_plan(&custody.ben, birch[0], &PARAMETERS).await;
    let other = custody.begin(&second).await;
    let ben = &custody.ben;
    custody.intend(ben, run, "deactivate", 2).await.unwrap();
    custody.hold(custody.tenant("alder").await).await;
    custody.assert_refused(custody.deactivate(run, &alder).await, ben, "held").await;
    custody.assert_refused(custody.intend(ben, run, "deactivate", 2).await, ben, "held").await;
    let late = custody.dek_plan(ben, alder[0], &PARAMETERS).await;
    custody.assert_refused(custody.submit(ben, Role::DevOps, &late).await, ben, "held").await;
    let whole = custody.tenant_plan(ben, "alder", "any").await;
    custody.assert_refused(custody.submit(ben, Role::DevOps, &whole).await, ben, "held").await;

    custody.intend(ben, other, "deactivate", 2).await.unwrap();
    custody.deactivate(other, &birch).await.unwrap();
    custody.done(ben, other, "deactivate", 2).await.unwrap();
    custody.alter(format!("UPDATE custody.operator SET status = 'suspended' WHERE id = '{}'", custody.anna.id)).await;
    custody.assert_refused(custody.intend(ben, other, "delete_tokens", 3).await, ben, "no_quorum").await;
    let left: i64 = custody.value("SELECT count(*) FROM custody.token").await;
    assert_eq!(left, 2);
}

/// a tenant whose DEKs lie under a shared KEK is held like any other, also when the hold comes in the middle of its offboarding.
#[tokio::test]
async fn a_hold_on_a_tenant_stops_its_offboarding_under_way() {
    let custody = Custody::found().await;
    let estate = Estate::make(&custody, 1).await;
    let plan = custody.tenant_plan(&custody.ben, "alder", "any").await;
    let run = custody.begin(&plan).await;
    let ben = &custody.ben;
    custody.intend(ben, run, "deactivate", 2).await.unwrap();
    custody.hold(custody.tenant("alder").await).await;
    custody.assert_refused(custody.deactivate(run, &estate.deks_of("alder")).await, ben, "held").await;
    custody.assert_refused(custody.intend(ben, run, "deactivate", 2).await, ben, "held").await;
}

/// each act only in its step, only on what the plan covers, and in the order that protects: tokens before wraps, wraps
/// before the word destroyed.
#[tokio::test]
async fn acts_of_destruction_keep_to_their_step_and_their_keys() {
    let custody = Custody::found().await;
    let estate = Estate::make(&custody, 1).await;
    let (alder, birch) = (estate.deks_of("alder"), estate.deks_of("birch"));
    let plan = custody.dek_plan(&custody.ben, alder[0], &PARAMETERS).await;
    let run = custody.begin(&plan).await;
    let ben = &custody.ben;
    custody.assert_refused(custody.deactivate(run, &alder).await, ben, "wrong_step").await;
    custody.assert_refused(custody.erase(run, &alder).await, ben, "wrong_step").await;
    custody.assert_refused(custody.reclaim(run).await, ben, "wrong_step").await;
    custody.assert_refused(custody.destroyed(run, &alder, "gone").await, ben, "wrong_step").await;
    custody.intend(ben, run, "deactivate", 2).await.unwrap();
    custody.assert_refused(custody.deactivate(run, &birch).await, ben, "not_covered").await;
    custody.assert_refused(custody.done(ben, run, "deactivate", 2).await, ben, "something_left").await;
    custody.deactivate(run, &alder).await.unwrap();
    custody.done(ben, run, "deactivate", 2).await.unwrap();
    // from here on there is no way back but a new request.
    custody.assert_refused(custody.turn_back(ben, run).await, ben, "cannot_turn_back").await;
    custody.intend(ben, run, "delete_tokens", 3).await.unwrap();
    let others = tokens_of(&estate, &birch);
    custody.assert_refused(custody.delete_tokens(run, &others).await, ben, "token_unknown").await;
    custody.assert_refused(custody.done(ben, run, "delete_tokens", 3).await, ben, "something_left").await;
    custody.delete_tokens(run, &tokens_of(&estate, &alder)).await.unwrap();
    custody.done(ben, run, "delete_tokens", 3).await.unwrap();
    custody.intend(ben, run, "erase_wraps", 4).await.unwrap();
    custody.assert_refused(custody.erase(run, &birch).await, ben, "not_covered").await;
    custody.erase(run, &alder).await.unwrap();
    custody.done(ben, run, "erase_wraps", 4).await.unwrap();
    custody.step_reclaim(run).await;
    custody.intend(ben, run, "prove_absent", 6).await.unwrap();
    custody.assert_refused(custody.destroyed(run, &birch, "gone").await, ben, "not_covered").await;
    custody.destroyed(run, &alder, "nothing of it was found").await.unwrap();
    custody.done(ben, run, "prove_absent", 6).await.unwrap();
    custody.intend(ben, run, "close", 7).await.unwrap();
    custody.finish(ben, run, "completed").await.unwrap();
}

impl Custody {
    async fn step_reclaim(&self, run: RunHandle) {
        self.intend(&self.ben, run, "reclaim", 5).await.unwrap();
        self.reclaim(run).await.unwrap();
        self.done(&self.ben, run, "reclaim", 5).await.unwrap();
    }
}

/// a plan says the strength as it is and the tenant's own name, or it is not taken.
#[tokio::test]
async fn a_plan_that_overstates_an_erasure_is_refused() {
    let custody = Custody::found().await;
    let estate = Estate::make(&custody, 1).await;
    let ben = &custody.ben;
    let mut plan = custody.tenant_plan(ben, "alder", "any").await;
    plan.parameters.insert("erasure".to_owned(), "cryptographic".to_owned());
    custody.assert_refused(custody.submit(ben, Role::DevOps, &plan).await, ben, "plan_unfit").await;
    let mut plan = custody.tenant_plan(ben, "alder", "any").await;
    plan.parameters.insert("typed_name".to_owned(), "birch".to_owned());
    custody.assert_refused(custody.submit(ben, Role::DevOps, &plan).await, ben, "plan_unfit").await;
    let dek = estate.deks_of("alder")[0];
    let mut plan = custody.dek_plan(ben, dek, &PARAMETERS).await;
    plan.parameters.insert("erasure".to_owned(), "cryptographic".to_owned());
    custody.assert_refused(custody.submit(ben, Role::DevOps, &plan).await, ben, "plan_unfit").await;
    let engineer = custody.enrol("eve", &[Role::Engineering]).await;
    let plan = custody.dek_plan(&engineer, dek, &PARAMETERS).await;
    custody.assert_refused(custody.submit(&engineer, Role::Engineering, &plan).await, &engineer, "role_missing").await;
}

/// none of these functions can be called by who executes nothing, nor any table written.
#[tokio::test]
async fn only_who_executes_runs_has_the_acts_of_destruction() {
    let custody = Custody::found().await;
    for name in [
        "deactivate_keys",
        "delete_tokens",
        "reclaim",
        "record_destroyed",
        "record_deleted",
        "record_purged",
        "record_recovered",
    ] {
        let granted: Vec<String> = sqlx::query_scalar(
            "SELECT r.rolname::text FROM pg_proc AS p, pg_roles AS r
             WHERE p.pronamespace = 'custody'::regnamespace AND p.proname = $1 AND r.rolname LIKE 'countersign\\_%'
               AND r.rolname <> 'countersign_owner' AND has_function_privilege(r.oid, p.oid, 'EXECUTE') ORDER BY 1",
        )
        .bind(name)
        .fetch_all(&custody.superuser)
        .await
        .unwrap();
        assert_eq!(granted, ["countersign_agent", "countersign_devops", "countersign_security"], "{name}");
    }
    let _: &Register = &custody.ben.register;
}
