//! Pages of the inventory: total orders, filters, searches, counts.

use std::collections::BTreeSet;

use domain::{KeyId, KeyKind, KeyState, Role, StorageMedium, Timestamp};
use register::{Direction, DueFilter, KeyCursor, KeyFilter, KeyOrder, KeyRow, KeySort, Register};

use crate::world::{World, key};

const SORTS: [KeySort; 6] =
    [KeySort::Name, KeySort::Tenant, KeySort::State, KeySort::RotateBy, KeySort::Created, KeySort::Version];
const DIRECTIONS: [Direction; 2] = [Direction::Ascending, Direction::Descending];

/// Keys with few different values, so that every order has ties, put in while others read.
const MORE_KEYS: &str = "
    INSERT INTO custody.key (id, kind, name, tenant, classification, purpose, owner, algorithm, bits, storage, state, created_at,
                             rotate_by, rule_version, state_seq, search)
    SELECT gen_random_uuid(), (ARRAY['secret', 'ai_service'])[1 + n % 2], chr(97 + n % 5) || ' key ' || {from} + n,
           CASE n % 3 WHEN 0 THEN NULL ELSE public.nr(200 + n % 3) END, 'internal', 'p', 'o', '', NULL, 'key_vault',
           (ARRAY['active', 'suspended', 'pre_active'])[1 + n % 3], custody.clock() - make_interval(days => n % 4),
           CASE n % 4 WHEN 0 THEN NULL ELSE custody.clock() + make_interval(days => n % 4) END, 1, 3, 'key ' || n
    FROM generate_series(1, {count}) AS n";

async fn add(world: &World, from: u32, count: u32) {
    world.run(&MORE_KEYS.replace("{from}", &from.to_string()).replace("{count}", &count.to_string())).await;
}

async fn all(register: &Register, filter: &KeyFilter, order: KeyOrder, limit: u32) -> Vec<KeyRow> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = register.keys_page(filter, order, after.as_ref(), limit).await.unwrap();
        assert!(page.rows.len() <= usize::try_from(limit).unwrap());
        found.extend(page.rows);
        match page.next {
            // Through its text, as it travels.
            Some(next) => after = Some(next.to_string().parse::<KeyCursor>().unwrap()),
            None => return found,
        }
    }
}

fn ids(rows: &[KeyRow]) -> Vec<KeyId> {
    rows.iter().map(|row| row.id).collect()
}

/// What an order compares, as Rust sees it.
fn place(row: &KeyRow, sort: KeySort) -> (String, i64, String, KeyId) {
    let name = row.name.to_lowercase();
    let tenant = row.tenant_name.clone().unwrap_or_default().to_lowercase();
    let (text, number, name) = match sort {
        KeySort::Name => (String::new(), 0, name),
        KeySort::Tenant => (tenant, 0, name),
        KeySort::State => (row.state.word().to_owned(), 0, name),
        KeySort::RotateBy => (String::new(), row.rotate_by.map_or(i64::MAX, Timestamp::micros), String::new()),
        KeySort::Created => (String::new(), row.created_at.micros(), String::new()),
        KeySort::Version => (String::new(), i64::from(row.version_number), name),
    };
    (text, number, name, row.id)
}

#[tokio::test]
async fn every_order_is_total_and_its_reverse_is_exact() {
    let world = World::with_estate().await;
    add(&world, 0, 60).await;
    let register = world.register(Role::Auditor).await;
    for sort in SORTS {
        let up = all(&register, &KeyFilter::default(), KeyOrder { sort, direction: Direction::Ascending }, 7).await;
        let places: Vec<_> = up.iter().map(|row| place(row, sort)).collect();
        assert_eq!(up.len(), 80, "{sort:?}");
        assert!(places.is_sorted_by(|a, b| a < b), "{sort:?} is not ascending: {places:?}");
        let down = all(&register, &KeyFilter::default(), KeyOrder { sort, direction: Direction::Descending }, 11).await;
        assert_eq!(ids(&down), ids(&up).into_iter().rev().collect::<Vec<_>>(), "{sort:?} reversed");
    }
}

#[tokio::test]
async fn pages_neither_miss_nor_repeat_a_key_while_keys_are_inserted() {
    let world = World::with_estate().await;
    add(&world, 0, 40).await;
    let register = world.register(Role::Engineering).await;
    let mut added = 40;
    for (sort, direction) in SORTS.into_iter().flat_map(|sort| DIRECTIONS.map(|direction| (sort, direction))) {
        let order = KeyOrder { sort, direction };
        let before: BTreeSet<KeyId> =
            ids(&all(&register, &KeyFilter::default(), order, 100).await).into_iter().collect();
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = register.keys_page(&KeyFilter::default(), order, after.as_ref(), 9).await.unwrap();
            seen.extend(ids(&page.rows));
            add(&world, added, 1).await;
            added += 1;
            // Inserts before the reader stay unseen, those ahead of it may be seen: it ends all the same.
            assert!(seen.len() < 2_000, "the pages never end");
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        let different: BTreeSet<KeyId> = seen.iter().copied().collect();
        assert_eq!(different.len(), seen.len(), "{order:?} repeats a key");
        assert!(different.is_superset(&before), "{order:?} misses {:?}", before.difference(&different));
    }
}

