//! A founded custody with its people, on a real PostgreSQL: what every test of the register stands on.

pub mod estate;
pub mod rotation;

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use canonical::Encoder;
use domain::Role;
use ed25519_dalek::{Signer as _, SigningKey};
use ledger::{Actor, ActorKind, Entry, SignatureBlock, Signer, Subject, key_id};
use local_custody::testing::TestCluster;
use rand_core::{OsRng, RngCore as _};
use register::{Address, Password, Receipt, Refusal, Register, RegisterError, SignedAct};
use sha2::{Digest as _, Sha256};
use sqlx::PgPool;
use uuid::Uuid;
use zeroize::Zeroizing;

pub const VAULT_HOST: &str = "northwind-dev.vault.azure.net";
const LOGIN_PASSWORD: &str = "a password for tests";

/// An id that was not used before.
pub fn fresh_id() -> Uuid {
    uuid::Builder::from_random_bytes(random()).into_uuid()
}

/// Random bytes.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    OsRng.fill_bytes(&mut bytes);
    bytes
}

pub fn random_vec(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    OsRng.fill_bytes(&mut bytes);
    bytes
}

/// An Ed25519 key of a device or session.
pub struct Key(SigningKey);

impl Key {
    pub fn make() -> Self {
        Self(SigningKey::generate(&mut OsRng))
    }

    /// What a thief of the key would have.
    pub fn copied(&self) -> Self {
        Self(self.0.clone())
    }

    pub fn id(&self) -> [u8; 32] {
        key_id(&self.public_key())
    }
}

impl Signer for Key {
    fn public_key(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

/// An act that is not signed yet.
#[derive(Clone)]
pub struct Draft {
    pub verb: &'static str,
    pub subject: Subject,
    pub purpose: String,
    pub attributes: BTreeMap<String, String>,
}

impl Draft {
    pub fn new(verb: &'static str, kind: &str, name: impl ToString) -> Self {
        Self { verb, subject: Subject::new(kind, name), purpose: String::new(), attributes: BTreeMap::new() }
    }

    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.attributes.insert(name.to_owned(), value.to_string());
        self
    }

    pub fn because(mut self, purpose: &str) -> Self {
        purpose.clone_into(&mut self.purpose);
        self
    }

    pub fn payload(self, payload: &Payload) -> Self {
        self.with("payload_digest", hex::encode(Sha256::digest(&payload.bytes))).with("count", payload.count)
    }
}

/// Rows that travel beside an entry.
pub struct Payload {
    pub bytes: Vec<u8>,
    pub count: usize,
}

impl Payload {
    pub fn of(rows: impl IntoIterator<Item = Encoder>) -> Self {
        let mut count = 0;
        let add = |all: Encoder, row: Encoder| {
            count += 1;
            all.sequence(row)
        };
        let bytes = rows.into_iter().fold(Encoder::new(), add).finish();
        Self { bytes, count }
    }
}

/// A signed entry.
#[derive(Clone)]
pub struct Signed {
    pub entry: Vec<u8>,
    pub signatures: Vec<u8>,
}

impl Signed {
    pub fn act(&self) -> SignedAct<'_> {
        SignedAct { entry: &self.entry, signatures: &self.signatures }
    }
}

/// An operator with their own login, device and session.
pub struct Person {
    pub id: Uuid,
    pub kind: ActorKind,
    pub login: String,
    pub roles: Vec<Role>,
    pub device: Key,
    pub session: Key,
    pub register: Register,
}

/// A founded custody in a database of its own.
pub struct Custody {
    pub id: Uuid,
    pub address: Address,
    pub superuser: PgPool,
    /// Security.
    pub anna: Person,
    /// DevOps.
    pub ben: Person,
    /// What entries name as their environment.
    pub environment: &'static str,
    /// The register's clock is ahead of this machine's by so many microseconds.
    pub ahead: i64,
}

