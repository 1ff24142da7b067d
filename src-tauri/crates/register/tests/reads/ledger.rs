//! The ledger: as it was written, by page, and as it is announced.

use domain::Role;
use futures::{StreamExt as _, TryStreamExt as _};
use register::{LedgerFilter, LedgerRecord, Notice, SubjectMeaning};

use crate::world::{World, key, nr, operator};

async fn write(world: &World, entries: u32) {
    world
        .run(&format!(
            "SELECT public.entry(1 + n % 3, CASE WHEN n % 10 = 0 THEN 'dek.created' ELSE 'step.done' END, 'batch', 'b' || n,
                                 'purpose of ' || n, custody.clock()) FROM generate_series(1, {entries}) AS n"
        ))
        .await;
}

/// R-72: nothing is left out, repeated or moved, over several pages of the stream.
#[tokio::test]
async fn the_stream_has_every_entry_in_order() {
    let world = World::with_people().await;
    write(&world, 9_000).await;
    let register = world.register(Role::Auditor).await;
    let (head, hash) = register.head().await.unwrap();
    assert_eq!(head, 9_001);
    let all: Vec<LedgerRecord> = register.ledger_stream(1, u64::MAX).try_collect().await.unwrap();
    assert_eq!(all.iter().map(|record| record.seq).collect::<Vec<_>>(), (1..=head).collect::<Vec<_>>());
    assert_eq!(all.last().unwrap().hash, hash);
    let paged = register.ledger_records(1, 10_000).await.unwrap();
    assert!(all == paged, "the stream and the pages tell the same");
    let some: Vec<_> = register.ledger_stream(4_000, 4_200).map_ok(|record| record.seq).try_collect().await.unwrap();
    assert_eq!(some, (4_000..=4_200).collect::<Vec<_>>());
    assert_eq!(register.ledger_stream(head + 1, u64::MAX).count().await, 0);
    let last = register.ledger_records(head, 10).await.unwrap();
    assert_eq!(last.iter().map(|record| record.seq).collect::<Vec<_>>(), [head]);
}

/// A reader who loses interest halfway leaves a usable connection behind.
#[tokio::test]
async fn a_stream_may_be_left_in_the_middle() {
    let world = World::with_people().await;
    write(&world, 9_000).await;
    let register = world.register(Role::Security).await;
    for _ in 0..10 {
        let first: Vec<_> = register.ledger_stream(1, u64::MAX).take(3).try_collect().await.unwrap();
        assert_eq!(first.len(), 3);
        assert_eq!(register.head().await.unwrap().0, 9_001);
    }
}

#[tokio::test]
async fn pages_go_back_from_the_newest_and_filter() {
    let world = World::with_estate().await;
    write(&world, 60).await;
    let register = world.register(Role::Auditor).await;
    let (head, _) = register.head().await.unwrap();
    let (mut seen, mut below) = (Vec::new(), None);
    loop {
        let page = register.ledger_page(&LedgerFilter::default(), below, 13).await.unwrap();
        seen.extend(page.rows.iter().map(|row| row.seq));
        write(&world, 1).await;
        below = page.next_below;
        if below.is_none() {
            break;
        }
    }
    assert_eq!(seen, (1..=head).rev().collect::<Vec<_>>());

    let every = register.ledger_page(&LedgerFilter::default(), None, 500).await.unwrap().rows;
    let none = LedgerFilter::default;
    let middle = every[every.len() / 2].recorded_at;
    let cases = [
        (LedgerFilter { verbs: vec!["dek.created".to_owned()], ..none() }, 7),
        (LedgerFilter { verbs: vec!["dek.created".to_owned(), "key.adopted".to_owned()], ..none() }, 8),
        (
            LedgerFilter { actor: Some(operator(1)), ..none() },
            every.iter().filter(|row| row.actor == operator(1)).count(),
        ),
        (LedgerFilter { subject: Some(("key".to_owned(), key(300).to_string())), ..none() }, 1),
        (LedgerFilter { text: "PURPOSE of 17".to_owned(), ..none() }, 1),
        (LedgerFilter { text: "purp%".to_owned(), ..none() }, 0),
        (LedgerFilter { since: Some(middle), ..none() }, every.iter().filter(|row| row.recorded_at >= middle).count()),
        (LedgerFilter { until: Some(middle), ..none() }, every.iter().filter(|row| row.recorded_at < middle).count()),
        (LedgerFilter { since: Some(middle), until: Some(middle), ..none() }, 0),
    ];
    for (filter, wanted) in cases {
        let found = register.ledger_page(&filter, None, 500).await.unwrap();
        assert_eq!(found.rows.len(), wanted, "{filter:?}");
        let count = register.count_entries(&filter).await.unwrap();
        assert_eq!((count.value, count.is_exact), (u64::try_from(wanted).unwrap(), true), "{filter:?}");
    }
    let verbs = register.ledger_verbs().await.unwrap();
    let wanted = [
        "custody.founded",
        "dek.created",
        "key.adopted",
        "request.rejected",
        "request.sealed",
        "request.submitted",
        "run.finished",
        "run.started",
        "step.done",
    ];
    assert_eq!(verbs, wanted);
}

