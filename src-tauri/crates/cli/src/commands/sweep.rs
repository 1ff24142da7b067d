//! `countersign sweep`: expired tokens are overwritten and deleted now. Made for a scheduler: quiet with nothing to do.

use serde_json::json;
use workplace::Desk;

use crate::answer::Answer;
use crate::at_work::with_desk;
use crate::context::Context;
use crate::failure::Failure;
use crate::progress::Meter;

/// Sweeps.
pub async fn run(context: &Context) -> Result<Answer, Failure> {
    with_desk(context, async |desk| sweep(desk, context).await).await
}

async fn sweep(desk: &Desk, context: &Context) -> Result<Answer, Failure> {
    let meter = Meter::new(context, "delete expired tokens");
    let count = |done: usize, total: usize| {
        if total > 0 {
            meter.count(done, total);
        }
    };
    let swept = desk.console.sweep(desk.author(), &count).await;
    meter.end();
    let swept = swept?;
    let document = json!({ "deleted": swept.deleted, "kept": swept.kept, "entries": swept.entries });
    let mut lines = Vec::new();
    if swept.deleted > 0 {
        lines.push(format!("{} expired tokens were overwritten and deleted", swept.deleted));
    }
    if swept.kept > 0 {
        lines.push(format!("{} expired tokens are kept by a hold: countersign hold list", swept.kept));
    }
    Ok(Answer::new(document, lines.join("\n")))
}
