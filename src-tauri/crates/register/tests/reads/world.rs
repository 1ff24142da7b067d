//! A register with people, keys, requests and runs in it, put there by the database's superuser: what reading needs, without the
//! ceremony of signed acts.

#![expect(clippy::unwrap_used, reason = "a test's fixture may panic")]

use std::sync::atomic::{AtomicU32, Ordering};

use domain::{KeyId, OperatorId, Role};
use local_custody::testing::TestCluster;
use register::{Address, Password, Register};
use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;
use zeroize::Zeroizing;

/// The superuser's fixtures: custody, people, a first entry.
const PEOPLE: &str = include_str!("people.sql");
/// Keys, wraps and tokens of a small estate.
const ESTATE: &str = include_str!("estate.sql");
/// Requests in every state, and runs.
const REQUESTS: &str = include_str!("requests.sql");

/// Roles that are a group of logins; accepting risks is an authority beside them.
pub const LOGIN_ROLES: &[Role] = &[Role::Security, Role::DevOps, Role::Engineering, Role::Auditor, Role::Agent];

static WORLDS: AtomicU32 = AtomicU32::new(0);

/// A migrated register of its own for one test.
pub struct World {
    pub admin: PgPool,
    address: Address,
    suffix: String,
}

impl World {
    /// Custody and people only.
    pub async fn with_people() -> Self {
        let cluster = TestCluster::shared();
        let database = cluster.create_database().unwrap();
        let superuser = cluster.superuser(&database);
        let address = Address::socket(cluster.socket_dir().to_str().unwrap(), superuser.get_port(), &database);
        register::migrate(&address, superuser.get_username(), &password(cluster.superuser_password())).await.unwrap();
        let admin = PgPool::connect_with(superuser).await.unwrap();
        // Logins belong to the whole cluster: each world has its own.
        let suffix = format!("w{}", WORLDS.fetch_add(1, Ordering::Relaxed));
        let world = Self { admin, address, suffix };
        for role in LOGIN_ROLES {
            let login = world.login(*role);
            world
                .run(&format!("CREATE ROLE {login} LOGIN PASSWORD 'pass of {login}' IN ROLE countersign_{role}"))
                .await;
        }
        world.run(&PEOPLE.replace("{w}", &world.suffix)).await;
        world
    }

    /// With keys, wraps, tokens, requests and runs.
    pub async fn with_estate() -> Self {
        let world = Self::with_people().await;
        world.run(ESTATE).await;
        world.run(REQUESTS).await;
        world
    }

    /// Runs statements as superuser.
    pub async fn run(&self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&self.admin).await.unwrap();
    }

    /// The register as the operator of that role sees it.
    pub async fn register(&self, role: Role) -> Register {
        let login = self.login(role);
        Register::connect(&self.address, &login, &password(&format!("pass of {login}"))).await.unwrap()
    }

    pub fn login(&self, role: Role) -> String {
        format!("{role}_{}", self.suffix)
    }
}

fn password(text: &str) -> Password {
    Password::new(Zeroizing::new(text.to_owned()))
}

/// The id that the fixtures give to number `n`.
pub fn nr(n: u32) -> Uuid {
    Uuid::from_u128(0x4000_8000_0000_0000_0000 | u128::from(n))
}

pub fn key(n: u32) -> KeyId {
    KeyId(nr(n))
}

pub fn operator(n: u32) -> OperatorId {
    OperatorId(nr(n))
}
