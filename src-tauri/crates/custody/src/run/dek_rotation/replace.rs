//! New DEKs: made from the operating system's CSPRNG, wrapped here with the public half of their KEK's current version, put in the
//! place of the present ones. Nothing is replaced before every old wrap was opened and found to be the DEK it is filed as.

use std::collections::BTreeMap;

use canonical::Encoder;
use domain::{KeyId, KeyState};
use envelope::{Dek, KekPublic, WrapAlgorithm, check_value};
use register::{RegisterError, WrapRow};
use vault::{ObjectName, VersionId};

use super::super::error::RunError;
use super::super::hands::{Evidence, Step};
use super::DekRotation;
use super::acts::Rows;
use crate::identity::identity_of;
use crate::kek::public_half;

/// How often DEKs are wrapped anew because their KEK was rotated in between.
const TRIES_MAX: u32 = 5;

/// A KEK's version that wraps now.
struct Wrapping {
    kek: KeyId,
    version: String,
    public: KekPublic,
}

/// A DEK that was made and not registered yet.
struct Fresh {
    key: KeyId,
    version: u32,
    dek: Dek,
}

impl DekRotation<'_> {
    pub(super) async fn replace(&self, step: Step) -> Result<Evidence, RunError> {
        let register = &self.hands.console.register;
        let planned: BTreeMap<KeyId, u32> =
            self.planned()?.into_iter().map(|planned| (planned.dek, planned.version)).collect();
        let deks: Vec<KeyId> = planned.keys().copied().collect();
        let mut present = register.wraps_of(&deks).await?;
        // Those in another version than the planned one were replaced by this run before it was interrupted.
        present.retain(|wrap| planned.get(&wrap.dek) == Some(&wrap.dek_version));
        self.open(&present).await?;
        let next: BTreeMap<KeyId, u32> =
            register.deks(&deks).await?.into_iter().map(|row| (row.id, row.next_version)).collect();
        let mut by_kek: BTreeMap<KeyId, Vec<WrapRow>> = BTreeMap::new();
        for wrap in present {
            by_kek.entry(wrap.kek).or_default().push(wrap);
        }
        let mut replaced = 0;
        for (kek, wraps) in by_kek {
            replaced += wraps.len();
            self.replace_under(step, kek, &wraps, &next).await?;
        }
        Ok(Evidence::from([("deks", planned.len().to_string()), ("replaced", replaced.to_string())]))
    }

    /// Replaces the DEKs under one KEK. A rotation of the KEK may come in between: then they are wrapped under the version that is
    /// current by then.
    async fn replace_under(
        &self,
        step: Step,
        kek: KeyId,
        wraps: &[WrapRow],
        next: &BTreeMap<KeyId, u32>,
    ) -> Result<(), RunError> {
        let mut tries = TRIES_MAX;
        loop {
            tries -= 1;
            match self.try_replace(step, kek, wraps, next).await {
                Err(RunError::Register(RegisterError::Refused(refusal)))
                    if refusal.code() == "version_moved" && tries > 0 => {}
                done => return done,
            }
        }
    }

    async fn try_replace(
        &self,
        step: Step,
        kek: KeyId,
        wraps: &[WrapRow],
        next: &BTreeMap<KeyId, u32>,
    ) -> Result<(), RunError> {
        let wrapping = self.wrapping(kek).await?;
        let (mut rows, mut fresh) = (Encoder::new(), Vec::with_capacity(wraps.len()));
        for wrap in wraps {
            let version = *next.get(&wrap.dek).ok_or(RunError::Record { what: "DEK" })?;
            let dek = Dek::generate()?;
            let algorithm = WrapAlgorithm::default();
            let wrapped = wrapping.public.wrap(&dek, algorithm)?;
            let check_value = check_value(&dek, &identity_of(&self.hands.console.custody, wrap.dek, &wrap.scope));
            let row = Encoder::new().bytes(wrap.dek.0.as_bytes()).count(u64::from(version));
            rows = rows.sequence(row.bytes(&wrapped).text(algorithm.name()).bytes(&check_value));
            fresh.push(Fresh { key: wrap.dek, version, dek });
        }
        let new = Rows { rows, count: fresh.len() };
        self.hands.replace_deks(step, wrapping.kek, &wrapping.version, new).await?;
        let mut keyring = self.keyring.lock().await;
        for Fresh { key, version, dek } in fresh {
            keyring.keep(key, version, dek);
        }
        Ok(())
    }

    /// The version of a KEK that wraps now, with its public half read from the vault and compared with the record.
    async fn wrapping(&self, kek: KeyId) -> Result<Wrapping, RunError> {
        let record = || RunError::Record { what: "KEK" };
        let row = self.hands.console.register.kek(kek).await?.filter(|row| row.state == KeyState::Active);
        let row = row.ok_or_else(record)?;
        let version = row.current_version.as_deref().ok_or_else(record)?;
        let recorded = row.versions.iter().find(|known| known.version == version && known.enabled);
        let digest = recorded.and_then(|known| known.public_key_digest).ok_or_else(record)?;
        let (name, id) = (ObjectName::parse(&row.vault_name)?, VersionId::parse(version)?);
        let public = public_half(&self.hands.console.vault.key(&name, Some(&id)).await?)?;
        if public.digest() != digest {
            let found = format!("{version} with another public half than the register has");
            return Err(RunError::UnexpectedVersion { key: row.vault_name, found });
        }
        Ok(Wrapping { kek, version: version.to_owned(), public })
    }
}
