//! How people stand.

use domain::{OperatorId, Timestamp};
use register::{OperatorKind, OperatorRow, ProofOfLifeRow, UnmetWhy};
use serde_json::{Value, json};
use workplace::Desk;

use crate::answer::{Answer, Exit};
use crate::commands::operators;
use crate::failure::Failure;
use crate::people::words;
use crate::table::Table;

/// The operator called so, by name, login or id.
pub async fn find(desk: &Desk, named: &str) -> Result<OperatorRow, Failure> {
    let wanted = named.to_lowercase();
    let rows = desk.console.register.operators().await?;
    let is_named =
        |row: &&OperatorRow| row.login == named || row.name.to_lowercase() == wanted || row.id.to_string() == wanted;
    let found = rows.iter().find(is_named).cloned();
    found.ok_or_else(|| {
        Failure::new("unknown", format!("nobody called {named} was ever enrolled")).hint("countersign people list")
    })
}

/// Everyone.
pub async fn list(desk: &Desk) -> Result<Answer, Failure> {
    let register = &desk.console.register;
    let (rows, proofs, now) = (register.operators().await?, register.proofs_of_life().await?, register.clock().await?);
    let proof_of = |id: OperatorId| proofs.iter().find(|proof| proof.operator == id);
    let mut table = Table::new(&["name", "kind", "roles", "status", "devices", "rehearse by", "acknowledge by"]);
    for row in &rows {
        let devices = row.devices.iter().filter(|device| device.active).count().to_string();
        let (roles, proof) = (words(&row.roles_at(now)), proof_of(row.id));
        let rehearse = proof.map(|it| due(it.rehearse_by, it.rehearsal_overdue)).unwrap_or_default();
        let acknowledge = proof.map(|it| due(it.acknowledge_by, it.acknowledgement_overdue)).unwrap_or_default();
        let marked = if row.kind == OperatorKind::Operator { "" } else { row.kind.word() };
        table.row([row.name.as_str(), marked, &roles, row.status.word(), &devices, &rehearse, &acknowledge]);
    }
    let people: Vec<Value> = rows.iter().map(|row| document(row, proof_of(row.id))).collect();
    Ok(Answer::new(json!({ "people": people }), table.text()))
}

/// One operator.
pub async fn show(desk: &Desk, named: &str) -> Result<Answer, Failure> {
    let register = &desk.console.register;
    let row = find(desk, named).await?;
    let (events, ended) = (register.operator_events(row.id).await?, register.ended_roles(row.id).await?);
    let proofs = register.proofs_of_life().await?;
    let mut facts = Table::pairs();
    facts.pair("name", &row.name);
    facts.pair("kind", row.kind.word());
    facts.pair("person", &row.person);
    facts.pair("login", &row.login);
    facts.pair("status", row.status.word());
    for held in &row.roles {
        facts.pair("role", format!("{} (counts from {})", held.role, held.effective_at));
    }
    for role in &ended {
        facts.pair("had", format!("{} until {}", role.role, role.ended_at));
    }
    for device in &row.devices {
        let state = if device.active { "trusted" } else { "revoked" };
        facts.pair("device", format!("{}, {state}, {}", device.name, hex::encode(device.key_id)));
    }
    let mut history = Table::new(&["entry", "when", "what", "by", "said"]);
    for event in &events {
        let what = event.operation.map_or_else(|| event.verb.clone(), |operation| operation.to_string());
        history.row([event.seq.to_string().as_str(), &event.at.to_string(), &what, &event.by_name, &event.purpose]);
    }
    let event = |event: &register::OperatorEventRow| {
        json!({
            "entry": event.seq, "at": event.at.to_string(), "verb": event.verb, "operation": event.operation,
            "by": { "id": event.by, "name": event.by_name }, "purpose": event.purpose,
        })
    };
    let mut all = document(&row, proofs.iter().find(|proof| proof.operator == row.id));
    if let Some(all) = all.as_object_mut() {
        all.insert("events".to_owned(), events.iter().map(event).collect());
    }
    Ok(Answer::new(all, format!("{}\n\n{}", facts.text(), history.text())))
}

