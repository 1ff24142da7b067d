//! The generator of inventories for measuring leaves a register as the migrations made it.

#![cfg(feature = "bench-data")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use local_custody::testing::TestCluster;
use register::{Address, KeyFilter, Password, Register};
use sqlx::PgPool;
use zeroize::Zeroizing;

const TRIGGERS: &str = "SELECT c.relname || ' ' || t.tgname || ' ' || t.tgenabled::text FROM pg_trigger AS t
    JOIN pg_class AS c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal ORDER BY 1";
const INDEXES: &str = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'custody' ORDER BY 1";

#[tokio::test]
async fn filling_changes_no_trigger_and_no_index() {
    let cluster = TestCluster::shared();
    let database = cluster.create_database().unwrap();
    let superuser = cluster.superuser(&database);
    let address = Address::socket(cluster.socket_dir().to_str().unwrap(), superuser.get_port(), &database);
    let (login, password) = (superuser.get_username().to_owned(), || {
        Password::new(Zeroizing::new(cluster.superuser_password().to_owned()))
    });
    register::migrate(&address, &login, &password()).await.unwrap();
    let pool = PgPool::connect_with(superuser).await.unwrap();
    let look = async |query: &'static str| sqlx::query_scalar::<_, String>(query).fetch_all(&pool).await.unwrap();
    let before = (look(TRIGGERS).await, look(INDEXES).await);
    register::bench_data::fill(&address, &login, &password(), 2_000).await.unwrap();
    assert_eq!((look(TRIGGERS).await, look(INDEXES).await), before);

    let register = Register::connect(&address, &login, &password()).await.unwrap();
    let counted: i64 = sqlx::query_scalar("SELECT count(*) FROM custody.key").fetch_one(&pool).await.unwrap();
    assert_eq!((counted, register.total_keys().await.unwrap()), (2_040, 2_040));
    let kek = register.live_keks().await.unwrap().pop().unwrap();
    let under = KeyFilter { wrapped_by: Some(kek), ..KeyFilter::default() };
    let found = register.count_keys(&under).await.unwrap().value;
    assert_eq!(register.kek(kek).await.unwrap().unwrap().live_deks, found);
    assert!(found > 0);
}
