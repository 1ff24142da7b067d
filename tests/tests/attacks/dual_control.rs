//! One person alone, or with the database on their side, gets nothing done: approvals that were forged, replayed, changed, used
//! up, taken back, outlived, or given by somebody who may no longer give them.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use std::collections::BTreeMap;
use std::time::Duration;

use countersign_tests::{
    Psql, TestCustody, approval, at_once, entry_of, execute, grounds, passphrase, signed, signed_falsely,
};
use custody::Ending;
use custody::request::{NewKek, RequestError, Verdict, Wanted, Windows};
use custody::run::{AuthorityError, RunError, seal_of};
use domain::{
    Classification, CustodyId, Decision, Environment, KeyId, KeyName, OperatorId, Plan, QuorumError, RequestId, Role,
    SealError, SealStatement, Timestamp,
};
use ed25519_dalek::{Signer as _, SigningKey};
use ledger::{Entry, Fault, PeopleError, SignatureError, Subject};
use rand_core::OsRng;
use uuid::Uuid;
use workplace::Desk;

async fn kek(custody: &TestCustody, name: &str) -> Wanted {
    let now = custody.ines.console.now().await.unwrap();
    Wanted::CreateKek(NewKek {
        key: KeyId::make(now, &mut OsRng),
        name: KeyName::parse(name).unwrap(),
        bits: 2048,
        owner: "Platform security".to_owned(),
        purpose: "Attacked".to_owned(),
        classification: Classification::Restricted,
        tenant: None,
    })
}

async fn asked(custody: &TestCustody, name: &str) -> Plan {
    custody.ask(&kek(custody, name).await).await
}

async fn sealed(custody: &TestCustody, name: &str) -> Plan {
    let plan = asked(custody, name).await;
    custody.countersign(&plan).await;
    plan
}

/// What the executing console says to starting this request.
async fn refusal(custody: &TestCustody, request: RequestId) -> RunError {
    custody.ines.console.start(custody.ines.author(), request).await.unwrap_err()
}

async fn quorum_error(custody: &TestCustody, request: RequestId) -> QuorumError {
    match refusal(custody, request).await {
        RunError::Authority(AuthorityError::Quorum(error)) => error,
        other => unreachable!("refused for another reason: {other:?}"),
    }
}

async fn ending(custody: &TestCustody, request: RequestId) -> Ending {
    match refusal(custody, request).await {
        RunError::Authority(AuthorityError::Ended { ending }) => ending,
        other => unreachable!("refused for another reason: {other:?}"),
    }
}

/// What the register says to an entry that starts a request's run, past every check of the console.
async fn start_past_the_console(custody: &TestCustody, plan: &Plan) -> String {
    let (desk, now) = (&custody.ines, custody.ines.console.now().await.unwrap());
    let run = domain::RunId::make(now, &mut OsRng);
    let attributes = [("request", plan.request.to_string()), ("plan_hash", hex::encode(plan.hash()))];
    let entry = Entry {
        attributes: attributes.map(|(name, value)| (name.to_owned(), value)).into(),
        ..entry_of(desk.author(), "run.started", Subject::new("run", run), now)
    };
    custody.psql(desk).await.call("start_run", &signed(&entry, desk.author()), None).await
}

/// What the register believes of a request now.
async fn state(superuser: &mut Psql, request: RequestId) -> String {
    superuser.texts(format!("SELECT custody.request_state('{request}', custody.clock())")).await.concat()
}

fn statement(plan: &Plan, signer: OperatorId, role: Role, time: Timestamp) -> SealStatement {
    SealStatement {
        custody: plan.custody,
        environment: plan.environment,
        request: plan.request,
        plan: plan.hash(),
        decision: Decision::Approve,
        role,
        signer,
        time,
    }
}

