//! How long a file may be.

use super::Findings;
use super::sources::{Source, Sources};

/// From here on a file is remarked on.
const LINES_SOFT: usize = 300;
/// No file is longer.
const LINES_HARD: usize = 500;
/// Written by programs: their length says nothing.
const GENERATED: [&str; 1] = ["ui/src/host/ipc.ts"];

/// Measures every file of code.
pub fn check(sources: &Sources, findings: &mut Findings) {
    let code = [".rs", ".ts", ".tsx", ".mjs", ".py"].into_iter().flat_map(|ending| sources.ending(ending));
    for source in code.filter(|source| !GENERATED.contains(&source.path.as_str())) {
        let lines = length(source);
        if lines > LINES_HARD {
            findings.fault(format!("{} has {lines} lines; the limit is {LINES_HARD}", source.path));
        } else if lines > LINES_SOFT && !source.is_test() {
            findings.remark(format!("{} has {lines} lines", source.path));
        }
    }
}

/// A file's own tests do not count: they belong beside what they test.
fn length(source: &Source) -> usize {
    source.product_lines().count()
}
