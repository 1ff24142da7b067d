//! The private cluster: shared, restarted, stopped, and nothing of it on the network or in a log.
#![expect(clippy::unwrap_used, reason = "a test may stop at once")]

use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use local_custody::testing::DataFolder;
use local_custody::{Cluster, SuperuserPassword};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgConnection};

fn data_folder() -> DataFolder {
    DataFolder::make().unwrap()
}

async fn connect(cluster: &Cluster, password: &SuperuserPassword) -> PgConnection {
    cluster.superuser("postgres", password).connect().await.unwrap()
}

async fn setting(connection: &mut PgConnection, name: &str) -> String {
    sqlx::query_scalar("SELECT current_setting($1)").bind(name).fetch_one(connection).await.unwrap()
}

fn wait_until(what: impl Fn() -> bool) {
    let started = Instant::now();
    while !what() {
        assert!(started.elapsed() < Duration::from_secs(60), "waited in vain");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn is_alive(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}/stat")).exists()
}

/// the register on this machine takes a password on a private socket and listens nowhere else.
#[tokio::test]
async fn the_cluster_is_durable_private_and_silent() {
    let (folder, password) = (data_folder(), SuperuserPassword::make().unwrap());
    assert!(!Cluster::exists(folder.path()).unwrap());
    let cluster = Cluster::open(folder.path(), &password).unwrap();
    assert!(Cluster::exists(folder.path()).unwrap());
    let mut connection = connect(&cluster, &password).await;
    for (name, value) in [
        ("listen_addresses", ""),
        ("fsync", "on"),
        ("password_encryption", "scram-sha-256"),
        ("log_min_error_statement", "panic"),
        ("log_statement", "none"),
        ("data_checksums", "on"),
    ] {
        assert_eq!(setting(&mut connection, name).await, value, "{name}");
    }
    assert!(connection.execute("SELECT 'wrapped-blob-in-a-literal' FROM nowhere").await.is_err());
    let refused = cluster.login("postgres", "postgres", "guess").connect().await;
    assert!(refused.is_err());
    let server = cluster.socket_dir().parent().unwrap().to_owned();
    let log = std::fs::read_to_string(server.join("postgresql.log")).unwrap();
    assert!(log.contains("nowhere") && !log.contains("wrapped-blob-in-a-literal"));
    let hba = std::fs::read_to_string(server.join("cluster/pg_hba.conf")).unwrap();
    assert!(
        hba.lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty())
            .all(|line| line.ends_with("scram-sha-256"))
    );
}

/// a killed database loses nothing that was committed, and the next use starts it again.
#[tokio::test]
async fn a_killed_server_is_started_again_with_its_data() {
    let (folder, password) = (data_folder(), SuperuserPassword::make().unwrap());
    let cluster = Cluster::open(folder.path(), &password).unwrap();
    let mut connection = connect(&cluster, &password).await;
    connection.execute("CREATE TABLE kept (n int)").await.unwrap();
    connection.execute("INSERT INTO kept VALUES (7)").await.unwrap();
    let killed = cluster.server_pid().unwrap();
    kill(Pid::from_raw(i32::try_from(killed).unwrap()), Signal::SIGKILL).unwrap();
    drop(connection);
    let socket = cluster.socket_dir().join(".s.PGSQL.5432");
    wait_until(|| UnixStream::connect(&socket).is_err());
    cluster.ensure_running().unwrap();
    assert_ne!(cluster.server_pid().unwrap(), killed);
    let mut connection = connect(&cluster, &password).await;
    let kept: i32 = sqlx::query_scalar("SELECT n FROM kept").fetch_one(&mut connection).await.unwrap();
    assert_eq!(kept, 7);
}

#[tokio::test]
async fn users_share_one_server_and_the_last_one_stops_it() {
    let (folder, password) = (data_folder(), SuperuserPassword::make().unwrap());
    let console = Cluster::open(folder.path(), &password).unwrap();
    let command_line = Cluster::open(folder.path(), &password).unwrap();
    let server = console.server_pid().unwrap();
    assert_eq!(command_line.server_pid().unwrap(), server);
    drop(console);
    connect(&command_line, &password).await.close().await.unwrap();
    drop(command_line);
    wait_until(|| !is_alive(server));
    let again = Cluster::open(folder.path(), &password).unwrap();
    assert_ne!(again.server_pid().unwrap(), server);
    connect(&again, &password).await.close().await.unwrap();
}

#[test]
fn an_unfinished_initialisation_is_begun_again() {
    let (folder, password) = (data_folder(), SuperuserPassword::make().unwrap());
    let server = folder.path().join("postgresql");
    drop(Cluster::open(folder.path(), &password).unwrap());
    let cluster = server.join("cluster");
    wait_until(|| !cluster.join("postmaster.pid").exists());
    std::fs::rename(&cluster, server.join("cluster.new")).unwrap();
    std::fs::remove_file(server.join("cluster.new/PG_VERSION")).unwrap();
    assert!(!Cluster::exists(folder.path()).unwrap());
    let opened = Cluster::open(folder.path(), &password).unwrap();
    assert!(opened.server_pid().is_some());
}

#[test]
fn the_password_is_never_shown() {
    let password = SuperuserPassword::make().unwrap();
    let shown = format!("{password:?}");
    assert!(password.expose(|text| text.len() == 64 && !shown.contains(text)));
}
