//! Rules as two people change them, in a whole custody: what a console follows, what it refuses, and what breaks a rule.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at once")]

use std::sync::Arc;
use std::time::Duration;

use countersign_tests::{Psql, TestCustody, at_once, entry_of, grounds, passphrase, signed};
use custody::estate::Estate;
use custody::estate::inventory::{ImportError, Preview};
use custody::request::{Excepted, NewException, RequestError, RulesOrder, Verdict, Wanted, Windows};
use custody::run::{AuthorityError, Ended, RunError};
use custody::{Witness, WitnessError};
use domain::{
    Decision, KeyId, KeyKind, Plan, QuorumError, Role, RuleRows, RuleSection, RunId, Timestamp, ViolationRule,
};
use ledger::{Fault, Subject};
use workplace::Desk;

const QUORUM: &str = "2 devops:security engineering:security security:devops,security";

fn order(section: RuleSection, rows: &[(&str, &str)], decision: &str) -> RulesOrder {
    let changes: RuleRows = rows.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    RulesOrder { section, changes, decision_record: decision.to_owned() }
}

async fn planned(desk: &Desk, wanted: &Wanted) -> Result<Plan, RequestError> {
    desk.console.plan(desk.person.operator, wanted, grounds(), Windows::default()).await
}

/// Asked for by one, countersigned by the other in a role, and settled by the second one's console.
async fn agree(asks: (&Desk, Role), agrees: (&Desk, Role), wanted: &Wanted) -> Plan {
    let plan = planned(asks.0, wanted).await.unwrap();
    let device = asks.0.unlock_for_seal(passphrase()).await.unwrap();
    asks.0.console.submit(&plan, asks.1, &device).await.unwrap();
    sign(agrees, &plan).await.unwrap();
    let settled = agrees.0.console.settle(agrees.0.author(), plan.request).await.unwrap();
    assert_eq!(settled, Some(Ended::Completed));
    plan
}

async fn sign(who: (&Desk, Role), plan: &Plan) -> Result<(), RequestError> {
    let device = who.0.unlock_for_seal(passphrase()).await.unwrap();
    let verdict =
        Verdict { request: plan.request, decision: Decision::Approve, role: who.1, reason: "", shown: plan.hash() };
    who.0.console.decide(verdict, &device, who.0.author()).await.map(|_receipt| ())
}

async fn change(custody: &TestCustody, order: RulesOrder) -> Plan {
    agree((&custody.theo, Role::Security), (&custody.ines, Role::DevOps), &Wanted::ChangeRules(order)).await
}

/// a quorum that two people made stricter stays so for every console, also when a superuser edits the tables back, and also
/// for one that reads the ledger for the first time; until two people change it again.
#[tokio::test(flavor = "multi_thread")]
async fn a_stricter_quorum_holds_whatever_the_tables_say() {
    let custody = TestCustody::found().await;
    let (ines, theo) = (&custody.ines, &custody.theo);
    let kek = custody.make_kek("kek-payments").await;
    change(&custody, order(RuleSection::Quorum, &[("rotate_kek", "2 security:devops")], "")).await;
    let rotation = Wanted::RotateKek { key: kek, options: at_once() };
    let plan = planned(ines, &rotation).await.unwrap();
    let device = ines.unlock_for_seal(passphrase()).await.unwrap();
    let refused = ines.console.submit(&plan, Role::DevOps, &device).await.unwrap_err();
    assert!(matches!(&refused, RequestError::Register(error) if error.refusal().unwrap().code() == "role_missing"));

    let mut superuser = custody.superuser().await;
    let back = "INSERT INTO custody.quorum_pair SELECT max(version), 'rotate_kek', 'devops', 'security' FROM custody.quorum_rule";
    superuser.behind_the_fences(&["quorum_pair"], back).await;
    let plan = custody.sealed_rotation(kek, at_once()).await;
    let pinned = ines.console.witness.founding();
    let mut newcomer = ines.console.clone();
    newcomer.witness = Arc::new(Witness::new(pinned, None));
    for console in [&ines.console, &newcomer] {
        let error = console.start(ines.author(), plan.request).await.unwrap_err();
        let quorum = QuorumError::NotEntitled { role: Role::DevOps };
        assert!(matches!(&error, RunError::Authority(AuthorityError::Quorum(found)) if *found == quorum), "{error:?}");
    }
    // As Security asks and DevOps countersigns, it is carried out.
    let device = theo.unlock_for_seal(passphrase()).await.unwrap();
    let strict = planned(theo, &rotation).await.unwrap();
    theo.console.submit(&strict, Role::Security, &device).await.unwrap();
    sign((ines, Role::DevOps), &strict).await.unwrap();
    custody.carry_out(strict.request).await;

    let weaker = order(RuleSection::Quorum, &[("rotate_kek", QUORUM)], "");
    let refused = planned(theo, &Wanted::ChangeRules(weaker.clone())).await.unwrap_err();
    assert!(matches!(&refused, RequestError::DecisionMissing { rules } if rules == &["rotate_kek".to_owned()]));
    change(&custody, RulesOrder { decision_record: "ADR-0021".to_owned(), ..weaker }).await;
    let plan = custody.sealed_rotation(kek, at_once()).await;
    custody.carry_out(plan.request).await;

    let plan = custody.sealed_rotation(kek, at_once()).await;
    let applied = forge_a_change(&custody, &mut superuser).await;
    for console in [&ines.console, &newcomer] {
        let error = console.start(ines.author(), plan.request).await.unwrap_err();
        let RunError::Authority(AuthorityError::Witness(WitnessError::Fault(fault))) = &error else {
            unreachable!("{error:?}")
        };
        assert!(matches!(fault, Fault::People { number, .. } if *number == applied), "{fault:?}");
    }
}

