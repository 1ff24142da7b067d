//! Founding, sessions, suspension, and what is kept of refusals.

use domain::Role;
use register::{Register, RegisterError};

use crate::common::{Custody, Draft, Key, Person, founding, fresh_id, micros_now, migrated, sign, superuser_password};
use ledger::Signer as _;

#[tokio::test]
async fn a_custody_is_founded_once_by_two_people() {
    let custody = Custody::found().await;
    let status = register::status(&custody.address, "postgres", &superuser_password()).await.unwrap();
    let founded = status.founded.unwrap();
    assert_eq!((founded.id, founded.environment.as_str()), (custody.id, "development"));
    let admin = Register::connect(&custody.address, "postgres", &superuser_password()).await.unwrap();
    let (anna, ben) = (&custody.anna, &custody.ben);
    let act = sign(custody.id, anna, micros_now(), founding(custody.id, anna, ben), &[&anna.device, &ben.device]);
    let again = admin.found(act.act()).await;
    assert!(matches!(again, Err(RegisterError::Refused(refusal)) if refusal.code() == "already_founded"));
    let entries: i64 = custody.value("SELECT count(*) FROM custody.ledger_entry").await;
    assert_eq!(entries, 3, "the founding and two sessions");
}

/// one person with two devices founds nothing, nor do two who could never sign for each other.
#[tokio::test]
async fn founders_are_two_people_who_can_sign_for_each_other() {
    let (address, superuser) = migrated().await;
    let anna = Person::arrive(&address, "anna", &[Role::Security]).await;
    let ben = Person::arrive(&address, "ben", &[Role::DevOps]).await;
    let dan = Person::arrive(&address, "dan", &[Role::DevOps]).await;
    let admin = Register::connect(&address, "postgres", &superuser_password()).await.unwrap();
    let id = fresh_id();
    let refused = async |draft: Draft, keys: &[&dyn ledger::Signer], code: &str| {
        let act = sign(id, &anna, micros_now(), draft, keys);
        let result = admin.found(act.act()).await;
        assert!(
            matches!(&result, Err(RegisterError::Refused(refusal)) if refusal.code() == code),
            "{code}: {result:?}"
        );
        let kept: String = sqlx::query_scalar("SELECT code FROM custody.refusal ORDER BY id DESC LIMIT 1")
            .fetch_one(&superuser)
            .await
            .unwrap();
        assert_eq!(kept, code);
    };
    let fit = founding(id, &anna, &ben);
    let keys: [&dyn ledger::Signer; 2] = [&anna.device, &ben.device];
    refused(fit.clone(), &[&anna.device], "wrong_key").await;
    refused(fit.clone(), &[&ben.device, &anna.device], "wrong_key").await;
    let same = fit.clone().with("b.person", fit.attributes["a.person"].to_uppercase());
    refused(same, &keys, "same_person").await;
    refused(fit.clone().with("b.login", &anna.login), &keys, "same_person").await;
    refused(fit.clone().with("b.login", "postgres"), &keys, "login_unfit").await;
    refused(fit.clone().with("b.roles", "security"), &keys, "login_unfit").await;
    refused(fit.clone().with("b.roles", "auditor"), &keys, "role_unknown").await;
    let mut two_devops = founding(id, &ben, &dan);
    two_devops.attributes.insert("a.operator".to_owned(), anna.id.to_string());
    refused(two_devops, &[&ben.device, &dan.device], "no_quorum").await;
    admin.found(sign(id, &anna, micros_now(), fit, &keys).act()).await.unwrap();
}

#[tokio::test]
async fn nothing_is_done_before_the_founding() {
    let (address, superuser) = migrated().await;
    let anna = Person::arrive(&address, "anna", &[Role::Security]).await;
    let draft = Draft::new("session.opened", "session", "x");
    let act = sign(fresh_id(), &anna, micros_now(), draft, &[&anna.device]);
    let result = anna.register.open_session(act.act()).await;
    assert!(matches!(result, Err(RegisterError::Refused(refusal)) if refusal.code() == "not_founded"));
    let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM custody.refusal").fetch_one(&superuser).await.unwrap();
    assert_eq!(kept, 1);
}

/// a clock that was set back by more than honest clocks differ stops every act until it is right again.
#[tokio::test]
async fn a_register_whose_clock_was_set_back_takes_no_act() {
    let mut custody = Custody::found().await;
    custody.pass_seconds(3_600).await;
    let close = |custody: &Custody, who: &Person| {
        custody.by_session(who, Draft::new("session.closed", "session", hex::encode(who.session.id())))
    };
    custody.ben.register.close_session(close(&custody, &custody.ben).act()).await.unwrap();
    custody.pass_seconds(-121).await;
    let refused = custody.anna.register.close_session(close(&custody, &custody.anna).act()).await;
    let refusal = custody.assert_refused(refused, &custody.anna, "clock_behind").await;
    assert_eq!(refusal.detail()["seconds_max"], 120);
    custody.pass_seconds(60).await;
    custody.anna.register.close_session(close(&custody, &custody.anna).act()).await.unwrap();
}

