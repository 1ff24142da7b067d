//! People: who joins by two signatures, and how access ends by one.

use domain::{KeyId, Operation, OperatorId, Plan, Role, Target};
use ledger::{ActorKind, EnrolmentCard, Signer as _};
use register::{ConnectError, LossState, Receipt, Register, RegisterError, UnmetWhy};
use uuid::Uuid;

use crate::common::{Custody, Draft, Key, Person, fresh_id, login_password, make_login};

/// Hours until a role counts.
const COOL_DOWN: i64 = 24;

/// Somebody with a login that opens nothing, and a device key.
struct Newcomer {
    id: Uuid,
    name: String,
    login: String,
    device: Key,
}

impl Newcomer {
    async fn with_login(custody: &Custody, name: &str) -> Self {
        let login = format!("{name}_{}", custody.address.database);
        make_login(&custody.address, &login, &[]).await;
        Self { id: fresh_id(), name: name.to_owned(), login, device: Key::make() }
    }

    async fn card(&self, custody: &Custody, kind: &str) -> EnrolmentCard {
        let founding: Vec<u8> = custody.value("SELECT hash FROM custody.ledger_entry WHERE seq = 1").await;
        let card = EnrolmentCard {
            custody: custody.id,
            founding: founding.try_into().unwrap(),
            operator: self.id,
            kind: kind.to_owned(),
            person: format!("{}@northwind.example", self.name),
            name: self.name.clone(),
            login: self.login.clone(),
            device_name: "phone".to_owned(),
            public_key: [0; 32],
            proof: [0; 64],
        };
        card.signed(&self.device)
    }

    /// At work, once they are enrolled.
    async fn sits_down(self, custody: &Custody, roles: &[Role]) -> Person {
        let register = Register::connect(&custody.address, &self.login, &login_password()).await.unwrap();
        let person = Person {
            id: self.id,
            kind: ActorKind::Operator,
            login: self.login,
            roles: roles.to_vec(),
            device: self.device,
            session: Key::make(),
            register,
        };
        custody.open_session(&person).await;
        person
    }
}

impl Custody {
    fn about(&self, id: Uuid, name: &str) -> Vec<Target> {
        vec![Target { key: KeyId(id), name: name.to_owned(), version: String::new() }]
    }

