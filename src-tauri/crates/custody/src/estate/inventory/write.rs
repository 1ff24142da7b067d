//! Writes an inventory as the CSV that [`super::Preview::read`] reads.

use domain::{Environment, Timestamp};

use super::cell::FORMULA_STARTS;
use super::column::Column;
use super::row::InventoryRow;

/// Writes rows with a header. No cell can be taken for a formula by a spreadsheet.
///
/// # Errors
/// [`csv::Error`] when `out` cannot be written.
pub fn write_csv<'a>(
    out: impl std::io::Write,
    environment: Environment,
    rows: impl IntoIterator<Item = &'a InventoryRow>,
) -> Result<(), csv::Error> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    writer.write_record(Column::ALL.iter().map(|column| column.name()))?;
    for row in rows {
        writer.write_record(Column::ALL.iter().map(|column| guarded(cell(row, *column, environment))))?;
    }
    writer.flush()?;
    Ok(())
}

/// Puts an apostrophe before what a spreadsheet would execute (CSV injection, CWE-1236).
#[must_use]
pub fn guarded(cell: String) -> String {
    if cell.starts_with(FORMULA_STARTS) { format!("'{cell}") } else { cell }
}

fn cell(row: &InventoryRow, column: Column, environment: Environment) -> String {
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    let moment = |time: Option<Timestamp>| time.map(day_or_moment).unwrap_or_default();
    match column {
        Column::Type => row.kind.word().to_owned(),
        Column::Name => row.name.clone(),
        Column::Environment => environment.word().to_owned(),
        Column::Tenant => optional(&row.tenant),
        Column::Integration => optional(&row.integration),
        Column::SecretName => optional(&row.secret_name),
        Column::Classification => row.classification.word().to_owned(),
        Column::Purpose => row.purpose.clone(),
        Column::Owner => row.owner.clone(),
        Column::Algorithm => row.algorithm.clone(),
        Column::Bits => row.bits.map(|bits| bits.to_string()).unwrap_or_default(),
        Column::Storage => row.storage.word().to_owned(),
        Column::VaultName => optional(&row.vault_name),
        Column::Version => optional(&row.version),
        Column::Created => day_or_moment(row.created),
        Column::LastRotated => moment(row.last_rotated),
        Column::Expires => moment(row.expires),
        Column::PhaseOutDate => moment(row.phase_out),
    }
}

/// A midnight is written as its day, anything else to the microsecond.
fn day_or_moment(time: Timestamp) -> String {
    let moment = time.to_string();
    match moment.strip_suffix("T00:00:00.000000Z") {
        Some(day) => day.to_owned(),
        None => moment,
    }
}
