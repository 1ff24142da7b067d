//! Every test that `docs/THREATS.md` names as an answer exists.

use super::Findings;
use super::sources::Sources;

const THREATS: &str = "docs/THREATS.md";

/// Looks for each of them.
pub fn check(sources: &Sources, findings: &mut Findings) {
    let Some(page) = sources.find(THREATS) else {
        findings.fault(format!("{THREATS} is missing"));
        return;
    };
    let tests = [".rs", ".ts", ".tsx", ".py", ".mjs"].into_iter().flat_map(|ending| sources.ending(ending));
    let tests: Vec<&str> = tests.map(|source| source.text.as_str()).collect();
    for name in page.text.lines().filter_map(|line| line.strip_prefix("| ")).flat_map(named) {
        let (function, quoted) = (format!("fn {name}("), format!("\"{name}\""));
        if !tests.iter().any(|text| text.contains(&function) || text.contains(&quoted)) {
            findings.fault(format!("{THREATS} names the test {name}, which does not exist"));
        }
    }
}

/// The names in the last cell of a row.
fn named(row: &str) -> impl Iterator<Item = &str> {
    let cell = row.strip_suffix(" |").and_then(|row| row.rsplit(" | ").next()).unwrap_or_default();
    cell.split('`').skip(1).step_by(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_cell_names_tests() {
        let row = "1 | `psql` by hand | `SET ROLE` refused | `nobody_acts`, `a seal` |";
        assert_eq!(named(row).collect::<Vec<_>>(), ["nobody_acts", "a seal"]);
    }
}
