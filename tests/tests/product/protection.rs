//! Protective acts with a real vault: at once and by one person, proven by the vault, signed off by another, taken back by two.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at once")]

use countersign_tests::{TestCustody, TokenBag, at_once, entry_of, passphrase, signed};
use custody::estate::tokens::NewToken;
use custody::estate::{Estate, unwatched};
use custody::protect::{NewHold, ProtectError, Protection};
use custody::request::{Reactivation, RequestError, Wanted, Windows};
use domain::{KeyId, KeyState, Operation, TenantId, Timestamp};
use envelope::SecretBytes;
use ledger::Subject;
use register::{HoldKind, HoldTarget, RegisterError, Scope, TenantStatus};
use vault::{ObjectName, VaultError, VersionId};
use workplace::Desk;

const KEK: &str = "kek-payments";
const WHY: &str = "A laptop with this key's credentials was lost";

fn object(name: &str) -> ObjectName {
    ObjectName::parse(name).unwrap()
}

fn back(keys: &[KeyId], tenant: Option<TenantId>) -> Wanted {
    Wanted::Reactivate(Reactivation { keys: keys.to_vec(), tenant })
}

/// Versions of the KEK in the vault that are enabled.
async fn enabled(desk: &Desk) -> Vec<String> {
    let versions = desk.console.vault.versions(&object(KEK)).await.unwrap();
    versions.into_iter().filter(|found| found.enabled).map(|found| found.version.as_str().to_owned()).collect()
}

async fn current(desk: &Desk, kek: KeyId) -> String {
    desk.console.register.kek(kek).await.unwrap().unwrap().current_version.unwrap()
}

async fn tenant(desk: &Desk, name: &str) -> TenantId {
    desk.console.register.tenants(name, 1).await.unwrap().tenants.first().unwrap().id
}

/// Asked for by Ines, countersigned by Theo, executed by Ines.
async fn agreed(custody: &TestCustody, wanted: &Wanted) {
    let plan = custody.ask(wanted).await;
    custody.countersign(&plan).await;
    custody.carry_out(plan.request).await;
}

fn code<T>(answer: Result<T, ProtectError>) -> String {
    match answer {
        Err(ProtectError::Register(RegisterError::Refused(refusal))) => refusal.code().to_owned(),
        Err(error) => error.to_string(),
        Ok(_) => "ok".to_owned(),
    }
}

/// one person suspends a KEK: the vault refuses every DEK under it, proven, before the console says so. A second
/// one signs it off. Two bring back the version that was in use, and not the one that a rotation had disabled.
#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_kek_is_refused_by_the_vault_until_two_bring_it_back() {
    let custody = TestCustody::found().await;
    let (ines, theo) = (&custody.ines, &custody.theo);
    let kek = custody.make_kek(KEK).await;
    let deks = custody.make_deks(kek, 2).await;
    let rotation = custody.sealed_rotation(kek, at_once()).await;
    custody.carry_out(rotation.request).await;
    let in_use = current(ines, kek).await;
    let mut bag = TokenBag::default();
    bag.seal(ines, &deks, 1).await;

    let scope = Scope::Key(kek);
    let protected = theo.console.protect(theo.author(), Protection::Suspend, &scope, WHY).await.unwrap();
    assert!(protected.unconfirmed.is_empty() && protected.keys == 1);
    assert_eq!(enabled(ines).await, Vec::<String>::new());
    let register = &ines.console.register;
    let act = register.protective_act(protected.entry).await.unwrap().unwrap();
    assert!(act.confirmed_seq.is_some());
    assert!(register.key_versions(kek).await.unwrap().iter().all(|version| !version.enabled));
    let wrap = register.wraps_of(&deks).await.unwrap().pop().unwrap();
    let version = VersionId::parse(&wrap.kek_version).unwrap();
    let unwrapped =
        ines.console.vault.unwrap(&object(KEK), &version, vault::WrapAlgorithm::RsaOaep256, &wrap.wrapped).await;
    assert!(matches!(unwrapped, Err(VaultError::Disabled { .. })));
    assert!(register.may_open(deks[0]).await.is_err());

    let device = theo.unlock_for_seal(passphrase()).await.unwrap();
    assert_eq!(code(theo.console.sign_off(&device, protected.entry, "Fine").await), "same_person");
    let device = ines.unlock_for_seal(passphrase()).await.unwrap();
    assert!(matches!(ines.console.sign_off(&device, protected.entry, " ").await, Err(ProtectError::Reason(_))));
    ines.console.sign_off(&device, protected.entry, "Confirmed with its owner").await.unwrap();

    let plan = custody.ask(&back(&[kek], None)).await;
    assert_eq!(plan.impact["versions"], 1);
    custody.countersign(&plan).await;
    let run = custody.carry_out(plan.request).await;
    let said = register.run(run).await.unwrap().unwrap().verification.unwrap();
    assert!(said.starts_with("1 keys are in use again; 1 versions"), "{said}");
    assert_eq!(enabled(ines).await, [in_use]);
    bag.all_open(ines).await;
    custody.ledger_verifies().await;
}

