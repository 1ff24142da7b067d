//! A seal is for one plan, to the last letter: whatever field is changed, in a plan of any content, the seal no longer holds.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use std::time::Duration;

use domain::{
    Change, Clocks, CustodyId, Decision, Environment, KeyId, Operation, OperatorId, Plan, RequestId, Role, Seal,
    SealError, SealStatement, Target, Timestamp,
};
use ed25519_dalek::{Signer as _, SigningKey};
use proptest::prelude::*;
use uuid::Uuid;

fn statement(plan: &Plan, signer: OperatorId, role: Role, time: Timestamp) -> SealStatement {
    SealStatement {
        custody: plan.custody,
        environment: plan.environment,
        request: plan.request,
        plan: plan.hash(),
        decision: Decision::Approve,
        role,
        signer,
        time,
    }
}

/// A plan of any content.
fn any_plan() -> impl Strategy<Value = Plan> {
    let text = || "[a-zA-Z0-9 .:/-]{0,24}";
    let map = || prop::collection::btree_map("[a-z_]{1,12}", text(), 0..4);
    let targets = prop::collection::vec((any::<u128>(), text(), text()), 1..3);
    let changes = prop::collection::vec((text(), text(), text(), text()), 0..3);
    let ids = (any::<u128>(), any::<u128>(), any::<u128>(), any::<[u8; 16]>(), 0_i64..1_000_000_000_000);
    let words = (prop::sample::select(Environment::ALL.to_vec()), prop::sample::select(Operation::ALL.to_vec()));
    let impact = prop::collection::btree_map("[a-z_]{1,12}", any::<u64>(), 0..3);
    (ids, words, targets, map(), changes, impact, (text(), text(), text()), map()).prop_map(
        |(ids, (environment, operation), targets, parameters, changes, impact, texts, depends_on)| {
            let planned_at = Timestamp::from_micros(ids.4);
            let approve_by = planned_at.plus(Duration::from_secs(3600));
            Plan {
                custody: CustodyId(Uuid::from_u128(ids.0)),
                environment,
                request: RequestId(Uuid::from_u128(ids.1)),
                operation,
                requester: OperatorId(Uuid::from_u128(ids.2)),
                nonce: ids.3,
                clocks: Clocks { planned_at, approve_by, execute_by: approve_by.plus(Duration::from_secs(3600)) },
                targets: targets
                    .into_iter()
                    .map(|(key, name, version)| Target { key: KeyId(Uuid::from_u128(key)), name, version })
                    .collect(),
                parameters,
                changes: changes
                    .into_iter()
                    .map(|(subject, field, before, after)| Change { subject, field, before, after })
                    .collect(),
                impact,
                reason: texts.0,
                change_record: texts.1,
                rollback_plan: texts.2,
                depends_on,
            }
        },
    )
}

/// Changes one field of a plan, and nothing else.
fn change_one(plan: &mut Plan, field: usize, salt: u64) {
    let other_id = |id: Uuid| Uuid::from_u128(id.as_u128() ^ (1 << (salt % 128)));
    let later = |time: Timestamp| time.plus(Duration::from_micros(1 + salt % 1_000_000));
    let next = |at: usize, count: usize| (at + 1) % count;
    match field {
        0 => plan.custody = CustodyId(other_id(plan.custody.0)),
        1 => {
            let at = Environment::ALL.iter().position(|it| *it == plan.environment).unwrap();
            plan.environment = *Environment::ALL.get(next(at, Environment::ALL.len())).unwrap();
        }
        2 => plan.request = RequestId(other_id(plan.request.0)),
        3 => {
            let at = Operation::ALL.iter().position(|it| *it == plan.operation).unwrap();
            plan.operation = *Operation::ALL.get(next(at, Operation::ALL.len())).unwrap();
        }
        4 => plan.requester = OperatorId(other_id(plan.requester.0)),
        5 => plan.nonce = (u128::from_be_bytes(plan.nonce) ^ (1 << (salt % 128))).to_be_bytes(),
        6 => plan.clocks.planned_at = later(plan.clocks.planned_at),
        7 => plan.clocks.approve_by = later(plan.clocks.approve_by),
        8 => plan.clocks.execute_by = later(plan.clocks.execute_by),
        9 => plan.targets.iter_mut().take(1).for_each(|it| it.key = KeyId(other_id(it.key.0))),
        10 => plan.targets.iter_mut().take(1).for_each(|it| it.name.push('x')),
        11 => plan.targets.iter_mut().take(1).for_each(|it| it.version.push('x')),
        12 => plan.targets.extend(plan.targets.first().cloned()),
        13 => drop(plan.parameters.insert(format!("new{salt}"), String::new())),
        14 => plan.changes.push(Change {
            subject: String::new(),
            field: String::new(),
            before: String::new(),
            after: salt.to_string(),
        }),
        15 => drop(plan.impact.insert("NEW".to_owned(), salt)),
        16 => plan.reason.push_str(&salt.to_string()),
        17 => plan.change_record.insert(0, 'x'),
        18 => plan.rollback_plan.push(' '),
        19 => drop(plan.depends_on.insert(format!("register.{salt}"), "x".to_owned())),
        // Moves a text from one field into the next: the same letters in another place are another plan.
        _ => {
            let moved = std::mem::take(&mut plan.reason);
            plan.change_record = format!("{moved}{}x", plan.change_record);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// whatever a plan says, one changed field takes the force from every seal on it.
    #[test]
    fn any_single_changed_field_of_a_plan_invalidates_its_seals(plan in any_plan(), field in 0_usize..=20, salt in any::<u64>()) {
        let key = SigningKey::from_bytes(&[5; 32]);
        let public_key = key.verifying_key().to_bytes();
        let given = statement(&plan, OperatorId(Uuid::from_u128(2)), Role::Security, plan.clocks.planned_at);
        let seal = Seal { signature: key.sign(&given.encode()).to_bytes(), key: [0; 32], statement: given };
        prop_assert_eq!(seal.verify(&plan, &public_key), Ok(()));
        let mut changed = plan.clone();
        change_one(&mut changed, field, salt);
        prop_assert_ne!(&changed, &plan);
        // The seal as it was given, and the signature under a statement that was put together anew.
        prop_assert!(seal.verify(&changed, &public_key).is_err());
        let SealStatement { signer, role, time, .. } = seal.statement;
        let again = Seal { statement: statement(&changed, signer, role, time), ..seal.clone() };
        prop_assert_eq!(again.verify(&changed, &public_key), Err(SealError::Signature));
        // And every field of the statement itself.
        let own: [fn(&mut SealStatement); 4] = [
            |it| it.decision = Decision::Reject,
            |it| it.role = Role::DevOps,
            |it| it.signer = OperatorId(Uuid::from_u128(3)),
            |it| it.time = it.time.plus(Duration::from_micros(1)),
        ];
        for change in own {
            let mut other = seal.clone();
            change(&mut other.statement);
            prop_assert_eq!(other.verify(&plan, &public_key), Err(SealError::Signature));
        }
    }
}
