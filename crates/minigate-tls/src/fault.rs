//! What is wrong with a server's certificates.

use jiff::Timestamp;
use minigate_policy::Rule;
use serde::{Deserialize, Serialize};

use crate::{AtsDemand, ChainFlaw, NetError};

/// What is wrong with a server's certificates, one variant for each way, with the evidence.
///
/// Names come from the certificates, so they are foreign text: escape them before printing.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum CertificateFault {
    /// The server vouches for itself: its certificate is signed with its own key.
    #[error("the certificate of `{subject}` is self-signed")]
    SelfSigned {
        /// Whose certificate it is.
        subject: String,
        /// Whether the platform takes none at all, even if it is trusted or the check is skipped (rule T6).
        forbidden: bool,
    },
    /// The chain ends at a root that isn't trusted.
    #[error("the chain ends at `{issuer}`, which is not a trusted root")]
    UnknownRoot {
        /// The root at which it ends.
        issuer: String,
    },
    /// The server leaves a certificate out, so that the chain ends before a root.
    #[error("the server leaves out the intermediate certificate `{issuer}`, which issued `{subject}`")]
    MissingIntermediate {
        /// The last certificate that it sends.
        subject: String,
        /// The one that is missing.
        issuer: String,
        /// The missing one's key identifier, hexadecimal.
        issuer_key_id: Option<String>,
        /// Where its authority publishes it (RFC 5280 §4.2.2.1). It is never fetched here.
        ca_issuers_url: String,
    },
    /// A certificate names an issuer whose key didn't sign it; often two authorities have the same name.
    #[error("`{issuer}` did not sign the certificate of `{subject}`, which says so")]
    NotSignedByIssuer {
        /// Whose certificate it is.
        subject: String,
        /// Who is said to have signed it.
        issuer: String,
    },
    /// A certificate of the chain has expired.
    #[error("the certificate of `{subject}` expired on {not_after}, it is {now}")]
    Expired {
        /// Whose certificate it is.
        subject: String,
        /// The last moment of its validity.
        not_after: Timestamp,
        /// When it was checked.
        now: Timestamp,
    },
    /// A certificate of the chain isn't valid yet.
    #[error("the certificate of `{subject}` is valid from {not_before} only, it is {now}")]
    NotYetValid {
        /// Whose certificate it is.
        subject: String,
        /// The first moment of its validity.
        not_before: Timestamp,
        /// When it was checked.
        now: Timestamp,
    },
    /// The certificate is for other names.
    #[error("the certificate is not for `{wanted}` but for {}", presented_or_none(.presented))]
    WrongName {
        /// The host that was called.
        wanted: String,
        /// The names and addresses that it is for (RFC 5280 §4.2.1.6).
        presented: Vec<String>,
        /// The common name of its subject, which hasn't counted since RFC 6125.
        common_name: Option<String>,
    },
    /// The certificate is for other purposes than a server's.
    #[error("the certificate of `{subject}` is not for servers but for {}", .purposes.join(", "))]
    NotForServers {
        /// Whose certificate it is.
        subject: String,
        /// What it may be used for (RFC 5280 §4.2.1.12).
        purposes: Vec<String>,
    },
    /// The server presents an authority's own certificate.
    #[error("the certificate of `{subject}` is an authority's own, not a server's")]
    AuthorityAsServer {
        /// Whose certificate it is.
        subject: String,
    },
    /// The server's key is too short to prove anything.
    #[error("the server's key has {bits} bits, fewer than 2048")]
    WeakKey {
        /// The length of its RSA modulus, in bits.
        bits: usize,
    },
    /// A certificate of the chain is signed with an algorithm that is no longer safe, or not known.
    #[error("the chain has a signature with {algorithm}, which is not accepted")]
    WeakSignature {
        /// Its name, or else its object identifier.
        algorithm: String,
    },
    /// The connection doesn't meet App Transport Security (rule T7).
    #[error("App Transport Security is not met: {unmet}")]
    Ats {
        /// The first demand that isn't met.
        unmet: AtsDemand,
    },
    /// A certificate can't be read.
    #[error("a certificate can't be read: {reason}")]
    Malformed {
        /// What is wrong.
        reason: String,
    },
    /// Anything else for which the verification refuses a chain, a name constraint for instance.
    #[error("the chain is refused: {reason}")]
    Refused {
        /// What the verification says.
        reason: ChainFlaw,
    },
}

impl CertificateFault {
    /// The rule that is broken.
    #[must_use]
    pub const fn rule(&self) -> Rule {
        match self {
            Self::SelfSigned { forbidden: true, .. } => Rule::T6,
            Self::SelfSigned { .. } | Self::UnknownRoot { .. } | Self::NotSignedByIssuer { .. } => Rule::T2,
            Self::WrongName { .. } => Rule::T3,
            Self::Expired { .. } | Self::NotYetValid { .. } => Rule::T4,
            Self::MissingIntermediate { .. } => Rule::T5,
            Self::Ats { .. } => Rule::T7,
            Self::NotForServers { .. }
            | Self::AuthorityAsServer { .. }
            | Self::WeakKey { .. }
            | Self::WeakSignature { .. }
            | Self::Malformed { .. }
            | Self::Refused { .. } => Rule::T1,
        }
    }

    /// What it is called in reports for machines: never changes.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::SelfSigned { .. } => "self-signed",
            Self::UnknownRoot { .. } => "unknown-root",
            Self::MissingIntermediate { .. } => "missing-intermediate",
            Self::NotSignedByIssuer { .. } => "not-signed-by-issuer",
            Self::Expired { .. } => "expired",
            Self::NotYetValid { .. } => "not-yet-valid",
            Self::WrongName { .. } => "wrong-name",
            Self::NotForServers { .. } => "not-for-servers",
            Self::AuthorityAsServer { .. } => "authority-as-server",
            Self::WeakKey { .. } => "weak-key",
            Self::WeakSignature { .. } => "weak-signature",
            Self::Ats { .. } => "ats",
            Self::Malformed { .. } => "malformed",
            Self::Refused { .. } => "chain-refused",
        }
    }

    /// What Chromium calls it.
    #[must_use]
    pub const fn net_error(&self) -> NetError {
        match self {
            Self::SelfSigned { .. }
            | Self::UnknownRoot { .. }
            | Self::MissingIntermediate { .. }
            | Self::NotSignedByIssuer { .. } => NetError::CERT_AUTHORITY_INVALID,
            Self::Expired { .. } | Self::NotYetValid { .. } => NetError::CERT_DATE_INVALID,
            Self::WrongName { .. } => NetError::CERT_COMMON_NAME_INVALID,
            Self::WeakKey { .. } => NetError::CERT_WEAK_KEY,
            Self::WeakSignature { .. } => NetError::CERT_WEAK_SIGNATURE_ALGORITHM,
            Self::Ats { unmet } => unmet.net_error(),
            Self::NotForServers { .. }
            | Self::AuthorityAsServer { .. }
            | Self::Malformed { .. }
            | Self::Refused { .. } => NetError::CERT_INVALID,
        }
    }
}

fn presented_or_none(presented: &[String]) -> String {
    match names_to_tell(presented) {
        ([], _) => "no name at all".to_owned(),
        (names, 0) => names.join(", "),
        (names, more) => format!("{} and {more} others", names.join(", ")),
    }
}

/// The first names, and how many are left: a certificate may have thousands.
pub(crate) fn names_to_tell(presented: &[String]) -> (&[String], usize) {
    let told = presented.get(..MOST_NAMES).unwrap_or(presented);
    (told, presented.len() - told.len())
}

const MOST_NAMES: usize = 8;
