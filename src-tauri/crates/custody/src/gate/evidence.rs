//! Whether the exceptions of a reading are those of the ledger: a database administrator who moves a date in a table, or takes a row
//! away, changes no entry.
//!
//! What two people granted is in the entry that applied it, with its date; so is what ended it. Whatever the ledger says is open must be
//! among the findings with that very date, as soon as it would be shown at all.

use std::collections::{BTreeMap, HashMap};

use ::gate::{Hex, Reading};
use domain::{KeyId, Operation, Plan};
use futures::StreamExt as _;
use ledger::{Entry, GENESIS, link};
use register::Register;

use super::GateError;
use crate::applied::plan_in;

/// An exception as the entries have it.
struct Granted {
    entry: u64,
    expires_at: i64,
    /// The entry by which one person revoked it; a second one has not signed that off.
    revoked: Option<u64>,
}

/// Reads the ledger that the reading is of, and compares.
///
/// # Errors
/// [`GateError::NotOfTheLedger`] with the entry that says otherwise.
pub async fn check(register: &Register, reading: &Reading) -> Result<(), GateError> {
    let open = open_by_ledger(register, reading).await?;
    let found: HashMap<&str, i64> = reading
        .findings
        .iter()
        .filter(|finding| finding.kind == "exception")
        .map(|finding| (finding.subject.as_str(), finding.due_at))
        .collect();
    // A reading names the soonest; what comes after the last one named need not be there.
    let last = found.values().max().copied().filter(|_| reading.more > 0);
    for (exception, granted) in &open {
        let is_near = granted.expires_at <= reading.complete_until && last.is_none_or(|last| granted.expires_at < last);
        match found.get(exception.to_string().as_str()) {
            Some(due) if *due == granted.expires_at => {}
            None if !is_near => {}
            _ => return Err(GateError::NotOfTheLedger { number: granted.entry }),
        }
    }
    Ok(())
}

/// What was granted, and neither closed nor renewed, nor revoked with a second person's look at it.
async fn open_by_ledger(register: &Register, reading: &Reading) -> Result<BTreeMap<KeyId, Granted>, GateError> {
    let (mut open, mut head) = (BTreeMap::new(), GENESIS);
    let mut records = std::pin::pin!(register.ledger_stream(1, reading.ledger.number));
    while let Some(record) = records.next().await {
        let record = record?;
        head = link(&head, &record.entry, &record.signatures);
        // INVARIANT: what is read here is what was verified: the chain ends in the same hash. Test: `a_file_tells_what_the_ledger_says`.
        if record.seq == reading.ledger.number && reading.ledger.hash != Hex(head.to_vec()) {
            return Err(GateError::NotOfTheLedger { number: record.seq });
        }
        // What can't be read might be what ends or grants one: nothing is published past it.
        let not_read = GateError::NotOfTheLedger { number: record.seq };
        let entry = Entry::decode(&record.entry).map_err(|_malformed| not_read)?;
        learn(&mut open, record.seq, &entry)?;
    }
    Ok(open)
}

fn learn(open: &mut BTreeMap<KeyId, Granted>, number: u64, entry: &Entry) -> Result<(), GateError> {
    let not_read = || GateError::NotOfTheLedger { number };
    match entry.verb.as_str() {
        "request.applied" => apply(open, number, &plan_in(entry).ok_or_else(not_read)?).ok_or_else(not_read)?,
        "exception.revoked" => {
            let exception: KeyId = entry.subject.name.parse().map_err(|_no_id| not_read())?;
            if let Some(granted) = open.get_mut(&exception) {
                granted.revoked = Some(number);
            }
        }
        "review.signed_off" => {
            let seen: u64 = entry.subject.name.parse().map_err(|_no_number| not_read())?;
            open.retain(|_, granted| granted.revoked != Some(seen));
        }
        _ => {}
    }
    Ok(())
}

/// What a plan that was put into force made of the exceptions; nothing where it does not say so in full.
fn apply(open: &mut BTreeMap<KeyId, Granted>, number: u64, plan: &Plan) -> Option<()> {
    let mut targets = plan.targets.iter().map(|target| target.key);
    match plan.operation {
        Operation::GrantException => {
            let (exception, expires_at) = (targets.next()?, plan.parameters.get("expires_at")?.parse().ok()?);
            // What it renews, it closes.
            for renewed in targets {
                open.remove(&renewed);
            }
            open.insert(exception, Granted { entry: number, expires_at, revoked: None });
        }
        Operation::CloseException => {
            open.remove(&targets.next()?);
        }
        _ => {}
    }
    Some(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at once")]
mod tests {
    use std::collections::BTreeMap;

    use ledger::{Actor, ActorKind, Entry, Subject};
    use uuid::Uuid;

    use super::{GateError, learn};

    /// an entry whose plan or subject is unreadable might have granted or ended an exception: no file is published past it.
    #[test]
    fn what_is_unreadable_is_not_passed_over() {
        let entry = |verb: &str| Entry {
            custody: Uuid::nil(),
            environment: "production".to_owned(),
            id: Uuid::nil(),
            time: 0,
            actor: Actor { kind: ActorKind::Operator, id: Uuid::nil() },
            verb: verb.to_owned(),
            subject: Subject { kind: "request".to_owned(), name: Uuid::nil().to_string() },
            purpose: String::new(),
            attributes: BTreeMap::from([("plan.00".to_owned(), "00ff".to_owned())]),
        };
        let nameless = |verb: &str| Entry { subject: Subject::new("exception", "the one of May"), ..entry(verb) };
        for entry in [entry("request.applied"), nameless("exception.revoked"), nameless("review.signed_off")] {
            let refused = learn(&mut BTreeMap::new(), 7, &entry);
            assert!(matches!(refused, Err(GateError::NotOfTheLedger { number: 7 })), "{}: {refused:?}", entry.verb);
        }
        learn(&mut BTreeMap::new(), 8, &entry("request.submitted")).unwrap();
    }
}
