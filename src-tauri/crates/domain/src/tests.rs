//! Plans, seals and quorum together: what gives a plan force and what takes it away.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use ed25519_dalek::{Signer as _, SigningKey};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const REQUESTER: OperatorId = OperatorId(Uuid::from_u128(1));
const SECOND: OperatorId = OperatorId(Uuid::from_u128(2));
const NOW: Timestamp = Timestamp::from_micros(1_000_000_000);

fn plan() -> Plan {
    Plan {
        custody: CustodyId(Uuid::from_u128(10)),
        environment: Environment::Production,
        request: RequestId(Uuid::from_u128(11)),
        operation: Operation::RotateKek,
        requester: REQUESTER,
        nonce: [5; 16],
        clocks: Clocks { planned_at: NOW, approve_by: NOW.plus_days(2), execute_by: NOW.plus_days(5) },
        targets: vec![Target { key: KeyId(Uuid::from_u128(12)), name: "kek-tenants".into(), version: "v1".into() }],
        parameters: BTreeMap::from([("grace_seconds".into(), "3600".into())]),
        changes: vec![Change {
            subject: "kek-tenants".into(),
            field: "current version".into(),
            before: "v1".into(),
            after: "new".into(),
        }],
        impact: BTreeMap::from([("deks".into(), 3)]),
        reason: "yearly rotation".into(),
        change_record: "CHG-1".into(),
        rollback_plan: "re-wrap back".into(),
        depends_on: BTreeMap::from([("register.deks".into(), "3".into()), ("vault.version".into(), "v1".into())]),
    }
}

fn key_of(operator: OperatorId) -> SigningKey {
    SigningKey::from_bytes(&[u8::try_from(operator.0.as_u128()).unwrap(); 32])
}

fn seal(plan: &Plan, signer: OperatorId, role: Role) -> Seal {
    seal_with(plan, signer, role, |_| {})
}

fn seal_with(plan: &Plan, signer: OperatorId, role: Role, change: impl Fn(&mut SealStatement)) -> Seal {
    let mut statement = SealStatement {
        custody: plan.custody,
        environment: plan.environment,
        request: plan.request,
        plan: plan.hash(),
        decision: Decision::Approve,
        role,
        signer,
        time: NOW.plus_days(1),
    };
    change(&mut statement);
    let key = key_of(signer);
    Seal { signature: key.sign(&statement.encode()).to_bytes(), key: [0; 32], statement }
}

fn facts(operator: OperatorId) -> SignerFacts {
    let roles = if operator == REQUESTER { vec![Role::DevOps] } else { vec![Role::Security] };
    let public_key = key_of(operator).verifying_key().to_bytes();
    SignerFacts { person: format!("person {operator}"), roles, active: true, public_key }
}

fn prove_with(
    plan: &Plan,
    seals: &[Seal],
    known: impl Fn(OperatorId) -> Option<SignerFacts>,
) -> Result<Quorum, QuorumError> {
    let rules = quorum_rules();
    let rule = rules.iter().find(|rule| rule.operation == plan.operation).unwrap();
    Quorum::prove(plan, rule, seals, |operator, _| known(operator), NOW.plus_days(3))
}

fn prove(plan: &Plan, seals: &[Seal]) -> Result<Quorum, QuorumError> {
    prove_with(plan, seals, |operator| Some(facts(operator)))
}

fn both(plan: &Plan) -> [Seal; 2] {
    [seal(plan, REQUESTER, Role::DevOps), seal(plan, SECOND, Role::Security)]
}

/// two different people in the required roles.
#[test]
fn two_people_in_their_roles_give_a_plan_force() {
    let plan = plan();
    assert_eq!(prove(&plan, &both(&plan)).unwrap().people().len(), 2);
    let alone = prove(&plan, &both(&plan)[..1]);
    assert_eq!(alone, Err(QuorumError::TooFew { found: 1, needed: 2 }));
}

