//! Requests: who may ask, who may countersign, and what makes a seal worthless.

use std::time::Duration;

use domain::{Decision, Plan, Role};
use sha2::Digest as _;

use crate::common::estate::{DekRow, FIRST_VERSION};
use crate::common::rotation::RunHandle;
use crate::common::{Custody, Draft, Key, Person, Signed, VAULT_HOST, random};

async fn state(custody: &Custody, plan: &Plan) -> String {
    sqlx::query_scalar("SELECT custody.request_state($1, custody.clock())")
        .bind(plan.request.0)
        .fetch_one(&custody.superuser)
        .await
        .unwrap()
}

/// R-30, R-32: asked for by one, countersigned by another; both seals are kept.
#[tokio::test]
async fn two_people_give_a_request_force() {
    let custody = Custody::found().await;
    let (kek, _) = custody.estate(3).await;
    let plan = custody.rotation_plan(&custody.ben, kek).await;
    custody.submit(&custody.ben, Role::DevOps, &plan).await.unwrap();
    assert_eq!(state(&custody, &plan).await, "open");
    let receipt = custody.approve(&custody.anna, Role::Security, &plan).await.unwrap();
    assert_eq!(receipt.word("state"), Some("approved"));
    let kept: Vec<u8> = custody.value("SELECT plan FROM custody.request").await;
    assert_eq!(kept, plan.encode());
    let seals: Vec<(String, bool)> = sqlx::query_as("SELECT role, is_requester FROM custody.seal ORDER BY seq")
        .fetch_all(&custody.superuser)
        .await
        .unwrap();
    assert_eq!(seals, [("devops".to_owned(), true), ("security".to_owned(), false)]);
}

/// R-25, R-32: a plan that is not fit to be signed does not become a request.
#[tokio::test]
async fn an_unfit_plan_is_refused() {
    let custody = Custody::found().await;
    let (kek, _) = custody.estate(1).await;
    let ben = &custody.ben;
    let good = custody.rotation_plan(ben, kek).await;
    let hour = Duration::from_secs(3600);
    let changed = |change: &dyn Fn(&mut Plan)| {
        let mut plan = good.clone();
        plan.nonce = random();
        change(&mut plan);
        plan
    };
    let cases = [
        ("plan_unfit", changed(&|plan| plan.change_record = " ".to_owned())),
        ("plan_unfit", changed(&|plan| plan.rollback_plan.clear())),
        ("plan_unfit", changed(&|plan| plan.reason.clear())),
        ("plan_unfit", changed(&|plan| plan.targets.clear())),
        ("plan_unfit", changed(&|plan| plan.targets[0].version = "another".to_owned())),
        ("plan_unfit", changed(&|plan| plan.targets[0].name = "another".to_owned())),
        ("plan_unfit", changed(&|plan| _ = plan.parameters.remove("grace_seconds"))),
        ("plan_unfit", changed(&|plan| _ = plan.parameters.insert("grace_seconds".to_owned(), "9999999".to_owned()))),
        ("plan_unfit", changed(&|plan| _ = plan.parameters.insert("vault".to_owned(), "x.vault.azure.net".to_owned()))),
        ("plan_clocks", changed(&|plan| plan.clocks.approve_by = plan.clocks.planned_at)),
        ("plan_clocks", changed(&|plan| plan.clocks.execute_by = plan.clocks.planned_at)),
        ("plan_clocks", changed(&|plan| plan.clocks.approve_by = plan.clocks.planned_at.plus(hour * 24 * 15))),
        ("plan_clocks", changed(&|plan| plan.clocks.planned_at = plan.clocks.planned_at.plus(hour))),
        ("plan_differs", changed(&|plan| plan.custody.0 = plan.request.0)),
        ("plan_differs", changed(&|plan| plan.requester.0 = custody.anna.id)),
        ("plan_stale", changed(&|plan| _ = plan.depends_on.remove("register.rotation_rules"))),
        ("plan_stale", changed(&|plan| _ = plan.depends_on.insert("register.more".to_owned(), "1".to_owned()))),
        ("text_unclean", changed(&|plan| plan.reason.push('\u{202e}'))),
        ("text_unclean", changed(&|plan| plan.changes[0].after.push('\u{200b}'))),
    ];
    for (code, plan) in cases {
        custody.assert_refused(custody.submit(ben, Role::DevOps, &plan).await, ben, code).await;
    }
    // Another plan than the sealed one.
    let act = custody.sealed(ben, Role::DevOps, &good, "request.submitted", Decision::Approve);
    let other = changed(&|plan| plan.reason.push('!'));
    custody.assert_refused(ben.register.submit_request(act.act(), &other.encode()).await, ben, "plan_differs").await;
    custody.submit(ben, Role::DevOps, &good).await.unwrap();
    let requests: i64 = custody.value("SELECT count(*) FROM custody.request").await;
    assert_eq!(requests, 1);
}

