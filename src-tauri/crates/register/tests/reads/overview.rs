//! The overview's figures, observations and refusals.

use domain::Role;

use crate::world::{World, key, operator};

/// what is late, what is due, and how old DEKs are.
#[tokio::test]
async fn the_overview_counts_what_is_there() {
    let world = World::with_estate().await;
    let register = world.register(Role::Security).await;
    let overview = register.overview(operator(1)).await.unwrap();
    // Of 20 keys one has no date and one is out of service; the twelve DEKs of tenants fall due from today on, one each ten days.
    assert_eq!((overview.keys, overview.with_rule, overview.violations), (20, 18, 3));
    assert_eq!(
        (overview.overdue, overview.within_rule),
        (2, 16),
        "stripe-key, and the DEK that is due this very moment"
    );
    assert_eq!(overview.due_soon, 4, "three DEKs within thirty days, and legacy_100%");
    assert_eq!((overview.requests.open, overview.requests.for_me, overview.runs.active), (3, 1, 1));
    assert_eq!(overview.drift, None);
    let dates: Vec<_> = overview.due.iter().map(|due| due.key.rotate_by.unwrap()).collect();
    assert!(dates.is_sorted());
    assert_eq!(overview.due[0].key.id, key(501));
    assert!(overview.due.iter().all(|due| !due.is_requested), "requests name kek-0 only");
    world.run("UPDATE custody.key SET rotate_by = custody.clock() - interval '9 days' WHERE id = public.nr(300)").await;
    let first = register.overview(operator(1)).await.unwrap().due.swap_remove(0);
    assert_eq!((first.key.id, first.is_requested), (key(300), true));
    let ages: Vec<_> = overview.dek_ages.iter().map(|bucket| (bucket.from_days, bucket.to_days, bucket.keys)).collect();
    assert_eq!(ages, [(0, Some(30), 1), (30, Some(90), 12), (90, Some(180), 0), (180, Some(365), 0), (365, None, 0)]);
    assert_eq!(overview.deks, 13);
    let keks: Vec<_> = overview.keks.iter().map(|kek| (kek.key.id, kek.versions.len())).collect();
    assert_eq!(keks, [(key(300), 2), (key(301), 1)]);
    let status = register.status_counts(operator(1)).await.unwrap();
    assert_eq!((status.keys, status.for_me, status.runs), (20, 1, 1));
    assert_eq!((status.head, status.head_hash), register.head().await.unwrap());
}

/// the last comparison with the vault, difference by difference.
#[tokio::test]
async fn the_last_observation_is_shown() {
    let world = World::with_people().await;
    let register = world.register(Role::Engineering).await;
    assert_eq!(register.last_observation().await.unwrap(), None);
    world
        .run(
            "INSERT INTO custody.vault_observation (seq, kind, name, drift, detail)
             SELECT seq, 'key', name, drift, detail::jsonb
             FROM public.entry(2, 'vault.observed', 'vault', 'tests', '', custody.clock()) AS seq,
                  (VALUES ('b', 'only_in_vault', '{\"vault\": \"RSA 2048\"}'), ('a', 'deleted', '{\"register\": \"v1\"}'))
                  AS d (name, drift, detail)",
        )
        .await;
    let found = register.last_observation().await.unwrap().unwrap();
    assert_eq!((found.seq, found.actor), (2, operator(2)));
    let drift: Vec<_> = found
        .drift
        .iter()
        .map(|d| (d.name.as_str(), d.drift.as_str(), d.register.as_str(), d.vault.as_str()))
        .collect();
    assert_eq!(drift, [("a", "deleted", "v1", ""), ("b", "only_in_vault", "", "RSA 2048")]);
    assert_eq!(register.overview(operator(3)).await.unwrap().drift, Some((2, found.at)));
}

/// refused attempts are told, newest first.
#[tokio::test]
async fn refusals_are_told() {
    let world = World::with_people().await;
    let register = world.register(Role::Auditor).await;
    world
        .run(
            "INSERT INTO custody.refusal (at, login, operator, function, verb, subject, code, detail, entry_digest)
             SELECT custody.clock(), 'mallory', CASE n WHEN 1 THEN public.nr(3) END, 'decide_request', NULL, NULL, 'own_request',
                    json_build_object('n', n), sha256('') FROM generate_series(1, 3) AS n",
        )
        .await;
    let found = register.refusals(None, 2).await.unwrap();
    assert_eq!(found.iter().map(|refusal| refusal.detail["n"].as_u64()).collect::<Vec<_>>(), [Some(3), Some(2)]);
    let rest = register.refusals(found.last().map(|last| last.id), 10).await.unwrap();
    let told: Vec<_> =
        rest.iter().map(|refusal| (refusal.login.as_str(), refusal.operator, refusal.code.as_str())).collect();
    assert_eq!(told, [("mallory", Some(operator(3)), "own_request")]);
}
