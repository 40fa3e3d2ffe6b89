//! TLS of the console's own, where no proxy does it.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// The certificates or their key can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file isn't PEM, or has not what it should have.
    #[error("{what}: {reason}")]
    Pem {
        /// Which of the two.
        what: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// They don't belong together, or can't be used for a server.
    #[error("certificate and key: {0}")]
    Pair(#[from] rustls::Error),
}

/// Reads a chain of certificates and its key, both PEM; h2 and HTTP/1.1 are offered, TLS 1.2 and 1.3.
///
/// # Errors
/// [`TlsError`], which quotes nothing of the key.
pub fn acceptor(chain: &[u8], key: &[u8]) -> Result<TlsAcceptor, TlsError> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(chain)
        .collect::<Result<_, _>>()
        .map_err(|error| in_pem("certificates", &error))?;
    if chain.is_empty() {
        return Err(TlsError::Pem {
            what: "certificates",
            reason: "there are none in it".to_owned(),
        });
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| in_pem("key", &error))?;
    let builder = ServerConfig::builder_with_provider(Arc::new(default_provider()));
    let builder = builder.with_safe_default_protocol_versions()?;
    let mut config = builder.with_no_client_auth().with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn in_pem(what: &'static str, error: &rustls::pki_types::pem::Error) -> TlsError {
    TlsError::Pem {
        what,
        reason: error.to_string(),
    }
}
