//! Throw-away clusters for tests: quick to start, without durability, gone with the process that started them.

mod backup;

use std::fs::{DirBuilder, File};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::sys::statvfs::statvfs;
use nix::unistd::Pid;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::cluster::USERS_LOCK;
use crate::postmaster::{self, PORT, SUPERUSER};
use crate::{AccountError, Binaries, BinariesError, ServerAccount};

pub use backup::Backup;

const SUPERUSER_PASSWORD: &str = "test superuser";
const START_TIME_MAX: Duration = Duration::from_secs(60);
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// Stops the server and removes its files as soon as standard input ends, which the kernel sees to however the test ends.
const GUARDIAN: &str = r#"
postgres=$1; home=$2; shift 2
"$postgres" -D "$home/cluster" "$@" >"$home/log" 2>&1 &
server=$!
read -r _
kill -QUIT "$server"
wait "$server"
rm -rf "$home"
"#;

/// A file system in memory, on every Linux that has not taken it away.
const MEMORY: &str = "/dev/shm";
const DISK: &str = "/tmp";
/// Some test custodies at a time, each with its write-ahead log.
const ROOM_BYTES_MIN: u64 = 2 * 1024 * 1024 * 1024;
const DATA_PREFIX: &str = "countersign-test-data-";

static CLUSTERS: AtomicU32 = AtomicU32::new(0);

/// A PostgreSQL server of this test process alone.
pub struct TestCluster {
    home: PathBuf,
    binaries: Binaries,
    account: ServerAccount,
    guardian: Child,
    lifeline: Option<ChildStdin>,
    databases: AtomicU32,
}

/// Why a throw-away cluster did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TestClusterError {
    /// No server programs.
    #[error(transparent)]
    Binaries(#[from] BinariesError),
    /// No account for the server.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// A file or program failed.
    #[error("{what}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// Why it failed.
        #[source]
        source: std::io::Error,
    },
    /// A program of PostgreSQL said no.
    #[error("{program} failed: {output}")]
    Program {
        /// Its name.
        program: &'static str,
        /// What it wrote.
        output: String,
    },
    /// The server ended or did not get ready in time.
    #[error("the test server did not get ready: {log}")]
    NotReady {
        /// The server's log.
        log: String,
    },
}

impl TestCluster {
    /// The cluster that all tests of this process share, started at first use.
    ///
    /// # Panics
    /// When it does not start: no test of its callers can go on.
    #[expect(clippy::panic, reason = "for tests only, and none of them can go on")]
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<TestCluster> = OnceLock::new();
        SHARED.get_or_init(|| Self::start().unwrap_or_else(|error| panic!("{error}")))
    }

    /// Starts a cluster that ends when the value is dropped or the process ends in whatever way.
    pub fn start() -> Result<Self, TestClusterError> {
        let (binaries, account) = (Binaries::find()?, ServerAccount::find()?);
        let template = template(&binaries, &account)?;
        let number = CLUSTERS.fetch_add(1, Ordering::Relaxed);
        let home = make_directory(&account, &format!("{}-{number}", std::process::id()))?;
        run(&mut copy(&account, &template, &home.join("cluster")), "cp")?;
        Self::start_in(home, binaries, account)
    }

    /// Starts a server on the data directory `cluster` in `home`, which ends with it.
    fn start_in(home: PathBuf, binaries: Binaries, account: ServerAccount) -> Result<Self, TestClusterError> {
        let mut guardian = guardian(&account, &binaries, &home)
            .spawn()
            .map_err(|source| TestClusterError::Io { what: "the test server cannot be started", source })?;
        let lifeline = guardian.stdin.take();
        let mut cluster = Self { home, binaries, account, guardian, lifeline, databases: AtomicU32::new(0) };
        cluster.wait_until_ready()?;
        Ok(cluster)
    }

    fn wait_until_ready(&mut self) -> Result<(), TestClusterError> {
        let started = Instant::now();
        while !postmaster::is_ready(&self.home.join("cluster"), &self.home) {
            let ended = self.guardian.try_wait().ok().flatten().is_some();
            let log = std::fs::read_to_string(self.home.join("log")).unwrap_or_default();
            if ended || log.contains("FATAL") || started.elapsed() > START_TIME_MAX {
                return Err(TestClusterError::NotReady { log });
            }
            std::thread::sleep(POLL_INTERVAL);
        }
        Ok(())
    }

    /// Connects as the superuser.
    #[must_use]
    pub fn superuser(&self, database: &str) -> PgConnectOptions {
        self.login(database, SUPERUSER, SUPERUSER_PASSWORD)
    }

    /// Connects as any other login.
    #[must_use]
    pub fn login(&self, database: &str, login: &str, password: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(&self.home)
            .port(PORT)
            .database(database)
            .username(login)
            .password(password)
            .ssl_mode(PgSslMode::Disable)
    }

    /// The directory of the socket, for programs that take a host.
    #[must_use]
    pub fn socket_dir(&self) -> &Path {
        &self.home
    }

    /// The directory of the server's files, for tests that look into them.
    #[must_use]
    pub fn cluster_dir(&self) -> PathBuf {
        self.home.join("cluster")
    }

    /// What the server has written to its log so far.
    pub fn log(&self) -> std::io::Result<String> {
        std::fs::read_to_string(self.home.join("log"))
    }

    /// The superuser's password, for programs that take it from their environment.
    #[must_use]
    pub fn superuser_password(&self) -> &'static str {
        SUPERUSER_PASSWORD
    }

    /// Makes an empty database with a name of its own and answers the name.
    pub fn create_database(&self) -> Result<String, TestClusterError> {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut command = self.account.command(self.binaries.program("createdb"));
        command.arg("--host").arg(&self.home).args(["--username", SUPERUSER, "--no-password", &name]);
        command.env("PGPASSWORD", SUPERUSER_PASSWORD);
        run(&mut command, "createdb")?;
        Ok(name)
    }
}

