//! Importing what was previewed: one signed act, all rows or none.

use canonical::Encoder;
use domain::{KeyId, Text, Timestamp, escape_visibly};
use rand_core::OsRng;
use register::{Refusal, RegisterError};
use serde_json::Value;

use super::column::Column;
use super::problem::{CellProblem, Problems};
use super::row::InventoryRow;
use super::{Estate, Preview};
use crate::author::Act;

/// Characters of a file's name that the ledger keeps.
const SOURCE_CHARS_MAX: usize = 200;

/// What was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Rows written.
    pub count: usize,
    /// Their records, in the order of the file.
    pub keys: Vec<KeyId>,
    /// Ledger entry.
    pub entry: u64,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The file has problems.
    #[error("the file has {problems} problems; nothing is imported until there are none")]
    Problems {
        /// How many.
        problems: usize,
    },
    /// Every row stands in the register as it is.
    #[error("every row of the file stands in the register already, as it is")]
    NothingNew,
    /// The register found problems that the preview could not know, such as a key that came in between.
    #[error("the register refuses {} cells of the file", .problems.total())]
    Refused {
        /// Which.
        problems: Problems,
    },
    /// The register refused or does not answer.
    #[error(transparent)]
    Register(#[from] RegisterError),
}

impl Estate<'_> {
    /// Imports what `preview` showed. `source` is the file's name: the ledger keeps it, and the file's digest.
    ///
    /// # Errors
    /// [`ImportError`]; nothing was written then.
    pub async fn import_inventory(&self, preview: &Preview, source: &str) -> Result<Imported, ImportError> {
        let problems = preview.problems().total();
        let rows = preview.importable().ok_or(ImportError::Problems { problems })?;
        if rows.is_empty() {
            return Err(ImportError::NothingNew);
        }
        let environment = self.author.custody().environment.word();
        let now = self.now().await?;
        let keys: Vec<KeyId> = rows.iter().map(|_| KeyId::make(now, &mut OsRng)).collect();
        let encoded = keys.iter().zip(&rows).map(|(key, row)| payload_row(*key, environment, row));
        let payload = encoded.fold(Encoder::new(), Encoder::sequence);
        let act = Act::new("inventory.imported", "import", KeyId::make(now, &mut OsRng))
            .with("source", source_name(source))
            .with("file_digest", hex::encode(preview.digest()))
            .payload(payload.clone(), rows.len());
        let entry = self.author.write(act, self.now().await?);
        match self.register.import_inventory(entry.as_act(), &payload.finish()).await {
            Ok(receipt) => Ok(Imported { count: rows.len(), keys, entry: receipt.seq }),
            Err(RegisterError::Refused(refusal)) if refusal.code() == "rows_refused" => {
                Err(ImportError::Refused { problems: named(&refusal, preview) })
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// As `docs/formats/acts.md` lays it out.
fn payload_row(key: KeyId, environment: &str, row: &InventoryRow) -> Encoder {
    fn text(value: Option<&String>) -> &str {
        value.map_or("", String::as_str)
    }
    let time = |encoder: Encoder, time: Option<Timestamp>| match time {
        Some(time) => encoder.time(time.micros()),
        None => encoder.bytes(&[]),
    };
    let encoder = Encoder::new()
        .bytes(key.0.as_bytes())
        .text(environment)
        .text(row.kind.word())
        .text(&row.name)
        .text(text(row.tenant.as_ref()))
        .text(text(row.integration.as_ref()))
        .text(text(row.secret_name.as_ref()))
        .text(row.classification.word())
        .text(&row.purpose)
        .text(&row.owner)
        .text(&row.algorithm)
        .text(&row.bits.map(|bits| bits.to_string()).unwrap_or_default())
        .text(row.storage.word())
        .text(&row.phase_out.map(day).unwrap_or_default())
        .text(text(row.vault_name.as_ref()))
        .text(text(row.version.as_ref()))
        .time(row.created.micros());
    time(time(encoder, row.last_rotated), row.expires)
}

/// The day of a moment, in UTC: times are written `YYYY-MM-DDT…`.
fn day(time: Timestamp) -> String {
    time.to_string().chars().take_while(|character| *character != 'T').collect()
}

/// A file's name as the ledger may keep it, whatever its characters.
fn source_name(name: &str) -> String {
    let short: String = escape_visibly(name).chars().take(SOURCE_CHARS_MAX).collect();
    match Text::parse("source", &short.replace(['\n', '\t'], " "), SOURCE_CHARS_MAX) {
        Ok(name) => name.as_str().to_owned(),
        Err(_nothing_left) => "file without a name".to_owned(),
    }
}

/// The register counts the rows it was given from 1; a person counts the file's.
fn named(refusal: &Refusal, preview: &Preview) -> Problems {
    let mut problems = Problems::default();
    let rows = refusal.detail().get("rows").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for row in rows {
        let word = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
        let number = row.get("row").and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok());
        let found = number.and_then(|number| preview.good_row(number.checked_sub(1)?));
        let (line, name) = found.map_or((0, ""), |(line, row)| (line, row.name.as_str()));
        problems.add(line, column_of(word("column")), name, problem_of(word("problem")), &[]);
    }
    let total = refusal.detail().get("total").and_then(Value::as_u64).and_then(|total| usize::try_from(total).ok());
    problems.count_at_least(total.unwrap_or(0));
    problems
}

fn column_of(word: &str) -> &'static str {
    match word {
        "kind" => Column::Type.name(),
        "created_at" => Column::Created.name(),
        "rotated_at" => Column::LastRotated.name(),
        "expires_at" => Column::Expires.name(),
        other => Column::ALL.iter().map(|column| column.name()).find(|name| *name == other).unwrap_or(""),
    }
}

fn problem_of(word: &str) -> CellProblem {
    match word {
        "missing" => CellProblem::Missing,
        "not_a_date" => CellProblem::NotADate,
        "not_a_number" => CellProblem::NotANumber,
        "too_long" => CellProblem::TooLong,
        "hidden_characters" => CellProblem::HiddenCharacters,
        "duplicate_in_file" => CellProblem::DuplicateInFile,
        "already_in_register" => CellProblem::AlreadyInRegister,
        "other_environment" => CellProblem::OtherEnvironment,
        "weak_algorithm" => CellProblem::WeakAlgorithm,
        "legacy_storage" => CellProblem::LegacyStorage,
        "not_selectable" => CellProblem::NotSelectable,
        "owner_and_purpose_needed" => CellProblem::OwnerAndPurposeNeeded,
        "tenant_needed" => CellProblem::TenantNeeded,
        _ => CellProblem::UnknownWord,
    }
}
