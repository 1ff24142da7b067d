//! How keys come in and go out as files: `discover`, `adopt`, `import`, `export`, `sample load`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use custody::estate::Estate;
use custody::estate::discovery::{Adoption, Discovery, Drift};
use custody::estate::inventory::{FILE_BYTES_MAX, ImportError, Preview, Problem, Problems};
use custody::estate::sample::SampleStep;
use domain::Classification;
use serde_json::{Value, json};
use workplace::Desk;

use crate::answer::{Answer, Exit};
use crate::at_work::with_desk;
use crate::context::Context;
use crate::failure::Failure;
use crate::progress::Meter;
use crate::table::{Table, safe};

/// A key to be adopted.
#[derive(Debug, Args)]
pub struct Adopt {
    /// Its name in the vault
    name: String,
    /// Who answers for it
    #[arg(long)]
    owner: String,
    /// What it is for
    #[arg(long)]
    purpose: String,
    /// public, internal, confidential or restricted
    #[arg(long, default_value = "restricted")]
    classification: Classification,
}

/// An inventory file.
#[derive(Debug, Args)]
pub struct Import {
    /// CSV file; docs/formats/inventory.md describes its columns
    file: PathBuf,
    /// Only say what the import would do
    #[arg(long)]
    dry_run: bool,
}

/// Where the inventory goes.
#[derive(Debug, Args)]
pub struct Export {
    /// File to write, which must not exist yet; otherwise standard output
    file: Option<PathBuf>,
}

/// The sample.
#[derive(Debug, Subcommand)]
pub enum Sample {
    /// Load 40 tenants, about 2,100 DEKs under four KEKs, and tokens into an empty local custody
    Load,
}

fn estate(desk: &Desk) -> Estate<'_> {
    Estate::new(&desk.console, desk.author())
}

/// Compares vault and register.
pub async fn discover(context: &Context) -> Result<Answer, Failure> {
    with_desk(context, async |desk| {
        let found = estate(desk).discover().await?;
        Ok(Answer::new(discovery_document(&found), discovery_text(&found)))
    })
    .await
}

fn discovery_document(found: &Discovery) -> Value {
    let drift = |it: &Drift| {
        json!({
            "kind": it.kind.word(),
            "object": it.object.word(),
            "name": it.name,
            "key": it.key.as_ref().map(|(id, _)| id),
            "register": it.register,
            "vault": it.vault,
            "adoptable": it.adoptable,
            "weak": it.weak,
        })
    };
    json!({
        "at": found.at.to_string(),
        "vault_objects": found.vault_objects,
        "register_records": found.register_records,
        "agreeing": found.agreeing,
        "secrets_read": found.secrets_read,
        "differences": found.drift.iter().map(drift).collect::<Vec<_>>(),
        "entry": found.entry,
    })
}

fn discovery_text(found: &Discovery) -> String {
    let mut table = Table::new(&["name", "object", "difference", "register", "vault", "adoptable"]);
    for it in &found.drift {
        let kind = it.kind.word().replace('_', " ");
        let adoptable = if it.adoptable { "yes" } else { "no" };
        table.row([it.name.as_str(), it.object.word(), &kind, &it.register, &it.vault, adoptable]);
    }
    let secrets = if found.secrets_read { "" } else { "\nSecrets were not read: this identity may not list them." };
    let counted = format!(
        "{} objects in the vault, {} records in the register, {} agree, {} differences; entry {}{secrets}",
        found.vault_objects,
        found.register_records,
        found.agreeing,
        found.drift.len(),
        found.entry,
    );
    if found.drift.is_empty() { counted } else { format!("{}\n\n{counted}", table.text()) }
}

impl Adopt {
    /// Takes the key into the register.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        with_desk(context, async |desk| {
            let adoption = Adoption {
                name: self.name.clone(),
                owner: self.owner.clone(),
                purpose: self.purpose.clone(),
                classification: self.classification,
            };
            let adopted = estate(desk).adopt(&adoption).await?;
            let text =
                format!("{} is in the register as {}; entry {}", safe(&adopted.name), adopted.key, adopted.entry);
            Ok(Answer::new(json!({ "key": adopted.key, "name": adopted.name, "entry": adopted.entry }), text))
        })
        .await
    }
}

impl Import {
    /// Previews, and imports unless it is a dry run or anything is wrong.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        let file = read(&self.file)?;
        with_desk(context, async |desk| {
            let preview = estate(desk).preview_inventory(&file).await?;
            if preview.problems().total() > 0 {
                return Ok(refused(preview.problems(), &preview));
            }
            if self.dry_run {
                let text = format!("{}\nNothing was imported.", counted(&preview));
                return Ok(Answer::new(preview_document(&preview, None), text));
            }
            let source = self.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            match estate(desk).import_inventory(&preview, &source).await {
                Ok(imported) => {
                    let text = format!("{} rows imported; entry {}", imported.count, imported.entry);
                    Ok(Answer::new(preview_document(&preview, Some((imported.count, imported.entry))), text))
                }
                Err(ImportError::NothingNew) => {
                    let text = "Every row stands in the register already, as it is. Nothing was imported.";
                    Ok(Answer::new(preview_document(&preview, Some((0, 0))), text))
                }
                Err(ImportError::Refused { problems }) => Ok(refused(&problems, &preview)),
                Err(error) => Err(error.into()),
            }
        })
        .await
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error: std::io::Error| {
        Failure::new("file", format!("{} cannot be read: {error}", path.display())).could_not_tell()
    };
    let length = std::fs::metadata(path).map_err(failed)?.len();
    if length > u64::try_from(FILE_BYTES_MAX).unwrap_or(u64::MAX) {
        return Err(failed(std::io::Error::other(format!("it has {length} bytes, at most {FILE_BYTES_MAX} are read"))));
    }
    std::fs::read(path).map_err(failed)
}

