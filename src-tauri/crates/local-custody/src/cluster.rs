//! The private PostgreSQL cluster: made once, started on demand, shared by all processes that use the custody.
//!
//! Each process holds a shared lock on one file as long as it uses the cluster. The process that starts the server also
//! starts a guardian that waits for the exclusive lock, which it gets when the last user has left in whatever way, and
//! then stops the server. So a console and a command line share one server, and a killed one leaves none behind.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::places::Places;
use crate::postmaster::{self, PORT, SUPERUSER};
use crate::{AccountError, Binaries, BinariesError, ServerAccount, SuperuserPassword};

/// A cluster that was killed replays its log first.
const START_TIME_MAX: Duration = Duration::from_secs(120);
/// A server that is just being stopped for lack of users.
const STOP_TIME_MAX: Duration = Duration::from_secs(60);
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// How long a server that has written of a failure may still get ready: it may have been another's failure.
const DOUBT_TIME_MAX: Duration = Duration::from_secs(5);
/// The server's own log is for diagnosis; the ledger is the record.
const LOG_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Standard input is the lock file, opened afresh: the lock is the guardian's own.
const GUARDIAN: &str = r#"
postgres=$1; cluster=$2; log=$3; shift 3
"$postgres" -D "$cluster" "$@" </dev/null >>"$log" 2>&1 &
server=$!
flock --exclusive 0
kill -INT "$server" 2>/dev/null
wait "$server"
"#;

/// The pipe is made by the server's account, so that its `initdb` may open it: the password touches no disk.
const INITDB: &str = r#"cat | "$@" --pwfile=/dev/stdin"#;

/// Nothing listens on the network, nothing secret is logged, and a commit is on the disk.
const SETTINGS: [&str; 11] = [
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "password_encryption=scram-sha-256",
    "fsync=on",
    "synchronous_commit=on",
    "log_statement=none",
    "log_min_duration_statement=-1",
    "log_min_error_statement=panic",
    "log_parameter_max_length_on_error=0",
    "timezone=UTC",
    "max_connections=100",
];

/// Why the cluster cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClusterError {
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
    /// The cluster could not be made.
    #[error("initdb failed: {output}")]
    Initdb {
        /// What it wrote.
        output: String,
    },
    /// The server did not start.
    #[error("PostgreSQL did not start: {log}")]
    NotReady {
        /// The end of its log.
        log: String,
    },
    /// The server is being stopped and does not end.
    #[error("PostgreSQL is being stopped and has not ended within a minute")]
    Stopping,
}

/// This process's use of the cluster. Dropping it ends the use; the last one to leave stops the server.
#[derive(Debug)]
pub struct Cluster {
    places: Places,
    account: ServerAccount,
    binaries: Binaries,
    _in_use: File,
}

fn failed(what: &'static str) -> impl FnOnce(std::io::Error) -> ClusterError {
    move |source| ClusterError::Io { what, source }
}

impl Cluster {
    /// Whether a cluster was made in this data folder, and so a password for it is kept somewhere.
    pub fn exists(data_dir: &Path) -> Result<bool, ClusterError> {
        if !data_dir.exists() {
            return Ok(false);
        }
        let places =
            Places::prepare(data_dir, &ServerAccount::find()?).map_err(failed("the data folder cannot be used"))?;
        Ok(places.cluster().join("PG_VERSION").exists())
    }

    /// Makes the cluster if there is none, starts it if nobody has, and joins its users. Blocks for some seconds.
    pub fn open(data_dir: &Path, password: &SuperuserPassword) -> Result<Self, ClusterError> {
        let (binaries, account) = (Binaries::find()?, ServerAccount::find()?);
        let places = Places::prepare(data_dir, &account).map_err(failed("the data folder cannot be used"))?;
        let in_use = join_users(&places)?;
        let cluster = Self { places, account, binaries, _in_use: in_use };
        cluster.ensure_running_or_made(Some(password))?;
        Ok(cluster)
    }

    /// Starts the server again if it was killed. Blocks while it recovers.
    pub fn ensure_running(&self) -> Result<(), ClusterError> {
        self.ensure_running_or_made(None)
    }

