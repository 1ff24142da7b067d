//! The inbox and the runs.

use domain::{Decision, RequestId, RequestState, Role, RunId, RunState, StepKind};
use register::{Difference, RequestFolder, RunDirection, RunFolder, StepState};

use crate::world::{World, key, nr, operator};

fn request(n: u32) -> RequestId {
    RequestId(nr(n))
}

/// every request shows where it stands, by the register's clock, and stays for ever.
#[tokio::test]
async fn requests_stand_where_seals_and_clocks_put_them() {
    let world = World::with_estate().await;
    let register = world.register(Role::Auditor).await;
    let all = register.requests(&(700..=708).map(request).collect::<Vec<_>>()).await.unwrap();
    let states: Vec<_> = all.iter().rev().map(|found| (found.number, found.state)).collect();
    let wanted = [
        RequestState::Open,
        RequestState::Approved,
        RequestState::Rejected,
        RequestState::Expired,
        RequestState::Open,
        RequestState::Lapsed,
        RequestState::Executing,
        RequestState::Executed,
        RequestState::Expired,
    ];
    assert_eq!(states, (1..).zip(wanted).collect::<Vec<_>>());
    let found = register.request(request(705)).await.unwrap().unwrap();
    assert_eq!(
        (found.requester, found.requester_role, found.change_record.as_str()),
        (operator(2), Role::DevOps, "CHG-705")
    );
    assert_eq!(found.plan, b"plan 705");
    assert_eq!(
        (found.parameters["grace_seconds"].as_str(), found.facts["register.rotation_rules"].as_str()),
        ("900", "1")
    );
    assert_eq!((found.targets[0].name.as_str(), found.targets[0].version.as_str()), ("kek-0", "v2"));
    let difference =
        Difference { fact: "register.rotation_rules".to_owned(), planned: "1".to_owned(), found: "2".to_owned() };
    assert_eq!(found.differences, [difference]);
    assert!(register.request(request(999)).await.unwrap().is_none());
}

/// each folder holds what it says, for each operator.
#[tokio::test]
async fn folders_hold_what_they_say() {
    let world = World::with_estate().await;
    let folder = async |role, folder, me| {
        let page = world.register(role).await.requests_page(folder, operator(me), None, 50).await.unwrap();
        assert_eq!(page.next_below, None);
        page.rows.iter().map(|row| row.number).collect::<Vec<_>>()
    };
    assert_eq!(folder(Role::Security, RequestFolder::ForMe, 1).await, [1], "her own request 5 is not hers to sign");
    assert_eq!(folder(Role::DevOps, RequestFolder::ForMe, 2).await, [5]);
    assert_eq!(folder(Role::Engineering, RequestFolder::ForMe, 3).await, [0; 0]);
    assert_eq!(folder(Role::Auditor, RequestFolder::ForMe, 4).await, [0; 0]);
    assert_eq!(folder(Role::Engineering, RequestFolder::Mine, 3).await, [2, 1]);
    assert_eq!(folder(Role::Auditor, RequestFolder::Open, 4).await, [5, 2, 1]);
    assert_eq!(folder(Role::Auditor, RequestFolder::Decided, 4).await, [9, 8, 7, 6, 4, 3]);
    let register = world.register(Role::Security).await;
    let counts = register.request_counts(operator(1)).await.unwrap();
    assert_eq!((counts.for_me, counts.mine, counts.open, counts.approved, counts.decided), (1, 1, 3, 1, 6));
    let first = register.requests_page(RequestFolder::Decided, operator(1), None, 4).await.unwrap();
    assert_eq!((first.rows.len(), first.next_below), (4, Some(6)));
    let second = register.requests_page(RequestFolder::Decided, operator(1), first.next_below, 4).await.unwrap();
    assert_eq!(second.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [4, 3]);
}

/// who may sign, who not and why is the database's answer.
#[tokio::test]
async fn who_may_sign_is_the_databases_answer() {
    let world = World::with_estate().await;
    let register = world.register(Role::Auditor).await;
    let code = async |n, who| register.may_sign(request(n), operator(who)).await.unwrap().code;
    assert_eq!(code(700, 1).await, "ok");
    assert_eq!(code(700, 3).await, "own_request");
    assert_eq!(code(700, 2).await, "role_missing");
    assert_eq!(code(700, 4).await, "role_missing");
    assert_eq!(code(700, 5).await, "not_human");
    assert_eq!(code(700, 6).await, "operator_inactive");
    assert_eq!(code(700, 7).await, "role_missing", "a role granted to help a request through does not count yet");
    assert_eq!(code(701, 1).await, "already_signed");
    assert_eq!(code(703, 1).await, "request_expired");
    assert_eq!(code(706, 6).await, "operator_inactive");
    assert_eq!(code(999, 1).await, "request_unknown");
    let answer = register.may_sign(request(700), operator(2)).await.unwrap();
    assert!(!answer.allowed());
    assert_eq!((answer.state, answer.wanted, answer.roles), (Some(RequestState::Open), vec![Role::Security], vec![]));
    let eligible = register.who_may_sign(request(704)).await.unwrap();
    assert_eq!(
        eligible.iter().map(|found| (found.operator, found.roles.clone())).collect::<Vec<_>>(),
        [(operator(2), vec![Role::DevOps])]
    );
    assert!(register.has_quorum(request(701)).await.unwrap());
    assert!(!register.has_quorum(request(700)).await.unwrap());
    world.run("UPDATE custody.operator SET status = 'suspended' WHERE id = public.nr(1)").await;
    assert!(!register.has_quorum(request(701)).await.unwrap(), "a suspended signer no longer counts");
    assert_eq!(register.request(request(701)).await.unwrap().unwrap().state, RequestState::Open);
}

