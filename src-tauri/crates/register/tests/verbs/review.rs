//! The review list, and tokens that end: swept by their date, or all at once.

use canonical::Encoder;
use domain::{CustodyId, KeyId, OperatorId, Role, Timestamp};
use register::{Receipt, RegisterError, ReviewCounts, Scope};
use uuid::Uuid;

use super::protection::scoped;
use crate::common::estate::token_row;
use crate::common::{Custody, Draft, Person, fresh_id, random};

impl Custody {
    async fn sign_off(&self, who: &Person, item: u64, note: &str) -> Result<Receipt, RegisterError> {
        let draft = Draft::new("review.signed_off", "review", item).because(note);
        who.register.sign_off(self.by_device(who, draft).act()).await
    }

    async fn invalidate(&self, who: &Person, scope: &Scope, continues: u64) -> Result<Receipt, RegisterError> {
        let batch = who.register.invalidation_batch(scope).await.unwrap();
        let draft = scoped("tokens.invalidated", scope)
            .with("count", batch.count)
            .with("digest", hex::encode(batch.digest))
            .with("continues", continues);
        who.register.invalidate_tokens(self.by_session(who, draft).act()).await
    }

    async fn sweep(&self, who: &Person, before: i64) -> Result<Receipt, RegisterError> {
        let batch = who.register.sweep_batch(Timestamp::from_micros(before)).await.unwrap();
        let draft = Draft::new("tokens.swept", "custody", self.id)
            .with("count", batch.count)
            .with("digest", hex::encode(batch.digest))
            .with("before", before);
        who.register.sweep_tokens(self.by_session(who, draft).act()).await
    }

    async fn tokens(&self) -> i64 {
        self.value("SELECT count(*) FROM custody.token").await
    }
}

fn expiring(dek: Uuid, at: i64) -> Encoder {
    Encoder::new()
        .bytes(fresh_id().as_bytes())
        .bytes(dek.as_bytes())
        .count(1)
        .text("short-lived")
        .bytes(&random::<60>())
        .time(at)
}

/// a second person signs off, once, with what they say; not the same one, not in another account, not by halves.
#[tokio::test]
async fn an_act_is_signed_off_by_another_person_once() {
    let custody = Custody::found().await;
    let (kek, _) = custody.estate(1).await;
    let (anna, ben) = (&custody.anna, &custody.ben);
    let item = custody.protect(ben, "key.suspended", &Scope::Key(KeyId(kek))).await.unwrap().seq;
    let counts = |me: &Person| {
        let (register, me) = (me.register.clone(), OperatorId(me.id));
        async move { register.review_counts(me).await.unwrap() }
    };
    assert_eq!(counts(anna).await, ReviewCounts { open: 1, for_me: 1 });
    assert_eq!(counts(ben).await, ReviewCounts { open: 1, for_me: 0 });
    custody.assert_refused(custody.sign_off(ben, item, "Fine").await, ben, "same_person").await;
    let twin = custody.enrol("twin", &[Role::Security]).await;
    // Where the schema lets nobody have two accounts, the verb does not rely on it.
    let same = format!(
        "DROP INDEX custody.operator_person;
         UPDATE custody.operator SET person = (SELECT upper(person) FROM custody.operator WHERE id = '{}') WHERE id = '{}'",
        ben.id, twin.id
    );
    custody.alter(same).await;
    custody.assert_refused(custody.sign_off(&twin, item, "Fine").await, &twin, "same_person").await;
    custody.assert_refused(custody.sign_off(anna, item, " ").await, anna, "purpose_missing").await;
    custody.assert_refused(custody.sign_off(anna, item + 1, "Fine").await, anna, "review_unknown").await;
    let by_session = Draft::new("review.signed_off", "review", item).because("Fine");
    let refused = anna.register.sign_off(custody.by_session(anna, by_session).act()).await;
    custody.assert_refused(refused, anna, "device_key_needed").await;
    let vera = custody.enrol("vera", &[Role::Auditor]).await;
    let refused = custody.sign_off(&vera, item, "Fine").await.unwrap_err();
    assert_eq!(refused.refusal().unwrap().code(), "not_allowed");

    let seq = custody.sign_off(anna, item, "The laptop's owner confirmed it").await.unwrap().seq;
    custody.assert_refused(custody.sign_off(anna, item, "Fine").await, anna, "already_signed_off").await;
    assert_eq!(counts(anna).await, ReviewCounts::default());
    let page = ben.register.review_page(OperatorId(ben.id), false, None, 10).await.unwrap();
    let done = page[0].signed_off.clone().unwrap();
    assert_eq!((page.len(), done.by, done.seq), (1, OperatorId(anna.id), seq));
    assert_eq!(done.note, "The laptop's owner confirmed it");
    for edit in ["UPDATE custody.review_item SET note = 'x'", "DELETE FROM custody.review_item"] {
        sqlx::query(edit).execute(&custody.superuser).await.unwrap_err();
    }
}

