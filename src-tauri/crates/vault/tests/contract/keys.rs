use std::collections::BTreeSet;

use envelope::{Dek, KekPublic};
use vault::{Action, Key, KeySpec, RsaBits, VaultError, WrapAlgorithm};

use crate::stand::{SPEC, Stand, make_key, named, tags};

const ALGORITHMS: [(WrapAlgorithm, envelope::WrapAlgorithm); 2] = [
    (WrapAlgorithm::RsaOaep256, envelope::WrapAlgorithm::RsaOaep256),
    (WrapAlgorithm::RsaOaep, envelope::WrapAlgorithm::RsaOaep),
];

fn wrap_here(key: &Key, dek: &Dek, algorithm: envelope::WrapAlgorithm) -> Vec<u8> {
    let public = key.public.as_ref().unwrap();
    KekPublic::from_components(&public.n, &public.e).unwrap().wrap(dek, algorithm).unwrap()
}

/// a KEK is made in the vault, cannot be exported, and unwraps there what was wrapped here with its public half.
#[tokio::test]
async fn what_is_wrapped_here_is_unwrapped_in_the_vault() {
    let stand = Stand::start().await;
    let vault = stand.vault();
    for bits in [RsaBits::B2048, RsaBits::B3072] {
        let name = named(&format!("kek-{}", bits.bits()));
        let key = vault.create_key(&name, &KeySpec::Rsa(bits), &tags("r1")).await.unwrap();
        assert!(key.enabled && !key.exportable);
        for (algorithm, here) in ALGORITHMS {
            let dek = Dek::generate().unwrap();
            let wrapped = wrap_here(&key, &dek, here);
            let opened = vault.unwrap(&name, &key.version, algorithm, &wrapped).await.unwrap();
            assert!(dek.expose(|dek| dek[..] == opened[..]), "{bits:?} {algorithm:?}");
        }
    }
}

/// a version opens what it wrapped, and another version of the same key does not.
#[tokio::test]
async fn another_version_does_not_unwrap() {
    let stand = Stand::start().await;
    let vault = stand.vault();
    let name = named("kek");
    let first = make_key(&vault, "kek").await;
    let second = vault.create_version(&name, &SPEC, &tags("r1")).await.unwrap();
    let wrapped = vault.wrap(&name, &first.version, WrapAlgorithm::RsaOaep256, b"canary").await.unwrap();
    let unwrap = |version| vault.unwrap(&name, version, WrapAlgorithm::RsaOaep256, &wrapped);
    assert_eq!(unwrap(&first.version).await.unwrap()[..], *b"canary");
    assert_eq!(unwrap(&second.version).await, Err(VaultError::BadRequest { action: Action::Unwrap }));
}

/// a disabled version refuses by type, and is told apart from one that was never there.
#[tokio::test]
async fn a_disabled_version_refuses_to_unwrap() {
    let stand = Stand::start().await;
    let vault = stand.vault();
    let name = named("kek");
    let key = make_key(&vault, "kek").await;
    let wrapped = vault.wrap(&name, &key.version, WrapAlgorithm::RsaOaep256, b"canary").await.unwrap();
    let unwrap = || vault.unwrap(&name, &key.version, WrapAlgorithm::RsaOaep256, &wrapped);

    assert!(!vault.set_enabled(&name, &key.version, false).await.unwrap().enabled);
    assert_eq!(unwrap().await, Err(VaultError::Disabled { action: Action::Unwrap }));
    assert!(!vault.key(&name, Some(&key.version)).await.unwrap().enabled);

    assert!(vault.set_enabled(&name, &key.version, true).await.unwrap().enabled);
    assert_eq!(unwrap().await.unwrap()[..], *b"canary");
    let missing = vault.unwrap(&named("none"), &key.version, WrapAlgorithm::RsaOaep256, &wrapped).await;
    assert_eq!(missing, Err(VaultError::NotFound { action: Action::Unwrap }));
}

#[tokio::test]
async fn creating_never_makes_a_version_and_versioning_never_makes_a_key() {
    let stand = Stand::start().await;
    let vault = stand.vault();
    let name = named("kek");
    let missing = vault.create_version(&name, &SPEC, &tags("r1")).await;
    assert!(matches!(missing, Err(VaultError::NotFound { .. })), "{missing:?}");
    assert!(vault.list_keys().await.unwrap().is_empty());

    let key = make_key(&vault, "kek").await;
    let taken = vault.create_key(&name, &SPEC, &tags("r1")).await;
    assert_eq!(taken, Err(VaultError::Conflict { action: Action::CreateKey }));
    vault.set_enabled(&name, &key.version, false).await.unwrap();
    let taken = vault.create_key(&name, &SPEC, &tags("r1")).await;
    assert_eq!(taken, Err(VaultError::Conflict { action: Action::CreateKey }));
    assert_eq!(vault.versions(&name).await.unwrap().len(), 1);
}

#[tokio::test]
async fn versions_carry_the_run_that_made_them() {
    let stand = Stand::start().await;
    let vault = stand.vault();
    let name = named("kek");
    let first = make_key(&vault, "kek").await;
    let second = vault.create_version(&name, &SPEC, &tags("r1")).await.unwrap();
    assert_ne!(first.version, second.version);

    let versions = vault.versions(&name).await.unwrap();
    assert_eq!(versions.len(), 2);
    let found = versions.iter().find(|version| version.tags == tags("r1")).unwrap();
    assert_eq!(found.version, second.version);
    assert_eq!(vault.key(&name, None).await.unwrap(), second, "the newest is the second");
    assert_eq!(vault.key(&name, Some(&first.version)).await.unwrap(), first);
}

/// discovery reads the whole vault, beyond the first page of twenty-five.
#[tokio::test]
async fn every_page_of_keys_is_read() {
    let stand = Stand::start().await;
    let vault = stand.vault();
    let names: BTreeSet<_> = (0..27).map(|number| named(&format!("key-{number}"))).collect();
    for name in &names {
        vault.create_key(name, &SPEC, &tags("r1")).await.unwrap();
    }
    let listed = vault.list_keys().await.unwrap();
    assert_eq!(listed.len(), 27);
    assert!(listed.iter().all(|key| key.enabled && key.tags == tags("r1")));
    assert_eq!(listed.into_iter().map(|key| key.name).collect::<BTreeSet<_>>(), names);
}

#[tokio::test]
async fn a_backup_restores_every_version() {
    let stand = Stand::start().await;
    let vault = stand.vault();
    let name = named("kek");
    let key = make_key(&vault, "kek").await;
    vault.create_version(&name, &SPEC, &tags("r1")).await.unwrap();
    let wrapped = vault.wrap(&name, &key.version, WrapAlgorithm::RsaOaep256, b"canary").await.unwrap();
    let backup = vault.backup_key(&name).await.unwrap();
    let there = vault.restore_key(&name, &backup).await;
    assert_eq!(there, Err(VaultError::Conflict { action: Action::RestoreKey }));

    vault.delete_key(&name).await.unwrap();
    vault.purge_deleted_key(&name).await.unwrap();
    vault.restore_key(&name, &backup).await.unwrap();
    assert_eq!(vault.versions(&name).await.unwrap().len(), 2);
    let opened = vault.unwrap(&name, &key.version, WrapAlgorithm::RsaOaep256, &wrapped).await.unwrap();
    assert_eq!(opened[..], *b"canary");
}
