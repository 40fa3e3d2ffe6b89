//! Why somebody isn't signed in.

use std::time::Duration;

use crate::account::{AccountError, HashError, Weakness};
use crate::hidden::NoRandom;
use crate::store::StoreError;

/// Why somebody isn't signed in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignInError {
    /// The name or the password is wrong, or the account is disabled: nobody is told which.
    #[error("name or password is wrong")]
    Refused,
    /// There have been too many attempts; it says nothing of whether the password is right.
    #[error("too many attempts: try again in {} s", after.as_secs())]
    Later {
        /// How long to wait.
        after: Duration,
    },
    /// Too many people sign in just now.
    #[error("too many people sign in just now")]
    Busy,
    /// The link was used, has ended, or never was one.
    #[error("this link can't be used: it was used, has ended, or a newer one was")]
    Link,
    /// The password isn't good enough.
    #[error(transparent)]
    Weak(#[from] Weakness),
    /// The new password is the old one.
    #[error("the new password is the old one")]
    SamePassword,
    /// A password can't be hashed.
    #[error("{0}")]
    Hash(HashError),
    /// The system has no random numbers.
    #[error(transparent)]
    Random(#[from] NoRandom),
    /// The store doesn't do its work, or somebody else was faster.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The password of the account has to be changed before anything else.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the password has to be changed before anything else")]
pub struct MustChange;

impl From<HashError> for SignInError {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Busy => Self::Busy,
            other => Self::Hash(other),
        }
    }
}

/// For what signing in asks of accounts: one that isn't there is refused as one with another password is.
impl From<AccountError> for SignInError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Store(error) => Self::Store(error),
            AccountError::Weak(weakness) => Self::Weak(weakness),
            AccountError::Hash(error) => error.into(),
            AccountError::Random(error) => Self::Random(error),
            _ => Self::Refused,
        }
    }
}