    async fn enrolment(&self, who: &Newcomer, roles: &str, changed: &[(&str, &str)]) -> Plan {
        let mut said = who.card(self, "operator").await.parameters();
        said.extend([("roles".to_owned(), roles.to_owned()), ("cool_down_hours".to_owned(), COOL_DOWN.to_string())]);
        said.extend(changed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        said.retain(|_, value| value != "absent");
        let said: Vec<(&str, String)> = said.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        let name = said.iter().find(|(name, _)| *name == "name").map(|(_, value)| value.clone()).unwrap_or_default();
        self.plan_about(&self.ben, Operation::EnrolOperator, self.about(who.id, &name), &said).await
    }

    /// Ben asks, Anna countersigns, and it comes into force.
    async fn decided(&self, plan: &Plan) -> Result<Receipt, RegisterError> {
        self.submit(&self.ben, Role::DevOps, plan).await?;
        self.approve(&self.anna, Role::Security, plan).await?;
        self.settle(&self.anna, plan).await
    }

    async fn enrolled(&self, name: &str, roles: &[Role]) -> Person {
        let newcomer = Newcomer::with_login(self, name).await;
        let words: Vec<&str> = roles.iter().map(|role| role.word()).collect();
        let plan = self.enrolment(&newcomer, &words.join(","), &[]).await;
        self.decided(&plan).await.unwrap();
        newcomer.sits_down(self, roles).await
    }

    /// The cool-down passes, and everybody signs in anew.
    async fn a_day_passes(&mut self, others: &mut [&mut Person]) {
        self.pass_seconds(COOL_DOWN * 3600 + 1).await;
        self.anna.session = Key::make();
        self.ben.session = Key::make();
        self.open_session(&self.anna).await;
        self.open_session(&self.ben).await;
        for person in others {
            person.session = Key::make();
            self.open_session(person).await;
        }
    }

    async fn end(
        &self,
        by: &Person,
        verb: &'static str,
        who: Uuid,
        more: &[(&str, &str)],
    ) -> Result<Receipt, RegisterError> {
        let draft = Draft::new(verb, "operator", who).because("Badge handed in");
        let draft = more.iter().fold(draft, |draft, (name, value)| draft.with(name, value));
        let act = self.by_session(by, draft);
        match verb {
            "operator.suspended" => by.register.suspend_operator(act.act()).await,
            "operator.left" => by.register.operator_left(act.act()).await,
            _ => by.register.withdraw_role(act.act()).await,
        }
    }

    async fn state_of_request(&self, plan: &Plan) -> String {
        sqlx::query_scalar("SELECT custody.request_state($1, custody.clock())")
            .bind(plan.request.0)
            .fetch_one(&self.superuser)
            .await
            .unwrap()
    }

    async fn is_let_in(&self, login: &str) -> bool {
        match Register::connect(&self.address, login, &login_password()).await {
            Ok(_) => true,
            Err(ConnectError::NotAllowed { .. }) => false,
            Err(other) => panic!("{other:?}"),
        }
    }
}

/// two people enrol a third by the card of their key; the login is let in from then on and not before; the role counts
/// after the cool-down and not before; and one act ends all of it, in the requests and runs that wait as well.
#[tokio::test]
async fn who_two_people_enrol_may_sign_until_one_ends_it() {
    let mut custody = Custody::found().await;
    let (kek, _) = custody.estate(1).await;
    let newcomer = Newcomer::with_login(&custody, "nora").await;
    assert!(!custody.is_let_in(&newcomer.login).await, "a login alone opens nothing");
    let plan = custody.enrolment(&newcomer, "security", &[]).await;
    custody.decided(&plan).await.unwrap();
    let mut nora = newcomer.sits_down(&custody, &[Role::Security]).await;

    let asked = custody.rotation_plan(&custody.ben, kek).await;
    custody.submit(&custody.ben, Role::DevOps, &asked).await.unwrap();
    custody.assert_refused(custody.approve(&nora, Role::Security, &asked).await, &nora, "role_missing").await;
    custody.a_day_passes(&mut [&mut nora]).await;
    custody.approve(&nora, Role::Security, &asked).await.unwrap();
    let run = custody.run_to_new_version(&custody.ben, &asked).await;
    // Two more that she has signed: one of Ben's, and one that she asked for.
    let other = custody.adopt_kek(&custody.ben, "kek-other").await;
    let waiting = custody.rotation_plan(&custody.ben, other).await;
    custody.submit(&custody.ben, Role::DevOps, &waiting).await.unwrap();
    custody.approve(&nora, Role::Security, &waiting).await.unwrap();
    let hers = custody.rotation_plan(&nora, other).await;
    custody.submit(&nora, Role::Security, &hers).await.unwrap();
    custody.approve(&custody.anna, Role::Security, &hers).await.unwrap();
    assert_eq!(custody.state_of_request(&hers).await, "approved");

    let receipt = custody.end(&custody.ben, "operator.suspended", nora.id, &[]).await.unwrap();
    assert_eq!((receipt.number("devices"), receipt.number("requests")), (Some(1), Some(1)));
    assert_eq!(receipt.number("connections_left"), Some(0));
    assert!(!custody.is_let_in(&nora.login).await);
    assert!(nora.register.clock().await.is_err(), "her open connections were ended");
    let refused = custody.intend(&custody.ben, run, "rewrap", 3).await;
    let refusal = custody.assert_refused(refused, &custody.ben, "no_quorum").await;
    assert_eq!(refusal.detail()["lapsed"][0]["why"], "operator_suspended");
    assert_eq!(custody.state_of_request(&waiting).await, "open", "somebody else can countersign it");
    assert_eq!(custody.state_of_request(&hers).await, "lapsed", "nobody else can have asked for it");
    custody.turn_back(&custody.ben, run).await.unwrap();

    // Coming back takes two again, and a key that was never here.
    let me = OperatorId(custody.ben.id);
    let row = custody.ben.register.operators().await.unwrap().into_iter().find(|row| row.id.0 == nora.id).unwrap();
    assert!(row.roles.is_empty() && row.devices.iter().all(|device| !device.active && device.revoked_at.is_some()));
    assert_eq!(custody.ben.register.ended_roles(row.id).await.unwrap()[0].role, Role::Security);
    let again = |device: Key| Newcomer { id: nora.id, name: "nora".to_owned(), login: nora.login.clone(), device };
    let back = async |custody: &Custody, who: &Newcomer| {
        let mut said = who.card(custody, "operator").await.parameters();
        said.extend([("roles".to_owned(), "devops".to_owned()), ("cool_down_hours".to_owned(), COOL_DOWN.to_string())]);
        let said: Vec<(&str, String)> = said.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        custody.plan_about(&custody.ben, Operation::ReinstateOperator, custody.about(nora.id, "nora"), &said).await
    };
    let old = again(nora.device.copied());
    let plan = back(&custody, &old).await;
    custody.assert_refused(custody.submit(&custody.ben, Role::DevOps, &plan).await, &custody.ben, "key_known").await;
    let new = again(Key::make());
    let plan = back(&custody, &new).await;
    custody.decided(&plan).await.unwrap();
    let nora = new.sits_down(&custody, &[Role::DevOps]).await;
    let events = custody.ben.register.operator_events(OperatorId(nora.id)).await.unwrap();
    let told: Vec<&str> =
        events.iter().map(|event| event.operation.map_or(event.verb.as_str(), |it| it.word())).collect();
    assert_eq!(told, ["reinstate_operator", "operator.suspended", "enrol_operator"]);
    let review = custody.ben.register.review_page(me, true, None, 10).await.unwrap();
    assert!(review.iter().any(|item| item.verb == "operator.suspended" && item.may_sign_off == "same_person"));
}

/// what a card must be, and who can't be enrolled whatever two people sign.
#[tokio::test]
async fn an_enrolment_that_does_not_fit_is_refused() {
    let custody = Custody::found().await;
    let ben = &custody.ben;
    let newcomer = Newcomer::with_login(&custody, "nora").await;
    let anna: (String, String) = sqlx::query_as("SELECT person, name FROM custody.operator WHERE id = $1")
        .bind(custody.anna.id)
        .fetch_one(&custody.superuser)
        .await
        .unwrap();
    let tagged = anna.0.replace('@', "+2@").to_uppercase();
    let known = hex::encode(custody.anna.device.public_key());
    make_login(&custody.address, &format!("grouped_{}", custody.address.database), &[Role::Security]).await;
    let grouped = format!("grouped_{}", custody.address.database);
    let cases: [(&[(&str, &str)], &str); 18] = [
        (&[("person", &tagged)], "same_person"),
        (&[("person", "nora example")], "plan_unfit"),
        (&[("person", "no\u{440}a@northwind.example")], "plan_unfit"),
        (&[("name", &anna.1)], "name_taken"),
        (&[("name", " nora")], "plan_unfit"),
        (&[("login", "nobody_here")], "login_unfit"),
        (&[("login", "postgres")], "login_unfit"),
        (&[("login", &grouped)], "login_unfit"),
        (&[("roles", "")], "role_unfit"),
        (&[("roles", "auditor,devops")], "role_unfit"),
        (&[("roles", "agent")], "role_unfit"),
        (&[("roles", "risk_acceptance")], "role_unfit"),
        (&[("public_key", &known)], "key_known"),
        (&[("proof", "00")], "plan_unfit"),
        (&[("founding", &known)], "plan_unfit"),
        (&[("cool_down_hours", "0")], "plan_unfit"),
        (&[("kind", "ai"), ("roles", "security")], "role_unfit"),
        (&[("kind", "ai"), ("roles", "auditor")], "not_human"),
    ];
    for (changed, code) in cases {
        let roles = changed.iter().find(|(name, _)| *name == "roles").map_or("security", |(_, roles)| roles);
        let plan = custody.enrolment(&newcomer, roles, changed).await;
        custody.assert_refused(custody.submit(ben, Role::DevOps, &plan).await, ben, code).await;
    }
    // Two of DevOps never enrol anybody.
    let dan = custody.enrol("dan", &[Role::DevOps]).await;
    let plan = custody.enrolment(&newcomer, "security", &[]).await;
    custody.submit(ben, Role::DevOps, &plan).await.unwrap();
    custody.assert_refused(custody.approve(&dan, Role::DevOps, &plan).await, &dan, "role_missing").await;

    // a program is enrolled as such: it reads, and neither rows nor another request make more of it.
    let program = Newcomer::with_login(&custody, "scanner").await;
    let keyless = [
        ("kind", "ai"),
        ("public_key", "absent"),
        ("proof", "absent"),
        ("device_name", "absent"),
        ("founding", "absent"),
    ];
    let plan = custody.enrolment(&program, "auditor", &keyless).await;
    custody.decided(&plan).await.unwrap();
    let reader = Register::connect(&custody.address, &program.login, &login_password()).await.unwrap();
    let row = reader.operators().await.unwrap().into_iter().find(|row| row.id.0 == program.id).unwrap();
    assert_eq!((row.kind.word(), row.devices.len()), ("ai", 0));
    let granted = [("roles", "security".to_owned()), ("cool_down_hours", COOL_DOWN.to_string())];
    let plan = custody.plan_about(ben, Operation::GrantRole, custody.about(program.id, "scanner"), &granted).await;
    custody.assert_refused(custody.submit(ben, Role::DevOps, &plan).await, ben, "not_human").await;
    for row in [
        format!("INSERT INTO custody.operator_role VALUES ('{}', 'security', now(), now(), 1)", program.id),
        format!(
            "INSERT INTO custody.device VALUES (sha256('\\x{known}'), '\\x{known}', '{}', 'x', 'active', 1)",
            program.id
        ),
    ] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(row)).execute(&custody.superuser).await.unwrap_err();
    }
}

