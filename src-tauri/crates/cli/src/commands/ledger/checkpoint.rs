//! `countersign ledger checkpoint`: looks at the newest checkpoint, makes one, cosigns it, gives it away.

use std::path::{Path, PathBuf};

use clap::Args;
use custody::proof::{Checkpointed, KnownCheckpoint};
use serde_json::{Value, json};
use workplace::Desk;

use super::super::request::show_before_signing;
use crate::answer::Answer;
use crate::at_work::{passphrase, with_desk};
use crate::context::Context;
use crate::failure::{Failure, why_not};
use crate::people::Directory;
use crate::table::{Table, safe};

/// Checkpoints of the ledger.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct Checkpoint {
    /// Make one of the ledger as it is now, under your device key
    #[arg(long)]
    sign: bool,
    /// Cosign the newest one that another person made
    #[arg(long)]
    cosign: bool,
    /// Write the newest one, with its signatures, to a file that must not exist yet
    #[arg(long, value_name = "FILE")]
    publish: Option<PathBuf>,
}

impl Checkpoint {
    /// Does it.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        with_desk(context, async |desk| {
            if self.sign {
                sign(desk, context).await
            } else if self.cosign {
                cosign(desk, context).await
            } else if let Some(file) = &self.publish {
                publish(desk, file).await
            } else {
                show(desk).await
            }
        })
        .await
    }
}

async fn sign(desk: &Desk, context: &Context) -> Result<Answer, Failure> {
    let kept = desk.kept_tree().await?;
    let device = desk.unlock_for_seal(passphrase(context, &desk.person.name)?).await?;
    let made = desk.console.sign_checkpoint(&device, kept.as_ref()).await?;
    desk.keep(&made).await?;
    let text = format!(
        "The checkpoint of entry {} is made under your signature{}. A second person: countersign --as NAME ledger checkpoint --cosign",
        made.size,
        by_entry(&made)
    );
    answer(desk, text).await
}

async fn cosign(desk: &Desk, context: &Context) -> Result<Answer, Failure> {
    let kept = desk.kept_tree().await?;
    let seen = desk.console.see_checkpoint(kept.as_ref()).await?.ok_or_else(none)?;
    let may = desk.console.register.may_cosign(seen.size, desk.person.operator).await?;
    if may != "ok" {
        return Err(why_not(&may, &[]));
    }
    let (people, known) = (Directory::read(desk).await?, desk.console.checkpoints(1).await?);
    show_before_signing(context, &table(&known, &people));
    let device = desk.unlock_for_seal(passphrase(context, &desk.person.name)?).await?;
    let cosigned = desk.console.cosign_checkpoint(&device, kept.as_ref()).await?;
    desk.keep(&cosigned).await?;
    answer(desk, format!("The checkpoint of entry {} is cosigned{}", cosigned.size, by_entry(&cosigned))).await
}

async fn publish(desk: &Desk, file: &Path) -> Result<Answer, Failure> {
    let kept = desk.kept_tree().await?;
    let seen = desk.console.see_checkpoint(kept.as_ref()).await?.ok_or_else(none)?;
    let known = desk.console.checkpoints(1).await?.pop().ok_or_else(none)?;
    let note = known.note.encode();
    let written =
        std::fs::File::create_new(file).and_then(|mut out| std::io::Write::write_all(&mut out, note.as_bytes()));
    written.map_err(|error| Failure::new("file", format!("{} cannot be written: {error}", file.display())))?;
    desk.keep(&seen).await?;
    let people = Directory::read(desk).await?;
    let text = format!("The checkpoint of entry {} is in {}", known.size(), safe(&file.display().to_string()));
    Ok(Answer::new(json!({ "file": file, "checkpoint": document(&known, &people) }), text))
}

async fn show(desk: &Desk) -> Result<Answer, Failure> {
    let kept = desk.kept_tree().await?;
    match desk.console.see_checkpoint(kept.as_ref()).await? {
        Some(seen) => {
            desk.keep(&seen).await?;
            let behind = seen.verified.0.saturating_sub(seen.size);
            answer(
                desk,
                format!("The ledger has {} entries, {behind} of them since the newest checkpoint", seen.verified.0),
            )
            .await
        }
        None => {
            Ok(Answer::new(json!({ "checkpoints": [] }), "No checkpoint yet: countersign ledger checkpoint --sign"))
        }
    }
}

/// The newest checkpoints below a sentence.
async fn answer(desk: &Desk, text: String) -> Result<Answer, Failure> {
    const SHOWN: u32 = 5;
    let (known, people) = (desk.console.checkpoints(SHOWN).await?, Directory::read(desk).await?);
    let documents: Vec<Value> = known.iter().map(|it| document(it, &people)).collect();
    Ok(Answer::new(json!({ "checkpoints": documents }), format!("{}\n{text}", table(&known, &people))))
}

fn by_entry(done: &Checkpointed) -> String {
    done.receipt.as_ref().map(|receipt| format!("; entry {}", receipt.seq)).unwrap_or_default()
}

pub fn none() -> Failure {
    Failure::new("checkpoint_unknown", "there is no checkpoint yet".to_owned())
        .hint("countersign ledger checkpoint --sign")
}

fn document(known: &KnownCheckpoint, people: &Directory) -> Value {
    let signatures = known.signatures.iter().map(|it| {
        json!({
            "by": people.person(it.operator),
            "statement": if it.is_review { "cosigned" } else { "made" },
            "at": it.at.to_string(),
            "key": hex::encode(it.device),
            "entry": it.seq,
            "holds": it.holds,
        })
    });
    json!({
        "size": known.size(),
        "root": hex::encode(known.note.checkpoint().root()),
        "entry": known.signed_seq,
        "note": known.note.encode(),
        "signatures": signatures.collect::<Vec<_>>(),
    })
}

fn table(known: &[KnownCheckpoint], people: &Directory) -> String {
    let mut table = Table::new(&["up to entry", "root", "what", "by", "at", "signature"]);
    for checkpoint in known {
        let (size, root) = (checkpoint.size().to_string(), hex::encode(checkpoint.note.checkpoint().root()));
        for it in &checkpoint.signatures {
            let what = if it.is_review { "cosigned" } else { "made" };
            let holds = if it.holds { "verified" } else { "DOES NOT VERIFY" };
            table.row([size.as_str(), &root, what, &people.name(it.operator), &it.at.to_string(), holds]);
        }
    }
    table.text()
}
