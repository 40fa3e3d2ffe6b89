//! TLS of the console's own, where no proxy does it.

use std::sync::{Arc, PoisonError, RwLock};

use minigate_policy::diagnosis::Lang;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{InconsistentKeys, ServerConfig};
use tokio_rustls::TlsAcceptor;

/// The certificates or their key can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file isn't PEM.
    #[error("{}", self.tell(Lang::En))]
    Pem {
        /// Which of the two.
        of: Half,
        /// What is wrong.
        reason: String,
    },
    /// A file has not what it should have.
    #[error("{}", self.tell(Lang::En))]
    Missing(Half),
    /// The key is another certificate's.
    #[error("{}", self.tell(Lang::En))]
    Strangers,
    /// They can't be used for a server.
    #[error("{}", self.tell(Lang::En))]
    Unusable(String),
}

/// A half of an identity.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Half {
    /// What is shown.
    Certificates,
    /// What is kept secret.
    Key,
}

impl TlsError {
    /// What is wrong with them, and what to do.
    #[must_use]
    pub fn tell(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Pem { of, reason }, Lang::En) => format!("{} can't be read: {reason}", of.of(lang)),
            (Self::Pem { of, reason }, Lang::Zh) => format!("无法读取{}（{reason}）", of.of(lang)),
            (Self::Missing(of), Lang::En) => format!("{}: there is nothing of it in the file", of.of(lang)),
            (Self::Missing(of), Lang::Zh) => format!("文件中没有{}", of.of(lang)),
            (Self::Strangers, Lang::En) => {
                "the key isn't that of the first certificate: give the key with which its certificate was asked for, and the \
                 chain in its order"
                    .to_owned()
            }
            (Self::Strangers, Lang::Zh) => {
                "私钥与第一张证书不匹配：请提供申请该证书时所用的私钥，并按顺序排列证书链".to_owned()
            }
            (Self::Unusable(reason), Lang::En) => format!("certificate and key can't be used: {reason}"),
            (Self::Unusable(reason), Lang::Zh) => format!("证书和私钥无法使用（{reason}）"),
        }
    }
}

impl Half {
    fn of(self, lang: Lang) -> &'static str {
        match self {
            Self::Certificates => lang.pick("certificates", "证书"),
            Self::Key => lang.pick("key", "私钥"),
        }
    }
}

impl From<rustls::Error> for TlsError {
    fn from(error: rustls::Error) -> Self {
        match error {
            rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => Self::Strangers,
            other => Self::Unusable(other.to_string()),
        }
    }
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
/// [`TlsError::Unusable`].
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
        .map_err(|error| in_pem(Half::Certificates, &error))?;
    if chain.is_empty() {
        return Err(TlsError::Missing(Half::Certificates));
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| in_pem(Half::Key, &error))?;
    Ok(Arc::new(CertifiedKey::from_der(chain, key, &default_provider())?))
}

fn in_pem(of: Half, error: &pem::Error) -> TlsError {
    match error {
        pem::Error::NoItemsFound => TlsError::Missing(of),
        other => TlsError::Pem {
            of,
            reason: other.to_string(),
        },
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
    fn a_key_of_another_certificate_is_told_once_and_with_its_remedy() {
        let [(chain, _), (_, key)] = ["old.example", "new.example"].map(made);

        let refused = Identity::read(chain.as_bytes(), key.as_bytes()).unwrap_err();

        assert!(matches!(refused, TlsError::Strangers), "{refused:?}");
        assert!(std::error::Error::source(&refused).is_none());
        assert_eq!(
            refused.tell(Lang::Zh),
            "私钥与第一张证书不匹配：请提供申请该证书时所用的私钥，并按顺序排列证书链"
        );
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