/// a role is granted by two, counts after its time, and is withdrawn by one; the authority to accept risks goes with the
/// role Security; with the last role everything ends.
#[tokio::test]
async fn a_role_is_granted_by_two_and_withdrawn_by_one() {
    let custody = Custody::found().await;
    let (anna, ben) = (&custody.anna, &custody.ben);
    let erin = custody.enrolled("erin", &[Role::Engineering]).await;
    let grant = async |roles: &str| {
        let said = [("roles", roles.to_owned()), ("cool_down_hours", COOL_DOWN.to_string())];
        custody.plan_about(ben, Operation::GrantRole, custody.about(erin.id, "erin"), &said).await
    };
    for (roles, code) in [("engineering", "role_held"), ("risk_acceptance", "role_unfit"), ("auditor", "role_unfit")] {
        custody.assert_refused(custody.submit(ben, Role::DevOps, &grant(roles).await).await, ben, code).await;
    }
    custody.decided(&grant("security,risk_acceptance").await).await.unwrap();
    let roles = |roles: &'static str| [("roles", roles)];
    let half = custody.end(ben, "role.withdrawn", erin.id, &roles("security")).await;
    custody.assert_refused(half, ben, "role_unfit").await;
    let unknown = custody.end(ben, "role.withdrawn", erin.id, &roles("devops")).await;
    custody.assert_refused(unknown, ben, "role_unknown").await;
    custody.end(ben, "role.withdrawn", erin.id, &roles("security,risk_acceptance")).await.unwrap();
    assert!(custody.is_let_in(&erin.login).await, "she still has a role");
    custody.end(anna, "role.withdrawn", erin.id, &roles("engineering")).await.unwrap();
    assert!(!custody.is_let_in(&erin.login).await);
    let row = ben.register.operators().await.unwrap().into_iter().find(|row| row.id.0 == erin.id).unwrap();
    assert!(row.roles.is_empty() && row.devices.iter().all(|device| !device.active));
}

