//! One server per directory: an advisory lock that the operating system takes back when the
//! process dies, however it dies.

use crate::StartError;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

const FILE: &str = "lock";

/// Held for as long as the server can still write.
pub(crate) struct DirectoryLock(#[expect(dead_code, reason = "held, never read")] File);

impl DirectoryLock {
    pub fn take(directory: &Path) -> Result<Self, StartError> {
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let file = options.open(directory.join(FILE))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(StartError::Locked(directory.to_owned())),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
}
