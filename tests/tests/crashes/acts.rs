//! Kill -9 of the console before and after every side effect of what is no run: a protective act, an emergency invalidation and a
//! sweep of tokens between their batches, the issuing of a certificate, a restore drill with a backup of the whole register. Nothing
//! is lost, nothing is counted twice, and another console completes what is left.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may stop at once")]

use std::path::Path;

use certificate::verify;
use countersign_tests::{
    CERTIFICATION, CrashPoint, DONE, DRILL, ExecutorChild, INVALIDATION, KilledAt, Left, Moment, Order, PROTECTION,
    Pens, Restored, SWEEP, TestCustody, TokenBag,
};
use custody::certificate::CertificateError;
use custody::estate::tokens::NewToken;
use custody::estate::{Estate, unwatched};
use custody::protect::Protection;
use custody::request::{Purge, Reactivation, Wanted};
use domain::{KeyId, RunId, TenantId, Timestamp};
use envelope::SecretBytes;
use register::Scope;
use sqlx::PgPool;
use vault::ObjectName;
use workplace::Desk;

/// The console that is killed.
const PROGRAM: &str = env!("CARGO_BIN_EXE_executor");

const KEK: &str = "kek-payments";

/// Tokens that end in each act, and how many of them in one batch.
const TOKENS: usize = 5;
const SMALL_BATCHES: &str =
    "CREATE OR REPLACE FUNCTION custody.token_batch_max() RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT 2 $$";

const DAY_MICROS: i64 = 86_400_000_000;

/// A custody in which one act after another is disturbed.
struct Theatre {
    custody: TestCustody,
    pens: Pens,
    superuser: PgPool,
    kek: KeyId,
    /// The DEK whose tokens end, and its tenant.
    ending: (KeyId, TenantId),
    /// What stays.
    kept: TokenBag,
    /// A KEK that wraps nothing, and a backup of the register in which it does not either.
    retired: KeyId,
    restored: Restored,
}

/// What a child is told to do, and where the ledger ended before.
struct Scene {
    order: Order,
    seq: i64,
}

impl Theatre {
    async fn open() -> Self {
        let custody = TestCustody::found().await;
        let superuser = custody.administrator();
        sqlx::raw_sql(SMALL_BATCHES).execute(&superuser).await.unwrap();
        let (kek, retired) = (custody.make_kek(KEK).await, custody.make_kek("kek-retired").await);
        let deks = custody.make_deks(kek, 2).await;
        let &[ending, staying] = deks.as_slice() else { panic!("two DEKs") };
        let mut kept = TokenBag::default();
        kept.seal(&custody.ines, &[staying], 2).await;
        let tenant = custody.ines.console.register.tenant_named("Tenant 0001").await.unwrap().unwrap();
        let pens = Pens::take_up(&custody).await;
        let restored = custody.restore(custody.back_up().await).await;
        Self { custody, pens, superuser, kek, ending: (ending, tenant), kept, retired, restored }
    }

    /// Tokens that have expired already.
    async fn seal(&self) {
        let (dek, ines) = (self.ending.0, &self.custody.ines);
        let yesterday = Timestamp::from_micros(ines.console.now().await.unwrap().micros() - DAY_MICROS);
        let token = |_| NewToken {
            dek,
            name: "access-token".to_owned(),
            plaintext: SecretBytes::new(b"a credential".to_vec()),
            expires: Some(yesterday),
        };
        let estate = Estate::new(&ines.console, ines.author());
        estate.seal_tokens((0..TOKENS).map(token).collect(), "short-lived", &unwatched).await.unwrap();
    }

    async fn set(&self, job: KilledAt) -> Scene {
        let order = match job {
            PROTECTION => Order::Suspend(self.kek),
            INVALIDATION => Order::Invalidate(self.ending.1),
            SWEEP => Order::Sweep,
            CERTIFICATION => Order::Certify(self.destroyed_kek().await),
            DRILL => Order::Drill(self.retired, self.restored.cluster().socket_dir().to_str().unwrap().to_owned()),
            other => panic!("{} has a test of its own", other.job),
        };
        if matches!(order, Order::Invalidate(_) | Order::Sweep) {
            self.seal().await;
        }
        Scene { order, seq: self.number("SELECT max(seq) FROM custody.ledger_entry", 0).await }
    }

