//! Why an AppSecret can't be changed, and why a token can't be got or used.

use jiff::SignedDuration;

use crate::access::Denied;
use crate::app::AppError;
use crate::hidden::NoRandom;
use crate::origin::Origin;
use crate::store::StoreError;

/// Why an AppSecret can't be changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// The caller has no right to.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The app has none yet.
    #[error("the app `{0}` has no AppSecret yet")]
    None(String),
    /// The grace is negative, or longer than 24 hours.
    #[error("an old AppSecret can be used for 24 hours at most, not {0:#}")]
    Grace(SignedDuration),
    /// Too many addresses.
    #[error("tokens can be got from {0} networks or fewer")]
    TooMany(usize),
    /// The app can't be found.
    #[error(transparent)]
    App(#[from] AppError),
    /// The system has no random numbers.
    #[error(transparent)]
    Random(#[from] NoRandom),
    /// The store doesn't do its work, or somebody else was faster.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why an access token can't be got or used; its text is the platform's `errmsg`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccessError {
    /// The token was replaced by a newer one, or its AppSecret has ended.
    #[error("invalid credential, access_token is invalid or not latest")]
    NotLatest,
    /// The grant isn't `client_credential`.
    #[error("invalid grant_type")]
    GrantType,
    /// There is no such app.
    #[error("invalid appid")]
    AppId,
    /// The text isn't an access token.
    #[error("invalid access_token")]
    Malformed,
    /// The AppSecret is wrong, or has ended.
    #[error("invalid appsecret")]
    Secret,
    /// Tokens can't be got from there.
    #[error("invalid ip {0}, not in whitelist")]
    Address(Origin),
    /// The AppSecret is frozen.
    #[error("appsecret is frozen")]
    Frozen,
    /// There is no token in the request.
    #[error("access_token missing")]
    NoToken,
    /// There is no app in the request.
    #[error("appid missing")]
    NoAppId,
    /// There is no AppSecret in the request.
    #[error("appsecret missing")]
    NoSecret,
    /// The token has ended.
    #[error("access_token expired")]
    Expired,
    /// Today's requests are used up.
    #[error("reach max api daily quota limit")]
    Daily,
    /// This minute's requests are used up.
    #[error("api minute-quota reach limit, must slower, retry next minute")]
    Minutely,
    /// Too many ask for a token of this app at once.
    #[error("system error: busy")]
    Busy,
    /// The system has no random numbers.
    #[error("system error")]
    Random(#[from] NoRandom),
    /// The store doesn't do its work; the text doesn't say why.
    #[error("system error")]
    Store(#[from] StoreError),
}

impl AccessError {
    /// The platform's `errcode`.
    #[must_use]
    pub const fn code(&self) -> i32 {
        match self {
            Self::NotLatest => 40_001,
            Self::GrantType => 40_002,
            Self::AppId => 40_013,
            Self::Malformed => 40_014,
            Self::Secret => 40_125,
            Self::Address(_) => 40_164,
            Self::Frozen => 40_243,
            Self::NoToken => 41_001,
            Self::NoAppId => 41_002,
            Self::NoSecret => 41_004,
            Self::Expired => 42_001,
            Self::Daily => 45_009,
            Self::Minutely => 45_011,
            Self::Busy | Self::Random(_) | Self::Store(_) => -1,
        }
    }
}
