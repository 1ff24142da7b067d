//! Annotations of a GitHub Actions run: `::error title=TITLE::MESSAGE`, as its documentation of workflow commands has it.
//!
//! GitHub shows the first ten of each kind and step: the verdict comes first.

use crate::finding::Level;
use crate::forms::harmless::line;
use crate::forms::words::{headline, when};
use crate::judgement::{Judged, Report, Verdict};

/// The report.
pub fn annotations(report: &Report) -> String {
    let command = match report.verdict() {
        Verdict::Pass => "notice",
        Verdict::Blocked | Verdict::Unknown => "error",
    };
    let detail = match &report.outcome {
        Ok(judgement) => format!("Judged at {}, ledger entry {}", judgement.at, judgement.reading.ledger.number),
        Err(unknown) => format!("{}. Next: {}", line(&unknown.message), line(&unknown.hint)),
    };
    let mut lines = vec![annotation(command, "Deployment gate", &format!("{}. {detail}", headline(report)))];
    lines.extend(report.outcome.iter().flat_map(|judgement| &judgement.findings).map(of_finding));
    lines.join("\n") + "\n"
}

fn of_finding(it: &Judged) -> String {
    let command = match it.level {
        Level::Block => "error",
        Level::Warn => "warning",
        Level::Notice => "notice",
    };
    let finding = &it.finding;
    let title = format!("{} {}", line(&finding.id), line(&finding.title));
    let owner = if finding.owner.is_empty() { "nobody".to_owned() } else { line(&finding.owner) };
    let clears = match finding.clears.as_str() {
        "" => String::new(),
        clears => format!(". Clear it: {}", line(clears)),
    };
    annotation(command, &title, &format!("{} {}. Owner: {owner}{clears}", line(&finding.id), when(it)))
}

/// What a property may not hold as it is, a message may not either, and a property no colon and no comma.
fn annotation(command: &str, title: &str, message: &str) -> String {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    format!("::{command} title={}::{}", property(title), data(message))
}
