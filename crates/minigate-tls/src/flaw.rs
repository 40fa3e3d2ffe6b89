//! What the verification has against a chain that isn't one of the common faults.

use rustls::CertificateError;
use serde::{Deserialize, Serialize};

/// Why a chain is refused although each of its certificates can be read, is of today and is signed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ChainFlaw {
    /// An authority may not issue for this name (RFC 5280 §4.2.1.10).
    #[error("the name constraints of an authority in it don't allow this host")]
    NameNotPermitted,
    /// More authorities stand below one than it allows (RFC 5280 §4.2.1.9).
    #[error("more authorities stand below one of it than its path length allows")]
    BelowPathLength,
    /// A certificate demands that an extension be understood that isn't (RFC 5280 §4.2).
    #[error("a certificate of it has a critical extension that isn't known")]
    CriticalExtension,
    /// A certificate is issued by one that is no authority's (RFC 5280 §4.2.1.9).
    #[error("a certificate of it was issued by one that is no authority's")]
    IssuedByNoAuthority,
    /// It has more intermediate certificates than are followed.
    #[error("it has more than six intermediate certificates")]
    TooLong,
    /// Anything else.
    #[error("{reason}")]
    Other {
        /// What the verification says.
        reason: String,
    },
}

impl ChainFlaw {
    pub(crate) fn of(error: &CertificateError) -> Self {
        let CertificateError::Other(inner) = error else {
            return Self::other(error);
        };
        match inner.0.downcast_ref::<webpki::Error>() {
            Some(webpki::Error::NameConstraintViolation) => Self::NameNotPermitted,
            Some(webpki::Error::PathLenConstraintViolated) => Self::BelowPathLength,
            Some(webpki::Error::UnsupportedCriticalExtension) => Self::CriticalExtension,
            Some(webpki::Error::EndEntityUsedAsCa) => Self::IssuedByNoAuthority,
            Some(webpki::Error::MaximumPathDepthExceeded) => Self::TooLong,
            Some(flaw) => Self::other(flaw),
            None => Self::other(error),
        }
    }

    pub(crate) fn other(error: &impl ToString) -> Self {
        Self::Other {
            reason: error.to_string(),
        }
    }
}