impl Drop for TestCluster {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        if let Err(error) = self.guardian.wait() {
            tracing::warn!(%error, "the test server was not seen to end");
        }
    }
}

/// A data folder for a local custody of a test: reachable for the server's account, and removed with all that is in it.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
}

impl DataFolder {
    /// Makes an empty one: in memory, where there is room.
    pub fn make() -> std::io::Result<Self> {
        Self::make_in(root())
    }

    /// Makes an empty one where the disk is waited for as in production: for figures.
    pub fn make_on_disk() -> std::io::Result<Self> {
        Self::make_in(Path::new(DISK))
    }

    fn make_in(root: &Path) -> std::io::Result<Self> {
        remove_orphans(root);
        let number = CLUSTERS.fetch_add(1, Ordering::Relaxed);
        let path = root.join(format!("{DATA_PREFIX}{}-{number}", std::process::id()));
        DirBuilder::new().mode(0o711).create(&path)?;
        Ok(Self { path })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Joins the users of a custody's server, which runs as long as the file is open: commands that follow one another then find it at
/// work, as they do beside an open console.
pub fn keep_running(data_dir: &Path) -> std::io::Result<File> {
    let users = File::open(data_dir.join(USERS_LOCK))?;
    users.lock_shared().map(|()| users)
}

/// Removes what tests that were killed have left: in memory it would stay until the machine is started again.
fn remove_orphans(root: &Path) {
    for entry in std::fs::read_dir(root).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix(DATA_PREFIX)).and_then(|rest| rest.split_once('-'));
        let owner = owner.and_then(|(process, _)| process.parse::<i32>().ok());
        let is_gone = |process| kill(Pid::from_raw(process), None) == Err(Errno::ESRCH);
        if owner.is_some_and(is_gone)
            && let Err(error) = std::fs::remove_dir_all(entry.path())
        {
            tracing::debug!(%error, "the data folder of a test that was killed is not removed yet");
        }
    }
}

impl Drop for DataFolder {
    fn drop(&mut self) {
        // The guardian stops the server after its last user has left; until then files still appear.
        let started = Instant::now();
        while std::fs::remove_dir_all(&self.path).is_err() && started.elapsed() < START_TIME_MAX {
            std::thread::sleep(POLL_INTERVAL);
        }
    }
}

