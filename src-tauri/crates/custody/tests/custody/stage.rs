//! A founded custody with two people, a real PostgreSQL and a real local vault whose clocks can be moved by days.

use std::sync::Arc;
use std::time::Duration;

use custody::estate::deks::{DekOrder, DekTarget};
use custody::estate::tokens::NewToken;
use custody::estate::{Estate, unwatched};
use custody::founding::{Founder, Founding, found};
use custody::request::{Grounds, NewKek, RequestError, Verdict, Wanted, Windows};
use custody::run::{Ended, Progress, RunError, Steering};
use custody::session::Session;
use custody::{Author, Console, CustodyIdentity, Witness};
use domain::{
    Classification, CustodyId, Decision, Environment, KeyId, KeyName, OperatorId, Plan, RequestId, Role, RunId,
    StepKind, TenantId,
};
use ed25519_dalek::{Signer as _, SigningKey};
use envelope::SecretBytes;
use ledger::Signer;
use local_custody::testing::TestCluster;
use local_vault::{LocalVault, Running, SetClock, Settings, VaultRules};
use rand_core::{OsRng, RngCore as _};
use register::{Address, Password, Register};
use sqlx::PgPool;
use tempfile::TempDir;
use tokio::sync::watch;
use uuid::Uuid;
use vault::{Credential, ObjectName, Vault, VaultAddress, VaultSettings};
use zeroize::Zeroizing;

pub const VAULT_HOST: &str = "tidewell-prod.vault.azure.net";
const LOGIN_PASSWORD: &str = "a password for tests";

struct Key(SigningKey);

impl Signer for Key {
    fn public_key(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

/// An operator at work.
pub struct Person {
    pub console: Console,
    pub session: Session,
    pub device: Author,
    founder: Founder,
}

impl Person {
    /// What certifies their sessions.
    pub fn device_signer(&self) -> Arc<dyn Signer + Send + Sync> {
        Arc::clone(&self.founder.device)
    }
}

/// A founded custody.
pub struct Stage {
    /// Security.
    pub anna: Person,
    /// DevOps.
    pub ben: Person,
    /// What only an administrator of the database can do.
    pub superuser: PgPool,
    pub vault_server: Running,
    pub address: Address,
    clock: Arc<SetClock>,
    ahead_s: u64,
    _folder: TempDir,
}

pub fn password(text: &str) -> Password {
    Password::new(Zeroizing::new(text.to_owned()))
}

pub fn fresh_id() -> Uuid {
    let mut bytes = [0; 16];
    OsRng.fill_bytes(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

async fn founder(address: &Address, name: &str, role: Role) -> Founder {
    let login = format!("{name}_{}", address.database);
    let superuser = password(TestCluster::shared().superuser_password());
    register::create_operator_login(address, "postgres", &superuser, &login, &password(LOGIN_PASSWORD), &[role])
        .await
        .unwrap();
    Founder {
        operator: OperatorId(fresh_id()),
        person: format!("{name}@tidewell.example"),
        name: name.to_owned(),
        login,
        roles: vec![role],
        device_name: "laptop".to_owned(),
        device: Arc::new(Key(SigningKey::generate(&mut OsRng))),
    }
}

impl Stage {
    /// Founded, with a vault as a person makes one.
    pub async fn found() -> Self {
        Self::set(VaultRules::default()).await
    }

    /// Founded by Anna (Security) and Ben (DevOps); the vault keeps deleted objects as `rules` say.
    pub async fn set(rules: VaultRules) -> Self {
        let cluster = TestCluster::shared();
        let database = cluster.create_database().unwrap();
        let address = Address::socket(cluster.socket_dir().to_str().unwrap(), 5432, &database);
        let superuser = password(cluster.superuser_password());
        register::migrate(&address, "postgres", &superuser).await.unwrap();
        let (anna, ben) =
            (founder(&address, "anna", Role::Security).await, founder(&address, "ben", Role::DevOps).await);
        let custody = CustodyIdentity { id: CustodyId(fresh_id()), environment: Environment::Production };
        let founding =
            Founding { custody: custody.clone(), name: "Tidewell".to_owned(), vault_host: VAULT_HOST.to_owned() };
        let admin = Register::connect(&address, "postgres", &superuser).await.unwrap();
        let founded = found(&admin, &founding, &anna, &ben).await.unwrap();

        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(SetClock::new(jiff::Timestamp::now()));
        let mut settings = Settings::alone(([127, 0, 0, 1], 0).into(), folder.path().join("vault")).unwrap();
        (settings.rules, settings.clock) = (rules, Arc::<SetClock>::clone(&clock));
        let vault_server = LocalVault::start(settings).await.unwrap();
        let host = VaultAddress::parse(VAULT_HOST).unwrap();
        let settings = VaultSettings::local(host, vault_server.ca_pem(), vault_server.address());
        let token = Zeroizing::new(vault_server.token().to_owned());
        let vault = Vault::connect(settings, Credential::LocalToken(token)).unwrap();
        let witness = Arc::new(Witness::new(founded.hash, None));
        let arrive = async |founder: Founder| {
            let register = Register::connect(&address, &founder.login, &password(LOGIN_PASSWORD)).await.unwrap();
            let session = Session::open(&register, &custody, founder.operator, Arc::clone(&founder.device)).await;
            let device = Author::new(custody.clone(), founder.operator, Arc::clone(&founder.device));
            let console = Console {
                custody: custody.clone(),
                register,
                vault: vault.clone(),
                vault_host: VAULT_HOST.to_owned(),
                witness: Arc::clone(&witness),
            };
            Person { console, session: session.unwrap(), device, founder }
        };
        let (anna, ben) = (arrive(anna).await, arrive(ben).await);
        let superuser = PgPool::connect_with(cluster.superuser(&database)).await.unwrap();
        Self { anna, ben, superuser, vault_server, address, clock, ahead_s: 0, _folder: folder }
    }

    pub async fn alter(&self, statement: impl Into<String>) {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement.into())).execute(&self.superuser).await.unwrap();
    }

    pub async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&self.superuser).await.unwrap()
    }

