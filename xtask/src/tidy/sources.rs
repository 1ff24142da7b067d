//! The files that people write.

use crate::failure::{Outcome, Tried as _};
use crate::places;

/// One file.
pub struct Source {
    /// From the top of the work tree, with slashes.
    pub path: String,
    pub text: String,
}

/// All of them.
pub struct Sources(Vec<Source>);

/// What is written by hand and can be read line by line.
const ENDINGS: [&str; 9] = [".rs", ".ts", ".tsx", ".css", ".sql", ".md", ".mjs", ".py", ".toml"];

/// Directories that programs fill.
const GENERATED: [&str; 5] = [".git", "target", "node_modules", "dist", "gen"];

impl Sources {
    /// Reads them.
    pub fn read() -> Outcome<Self> {
        let root = places::root();
        let mut sources = Vec::new();
        let mut directories = vec![root.clone()];
        while let Some(directory) = directories.pop() {
            for entry in std::fs::read_dir(&directory).tried(directory.display())?.flatten() {
                let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
                let kind = entry.file_type().tried(path.display())?;
                if kind.is_dir() && !GENERATED.contains(&name.as_str()) {
                    directories.push(path);
                } else if kind.is_file() && ENDINGS.iter().any(|ending| name.ends_with(ending)) {
                    let text = std::fs::read_to_string(&path).tried(path.display())?;
                    let path = path.strip_prefix(&root).unwrap_or(&path).display().to_string();
                    sources.push(Source { path, text });
                }
            }
        }
        sources.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(Self(sources))
    }

    /// Those with this ending.
    pub fn ending<'a>(&'a self, ending: &'a str) -> impl Iterator<Item = &'a Source> {
        self.0.iter().filter(move |source| source.path.ends_with(ending))
    }

    /// One of them.
    pub fn find(&self, path: &str) -> Option<&Source> {
        self.0.iter().find(|source| source.path == path)
    }
}

impl Source {
    /// Whether it is test code as a whole.
    pub fn is_test(&self) -> bool {
        let path = &self.path;
        path.contains("/tests/") || path.starts_with("tests/") || path.ends_with("/tests.rs") || path.contains(".test.")
    }

    /// Its lines up to the module of tests at its end.
    pub fn product_lines(&self) -> impl Iterator<Item = &str> {
        let mut lines = self.text.lines().peekable();
        std::iter::from_fn(move || {
            let line = lines.next()?;
            let is_module = |next: &&str| next.starts_with("mod tests {") || next.starts_with("#[expect");
            (line != "#[cfg(test)]" || !lines.peek().is_some_and(is_module)).then_some(line)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_s_own_tests_are_not_its_product() {
        let text = "fn a() {}\n#[cfg(test)]\nfn b() {}\n#[cfg(test)]\nmod tests {\n    fn c() {}\n}\n".to_owned();
        let source = Source { path: "src/a.rs".to_owned(), text };
        assert_eq!(source.product_lines().collect::<Vec<_>>(), ["fn a() {}", "#[cfg(test)]", "fn b() {}"]);
    }
}
