//! The rotation and the end of a secret in the vault, signed by two people, against a real register and a real vault.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use std::path::Path;
use std::time::Duration;

use countersign_tests::{
    CONTENT_TYPE, CrashPoint, ExecutorChild, KilledAt, Left, Order, OtherVault, Pens, SECRET_ROTATION,
    SECRET_ROTATION_BACK, TestCustody, execute, value_of,
};
use custody::request::{Purge, RequestError, SecretEncoding, SecretRotationOptions, Wanted};
use custody::run::{Ended, Steering};
use domain::{KeyId, Plan, RequestId, RunId, StepKind};
use local_vault::{FaultAction, FaultRule, FaultWhen, Operation};
use sqlx::PgPool;
use tokio::sync::watch;
use vault::{Budget, ObjectName, SecretSummary, Tags, VaultError};
use workplace::Desk;

/// The console that is killed.
const PROGRAM: &str = env!("CARGO_BIN_EXE_executor");
const NAME: &str = "crm-api";
const TYPED: &str = "typed by hand long ago";

fn at_once() -> SecretRotationOptions {
    SecretRotationOptions { grace: Duration::ZERO, ..SecretRotationOptions::default() }
}

/// A custody with a secret in its vault.
struct Place {
    custody: TestCustody,
    key: KeyId,
    superuser: PgPool,
}

impl Place {
    async fn open() -> Self {
        Self::with(TestCustody::found().await).await
    }

    async fn with(custody: TestCustody) -> Self {
        let key = custody.make_secret(NAME, TYPED).await;
        let superuser = custody.administrator();
        Self { custody, key, superuser }
    }

    fn rotation(&self, options: SecretRotationOptions) -> Wanted {
        Wanted::RotateSecret { key: self.key, options }
    }

    async fn sealed(&self, wanted: &Wanted) -> Plan {
        let plan = self.custody.ask(wanted).await;
        self.custody.countersign(&plan).await;
        plan
    }

    async fn rotate(&self, options: SecretRotationOptions) -> RunId {
        let plan = self.sealed(&self.rotation(options)).await;
        self.custody.carry_out(plan.request).await
    }

    async fn value(&self, version: Option<&str>) -> Option<String> {
        value_of(&self.custody.ines, NAME, version).await
    }

    async fn versions(&self) -> Vec<SecretSummary> {
        let name = ObjectName::parse(NAME).unwrap();
        let mut versions = self.custody.ines.console.vault.secret_versions(&name).await.unwrap();
        versions.sort_by_key(|version| version.created);
        versions
    }

    async fn current(&self) -> String {
        let query = sqlx::query_scalar("SELECT current_version FROM custody.key WHERE id = $1");
        query.bind(self.key.0).fetch_one(&self.superuser).await.unwrap()
    }

    /// Register and vault agree: one version is enabled, and it is the current one.
    async fn is_whole(&self) {
        let enabled: Vec<String> = self
            .versions()
            .await
            .into_iter()
            .filter(|version| version.enabled)
            .map(|version| version.version.unwrap().as_str().to_owned())
            .collect();
        assert_eq!(enabled, [self.current().await]);
        let recorded: Vec<String> =
            sqlx::query_scalar("SELECT version FROM custody.key_version WHERE key = $1 AND state = 'enabled'")
                .bind(self.key.0)
                .fetch_all(&self.superuser)
                .await
                .unwrap();
        assert_eq!(recorded, enabled);
        self.custody.ledger_verifies().await;
    }
}

/// Executes until the overlap begins, and stops there.
async fn pause_in_overlap(desk: &Desk, request: RequestId) -> RunId {
    let run = desk.console.start(desk.author(), request).await.unwrap();
    let (progress, mut watched) = watch::channel(None);
    let steering = Steering::new();
    let pause = async {
        let waits = |seen: &Option<custody::run::Progress>| seen.as_ref().is_some_and(|it| it.step == StepKind::Grace);
        watched.wait_for(waits).await.unwrap();
        steering.pause();
    };
    let (ended, ()) = tokio::join!(desk.console.execute(desk.author(), run, &steering, &progress), pause);
    assert_eq!(ended.unwrap(), Ended::Paused);
    run
}

/// Files below a folder in which these bytes lie.
fn files_with(folder: &Path, wanted: &[u8]) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, wanted));
        } else if std::fs::read(&path).unwrap_or_default().windows(wanted.len()).any(|window| window == wanted) {
            found.push(path);
        }
    }
    found
}

/// the new value is made by the console, of the length and alphabet that were signed, says what the old one said of itself, and
/// lies in no file of the custody; a read of the old one is refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_gets_a_value_that_nobody_has_seen() {
    let place = Place::open().await;
    let old = place.current().await;
    place.rotate(at_once()).await;
    let value = place.value(None).await.unwrap();
    assert_eq!(value.len(), 43, "32 bytes in Base64 without padding");
    assert!(value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
    assert_eq!(place.value(Some(&old)).await, None);
    assert!(place.versions().await.iter().all(|version| version.content_type.as_deref() == Some(CONTENT_TYPE)));
    place.is_whole().await;
    sqlx::query("CHECKPOINT").execute(&place.superuser).await.unwrap();
    assert_eq!(files_with(place.custody.home.path(), value.as_bytes()), Vec::<std::path::PathBuf>::new());
    assert!(!files_with(place.custody.home.path(), NAME.as_bytes()).is_empty(), "the search itself works");

    let hex = SecretRotationOptions { value_bytes: 64, encoding: SecretEncoding::Hex, ..at_once() };
    place.rotate(hex).await;
    let next = place.value(None).await.unwrap();
    assert_eq!(next.len(), 128);
    assert_ne!(next, value);
    place.is_whole().await;
}

