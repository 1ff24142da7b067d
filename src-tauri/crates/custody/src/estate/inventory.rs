//! An inventory from a file: read, shown with every bad cell, and then imported whole or not at all.
//!
//! Reading is pure and writes nothing. The format is `docs/formats/inventory.md`. Metadata only: there is no column for a
//! key's value, a column that is not in the format is refused, and its cells are never shown.

mod cell;
mod column;
mod import;
mod preview;
mod problem;
mod row;
mod text;
mod write;

use std::collections::{HashMap, HashSet};

use csv::ByteRecord;
use sha2::{Digest, Sha256};

pub use column::Column;
pub use import::{ImportError, Imported};
pub use preview::{ExportError, PreviewError};
pub use problem::{CellProblem, PROBLEMS_MAX, Problem, Problems};
pub use row::{Identity, InventoryRow, LEGACY_AGE_DAYS_MIN, Setting};
pub use write::{guarded, write_csv};

use super::Estate;
use cell::Cells;
use column::{HEADER_ROW, Header};
use problem::shown;
use text::{Lines, checked, decode, delimiter};

/// Longest file, in bytes.
pub const FILE_BYTES_MAX: usize = 10 * 1024 * 1024;
/// Most rows: what one act takes.
pub const ROWS_MAX: usize = 20_000;
/// Most cells in the header.
const COLUMNS_MAX: usize = 100;
/// Rows that are shown.
pub const SHOWN_ROWS_MAX: usize = 200;

/// Why a file is not read at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// Longer than anything that is an inventory.
    #[error("the file has {bytes} bytes, at most {FILE_BYTES_MAX} are read")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// Nothing but a header, or not even that.
    #[error("the file has no rows")]
    NoRows,
    /// More rows than one act takes.
    #[error("the file has more than {ROWS_MAX} rows: split it")]
    TooManyRows,
    /// More columns than any inventory has.
    #[error("the first line has more than {COLUMNS_MAX} cells: this is no inventory")]
    TooManyColumns,
    /// UTF-16, as some spreadsheets save "Unicode text".
    #[error("the file is UTF-16: save it as CSV in UTF-8")]
    Utf16,
    /// The CSV reader gave up.
    #[error("the file is no CSV")]
    NotCsv(#[source] csv::Error),
}

/// A row as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownRow {
    /// Line number in the file; the header is line 1.
    pub row: u32,
    /// Its cells in the order of the columns, safe to show; empty under a column that is not in the format.
    pub cells: Vec<String>,
    /// Whether it may be imported.
    pub good: bool,
}

/// What an import of the file would do.
#[derive(Debug, Clone)]
pub struct Preview {
    columns: Vec<String>,
    shown: Vec<ShownRow>,
    rows_total: usize,
    good: Vec<(u32, InventoryRow)>,
    unchanged: usize,
    problems: Problems,
    digest: [u8; 32],
}

