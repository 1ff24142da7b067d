//! Acts that a second person looks at.

use register::{ProtectiveActRow, ReviewItemRow};
use serde_json::{Value, json};

use crate::table::Table;

/// An act on the review list.
pub fn document(row: &ReviewItemRow, act: Option<&ProtectiveActRow>) -> Value {
    let signed_off = row.signed_off.as_ref().map(|it| {
        json!({ "by": { "id": it.by, "name": it.by_name }, "at": it.at.to_string(), "entry": it.seq, "note": it.note })
    });
    json!({
        "entry": row.seq,
        "kind": row.kind,
        "verb": row.verb,
        "subject": { "kind": row.subject_kind, "id": row.subject },
        "purpose": row.purpose,
        "by": { "id": row.by, "name": row.by_name },
        "at": row.at.to_string(),
        "i_may_sign_off": row.may_sign_off == "ok",
        "why_not": (row.may_sign_off != "ok").then_some(&row.may_sign_off),
        "signed_off": signed_off,
        "protection": act.map(|act| json!({
            "of": act.name,
            "keys": act.keys,
            "in_vault": act.in_vault,
            "confirmed": act.confirmed,
            "is_confirmed": act.confirmed_seq.is_some(),
        })),
    })
}

/// Acts in columns.
pub fn table(rows: &[ReviewItemRow]) -> String {
    let mut table = Table::new(&["entry", "kind", "verb", "by", "at", "signed off by", "reason"]);
    for row in rows {
        let signed = row.signed_off.as_ref().map_or("-", |it| it.by_name.as_str());
        let (entry, at) = (row.seq.to_string(), row.at.to_string());
        table.row([entry.as_str(), &row.kind, &row.verb, &row.by_name, &at, signed, &row.purpose]);
    }
    table.text()
}

/// One act, to read.
pub fn text(row: &ReviewItemRow, act: Option<&ProtectiveActRow>) -> String {
    let mut facts = Table::pairs();
    facts.pair("entry", row.seq.to_string());
    facts.pair("what was done", &row.verb);
    facts.pair("to", act.map_or_else(|| format!("{} {}", row.subject_kind, row.subject), |act| act.name.clone()));
    facts.pair("by", &row.by_name);
    facts.pair("at", row.at.to_string());
    facts.pair("reason", &row.purpose);
    if let Some(act) = act {
        facts.pair("keys stopped", act.keys.to_string());
        let confirmed = format!("{} of {}", act.confirmed, act.in_vault);
        facts.pair("confirmed by the vault", if act.in_vault == 0 { "none lies there".to_owned() } else { confirmed });
    }
    match &row.signed_off {
        Some(it) => facts.pair("signed off", format!("by {} at {}: {}", it.by_name, it.at, it.note)),
        None => facts.pair("signed off", "not yet"),
    }
    facts.text()
}
