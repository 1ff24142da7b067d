//! An exception's whole life on a real custody: asked for, its risk accepted, in force, expired by the register's clock, blocking, renewed,
//! closed; the reminders of its date over TLS; and kill -9 of the console that puts one into force.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may stop at once")]

use std::path::Path;
use std::sync::Arc;

use countersign_tests::{APPLICATION, ExecutorChild, Left, Order, TestCustody, execute, grounds, passphrase};
use custody::Author;
use custody::exceptions::Webhook;
use custody::request::{Excepted, NewException, RequestError, Verdict, Wanted, Windows};
use custody::run::Ended;
use domain::{Decision, ExceptionId, ExceptionState, KeyId, Plan, Role, Timestamp};
use register::{ExceptionFilter, RegisterError};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::Value;
use sqlx::PgPool;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use workplace::Desk;

/// The console that is killed.
const PROGRAM: &str = env!("CARGO_BIN_EXE_executor");

const CLAUSE: &str = "A-6.3-kek-rotation";
const DAY: i64 = 86_400_000_000;

/// A custody in which exceptions are asked for.
struct Stage {
    custody: TestCustody,
    superuser: PgPool,
    kek: KeyId,
    ahead: i64,
}

fn wish(excepted: Excepted, expires_at: i64) -> Wanted {
    Wanted::GrantException(NewException {
        excepted,
        title: "KEK kept past its year".to_owned(),
        justification: "The partner's window is in January".to_owned(),
        controls: "Its use is reviewed every day".to_owned(),
        owner: "Dele Akande".to_owned(),
        expires_at: Timestamp::from_micros(expires_at),
    })
}

fn of_kek(kek: KeyId) -> Excepted {
    Excepted::Clause { clause: CLAUSE.to_owned(), keys: vec![kek], kinds: Vec::new(), tenants: Vec::new() }
}

impl Stage {
    async fn open() -> Self {
        let custody = TestCustody::found().await;
        let superuser = custody.administrator();
        let kek = custody.make_kek("kek-payments").await;
        Self { custody, superuser, kek, ahead: 0 }
    }

    async fn now(&self) -> i64 {
        self.custody.ines.console.now().await.unwrap().micros()
    }

    /// Moves the register's clock on to about this moment, and signs both people in again.
    async fn move_clock(&mut self, to: i64) {
        self.ahead += to - self.now().await;
        let clock = format!(
            "CREATE OR REPLACE FUNCTION custody.clock() RETURNS timestamptz LANGUAGE sql STABLE AS \
             $$ SELECT pg_catalog.clock_timestamp() + interval '{} microseconds' $$",
            self.ahead
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(clock)).execute(&self.superuser).await.unwrap();
        let (ines, theo) = (self.custody.ines.person.operator, self.custody.theo.person.operator);
        self.custody.ines = self.custody.premises.sign_in(ines, passphrase()).await.unwrap();
        self.custody.theo = self.custody.premises.sign_in(theo, passphrase()).await.unwrap();
    }

    async fn sealing(&self, desk: &Desk) -> Author {
        desk.unlock_for_seal(passphrase()).await.unwrap()
    }

    async fn submit(&self, wanted: &Wanted) -> Result<Plan, RequestError> {
        let console = &self.custody.ines.console;
        let operator = self.custody.ines.person.operator;
        let plan = console.plan(operator, wanted, grounds(), Windows::default()).await?;
        console.submit(&plan, Role::DevOps, &self.sealing(&self.custody.ines).await).await?;
        Ok(plan)
    }

    /// Theo seals in this role; nothing is applied.
    async fn seal(&self, plan: &Plan, role: Role) -> Result<(), RequestError> {
        let theo = &self.custody.theo;
        let verdict =
            Verdict { request: plan.request, decision: Decision::Approve, role, reason: "", shown: plan.hash() };
        theo.console.decide(verdict, &self.sealing(theo).await, theo.author()).await.map(drop)
    }

