//! What a data directory says about the server that runs on it.

use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

/// The port names the socket's file only: nothing listens on the network.
pub(crate) const PORT: u16 = 5432;

/// The server's first user.
pub(crate) const SUPERUSER: &str = "postgres";

/// Longest path of a socket that Linux accepts, without the closing zero byte.
pub(crate) const SOCKET_PATH_BYTES_MAX: usize = 107;

/// Path of the socket inside its directory.
pub(crate) fn socket_path(socket_dir: &Path) -> PathBuf {
    socket_dir.join(format!(".s.PGSQL.{PORT}"))
}

/// Whether a server takes connections now.
///
/// The pid file alone proves nothing, it outlives a killed server; the socket alone neither, it answers during recovery.
pub(crate) fn is_ready(cluster_dir: &Path, socket_dir: &Path) -> bool {
    let says_ready = std::fs::read_to_string(cluster_dir.join("postmaster.pid"))
        .is_ok_and(|pid_file| pid_file.lines().nth(7).is_some_and(|status| status.trim() == "ready"));
    says_ready && UnixStream::connect(socket_path(socket_dir)).is_ok()
}

/// Quotes a directory for `unix_socket_directories`, which is a list.
pub(crate) fn quoted_directory(directory: &Path) -> String {
    format!("\"{}\"", directory.display().to_string().replace('"', "\"\""))
}
