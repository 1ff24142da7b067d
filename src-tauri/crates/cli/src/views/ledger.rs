//! Entries of the ledger.

use ledger::{Entry, SignatureBlock};
use register::{EntryDetail, EntryRow, SigningKeyRow, SubjectMeaning};
use serde_json::{Value, json};

use super::plans::grouped;
use crate::people::Directory;
use crate::table::Table;

fn subject(row: &EntryRow) -> String {
    match &row.meaning {
        Some(SubjectMeaning::Key(_, name) | SubjectMeaning::Operator(_, name)) => name.clone(),
        Some(SubjectMeaning::Request(_, number)) => super::requests::label(*number),
        Some(SubjectMeaning::Run(_, number)) => format!("run {number}"),
        None => row.subject.clone(),
    }
}

/// An entry in a list.
pub fn document(row: &EntryRow, people: &Directory) -> Value {
    json!({
        "entry": row.seq,
        "id": row.id,
        "at": row.recorded_at.to_string(),
        "actor": people.person(row.actor),
        "verb": row.verb,
        "subject_kind": row.subject_kind,
        "subject": row.subject,
        "subject_name": subject(row),
        "purpose": row.purpose,
    })
}

/// Entries in columns.
pub fn table(rows: &[EntryRow], people: &Directory) -> String {
    let mut table = Table::new(&["entry", "at", "actor", "verb", "subject", "purpose"]);
    for row in rows {
        let (entry, at, actor) = (row.seq.to_string(), row.recorded_at.to_string(), people.name(row.actor));
        let subject = format!("{} {}", row.subject_kind, subject(row));
        table.row([entry.as_str(), &at, &actor, &row.verb, &subject, &row.purpose]);
    }
    table.text()
}

/// One signature, checked here.
struct Checked {
    by: String,
    kind: &'static str,
    key: [u8; 32],
    holds: bool,
}

/// An entry with all that proves it, checked here and now.
pub struct Proof<'a> {
    found: &'a EntryDetail,
    entry: Option<Entry>,
    signatures: Vec<Checked>,
    hash_holds: bool,
}

impl<'a> Proof<'a> {
    /// Checks hash and signatures.
    pub fn of(found: &'a EntryDetail, keys: &[SigningKeyRow], people: &Directory) -> Self {
        let pairs = key_ids_and_signatures(found);
        let check = |(key_id, signature): ([u8; 32], [u8; 64])| {
            let key = keys.iter().find(|key| key.key_id == key_id);
            let holds = key.is_some_and(|key| {
                ledger::key_id(&key.public_key) == key_id
                    && ledger::verify_signature(&key.public_key, &found.row.entry, &signature).is_ok()
            });
            let kind = match key {
                Some(key) if key.device_name.is_some() => "device",
                Some(_) => "session",
                None => "unknown",
            };
            let by = key.map_or_else(|| "nobody known".to_owned(), |key| people.name(key.operator));
            Checked { by, kind, key: key_id, holds }
        };
        Self {
            entry: Entry::decode(&found.row.entry).ok(),
            signatures: pairs.into_iter().map(check).collect(),
            hash_holds: ledger::link(&found.previous_hash, &found.row.entry, &found.signatures) == found.hash,
            found,
        }
    }

    /// For a document.
    pub fn document(&self, people: &Directory) -> Value {
        let signature =
            |it: &Checked| json!({ "by": it.by, "key_kind": it.kind, "key": hex::encode(it.key), "holds": it.holds });
        let mut document = document(&self.found.row, people);
        let more = json!({
            "attributes": self.entry.as_ref().map(|entry| &entry.attributes),
            "signatures": self.signatures.iter().map(signature).collect::<Vec<_>>(),
            "hash": hex::encode(self.found.hash),
            "previous_hash": hex::encode(self.found.previous_hash),
            "hash_holds": self.hash_holds,
            "bytes": hex::encode(&self.found.row.entry),
        });
        if let (Some(all), Value::Object(more)) = (document.as_object_mut(), more) {
            all.extend(more);
        }
        document
    }

    /// To read.
    pub fn text(&self, people: &Directory) -> String {
        let row = &self.found.row;
        let mut facts = Table::pairs();
        facts.pair("entry", row.seq.to_string());
        facts.pair("id", row.id.to_string());
        facts.pair("recorded at", row.recorded_at.to_string());
        facts.pair("actor", people.name(row.actor));
        facts.pair("verb", &row.verb);
        facts.pair("subject", format!("{} {}", row.subject_kind, subject(row)));
        facts.pair("purpose", &row.purpose);
        for (name, value) in self.entry.iter().flat_map(|entry| &entry.attributes) {
            facts.pair(&format!("  {name}"), value);
        }
        facts.pair("previous hash", grouped(&self.found.previous_hash));
        facts.pair("hash", grouped(&self.found.hash));
        facts.pair("chain", if self.hash_holds { "holds" } else { "DOES NOT HOLD" });
        for it in &self.signatures {
            let holds = if it.holds { "verified" } else { "DOES NOT VERIFY" };
            facts.pair("signature", format!("{holds}, {} ({} key {})", it.by, it.kind, hex::encode(it.key)));
        }
        facts.text()
    }
}

/// The keys an entry says it was signed with.
pub fn key_ids(found: &EntryDetail) -> Vec<[u8; 32]> {
    key_ids_and_signatures(found).into_iter().map(|(key, _)| key).collect()
}

fn key_ids_and_signatures(found: &EntryDetail) -> Vec<([u8; 32], [u8; 64])> {
    SignatureBlock::decode(&found.signatures).map(|block| block.pairs().to_vec()).unwrap_or_default()
}