fn guardian(account: &ServerAccount, binaries: &Binaries, home: &Path) -> std::process::Command {
    let mut command = account.command("/bin/sh");
    command.args(["-c", GUARDIAN, "sh"]).arg(binaries.program("postgres")).arg(home);
    let sockets = format!("unix_socket_directories={}", postmaster::quoted_directory(home));
    for setting in ["listen_addresses=", &sockets, "fsync=off", "full_page_writes=off", "synchronous_commit=off"] {
        command.args(["-c", setting]);
    }
    for setting in ["max_connections=200", "shared_buffers=64MB", "wal_level=minimal", "max_wal_senders=0"] {
        command.args(["-c", setting]);
    }
    for setting in ["log_min_error_statement=panic", "log_statement=none", "autovacuum_naptime=10s", "timezone=UTC"] {
        command.args(["-c", setting]);
    }
    // A group of its own: what interrupts the test must not kill the guardian before it has cleaned up.
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    command
}

/// The freshly initialised cluster that all test clusters are copies of: copying takes a tenth of the time of `initdb`.
fn template(binaries: &Binaries, account: &ServerAccount) -> Result<PathBuf, TestClusterError> {
    // Threads of one process take turns; processes have directories of their own.
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let path = root().join(format!("countersign-test-template-{}-{}", account.uid(), binaries.major()));
    if path.join("PG_VERSION").exists() && is_owned(&path, account) {
        return Ok(path);
    }
    let fresh = make_directory(account, &format!("template-{}", std::process::id()))?;
    std::fs::write(fresh.join("password"), SUPERUSER_PASSWORD)
        .map_err(|source| TestClusterError::Io { what: "the test password cannot be written", source })?;
    let mut command = account.command(binaries.program("initdb"));
    command.arg("--pgdata").arg(fresh.join("cluster")).arg("--pwfile").arg(fresh.join("password"));
    command.args(["--username", SUPERUSER, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"]);
    command.args(["--no-sync", "--no-instructions", "--wal-segsize=1"]);
    run(&mut command, "initdb")?;
    // Another process may have been quicker; its template is as good.
    let renamed = std::fs::rename(fresh.join("cluster"), &path);
    let removed = std::fs::remove_dir_all(&fresh);
    match renamed.and(removed) {
        Ok(()) => Ok(path),
        Err(_) if path.join("PG_VERSION").exists() && is_owned(&path, account) => Ok(path),
        Err(source) => Err(TestClusterError::Io { what: "the template of the test clusters cannot be placed", source }),
    }
}

fn is_owned(path: &Path, account: &ServerAccount) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|found| found.is_dir() && found.uid() == account.uid())
}

fn copy(account: &ServerAccount, from: &Path, to: &Path) -> std::process::Command {
    let mut command = account.command("cp");
    command.arg("--archive").arg(from).arg(to);
    command
}

/// Where throw-away files lie. A server that waits for a disk at every commit is most of what a test waits for; what these tests kill
/// are processes, never the machine. Short, because the socket's path must fit into 107 bytes.
fn root() -> &'static Path {
    static ROOT: OnceLock<&'static Path> = OnceLock::new();
    ROOT.get_or_init(|| {
        let room = statvfs(MEMORY).map_or(0, |found| {
            let (blocks, size) = (found.blocks_available(), found.fragment_size());
            blocks.saturating_mul(size)
        });
        Path::new(if room >= ROOM_BYTES_MIN { MEMORY } else { DISK })
    })
}

fn make_directory(account: &ServerAccount, name: &str) -> Result<PathBuf, TestClusterError> {
    let path = root().join(format!("countersign-test-{name}"));
    // Left by an earlier process with the same number that was killed together with its guardian.
    if is_owned(&path, account) {
        std::fs::remove_dir_all(&path)
            .map_err(|source| TestClusterError::Io { what: "an old test cluster is in the way", source })?;
    }
    DirBuilder::new()
        .mode(0o700)
        .create(&path)
        .and_then(|()| account.own(&path))
        .map_err(|source| TestClusterError::Io { what: "the test cluster's directory cannot be made", source })?;
    Ok(path)
}

fn run(command: &mut std::process::Command, program: &'static str) -> Result<(), TestClusterError> {
    let output = command.output().map_err(|source| TestClusterError::Io { what: program, source })?;
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout, output.stderr].concat();
    Err(TestClusterError::Program { program, output: String::from_utf8_lossy(&text).into_owned() })
}
