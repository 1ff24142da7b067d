//! Which test proves which requirement: marks such as `R-22: …` in the comments of tests, held against
//! `docs/requirements.md`, and written out as `docs/traceability.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::Findings;
use super::sources::{Source, Sources};
use crate::failure::{Failure, Outcome, Tried as _};
use crate::places;

const REQUIREMENTS: &str = "docs/requirements.md";
const TRACEABILITY: &str = "docs/traceability.md";

/// One line of the list of requirements.
struct Requirement {
    number: String,
    text: String,
    state: String,
}

/// A test that says what it proves: `path: name`.
type Marks = BTreeMap<String, BTreeSet<String>>;

/// Every mark names a requirement that exists, and every requirement that is claimed has a mark.
pub fn check(sources: &Sources, findings: &mut Findings) -> Outcome {
    let (requirements, marks) = (requirements(sources)?, marks(sources));
    for (number, tests) in &marks {
        if !requirements.iter().any(|requirement| requirement.number == *number) {
            findings.fault(format!("{number} is no requirement; it is marked by {}", joined(tests)));
        }
    }
    let mut early = Vec::new();
    for requirement in &requirements {
        let proven = marks.contains_key(&requirement.number);
        match requirement.state.as_str() {
            "held" | "part" if !proven => {
                findings
                    .fault(format!("{} is claimed ({}) and no test proves it", requirement.number, requirement.state));
            }
            "held" | "part" => {}
            "later" if proven => early.push(requirement.number.as_str()),
            "later" => {}
            other => findings.fault(format!("{REQUIREMENTS}: {} is {other:?}", requirement.number)),
        }
    }
    if !early.is_empty() {
        findings.remark(format!("listed as later and yet tested: {}", early.join(" ")));
    }
    if sources.find(TRACEABILITY).is_none_or(|page| page.text != page_of(&requirements, &marks)) {
        findings.remark(format!("{TRACEABILITY} is not up to date: cargo xtask tidy --write"));
    }
    Ok(())
}

/// Writes the page.
pub fn write(sources: &Sources) -> Outcome {
    let page = page_of(&requirements(sources)?, &marks(sources));
    std::fs::write(places::root().join(TRACEABILITY), page).tried(TRACEABILITY)
}

fn joined(tests: &BTreeSet<String>) -> String {
    tests.iter().cloned().collect::<Vec<_>>().join(", ")
}

/// Reads lines such as `| R-22 | KEK rotation … | held |`.
fn requirements(sources: &Sources) -> Outcome<Vec<Requirement>> {
    let list = sources.find(REQUIREMENTS).ok_or_else(|| Failure::new(format!("{REQUIREMENTS} is missing")))?;
    let rows = list.text.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ");
        let (number, text, state) = (cells.next()?, cells.next()?, cells.next()?);
        let [number, text, state] = [number, text, state].map(|cell| cell.trim().to_owned());
        number.starts_with("R-").then_some(Requirement { number, text, state })
    });
    Ok(rows.collect())
}

fn marks(sources: &Sources) -> Marks {
    let mut marks = Marks::new();
    for ending in [".rs", ".ts", ".tsx", ".py", ".mjs"] {
        for source in sources.ending(ending).filter(|source| !source.path.starts_with("xtask/")) {
            collect(source, &mut marks);
        }
    }
    marks
}

/// A mark is in the comment above a test, or at the head of a file of tests.
fn collect(source: &Source, marks: &mut Marks) {
    let lines: Vec<&str> = source.text.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let Some(numbers) = marked(line) else { continue };
        let place = if line.starts_with("//!") {
            source.path.clone()
        } else {
            let Some(name) = lines.get(index..).and_then(test_below) else { continue };
            format!("{}: {name}", source.path)
        };
        for number in numbers {
            marks.entry(number).or_default().insert(place.clone());
        }
    }
}

/// The name of the test that the comment on the first line stands above.
fn test_below(lines: &[&str]) -> Option<String> {
    let end = lines.iter().position(|line| test_name(line).is_some())?;
    let name = test_name(lines.get(end)?)?;
    let above = lines.get(..end)?;
    // In Rust any function can have such a comment; only one with the attribute is a test.
    let is_rust = lines.get(end)?.contains("fn ");
    let is_test = above.iter().any(|line| line.trim_start().starts_with("#[") && line.contains("test"));
    (!is_rust || is_test).then_some(name)
}

/// The numbers of a line such as `/// R-14, R-90: …`.
fn marked(line: &str) -> Option<Vec<String>> {
    let comment = line.trim_start();
    let comment =
        ["///", "//!", "//", "/**", "*", "#", "\"\"\""].iter().find_map(|start| comment.strip_prefix(start))?;
    let (numbers, _) = comment.trim_start().split_once(':')?;
    let numbers: Vec<String> = numbers.split([',', ' ']).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let is_number = |word: &String| {
        word.strip_prefix("R-")
            .is_some_and(|digits| digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit()))
    };
    (!numbers.is_empty() && numbers.iter().all(is_number)).then_some(numbers)
}

fn test_name(line: &str) -> Option<String> {
    let line = line.trim_start();
    for start in ["fn ", "async fn ", "pub fn ", "pub async fn ", "def "] {
        if let Some(rest) = line.strip_prefix(start) {
            return rest.split(['(', '<']).next().map(str::to_owned);
        }
    }
    let call = ["it(", "test(", "describe("].iter().find_map(|start| line.strip_prefix(start))?;
    let quote = call.chars().next().filter(|quote| ['"', '\'', '`'].contains(quote))?;
    call.split(quote).nth(1).map(str::to_owned)
}

fn page_of(requirements: &[Requirement], marks: &Marks) -> String {
    let mut page =
        "# Which test proves which requirement\n\nWritten by `cargo xtask tidy --write` from the marks in the tests. \
                    *held*: proven by tests; *part*: what is\nbuilt of it is; *later*: not built yet.\n"
            .to_owned();
    for requirement in requirements {
        let _infallible = write!(page, "\n## {}: {} ({})\n", requirement.number, requirement.text, requirement.state);
        for test in marks.get(&requirement.number).into_iter().flatten() {
            let _infallible = write!(page, "\n- {test}");
        }
        if marks.contains_key(&requirement.number) {
            page.push('\n');
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read_from_rust_typescript_and_python() {
        let mut marks = Marks::new();
        let text = "/// R-14, R-90: one call.\n#[tokio::test]\nasync fn opens() {\n}\n/// R-25: a note.\npub fn encode() {\n}\n\n// R-21: due keys\nit(\"shows due keys\", () => {\n\
                    });\n# R-05: weak keys\ndef test_weak():\n/// R-2: no number\nfn unmarked() {}\n/// See R-31: it is prose\nfn prose() {}\n";
        collect(&Source { path: "a".to_owned(), text: text.to_owned() }, &mut marks);
        let found: Vec<String> = marks.iter().map(|(number, tests)| format!("{number} {}", joined(tests))).collect();
        assert_eq!(found, ["R-05 a: test_weak", "R-14 a: opens", "R-21 a: shows due keys", "R-90 a: opens"]);
    }
}
