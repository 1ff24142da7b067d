//! The rules of dual control exist twice: the database enforces them, the verifier proves them from signatures alone. Here they are
//! held to each other over many histories.

use std::collections::HashMap;

use domain::{Decision, OperatorId, Plan, Quorum, Role, Seal, SealStatement, SignerFacts, Timestamp, quorum_rules};

use crate::common::{Custody, Person};

const HISTORIES: u32 = 30;
const STEPS: u32 = 10;
const ROLES: [Role; 3] = [Role::Security, Role::DevOps, Role::Engineering];

/// Chance that comes out the same in every run of the test.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

/// Operator, key id, public key, person, whether active, roles.
type SignerRow = (uuid::Uuid, Vec<u8>, Vec<u8>, String, bool, Vec<String>);
/// Operator, key id, role, decision, signature, moment.
type SealRow = (uuid::Uuid, Vec<u8>, String, String, Vec<u8>, i64);

/// What the verifier would have learned about the signers by now.
async fn signers(custody: &Custody) -> HashMap<(OperatorId, Vec<u8>), SignerFacts> {
    let rows: Vec<SignerRow> = sqlx::query_as(
        "SELECT o.id, d.key_id, d.public_key, lower(o.person), o.status = 'active',
                array(SELECT r.role FROM custody.operator_role AS r WHERE r.operator = o.id)
         FROM custody.operator AS o JOIN custody.device AS d ON d.operator = o.id AND d.status = 'active'",
    )
    .fetch_all(&custody.superuser)
    .await
    .unwrap();
    let facts = |(id, key, public_key, person, active, roles): SignerRow| {
        let roles = roles.iter().map(|role| role.parse().unwrap()).collect();
        let facts = SignerFacts { person, roles, active, public_key: public_key.try_into().unwrap() };
        ((OperatorId(id), key), facts)
    };
    rows.into_iter().map(facts).collect()
}

/// The seals as the register keeps them, put together as the console does it.
async fn seals(custody: &Custody, plan: &Plan) -> Vec<Seal> {
    let rows: Vec<SealRow> = sqlx::query_as(
        "SELECT operator, device, role, decision, signature, custody.us(sealed_at) FROM custody.seal WHERE request = $1 ORDER BY seq",
    )
    .bind(plan.request.0)
    .fetch_all(&custody.superuser)
    .await
    .unwrap();
    let seal = |(signer, device, role, decision, signature, time): SealRow| Seal {
        statement: SealStatement {
            custody: plan.custody,
            environment: plan.environment,
            request: plan.request,
            plan: plan.hash(),
            decision: decision.parse().unwrap(),
            role: role.parse().unwrap(),
            signer: OperatorId(signer),
            time: Timestamp::from_micros(time),
        },
        key: device.try_into().unwrap(),
        signature: signature.try_into().unwrap(),
    };
    rows.into_iter().map(seal).collect()
}

async fn compare(custody: &Custody, plan: &Plan, history: &[String]) -> bool {
    let state: String = sqlx::query_scalar("SELECT custody.request_state($1, custody.clock())")
        .bind(plan.request.0)
        .fetch_one(&custody.superuser)
        .await
        .unwrap();
    let (known, seals) = (signers(custody).await, seals(custody, plan).await);
    let facts = |who: OperatorId, key: &[u8; 32]| known.get(&(who, key.to_vec())).cloned();
    let rule = quorum_rules().into_iter().find(|rule| rule.operation == plan.operation).unwrap();
    let proof = Quorum::prove(plan, &rule, &seals, facts, Timestamp::from_micros(custody.now()));
    let approved = state == "approved";
    assert!(proof.is_err() || approved, "the verifier proves what the database refuses: {history:?}");
    // A signer who lost device, role or place makes the verifier stop; the database leaves that seal out and counts the rest.
    let stands = |seal: &Seal| {
        facts(seal.statement.signer, &seal.key)
            .is_some_and(|facts| facts.active && facts.roles.contains(&seal.statement.role))
    };
    if approved && seals.iter().all(stands) {
        assert!(proof.is_ok(), "the database allows what the verifier can't prove, {proof:?}: {history:?}");
    }
    proof.is_ok()
}

async fn take_step(custody: &Custody, plan: &Plan, people: &[&Person], chance: &mut Chance) -> String {
    let who = people[chance.below(people.len())];
    let role = ROLES[chance.below(ROLES.len())];
    let (id, word) = (who.id, role.word());
    let login = &who.login;
    match chance.below(9) {
        0..=2 => format!("{login} approves as {word}: {}", custody.approve(who, role, plan).await.is_ok()),
        3 => {
            let act = custody.sealed(who, role, plan, "request.rejected", Decision::Reject);
            format!("{login} rejects as {word}: {}", who.register.decide_request(act.act()).await.is_ok())
        }
        4 => {
            custody.alter(format!("UPDATE custody.operator SET status = 'suspended' WHERE id = '{id}'")).await;
            format!("{login} is suspended")
        }
        5 => {
            custody.alter("UPDATE custody.operator SET status = 'active'").await;
            "all are active".to_owned()
        }
        6 => {
            custody
                .alter(format!("DELETE FROM custody.operator_role WHERE operator = '{id}' AND role = '{word}'"))
                .await;
            format!("{login} loses {word}")
        }
        7 => {
            let grant = format!(
                "INSERT INTO custody.operator_role VALUES ('{id}', '{word}', custody.clock(), custody.clock(), 1) ON CONFLICT DO NOTHING"
            );
            custody.alter(grant).await;
            format!("{login} gets {word}")
        }
        _ => {
            let revoked = "CASE status WHEN 'active' THEN 'revoked' ELSE 'active' END";
            custody.alter(format!("UPDATE custody.device SET status = {revoked} WHERE operator = '{id}'")).await;
            format!("{login}'s device is revoked or trusted again")
        }
    }
}

/// whatever happens to people, roles and devices, the verifier proves nothing that the database refuses, and what the
/// database allows is proven unless a signer fell away.
#[tokio::test]
async fn database_and_verifier_agree_on_random_histories() {
    let custody = Custody::found().await;
    let (kek, _) = custody.estate(1).await;
    let cora = custody.enrol("cora", &[Role::Security, Role::DevOps]).await;
    let eve = custody.enrol("eve", &[Role::Engineering, Role::DevOps]).await;
    let people = [&custody.anna, &custody.ben, &cora, &eve];
    let roles: Vec<String> = people
        .iter()
        .flat_map(|person| person.roles.iter().map(|role| format!("('{}'::uuid, '{}')", person.id, role.word())))
        .collect();
    let restore = format!(
        "UPDATE custody.operator SET status = 'active'; UPDATE custody.device SET status = 'active';
         DELETE FROM custody.operator_role;
         INSERT INTO custody.operator_role SELECT p.id, p.role, custody.clock(), custody.clock(), 1
         FROM (VALUES {}) AS p (id, role)",
        roles.join(", ")
    );
    let mut chance = Chance(72);
    let mut proven = 0;
    for _ in 0..HISTORIES {
        custody.alter(restore.clone()).await;
        let requester = people[chance.below(people.len())];
        let plan = custody.rotation_plan(requester, kek).await;
        custody.submit(requester, requester.roles[0], &plan).await.unwrap();
        let mut history = vec![format!("{} asks as {}", requester.login, requester.roles[0].word())];
        for _ in 0..STEPS {
            history.push(take_step(&custody, &plan, &people, &mut chance).await);
            proven += u32::from(compare(&custody, &plan, &history).await);
        }
    }
    assert!(proven > 20, "only {proven} moments had a quorum: these histories prove little");
}