fn seal_entry(desk: &Desk, plan: &Plan, role: Role, seal: &[u8; 64], now: Timestamp) -> Entry {
    let attributes = [("plan_hash", hex::encode(plan.hash())), ("role", role.to_string()), ("seal", hex::encode(seal))];
    Entry {
        attributes: attributes.map(|(name, value)| (name.to_owned(), value)).into(),
        ..entry_of(desk.author(), "request.sealed", Subject::new("request", plan.request), now)
    }
}

/// A device key that nobody certified.
struct Forged(SigningKey);

impl Forged {
    fn new(seed: u8) -> Self {
        Self(SigningKey::from_bytes(&[seed; 32]))
    }

    fn public_key(&self) -> String {
        hex::encode(self.0.verifying_key().to_bytes())
    }

    /// SQL that enrols it as another device of `operator`.
    fn enrol(&self, operator: OperatorId) -> String {
        let key = self.public_key();
        format!(
            "INSERT INTO custody.device (key_id, public_key, operator, name, enrolled_seq)
             VALUES (sha256('\\x{key}'), '\\x{key}', '{operator}', 'Second device', 1)"
        )
    }

    /// SQL that puts a seal of this key on a plan, as if `operator` had given it.
    fn seal(&self, plan: &Plan, operator: OperatorId, seq: u64, now: Timestamp) -> String {
        let signature = self.0.sign(&statement(plan, operator, Role::Security, now).encode()).to_bytes();
        format!(
            "INSERT INTO custody.seal (request, operator, device, role, decision, is_requester, signature, sealed_at, seq)
             VALUES ('{}', '{operator}', sha256('\\x{}'), 'security', 'approve', false, '\\x{}',
                     to_timestamp(0) + interval '{} microseconds', {seq})",
            plan.request,
            self.public_key(),
            hex::encode(signature),
            now.micros()
        )
    }
}

/// the requester's own approval, a second device of the same person, a second operator made of one person and keys that
/// no ledger certifies give a request no force, even where the tables say that it is approved.
#[tokio::test(flavor = "multi_thread")]
async fn one_person_alone_gets_nothing_approved() {
    let custody = TestCustody::found().await;
    let (ines, theo) = (&custody.ines, &custody.theo);
    let plan = asked(&custody, "kek-alone").await;
    let mut superuser = custody.superuser().await;
    let now = ines.console.now().await.unwrap();

    // By the console, and past it.
    let device = ines.unlock_for_seal(passphrase()).await.unwrap();
    let own = Verdict { role: Role::DevOps, ..approval(&plan) };
    let error = ines.console.decide(own, &device, ines.author()).await.unwrap_err();
    assert!(matches!(&error, RequestError::Register(it) if it.refusal().is_some_and(|it| it.code() == "own_request")));
    assert_eq!(quorum_error(&custody, plan.request).await, QuorumError::TooFew { found: 1, needed: 2 });
    assert_eq!(start_past_the_console(&custody, &plan).await, "no_quorum");

    // With another device of hers, even one that the table of devices knows.
    let second = Forged::new(1);
    superuser.run(second.enrol(ines.person.operator)).await.unwrap();
    let mut psql = custody.psql(ines).await;
    let entry = seal_entry(ines, &plan, Role::DevOps, &[3; 64], now);
    let second_key = ledger::key_id(&second.0.verifying_key().to_bytes());
    assert_eq!(psql.call("decide_request", &signed_falsely(&entry, second_key), None).await, "own_request");

    // A superuser makes a second person of her, with roles, a device and a seal whose signature is right.
    let ghost = OperatorId(Uuid::from_u128(77));
    let key = Forged::new(2);
    superuser
        .run(format!(
            "INSERT INTO custody.operator (id, person, name, login, enrolled_seq, changed_seq)
                 VALUES ('{ghost}', 'ghost@example.test', 'Ghost', 'cs_ghost', 1, 1);
             INSERT INTO custody.operator_role VALUES ('{ghost}', 'security', now(), now(), 1); {}",
            key.enrol(ghost)
        ))
        .await
        .unwrap();
    superuser.behind_the_fences(&["seal"], key.seal(&plan, ghost, 1, now)).await;
    assert_eq!(state(&mut superuser, plan.request).await, "approved", "the tables are fooled");
    let untrusted = QuorumError::UntrustedKey { operator: ghost };
    assert_eq!(quorum_error(&custody, plan.request).await, untrusted);
    superuser.behind_the_fences(&["seal"], format!("DELETE FROM custody.seal WHERE operator = '{ghost}'")).await;

    // Or a second device of Theo's, and seals with that in his name.
    let device_of_theo = Forged::new(3);
    superuser.run(device_of_theo.enrol(theo.person.operator)).await.unwrap();
    superuser.behind_the_fences(&["seal"], device_of_theo.seal(&plan, theo.person.operator, 1, now)).await;
    assert_eq!(state(&mut superuser, plan.request).await, "approved", "the tables are fooled");
    let untrusted = QuorumError::UntrustedKey { operator: theo.person.operator };
    assert_eq!(quorum_error(&custody, plan.request).await, untrusted);
    superuser.behind_the_fences(&["seal"], "DELETE FROM custody.seal WHERE seq = 1").await;

    // Theo signs once, and not again with another device.
    custody.countersign(&plan).await;
    let again = seal_entry(theo, &plan, Role::Security, &[4; 64], theo.console.now().await.unwrap());
    let other_key = ledger::key_id(&device_of_theo.0.verifying_key().to_bytes());
    let answer = custody.psql(theo).await.call("decide_request", &signed_falsely(&again, other_key), None).await;
    assert_eq!(answer, "already_signed");
    custody.carry_out(plan.request).await;
}

