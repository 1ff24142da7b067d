//! The key under which everything the vault stores is sealed.

use crate::StartError;
use aws_lc_rs::rand;
use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A 32-byte key, wiped when dropped. It has no `Clone`, no `Serialize`, and prints nothing.
#[derive(ZeroizeOnDrop)]
pub struct StoreKey([u8; 32]);

impl fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreKey(<redacted>)")
    }
}

impl StoreKey {
    /// Takes a key that the caller keeps elsewhere, such as in the operating system's keychain.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The only door out.
    pub(crate) fn expose<R>(&self, f: impl FnOnce(&[u8; 32]) -> R) -> R {
        f(&self.0)
    }

    /// Reads the key kept in `path`, or makes one there, readable by its owner alone.
    ///
    /// # Errors
    /// When the file can be neither read nor made, or does not hold 32 bytes.
    pub fn load_or_make(path: &Path) -> Result<Self, StartError> {
        let mut bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut fresh = [0_u8; 32];
                rand::fill(&mut fresh).map_err(|_unspecified| StartError::Randomness)?;
                write_private(path, &fresh)?;
                return Ok(Self(fresh));
            }
            Err(error) => return Err(error.into()),
        };
        let key = <[u8; 32]>::try_from(bytes.as_slice());
        bytes.zeroize();
        Ok(Self(key.map_err(|_length| StartError::StoreKey)?))
    }
}

/// Writes a file that its owner alone may read, durably, and never half.
pub(crate) fn write_private(path: &Path, contents: &[u8]) -> io::Result<()> {
    let directory = path.parent().unwrap_or_else(|| Path::new("."));
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".new");
    let temporary = directory.join(name);
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(&temporary)?;
    file.write_all(contents)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    sync_directory(directory)
}

/// A rename or a removal survives a power cut only once its directory is on the disk too.
pub(crate) fn sync_directory(directory: &Path) -> io::Result<()> {
    if cfg!(unix) {
        fs::File::open(directory)?.sync_all()?;
    }
    Ok(())
}

/// Makes a directory that its owner alone may enter.
pub(crate) fn make_private_directory(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path)
}
