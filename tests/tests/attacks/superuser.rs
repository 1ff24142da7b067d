//! A superuser can change every byte of the database. What they change is found, and named by the entry's number; and nothing that
//! rests on it is executed.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use std::sync::Arc;

use countersign_tests::{Psql, TestCustody, at_once, entry_of, execute, passphrase, signed, signed_falsely};
use custody::request::RequestError;
use custody::run::{AuthorityError, RunError};
use custody::{Witness, WitnessError};
use domain::{KeyId, Plan, QuorumError, RequestState, SealError};
use ed25519_dalek::{Signer as _, SigningKey};
use keychain::Pins;
use ledger::{Fault, PeopleError, SignatureError, Subject};
use workplace::{Desk, SignInError};

use crate::ledger_bytes::{LEDGER, RECHAIN, keep_aside, put_back};

/// What a superuser does to the ledger, and how a console finds it that never read this ledger, and one that did.
struct Falsified {
    what: &'static str,
    sql: String,
    /// Found by anybody who follows the ledger from the pinned founding entry on.
    followed: Option<Fault>,
    /// Found by anybody who verifies all of it, the register's seals included.
    verified: Option<Fault>,
    /// Found by a console that remembers the newest entry of its last visit.
    remembering: Fault,
}

async fn pin(custody: &TestCustody) -> [u8; 32] {
    let (keychain, id) = (custody.premises.workplace().keychain().clone(), custody.ines.console.custody.id);
    tokio::task::spawn_blocking(move || Pins::new(&keychain, id).founding()).await.unwrap().unwrap().unwrap()
}

/// The fault that a verification ends with, if it finds one.
fn fault<T>(outcome: Result<T, WitnessError>) -> Option<Fault> {
    match outcome {
        Ok(_) => None,
        Err(WitnessError::Fault(fault)) => Some(fault),
        Err(other) => unreachable!("{other:?}"),
    }
}

/// SQL that appends a whole entry with the right chain hash, as only the owner of the tables can.
fn append(entry: &custody::SignedEntry) -> String {
    let (bytes, signatures) = (hex::encode(&entry.entry), hex::encode(&entry.signatures));
    format!(
        "INSERT INTO custody.ledger_entry
         SELECT h.seq + 1, gen_random_uuid(), '\\x{bytes}', '\\x{signatures}', decode(repeat('ee', 32), 'hex'), now(), now(),
                e.actor, e.key_id, 'request.sealed', 'request', 'x', ''
         FROM custody.head AS h JOIN custody.ledger_entry AS e ON e.seq = 1; {RECHAIN}"
    )
}

