//! Signing in at an OpenID provider, as an option (OpenID Connect Core 1.0).
//!
//! ```text
//!  begin ──► URL of the provider, and a cookie ──► (somebody signs in there) ──► complete: code, state, cookie ──► session
//!   └ ticket for ten minutes: nonce, PKCE verifier, the cookie's hash                └ the ticket is taken: once
//! ```
//! It is the authorization code flow with PKCE (S256), a nonce, and a state that is bound to the browser by a cookie, so
//! nobody can be signed in to another's account by a link. ID tokens have an asymmetric signature, for this client and by
//! this issuer, and are judged by the console's clock.
//!
//! Who somebody is follows from the provider's `sub`. An operator links an account beforehand: with the subject, or with an
//! address, which the provider has to have verified, and which becomes that subject at the first sign-in. Nobody else is
//! let in, or gets an account without any role where the settings say so. The provider isn't asked to prove a person's
//! password, so a temporary password still has to be changed.

mod discovery;
mod error;
mod http;
mod newcomer;

use std::fmt;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use minigate_tls::Roots;
use openidconnect::core::{CoreAuthenticationFlow, CoreIdToken, CoreIdTokenClaims, CoreJwsSigningAlgorithm};
use openidconnect::{
    AuthorizationCode, CsrfToken, Nonce, PkceCodeChallenge, PkceCodeVerifier, Scope, TokenResponse,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::Url;

pub use error::{OidcError, ProviderError};

use crate::account::{self, Account, AccountError, AccountName, Identity};
use crate::action::Action;
use crate::hidden::{Hidden, same};
use crate::https::is_guarded;
use crate::moment::after;
use crate::origin::Origin;
use crate::session::{NewSession, Sessions};
use crate::store::{Key, Store};
use crate::{By, refusal};
use discovery::{Client, Discovery};
use http::Http;

/// An OpenID provider. What it says of itself is kept for five minutes, and asked anew where a token doesn't match it, so
/// its keys can change.
pub struct Provider {
    settings: ProviderSettings,
    http: Http,
    discovery: Discovery,
}

/// What the provider and the console know of each other.
#[derive(Clone, Debug)]
pub struct ProviderSettings {
    /// What people call it: `Sign in with …`.
    pub name: String,
    /// What happens to people of the provider whom no account is linked with.
    pub strangers: Strangers,
    /// The issuer's URL: `https`, or `http` on this machine.
    pub issuer: String,
    /// The console's ID there.
    pub client_id: String,
    /// Its secret there; none for a public client.
    pub client_secret: Option<Hidden>,
    /// Where the provider sends browsers back to.
    pub redirect_url: String,
}

/// Somebody of the provider whom no account is linked with.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Strangers {
    /// Isn't let in.
    #[default]
    Refused,
    /// Gets an account without any role.
    Welcome,
}

/// A sign-in that has begun.
#[derive(Clone, Debug)]
pub struct Departure {
    /// Where the browser goes.
    pub url: String,
    /// A cookie that is good for ten minutes, without which it can't come back: `HttpOnly`, `Secure`, `SameSite=Lax`.
    pub cookie: Hidden,
}

/// What a browser comes back with.
#[derive(Clone, Debug)]
pub struct Arrival<'a> {
    /// The code of the provider.
    pub code: &'a str,
    /// The state.
    pub state: &'a Hidden,
    /// The cookie that it went with.
    pub cookie: &'a Hidden,
    /// Where it comes from.
    pub origin: Origin,
}

/// A sign-in that has ended well.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// The session.
    pub new: NewSession,
    /// Where the browser wanted to go when it began.
    pub next: String,
}

/// What is kept of a sign-in that has begun, by the hash of its state.
#[derive(Clone, Deserialize, Serialize)]
struct Pending {
    next: String,
    nonce: String,
    verifier: String,
    cookie: String,
}

