//! Which part may know which: the table in `docs/ARCHITECTURE.md`, held against the manifests and the imports.

use std::collections::{BTreeMap, BTreeSet};

use super::Findings;
use super::graph::Graph;
use super::sources::Sources;
use crate::failure::{Failure, Outcome};
use crate::run::CONSOLE;

const MAP: &str = "docs/ARCHITECTURE.md";
const CRATES: &str = "src-tauri/crates/";
/// The desktop shell's line in the table.
const SHELL: &str = "src-tauri/*.rs";

/// What each part may know.
type Arrows = BTreeMap<String, BTreeSet<String>>;

/// Compares.
pub fn check(graph: &Graph, sources: &Sources, findings: &mut Findings) -> Outcome {
    let map = sources.find(MAP).ok_or_else(|| Failure::new(format!("{MAP} is missing")))?;
    let arrows = read(&map.text);
    for package in graph.own().filter(|package| !["countersign-tests", "xtask"].contains(&package.name.as_str())) {
        let Some(allowed) = arrows.get(&package.name) else {
            findings.fault(format!("the crate {} has no line in {MAP}", package.name));
            continue;
        };
        for known in package.own_dependencies.iter().filter(|known| !allowed.contains(*known)) {
            findings.fault(format!("{} knows {known}, which {MAP} does not allow", package.name));
        }
    }
    check_imports(sources, findings);
    Ok(())
}

/// Two arrows no manifest shows: SQL in one crate, the host in one module of the window.
fn check_imports(sources: &Sources, findings: &mut Findings) {
    for source in sources.ending(".ts").chain(sources.ending(".tsx")) {
        let at_home = source.path.starts_with("ui/src/host/") || source.path.starts_with("ui/dev/") || source.is_test();
        if !at_home && source.text.contains("@tauri-apps/") {
            findings.fault(format!("{} talks to the host; only ui/src/host may", source.path));
        }
    }
    for source in sources.ending(".rs").filter(|source| source.path.starts_with(CRATES) && !source.is_test()) {
        let at_home = source.path.starts_with("src-tauri/crates/register/");
        if !at_home
            && source.product_lines().any(|line| line.contains("sqlx::query!(") || line.contains("AssertSqlSafe"))
        {
            findings.fault(format!("{} writes SQL; only the register may", source.path));
        }
    }
}

/// Reads lines such as `  ledger   entries, signatures (canonical)` below `src-tauri/crates/`.
fn read(map: &str) -> Arrows {
    let mut arrows = Arrows::new();
    let block =
        map.lines().skip_while(|line| line.trim() != CRATES).skip(1).take_while(|line| !line.starts_with("```"));
    for line in block {
        let Some((name, known)) = row(line) else { continue };
        let known = match known {
            "knows nobody" => BTreeSet::new(),
            "all above" => arrows.keys().cloned().collect(),
            list => list.split(',').map(|word| word.trim().to_owned()).collect(),
        };
        arrows.insert(name.to_owned(), known);
    }
    arrows.keys().map(|name| (name.clone(), reach(&arrows, name))).collect()
}

/// Who knows a part also knows what that part knows.
fn reach(arrows: &Arrows, name: &str) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut next: Vec<&String> = arrows.get(name).into_iter().flatten().collect();
    while let Some(part) = next.pop() {
        if reached.insert(part.clone()) {
            next.extend(arrows.get(part).into_iter().flatten());
        }
    }
    reached
}

fn row(line: &str) -> Option<(&str, &str)> {
    let name = line.split_whitespace().next()?;
    let (_, rest) = line.rsplit_once('(')?;
    let (known, _) = rest.split_once(')')?;
    Some((if name == SHELL { CONSOLE } else { name }, known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_as_it_is_written() {
        let map = "x\n```\nsrc-tauri/crates/\n  canonical  bytes (signed and hashed)  (knows nobody)\n  domain  nouns  (canonical)\n  \
                   custody  use cases  (all above)\nsrc-tauri/*.rs  the shell  (custody)\nui/  React\n```\n  later (domain)\n";
        let arrows = read(map);
        let known = |name: &str| arrows.get(name).into_iter().flatten().map(String::as_str).collect::<Vec<_>>();
        assert_eq!(known("canonical"), [""; 0]);
        assert_eq!(known("custody"), ["canonical", "domain"]);
        assert_eq!(known(CONSOLE), ["canonical", "custody", "domain"]);
        assert!(!arrows.contains_key("later"));
    }
}
