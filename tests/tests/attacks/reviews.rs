//! A review of two weeks is worth something only if nobody gets through it alone, and nothing can be kept off its list.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at once")]

use countersign_tests::{TestCustody, entry_of, passphrase, signed};
use custody::proof::ProofError;
use custody::review::{Becomes, Finding, Group, ReviewError, ReviewWords, TransitionList};
use custody::{Author, WitnessError};
use domain::Role;
use ledger::Subject;
use register::{HoldKind, HoldTarget, RegisterError};
use workplace::Desk;

async fn device(desk: &Desk) -> Author {
    desk.unlock_for_seal(passphrase()).await.unwrap()
}

fn words(role: Role) -> ReviewWords<'static> {
    ReviewWords { role, note: "Every item", findings: &[] }
}

fn code<T: std::fmt::Debug>(outcome: Result<T, ReviewError>) -> String {
    match outcome {
        Err(ReviewError::Register(RegisterError::Refused(refusal))) => refusal.code().to_owned(),
        other => unreachable!("not refused: {other:?}"),
    }
}

async fn begin(desk: &Desk, list: &TransitionList, role: Role) -> Result<(), ReviewError> {
    let kept = desk.kept_tree().await.unwrap();
    let done = desk.console.sign_review(&device(desk).await, kept.as_ref(), list, &words(role)).await?;
    desk.keep(&done).await.unwrap();
    Ok(())
}

async fn finish(desk: &Desk, list: &TransitionList, role: Role) -> Result<(), ReviewError> {
    let kept = desk.kept_tree().await.unwrap();
    let done = desk.console.close_review(&device(desk).await, kept.as_ref(), list, &words(role)).await?;
    desk.keep(&done).await.unwrap();
    Ok(())
}

/// one person closes no review, not with another list, not with psql; what waits for its second look stops it; what an
/// administrator hides from the list or rewrites under it is found; closed by both it stands under a cosigned checkpoint.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_through_a_review_alone_and_nothing_is_kept_off_its_list() {
    let custody = TestCustody::found().await;
    let (ines, theo) = (&custody.ines, &custody.theo);
    let kek = custody.make_kek("kek-payments").await;
    let hold = custody::protect::NewHold {
        kind: HoldKind::Incident,
        target: HoldTarget::Key(kek),
        reference: "INC-7".to_owned(),
        reason: "A laptop is gone".to_owned(),
    };
    let hold = ines.console.set_hold(ines.author(), &hold).await.unwrap();
    let list = ines.console.transitions(0, None).await.unwrap();
    assert_eq!(code(begin(ines, &list, Role::DevOps).await), "looks_missing");
    let item = list.items.iter().find(|item| item.entry.verb == "hold.set").unwrap().number;
    theo.console.sign_off(&device(theo).await, item, "It is").await.unwrap();

    // What was refused comes onto the list; every verb that is not routine is on it, the register's own answer being the same.
    assert!(ines.console.attest_refusals(ines.author()).await.unwrap() > 0);
    let list = ines.console.transitions(0, None).await.unwrap();
    assert!(list.counts().iter().any(|(group, _)| *group == Group::Refusals));
    let mut superuser = custody.superuser().await;
    let mut verbs =
        superuser.texts("SELECT DISTINCT verb || '|' || custody.is_routine(verb) FROM custody.ledger_entry").await;
    let known = "session.closed run.claimed vault.observed step.failed exception.reminded policy.reviewed made.up";
    verbs.extend(
        superuser
            .texts(format!(
                "SELECT v || '|' || custody.is_routine(v) FROM unnest(string_to_array('{known}', ' ')) AS v"
            ))
            .await,
    );
    for verb in verbs {
        let (verb, routine) = verb.split_once('|').unwrap();
        assert_eq!(Group::of_verb(verb).is_none(), routine == "true", "{verb}");
    }

    // Another list than the register's, in the console and past it.
    let other = TransitionList { digest: [7; 32], ..list.clone() };
    assert_eq!(code(begin(ines, &other, Role::DevOps).await), "list_differs");
    let shorter = TransitionList { items: list.items[1..].to_vec(), ..list.clone() };
    assert_eq!(code(begin(ines, &shorter, Role::DevOps).await), "list_differs");
    let found = Finding { about: Some(item), becomes: Becomes::Incident(hold), words: "By chance".to_owned() };
    let said = ReviewWords { findings: &[found], ..words(Role::DevOps) };
    let first = ines.console.sign_review(&device(ines).await, None, &list, &said).await.unwrap();
    ines.keep(&first).await.unwrap();
    assert_eq!(code(finish(ines, &list, Role::Security).await), "same_person");
    let now = ines.console.now().await.unwrap();
    let mut forged = entry_of(&device(ines).await, "review.cosigned", Subject::new("checkpoint", list.size), now);
    forged.purpose = "Alone".to_owned();
    for (name, value) in
        [("root", hex::encode(first.root)), ("signature", "00".repeat(64)), ("role", "security".to_owned())]
    {
        forged.attributes.insert(name.to_owned(), value);
    }
    let mut psql = custody.psql(ines).await;
    assert_eq!(psql.call("cosign_review", &signed(&forged, &device(ines).await), None).await, "same_person");

    // An administrator keeps an act off the register's list: the second lead's console computes it from the entries, and is refused.
    let honest = superuser.texts("SELECT pg_get_functiondef('custody.is_routine(text)'::regprocedure)").await.remove(0);
    superuser.run(honest.replace("'session.opened'", "'session.opened', 'hold.set'")).await.unwrap();
    let seen = theo.console.transitions(0, Some(list.size)).await.unwrap();
    assert_eq!(seen.digest, list.digest, "hold.set is still on it");
    assert_eq!(code(finish(theo, &seen, Role::Security).await), "list_differs");
    superuser.run(honest).await.unwrap();

    // Or rewrites it: the chain does not lead from there to what this console verified.
    let change = |from: &str, to: &str| {
        format!(
            "UPDATE custody.ledger_entry SET entry = decode(replace(encode(entry, 'hex'), '{from}', '{to}'), 'hex') WHERE seq = {item}"
        )
    };
    let (was, is) = (hex::encode("INC-7"), hex::encode("INC-8"));
    superuser.behind_the_fences(&["ledger_entry"], change(&was, &is)).await;
    let broken = theo.console.transitions(0, Some(list.size)).await;
    assert!(matches!(broken, Err(ReviewError::Proof(ProofError::Witness(WitnessError::Fault(_))))), "{broken:?}");
    assert_eq!(code(finish(theo, &seen, Role::Security).await), "list_differs");
    superuser.behind_the_fences(&["ledger_entry"], change(&is, &was)).await;

    finish(theo, &seen, Role::Security).await.unwrap();
    assert_eq!(code(finish(theo, &seen, Role::Security).await), "review_closed");
    let review = theo.console.register.transition_reviews(None, 1).await.unwrap().remove(0);
    let checkpoint = theo.console.checkpoints(1).await.unwrap().remove(0);
    assert_eq!((review.size, review.digest, review.findings.len()), (checkpoint.size(), list.digest, 1));
    let lines: Vec<_> = checkpoint.signatures.iter().map(|line| (line.operator, line.is_review, line.holds)).collect();
    assert_eq!(lines, [(ines.person.operator, false, true), (theo.person.operator, true, true)]);
    custody.ines.console.witness.verify_all(&ines.console.register, &|_| ()).await.unwrap();
}
