//! KEKs, what lies under them, and the life of one key.

use domain::{KeyState, Operation, Role};
use register::{DekScope, Violation};

use crate::world::{World, key, nr};

#[tokio::test]
async fn a_kek_comes_with_what_lies_under_it() {
    let world = World::with_estate().await;
    let register = world.register(Role::Auditor).await;
    let kek = register.kek(key(300)).await.unwrap().unwrap();
    assert_eq!((kek.current_version.as_deref(), kek.version_number), (Some("v2"), 2));
    assert_eq!((kek.live_deks, kek.tenants, kek.tokens), (13, 3, 10));
    let versions: Vec<_> = kek.versions.iter().map(|v| (v.version.as_str(), v.number, v.enabled, v.deks)).collect();
    assert_eq!(versions, [("v1", 1, true, 5), ("v2", 2, true, 8)]);
    assert_eq!(register.kek_by_name("kek-0").await.unwrap().unwrap().id, key(300));
    let empty = register.kek(key(301)).await.unwrap().unwrap();
    assert_eq!((empty.live_deks, empty.tenants, empty.tokens), (0, 0, 0));
    assert_eq!(register.live_keks().await.unwrap(), [key(300), key(301)]);
    assert!(register.kek(key(400)).await.unwrap().is_none(), "a DEK is no KEK");
    assert!(register.kek_by_name("no-such").await.unwrap().is_none());
    world.run("UPDATE custody.key SET current_version = 'v1' WHERE id = public.nr(300)").await;
    assert_eq!(
        register.kek(key(300)).await.unwrap().unwrap().version_number,
        1,
        "a roll-back goes back in number, too"
    );
}

