//! Why somebody can't sign in at the provider.

use std::time::Duration;

use minigate_policy::diagnosis::Lang;

use crate::account::AccountError;
use crate::hidden::NoRandom;
use crate::https::unguarded;
use crate::session::SignInError;
use crate::store::StoreError;

/// Why nobody could ever sign in at a provider with such settings.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ProviderError {
    /// The issuer isn't `https`, and `http` only goes to this machine.
    #[error("{}", unguarded(.issuer, Lang::En))]
    Plain {
        /// The issuer.
        issuer: String,
    },
    /// There is a client secret, and it is empty.
    #[error(
        "the client secret is empty: it is what the provider gave for the client ID; a public client has none"
    )]
    EmptySecret,
}

impl ProviderError {
    /// What is wrong, for people.
    #[must_use]
    pub fn tell(&self, lang: Lang) -> String {
        match (lang, self) {
            (Lang::En, _) => self.to_string(),
            (Lang::Zh, Self::Plain { issuer }) => unguarded(issuer, lang),
            (Lang::Zh, Self::EmptySecret) => {
                "客户端密钥是空的：应为身份提供方为该客户端 ID 提供的密钥；公开客户端不需要密钥".to_owned()
            }
        }
    }
}

/// Why somebody can't sign in at the provider.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OidcError {
    /// Too many have begun from there.
    #[error("too many attempts: try again in {} s", after.as_secs())]
    Later {
        /// How long to wait.
        after: Duration,
    },
    /// It didn't begin in this browser, has been used, or has ended.
    #[error("this sign-in didn't begin in this browser, was used, or has ended")]
    State,
    /// The provider sent the browser back without a code: somebody changed their mind, or may not come.
    #[error("the provider let nobody in")]
    Declined,
    /// No account is linked with who came, or it is disabled.
    #[error("no account is linked with this identity")]
    Refused,
    /// The provider gave no ID token.
    #[error("the provider gave no ID token")]
    NoToken,
    /// The ID token isn't to be believed.
    #[error("the provider's ID token isn't to be believed: {0}")]
    Token(String),
    /// The settings can't be right.
    #[error("the provider's settings can't be right: {0}")]
    Settings(String),
    /// The provider can't be reached, or doesn't do its work.
    #[error("the provider doesn't do its work: {0}")]
    Provider(String),
    /// The account can't be linked.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// The session can't begin.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// The system has no random numbers.
    #[error(transparent)]
    Random(#[from] NoRandom),
    /// The store doesn't do its work.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl OidcError {
    /// Why somebody was refused, where it is they and not the provider or the console that is wrong, and nothing has been
    /// written of it yet.
    pub(super) const fn refusal(&self) -> Option<&'static str> {
        match self {
            Self::State => Some("no such sign-in at the provider"),
            Self::NoToken | Self::Token(_) => Some("no ID token to believe"),
            _ => None,
        }
    }

    pub(super) fn provider(error: impl std::error::Error) -> Self {
        Self::Provider(causes(&error))
    }

    pub(super) fn settings(error: impl std::error::Error) -> Self {
        Self::Settings(causes(&error))
    }

    pub(super) fn token(error: impl std::error::Error) -> Self {
        Self::Token(causes(&error))
    }
}

/// What is wrong, and each cause behind it.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