#[tokio::test]
async fn every_filter_finds_what_it_says_in_every_order() {
    let world = World::with_estate().await;
    let register = world.register(Role::Security).await;
    let by_name = KeyOrder { sort: KeySort::Name, direction: Direction::Ascending };
    let every = all(&register, &KeyFilter::default(), by_name, 100).await;
    let now = register.clock().await.unwrap();
    let none = KeyFilter::default;
    let kek_deks: BTreeSet<KeyId> = (400..=411).chain([500]).map(key).collect();
    type Wanted<'a> = Box<dyn Fn(&KeyRow) -> bool + 'a>;
    let cases: Vec<(KeyFilter, Wanted<'_>)> = vec![
        (KeyFilter { kinds: vec![KeyKind::Dek], ..none() }, Box::new(|row| row.kind == KeyKind::Dek)),
        (
            KeyFilter { kinds: vec![KeyKind::Kek, KeyKind::ApiSecret], ..none() },
            Box::new(|row| matches!(row.kind, KeyKind::Kek | KeyKind::ApiSecret)),
        ),
        (
            KeyFilter { states: vec![KeyState::Deactivated], ..none() },
            Box::new(|row| row.state == KeyState::Deactivated),
        ),
        (
            KeyFilter { storage: vec![StorageMedium::KubernetesSecretLegacy], ..none() },
            Box::new(|row| row.storage == StorageMedium::KubernetesSecretLegacy),
        ),
        (
            KeyFilter { tenant: Some("Acme".to_owned()), ..none() },
            Box::new(|row| row.tenant_name.as_deref() == Some("Acme")),
        ),
        (KeyFilter { tenant: Some("acme".to_owned()), ..none() }, Box::new(|_| false)),
        (KeyFilter { owner: Some("platform".to_owned()), ..none() }, Box::new(|row| row.owner == "platform")),
        (KeyFilter { wrapped_by: Some(key(300)), ..none() }, Box::new(|row| kek_deks.contains(&row.id))),
        (KeyFilter { wrapped_by: Some(key(301)), ..none() }, Box::new(|_| false)),
        (KeyFilter { due: Some(DueFilter::Overdue), ..none() }, Box::new(|row| row.is_overdue(now))),
        (
            KeyFilter { due: Some(DueFilter::Within { days: 30 }), ..none() },
            Box::new(|row| row.rotates && row.rotate_by.is_some_and(|date| date > now && date <= now.plus_days(30))),
        ),
        (KeyFilter { due: Some(DueFilter::Violations), ..none() }, Box::new(|row| row.violates)),
        (KeyFilter { text: "BOREALIS pay".to_owned(), ..none() }, Box::new(|row| row.name == "Borealis/pay")),
        (
            KeyFilter { text: "ac".to_owned(), kinds: vec![KeyKind::Dek], ..none() },
            Box::new(|row| row.kind == KeyKind::Dek && row.name.to_lowercase().contains("ac")),
        ),
        (KeyFilter { text: "100%".to_owned(), ..none() }, Box::new(|row| row.name == "legacy_100%")),
        (KeyFilter { text: "acy_1".to_owned(), ..none() }, Box::new(|row| row.name == "legacy_100%")),
        (KeyFilter { text: "we".to_owned(), ..none() }, Box::new(|row| row.name == "weak" || row.owner == "web")),
        (KeyFilter { text: "_".to_owned(), ..none() }, Box::new(|_| false)),
        (KeyFilter { text: "no such key".to_owned(), ..none() }, Box::new(|_| false)),
    ];
    for (filter, wanted) in &cases {
        let expected: BTreeSet<KeyId> = every.iter().filter(|row| wanted(row)).map(|row| row.id).collect();
        assert_eq!(
            register.count_keys(filter).await.unwrap().value,
            u64::try_from(expected.len()).unwrap(),
            "{filter:?}"
        );
        for (sort, direction) in SORTS.into_iter().flat_map(|sort| DIRECTIONS.map(|direction| (sort, direction))) {
            let found = ids(&all(&register, filter, KeyOrder { sort, direction }, 3).await);
            assert_eq!(found.len(), expected.len(), "{filter:?} by {sort:?}");
            assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected, "{filter:?} by {sort:?}");
        }
    }
    let hits = cases.iter().filter(|(_, wanted)| every.iter().any(wanted)).count();
    assert_eq!(hits, cases.len() - 4, "all but four cases find something");
}

