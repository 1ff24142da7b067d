//! Connecting, migrating, and what an operator's login may do.

use domain::{KeyState, Role, default_rotation_rules};
use local_custody::testing::TestCluster;
use register::{Address, AdminError, ConnectError, Password, Register, SchemaVersion, Tls};
use zeroize::Zeroizing;

use crate::common::{Custody, login_password, make_login, migrated, superuser_password};

#[tokio::test]
async fn a_register_is_made_once_and_says_what_it_holds() {
    let (address, _) = migrated().await;
    let again = register::migrate(&address, "postgres", &superuser_password()).await.unwrap();
    let status = register::status(&address, "postgres", &superuser_password()).await.unwrap();
    assert_eq!((status.version, status.wanted), (Some(again), SchemaVersion::wanted()));
    assert_eq!(status.founded, None);
}

#[tokio::test]
async fn two_migrations_at_once_take_turns() {
    let cluster = TestCluster::shared();
    let address = Address::socket(cluster.socket_dir().to_str().unwrap(), 5432, cluster.create_database().unwrap());
    let (one, other) = (superuser_password(), superuser_password());
    let both =
        tokio::join!(register::migrate(&address, "postgres", &one), register::migrate(&address, "postgres", &other));
    assert_eq!(both.0.unwrap(), both.1.unwrap());
}

/// A managed server gives nobody superuser rights: an administrator with CREATEROLE and a database of their own is enough.
#[tokio::test]
async fn a_register_is_made_without_a_superuser() {
    let cluster = TestCluster::shared();
    let database = cluster.create_database().unwrap();
    let address = Address::socket(cluster.socket_dir().to_str().unwrap(), 5432, &database);
    let superuser = sqlx::PgPool::connect_with(cluster.superuser(&database)).await.unwrap();
    let admin = format!("admin_{database}");
    let make = format!(
        "CREATE ROLE {admin} LOGIN CREATEROLE PASSWORD 'a password for tests'; ALTER DATABASE {database} OWNER TO {admin}"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(make)).execute(&superuser).await.unwrap();
    let password = login_password();
    for _ in 0..2 {
        register::migrate(&address, &admin, &password).await.unwrap();
    }
    let status = register::status(&address, &admin, &password).await.unwrap();
    assert_eq!(status.version, Some(SchemaVersion::wanted()));
    let login = format!("anna_{database}");
    register::create_operator_login(&address, &admin, &password, &login, &password, &[Role::Security]).await.unwrap();
    Register::connect(&address, &login, &password).await.unwrap();
    Register::connect(&address, &admin, &password).await.unwrap();
    let members: i64 =
        sqlx::query_scalar("SELECT count(*) FROM pg_auth_members WHERE roleid = 'countersign_owner'::regrole")
            .fetch_one(&superuser)
            .await
            .unwrap();
    assert_eq!(members, 0);
}

#[tokio::test]
async fn every_way_to_fail_is_named() {
    let (address, _) = migrated().await;
    let connect = async |address: &Address, login: &str, password: &str| {
        let password = Password::new(Zeroizing::new(password.to_owned()));
        Register::connect(address, login, &password).await.err()
    };
    let there = TestCluster::shared().superuser_password();
    let wrong = connect(&address, "postgres", "a wrong password").await;
    assert!(matches!(wrong, Some(ConnectError::Authentication { .. })), "{wrong:?}");
    let elsewhere = Address { database: "nowhere".to_owned(), ..address.clone() };
    let wrong = connect(&elsewhere, "postgres", there).await;
    assert!(matches!(wrong, Some(ConnectError::DatabaseMissing { .. })), "{wrong:?}");
    let empty = Address { database: "postgres".to_owned(), ..address.clone() };
    let wrong = connect(&empty, "postgres", there).await;
    assert!(matches!(wrong, Some(ConnectError::SchemaMissing { found: None, .. })), "{wrong:?}");
    let silent = Address { host: "127.0.0.1".to_owned(), port: 1, ..address.clone() };
    let wrong = connect(&silent, "postgres", there).await;
    assert!(matches!(wrong, Some(ConnectError::Refused { .. })), "{wrong:?}");
    let unknown = Address { host: "register.invalid".to_owned(), tls: Tls::VerifyFull { ca: None }, ..address.clone() };
    let wrong = connect(&unknown, "postgres", there).await;
    assert!(matches!(wrong, Some(ConnectError::Dns { .. })), "{wrong:?}");
    // A login of the server without a role of the register.
    make_login(&address, &format!("stranger_{}", address.database), &[]).await;
    let wrong = Register::connect(&address, &format!("stranger_{}", address.database), &login_password()).await.err();
    assert!(matches!(wrong, Some(ConnectError::NotAllowed { .. })), "{wrong:?}");
}

