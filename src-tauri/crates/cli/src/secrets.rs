//! What is secret comes from a terminal, a file or standard input; never from an argument, which every process can read.

use std::io::Read as _;
use std::path::Path;

use zeroize::{Zeroize as _, Zeroizing};

use crate::failure::Failure;

/// Most bytes of a secret: enough for any token that is sealed.
const SECRET_BYTES_MAX: usize = 64 * 1024;

/// Asks on the terminal, without showing what is typed.
pub fn ask(question: &str) -> Result<Zeroizing<String>, Failure> {
    let typed = rpassword::prompt_password(format!("{question}: "));
    typed.map(Zeroizing::new).map_err(|error| {
        Failure::new("no_terminal", format!("there is no terminal to ask for the passphrase on: {error}"))
            .could_not_tell()
            .hint("give --passphrase-file FILE, a file that only its owner can read")
    })
}

/// The first line of a file that nobody else can read.
pub fn from_file(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::new("secret_file", format!("{} cannot be read: {error}", path.display())).could_not_tell()
    };
    let file = std::fs::File::open(path).map_err(|error| failed(&error))?;
    if is_open_to_others(&file).map_err(|error| failed(&error))? {
        return Err(Failure::new("secret_file", format!("{} can be read by others", path.display()))
            .could_not_tell()
            .hint(format!("chmod 600 {}", path.display())));
    }
    let mut bytes = read(file).map_err(|error| failed(&error))?;
    trim_line_end(&mut bytes);
    match std::str::from_utf8(&bytes) {
        Ok("") => Err(failed(&"it is empty")),
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_not_text) => Err(failed(&"it is not UTF-8")),
    }
}

/// What is to be sealed: a file's bytes as they are, or standard input's.
pub fn plaintext(path: Option<&Path>) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let failed = |error: std::io::Error| Failure::of("plaintext", &error).could_not_tell();
    let bytes = match path {
        Some(path) => read(std::fs::File::open(path).map_err(failed)?),
        None => read(std::io::stdin().lock()),
    };
    let bytes = bytes.map_err(failed)?;
    if bytes.is_empty() {
        return Err(Failure::new("plaintext", "there is nothing to seal".to_owned())
            .could_not_tell()
            .hint("give it on standard input, or name a file with --file"));
    }
    Ok(bytes)
}

/// A secret of the environment, as PostgreSQL's own tools take it.
#[expect(clippy::disallowed_methods, reason = "the one place where the environment gives an administrator's password")]
pub fn from_environment(name: &str) -> Option<Zeroizing<String>> {
    std::env::var(name).ok().filter(|value| !value.is_empty()).map(Zeroizing::new)
}

fn read(from: impl std::io::Read) -> std::io::Result<Zeroizing<Vec<u8>>> {
    // Allocated once: growing would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(SECRET_BYTES_MAX + 1));
    let limit = u64::try_from(SECRET_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    from.take(limit).read_to_end(&mut bytes)?;
    if bytes.len() > SECRET_BYTES_MAX {
        return Err(std::io::Error::other(format!("more than {SECRET_BYTES_MAX} bytes")));
    }
    Ok(bytes)
}

fn trim_line_end(bytes: &mut Zeroizing<Vec<u8>>) {
    let line = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(bytes.len());
    if let Some(rest) = bytes.get_mut(line..) {
        rest.zeroize();
    }
    bytes.truncate(line);
}

/// A pipe belongs to whoever made it; a file may have been left open to everybody.
#[cfg(unix)]
fn is_open_to_others(file: &std::fs::File) -> std::io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    let found = file.metadata()?;
    Ok(found.is_file() && found.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_file: &std::fs::File) -> std::io::Result<bool> {
    Ok(false)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at once")]
mod tests {
    use super::*;

    /// a passphrase that others can read is not taken.
    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("passphrase");
        std::fs::write(&path, "seven copper lanterns drift\n").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let refused = from_file(&path).unwrap_err();
        assert!(refused.hint.unwrap().contains("chmod 600"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(from_file(&path).unwrap().as_str(), "seven copper lanterns drift");
    }
}