/// one human behind two operators counts once.
#[test]
fn one_person_with_two_logins_counts_once() {
    let plan = plan();
    let same = |operator| Some(SignerFacts { person: "maren".into(), ..facts(operator) });
    assert_eq!(prove_with(&plan, &both(&plan), same), Err(QuorumError::TooFew { found: 1, needed: 2 }));
}

/// who was suspended or lost the role since no longer counts.
#[test]
fn a_signer_who_is_no_longer_entitled_does_not_count() {
    let plan = plan();
    let suspended = |operator| Some(SignerFacts { active: operator == REQUESTER, ..facts(operator) });
    assert_eq!(prove_with(&plan, &both(&plan), suspended), Err(QuorumError::Inactive { operator: SECOND }));
    let roleless = |operator| Some(SignerFacts { roles: vec![Role::DevOps], ..facts(operator) });
    let error = QuorumError::Role { operator: SECOND, role: Role::Security };
    assert_eq!(prove_with(&plan, &both(&plan), roleless), Err(error));
    let unknown = |operator| (operator == REQUESTER).then(|| facts(operator));
    assert_eq!(prove_with(&plan, &both(&plan), unknown), Err(QuorumError::UntrustedKey { operator: SECOND }));
}

/// DevOps does not countersign DevOps.
#[test]
fn the_wrong_role_does_not_countersign() {
    let plan = plan();
    let seals = [seal(&plan, REQUESTER, Role::DevOps), seal(&plan, SECOND, Role::DevOps)];
    let known = |operator| Some(SignerFacts { roles: vec![Role::DevOps], ..facts(operator) });
    assert_eq!(prove_with(&plan, &seals, known), Err(QuorumError::NotEntitled { role: Role::DevOps }));
    let auditor = [seal(&plan, REQUESTER, Role::Auditor), seal(&plan, SECOND, Role::Security)];
    let known = |operator| Some(SignerFacts { roles: vec![Role::Auditor, Role::Security], ..facts(operator) });
    assert_eq!(prove_with(&plan, &auditor, known), Err(QuorumError::NotEntitled { role: Role::Auditor }));
}

/// approvals expire, to the microsecond.
#[test]
fn clocks_are_half_open() {
    let plan = plan();
    let late = seal_with(&plan, SECOND, Role::Security, |statement| statement.time = plan.clocks.approve_by);
    let seals = [seal(&plan, REQUESTER, Role::DevOps), late];
    assert_eq!(prove(&plan, &seals), Err(QuorumError::OutOfTime { operator: SECOND }));
    let rules = quorum_rules();
    let at = |now| Quorum::prove(&plan, &rules[1], &both(&plan), |operator, _| Some(facts(operator)), now);
    let execute_by = plan.clocks.execute_by;
    assert!(at(Timestamp::from_micros(execute_by.micros() - 1)).is_ok());
    assert_eq!(at(execute_by), Err(QuorumError::Expired { execute_by }));
}

/// a seal given for another custody, environment, request or plan does not count here.
#[test]
fn a_replayed_seal_does_not_count() {
    let plan = plan();
    let cases: [(&str, fn(&mut SealStatement)); 4] = [
        ("custody", |statement| statement.custody = CustodyId(Uuid::from_u128(99))),
        ("environment", |statement| statement.environment = Environment::Staging),
        ("request", |statement| statement.request = RequestId(Uuid::from_u128(99))),
        ("plan", |statement| statement.plan = [0; 32]),
    ];
    for (field, change) in cases {
        let seals = [seal(&plan, REQUESTER, Role::DevOps), seal_with(&plan, SECOND, Role::Security, change)];
        let source = SealError::Foreign { field };
        assert_eq!(prove(&plan, &seals), Err(QuorumError::Seal { operator: SECOND, source }));
    }
}

#[test]
fn a_rejection_takes_force_away() {
    let plan = plan();
    let no = seal_with(&plan, SECOND, Role::Security, |statement| statement.decision = Decision::Reject);
    let seals = [seal(&plan, REQUESTER, Role::DevOps), no];
    assert_eq!(prove(&plan, &seals), Err(QuorumError::Rejected { operator: SECOND }));
}