/// a password crosses no network in the clear.
#[tokio::test]
async fn a_register_far_away_is_reached_over_tls_only() {
    let far = Address { host: "db.example".to_owned(), port: 5432, database: "custody".to_owned(), tls: Tls::Off };
    let refused = Register::connect(&far, "anna", &login_password()).await.err();
    assert!(matches!(refused, Some(ConnectError::TlsNeeded)), "{refused:?}");
}

#[tokio::test]
async fn a_register_of_another_version_is_not_used() {
    let (address, superuser) = migrated().await;
    let set = "UPDATE custody._sqlx_migrations SET version = version + $1 WHERE version = (SELECT max(version) FROM custody._sqlx_migrations)";
    sqlx::query(set).bind(1000_i64).execute(&superuser).await.unwrap();
    let newer = Register::connect(&address, "postgres", &superuser_password()).await.err();
    assert!(matches!(newer, Some(ConnectError::SchemaNewer { .. })), "{newer:?}");
    sqlx::query("DELETE FROM custody._sqlx_migrations WHERE version > 19").execute(&superuser).await.unwrap();
    let older = Register::connect(&address, "postgres", &superuser_password()).await.err();
    assert!(matches!(older, Some(ConnectError::SchemaMissing { found: Some(_), .. })), "{older:?}");
}

#[tokio::test]
async fn a_login_is_made_without_powers_and_without_showing_its_password() {
    let (address, superuser) = migrated().await;
    let login = format!("carla_{}", address.database);
    make_login(&address, &login, &[Role::Security, Role::DevOps]).await;
    let powers: (bool, bool, bool, bool, bool) = sqlx::query_as(
        "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication FROM pg_roles WHERE rolname = $1",
    )
    .bind(&login)
    .fetch_one(&superuser)
    .await
    .unwrap();
    assert_eq!(powers, (false, false, false, false, false));
    assert!(Register::connect(&address, &login, &login_password()).await.is_ok());
    assert!(!TestCluster::shared().log().unwrap().contains("a password for tests"));

    let (admin, password) = (superuser_password(), login_password());
    let taken = register::create_operator_login(&address, "postgres", &admin, &login, &password, &[]).await;
    assert!(matches!(taken, Err(AdminError::LoginTaken { .. })), "{taken:?}");
    for name in ["countersign_owner", "pg_monitor", "Quoted\" SUPERUSER", ""] {
        let unfit = register::create_operator_login(&address, "postgres", &admin, name, &password, &[]).await;
        assert!(matches!(unfit, Err(AdminError::LoginUnfit { .. })), "{unfit:?}");
    }
    let operator = Password::new(Zeroizing::new("a password for tests".to_owned()));
    let powerless = register::create_operator_login(&address, &login, &operator, "dora", &password, &[]).await;
    assert!(matches!(powerless, Err(AdminError::NotAllowed)), "{powerless:?}");
}

