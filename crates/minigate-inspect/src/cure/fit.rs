//! Whether one certificate issued another.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use x509_parser::certificate::X509Certificate;
use x509_parser::error::X509Error;

use crate::certificate::{moment, name};
use crate::root::{issuer_key_id, subject_key_id};

/// Why a certificate isn't the issuer that is looked for.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize, thiserror::Error)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "why")]
#[non_exhaustive]
pub enum Misfit {
    /// It is another one's.
    #[error("it is the certificate of `{subject}`")]
    OtherName {
        /// Whose.
        subject: String,
    },
    /// It has the name, and another key.
    #[error("it has another key identifier")]
    OtherKeyId,
    /// Its key didn't sign.
    #[error("its key didn't sign the certificate")]
    NotSigned,
    /// Nobody can tell here whether its key signed.
    #[error("the signature is of a kind that can't be verified here")]
    Unverifiable,
    /// It isn't an authority's.
    #[error("it may not issue others")]
    NotAuthority,
    /// It isn't valid now.
    #[error("it is valid from {not_before} to {not_after} only")]
    NotValid {
        /// The first moment of its validity.
        not_before: Timestamp,
        /// The last one.
        not_after: Timestamp,
    },
}

/// Whether this can be the issuer of what a server sent: a signature that can't be verified is given the benefit of the
/// doubt, as devices may know its kind.
pub(super) fn may_have_issued(issuer: &X509Certificate<'_>, issued: &X509Certificate<'_>) -> bool {
    matches!(links(issuer, issued), Ok(()) | Err(Misfit::Unverifiable))
}

/// Whether this is the issuer, without doubt, and of use at this moment.
pub(super) fn has_issued(
    issuer: &X509Certificate<'_>,
    issued: &X509Certificate<'_>,
    now: Timestamp,
) -> Result<(), Misfit> {
    links(issuer, issued)?;
    if !issuer.is_ca() {
        return Err(Misfit::NotAuthority);
    }
    let validity = issuer.validity();
    let not_before = moment(validity.not_before.timestamp());
    let not_after = moment(validity.not_after.timestamp());
    if now < not_before || not_after < now {
        return Err(Misfit::NotValid {
            not_before,
            not_after,
        });
    }
    Ok(())
}

fn links(issuer: &X509Certificate<'_>, issued: &X509Certificate<'_>) -> Result<(), Misfit> {
    if issuer.subject().as_raw() != issued.issuer().as_raw() {
        return Err(Misfit::OtherName {
            subject: name(issuer.subject()),
        });
    }
    if let (Some(has), Some(wanted)) = (subject_key_id(issuer), issuer_key_id(issued))
        && has != wanted
    {
        return Err(Misfit::OtherKeyId);
    }
    match issued.verify_signature(Some(issuer.public_key())) {
        Ok(()) => Ok(()),
        Err(X509Error::SignatureVerificationError) => Err(Misfit::NotSigned),
        Err(_) => Err(Misfit::Unverifiable),
    }
}
