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
//! let in. The provider isn't asked to prove a person's password, so a temporary password still has to be changed.

mod error;
mod http;

use std::fmt;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use minigate_tls::Roots;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreIdTokenClaims, CoreJwsSigningAlgorithm, CoreProviderMetadata,
};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use error::OidcError;

use crate::account::{self, Account, AccountError, AccountName, Identity};
use crate::hidden::{Hidden, same};
use crate::moment::after;
use crate::origin::Origin;
use crate::session::{NewSession, Sessions};
use crate::store::{Key, Store};
use crate::{By, refusal};
use http::Http;

/// An OpenID provider, which is asked anew at each sign-in, so its keys can change.
pub struct Provider {
    settings: ProviderSettings,
    http: Http,
}

/// What the provider and the console know of each other.
#[derive(Clone, Debug)]
pub struct ProviderSettings {
    /// The issuer's URL: `https`, or `http` on this machine.
    pub issuer: String,
    /// The console's ID there.
    pub client_id: String,
    /// Its secret there; none for a public client.
    pub client_secret: Option<Hidden>,
    /// Where the provider sends browsers back to.
    pub redirect_url: String,
}

/// A sign-in that has begun.
#[derive(Clone, Debug)]
pub struct Departure {
    /// Where the browser goes.
    pub url: String,
    /// A cookie for ten minutes, without which it can't come back: `HttpOnly`, `Secure`, `SameSite=Lax`.
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

/// What is kept of a sign-in that has begun, by the hash of its state.
#[derive(Deserialize, Serialize)]
struct Pending {
    nonce: String,
    verifier: String,
    cookie: String,
}

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

impl Provider {
    /// One whose certificate these roots vouch for. Nothing is asked yet.
    #[must_use]
    pub fn new(settings: ProviderSettings, roots: &Roots) -> Self {
        Self {
            settings,
            http: Http::new(roots),
        }
    }

    /// Begins a sign-in; sixty of them can begin within 15 minutes from one neighbourhood.
    ///
    /// # Errors
    /// [`OidcError::Later`], [`OidcError::Settings`], [`OidcError::Provider`], [`OidcError::Random`],
    /// [`OidcError::Store`].
    pub async fn begin(
        &self,
        store: &dyn Store,
        origin: Origin,
        at: Timestamp,
    ) -> Result<Departure, OidcError> {
        let from = Key::of(&["oidc-from", &origin.neighbourhood().to_string()])?;
        if store.count(&from, after(at, QUARTER), at).await? > MOST_FROM_ONE {
            return Err(OidcError::Later {
                after: Duration::from_mins(15),
            });
        }
        let client = self.client().await?;
        let (state, nonce, cookie) = (Hidden::random("")?, Hidden::random("")?, Hidden::random("")?);
        let verifier = PkceCodeVerifier::new(Hidden::random("")?.reveal().to_owned());
        let sent = state.reveal().to_owned();
        let pending = Pending {
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
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        let key = pending_key(&state)?;
        store.keep(&key, &json!(pending), after(at, LONGEST)).await?;
        Ok(Departure {
            url: url.into(),
            cookie,
        })
    }

    /// Signs somebody in who comes back from the provider; who isn't let in is audited as `session.refused`.
    ///
    /// # Errors
    /// [`OidcError::State`] where the sign-in didn't begin in this browser, was used, or took more than ten minutes;
    /// [`OidcError::Refused`] where no account is linked with who came, or it is disabled; [`OidcError::Token`],
    /// [`OidcError::Settings`], [`OidcError::Provider`], [`OidcError::SignIn`], [`OidcError::Store`].
    pub async fn complete(
        &self,
        sessions: &Sessions<'_>,
        arrival: &Arrival<'_>,
        at: Timestamp,
    ) -> Result<NewSession, OidcError> {
        let store = sessions.store();
        let pending = store.take(&pending_key(arrival.state)?, at).await?;
        let pending = pending.and_then(|body| Pending::deserialize(&body).ok());
        let pending = pending.ok_or(OidcError::State)?;
        if !same(&pending.cookie, &arrival.cookie.fingerprint()) {
            return Err(OidcError::State);
        }
        let claims = self.claims(arrival.code, pending, at).await?;
        match self.account_of(store, &claims, arrival.origin, at).await? {
            Some(account) if !account.disabled => {
                Ok(sessions.begin(account, arrival.origin, None, at).await?)
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
        let client = self.client().await?;
        let http = |request| self.http.call(request);
        let answer = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(OidcError::provider)?
            .set_pkce_verifier(PkceCodeVerifier::new(pending.verifier))
            .request_async(&http)
            .await
            .map_err(OidcError::provider)?;
        let now = chrono::DateTime::from_timestamp(at.as_second(), 0).unwrap_or_default();
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs(ALGORITHMS)
            .set_time_fn(move || now);
        let token = answer.id_token().ok_or(OidcError::NoToken)?;
        let claims = token.claims(&verifier, &Nonce::new(pending.nonce));
        Ok(claims.map_err(OidcError::token)?.clone())
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
        let Some(email) = email else {
            return Ok(None);
        };
        let email = Identity::Email(email.as_str().to_owned());
        match account::linked(store, &email).await? {
            Some(name) => Ok(Some(link(store, &name, subject, origin, at).await?)),
            None => Ok(None),
        }
    }

    async fn client(&self) -> Result<Client, OidcError> {
        let settings = &self.settings;
        let issuer = IssuerUrl::new(settings.issuer.clone()).map_err(OidcError::settings)?;
        let redirect = RedirectUrl::new(settings.redirect_url.clone()).map_err(OidcError::settings)?;
        let http = |request| self.http.call(request);
        let metadata = CoreProviderMetadata::discover_async(issuer, &http).await;
        let client = CoreClient::from_provider_metadata(
            metadata.map_err(OidcError::provider)?,
            ClientId::new(settings.client_id.clone()),
            settings
                .client_secret
                .as_ref()
                .map(|secret| ClientSecret::new(secret.reveal().to_owned())),
        );
        Ok(client.set_redirect_uri(redirect))
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
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
    let change = account::replace(&by.platform_entry("account.link"), &record, &account);
    let change = account::relink(store, change, &old, &account).await?;
    store.commit(&change, at).await?;
    Ok(account)
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