/// the last two are not broken up by leaving, by a change of role, or by revoking a device; a suspicion and a lost device can't
/// wait, and say what they cost.
#[tokio::test]
async fn the_last_two_stay_unless_the_loss_is_accepted() {
    let custody = Custody::found().await;
    let (anna, ben) = (&custody.anna, &custody.ben);
    assert_eq!(ben.register.unmet_quorums().await.unwrap(), []);
    let device =
        |verb, person: &Person| Draft::new(verb, "device", hex::encode(person.device.id())).because("Found in a train");
    for verb in ["operator.left", "operator.suspended", "role.withdrawn"] {
        let refused = custody.end(ben, verb, anna.id, &[("roles", "security,risk_acceptance")]).await;
        let refusal = custody.assert_refused(refused, ben, "would_break_quorum").await;
        assert_eq!(refusal.detail()["operations"].as_array().unwrap().len(), 19, "{verb}");
    }
    let refused = custody.end(ben, "operator.left", anna.id, &[("accept_loss", "yes")]).await;
    custody.assert_refused(refused, ben, "would_break_quorum").await;
    let revoked = ben.register.revoke_device(custody.by_session(ben, device("device.revoked", anna)).act()).await;
    custody.assert_refused(revoked, ben, "would_break_quorum").await;
    let lost_at = custody.now() - 3_600_000_000;
    let lost = device("device.reported_lost", anna).with("lost_at", lost_at);
    let refused = ben.register.report_lost_device(custody.by_session(ben, lost.clone()).act()).await;
    custody.assert_refused(refused, ben, "would_break_quorum").await;
    // With a third who could stand in, she may go.
    let cora = custody.enrol("cora", &[Role::Security]).await;
    let without = ben.register.would_break_quorum(OperatorId(anna.id), None, None).await.unwrap();
    assert_eq!(without, [Operation::GrantException, Operation::ShareKey], "nobody else accepts risks");
    custody.alter(format!("DELETE FROM custody.operator_role WHERE operator = '{}'", cora.id)).await;

    let accepted = custody.by_session(ben, lost.with("accept_loss", "yes"));
    let receipt = ben.register.report_lost_device(accepted.act()).await.unwrap();
    assert_eq!(receipt.detail["unmet"].as_array().unwrap().len(), 19);
    let unmet = ben.register.unmet_quorums().await.unwrap();
    assert!(unmet.len() == 19 && unmet.iter().all(|row| row.why == UnmetWhy::TooFew));
    custody.end(ben, "operator.suspended", anna.id, &[]).await.unwrap();
}