/// each of the common checks refuses, and its refusal is kept.
#[tokio::test]
async fn an_entry_that_is_not_quite_right_is_refused() {
    let custody = Custody::found().await;
    let (anna, ben) = (&custody.anna, &custody.ben);
    let close = |key: &Key| Draft::new("session.closed", "session", hex::encode(key.id()));
    let now = custody.now();
    let cases = [
        ("wrong_custody", sign(fresh_id(), anna, now, close(&anna.session), &[&anna.session])),
        ("wrong_actor", sign(custody.id, ben, now, close(&ben.session), &[&ben.session])),
        ("wrong_key", sign(custody.id, anna, now, close(&anna.session), &[&ben.session])),
        ("wrong_key", sign(custody.id, anna, now, close(&anna.session), &[&Key::make()])),
        ("malformed", sign(custody.id, anna, now, close(&anna.session), &[&anna.session, &anna.device])),
        ("clock_skew", sign(custody.id, anna, now + 61_000_000, close(&anna.session), &[&anna.session])),
        ("clock_skew", sign(custody.id, anna, now - 61_000_000, close(&anna.session), &[&anna.session])),
        ("wrong_verb", sign(custody.id, anna, now, Draft::new("key.destroyed", "session", "x"), &[&anna.session])),
        ("wrong_subject", sign(custody.id, anna, now, Draft::new("session.closed", "key", "x"), &[&anna.session])),
        ("session_unknown", sign(custody.id, anna, now, close(&ben.session), &[&anna.session])),
    ];
    for (code, act) in cases {
        custody.assert_refused(anna.register.close_session(act.act()).await, anna, code).await;
    }
    let elsewhere = Custody { environment: "production", ..custody };
    let (custody, anna) = (&elsewhere, &elsewhere.anna);
    let act = custody.by_session(anna, close(&anna.session));
    custody.assert_refused(anna.register.close_session(act.act()).await, anna, "wrong_environment").await;
    let custody = Custody { environment: "development", ..elsewhere };
    let anna = &custody.anna;
    let act = custody.by_session(anna, close(&anna.session).because(&"long ".repeat(4000)));
    custody.assert_refused(anna.register.close_session(act.act()).await, anna, "text_too_long").await;
    let mut cut = custody.by_session(anna, close(&anna.session));
    cut.entry.pop();
    custody.assert_refused(anna.register.close_session(cut.act()).await, anna, "malformed").await;
    let mut hostile = close(&anna.session);
    hostile.purpose = "because \u{202e}desrever".to_owned();
    let act = custody.by_session(anna, hostile);
    custody.assert_refused(anna.register.close_session(act.act()).await, anna, "text_unclean").await;
    let entries: i64 = custody.value("SELECT count(*) FROM custody.ledger_entry").await;
    assert_eq!(entries, 3, "no refused act left an entry");
}

/// A lost reply: the same entry again is refused as known, so that nothing is done twice.
#[tokio::test]
async fn the_same_entry_is_taken_once() {
    let custody = Custody::found().await;
    let act = custody.by_session(&custody.ben, custody.adoption(fresh_id(), "kek-tenants"));
    custody.ben.register.adopt_key(act.act()).await.unwrap();
    let again = custody.ben.register.adopt_key(act.act()).await;
    let refusal = custody.assert_refused(again, &custody.ben, "entry_known").await;
    assert!(refusal.is_entry_known());
}

/// a session key signs ordinary acts only, and only while it lives.
#[tokio::test]
async fn a_session_ends_and_never_seals() {
    let mut custody = Custody::found().await;
    let draft = |key: &Key, hours: i64, custody: &Custody| {
        Draft::new("session.opened", "session", hex::encode(key.id()))
            .with("public_key", hex::encode(key.public_key()))
            .with("expires_at", custody.now() + hours * 3_600_000_000)
    };
    let anna = &custody.anna;
    let fresh = Key::make();
    let act = custody.by_device(anna, draft(&fresh, 13, &custody));
    custody.assert_refused(anna.register.open_session(act.act()).await, anna, "session_term").await;
    let act = custody.by_session(anna, draft(&fresh, 8, &custody));
    custody.assert_refused(anna.register.open_session(act.act()).await, anna, "device_key_needed").await;
    let act = custody.by_device(anna, draft(&anna.session, 8, &custody));
    custody.assert_refused(anna.register.open_session(act.act()).await, anna, "key_known").await;
    let act = custody.by_device(anna, custody.adoption(fresh_id(), "kek-tenants"));
    custody.assert_refused(anna.register.adopt_key(act.act()).await, anna, "session_key_needed").await;

    custody.pass_seconds(8 * 3600 + 1).await;
    let anna = &custody.anna;
    let act = custody.by_session(anna, custody.adoption(fresh_id(), "kek-tenants"));
    custody.assert_refused(anna.register.adopt_key(act.act()).await, anna, "session_over").await;
}

