//! The register's tables of people, held against what the ledger says about them.
//!
//! Execution trusts nobody whom the tables alone know. This names the entry under which somebody was written into them, or changed,
//! before anybody relies on what a screen shows.

use std::collections::BTreeMap;

use ledger::{Fault, Person, Verifier};
use register::{OperatorRow, OperatorStatus, Register, RegisterError};

/// What both sides say of somebody.
#[derive(Debug, PartialEq, Eq)]
struct Known {
    person: String,
    name: String,
    login: String,
    kind: String,
    active: bool,
    roles: Vec<String>,
    devices: Vec<[u8; 32]>,
}

/// The first entry, of those that were read, of which the register keeps other people, roles or devices than the ledger says.
///
/// LIMIT: from when on a role counts is not compared: whoever executes takes that from the ledger.
pub(crate) async fn first_difference(register: &Register, verifier: &Verifier) -> Result<Option<Fault>, RegisterError> {
    let (head, _) = register.head().await?;
    let rows = register.operators().await?;
    if head != verifier.summary().entries {
        // Somebody acted since: the tables are ahead of what was read, and the next look compares them.
        return Ok(None);
    }
    let mut by_ledger: BTreeMap<uuid::Uuid, Known> =
        verifier.people().persons().map(|person| (person.id, in_ledger(verifier, person))).collect();
    let mut differing: Vec<u64> = Vec::new();
    for row in &rows {
        if by_ledger.remove(&row.id.0).is_none_or(|known| known != in_register(row)) {
            differing.push(row.changed_seq.max(1));
        }
    }
    // Somebody whom the ledger knows and no table does: the founding, or what enrolled them, is not kept as it says.
    differing.extend(by_ledger.keys().map(|_missing| 1));
    Ok(differing.into_iter().min().map(|number| Fault::Row { number }))
}

fn in_ledger(verifier: &Verifier, person: &Person) -> Known {
    let mut roles: Vec<String> = person.roles_at(i64::MAX).map(str::to_owned).collect();
    let mut devices: Vec<[u8; 32]> = verifier.people().devices_of(person.id).copied().collect();
    roles.sort_unstable();
    devices.sort_unstable();
    Known {
        person: person.person.clone(),
        name: person.name.clone(),
        login: person.login.clone(),
        kind: person.kind.clone(),
        active: person.active,
        roles,
        devices,
    }
}

fn in_register(row: &OperatorRow) -> Known {
    let mut roles: Vec<String> = row.roles.iter().map(|held| held.role.word().to_owned()).collect();
    let mut devices: Vec<[u8; 32]> =
        row.devices.iter().filter(|device| device.active).map(|device| device.key_id).collect();
    roles.sort_unstable();
    devices.sort_unstable();
    Known {
        person: row.person.clone(),
        name: row.name.clone(),
        login: row.login.clone(),
        kind: row.kind.word().to_owned(),
        active: row.status == OperatorStatus::Active,
        roles,
        devices,
    }
}
