//! The keys of a console, signed by all of them.

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::token::{self, MOST, SealError, TokenError};
use crate::{PublicKey, SigningKey, Thumbprint};

/// The public keys of a console: a JWK set (RFC 7517) with a number.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeySet {
    /// Which state of it this is; later ones are larger, and it never goes back.
    pub sequence: u64,
    /// Its keys.
    pub keys: Vec<ListedKey>,
}

/// A key in a set.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ListedKey {
    /// The key.
    pub key: PublicKey,
    /// What it is for by now.
    pub stage: KeyStage,
}

/// The life of a key: known before it is used, and listed for a while after.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "stage", rename_all = "camelCase")]
pub enum KeyStage {
    /// It will sign; till then no list by it is good.
    Announced,
    /// It signs.
    Signing,
    /// It has signed; what it signed holds until then.
    Retired {
        /// Its end.
        until: Timestamp,
    },
}

impl KeyStage {
    /// Whether its time is over at a moment.
    #[must_use]
    pub fn has_ended(self, now: Timestamp) -> bool {
        matches!(self, Self::Retired { until } if until <= now)
    }
}

impl KeySet {
    /// How many keys a set has at most: clients take no larger one, nor one with more signatures.
    pub const MOST_KEYS: usize = 16;

    /// The key by which a list may be signed at a moment: one that signs, or did so and hasn't ended since.
    ///
    /// # Errors
    /// [`TokenError::UnknownKey`], [`TokenError::EarlyKey`], [`TokenError::EndedKey`].
    pub fn signer(&self, name: &Thumbprint, now: Timestamp) -> Result<&PublicKey, TokenError> {
        let key = || name.clone();
        match self.find(name) {
            None => Err(TokenError::unknown_key(name.as_str())),
            Some(listed) => match listed.stage {
                KeyStage::Announced => Err(TokenError::EarlyKey { key: key() }),
                KeyStage::Retired { until } if until <= now => {
                    Err(TokenError::EndedKey { key: key(), until })
                }
                KeyStage::Signing | KeyStage::Retired { .. } => Ok(&listed.key),
            },
        }
    }

    /// A key by which the next set may be signed: each that hasn't ended, so that one which is only announced is enough to
    /// follow a console that has changed its keys in the meantime.
    fn voucher(&self, name: &Thumbprint, now: Timestamp) -> Option<&PublicKey> {
        let listed = self.find(name).filter(|listed| !listed.stage.has_ended(now));
        listed.map(|listed| &listed.key)
    }

    fn find(&self, name: &Thumbprint) -> Option<&ListedKey> {
        self.keys.iter().find(|listed| listed.key.thumbprint() == name)
    }

    /// The names of its keys.
    pub fn names(&self) -> impl Iterator<Item = &Thumbprint> {
        self.keys.iter().map(|listed| listed.key.thumbprint())
    }

    /// Signs it with each of its private keys: a JWS in general JSON serialization (RFC 7515, section 7.2.1), so that
    /// whoever trusts one of them can learn of the others.
    ///
    /// # Errors
    /// [`SealError`] where it would be larger than a mebibyte or have more than [`KeySet::MOST_KEYS`].
    pub fn seal(&self, keys: &[SigningKey]) -> Result<String, SealError> {
        if self.keys.len().max(keys.len()) > Self::MOST_KEYS {
            let most = Self::MOST_KEYS;
            return Err(SealError(format!("a set has {most} keys at most")));
        }
        let content = Jwks::of(self);
        let mut document = Document::default();
        for key in keys {
            let token = token::seal(&content, KIND, key)?;
            document.add(&token);
        }
        serde_json::to_string(&document).map_err(|error| SealError(error.to_string()))
    }

    /// Verifies a signed set: one of its signatures has to be by a key that is trusted, and that hasn't ended by what the
    /// set itself says.
    ///
    /// # Errors
    /// [`TokenError`]; [`TokenError::UnknownKey`] names the first of its keys where none is trusted.
    pub fn open(
        signed: &str,
        now: Timestamp,
        is_trusted: impl Fn(&Thumbprint) -> bool,
    ) -> Result<Self, TokenError> {
        let document = Document::read(signed)?;
        let offered = document.unverified()?;
        let mut first = None;
        for token in document.tokens() {
            let trusted = |name: &Thumbprint| {
                let key = offered.voucher(name, now).filter(|_| is_trusted(name));
                key.ok_or_else(|| TokenError::unknown_key(name.as_str()))
            };
            match token::open::<Jwks>(&token, KIND, trusted) {
                Ok(content) => return content.read(),
                Err(error) => first = first.or(Some(error)),
            }
        }
        Err(first.unwrap_or(TokenError::Signature))
    }