fn falsifications(desk: &Desk, newest: u64, forged: &[custody::SignedEntry; 3]) -> Vec<Falsified> {
    let flip = |column: &str, at: usize| {
        format!(
            "UPDATE custody.ledger_entry SET {column} = set_byte({column}, {at}, get_byte({column}, {at}) # 1) WHERE seq = 5"
        )
    };
    let found = |what, sql: String, fault: Fault| Falsified {
        what,
        sql,
        followed: Some(fault.clone()),
        verified: Some(fault.clone()),
        remembering: fault,
    };
    let [unknown, borrowed, own] = forged;
    let people = |number, source| Fault::People { number, source };
    let key_of_stranger = ledger::key_id(&stranger().verifying_key().to_bytes());
    vec![
        found("an entry's bytes", flip("entry", 60), Fault::Chain { number: 5 }),
        found("an entry's signature", flip("signatures", 60), Fault::Chain { number: 5 }),
        found("an entry's hash", flip("hash", 3), Fault::Chain { number: 5 }),
        found("three entries deleted", delete(3, 5), Fault::Gap { expected: 3, found: 6 }),
        found("the founding deleted", delete(1, 1), Fault::Gap { expected: 1, found: 2 }),
        found(
            "two entries swapped",
            "UPDATE custody.ledger_entry SET seq = seq + 1000000 WHERE seq IN (4, 5);
             UPDATE custody.ledger_entry SET seq = CASE seq WHEN 1000004 THEN 5 ELSE 4 END WHERE seq > 1000000"
                .to_owned(),
            Fault::Chain { number: 4 },
        ),
        Falsified {
            what: "the tail cut off",
            sql: format!("{}; {RECHAIN}", delete(newest - 1, newest)),
            followed: None,
            verified: None,
            remembering: Fault::Truncated { found: newest - 2, seen: newest },
        },
        Falsified {
            what: "three entries deleted, numbers and chain made anew",
            sql: format!("{}; {RECHAIN}", delete(newest - 4, newest - 2)),
            followed: None,
            // The seals that came after them stand under other numbers than the register's rows say.
            verified: Some(Fault::Row { number: newest - 4 }),
            remembering: Fault::Truncated { found: newest - 3, seen: newest },
        },
        found(
            "the founding rewritten, chain made anew",
            format!("{}; {RECHAIN}", flip("entry", 60).replace("= 5", "= 1")),
            Fault::Founding,
        ),
        found(
            "a stranger's entry",
            append(unknown),
            people(newest + 1, PeopleError::UnknownKey { key: key_of_stranger }),
        ),
        found(
            "an entry under a borrowed name",
            append(borrowed),
            people(newest + 1, SignatureError::Invalid { key: desk.session.device }.into()),
        ),
        found(
            "a copy of a signed entry, with another id in its row",
            format!(
                "INSERT INTO custody.ledger_entry SELECT h.seq + 1, gen_random_uuid(), e.entry, e.signatures, decode(repeat('ee', 32), 'hex'), now(), now(),
                     e.actor, e.key_id, e.verb, e.subject_kind, e.subject, e.purpose
                 FROM custody.head AS h JOIN custody.ledger_entry AS e ON e.seq = h.seq; {RECHAIN}"
            ),
            Fault::Repeated { number: newest + 1, first: newest },
        ),
        found("an operator's own entry in another's name", append(own), people(newest + 1, PeopleError::ForeignKey)),
    ]
}

fn delete(from: u64, to: u64) -> String {
    format!("DELETE FROM custody.ledger_entry WHERE seq BETWEEN {from} AND {to}")
}

fn stranger() -> SigningKey {
    SigningKey::from_bytes(&[8; 32])
}

/// Entries with a fitting form that nobody entitled has signed.
async fn forgeries(custody: &TestCustody) -> [custody::SignedEntry; 3] {
    let (ines, theo) = (&custody.ines, &custody.theo);
    let now = ines.console.now().await.unwrap();
    let entry = |desk: &Desk| entry_of(desk.author(), "request.sealed", Subject::new("request", "x"), now);
    let mut unknown = signed_falsely(&entry(theo), ledger::key_id(&stranger().verifying_key().to_bytes()));
    let signature = stranger().sign(&unknown.entry).to_bytes();
    let at = unknown.signatures.len() - signature.len();
    unknown.signatures.truncate(at);
    unknown.signatures.extend(signature);
    [unknown, signed_falsely(&entry(theo), theo.session.device), signed(&entry(theo), ines.author())]
}