/// a plan whose bytes a superuser swaps after it was signed, with a hash that fits, is not executed; and what was executed
/// is not executed again, whatever becomes of the tables.
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_plan_is_refused_and_a_signed_one_runs_once() {
    let custody = TestCustody::found().await;
    let mut superuser = custody.superuser().await;
    let plan = asked(&custody, "kek-swapped").await;
    let replace = |changed: &Plan| {
        let bytes = hex::encode(changed.encode());
        format!(
            "UPDATE custody.request SET plan = '\\x{bytes}', plan_hash = sha256('\\x{bytes}') WHERE id = '{}'",
            plan.request
        )
    };
    let mut weaker = plan.clone();
    weaker.parameters.insert("owner".to_owned(), "Somebody else".to_owned());
    superuser.behind_the_fences(&["request"], replace(&weaker)).await;
    let device = custody.theo.unlock_for_seal(passphrase()).await.unwrap();
    let error = custody.theo.console.decide(approval(&plan), &device, custody.theo.author()).await.unwrap_err();
    assert!(matches!(error, RequestError::NotWhatWasShown), "{error:?}");
    superuser.behind_the_fences(&["request"], replace(&plan)).await;
    custody.countersign(&plan).await;

    let changes: [fn(&mut Plan); 6] = [
        |plan| plan.parameters.clear(),
        |plan| plan.targets.iter_mut().for_each(|target| target.name.push_str("-other")),
        |plan| plan.reason.push('!'),
        |plan| plan.clocks.execute_by = plan.clocks.execute_by.plus(Duration::from_secs(1)),
        |plan| plan.impact = BTreeMap::new(),
        |plan| plan.nonce = [0; 16],
    ];
    for change in changes {
        let mut changed = plan.clone();
        change(&mut changed);
        superuser.behind_the_fences(&["request"], replace(&changed)).await;
        assert_eq!(state(&mut superuser, plan.request).await, "approved", "the tables are fooled");
        let error = quorum_error(&custody, plan.request).await;
        assert!(matches!(error, QuorumError::Seal { source: SealError::Signature, .. }), "{error:?}");
    }
    let elsewhere: [fn(&mut Plan); 2] =
        [|plan| plan.custody = CustodyId(Uuid::from_u128(9)), |plan| plan.environment = Environment::Production];
    for change in elsewhere {
        let mut changed = plan.clone();
        change(&mut changed);
        superuser.behind_the_fences(&["request"], replace(&changed)).await;
        let error = refusal(&custody, plan.request).await;
        assert!(matches!(error, RunError::Authority(AuthorityError::Foreign)), "{error:?}");
    }
    superuser.behind_the_fences(&["request"], replace(&plan)).await;

    let run = custody.carry_out(plan.request).await;
    assert!(matches!(ending(&custody, plan.request).await, Ending::Started { run: begun, .. } if begun == run.0));
    assert_eq!(start_past_the_console(&custody, &plan).await, "already_started");
    let forget = format!(
        "DELETE FROM custody.run_step; DELETE FROM custody.run;
         UPDATE custody.request SET decided = 'open', decided_at = NULL, decided_seq = NULL WHERE id = '{}'",
        plan.request
    );
    superuser.behind_the_fences(&["request", "run", "run_step"], forget).await;
    assert_eq!(state(&mut superuser, plan.request).await, "approved", "the tables have forgotten the run");
    assert!(matches!(ending(&custody, plan.request).await, Ending::Started { run: begun, .. } if begun == run.0));
}

