//! Compares what was seen in the vault with what the register knows. Pure.

use std::collections::{BTreeMap, BTreeSet};

use domain::KeyId;

use super::seen::{
    DriftKind, Known, KnownKek, KnownVersion, Seen, SeenKey, SeenSecret, SeenSecrets, SeenVersion, VaultObject,
};

/// Versions that a difference names one by one.
const NAMED_VERSIONS_MAX: usize = 40;

const DELETED: &str = "deleted, can be recovered";
const ABSENT: &str = "not there";

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// What differs.
    pub kind: DriftKind,
    /// Kind of vault object.
    pub object: VaultObject,
    /// Name in the vault.
    pub name: String,
    /// The record and its name, where there is one.
    pub key: Option<(KeyId, String)>,
    /// What the register says.
    pub register: String,
    /// What the vault says.
    pub vault: String,
    /// Whether it may be taken into the register as it is.
    pub adoptable: bool,
    /// Whether it breaks the rule on algorithms.
    pub weak: bool,
}

/// Key Vault's names are the same whatever their case.
fn fold(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// Every difference, in order of object, name and kind.
#[must_use]
pub fn compare(seen: &Seen, known: &Known) -> Vec<Drift> {
    let by_name: BTreeMap<String, &SeenKey> = seen.keys.iter().map(|key| (fold(&key.name), key)).collect();
    let deleted: BTreeSet<String> = seen.deleted.iter().map(|name| fold(name)).collect();
    let mut drift = Vec::new();
    for kek in &known.keks {
        let name = fold(&kek.vault_name);
        match by_name.get(&name) {
            Some(key) => compare_key(key, kek, &mut drift),
            None => drift.push(absent(kek, deleted.contains(&name))),
        }
    }
    let keks = known.keks.iter().map(|kek| fold(&kek.vault_name));
    let recorded: BTreeSet<String> = keks.chain(known.records.iter().map(|record| fold(&record.vault_name))).collect();
    drift.extend(seen.keys.iter().filter(|key| !recorded.contains(&fold(&key.name))).map(unknown_key));
    compare_records(seen, known, &by_name, &mut drift);
    drift.sort_by(|a, b| (a.object, &a.name, a.kind).cmp(&(b.object, &b.name, b.kind)));
    drift
}

fn absent(kek: &KnownKek, deleted: bool) -> Drift {
    let (kind, vault) = match deleted {
        true => (DriftKind::Deleted, DELETED),
        false => (DriftKind::OnlyInRegister, ABSENT),
    };
    of_kek(kek, kind, "live".to_owned(), vault.to_owned(), false)
}

fn unknown_key(key: &SeenKey) -> Drift {
    Drift {
        kind: DriftKind::OnlyInVault,
        object: if key.managed { VaultObject::Certificate } else { VaultObject::Key },
        name: key.name.clone(),
        key: None,
        register: String::new(),
        vault: match key.versions.len() {
            1 => format!("{}, 1 version", key.algorithm),
            versions => format!("{}, {versions} versions", key.algorithm),
        },
        adoptable: key.wraps && !key.weak,
        weak: key.weak,
    }
}

fn of_kek(kek: &KnownKek, kind: DriftKind, register: String, vault: String, weak: bool) -> Drift {
    Drift {
        kind,
        object: VaultObject::Key,
        name: kek.vault_name.clone(),
        key: Some((kek.key, kek.name.clone())),
        register,
        vault,
        adoptable: false,
        weak,
    }
}

fn compare_key(key: &SeenKey, kek: &KnownKek, drift: &mut Vec<Drift>) {
    let mut found = |kind, register: String, vault: String| drift.push(of_kek(kek, kind, register, vault, key.weak));
    let seen_of = |version: &str| key.versions.iter().find(|seen| seen.version == version);
    let pairs: Vec<(&KnownVersion, &SeenVersion)> =
        kek.versions.iter().filter_map(|known| Some((known, seen_of(&known.version)?))).collect();
    let chosen = |wrong: &dyn Fn(&KnownVersion, &SeenVersion) -> bool| -> Vec<&str> {
        pairs.iter().filter(|(known, seen)| wrong(known, seen)).map(|(known, _)| known.version.as_str()).collect()
    };

    let gone: Vec<&str> =
        kek.versions.iter().map(|known| known.version.as_str()).filter(|version| seen_of(version).is_none()).collect();
    if !gone.is_empty() {
        found(DriftKind::VersionGone, names(gone), ABSENT.to_owned());
    }
    let unknown = unknown_versions(key, kek, &pairs);
    if !unknown.is_empty() {
        found(DriftKind::VersionUnknown, "not recorded".to_owned(), names(unknown));
    }
    let disabled = chosen(&|known, seen| known.enabled && !seen.enabled);
    if !disabled.is_empty() {
        found(DriftKind::Disabled, "enabled".to_owned(), format!("disabled: {}", names(disabled)));
    }
    let enabled = chosen(&|known, seen| !known.enabled && seen.enabled);
    if !enabled.is_empty() {
        found(DriftKind::Enabled, "disabled".to_owned(), format!("enabled: {}", names(enabled)));
    }
    let other =
        chosen(&|known, seen| known.public_key_digest.is_some() && known.public_key_digest != seen.public_key_digest);
    if !other.is_empty() {
        found(DriftKind::PublicKeyDiffers, "another public half".to_owned(), names(other));
    }
    if key.bits != kek.bits || key.exportable {
        let recorded = kek.bits.map_or_else(String::new, |bits| format!("RSA {bits}, not exportable"));
        let exportable = if key.exportable { "exportable" } else { "not exportable" };
        found(DriftKind::AttributesDiffer, recorded, format!("{}, {exportable}", key.algorithm));
    }
}

/// Versions that came after the first recorded one and were not recorded. What is older was there before the key was
/// adopted, and is its history.
fn unknown_versions<'k>(key: &'k SeenKey, kek: &KnownKek, pairs: &[(&KnownVersion, &SeenVersion)]) -> Vec<&'k str> {
    let first = pairs.iter().filter_map(|(_, seen)| seen.created).min();
    let is_known = |seen: &SeenVersion| kek.versions.iter().any(|known| known.version == seen.version);
    let is_history = |seen: &SeenVersion| seen.created.zip(first).is_some_and(|(created, first)| created < first);
    key.versions.iter().filter(|seen| !is_known(seen) && !is_history(seen)).map(|seen| seen.version.as_str()).collect()
}

