//! DEKs that are open while their tokens are moved. Each was checked against its check value before it was put here; each is wiped
//! when it is taken away.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::KeyId;
use envelope::{Dek, WrapAlgorithm, verify_check_value};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use register::WrapRow;
use vault::{ObjectName, VersionId};

use super::super::error::RunError;
use super::super::versions::{take, vault_algorithm};
use super::DekRotation;
use crate::identity::identity_of;

/// Unwraps in flight. The vault client's own budget decides how many of them are sent.
const IN_FLIGHT: usize = 64;

/// Open DEKs by id and version.
#[derive(Default)]
pub(super) struct Keyring(BTreeMap<(KeyId, u32), Arc<Dek>>);

impl Keyring {
    pub(super) fn keep(&mut self, dek: KeyId, version: u32, open: Dek) {
        self.0.insert((dek, version), Arc::new(open));
    }

    pub(super) fn find(&self, dek: KeyId, version: u32) -> Option<Arc<Dek>> {
        self.0.get(&(dek, version)).cloned()
    }

    /// Wipes all of them.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

impl DekRotation<'_> {
    /// Opens those of these wraps that are not open yet, and keeps them open.
    pub(super) async fn open(&self, wraps: &[WrapRow]) -> Result<(), RunError> {
        let mut keyring = self.keyring.lock().await;
        let closed: Vec<&WrapRow> =
            wraps.iter().filter(|wrap| keyring.find(wrap.dek, wrap.dek_version).is_none()).collect();
        let keks = self.kek_names(closed.iter().map(|wrap| wrap.kek)).await?;
        let mut opening = Vec::with_capacity(closed.len());
        for wrap in closed {
            opening.push(self.open_one(wrap, keks.get(&wrap.kek)));
        }
        let opened: Vec<(KeyId, u32, Dek)> = stream::iter(opening).buffer_unordered(IN_FLIGHT).try_collect().await?;
        for (dek, version, open) in opened {
            keyring.keep(dek, version, open);
        }
        Ok(())
    }

    async fn open_one(&self, wrap: &WrapRow, kek: Option<&ObjectName>) -> Result<(KeyId, u32, Dek), RunError> {
        let kek = kek.ok_or(RunError::Record { what: "KEK" })?;
        Ok((wrap.dek, wrap.dek_version, self.open_checked(wrap, kek).await?))
    }

    /// Has the vault open a wrap, and checks that it is the DEK it is filed as.
    pub(super) async fn open_checked(&self, wrap: &WrapRow, kek: &ObjectName) -> Result<Dek, RunError> {
        let algorithm = WrapAlgorithm::from_name(&wrap.algorithm).ok_or(RunError::Record { what: "wrap algorithm" })?;
        let (vault, version) = (&self.hands.console.vault, VersionId::parse(&wrap.kek_version)?);
        let dek = take(vault.unwrap(kek, &version, vault_algorithm(algorithm), &wrap.wrapped).await?)?;
        let identity = identity_of(&self.hands.console.custody, wrap.dek, &wrap.scope);
        verify_check_value(&dek, &identity, &wrap.check_value)
            .map_err(|_differs| RunError::CheckValue { dek: wrap.dek })?;
        Ok(dek)
    }

    /// The vault's names of these KEKs.
    pub(super) async fn kek_names(
        &self,
        keks: impl Iterator<Item = KeyId>,
    ) -> Result<BTreeMap<KeyId, ObjectName>, RunError> {
        let mut names = BTreeMap::new();
        for kek in keks.collect::<BTreeSet<_>>() {
            let name = self.hands.console.register.kek_vault_name(kek).await?;
            names.insert(kek, ObjectName::parse(&name.ok_or(RunError::Record { what: "KEK" })?)?);
        }
        Ok(names)
    }
}