/// in the overlap both values are given out; turned back, the old one is the current one again and the new one refused.
#[tokio::test(flavor = "multi_thread")]
async fn both_values_work_in_the_overlap_and_the_old_one_after_a_way_back() {
    let place = Place::open().await;
    let old = place.current().await;
    let options = SecretRotationOptions { grace: Duration::from_secs(86_400), ..at_once() };
    let plan = place.sealed(&place.rotation(options)).await;
    let run = pause_in_overlap(&place.custody.ines, plan.request).await;
    let new = place.current().await;
    assert_ne!(new, old);
    assert_eq!(place.value(Some(&old)).await.as_deref(), Some(TYPED));
    assert!(place.value(Some(&new)).await.is_some());
    let desk = &place.custody.theo;
    let (progress, _) = watch::channel(None);
    let (why, steering) = ("the CRM does not take it", Steering::new());
    let back = desk.console.roll_back(desk.author(), run, why, &steering, &progress).await;
    assert_eq!(back.unwrap(), Ended::RolledBack);
    assert_eq!(place.current().await, old);
    assert_eq!(place.value(Some(&new)).await, None);
    place.is_whole().await;
    // And forward again, another time.
    place.rotate(at_once()).await;
    assert_eq!(place.value(Some(&old)).await, None);
    place.is_whole().await;
}

/// whatever happens to a reply, one run makes one version.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_reply_makes_no_second_value() {
    let mut custody = TestCustody::found().await;
    let vault = OtherVault::start(|settings| settings.limits = None).await;
    vault.stand_in(&mut custody, Budget::unlimited());
    let place = Place::with(custody).await;
    let refused = FaultAction::Status { status: 500, retry_after_s: None };
    let cases = [
        (Operation::SecretSet, FaultAction::DropAfter),
        (Operation::SecretSet, FaultAction::DropBefore),
        (Operation::SecretSet, refused),
        (Operation::SecretUpdate, FaultAction::DropAfter),
        (Operation::SecretUpdate, FaultAction::DropBefore),
        (Operation::SecretListVersions, FaultAction::DropAfter),
    ];
    for (operation, action) in cases {
        let before = place.versions().await.len();
        let plan = place.sealed(&place.rotation(at_once())).await;
        let ines = &place.custody.ines;
        let run = ines.console.start(ines.author(), plan.request).await.unwrap();
        let rule = FaultRule { operation: Some(operation), when: FaultWhen::Nth(1), action };
        let fault = vault.running.faults().set(rule);
        let mut ended = execute(ines, run).await;
        for _again in 0..3 {
            if ended.is_err() {
                ended = execute(ines, run).await;
            }
        }
        assert_eq!(ended.unwrap(), Ended::Completed, "{operation} {action:?}");
        assert_eq!(vault.running.faults().met(fault), Some(1), "{operation} {action:?}");
        vault.running.faults().clear();
        assert_eq!(place.versions().await.len(), before + 1, "{operation} {action:?}");
        place.is_whole().await;
    }
}

/// a value that somebody sets in the vault after the signatures lapses them, and it says which fact changed.
#[tokio::test(flavor = "multi_thread")]
async fn a_value_set_from_outside_lapses_the_signatures() {
    let place = Place::open().await;
    let plan = place.sealed(&place.rotation(at_once())).await;
    let console = &place.custody.ines.console;
    let name = ObjectName::parse(NAME).unwrap();
    // The vault keeps whole seconds: which of two versions of one second is the newer nobody can tell.
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    console.vault.set_secret(&name, "typed by somebody else", None, &Tags::new()).await.unwrap();
    let refused = console.start(place.custody.ines.author(), plan.request).await.unwrap_err();
    let said = refused.to_string();
    assert!(said.contains("newest") && said.contains("enabled_versions"), "{said}");
}

/// what is no secret of the vault, or not in use there, is not planned.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_rotated_is_not_planned() {
    let place = Place::open().await;
    let kek = place.custody.make_kek("kek-payments").await;
    let ines = &place.custody.ines;
    let plan = async |wanted: Wanted| {
        let grounds = countersign_tests::grounds();
        ines.console.plan(ines.person.operator, &wanted, grounds, custody::request::Windows::default()).await
    };
    let of_kek = plan(Wanted::RotateSecret { key: kek, options: at_once() }).await;
    assert!(matches!(of_kek, Err(RequestError::NotRotatable { .. })), "{of_kek:?}");
    let name = ObjectName::parse(NAME).unwrap();
    let version = place.versions().await.pop().unwrap().version.unwrap();
    ines.console.vault.set_secret_enabled(&name, &version, false).await.unwrap();
    let disabled = plan(place.rotation(at_once())).await;
    assert!(matches!(disabled, Err(RequestError::NotRotatable { .. })), "{disabled:?}");
}

