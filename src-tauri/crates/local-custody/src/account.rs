//! The account that PostgreSQL runs under.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use nix::unistd::{Gid, Uid, User};

/// The account Debian's packages make for the server.
const SERVER_ACCOUNT: &str = "postgres";

/// Who runs the server: the person themselves, or an ordinary account when the person is root.
///
/// PostgreSQL refuses to run as root, because a hole in it would then be a hole in everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerAccount {
    uid: Uid,
    gid: Gid,
    dropped: bool,
}

/// Why no account was found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// Root without the server's account.
    #[error(
        "root cannot run PostgreSQL, and there is no account named {SERVER_ACCOUNT} to run it instead: install the package postgresql"
    )]
    NoServerAccount,
    /// The account database cannot be read.
    #[error("the account {SERVER_ACCOUNT} cannot be looked up")]
    Lookup(#[source] nix::Error),
}

impl ServerAccount {
    /// Finds the account for this process.
    pub fn find() -> Result<Self, AccountError> {
        let uid = nix::unistd::geteuid();
        if !uid.is_root() {
            return Ok(Self { uid, gid: nix::unistd::getegid(), dropped: false });
        }
        let user =
            User::from_name(SERVER_ACCOUNT).map_err(AccountError::Lookup)?.ok_or(AccountError::NoServerAccount)?;
        Ok(Self { uid: user.uid, gid: user.gid, dropped: true })
    }

    /// A command that runs as this account, in a directory it can read.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir("/");
        if self.dropped {
            // Supplementary groups are cleared by the standard library when root changes the user.
            command.uid(self.uid.as_raw()).gid(self.gid.as_raw());
        }
        command
    }

    /// Hands a file or directory over to this account.
    pub(crate) fn own(&self, path: &Path) -> std::io::Result<()> {
        if self.dropped {
            std::os::unix::fs::chown(path, Some(self.uid.as_raw()), Some(self.gid.as_raw()))?;
        }
        Ok(())
    }

    /// The numeric user, for checks of ownership.
    pub(crate) fn uid(&self) -> u32 {
        self.uid.as_raw()
    }

    /// Whether this is another account than the person's own.
    pub(crate) fn is_dropped(&self) -> bool {
        self.dropped
    }
}