/// entries changed, deleted, swapped, cut off, inserted or rewritten behind every fence, with the chain made anew where that
/// helps: each is found by verification, which names the entry, and nothing is executed on such a ledger.
#[tokio::test(flavor = "multi_thread")]
async fn every_falsified_ledger_is_found_and_the_entry_named() {
    let custody = TestCustody::found().await;
    let kek = custody.make_kek("kek-payments").await;
    custody.make_deks(kek, 2).await;
    let plan = custody.sealed_rotation(kek, at_once()).await;
    let (register, founding) = (&custody.theo.console.register, pin(&custody).await);
    let honest = Witness::new(founding, None).catch_up(register).await.unwrap();
    let remembered = Some((honest.entries, honest.head));
    custody.theo.console.witness.catch_up(register).await.unwrap();
    let mut superuser = custody.superuser().await;
    keep_aside(&mut superuser).await;
    let forged = forgeries(&custody).await;
    for attack in falsifications(&custody.theo, honest.entries, &forged) {
        superuser.behind_the_fences(&LEDGER, attack.sql).await;
        let verified = fault(Witness::new(founding, None).verify_all(register, &|_| ()).await);
        assert_eq!(verified, attack.verified, "{}: verified anew", attack.what);
        let followed = fault(Witness::new(founding, None).catch_up(register).await);
        assert_eq!(followed, attack.followed, "{}: followed from the founding", attack.what);
        let next_visit = fault(Witness::new(founding, remembered).catch_up(register).await);
        assert_eq!(next_visit, Some(attack.remembering.clone()), "{}: on the next visit", attack.what);
        let here = fault(custody.theo.console.witness.verify_all(register, &|_| ()).await);
        assert_eq!(here, Some(attack.remembering), "{}: by a console that has read it", attack.what);

        let mut console = custody.ines.console.clone();
        console.witness = Arc::new(Witness::new(founding, remembered));
        let error = console.start(custody.ines.author(), plan.request).await.unwrap_err();
        assert!(matches!(error, RunError::Authority(AuthorityError::Witness(_))), "{}: {error:?}", attack.what);
        put_back(&mut superuser).await;
    }
    rewritten_deep_down(&custody, &mut superuser, remembered).await;
    custody.theo.console.witness.verify_all(register, &|_| ()).await.unwrap();
    custody.carry_out(plan.request).await;
}

/// An entry rewritten with the whole chain after it made anew: whoever verifies signatures names it; a console that trusts what it
/// has verified before finds at once that the newest entry it knows is another.
async fn rewritten_deep_down(custody: &TestCustody, superuser: &mut Psql, remembered: Option<(u64, [u8; 32])>) {
    let (register, founding) = (&custody.theo.console.register, pin(custody).await);
    let purpose =
        "UPDATE custody.ledger_entry SET entry = set_byte(entry, 100, get_byte(entry, 100) # 1) WHERE seq = 5";
    superuser.behind_the_fences(&LEDGER, format!("{purpose}; {RECHAIN}")).await;
    for outcome in [
        Witness::new(founding, None).catch_up(register).await,
        Witness::new(founding, remembered).verify_all(register, &|_| ()).await,
        custody.theo.console.witness.verify_all(register, &|_| ()).await,
    ] {
        let found = fault(outcome).unwrap();
        assert!(
            matches!(
                found,
                Fault::People { number: 5, .. } | Fault::Entry { number: 5, .. } | Fault::Custody { number: 5 }
            ),
            "{found:?}"
        );
        assert!(found.to_string().contains("entry 5"), "{found}");
    }
    let next_visit = fault(Witness::new(founding, remembered).catch_up(register).await).unwrap();
    let named = |number| {
        matches!(&next_visit, Fault::Rewritten { number: found } | Fault::Entry { number: found, .. }
        | Fault::Custody { number: found } | Fault::People { number: found, .. } if *found == number)
    };
    assert!(named(remembered.unwrap().0) || named(5), "{next_visit:?}");
    put_back(superuser).await;
}

