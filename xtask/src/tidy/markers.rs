//! Words that must not be in the sources, and doors that must carry a reason.

use super::Findings;
use super::sources::{Source, Sources};

/// How far above a call its reason may stand.
const REASON_LINES_MAX: usize = 6;

/// Looks through every line.
pub fn check(sources: &Sources, findings: &mut Findings) {
    for source in sources.ending(".rs").filter(|source| !source.path.starts_with("xtask/")) {
        forbid(source, &["todo!(", "unimplemented!(", "#[ignore", "dbg!("], findings);
        check_doors(source, findings);
    }
    for source in sources.ending(".ts").chain(sources.ending(".tsx")).filter(|source| source.path.starts_with("ui/")) {
        forbid(
            source,
            &[".only(", ".skip(", ".todo(", "@ts-ignore", "dangerouslySetInnerHTML", "innerHTML ="],
            findings,
        );
    }
}

fn forbid(source: &Source, words: &[&str], findings: &mut Findings) {
    for (number, line) in source.text.lines().enumerate() {
        for word in words.iter().filter(|word| line.contains(**word)) {
            findings.fault(format!("{}:{}: {word}", source.path, number.saturating_add(1)));
        }
    }
}

/// Every opening of a secret says why it is opened.
fn check_doors(source: &Source, findings: &mut Findings) {
    if source.is_test() {
        return;
    }
    let lines: Vec<&str> = source.product_lines().collect();
    for (index, line) in lines.iter().enumerate().filter(|(_, line)| line.contains(".expose(")) {
        let above = lines.get(index.saturating_sub(REASON_LINES_MAX)..=index).unwrap_or_default();
        if !line.trim_start().starts_with("//") && !above.iter().any(|line| line.contains("// EXPOSE:")) {
            findings.remark(format!(
                "{}:{}: a secret is opened without a reason",
                source.path,
                index.saturating_add(1)
            ));
        }
    }
}
