use vault::{Action, VaultError};

use crate::stand::{Stand, named, tags};

/// a new version of a secret lies beside the old one, and a disabled version gives its value out no more.
#[tokio::test]
async fn versions_of_a_secret_are_kept_and_disabled() {
    let stand = Stand::start().await;
    let vault = stand.vault();
    let name = named("api-key");
    let old = vault.set_secret(&name, "first \"quoted\" \u{1}", Some("text/plain"), &tags("r1")).await.unwrap();
    let new = vault.set_secret(&name, "second", None, &tags("r2")).await.unwrap();
    let read = async |version: Option<&vault::VersionId>| {
        vault.secret(&name, version).await.map(|secret| secret.expose(str::to_owned))
    };
    assert_eq!(read(None).await.unwrap(), "second");
    assert_eq!(read(old.version.as_ref()).await.unwrap(), "first \"quoted\" \u{1}");
    assert_eq!(vault.secret_versions(&name).await.unwrap().len(), 2);
    assert_eq!(old.content_type.as_deref(), Some("text/plain"));

    vault.set_secret_enabled(&name, old.version.as_ref().unwrap(), false).await.unwrap();
    assert_eq!(read(old.version.as_ref()).await, Err(VaultError::Disabled { action: Action::ReadSecret }));
    assert_eq!(read(new.version.as_ref()).await.unwrap(), "second");
}

#[tokio::test]
async fn a_secret_is_deleted_recovered_and_purged() {
    let stand = Stand::start().await;
    let vault = stand.vault();
    let name = named("api-key");
    vault.set_secret(&name, "value", None, &tags("r1")).await.unwrap();
    let deleted = vault.delete_secret(&name).await.unwrap();
    assert!(deleted.scheduled_purge.is_some());
    assert_eq!(vault.list_deleted_secrets().await.unwrap(), [deleted]);
    let blocked = vault.set_secret(&name, "value", None, &tags("r2")).await;
    assert_eq!(blocked, Err(VaultError::Deleted { action: Action::SetSecret }));

    vault.recover_deleted_secret(&name).await.unwrap();
    vault.secret(&name, None).await.unwrap().expose(|value| assert_eq!(value, "value"));
    vault.delete_secret(&name).await.unwrap();
    vault.purge_deleted_secret(&name).await.unwrap();
    let gone = vault.deleted_secret(&name).await;
    assert_eq!(gone, Err(VaultError::NotFound { action: Action::ReadDeletedSecret }));
}

#[tokio::test]
async fn every_page_of_secrets_is_read() {
    let stand = Stand::start().await;
    let vault = stand.vault();
    for number in 0..60 {
        vault.set_secret(&named(&format!("secret-{number}")), "value", None, &tags("r1")).await.unwrap();
    }
    let mut names: Vec<_> = vault.list_secrets().await.unwrap().into_iter().map(|secret| secret.name).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 60);
}

#[tokio::test]
async fn a_value_beyond_the_limit_is_not_sent() {
    let stand = Stand::start().await;
    let vault = stand.vault();
    let refused = vault.set_secret(&named("large"), &"x".repeat(25 * 1024 + 1), None, &tags("r1")).await;
    assert_eq!(refused, Err(VaultError::BadRequest { action: Action::SetSecret }));
    assert!(vault.list_secrets().await.unwrap().is_empty());
}
