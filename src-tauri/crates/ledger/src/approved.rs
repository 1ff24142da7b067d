//! Requests as the ledger has them: who asked, who countersigned, over which plan. Enough to say, of what came into force, that two
//! people signed it.

use std::collections::HashMap;

use uuid::Uuid;

use crate::entry::Entry;
use crate::signature::KeyId;

/// A seal that an entry brought.
#[derive(Debug, Clone)]
pub(crate) struct Sealed {
    pub operator: Uuid,
    pub key: KeyId,
    pub role: String,
}

/// A request that is open.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    plan: String,
    /// The requester's comes first.
    pub seals: Vec<Sealed>,
}

/// The open requests of a ledger.
#[derive(Debug, Clone, Default)]
pub(crate) struct Approved {
    open: HashMap<Uuid, Asked>,
}

impl Approved {
    /// Learns what an entry says about a request; `key` signed it.
    pub fn learn(&mut self, entry: &Entry, key: KeyId) {
        let Ok(request) = Uuid::parse_str(&entry.subject.name) else { return };
        let sealed =
            || Sealed { operator: entry.actor.id, key, role: entry.attribute("role").unwrap_or_default().to_owned() };
        let plan = entry.attribute("plan_hash").unwrap_or_default();
        match entry.verb.as_str() {
            "request.submitted" => {
                // The first one counts: nobody asks again under the same id.
                self.open.entry(request).or_insert_with(|| Asked { plan: plan.to_owned(), seals: vec![sealed()] });
            }
            "request.sealed" => {
                if let Some(asked) = self.open.get_mut(&request).filter(|asked| asked.plan == plan) {
                    asked.seals.push(sealed());
                }
            }
            "request.rejected" | "request.withdrawn" | "request.lapsed" => {
                self.open.remove(&request);
            }
            _ => {}
        }
    }

    /// The seals on this plan, the requester's first. A request is applied once.
    pub fn take(&mut self, request: Uuid, plan: &[u8; 32]) -> Option<Vec<Sealed>> {
        let asked = self.open.remove(&request)?;
        (asked.plan == hex::encode(plan)).then_some(asked.seals)
    }
}
