//! The keys that sign, and the names that they go by.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A private Ed25519 key; it shows nothing but the public key's thumbprint.
#[derive(Clone)]
pub struct SigningKey {
    pkcs8: EncodingKey,
    public: PublicKey,
}

/// A public Ed25519 key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PublicKey {
    x: [u8; 32],
    thumbprint: Thumbprint,
}

/// The SHA-256 thumbprint of a public key (RFC 7638), in base64url: what people compare, and the `kid` of signatures.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Thumbprint(String);

/// What should be a key or its thumbprint is none.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// No random numbers, or no PKCS#8 of an Ed25519 key.
    #[error("this is no private Ed25519 key")]
    Private,
    /// Not 32 bytes in base64url.
    #[error("this is no public Ed25519 key")]
    Public,
    /// Not 43 characters of base64url.
    #[error("`{0}` is no key's thumbprint: those have 43 letters, digits, `-` and `_`")]
    Thumbprint(String),
}

impl SigningKey {
    /// A new one.
    ///
    /// # Errors
    /// [`KeyError::Private`] where the system has no random numbers.
    pub fn generate() -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::generate().map_err(|_| KeyError::Private)?;
        let pkcs8 = pair.to_pkcs8v1().map_err(|_| KeyError::Private)?;
        Self::from_pkcs8(pkcs8.as_ref())
    }

    /// One that was kept as PKCS#8 (RFC 8410).
    ///
    /// # Errors
    /// [`KeyError::Private`].
    pub fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8).map_err(|_| KeyError::Private)?;
        let x = pair.public_key().as_ref().try_into();
        Ok(Self {
            pkcs8: EncodingKey::from_ed_der(pkcs8),
            public: PublicKey::new(x.map_err(|_| KeyError::Private)?),
        })
    }

    /// The secret itself, as PKCS#8, to be kept.
    #[must_use]
    pub fn pkcs8(&self) -> &[u8] {
        self.pkcs8.as_bytes()
    }

    /// Its public half.
    #[must_use]
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    pub(crate) const fn encoding(&self) -> &EncodingKey {
        &self.pkcs8
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, …)", self.public.thumbprint)
    }
}

impl PublicKey {
    fn new(x: [u8; 32]) -> Self {
        // RFC 7638, section 3.2, and RFC 8037, section 2: these members, in this order, without a space.
        let json = format!(
            r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#,
            BASE64URL_NOPAD.encode(&x)
        );
        let thumbprint = Thumbprint(BASE64URL_NOPAD.encode(&Sha256::digest(json)));
        Self { x, thumbprint }
    }

    /// The name it goes by.
    #[must_use]
    pub const fn thumbprint(&self) -> &Thumbprint {
        &self.thumbprint
    }

    /// The member `x` of its JWK (RFC 8037).
    #[must_use]
    pub fn x(&self) -> String {
        BASE64URL_NOPAD.encode(&self.x)
    }

    pub(crate) fn decoding(&self) -> DecodingKey {
        DecodingKey::from_ed_der(&self.x)
    }
}

/// From the member `x` of a JWK (RFC 8037).
impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(x: &str) -> Result<Self, Self::Err> {
        let bytes = BASE64URL_NOPAD.decode(x.as_bytes());
        let bytes = bytes.map_err(|_| KeyError::Public)?;
        Ok(Self::new(bytes.try_into().map_err(|_| KeyError::Public)?))
    }
}

impl Thumbprint {
    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Thumbprint {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        match BASE64URL_NOPAD.decode(text.as_bytes()) {
            Ok(digest) if digest.len() == 32 => Ok(Self(text.to_owned())),
            _ => Err(KeyError::Thumbprint(text.chars().take(80).collect())),
        }
    }
}

impl TryFrom<String> for Thumbprint {
    type Error = KeyError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Thumbprint> for String {
    fn from(thumbprint: Thumbprint) -> Self {
        thumbprint.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thumbprint_is_that_of_rfc_8037() {
        // Appendix A.3.
        let key: PublicKey = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".parse().unwrap();

        assert_eq!(
            key.thumbprint().as_str(),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
    }

    #[test]
    fn a_key_that_was_kept_is_the_same_and_tells_nobody() {
        let key = SigningKey::generate().unwrap();

        let again = SigningKey::from_pkcs8(key.pkcs8()).unwrap();

        assert_eq!(again.public(), key.public());
        assert_eq!(
            format!("{key:?}"),
            format!("SigningKey({}, …)", key.public().thumbprint())
        );
    }

    #[test]
    fn what_is_no_thumbprint_is_refused() {
        assert!("abc".parse::<Thumbprint>().is_err());
        assert!("x".repeat(44).parse::<Thumbprint>().is_err());
        assert!(SigningKey::from_pkcs8(b"no key").is_err());
    }
}