/// an approval's row rewritten in the register is found by verification, which names the entry that brought it; and
/// execution refuses an approval whose signature does not verify.
#[tokio::test(flavor = "multi_thread")]
async fn a_rewritten_approval_is_named_and_not_executed() {
    let custody = TestCustody::found().await;
    let kek = custody.make_kek("kek-payments").await;
    let plan = custody.sealed_rotation(kek, at_once()).await;
    let console = &custody.ines.console;
    let seals = console.register.seals(plan.request).await.unwrap();
    let [asked, agreed] = seals.as_slice() else { unreachable!("two seals: {seals:?}") };
    let verify = || async { fault(console.witness.verify_all(&console.register, &|_| ()).await) };
    assert_eq!(verify().await, None);
    let mut superuser = custody.superuser().await;
    let of =
        |seal: &register::SealRow| format!("WHERE request = '{}' AND operator = '{}'", seal.request, seal.operator);
    let (theirs, hers) = (of(agreed), of(asked));
    superuser.run("CREATE TABLE public.kept AS SELECT * FROM custody.seal").await.unwrap();
    let flipped = "signature = set_byte(signature, 9, get_byte(signature, 9) # 1)";
    let attacks = [
        (format!("UPDATE custody.seal SET {flipped} {theirs}"), agreed.seq),
        (format!("UPDATE custody.seal SET {flipped} {hers}"), asked.seq),
        (format!("UPDATE custody.seal SET sealed_at = sealed_at + interval '1 microsecond' {theirs}"), agreed.seq),
        (format!("UPDATE custody.seal SET role = 'devops' {theirs}"), agreed.seq),
        (format!("UPDATE custody.seal SET role = 'security' {hers}"), asked.seq),
        (format!("UPDATE custody.seal SET decision = 'reject' {theirs}"), agreed.seq),
        (format!("UPDATE custody.seal SET device = (SELECT device FROM custody.seal {hers}) {theirs}"), agreed.seq),
        (format!("DELETE FROM custody.seal {theirs}"), agreed.seq),
        (format!("DELETE FROM custody.seal {hers}"), asked.seq),
        (format!("UPDATE custody.seal SET seq = 1 {theirs}"), 1),
    ];
    for (sql, number) in attacks {
        superuser.behind_the_fences(&["seal"], sql.clone()).await;
        assert_eq!(verify().await, Some(Fault::Row { number }), "{sql}");
        if number > 1 {
            let error = console.start(custody.ines.author(), plan.request).await.unwrap_err();
            let RunError::Authority(AuthorityError::Quorum(error)) = error else { unreachable!("{sql}: {error:?}") };
            let is_signature = matches!(error, QuorumError::Seal { source: SealError::Signature, .. });
            assert!(is_signature || !sql.contains("signature"), "{sql}: {error:?}");
        }
        superuser
            .behind_the_fences(
                &["seal"],
                "DELETE FROM custody.seal; INSERT INTO custody.seal SELECT * FROM public.kept",
            )
            .await;
    }
    assert_eq!(verify().await, None);
    custody.carry_out(plan.request).await;
}

/// What the register keeps of each DEK: the wrap as it is, and under which version.
async fn wraps(superuser: &mut Psql) -> Vec<String> {
    let sql =
        "SELECT dek || ' ' || kek_version || ' ' || revision || ' ' || md5(wrapped) FROM custody.wrap ORDER BY dek";
    superuser.texts(sql).await
}

/// Swaps what is filed under two DEKs; only the owner of the table can.
async fn swap(superuser: &mut Psql, columns: &[&str], one: KeyId, other: KeyId) {
    let set: Vec<String> = columns.iter().map(|column| format!("{column} = o.{column}")).collect();
    let sql = format!(
        "UPDATE custody.wrap AS w SET {} FROM custody.wrap AS o
         WHERE (w.dek, o.dek) IN (('{one}'::uuid, '{other}'::uuid), ('{other}'::uuid, '{one}'::uuid))",
        set.join(", ")
    );
    superuser.behind_the_fences(&["wrap"], sql).await;
}

/// Gives two tenants each other's name: every DEK of theirs is the other's from then on.
async fn swap_tenants(superuser: &mut Psql) {
    let name = |from: &str, to: &str| format!("UPDATE custody.tenant SET name = '{to}' WHERE name = '{from}';");
    let (one, other) = ("Tenant 0001", "Tenant 0002");
    superuser.run([name(one, "aside"), name(other, one), name("aside", other)].concat()).await.unwrap();
}

async fn lapsed(custody: &TestCustody, plan: &Plan) -> Vec<String> {
    let error = custody.ines.console.start(custody.ines.author(), plan.request).await.unwrap_err();
    let RunError::Request(RequestError::Stale { differences }) = error else { unreachable!("{error:?}") };
    differences.into_iter().map(|it| format!("{}.{}", it.subject, it.field)).collect()
}

