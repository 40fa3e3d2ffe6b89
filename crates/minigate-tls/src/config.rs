//! Client configurations, made once and shared.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use minigate_policy::CertificateCheck;
use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::time_provider::{DefaultTimeProvider, TimeProvider};
use rustls::{CipherSuite, ClientConfig, ConfigBuilder, WantsVerifier};

use crate::chain::Presented;
use crate::roots::Roots;
use crate::verify::{Verifier, weak_key};
use crate::{CertificateFault, Handshake};

/// The protocols that a connection offers (ALPN, RFC 7301), the preferred one first.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Offer {
    /// HTTP/1.1 only, as a WebSocket's handshake needs.
    Http1,
    /// HTTP/2, else HTTP/1.1.
    Http2,
    /// No offer at all.
    None,
}

/// What one app trusts.
///
/// One configuration for each check and offer is made at its first use and then shared, and so are its sessions:
/// a resumed session isn't verified again, so it never crosses to another check. TLS 1.2 and 1.3 only (rule T8).
pub struct Trust {
    roots: Roots,
    builder: ConfigBuilder<ClientConfig, WantsVerifier>,
    ats_builder: ConfigBuilder<ClientConfig, WantsVerifier>,
    configs: Mutex<HashMap<(CertificateCheck, Offer), Arc<ClientConfig>>>,
}

impl Trust {
    /// Trusts these roots, by the machine's clock.
    #[must_use]
    pub fn new(roots: Roots) -> Self {
        Self::with_clock(roots, Arc::new(DefaultTimeProvider))
    }

    /// Trusts these roots, by a clock of the caller's choice.
    #[must_use]
    pub fn with_clock(roots: Roots, clock: Arc<dyn TimeProvider>) -> Self {
        Self {
            roots,
            builder: builder(provider(), Arc::clone(&clock)),
            ats_builder: builder(ats_provider(), clock),
            configs: Mutex::default(),
        }
    }

    /// Begins a connection's handshake; one for each connection, since it remembers what was found.
    #[must_use]
    pub fn begin(&self, check: CertificateCheck, offer: Offer) -> Handshake {
        let shared = self.config(check, offer);
        if !check.skipped {
            return Handshake::enforced(shared, check);
        }
        let noted = Arc::new(OnceLock::new());
        let verifier = Verifier::noting(self.roots.clone(), check, Arc::clone(&noted));
        let mut config = ClientConfig::clone(&shared);
        config.dangerous().set_certificate_verifier(Arc::new(verifier));
        Handshake::skipped(Arc::new(config), check, noted)
    }

    /// Judges certificates as a handshake with this host would, without one; the server's own is the first.
    ///
    /// Where a skipped check would note a fault, this returns it.
    ///
    /// # Errors
    /// What is wrong, as a handshake would tell it: [`CertificateFault::Malformed`] too where there is no certificate, or
    /// the host can't be called by TLS, and [`CertificateFault::WeakKey`] for a key that couldn't prove itself.
    pub fn judge(
        &self,
        check: CertificateCheck,
        sent: &[CertificateDer<'_>],
        host: &str,
        now: Timestamp,
    ) -> Result<(), CertificateFault> {
        let (leaf, others) = sent.split_first().ok_or_else(|| malformed(&"there is none"))?;
        let name = ServerName::try_from(host).map_err(|error| malformed(&error))?;
        let now = Duration::from_secs(now.as_second().try_into().unwrap_or(0));
        let presented = Presented {
            leaf,
            others,
            name: &name,
            now: UnixTime::since_unix_epoch(now),
        };
        Verifier::enforcing(self.roots.clone(), check).judge(&presented)?;
        weak_key(leaf).map_or(Ok(()), Err)
    }

    fn config(&self, check: CertificateCheck, offer: Offer) -> Arc<ClientConfig> {
        let mut configs = self.configs.lock().unwrap_or_else(PoisonError::into_inner);
        let config = configs
            .entry((check, offer))
            .or_insert_with(|| Arc::new(self.make(check, offer)));
        Arc::clone(config)
    }

    fn make(&self, check: CertificateCheck, offer: Offer) -> ClientConfig {
        let builder = if is_narrowed(check) {
            &self.ats_builder
        } else {
            &self.builder
        };
        let mut config = builder
            .clone()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Verifier::enforcing(self.roots.clone(), check)))
            .with_no_client_auth();
        config.alpn_protocols = offer.protocols().iter().map(|name| name.to_vec()).collect();
        if check.skipped {
            config.resumption = Resumption::disabled();
        }
        config
    }
}

fn malformed(reason: &impl ToString) -> CertificateFault {
    CertificateFault::Malformed {
        reason: reason.to_string(),
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trust")
            .field("roots", &self.roots)
            .finish_non_exhaustive()
    }
}

impl Offer {
    const fn protocols(self) -> &'static [&'static [u8]] {
        match self {
            Self::Http1 => &[b"http/1.1"],
            Self::Http2 => &[b"h2", b"http/1.1"],
            Self::None => &[],
        }
    }
}

/// The cryptography of every connection; named here because no process-wide one is set.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    Arc::clone(PROVIDER.get_or_init(|| Arc::new(aws_lc_rs::default_provider())))
}

/// The cryptography of the connections with a check.
pub(crate) fn provider_of(check: CertificateCheck) -> Arc<CryptoProvider> {
    if is_narrowed(check) {
        ats_provider()
    } else {
        provider()
    }
}

/// Whether only what App Transport Security lists is offered; with the check skipped it is noted instead.
pub(crate) const fn is_narrowed(check: CertificateCheck) -> bool {
    check.ats && !check.skipped
}

fn ats_provider() -> Arc<CryptoProvider> {
    let mut provider = CryptoProvider::clone(&provider());
    provider.cipher_suites.retain(|suite| meets_ats(suite.suite()));
    Arc::new(provider)
}

/// Whether App Transport Security lists the suite (rule T7).
///
/// Each suite of ours has forward secrecy and authenticated encryption; the list lacks only ChaCha20 with TLS 1.2.
pub(crate) const fn meets_ats(suite: CipherSuite) -> bool {
    !matches!(
        suite,
        CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
            | CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
    )
}

#[expect(
    clippy::expect_used,
    reason = "it fails only where no suite or key exchange fits a version, and the lists are fixed"
)]
fn builder(
    provider: Arc<CryptoProvider>,
    clock: Arc<dyn TimeProvider>,
) -> ConfigBuilder<ClientConfig, WantsVerifier> {
    ClientConfig::builder_with_details(provider, clock)
        .with_safe_default_protocol_versions()
        .expect("both versions have suites")
}
