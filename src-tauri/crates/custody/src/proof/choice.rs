//! Which entries a selection of the ledger wants.

use std::collections::{BTreeSet, HashSet};

use domain::TenantId;
use ledger::Entry;
use transparency::bundle::Selection;
use uuid::Uuid;

use super::error::ProofError;
use crate::console::Console;

/// Attributes that name what an entry is about besides its subject.
const ABOUT: [&str; 4] = ["run", "request", "kek", "integration"];

/// Wants entries, one after the other: what it has seen decides what else belongs to it.
pub(super) struct Choice {
    selection: Selection,
    /// Ids of what the selection is about, in the form in which entries name them.
    about: HashSet<String>,
    /// Entries that brought keys in bulk: they don't name each.
    numbers: BTreeSet<u64>,
    taken: BTreeSet<u64>,
}

impl Choice {
    /// Whether the next entry belongs to the selection.
    pub(super) fn wants(&mut self, number: u64, entry: &Entry) -> bool {
        match self.selection {
            Selection::Period { from, until } => return (from..until).contains(&entry.time),
            Selection::Entry(wanted) => return number == wanted,
            _ => {}
        }
        let named = |name: &&str| entry.attribute(name).is_some_and(|value| self.about.contains(value));
        // A second look names the entry that was looked at.
        let looks_at =
            || entry.verb == "review.signed_off" && entry.subject.name.parse().is_ok_and(|it| self.taken.contains(&it));
        let wanted = self.numbers.contains(&number)
            || self.about.contains(&entry.subject.name)
            || ABOUT.iter().any(named)
            || looks_at();
        if wanted {
            self.taken.insert(number);
            if entry.verb == "run.started" {
                self.about.insert(entry.subject.name.clone());
            }
        }
        wanted
    }
}

impl Console {
    /// Asks the register what a selection is about.
    pub(super) async fn choice(&self, selection: Selection) -> Result<Choice, ProofError> {
        let (keys, tenant) = match selection {
            Selection::Key(key) => (vec![key], None),
            Selection::Tenant(tenant) => {
                let keys = self.register.all_keys_of_tenant(TenantId(tenant)).await?;
                (keys.into_iter().map(|key| key.0).collect(), Some(tenant))
            }
            _ => (Vec::new(), None),
        };
        let targets: Vec<Uuid> = keys.iter().copied().chain(tenant).collect();
        let requests = self.register.requests_with_targets(&targets).await?.into_iter().map(|request| request.0);
        let request = if let Selection::Request(request) = selection { Some(request) } else { None };
        let about = targets.iter().copied().chain(requests).chain(request).map(|id| id.to_string()).collect();
        let numbers = self.register.entries_of_keys(&keys).await?.into_iter().collect();
        Ok(Choice { selection, about, numbers, taken: BTreeSet::new() })
    }
}