impl Provider {
    /// One whose certificate these roots vouch for. Nothing is asked yet.
    ///
    /// # Errors
    /// [`ProviderError`] where the settings can't be right.
    pub fn new(settings: ProviderSettings, roots: &Roots) -> Result<Self, ProviderError> {
        settings.judge()?;
        Ok(Self {
            settings,
            http: Http::new(roots),
            discovery: Discovery::default(),
        })
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// Begins a sign-in that leads to a place of the console; sixty of them can begin within 15 minutes from one
    /// neighbourhood.
    ///
    /// # Errors
    /// [`OidcError::Later`], [`OidcError::Settings`], [`OidcError::Provider`], [`OidcError::Random`],
    /// [`OidcError::Store`].
    pub async fn begin(
        &self,
        store: &dyn Store,
        origin: Origin,
        next: &str,
        at: Timestamp,
    ) -> Result<Departure, OidcError> {
        count(store, "oidc-from", origin, at).await?;
        let client = self.client(at).await?;
        let (state, nonce, cookie) = (Hidden::random("")?, Hidden::random("")?, Hidden::random("")?);
        let verifier = PkceCodeVerifier::new(Hidden::random("")?.reveal().to_owned());
        let sent = state.reveal().to_owned();
        let pending = Pending {
            next: next.to_owned(),
            nonce: nonce.reveal().to_owned(),
            verifier: verifier.secret().clone(),
            cookie: cookie.fingerprint(),
        };
        let (url, _, _) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(sent),
                move || Nonce::new(nonce.reveal().to_owned()),
            )
            .add_scope(Scope::new("email".to_owned()))
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        let key = pending_key(&state)?;
        store.keep(&key, &json!(pending), after(at, LONGEST)).await?;
        Ok(Departure {
            url: url.into(),
            cookie,
        })
    }

    /// Signs somebody in who comes back from the provider, as often from one neighbourhood as it can begin; who isn't let
    /// in is audited as `session.refused`.
    ///
    /// # Errors
    /// [`OidcError::State`] where the sign-in didn't begin in this browser, was used, or took more than ten minutes;
    /// [`OidcError::Refused`] where no account is linked with who came, or it is disabled; [`OidcError::Later`],
    /// [`OidcError::NoToken`], [`OidcError::Token`], [`OidcError::Settings`], [`OidcError::Provider`],
    /// [`OidcError::Account`], [`OidcError::SignIn`], [`OidcError::Store`].
    pub async fn complete(
        &self,
        sessions: &Sessions<'_>,
        arrival: &Arrival<'_>,
        at: Timestamp,
    ) -> Result<Arrived, OidcError> {
        let (store, origin) = (sessions.store(), arrival.origin);
        count(store, "oidc-back", origin, at).await?;
        let completed = self.complete_uncounted(sessions, arrival, at).await;
        if let Err(error) = &completed
            && let Some(why) = error.refusal()
        {
            refusal::audit_sign_in(store, None, origin, why, at).await?;
        }
        completed
    }

    async fn complete_uncounted(
        &self,
        sessions: &Sessions<'_>,
        arrival: &Arrival<'_>,
        at: Timestamp,
    ) -> Result<Arrived, OidcError> {
        let store = sessions.store();
        let pending = store.take(&pending_key(arrival.state)?, at).await?;
        let pending = pending.and_then(|body| Pending::deserialize(&body).ok());
        let pending = pending.ok_or(OidcError::State)?;
        if !same(&pending.cookie, &arrival.cookie.fingerprint()) {
            return Err(OidcError::State);
        }
        let next = pending.next.clone();
        let claims = self.claims(arrival.code, pending, at).await?;
        match self.account_of(store, &claims, arrival.origin, at).await? {
            Some(account) if !account.disabled => {
                let new = sessions.begin(account, arrival.origin, None, at).await?;
                Ok(Arrived { new, next })
            }
            found => {
                let name = found.as_ref().map(|account| &account.name);
                refusal::audit_sign_in(store, name, arrival.origin, "no account of this identity", at)
                    .await?;
                Err(OidcError::Refused)
            }
        }
    }

