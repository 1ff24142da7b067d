use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Certificate, Client, Proxy, redirect, retry, tls};

use crate::error::VaultError;
use crate::settings::{ProxyChoice, TrustedRoots, VaultSettings};

/// A name that did not resolve, as a type of its own so that the failure can be told apart without reading messages.
#[derive(Debug, thiserror::Error)]
#[error("the name does not resolve")]
pub(crate) struct NameUnresolved(#[source] std::io::Error);

/// Resolves the one pinned host to its pinned address and everything else through the system.
struct Resolver {
    pinned: Option<(String, SocketAddr)>,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        if let Some((host, address)) = &self.pinned
            && host.eq_ignore_ascii_case(name.as_str())
        {
            let addresses: Addrs = Box::new(std::iter::once(*address));
            return Box::pin(std::future::ready(Ok(addresses)));
        }
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(NameUnresolved)?;
            let addresses: Addrs = Box::new(found.collect::<Vec<_>>().into_iter());
            Ok(addresses)
        })
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolver").finish_non_exhaustive()
    }
}

/// The client for the vault itself: pinned where the settings say so.
pub(crate) fn make_vault_client(host: &str, settings: &VaultSettings) -> Result<Client, VaultError> {
    make_client(settings, settings.dial.map(|address| (host.to_owned(), address)))
}

/// The client for the sign-in authority: same roots, same proxy, never pinned.
pub(crate) fn make_authority_client(settings: &VaultSettings) -> Result<Client, VaultError> {
    make_client(settings, None)
}

/// The client for the metadata service of an Azure machine: plain HTTP to a link-local address, by Azure's design.
pub(crate) fn make_metadata_client(settings: &VaultSettings) -> Result<Client, VaultError> {
    Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .connect_timeout(settings.connect_timeout)
        .build()
        .map_err(|_cause| bad("roots"))
}

fn make_client(settings: &VaultSettings, pinned: Option<(String, SocketAddr)>) -> Result<Client, VaultError> {
    let mut builder = Client::builder()
        .https_only(true)
        .tls_version_min(tls::Version::TLS_1_2)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .http1_only()
        // What was compressed would be unpacked in buffers that nobody wipes.
        .no_gzip()
        .no_deflate()
        .referer(false)
        .connect_timeout(settings.connect_timeout)
        // Shorter than the service's own, so that a call is seldom sent into a connection just closed.
        .pool_idle_timeout(std::time::Duration::from_secs(20))
        .dns_resolver(Arc::new(Resolver { pinned }));
    builder = match &settings.roots {
        TrustedRoots::Platform => builder,
        TrustedRoots::PlatformAnd(pem) => builder.tls_certs_merge(read_certificates(pem)?),
        TrustedRoots::Only(pem) => builder.tls_certs_only(read_certificates(pem)?),
    };
    builder = match &settings.proxy {
        ProxyChoice::None => builder.no_proxy(),
        ProxyChoice::System => builder,
        ProxyChoice::At(url) => {
            let proxy = Proxy::all(url.clone()).map_err(|_cause| bad("proxy"))?;
            builder.proxy(proxy)
        }
    };
    builder.build().map_err(|_cause| bad("roots"))
}

fn read_certificates(pem: &[u8]) -> Result<Vec<Certificate>, VaultError> {
    let found = Certificate::from_pem_bundle(pem).map_err(|_cause| bad("roots"))?;
    // An empty bundle would silently mean "trust nobody" or, merged, "as before": both surprise.
    (!found.is_empty()).then_some(found).ok_or_else(|| bad("roots"))
}

fn bad(setting: &'static str) -> VaultError {
    VaultError::BadSetting { setting }
}