/// A plan for something that the policy does not know.
#[tokio::test]
async fn an_unknown_operation_is_refused() {
    let custody = Custody::found().await;
    let (kek, _) = custody.estate(1).await;
    let ben = &custody.ben;
    let plan = custody.rotation_plan(ben, kek).await;
    let mut bytes = plan.encode();
    let at = bytes.windows(10).position(|window| window == b"rotate_kek").unwrap();
    bytes[at..at + 10].copy_from_slice(b"rotate_box");
    let draft = Draft::new("request.submitted", "request", plan.request)
        .with("plan_hash", hex::encode(sha2::Sha256::digest(&bytes)))
        .with("role", "devops")
        .with("seal", hex::encode([1; 64]));
    let refused = ben.register.submit_request(custody.by_device(ben, draft).act(), &bytes).await;
    custody.assert_refused(refused, ben, "operation_unknown").await;
}

/// R-32: what was signed stays as it was signed, and what was decided stays decided, also for who can write tables.
#[tokio::test]
async fn a_request_is_not_edited() {
    let custody = Custody::found().await;
    let (kek, _) = custody.estate(1).await;
    custody.approved_rotation(kek).await;
    for (change, code) in [
        ("UPDATE custody.request SET execute_by = execute_by + interval '1 day'", "CSREF"),
        ("UPDATE custody.request SET parameters = '{}'", "CSREF"),
        ("UPDATE custody.request SET decided = 'executed'", "CSREF"),
        ("UPDATE custody.seal SET role = 'devops'", "CSLED"),
        ("DELETE FROM custody.seal", "CSLED"),
        ("TRUNCATE custody.ledger_entry CASCADE", "CSLED"),
    ] {
        let refused = sqlx::query(change).execute(&custody.superuser).await.unwrap_err();
        assert_eq!(refused.as_database_error().unwrap().code().as_deref(), Some(code), "{change}");
    }
}

/// R-36: who asks holds the role they ask in.
#[tokio::test]
async fn nobody_asks_in_a_role_they_do_not_hold() {
    let custody = Custody::found().await;
    let (kek, _) = custody.estate(1).await;
    let plan = custody.rotation_plan(&custody.ben, kek).await;
    for role in [Role::Security, Role::Engineering, Role::Auditor] {
        custody.assert_refused(custody.submit(&custody.ben, role, &plan).await, &custody.ben, "role_missing").await;
    }
    let plan = custody.rotation_plan(&custody.anna, kek).await;
    custody.submit(&custody.anna, Role::Security, &plan).await.unwrap();
}

