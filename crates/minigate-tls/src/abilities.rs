//! What a connection offers.

use minigate_policy::CertificateCheck;
use rustls::{
    CipherSuite, DEFAULT_VERSIONS, NamedGroup, ProtocolVersion, SignatureScheme, SupportedCipherSuite,
};

use crate::config::provider_of;

/// What the hello of a connection offers, as the TLS library of the run time has it.
///
/// ```
/// use minigate_policy::CertificateCheck;
/// use minigate_tls::Abilities;
/// use rustls::ProtocolVersion;
///
/// let android = CertificateCheck { skipped: false, ats: false, self_signed_never: false };
/// let ios = CertificateCheck { ats: true, ..android };
///
/// let offered = Abilities::of(android);
/// assert_eq!(offered.versions, [ProtocolVersion::TLSv1_2, ProtocolVersion::TLSv1_3]);
/// assert!(Abilities::of(ios).suites.len() < offered.suites.len());
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Abilities {
    /// The versions, the oldest first (rule T8).
    pub versions: Vec<ProtocolVersion>,
    /// The suites, the preferred one first; those of App Transport Security only where it is enforced (rule T7).
    pub suites: Vec<CipherSuite>,
    /// The groups for the key exchange, the preferred one first.
    pub groups: Vec<NamedGroup>,
    /// The signatures.
    pub schemes: Vec<SignatureScheme>,
}

impl Abilities {
    /// What connections with this check offer.
    #[must_use]
    pub fn of(check: CertificateCheck) -> Self {
        let provider = provider_of(check);
        let mut versions: Vec<_> = DEFAULT_VERSIONS.iter().map(|version| version.version).collect();
        versions.sort_by_key(|version| u16::from(*version));
        Self {
            versions,
            suites: provider
                .cipher_suites
                .iter()
                .map(SupportedCipherSuite::suite)
                .collect(),
            groups: provider.kx_groups.iter().map(|group| group.name()).collect(),
            schemes: provider.signature_verification_algorithms.supported_schemes(),
        }
    }
}
