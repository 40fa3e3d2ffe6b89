//! What has to change.

use minigate_tls::{AtsDemand, CertificateFault};
use serde::{Deserialize, Serialize};

use super::Completion;
use crate::leaf::LeafFacts;
use crate::matrix::{Cause, is_without_tls_12};
use crate::ocsp::Revocation;
use crate::probe::{Alert, Refusal, Version};

/// What has to change at a server.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Need {
    /// The server has to send the whole chain, in order (rule T5).
    FullChain,
    /// It needs another certificate (rules T1 to T4, T7, T9).
    NewCertificate,
    /// Certificate and private key have to belong together (rule T1).
    MatchingKey,
    /// It has to speak TLS on this port (rule T1).
    Tls,
    /// It has to speak TLS 1.2 and 1.3 (rule T8).
    Versions,
    /// It has to speak TLS 1.0 beside them, if it is to serve phones that know nothing newer (rule T8).
    OldVersions,
    /// It has to take suites that every phone has (rules T7, T8).
    Suites,
    /// It has to exchange keys over groups that every phone has (rule T8).
    Groups,
    /// It has to staple the answer on its certificate's revocation (RFC 7633).
    Staple,
    /// It mustn't demand its clients' certificates (rule T1).
    NoClientCertificates,
}

impl Need {
    /// Every need.
    pub const ALL: [Self; 10] = [
        Self::FullChain,
        Self::NewCertificate,
        Self::MatchingKey,
        Self::Tls,
        Self::Versions,
        Self::OldVersions,
        Self::Suites,
        Self::Groups,
        Self::Staple,
        Self::NoClientCertificates,
    ];

    /// What has to change so that a device's call works; none where no change of the server's configuration mends it.
    #[must_use]
    pub fn of(cause: &Cause) -> Option<Self> {
        match cause {
            Cause::WrongOrder => Some(Self::FullChain),
            Cause::Certificate { fault } => Self::of_fault(fault),
            Cause::RootPartly { .. }
            | Cause::RootAbsent { .. }
            | Cause::Distrusted { .. }
            | Cause::Revoked
            | Cause::EndsSoon { .. }
            | Cause::KeyNotTaken { .. } => Some(Self::NewCertificate),
            Cause::KeyNotProven => Some(Self::MatchingKey),
            Cause::NoHandshake { refusal } => Self::of_refusal(refusal),
            Cause::NoCommonVersion { device, .. } => Some(Self::of_versions(device)),
            Cause::NoCommonSuite { .. } => Some(Self::Suites),
            Cause::NoCommonGroup { .. } => Some(Self::Groups),
            Cause::ClientCertificateDemanded => Some(Self::NoClientCertificates),
            Cause::Unreachable { .. }
            | Cause::TimedOut
            | Cause::NoChain
            | Cause::Unanswered
            | Cause::RootUnknown { .. }
            // Where the server is what is old, others have no version in common with it.
            | Cause::OldVersion { .. }
            | Cause::OfferUnknown => None,
        }
    }

    /// What has to change at what a server sends.
    #[must_use]
    pub fn of_chain(completion: &Completion) -> Option<Self> {
        completion.is_needed().then_some(Self::FullChain)
    }

    /// What has to change at how a server presents its own certificate.
    #[must_use]
    pub const fn of_leaf(leaf: &LeafFacts) -> Option<Self> {
        let staples = !matches!(leaf.revocation, Revocation::NotStapled);
        if leaf.must_staple && !staples {
            return Some(Self::Staple);
        }
        None
    }

    fn of_versions(device: &[Version]) -> Self {
        if is_without_tls_12(device) {
            Self::OldVersions
        } else {
            Self::Versions
        }
    }

    const fn of_fault(fault: &CertificateFault) -> Option<Self> {
        match fault {
            CertificateFault::MissingIntermediate { .. } | CertificateFault::NotSignedByIssuer { .. } => {
                Some(Self::FullChain)
            }
            CertificateFault::Ats {
                unmet: AtsDemand::Suite { .. },
            } => Some(Self::Suites),
            CertificateFault::Ats { .. }
            | CertificateFault::SelfSigned { .. }
            | CertificateFault::UnknownRoot { .. }
            | CertificateFault::Expired { .. }
            | CertificateFault::WrongName { .. }
            | CertificateFault::NotForServers { .. }
            | CertificateFault::AuthorityAsServer { .. }
            | CertificateFault::WeakKey { .. }
            | CertificateFault::WeakSignature { .. }
            | CertificateFault::Malformed { .. } => Some(Self::NewCertificate),
            // Time or a look at the reason mends these.
            _ => None,
        }
    }

    const fn of_refusal(refusal: &Refusal) -> Option<Self> {
        match refusal {
            Refusal::PlainHttp => Some(Self::Tls),
            Refusal::Alert { alert } if alert.0 == Alert::PROTOCOL_VERSION.0 => Some(Self::Versions),
            Refusal::OtherVersion { .. } => Some(Self::Versions),
            _ => None,
        }
    }
}