/// the act stands though its console died, before the vault was told or after; another one completes it, once.
#[tokio::test(flavor = "multi_thread")]
async fn an_act_whose_console_died_is_completed_by_another() {
    let custody = TestCustody::found().await;
    let (ines, theo) = (&custody.ines, &custody.theo);
    let kek = custody.make_kek(KEK).await;
    custody.make_deks(kek, 1).await;
    let in_use = current(ines, kek).await;
    for dies_late in [false, true] {
        // What the dying console had handed in.
        let now = theo.console.now().await.unwrap();
        let mut entry = entry_of(theo.author(), "key.compromised", Subject::new("key", kek), now);
        WHY.clone_into(&mut entry.purpose);
        let receipt = theo.console.register.protect(signed(&entry, theo.author()).as_act()).await.unwrap();
        if dies_late {
            let about = [("act", receipt.seq.to_string()), ("versions", in_use.clone())];
            let mut intent = entry_of(theo.author(), "key.protection_intended", Subject::new("key", kek), now);
            intent.attributes = about.map(|(name, value)| (name.to_owned(), value)).into();
            theo.console.register.intend_protection(signed(&intent, theo.author()).as_act()).await.unwrap();
            let version = VersionId::parse(&in_use).unwrap();
            theo.console.vault.set_enabled(&object(KEK), &version, false).await.unwrap();
        }
        let register = &ines.console.register;
        let open = register.protective_acts(true, None, 10).await.unwrap();
        assert_eq!(open.iter().map(|act| act.seq).collect::<Vec<_>>(), [receipt.seq]);
        let refused = ines.console.plan(ines.person.operator, &back(&[kek], None), grounds(), Windows::default()).await;
        let device = ines.unlock_for_seal(passphrase()).await.unwrap();
        let refused = ines.console.submit(&refused.unwrap(), domain::Role::DevOps, &device).await.unwrap_err();
        let RequestError::Register(RegisterError::Refused(refused)) = refused else { unreachable!("{refused}") };
        assert_eq!(refused.code(), "protection_unconfirmed");

        assert!(ines.console.confirm_protection(ines.author(), receipt.seq).await.unwrap().is_empty());
        assert_eq!(enabled(ines).await, Vec::<String>::new());
        assert_eq!(register.versions_to_enable(kek).await.unwrap(), std::slice::from_ref(&in_use));
        let (head, _) = register.head().await.unwrap();
        assert!(theo.console.confirm_protection(theo.author(), receipt.seq).await.unwrap().is_empty());
        assert_eq!(register.head().await.unwrap().0, head, "a second completion writes nothing");
        agreed(&custody, &back(&[kek], None)).await;
        assert_eq!(enabled(ines).await, std::slice::from_ref(&in_use));
    }
    let nothing = ines.console.confirm_protection(ines.author(), 1).await;
    assert!(matches!(nothing, Err(ProtectError::Unknown { entry: 1 })));
}

fn grounds() -> custody::request::Grounds {
    countersign_tests::grounds()
}

/// a secret is refused in every version; a record of something that the vault does not have is confirmed as that.
#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_refused_and_come_back_in_the_versions_they_had() {
    let custody = TestCustody::found().await;
    let ines = &custody.ines;
    let name = object("smtp-password");
    let (vault, register) = (&ines.console.vault, &ines.console.register);
    let mut made = Vec::new();
    for value in ["one", "two", "three"] {
        let tags = vault::Tags::new();
        made.push(vault.set_secret(&name, value, None, &tags).await.unwrap().version.unwrap());
    }
    vault.set_secret_enabled(&name, &made[0], false).await.unwrap();
    let file = "type,name,tenant,integration,classification,purpose,owner,algorithm,bits,storage,created,last_rotated,vault_name\n\
                secret,smtp,,,internal,Mail,sre,,,key_vault,2026-01-31,,smtp-password\n\
                secret,ftp,,,internal,Files,sre,,,key_vault,2026-01-31,,ftp-password\n";
    let estate = Estate::new(&ines.console, ines.author());
    let preview = estate.preview_inventory(file.as_bytes()).await.unwrap();
    estate.import_inventory(&preview, "a.csv").await.unwrap();
    let order = register::KeyOrder { sort: register::KeySort::Name, direction: register::Direction::Ascending };
    let mut keys = Vec::new();
    for wanted in ["smtp", "ftp"] {
        let filter = register::KeyFilter { text: wanted.to_owned(), ..Default::default() };
        let page = register.keys_page(&filter, order, None, 1).await.unwrap();
        keys.push(page.rows.first().unwrap().id);
    }
    for (key, protection) in keys.iter().zip([Protection::Compromised, Protection::Disable]) {
        let protected = ines.console.protect(ines.author(), protection, &Scope::Key(*key), WHY).await.unwrap();
        assert!(protected.unconfirmed.is_empty(), "{:?}", protected.unconfirmed);
    }
    for version in &made {
        assert!(matches!(vault.secret(&name, Some(version)).await, Err(VaultError::Disabled { .. })));
    }
    agreed(&custody, &back(&keys, None)).await;
    let states = register.protected_now(&keys).await.unwrap();
    assert!(states.iter().all(|key| key.state == KeyState::Active && key.versions.is_empty()));
    assert!(matches!(vault.secret(&name, Some(&made[0])).await, Err(VaultError::Disabled { .. })));
    for version in &made[1..] {
        vault.secret(&name, Some(version)).await.unwrap();
    }
    custody.ledger_verifies().await;
}

