//! How long a function may be.

use super::Findings;
use super::sources::Sources;

/// No function is longer, signature and closing brace included.
const LINES_HARD: usize = 70;

/// Measures every function. The formatter puts a function's closing brace under its first letter: that is enough to find it.
pub fn check(sources: &Sources, findings: &mut Findings) {
    for source in sources.ending(".rs").filter(|source| !source.is_test()) {
        let lines: Vec<&str> = source.product_lines().collect();
        for (number, name, length) in functions(&lines).filter(|(_, _, length)| *length > LINES_HARD) {
            findings.fault(format!("{}:{number}: {name} has {length} lines; the limit is {LINES_HARD}", source.path));
        }
    }
}

/// Line number, name and length of each.
fn functions<'a>(lines: &'a [&'a str]) -> impl Iterator<Item = (usize, &'a str, usize)> {
    lines.iter().enumerate().filter_map(|(start, line)| {
        let name = name(line)?;
        let indent = line.len() - line.trim_start().len();
        let closes = |line: &&str| {
            line.len() > indent
                && line.get(..indent).is_some_and(|it| it.trim().is_empty())
                && line.get(indent..).is_some_and(|it| it.starts_with('}'))
        };
        let body = lines.get(start..)?;
        let end = if line.ends_with('}') || line.ends_with(';') { 0 } else { body.iter().position(closes)? };
        Some((start.saturating_add(1), name, end.saturating_add(1)))
    })
}

fn name(line: &str) -> Option<&str> {
    let words = ["pub(crate) ", "pub(super) ", "pub ", "const ", "async "];
    let mut rest = line.trim_start();
    while let Some(after) = words.iter().find_map(|word| rest.strip_prefix(word)) {
        rest = after;
    }
    rest.strip_prefix("fn ")?.split(['(', '<']).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_measured_from_signature_to_brace() {
        let text = "impl A {\n    pub async fn long(\n        self,\n    ) -> u8 {\n        { 1 }\n    }\n    fn short() {}\n}\nfn last() {\n}";
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(functions(&lines).collect::<Vec<_>>(), [(2, "long", 5), (7, "short", 1), (9, "last", 2)]);
    }
}