/// the clock of a lost device runs from the loss; wiping it is recorded once, with what shows it, and lateness is seen.
#[tokio::test]
async fn a_lost_device_is_followed_until_it_is_wiped() {
    let mut custody = Custody::found().await;
    let mut cora = custody.enrol("cora", &[Role::Security]).await;
    let hour = 3_600_000_000;
    let lost_at = custody.now() - 2 * hour;
    let about = |verb, name: &str, at: i64| {
        Draft::new(verb, "device", hex::encode(cora.device.id())).with(name, at).because("Ticket 4711")
    };
    let (early, wiped) =
        (about("device.wiped", "wiped_at", lost_at - hour), about("device.wiped", "wiped_at", lost_at + 5 * hour));
    let lost = about("device.reported_lost", "lost_at", lost_at);
    let future = about("device.reported_lost", "lost_at", lost_at + 4 * hour);
    let anna = &custody.anna;
    let report =
        async |draft: &Draft| anna.register.report_lost_device(custody.by_session(anna, draft.clone()).act()).await;
    let record = async |draft: &Draft| anna.register.record_wiped(custody.by_session(anna, draft.clone()).act()).await;
    custody.assert_refused(record(&wiped).await, anna, "loss_unknown").await;
    custody.assert_refused(report(&future).await, anna, "malformed").await;
    let silent = Draft { purpose: " ".to_owned(), ..lost.clone() };
    custody.assert_refused(report(&silent).await, anna, "purpose_missing").await;
    report(&lost).await.unwrap();
    custody.assert_refused(report(&lost).await, anna, "loss_known").await;
    let act = custody.by_session(&cora, Draft::new("operator.left", "operator", cora.id).because("x"));
    custody.assert_refused(cora.register.operator_left(act.act()).await, &cora, "device_revoked").await;
    let state = async |custody: &Custody| custody.anna.register.lost_devices().await.unwrap()[0].state;
    assert_eq!(state(&custody).await, LossState::Waiting);
    custody.assert_refused(record(&early).await, anna, "malformed").await;
    custody.pass_seconds(2 * 3600).await;
    assert_eq!(state(&custody).await, LossState::Late);
    custody.pass_seconds(2 * 3600).await;
    cora.session = Key::make();
    let anna = &custody.anna;
    let recorded = anna.register.record_wiped(custody.by_session(anna, wiped.clone()).act()).await.unwrap();
    assert_eq!(recorded.detail["late"], true);
    assert_eq!(state(&custody).await, LossState::WipedLate);
    let again = anna.register.record_wiped(custody.by_session(anna, wiped).act()).await;
    custody.assert_refused(again, anna, "already_wiped").await;
}

