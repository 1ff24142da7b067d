//! Files that the window hands over: written beside what is there, never over it.

use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use ipc::{IpcError, SavedFileView};
use sha2::{Digest as _, Sha256};

use crate::failure::Failure;
use crate::host::Host;
use crate::views::moments::{count32, digest};

/// How many files of one name may lie in a folder before another folder is wanted.
const NAMES_MAX: u32 = 1_000;

/// Writes `bytes` into the folder for downloads, as `name.ending` or, where that is taken, `name (2).ending` and so on.
///
/// # Errors
/// The folder can't be found or written to.
pub(crate) async fn save(
    host: &Host,
    name: String,
    ending: &'static str,
    bytes: Vec<u8>,
) -> Result<SavedFileView, IpcError> {
    let folder = host.relay.downloads()?;
    let (size, hash) = (count32(bytes.len()), Sha256::digest(&bytes));
    let written = tokio::task::spawn_blocking(move || write(&folder, &name, ending, &bytes)).await;
    let path = written.map_err(Failure::internal)?.map_err(Failure::internal)?;
    Ok(SavedFileView { path: path.display().to_string(), bytes: size, digest: digest(&hash) })
}

fn write(folder: &Path, name: &str, ending: &str, bytes: &[u8]) -> std::io::Result<PathBuf> {
    let (mut file, path) = fresh(folder, name, ending)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(path)
}

/// Opens a new file of that name, or of the next one that is free.
pub(crate) fn fresh(folder: &Path, name: &str, ending: &str) -> std::io::Result<(File, PathBuf)> {
    for attempt in 1..=NAMES_MAX {
        let again = if attempt == 1 { String::new() } else { format!(" ({attempt})") };
        let path = folder.join(format!("{name}{again}.{ending}"));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((file, path)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(Error::from(ErrorKind::AlreadyExists))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at once")]
mod tests {
    #[test]
    fn a_file_that_is_there_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let first = super::write(folder.path(), "report", "html", b"one").unwrap();
        let second = super::write(folder.path(), "report", "html", b"two").unwrap();
        assert_eq!(
            (first.file_name().unwrap(), second.file_name().unwrap()),
            ("report.html".as_ref(), "report (2).html".as_ref())
        );
        assert_eq!((std::fs::read(first).unwrap(), std::fs::read(second).unwrap()), (b"one".to_vec(), b"two".to_vec()));
    }
}