/// A database with an empty register.
pub async fn migrated() -> (Address, PgPool) {
    let cluster = TestCluster::shared();
    let database = cluster.create_database().unwrap();
    let address = Address::socket(cluster.socket_dir().to_str().unwrap(), 5432, &database);
    register::migrate(&address, "postgres", &superuser_password()).await.unwrap();
    let superuser = PgPool::connect_with(cluster.superuser(&database)).await.unwrap();
    (address, superuser)
}

pub fn superuser_password() -> Password {
    Password::new(Zeroizing::new(TestCluster::shared().superuser_password().to_owned()))
}

pub fn login_password() -> Password {
    Password::new(Zeroizing::new(LOGIN_PASSWORD.to_owned()))
}

pub async fn make_login(address: &Address, login: &str, roles: &[Role]) {
    let (admin, password) = (superuser_password(), login_password());
    register::create_operator_login(address, "postgres", &admin, login, &password, roles).await.unwrap();
}

impl Person {
    /// Somebody with a login but without a place in the ledger.
    pub async fn arrive(address: &Address, name: &str, roles: &[Role]) -> Self {
        let login = format!("{name}_{}", address.database);
        make_login(address, &login, roles).await;
        let register = Register::connect(address, &login, &login_password()).await.unwrap();
        Self {
            id: fresh_id(),
            kind: ActorKind::Operator,
            login,
            roles: roles.to_vec(),
            device: Key::make(),
            session: Key::make(),
            register,
        }
    }

    fn role_words(&self) -> String {
        self.roles.iter().map(|role| role.word()).collect::<Vec<_>>().join(",")
    }
}

/// The founding entry of two people.
pub fn founding(custody: Uuid, a: &Person, b: &Person) -> Draft {
    let draft =
        Draft::new("custody.founded", "custody", custody).with("name", "Northwind").with("vault_host", VAULT_HOST);
    [("a", a), ("b", b)].into_iter().fold(draft, |draft, (prefix, person)| {
        draft
            .with(&format!("{prefix}.operator"), person.id)
            .with(&format!("{prefix}.person"), format!("{}@northwind.example", person.login))
            .with(&format!("{prefix}.name"), &person.login)
            .with(&format!("{prefix}.login"), &person.login)
            .with(&format!("{prefix}.roles"), person.role_words())
            .with(&format!("{prefix}.device"), hex::encode(person.device.id()))
            .with(&format!("{prefix}.device_name"), "laptop")
            .with(&format!("{prefix}.public_key"), hex::encode(person.device.public_key()))
    })
}

pub fn micros_now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros()).unwrap()
}

/// Signs a draft in a person's name with whatever keys.
pub fn sign(custody: Uuid, who: &Person, time: i64, draft: Draft, keys: &[&dyn Signer]) -> Signed {
    sign_for((custody, "development"), who, time, draft, keys)
}

fn sign_for(place: (Uuid, &str), who: &Person, time: i64, draft: Draft, keys: &[&dyn Signer]) -> Signed {
    let entry = Entry {
        custody: place.0,
        environment: place.1.to_owned(),
        id: fresh_id(),
        time,
        actor: Actor { kind: who.kind, id: who.id },
        verb: draft.verb.to_owned(),
        subject: draft.subject,
        purpose: draft.purpose,
        attributes: draft.attributes,
    };
    let entry = entry.encode();
    let signatures = SignatureBlock::sign(&entry, keys).encode();
    Signed { entry, signatures }
}

impl Custody {
    /// Founded by Anna (Security) and Ben (DevOps), both with an open session.
    pub async fn found() -> Self {
        let (address, superuser) = migrated().await;
        let anna = Person::arrive(&address, "anna", &[Role::Security]).await;
        let ben = Person::arrive(&address, "ben", &[Role::DevOps]).await;
        let admin = Register::connect(&address, "postgres", &superuser_password()).await.unwrap();
        let id = fresh_id();
        let act = sign(id, &anna, micros_now(), founding(id, &anna, &ben), &[&anna.device, &ben.device]);
        admin.found(act.act()).await.unwrap();
        let custody = Self { id, address, superuser, anna, ben, environment: "development", ahead: 0 };
        custody.open_session(&custody.anna).await;
        custody.open_session(&custody.ben).await;
        custody
    }

