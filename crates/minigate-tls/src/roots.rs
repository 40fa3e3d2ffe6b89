//! Whom the check trusts.

use std::sync::Arc;

use minigate_policy::diagnosis::Lang;
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::config::provider;

/// Where trusted roots come from.
#[derive(Clone, Debug)]
pub enum RootSource {
    /// Mozilla's set, compiled in: the same on every machine, and free to load.
    Bundled,
    /// The machine's own set, read now; `SSL_CERT_FILE` and `SSL_CERT_DIR` replace it.
    ///
    /// Only the list is taken. The verdict stays ours, because the verifiers of some systems fetch what a server
    /// leaves out (rule T5) and none of them tells the cause.
    System,
    /// Further roots, from a PEM file with any number of certificates or a DER file with one.
    Added {
        /// What messages call it, its path for instance.
        name: String,
        /// The bytes of the file.
        content: Vec<u8>,
    },
}

/// The trusted roots; never empty, cheap to clone.
#[derive(Clone, Debug)]
pub struct Roots {
    store: Arc<RootCertStore>,
    all: Arc<WebPkiServerVerifier>,
    preinstalled: Option<Arc<WebPkiServerVerifier>>,
}

/// Why there are no roots to trust.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RootsError {
    /// No source was named, so that every certificate would fail.
    #[error("there are no roots to trust")]
    Empty,
    /// The machine's own set holds no certificate that can be read.
    #[error("the system's store has no readable certificate{}", because(.reasons))]
    SystemUnreadable {
        /// What went wrong while reading it.
        reasons: Vec<String>,
    },
    /// The file's PEM can't be read.
    #[error("`{name}` is not readable as PEM: {reason}")]
    BrokenPem {
        /// What the source is called.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// The file's PEM holds no certificate, only a key perhaps.
    #[error("`{name}` holds no certificate")]
    NoCertificate {
        /// What the source is called.
        name: String,
    },
    /// One of the file's certificates can't be read.
    #[error("certificate {position} of `{name}` can't be read: {reason}")]
    BrokenCertificate {
        /// What the source is called.
        name: String,
        /// Which one, counted from 1.
        position: usize,
        /// What is wrong.
        reason: String,
    },
}

impl RootsError {
    /// The same in a language for people; what a library says of the cause stays as it is.
    #[must_use]
    pub fn tell(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.to_string(),
            Lang::Zh => self.in_chinese(),
        }
    }

    fn in_chinese(&self) -> String {
        match self {
            Self::Empty => "没有任何受信任的根证书".to_owned(),
            Self::SystemUnreadable { reasons } => {
                format!("系统的证书库中没有可读的证书（{}）", reasons.join("；"))
            }
            Self::BrokenPem { name, reason } => format!("`{name}` 不是可读的 PEM：{reason}"),
            Self::NoCertificate { name } => format!("`{name}` 中没有证书"),
            Self::BrokenCertificate {
                name,
                position,
                reason,
            } => {
                format!("`{name}` 的第 {position} 个证书不可读：{reason}")
            }
        }
    }
}

impl Roots {
    /// Reads every source once.
    ///
    /// An added certificate that can't be read is an error, since somebody asked for it; the system's store is known
    /// to hold odd ones, which are left out.
    ///
    /// # Errors
    /// [`RootsError::Empty`] without a source; the others by source.
    pub fn load(sources: &[RootSource]) -> Result<Self, RootsError> {
        let (mut preinstalled, mut added) = (RootCertStore::empty(), RootCertStore::empty());
        for source in sources {
            match source {
                RootSource::Bundled => preinstalled.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
                RootSource::System => add_system(&mut preinstalled)?,
                RootSource::Added { name, content } => add_file(&mut added, name, content)?,
            }
        }
        Self::of(preinstalled, added)
    }

