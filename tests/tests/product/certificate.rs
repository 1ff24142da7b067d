//! Certificates of destruction over the whole product: issued after a real destruction, verified as a stranger would, found out when
//! anything about them was changed (R-43).
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at once")]

use certificate::{Fault, verify};
use countersign_tests::{OtherVault, TestCustody, TokenBag, execute};
use custody::certificate::CertificateError;
use custody::request::{NewKek, OffboardingOrder, Purge, ReclaimHours, Wanted};
use custody::run::{Ended, Steering};
use domain::{Classification, KeyId, KeyKind, KeyName, Plan, RunId, StepKind};
use local_vault::VaultRules;
use rand_core::OsRng;
use register::RegisterError;
use tokio::sync::watch;
use vault::Budget;
use workplace::Desk;

async fn sealed(custody: &TestCustody, wanted: &Wanted) -> Plan {
    let plan = custody.ask(wanted).await;
    custody.countersign(&plan).await;
    plan
}

async fn destroyed_kek(custody: &TestCustody) -> (KeyId, RunId) {
    let key = custody.make_kek("kek-retired").await;
    let plan = sealed(custody, &Wanted::DestroyKek { key, purge: Purge::AtOnce }).await;
    (key, custody.carry_out(plan.request).await)
}

async fn issued(desk: &Desk, run: RunId) -> Vec<u8> {
    desk.console.issue_certificate(desk.author(), run).await.unwrap();
    desk.console.certificate_of(run).await.unwrap().0
}

/// R-43, R-44: one certificate for a run, whoever asks again; it verifies without register and vault, says who signed and what was
/// destroyed, and waits for a second look.
#[tokio::test(flavor = "multi_thread")]
async fn a_destroyed_kek_is_certified_once() {
    let custody = TestCustody::found().await;
    let (key, run) = destroyed_kek(&custody).await;
    let (ines, theo) = (&custody.ines, &custody.theo);
    let row = ines.console.issue_certificate(ines.author(), run).await.unwrap();
    let again = theo.console.issue_certificate(theo.author(), run).await.unwrap();
    assert_eq!((row.number, &row), (1, &again), "idempotent, also for somebody else");
    let (bytes, _) = theo.console.certificate_of(run).await.unwrap();
    let verdict = verify(&bytes).unwrap();
    let document = &verdict.document;
    assert_eq!(document.destroyed[0].key, key);
    assert_eq!(document.destroyed[0].kind, KeyKind::Kek);
    assert!(document.destroyed[0].versions[0].public_key_digest.is_some());
    let names: Vec<&str> = document.people.iter().map(|line| line.name.as_str()).collect();
    assert_eq!(names, ["Ines Duarte", "Theo Brandt"]);
    assert_eq!(document.seals.len(), 2);
    assert_eq!(document.statement.strength.word, "cryptographic");
    let count = "SELECT count(*) FROM custody.review_item WHERE kind = 'certificate' AND signed_off_seq IS NULL";
    let waiting: i64 = sqlx::query_scalar(count).fetch_one(&custody.administrator()).await.unwrap();
    assert_eq!(waiting, 1);
    custody.ledger_verifies().await;
    let html = certificate::page(&verdict);
    assert!(html.contains("kek-retired") && html.contains("Theo Brandt"));
    assert!(certificate::pdf(&verdict).starts_with(b"%PDF-"));
}

