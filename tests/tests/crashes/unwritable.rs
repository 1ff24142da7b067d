//! No entry, no act: a ledger that cannot be written, because its function is gone, its disk is full or the line to it is cut, stops every act
//! before anything is changed; and what the vault did meanwhile is found and written down once.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at once")]

use std::collections::BTreeMap;
use std::time::Duration;

use countersign_tests::{
    Keepsakes, OtherVault, Pens, Psql, TestCustody, approval, at_once, execute, grounds, passphrase,
};
use custody::estate::deks::{DekOrder, DekTarget};
use custody::estate::tokens::NewToken;
use custody::estate::{Estate, unwatched};
use custody::protect::{NewHold, Protection};
use custody::request::{Wanted, Windows};
use custody::run::Ended;
use domain::{Classification, KeyId, Plan, Role, RunId};
use envelope::SecretBytes;
use local_vault::{FaultAction, FaultRule, FaultWhen, Operation};
use register::{HoldKind, HoldTarget, Scope};
use vault::Budget;

/// Calls of the vault that change something.
const CHANGES: [Operation; 3] = [Operation::KeyCreate, Operation::KeyUpdate, Operation::SecretSet];

const FUNCTION_GONE: &str = "ALTER FUNCTION custody.append(custody.act) RENAME TO append_that_is_gone";
const FUNCTION_BACK: &str = "ALTER FUNCTION custody.append_that_is_gone(custody.act) RENAME TO append";

/// No file of the register may grow beyond this.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Rows that make the ledger's file longer than that. Each page is said to be full with one of them, so that every entry needs a new one.
const FILL: &str = "BEGIN; INSERT INTO custody.ledger_entry
    SELECT 1000000 + i, gen_random_uuid(), convert_to(repeat(md5(i::text), 16), 'UTF8'), 'x', sha256(convert_to(i::text, 'UTF8')),
           now(), now(), gen_random_uuid(), 'x', 'x', 'x', 'x', 'x'
    FROM generate_series(1, 700) AS i";

struct Scene {
    custody: TestCustody,
    vault: OtherVault,
    pens: Pens,
    keepsakes: Keepsakes,
    deks: Vec<KeyId>,
    /// Waits for a second signature.
    waiting: Plan,
    /// Has both, and was not begun.
    sealed: Plan,
}

impl Scene {
    async fn open() -> Self {
        let mut custody = TestCustody::found().await;
        let vault = OtherVault::start(|settings| settings.limits = None).await;
        vault.stand_in(&mut custody, Budget::unlimited());
        let kek = custody.make_kek("kek-payments").await;
        let spare = custody.make_kek("kek-spare").await;
        let deks = custody.make_deks(kek, 3).await;
        let keepsakes = Keepsakes::seal(&custody, kek, &deks).await;
        let pens = Pens::take_up(&custody).await;
        let waiting = custody.ask(&Wanted::RotateKek { key: spare, options: at_once() }).await;
        let sealed = pens.seal_rotation(&custody, kek, at_once()).await;
        Self { custody, vault, pens, keepsakes, deks, waiting, sealed }
    }

    /// Counts every call that changes something, and does nothing else to it.
    fn count_changes(&self) -> Vec<u64> {
        self.vault.running.faults().clear();
        let rule = |operation| FaultRule {
            operation: Some(operation),
            when: FaultWhen::Always,
            action: FaultAction::Delay(Duration::ZERO),
        };
        CHANGES.map(|operation| self.vault.running.faults().set(rule(operation))).to_vec()
    }

    fn changes(&self, counters: &[u64]) -> u64 {
        counters.iter().map(|counter| self.vault.running.faults().met(*counter).unwrap()).sum()
    }

