//! `countersign operators`.

use register::{OperatorRow, OperatorStatus};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::at_work::with_desk;
use crate::context::Context;
use crate::failure::Failure;
use crate::people::words;
use crate::table::Table;

/// Everyone who was ever enrolled.
pub async fn run(context: &Context) -> Result<Answer, Failure> {
    with_desk(context, async |desk| {
        let register = &desk.console.register;
        let (rows, now) = (register.operators().await?, register.clock().await?);
        let mut table = Table::new(&["name", "login", "roles", "status", "devices", "person"]);
        for row in &rows {
            let devices = row.devices.iter().filter(|device| device.active).count().to_string();
            let roles = words(&row.roles_at(now));
            table.row([row.name.as_str(), &row.login, &roles, status(row), &devices, &row.person]);
        }
        let people: Vec<Value> = rows.iter().map(document).collect();
        Ok(Answer::new(json!({ "operators": people }), table.text()))
    })
    .await
}

fn status(row: &OperatorRow) -> &'static str {
    match row.status {
        OperatorStatus::Active => "active",
        OperatorStatus::Suspended => "suspended",
        OperatorStatus::Left => "left",
    }
}

pub fn document(row: &OperatorRow) -> Value {
    let role = |held: &register::HeldRole| json!({ "role": held.role, "effective_at": held.effective_at.to_string() });
    let device = |device: &register::DeviceRow| json!({ "key": hex::encode(device.key_id), "name": device.name, "active": device.active });
    json!({
        "id": row.id,
        "name": row.name,
        "login": row.login,
        "person": row.person,
        "kind": row.kind.word(),
        "status": status(row),
        "roles": row.roles.iter().map(role).collect::<Vec<_>>(),
        "devices": row.devices.iter().map(device).collect::<Vec<_>>(),
        "enrolled_at": row.enrolled_at.to_string(),
        "entry": row.enrolled_seq,
    })
}
