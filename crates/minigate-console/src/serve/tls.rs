//! TLS of the console's own, where no proxy does it.

use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
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

/// What the console shows that it is itself; it can be exchanged while connections are open, and holds for those that follow.
#[derive(Debug)]
pub struct Identity(RwLock<Arc<CertifiedKey>>);

impl Identity {
    /// Reads a chain of certificates and its key, both PEM.
    ///
    /// # Errors
    /// [`TlsError`], which quotes nothing of the key.
    pub fn read(chain: &[u8], key: &[u8]) -> Result<Arc<Self>, TlsError> {
        Ok(Arc::new(Self(RwLock::new(pair(chain, key)?))))
    }

    /// Reads others in their place; where they can't be used, the present ones stay.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn exchange(&self, chain: &[u8], key: &[u8]) -> Result<(), TlsError> {
        let pair = pair(chain, key)?;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = pair;
        Ok(())
    }
}

impl ResolvesServerCert for Identity {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// TLS with this identity; h2 and HTTP/1.1 are offered, TLS 1.2 and 1.3.
///
/// # Errors
/// [`TlsError::Pair`].
pub fn acceptor(identity: Arc<Identity>) -> Result<TlsAcceptor, TlsError> {
    let builder = ServerConfig::builder_with_provider(Arc::new(default_provider()));
    let builder = builder.with_safe_default_protocol_versions()?;
    let mut config = builder.with_no_client_auth().with_cert_resolver(identity);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn pair(chain: &[u8], key: &[u8]) -> Result<Arc<CertifiedKey>, TlsError> {
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
    Ok(Arc::new(CertifiedKey::from_der(chain, key, &default_provider())?))
}

fn in_pem(what: &'static str, error: &rustls::pki_types::pem::Error) -> TlsError {
    TlsError::Pem {
        what,
        reason: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(name: &str) -> (String, String) {
        let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        (made.cert.pem(), made.signing_key.serialize_pem())
    }

    fn shown(identity: &Identity) -> Vec<CertificateDer<'static>> {
        identity.0.read().unwrap().cert.clone()
    }

    #[test]
    fn an_identity_is_exchanged_whole_or_not_at_all() {
        let [(old, old_key), (new, new_key)] = ["old.example", "new.example"].map(made);
        let identity = Identity::read(old.as_bytes(), old_key.as_bytes()).unwrap();
        let before = shown(&identity);

        for (chain, key) in [(&new, &old_key), (&new_key, &new_key), (&String::new(), &new_key)] {
            assert!(identity.exchange(chain.as_bytes(), key.as_bytes()).is_err());
            assert_eq!(shown(&identity), before);
        }
        identity.exchange(new.as_bytes(), new_key.as_bytes()).unwrap();

        assert_ne!(shown(&identity), before);
    }
}
