//! Secrets: made at random, shown once, kept as their hashes.

use std::fmt;

use aws_lc_rs::{constant_time, digest, hmac, rand};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};

/// A text that must not show in a log, an error or the audit log; its `Debug` says nothing of it.
#[derive(Clone, Eq)]
pub struct Hidden(String);

/// The system has no random numbers.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the system gives no random numbers")]
pub struct NoRandom;

impl Hidden {
    /// A text that came in: a password, the secret of a cookie or of a link.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, to show it once or to send it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// 256 random bits, 43 characters of base64url after a prefix.
    pub(crate) fn random(prefix: &str) -> Result<Self, NoRandom> {
        let bits: [u8; 32] = random()?;
        Ok(Self(format!("{prefix}{}", BASE64URL_NOPAD.encode(&bits))))
    }

    /// 128 random bits, 32 hex characters: the shape of the platform's AppSecret.
    pub(crate) fn random_hex() -> Result<Self, NoRandom> {
        let bits: [u8; 16] = random()?;
        Ok(Self(HEXLOWER.encode(&bits)))
    }

    /// The SHA-256 of the text, by which it is found: secrets have at least 128 random bits, so nobody can guess them
    /// from it, and finding by it tells nothing by its time.
    pub(crate) fn fingerprint(&self) -> String {
        fingerprint(&[&self.0])
    }

    /// What only who has this secret can derive for a purpose: HMAC-SHA-256, as base64url.
    pub(crate) fn derive(&self, purpose: &str) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.0.as_bytes());
        Self(BASE64URL_NOPAD.encode(hmac::sign(&key, purpose.as_bytes()).as_ref()))
    }
}

/// In constant time.
impl PartialEq for Hidden {
    fn eq(&self, other: &Self) -> bool {
        constant_time::verify_slices_are_equal(self.0.as_bytes(), other.0.as_bytes()).is_ok()
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// The SHA-256 of texts, each with its length before it, in hex.
pub(crate) fn fingerprint(parts: &[&str]) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    }
    HEXLOWER.encode(context.finish().as_ref())
}

/// Whether two hashes are the same, in constant time.
pub(crate) fn same(one: &str, other: &str) -> bool {
    constant_time::verify_slices_are_equal(one.as_bytes(), other.as_bytes()).is_ok()
}

fn random<const N: usize>() -> Result<[u8; N], NoRandom> {
    let mut bits = [0; N];
    rand::fill(&mut bits).map_err(|_| NoRandom)?;
    Ok(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_long_and_never_shown() {
        let (one, other) = (Hidden::random("mgt_").unwrap(), Hidden::random("mgt_").unwrap());

        assert_eq!(one.reveal().len(), 4 + 43);
        assert_ne!(one, other);
        assert_eq!(format!("{one:?}"), "…");
    }

    #[test]
    fn what_is_hashed_together_isnt_what_is_hashed_otherwise() {
        assert_ne!(fingerprint(&["ab", "c"]), fingerprint(&["a", "bc"]));
        assert_eq!(Hidden::new("a").fingerprint(), Hidden::new("a").fingerprint());
        assert_ne!(Hidden::new("a").derive("csrf"), Hidden::new("a").derive("other"));
    }
}
