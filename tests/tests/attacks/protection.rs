//! With an operator's own login and no console in between: nobody signs off their own act, brings a key back or lifts a hold alone;
//! an auditor does none of it; and an act without a reason or a scope is none.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use std::collections::BTreeMap;
use std::sync::Arc;

use countersign_tests::{Psql, TestCustody, entry_of, passphrase, signed};
use custody::protect::{NewHold, Protection};
use custody::request::{Reactivation, Wanted};
use custody::{Author, SignedEntry};
use domain::{Decision, KeyId, OperatorId, Plan, Role, SealStatement, Timestamp};
use ed25519_dalek::{Signer as _, SigningKey};
use ledger::{Entry, Signer, Subject};
use rand_core::{OsRng, RngCore as _};
use register::{HoldKind, HoldTarget, Scope};
use uuid::Uuid;
use workplace::Desk;

const WHY: &str = "A laptop with this key's credentials was lost";
const NOT_ALLOWED: &str = "42501";

fn fresh() -> Uuid {
    let mut bytes = [0; 16];
    OsRng.fill_bytes(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

fn attributes<const N: usize>(of: [(&str, String); N]) -> BTreeMap<String, String> {
    of.map(|(name, value)| (name.to_owned(), value)).into()
}

/// Somebody at their keyboard: what they sign, they hand in themselves.
struct Attacker<'a> {
    session: &'a Author,
    device: &'a Author,
    now: Timestamp,
}

impl Attacker<'_> {
    fn entry<const N: usize>(&self, verb: &str, subject: Subject, of: [(&str, String); N]) -> Entry {
        let entry = entry_of(self.session, verb, subject, self.now);
        Entry { purpose: WHY.to_owned(), attributes: attributes(of), ..entry }
    }

    fn by_session<const N: usize>(&self, verb: &str, subject: Subject, of: [(&str, String); N]) -> SignedEntry {
        signed(&self.entry(verb, subject, of), self.session)
    }

    /// A seal of their own on a request that is theirs.
    fn seal(&self, plan: &Plan, role: Role) -> SignedEntry {
        let statement = SealStatement {
            custody: plan.custody,
            environment: plan.environment,
            request: plan.request,
            plan: plan.hash(),
            decision: Decision::Approve,
            role,
            signer: self.device.operator(),
            time: self.now,
        };
        let of = [
            ("plan_hash", hex::encode(plan.hash())),
            ("role", role.to_string()),
            ("seal", hex::encode(self.device.sign(&statement.encode()))),
        ];
        signed(&self.entry("request.sealed", Subject::new("request", plan.request), of), self.device)
    }

    fn start(&self, plan: &Plan) -> SignedEntry {
        let of = [("request", plan.request.to_string()), ("plan_hash", hex::encode(plan.hash()))];
        self.by_session("run.started", Subject::new("run", fresh()), of)
    }

    /// The verbs that bring back or lift, without a run that allows it.
    fn shortcuts(&self, key: KeyId, hold: Uuid) -> Vec<(&'static str, SignedEntry, Option<Vec<u8>>)> {
        let run = || [("run", fresh().to_string()), ("fence", "1".to_owned())];
        let enabled = {
            let [run, fence] = run();
            let of = [run, fence, ("versions", String::new()), ("proof", "believe me".to_owned())];
            self.by_session("key.versions_enabled", Subject::new("key", key), of)
        };
        let payload = canonical::Encoder::new().sequence(canonical::Encoder::new().bytes(key.0.as_bytes())).finish();
        let digest = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&payload));
        let of = [("fence", "1".to_owned()), ("payload_digest", digest), ("count", "1".to_owned())];
        vec![
            ("record_versions_enabled", enabled, None),
            ("activate_keys", self.by_session("key.reactivated", Subject::new("run", fresh()), of), Some(payload)),
            ("lift_hold", self.by_session("hold.lifted", Subject::new("hold", hold), run()), None),
        ]
    }
}

async fn head(desk: &Desk) -> u64 {
    desk.console.register.head().await.unwrap().0
}

/// A suspended KEK with its entry, and a hold on it.
async fn stage(custody: &TestCustody) -> (KeyId, u64, Uuid) {
    let kek = custody.make_kek("kek-attacked").await;
    let (console, author) = (&custody.ines.console, custody.ines.author());
    let protected = console.protect(author, Protection::Suspend, &Scope::Key(kek), WHY).await.unwrap();
    let hold = NewHold {
        kind: HoldKind::Legal,
        target: HoldTarget::Key(kek),
        reference: "Case 1".to_owned(),
        reason: "Evidence".to_owned(),
    };
    let hold = console.set_hold(author, &hold).await.unwrap();
    (kek, protected.entry, hold)
}