    /// The roots that come with a system of the caller's choice; what can't be read is left out.
    ///
    /// # Errors
    /// [`RootsError::Empty`] where nothing is left.
    pub fn preinstalled_on<'a>(
        certificates: impl IntoIterator<Item = CertificateDer<'a>>,
    ) -> Result<Self, RootsError> {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(certificates);
        Self::of(store, RootCertStore::empty())
    }

    /// The same with roots that were added to the system's; what can't be read is left out.
    #[must_use]
    pub fn with_added<'a>(self, certificates: impl IntoIterator<Item = CertificateDer<'a>>) -> Self {
        let mut store = RootCertStore::clone(&self.store);
        store.add_parsable_certificates(certificates);
        let store = Arc::new(store);
        match verifier(Arc::clone(&store)) {
            Some(all) => Self { store, all, ..self },
            None => self,
        }
    }

    /// The certificates of one file, PEM with any number or DER with one.
    ///
    /// # Errors
    /// [`RootsError::BrokenPem`] and [`RootsError::NoCertificate`].
    pub fn read_file(name: &str, content: &[u8]) -> Result<Vec<CertificateDer<'static>>, RootsError> {
        let found = certificates(name, content)?;
        Ok(found.into_iter().map(CertificateDer::into_owned).collect())
    }

    fn of(preinstalled: RootCertStore, added: RootCertStore) -> Result<Self, RootsError> {
        let known = verifier(Arc::new(preinstalled.clone()));
        let mut store = preinstalled;
        store.extend(added.roots);
        let store = Arc::new(store);
        Ok(Self {
            all: verifier(Arc::clone(&store)).ok_or(RootsError::Empty)?,
            preinstalled: known,
            store,
        })
    }

    /// Whether a root has this subject, DER.
    pub(crate) fn have_subject(&self, subject: &[u8]) -> bool {
        has_subject(&self.store.roots, subject)
    }

    /// Whether this very key is trusted under this subject, both DER.
    pub(crate) fn have_key(&self, subject: &[u8], key: &[u8]) -> bool {
        self.store
            .roots
            .iter()
            .any(|root| is_content(subject, &root.subject) && is_content(key, &root.subject_public_key_info))
    }

    pub(crate) fn verifier(&self) -> &WebPkiServerVerifier {
        &self.all
    }

    /// The same without the added roots; none where all are added.
    pub(crate) fn preinstalled(&self) -> Option<&WebPkiServerVerifier> {
        self.preinstalled.as_deref()
    }
}

/// Whether a root of Mozilla's set has this subject, DER, be it trusted here or not.
pub(crate) fn is_public_root(subject: &[u8]) -> bool {
    has_subject(webpki_roots::TLS_SERVER_ROOTS, subject)
}

fn has_subject(roots: &[rustls::pki_types::TrustAnchor<'_>], subject: &[u8]) -> bool {
    roots.iter().any(|root| is_content(subject, &root.subject))
}

/// Whether a DER value has this content: roots are kept without the tag and the length in front.
fn is_content(value: &[u8], content: &[u8]) -> bool {
    value
        .strip_suffix(content)
        .is_some_and(|head| (2..=LONGEST_HEAD).contains(&head.len()))
}

fn verifier(store: Arc<RootCertStore>) -> Option<Arc<WebPkiServerVerifier>> {
    WebPkiServerVerifier::builder_with_provider(store, provider())
        .build()
        .ok()
}

fn add_system(store: &mut RootCertStore) -> Result<(), RootsError> {
    let found = rustls_native_certs::load_native_certs();
    match store.add_parsable_certificates(found.certs) {
        (0, _) => Err(RootsError::SystemUnreadable {
            reasons: found.errors.iter().map(ToString::to_string).collect(),
        }),
        _ => Ok(()),
    }
}

fn add_file(store: &mut RootCertStore, name: &str, content: &[u8]) -> Result<(), RootsError> {
    for (index, certificate) in certificates(name, content)?.into_iter().enumerate() {
        store
            .add(certificate)
            .map_err(|error| RootsError::BrokenCertificate {
                name: name.to_owned(),
                position: index + 1,
                reason: error.to_string(),
            })?;
    }
    Ok(())
}

fn certificates<'a>(name: &str, content: &'a [u8]) -> Result<Vec<CertificateDer<'a>>, RootsError> {
    if content.first() == Some(&DER_SEQUENCE) {
        return Ok(vec![CertificateDer::from(content)]);
    }
    let found: Vec<_> = CertificateDer::pem_slice_iter(content)
        .collect::<Result<_, _>>()
        .map_err(|error| RootsError::BrokenPem {
            name: name.to_owned(),
            reason: error.to_string(),
        })?;
    if found.is_empty() {
        return Err(RootsError::NoCertificate {
            name: name.to_owned(),
        });
    }
    Ok(found)
}

fn because(reasons: &[String]) -> String {
    if reasons.is_empty() {
        String::new()
    } else {
        format!(": {}", reasons.join("; "))
    }
}

/// The first byte of a certificate in DER; text that begins so (`0`) isn't PEM either.
const DER_SEQUENCE: u8 = 0x30;
/// A tag, and a length of up to 16 bits.
const LONGEST_HEAD: usize = 4;