    async fn claims(
        &self,
        code: &str,
        pending: Pending,
        at: Timestamp,
    ) -> Result<CoreIdTokenClaims, OidcError> {
        let client = self.client(at).await?;
        let answer = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(OidcError::provider)?
            .set_pkce_verifier(PkceCodeVerifier::new(pending.verifier))
            .request_async(&self.http)
            .await
            .map_err(OidcError::provider)?;
        let token = answer.id_token().ok_or(OidcError::NoToken)?;
        let nonce = Nonce::new(pending.nonce);
        match verified(&client, token, &nonce, at) {
            // The provider may have other keys by now.
            Err(OidcError::Token(_)) if self.discovery.forget(at) => {
                verified(&self.client(at).await?, token, &nonce, at)
            }
            judged => judged,
        }
    }

    async fn account_of(
        &self,
        store: &dyn Store,
        claims: &CoreIdTokenClaims,
        origin: Origin,
        at: Timestamp,
    ) -> Result<Option<Account>, OidcError> {
        // A subject is only its issuer's.
        let subject = Identity::Subject(format!("{} {}", self.settings.issuer, claims.subject().as_str()));
        if let Some(name) = account::linked(store, &subject).await? {
            return Ok(Some(account::load(store, &name).await?.1));
        }
        let email = claims.email().filter(|_| claims.email_verified() == Some(true));
        let email = email.map(|email| Identity::Email(email.as_str().to_owned()));
        let linked = match &email {
            Some(email) => account::linked(store, email).await?,
            None => None,
        };
        match (linked, self.settings.strangers) {
            (Some(name), _) => Ok(Some(link(store, &name, subject, origin, at).await?)),
            (None, Strangers::Welcome) => {
                Ok(Some(newcomer::welcome(store, claims, subject, origin, at).await?))
            }
            (None, Strangers::Refused) => Ok(None),
        }
    }

    async fn client(&self, at: Timestamp) -> Result<Client, OidcError> {
        self.discovery.client(&self.settings, &self.http, at).await
    }
}

impl ProviderSettings {
    fn judge(&self) -> Result<(), ProviderError> {
        if !Url::parse(&self.issuer).is_ok_and(|issuer| is_guarded(&issuer)) {
            return Err(ProviderError::Plain {
                issuer: self.issuer.clone(),
            });
        }
        if self
            .client_secret
            .as_ref()
            .is_some_and(|secret| secret.reveal().is_empty())
        {
            return Err(ProviderError::EmptySecret);
        }
        Ok(())
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

fn verified(
    client: &Client,
    token: &CoreIdToken,
    nonce: &Nonce,
    at: Timestamp,
) -> Result<CoreIdTokenClaims, OidcError> {
    let now = chrono::DateTime::from_timestamp(at.as_second(), 0).unwrap_or_default();
    let verifier = client
        .id_token_verifier()
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || now);
    let claims = token.claims(&verifier, nonce);
    Ok(claims.map_err(OidcError::token)?.clone())
}

/// From an address to who has it now: whoever gets that address later is somebody else.
async fn link(
    store: &dyn Store,
    name: &AccountName,
    subject: Identity,
    origin: Origin,
    at: Timestamp,
) -> Result<Account, AccountError> {
    let (record, old) = account::load(store, name).await?;
    let account = Account {
        identity: Some(subject),
        ..old.clone()
    };
    let by = By::new(name.to_string(), Some(origin.to_string()), at);
    let change = account::replace(&by.platform_entry(Action::AccountLink), &record, &account);
    let change = account::relink(store, change, &old, &account).await?;
    store.commit(&change, at).await?;
    Ok(account)
}

/// Counts what is done from a neighbourhood.
async fn count(store: &dyn Store, what: &str, origin: Origin, at: Timestamp) -> Result<(), OidcError> {
    let key = Key::of(&[what, &origin.neighbourhood().to_string()])?;
    if store.count(&key, after(at, QUARTER), at).await? > MOST_FROM_ONE {
        return Err(OidcError::Later {
            after: Duration::from_mins(15),
        });
    }
    Ok(())
}

fn pending_key(state: &Hidden) -> Result<Key, crate::store::StoreError> {
    Key::of(&["oidc", &state.fingerprint()])
}

/// With a public key: a client's secret signs nothing.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 4] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EdDsa,
];
const LONGEST: SignedDuration = SignedDuration::from_mins(10);
const QUARTER: SignedDuration = SignedDuration::from_mins(15);
const MOST_FROM_ONE: u32 = 60;