/// one person alone signs off nothing of theirs, brings nothing back and lifts nothing.
#[tokio::test(flavor = "multi_thread")]
async fn one_person_alone_takes_nothing_back() {
    let custody = TestCustody::found().await;
    let (kek, act, hold) = stage(&custody).await;
    let plans = [
        custody.ask(&Wanted::Reactivate(Reactivation { keys: vec![kek], tenant: None })).await,
        custody.ask(&Wanted::LiftHold { hold }).await,
    ];
    let ines = &custody.ines;
    let device = ines.unlock_for_seal(passphrase()).await.unwrap();
    let now = ines.console.now().await.unwrap();
    let attacker = Attacker { session: ines.author(), device: &device, now };
    let mut psql = custody.psql(ines).await;
    let before = head(ines).await;

    let note = attacker.entry("review.signed_off", Subject::new("review", act), []);
    assert_eq!(psql.call("sign_off", &signed(&note, &device), None).await, "same_person");
    assert_eq!(psql.call("sign_off", &signed(&note, ines.author()), None).await, "device_key_needed");
    for plan in &plans {
        assert_eq!(psql.call("decide_request", &attacker.seal(plan, Role::Security), None).await, "own_request");
        assert_eq!(psql.call("start_run", &attacker.start(plan), None).await, "no_quorum");
    }
    for (verb, entry, payload) in attacker.shortcuts(kek, hold) {
        assert_eq!(psql.call(verb, &entry, payload.as_deref()).await, "run_unknown", "{verb}");
    }
    assert_eq!(head(ines).await, before);
}

/// without a reason, or upon something that is no scope, nothing is protected, held, ended or signed off.
#[tokio::test(flavor = "multi_thread")]
async fn acts_without_reason_or_scope_are_refused() {
    let custody = TestCustody::found().await;
    let (kek, act, _) = stage(&custody).await;
    let theo = &custody.theo;
    let device = theo.unlock_for_seal(passphrase()).await.unwrap();
    let now = theo.console.now().await.unwrap();
    let attacker = Attacker { session: theo.author(), device: &device, now };
    let mut psql = custody.psql(theo).await;
    let before = head(theo).await;
    let here = theo.console.custody.id;

    let hold = [
        ("kind", "incident".to_owned()),
        ("scope", "key".to_owned()),
        ("target", kek.to_string()),
        ("reference", "INC-1".to_owned()),
    ];
    let batch = [("count", "1".to_owned()), ("digest", "00".repeat(32)), ("continues", "0".to_owned())];
    let silent = [
        ("protect", attacker.entry("key.revoked", Subject::new("key", kek), [])),
        ("set_hold", attacker.entry("hold.set", Subject::new("hold", fresh()), hold.clone())),
        ("invalidate_tokens", attacker.entry("tokens.invalidated", Subject::new("custody", here), batch.clone())),
    ];
    for (verb, entry) in silent {
        let entry = Entry { purpose: " \t".to_owned(), ..entry };
        assert_eq!(psql.call(verb, &signed(&entry, theo.author()), None).await, "purpose_missing", "{verb}");
    }
    let note = Entry { purpose: String::new(), ..attacker.entry("review.signed_off", Subject::new("review", act), []) };
    assert_eq!(psql.call("sign_off", &signed(&note, &device), None).await, "purpose_missing");

    let mut elsewhere = hold;
    elsewhere[1].1 = "custody".to_owned();
    let astray = [
        ("protect", attacker.by_session("key.suspended", Subject::new("custody", here), []), "scope_unknown"),
        ("protect", attacker.by_session("key.suspended", Subject::new("vault", "any"), []), "scope_unknown"),
        ("protect", attacker.by_session("key.suspended", Subject::new("tenant", kek), []), "tenant_unknown"),
        ("set_hold", attacker.by_session("hold.set", Subject::new("hold", fresh()), elsewhere), "scope_unknown"),
        (
            "invalidate_tokens",
            attacker.by_session("tokens.invalidated", Subject::new("vault", "any"), batch.clone()),
            "scope_unknown",
        ),
        (
            "invalidate_tokens",
            attacker.by_session("tokens.invalidated", Subject::new("custody", fresh()), batch),
            "wrong_custody",
        ),
    ];
    for (verb, entry, code) in astray {
        assert_eq!(psql.call(verb, &entry, None).await, code, "{verb}");
    }
    assert_eq!(head(theo).await, before);
}

struct Key(SigningKey);