/// Version names in one text that the register keeps.
fn names(versions: Vec<&str>) -> String {
    let rest = versions.len().saturating_sub(NAMED_VERSIONS_MAX);
    let named = versions.into_iter().take(NAMED_VERSIONS_MAX).collect::<Vec<_>>().join(", ");
    if rest == 0 { named } else { format!("{named} and {rest} more") }
}

fn compare_records(seen: &Seen, known: &Known, keys: &BTreeMap<String, &SeenKey>, drift: &mut Vec<Drift>) {
    let none = SeenSecrets::default();
    let secrets = seen.secrets.as_ref().unwrap_or(&none);
    let held: BTreeMap<String, &SeenSecret> = secrets.held.iter().map(|secret| (fold(&secret.name), secret)).collect();
    let is_among = |names: &BTreeSet<String>, wanted: &str| names.iter().any(|name| fold(name) == wanted);
    for record in &known.records {
        let name = fold(&record.vault_name);
        let (secret, key) = (held.get(&name), keys.get(&name));
        let (kind, object, vault) = if secret.is_some_and(|secret| secret.enabled)
            || key.is_some_and(|key| key.versions.iter().any(|version| version.enabled))
        {
            continue;
        } else if secret.is_some() {
            (DriftKind::Disabled, VaultObject::Secret, "disabled")
        } else if key.is_some() {
            (DriftKind::Disabled, VaultObject::Key, "every version is disabled")
        } else if is_among(&secrets.deleted, &name) {
            (DriftKind::Deleted, VaultObject::Secret, DELETED)
        } else if is_among(&seen.deleted, &name) {
            (DriftKind::Deleted, VaultObject::Key, DELETED)
        } else if seen.secrets.is_none() {
            continue;
        } else {
            (DriftKind::OnlyInRegister, record.object, ABSENT)
        };
        let key = Some((record.key, record.name.clone()));
        drift.push(of_other(kind, object, &record.vault_name, key, ("live", vault)));
    }
    let recorded: BTreeSet<String> = known.records.iter().map(|record| fold(&record.vault_name)).collect();
    let unknown = secrets.held.iter().filter(|secret| !secret.managed && !recorded.contains(&fold(&secret.name)));
    drift.extend(
        unknown
            .map(|secret| of_other(DriftKind::OnlyInVault, VaultObject::Secret, &secret.name, None, ("", "a secret"))),
    );
}

fn of_other(
    kind: DriftKind,
    object: VaultObject,
    name: &str,
    key: Option<(KeyId, String)>,
    (register, vault): (&str, &str),
) -> Drift {
    let (register, vault) = (register.to_owned(), vault.to_owned());
    Drift { kind, object, name: name.to_owned(), key, register, vault, adoptable: false, weak: false }
}

#[cfg(test)]
#[path = "compare/tests.rs"]
mod tests;
