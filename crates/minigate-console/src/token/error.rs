//! Why a token can't be made or revoked.

use jiff::Timestamp;

use crate::access::Denied;
use crate::hidden::NoRandom;
use crate::session::MustChange;
use crate::store::StoreError;
use crate::text::unfit_en;

/// Why a token can't be made or revoked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The caller has no right to.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The password has to be changed first.
    #[error(transparent)]
    MustChange(#[from] MustChange),
    /// The name can't be a token's.
    #[error("{}: use 1 to 64 letters, digits, blanks, `.`, `_` or `-`", unfit_en(.0, "name of a token"))]
    Name(String),
    /// It could do nothing.
    #[error("a token needs a scope")]
    NoScope,
    /// It names too many apps.
    #[error("a token names {0} apps or fewer")]
    TooManyApps(u32),
    /// It names an app that isn't there, or that its owner may not see: nobody learns here which of the two.
    #[error("there is no app `{0}`, so no token can be made for it")]
    NoApp(String),
    /// It would have ended already.
    #[error("a token ends in the future, and {0} lies in the past")]
    Past(Timestamp),
    /// It would end too late.
    #[error("a token ends within a year, not at {0}")]
    End(Timestamp),
    /// Its owner has too many.
    #[error("an account has {0} tokens or fewer: revoke one first")]
    TooMany(u32),
    /// A token that is made with a token can't do more than that, nor live longer.
    #[error("a token that is made with a token can't do more than that, nor live longer")]
    Wider,
    /// A token that was made with a token can't make others.
    #[error("a token that was made with a token can't make others")]
    Child,
    /// The account has none with this ID.
    #[error("there is no token `{0}`")]
    Unknown(String),
    /// The system has no random numbers.
    #[error(transparent)]
    Random(#[from] NoRandom),
    /// The store doesn't do its work.
    #[error(transparent)]
    Store(#[from] StoreError),
}
