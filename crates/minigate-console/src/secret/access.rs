//! The platform's access tokens (`/cgi-bin/token`, `/cgi-bin/stable_token`).
//!
//! What is kept for an app, API and AppSecret is one ticket with the hashes of the latest token and of the one before it,
//! and each change swaps the whole ticket: however many processes issue tokens at once, they agree on the latest one.
//!
//! A stable token has to be given again while only its hash is kept. So it is no random number, but an HMAC with the
//! AppSecret as its key, over a random nonce that is kept: who asks brings the AppSecret, and so it can be made again,
//! while nobody can make it from the database.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use minigate_policy::AppId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{AccessError, RIGHTS, kept, load};
use crate::access::{Caller, Role, Roles, Scopes};
use crate::by::Ground;
use crate::hidden::{Hidden, same};
use crate::moment::after;
use crate::origin::Origin;
use crate::store::{Key, Store, StoreError};

/// Gives access tokens, and knows whose they are.
#[derive(Clone, Copy, Debug)]
pub struct Access<'a> {
    store: &'a dyn Store,
}

/// What an app's server brings; what is missing is empty.
#[derive(Clone, Debug)]
pub struct Credentials<'a> {
    /// `client_credential`.
    pub grant_type: &'a str,
    /// The app's ID.
    pub appid: &'a str,
    /// Its AppSecret.
    pub secret: &'a Hidden,
}

/// Whether a stable token is wanted anew.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refresh {
    /// The one that there is, while it has more than five minutes left.
    Normal,
    /// Another one, and the old one ends at once: 20 times a day, and not within 30 s of the last time, when the one
    /// that there is is given.
    Force,
}

/// An access token that was got.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AccessToken {
    /// The token: letters, digits, `-`, `_` and `.`, fewer than 200.
    pub token: Hidden,
    /// How many seconds it has left.
    pub expires_in: i64,
}

/// Which API gave a token; those of one are nothing to the other.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Api {
    Token,
    Stable,
}

/// Whose tokens a ticket is about.
#[derive(Debug)]
struct Place {
    app: AppId,
    api: Api,
    /// The AppSecret's serial number.
    serial: u32,
}

/// The tokens that there are.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Issued {
    latest: Hash,
    /// The one before, for as long as it can be used.
    previous: Option<Hash>,
    /// What a stable token was made from.
    nonce: String,
    forced: Option<Forced>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Hash {
    fingerprint: String,
    ends_at: Timestamp,
}

/// When a stable token was forced last, and how often on that day, in UTC.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Forced {
    at: Timestamp,
    times: u32,
}

impl<'a> Access<'a> {
    /// Of a store.
    #[must_use]
    pub const fn of(store: &'a dyn Store) -> Self {
        Self { store }
    }

    /// A new token for two hours; the one before it can be used for five minutes more, the one before that no more.
    ///
    /// # Errors
    /// [`AccessError::GrantType`], [`AccessError::NoAppId`], [`AccessError::AppId`], [`AccessError::NoSecret`],
    /// [`AccessError::Secret`], [`AccessError::Frozen`], [`AccessError::Address`], [`AccessError::Busy`],
    /// [`AccessError::Random`], [`AccessError::Store`].
    pub async fn token(
        &self,
        credentials: &Credentials<'_>,
        origin: Origin,
        at: Timestamp,
    ) -> Result<AccessToken, AccessError> {
        let place = self.judge(credentials, origin, Api::Token, at).await?;
        for _ in 0..ATTEMPTS {
            let (body, found) = self.issued(&place, at).await?;
            let token = Hidden::random(&place.prefix())?;
            let next = Issued {
                latest: Hash::of(&token, at),
                previous: found.map(|found| found.latest.until(after(at, OVERLAP))),
                nonce: String::new(),
                forced: None,
            };
            if self.swap(&place, body.as_ref(), &next, at).await? {
                return Ok(next.answer(token, at));
            }
        }
        Err(AccessError::Busy)
    }