    /// Days pass, for the register and for the vault; everybody signs in anew.
    pub async fn pass_days(&mut self, days: u64) {
        let seconds = days * 86_400;
        self.clock.advance(Duration::from_secs(seconds));
        self.ahead_s += seconds;
        let clock = format!(
            "CREATE OR REPLACE FUNCTION custody.clock() RETURNS timestamptz LANGUAGE sql STABLE AS \
             $$ SELECT pg_catalog.clock_timestamp() + interval '{} seconds' $$",
            self.ahead_s
        );
        self.alter(clock).await;
        for person in [&mut self.anna, &mut self.ben] {
            let device = Arc::clone(&person.founder.device);
            let console = &person.console;
            let session = Session::open(&console.register, &console.custody, person.founder.operator, device).await;
            person.session = session.unwrap();
        }
    }

    pub async fn plan(&self, wanted: &Wanted) -> Result<Plan, RequestError> {
        let grounds = Grounds {
            reason: "The contract has ended".to_owned(),
            change_record: "CHG-2026-0200".to_owned(),
            rollback_plan: "None: what is destroyed stays so".to_owned(),
        };
        self.ben.console.plan(self.ben.device.operator(), wanted, grounds, Windows::default()).await
    }

    /// Ben asks, Anna countersigns.
    pub async fn sealed(&self, wanted: &Wanted) -> Plan {
        let plan = self.plan(wanted).await.unwrap();
        self.ben.console.submit(&plan, Role::DevOps, &self.ben.device).await.unwrap();
        let verdict = Verdict {
            request: plan.request,
            decision: Decision::Approve,
            role: Role::Security,
            reason: "",
            shown: plan.hash(),
        };
        self.anna.console.decide(verdict, &self.anna.device, &self.anna.session.author).await.unwrap();
        plan
    }

    pub async fn start(&self, request: RequestId) -> RunId {
        self.ben.console.start(&self.ben.session.author, request).await.unwrap()
    }

    pub async fn execute(&self, run: RunId) -> Result<Ended, RunError> {
        let (progress, _) = watch::channel(None);
        self.ben.console.execute(&self.ben.session.author, run, &Steering::new(), &progress).await
    }

    /// Asked, countersigned and executed to its end.
    pub async fn carry_out(&self, wanted: &Wanted) -> RunId {
        let plan = self.sealed(wanted).await;
        let run = self.start(plan.request).await;
        assert_eq!(self.execute(run).await.unwrap(), Ended::Completed);
        run
    }