/// a suspended tenant stands still beside others under the same KEK; two bring it back, and revoked keys stay where they are.
#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_is_suspended_beside_others_and_comes_back() {
    let custody = TestCustody::found().await;
    let (ines, theo) = (&custody.ines, &custody.theo);
    let kek = custody.make_kek(KEK).await;
    let deks = custody.make_deks(kek, 2).await;
    let mut bag = TokenBag::default();
    bag.seal(ines, &deks, 1).await;
    let first = tenant(ines, "Tenant 0001").await;
    theo.console.protect(theo.author(), Protection::Suspend, &Scope::Tenant(first), WHY).await.unwrap();
    let register = &ines.console.register;
    let may = async |dek: KeyId| match register.may_open(dek).await {
        Ok(()) => "ok".to_owned(),
        Err(error) => error.refusal().unwrap().code().to_owned(),
    };
    assert_eq!((may(deks[0]).await.as_str(), may(deks[1]).await.as_str()), ("dek_not_active", "ok"));
    let estate = Estate::new(&ines.console, ines.author());
    assert!(estate.seal_tokens(vec![token(deks[0], None)], "late", &unwatched).await.is_err());
    estate.seal_tokens(vec![token(deks[1], None)], "as before", &unwatched).await.unwrap();
    let page = register.tenants_page("", None, 1).await.unwrap();
    assert_eq!((page.rows[0].id, page.rows[0].status), (first, TenantStatus::Suspended));
    let next = register.tenants_page("", page.next.as_ref(), 1).await.unwrap();
    assert_eq!((next.rows[0].status, next.rows[0].tokens, next.next), (TenantStatus::Active, 2, None));

    let second = tenant(ines, "Tenant 0002").await;
    let planned = async |wanted: &Wanted| {
        ines.console.plan(ines.person.operator, wanted, grounds(), Windows::default()).await.unwrap_err().to_string()
    };
    assert!(planned(&back(&deks, None)).await.contains("it is active"));
    assert!(planned(&back(&deks[..1], Some(second))).await.contains("not suspended"));
    agreed(&custody, &back(&deks[..1], Some(first))).await;
    assert_eq!(register.tenant_detail(first).await.unwrap().unwrap().row.status, TenantStatus::Active);
    bag.all_open(ines).await;
    theo.console.protect(theo.author(), Protection::Revoke, &Scope::Key(deks[1]), WHY).await.unwrap();
    assert!(planned(&back(&deks[1..], None)).await.contains("it is revoked"));
}

fn token(dek: KeyId, expires: Option<Timestamp>) -> NewToken {
    NewToken { dek, name: "access".to_owned(), plaintext: SecretBytes::new(b"a credential".to_vec()), expires }
}

async fn tokens_left(custody: &TestCustody) -> usize {
    let texts = custody.superuser().await.texts("SELECT count(*)::text FROM custody.token").await;
    texts.concat().parse().unwrap()
}