    /// The stable token: the same one each time, with the seconds that it has left, until it is renewed five minutes
    /// before its end. 10,000 times a minute, 500,000 times a day; wrong AppSecrets don't count.
    ///
    /// # Errors
    /// As [`Access::token`]; [`AccessError::Minutely`]; [`AccessError::Daily`], for forcing too.
    pub async fn stable_token(
        &self,
        credentials: &Credentials<'_>,
        refresh: Refresh,
        origin: Origin,
        at: Timestamp,
    ) -> Result<AccessToken, AccessError> {
        let place = self.judge(credentials, origin, Api::Stable, at).await?;
        self.count(&place, at).await?;
        for _ in 0..ATTEMPTS {
            let (body, found) = self.issued(&place, at).await?;
            let is_fresh = |issued: &&Issued| at < after(issued.latest.ends_at, -OVERLAP);
            let fresh = found.as_ref().filter(is_fresh);
            let next = match (fresh, refresh) {
                (Some(issued), Refresh::Normal) => {
                    return Ok(issued.answer(place.stable(credentials.secret, &issued.nonce), at));
                }
                (Some(issued), Refresh::Force) => match issued.forced_once_more(at)? {
                    Some(forced) => Issued::stable(&place, credentials.secret, None, Some(forced), at)?,
                    None => return Ok(issued.answer(place.stable(credentials.secret, &issued.nonce), at)),
                },
                (None, _) => {
                    let forced = found.as_ref().and_then(|found| found.forced.clone());
                    let previous = found.map(|found| found.latest);
                    Issued::stable(&place, credentials.secret, previous, forced, at)?
                }
            };
            if self.swap(&place, body.as_ref(), &next, at).await? {
                return Ok(next.answer(place.stable(credentials.secret, &next.nonce), at));
            }
        }
        Err(AccessError::Busy)
    }

    /// The app that a token speaks for, as a caller who may read, write, approve and publish its domains and nothing
    /// else. Its actor is `app:` and the app's ID, which no account can be called; who made the AppSecret is behind it.
    ///
    /// # Errors
    /// [`AccessError::NoToken`], [`AccessError::Malformed`], [`AccessError::Expired`], [`AccessError::NotLatest`],
    /// [`AccessError::Store`].
    pub async fn caller(
        &self,
        token: &Hidden,
        origin: Origin,
        at: Timestamp,
    ) -> Result<(AppId, Caller), AccessError> {
        if token.reveal().is_empty() {
            return Err(AccessError::NoToken);
        }
        let place = Place::of(token).ok_or(AccessError::Malformed)?;
        let secret = load(self.store, &place.app).await?;
        let secret = secret.filter(|(_, secret)| secret.honours(place.serial, at));
        let (_, issued) = self.issued(&place, at).await?;
        let ((record, secret), issued) = secret.zip(issued).ok_or(AccessError::NotLatest)?;
        issued.check(token, at)?;
        let caller = Caller::new(
            format!("app:{}", place.app),
            Roles {
                platform: None,
                apps: [(place.app.to_string(), Role::Owner)].into(),
            },
        );
        let scopes = Scopes {
            rights: RIGHTS.into(),
            apps: Some([place.app.to_string()].into()),
        };
        let caller = caller
            .with_somebody_behind(secret.maker_of(place.serial))
            .on(vec![Ground::from(&record)]);
        Ok((place.app, caller.from(origin.to_string()).within(scopes)))
    }

    /// Who asks may have a token: in the order in which the platform finds fault.
    async fn judge(
        &self,
        credentials: &Credentials<'_>,
        origin: Origin,
        api: Api,
        at: Timestamp,
    ) -> Result<Place, AccessError> {
        if credentials.grant_type != "client_credential" {
            return Err(AccessError::GrantType);
        }
        if credentials.appid.is_empty() {
            return Err(AccessError::NoAppId);
        }
        let app: AppId = credentials.appid.parse().map_err(|_| AccessError::AppId)?;
        if credentials.secret.reveal().is_empty() {
            return Err(AccessError::NoSecret);
        }
        let (_, secret) = load(self.store, &app).await?.ok_or(AccessError::AppId)?;
        let serial = secret.serial_of(&app, credentials.secret, at);
        let serial = serial.ok_or(AccessError::Secret)?;
        if secret.state.frozen {
            return Err(AccessError::Frozen);
        }
        if !secret.allows(origin) {
            return Err(AccessError::Address(origin));
        }
        Ok(Place { app, api, serial })
    }

    async fn count(&self, place: &Place, at: Timestamp) -> Result<(), AccessError> {
        let app = place.app.as_str();
        let minute = Key::of(&["stable-minute", app])?;
        if self.store.count(&minute, after(at, MINUTE), at).await? > A_MINUTE {
            return Err(AccessError::Minutely);
        }
        let day = Key::of(&["stable-day", app])?;
        if self.store.count(&day, after(at, DAY), at).await? > A_DAY {
            return Err(AccessError::Daily);
        }
        Ok(())
    }

