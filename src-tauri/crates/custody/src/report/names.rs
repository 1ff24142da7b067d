//! What people call the things that entries name by their ids. This is the register's word, and the print says so.

use std::collections::BTreeMap;

use domain::{OperatorId, Plan, RequestId, Timestamp};
use ledger::Entry;
use register::{LEDGER_PAGE_MAX, LedgerFilter, REFUSALS_PAGE_MAX, RefusalRow, RegisterError, SubjectMeaning};
use uuid::Uuid;

use super::gather::{Gathered, ROWS_MAX};
use super::layout::flat;
use super::{Period, ReportError};
use crate::console::Console;
use crate::proof::ProofError;

/// LIMIT: pages of the ledger that are read for names; what lies beyond is called by its id.
const PAGES_MAX: usize = 200;

/// Names by id.
#[derive(Debug, Default)]
pub(super) struct Names {
    people: BTreeMap<OperatorId, String>,
    things: BTreeMap<String, String>,
    /// Plans of requests that were submitted before the period: the runs' own entries name their hashes.
    plans: BTreeMap<Uuid, Plan>,
}

impl Names {
    pub async fn read(console: &Console, period: &Period, gathered: &Gathered) -> Result<Self, ReportError> {
        let names = Self::look_up(console, period, gathered).await;
        names.map_err(|error| ReportError::Proof(ProofError::Register(error)))
    }

    async fn look_up(console: &Console, period: &Period, gathered: &Gathered) -> Result<Self, RegisterError> {
        let register = &console.register;
        let mut names = Self::default();
        for row in register.operators().await? {
            names.people.insert(row.id, flat(&format!("{} ({})", row.name, row.person)));
        }
        let filter = LedgerFilter { since: Some(period.from), until: Some(period.until), ..LedgerFilter::default() };
        let mut below = None;
        for _ in 0..PAGES_MAX {
            let page = register.ledger_page(&filter, below, LEDGER_PAGE_MAX).await?;
            for row in page.rows {
                if let Some(meaning) = row.meaning {
                    names.things.insert(row.subject, flat(&called(meaning)));
                }
            }
            below = page.next_below;
            if below.is_none() {
                break;
            }
        }
        let requests: Vec<RequestId> = gathered.courses().keys().map(|id| RequestId(*id)).collect();
        for row in register.requests(&requests).await? {
            names.things.insert(row.id.0.to_string(), format!("R-{}", row.number));
            if let Ok(plan) = Plan::decode(&row.plan) {
                names.plans.insert(row.id.0, plan);
            }
        }
        Ok(names)
    }

    /// Who wrote an entry.
    pub fn actor(&self, entry: &Entry) -> String {
        let id = OperatorId(entry.actor.id);
        self.people.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }

    /// What an entry is about.
    pub fn subject(&self, entry: &Entry) -> String {
        let subject = &entry.subject;
        match self.things.get(&subject.name) {
            Some(name) => format!("{} {name}", subject.kind),
            None => flat(&format!("{} {}", subject.kind, subject.name)),
        }
    }

    /// What a request is called.
    pub fn request(&self, id: &Uuid) -> String {
        let id = id.to_string();
        self.things.get(&id).cloned().unwrap_or(id)
    }

    /// The plan of a request whose hash an entry names.
    pub fn plan_of(&self, request: &Uuid, entry: &Entry) -> Option<&Plan> {
        let named = entry.attribute("plan_hash")?;
        self.plans.get(request).filter(|plan| hex::encode(plan.hash()) == named)
    }
}

fn called(meaning: SubjectMeaning) -> String {
    match meaning {
        SubjectMeaning::Key(_, name) | SubjectMeaning::Operator(_, name) => name,
        SubjectMeaning::Request(_, number) => format!("R-{number}"),
        SubjectMeaning::Run(_, number) => format!("run-{number}"),
    }
}

impl Console {
    /// Refusals of the period, oldest first, as far as a print shows them.
    pub(super) async fn refusals_of(&self, period: &Period) -> Result<Vec<RefusalRow>, ReportError> {
        let wanted = |at: Timestamp| period.from <= at && at < period.until;
        let mut found = Vec::new();
        let mut below = None;
        loop {
            let page = self.register.refusals(below, REFUSALS_PAGE_MAX).await.map_err(ProofError::from)?;
            let is_last = page.len() < usize::try_from(REFUSALS_PAGE_MAX).unwrap_or(usize::MAX);
            let is_past = page.last().is_some_and(|row| row.at < period.from);
            below = page.last().map(|row| row.id);
            found.extend(page.into_iter().filter(|row| wanted(row.at)));
            if is_last || is_past || found.len() >= ROWS_MAX {
                break;
            }
        }
        found.reverse();
        Ok(found)
    }
}
