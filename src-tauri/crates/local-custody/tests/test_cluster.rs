//! The throw-away cluster that the other crates' tests stand on.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use local_custody::testing::TestCluster;
use sqlx::{ConnectOptions as _, Connection as _};

#[tokio::test]
async fn a_test_cluster_serves_databases_and_leaves_nothing_behind() {
    let cluster = TestCluster::start().unwrap();
    let name = cluster.create_database().unwrap();
    let mut connection = cluster.superuser(&name).connect().await.unwrap();
    let (database, password_method): (String, String) =
        sqlx::query_as("SELECT current_database()::text, current_setting('password_encryption')")
            .fetch_one(&mut connection)
            .await
            .unwrap();
    assert_eq!((database, password_method.as_str()), (name, "scram-sha-256"));
    connection.close().await.unwrap();
    let home = cluster.socket_dir().to_owned();
    drop(cluster);
    assert!(!home.exists());
}

#[tokio::test]
async fn a_wrong_password_is_refused() {
    let cluster = TestCluster::start().unwrap();
    assert!(cluster.login("postgres", "postgres", "guess").connect().await.is_err());
    assert!(cluster.superuser("postgres").connect().await.is_ok());
}

#[tokio::test]
async fn two_clusters_are_strangers() {
    let (one, other) = (TestCluster::start().unwrap(), TestCluster::start().unwrap());
    let name = one.create_database().unwrap();
    assert!(one.superuser(&name).connect().await.is_ok());
    assert!(other.superuser(&name).connect().await.is_err());
}
