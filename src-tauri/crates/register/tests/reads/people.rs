//! Custody, rules and people.

use domain::{Environment, KeyKind, Operation, Role};
use register::{OperatorKind, OperatorStatus};

use crate::world::{World, nr, operator};

#[tokio::test]
async fn the_custody_and_its_settings_read_back() {
    let world = World::with_people().await;
    let register = world.register(Role::Auditor).await;
    let custody = register.custody().await.unwrap().unwrap();
    assert_eq!((custody.id.0, custody.environment), (nr(100), Environment::Staging));
    assert_eq!((custody.vault_host.as_str(), custody.vault_name.as_str()), ("tests.vault.azure.net", "tests"));
    let settings = register.settings().await.unwrap();
    assert_eq!((settings.vault_budget_percent, settings.rewrap_batch, settings.grace_seconds), (70, 100, 900));
    world.run("INSERT INTO custody.setting VALUES (90, 'vault_budget_percent', '50')").await;
    assert_eq!(register.settings().await.unwrap().vault_budget_percent, 50, "the newest version is in force");
    let (clock, written): (_, String) = (
        register.clock().await.unwrap(),
        sqlx::query_scalar("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI')")
            .fetch_one(&world.admin)
            .await
            .unwrap(),
    );
    let minute = i64::from(60_000_000);
    let near = [-1, 0, 1].map(|minutes| domain::Timestamp::from_micros(clock.micros() + minutes * minute).to_string());
    assert!(near.iter().any(|text| text.starts_with(&written)), "{near:?} has {written}");
}

/// The defaults of the domain and of the database are the same policy.
#[tokio::test]
async fn rules_are_the_domains_defaults() {
    let world = World::with_people().await;
    let register = world.register(Role::Security).await;
    let mut found = register.quorum_rules().await.unwrap();
    let mut wanted = domain::quorum_rules();
    assert_eq!(found.version, 3);
    for rule in found.rules.iter_mut().chain(&mut wanted) {
        rule.countersigners.sort_by_key(|entry| entry.requested_as);
        rule.countersigners.iter_mut().for_each(|entry| entry.roles.sort());
    }
    found.rules.sort_by_key(|rule| rule.operation);
    wanted.sort_by_key(|rule| rule.operation);
    assert_eq!(found.rules, wanted);
    assert!(found.rules.iter().any(|rule| rule.operation == Operation::RotateKek));
    let found = register.rotation_rules().await.unwrap();
    for rule in domain::default_rotation_rules() {
        let in_force = found.rules.iter().find(|found| found.kind == rule.kind && found.in_force).unwrap();
        assert_eq!((in_force.period_days, in_force.warn_days), (rule.period_days, rule.warn_days), "{}", rule.kind);
    }
    world.run("INSERT INTO custody.setting VALUES (91, 'threat_level', 'high')").await;
    let high = register.rotation_rules().await.unwrap();
    let kek = high.rules.iter().find(|rule| rule.kind == KeyKind::Kek && rule.in_force).unwrap();
    assert_eq!((kek.threat_level.as_str(), kek.period_days), ("high", 91), "a higher threat shortens the term");
}

#[tokio::test]
async fn operators_come_with_roles_and_devices() {
    let world = World::with_people().await;
    let register = world.register(Role::DevOps).await;
    assert_eq!(register.me().await.unwrap(), Some(operator(2)));
    let found = register.operators().await.unwrap();
    let ada = found.iter().find(|found| found.id == operator(1)).unwrap();
    assert_eq!(
        (ada.person.as_str(), ada.name.as_str(), ada.status),
        ("ada@example.com", "Ada Example", OperatorStatus::Active)
    );
    let devices: Vec<_> = ada.devices.iter().map(|device| (device.name.as_str(), device.active)).collect();
    assert_eq!(devices.len(), 2);
    assert!(devices.contains(&("laptop 1", true)) && devices.contains(&("old laptop", false)));
    let now = register.clock().await.unwrap();
    assert_eq!(ada.roles_at(now), [Role::Security]);
    let eve = found.iter().find(|found| found.id == operator(5)).unwrap();
    assert_eq!((eve.kind, eve.roles_at(now)), (OperatorKind::Agent, vec![Role::Agent]));
    let fay = found.iter().find(|found| found.id == operator(6)).unwrap();
    assert_eq!(fay.status, OperatorStatus::Suspended);
    let gus = found.iter().find(|found| found.id == operator(7)).unwrap();
    assert_eq!((gus.roles_at(now), gus.roles_at(now.plus_days(2))), (vec![], vec![Role::Security]), "cool-down");
}

/// A login that was never enrolled is nobody.
#[tokio::test]
async fn a_stranger_is_nobody() {
    let world = World::with_people().await;
    world.run("UPDATE custody.operator SET login = 'somebody else' WHERE id = public.nr(2)").await;
    assert_eq!(world.register(Role::DevOps).await.me().await.unwrap(), None);
}
