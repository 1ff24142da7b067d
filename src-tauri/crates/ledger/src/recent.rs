//! No entry is taken twice, and none from long before.
//!
//! Whoever owns the database could append a copy of a signed entry and make chain and tree anew. The register takes no entry whose id it has
//! seen, and none whose time lies further before that of another than two honest clocks allow. So a copy is either dated too early, or its id
//! is one of the last few minutes': nothing older needs to be remembered.

use std::collections::{HashMap, HashSet, VecDeque};

use uuid::Uuid;

use crate::fault::Fault;

/// How far an entry may be dated before one that came earlier, in microseconds: each writer's clock is within 60 s of the register's.
pub(crate) const BACK_MAX: i64 = 120_000_000;

/// What was written in the last minutes of the ledger.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recent {
    newest: Option<i64>,
    numbers: HashMap<Uuid, u64>,
    in_order: VecDeque<(i64, Uuid)>,
}

impl Recent {
    /// Whether [`Recent::take`] would take all of these, one after the other. Where that depends on what is forgotten between them, the answer
    /// is no.
    pub fn takes_all(&self, page: impl IntoIterator<Item = (Uuid, i64)>) -> bool {
        let (mut newest, mut here) = (self.newest, HashSet::new());
        page.into_iter().all(|(id, time)| {
            let latest = newest.map_or(time, |newest| newest.max(time));
            newest = Some(latest);
            time >= latest.saturating_sub(BACK_MAX) && !self.numbers.contains_key(&id) && here.insert(id)
        })
    }

    /// Takes the next entry.
    pub fn take(&mut self, number: u64, id: Uuid, time: i64) -> Result<(), Fault> {
        let newest = self.newest.map_or(time, |newest| newest.max(time));
        if time < newest.saturating_sub(BACK_MAX) {
            return Err(Fault::Backdated { number });
        }
        if let Some(first) = self.numbers.get(&id) {
            return Err(Fault::Repeated { number, first: *first });
        }
        self.newest = Some(newest);
        let too_old = newest.saturating_sub(BACK_MAX);
        while let Some((_, old)) = self.in_order.pop_front_if(|(at, _)| *at < too_old) {
            self.numbers.remove(&old);
        }
        self.numbers.insert(id, number);
        self.in_order.push_back((time, id));
        Ok(())
    }
}