impl Signer for Key {
    fn public_key(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

fn author(custody: &TestCustody, operator: Uuid) -> (Author, [u8; 32]) {
    let key = Key(SigningKey::generate(&mut OsRng));
    let public = key.public_key();
    (Author::new(custody.ines.console.custody.clone(), OperatorId(operator), Arc::new(key)), public)
}

/// An auditor with a login, a device and a session, put there by whoever owns the database.
async fn enrol_auditor(custody: &TestCustody, superuser: &mut Psql) -> (Author, Author) {
    let vera = fresh();
    let ((device, device_key), (session, session_key)) = (author(custody, vera), author(custody, vera));
    let hex = |bytes: [u8; 32]| format!("'\\x{}'", hex::encode(bytes));
    superuser
        .run(format!(
            "CREATE ROLE vera LOGIN IN ROLE countersign_auditor;
             INSERT INTO custody.operator VALUES ('{vera}', 'vera@example.test', 'Vera', 'vera', 'operator', 'active', 1, 1);
             INSERT INTO custody.operator_role VALUES ('{vera}', 'auditor', custody.clock(), custody.clock(), 1);
             INSERT INTO custody.device VALUES ({device_id}, {device_key}, '{vera}', 'laptop', 'active', 1);
             INSERT INTO custody.session (key_id, public_key, device, operator, opened_at, expires_at, opened_seq)
             VALUES ({session_id}, {session_key}, {device_id}, '{vera}', custody.clock(), custody.clock() + interval '1 hour', 1)",
            device_id = hex(device.key_id()),
            device_key = hex(device_key),
            session_id = hex(session.key_id()),
            session_key = hex(session_key),
        ))
        .await
        .unwrap();
    (device, session)
}

/// an auditor reads all of it and does none of it, by right of their login and again by their record.
#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_protects_and_signs_off_nothing() {
    let custody = TestCustody::found().await;
    let (kek, act, hold) = stage(&custody).await;
    let mut psql = custody.superuser().await;
    let (device, session) = enrol_auditor(&custody, &mut psql).await;
    psql.run("SET SESSION AUTHORIZATION vera").await.unwrap();
    let read = psql.texts("SELECT count(*)::text FROM custody.review_item, custody.protective_act, custody.hold").await;
    assert_eq!(read.concat(), "2");

    let before = head(&custody.ines).await;
    for member in [false, true] {
        if member {
            let join =
                "RESET SESSION AUTHORIZATION; GRANT countersign_security TO vera; SET SESSION AUTHORIZATION vera";
            psql.run(join).await.unwrap();
        }
        let now = custody.ines.console.now().await.unwrap();
        let attacker = Attacker { session: &session, device: &device, now };
        let set = [
            ("kind", "incident".to_owned()),
            ("scope", "key".to_owned()),
            ("target", kek.to_string()),
            ("reference", "INC-1".to_owned()),
        ];
        let proof = [("act", act.to_string()), ("versions", String::new()), ("proof", "believe me".to_owned())];
        let batch = [("count", "1".to_owned()), ("digest", "00".repeat(32)), ("continues", "0".to_owned())];
        let sweep = [("count", "1".to_owned()), ("digest", "00".repeat(32)), ("before", now.micros().to_string())];
        let here = Subject::new("custody", custody.ines.console.custody.id);
        let note = attacker.entry("review.signed_off", Subject::new("review", act), []);
        let mut attempts = vec![
            ("protect", attacker.by_session("key.revoked", Subject::new("key", kek), []), None),
            ("set_hold", attacker.by_session("hold.set", Subject::new("hold", fresh()), set), None),
            (
                "intend_protection",
                attacker.by_session("key.protection_intended", Subject::new("key", kek), proof.clone()),
                None,
            ),
            (
                "confirm_protection",
                attacker.by_session("key.protection_confirmed", Subject::new("key", kek), proof),
                None,
            ),
            ("invalidate_tokens", attacker.by_session("tokens.invalidated", here.clone(), batch), None),
            ("sweep_tokens", attacker.by_session("tokens.swept", here, sweep), None),
            ("sign_off", signed(&note, &device), None),
        ];
        attempts.extend(attacker.shortcuts(kek, hold));
        for (verb, entry, payload) in attempts {
            let answer = psql.call(verb, &entry, payload.as_deref()).await;
            let without_run = ["record_versions_enabled", "activate_keys", "lift_hold"].contains(&verb);
            let wanted = match (member, without_run) {
                (false, _) => NOT_ALLOWED,
                (true, false) => "role_missing",
                (true, true) => "run_unknown",
            };
            assert_eq!(answer, wanted, "{verb}");
        }
    }
    assert_eq!(head(&custody.ines).await, before);
}