    /// Somebody else, enrolled behind the register's back: enrolment is not a verb yet.
    pub async fn enrol(&self, name: &str, roles: &[Role]) -> Person {
        let mut person = Person::arrive(&self.address, name, roles).await;
        let is_agent = roles == [Role::Agent];
        person.kind = if is_agent { ActorKind::Agent } else { ActorKind::Operator };
        sqlx::query("INSERT INTO custody.operator VALUES ($1, $2 || '@northwind.example', $2, $2, $3, 'active', 1, 1)")
            .bind(person.id)
            .bind(&person.login)
            .bind(person.kind.word())
            .execute(&self.superuser)
            .await
            .unwrap();
        for role in roles {
            sqlx::query("INSERT INTO custody.operator_role VALUES ($1, $2, custody.clock(), custody.clock(), 1)")
                .bind(person.id)
                .bind(role.word())
                .execute(&self.superuser)
                .await
                .unwrap();
        }
        self.add_device(&person, &person.device).await;
        if roles != [Role::Auditor] {
            self.open_session(&person).await;
        }
        person
    }

    pub async fn add_device(&self, person: &Person, device: &Key) {
        sqlx::query("INSERT INTO custody.device VALUES ($1, $2, $3, 'laptop', 'active', 1)")
            .bind(device.id().as_slice())
            .bind(device.public_key().as_slice())
            .bind(person.id)
            .execute(&self.superuser)
            .await
            .unwrap();
    }

    /// Now, by the register's clock.
    pub fn now(&self) -> i64 {
        micros_now() + self.ahead
    }

    /// Moves the register's clock on; sessions opened before may be over then.
    pub async fn pass_seconds(&mut self, seconds: i64) {
        self.ahead += seconds * 1_000_000;
        let clock = format!(
            "CREATE OR REPLACE FUNCTION custody.clock() RETURNS timestamptz LANGUAGE sql STABLE AS \
             $$ SELECT pg_catalog.clock_timestamp() + interval '{} microseconds' $$",
            self.ahead
        );
        self.alter(clock).await;
    }

    /// Does what only a superuser can.
    pub async fn alter(&self, statement: impl Into<String>) {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement.into())).execute(&self.superuser).await.unwrap();
    }

    pub async fn open_session(&self, person: &Person) -> Receipt {
        let draft = Draft::new("session.opened", "session", hex::encode(person.session.id()))
            .with("public_key", hex::encode(person.session.public_key()))
            .with("expires_at", self.now() + 8 * 3_600_000_000);
        person.register.open_session(self.by_device(person, draft).act()).await.unwrap()
    }

    pub fn by_session(&self, who: &Person, draft: Draft) -> Signed {
        sign_for((self.id, self.environment), who, self.now(), draft, &[&who.session])
    }

    pub fn by_device(&self, who: &Person, draft: Draft) -> Signed {
        sign_for((self.id, self.environment), who, self.now(), draft, &[&who.device])
    }

    /// The refusal kept last: function, login, code.
    pub async fn last_refusal(&self) -> (String, String, String) {
        sqlx::query_as("SELECT function, login, code FROM custody.refusal ORDER BY id DESC LIMIT 1")
            .fetch_one(&self.superuser)
            .await
            .unwrap()
    }

    /// That an act of `who` was refused with `code`, and that the register kept it.
    pub async fn assert_refused(&self, result: Result<Receipt, RegisterError>, who: &Person, code: &str) -> Refusal {
        let refusal = match result {
            Err(RegisterError::Refused(refusal)) => refusal,
            other => panic!("expected {code}, got {other:?}"),
        };
        assert_eq!(refusal.code(), code, "{:?}", refusal.detail());
        let (_, login, kept) = self.last_refusal().await;
        assert_eq!((login, kept.as_str()), (who.login.clone(), code));
        refusal
    }

    /// One value by the superuser's own query.
    pub async fn value<T>(&self, query: &'static str) -> T
    where
        T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        sqlx::query_scalar(query).fetch_one(&self.superuser).await.unwrap()
    }
}
