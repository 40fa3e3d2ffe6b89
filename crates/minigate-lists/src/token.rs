//! Signed JSON: JWS compact serializations (RFC 7515) under EdDSA (RFC 8037).

use jiff::Timestamp;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{PublicKey, SigningKey, Thumbprint};

/// Why what should be signed isn't taken.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// Larger than a mebibyte.
    #[error("it is larger than {MOST} bytes")]
    TooLarge,
    /// Not a JWS, or one with a header that it mustn't have; an algorithm but EdDSA is one.
    #[error("it isn't signed as it has to be: {reason}")]
    Malformed {
        /// What is wrong.
        reason: String,
    },
    /// A signed document of another kind.
    #[error("it is signed as `{found}`, not as `{wanted}`")]
    OtherKind {
        /// Its kind.
        found: String,
        /// What it should be.
        wanted: &'static str,
    },
    /// The key isn't one of those that are trusted.
    #[error("it is signed with the unknown key {key}")]
    UnknownKey {
        /// Its name.
        key: String,
    },
    /// The key is announced: it signs no list yet.
    #[error("it is signed with the key {key}, which doesn't sign yet")]
    EarlyKey {
        /// Its name.
        key: Thumbprint,
    },
    /// The key was retired, and its time is over.
    #[error("it is signed with the key {key}, which has ended on {until}")]
    EndedKey {
        /// Its name.
        key: Thumbprint,
        /// Its end.
        until: Timestamp,
    },
    /// The signature isn't that of the key.
    #[error("its signature is wrong")]
    Signature,
    /// The signature is right, the content can't be read.
    #[error("it is signed, but can't be read: {reason}")]
    Content {
        /// What is wrong.
        reason: String,
    },
}

/// A value that couldn't be signed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("can't sign: {0}")]
pub struct SealError(pub(crate) String);

/// Signs; the same content and key give the same text.
pub(crate) fn seal(content: &impl Serialize, kind: &str, key: &SigningKey) -> Result<String, SealError> {
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some(kind.to_owned());
    header.kid = Some(key.public().thumbprint().to_string());
    let token = encode(&header, content, key.encoding()).map_err(|error| SealError(error.to_string()))?;
    if token.len() > MOST {
        return Err(SealError(TokenError::TooLarge.to_string()));
    }
    Ok(token)
}

/// Verifies with one of the keys, and reads.
pub(crate) fn open<'a, T: DeserializeOwned>(
    token: &str,
    kind: &'static str,
    key: impl FnOnce(&Thumbprint) -> Result<&'a PublicKey, TokenError>,
) -> Result<T, TokenError> {
    if token.len() > MOST {
        return Err(TokenError::TooLarge);
    }
    let header = decode_header(token).map_err(|error| TokenError::malformed(&error))?;
    require_plain(&header, kind)?;
    let name = header.kid.unwrap_or_default();
    let parsed: Thumbprint = name.parse().map_err(|_| TokenError::unknown_key(&name))?;
    let known = key(&parsed)?;
    let opened = decode(token, &known.decoding(), &validation()).map_err(|error| refusal(&error))?;
    Ok(opened.claims)
}

/// No header changes what the signature means (RFC 7515, sections 4.1.11 and 10.7).
fn require_plain(header: &Header, kind: &'static str) -> Result<(), TokenError> {
    if header.alg != Algorithm::EdDSA {
        return Err(TokenError::malformed(&format!("{:?} isn't EdDSA", header.alg)));
    }
    if header.crit.is_some() || header.enc.is_some() || header.zip.is_some() {
        return Err(TokenError::malformed(
            &"its header asks for more than is understood",
        ));
    }
    match header.typ.as_deref() {
        Some(found) if found == kind => Ok(()),
        found => Err(TokenError::OtherKind {
            found: found.unwrap_or_default().chars().take(80).collect(),
            wanted: kind,
        }),
    }
}

fn validation() -> Validation {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation
}

fn refusal(error: &jsonwebtoken::errors::Error) -> TokenError {
    match error.kind() {
        ErrorKind::InvalidSignature => TokenError::Signature,
        ErrorKind::Json(error) => TokenError::Content {
            reason: error.to_string(),
        },
        _ => TokenError::malformed(error),
    }
}

impl TokenError {
    pub(crate) fn unknown_key(name: &str) -> Self {
        Self::UnknownKey {
            key: name.chars().take(80).collect(),
        }
    }

    /// The key that a newer set may well list as one that signs.
    pub(crate) fn missed_key(&self) -> Option<Thumbprint> {
        match self {
            Self::UnknownKey { key } => key.parse().ok(),
            Self::EarlyKey { key } => Some(key.clone()),
            _ => None,
        }
    }

    pub(crate) fn malformed(reason: &impl ToString) -> Self {
        Self::Malformed {
            reason: reason.to_string(),
        }
    }
}

/// A list of 200 domains for each interface has some 50 KiB.
pub(crate) const MOST: usize = 1024 * 1024;