    async fn destroyed_kek(&self) -> RunId {
        let ines = &self.custody.ines;
        let now = ines.console.now().await.unwrap();
        let name = ObjectName::parse(&format!("kek-gone-{}", now.micros())).unwrap();
        let key = self.custody.adopted_kek(&name).await;
        let plan = self.pens.seal(&self.custody, &Wanted::DestroyKek { key, purge: Purge::AtOnce }).await;
        self.custody.carry_out(plan.request).await
    }

    async fn number(&self, query: &'static str, after: i64) -> i64 {
        sqlx::query_scalar(query).bind(after).fetch_one(&self.superuser).await.unwrap()
    }

    /// Somebody completes what the child has left, and everything must be as if nothing had happened.
    async fn finish(&self, scene: &Scene, moment: Option<Moment>, desk: &Desk) {
        match &scene.order {
            Order::Suspend(_) => self.finish_protection(scene, desk).await,
            Order::Invalidate(tenant) => {
                let scope = Scope::Tenant(*tenant);
                desk.console.invalidate_tokens(desk.author(), &scope, "Leaked", &unwatched).await.unwrap();
                self.all_have_ended("tokens.invalidated", scene).await;
                let listed = "SELECT count(*) FROM custody.review_item WHERE kind = 'invalidation' AND seq > $1";
                // What a dead console began and what another one completed are looked at each.
                assert!((1..=2).contains(&self.number(listed, scene.seq).await));
            }
            Order::Sweep => {
                desk.console.sweep(desk.author(), &unwatched).await.unwrap();
                self.all_have_ended("tokens.swept", scene).await;
            }
            Order::Certify(run) => self.finish_certificate(*run, moment, desk).await,
            Order::Drill(kek, _) => self.finish_drill(*kek, scene, moment, desk).await,
            other => panic!("{other:?}"),
        }
        self.kept.all_open(desk).await;
    }

    /// Each token is counted by one entry, and none is left.
    async fn all_have_ended(&self, verb: &str, scene: &Scene) {
        let entries: Vec<Vec<u8>> =
            sqlx::query_scalar("SELECT entry FROM custody.ledger_entry WHERE verb = $1 AND seq > $2")
                .bind(verb)
                .bind(scene.seq)
                .fetch_all(&self.superuser)
                .await
                .unwrap();
        let count =
            |bytes: &Vec<u8>| ledger::Entry::decode(bytes).unwrap().attribute("count").unwrap().parse::<usize>();
        assert_eq!(entries.iter().map(|entry| count(entry).unwrap()).sum::<usize>(), TOKENS);
        let left = "SELECT count(*) FROM custody.token WHERE expires_at IS NOT NULL AND $1 > 0";
        assert_eq!(self.number(left, scene.seq).await, 0);
    }

    /// One act, stopped in the vault and proven once; then two people take it back.
    async fn finish_protection(&self, scene: &Scene, desk: &Desk) {
        let (console, author) = (&desk.console, desk.author());
        let left = console.register.protective_acts(true, None, 10).await.unwrap();
        let stands = "SELECT count(*) FROM custody.protective_act WHERE seq > $1";
        match left.as_slice() {
            [act] => assert_eq!(console.confirm_protection(author, act.seq).await.unwrap().len(), 0),
            _ if self.number(stands, scene.seq).await == 1 => {}
            _ => {
                let scope = Scope::Key(self.kek);
                let done = console.protect(author, Protection::Suspend, &scope, "Lost laptop").await.unwrap();
                assert_eq!(done.unconfirmed.len(), 0);
            }
        }
        assert_eq!(self.number(stands, scene.seq).await, 1);
        let proofs = "SELECT count(*) FROM custody.ledger_entry WHERE verb = 'key.protection_confirmed' AND seq > $1";
        assert_eq!(self.number(proofs, scene.seq).await, 1);
        let versions = console.vault.versions(&ObjectName::parse(KEK).unwrap()).await.unwrap();
        assert!(versions.iter().all(|version| !version.enabled));
        let back = Wanted::Reactivate(Reactivation { keys: vec![self.kek], tenant: None });
        self.custody.carry_out(self.pens.seal(&self.custody, &back).await.request).await;
    }