    /// Every kind of act that a console knows, each of which must fail. Those that did not are named.
    async fn acts_that_were_done(&self) -> Vec<&'static str> {
        let (ines, theo) = (&self.custody.ines, &self.custody.theo);
        let (console, author, register) = (&ines.console, ines.author(), &ines.console.register);
        let estate = Estate::new(console, author);
        let kek = self.keepsakes.kek();
        let dek = *self.deks.first().unwrap();
        let tenant = register.tenant_named("Tenant 0001").await.unwrap().unwrap();
        let device = ines.unlock_for_seal(passphrase()).await.unwrap();
        let his = theo.unlock_for_seal(passphrase()).await.unwrap();
        let wanted = Wanted::RotateKek { key: kek, options: at_once() };
        let plan = console.plan(ines.person.operator, &wanted, grounds(), Windows::default()).await.unwrap();
        let token = NewToken {
            dek,
            name: "one more".to_owned(),
            plaintext: SecretBytes::new(b"a credential".to_vec()),
            expires: None,
        };
        let order = DekOrder {
            kek,
            targets: vec![DekTarget::Tenant { tenant: "Tenant 0009".to_owned(), integration: "invoices".to_owned() }],
            owner: "Payments".to_owned(),
            purpose: "Invoice data".to_owned(),
            classification: Classification::Confidential,
        };
        let hold = NewHold {
            kind: HoldKind::Incident,
            target: HoldTarget::Key(dek),
            reference: "INC-7".to_owned(),
            reason: "To be kept".to_owned(),
        };
        let verdict = approval(&self.waiting);
        let key = Scope::Key(kek);
        let done = [
            ("submit", console.submit(&plan, Role::DevOps, &device).await.is_ok()),
            ("countersign", theo.console.decide(verdict, &his, theo.author()).await.is_ok()),
            ("withdraw", console.withdraw(self.waiting.request, "", author).await.is_ok()),
            ("start a run", console.start(author, self.sealed.request).await.is_ok()),
            ("protect", console.protect(author, Protection::Suspend, &key, "Lost laptop").await.is_ok()),
            ("set a hold", console.set_hold(author, &hold).await.is_ok()),
            ("seal a token", estate.seal_tokens(vec![token], "kept", &unwatched).await.is_ok()),
            ("make a DEK", estate.create_deks(&order, &unwatched).await.is_ok()),
            ("observe the vault", estate.discover().await.is_ok()),
            ("invalidate tokens", {
                let scope = Scope::Tenant(tenant);
                console.invalidate_tokens(author, &scope, "Leaked", &unwatched).await.is_ok()
            }),
            ("make a checkpoint", console.sign_checkpoint(&device, None).await.is_ok()),
            ("sign in", self.custody.premises.sign_in(theo.person.operator, passphrase()).await.is_ok()),
        ];
        done.into_iter().filter(|(_, done)| *done).map(|(act, _)| act).collect()
    }

    /// That nothing at all was changed by any act: no row but kept refusals, no version in the vault.
    async fn stops_every_act(&self, why: &str, superuser: &mut Psql) {
        let counters = self.count_changes();
        let before = rows(superuser).await;
        let done = self.acts_that_were_done().await;
        assert_eq!(done, Vec::<&str>::new(), "{why}");
        let differing: Vec<String> = rows(superuser)
            .await
            .into_iter()
            .filter(|(table, sum)| before.get(table) != Some(sum))
            .map(|it| it.0)
            .collect();
        assert_eq!(differing, Vec::<String>::new(), "{why}");
        assert_eq!(self.changes(&counters), 0, "{why}: the vault was asked to change something");
    }

    async fn versions(&self) -> usize {
        self.custody.versions(self.keepsakes.kek()).await
    }
}

/// A digest of each table of the register, but of the refusals, which are kept.
async fn rows(superuser: &mut Psql) -> BTreeMap<String, String> {
    let tables = "SELECT c.relname::text FROM pg_class AS c
                  WHERE c.relnamespace = 'custody'::regnamespace AND c.relkind = 'r' AND c.relname <> 'refusal' ORDER BY 1";
    let mut found = BTreeMap::new();
    for table in superuser.texts(tables).await {
        let digest =
            format!("SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM custody.{table} AS t");
        let sum = superuser.texts(digest).await.pop().unwrap();
        found.insert(table, sum);
    }
    assert!(found.len() > 30, "the catalogue was not read: {found:?}");
    found
}

/// Sets how large a file the register's processes may write: the kernel itself refuses what goes beyond, as it does on a full disk. The server's
/// own user does it, who alone may.
async fn limit_files(superuser: &mut Psql, processes: &[String], bytes: &str) {
    for process in processes {
        let limit = format!("COPY (SELECT 1) TO PROGRAM 'cat > /dev/null; prlimit --pid {process} --fsize={bytes}:'");
        superuser.run(limit).await.unwrap();
    }
}

