//! Setting a hold: what must be kept. One person, at once; lifting one is a request.

use domain::{KeyId, Text};
use rand_core::OsRng;
use register::{HoldKind, HoldTarget};
use uuid::Uuid;

use super::ProtectError;
use crate::author::{Act, Author};
use crate::console::Console;
use crate::request::reason_of;

const REFERENCE_CHARS_MAX: usize = 200;

/// A hold to be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewHold {
    /// A court's, or an incident's.
    pub kind: HoldKind,
    /// On what.
    pub target: HoldTarget,
    /// The case or incident it belongs to.
    pub reference: String,
    /// Why.
    pub reason: String,
}

impl Console {
    /// Sets a hold. Answers its id, by which it is lifted.
    ///
    /// # Errors
    /// [`ProtectError`]; nothing is held then.
    pub async fn set_hold(&self, author: &Author, hold: &NewHold) -> Result<Uuid, ProtectError> {
        let reference = Text::parse_line("reference", &hold.reference, REFERENCE_CHARS_MAX)?;
        let reason = reason_of(&hold.reason)?;
        let now = self.now().await?;
        let id = KeyId::make(now, &mut OsRng).0;
        let (scope, target) = match hold.target {
            HoldTarget::Tenant(tenant) => ("tenant", tenant.0),
            HoldTarget::Key(key) => ("key", key.0),
        };
        let act = Act::new("hold.set", "hold", id)
            .purpose(&reason)
            .with("kind", hold.kind.word())
            .with("scope", scope)
            .with("target", target)
            .with("reference", reference.as_str());
        self.register.set_hold(author.write(act, now).as_act()).await?;
        Ok(id)
    }
}