    /// Asked for by Ines, accepted by Theo, whose console puts it into force at once.
    async fn grant(&self, wanted: &Wanted) -> ExceptionId {
        let plan = self.submit(wanted).await.unwrap();
        self.seal(&plan, Role::RiskAcceptance).await.unwrap();
        let theo = &self.custody.theo;
        assert_eq!(theo.console.settle(theo.author(), plan.request).await.unwrap(), Some(Ended::Completed));
        ExceptionId(plan.targets[0].key.0)
    }

    async fn state(&self, exception: ExceptionId) -> ExceptionState {
        self.custody.ines.console.register.exception(exception).await.unwrap().unwrap().row.state
    }

    /// What would block a deployment because of an exception, by the gate.
    async fn blocking(&self) -> Vec<String> {
        let found =
            "SELECT g.title FROM custody.gate_findings(custody.clock()) AS g WHERE g.level = 'block' ORDER BY g.title";
        sqlx::query_scalar(found).fetch_all(&self.superuser).await.unwrap()
    }
}

/// from the request to the end, by two people, by the one clock.
#[tokio::test(flavor = "multi_thread")]
async fn an_exception_lives_until_its_date_and_not_longer() {
    let mut stage = Stage::open().await;
    let now = stage.now().await;
    let (kek, ines) = (stage.kek, stage.custody.ines.console.clone());
    let too_long = stage.submit(&wish(of_kek(kek), now + 61 * DAY)).await;
    assert!(matches!(too_long, Err(RequestError::Term(_))), "{too_long:?}");
    let nothing = Excepted::Clause { clause: CLAUSE.to_owned(), keys: vec![], kinds: vec![], tenants: vec![] };
    assert!(matches!(stage.submit(&wish(nothing, now + DAY)).await, Err(RequestError::ScopeEmpty)));

    // What people read and what would come into force are one.
    let operator = stage.custody.ines.person.operator;
    let mut twisted =
        ines.plan(operator, &wish(of_kek(kek), now + 2 * DAY), grounds(), Windows::default()).await.unwrap();
    twisted.parameters.insert("expires_at".to_owned(), (now + 50 * DAY).to_string());
    let refused = ines.submit(&twisted, Role::DevOps, &stage.sealing(&stage.custody.ines).await).await;
    assert!(matches!(refused, Err(RequestError::LinesDiffer)), "{refused:?}");

    let date = now + 3 * DAY;
    let plan = stage.submit(&wish(of_kek(kek), date)).await.unwrap();
    let exception = ExceptionId(plan.targets[0].key.0);
    assert_eq!(stage.state(exception).await, ExceptionState::Requested);
    let by_role = stage.seal(&plan, Role::Security).await;
    let Err(RequestError::Register(RegisterError::Refused(refusal))) = by_role else { panic!("{by_role:?}") };
    assert_eq!(refusal.code(), "role_missing", "Security without the authority accepts nothing");
    stage.seal(&plan, Role::RiskAcceptance).await.unwrap();
    let theo = &stage.custody.theo;
    assert_eq!(theo.console.settle(theo.author(), plan.request).await.unwrap(), Some(Ended::Completed));
    let it = ines.register.exception(exception).await.unwrap().unwrap();
    assert_eq!((it.row.state, it.row.accepted_by_name.as_deref()), (ExceptionState::Expiring, Some("Theo Brandt")));
    assert_eq!((it.keys_at_decision[0].key, it.keys_at_decision[0].version_number), (kek, 1));
    assert!(stage.blocking().await.is_empty());

    stage.move_clock(date).await;
    assert_eq!(stage.state(exception).await, ExceptionState::Expired);
    assert_eq!(stage.blocking().await.len(), 1, "an expired exception blocks");
    let theo = &stage.custody.theo;
    let revoked = theo.console.revoke_exception(theo.author(), exception, "Out of the way").await;
    assert!(revoked.is_err(), "nobody opens the gate alone");
    let renewal = stage.grant(&wish(Excepted::Renewing(exception), date + 20 * DAY)).await;
    assert_eq!(
        (stage.state(exception).await, stage.state(renewal).await),
        (ExceptionState::Closed, ExceptionState::Expiring)
    );
    assert!(stage.blocking().await.is_empty(), "renewed: the gate opens");
    let again = stage.submit(&wish(Excepted::Renewing(exception), date + 20 * DAY)).await;
    assert!(matches!(again, Err(RequestError::ExceptionOver { .. })), "{again:?}");
    reminded(&mut stage, renewal, date + 20 * DAY).await;

    let closing = Wanted::CloseException { exception: renewal, evidence: "Rotated, R-9".to_owned() };
    let plan = stage.submit(&closing).await.unwrap();
    stage.seal(&plan, Role::Security).await.unwrap();
    let theo = &stage.custody.theo;
    theo.console.settle(theo.author(), plan.request).await.unwrap();
    assert_eq!(stage.state(renewal).await, ExceptionState::Closed);
    let open = theo.console.register.exceptions_page(&ExceptionFilter::default(), None, 10).await.unwrap();
    assert!(open.rows.is_empty());
    stage.custody.ledger_verifies().await;
}

