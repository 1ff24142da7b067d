//! What is wrong with a cell, a row or the header, and where.

use domain::escape_visibly;

/// Problems that are kept one by one; beyond that they are only counted, so that a hostile file cannot fill the memory.
pub const PROBLEMS_MAX: usize = 1_000;

/// Characters of a bad cell that are shown.
const VALUE_CHARS_MAX: usize = 80;

/// Kinds of problem. The window has a sentence for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CellProblem {
    /// Nothing stands in a cell that must be filled.
    Missing,
    /// The header names a column that is not in the format. It might hold key material, so it is refused and never shown.
    UnknownColumn,
    /// The header lacks a column that must be there.
    ColumnMissing,
    /// The header names a column twice.
    ColumnTwice,
    /// The row has more or fewer cells than the header.
    WrongCellCount,
    /// Not a word of the column's set.
    UnknownWord,
    /// Not a date, or one that cannot be: created tomorrow, expired before it was created.
    NotADate,
    /// Not a whole number in range.
    NotANumber,
    /// More characters than the register keeps.
    TooLong,
    /// Characters that are not shown or change how the text reads.
    HiddenCharacters,
    /// An earlier row of the file is the same key.
    DuplicateInFile,
    /// The register has the key, with other particulars. An import adds, it never changes.
    AlreadyInRegister,
    /// The row belongs to another environment's custody.
    OtherEnvironment,
    /// Not approved by the policy.
    WeakAlgorithm,
    /// Legacy storage without a date to leave it, or for a new key.
    LegacyStorage,
    /// Not for an import: a KEK or DEK, which come by other doors, or a place where no key may lie.
    NotSelectable,
    /// Nobody answers for the key, or nobody said what it is for.
    OwnerAndPurposeNeeded,
    /// An integration without its tenant.
    TenantNeeded,
    /// Not UTF-8.
    NotUtf8,
}

/// A problem and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Line number in the file; the header is line 1.
    pub row: u32,
    /// Column by its name in the format (an unknown one as the file writes it); empty when the whole row is meant.
    pub column: String,
    /// What stands there, shortened and with hidden characters made visible.
    pub value: String,
    /// What is wrong.
    pub problem: CellProblem,
    /// What would be accepted, where that is a short list.
    pub accepted: Vec<String>,
}

/// All problems of a file: the first ones kept, all of them counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    kept: Vec<Problem>,
    total: usize,
}

impl Problems {
    /// The first [`PROBLEMS_MAX`], in the order of the file.
    #[must_use]
    pub fn kept(&self) -> &[Problem] {
        &self.kept
    }

    /// How many there are.
    #[must_use]
    pub const fn total(&self) -> usize {
        self.total
    }

    pub(super) fn add(&mut self, row: u32, column: &str, value: &str, problem: CellProblem, accepted: &[&str]) {
        self.total = self.total.saturating_add(1);
        if self.kept.len() < PROBLEMS_MAX {
            let accepted = accepted.iter().map(|&word| word.to_owned()).collect();
            self.kept.push(Problem { row, column: column.to_owned(), value: shown(value), problem, accepted });
        }
    }

    /// Another counted more than it named.
    pub(super) fn count_at_least(&mut self, total: usize) {
        self.total = self.total.max(total);
    }

    /// Problems that were found after the whole file was read take their place in its order.
    pub(super) fn sort(&mut self) {
        self.kept.sort_by_key(|problem| problem.row);
    }
}

/// A cell as it may be shown: shortened, hidden characters visible, and nothing that looks like a key.
pub(super) fn shown(cell: &str) -> String {
    if cell.contains("PRIVATE KEY") || cell.contains("-----BEGIN") {
        return "(withheld: looks like key material)".to_owned();
    }
    let mut short: String = cell.chars().take(VALUE_CHARS_MAX).collect();
    if short.len() < cell.len() {
        short.push('…');
    }
    escape_visibly(&short)
}
