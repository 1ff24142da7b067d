//! A vault in a directory of its own, and a plain HTTPS client for it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use local_vault::{LocalVault, Running, Settings, StoreKey};
use reqwest::Method;
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;

pub const STORE_KEY: [u8; 32] = [7; 32];

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Reply {
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{self:?}");
        self.body
    }

    /// Status, code and inner code of a refusal.
    pub fn refusal(&self) -> (u16, &str, Option<&str>) {
        let error = &self.body["error"];
        (self.status, error["code"].as_str().unwrap_or_default(), error["innererror"]["code"].as_str())
    }
}

pub struct Vault {
    pub running: Running,
    pub client: reqwest::Client,
    pub directory: TempDir,
}

impl Vault {
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// A vault without limits, changed by `change`.
    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::on(tempfile::tempdir().unwrap(), change).await
    }

    pub async fn on(directory: TempDir, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = settings(directory.path());
        change(&mut settings);
        let running = LocalVault::start(settings).await.unwrap();
        let client = client(running.ca_pem());
        Self { running, client, directory }
    }

    /// Stops it, and starts it again on the same directory.
    pub async fn restarted(self) -> Self {
        let Self { running, directory, .. } = self;
        running.shutdown().await;
        Self::on(directory, |_| {}).await
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Result<Reply, reqwest::Error> {
        let token = self.running.token().to_owned();
        send(&self.client, self.running.url(), &token, method, path, body).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None).await.unwrap()
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, Some(body)).await.unwrap()
    }

    pub async fn put(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PUT, path, Some(body)).await.unwrap()
    }

    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PATCH, path, Some(body)).await.unwrap()
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None).await.unwrap()
    }

    /// Makes an RSA-2048 key; answers the path of its version.
    pub async fn key(&self, name: &str) -> String {
        let made = self.post(&format!("/keys/{name}/create"), json!({"kty": "RSA"})).await.ok();
        path_of(made["key"]["kid"].as_str().unwrap())
    }

    pub async fn wrap(&self, key: &str, plaintext: &[u8]) -> String {
        let body = json!({"alg": "RSA-OAEP-256", "value": b64(plaintext)});
        let wrapped = self.post(&format!("{key}/wrapkey"), body).await.ok();
        wrapped["value"].as_str().unwrap().to_owned()
    }

    pub async fn unwrap(&self, key: &str, wrapped: &str) -> Reply {
        let body = json!({"alg": "RSA-OAEP-256", "value": wrapped});
        self.post(&format!("{key}/unwrapkey"), body).await
    }
}

pub fn settings(directory: &Path) -> Settings {
    let mut settings = Settings::new(directory, StoreKey::new(STORE_KEY));
    settings.limits = None;
    settings
}

pub fn client(ca_pem: &str) -> reqwest::Client {
    let authority = reqwest::Certificate::from_pem(ca_pem.as_bytes()).unwrap();
    reqwest::Client::builder().tls_certs_only([authority]).no_proxy().build().unwrap()
}

pub async fn send(
    client: &reqwest::Client,
    origin: &str,
    token: &str,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> Result<Reply, reqwest::Error> {
    let version = if path.contains('?') { "&api-version=7.5" } else { "?api-version=7.5" };
    let mut request = client.request(method, format!("{origin}{path}{version}")).bearer_auth(token);
    if let Some(body) = body {
        request = request.header("content-type", "application/json").body(body.to_string());
    }
    let response = request.send().await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await?;
    Ok(Reply { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::Null) })
}

/// The path of an id.
pub fn path_of(id: &str) -> String {
    let rest = id.strip_prefix("https://").unwrap();
    rest[rest.find('/').unwrap()..].to_owned()
}

pub fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn unb64(value: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(value.as_str().unwrap()).unwrap()
}
