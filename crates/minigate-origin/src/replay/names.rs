//! The TLS of each host: its certificate, and whether it speaks h2.

use std::collections::BTreeMap;
use std::sync::Arc;

use minigate_har::Cassette;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::sign::SingleCertAndKey;

use crate::authority::{Authority, AuthorityError};
use crate::certificate::Certificate;

/// The TLS of each host.
pub(super) struct Names(BTreeMap<String, Arc<ServerConfig>>);

/// Why a host has no TLS.
#[derive(Debug, thiserror::Error)]
pub(super) enum NameError {
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    #[error(transparent)]
    Tls(#[from] rustls::Error),
}

impl Names {
    /// Hosts that no certificate can carry, addresses for instance, have no TLS.
    pub(super) fn of(cassette: &Cassette, authority: &Arc<Authority>) -> Result<Self, NameError> {
        let mut configs = BTreeMap::new();
        for host in cassette.hosts() {
            let certificate = cassette.spared(&host).map_or(Certificate::Good, with_fault);
            match config(&host, certificate, cassette.speaks_http2(&host), authority) {
                Ok(config) => drop(configs.insert(host, Arc::new(config))),
                Err(NameError::Authority(AuthorityError::NotIssued { .. })) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Self(configs))
    }

    pub(super) fn config(&self, host: &str) -> Option<Arc<ServerConfig>> {
        self.0.get(host).cloned()
    }
}

fn config(
    host: &str,
    certificate: Certificate,
    is_h2: bool,
    authority: &Authority,
) -> Result<ServerConfig, NameError> {
    let leaf = authority.certificate(host, certificate)?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(leaf)));
    if is_h2 {
        config.alpn_protocols.push(b"h2".to_vec());
    }
    config.alpn_protocols.push(b"http/1.1".to_vec());
    Ok(config)
}

/// The certificate with the fault that a skipped check let pass, so that it is told again (rule S3).
fn with_fault(name: &str) -> Certificate {
    match name {
        "expired" => Certificate::Expired,
        "not-yet-valid" => Certificate::NotYetValid,
        "wrong-name" => Certificate::WrongName,
        "self-signed" => Certificate::SelfSigned,
        "unknown-root" | "not-signed-by-issuer" => Certificate::UnknownRoot,
        "missing-intermediate" => Certificate::NoIntermediate,
        _ => Certificate::Good,
    }
}
