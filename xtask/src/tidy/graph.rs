//! What cargo knows of the packages.

use serde_json::Value;

use crate::failure::{Outcome, Tried as _};
use crate::program::{self, cargo};

/// All packages, ours and others'.
pub struct Graph {
    pub packages: Vec<Package>,
}

/// One package.
pub struct Package {
    pub name: String,
    pub version: String,
    /// `None` for our own.
    pub source: Option<String>,
    pub license: Option<String>,
    /// Names of ordinary dependencies that lie in this repository.
    pub own_dependencies: Vec<String>,
}

impl Graph {
    /// Asks cargo, without the network.
    pub fn read() -> Outcome<Self> {
        // Ours is a program for Linux, Windows and macOS; a package for other systems is not our concern.
        let arguments =
            ["metadata", "--format-version", "1", "--locked", "--filter-platform", "x86_64-unknown-linux-gnu"];
        let text = program::answer(&mut cargo(&arguments))?;
        let metadata: Value = serde_json::from_str(&text).tried("cargo metadata")?;
        let packages = metadata.get("packages").and_then(Value::as_array).into_iter().flatten();
        Ok(Self { packages: packages.map(package).collect() })
    }

    /// Our own packages.
    pub fn own(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| package.source.is_none())
    }
}

fn package(value: &Value) -> Package {
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let dependencies = value.get("dependencies").and_then(Value::as_array).into_iter().flatten();
    // Tests may look at anything; what the product is made of has kind null.
    let own = dependencies.filter(|it| it.get("path").is_some() && it.get("kind").is_none_or(Value::is_null));
    Package {
        name: text("name").unwrap_or_default(),
        version: text("version").unwrap_or_default(),
        source: text("source"),
        license: text("license"),
        own_dependencies: own.filter_map(|it| it.get("name").and_then(Value::as_str)).map(str::to_owned).collect(),
    }
}
