//! `countersign ledger targets`: how far each target of the log stack is; forgets one.

use clap::Args;
use custody::Act;
use domain::Timestamp;
use register::LogTargetRow;
use serde_json::{Value, json};
use workplace::Desk;

use crate::answer::Answer;
use crate::at_work::with_desk;
use crate::context::Context;
use crate::failure::Failure;
use crate::table::{Table, safe};

/// Targets of the log stack.
#[derive(Debug, Args)]
pub struct Targets {
    /// Forget a target that is used no more, and with it the alarm that it does not move
    #[arg(long, value_name = "NAME", requires = "reason")]
    drop: Option<String>,
    /// Why it is used no more
    #[arg(long, value_name = "TEXT", requires = "drop")]
    reason: Option<String>,
}

impl Targets {
    /// Lists, or forgets.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        with_desk(context, async |desk| match &self.drop {
            Some(name) => forget(desk, name, self.reason.as_deref().unwrap_or_default()).await,
            None => list(desk).await,
        })
        .await
    }
}

async fn forget(desk: &Desk, name: &str, reason: &str) -> Result<Answer, Failure> {
    let console = &desk.console;
    let act = Act::new("log_target.dropped", "log_target", name).purpose(reason);
    let entry = desk.author().write(act, console.now().await?);
    let receipt = console.register.drop_log_target(entry.as_act()).await?;
    let text = format!("{} is forgotten, by entry {}", safe(name), receipt.seq);
    Ok(Answer::new(json!({ "target": name, "entry": receipt.seq }), text))
}

async fn list(desk: &Desk) -> Result<Answer, Failure> {
    let register = &desk.console.register;
    let (rows, now) = (register.log_targets().await?, register.clock().await?);
    if rows.is_empty() {
        let text = "The ledger is sent nowhere yet. Next: countersign ledger stream --to TARGET";
        return Ok(Answer::new(json!({ "targets": [] }), text));
    }
    let mut table = Table::new(&["target", "schema", "at entry", "behind", "last moved", "state"]);
    for row in &rows {
        let (position, moved) = (row.position.to_string(), row.moved_at.to_string());
        table.row([row.name.as_str(), &row.format, &position, &row.behind.to_string(), &moved, &state(row, now)]);
    }
    let documents: Vec<Value> = rows.iter().map(|row| document(row, now)).collect();
    Ok(Answer::new(json!({ "targets": documents }), table.text()))
}

/// One word, or what is wrong.
fn state(row: &LogTargetRow, now: Timestamp) -> String {
    match (row.is_stalled, row.trouble.as_str()) {
        (true, "") => format!("stalled for {} minutes", row.minutes_behind(now)),
        (true, trouble) => format!("stalled for {} minutes: {trouble}", row.minutes_behind(now)),
        (false, "") if row.behind == 0 => "up to date".to_owned(),
        (false, "") => "moving".to_owned(),
        (false, trouble) => trouble.to_owned(),
    }
}

/// What a target that stalls misses, in a sentence.
pub fn behind(row: &LogTargetRow, now: Timestamp) -> String {
    format!("{} is {} entries and {} minutes behind", row.name, row.behind, row.minutes_behind(now))
}

/// A target, for programs.
pub fn document(row: &LogTargetRow, now: Timestamp) -> Value {
    json!({
        "target": row.name,
        "format": row.format,
        "position": row.position,
        "behind": row.behind,
        "minutes_behind": row.minutes_behind(now),
        "stalled": row.is_stalled,
        "moved_at": row.moved_at.to_string(),
        "reported_at": row.reported_at.to_string(),
        "trouble": row.trouble,
    })
}
