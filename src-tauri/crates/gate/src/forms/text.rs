//! Columns for a person. Every line begins with words of our own: no text from elsewhere stands where an agent looks for a command.

use crate::finding::Level;
use crate::forms::harmless::line;
use crate::forms::words::{count, headline, when};
use crate::judgement::{Judged, Judgement, Report, Source};

/// The report.
pub fn text(report: &Report) -> String {
    let mut said = vec![headline(report)];
    match &report.outcome {
        Ok(judgement) => {
            said.extend(table(judgement));
            said.push(String::new());
            said.extend(grounds(report, judgement));
        }
        Err(unknown) => {
            said.push(format!("  why   {}", line(&unknown.message)));
            said.push(format!("  next  {}", line(&unknown.hint)));
        }
    }
    if let Some(commit) = &report.commit {
        said.push(format!("commit  {commit}"));
    }
    said.join("\n") + "\n"
}

fn table(judgement: &Judgement) -> Vec<String> {
    let rows: Vec<[String; 5]> = judgement.findings.iter().map(row).collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths = [0, 1, 2, 3].map(width);
    let mut lines = Vec::new();
    for (row, it) in rows.iter().zip(&judgement.findings) {
        let [level, id, when, owner, title] = row;
        let [a, b, c, d] = widths;
        if lines.is_empty() {
            lines.push(String::new());
        }
        lines.push(format!("{level:<a$}  {id:<b$}  {when:<c$}  {owner:<d$}  {title}").trim_end().to_owned());
        if !it.finding.clears.is_empty() {
            lines.push(format!("{:<a$}  clear it: {}", "", line(&it.finding.clears)));
        }
    }
    if judgement.reading.more > 0 {
        let more = i64::try_from(judgement.reading.more).unwrap_or(i64::MAX);
        lines.push(format!("and {}: countersign exception list", count(more, "more finding")));
    }
    lines
}

fn row(it: &Judged) -> [String; 5] {
    let level = match it.level {
        Level::Block => "BLOCKS",
        Level::Warn => "warns",
        Level::Notice => "note",
    };
    let finding = &it.finding;
    let owner = if finding.owner.is_empty() { "nobody".to_owned() } else { line(&finding.owner) };
    let title = match finding.about.as_str() {
        "" => line(&finding.title),
        about => format!("{} ({})", line(&finding.title), line(about)),
    };
    [level.to_owned(), line(&finding.id), when(it), owner, title]
}

/// What the verdict rests on.
fn grounds(report: &Report, judgement: &Judgement) -> Vec<String> {
    let reading = &judgement.reading;
    let from = match &report.source {
        Source::Register => "register".to_owned(),
        Source::File { name, .. } => format!("file {}", line(name)),
    };
    let read_at = domain::Timestamp::from_micros(reading.read_at);
    vec![
        format!("source  {from} of {} ({}), {read_at}", line(&reading.name), reading.custody),
        format!("ledger  entry {}, {}", reading.ledger.number, reading.ledger.hash),
        format!("judged  {}", judgement.at),
    ]
}