/// R-31: not the requester, not the same person with another device or login, not twice, not without the role.
#[tokio::test]
async fn nobody_countersigns_who_may_not() {
    let custody = Custody::found().await;
    let (kek, _) = custody.estate(1).await;
    let eve = custody.enrol("eve", &[Role::Engineering]).await;
    let twin = custody.enrol("twin", &[Role::Security]).await;
    let agent = custody.enrol("agent", &[Role::Agent]).await;
    let plan = custody.rotation_plan(&custody.ben, kek).await;
    custody.submit(&custody.ben, Role::DevOps, &plan).await.unwrap();

    let refusal = custody.approve(&custody.ben, Role::DevOps, &plan).await;
    let refusal = custody.assert_refused(refusal, &custody.ben, "own_request").await;
    assert_eq!(refusal.detail()["who"].as_array().unwrap().len(), 2, "who could instead: {:?}", refusal.detail());
    custody.assert_refused(custody.approve(&eve, Role::Engineering, &plan).await, &eve, "role_missing").await;
    custody
        .assert_refused(custody.approve(&custody.anna, Role::DevOps, &plan).await, &custody.anna, "role_missing")
        .await;
    let refused = custody.approve(&agent, Role::Agent, &plan).await.unwrap_err();
    assert_eq!(refused.refusal().unwrap().code(), "not_allowed");

    let person = "UPDATE custody.operator SET person = upper((SELECT person FROM custody.operator WHERE login LIKE 'ben%')) WHERE login LIKE 'twin%'";
    custody.alter("DROP INDEX custody.operator_person").await;
    custody.alter(person).await;
    custody.assert_refused(custody.approve(&twin, Role::Security, &plan).await, &twin, "same_person").await;

    custody.approve(&custody.anna, Role::Security, &plan).await.unwrap();
    let other_device = Key::make();
    custody.add_device(&custody.anna, &other_device).await;
    let mut act = custody.sealed(&custody.anna, Role::Security, &plan, "request.sealed", Decision::Approve);
    act.signatures = ledger::SignatureBlock::sign(&act.entry, &[&other_device]).encode();
    let again = custody.anna.register.decide_request(act.act()).await;
    custody.assert_refused(again, &custody.anna, "already_signed").await;
}

/// R-32, R-33: a seal is for exactly one plan, given with the device key.
#[tokio::test]
async fn a_seal_for_something_else_is_refused() {
    let custody = Custody::found().await;
    let (kek, _) = custody.estate(1).await;
    let (anna, ben) = (&custody.anna, &custody.ben);
    let plan = custody.rotation_plan(ben, kek).await;
    custody.submit(ben, Role::DevOps, &plan).await.unwrap();
    let mut other = plan.clone();
    other.nonce = random();
    custody.assert_refused(custody.approve(anna, Role::Security, &other).await, anna, "plan_differs").await;
    let mut elsewhere = plan.clone();
    elsewhere.request.0 = custody.id;
    custody.assert_refused(custody.approve(anna, Role::Security, &elsewhere).await, anna, "request_unknown").await;
    let sealed = Draft::new("request.sealed", "request", plan.request)
        .with("plan_hash", hex::encode(plan.hash()))
        .with("role", "security");
    let act = custody.by_session(anna, sealed.clone().with("seal", hex::encode([1; 64])));
    custody.assert_refused(anna.register.decide_request(act.act()).await, anna, "device_key_needed").await;
    let act = custody.by_device(anna, sealed.with("seal", hex::encode([1; 63])));
    custody.assert_refused(anna.register.decide_request(act.act()).await, anna, "malformed").await;
}

/// R-33: a no has its reason, and ends the request.
#[tokio::test]
async fn a_rejected_request_stays_rejected() {
    let custody = Custody::found().await;
    let (kek, _) = custody.estate(1).await;
    let (anna, ben) = (&custody.anna, &custody.ben);
    let plan = custody.rotation_plan(ben, kek).await;
    custody.submit(ben, Role::DevOps, &plan).await.unwrap();
    let speechless = Draft::new("request.rejected", "request", plan.request)
        .with("plan_hash", hex::encode(plan.hash()))
        .with("role", "security")
        .with("seal", hex::encode([1; 64]));
    let act = custody.by_device(anna, speechless);
    custody.assert_refused(anna.register.decide_request(act.act()).await, anna, "purpose_missing").await;
    let act = custody.sealed(anna, Role::Security, &plan, "request.rejected", Decision::Reject);
    let receipt = anna.register.decide_request(act.act()).await.unwrap();
    assert_eq!(receipt.word("state"), Some("rejected"));
    let other = custody.enrol("cora", &[Role::Security]).await;
    custody.assert_refused(custody.approve(&other, Role::Security, &plan).await, &other, "request_not_open").await;
    let refused = custody.start(ben, &plan).await.map(started);
    custody.assert_refused(refused, ben, "request_not_open").await;
}