/// every token of the scope ends, batch by batch, while others are sealed; what was counted is what is gone.
#[tokio::test(flavor = "multi_thread")]
async fn an_emergency_ends_every_token_of_its_scope_while_writers_write() {
    let custody = TestCustody::found().await;
    let (ines, theo) = (&custody.ines, &custody.theo);
    let kek = custody.make_kek(KEK).await;
    let deks = custody.make_deks(kek, 2).await;
    let mut superuser = custody.superuser().await;
    let small =
        "CREATE OR REPLACE FUNCTION custody.token_batch_max() RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT 3 $$";
    superuser.run(small).await.unwrap();
    let estate = Estate::new(&ines.console, ines.author());
    let seal = async |dek: KeyId, count: usize| {
        let tokens = (0..count).map(|_| token(dek, None)).collect();
        estate.seal_tokens(tokens, "at work", &unwatched).await.unwrap();
    };
    seal(deks[0], 10).await;
    seal(deks[1], 2).await;
    let scope = Scope::Tenant(tenant(ines, "Tenant 0001").await);
    let writer = async {
        for _ in 0..5 {
            seal(deks[0], 1).await;
        }
    };
    let (ended, ()) = tokio::join!(theo.console.invalidate_tokens(theo.author(), &scope, WHY, &unwatched), writer);
    let first = ended.unwrap();
    assert!(first.deleted >= 10 && first.entries.len() >= 4, "{first:?}");
    // Those who seal are stopped by a suspension; then nothing is left.
    theo.console.protect(theo.author(), Protection::Suspend, &scope, WHY).await.unwrap();
    let rest = theo.console.invalidate_tokens(theo.author(), &scope, WHY, &unwatched).await.unwrap();
    assert_eq!(first.deleted + rest.deleted, 15);
    assert_eq!(tokens_left(&custody).await, 2);
    let nothing = theo.console.invalidate_tokens(theo.author(), &scope, WHY, &unwatched).await.unwrap();
    assert_eq!((nothing.deleted, nothing.entries.len()), (0, 0));

    // One item for each invalidation, however many batches it had.
    let items = ines.console.register.review_page(ines.person.operator, true, None, 50).await.unwrap();
    let listed = items.iter().filter(|item| item.kind == "invalidation").count();
    assert_eq!(listed, if rest.deleted > 0 { 2 } else { 1 });
    custody.ledger_verifies().await;
}

/// what has expired is swept in counted batches, and what a hold keeps is told, not touched.
#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_ends_what_has_expired_and_nothing_else() {
    let custody = TestCustody::found().await;
    let ines = &custody.ines;
    let kek = custody.make_kek(KEK).await;
    let deks = custody.make_deks(kek, 2).await;
    let estate = Estate::new(&ines.console, ines.author());
    let now = ines.console.now().await.unwrap();
    let after = |minutes: u64| Some(now.plus(std::time::Duration::from_secs(minutes * 60)));
    let tokens = [(deks[0], after(30)), (deks[0], after(90)), (deks[0], None), (deks[1], after(30))];
    let tokens = tokens.into_iter().map(|(dek, expires)| token(dek, expires)).collect();
    estate.seal_tokens(tokens, "short-lived", &unwatched).await.unwrap();
    let nothing = ines.console.sweep(ines.author(), &unwatched).await.unwrap();
    assert_eq!((nothing.deleted, nothing.entries.len()), (0, 0));
    let hold = NewHold {
        kind: HoldKind::Incident,
        target: HoldTarget::Key(deks[1]),
        reference: "INC-7".to_owned(),
        reason: "These tokens are evidence".to_owned(),
    };
    ines.console.set_hold(ines.author(), &hold).await.unwrap();
    custody.superuser().await.set_clock_ahead("1 hour").await;
    let swept = ines.console.sweep(ines.author(), &unwatched).await.unwrap();
    assert_eq!((swept.deleted, swept.kept, swept.entries.len()), (1, 1, 1));
    assert_eq!(tokens_left(&custody).await, 3);
}

/// a hold is set by one person and lifted by two, as a request and a run like any other.
#[tokio::test(flavor = "multi_thread")]
async fn a_hold_is_lifted_by_request() {
    let custody = TestCustody::found().await;
    let ines = &custody.ines;
    let kek = custody.make_kek(KEK).await;
    let deks = custody.make_deks(kek, 1).await;
    let target = HoldTarget::Tenant(tenant(ines, "Tenant 0001").await);
    let hold = NewHold {
        kind: HoldKind::Legal,
        target,
        reference: "Case 4 O 112/26".to_owned(),
        reason: "Everything of this customer is evidence".to_owned(),
    };
    let id = ines.console.set_hold(ines.author(), &hold).await.unwrap();
    let register = &ines.console.register;
    assert_eq!(register.holds_of_keys(&[deks[0]]).await.unwrap().len(), 1);
    let plan = custody.ask(&Wanted::LiftHold { hold: id }).await;
    assert_eq!((plan.operation, plan.changes.len()), (Operation::LiftHold, 2));
    assert_eq!(register.holds_of_keys(&[deks[0]]).await.unwrap().len(), 1);
    custody.countersign(&plan).await;
    custody.carry_out(plan.request).await;
    assert!(register.holds_of_keys(&[deks[0]]).await.unwrap().is_empty());
    let again = Wanted::LiftHold { hold: id };
    let refused = ines.console.plan(ines.person.operator, &again, grounds(), Windows::default()).await;
    assert!(matches!(refused, Err(RequestError::Unknown { .. })));
    custody.ledger_verifies().await;
}