/// A webhook of ours: it keeps what it was told, and answers so.
struct Hook {
    address: String,
    pem: String,
    told: tokio::sync::mpsc::UnboundedReceiver<Value>,
}

impl Hook {
    async fn open(answer: &'static str) -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key).unwrap();
        let listener = TcpListener::bind("localhost:0").await.unwrap();
        let address = format!("https://localhost:{}/services/secret-part", listener.local_addr().unwrap().port());
        let (tell, told) = tokio::sync::mpsc::unbounded_channel();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let (mut request, mut chunk) = (Vec::new(), [0; 4096]);
                let body = loop {
                    let read = stream.read(&mut chunk).await.unwrap_or(0);
                    request.extend_from_slice(&chunk[..read]);
                    let text = String::from_utf8_lossy(&request).into_owned();
                    let body = text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned());
                    match body.and_then(|body| serde_json::from_str::<Value>(&body).ok()) {
                        Some(body) => break body,
                        None => assert!(read > 0, "cut short: {text}"),
                    }
                };
                tell.send(body).unwrap();
                let answer = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
                stream.shutdown().await.ok();
            }
        });
        Self { address, pem: made.cert.pem(), told }
    }

    fn webhook(&self) -> Webhook {
        Webhook::trusting(&self.address, Some(self.pem.as_bytes())).unwrap()
    }
}

/// once for each threshold, with ids, titles and dates and nothing else; what is not taken is said, without the address, and comes
/// the next time.
async fn reminded(stage: &mut Stage, exception: ExceptionId, date: i64) {
    stage.move_clock(date - 6 * DAY).await;
    let mut hook = Hook::open("204 No Content").await;
    let ines = &stage.custody.ines;
    // Nobody whose certificate is unknown is told anything.
    let stranger = Webhook::parse(&hook.address).unwrap();
    let refused = ines.console.send_reminders(ines.author(), &stranger).await.unwrap();
    assert_eq!((refused.sent.len(), refused.failed.len()), (0, 1));
    assert!(!refused.failed[0].1.to_string().contains("secret-part"), "{}", refused.failed[0].1);
    assert!(hook.told.try_recv().is_err());
    let again = ines.console.send_reminders(ines.author(), &hook.webhook()).await.unwrap();
    assert_eq!((again.sent.len(), again.failed.len()), (1, 0), "what was not taken is due still");
    assert_eq!(hook.told.try_recv().unwrap()["threshold_days"].as_u64(), Some(7));
    assert!(ines.console.send_reminders(ines.author(), &hook.webhook()).await.unwrap().sent.is_empty(), "once");

    stage.move_clock(date - DAY / 2).await;
    let (ines, theo) = (&stage.custody.ines, &stage.custody.theo);
    let webhook = hook.webhook();
    let (one, other) = tokio::join!(
        ines.console.send_reminders(ines.author(), &webhook),
        theo.console.send_reminders(theo.author(), &webhook),
    );
    assert_eq!(one.unwrap().sent.len() + other.unwrap().sent.len(), 1, "two consoles at once write one down");
    let told = hook.told.try_recv().unwrap();
    let mut fields: Vec<&str> = told.as_object().unwrap().keys().map(String::as_str).collect();
    fields.sort_unstable();
    let wanted = [
        "clause",
        "custody",
        "days_left",
        "environment",
        "exception",
        "expires_at",
        "kind",
        "number",
        "threshold_days",
        "title",
    ];
    assert_eq!(fields, wanted);
    assert_eq!(
        (told["exception"].as_str().unwrap(), told["threshold_days"].as_u64()),
        (exception.to_string().as_str(), Some(1))
    );
    while let Ok(twice) = hook.told.try_recv() {
        assert_eq!(twice, told, "both may tell it, the same");
    }
    assert!(ines.console.send_reminders(ines.author(), &hook.webhook()).await.unwrap().sent.is_empty());
}

