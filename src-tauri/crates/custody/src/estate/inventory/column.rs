//! The columns of an inventory file and its header.

use super::problem::{CellProblem, Problems, shown};

/// Line of the header.
pub(super) const HEADER_ROW: u32 = 1;

macro_rules! columns {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $required:literal;)+) => {
        /// A column of the format; `docs/formats/inventory.md` describes each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Column { $($(#[$doc])* $variant),+ }

        impl Column {
            /// All of them, in the order in which they are written.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its name in the header.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// Whether every file must have it.
            #[must_use]
            pub const fn is_required(self) -> bool {
                match self { $(Self::$variant => $required),+ }
            }
        }
    };
}

columns! {
    /// Kind of key or secret.
    Type = "type", true;
    /// Name of the record.
    Name = "name", true;
    /// Environment; must be the custody's own.
    Environment = "environment", false;
    /// Tenant whose key it is.
    Tenant = "tenant", false;
    /// Integration of that tenant.
    Integration = "integration", false;
    /// Secret it protects or is.
    SecretName = "secret_name", false;
    /// How sensitive what it protects is.
    Classification = "classification", true;
    /// What it is for.
    Purpose = "purpose", true;
    /// Who answers for it.
    Owner = "owner", true;
    /// Algorithm.
    Algorithm = "algorithm", false;
    /// Length in bits.
    Bits = "bits", false;
    /// Where it lies.
    Storage = "storage", true;
    /// Its name in the vault.
    VaultName = "vault_name", false;
    /// The vault's name of the version in use.
    Version = "version", false;
    /// When it was made.
    Created = "created", true;
    /// When it was last rotated.
    LastRotated = "last_rotated", false;
    /// When it expires.
    Expires = "expires", false;
    /// When a legacy storage must have been left.
    PhaseOutDate = "phase_out_date", false;
}

impl Column {
    /// `Phase-out date` names the same column as `phase_out_date`.
    fn of_header(cell: &str) -> Option<Self> {
        let name = normalise(cell);
        Self::ALL.iter().copied().find(|column| column.name() == name)
    }
}

/// Lower case, and one underscore for every run of blanks, hyphens and underscores: how people vary a word.
pub(super) fn normalise(word: &str) -> String {
    let mut normal = String::with_capacity(word.len());
    for part in word.split([' ', '-', '_', '\u{a0}']).filter(|part| !part.is_empty()) {
        if !normal.is_empty() {
            normal.push('_');
        }
        normal.extend(part.chars().flat_map(char::to_lowercase));
    }
    normal
}

/// Which cell of a row belongs to which column.
#[derive(Debug, Clone)]
pub(super) struct Header {
    /// In the order of the file; `None` for a column that is not in the format.
    columns: Vec<Option<Column>>,
}

impl Header {
    /// Reads the header; whatever is wrong with it is a problem of line 1.
    pub fn read(cells: &[String], problems: &mut Problems) -> Self {
        let mut columns: Vec<Option<Column>> = Vec::with_capacity(cells.len());
        for cell in cells {
            let column = Column::of_header(cell);
            match column {
                None => {
                    let known: Vec<&str> = Column::ALL.iter().map(|column| column.name()).collect();
                    problems.add(HEADER_ROW, &shown(cell), cell, CellProblem::UnknownColumn, &known);
                }
                Some(known) if columns.contains(&column) => {
                    problems.add(HEADER_ROW, known.name(), cell, CellProblem::ColumnTwice, &[]);
                }
                Some(_) => {}
            }
            columns.push(column);
        }
        for required in Column::ALL.iter().filter(|column| column.is_required()) {
            if !columns.contains(&Some(*required)) {
                problems.add(HEADER_ROW, required.name(), "", CellProblem::ColumnMissing, &[]);
            }
        }
        Self { columns }
    }

    /// How many cells a row must have.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// The column of the cell at `index`.
    pub fn column(&self, index: usize) -> Option<Column> {
        self.columns.get(index).copied().flatten()
    }

    /// Place of a column in a row.
    pub fn place(&self, column: Column) -> Option<usize> {
        self.columns.iter().position(|known| *known == Some(column))
    }
}