fn mutate(plan: &mut Plan, field: usize, salt: u64) {
    let text = format!("changed {salt}");
    let time = |time: &mut Timestamp| *time = Timestamp::from_micros(time.micros() + 1 + (salt % 1000) as i64);
    match field {
        0 => plan.custody = CustodyId(Uuid::from_u128(1000 + u128::from(salt))),
        1 => plan.environment = Environment::Staging,
        2 => plan.request = RequestId(Uuid::from_u128(1000 + u128::from(salt))),
        3 => plan.operation = Operation::CreateKek,
        4 => plan.nonce[0] ^= 1,
        5 => time(&mut plan.clocks.planned_at),
        6 => time(&mut plan.clocks.approve_by),
        7 => time(&mut plan.clocks.execute_by),
        8 => plan.targets[0].version = text,
        9 => plan.targets[0].name = text,
        10 => plan.targets[0].key = KeyId(Uuid::from_u128(1000 + u128::from(salt))),
        11 => drop(plan.targets.pop()),
        12 => drop(plan.parameters.insert("grace_seconds".into(), text)),
        13 => plan.changes[0].after = text,
        14 => drop(plan.impact.insert("deks".into(), 4 + salt % 1000)),
        15 => plan.reason = text,
        16 => plan.change_record = text,
        17 => plan.rollback_plan = text,
        18 => drop(plan.depends_on.insert("register.deks".into(), text)),
        _ => drop(plan.depends_on.remove("vault.version")),
    }
}

proptest! {
    /// any single changed field of a plan invalidates its seals.
    #[test]
    fn any_changed_field_invalidates_the_seals(field in 0usize..20, salt in any::<u64>()) {
        let sealed = plan();
        let mut changed = plan();
        mutate(&mut changed, field, salt);
        prop_assert!(prove(&changed, &both(&sealed)).is_err());
        let named = Plan::decode(&changed.encode()).unwrap();
        prop_assert_eq!(named, changed);
    }

    #[test]
    fn any_bytes_are_a_plan_or_refused(mut bytes in Just(plan().encode()), at in any::<prop::sample::Index>(), value in any::<u8>()) {
        let index = at.index(bytes.len());
        bytes[index] = value;
        if let Ok(read) = Plan::decode(&bytes) {
            prop_assert_eq!(read.encode(), bytes);
        }
    }
}

/// neither change record nor roll-back plan may be missing; clocks are bounded.
#[test]
fn an_unfounded_plan_is_refused() {
    let bounds = PlanBounds::default();
    assert_eq!(plan().check(&bounds), Ok(()));
    let empty = TextError::Empty { field: "change record" };
    assert_eq!(Plan { change_record: " ".into(), ..plan() }.check(&bounds), Err(PlanError::Text(empty)));
    assert!(Plan { rollback_plan: String::new(), ..plan() }.check(&bounds).is_err());
    let far = Clocks { execute_by: NOW.plus_days(31), ..plan().clocks };
    assert!(matches!(Plan { clocks: far, ..plan() }.check(&bounds), Err(PlanError::Clocks { .. })));
    let backwards = Clocks { execute_by: NOW.plus_days(1), ..plan().clocks };
    assert!(matches!(Plan { clocks: backwards, ..plan() }.check(&bounds), Err(PlanError::Clocks { .. })));
}

/// what differs is named, field by field.
#[test]
fn drift_names_the_fields_that_differ() {
    let mut live = plan().depends_on;
    assert!(plan().drift(&live).is_empty());
    live.insert("register.deks".into(), "4".into());
    live.insert("vault.enabled".into(), "false".into());
    let fields: Vec<_> = plan().drift(&live).into_iter().map(|line| (line.field, line.before, line.after)).collect();
    let expected = [("deks", "3", "4"), ("enabled", "", "false")];
    assert_eq!(fields, expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned())));
}
