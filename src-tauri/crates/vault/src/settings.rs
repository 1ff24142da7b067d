use std::net::SocketAddr;
use std::time::Duration;

use url::Url;

use crate::address::VaultAddress;
use crate::budget::Budget;

/// Whose certificates are believed.
#[derive(Clone, Debug, Default)]
pub enum TrustedRoots {
    /// The operating system's.
    #[default]
    Platform,
    /// The operating system's and these (PEM), for a company's own authority.
    PlatformAnd(Vec<u8>),
    /// These alone (PEM), as for the local vault.
    Only(Vec<u8>),
}

/// The way out.
#[derive(Clone, Debug, Default)]
pub enum ProxyChoice {
    /// Straight to the vault.
    #[default]
    None,
    /// What the operating system or environment says.
    System,
    /// This one.
    At(Url),
}

/// How to reach a vault, and how hard to press it.
#[derive(Clone, Debug)]
pub struct VaultSettings {
    /// Which vault.
    pub address: VaultAddress,
    /// The authority that signs in, where it is not the one of the address's cloud.
    pub authority: Option<Url>,
    /// Certificate authorities.
    pub roots: TrustedRoots,
    /// Proxy.
    pub proxy: ProxyChoice,
    /// Connect here instead of what the name resolves to (local vault, private link without its DNS zone).
    pub dial: Option<SocketAddr>,
    /// Time limit of one call, token included.
    pub call_timeout: Duration,
    /// Time limit of connecting.
    pub connect_timeout: Duration,
    /// The longest wait that `Retry-After` may impose.
    pub retry_after_max: Duration,
    /// Attempts for a read or an unwrap, the first included.
    pub read_attempts_max: u32,
    /// The share of the vault's limits this custody may use.
    pub budget: Budget,
    /// Calls in flight at once.
    pub in_flight_max: usize,
}

impl VaultSettings {
    /// The usual settings for a vault.
    pub fn new(address: VaultAddress) -> Self {
        Self {
            address,
            authority: None,
            roots: TrustedRoots::Platform,
            proxy: ProxyChoice::None,
            dial: None,
            call_timeout: Duration::from_secs(20),
            connect_timeout: Duration::from_secs(10),
            retry_after_max: Duration::from_secs(30),
            read_attempts_max: 5,
            budget: Budget::default(),
            in_flight_max: 64,
        }
    }

    /// Settings for a vault on this machine: its own authority, its socket, no proxy.
    pub fn local(address: VaultAddress, ca_pem: impl Into<Vec<u8>>, dial: SocketAddr) -> Self {
        Self { roots: TrustedRoots::Only(ca_pem.into()), dial: Some(dial), ..Self::new(address) }
    }
}