/// what stops a person or keeps a key is on the list as well.
#[tokio::test]
async fn suspending_an_operator_and_setting_a_hold_are_listed() {
    let custody = Custody::found().await;
    let (kek, _) = custody.estate(1).await;
    let dave = custody.enrol("dave", &[Role::Engineering]).await;
    let draft = Draft::new("operator.suspended", "operator", dave.id).because("Left without notice");
    custody.ben.register.suspend_operator(custody.by_session(&custody.ben, draft).act()).await.unwrap();
    custody.put_hold(&custody.ben, "incident", "key", kek).await;
    let me = OperatorId(custody.anna.id);
    let page = custody.anna.register.review_page(me, true, None, 10).await.unwrap();
    let kinds: Vec<_> = page.iter().map(|item| (item.kind.as_str(), item.subject_kind.as_str())).collect();
    assert_eq!(kinds, [("hold", "hold"), ("protective_act", "operator")]);
    assert!(page.iter().all(|item| item.may_sign_off == "ok"));
}

/// an emergency ends the tokens of a key, an integration, a tenant or everything, counted and listed.
#[tokio::test]
async fn tokens_are_invalidated_by_scope() {
    let custody = Custody::found().await;
    let (kek, deks) = custody.estate(5).await;
    let ben = &custody.ben;
    let rows = deks.iter().flat_map(|dek| [token_row(*dek, "a"), token_row(*dek, "b")]).collect();
    custody.seal(ben, rows).await.unwrap();
    let one = custody.tenant_called("tenant-0001").await;
    let two = custody.tenant_called("tenant-0002").await;
    for (scope, left) in [
        (Scope::Key(KeyId(deks[0])), 8),
        (Scope::Tenant(one), 6),
        (Scope::Integration(two, "crm".to_owned()), 4),
        (Scope::Key(KeyId(kek)), 0),
    ] {
        let receipt = custody.invalidate(ben, &scope, 0).await.unwrap();
        assert_eq!(receipt.number("left"), Some(0), "{scope:?}");
        assert_eq!(custody.tokens().await, left, "{scope:?}");
        custody.assert_refused(custody.invalidate(ben, &scope, 0).await, ben, "nothing_left").await;
    }
    custody.seal(ben, vec![token_row(deks[3], "late")]).await.unwrap();
    let everything = Scope::Everything(CustodyId(custody.id));
    assert_eq!(custody.invalidate(ben, &everything, 0).await.unwrap().number("deleted"), Some(1));
    let elsewhere = Scope::Everything(CustodyId(fresh_id()));
    custody.assert_refused(custody.invalidate(ben, &elsewhere, 0).await, ben, "wrong_custody").await;
    let me = OperatorId(custody.anna.id);
    assert_eq!(custody.anna.register.review_page(me, true, None, 10).await.unwrap().len(), 5);
}

/// what is deleted is what the entry counts and names; more batches continue the first, which alone is on the list.
#[tokio::test]
async fn an_invalidation_deletes_what_its_entry_names() {
    let custody = Custody::found().await;
    let (_, deks) = custody.estate(1).await;
    let (anna, ben) = (&custody.anna, &custody.ben);
    custody
        .alter(
            "CREATE OR REPLACE FUNCTION custody.token_batch_max() RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT 2 $$",
        )
        .await;
    custody.seal(ben, (0..5).map(|_| token_row(deks[0], "t")).collect()).await.unwrap();
    let scope = Scope::Key(KeyId(deks[0]));
    let stale = ben.register.invalidation_batch(&scope).await.unwrap();
    assert_eq!((stale.count, stale.beyond, stale.kept), (2, 3, 0));
    let first = custody.invalidate(ben, &scope, 0).await.unwrap();
    assert_eq!((first.number("deleted"), first.number("left")), (Some(2), Some(3)));
    let draft = scoped("tokens.invalidated", &scope).with("continues", first.seq);
    let again = draft.clone().with("count", 2).with("digest", hex::encode(stale.digest));
    let refused = ben.register.invalidate_tokens(custody.by_session(ben, again).act()).await;
    custody.assert_refused(refused, ben, "batch_differs").await;
    let now = ben.register.invalidation_batch(&scope).await.unwrap();
    let miscounted = draft.with("count", 1).with("digest", hex::encode(now.digest));
    let refused = ben.register.invalidate_tokens(custody.by_session(ben, miscounted).act()).await;
    custody.assert_refused(refused, ben, "batch_differs").await;
    assert_eq!(custody.tokens().await, 3);
    // Another one's act is not continued, nor one on another scope.
    custody.assert_refused(custody.invalidate(anna, &scope, first.seq).await, anna, "wrong_subject").await;
    let second = custody.invalidate(ben, &scope, first.seq).await.unwrap();
    custody.assert_refused(custody.invalidate(ben, &scope, second.seq).await, ben, "wrong_subject").await;
    custody.invalidate(ben, &scope, first.seq).await.unwrap();
    assert_eq!(custody.tokens().await, 0);
    let me = OperatorId(anna.id);
    assert_eq!(anna.register.review_page(me, true, None, 10).await.unwrap().len(), 1);
    let silent = scoped("tokens.invalidated", &scope).because("").with("continues", 0);
    let refused = ben.register.invalidate_tokens(custody.by_session(ben, silent).act()).await;
    custody.assert_refused(refused, ben, "purpose_missing").await;
}

