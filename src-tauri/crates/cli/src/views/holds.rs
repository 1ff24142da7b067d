//! What must be kept, and by whose word.

use register::{HoldRow, HoldTarget};
use serde_json::{Value, json};

use super::keys::moment;
use crate::table::Table;

/// A hold.
pub fn document(row: &HoldRow) -> Value {
    let (kind, id) = match row.target {
        HoldTarget::Tenant(tenant) => ("tenant", tenant.to_string()),
        HoldTarget::Key(key) => ("key", key.to_string()),
    };
    json!({
        "id": row.id,
        "kind": row.kind.word(),
        "on": { "kind": kind, "id": id, "name": row.target_name },
        "reference": row.reference,
        "reason": row.reason,
        "set_by": { "id": row.set_by, "name": row.set_by_name },
        "set_at": row.set_at.to_string(),
        "lifted_at": moment(row.lifted_at),
        "entries": { "set": row.set_seq, "lifted": row.lifted_seq },
    })
}

/// Holds in columns.
pub fn table(rows: &[HoldRow]) -> String {
    let mut table = Table::new(&["hold", "on", "reference", "set by", "since", "lifted", "reason", "id"]);
    for row in rows {
        let on = match row.target {
            HoldTarget::Tenant(_) => "tenant",
            HoldTarget::Key(_) => "key",
        };
        table.row([
            row.kind.word(),
            &format!("{on} {}", row.target_name),
            &row.reference,
            &row.set_by_name,
            &row.set_at.to_string(),
            &row.lifted_at.map_or_else(|| "-".to_owned(), |at| at.to_string()),
            &row.reason,
            &row.id.to_string(),
        ]);
    }
    table.text()
}