/// killed before and after every side effect of what puts an exception into force, it is in force once, and another console
/// finishes what was left.
#[tokio::test(flavor = "multi_thread")]
async fn granting_survives_a_kill_before_and_after_every_side_effect() {
    let stage = Stage::open().await;
    let notes = tempfile::NamedTempFile::new().unwrap();
    let mut child = ExecutorChild::spawn(Path::new(PROGRAM), &stage.custody, None, Some(notes.path()));
    child.ready().await;
    child.order(&Order::Start(sealed(&stage).await.request)).await;
    assert_eq!(child.left().await, Left::Said(format!("{:?}", Ended::Completed)));
    let points = APPLICATION.points(notes.path());
    let granted = points.len();
    for (number, point) in points.into_iter().enumerate() {
        let mut child = ExecutorChild::spawn(Path::new(PROGRAM), &stage.custody, Some(point), None);
        let plan = sealed(&stage).await;
        child.ready().await;
        child.order(&Order::Start(plan.request)).await;
        assert_eq!(child.left().await, Left::Killed, "at {point}");
        let desk = if number % 2 == 0 { &stage.custody.ines } else { &stage.custody.theo };
        finish(&stage, &plan, desk).await;
        assert_eq!(stage.state(ExceptionId(plan.targets[0].key.0)).await, ExceptionState::Active, "at {point}");
    }
    let applied = "SELECT count(*) FROM custody.exception AS x JOIN custody.ledger_entry AS e ON e.seq = x.granted_seq WHERE e.verb = 'request.applied'";
    let rows: i64 = sqlx::query_scalar(applied).fetch_one(&stage.superuser).await.unwrap();
    assert_eq!(usize::try_from(rows).unwrap(), granted + 1);
    stage.custody.ledger_verifies().await;
}

async fn sealed(stage: &Stage) -> Plan {
    let plan = stage.submit(&wish(of_kek(stage.kek), stage.now().await + 50 * DAY)).await.unwrap();
    stage.seal(&plan, Role::RiskAcceptance).await.unwrap();
    plan
}

async fn finish(stage: &Stage, plan: &Plan, desk: &Desk) {
    let lapse = "UPDATE custody.run SET lease_until = custody.clock() WHERE finished_at IS NULL";
    sqlx::query(lapse).execute(&stage.superuser).await.unwrap();
    match desk.console.register.run_of(plan.request).await.unwrap() {
        Some(row) if row.finished_at.is_some() => {}
        Some(row) => assert_eq!(execute(desk, row.id).await.unwrap(), Ended::Completed),
        None => {
            let settled = desk.console.settle(desk.author(), plan.request).await.unwrap();
            assert_eq!(settled, Some(Ended::Completed));
        }
    }
}