#[tokio::test]
async fn a_closed_session_signs_nothing_more() {
    let custody = Custody::found().await;
    let anna = &custody.anna;
    let close = Draft::new("session.closed", "session", hex::encode(anna.session.id()));
    anna.register.close_session(custody.by_session(anna, close.clone()).act()).await.unwrap();
    let act = custody.by_session(anna, custody.adoption(fresh_id(), "kek-tenants"));
    custody.assert_refused(anna.register.adopt_key(act.act()).await, anna, "session_over").await;
    let act = custody.by_device(anna, close);
    custody.assert_refused(anna.register.close_session(act.act()).await, anna, "session_unknown").await;
}

/// one person, at once; from that moment the suspended one can do nothing, and is not let in.
#[tokio::test]
async fn a_suspended_operator_is_stopped_at_once() {
    let custody = Custody::found().await;
    let (anna, ben) = (&custody.anna, &custody.enrol("dave", &[Role::DevOps]).await);
    let suspend = Draft::new("operator.suspended", "operator", ben.id);
    let act = custody.by_session(anna, suspend.clone());
    custody.assert_refused(anna.register.suspend_operator(act.act()).await, anna, "purpose_missing").await;
    let suspend = suspend.because("Laptop found in a train");
    anna.register.suspend_operator(custody.by_session(anna, suspend.clone()).act()).await.unwrap();
    let act = custody.by_session(ben, custody.adoption(fresh_id(), "kek-tenants"));
    let refused = ben.register.adopt_key(act.act()).await.unwrap_err();
    assert_eq!(refused.refusal().map(|refusal| refusal.code().to_owned()).as_deref(), Some("not_allowed"));
    let act = custody.by_session(anna, suspend);
    custody.assert_refused(anna.register.suspend_operator(act.act()).await, anna, "operator_inactive").await;
    let act = custody.by_session(anna, Draft::new("operator.suspended", "operator", fresh_id()).because("Unknown"));
    custody.assert_refused(anna.register.suspend_operator(act.act()).await, anna, "operator_unknown").await;
}

#[tokio::test]
async fn a_revoked_device_and_a_stranger_are_refused() {
    let custody = Custody::found().await;
    let anna = &custody.anna;
    custody.alter("UPDATE custody.device SET status = 'revoked'").await;
    let act = custody.by_session(anna, custody.adoption(fresh_id(), "kek-tenants"));
    custody.assert_refused(anna.register.adopt_key(act.act()).await, anna, "device_revoked").await;
    let stranger = Person::arrive(&custody.address, "eve", &[Role::Security]).await;
    let act = custody.by_session(&stranger, custody.adoption(fresh_id(), "kek-tenants"));
    custody.assert_refused(stranger.register.adopt_key(act.act()).await, &stranger, "not_enrolled").await;
}

/// a range of refusals goes under the ledger's seal, once.
#[tokio::test]
async fn refusals_are_attested() {
    let custody = Custody::found().await;
    let anna = &custody.anna;
    for _ in 0..3 {
        let act = custody.by_device(anna, custody.adoption(fresh_id(), "kek-tenants"));
        custody.assert_refused(anna.register.adopt_key(act.act()).await, anna, "session_key_needed").await;
    }
    let (first, last): (i64, i64) =
        sqlx::query_as("SELECT min(id), max(id) FROM custody.refusal").fetch_one(&custody.superuser).await.unwrap();
    let range = (u64::try_from(first).unwrap(), u64::try_from(last).unwrap());
    let digest = anna.register.refusals_digest(range.0, range.1).await.unwrap();
    let draft = |digest: [u8; 32]| {
        Draft::new("refusals.attested", "batch", fresh_id())
            .with("first", first)
            .with("last", last)
            .with("digest", hex::encode(digest))
    };
    let act = custody.by_session(anna, draft([1; 32]));
    custody.assert_refused(anna.register.attest_refusals(act.act()).await, anna, "payload_differs").await;
    anna.register.attest_refusals(custody.by_session(anna, draft(digest)).act()).await.unwrap();
    let act = custody.by_session(anna, draft(digest));
    custody.assert_refused(anna.register.attest_refusals(act.act()).await, anna, "payload_count").await;
}