    fn ensure_running_or_made(&self, password: Option<&SuperuserPassword>) -> Result<(), ClusterError> {
        // One process at a time makes or starts; the lock ends with the file.
        let turn = open_lock(&self.places, "start.lock")?;
        turn.lock().map_err(failed("the start lock cannot be taken"))?;
        if let Some(password) = password
            && !self.places.cluster().join("PG_VERSION").exists()
        {
            self.initialise(password)?;
        }
        if self.is_ready() { Ok(()) } else { self.start() }
    }

    fn is_ready(&self) -> bool {
        postmaster::is_ready(&self.places.cluster(), &self.places.socket)
    }

    /// Made under another name first: a directory named `cluster` is always whole.
    fn initialise(&self, password: &SuperuserPassword) -> Result<(), ClusterError> {
        let fresh = self.places.server.join("cluster.new");
        if fresh.exists() {
            std::fs::remove_dir_all(&fresh).map_err(failed("an unfinished cluster cannot be removed"))?;
        }
        let mut command = self.account.command("/bin/sh");
        command.args(["-c", INITDB, "sh"]).arg(self.binaries.program("initdb")).arg("--pgdata").arg(&fresh);
        command.args(["--username", SUPERUSER, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"]);
        command.args(["--data-checksums", "--no-instructions"]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(failed("initdb cannot be started"))?;
        if let Some(mut input) = child.stdin.take() {
            // EXPOSE: initdb reads the superuser's password once, from a pipe.
            password.expose(|text| writeln!(input, "{text}")).map_err(failed("initdb does not read"))?;
        }
        let output = child.wait_with_output().map_err(failed("initdb cannot be waited for"))?;
        if !output.status.success() {
            let output = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
            return Err(ClusterError::Initdb { output });
        }
        std::fs::rename(&fresh, self.places.cluster()).map_err(failed("the new cluster cannot be placed"))
    }

    fn start(&self) -> Result<(), ClusterError> {
        self.shorten_log().map_err(failed("the server's log cannot be put aside"))?;
        let log_start = self.log_length();
        let started = Instant::now();
        let mut doubted = None;
        let mut guardian = self.guardian()?.spawn().map_err(failed("PostgreSQL cannot be started"))?;
        // The guardian outlives this call; a thread takes its exit status so that it does not stay as a zombie.
        std::thread::spawn(move || guardian.wait());
        while !self.is_ready() {
            let log = self.log_since(log_start);
            if log.contains("pre-existing shared memory block") {
                // Children of a killed server need a moment to notice.
                std::thread::sleep(POLL_INTERVAL);
                return self.start_again(started);
            }
            let doubtful = is_doubtful(&log).then(|| *doubted.get_or_insert_with(Instant::now));
            let given_up = doubtful.is_some_and(|since| since.elapsed() > DOUBT_TIME_MAX);
            if given_up || started.elapsed() > START_TIME_MAX {
                return Err(ClusterError::NotReady { log });
            }
            std::thread::sleep(POLL_INTERVAL);
        }
        Ok(())
    }

    fn start_again(&self, first_try: Instant) -> Result<(), ClusterError> {
        if first_try.elapsed() > START_TIME_MAX {
            return Err(ClusterError::Stopping);
        }
        self.start()
    }

    fn guardian(&self) -> Result<Command, ClusterError> {
        let users = open_lock(&self.places, USERS_LOCK)?;
        let mut command = self.account.command("/bin/sh");
        command.args(["-c", GUARDIAN, "sh"]).arg(self.binaries.program("postgres"));
        command.arg(self.places.cluster()).arg(self.places.log());
        let sockets = format!("unix_socket_directories={}", postmaster::quoted_directory(&self.places.socket));
        let port = format!("port={PORT}");
        for setting in SETTINGS.into_iter().chain([sockets.as_str(), port.as_str()]) {
            command.args(["-c", setting]);
        }
        // A group of its own: Ctrl-C on one user's terminal is not the end of the others' server.
        command.stdin(users).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        Ok(command)
    }

    fn shorten_log(&self) -> std::io::Result<()> {
        let log = self.places.log();
        if std::fs::metadata(&log).is_ok_and(|found| found.len() > LOG_BYTES_MAX) {
            std::fs::rename(&log, log.with_extension("log.old"))?;
        }
        Ok(())
    }

    fn log_length(&self) -> usize {
        std::fs::read(self.places.log()).map_or(0, |log| log.len())
    }

    fn log_since(&self, start: usize) -> String {
        let log = std::fs::read(self.places.log()).unwrap_or_default();
        String::from_utf8_lossy(log.get(start..).unwrap_or_default()).into_owned()
    }

    /// How the superuser connects. Not to be logged: it holds the password.
    #[must_use]
    pub fn superuser(&self, database: &str, password: &SuperuserPassword) -> PgConnectOptions {
        // EXPOSE: the connection authenticates with it.
        password.expose(|text| self.login(database, SUPERUSER, text))
    }

    /// How an operator's own login connects. Not to be logged: it holds the password.
    #[must_use]
    pub fn login(&self, database: &str, login: &str, password: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(&self.places.socket)
            .port(PORT)
            .database(database)
            .username(login)
            .password(password)
            .ssl_mode(PgSslMode::Disable)
    }

    /// The directory of the server's socket, which stands for its host.
    #[must_use]
    pub fn socket_dir(&self) -> &Path {
        &self.places.socket
    }

    /// Whether the server's process lives, asked of the kernel so that the server is not troubled.
    ///
    /// A left-over pid file is not taken for a process, nor is one that was killed and not yet waited for.
    pub(crate) fn is_alive(&self) -> bool {
        if !Path::new("/proc/self/cmdline").exists() {
            return self.is_ready();
        }
        let Some(pid) = self.server_pid() else { return false };
        let arguments = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let cluster = self.places.cluster();
        arguments.split(|byte| *byte == 0).any(|argument| argument == cluster.as_os_str().as_encoded_bytes())
    }

    /// The server's process, while it runs.
    #[must_use]
    pub fn server_pid(&self) -> Option<u32> {
        let pid_file = std::fs::read_to_string(self.places.cluster().join("postmaster.pid")).ok()?;
        pid_file.lines().next()?.trim().parse().ok()
    }
}

/// Whether the log tells of a failure. Clients that come too early, and the children of a server that was killed, fail in it too.
fn is_doubtful(log: &str) -> bool {
    const OTHERS: [&str; 3] = ["is starting up", "not yet accepting connections", "unexpected postmaster exit"];
    log.lines().any(|line| line.contains("FATAL") && !OTHERS.iter().any(|other| line.contains(other)))
}

pub(crate) const USERS_LOCK: &str = "users.lock";

fn open_lock(places: &Places, name: &str) -> Result<File, ClusterError> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(0o600)
        .open(places.data.join(name))
        .map_err(failed("a lock file cannot be opened"))
}

fn join_users(places: &Places) -> Result<File, ClusterError> {
    let users = open_lock(places, USERS_LOCK)?;
    let started = Instant::now();
    // Only a guardian that is stopping the server keeps us out.
    while let Err(error) = users.try_lock_shared() {
        match error {
            std::fs::TryLockError::WouldBlock if started.elapsed() < STOP_TIME_MAX => std::thread::sleep(POLL_INTERVAL),
            std::fs::TryLockError::WouldBlock => return Err(ClusterError::Stopping),
            std::fs::TryLockError::Error(source) => return Err(failed("the users' lock cannot be taken")(source)),
        }
    }
    Ok(users)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_failure_of_the_server_itself_is_doubtful() {
        for others in [
            "LOG:  starting PostgreSQL 15.18",
            "FATAL:  terminating connection due to unexpected postmaster exit",
            "FATAL:  the database system is starting up",
            "FATAL:  the database system is not yet accepting connections",
        ] {
            assert!(!is_doubtful(others), "{others}");
        }
        assert!(is_doubtful("FATAL:  the database system is starting up\nFATAL:  could not create lock file"));
    }
}