/// R-32: what changed since the plan was computed is named, at the seal and at the start.
#[tokio::test]
async fn a_stale_plan_is_refused_and_lapses() {
    let custody = Custody::found().await;
    let (kek, _) = custody.estate(1).await;
    let (anna, ben) = (&custody.anna, &custody.ben);
    let waiting = custody.rotation_plan(ben, kek).await;
    custody.submit(ben, Role::DevOps, &waiting).await.unwrap();
    let approved = custody.approved_rotation(kek).await;
    let lapse =
        |differences: &str| Draft::new("request.lapsed", "request", waiting.request).with("differences", differences);
    let act = custody.by_session(anna, lapse("{}"));
    custody.assert_refused(anna.register.lapse_request(act.act()).await, anna, "nothing_differs").await;
    let unfounded = r#"{"vault.kek.versions": {"planned": "7", "found": "8"}}"#;
    let act = custody.by_session(anna, lapse(unfounded));
    custody.assert_refused(anna.register.lapse_request(act.act()).await, anna, "nothing_differs").await;

    custody.create_deks(ben, kek, FIRST_VERSION, &[DekRow::of("late", "crm")]).await.unwrap();
    let refusal =
        custody.assert_refused(custody.approve(anna, Role::Security, &waiting).await, anna, "plan_stale").await;
    let named: Vec<String> = refusal.differences().into_iter().map(|difference| difference.fact).collect();
    assert_eq!(named, [format!("register.{kek}.live_deks"), format!("register.{kek}.wraps")]);
    assert_eq!((refusal.differences()[0].planned.as_str(), refusal.differences()[0].found.as_str()), ("1", "2"));
    let refused = custody.start(ben, &approved).await.map(started);
    custody.assert_refused(refused, ben, "plan_stale").await;

    anna.register.lapse_request(custody.by_session(anna, lapse("{}")).act()).await.unwrap();
    assert_eq!(state(&custody, &waiting).await, "lapsed");
    let vault = r#"{"vault.kek.versions": {"planned": "1", "found": "2"}}"#;
    let act = Draft::new("request.lapsed", "request", approved.request).with("differences", vault);
    let receipt = anna.register.lapse_request(custody.by_session(anna, act).act()).await.unwrap();
    assert_eq!(receipt.detail["differences"]["vault.kek.versions"]["found"], "2");
    let act = custody.by_session(anna, lapse("{}"));
    custody.assert_refused(anna.register.lapse_request(act.act()).await, anna, "request_not_open").await;
}

/// R-32: approvals expire, by the database's clock.
#[tokio::test]
async fn both_clocks_run_out() {
    let mut custody = Custody::found().await;
    let (kek, _) = custody.estate(1).await;
    let waiting = custody.rotation_plan(&custody.ben, kek).await;
    custody.submit(&custody.ben, Role::DevOps, &waiting).await.unwrap();
    let approved = custody.approved_rotation(kek).await;
    custody.pass_seconds(48 * 3600 + 5).await;
    let refused = custody.approve(&custody.anna, Role::Security, &waiting).await;
    custody.assert_refused(refused, &custody.anna, "request_expired").await;
    assert_eq!(state(&custody, &approved).await, "approved");
    custody.pass_seconds(72 * 3600).await;
    assert_eq!(state(&custody, &approved).await, "expired");
    let ben = Person { session: Key::make(), ..custody.ben };
    custody.ben = ben;
    custody.open_session(&custody.ben).await;
    let refused = custody.start(&custody.ben, &approved).await.map(started);
    custody.assert_refused(refused, &custody.ben, "request_expired").await;
}

