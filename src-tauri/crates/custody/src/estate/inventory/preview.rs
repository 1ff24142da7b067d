//! A preview against the live register, and the register as a file.

use std::collections::HashSet;

use domain::KeyKind;
use register::RegisterError;

use super::{Estate, FileError, InventoryRow, Preview, Setting, write_csv};
use crate::estate::records::importable_kinds;

/// Why there is no preview.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PreviewError {
    /// The file is not read at all.
    #[error(transparent)]
    File(#[from] FileError),
    /// The register does not answer.
    #[error(transparent)]
    Register(#[from] RegisterError),
}

/// Why the register was not exported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The register does not answer.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// The file could not be written.
    #[error("the inventory could not be written")]
    Csv(#[from] csv::Error),
}

impl Estate<'_> {
    /// Reads a file and compares it with the register. Nothing is written.
    ///
    /// # Errors
    /// [`PreviewError`]; a bad cell is no error but a [`super::Problem`].
    pub async fn preview_inventory(&self, file: &[u8]) -> Result<Preview, PreviewError> {
        let environment = self.author.custody().environment;
        let legacy_open = self.register.legacy_is_open().await?;
        let mut preview = Preview::read(file, Setting { environment, now: self.now().await?, legacy_open })?;
        let kinds: HashSet<KeyKind> = preview.good.iter().map(|(_, row)| row.kind).collect();
        if !kinds.is_empty() {
            let known = self.inventory_rows(kinds.into_iter().collect()).await?;
            preview.compare(&known.into_iter().map(|row| (row.identity(), row)).collect());
        }
        Ok(preview)
    }

    /// The inventory as a file that an import reads: every live record but KEKs and DEKs.
    ///
    /// # Errors
    /// [`ExportError`].
    pub async fn export_inventory(&self) -> Result<Vec<u8>, ExportError> {
        let rows: Vec<InventoryRow> = self.inventory_rows(importable_kinds()).await?;
        let mut file = Vec::new();
        write_csv(&mut file, self.author.custody().environment, &rows)?;
        Ok(file)
    }
}
