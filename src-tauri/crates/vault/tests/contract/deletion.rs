use local_vault::VaultRules;
use vault::{Action, ForbiddenWhy, VaultError};

use crate::stand::{SPEC, Stand, make_key, named, tags};

/// deleted is recoverable and blocks the name, purged is gone; each is proven by a read.
#[tokio::test]
async fn a_key_is_deleted_recovered_and_purged() {
    let stand = Stand::start_with(|settings| settings.rules.recoverable_days = 7).await;
    let vault = stand.vault();
    let name = named("kek");
    let key = make_key(&vault, "kek").await;

    let deleted = vault.delete_key(&name).await.unwrap();
    assert!(deleted.scheduled_purge.unwrap() > deleted.deleted.unwrap());
    let recovery = deleted.recovery.clone().unwrap();
    assert!(recovery.is_purgeable() && recovery.is_recoverable());
    assert_eq!(recovery.days, Some(7));
    assert_eq!(vault.deleted_key(&name).await.unwrap(), deleted);
    assert_eq!(vault.list_deleted_keys().await.unwrap(), [deleted]);
    assert_eq!(vault.key(&name, None).await, Err(VaultError::NotFound { action: Action::ReadKey }));
    let blocked = vault.create_key(&name, &SPEC, &tags("r1")).await;
    assert_eq!(blocked, Err(VaultError::Deleted { action: Action::CreateKey }));

    assert_eq!(vault.recover_deleted_key(&name).await.unwrap().version, key.version);
    assert_eq!(vault.key(&name, None).await.unwrap().version, key.version);

    vault.delete_key(&name).await.unwrap();
    vault.purge_deleted_key(&name).await.unwrap();
    let gone = vault.deleted_key(&name).await;
    assert_eq!(gone, Err(VaultError::NotFound { action: Action::ReadDeletedKey }));
    assert!(vault.list_deleted_keys().await.unwrap().is_empty());
}

/// under purge protection nobody purges early, and the vault's own level says so beforehand.
#[tokio::test]
async fn purge_protection_is_told_and_holds() {
    let protected = VaultRules { recoverable_days: 90, purge_protection: true };
    let stand = Stand::start_with(|settings| settings.rules = protected).await;
    let vault = stand.vault();
    let name = named("kek");
    let key = make_key(&vault, "kek").await;
    assert!(!key.recovery.unwrap().is_purgeable());
    vault.delete_key(&name).await.unwrap();
    let refused = vault.purge_deleted_key(&name).await;
    let forbidden = VaultError::Forbidden { action: Action::PurgeKey, why: ForbiddenWhy::PurgeProtection };
    assert_eq!(refused, Err(forbidden));
    assert!(vault.deleted_key(&name).await.is_ok());
}