/// a seal counts for one request. Copied onto another, turned from no to yes, or on a request that was taken back and
/// reopened, it gives nothing force.
#[tokio::test(flavor = "multi_thread")]
async fn a_seal_is_not_replayed() {
    let custody = TestCustody::found().await;
    let (ines, theo) = (&custody.ines, &custody.theo);
    let mut superuser = custody.superuser().await;
    let (first, second) = (sealed(&custody, "kek-first").await, asked(&custody, "kek-second").await);

    let copy = format!(
        "ALTER TABLE custody.seal DROP CONSTRAINT seal_signature_key;
         INSERT INTO custody.seal SELECT '{}', operator, device, role, decision, is_requester, signature, sealed_at, 1
         FROM custody.seal WHERE request = '{}' AND NOT is_requester",
        second.request, first.request
    );
    superuser.behind_the_fences(&["seal"], copy).await;
    assert_eq!(state(&mut superuser, second.request).await, "approved", "the tables are fooled");
    let invalid = QuorumError::Seal { operator: theo.person.operator, source: SealError::Signature };
    assert_eq!(quorum_error(&custody, second.request).await, invalid);
    superuser.behind_the_fences(&["seal"], "DELETE FROM custody.seal WHERE seq = 1").await;

    // In another custody or environment the same signature says nothing.
    let rows = ines.console.register.seals(first.request).await.unwrap();
    for row in &rows {
        let public_key = superuser
            .texts(format!(
                "SELECT encode(public_key, 'hex') FROM custody.device WHERE key_id = '\\x{}'",
                hex::encode(row.device)
            ))
            .await
            .concat();
        let public_key: [u8; 32] = hex::decode(public_key).unwrap().try_into().unwrap();
        assert_eq!(seal_of(&first, row).verify(&first, &public_key), Ok(()));
        let moved: [fn(&mut Plan); 3] = [
            |plan| plan.custody = CustodyId(Uuid::from_u128(9)),
            |plan| plan.environment = Environment::Production,
            |plan| plan.request = RequestId(Uuid::from_u128(9)),
        ];
        for change in moved {
            let mut elsewhere = first.clone();
            change(&mut elsewhere);
            assert!(matches!(seal_of(&first, row).verify(&elsewhere, &public_key), Err(SealError::Foreign { .. })));
            assert_eq!(seal_of(&elsewhere, row).verify(&elsewhere, &public_key), Err(SealError::Signature));
        }
    }

    // A no that is turned into a yes.
    let declined = asked(&custody, "kek-declined").await;
    let device = theo.unlock_for_seal(passphrase()).await.unwrap();
    let no = Verdict { decision: Decision::Reject, reason: "Not before the audit", ..approval(&declined) };
    theo.console.decide(no, &device, theo.author()).await.unwrap();
    superuser.behind_the_fences(&["seal"], "UPDATE custody.seal SET decision = 'approve'").await;
    reopen(&mut superuser, declined.request).await;
    assert_eq!(ending(&custody, declined.request).await, Ending::Rejected);

    // Taken back, and reopened by a superuser.
    ines.console.withdraw(first.request, "No longer needed", ines.author()).await.unwrap();
    reopen(&mut superuser, first.request).await;
    assert_eq!(ending(&custody, first.request).await, Ending::Withdrawn);

    // With Theo's login and his old signature, but without his key: the register, which can't verify, takes the entry; every
    // console names it and executes nothing any more.
    let stolen = rows.iter().find(|row| !row.is_requester).unwrap();
    let entry = seal_entry(theo, &second, Role::Security, &stolen.signature, theo.console.now().await.unwrap());
    let forged = signed_falsely(&entry, stolen.device);
    assert_eq!(custody.psql(theo).await.call("decide_request", &forged, None).await, "ok");
    let (number, _) = ines.console.register.head().await.unwrap();
    let fault =
        Fault::People { number, source: PeopleError::Signature(SignatureError::Invalid { key: stolen.device }) };
    let error = refusal(&custody, second.request).await;
    let RunError::Authority(AuthorityError::Witness(custody::WitnessError::Fault(found))) = error else {
        unreachable!("refused for another reason: {error:?}")
    };
    assert_eq!(found, fault);
}

