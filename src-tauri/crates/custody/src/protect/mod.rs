//! Protective acts: suspend, revoke, disable, declare compromised. One person, at once; a second one signs them off later.
//!
//! The entry comes first, the vault second, its proof third. Whatever becomes of the second and third, the act stands, and
//! whoever may protect can complete it. Coming back needs two people and is a request (`request::reactivation`).

mod holds;
mod object;
mod tokens;

use futures::{StreamExt as _, stream};
use register::{ProtectedKeyRow, ProtectiveActRow, Receipt, RegisterError, Scope};

use crate::author::{Act, Author};
use crate::console::Console;
use crate::request::reason_of;
use crate::run::{Effect, RunError, perform};

pub use holds::NewHold;
pub(crate) use object::VaultObject;
pub use tokens::EndedTokens;

/// Keys whose objects in the vault are looked at together. The vault client's own budget decides how many calls are sent.
const IN_FLIGHT: usize = 8;

/// What is done to keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// Out of use until it is known more.
    Suspend,
    /// Out of use for ever: only destruction follows.
    Revoke,
    /// Out of use in good order.
    Disable,
    /// Known, or feared to be known, to others.
    Compromised,
}

impl Protection {
    /// Its verb in the ledger.
    #[must_use]
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Suspend => "key.suspended",
            Self::Revoke => "key.revoked",
            Self::Disable => "key.deactivated",
            Self::Compromised => "key.compromised",
        }
    }
}

/// A key that the vault was not proven to refuse.
#[derive(Debug)]
pub struct Unconfirmed {
    /// Which, with its name.
    pub key: ProtectedKeyRow,
    /// Why.
    pub why: RunError,
}

/// A protective act that stands in the register.
#[derive(Debug)]
pub struct Protected {
    /// Its entry, by which it is completed.
    pub entry: u64,
    /// Keys whose state it changed.
    pub keys: u64,
    /// Keys in the vault that are not confirmed yet.
    pub unconfirmed: Vec<Unconfirmed>,
}

/// Why something was not protected, held, ended or signed off.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProtectError {
    /// The register refused or does not answer.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// What was written is not acceptable.
    #[error(transparent)]
    Text(#[from] domain::TextError),
    /// The reason is missing or not acceptable.
    #[error(transparent)]
    Reason(#[from] domain::PlanError),
    /// There is no such act.
    #[error("entry {entry} is no protective act")]
    Unknown {
        /// Which was meant.
        entry: u64,
    },
}

impl Console {
    /// Protects every key of `scope`: in the register at once, then in the vault.
    ///
    /// # Errors
    /// [`ProtectError`] when nothing was done. What the vault did not confirm is no error: the act stands, and says so.
    pub async fn protect(
        &self,
        author: &Author,
        protection: Protection,
        scope: &Scope,
        purpose: &str,
    ) -> Result<Protected, ProtectError> {
        let act = scoped(protection.verb(), scope).purpose(&reason_of(purpose)?);
        let entry = self.entry(author, act).await?;
        let receipt = perform(Effect::Protect, self.register.protect(entry.as_act())).await?;
        let unconfirmed = match receipt.number("in_vault") {
            Some(0) => Vec::new(),
            _ => self.confirm_protection(author, receipt.seq).await?,
        };
        Ok(Protected { entry: receipt.seq, keys: receipt.number("keys").unwrap_or(0), unconfirmed })
    }

    /// Completes a protective act: has the vault refuse each of its keys, proves it and writes that down. What was confirmed
    /// before is left alone. Answers which keys are left.
    ///
    /// # Errors
    /// [`ProtectError::Unknown`], or when the register does not answer.
    pub async fn confirm_protection(&self, author: &Author, act: u64) -> Result<Vec<Unconfirmed>, ProtectError> {
        let unknown = ProtectError::Unknown { entry: act };
        let row = self.register.protective_act(act).await?.ok_or(unknown)?;
        let keys = self.register.unconfirmed_keys(act).await?;
        let each = stream::iter(keys).map(|key| self.confirm_key(author, &row, key));
        let left: Vec<Option<Unconfirmed>> = each.buffer_unordered(IN_FLIGHT).collect().await;
        Ok(left.into_iter().flatten().collect())
    }

    /// Signs off an act of another person, under a device key. `note` says what was looked at.
    ///
    /// # Errors
    /// [`ProtectError`]: refused as `same_person`, `already_signed_off`, `review_unknown`, or without a note.
    pub async fn sign_off(&self, device: &Author, item: u64, note: &str) -> Result<Receipt, ProtectError> {
        let act = Act::new("review.signed_off", "review", item).purpose(&reason_of(note)?);
        let entry = self.entry(device, act).await?;
        Ok(self.register.sign_off(entry.as_act()).await?)
    }

    async fn confirm_key(&self, author: &Author, act: &ProtectiveActRow, key: ProtectedKeyRow) -> Option<Unconfirmed> {
        match self.close_in_vault(author, act, &key).await {
            Ok(()) => None,
            Err(RunError::Register(RegisterError::Refused(refusal))) if refusal.code() == "already_confirmed" => None,
            Err(why) => {
                tracing::warn!(key = %key.key, act = act.seq, %why, "the vault has not confirmed a protective act");
                Some(Unconfirmed { key, why })
            }
        }
    }

    async fn close_in_vault(
        &self,
        author: &Author,
        act: &ProtectiveActRow,
        key: &ProtectedKeyRow,
    ) -> Result<(), RunError> {
        let name = key.vault_name.as_deref().ok_or(RunError::Record { what: "name in the vault" })?;
        let known = self.register.key_versions(key.key).await?;
        let object = VaultObject::find(&self.vault, name, key.kind).await?;
        let in_use = object.in_use(&known, key.versions.as_deref().unwrap_or_default());
        let about = |verb| Act::new(verb, "key", key.key).with("act", act.seq).with("versions", in_use.join(","));
        if key.versions.as_ref() != Some(&in_use) {
            // Whatever becomes of this console: a reactivation will know what to enable.
            let entry = self.entry(author, about("key.protection_intended")).await?;
            perform(Effect::IntendStep, self.register.intend_protection(entry.as_act())).await?;
        }
        let proof = object.close(&in_use).await?;
        let entry = self.entry(author, about("key.protection_confirmed").with("proof", proof)).await?;
        let confirmed = self.register.confirm_protection(entry.as_act());
        perform(Effect::RecordDisabled, confirmed).await?;
        Ok(())
    }
}

/// An act upon a scope.
fn scoped(verb: &'static str, scope: &Scope) -> Act {
    let act = Act::new(verb, scope.word(), scope.target());
    match scope.integration() {
        Some(integration) => act.with("integration", integration),
        None => act,
    }
}
