//! The register's records of the inventory, read back as the rows they were imported from.

use domain::{KeyKind, KeyState, StorageMedium};
use register::{Direction, KeyFilter, KeyOrder, KeyRow, KeySort, RegisterError};

use super::Estate;
use super::inventory::InventoryRow;

/// Most records that are read at once. LIMIT: beyond, an import finds out row by row what the register has already, and
/// discovery compares the first ones only; both say nothing wrong, but less.
const RECORDS_MAX: usize = 100_000;

/// Kinds that a file may hold.
pub(super) fn importable_kinds() -> Vec<KeyKind> {
    KeyKind::ALL.iter().copied().filter(|kind| !matches!(kind, KeyKind::Kek | KeyKind::Dek)).collect()
}

impl Estate<'_> {
    /// Live records of these kinds, in order of name.
    pub(super) async fn live_records(
        &self,
        kinds: Vec<KeyKind>,
        storage: Vec<StorageMedium>,
    ) -> Result<Vec<KeyRow>, RegisterError> {
        let is_live = |state: &KeyState| !matches!(state, KeyState::Destroyed | KeyState::Archived);
        let states = KeyState::ALL.iter().copied().filter(is_live).collect();
        let filter = KeyFilter { kinds, storage, states, ..KeyFilter::default() };
        let order = KeyOrder { sort: KeySort::Name, direction: Direction::Ascending };
        let mut records = Vec::new();
        let mut after = None;
        loop {
            let page = self.register.keys_page(&filter, order, after.as_ref(), register::KEYS_PAGE_MAX).await?;
            records.extend(page.rows);
            after = page.next;
            if after.is_none() || records.len() >= RECORDS_MAX {
                return Ok(records);
            }
        }
    }

    /// Live records of these kinds as rows of a file.
    pub(super) async fn inventory_rows(&self, kinds: Vec<KeyKind>) -> Result<Vec<InventoryRow>, RegisterError> {
        let mut rows = Vec::new();
        for record in self.live_records(kinds, Vec::new()).await? {
            rows.push(self.inventory_row(record).await?);
        }
        Ok(rows)
    }

    async fn inventory_row(&self, record: KeyRow) -> Result<InventoryRow, RegisterError> {
        // Only a record in legacy storage has the date, and there are few of them.
        let phase_out = match record.storage {
            StorageMedium::KubernetesSecretLegacy => {
                self.register.key_detail(record.id).await?.and_then(|detail| detail.phase_out_at)
            }
            _ => None,
        };
        Ok(InventoryRow {
            kind: record.kind,
            name: record.name,
            tenant: record.tenant_name,
            integration: record.integration,
            secret_name: record.secret_name,
            classification: record.classification,
            purpose: record.purpose,
            owner: record.owner,
            algorithm: record.algorithm,
            bits: record.bits,
            storage: record.storage,
            vault_name: record.vault_name,
            version: record.current_version,
            created: record.created_at,
            last_rotated: record.rotated_at,
            expires: record.expires_at,
            phase_out,
        })
    }
}
