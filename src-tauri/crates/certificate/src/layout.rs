//! What a printed certificate shows, in order; how it looks is the print's business.

use domain::{OperatorId, Timestamp, escape_visibly};
use print::Block;

use crate::document::{Destroyed, Document};
use crate::verdict::{Verdict, grouped};
use crate::words::{capitalised, kind_in_words, operation_in_words};

const TITLE: &str = "Certificate of destruction";

/// A page that needs nothing else. Everything that came from the file is made visible and escaped.
#[must_use]
pub fn page(verdict: &Verdict) -> String {
    print::page(TITLE, &blocks(verdict))
}

/// A PDF that shows what the page shows.
#[must_use]
pub fn pdf(verdict: &Verdict) -> Vec<u8> {
    print::pdf(TITLE, &blocks(verdict))
}

/// Lays a verified certificate out.
fn blocks(verdict: &Verdict) -> Vec<Block> {
    let mut blocks = Vec::new();
    opening(verdict, &mut blocks);
    destroyed(&verdict.document, &mut blocks);
    signatures(verdict, &mut blocks);
    evidence(&verdict.document, &mut blocks);
    rest(verdict, &mut blocks);
    blocks
}

fn opening(verdict: &Verdict, blocks: &mut Vec<Block>) {
    let (document, plan) = (&verdict.document, &verdict.plan);
    let statement = &document.statement;
    let mut field = |name: &str, value: &str| blocks.push(Block::Field(name.to_owned(), escape_visibly(value)));
    field("What", operation_in_words(document.operation));
    field("Custody", &format!("{} ({})", document.custody, document.environment));
    field("Request", &document.request.to_string());
    field("Run", &document.run.to_string());
    field("Begun", &moment(statement.began_at));
    field("Over", &moment(statement.ended_at));
    let by: Vec<String> = statement.executed_by.iter().map(|operator| name_of(document, *operator)).collect();
    field("Carried out by", &by.join(", "));
    field("Reason", &plan.reason);
    field("Change record", &plan.change_record);
    field("Verified at its end", &statement.verification);
    field("Issued", &format!("{} by {}", moment(document.issued.at), name_of(document, document.issued.operator)));
    blocks.insert(0, Block::Title(TITLE.to_owned()));
    blocks.push(Block::Heading("Strength of the erasure".to_owned()));
    blocks.push(Block::Paragraph(statement.strength.words.clone()));
}

fn destroyed(document: &Document, blocks: &mut Vec<Block>) {
    blocks.push(Block::Heading(format!("Destroyed: {} keys", document.destroyed.len())));
    let row = |row: &Destroyed| {
        let versions: Vec<&str> = row.versions.iter().map(|version| version.version.as_str()).collect();
        let place = [row.tenant.as_str(), row.scope.as_str()].into_iter().filter(|part| !part.is_empty());
        let cells = [
            kind_in_words(row.kind).to_owned(),
            row.name.clone(),
            place.collect::<Vec<_>>().join(" / "),
            row.key.to_string(),
            versions.join(", "),
            row.proof.clone(),
        ];
        cells.map(|cell| escape_visibly(&cell)).to_vec()
    };
    let heads = vec!["Kind", "Name", "Tenant, scope", "Id", "Versions in the vault", "Proof"];
    blocks.push(Block::Table(heads, document.destroyed.iter().map(row).collect()));
}

fn signatures(verdict: &Verdict, blocks: &mut Vec<Block>) {
    let document = &verdict.document;
    blocks.push(Block::Heading("Signed by".to_owned()));
    let rows = document.seals.iter().map(|seal| {
        let cells =
            [name_of(document, seal.operator), seal.role.to_string(), moment(seal.at), grouped(&seal.key.to_string())];
        cells.map(|cell| escape_visibly(&cell)).to_vec()
    });
    blocks.push(Block::Table(vec!["Who", "As", "When", "Device key (SHA-256)"], rows.collect()));
    blocks
        .push(Block::Paragraph(format!("Both signed the plan with the SHA-256 {}.", hex::encode(verdict.plan.hash()))));
}

fn evidence(document: &Document, blocks: &mut Vec<Block>) {
    blocks.push(Block::Heading("Evidence".to_owned()));
    let rows = document.statement.evidence.iter().map(|line| {
        let figures: Vec<String> = line.figures.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let cells = [line.entry.to_string(), moment(line.at), line.words.clone(), figures.join("; ")];
        cells.map(|cell| escape_visibly(&cell)).to_vec()
    });
    blocks.push(Block::Table(vec!["Entry", "When", "What", "Figures"], rows.collect()));
}

fn rest(verdict: &Verdict, blocks: &mut Vec<Block>) {
    blocks.push(Block::Heading("What remains".to_owned()));
    for residue in &verdict.document.statement.remains {
        let until = residue.until.map_or("no date".to_owned(), |until| format!("until {}", moment(until)));
        blocks.push(Block::Item(format!("{}, {until}: {}.", capitalised(&residue.copy), residue.words)));
    }
    if verdict.document.statement.remains.is_empty() {
        blocks.push(Block::Paragraph("Nothing that register or vault know of.".to_owned()));
    }
    blocks.push(Block::Heading("Compare".to_owned()));
    for fingerprint in &verdict.fingerprints {
        blocks.push(Block::Field(escape_visibly(&fingerprint.of), fingerprint.value.clone()));
    }
    for (heading, sentences) in [("Checked", &verdict.checked), ("Not proven by this certificate", &verdict.unproven)] {
        blocks.push(Block::Heading(heading.to_owned()));
        blocks.extend(sentences.iter().map(|sentence| Block::Item(escape_visibly(sentence))));
    }
    blocks.push(Block::Paragraph(
        "This print proves nothing by itself: the signed file does. Check it with: countersign certificate verify FILE"
            .to_owned(),
    ));
}

fn name_of(document: &Document, operator: OperatorId) -> String {
    let found = document.people.iter().find(|line| line.operator == operator);
    found.map_or_else(|| operator.to_string(), |line| format!("{} ({})", line.name, line.person))
}

fn moment(micros: i64) -> String {
    Timestamp::from_micros(micros).to_string()
}
