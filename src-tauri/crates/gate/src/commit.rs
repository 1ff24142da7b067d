//! Which commit a result is about.

use std::fmt;
use std::str::FromStr;

/// A Git commit: 40 hexadecimal digits, or 64 in a repository of SHA-256.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit(String);

/// A text that is no commit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a commit is 40 or 64 hexadecimal digits: its whole hash, no branch and no abbreviation")]
pub struct BadCommit;

impl FromStr for Commit {
    type Err = BadCommit;

    fn from_str(text: &str) -> Result<Self, BadCommit> {
        let is_hash = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hash { Ok(Self(text.to_ascii_lowercase())) } else { Err(BadCommit) }
    }
}

impl fmt::Display for Commit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_hash_is_a_commit() {
        let whole = "4B825DC642CB6EB9A060E54BF8D69288FBEE4904";
        assert_eq!(whole.parse::<Commit>().map(|it| it.to_string()), Ok(whole.to_ascii_lowercase()));
        for other in ["main", "4b825dc", "", &whole.replace('4', "g"), &format!("{whole}\n")] {
            assert_eq!(other.parse::<Commit>(), Err(BadCommit), "{other:?}");
        }
    }
}