/// One operator and whoever owns the database: a rule is asked for by the one, and the entries that put it into force are written past the
/// register, under the one's own key. The second signature is all that is missing. The number of the entry that lies.
async fn forge_a_change(custody: &TestCustody, superuser: &mut Psql) -> u64 {
    let theo = &custody.theo;
    let change = order(RuleSection::Quorum, &[("rotate_kek", "2 security:devops")], "");
    let plan = planned(theo, &Wanted::ChangeRules(change)).await.unwrap();
    let device = theo.unlock_for_seal(passphrase()).await.unwrap();
    theo.console.submit(&plan, Role::Security, &device).await.unwrap();
    let (now, run) = (theo.console.now().await.unwrap(), RunId(uuid::Uuid::from_u128(7)));
    let mut started = entry_of(theo.author(), "run.started", Subject::new("run", run), now);
    started.attributes.insert("request".to_owned(), plan.request.to_string());
    let mut applied = entry_of(theo.author(), "request.applied", Subject::new("request", plan.request), now);
    applied.attributes.insert("run".to_owned(), run.to_string());
    for (at, piece) in hex::encode(plan.encode()).as_bytes().chunks(4_000).enumerate() {
        applied.attributes.insert(format!("plan.{at:02}"), String::from_utf8(piece.to_vec()).unwrap());
    }
    for entry in [&started, &applied] {
        superuser.append(entry, &signed(entry, theo.author())).await;
    }
    theo.console.register.head().await.unwrap().0
}

/// a change whose lines say something else than its parameters is neither submitted nor countersigned, also when it was put
/// into the register behind its back.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_says_something_else_is_not_signed() {
    let custody = TestCustody::found().await;
    let (ines, theo) = (&custody.ines, &custody.theo);
    let raise = order(RuleSection::Settings, &[("gate_violation", "off")], "ADR-0022");
    let honest = planned(theo, &Wanted::ChangeRules(raise)).await.unwrap();
    let line = &honest.changes[0];
    assert_eq!((line.subject.as_str(), line.before.as_str(), line.after.as_str()), ("gate_violation", "warn", "off"));
    let mut lying = honest.clone();
    lying.changes[0].after = "block".to_owned();
    let mut harmless = honest.clone();
    harmless.parameters.insert("major".to_owned(), "false".to_owned());
    let device = theo.unlock_for_seal(passphrase()).await.unwrap();
    for plan in [&lying, &harmless] {
        let refused = theo.console.submit(plan, Role::Security, &device).await.unwrap_err();
        assert!(matches!(refused, RequestError::LinesDiffer), "{refused:?}");
    }
    theo.console.submit(&honest, Role::Security, &device).await.unwrap();
    let (bytes, id) = (hex::encode(lying.encode()), honest.request);
    let swap =
        format!("UPDATE custody.request SET plan = '\\x{bytes}', plan_hash = sha256('\\x{bytes}') WHERE id = '{id}'");
    custody.superuser().await.behind_the_fences(&["request"], swap).await;
    let refused = sign((ines, Role::DevOps), &lying).await.unwrap_err();
    assert!(matches!(refused, RequestError::LinesDiffer), "{refused:?}");
}

