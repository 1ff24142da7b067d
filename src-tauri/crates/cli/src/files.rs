//! Files that others read while they are written.

use std::io::Write as _;
use std::path::Path;

use crate::failure::Failure;

/// A reader finds the old file or the new one, never half of one.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::new("file", format!("{} cannot be written: {error}", path.display()));
    let mut name = path.file_name().map(std::ffi::OsStr::to_owned).unwrap_or_default();
    name.push(format!(".{}.new", std::process::id()));
    let beside = path.with_file_name(name);
    let written = std::fs::File::create_new(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.and_then(|()| std::fs::rename(&beside, path)).map_err(|error| {
        drop(std::fs::remove_file(&beside));
        failed(error)
    })
}
