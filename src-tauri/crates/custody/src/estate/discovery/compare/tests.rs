#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use domain::Timestamp;

use super::*;
use crate::estate::discovery::KnownRecord;

fn version(name: &str, created: i64) -> SeenVersion {
    SeenVersion {
        version: name.to_owned(),
        enabled: true,
        public_key_digest: Some([7; 32]),
        created: Some(Timestamp::from_micros(created)),
    }
}

fn key(name: &str) -> SeenKey {
    SeenKey {
        name: name.to_owned(),
        algorithm: "RSA 2048".to_owned(),
        bits: Some(2048),
        weak: false,
        wraps: true,
        exportable: false,
        managed: false,
        versions: vec![version("v1", 10)],
    }
}

fn kek(name: &str) -> KnownKek {
    KnownKek {
        key: KeyId(uuid::Uuid::from_u128(1)),
        name: name.to_owned(),
        vault_name: name.to_owned(),
        bits: Some(2048),
        versions: vec![KnownVersion { version: "v1".to_owned(), enabled: true, public_key_digest: Some([7; 32]) }],
    }
}

fn drift(keys: Vec<SeenKey>, keks: Vec<KnownKek>) -> Vec<Drift> {
    compare(&Seen { keys, ..Seen::default() }, &Known { keks, ..Known::default() })
}

fn kinds(drift: &[Drift]) -> Vec<DriftKind> {
    drift.iter().map(|drift| drift.kind).collect()
}

#[test]
fn what_agrees_is_no_drift() {
    assert_eq!(drift(vec![key("a")], vec![kek("a")]), []);
    assert_eq!(drift(Vec::new(), Vec::new()), []);
}

/// in the vault but not in the register; weak ones are shown and not adoptable.
#[test]
fn keys_without_a_record_are_found() {
    let weak = SeenKey { weak: true, algorithm: "EC P-256K".to_owned(), bits: None, wraps: false, ..key("weak") };
    let ec = SeenKey { algorithm: "EC P-256".to_owned(), bits: None, wraps: false, ..key("ec") };
    let found = drift(vec![key("new"), weak, ec], Vec::new());
    let seen: Vec<_> =
        found.iter().map(|drift| (drift.name.as_str(), drift.kind, drift.adoptable, drift.weak)).collect();
    let only = DriftKind::OnlyInVault;
    assert_eq!(seen, [("ec", only, false, false), ("new", only, true, false), ("weak", only, false, true)]);
}

/// in the register but gone, deleted, changed or rotated outside a request.
#[test]
fn every_change_outside_a_request_is_found() {
    let changed = |change: &dyn Fn(&mut SeenKey)| {
        let mut seen = key("a");
        change(&mut seen);
        kinds(&drift(vec![seen], vec![kek("a")]))
    };
    assert_eq!(changed(&|key| key.versions.push(version("v2", 20))), [DriftKind::VersionUnknown]);
    assert_eq!(
        changed(&|key| key.versions = vec![version("v0", 1)]),
        [DriftKind::VersionUnknown, DriftKind::VersionGone]
    );
    assert_eq!(changed(&|key| key.versions[0].enabled = false), [DriftKind::Disabled]);
    assert_eq!(changed(&|key| key.versions[0].public_key_digest = Some([8; 32])), [DriftKind::PublicKeyDiffers]);
    assert_eq!(changed(&|key| key.versions[0].public_key_digest = None), [DriftKind::PublicKeyDiffers]);
    assert_eq!(changed(&|key| key.bits = Some(3072)), [DriftKind::AttributesDiffer]);
    assert_eq!(changed(&|key| key.exportable = true), [DriftKind::AttributesDiffer]);

    let mut retired = kek("a");
    retired.versions.first_mut().unwrap().enabled = false;
    assert_eq!(kinds(&drift(vec![key("a")], vec![retired])), [DriftKind::Enabled]);

    assert_eq!(kinds(&drift(Vec::new(), vec![kek("a")])), [DriftKind::OnlyInRegister]);
    let seen = Seen { deleted: BTreeSet::from(["a".to_owned()]), ..Seen::default() };
    assert_eq!(kinds(&compare(&seen, &Known { keks: vec![kek("a")], ..Known::default() })), [DriftKind::Deleted]);
}

#[test]
fn versions_from_before_the_adoption_are_history() {
    let mut seen = key("a");
    seen.versions.insert(0, version("v0", 9));
    assert_eq!(drift(vec![seen.clone()], vec![kek("a")]), []);
    seen.versions.insert(0, version("same-second", 10));
    assert_eq!(kinds(&drift(vec![seen], vec![kek("a")])), [DriftKind::VersionUnknown]);
}

/// The register keeps one difference of a kind for each object: several versions are named in one.
#[test]
fn differences_of_a_kind_are_one_for_each_key() {
    let mut seen = key("a");
    seen.versions.extend([version("v2", 20), version("v3", 30)]);
    let found = drift(vec![seen], vec![kek("a")]);
    assert_eq!(kinds(&found), [DriftKind::VersionUnknown]);
    assert_eq!(found.first().map(|drift| drift.vault.as_str()), Some("v2, v3"));
}

/// records of secrets and of keys that are no KEKs are looked for by name; certificates keep their own.
#[test]
fn records_of_other_objects_are_looked_for() {
    let secret = |name: &str, enabled, managed| SeenSecret { name: name.to_owned(), enabled, managed };
    let record = |name: &str, object| KnownRecord {
        key: KeyId(uuid::Uuid::nil()),
        name: name.to_owned(),
        vault_name: name.to_owned(),
        object,
    };
    let mut stopped = key("stopped");
    stopped.versions[0].enabled = false;
    let seen = Seen {
        keys: vec![key("signing"), stopped],
        secrets: Some(SeenSecrets {
            held: vec![
                secret("off", false, false),
                secret("ON", true, false),
                secret("stray", true, false),
                secret("tls", true, true),
            ],
            deleted: BTreeSet::from(["erased".to_owned()]),
        }),
        deleted: BTreeSet::from(["erased-key".to_owned()]),
    };
    let object = VaultObject::Secret;
    let names = ["erased", "erased-key", "gone", "off", "on", "signing", "stopped"];
    let known = Known { records: names.map(|name| record(name, object)).to_vec(), ..Known::default() };
    let found: Vec<_> =
        compare(&seen, &known).into_iter().map(|drift| (drift.name, drift.object, drift.kind)).collect();
    let wanted = [
        ("erased-key", VaultObject::Key, DriftKind::Deleted),
        ("stopped", VaultObject::Key, DriftKind::Disabled),
        ("erased", object, DriftKind::Deleted),
        ("gone", object, DriftKind::OnlyInRegister),
        ("off", object, DriftKind::Disabled),
        ("stray", object, DriftKind::OnlyInVault),
    ];
    assert_eq!(found, wanted.map(|(name, object, kind)| (name.to_owned(), object, kind)));
    let unread = Seen { secrets: None, ..seen };
    let said: Vec<_> = compare(&unread, &known).into_iter().map(|drift| drift.name).collect();
    assert_eq!(said, ["erased-key", "stopped"], "what may not be listed is not called absent");
}
