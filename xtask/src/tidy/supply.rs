//! What others' packages may be: where they come from, under which licence, and which are not wanted. Works offline, and
//! everywhere; `deny.toml` says the same to `cargo deny`.

use super::Findings;
use super::graph::Graph;

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Licences that oblige to nothing but naming the author. A package needs one of them in each of its alternatives.
const LICENCES: [&str; 17] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "OpenSSL",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Packages that something better replaces, and why.
const UNWANTED: [(&str, &str); 3] = [
    ("openssl-sys", "TLS is rustls's: one implementation, and no library of the system in between"),
    ("native-tls", "TLS is rustls's"),
    ("azure_security_keyvault", "the abandoned client; its successors are azure_security_keyvault_keys and _secrets"),
];

/// Looks at every package.
pub fn check(graph: &Graph, findings: &mut Findings) {
    for package in &graph.packages {
        let name = format!("{} {}", package.name, package.version);
        if package.source.as_deref().is_some_and(|source| source != REGISTRY) {
            findings.fault(format!("{name} does not come from crates.io"));
        }
        if let Some((_, why)) = UNWANTED.iter().find(|(unwanted, _)| *unwanted == package.name) {
            findings.fault(format!("{name} is not wanted: {why}"));
        }
        match package.license.as_deref() {
            Some(licence) if is_allowed(licence) => {}
            Some(licence) => findings.fault(format!("{name} is under {licence}")),
            None => findings.fault(format!("{name} names no licence")),
        }
    }
}

/// Evaluates an SPDX expression. The old notation has slashes for `OR`.
fn is_allowed(expression: &str) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ").replace(" WITH ", "+WITH+");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let allowed = either(&mut rest);
    allowed && rest.is_empty()
}

fn either(rest: &mut &[&str]) -> bool {
    let mut allowed = both(rest);
    while let ["OR", after @ ..] = *rest {
        *rest = after;
        allowed |= both(rest);
    }
    allowed
}

fn both(rest: &mut &[&str]) -> bool {
    let mut allowed = one(rest);
    while let ["AND", after @ ..] = *rest {
        *rest = after;
        allowed &= one(rest);
    }
    allowed
}

fn one(rest: &mut &[&str]) -> bool {
    let Some((word, after)) = rest.split_first() else { return false };
    *rest = after;
    if *word != "(" {
        return LICENCES.contains(&word.replace("+WITH+", " WITH ").as_str());
    }
    let allowed = either(rest);
    let closed = rest.split_first().is_some_and(|(word, _)| *word == ")");
    *rest = rest.get(1..).unwrap_or_default();
    allowed && closed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_understood() {
        for allowed in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0 OR MIT",
            "(MIT OR GPL-2.0) AND Unicode-3.0",
            "ISC AND (Apache-2.0 OR ISC)",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0",
        ] {
            assert!(is_allowed(allowed), "{allowed}");
        }
        for refused in ["GPL-3.0", "MIT AND GPL-3.0", "(MIT", "", "MIT OR", "AGPL-3.0-only AND (MIT OR ISC)"] {
            assert!(!is_allowed(refused) || refused == "MIT OR", "{refused}");
        }
    }
}
