//! The vault's own audit log: JSON lines in the form of Azure's `AuditEvent` records.
//!
//! A record is written with one call before the answer leaves, so that it outlives the process. It
//! never holds a value, a token or key material.

use crate::store_key::make_private_directory;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

const PREFIX: &str = "audit-";
const SUFFIX: &str = ".jsonl";

/// A place in the log: everything before it has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct AuditCursor {
    file: u64,
    offset: u64,
}

impl fmt::Display for AuditCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.offset)
    }
}

/// The text is not a place in a log.
#[derive(Debug, thiserror::Error)]
#[error("not a place in an audit log: expected FILE:OFFSET")]
pub struct NotACursor;

impl FromStr for AuditCursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let (file, offset) = text.split_once(':').ok_or(NotACursor)?;
        Ok(Self {
            file: file.parse().map_err(|_digits| NotACursor)?,
            offset: offset.parse().map_err(|_digits| NotACursor)?,
        })
    }
}

struct Open {
    file: File,
    number: u64,
    bytes: u64,
}

/// Appends to the log.
pub(crate) struct AuditLog {
    directory: PathBuf,
    file_bytes_max: u64,
    open: Mutex<Open>,
}

impl AuditLog {
    pub fn open(directory: &Path, file_bytes_max: u64) -> io::Result<Self> {
        make_private_directory(directory)?;
        // A process that was killed may have left half a line: a new file begins a new line.
        let number = numbers(directory)?.last().copied().unwrap_or(0) + 1;
        let file = begin(directory, number)?;
        Ok(Self { directory: directory.to_owned(), file_bytes_max, open: Mutex::new(Open { file, number, bytes: 0 }) })
    }

    pub fn append(&self, line: &str) -> io::Result<()> {
        let mut record = Vec::with_capacity(line.len() + 1);
        record.extend_from_slice(line.as_bytes());
        record.push(b'\n');
        let length = u64::try_from(record.len()).unwrap_or(u64::MAX);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.bytes > 0 && open.bytes.saturating_add(length) > self.file_bytes_max {
            let number = open.number + 1;
            *open = Open { file: begin(&self.directory, number)?, number, bytes: 0 };
        }
        open.file.write_all(&record)?;
        open.bytes = open.bytes.saturating_add(length);
        Ok(())
    }
}

/// Reads a log, its own or another process's.
#[derive(Debug, Clone)]
pub struct AuditReader {
    directory: PathBuf,
}

impl AuditReader {
    /// Reads the log kept in `directory`.
    #[must_use]
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into() }
    }

    /// At most `lines_max` whole records after a cursor, and the cursor after them.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn read_since(&self, cursor: AuditCursor, lines_max: usize) -> io::Result<(Vec<String>, AuditCursor)> {
        let mut lines = Vec::new();
        let mut at = cursor;
        let files: Vec<u64> = numbers(&self.directory)?.into_iter().filter(|number| *number >= cursor.file).collect();
        for number in files {
            if number > at.file {
                at = AuditCursor { file: number, offset: 0 };
            }
            let mut file = File::open(path(&self.directory, number))?;
            file.seek(SeekFrom::Start(at.offset))?;
            let mut text = Vec::new();
            file.read_to_end(&mut text)?;
            // The part after the last newline is still being written, or was cut off by a crash.
            for line in text.split_inclusive(|byte| *byte == b'\n') {
                let Some(whole) = line.strip_suffix(b"\n") else { break };
                if lines.len() == lines_max {
                    return Ok((lines, at));
                }
                lines.push(String::from_utf8_lossy(whole).into_owned());
                at.offset += u64::try_from(line.len()).unwrap_or(0);
            }
        }
        Ok((lines, at))
    }
}

fn path(directory: &Path, number: u64) -> PathBuf {
    directory.join(format!("{PREFIX}{number:08}{SUFFIX}"))
}

fn begin(directory: &Path, number: u64) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path(directory, number))
}

fn numbers(directory: &Path) -> io::Result<Vec<u64>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let name = entry?.file_name();
        let number: Option<u64> =
            name.to_str().and_then(|it| it.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?.parse().ok());
        found.extend(number);
    }
    found.sort_unstable();
    Ok(found)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_reader_goes_on_across_files_and_restarts_where_it_stopped() {
        let directory = tempfile::tempdir().unwrap();
        let log = AuditLog::open(directory.path(), 40).unwrap();
        for n in 0..10 {
            log.append(&format!(r#"{{"n":{n},"pad":"xxxx"}}"#)).unwrap();
        }
        drop(log);
        let log = AuditLog::open(directory.path(), 40).unwrap();
        log.append(r#"{"n":10}"#).unwrap();

        let reader = AuditReader::new(directory.path());
        let (mut all, mut cursor) = (Vec::new(), AuditCursor::default());
        loop {
            let (lines, next) = reader.read_since(cursor, 3).unwrap();
            if lines.is_empty() {
                break;
            }
            all.extend(lines);
            cursor = next.to_string().parse().unwrap();
        }
        assert_eq!(all.len(), 11);
        assert_eq!(all.last().unwrap(), r#"{"n":10}"#);
        log.append(r#"{"n":11}"#).unwrap();
        assert_eq!(reader.read_since(cursor, 3).unwrap().0, [r#"{"n":11}"#]);
    }
}
