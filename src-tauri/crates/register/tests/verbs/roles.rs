//! Every verb by those who have no business with it.

use domain::{Role, RunId};
use register::{Receipt, RegisterError};

use crate::common::estate::DekRow;
use crate::common::rotation::RunHandle;
use crate::common::{Custody, Draft, Payload, Person, VAULT_HOST, fresh_id};

type Answer = Result<Receipt, RegisterError>;

/// One call of every verb, with acts that are well formed; they need not be possible.
async fn call_all(custody: &Custody, who: &Person, key: uuid::Uuid) -> Vec<(&'static str, Answer)> {
    let register = &who.register;
    let payload = Payload::of([DekRow::of("acme", "crm").encode()]);
    let by = |verb, kind: &str, name: String| custody.by_session(who, Draft::new(verb, kind, name).payload(&payload));
    let run = RunHandle { id: fresh_id(), key, fence: 1 };
    let plan = custody.rotation_plan(who, key).await;
    let mut answers: Vec<(&'static str, Answer)> = Vec::new();
    let role = *who.roles.first().unwrap();
    answers.push(("submit_request", custody.submit(who, role, &plan).await));
    answers.push(("decide_request", custody.approve(who, role, &plan).await));
    let request = plan.request.to_string();
    answers.push((
        "withdraw_request",
        register.withdraw_request(by("request.withdrawn", "request", request.clone()).act()).await,
    ));
    answers.push(("lapse_request", register.lapse_request(by("request.lapsed", "request", request).act()).await));
    let act = custody.by_session(who, custody.adoption(fresh_id(), "kek-foreign"));
    answers.push(("adopt_key", register.adopt_key(act.act()).await));
    let id = || fresh_id().to_string();
    answers.push((
        "import_inventory",
        register.import_inventory(by("inventory.imported", "import", id()).act(), &payload.bytes).await,
    ));
    answers.push(("create_deks", register.create_deks(by("dek.created", "batch", id()).act(), &payload.bytes).await));
    answers.push(("seal_tokens", register.seal_tokens(by("token.sealed", "batch", id()).act(), &payload.bytes).await));
    answers.push((
        "observe_vault",
        register.observe_vault(by("vault.observed", "vault", VAULT_HOST.to_owned()).act(), &payload.bytes).await,
    ));
    answers.push(("attest_refusals", register.attest_refusals(by("refusals.attested", "batch", id()).act()).await));
    let suspend = Draft::new("operator.suspended", "operator", custody.ben.id).because("Out of spite");
    answers.push(("suspend_operator", register.suspend_operator(custody.by_session(who, suspend).act()).await));
    answers.push(("start_run", custody.start(who, &plan).await.map(|_| panic!("started"))));
    answers.push(("claim_run", custody.claim(who, run).await.map(|_| panic!("claimed"))));
    answers.push(("pause_run", register.pause_run(custody.run_act(who, run, "run.paused").act()).await));
    answers.push(("resume_run", register.resume_run(custody.run_act(who, run, "run.resumed").act()).await));
    answers.push(("turn_back", custody.turn_back(who, run).await));
    answers.push(("intend_step", custody.intend(who, run, "compare", 1).await));
    answers.push(("finish_step", custody.done(who, run, "compare", 1).await));
    answers.push(("record_version", custody.record_version(who, run, "key.version_created").await));
    answers.push(("rewrap_batch", custody.rewrap(who, run, 1, ("a", "b"), &[]).await));
    answers.push(("record_version_disabled", custody.record_state(who, run, "key.version_disabled", "a").await));
    answers.push(("record_version_enabled", custody.record_state(who, run, "key.version_enabled", "a").await));
    answers.push(("finish_run", custody.finish(who, run, "completed").await));
    answers
}

fn codes(answers: Vec<(&'static str, Answer)>) -> Vec<(&'static str, String)> {
    let code = |(verb, answer): (&'static str, Answer)| match answer {
        Err(RegisterError::Refused(refusal)) => (verb, refusal.code().to_owned()),
        other => panic!("{verb}: {other:?}"),
    };
    answers.into_iter().map(code).collect()
}

/// an auditor's login can't write at all.
#[tokio::test]
async fn an_auditor_may_call_no_verb() {
    let custody = Custody::found().await;
    let kek = custody.adopt_kek(&custody.ben, "kek-tenants").await;
    let auditor = custody.enrol("olga", &[Role::Auditor]).await;
    let before: i64 = custody.value("SELECT count(*) FROM custody.ledger_entry").await;
    for (verb, code) in codes(call_all(&custody, &auditor, kek).await) {
        assert_eq!(code, "not_allowed", "{verb}");
    }
    let refused = auditor.register.renew_lease(RunId(fresh_id()), 1).await;
    assert!(matches!(refused, Err(RegisterError::Refused(refusal)) if refusal.code() == "not_allowed"));
    let after: i64 = custody.value("SELECT count(*) FROM custody.ledger_entry").await;
    assert_eq!(before, after);
}

/// what counts is the role in the register; a group of the server without it opens nothing.
#[tokio::test]
async fn a_server_role_alone_is_not_enough() {
    let custody = Custody::found().await;
    let kek = custody.adopt_kek(&custody.ben, "kek-tenants").await;
    let hollow = custody.enrol("hollow", &[Role::Security, Role::DevOps]).await;
    custody.alter(format!("DELETE FROM custody.operator_role WHERE operator = '{}'", hollow.id)).await;
    let wanted = |verb: &str| match verb {
        // Protective, or about an object that does not exist.
        "suspend_operator" | "decide_request" | "withdraw_request" | "lapse_request" => None,
        "resume_run"
        | "pause_run"
        | "claim_run"
        | "turn_back"
        | "intend_step"
        | "finish_step"
        | "record_version"
        | "rewrap_batch"
        | "record_version_disabled"
        | "record_version_enabled"
        | "finish_run" => Some("run_unknown"),
        _ => Some("role_missing"),
    };
    for (verb, answer) in call_all(&custody, &hollow, kek).await {
        let code = answer.err().and_then(|error| error.refusal().map(|refusal| refusal.code().to_owned()));
        if let Some(wanted) = wanted(verb) {
            assert_eq!(code.as_deref(), Some(wanted), "{verb}");
        } else {
            assert!(code.is_some(), "{verb} was done");
        }
    }
}

/// an agent makes no keys and seals nothing, whatever roles somebody gave it.
#[tokio::test]
async fn an_agent_with_human_roles_is_still_no_human() {
    let custody = Custody::found().await;
    let (kek, _) = custody.estate(1).await;
    let mut bot = custody.enrol("bot", &[Role::Security, Role::DevOps]).await;
    custody.alter(format!("UPDATE custody.operator SET kind = 'agent' WHERE id = '{}'", bot.id)).await;
    bot.kind = ledger::ActorKind::Agent;
    let made = custody.create_deks(&bot, kek, crate::common::estate::FIRST_VERSION, &[DekRow::of("x", "y")]).await;
    custody.assert_refused(made, &bot, "not_human").await;
    let plan = custody.rotation_plan(&bot, kek).await;
    custody.assert_refused(custody.submit(&bot, Role::Security, &plan).await, &bot, "not_human").await;
    let plan = custody.rotation_plan(&custody.ben, kek).await;
    custody.submit(&custody.ben, Role::DevOps, &plan).await.unwrap();
    custody.assert_refused(custody.approve(&bot, Role::Security, &plan).await, &bot, "not_human").await;
}

/// nobody acts in another's name, whatever key they have.
#[tokio::test]
async fn nobody_acts_in_anothers_name() {
    let custody = Custody::found().await;
    let kek = custody.adopt_kek(&custody.ben, "kek-tenants").await;
    let thief = custody.enrol("thief", &[Role::Security, Role::DevOps]).await;
    // The thief's own login with Ben's id and Ben's keys.
    let forged = Person {
        id: custody.ben.id,
        device: custody.ben.device.copied(),
        session: custody.ben.session.copied(),
        ..thief
    };
    for (verb, code) in codes(call_all(&custody, &forged, kek).await) {
        assert_eq!(code, "wrong_actor", "{verb}");
    }
    let kept: i64 =
        custody.value("SELECT count(*) FROM custody.refusal WHERE login LIKE 'thief%' AND code = 'wrong_actor'").await;
    assert_eq!(kept, 23);
}