/// a violation is listed until an exception in force covers it, then it says which; and a new key in legacy storage comes in
/// only under one.
#[tokio::test(flavor = "multi_thread")]
async fn an_exception_covers_a_violation_and_says_so() {
    let custody = TestCustody::found().await;
    let (ines, theo) = (&custody.ines, &custody.theo);
    let kek = custody.make_kek("kek-payments").await;
    custody.superuser().await.run("UPDATE custody.key SET owner = ''").await.unwrap();
    let register = &ines.console.register;
    let listed = async || register.violations_page(&[ViolationRule::OwnerMissing], None, 10).await.unwrap().rows;
    assert_eq!(listed().await[0].excepted_by, None);
    let now = ines.console.now().await.unwrap();
    let wanted = exception("A-9.6-inventory", vec![kek], Vec::new(), now);
    agree((ines, Role::DevOps), (theo, Role::RiskAcceptance), &wanted).await;
    let row = listed().await.remove(0);
    assert_eq!(
        (row.key, row.excepted_by.map(|(_, number)| number.to_string())),
        (Some(kek), Some("EX-0001".to_owned()))
    );
    let counts = register.violation_counts().await.unwrap();
    let owner = counts.iter().find(|count| count.rule == ViolationRule::OwnerMissing).unwrap();
    assert_eq!((owner.violations, owner.excepted), (1, 1));
    legacy_needs_an_exception(&custody).await;
    custody.superuser().await.set_clock_ahead("20 days").await;
    assert_eq!(listed().await[0].excepted_by, None, "it has expired");
}

fn exception(clause: &str, keys: Vec<KeyId>, kinds: Vec<KeyKind>, now: Timestamp) -> Wanted {
    Wanted::GrantException(NewException {
        excepted: Excepted::Clause { clause: clause.to_owned(), keys, kinds, tenants: Vec::new() },
        title: format!("Away from {clause}"),
        justification: "The team is being reorganised".to_owned(),
        controls: "Security answers for it until then".to_owned(),
        owner: "Theo Brandt".to_owned(),
        expires_at: now.plus(Duration::from_secs(20 * 86_400)),
    })
}

/// A preview of one key in legacy storage, made on a day.
async fn legacy(desk: &Desk, kind: &str, name: &str, made: &str) -> Preview {
    let file = format!(
        "type,name,classification,purpose,owner,storage,created,phase_out_date
{kind},{name},internal,Boots,sre,kubernetes_secret_legacy,{made},2090-01-31
"
    );
    Estate::new(&desk.console, desk.author()).preview_inventory(file.as_bytes()).await.unwrap()
}

/// what is there is recorded; what is new needs an exception for its kind.
async fn legacy_needs_an_exception(custody: &TestCustody) {
    let (ines, theo) = (&custody.ines, &custody.theo);
    let estate = Estate::new(&ines.console, ines.author());
    let now = ines.console.now().await.unwrap();
    let yesterday = now.plus_days(-1).to_string();
    estate.import_inventory(&legacy(ines, "secret", "boot", "2024-01-31").await, "a.csv").await.unwrap();
    assert_eq!(legacy(ines, "secret", "boot-two", &yesterday).await.problems().total(), 1);
    let wanted = exception("A-7-legacy-storage", Vec::new(), vec![KeyKind::Secret], now);
    agree((ines, Role::DevOps), (theo, Role::RiskAcceptance), &wanted).await;
    estate.import_inventory(&legacy(ines, "secret", "boot-two", &yesterday).await, "b.csv").await.unwrap();
    let other = estate.import_inventory(&legacy(ines, "api_secret", "boot-api", &yesterday).await, "c.csv").await;
    assert!(matches!(&other, Err(ImportError::Refused { problems }) if problems.total() == 1), "{other:?}");
}