    async fn issued(
        &self,
        place: &Place,
        at: Timestamp,
    ) -> Result<(Option<Value>, Option<Issued>), StoreError> {
        let key = place.key()?;
        let body = self.store.kept(&key, at).await?;
        let issued = body.as_ref().map(|body| kept(&key, body)).transpose()?;
        Ok((body, issued))
    }

    /// A day longer than the token, so that one that has ended can be told from one that never was.
    async fn swap(
        &self,
        place: &Place,
        expected: Option<&Value>,
        next: &Issued,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let ends_at = after(next.latest.ends_at, DAY);
        self.store
            .swap(&place.key()?, expected, &json!(next), ends_at, at)
            .await
    }
}

impl Place {
    /// What a token says of itself, which isn't believed before its hash is found there.
    fn of(token: &Hidden) -> Option<Self> {
        let mut parts = token.reveal().splitn(4, '.');
        let api = Api::of(parts.next()?)?;
        let app = parts.next()?.parse().ok()?;
        let serial = parts.next()?.parse().ok()?;
        Some(Self { app, api, serial })
    }

    fn prefix(&self) -> String {
        format!("{}.{}.{}.", self.api.as_str(), self.app, self.serial)
    }

    fn stable(&self, secret: &Hidden, nonce: &str) -> Hidden {
        let purpose = format!("stable_token.{}.{nonce}", self.app);
        Hidden::new(format!("{}{}", self.prefix(), secret.derive(&purpose).reveal()))
    }

    fn key(&self) -> Result<Key, StoreError> {
        let serial = self.serial.to_string();
        Key::of(&["access", self.app.as_str(), self.api.as_str(), &serial])
    }
}

impl Api {
    fn of(text: &str) -> Option<Self> {
        [Self::Token, Self::Stable]
            .into_iter()
            .find(|api| api.as_str() == text)
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Token => "mga",
            Self::Stable => "mgs",
        }
    }
}

impl Issued {
    fn stable(
        place: &Place,
        secret: &Hidden,
        previous: Option<Hash>,
        forced: Option<Forced>,
        at: Timestamp,
    ) -> Result<Self, AccessError> {
        let nonce = Hidden::random("")?.reveal().to_owned();
        let token = place.stable(secret, &nonce);
        Ok(Self {
            latest: Hash::of(&token, at),
            previous,
            nonce,
            forced,
        })
    }

    /// None within 30 s of the last time.
    fn forced_once_more(&self, at: Timestamp) -> Result<Option<Forced>, AccessError> {
        let Some(forced) = &self.forced else {
            return Ok(Some(Forced { at, times: 1 }));
        };
        if at < after(forced.at, GAP) {
            return Ok(None);
        }
        let day = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
        let times = if day(forced.at) == day(at) {
            forced.times
        } else {
            0
        };
        if times >= FORCED_A_DAY {
            return Err(AccessError::Daily);
        }
        let times = times.saturating_add(1);
        Ok(Some(Forced { at, times }))
    }

    fn check(&self, token: &Hidden, at: Timestamp) -> Result<(), AccessError> {
        let fingerprint = token.fingerprint();
        if same(&self.latest.fingerprint, &fingerprint) {
            return if at < self.latest.ends_at {
                Ok(())
            } else {
                Err(AccessError::Expired)
            };
        }
        let previous = self.previous.as_ref();
        match previous.filter(|previous| same(&previous.fingerprint, &fingerprint)) {
            Some(previous) if at < previous.ends_at => Ok(()),
            _ => Err(AccessError::NotLatest),
        }
    }

    fn answer(&self, token: Hidden, at: Timestamp) -> AccessToken {
        AccessToken {
            token,
            expires_in: self.latest.ends_at.duration_since(at).as_secs(),
        }
    }
}

impl Hash {
    fn of(token: &Hidden, at: Timestamp) -> Self {
        Self {
            fingerprint: token.fingerprint(),
            ends_at: after(at, LIFETIME),
        }
    }

    fn until(self, end: Timestamp) -> Self {
        Self {
            ends_at: self.ends_at.min(end),
            ..self
        }
    }
}

const LIFETIME: SignedDuration = SignedDuration::from_secs(7200);
const OVERLAP: SignedDuration = SignedDuration::from_mins(5);
const GAP: SignedDuration = SignedDuration::from_secs(30);
const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);
const FORCED_A_DAY: u32 = 20;
const A_MINUTE: u32 = 10_000;
const A_DAY: u32 = 500_000;
/// Whoever loses so often gives up; each time somebody else has won.
const ATTEMPTS: usize = 64;
