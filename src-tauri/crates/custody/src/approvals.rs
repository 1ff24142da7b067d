//! The register's table of seals, held against the entries that brought them.
//!
//! Execution proves every approval from its signature. This finds one that was rewritten before anybody executes it, and names
//! the entry that says how it was.

use std::collections::BTreeMap;

use domain::{Decision, OperatorId, RequestId, Role, Timestamp};
use ledger::{Entry, Fault, Record, SignatureBlock};
use register::{Register, RegisterError, SealRow};
use uuid::Uuid;

/// Requests whose seals are fetched at once.
const FETCH: usize = 500;

/// The seals that a ledger's entries brought, by the entry's number.
#[derive(Debug, Default)]
pub(crate) struct Approvals {
    brought: BTreeMap<u64, SealRow>,
}

impl Approvals {
    /// Learns the seal that a verified entry brought, if it brought one.
    pub fn learn(&mut self, entry: &Entry, record: &Record) {
        if let Some(seal) = seal_in(entry, record) {
            self.brought.insert(record.number, seal);
        }
    }

    /// The first entry, of those up to number `read`, whose seal the register keeps otherwise or not at all, or under which it
    /// keeps one that the entry did not bring.
    pub async fn first_difference(&self, register: &Register, read: u64) -> Result<Option<Fault>, RegisterError> {
        let mut requests: Vec<RequestId> = self.brought.values().map(|seal| seal.request).collect();
        requests.sort_unstable();
        requests.dedup();
        let mut kept: BTreeMap<u64, SealRow> = BTreeMap::new();
        for requests in requests.chunks(FETCH) {
            let rows = register.seals_of(requests).await?.into_iter().filter(|row| row.seq <= read);
            kept.extend(rows.map(|row| (row.seq, row)));
        }
        let numbers = self.brought.keys().chain(kept.keys());
        let differing = numbers.filter(|number| self.brought.get(number) != kept.get(number)).min();
        Ok(differing.map(|number| Fault::Row { number: *number }))
    }
}

/// The row that the register makes of an entry that brings a seal (`docs/formats/acts.md`).
pub(crate) fn seal_in(entry: &Entry, record: &Record) -> Option<SealRow> {
    let (decision, is_requester) = match entry.verb.as_str() {
        "request.submitted" => (Decision::Approve, true),
        "request.sealed" => (Decision::Approve, false),
        "request.rejected" => (Decision::Reject, false),
        _ => return None,
    };
    let mut signature = [0; 64];
    hex::decode_to_slice(entry.attribute("seal")?, &mut signature).ok()?;
    let block = SignatureBlock::decode(&record.signatures).ok()?;
    let (device, _) = block.pairs().first()?;
    Some(SealRow {
        request: RequestId(Uuid::parse_str(&entry.subject.name).ok()?),
        operator: OperatorId(entry.actor.id),
        device: *device,
        role: entry.attribute("role")?.parse::<Role>().ok()?,
        decision,
        is_requester,
        signature,
        sealed_at: Timestamp::from_micros(entry.time),
        seq: record.number,
    })
}