/// due is judged by the register's clock, and a key out of service is never late.
#[tokio::test]
async fn overdue_keys_are_those_in_service_whose_date_has_passed() {
    let world = World::with_estate().await;
    let register = world.register(Role::Auditor).await;
    let overdue = KeyFilter { due: Some(DueFilter::Overdue), ..KeyFilter::default() };
    let order = KeyOrder { sort: KeySort::RotateBy, direction: Direction::Ascending };
    // 505 is past its date, too, but deactivated.
    assert!(!ids(&all(&register, &overdue, order, 50).await).contains(&key(505)));
    assert!(ids(&all(&register, &overdue, order, 50).await).contains(&key(501)));
    let page = register.keys_page(&overdue, order, None, 50).await.unwrap();
    let late = page.rows.iter().find(|row| row.id == key(501)).unwrap();
    assert_eq!(late.due_in_days(page.now), Some(-3), "two days and a moment late");
    world.run("UPDATE custody.key SET rotate_by = custody.clock() + interval '1 hour' WHERE id = public.nr(501)").await;
    assert!(!ids(&all(&register, &overdue, order, 50).await).contains(&key(501)));
}

#[tokio::test]
async fn counts_follow_every_change() {
    let world = World::with_estate().await;
    let register = world.register(Role::Auditor).await;
    let active = KeyFilter { states: vec![KeyState::Active], ..KeyFilter::default() };
    let violating = KeyFilter { due: Some(DueFilter::Violations), ..KeyFilter::default() };
    assert_eq!(register.total_keys().await.unwrap(), 20);
    assert_eq!(register.count_keys(&active).await.unwrap().value, 19);
    assert_eq!(register.count_keys(&violating).await.unwrap().value, 3);
    add(&world, 0, 3).await;
    assert_eq!(register.total_keys().await.unwrap(), 23);
    world
        .run("UPDATE custody.key SET state = 'suspended', state_seq = 9 WHERE id IN (public.nr(500), public.nr(501))")
        .await;
    world.run("UPDATE custody.key SET owner = 'payments' WHERE id = public.nr(501)").await;
    assert_eq!(register.count_keys(&active).await.unwrap().value, 18, "one of three new ones is active, two went");
    assert_eq!(register.count_keys(&violating).await.unwrap().value, 2);
    world.run("DELETE FROM custody.token; DELETE FROM custody.wrap WHERE dek = public.nr(411)").await;
    let version = &register.key_versions(key(300)).await.unwrap()[1];
    assert_eq!((version.number, version.deks), (2, 7));
    world.run("UPDATE custody.wrap SET kek_version = 'v2' WHERE kek_version = 'v1'").await;
    let versions = register.key_versions(key(300)).await.unwrap();
    assert_eq!(versions.iter().map(|version| version.deks).collect::<Vec<_>>(), [0, 12]);
}

#[tokio::test]
async fn a_cursor_of_another_order_or_none_at_all_is_refused() {
    let world = World::with_estate().await;
    let register = world.register(Role::Security).await;
    let by_name = KeyOrder { sort: KeySort::Name, direction: Direction::Ascending };
    let next = register.keys_page(&KeyFilter::default(), by_name, None, 2).await.unwrap().next.unwrap();
    for other in [
        KeyOrder { sort: KeySort::Name, direction: Direction::Descending },
        KeyOrder { sort: KeySort::Created, direction: Direction::Ascending },
    ] {
        assert!(register.keys_page(&KeyFilter::default(), other, Some(&next), 2).await.is_err());
    }
    let text = next.to_string();
    assert_eq!(text.parse::<KeyCursor>().as_ref(), Ok(&next));
    let without_texts =
        hex::encode(hex::decode(&text).map(|json| String::from_utf8(json).unwrap()).unwrap().replace("acme/chat", ""));
    for forged in ["", "zz", "7b7d", &text[2..], &text[..text.len() - 2]] {
        assert!(forged.parse::<KeyCursor>().is_err(), "{forged}");
    }
    // A value that was tampered with only starts somewhere else: nothing can be seen that the login may not see anyway.
    let elsewhere = without_texts.parse::<KeyCursor>().unwrap();
    assert!(register.keys_page(&KeyFilter::default(), by_name, Some(&elsewhere), 2).await.is_ok());
}

#[tokio::test]
async fn tenants_and_owners_are_listed_by_prefix() {
    let world = World::with_estate().await;
    let register = world.register(Role::Engineering).await;
    let page = register.tenants("AC", 10).await.unwrap();
    let named: Vec<_> = page.tenants.iter().map(|tenant| (tenant.name.as_str(), tenant.keys)).collect();
    assert_eq!((named, page.total), (vec![("Acme", 4), ("acorn", 4)], 2));
    let first = register.tenants("", 1).await.unwrap();
    assert_eq!((first.tenants.len(), first.total), (1, 3));
    assert_eq!(register.tenants("%", 10).await.unwrap().total, 0);
    assert_eq!(register.owners("", 10).await.unwrap(), ["apps", "platform", "web"]);
    assert_eq!(register.owners("p", 10).await.unwrap(), ["platform"]);
}
