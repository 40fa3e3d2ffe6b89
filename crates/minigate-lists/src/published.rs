//! What a console publishes for an app.

use jiff::Timestamp;
use minigate_policy::{AppId, Domain, DomainError, DomainLists, ListsError, Profile, Release, WrittenLists};
use serde::{Deserialize, Serialize};

use crate::key_set::KeySet;
use crate::token::{self, SealError, TokenError};
use crate::{SigningKey, Thumbprint};

/// An app's published lists, and what stands above them.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Published {
    /// The app's ID.
    pub app: String,
    /// Which state of it this is; later ones are larger, and it never goes back.
    pub sequence: u64,
    /// The number of the version; 0 before the first, which allows nothing.
    pub version: u32,
    /// When that version was published.
    pub published_at: Option<Timestamp>,
    /// The four lists.
    pub lists: WrittenLists,
    /// What nobody may call, whatever the lists say.
    pub blocked: Vec<Blocked>,
    /// A leave to skip the check in development (rule S2).
    pub skip: Option<Skip>,
}

/// A domain that nobody may call, with all that is below it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Blocked {
    /// The domain.
    pub domain: String,
    /// When the block ends by itself; never where this is none.
    pub until: Option<Timestamp>,
}

/// A leave to skip the check of domains and certificates with versions that aren't out.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Skip {
    /// When it ends by itself.
    pub until: Timestamp,
    /// Whether the development version may.
    pub develop: bool,
    /// Whether the trial version may.
    pub trial: bool,
}

/// Why a list isn't taken.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It isn't signed as it has to be.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// It is another app's.
    #[error("it is the list of {found}, not of {wanted}")]
    OtherApp {
        /// Whose it is.
        found: String,
        /// Whose it should be.
        wanted: AppId,
    },
    /// A newer one was seen before: somebody replays an old one.
    #[error("it is older ({found}) than one that was seen before ({seen})")]
    GoneBack {
        /// Its sequence.
        found: u64,
        /// That of the newest that was seen.
        seen: u64,
    },
    /// An entry breaks a rule.
    #[error(transparent)]
    Lists(#[from] ListsError),
    /// A blocked domain is none.
    #[error("a blocked domain can't be read: {0}")]
    Blocked(#[from] DomainError),
}

impl Published {
    /// Signs it: a JWS compact serialization (RFC 7515). The same content and key give the same text.
    ///
    /// # Errors
    /// [`SealError`] where it would be larger than a mebibyte.
    pub fn seal(&self, key: &SigningKey) -> Result<String, SealError> {
        token::seal(self, KIND, key)
    }

    /// Verifies a signed list with the keys that sign, or did so and haven't ended at a moment, and reads it.
    ///
    /// # Errors
    /// [`Refusal`], but none of its age: that is for who has seen others.
    pub fn open(signed: &str, app: &AppId, keys: &KeySet, now: Timestamp) -> Result<Self, Refusal> {
        let published: Self = token::open(signed, KIND, |name: &Thumbprint| keys.signer(name, now))?;
        if published.app != app.as_str() {
            return Err(Refusal::OtherApp {
                found: published.app.chars().take(80).collect(),
                wanted: app.clone(),
            });
        }
        published.lists_for(&Profile::default(), Timestamp::MIN)?;
        Ok(published)
    }

    /// Its lists under a profile at a moment, the blocked domains above them.
    ///
    /// How many entries a list may have is for the console to say (rule D7).
    ///
    /// # Errors
    /// [`Refusal::Lists`], [`Refusal::Blocked`].
    pub fn lists_for(&self, profile: &Profile, now: Timestamp) -> Result<DomainLists, Refusal> {
        let unlimited = Profile {
            domains_per_interface: usize::MAX,
            ..profile.clone()
        };
        let blocked = self
            .blocked
            .iter()
            .filter(|blocked| blocked.until.is_none_or(|end| now < end));
        let blocked = blocked.map(|blocked| Domain::parse(&blocked.domain));
        let blocked = blocked.collect::<Result<Vec<_>, _>>()?;
        Ok(DomainLists::parse_for(&self.lists, &unlimited)?.with_blocked(blocked))
    }

    /// Whether a release may skip the check at a moment; one that is out never may (rule S2).
    #[must_use]
    pub fn may_skip(&self, release: Release, now: Timestamp) -> bool {
        self.skip.as_ref().is_some_and(|skip| {
            let is_meant = match release {
                Release::Devtools | Release::Develop => skip.develop,
                Release::Trial => skip.trial,
                Release::Review | Release::Release(_) => false,
            };
            is_meant && now < skip.until
        })
    }

    /// The next moment after this one at which a block or the leave to skip ends.
    #[must_use]
    pub fn next_end(&self, now: Timestamp) -> Option<Timestamp> {
        let blocks = self.blocked.iter().filter_map(|blocked| blocked.until);
        let ends = blocks.chain(self.skip.as_ref().map(|skip| skip.until));
        ends.filter(|end| *end > now).min()
    }
}

const KIND: &str = "minigate-list+jws";