#[tokio::test]
async fn an_entry_shows_what_it_is_about_and_what_came_before() {
    let world = World::with_estate().await;
    let register = world.register(Role::Engineering).await;
    let first = register.ledger_entry(1).await.unwrap().unwrap();
    assert_eq!((first.previous_hash, first.row.verb.as_str()), ([0; 32], "custody.founded"));
    let second = register.ledger_entry(2).await.unwrap().unwrap();
    assert_eq!(second.previous_hash, first.hash);
    assert_eq!(second.row.meaning, Some(SubjectMeaning::Key(key(300), "kek-0".to_owned())));
    assert!(register.ledger_entry(9_999).await.unwrap().is_none());
    let rows = register.ledger_page(&LedgerFilter::default(), None, 500).await.unwrap().rows;
    let meaning = |verb: &str| rows.iter().find(|row| row.verb == verb).unwrap().meaning.clone();
    assert_eq!(meaning("run.finished"), Some(SubjectMeaning::Run(domain::RunId(nr(800)), 1)));
    assert_eq!(meaning("request.rejected"), Some(SubjectMeaning::Request(domain::RequestId(nr(702)), 3)));
    assert_eq!(meaning("dek.created"), None);
}

#[tokio::test]
async fn signing_keys_are_found_by_their_ids() {
    let world = World::with_people().await;
    let register = world.register(Role::Auditor).await;
    let operators = register.operators().await.unwrap();
    let device = operators[0].devices[0].clone();
    let session: [u8; 32] =
        sqlx::query_scalar("SELECT key_id FROM custody.session").fetch_one(&world.admin).await.unwrap();
    let found = register.signing_keys(&[device.key_id, session, [7; 32]]).await.unwrap();
    let of_device = found.iter().find(|found| found.key_id == device.key_id).unwrap();
    assert_eq!((of_device.operator, of_device.public_key), (operators[0].id, device.public_key));
    assert_eq!(of_device.device_name.as_deref(), Some(device.name.as_str()));
    let of_session = found.iter().find(|found| found.key_id == session).unwrap();
    assert_eq!((of_session.operator, of_session.device_name.as_deref(), found.len()), (operator(2), None, 2));
}

#[tokio::test]
async fn appended_entries_are_announced() {
    let world = World::with_people().await;
    let register = world.register(Role::Auditor).await;
    let mut notices = std::pin::pin!(register.listen().await.unwrap());
    world.run(r#"NOTIFY countersign, '{"seq": 7, "verb": "run.started", "kind": "run", "subject": "x"}'"#).await;
    let heard = Notice::Appended {
        seq: 7,
        verb: "run.started".to_owned(),
        subject_kind: "run".to_owned(),
        subject: "x".to_owned(),
    };
    assert_eq!(notices.next().await.unwrap().unwrap(), heard);
    // Anyone may notify: nonsense is a hint that something happened, no more.
    world.run("NOTIFY countersign, 'nonsense'").await;
    assert_eq!(notices.next().await.unwrap().unwrap(), Notice::Missed);
    // A lost connection is told, and made again.
    world
        .run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE 'auditor%' AND query LIKE 'LISTEN%'")
        .await;
    assert_eq!(notices.next().await.unwrap().unwrap(), Notice::Missed);
    let mut heard = None;
    while heard.is_none() {
        // The new connection listens some time after the old one was missed.
        world.run(r#"NOTIFY countersign, '{"seq": 8, "verb": "v", "kind": "k", "subject": "s"}'"#).await;
        heard = tokio::time::timeout(std::time::Duration::from_millis(200), notices.next()).await.ok();
    }
    assert!(matches!(heard, Some(Some(Ok(Notice::Appended { seq: 8, .. })))), "{heard:?}");
}