    /// Kept whole or not at all; asked for again it is the same one, and it holds.
    async fn finish_certificate(&self, run: RunId, moment: Option<Moment>, desk: &Desk) {
        let console = &desk.console;
        match (moment, console.certificate_of(run).await) {
            (Some(Moment::Before), Err(CertificateError::NotIssued { .. })) | (Some(Moment::After) | None, Ok(_)) => {}
            (moment, found) => panic!("{moment:?}: {found:?}"),
        }
        let row = console.issue_certificate(desk.author(), run).await.unwrap();
        let (bytes, _) = console.certificate_of(run).await.unwrap();
        assert_eq!(verify(&bytes).unwrap().document.run, run);
        let entries: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM custody.ledger_entry WHERE verb = 'certificate.issued' AND subject = $1",
        )
        .bind(run.to_string())
        .fetch_one(&self.superuser)
        .await
        .unwrap();
        let numbers = self.number("SELECT count(*) FROM custody.certificate WHERE $1 = 0", 0).await;
        assert_eq!((entries, i64::from(row.number)), (1, numbers), "one each, and no number is left out");
    }

    /// Written down or not; a drill that was not written down allows nothing.
    async fn finish_drill(&self, kek: KeyId, scene: &Scene, moment: Option<Moment>, desk: &Desk) {
        let drills = "SELECT count(*) FROM custody.restore_drill WHERE seq > $1";
        let written = self.number(drills, scene.seq).await;
        assert_eq!(written == 0, moment == Some(Moment::Before));
        if written == 0 {
            let drill = desk.console.drill(desk.author(), kek, &self.restored.desk().console.register).await.unwrap();
            assert_eq!((drill.deks, drill.opened), (2, 2));
        }
        assert_eq!(self.number(drills, scene.seq).await, 1);
        let last = desk.console.register.last_drill(kek).await.unwrap().unwrap();
        assert!(i64::try_from(last.seq).unwrap() > scene.seq);
    }

    /// Kills a child at every point of a job, and completes what it left.
    async fn disturb(&self, job: KilledAt) {
        for (number, point) in self.points(job).await.into_iter().enumerate() {
            let mut child = ExecutorChild::spawn(Path::new(PROGRAM), &self.custody, Some(point), None);
            let scene = self.set(job).await;
            child.ready().await;
            child.order(&scene.order).await;
            assert_eq!(child.left().await, Left::Killed, "{} at {point}", job.job);
            let desk = if number % 2 == 0 { &self.custody.ines } else { &self.custody.theo };
            self.finish(&scene, Some(point.moment), desk).await;
        }
    }

    /// Where a child comes by that does the job undisturbed.
    async fn points(&self, job: KilledAt) -> Vec<CrashPoint> {
        let notes = tempfile::NamedTempFile::new().unwrap();
        let mut child = ExecutorChild::spawn(Path::new(PROGRAM), &self.custody, None, Some(notes.path()));
        child.ready().await;
        let scene = self.set(job).await;
        child.order(&scene.order).await;
        assert_eq!(child.left().await, Left::Said(DONE.to_owned()));
        self.finish(&scene, None, &self.custody.theo).await;
        job.points(notes.path())
    }
}

/// acts that are no run survive kill -9 at every side effect: they stand once, or not at all and are done
/// by somebody else; every token is counted by one entry; the ledger verifies.
#[tokio::test(flavor = "multi_thread")]
async fn single_acts_survive_a_kill_before_and_after_every_side_effect() {
    let theatre = Theatre::open().await;
    for job in [PROTECTION, INVALIDATION, SWEEP, CERTIFICATION, DRILL] {
        theatre.disturb(job).await;
    }
    theatre.custody.ledger_verifies().await;
}
