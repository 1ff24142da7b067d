//! A founded custody with two people, a real PostgreSQL and a real local vault: what the tests of the use cases stand on.

use std::sync::Arc;

use custody::founding::{Founder, Founding, found};
use custody::session::Session;
use custody::{Console, CustodyIdentity, Witness};
use domain::{CustodyId, Environment, OperatorId, Role};
use ed25519_dalek::{Signer as _, SigningKey};
use ledger::Signer;
use local_custody::testing::TestCluster;
use local_vault::{LocalVault, Running, Settings};
use rand_core::{OsRng, RngCore as _};
use register::{Address, Password, Register};
use sqlx::PgPool;
use tempfile::TempDir;
use vault::{Credential, Vault, VaultAddress, VaultSettings};
use zeroize::Zeroizing;

const VAULT_HOST: &str = "tidewell-prod.vault.azure.net";
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
}

/// A founded custody.
pub struct Place {
    /// Security.
    pub anna: Person,
    /// DevOps.
    pub ben: Person,
    /// What only an administrator of the database can do.
    pub superuser: PgPool,
    _local_vault: Running,
    _folder: TempDir,
}

fn password(text: &str) -> Password {
    Password::new(Zeroizing::new(text.to_owned()))
}

fn fresh_id() -> uuid::Uuid {
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

impl Place {
    /// Founded by Anna (Security) and Ben (DevOps), both with an open session.
    pub async fn found() -> Self {
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
        let settings = Settings::alone(([127, 0, 0, 1], 0).into(), folder.path().join("vault")).unwrap();
        let local_vault = LocalVault::start(settings).await.unwrap();
        let host = VaultAddress::parse(VAULT_HOST).unwrap();
        let settings = VaultSettings::local(host, local_vault.ca_pem(), local_vault.address());
        let token = Zeroizing::new(local_vault.token().to_owned());
        let vault = Vault::connect(settings, Credential::LocalToken(token)).unwrap();

        let witness = Arc::new(Witness::new(founded.hash, None));
        let arrive = async |founder: &Founder| {
            let register = Register::connect(&address, &founder.login, &password(LOGIN_PASSWORD)).await.unwrap();
            let device = Arc::clone(&founder.device);
            let session = Session::open(&register, &custody, founder.operator, device).await.unwrap();
            let console = Console {
                custody: custody.clone(),
                register,
                vault: vault.clone(),
                vault_host: VAULT_HOST.to_owned(),
                witness: Arc::clone(&witness),
            };
            Person { console, session }
        };
        let (anna, ben) = (arrive(&anna).await, arrive(&ben).await);
        let superuser = PgPool::connect_with(cluster.superuser(&database)).await.unwrap();
        Self { anna, ben, superuser, _local_vault: local_vault, _folder: folder }
    }

    /// One number by the administrator's own query.
    pub async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&self.superuser).await.unwrap()
    }

    /// Changes the database as only its administrator can.
    pub async fn alter(&self, statement: &'static str) {
        sqlx::raw_sql(statement).execute(&self.superuser).await.unwrap();
    }
}