/// the owner can do everything, so nobody can be the owner; everybody can be PUBLIC, so PUBLIC can do nothing.
#[tokio::test]
async fn everything_belongs_to_an_owner_that_nobody_can_be() {
    let custody = Custody::found().await;
    let foreign: i64 = custody
        .value(
            "SELECT count(*) FROM (
                 SELECT proowner AS owner, oid, 'pg_proc'::regclass AS class FROM pg_proc
                 WHERE pronamespace = 'custody'::regnamespace
                 UNION ALL SELECT relowner, oid, 'pg_class' FROM pg_class
                 WHERE relnamespace = 'custody'::regnamespace AND relkind IN ('r', 'v', 'S')) AS thing
             WHERE owner <> 'countersign_owner'::regrole AND NOT EXISTS (
                 SELECT FROM pg_depend AS d WHERE d.classid = thing.class AND d.objid = thing.oid AND d.deptype = 'e')",
        )
        .await;
    assert_eq!(foreign, 0);
    let public: i64 = custody
        .value(
            "SELECT count(*) FROM (
                 SELECT proacl AS acl FROM pg_proc WHERE pronamespace = 'custody'::regnamespace
                 UNION ALL SELECT relacl FROM pg_class WHERE relnamespace = 'custody'::regnamespace AND relkind IN ('r', 'S')
                 UNION ALL SELECT nspacl FROM pg_namespace WHERE nspname = 'custody') AS thing
             WHERE EXISTS (SELECT FROM aclexplode(acl) AS grant_ WHERE grant_.grantee = 0)",
        )
        .await;
    assert_eq!(public, 0);
    let owner: (bool, i64) = sqlx::query_as(
        "SELECT rolcanlogin, (SELECT count(*) FROM pg_auth_members WHERE roleid = r.oid) FROM pg_roles AS r
         WHERE rolname = 'countersign_owner'",
    )
    .fetch_one(&custody.superuser)
    .await
    .unwrap();
    assert_eq!(owner, (false, 0));
}

/// the database's tables and the rules of `domain` say the same.
#[tokio::test]
async fn the_rules_in_the_database_are_those_of_the_domain() {
    let (_, superuser) = migrated().await;
    let mut legal: Vec<(String, String)> = sqlx::query_as("SELECT from_state, to_state FROM custody.legal_transition")
        .fetch_all(&superuser)
        .await
        .unwrap();
    let mut wanted: Vec<(String, String)> = KeyState::ALL
        .iter()
        .flat_map(|from| from.successors().iter().map(|to| (from.word().to_owned(), to.word().to_owned())))
        .collect();
    legal.sort();
    wanted.sort();
    assert_eq!(legal, wanted);
    let mut rules: Vec<(String, i32, i32)> = sqlx::query_as(
        "SELECT kind, period_days, warn_days FROM custody.rotation_rule WHERE classification = 'any' AND threat_level = 'normal'",
    )
    .fetch_all(&superuser)
    .await
    .unwrap();
    let number = |days: u32| i32::try_from(days).unwrap();
    let mut wanted: Vec<_> = default_rotation_rules()
        .into_iter()
        .map(|rule| (rule.kind.word().to_owned(), number(rule.period_days), number(rule.warn_days)))
        .collect();
    rules.sort();
    wanted.sort();
    assert_eq!(rules, wanted);
}

/// What the window has a sentence for is what the database says: every code stands in the table of refusals.
#[test]
fn every_refusal_is_documented() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = std::fs::read_to_string(root.join("../../../docs/formats/acts.md")).unwrap();
    let mut codes = 0;
    for file in std::fs::read_dir(root.join("migrations")).unwrap() {
        let sql = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for marker in ["custody.fail('", "MESSAGE = '"] {
            for code in sql.split(marker).skip(1).filter_map(|rest| rest.split('\'').next()) {
                assert!(table.contains(&format!("`{code}`")), "{code} is not in acts.md");
                codes += 1;
            }
        }
    }
    assert!(codes > 100, "only {codes} refusals were found");
}