async fn reopen(superuser: &mut Psql, request: RequestId) {
    let sql = format!(
        "UPDATE custody.request SET decided = 'open', decided_at = NULL, decided_seq = NULL WHERE id = '{request}'"
    );
    superuser.behind_the_fences(&["request"], sql).await;
    assert_eq!(state(superuser, request).await, "approved", "the tables are fooled");
}

/// approvals end: with their clocks, also where a superuser sets the clocks of the row anew, and with the suspension of
/// who gave them, also where a superuser lifts it in the tables.
#[tokio::test(flavor = "multi_thread")]
async fn approvals_end_with_their_clocks_and_their_signers() {
    let custody = TestCustody::found().await;
    let (ines, theo) = (&custody.ines, &custody.theo);
    let mut superuser = custody.superuser().await;
    let hours = |hours: u64| Duration::from_secs(hours * 3600);
    let windows = Windows { approve_within: hours(1), execute_within: hours(2) };
    let mut plans = Vec::new();
    for name in ["kek-sealed", "kek-unsealed"] {
        let wanted = kek(&custody, name).await;
        let plan = ines.console.plan(ines.person.operator, &wanted, grounds(), windows).await.unwrap();
        let device = ines.unlock_for_seal(passphrase()).await.unwrap();
        ines.console.submit(&plan, Role::DevOps, &device).await.unwrap();
        plans.push(plan);
    }
    let [in_time, too_late] = plans.try_into().unwrap();
    custody.countersign(&in_time).await;
    let lasting = sealed(&custody, "kek-lasting").await;

    superuser.set_clock_ahead("90 minutes").await;
    let device = theo.unlock_for_seal(passphrase()).await.unwrap();
    let error = theo.console.decide(approval(&too_late), &device, theo.author()).await.unwrap_err();
    assert!(
        matches!(&error, RequestError::Register(it) if it.refusal().is_some_and(|it| it.code() == "request_expired"))
    );
    assert_eq!(state(&mut superuser, in_time.request).await, "approved");

    superuser.set_clock_ahead("3 hours").await;
    let expired = QuorumError::Expired { execute_by: in_time.clocks.execute_by };
    assert_eq!(quorum_error(&custody, in_time.request).await, expired);
    assert_eq!(start_past_the_console(&custody, &in_time).await, "request_expired");
    let longer = format!(
        "UPDATE custody.request SET approve_by = approve_by + interval '9 days', execute_by = execute_by + interval '9 days'
         WHERE id = '{}'",
        in_time.request
    );
    superuser.behind_the_fences(&["request"], longer).await;
    assert_eq!(state(&mut superuser, in_time.request).await, "approved", "the tables are fooled");
    assert_eq!(quorum_error(&custody, in_time.request).await, expired);
    superuser.set_clock_ahead("0 seconds").await;

    let now = ines.console.now().await.unwrap();
    let suspended = Entry {
        purpose: "Left the company".to_owned(),
        attributes: BTreeMap::from([("accept_loss".to_owned(), "yes".to_owned())]),
        ..entry_of(ines.author(), "operator.suspended", Subject::new("operator", theo.person.operator), now)
    };
    let mut psql = custody.psql(ines).await;
    assert_eq!(psql.call("suspend_operator", &signed(&suspended, ines.author()), None).await, "ok");
    let inactive = QuorumError::Inactive { operator: theo.person.operator };
    assert_eq!(quorum_error(&custody, lasting.request).await, inactive);
    assert_eq!(start_past_the_console(&custody, &lasting).await, "no_quorum");
    let late = asked(&custody, "kek-late").await;
    let error = theo.console.decide(approval(&late), &device, theo.author()).await.unwrap_err();
    assert!(matches!(&error, RequestError::Register(it) if it.refusal().is_some_and(|it| it.code() == "not_allowed")));

    let lifted = format!(
        "UPDATE custody.operator SET status = 'active'; UPDATE custody.session SET closed_at = NULL;
         UPDATE custody.device SET status = 'active';
         INSERT INTO custody.operator_role SELECT '{}', role, now(), now(), 1
         FROM unnest('{{security,risk_acceptance}}'::text[]) AS role",
        theo.person.operator
    );
    superuser.run(lifted).await.unwrap();
    assert_eq!(state(&mut superuser, lasting.request).await, "approved", "the tables are fooled");
    assert_eq!(quorum_error(&custody, lasting.request).await, inactive);

    // A clock that is put back does not bring back what has ended: the ledger knows that it was later already.
    superuser.set_clock_ahead("3 hours").await;
    asked(&custody, "kek-evening").await;
    superuser.set_clock_ahead("0 seconds").await;
    assert_eq!(state(&mut superuser, in_time.request).await, "approved", "the tables are fooled");
    let error = refusal(&custody, in_time.request).await;
    assert!(matches!(error, RunError::Authority(AuthorityError::Clock { .. })), "{error:?}");
}