/// a secret is deleted, purged and proven gone, and what was proven is certified.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_destroyed_and_its_end_is_certified() {
    let place = Place::open().await;
    place.rotate(at_once()).await;
    let plan = place.sealed(&Wanted::DestroySecret { key: place.key, purge: Purge::AtOnce }).await;
    let run = place.custody.carry_out(plan.request).await;
    let (name, ines) = (ObjectName::parse(NAME).unwrap(), &place.custody.ines);
    let gone = ines.console.vault.secret(&name, None).await;
    assert!(matches!(gone, Err(VaultError::NotFound { .. })), "{gone:?}");
    let purged = ines.console.vault.deleted_secret(&name).await;
    assert!(matches!(purged, Err(VaultError::NotFound { .. })), "{purged:?}");
    ines.console.issue_certificate(ines.author(), run).await.unwrap();
    let (_, verdict) = ines.console.certificate_of(run).await.unwrap();
    let destroyed = verdict.document.destroyed.first().unwrap();
    assert_eq!((destroyed.vault_name.as_str(), destroyed.tenant.as_str()), (NAME, "Nordwind"));
    assert_eq!(destroyed.versions.len(), 2);
    assert_eq!(verdict.document.statement.strength.word, "deleted");
    place.custody.ledger_verifies().await;
}

/// A custody in which one rotation after another is disturbed.
struct Theatre {
    place: Place,
    pens: Pens,
    job: KilledAt,
}

impl Theatre {
    async fn open(job: KilledAt) -> Self {
        let place = Place::open().await;
        let pens = Pens::take_up(&place.custody).await;
        Self { place, pens, job }
    }

    fn goes_back(&self) -> bool {
        self.job == SECRET_ROTATION_BACK
    }

    async fn set(&self) -> (RequestId, Order) {
        let overlap = if self.goes_back() { Duration::from_secs(86_400) } else { Duration::ZERO };
        let wanted = self.place.rotation(SecretRotationOptions { grace: overlap, ..at_once() });
        let request = self.pens.seal(&self.place.custody, &wanted).await.request;
        let order = match self.goes_back() {
            true => Order::TurnBack(pause_in_overlap(&self.place.custody.ines, request).await),
            false => Order::Start(request),
        };
        (request, order)
    }

    /// Somebody finishes what the child has left: one new version, one that works, and both sides agree on it.
    async fn finish(&self, request: RequestId, versions: usize) {
        let lapse = "UPDATE custody.run SET lease_until = custody.clock() WHERE finished_at IS NULL";
        sqlx::query(lapse).execute(&self.place.superuser).await.unwrap();
        let desk = &self.place.custody.theo;
        let (console, author) = (&desk.console, desk.author());
        let run = match console.register.run_of(request).await.unwrap() {
            Some(row) => row.id,
            None => console.start(author, request).await.unwrap(),
        };
        if self.goes_back() {
            let (progress, _) = watch::channel(None);
            let back = console.roll_back(author, run, "the CRM does not take it", &Steering::new(), &progress).await;
            assert_eq!(back.unwrap(), Ended::RolledBack);
        } else {
            assert_eq!(execute(desk, run).await.unwrap(), Ended::Completed);
        }
        assert_eq!(self.place.versions().await.len(), versions + 1);
        self.place.is_whole().await;
    }

    async fn disturb(&self) {
        let notes = tempfile::NamedTempFile::new().unwrap();
        let versions = self.place.versions().await.len();
        let mut child = ExecutorChild::spawn(Path::new(PROGRAM), &self.place.custody, None, Some(notes.path()));
        let (request, order) = self.set().await;
        child.ready().await;
        child.order(&order).await;
        let ended = if self.goes_back() { Ended::RolledBack } else { Ended::Completed };
        assert_eq!(child.left().await, Left::Said(format!("{ended:?}")));
        self.finish(request, versions).await;
        for point in self.job.points(notes.path()) {
            self.disturb_at(point).await;
        }
    }

    async fn disturb_at(&self, point: CrashPoint) {
        let versions = self.place.versions().await.len();
        let mut child = ExecutorChild::spawn(Path::new(PROGRAM), &self.place.custody, Some(point), None);
        let (request, order) = self.set().await;
        child.ready().await;
        child.order(&order).await;
        assert_eq!(child.left().await, Left::Killed, "{} at {point}", self.job.job);
        self.finish(request, versions).await;
    }
}

/// killed before and after every side effect of a rotation, there is one new version and the old one is disabled.
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_of_a_secret_survives_kill_nine_everywhere() {
    Theatre::open(SECRET_ROTATION).await.disturb().await;
}

/// killed before and after every side effect of its way back, the old version works and the new one does not.
#[tokio::test(flavor = "multi_thread")]
async fn the_way_back_of_a_secret_survives_kill_nine_everywhere() {
    Theatre::open(SECRET_ROTATION_BACK).await.disturb().await;
}
