//! What follows from plan, entries and keys: evidence, strength, and what honestly remains. Derived when a certificate is issued
//! and again whenever one is verified.

use std::time::Duration;

use domain::{KeyKind, Operation, OperatorId, Plan, Timestamp};

use crate::document::{Destroyed, Evidence, Residue, Statement, Strength};
use crate::entries::{Act, Proven};
use crate::fault::Fault;
use crate::words::{act_in_words, figures_of};

/// Copies of the register's files that keep what was erased, the plan's parameter that says how long, the hours of its unit, and
/// what that means.
const KEPT_COPIES: [(&str, &str, u64, &str); 3] = [
    ("write-ahead log", "wal_retention_days", 24, "its archived segments still hold what was overwritten"),
    ("replicas", "replica_lag_hours", 1, "those that lag behind still hold what was overwritten"),
    ("backups", "backup_retention_days", 24, "those made before still hold the wrapped keys and the tokens"),
];

/// Derives the statement.
pub(crate) fn derive(plan: &Plan, proven: &Proven, destroyed: &[Destroyed]) -> Result<Statement, Fault> {
    let (started, finished) = (proven.only("run.started")?, proven.only("run.finished")?);
    let strength = strength_of(plan, destroyed);
    Ok(Statement {
        began_at: started.entry.time,
        ended_at: finished.entry.time,
        executed_by: executors(proven),
        verification: finished.text("verification")?.to_owned(),
        evidence: proven.acts.iter().filter_map(|act| evidence(act, destroyed)).collect(),
        remains: remains(plan, proven, destroyed),
        unproven: unproven(),
        strength,
    })
}

fn executors(proven: &Proven) -> Vec<OperatorId> {
    let mut found: Vec<OperatorId> = Vec::new();
    for act in proven.acts.iter().filter(|act| act.is_of_run() || act.is_destruction()) {
        if !found.contains(&act.actor()) {
            found.push(act.actor());
        }
    }
    found
}

fn evidence(act: &Act, destroyed: &[Destroyed]) -> Option<Evidence> {
    let words = act_in_words(act, destroyed)?;
    Some(Evidence { entry: act.number, at: act.entry.time, words, figures: figures_of(act) })
}

/// A KEK of the tenant's own that was purged makes every copy of what it wrapped unreadable; where the KEK lives on, old
/// copies of the wraps can still be opened with it.
fn strength_of(plan: &Plan, destroyed: &[Destroyed]) -> Strength {
    let has = |kind| destroyed.iter().any(|row| row.kind == kind);
    let is_meant = plan.operation == Operation::DestroyKek || plan.parameter("erasure") == Some("cryptographic");
    let (word, words) = if is_meant && has(KeyKind::Kek) {
        (
            "cryptographic",
            "Cryptographic erasure: the key-encryption key is gone from the vault, so no copy of what it ever wrapped can be opened again, wherever it lies.",
        )
    } else if has(KeyKind::Dek) {
        (
            "limited",
            "Not cryptographic erasure: the key-encryption key is shared and lives on. The wrapped keys are gone from the register; whoever has a copy of them that remains, and the use of that key, can open it until the copy ends.",
        )
    } else {
        (
            "deleted",
            "What was destroyed is gone from the vault in all its versions. Whoever read a value before may still have it: what it opened must no longer accept it.",
        )
    };
    Strength { word: word.to_owned(), words: words.to_owned() }
}

/// What remains, until when.
fn remains(plan: &Plan, proven: &Proven, destroyed: &[Destroyed]) -> Vec<Residue> {
    let mut remains = Vec::new();
    if destroyed.iter().any(|row| !row.vault_name.is_empty())
        && let Some(last) = proven.with_verb("key.purged").last()
    {
        remains.push(Residue {
            copy: "soft-deleted objects in the vault".to_owned(),
            until: Some(last.entry.time),
            words: "none: the window ended when the last of them was purged and a read was answered with not found"
                .to_owned(),
        });
    }
    if let Some(erased) = last_erasure(proven) {
        for (copy, parameter, hours, words) in KEPT_COPIES {
            let kept = plan.parameter(parameter).and_then(|count| count.parse::<u32>().ok());
            let kept = kept.map(|count| Duration::from_secs(u64::from(count) * hours * 3_600));
            let until = kept.map(|kept| Timestamp::from_micros(erased).plus(kept).micros());
            let words = match until {
                Some(_) => words.to_owned(),
                None => format!("{words}; the plan names no retention for them, so no end can be given"),
            };
            remains.push(Residue { copy: copy.to_owned(), until, words });
        }
    }
    if plan.operation == Operation::OffboardTenant {
        remains.push(Residue {
            copy: "certificates already issued to the tenant".to_owned(),
            until: None,
            words: "they stay valid until they expire or are revoked where they were issued: have them revoked"
                .to_owned(),
        });
    }
    remains
}

/// When the last bytes of the register were erased.
fn last_erasure(proven: &Proven) -> Option<i64> {
    let erases = |act: &&Act| matches!(act.verb(), "tokens.deleted" | "dek.erased" | "register.reclaimed");
    proven.acts.iter().filter(erases).map(|act| act.entry.time).max()
}

fn unproven() -> Vec<String> {
    [
        "That the keys named here belong to these people: compare the fingerprints with them.",
        "That the ledger cited here is the whole ledger, and that nothing in it says otherwise: that takes a checkpoint of the ledger.",
        "That the register and the vault did what they answered, and what their operators did around them.",
        "That names, tenants and versions of the destroyed keys are what the register said: the entries prove their ids.",
        "That nobody kept a copy outside of the register and the vault: exports, memory, logs, backups that the vault made of its keys.",
    ]
    .map(str::to_owned)
    .to_vec()
}
