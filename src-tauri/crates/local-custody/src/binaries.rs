//! The system's PostgreSQL programs.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Oldest major version whose rules for roles and definer functions the register relies on.
pub const MAJOR_MIN: u32 = 15;

/// The directory that Debian's packages put one directory per version into.
const DEBIAN_ROOT: &str = "/usr/lib/postgresql";

/// PostgreSQL's server programs of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    bin: PathBuf,
    major: u32,
}

/// Why no usable PostgreSQL was found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BinariesError {
    /// There is none.
    #[error("no PostgreSQL server found: install the package postgresql (version {MAJOR_MIN} or newer)")]
    Missing,
    /// Only old ones.
    #[error(
        "the newest PostgreSQL server found is version {found}: install the package postgresql in version {MAJOR_MIN} or newer"
    )]
    TooOld {
        /// The newest major version found.
        found: u32,
    },
}

impl Binaries {
    /// Finds the newest version installed.
    pub fn find() -> Result<Self, BinariesError> {
        Self::newest(candidates())
    }

    fn newest(candidates: Vec<PathBuf>) -> Result<Self, BinariesError> {
        let newest = candidates
            .into_iter()
            .filter_map(|bin| {
                let major = major_version(&bin)?;
                Some(Self { bin, major })
            })
            .max_by_key(|found| found.major)
            .ok_or(BinariesError::Missing)?;
        if newest.major < MAJOR_MIN {
            return Err(BinariesError::TooOld { found: newest.major });
        }
        Ok(newest)
    }

    /// Path of one program.
    #[must_use]
    pub fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }

    /// The major version.
    #[must_use]
    pub fn major(&self) -> u32 {
        self.major
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the search path is where a system without Debian's directories has them"
)]
fn candidates() -> Vec<PathBuf> {
    let debian = std::fs::read_dir(DEBIAN_ROOT)
        .map(|entries| entries.flatten().map(|entry| entry.path().join("bin")).collect::<Vec<_>>())
        .unwrap_or_default();
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Some systems link single programs into the path: the link's target has the others beside it.
    let real_directory = |bin: PathBuf| Some(bin.join("initdb").canonicalize().ok()?.parent()?.to_owned());
    debian.into_iter().chain(std::env::split_paths(&path)).filter_map(real_directory).collect()
}

/// Asks the server itself: a directory's name can lie, and outside Debian it says nothing.
fn major_version(bin: &Path) -> Option<u32> {
    let output = Command::new(bin.join("postgres")).arg("--version").output().ok()?;
    parse_major(std::str::from_utf8(&output.stdout).ok()?)
}

fn parse_major(line: &str) -> Option<u32> {
    let version = line.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at once")]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn fake(root: &Path, name: &str, says: &str) -> PathBuf {
        let bin = root.join(name);
        std::fs::create_dir(&bin).unwrap();
        let program = bin.join("postgres");
        std::fs::write(&program, format!("#!/bin/sh\necho '{says}'\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        bin
    }

    #[test]
    fn versions_of_distributions_and_betas_are_read() {
        assert_eq!(parse_major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(parse_major("postgres (PostgreSQL) 19beta2"), Some(19));
        assert_eq!(parse_major("command not found"), None);
    }

    #[test]
    fn the_newest_server_is_taken() {
        let root = tempfile::tempdir().unwrap();
        let old = fake(root.path(), "9", "postgres (PostgreSQL) 9.6.1");
        let new = fake(root.path(), "17", "postgres (PostgreSQL) 17.1");
        let found = Binaries::newest(vec![old.clone(), new.clone()]).unwrap();
        assert_eq!((found.major(), found.program("initdb")), (17, new.join("initdb")));
        assert!(matches!(Binaries::newest(vec![old]), Err(BinariesError::TooOld { found: 9 })));
    }

    #[test]
    fn a_missing_server_names_the_package() {
        let error = Binaries::newest(vec![]).unwrap_err();
        assert!(error.to_string().contains("install the package postgresql"));
    }
}