impl Preview {
    /// Reads a file.
    ///
    /// # Errors
    /// [`FileError`] when it is no file of rows; a bad cell is no error but a [`Problem`].
    pub fn read(file: &[u8], setting: Setting) -> Result<Self, FileError> {
        let text = checked(file)?;
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter(text)).from_reader(text);
        let mut problems = Problems::default();
        let mut record = ByteRecord::new();
        if !reader.read_byte_record(&mut record).map_err(FileError::NotCsv)? {
            return Err(FileError::NoRows);
        }
        if record.len() > COLUMNS_MAX {
            return Err(FileError::TooManyColumns);
        }
        let header_cells = decode(&record, HEADER_ROW, None, &mut problems);
        let header = Header::read(&header_cells, &mut problems);
        let columns = header_cells.iter().map(|cell| shown(cell)).collect();
        let digest = Sha256::digest(file).into();
        let mut preview =
            Self { columns, shown: Vec::new(), rows_total: 0, good: Vec::new(), unchanged: 0, problems, digest };
        let mut seen = HashMap::new();
        let mut lines = Lines { text, at: 0, line: HEADER_ROW };
        while reader.read_byte_record(&mut record).map_err(FileError::NotCsv)? {
            if record.iter().all(<[u8]>::is_empty) {
                continue;
            }
            if preview.rows_total == ROWS_MAX {
                return Err(FileError::TooManyRows);
            }
            let begin = record.position().map_or(0, csv::Position::byte);
            let line = lines.line_of_record(usize::try_from(begin).unwrap_or(usize::MAX));
            preview.take(&record, line, &header, setting, &mut seen);
        }
        if preview.rows_total == 0 { Err(FileError::NoRows) } else { Ok(preview) }
    }

    fn take(
        &mut self,
        record: &ByteRecord,
        line: u32,
        header: &Header,
        setting: Setting,
        seen: &mut HashMap<Identity, u32>,
    ) {
        self.rows_total += 1;
        let before = self.problems.total();
        let cells = decode(record, line, Some(header), &mut self.problems);
        if cells.len() != header.width() {
            let expected = format!("{} cells", header.width());
            let value = format!("{} cells", cells.len());
            self.problems.add(line, "", &value, CellProblem::WrongCellCount, &[&expected]);
        } else if self.problems.total() == before {
            let mut row = Cells { row: line, header, cells: &cells, problems: &mut self.problems };
            if let Some(read) = row::read_row(&mut row, setting) {
                match seen.get(&read.identity()) {
                    Some(first) => {
                        let value = format!("{} (as in row {first})", read.name);
                        row.problems.add(line, Column::Name.name(), &value, CellProblem::DuplicateInFile, &[]);
                    }
                    None => {
                        seen.insert(read.identity(), line);
                        self.good.push((line, read));
                    }
                }
            }
        }
        if self.shown.len() < SHOWN_ROWS_MAX {
            let good = self.problems.total() == before;
            let visible =
                |(index, cell): (usize, &String)| header.column(index).map(|_| shown(cell)).unwrap_or_default();
            let cells = cells.iter().take(header.width()).enumerate().map(visible).collect();
            self.shown.push(ShownRow { row: line, cells, good });
        }
    }

    /// Compares with what the register has: rows that stand there as they are need no import, rows that stand there
    /// otherwise are problems, for an import adds and never changes.
    pub fn compare(&mut self, known: &HashMap<Identity, InventoryRow>) {
        let mut kept = Vec::with_capacity(self.good.len());
        let mut changed = HashSet::new();
        for (line, row) in std::mem::take(&mut self.good) {
            match known.get(&row.identity()) {
                None => kept.push((line, row)),
                Some(same) if *same == row => self.unchanged += 1,
                Some(_) => {
                    changed.insert(line);
                    self.problems.add(line, Column::Name.name(), &row.name, CellProblem::AlreadyInRegister, &[]);
                }
            }
        }
        self.good = kept;
        self.problems.sort();
        for row in self.shown.iter_mut().filter(|row| changed.contains(&row.row)) {
            row.good = false;
        }
    }

    /// The header's cells, in order, safe to show.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The first [`SHOWN_ROWS_MAX`] rows.
    #[must_use]
    pub fn shown(&self) -> &[ShownRow] {
        &self.shown
    }

    /// Rows in the file; blank lines do not count.
    #[must_use]
    pub const fn rows_total(&self) -> usize {
        self.rows_total
    }

    /// Rows without a problem.
    #[must_use]
    pub fn rows_good(&self) -> usize {
        self.good.len() + self.unchanged
    }

    /// Of those, rows that the register has as they are.
    #[must_use]
    pub const fn rows_unchanged(&self) -> usize {
        self.unchanged
    }

    /// What is wrong.
    #[must_use]
    pub const fn problems(&self) -> &Problems {
        &self.problems
    }

    /// SHA-256 of the file, so that the ledger says which one was imported.
    #[must_use]
    pub const fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// The row that is imported as number `index`, and its line in the file.
    fn good_row(&self, index: usize) -> Option<(u32, &InventoryRow)> {
        self.good.get(index).map(|(line, row)| (*line, row))
    }

    /// The rows to import: all of them, or none while anything in the file is wrong.
    #[must_use]
    pub fn importable(&self) -> Option<Vec<&InventoryRow>> {
        (self.problems.total() == 0).then(|| self.good.iter().map(|(_, row)| row).collect())
    }
}

#[cfg(test)]
mod tests;