/// What somebody needs to join from another computer.
pub async fn invite(desk: &Desk) -> Result<Answer, Failure> {
    let invitation = desk.premises.invitation(None).await?;
    let text = invitation.write();
    let document: Value = serde_json::from_str(&text).map_err(|error| Failure::of("invitation", &error))?;
    Ok(Answer::new(document, text))
}

/// Lost devices.
pub async fn lost(desk: &Desk) -> Result<Answer, Failure> {
    let rows = desk.console.register.lost_devices().await?;
    let mut table = Table::new(&["device", "of", "lost", "wipe by", "state"]);
    for row in &rows {
        table.row([
            row.device_name.as_str(),
            &row.operator_name,
            &row.lost_at.to_string(),
            &row.due_at.to_string(),
            row.state.word(),
        ]);
    }
    let view = |row: &register::LostDeviceRow| {
        json!({
            "device": hex::encode(&row.device), "name": row.device_name, "operator": row.operator_name,
            "lost_at": row.lost_at.to_string(), "reported_at": row.reported_at.to_string(), "due_at": row.due_at.to_string(),
            "wiped_at": row.wiped_at.map(|at| at.to_string()), "evidence": row.evidence, "state": row.state.word(),
        })
    };
    let text = if rows.is_empty() { "No device was reported lost.".to_owned() } else { table.text() };
    Ok(Answer::new(json!({ "lost": rows.iter().map(view).collect::<Vec<_>>() }), text))
}

/// The duties in force.
pub async fn duties(desk: &Desk) -> Result<Answer, Failure> {
    let duties = desk.console.register.duties().await?;
    Ok(Answer::new(json!({ "version": duties.version, "words": duties.words }), duties.words))
}

/// What nobody could sign today.
pub async fn quorums(desk: &Desk) -> Result<Answer, Failure> {
    let rows = desk.console.register.unmet_quorums().await?;
    let mut table = Table::new(&["operation", "why", "may ask", "may countersign"]);
    for row in &rows {
        let why = match row.why {
            UnmetWhy::TooFew => "too few people",
            UnmetWhy::NotProven => "somebody has not rehearsed",
        };
        let operation = crate::views::plans::operation(row.operation);
        table.row([operation, why, &row.may_request.join(", "), &row.may_countersign.join(", ")]);
    }
    let view = |row: &register::UnmetQuorumRow| {
        json!({
            "operation": row.operation,
            "why": if row.why == UnmetWhy::TooFew { "too_few" } else { "not_proven" },
            "minimum": row.minimum, "may_request": row.may_request, "may_countersign": row.may_countersign,
        })
    };
    let document = json!({ "unmet": rows.iter().map(view).collect::<Vec<_>>() });
    if rows.is_empty() {
        return Ok(Answer::new(document, "Every operation can be signed today."));
    }
    Ok(Answer { exit: Exit::Refused, ..Answer::new(document, table.text()) })
}

fn due(by: Timestamp, overdue: bool) -> String {
    if overdue { format!("{by}, overdue") } else { by.to_string() }
}

fn document(row: &OperatorRow, proof: Option<&ProofOfLifeRow>) -> Value {
    let mut all = operators::document(row);
    let at = |at: Option<Timestamp>| at.map(|at| at.to_string());
    if let (Some(all), Some(proof)) = (all.as_object_mut(), proof) {
        let rehearsal = json!({
            "proven_at": at(proof.proven_at), "by": proof.rehearse_by.to_string(), "overdue": proof.rehearsal_overdue,
        });
        let duties = json!({
            "acknowledged_at": at(proof.acknowledged_at), "version": proof.acknowledged_version,
            "by": proof.acknowledge_by.to_string(), "overdue": proof.acknowledgement_overdue,
        });
        all.insert("rehearsal".to_owned(), rehearsal);
        all.insert("duties".to_owned(), duties);
    }
    all
}
