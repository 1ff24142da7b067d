use crate::harness::Vault;
use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::http::{ClientOptions, Transport};
use azure_core::time::{Duration, OffsetDateTime};
use azure_security_keyvault_keys::models::{CreateKeyParameters, EncryptionAlgorithm, KeyOperationParameters, KeyType};
use azure_security_keyvault_keys::{KeyClient, KeyClientOptions, ResourceExt};
use std::sync::Arc;

#[derive(Debug)]
struct Shown(String);

#[async_trait]
impl TokenCredential for Shown {
    async fn get_token(
        &self,
        scopes: &[&str],
        _options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        assert_eq!(scopes, ["https://vault.azure.net/.default"]);
        let expires = OffsetDateTime::now_utc() + Duration::hours(1);
        Ok(AccessToken::new(self.0.clone(), expires))
    }
}

/// Microsoft's SDK for Rust works, with its verification of the challenge switched on.
#[tokio::test]
async fn the_rust_sdk_verifies_the_challenge_and_works() {
    let vault = Vault::start().await;
    let authority = reqwest::Certificate::from_pem(vault.running.ca_pem().as_bytes()).unwrap();
    let http = reqwest::Client::builder()
        .tls_certs_only([authority])
        .no_proxy()
        .resolve("sdk-test.vault.azure.net", vault.running.address())
        .build()
        .unwrap();
    let options = KeyClientOptions {
        client_options: ClientOptions { transport: Some(Transport::new(Arc::new(http))), ..Default::default() },
        ..Default::default()
    };
    let credential = Arc::new(Shown(vault.running.token().to_owned()));
    let port = vault.running.address().port();
    let url = format!("https://sdk-test.vault.azure.net:{port}");
    let client = KeyClient::new(&url, credential, Some(options)).unwrap();

    let make = CreateKeyParameters { kty: Some(KeyType::Rsa), ..Default::default() };
    let made = client.create_key("k", make.try_into().unwrap(), None).await.unwrap();
    let id = made.into_model().unwrap().resource_id().unwrap();
    assert_eq!((id.vault_url.as_str(), id.name.as_str()), (url.as_str(), "k"));
    let version = id.version.unwrap();
    let use_key = |value: Vec<u8>| KeyOperationParameters {
        algorithm: Some(EncryptionAlgorithm::RsaOaep256),
        value: Some(value),
        ..Default::default()
    };
    let wrapped = client.wrap_key("k", use_key(vec![6; 32]).try_into().unwrap(), None).await.unwrap();
    let wrapped = wrapped.into_model().unwrap().result.unwrap();
    let opened = client.unwrap_key("k", &version, use_key(wrapped).try_into().unwrap(), None).await.unwrap();
    assert_eq!(opened.into_model().unwrap().result.unwrap(), [6; 32]);
    let missing = client.get_key("none", None).await.unwrap_err();
    assert_eq!(missing.http_status(), Some(azure_core::http::StatusCode::NotFound));
}
