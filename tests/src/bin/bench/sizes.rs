//! How much is measured: the sizes of the figures unless `NAME=NUMBER` says otherwise.

use std::collections::BTreeMap;

/// Sizes by name.
pub struct Sizes(BTreeMap<String, u32>);

impl Sizes {
    /// Reads what was said on the command line.
    pub fn parse(arguments: impl Iterator<Item = String>) -> Self {
        let size = |argument: String| {
            let (name, number) = argument.split_once('=').unwrap();
            (name.to_owned(), number.replace('_', "").parse().unwrap())
        };
        Self(arguments.map(size).collect())
    }

    /// The size called `name`, or the usual one.
    pub fn of(&self, name: &str, usual: u32) -> u32 {
        self.0.get(name).copied().unwrap_or(usual)
    }
}