/// with the function gone that appends entries, and with no room left where the ledger lies, no act is done: not one row is changed, and
/// the vault is asked for nothing. With both put right, everything goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_cannot_be_written_stops_every_act() {
    let scene = Scene::open().await;
    let mut superuser = scene.custody.superuser().await;
    superuser.run(FUNCTION_GONE).await.unwrap();
    scene.stops_every_act("the function is gone", &mut superuser).await;
    superuser.run(FUNCTION_BACK).await.unwrap();

    // The ledger's file is as large as a file may be. The journal begins a new segment, so that it has room.
    let mut filler = scene.custody.superuser().await;
    filler.run("ALTER TABLE custody.ledger_entry SET (fillfactor = 10)").await.unwrap();
    filler.run(FILL).await.unwrap();
    superuser.run("SELECT pg_switch_wal()").await.unwrap();
    superuser.run("CREATE TABLE public.first_of_the_segment ()").await.unwrap();
    let size: u64 = superuser.texts("SELECT pg_relation_size('custody.ledger_entry')::text").await[0].parse().unwrap();
    assert!(size > FILE_BYTES_MAX, "{size}");
    let local = scene.custody.premises.local_custody().unwrap();
    let clients =
        "SELECT pid::text FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
    let mut processes = superuser.texts(clients).await;
    processes.push(local.server_pid().unwrap().to_string());
    limit_files(&mut superuser, &processes, &FILE_BYTES_MAX.to_string()).await;
    scene.stops_every_act("the disk is full", &mut superuser).await;
    limit_files(&mut superuser, &processes[processes.len() - 1..], "unlimited").await;
    let limited = superuser.texts(clients).await;
    limit_files(&mut superuser, &limited, "unlimited").await;
    filler.run("ROLLBACK").await.unwrap();
    filler.run("ALTER TABLE custody.ledger_entry RESET (fillfactor)").await.unwrap();
    assert!(scene.custody.server_log().contains("File too large"), "the kernel refused, and nobody else");

    let versions = scene.versions().await;
    let run = scene.custody.carry_out(scene.sealed.request).await;
    let row = scene.custody.ines.console.register.run(run).await.unwrap().unwrap();
    scene.keepsakes.hold(&scene.custody, row, versions).await;
    scene.custody.ledger_verifies().await;
}

/// the ledger goes away between the entry that says what will be done and the call to the vault, during that call, or before the
/// entry: a version is made only after its intent was written, and one that was made while nothing could be written is found, and is the only
/// one.
#[tokio::test(flavor = "multi_thread")]
async fn between_intent_and_act_the_line_to_the_ledger_is_cut() {
    let scene = Scene::open().await;
    let (ines, versions) = (&scene.custody.ines, scene.versions().await);
    let mut superuser = scene.custody.superuser().await;
    let run = ines.console.start(ines.author(), scene.sealed.request).await.unwrap();

    // Before the intent: nothing is asked of the vault.
    let counters = scene.count_changes();
    superuser.run(FUNCTION_GONE).await.unwrap();
    execute(ines, run).await.unwrap_err();
    assert_eq!((scene.changes(&counters), scene.versions().await), (0, versions));
    superuser.run(FUNCTION_BACK).await.unwrap();

    // After it, while the vault works: the connections are cut, and nothing can be written any more.
    scene.vault.running.faults().clear();
    let slow = FaultRule {
        operation: Some(Operation::KeyCreate),
        when: FaultWhen::Nth(1),
        action: FaultAction::Delay(Duration::from_secs(2)),
    };
    let fault = scene.vault.running.faults().set(slow);
    let cut = async {
        while scene.vault.running.faults().met(fault) != Some(1) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let mut superuser = scene.custody.superuser().await;
        superuser.run(FUNCTION_GONE).await.unwrap();
        let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                      WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
        superuser.run(others).await.unwrap();
    };
    let (stopped, ()) = tokio::join!(execute(ines, run), cut);
    stopped.unwrap_err();
    let mut superuser = scene.custody.superuser().await;
    assert_eq!(scene.versions().await, versions + 1, "the vault did what it was asked");
    let asked = ["compare done", "create_version intended"];
    assert_eq!(steps(&mut superuser, run).await, asked, "and the ledger says that it was asked, no more");
    superuser.run(FUNCTION_BACK).await.unwrap();

    assert_eq!(finish(&scene, run).await, Ended::Completed);
    let row = ines.console.register.run(run).await.unwrap().unwrap();
    scene.keepsakes.hold(&scene.custody, row, versions).await;
    scene.custody.ledger_verifies().await;
    let _unused = &scene.pens;
}

/// The steps of a run that were begun, and how far each is.
async fn steps(superuser: &mut Psql, run: RunId) -> Vec<String> {
    let sql = format!(
        "SELECT kind || ' ' || state FROM custody.run_step WHERE run = '{run}' AND state <> 'pending' ORDER BY position"
    );
    superuser.texts(sql).await
}

/// Executes until it ends, as a person does who sees that a run has stopped.
async fn finish(scene: &Scene, run: RunId) -> Ended {
    let mut tries = 0;
    loop {
        tries += 1;
        match execute(&scene.custody.ines, run).await {
            Ok(ended) => return ended,
            Err(error) => assert!(error.is_outage() && tries < 4, "{error}"),
        }
    }
}