fn counted(preview: &Preview) -> String {
    let new = preview.rows_good().saturating_sub(preview.rows_unchanged());
    let unchanged = preview.rows_unchanged();
    format!("{} rows: {new} new, {unchanged} in the register as they are", preview.rows_total())
}

fn preview_document(preview: &Preview, imported: Option<(usize, u64)>) -> Value {
    json!({
        "rows": preview.rows_total(),
        "good": preview.rows_good(),
        "unchanged": preview.rows_unchanged(),
        "file_digest": hex::encode(preview.digest()),
        "problems": [],
        "problems_total": 0,
        "imported": imported.map_or(0, |(count, _)| count),
        "entry": imported.map(|(_, entry)| entry).filter(|entry| *entry > 0),
    })
}

/// Nothing was imported, and every bad cell is named.
fn refused(problems: &Problems, preview: &Preview) -> Answer {
    let word = |problem: &Problem| snake_case(&format!("{:?}", problem.problem));
    let view = |problem: &Problem| {
        json!({
            "row": problem.row,
            "column": problem.column,
            "value": problem.value,
            "problem": word(problem),
            "accepted": problem.accepted,
        })
    };
    let mut document = preview_document(preview, None);
    if let Some(all) = document.as_object_mut() {
        all.insert("problems".to_owned(), Value::Array(problems.kept().iter().map(view).collect()));
        all.insert("problems_total".to_owned(), json!(problems.total()));
    }
    let mut table = Table::new(&["row", "column", "problem", "value", "accepted"]);
    for problem in problems.kept() {
        let (row, what) = (problem.row.to_string(), word(problem).replace('_', " "));
        table.row([row.as_str(), &problem.column, &what, &problem.value, &problem.accepted.join(", ")]);
    }
    let text = format!("{}\n\n{} problems; nothing was imported.", table.text(), problems.total());
    Answer { document, text, exit: Exit::Refused }
}

/// `TenantNeeded` as `tenant_needed`.
fn snake_case(name: &str) -> String {
    let mut word = String::with_capacity(name.len() + 4);
    for (index, character) in name.chars().enumerate() {
        if character.is_ascii_uppercase() && index > 0 {
            word.push('_');
        }
        word.push(character.to_ascii_lowercase());
    }
    word
}

impl Export {
    /// Writes the inventory.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        with_desk(context, async |desk| {
            let csv = estate(desk).export_inventory().await?;
            let rows = csv.iter().filter(|byte| **byte == b'\n').count().saturating_sub(1);
            let Some(path) = &self.file else {
                let text = String::from_utf8_lossy(&csv).into_owned();
                return Ok(Answer::new(json!({ "rows": rows, "csv": text }), text));
            };
            write_new(path, &csv)?;
            let document = json!({ "rows": rows, "file": path });
            Ok(Answer::new(document, format!("{} written", safe(&path.display().to_string()))))
        })
        .await
    }
}

/// An export replaces no file: it could be the one that somebody was about to import.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    use std::io::Write as _;
    let written = std::fs::File::create_new(path).and_then(|mut file| file.write_all(bytes));
    written.map_err(|error| Failure::new("file", format!("{} cannot be written: {error}", path.display())))
}

impl Sample {
    /// Loads it.
    pub async fn run(self, context: &Context) -> Result<Answer, Failure> {
        let Self::Load = self;
        with_desk(context, async |desk| {
            let meter = Meter::new(context, "keys in the vault");
            let progress = |step: SampleStep, done, total| {
                meter.turn_to(match step {
                    SampleStep::Keks => "keys in the vault",
                    SampleStep::Inventory => "inventory",
                    SampleStep::Deks => "DEKs",
                    SampleStep::Tokens => "tokens",
                });
                meter.count(done, total);
            };
            let loaded = estate(desk).load_sample(&progress).await;
            meter.end();
            let loaded = loaded?;
            let document = json!({
                "tenants": loaded.tenants,
                "keks": loaded.keks,
                "deks": loaded.deks,
                "tokens": loaded.tokens,
                "inventory": loaded.inventory,
            });
            let text = format!(
                "Sample loaded: {} tenants, {} KEKs, {} DEKs, {} tokens, {} other records",
                loaded.tenants, loaded.keks, loaded.deks, loaded.tokens, loaded.inventory
            );
            Ok(Answer::new(document, text))
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_are_words() {
        assert_eq!(snake_case("OwnerAndPurposeNeeded"), "owner_and_purpose_needed");
    }
}