/// R-31: who was suspended after signing no longer counts.
#[tokio::test]
async fn a_suspended_signer_no_longer_counts() {
    let custody = Custody::found().await;
    let (kek, _) = custody.estate(1).await;
    let cora = custody.enrol("cora", &[Role::Security]).await;
    let plan = custody.approved_rotation(kek).await;
    let suspend = Draft::new("operator.suspended", "operator", custody.anna.id).because("Left the company");
    let suspend = suspend.with("accept_loss", "yes");
    cora.register.suspend_operator(custody.by_session(&cora, suspend).act()).await.unwrap();
    assert_eq!(state(&custody, &plan).await, "open");
    let refused = custody.start(&custody.ben, &plan).await.map(started);
    custody.assert_refused(refused, &custody.ben, "no_quorum").await;
    custody.approve(&cora, Role::Security, &plan).await.unwrap();
    custody.start(&custody.ben, &plan).await.unwrap();
}

#[tokio::test]
async fn only_the_requester_takes_a_request_back() {
    let custody = Custody::found().await;
    let (kek, _) = custody.estate(1).await;
    let plan = custody.approved_rotation(kek).await;
    let withdraw =
        |who: &Person| -> Signed { custody.by_session(who, Draft::new("request.withdrawn", "request", plan.request)) };
    let refused = custody.anna.register.withdraw_request(withdraw(&custody.anna).act()).await;
    custody.assert_refused(refused, &custody.anna, "not_requester").await;
    custody.ben.register.withdraw_request(withdraw(&custody.ben).act()).await.unwrap();
    let refused = custody.start(&custody.ben, &plan).await.map(started);
    custody.assert_refused(refused, &custody.ben, "request_not_open").await;
}

/// R-12: a KEK is made under two signatures, and its record says what the plan said.
#[tokio::test]
async fn a_kek_is_created_as_planned() {
    let custody = Custody::found().await;
    let (anna, ben) = (&custody.anna, &custody.ben);
    let plan = custody.creation_plan(ben, "kek-new").await;
    custody.submit(ben, Role::DevOps, &plan).await.unwrap();
    custody.approve(anna, Role::Security, &plan).await.unwrap();
    let run = custody.start(ben, &plan).await.unwrap();
    custody.step(ben, run, "compare", 1).await;
    custody.intend(ben, run, "create_version", 2).await.unwrap();
    let refused = custody.record_version(ben, run, "key.version_created").await;
    custody.assert_refused(refused, ben, "wrong_operation").await;
    custody.record_version(ben, run, "key.created").await.unwrap();
    custody.done(ben, run, "create_version", 2).await.unwrap();
    custody.assert_refused(custody.turn_back(ben, run).await, ben, "cannot_turn_back").await;
    custody.step(ben, run, "prove", 3).await;
    custody.intend(ben, run, "close", 4).await.unwrap();
    custody.finish(ben, run, "completed").await.unwrap();
    let key: (String, i32, String, String) =
        sqlx::query_as("SELECT name, bits, state, owner FROM custody.key WHERE kind = 'kek'")
            .fetch_one(&custody.superuser)
            .await
            .unwrap();
    assert_eq!(key, ("kek-new".to_owned(), 3072, "active".to_owned(), "Platform team".to_owned()));
    assert_eq!(state(&custody, &plan).await, "executed");
}

#[tokio::test]
async fn an_unfit_creation_is_refused() {
    let custody = Custody::found().await;
    custody.adopt_kek(&custody.ben, "kek-there").await;
    let ben = &custody.ben;
    let good = custody.creation_plan(ben, "kek-new").await;
    let with = |name: &str, value: &str| {
        let mut plan = good.clone();
        plan.nonce = random();
        plan.parameters.insert(name.to_owned(), value.to_owned());
        plan
    };
    let taken = custody.creation_plan(ben, "kek-there").await;
    for (code, plan) in [
        ("weak_algorithm", with("bits", "1024")),
        ("plan_unfit", with("owner", "")),
        ("plan_unfit", with("purpose", "")),
        ("plan_unfit", with("classification", "most secret")),
        ("plan_unfit", with("vault_name", "another")),
        ("plan_unfit", with("vault", &format!("x{VAULT_HOST}"))),
        ("name_taken", taken),
    ] {
        custody.assert_refused(custody.submit(ben, Role::DevOps, &plan).await, ben, code).await;
    }
}

/// For the refusals of a start, which answers a handle instead of a receipt.
fn started(run: RunHandle) -> register::Receipt {
    panic!("the run {} was started", run.id)
}
