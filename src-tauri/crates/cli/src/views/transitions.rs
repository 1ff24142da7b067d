//! What happened between two checkpoints, and the reviews of it.

use std::collections::HashMap;
use std::fmt::Write as _;

use custody::review::{Listed, TransitionList};
use register::{
    EntryRow, FindingBecomes, FindingRow, RefusalTally, ReviewSignatureRow, SubjectMeaning, TransitionReviewRow,
};
use serde_json::{Value, json};

use crate::people::Directory;
use crate::table::{Table, safe};

/// A list with what its entries are about.
pub struct Period {
    /// The list, out of verified entries.
    pub list: TransitionList,
    /// What the register calls their subjects.
    pub rows: Vec<EntryRow>,
    /// What was refused.
    pub refusals: Vec<RefusalTally>,
    /// Acts that wait for a second look.
    pub looks: Vec<u64>,
}

/// As people call it.
fn subject(item: &Listed, row: Option<&&EntryRow>) -> String {
    match row.and_then(|row| row.meaning.as_ref()) {
        Some(SubjectMeaning::Key(_, name) | SubjectMeaning::Operator(_, name)) => name.clone(),
        Some(SubjectMeaning::Request(_, number)) => format!("R-{number}"),
        Some(SubjectMeaning::Run(_, number)) => format!("run-{number}"),
        None => format!("{} {}", item.entry.subject.kind, item.entry.subject.name),
    }
}

impl Period {
    fn named(&self) -> HashMap<u64, &EntryRow> {
        self.rows.iter().map(|row| (row.seq, row)).collect()
    }

    /// For programs.
    pub fn document(&self, people: &Directory) -> Value {
        let named = self.named();
        let item = |item: &Listed| {
            json!({
                "entry": item.number,
                "group": item.group,
                "verb": item.entry.verb,
                "subject": { "kind": item.entry.subject.kind, "id": item.entry.subject.name,
                             "name": subject(item, named.get(&item.number)) },
                "by": people.person(domain::OperatorId(item.entry.actor.id)),
                "at": domain::Timestamp::from_micros(item.entry.time).to_string(),
                "purpose": item.entry.purpose,
            })
        };
        let refusal = |it: &RefusalTally| json!({ "login": it.login, "function": it.function, "code": it.code, "count": it.count });
        json!({
            "after": self.list.after,
            "until": self.list.size,
            "digest": hex::encode(self.list.digest),
            "items": self.list.items.iter().map(item).collect::<Vec<_>>(),
            "groups": self.list.counts().into_iter()
                .map(|(group, count)| json!({ "group": group, "items": count })).collect::<Vec<_>>(),
            "routine": self.list.routine(),
            "refusals": self.refusals.iter().map(refusal).collect::<Vec<_>>(),
            "looks_missing": self.looks,
        })
    }

    /// To read, group by group.
    pub fn text(&self, people: &Directory) -> String {
        let named = self.named();
        let mut text = format!(
            "Entries {} to {}: {} to look at, {} routine",
            self.list.after.saturating_add(1),
            self.list.size,
            self.list.items.len(),
            self.list.routine()
        );
        for (group, count) in self.list.counts() {
            let mut table = Table::new(&["entry", "at", "by", "what", "to", "why"]);
            for item in self.list.items.iter().filter(|item| item.group == group) {
                let (number, at) =
                    (item.number.to_string(), domain::Timestamp::from_micros(item.entry.time).to_string());
                let by = people.name(domain::OperatorId(item.entry.actor.id));
                let to = subject(item, named.get(&item.number));
                table.row([number.as_str(), &at, &by, &item.entry.verb, &to, &item.entry.purpose]);
            }
            let _ = write!(text, "\n\n{}: {count}\n{}", group.word(), table.text());
        }
        if !self.refusals.is_empty() {
            let mut table = Table::new(&["login", "called", "refused as", "times"]);
            for it in &self.refusals {
                table.row([it.login.as_str(), &it.function, &it.code, &it.count.to_string()]);
            }
            let _ = write!(text, "\n\nwhat was refused\n{}", table.text());
        }
        if !self.looks.is_empty() {
            let looks: Vec<String> = self.looks.iter().map(u64::to_string).collect();
            let _ = write!(
                text,
                "\n\nNot to be signed yet: the acts of entries {} wait for a second look",
                looks.join(", ")
            );
        }
        let _ = write!(text, "\n\nSHA-256 of the list {}", hex::encode(self.list.digest));
        text
    }
}

fn finding(row: &FindingRow) -> Value {
    let (becomes, reference) = match &row.becomes {
        FindingBecomes::Note => ("note", Value::Null),
        FindingBecomes::Incident { hold, reference } => ("incident", json!({ "hold": hold, "reference": reference })),
        FindingBecomes::Exception { request, number } => ("exception", json!({ "request": request, "number": number })),
    };
    json!({ "by_entry": row.seq, "about_entry": row.about, "becomes": becomes, "reference": reference, "words": row.words })
}

/// A review for a document.
pub fn document(row: &TransitionReviewRow) -> Value {
    let signature = |it: &ReviewSignatureRow| {
        json!({
            "by": { "id": it.by, "name": it.by_name }, "role": it.role, "at": it.at.to_string(), "entry": it.seq, "note": it.note,
        })
    };
    json!({
        "until": row.size,
        "after": row.after,
        "items": row.items,
        "digest": hex::encode(row.digest),
        "signed": signature(&row.signed),
        "closed": row.closed.as_ref().map(signature),
        "findings": row.findings.iter().map(finding).collect::<Vec<_>>(),
    })
}

/// Reviews to read.
pub fn table(rows: &[TransitionReviewRow]) -> String {
    let mut table = Table::new(&["entries", "items", "signed by", "as", "at", "closed by", "as", "at", "findings"]);
    let mut words = String::new();
    for row in rows {
        let period = format!("{}-{}", row.after.saturating_add(1), row.size);
        let closed = row.closed.as_ref();
        let (by, role) = closed.map_or(("-", "-"), |it| (it.by_name.as_str(), it.role.word()));
        let at = closed.map(|it| it.at.to_string()).unwrap_or_default();
        let (items, findings) = (row.items.to_string(), row.findings.len().to_string());
        let signed_at = row.signed.at.to_string();
        table.row([
            period.as_str(),
            &items,
            &row.signed.by_name,
            row.signed.role.word(),
            &signed_at,
            by,
            role,
            &at,
            &findings,
        ]);
        for it in &row.findings {
            let became = match &it.becomes {
                FindingBecomes::Note => "note".to_owned(),
                FindingBecomes::Incident { reference, .. } => format!("incident {}", safe(reference)),
                FindingBecomes::Exception { number, .. } => format!("exception asked for in R-{number}"),
            };
            let _ = write!(words, "\nfound up to entry {}: {}, {became}", row.size, safe(&it.words));
        }
    }
    format!("{}{words}", table.text())
}