/// A run that meets a DEK which is not what it is filed as.
async fn stops_at_a_check_value(custody: &TestCustody, run: domain::RunId, deks: &[KeyId]) {
    let error = execute(&custody.ines, run).await.unwrap_err();
    let RunError::CheckValue { dek } = error else { unreachable!("{error:?}") };
    assert!(deks.contains(&dek));
}

/// wrapped DEKs of two tenants that a superuser swapped are found before anything of their batch is re-wrapped: before
/// the plan, by their check values when the run opens them; after it was signed, because the plan names the wraps it was made for.
#[tokio::test(flavor = "multi_thread")]
async fn swapped_wraps_are_found_before_anything_is_rewrapped() {
    let custody = TestCustody::found().await;
    let kek = custody.make_kek("kek-payments").await;
    let deks = custody.make_deks(kek, 4).await;
    let [one, other, ..] = deks.as_slice() else { unreachable!("four DEKs") };
    let register = &custody.ines.console.register;
    let mut superuser = custody.superuser().await;
    let honest = wraps(&mut superuser).await;

    // After it was signed.
    let plan = custody.sealed_rotation(kek, at_once()).await;
    swap(&mut superuser, &["wrapped"], *one, *other).await;
    let swapped = wraps(&mut superuser).await;
    assert_ne!(honest, swapped);
    assert_eq!(lapsed(&custody, &plan).await, [format!("register.{kek}.wraps")]);
    assert_eq!(register.request(plan.request).await.unwrap().unwrap().state, RequestState::Lapsed);
    assert_eq!(wraps(&mut superuser).await, swapped);

    // Before it was planned.
    let plan = custody.sealed_rotation(kek, at_once()).await;
    let run = custody.ines.console.start(custody.ines.author(), plan.request).await.unwrap();
    stops_at_a_check_value(&custody, run, &[*one, *other]).await;
    assert_eq!(wraps(&mut superuser).await, swapped, "nothing of the batch was re-wrapped");
    swap(&mut superuser, &["wrapped"], *one, *other).await;

    // With their check values, and with the names of their tenants: a check value names whose key it is.
    superuser.run("DROP INDEX custody.wrap_check_value").await.unwrap();
    swap(&mut superuser, &["wrapped", "check_value"], *one, *other).await;
    stops_at_a_check_value(&custody, run, &[*one, *other]).await;
    swap(&mut superuser, &["wrapped", "check_value"], *one, *other).await;
    swap_tenants(&mut superuser).await;
    stops_at_a_check_value(&custody, run, &[*one, *other]).await;
    swap_tenants(&mut superuser).await;
    assert_eq!(wraps(&mut superuser).await, honest, "nothing of the batch was re-wrapped");
    let old = &plan.targets.first().unwrap().version;
    assert_eq!(register.count_wraps(kek, old).await.unwrap(), 4);

    // Put right, the same run goes on to its end.
    assert_eq!(execute(&custody.ines, run).await.unwrap(), custody::run::Ended::Completed);
    assert_eq!(register.count_wraps(kek, old).await.unwrap(), 0);
}

/// a register that a superuser makes another custody's, or another environment's, or another vault's, is not signed in to.
#[tokio::test(flavor = "multi_thread")]
async fn a_register_that_became_another_custodys_is_not_used() {
    let custody = TestCustody::found().await;
    let mut superuser = custody.superuser().await;
    let theo = custody.theo.person.operator;
    superuser.run("CREATE TABLE public.kept AS SELECT * FROM custody.custody").await.unwrap();
    for change in [
        "id = gen_random_uuid()",
        "environment = 'production'",
        "vault_host = 'local-000000000000.vault.azure.net'",
        "vault_host = 'evil.example'",
    ] {
        superuser.run(format!("UPDATE custody.custody SET {change}")).await.unwrap();
        let refused = custody.premises.sign_in(theo, passphrase()).await.err();
        assert!(matches!(refused, Some(SignInError::OtherCustody)), "{change}: {refused:?}");
        superuser
            .run("DELETE FROM custody.custody; INSERT INTO custody.custody SELECT * FROM public.kept")
            .await
            .unwrap();
    }
    custody.premises.sign_in(theo, passphrase()).await.unwrap();
}