/// what is overwritten has nothing left of it in the row's last version.
#[tokio::test]
async fn tokens_are_zeroed_before_they_are_deleted() {
    let custody = Custody::found().await;
    let (_, deks) = custody.estate(1).await;
    custody.seal(&custody.ben, vec![token_row(deks[0], "t")]).await.unwrap();
    custody
        .alter(
            "CREATE TABLE public.seen (envelope bytea);
             CREATE FUNCTION public.see() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
             $$ BEGIN INSERT INTO public.seen VALUES (OLD.envelope); RETURN OLD; END $$;
             CREATE TRIGGER see BEFORE DELETE ON custody.token FOR EACH ROW EXECUTE FUNCTION public.see()",
        )
        .await;
    custody.invalidate(&custody.ben, &Scope::Key(KeyId(deks[0])), 0).await.unwrap();
    assert_eq!(custody.value::<Vec<u8>>("SELECT envelope FROM public.seen").await, vec![0; 60]);
}

/// the sweep goes by the register's clock, takes what has expired and nothing else, and its entry has the count.
#[tokio::test]
async fn expired_tokens_are_swept_and_counted() {
    let mut custody = Custody::found().await;
    let (_, deks) = custody.estate(2).await;
    let soon = custody.now() + 60_000_000;
    let rows = vec![
        expiring(deks[0], soon),
        expiring(deks[1], soon + 1),
        expiring(deks[1], soon + 600_000_000),
        token_row(deks[0], "for ever"),
    ];
    custody.seal(&custody.ben, rows).await.unwrap();
    let bot = custody.enrol("bot", &[Role::Agent]).await;
    custody.assert_refused(custody.sweep(&bot, soon + 1).await, &bot, "not_expired").await;
    let before = custody.now();
    custody.assert_refused(custody.sweep(&bot, before).await, &bot, "nothing_left").await;
    custody.pass_seconds(120).await;
    // Half-open: a token that expires at this very moment has expired, one a microsecond later has not.
    let receipt = custody.sweep(&bot, soon).await.unwrap();
    assert_eq!((receipt.number("deleted"), receipt.number("left")), (Some(1), Some(0)));
    let receipt = custody.sweep(&bot, custody.now()).await.unwrap();
    assert_eq!((receipt.number("deleted"), custody.tokens().await), (Some(1), 2));
    let vera = custody.enrol("vera", &[Role::Auditor]).await;
    let refused = custody.sweep(&vera, custody.now()).await.unwrap_err();
    assert_eq!(refused.refusal().unwrap().code(), "not_allowed");
}

/// what a hold keeps is passed over and counted; an incident does not stop an emergency, a court does.
#[tokio::test]
async fn holds_keep_tokens() {
    let mut custody = Custody::found().await;
    let (_, deks) = custody.estate(3).await;
    let soon = custody.now() + 1_000_000;
    let ben = &custody.ben;
    custody.seal(ben, deks.iter().map(|dek| expiring(*dek, soon)).collect()).await.unwrap();
    let tenant = custody.tenant_called("tenant-0000").await;
    custody.put_hold(ben, "legal_hold", "tenant", tenant.0).await;
    custody.put_hold(ben, "incident", "key", deks[1]).await;
    custody.pass_seconds(10).await;
    let ben = &custody.ben;
    let swept = custody.sweep(ben, custody.now()).await.unwrap();
    assert_eq!((swept.number("deleted"), swept.number("kept")), (Some(1), Some(2)));
    let everything = Scope::Everything(CustodyId(custody.id));
    let gone = custody.invalidate(ben, &everything, 0).await.unwrap();
    assert_eq!((gone.number("deleted"), gone.number("left"), gone.number("kept")), (Some(1), Some(0), Some(1)));
    assert_eq!(custody.tokens().await, 1);
}
