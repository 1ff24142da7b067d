//! Where the parts of a local custody lie.

use std::fs::{DirBuilder, Permissions};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::ServerAccount;
use crate::postmaster::{SOCKET_PATH_BYTES_MAX, socket_path};

/// Where root's clusters lie when the server's account cannot reach the data folder.
const SHARED_STATE: &str = "/var/lib/countersign";

/// The directories of one local custody.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    /// The application's data folder: locks, the vault.
    pub data: PathBuf,
    /// What belongs to the server's account.
    pub server: PathBuf,
    /// The directory of the server's socket.
    pub socket: PathBuf,
}

impl Places {
    /// Makes what is missing. The same data folder always leads to the same places, in every process.
    pub(crate) fn prepare(data_dir: &Path, account: &ServerAccount) -> std::io::Result<Self> {
        make_private(data_dir, None)?;
        let data = data_dir.canonicalize()?;
        let server = server_dir(&data, account)?;
        make_private(&server, Some(account))?;
        let socket = socket_dir(&data, &server, account);
        make_private(&socket, Some(account))?;
        Ok(Self { data, server, socket })
    }

    /// The server's data directory.
    pub(crate) fn cluster(&self) -> PathBuf {
        self.server.join("cluster")
    }

    /// What the server writes to standard error.
    pub(crate) fn log(&self) -> PathBuf {
        self.server.join("postgresql.log")
    }
}

/// Inside the data folder, unless root's folder lies where the server's account cannot go.
fn server_dir(data: &Path, account: &ServerAccount) -> std::io::Result<PathBuf> {
    if !account.is_dropped() {
        return Ok(data.join("postgresql"));
    }
    // Passing through, not reading: what lies in the folder is closed by its own permissions.
    let mode = std::fs::metadata(data)?.mode();
    std::fs::set_permissions(data, Permissions::from_mode(mode | 0o011))?;
    let reachable =
        data.ancestors().all(|directory| std::fs::metadata(directory).is_ok_and(|found| found.mode() & 0o001 != 0));
    if reachable {
        return Ok(data.join("postgresql"));
    }
    DirBuilder::new().recursive(true).mode(0o755).create(SHARED_STATE)?;
    Ok(Path::new(SHARED_STATE).join(short_name(data)))
}

/// Beside the cluster where the path is short enough for a socket, else under `/tmp`.
fn socket_dir(data: &Path, server: &Path, account: &ServerAccount) -> PathBuf {
    let beside = server.join("run");
    if socket_path(&beside).as_os_str().len() <= SOCKET_PATH_BYTES_MAX {
        return beside;
    }
    PathBuf::from(format!("/tmp/countersign-{}-{}", account.uid(), short_name(data)))
}

fn short_name(data: &Path) -> String {
    let digest = Sha256::digest(data.as_os_str().as_encoded_bytes());
    hex::encode(digest).chars().take(16).collect()
}

/// Makes a directory for one account alone, or checks that the one that exists is that.
///
/// The name under `/tmp` can be guessed: somebody else's directory or a link is refused, not used.
fn make_private(path: &Path, owner: Option<&ServerAccount>) -> std::io::Result<()> {
    match DirBuilder::new().recursive(owner.is_none()).mode(0o700).create(path) {
        Ok(()) => owner.map_or(Ok(()), |account| account.own(path))?,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    let Some(account) = owner else { return Ok(()) };
    let found = std::fs::symlink_metadata(path)?;
    if found.is_dir() && found.uid() == account.uid() && found.mode() & 0o022 == 0 {
        return Ok(());
    }
    Err(std::io::Error::new(
        std::io::ErrorKind::PermissionDenied,
        format!("{} belongs to somebody else or can be written by others", path.display()),
    ))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at once")]
mod tests {
    use super::*;

    #[test]
    fn a_long_data_folder_still_gets_a_socket_that_fits() {
        let root = tempfile::tempdir().unwrap();
        std::fs::set_permissions(root.path(), Permissions::from_mode(0o711)).unwrap();
        let account = ServerAccount::find().unwrap();
        let deep = root.path().join("a".repeat(120));
        let places = Places::prepare(&deep, &account).unwrap();
        assert!(socket_path(&places.socket).as_os_str().len() <= SOCKET_PATH_BYTES_MAX);
        assert_eq!(Places::prepare(&deep, &account).unwrap().socket, places.socket);
        std::fs::remove_dir(places.socket).unwrap();
    }

    #[test]
    fn a_directory_that_others_can_write_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let account = ServerAccount::find().unwrap();
        let open = root.path().join("open");
        std::fs::create_dir(&open).unwrap();
        account.own(&open).unwrap();
        std::fs::set_permissions(&open, Permissions::from_mode(0o777)).unwrap();
        assert!(make_private(&open, Some(&account)).is_err());
        std::fs::set_permissions(&open, Permissions::from_mode(0o700)).unwrap();
        assert!(make_private(&open, Some(&account)).is_ok());
    }

    #[test]
    fn a_link_in_place_of_a_directory_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let link = root.path().join("link");
        std::os::unix::fs::symlink(root.path(), &link).unwrap();
        assert!(make_private(&link, Some(&ServerAccount::find().unwrap())).is_err());
    }
}