#[tokio::test]
async fn seals_come_in_the_order_they_were_given() {
    let world = World::with_estate().await;
    let register = world.register(Role::Engineering).await;
    let seals = register.seals(request(702)).await.unwrap();
    let given: Vec<_> = seals.iter().map(|seal| (seal.operator, seal.role, seal.decision, seal.is_requester)).collect();
    let wanted = [
        (operator(3), Role::Engineering, Decision::Approve, true),
        (operator(1), Role::Security, Decision::Reject, false),
    ];
    assert_eq!(given, wanted);
    assert!(seals[0].seq < seals[1].seq);
    let many = register.seals_of(&[request(700), request(701)]).await.unwrap();
    assert_eq!(many.iter().map(|seal| seal.request).collect::<Vec<_>>(), [700, 701, 701].map(request));
}

#[tokio::test]
async fn differences_are_found_by_the_register() {
    let world = World::with_estate().await;
    let register = world.register(Role::Auditor).await;
    let facts: Vec<_> = register.request_differences(request(700)).await.unwrap().into_iter().map(|d| d.fact).collect();
    // The fixture's plan knows one fact that holds; of the others it knows nothing.
    assert!(!facts.contains(&"register.rotation_rules".to_owned()));
    assert!(facts.contains(&"register.quorum_rules".to_owned()));
}

/// a run whose console went away is found, and every run keeps its steps.
#[tokio::test]
async fn runs_and_their_steps_read_back() {
    let world = World::with_estate().await;
    let register = world.register(Role::DevOps).await;
    let run = register.run(RunId(nr(801))).await.unwrap().unwrap();
    assert_eq!(
        (run.number, run.request, run.state, run.direction),
        (2, request(706), RunState::Running, RunDirection::Forward)
    );
    assert_eq!((run.owner, run.fence, run.rewrapped, run.lapsed), (operator(2), 2, 13, true));
    assert_eq!(register.lapsed_runs().await.unwrap(), std::slice::from_ref(&run));
    world
        .run("UPDATE custody.run SET lease_until = custody.clock() + interval '1 minute' WHERE id = public.nr(801)")
        .await;
    assert!(register.lapsed_runs().await.unwrap().is_empty());
    let done = register.run_of(request(707)).await.unwrap().unwrap();
    assert_eq!(
        (done.state, done.lapsed, done.verification.as_deref()),
        (RunState::Completed, false, Some("every DEK opens"))
    );
    assert!(register.run_of(request(700)).await.unwrap().is_none());
    let steps = register.steps(RunId(nr(801))).await.unwrap();
    let seen: Vec<_> = steps.iter().map(|step| (step.position, step.kind, step.state)).collect();
    let wanted = [
        (1, StepKind::Compare, StepState::Done),
        (2, StepKind::CreateVersion, StepState::Failed),
        (3, StepKind::Rewrap, StepState::Intended),
    ];
    assert_eq!(seen, wanted);
    assert_eq!(steps[0].evidence.as_ref().unwrap()["checked"], "7");
    assert_eq!((steps[2].intent["batch"].as_str(), steps[2].evidence.as_ref()), ("100", None));
    let numbers = async |folder| {
        let page = register.runs_page(folder, None, 10).await.unwrap();
        page.rows.iter().map(|run| run.number).collect::<Vec<_>>()
    };
    assert_eq!((numbers(RunFolder::Active).await, numbers(RunFolder::Finished).await), (vec![2], vec![1]));
    let counts = register.run_counts().await.unwrap();
    assert_eq!((counts.active, counts.finished), (1, 1));
    let (entries, total) = register.run_entries(RunId(nr(800)), 1).await.unwrap();
    assert_eq!((entries.len(), total), (1, 2));
    let (entries, total) = register.request_entries(request(702), 10).await.unwrap();
    assert_eq!((entries.len(), total), (3, 3), "submitted, sealed, rejected");
    assert!(entries.is_sorted_by(|a, b| a > b));
    let about = register.requests_about(key(300), 3).await.unwrap();
    assert_eq!(about.iter().map(|found| found.number).collect::<Vec<_>>(), [9, 8, 7]);
    assert!(register.requests_about(key(301), 3).await.unwrap().is_empty());
}
