//! Backups of a custody's register for tests: taken whole by PostgreSQL's own program, restored into a server of their own.

use std::path::PathBuf;
use std::sync::atomic::Ordering;

use super::{CLUSTERS, TestCluster, TestClusterError, make_directory, run};
use crate::postmaster::{PORT, SUPERUSER};
use crate::{Binaries, LocalCustody, ServerAccount};

/// A physical backup: every file of the cluster as it was, with the write-ahead log that makes them agree.
pub struct Backup {
    /// Removed with the backup, unless it was restored: then with the server.
    home: Option<PathBuf>,
    binaries: Binaries,
    account: ServerAccount,
}

impl Backup {
    /// Takes one of a register at work.
    ///
    /// # Errors
    /// [`TestClusterError`].
    pub fn take(custody: &LocalCustody) -> Result<Self, TestClusterError> {
        let (binaries, account) = (Binaries::find()?, ServerAccount::find()?);
        let number = CLUSTERS.fetch_add(1, Ordering::Relaxed);
        let home = make_directory(&account, &format!("backup-{}-{number}", std::process::id()))?;
        let mut command = account.command(binaries.program("pg_basebackup"));
        command.arg("--host").arg(custody.socket_dir()).args(["--port", &PORT.to_string()]);
        command.args([
            "--username",
            SUPERUSER,
            "--no-password",
            "--checkpoint=fast",
            "--wal-method=stream",
            "--no-sync",
        ]);
        command.arg("--pgdata").arg(home.join("cluster"));
        // EXPOSE: the program takes it from its environment, which is its own account's.
        custody.superuser_password().expose(|password| command.env("PGPASSWORD", password));
        let backup = Self { home: Some(home), binaries, account };
        run(&mut command, "pg_basebackup")?;
        Ok(backup)
    }

    /// Starts a second server on it. Roles and passwords are those of the backup.
    ///
    /// # Errors
    /// [`TestClusterError`].
    pub fn restore(mut self) -> Result<TestCluster, TestClusterError> {
        let nothing = || TestClusterError::Io {
            what: "the backup was restored already",
            source: std::io::Error::from(std::io::ErrorKind::NotFound),
        };
        let home = self.home.take().ok_or_else(nothing)?;
        TestCluster::start_in(home, self.binaries.clone(), self.account)
    }
}

impl Drop for Backup {
    fn drop(&mut self) {
        if let Some(home) = self.home.take()
            && let Err(error) = std::fs::remove_dir_all(home)
        {
            tracing::warn!(%error, "a backup was not removed");
        }
    }
}
