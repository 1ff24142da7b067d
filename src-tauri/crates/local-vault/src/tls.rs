//! The vault's own certificate authority, and the certificate it answers with.
//!
//! The authority is kept over restarts, so that clients pin it once. It can vouch for nothing but
//! the loopback and `vault.azure.net`: it says so itself, in critical name constraints.

use crate::StartError;
use crate::sealed::Sealer;
use crate::store_key::write_private;
use jiff::tz::TimeZone;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, NameConstraints, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, pem::PemObject};
use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

pub(crate) const CERTIFICATE_FILE: &str = "ca.pem";
const KEY_FILE: &str = "ca.key.sealed";
const KEY_LABEL: &str = "countersign/local-vault/ca";
const SUFFIX: &str = "vault.azure.net";

/// The authority: its certificate for clients, its key for the server's certificates.
pub(crate) struct Authority {
    pub pem: String,
    key: KeyPair,
}

impl Authority {
    pub fn load_or_make(directory: &Path, sealer: &Sealer) -> Result<Self, StartError> {
        let certificate = directory.join(CERTIFICATE_FILE);
        let sealed_key = directory.join(KEY_FILE);
        match fs::read(&sealed_key) {
            Ok(sealed) => {
                let damaged = || StartError::Damaged(sealed_key.clone());
                let der = sealer.open(KEY_LABEL, &sealed).map_err(|_does_not_open| damaged())?;
                let key = KeyPair::try_from(der.as_slice()).map_err(StartError::Certificate)?;
                Ok(Self { pem: fs::read_to_string(&certificate)?, key })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key = KeyPair::generate().map_err(StartError::Certificate)?;
                let made = params().self_signed(&key).map_err(StartError::Certificate)?;
                let der = Zeroizing::new(key.serialize_der());
                let sealed = sealer.seal(KEY_LABEL, &der).map_err(|_cipher| StartError::Randomness)?;
                // The certificate first: a crash in between makes a new pair, not half of one.
                write_private(&certificate, made.pem().as_bytes())?;
                write_private(&sealed_key, &sealed)?;
                Ok(Self { pem: made.pem(), key })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A TLS configuration with a fresh certificate for the loopback and every vault name.
    pub fn server_config(self) -> Result<ServerConfig, StartError> {
        let params = params();
        let issuer = Issuer::from_params(&params, self.key);
        let leaf_key = KeyPair::generate().map_err(StartError::Certificate)?;
        let names = [
            "localhost".to_owned(),
            format!("*.{SUFFIX}"),
            Ipv4Addr::LOCALHOST.to_string(),
            Ipv6Addr::LOCALHOST.to_string(),
        ];
        let mut leaf = CertificateParams::new(names).map_err(StartError::Certificate)?;
        leaf.distinguished_name.push(DnType::CommonName, "Countersign local vault");
        leaf.use_authority_key_identifier_extension = true;
        leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let year = this_year();
        leaf.not_before = date_time_ymd(year - 1, 1, 1);
        leaf.not_after = date_time_ymd(year + 2, 1, 1);
        let certificate = leaf.signed_by(&leaf_key, &issuer).map_err(StartError::Certificate)?;
        let authority = CertificateDer::from_pem_slice(self.pem.as_bytes())
            .map_err(|_malformed| StartError::Damaged(CERTIFICATE_FILE.into()))?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(leaf_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone(), authority], key)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }
}

/// The authority's own parameters. Its certificate is made from them once; issuing needs only the
/// same name and key.
fn params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "Countersign local vault authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::DnsName("localhost".to_owned()),
            GeneralSubtree::DnsName(SUFFIX.to_owned()),
            GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(IpAddr::from([127, 0, 0, 0]), 8)),
            GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(Ipv6Addr::LOCALHOST.into(), 128)),
        ],
        excluded_subtrees: Vec::new(),
    });
    let year = this_year();
    params.not_before = date_time_ymd(year - 1, 1, 1);
    params.not_after = date_time_ymd(year + 30, 1, 1);
    params
}

/// By the machine's clock, not the injected one: clients check certificates by theirs.
fn this_year() -> i32 {
    jiff::Timestamp::now().to_zoned(TimeZone::UTC).year().into()
}
