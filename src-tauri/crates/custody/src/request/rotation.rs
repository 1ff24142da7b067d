//! The plan of a KEK rotation: a new version in the vault, every DEK re-wrapped, the old version disabled after a grace period.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::{Change, Facts, KeyId, Operation, Plan, Target};

use super::draft::{Draft, Setting};

/// DEKs in one batch: bounds what a crash repeats, and how long a transaction holds the ledger's head.
pub const BATCH_SIZE: u32 = 100;

/// Longest grace period, in seconds: thirty days.
pub const GRACE_SECONDS_MAX: u64 = 30 * 86_400;

/// Vault operations of a rotation besides one unwrap for each DEK and one canary for each batch: read, create, read back,
/// prove, disable, canary refused.
const FIXED_VAULT_OPERATIONS: u64 = 10;

/// What the register and the vault say about the KEK now.
#[derive(Debug, Clone)]
pub struct KekNow {
    /// Record in the register.
    pub key: KeyId,
    /// Name on screen.
    pub name: String,
    /// Version in use.
    pub version: String,
    /// How many versions it has had, that one included.
    pub version_number: u32,
    /// For instance `RSA 3072`.
    pub algorithm: String,
    /// RSA length.
    pub bits: u32,
    /// Live DEKs under it.
    pub deks: u64,
    /// Tenants those belong to.
    pub tenants: u64,
    /// Tokens sealed under those.
    pub tokens: u64,
    /// Facts the plan depends on.
    pub facts: Facts,
}

/// How to rotate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RotationOptions {
    /// How long the old version stays enabled for late readers.
    pub grace: Duration,
    /// Whether every new wrap is opened once, instead of one in each batch.
    pub full_proof: bool,
}

/// Vault operations of a rotation of `deks` DEKs.
#[must_use]
pub fn vault_operations(deks: u64, options: RotationOptions) -> u64 {
    let proofs = if options.full_proof { deks } else { deks.div_ceil(u64::from(BATCH_SIZE)) };
    deks + proofs + FIXED_VAULT_OPERATIONS
}

/// Computes the plan. Pure: what it needs to know is in its arguments.
#[must_use]
pub fn plan_rotation(draft: Draft, now: KekNow, options: RotationOptions, setting: Setting) -> Plan {
    let operations = vault_operations(now.deks, options);
    let estimate = setting.estimate(operations);
    let target = Target { key: now.key, name: now.name.clone(), version: now.version.clone() };
    let grace_seconds = options.grace.as_secs();
    let parameters = BTreeMap::from([
        ("batch_size".to_owned(), BATCH_SIZE.to_string()),
        ("budget_percent".to_owned(), setting.budget_percent.to_string()),
        ("full_proof".to_owned(), options.full_proof.to_string()),
        ("grace_seconds".to_owned(), grace_seconds.to_string()),
        ("vault".to_owned(), setting.vault_host.clone()),
        ("version_after".to_owned(), (now.version_number + 1).to_string()),
        ("version_before".to_owned(), now.version_number.to_string()),
    ]);
    let impact = BTreeMap::from([
        ("deks".to_owned(), now.deks),
        ("estimated_seconds".to_owned(), estimate.as_secs().max(1)),
        ("tenants".to_owned(), now.tenants),
        ("tokens".to_owned(), now.tokens),
        ("vault_operations".to_owned(), operations),
    ]);
    let changes = changes(&now, grace_seconds);
    draft.into_plan(Operation::RotateKek, vec![target], parameters, changes, impact, now.facts)
}

/// A grace period as a person says it.
pub(super) fn grace_in_words(seconds: u64) -> String {
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let unit = units.into_iter().find(|(length, _)| seconds > 0 && seconds.is_multiple_of(*length));
    match unit.map(|(length, name)| (seconds / length, name)) {
        None => "at once after".to_owned(),
        Some((1, name)) => format!("1 {name} after"),
        Some((count, name)) => format!("{count} {name}s after"),
    }
}

fn changes(now: &KekNow, grace_seconds: u64) -> Vec<Change> {
    let line = |field: &str, before: String, after: String| Change {
        subject: now.name.clone(),
        field: field.to_owned(),
        before,
        after,
    };
    let deks = now.deks.to_string();
    let disabled = format!("disabled {} the last re-wrap, never deleted", grace_in_words(grace_seconds));
    vec![
        line("current_version", now.version.clone(), "made by the vault in this run".to_owned()),
        line("deks_under_new", "0".to_owned(), deks.clone()),
        line("deks_under_old", deks, "0".to_owned()),
        line("old_version", "enabled".to_owned(), disabled),
        line("algorithm", now.algorithm.clone(), now.algorithm.clone()),
    ]
}

#[cfg(test)]
mod tests {
    use super::grace_in_words;

    #[test]
    fn a_grace_period_is_said_in_its_largest_whole_unit() {
        let said = [0, 1, 90, 900, 3_600, 172_800].map(grace_in_words);
        let expected =
            ["at once after", "1 second after", "90 seconds after", "15 minutes after", "1 hour after", "2 days after"];
        assert_eq!(said, expected);
    }
}
