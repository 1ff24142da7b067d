//! A third person joins a real custody by two signatures, countersigns in their turn, and loses everything in one act.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use countersign_tests::{Psql, TestCustody, approval, at_once, execute, grounds, passphrase};
use custody::people::Loss;
use custody::request::{Joiner, PeopleOrder, RequestError, Wanted, Windows};
use custody::run::{Ended, RunError, Steering};
use domain::{Plan, Role, RunId};
use ledger::EnrolmentCard;
use register::{ConnectError, OperatorKind};
use workplace::{Desk, JoinOrder, SignInError, read_card, write_card};

/// Somebody makes key and card on this computer.
async fn joins(custody: &TestCustody, name: &str) -> EnrolmentCard {
    let order = JoinOrder {
        operator: None,
        kind: OperatorKind::Operator,
        name: name.to_owned(),
        person: format!("{}@example.test", name.to_lowercase().replace(' ', ".")),
        login: None,
        password: None,
        device_name: "Phone".to_owned(),
        invitation: None,
        replace: false,
    };
    let card = custody.premises.join(order, passphrase()).await.unwrap();
    // It travels as a file.
    let travelled = read_card(&write_card(&card)).unwrap();
    assert_eq!(travelled, card);
    travelled
}

/// Ines asks, Theo countersigns, and his console puts it into force.
async fn decided(custody: &TestCustody, order: PeopleOrder) -> Plan {
    let plan = custody.ask(&Wanted::People(order)).await;
    custody.countersign(&plan).await;
    let theo = &custody.theo;
    assert_eq!(theo.console.settle(theo.author(), plan.request).await.unwrap(), Some(Ended::Completed));
    plan
}

async fn countersigns(desk: &Desk, plan: &Plan) {
    let device = desk.unlock_for_seal(passphrase()).await.unwrap();
    desk.console.decide(approval(plan), &device, desk.author()).await.unwrap();
}

/// A day passes on the register's clock: sessions are opened anew.
async fn a_day_passes(custody: &mut TestCustody, superuser: &mut Psql) {
    superuser.set_clock_ahead("25 hours").await;
    custody.ines = custody.premises.sign_in(custody.ines.person.operator, passphrase()).await.unwrap();
    custody.theo = custody.premises.sign_in(custody.theo.person.operator, passphrase()).await.unwrap();
}

fn code(error: &custody::protect::ProtectError) -> String {
    let custody::protect::ProtectError::Register(error) = error else { unreachable!("{error:?}") };
    error.refusal().unwrap().code().to_owned()
}

/// the whole way of a third operator, from their own key to a countersignature that is executed, and to the
/// act that ends it: the run that waits goes no further, the database lets nobody in, and the ledger alone proves all of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_third_operator_joins_countersigns_and_is_gone() {
    let mut custody = TestCustody::found().await;
    let mut superuser = custody.superuser().await;
    let (first, second) = (custody.make_kek("kek-first").await, custody.make_kek("kek-second").await);
    let card = joins(&custody, "Nora Vance").await;
    let nora = domain::OperatorId(card.operator);
    let early = custody.premises.sign_in(nora, passphrase()).await;
    assert!(matches!(early, Err(SignInError::Connect(ConnectError::NotAllowed { .. }))), "a login opens nothing");

    // A card that was changed on its way is refused before anybody signs.
    let changed = EnrolmentCard { name: "Nora Vence".to_owned(), ..card.clone() };
    let order = |card| PeopleOrder::Enrol { joiner: Joiner::Keyed(card), roles: vec![Role::Security] };
    let (ines, me) = (&custody.ines, custody.ines.person.operator);
    let refused = ines.console.plan(me, &Wanted::People(order(changed)), grounds(), Windows::default()).await;
    assert!(matches!(refused, Err(RequestError::Card)));
    decided(&custody, order(card)).await;

    a_day_passes(&mut custody, &mut superuser).await;
    let nora = custody.premises.sign_in(nora, passphrase()).await.unwrap();
    assert_eq!(nora.person.roles, [Role::Security]);
    let wanted = Wanted::RotateKek { key: first, options: at_once() };
    let plan = custody.ask(&wanted).await;
    countersigns(&nora, &plan).await;
    custody.carry_out(plan.request).await;
    let summary = nora.console.witness.verify_all(&nora.console.register, &|_| {}).await.unwrap();
    assert_eq!(summary.entries, nora.console.register.head().await.unwrap().0);

    // She asks for one, and a run under her seal has begun, when the suspicion comes up.
    let device = nora.unlock_for_seal(passphrase()).await.unwrap();
    let hers = nora.console.plan(nora.person.operator, &wanted, grounds(), Windows::default()).await.unwrap();
    nora.console.submit(&hers, Role::Security, &device).await.unwrap();
    let waiting = custody.ask(&Wanted::RotateKek { key: second, options: at_once() }).await;
    countersigns(&nora, &waiting).await;
    let run: RunId = custody.ines.console.start(custody.ines.author(), waiting.request).await.unwrap();
    let theo = &custody.theo;
    let suspended = theo.console.suspend_operator(theo.author(), nora.person.operator, "Phished", Loss::Refused).await;
    assert_eq!(suspended.unwrap().number("requests"), Some(1));
    let stopped = execute(&custody.ines, run).await.unwrap_err();
    assert!(matches!(stopped, RunError::Authority(_)), "{stopped:?}");
    assert_eq!(theo.console.register.request(hers.request).await.unwrap().unwrap().state, domain::RequestState::Lapsed);
    let lapsed = theo.console.register.lapsed_seals(waiting.request).await.unwrap();
    assert_eq!(lapsed.first().unwrap().why, "operator_suspended");
    let gone = custody.premises.sign_in(nora.person.operator, passphrase()).await;
    assert!(matches!(gone, Err(SignInError::Connect(ConnectError::NotAllowed { .. }))));
    assert!(nora.console.register.clock().await.is_err(), "her console is cut off");
    // What she signed while she could still verifies, and the way back is open.
    let (ines, (progress, _)) = (&custody.ines, tokio::sync::watch::channel(None));
    let back = ines.console.roll_back(ines.author(), run, "Her seal lapsed", &Steering::new(), &progress).await;
    assert_eq!(back.unwrap(), Ended::RolledBack);
    theo.console.witness.verify_all(&theo.console.register, &|_| {}).await.unwrap();
    let left = theo.console.operator_left(theo.author(), custody.ines.person.operator, "Leaves").await.unwrap_err();
    assert_eq!(code(&left), "would_break_quorum");
}