    /// Executes until the run waits in `step`, then has it paused. Answers what it said it waits for.
    pub async fn execute_until_it_waits(&self, run: RunId, step: StepKind) -> Progress {
        let (progress, mut watched) = watch::channel(None);
        let steering = Steering::new();
        let pause = async {
            let waits =
                |seen: &Option<Progress>| seen.as_ref().is_some_and(|seen| seen.step == step && seen.until.is_some());
            let seen = watched.wait_for(waits).await.unwrap().clone();
            steering.pause();
            seen.unwrap()
        };
        let (ended, seen) =
            tokio::join!(self.ben.console.execute(&self.ben.session.author, run, &steering, &progress), pause);
        assert_eq!(ended.unwrap(), Ended::Paused);
        seen
    }

    pub async fn make_kek(&self, name: &str) -> KeyId {
        self.make_kek_of(name, None).await
    }

    pub async fn make_kek_of(&self, name: &str, tenant: Option<&str>) -> KeyId {
        let key = KeyId::make(self.ben.console.now().await.unwrap(), &mut OsRng);
        let new = NewKek {
            key,
            name: KeyName::parse(name).unwrap(),
            bits: 2048,
            owner: "Platform security".to_owned(),
            purpose: "Wraps DEKs".to_owned(),
            classification: Classification::Restricted,
            tenant: tenant.map(str::to_owned),
        };
        self.carry_out(&Wanted::CreateKek(new)).await;
        key
    }

    /// A DEK of each of these tenants under `kek`, with one token under each.
    pub async fn make_deks(&self, kek: KeyId, tenants: &[&str]) -> Vec<(KeyId, Uuid)> {
        let target = |tenant: &&str| DekTarget::Tenant { tenant: (*tenant).to_owned(), integration: "crm".to_owned() };
        let order = DekOrder {
            kek,
            targets: tenants.iter().map(target).collect(),
            owner: "Integrations".to_owned(),
            purpose: "Customer data".to_owned(),
            classification: Classification::Confidential,
        };
        let estate = self.estate();
        let made = estate.create_deks(&order, &unwatched).await.unwrap();
        let deks: Vec<KeyId> = made.keys.into_iter().map(|made| made.key).collect();
        let token = |dek: &KeyId| NewToken {
            dek: *dek,
            name: "refresh token".to_owned(),
            plaintext: SecretBytes::new(dek.0.as_bytes().to_vec()),
            expires: None,
        };
        let sealed = estate.seal_tokens(deks.iter().map(token).collect(), "for the test", &unwatched).await.unwrap();
        deks.into_iter().zip(sealed.tokens).collect()
    }

    pub fn estate(&self) -> Estate<'_> {
        Estate::new(&self.ben.console, &self.ben.session.author)
    }

    pub async fn opens(&self, (dek, token): (KeyId, Uuid)) -> bool {
        let opened = self.estate().open_token(dek, token).await;
        opened.is_ok_and(|plaintext| plaintext.expose(|bytes| bytes == dek.0.as_bytes()))
    }

    pub async fn tenant(&self, name: &str) -> TenantId {
        self.ben.console.register.tenant_named(name).await.unwrap().unwrap()
    }

    pub async fn key_state(&self, key: KeyId) -> String {
        let query = sqlx::query_scalar("SELECT state FROM custody.key WHERE id = $1").bind(key.0);
        query.fetch_one(&self.superuser).await.unwrap()
    }

    /// Whether the vault has the key, or deleted remains of it.
    pub async fn vault_has(&self, name: &str) -> (bool, bool) {
        let (vault, name) = (&self.ben.console.vault, ObjectName::parse(name).unwrap());
        (vault.key(&name, None).await.is_ok(), vault.deleted_key(&name).await.is_ok())
    }

    /// A hold on a tenant, as one person sets it.
    pub async fn hold(&self, tenant: TenantId) {
        let act = custody::Act::new("hold.set", "hold", fresh_id())
            .purpose("A court asks for it")
            .with("kind", "legal_hold")
            .with("scope", "tenant")
            .with("target", tenant)
            .with("reference", "Case 14/2026");
        let entry = self.anna.session.author.write(act, self.anna.console.now().await.unwrap());
        self.anna.console.register.set_hold(entry.as_act()).await.unwrap();
    }
}