#[tokio::test]
async fn wraps_come_page_by_page_each_once() {
    let world = World::with_estate().await;
    let register = world.register(Role::DevOps).await;
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = register.wraps_under(key(300), "v2", after, 3).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.dek);
        found.extend(page);
    }
    let deks: Vec<_> = found.iter().map(|wrap| wrap.dek).collect();
    assert_eq!(deks, (405..=411).chain([500]).map(key).collect::<Vec<_>>());
    let first = &found[0];
    let scope = DekScope::Integration {
        tenant: domain::TenantId(nr(202)),
        tenant_name: "acorn".to_owned(),
        integration: "crm".to_owned(),
    };
    assert_eq!((&first.scope, first.kek, first.revision, first.wrapped.len()), (&scope, key(300), 1, 384));
    assert_eq!(found[7].scope, DekScope::Secret { name: "secret-a".to_owned() });
    let some = register.wraps_of(&[key(500), key(400), key(300)]).await.unwrap();
    assert_eq!(some.iter().map(|wrap| wrap.dek).collect::<Vec<_>>(), [key(400), key(500)]);
    assert_eq!(register.count_wraps(key(300), "v1").await.unwrap(), 5);
    assert!(register.wraps_under(key(301), "v1", None, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn deks_are_found_by_what_they_are_for() {
    let world = World::with_estate().await;
    let register = world.register(Role::Engineering).await;
    let dek = register.dek_of_integration("Acme", "crm").await.unwrap().unwrap();
    assert_eq!((dek.id, dek.state, dek.kek, dek.dek_version), (key(401), KeyState::Active, Some(key(300)), 1));
    assert_eq!(register.dek_of_secret("secret-a").await.unwrap().unwrap().id, key(500));
    let dek = register.dek(key(400)).await.unwrap().unwrap();
    assert_eq!((dek.messages, dek.tokens, dek.kek_version.as_deref()), (5, 5, Some("v1")));
    assert!(register.dek_of_integration("acme", "crm").await.unwrap().is_none(), "names are exact");
    assert!(register.dek_of_integration("Acme", "none").await.unwrap().is_none());
    assert!(register.dek(key(300)).await.unwrap().is_none());
}

#[tokio::test]
async fn tokens_come_page_by_page() {
    let world = World::with_estate().await;
    let register = world.register(Role::Agent).await;
    let first = register.tokens_of(key(400), None, 3).await.unwrap();
    let second = register.tokens_of(key(400), first.last().map(|token| token.id), 3).await.unwrap();
    let ids: Vec<_> = first.iter().chain(&second).map(|token| token.id).collect();
    assert_eq!(ids, [600, 602, 604, 606, 608].map(nr));
    assert_eq!(first[0].envelope.len(), 100);
}

/// everything recorded about a key, and every rule it breaks.
#[tokio::test]
async fn a_keys_detail_names_every_rule_it_breaks() {
    let world = World::with_estate().await;
    let register = world.register(Role::Auditor).await;
    let violations = async |n| register.key_detail(key(n)).await.unwrap().unwrap().violations;
    assert_eq!(violations(300).await, []);
    assert_eq!(violations(501).await, [Violation::OwnerMissing, Violation::Overdue]);
    assert_eq!(violations(502).await, [Violation::LegacyStorage]);
    assert_eq!(violations(504).await, [Violation::WeakAlgorithm]);
    world.run(
        "INSERT INTO custody.vault_observation (seq, kind, name, drift, detail)
         VALUES (public.entry(2, 'vault.observed', 'vault', 'tests', '', custody.clock()), 'key', 'kek-0', 'only_in_register', '{}')",
    )
    .await;
    assert_eq!(violations(300).await, [Violation::NotInVault]);
    world.run("SELECT public.entry(2, 'vault.observed', 'vault', 'tests', '', custody.clock())").await;
    assert_eq!(violations(300).await, [], "only the last observation counts");

    let kek = register.key_detail(key(300)).await.unwrap().unwrap();
    assert_eq!((kek.tokens, kek.tenants, kek.key.deks, kek.versions.len()), (10, 3, Some(13), 2));
    assert_eq!(kek.rule.map(|rule| (rule.period_days, rule.warn_days)), Some((365, 30)));
    let dek = register.key_detail(key(400)).await.unwrap().unwrap();
    let wrapped_by = dek.wrapped_by.unwrap();
    assert_eq!((wrapped_by.kek, wrapped_by.version_number, wrapped_by.name.as_str()), (key(300), 1, "kek-0"));
    assert_eq!((dek.tokens, dek.tenants), (5, 1));
    let legacy = register.key_detail(key(502)).await.unwrap().unwrap();
    assert_eq!(legacy.phase_out_at.unwrap().to_string(), "2027-03-01T00:00:00.000000Z");
    assert!(register.key_detail(key(999)).await.unwrap().is_none());
    assert_eq!(register.key(key(400)).await.unwrap().unwrap().tenant_name.as_deref(), Some("Acme"));
}

#[tokio::test]
async fn a_timeline_tells_entries_requests_and_runs_newest_first() {
    let world = World::with_estate().await;
    world.run("UPDATE custody.key SET state = 'suspended', state_seq = public.entry(1, 'key.suspended', 'key', public.nr(300)::text,
               'looks odd', custody.clock()) WHERE id = public.nr(300)").await;
    let register = world.register(Role::Auditor).await;
    let events = register.timeline(key(300), 500).await.unwrap();
    assert!(events.is_sorted_by(|a, b| a.seq > b.seq));
    let newest = &events[0];
    assert_eq!(
        (newest.verb.as_str(), newest.purpose.as_str(), newest.to_state),
        ("key.suspended", "looks odd", Some(KeyState::Suspended))
    );
    let oldest = events.last().unwrap();
    assert_eq!((oldest.verb.as_str(), oldest.to_state), ("key.adopted", Some(KeyState::Active)));
    let submitted = events.iter().filter(|event| event.verb == "request.submitted").collect::<Vec<_>>();
    assert_eq!(submitted.len(), 9);
    assert_eq!(submitted.last().unwrap().request.map(|(_, number)| number), Some(1));
    let started = events.iter().find(|event| event.verb == "run.finished").unwrap();
    assert_eq!((started.run.map(|(_, number)| number), started.request.map(|(_, number)| number)), (Some(1), Some(8)));
    assert_eq!(register.timeline(key(300), 2).await.unwrap().len(), 2);
    let of_dek = register.timeline(key(400), 10).await.unwrap();
    assert_eq!(of_dek.iter().map(|event| event.verb.as_str()).collect::<Vec<_>>(), ["dek.created"]);
}

#[tokio::test]
async fn facts_are_what_the_register_compares() {
    let world = World::with_estate().await;
    let register = world.register(Role::DevOps).await;
    let facts = register.facts(Operation::RotateKek, &[key(300)]).await.unwrap();
    let fact = |name: &str| facts[&format!("register.{}.{name}", key(300))].as_str();
    assert_eq!((fact("state"), fact("version"), fact("live_deks")), ("active", "v2", "13"));
    assert_eq!(facts["register.quorum_rules"], "3");
    world.run("UPDATE custody.wrap SET revision = revision + 1 WHERE dek = public.nr(400)").await;
    let later = register.facts(Operation::RotateKek, &[key(300)]).await.unwrap();
    let changed: Vec<_> = facts.iter().filter(|(name, value)| later[*name] != **value).map(|(name, _)| name).collect();
    assert_eq!(changed, [&format!("register.{}.wraps", key(300))]);
}