/// R-43, R-47: a DEK under a shared KEK: the copies that remain, with dates by the retention that was signed.
#[tokio::test(flavor = "multi_thread")]
async fn the_residue_of_a_dek_has_dates() {
    let custody = TestCustody::found().await;
    let kek = custody.make_kek("kek-shared").await;
    let deks = custody.make_deks(kek, 3).await;
    TokenBag::default().seal(&custody.ines, &deks, 2).await;
    let wanted = Wanted::DestroyDeks { keys: deks[..2].to_vec(), reclaim_hours: ReclaimHours::Any };
    let plan = sealed(&custody, &wanted).await;
    let run = custody.carry_out(plan.request).await;
    let verdict = verify(&issued(&custody.ines, run).await).unwrap();
    let statement = &verdict.document.statement;
    assert_eq!(verdict.document.destroyed.len(), 2);
    assert_eq!(statement.strength.word, "limited");
    let retention = custody.ines.console.register.retention().await.unwrap();
    let reclaimed = statement.evidence.iter().find(|line| line.words.starts_with("The tables were rewritten")).unwrap();
    let days = |residue: &certificate::Residue| (residue.until.unwrap() - reclaimed.at) / 86_400_000_000;
    let found: Vec<(&str, i64)> = statement.remains.iter().map(|it| (it.copy.as_str(), days(it))).collect();
    let wanted = [
        ("write-ahead log", i64::from(retention.wal_days)),
        ("replicas", i64::from(retention.replica_lag_hours) / 24),
        ("backups", i64::from(retention.backup_days)),
    ];
    assert_eq!(found, wanted);
}

/// R-42, R-43, R-47: a tenant with a KEK of its own: cryptographic erasure, everything of it in one certificate.
#[tokio::test(flavor = "multi_thread")]
async fn an_offboarded_tenant_is_certified() {
    let custody = TestCustody::found().await;
    custody.make_secret("crm-api", "typed by hand").await;
    let now = custody.ines.console.now().await.unwrap();
    let key = KeyId::make(now, &mut OsRng);
    let kek = Wanted::CreateKek(NewKek {
        key,
        name: KeyName::parse("kek-nordwind").unwrap(),
        bits: 2048,
        owner: "Platform security".to_owned(),
        purpose: "Wraps the DEKs of Nordwind".to_owned(),
        classification: Classification::Restricted,
        tenant: Some("Nordwind".to_owned()),
    });
    let plan = sealed(&custody, &kek).await;
    custody.carry_out(plan.request).await;
    let tenant: uuid::Uuid = sqlx::query_scalar("SELECT id FROM custody.tenant WHERE name = 'Nordwind'")
        .fetch_one(&custody.administrator())
        .await
        .unwrap();
    let order = custody::estate::deks::DekOrder {
        kek: key,
        targets: vec![custody::estate::deks::DekTarget::Tenant {
            tenant: "Nordwind".to_owned(),
            integration: "crm".to_owned(),
        }],
        owner: "Payments".to_owned(),
        purpose: "Credentials".to_owned(),
        classification: Classification::Confidential,
    };
    let estate = custody::estate::Estate::new(&custody.ines.console, custody.ines.author());
    estate.create_deks(&order, &custody::estate::unwatched).await.unwrap();
    let wanted = Wanted::OffboardTenant(OffboardingOrder {
        tenant: domain::TenantId(tenant),
        typed_name: "Nordwind".to_owned(),
        purge: Purge::AtOnce,
        reclaim_hours: ReclaimHours::Any,
    });
    let plan = sealed(&custody, &wanted).await;
    let run = custody.carry_out(plan.request).await;
    let verdict = verify(&issued(&custody.theo, run).await).unwrap();
    let mut kinds: Vec<&str> = verdict.document.destroyed.iter().map(|row| row.kind.word()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["api_secret", "dek", "kek"]);
    assert_eq!(verdict.document.statement.strength.word, "cryptographic");
    let copies: Vec<&str> = verdict.document.statement.remains.iter().map(|it| it.copy.as_str()).collect();
    assert!(copies.contains(&"backups") && copies.contains(&"certificates already issued to the tenant"), "{copies:?}");
}

