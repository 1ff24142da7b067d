//! Objects in the vault: deleted once, whatever happens to a reply, and followed to their purge, which may be days away. What the
//! vault says decides, not a clock alone.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::{KeyId, Timestamp};
use register::DeletionRow;
use vault::VaultError;

use super::super::effect::{Effect, perform};
use super::super::error::RunError;
use super::super::executor::Steering;
use super::super::hands::{Evidence, Step};
use super::super::progress::Meter;
use super::super::rewrap::Reached;
use super::Destruction;
use super::object::{Deleted, Found, Object};
use crate::request::Purge;

/// How long a vault may take to show what it was asked for.
const SETTLE: Duration = Duration::from_secs(2);

/// Looks at an object whose deletion was not answered, before it is asked for again: asking twice does no harm.
const UNANSWERED_LOOKS: u32 = 3;

/// Looks at an object that was deleted or purged a moment ago: Key Vault may take more than a minute.
const LOOKS: u32 = 60;

/// How often the clock is looked at while a purge is waited for.
const CLOCK_LOOK: Duration = Duration::from_secs(1);

/// How often the vault is asked although its date has not come: somebody may have purged, or recovered.
const VAULT_LOOK: Duration = Duration::from_secs(600);

impl Destruction<'_> {
    pub(super) async fn delete_from_vault(&self, step: Step, meter: &mut Meter) -> Result<Evidence, RunError> {
        let register = &self.hands.console.register;
        let records = register.covered_vault_objects(self.hands.run).await?;
        let total = u64::try_from(records.len()).unwrap_or(u64::MAX);
        meter.begin(step.kind, 0, total);
        let known: BTreeSet<KeyId> = register
            .deletions(self.hands.run)
            .await?
            .into_iter()
            .filter(|deletion| deletion.recovered_seq.is_none())
            .map(|deletion| deletion.key)
            .collect();
        for (number, record) in (1..).zip(&records) {
            if !known.contains(&record.id) {
                let object = Object::of(&self.hands.console.vault, record).await?;
                let deleted = self.delete_object(step, &object).await?;
                self.write_deleted(object.key, &deleted, self.hands.console.now().await?).await?;
            }
            meter.advance(step.kind, number, total);
        }
        let told = register.deletions(self.hands.run).await?;
        Ok(Evidence::from([("deleted", told.len().to_string()), ("recovery", told.iter().map(said).collect())]))
    }

    /// Deletes it, unless that was done before a reply was lost. What the vault has of it afterwards is read back.
    async fn delete_object(&self, step: Step, object: &Object) -> Result<Deleted, RunError> {
        let vault = &self.hands.console.vault;
        let (mut looks, mut asked, mut unanswered) = (0, false, false);
        loop {
            match object.find(vault).await? {
                Found::Deleted(deleted) => return Ok(deleted),
                Found::Absent => return Ok(Deleted::gone()),
                Found::Present if !asked => {
                    asked = true;
                    self.last_look(step).await?;
                    match perform(Effect::DeleteInVault, object.delete(vault)).await {
                        Ok(()) | Err(VaultError::Conflict { .. }) => unanswered = false,
                        Err(VaultError::OutcomeUnknown { .. }) => unanswered = true,
                        Err(error) => return Err(error.into()),
                    }
                }
                Found::Present if looks < LOOKS => {
                    looks += 1;
                    tokio::time::sleep(SETTLE).await;
                    asked = !(unanswered && looks % UNANSWERED_LOOKS == 0);
                }
                Found::Present => return Err(RunError::NotGone { what: object.said() }),
            }
        }
    }

    /// Right before what nobody can undo: nobody else may be about to do the same, the register asks quorum and holds once more, and
    /// the lease is held.
    async fn last_look(&self, step: Step) -> Result<(), RunError> {
        self.hands.outwait_predecessor().await?;
        self.authorise().await?;
        self.hands.intend(step).await?;
        self.hands.hold().await
    }

    pub(super) async fn await_purge(
        &self,
        step: Step,
        meter: &mut Meter,
        steering: &Steering,
    ) -> Result<Reached<Evidence>, RunError> {
        let (console, run) = (self.hands.console, self.hands.run);
        let mut asked = BTreeSet::new();
        let mut next_look: BTreeMap<KeyId, Timestamp> = BTreeMap::new();
        meter.begin(step.kind, 0, 1);
        loop {
            self.hands.check_lease()?;
            let deletions = console.register.deletions(run).await?;
            let open: Vec<&DeletionRow> = deletions.iter().filter(|one| one.purged_at.is_none()).collect();
            if let Some(back) = open.iter().find(|one| one.recovered_seq.is_some()) {
                return Err(RunError::CameBack { what: back.vault_name.clone().unwrap_or_default() });
            }
            let total = u64::try_from(deletions.len()).unwrap_or(u64::MAX);
            let done = total.saturating_sub(u64::try_from(open.len()).unwrap_or(u64::MAX));
            if open.is_empty() {
                meter.advance(step.kind, total, total);
                let proofs = deletions.iter().filter_map(|one| one.purge_proof.as_deref());
                let proof = proofs.collect::<Vec<_>>().join("; ");
                return Ok(Reached::End(Evidence::from([("purged", total.to_string()), ("proof", proof)])));
            }
            let now = console.now().await?;
            let mut purged = false;
            for deletion in &open {
                if next_look.get(&deletion.key).is_none_or(|next| now >= *next) {
                    purged |= self.look_after(step, deletion, &mut asked).await?;
                    next_look.insert(deletion.key, self.next_look(deletion, now));
                }
            }
            if purged {
                continue;
            }
            let until = open.iter().filter_map(|one| one.scheduled_purge_at).max().unwrap_or(now);
            meter.wait(step.kind, done, total, until);
            if steering.wants_pause() {
                return Ok(Reached::Pause);
            }
            tokio::time::sleep(CLOCK_LOOK).await;
        }
    }

    /// Before the vault's date it is asked rarely; once that has come, or once it was asked to purge, often.
    fn next_look(&self, deletion: &DeletionRow, now: Timestamp) -> Timestamp {
        match deletion.scheduled_purge_at {
            Some(date) if self.purge == Purge::Scheduled && now < date => date.min(now.plus(VAULT_LOOK)),
            _ => now.plus(SETTLE),
        }
    }

    /// Asks the vault about one object, and purges it where the plan says so and the vault allows it. Whether it is gone.
    async fn look_after(
        &self,
        step: Step,
        deletion: &DeletionRow,
        asked: &mut BTreeSet<KeyId>,
    ) -> Result<bool, RunError> {
        let vault = &self.hands.console.vault;
        let records = self.hands.console.register.covered_vault_objects(self.hands.run).await?;
        let record =
            records.iter().find(|record| record.id == deletion.key).ok_or(RunError::Record { what: "object" })?;
        let object = Object::of(vault, record).await?;
        let mut found = object.find(vault).await?;
        if matches!(found, Found::Deleted(_)) && self.purge == Purge::AtOnce && asked.insert(object.key) {
            self.purge(step, &object, asked).await?;
            // Key Vault takes its time; a vault that purges at once is not waited for.
            found = object.find(vault).await?;
        }
        match found {
            Found::Absent => {
                let proof = format!("{}: neither it nor deleted remains of it are found in the vault", object.said());
                self.write_purged(object.key, &proof).await?;
                Ok(true)
            }
            Found::Present => Err(RunError::CameBack { what: object.said() }),
            Found::Deleted(_) => Ok(false),
        }
    }

    /// Asks the vault to purge one object, in an outcome that [`Self::look_after`] reads.
    async fn purge(&self, step: Step, object: &Object, asked: &mut BTreeSet<KeyId>) -> Result<(), RunError> {
        self.last_look(step).await?;
        match perform(Effect::PurgeInVault, object.purge(&self.hands.console.vault)).await {
            Ok(()) | Err(VaultError::NotFound { .. }) => {}
            // Asked for again, if it is still there when it is looked at next: asking twice does no harm.
            Err(VaultError::OutcomeUnknown { .. } | VaultError::Conflict { .. }) => {
                asked.remove(&object.key);
            }
            // Purge protection: nobody can, before the vault's own date.
            Err(VaultError::Forbidden { why, .. }) => {
                tracing::info!(run = %self.hands.run, object = object.said(), %why, "the vault does not purge early");
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}

fn said(deletion: &DeletionRow) -> String {
    let until = deletion.scheduled_purge_at.map_or_else(|| "no date".to_owned(), |at| at.to_string());
    format!("{}: {}, until {until}. ", deletion.vault_name.as_deref().unwrap_or_default(), deletion.recovery_level)
}
