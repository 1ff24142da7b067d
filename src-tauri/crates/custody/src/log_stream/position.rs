//! How far a target is: kept in the data folder, replaced as a whole, and locked while a stream runs.

use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use domain::CustodyId;
use ledger::Hash;
use logstack::Format;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// LIMIT: no file of a position is longer.
const BYTES_MAX: u64 = 16_384;

/// The last entry that a target has acknowledged, with its chain hash. Number 0: none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Number of the entry.
    pub number: u64,
    /// Its chain hash.
    pub hash: Hash,
}

impl Position {
    /// Before the first entry.
    pub const START: Self = Self { number: 0, hash: ledger::GENESIS };
}

/// Why the position can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PositionError {
    /// Its file.
    #[error("{file} cannot be read or written: {source}")]
    File {
        /// Which.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// What is in it.
    #[error("{file} holds no position of this target")]
    Unfit {
        /// Which.
        file: PathBuf,
    },
    /// Another stream to the same target runs.
    #[error("another stream to this target is running")]
    Busy,
    /// The target has got events of another schema.
    #[error("this target was sent {was} so far")]
    OtherFormat {
        /// Which.
        was: String,
    },
    /// The target has got events of another custody.
    #[error("this target was sent the ledger of another custody")]
    OtherCustody,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    target: String,
    custody: CustodyId,
    format: String,
    entry: u64,
    hash: String,
}

/// Where one target's position is kept. Held for as long as its stream runs.
#[derive(Debug)]
pub struct Place {
    file: PathBuf,
    target: String,
    custody: CustodyId,
    format: Format,
    _lock: File,
}

impl Place {
    /// The place of `target` in the data folder `home`.
    ///
    /// # Errors
    /// [`PositionError::Busy`] while another stream to it runs; otherwise [`PositionError::File`].
    pub fn take(home: &Path, target: &str, custody: CustodyId, format: Format) -> Result<Self, PositionError> {
        let folder = home.join("log-stack");
        let digest = hex::encode(Sha256::digest(target));
        let name = digest.get(..16).unwrap_or(&digest).to_owned();
        let file = folder.join(format!("{name}.json"));
        let failed = |source| PositionError::File { file: file.clone(), source };
        std::fs::create_dir_all(&folder).map_err(failed)?;
        let lock = File::options().create(true).truncate(false).write(true).open(folder.join(format!("{name}.lock")));
        let lock = lock.map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { file, target: target.to_owned(), custody, format, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(PositionError::Busy),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }

    /// The position that was kept, if there is one.
    ///
    /// # Errors
    /// [`PositionError`]: a position that is there but can't be read is never taken for none.
    pub fn read(&self) -> Result<Option<Position>, PositionError> {
        let unfit = || PositionError::Unfit { file: self.file.clone() };
        let mut bytes = Vec::new();
        match File::open(&self.file) {
            Ok(file) => file.take(BYTES_MAX).read_to_end(&mut bytes).map_err(|source| self.failed(source))?,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(self.failed(source)),
        };
        let kept: Kept = serde_json::from_slice(&bytes).map_err(|_unread| unfit())?;
        let mut hash = [0; 32];
        hex::decode_to_slice(&kept.hash, &mut hash).map_err(|_not_hex| unfit())?;
        if kept.target != self.target {
            return Err(unfit());
        }
        if kept.custody != self.custody {
            return Err(PositionError::OtherCustody);
        }
        if kept.format != self.format.word() {
            return Err(PositionError::OtherFormat { was: kept.format });
        }
        Ok(Some(Position { number: kept.entry, hash }))
    }

    /// Keeps a position: after a power cut there is the old one or this one.
    ///
    /// # Errors
    /// [`PositionError::File`].
    pub fn keep(&self, position: Position) -> Result<(), PositionError> {
        let kept = Kept {
            target: self.target.clone(),
            custody: self.custody,
            format: self.format.word().to_owned(),
            entry: position.number,
            hash: hex::encode(position.hash),
        };
        self.replace(&kept).map_err(|source| self.failed(source))
    }

    fn replace(&self, kept: &Kept) -> std::io::Result<()> {
        let beside = self.file.with_extension("new");
        let mut writing = File::create(&beside)?;
        writing.write_all(&serde_json::to_vec_pretty(kept)?)?;
        writing.sync_all()?;
        std::fs::rename(&beside, &self.file)?;
        sync_folder(self.file.parent())
    }

    fn failed(&self, source: std::io::Error) -> PositionError {
        PositionError::File { file: self.file.clone(), source }
    }
}

/// The name itself must survive a power cut, too.
#[cfg(unix)]
fn sync_folder(folder: Option<&Path>) -> std::io::Result<()> {
    folder.map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

#[cfg(not(unix))]
fn sync_folder(_folder: Option<&Path>) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at once")]
mod tests {
    use super::*;

    /// a position is kept for one target, custody and schema; one that is damaged is not taken for none.
    #[test]
    fn a_position_belongs_to_its_target() {
        let home = tempfile::tempdir().unwrap();
        let custody = CustodyId(uuid::Uuid::from_u128(1));
        let position = Position { number: 7, hash: [3; 32] };
        {
            let place = Place::take(home.path(), "file:/a", custody, Format::Ocsf).unwrap();
            assert_eq!(place.read().unwrap(), None);
            place.keep(position).unwrap();
            let other = Place::take(home.path(), "file:/a", custody, Format::Ocsf);
            assert!(matches!(other, Err(PositionError::Busy)));
            assert_eq!(Place::take(home.path(), "file:/b", custody, Format::Ocsf).unwrap().read().unwrap(), None);
        }
        let again = |custody, format| Place::take(home.path(), "file:/a", custody, format).unwrap().read();
        assert_eq!(again(custody, Format::Ocsf).unwrap(), Some(position));
        assert!(matches!(again(custody, Format::Ecs), Err(PositionError::OtherFormat { .. })));
        let elsewhere = CustodyId(uuid::Uuid::from_u128(2));
        assert!(matches!(again(elsewhere, Format::Ocsf), Err(PositionError::OtherCustody)));
        let place = Place::take(home.path(), "file:/a", custody, Format::Ocsf).unwrap();
        std::fs::write(&place.file, "{").unwrap();
        assert!(matches!(place.read(), Err(PositionError::Unfit { .. })));
    }
}