/// a rehearsal and a seal prove somebody alive for as long as the rules say; duties are acknowledged word for word.
#[tokio::test]
async fn custodians_show_that_they_are_there() {
    let mut custody = Custody::found().await;
    let anna = &custody.anna;
    let own = |verb, who: &Person| Draft::new(verb, "operator", who.id);
    let duties = anna.register.duties().await.unwrap();
    let acknowledged = own("duties.acknowledged", anna).with("version", duties.version).with("words", &duties.words);
    let altered = acknowledged.clone().with("words", duties.words.replace("nobody", "somebody"));
    let refused = anna.register.acknowledge_duties(custody.by_device(anna, altered).act()).await;
    custody.assert_refused(refused, anna, "duties_differ").await;
    anna.register.acknowledge_duties(custody.by_device(anna, acknowledged).act()).await.unwrap();
    let refused = anna.register.sign_rehearsal(custody.by_session(anna, own("rehearsal.signed", anna)).act()).await;
    custody.assert_refused(refused, anna, "device_key_needed").await;
    let refused =
        anna.register.sign_rehearsal(custody.by_device(anna, own("rehearsal.signed", &custody.ben)).act()).await;
    custody.assert_refused(refused, anna, "wrong_subject").await;

    custody.pass_seconds(91 * 86_400).await;
    let anna = &custody.anna;
    let unmet = anna.register.unmet_quorums().await.unwrap();
    assert!(unmet.len() == 19 && unmet.iter().all(|row| row.why == UnmetWhy::NotProven));
    for who in [anna, &custody.ben] {
        who.register.sign_rehearsal(custody.by_device(who, own("rehearsal.signed", who)).act()).await.unwrap();
    }
    assert_eq!(anna.register.unmet_quorums().await.unwrap(), []);
    let proofs = anna.register.proofs_of_life().await.unwrap();
    let of = |who: &Person| proofs.iter().find(|proof| proof.operator.0 == who.id).unwrap();
    assert!(
        !of(anna).rehearsal_overdue && !of(anna).acknowledgement_overdue && of(&custody.ben).acknowledgement_overdue
    );
    for edit in ["DELETE FROM custody.proof_of_life", "UPDATE custody.duty_text SET words = 'x'"] {
        sqlx::query(edit).execute(&custody.superuser).await.unwrap_err();
    }
}

/// each new verb by those who have no business with it.
#[tokio::test]
async fn ending_access_takes_a_role_and_a_login_of_ones_own() {
    let custody = Custody::found().await;
    let olga = custody.enrol("olga", &[Role::Auditor]).await;
    let hollow = custody.enrol("hollow", &[Role::Engineering]).await;
    custody.alter(format!("DELETE FROM custody.operator_role WHERE operator = '{}'", hollow.id)).await;
    let thief = custody.enrol("thief", &[Role::Security]).await;
    let forged = Person {
        id: custody.ben.id,
        device: custody.ben.device.copied(),
        session: custody.ben.session.copied(),
        ..thief
    };
    for (who, wanted) in [(&olga, "not_allowed"), (&hollow, "role_missing"), (&forged, "wrong_actor")] {
        let device = |verb| Draft::new(verb, "device", hex::encode(custody.anna.device.id())).because("Out of spite");
        let session = |draft: Draft| custody.by_session(who, draft);
        let register = &who.register;
        let answers = [
            custody.end(who, "operator.suspended", custody.anna.id, &[("accept_loss", "yes")]).await,
            custody.end(who, "operator.left", custody.anna.id, &[]).await,
            custody.end(who, "role.withdrawn", custody.anna.id, &[("roles", "security")]).await,
            register.revoke_device(session(device("device.revoked")).act()).await,
            register
                .report_lost_device(session(device("device.reported_lost").with("lost_at", custody.now())).act())
                .await,
            register.record_wiped(session(device("device.wiped").with("wiped_at", custody.now())).act()).await,
        ];
        for answer in answers {
            let code = answer.unwrap_err().refusal().map(|refusal| refusal.code().to_owned());
            assert_eq!(code.as_deref(), Some(wanted));
        }
    }
    for direct in [
        "SELECT custody.join_groups('olga', '{security}')",
        "SELECT custody.leave_groups('x', '{security}')",
        "SELECT custody.disconnect('x')",
        "SELECT custody.create_login('x', 'SCRAM-SHA-256$', '{}')",
        "UPDATE custody.operator SET status = 'left'",
        "DELETE FROM custody.operator_role",
        "INSERT INTO custody.proof_of_life VALUES (1, NULL, 'rehearsal', now(), '', NULL)",
    ] {
        let url = format!("SET SESSION AUTHORIZATION \"{}\"; {direct}", custody.ben.login);
        let mut connection = custody.superuser.acquire().await.unwrap().detach();
        let refused = sqlx::raw_sql(sqlx::AssertSqlSafe(url)).execute(&mut connection).await.unwrap_err();
        let code = refused.as_database_error().and_then(|it| it.code()).map(|it| it.into_owned());
        assert_eq!(code.as_deref(), Some("42501"), "{direct}");
    }
}