/// R-43: a certificate is never early: not while the vault still has the key, whoever asks for it.
#[tokio::test(flavor = "multi_thread")]
async fn no_certificate_while_the_vault_still_has_the_key() {
    let mut custody = TestCustody::found().await;
    let rules = VaultRules { recoverable_days: 7, purge_protection: true };
    let vault = OtherVault::start(|settings| (settings.limits, settings.rules) = (None, rules)).await;
    vault.stand_in(&mut custody, Budget::unlimited());
    let key = custody.make_kek("kek-protected").await;
    let plan = sealed(&custody, &Wanted::DestroyKek { key, purge: Purge::AtOnce }).await;
    let ines = &custody.ines;
    let run = ines.console.start(ines.author(), plan.request).await.unwrap();
    let (progress, mut watched) = watch::channel(None);
    let steering = Steering::new();
    let pause = async {
        let waits = |seen: &Option<custody::run::Progress>| {
            seen.as_ref().is_some_and(|it| it.step == StepKind::AwaitPurge && it.until.is_some())
        };
        watched.wait_for(waits).await.unwrap();
        steering.pause();
    };
    let (ended, ()) = tokio::join!(ines.console.execute(ines.author(), run, &steering, &progress), pause);
    assert_eq!(ended.unwrap(), Ended::Paused);
    for desk in [&custody.ines, &custody.theo] {
        let refused = desk.console.issue_certificate(desk.author(), run).await;
        assert!(matches!(refused, Err(CertificateError::NotProven(_))), "{refused:?}");
        let nothing = desk.console.certificate_of(run).await;
        assert!(matches!(nothing, Err(CertificateError::NotIssued { .. })));
    }
    // A console that lies about it is refused by the register.
    let file = format!(
        r#"{{"format":"countersign/certificate/v1","custody":"{}","request":"{}","run":"{run}"}}"#,
        ines.console.custody.id, plan.request
    );
    let digest = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&file));
    let act = custody::Act::new("certificate.issued", "run", run).with("digest", digest);
    let entry = ines.author().write(act, ines.console.now().await.unwrap());
    match ines.console.register.issue_certificate(entry.as_act(), file.as_bytes()).await {
        Err(RegisterError::Refused(refusal)) => assert_eq!(refusal.code(), "not_proven"),
        other => assert!(other.is_err(), "issued early"),
    }
}

/// R-43: what a database administrator changes about a certificate, or about what one is made from, is found.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_administrator_changes_is_found() {
    let custody = TestCustody::found().await;
    let (_, run) = destroyed_kek(&custody).await;
    let administrator = custody.administrator();
    let alter = async |statement: &'static str| sqlx::raw_sql(statement).execute(&administrator).await.unwrap();
    let ines = &custody.ines;
    alter("ALTER TABLE custody.destroyed_key DISABLE TRIGGER ALL").await;
    alter("UPDATE custody.destroyed_key SET proof = 'looked at twice'").await;
    let refused = ines.console.issue_certificate(ines.author(), run).await;
    assert!(matches!(refused, Err(CertificateError::NotProven(Fault::Destroyed { .. }))), "{refused:?}");
    let (_, second) = {
        let key = custody.make_kek("kek-second").await;
        let plan = sealed(&custody, &Wanted::DestroyKek { key, purge: Purge::AtOnce }).await;
        (key, custody.carry_out(plan.request).await)
    };
    let bytes = issued(ines, second).await;
    alter("ALTER TABLE custody.certificate DISABLE TRIGGER ALL").await;
    let text = String::from_utf8(bytes).unwrap().replace("kek-second", "kek-other1");
    sqlx::query("UPDATE custody.certificate SET bytes = $1, digest = sha256($1)")
        .bind(text.as_bytes())
        .execute(&administrator)
        .await
        .unwrap();
    let broken = ines.console.certificate_of(second).await;
    assert!(matches!(broken, Err(CertificateError::Broken(_))));
}

/// R-43: executing to the end a run that was certified changes nothing, and a run that destroyed nothing has no certificate.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_destroyed_nothing_has_no_certificate() {
    let custody = TestCustody::found().await;
    let kek = custody.make_kek("kek-kept").await;
    let plan = custody.sealed_rotation(kek, countersign_tests::at_once()).await;
    let run = custody.carry_out(plan.request).await;
    let ines = &custody.ines;
    let refused = ines.console.issue_certificate(ines.author(), run).await;
    assert!(matches!(refused, Err(CertificateError::NotProven(_))), "{refused:?}");
    let (_, destroyed) = destroyed_kek(&custody).await;
    let before = issued(ines, destroyed).await;
    assert_eq!(execute(ines, destroyed).await.unwrap(), Ended::Completed);
    assert_eq!(issued(ines, destroyed).await, before);
}