    /// What a document says that nobody has verified: for first contact, and to say who signs.
    pub(crate) fn peek(signed: &str) -> Result<Self, TokenError> {
        Document::read(signed)?.unverified()
    }
}

/// A JWS in general JSON serialization.
#[derive(Debug, Default, Deserialize, Serialize)]
struct Document {
    payload: String,
    signatures: Vec<Signature>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Signature {
    protected: String,
    signature: String,
}

impl Document {
    fn read(signed: &str) -> Result<Self, TokenError> {
        if signed.len() > MOST {
            return Err(TokenError::TooLarge);
        }
        let document: Self = serde_json::from_str(signed).map_err(|error| TokenError::malformed(&error))?;
        if document.signatures.len() > KeySet::MOST_KEYS {
            return Err(TokenError::malformed(&"it has too many signatures"));
        }
        Ok(document)
    }

    fn add(&mut self, token: &str) {
        let mut parts = token.splitn(3, '.').map(str::to_owned);
        let (Some(protected), Some(payload), Some(signature)) = (parts.next(), parts.next(), parts.next())
        else {
            return;
        };
        self.payload = payload;
        self.signatures.push(Signature { protected, signature });
    }

    /// A compact serialization for each signature.
    fn tokens(&self) -> impl Iterator<Item = String> {
        let token = |part: &Signature| format!("{}.{}.{}", part.protected, self.payload, part.signature);
        self.signatures.iter().map(token)
    }

    fn unverified(&self) -> Result<KeySet, TokenError> {
        let payload = BASE64URL_NOPAD.decode(self.payload.as_bytes());
        let payload = payload.map_err(|error| TokenError::malformed(&error))?;
        let content: Jwks =
            serde_json::from_slice(&payload).map_err(|error| TokenError::malformed(&error))?;
        content.read()
    }
}

/// The set as JSON.
#[derive(Debug, Deserialize, Serialize)]
struct Jwks {
    sequence: u64,
    keys: Vec<Jwk>,
}

/// A key as JSON (RFC 8037, section 2), with our own member `stage`.
#[derive(Debug, Deserialize, Serialize)]
struct Jwk {
    kty: String,
    crv: String,
    x: String,
    kid: String,
    alg: String,
    #[serde(rename = "use")]
    purpose: String,
    #[serde(flatten)]
    stage: KeyStage,
}

impl Jwks {
    fn of(set: &KeySet) -> Self {
        Self {
            sequence: set.sequence,
            keys: set.keys.iter().map(Jwk::of).collect(),
        }
    }

    fn read(self) -> Result<KeySet, TokenError> {
        if self.keys.len() > KeySet::MOST_KEYS {
            return Err(TokenError::malformed(&"it has too many keys"));
        }
        let keys = self.keys.into_iter().map(Jwk::read);
        Ok(KeySet {
            sequence: self.sequence,
            keys: keys.collect::<Result<_, _>>()?,
        })
    }
}

impl Jwk {
    fn of(listed: &ListedKey) -> Self {
        Self {
            kty: "OKP".to_owned(),
            crv: "Ed25519".to_owned(),
            x: listed.key.x(),
            kid: listed.key.thumbprint().to_string(),
            alg: "EdDSA".to_owned(),
            purpose: "sig".to_owned(),
            stage: listed.stage,
        }
    }

    fn read(self) -> Result<ListedKey, TokenError> {
        let key: PublicKey = self.x.parse().map_err(|error| TokenError::malformed(&error))?;
        // A name of its own choice could be that of a key that is trusted.
        if key.thumbprint().as_str() != self.kid {
            return Err(TokenError::malformed(&"a key goes by another's name"));
        }
        Ok(ListedKey {
            key,
            stage: self.stage,
        })
    }
}

const KIND: &str = "minigate-keys+jws";