/// the way back needs no new signature, but it is no way around one: a run that a superuser writes into the tables, turned
/// back already, for a request that nobody countersigned, would disable a version in the vault. No console takes it up.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_begun_is_not_turned_back() {
    let custody = TestCustody::found().await;
    let kek = custody.make_kek("kek-payments").await;
    let wanted = Wanted::RotateKek { key: kek, options: at_once() };
    let plan = custody.ask(&wanted).await;
    let version = &plan.targets.first().unwrap().version;
    let now = custody.ines.console.now().await.unwrap();
    let run = domain::RunId::make(now, &mut OsRng);
    let forged = format!(
        "INSERT INTO custody.run (id, request, key, direction, from_version, new_version, owner, owner_session, lease_until,
                                  started_at, started_seq)
         SELECT '{run}', '{}', '{kek}', 'back', '{version}', '{version}', operator, key_id, now(), now(), 1
         FROM custody.session WHERE operator = '{}' LIMIT 1",
        plan.request, custody.ines.person.operator
    );
    custody.superuser().await.run(forged).await.unwrap();
    for desk in [&custody.ines, &custody.theo] {
        let error = execute(desk, run).await.unwrap_err();
        let RunError::Authority(AuthorityError::NotBegun { run: refused }) = error else { unreachable!("{error:?}") };
        assert_eq!(refused, run);
    }
    let name = vault::ObjectName::parse("kek-payments").unwrap();
    assert!(custody.ines.console.vault.key(&name, None).await.unwrap().enabled);
}
