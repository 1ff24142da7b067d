use local_vault::Role;
use vault::{Action, ForbiddenWhy, Vault, VaultAddress, VaultError, VaultSettings, WrapAlgorithm};

use crate::stand::{HOST, SPEC, Stand, local_token, make_key, named, tags};

#[tokio::test]
async fn a_probe_says_that_the_vault_answers() {
    let stand = Stand::start().await;
    let vault = stand.vault();
    let status = vault.probe().await.unwrap();
    assert_eq!(status.host, HOST);
    assert_eq!(status.recovery, None, "an empty vault does not say");
    make_key(&vault, "kek").await;
    assert!(vault.probe().await.unwrap().recovery.unwrap().is_recoverable());
}

#[tokio::test]
async fn a_token_the_vault_does_not_know_is_unauthorized() {
    let stand = Stand::start().await;
    let stranger = Vault::connect(stand.settings(), local_token("not-a-token")).unwrap();
    assert_eq!(stranger.probe().await, Err(VaultError::Unauthorized { action: Action::Probe }));
}

/// a missing role is told as such, with the right that is missing.
#[tokio::test]
async fn a_missing_role_is_named() {
    let stand = Stand::start().await;
    let token = stand.running.issue_token("auditor", Role::Reader).unwrap();
    let reader = Vault::connect(stand.settings(), local_token(&token)).unwrap();
    let key = make_key(&stand.vault(), "kek").await;
    assert_eq!(reader.key(&key.name, None).await.unwrap(), key);

    let refused = reader.create_version(&named("kek"), &SPEC, &tags("r1")).await.unwrap_err();
    assert_eq!(refused, VaultError::Forbidden { action: Action::CreateKey, why: ForbiddenWhy::Role });
    assert!(refused.to_string().contains("keys/create"));
    let refused = reader.unwrap(&key.name, &key.version, WrapAlgorithm::RsaOaep256, &[1; 256]).await;
    assert!(matches!(refused, Err(VaultError::Forbidden { why: ForbiddenWhy::Role, .. })));
}

#[tokio::test]
async fn a_token_withdrawn_while_in_use_is_refused() {
    let stand = Stand::start().await;
    let token = stand.running.issue_token("operator", Role::Reader).unwrap();
    let vault = Vault::connect(stand.settings(), local_token(&token)).unwrap();
    vault.list_keys().await.unwrap();
    assert_eq!(stand.running.revoke_tokens("operator"), 1);
    assert_eq!(vault.list_keys().await, Err(VaultError::Unauthorized { action: Action::ListKeys }));
}

#[tokio::test]
async fn each_way_of_not_getting_there_is_told_apart() {
    let stand = Stand::start().await;
    let nowhere = VaultAddress::parse_with("payroll.vault.invalid", &["vault.invalid"]).unwrap();
    let mut settings = VaultSettings::new(nowhere);
    settings.read_attempts_max = 1;
    let credential = vault::Credential::DeveloperTools;
    let lost = Vault::connect(settings, credential).unwrap();
    assert_eq!(lost.probe().await, Err(VaultError::Dns { host: "payroll.vault.invalid".to_owned() }));

    let mut settings = stand.settings();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    settings.dial = Some(closed);
    let alone = stand.vault_with(settings);
    assert_eq!(alone.probe().await, Err(VaultError::Unreachable { host: HOST.to_owned() }));
}
