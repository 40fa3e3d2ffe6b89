//! The keys that sign what runtimes get.
//!
//! ```text
//!  announce ─► Announced ─► rotate ─► Signing ─► rotate ─► Retired, until a moment ─► gone
//!                  └──────────────── retire, at once ────────────┴───────────────────┘
//! ```
//! A key is announced before it signs, so that every runtime has heard of it by then, and is listed for a while after,
//! so that what it signed can still be verified. The private keys lie in the database as they are: whoever can read the
//! database can sign lists, so its backups are as secret as it is. They are never in the audit log.

use std::fmt;

use data_encoding::BASE64;
use jiff::{SignedDuration, Timestamp};
use minigate_lists::{KeyError, KeySet, KeyStage, ListedKey, SigningKey, Thumbprint};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::By;
use crate::action::Action;
use crate::store::{self, Change, Key, Record, Store, StoreError};

/// The keys of a console.
#[derive(Clone, Debug)]
pub struct Keys {
    sequence: u64,
    keys: Vec<(SigningKey, KeyStage)>,
}

/// Why keys can't be had or changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeysError {
    /// A key is announced already, and the next step is to use it.
    #[error("the key {key} is announced already")]
    Announced {
        /// Its name.
        key: Thumbprint,
    },
    /// A key has to be announced before it is used.
    #[error("no key is announced that could take over")]
    NoneAnnounced,
    /// The key that signs can't go: another has to take over first.
    #[error("the key {key} signs; let an announced one take over first")]
    Signs {
        /// Its name.
        key: Thumbprint,
    },
    /// There is no such key, or its time is over.
    #[error("there is no key {key}")]
    Unknown {
        /// Its name.
        key: Thumbprint,
    },
    /// There are as many as runtimes take.
    #[error(
        "runtimes take no more than {most} keys, and there are as many: wait until {until}, when {key} ends, or drop one that is retired",
        most = KeySet::MOST_KEYS
    )]
    Full {
        /// The one that ends next.
        key: Thumbprint,
        /// When it does.
        until: Timestamp,
    },
    /// A key can't be made or read.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store doesn't do its work.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads the keys, and makes the first one where there is none.
///
/// # Errors
/// [`KeysError::Key`], [`KeysError::Store`].
pub async fn load_or_make(store: &dyn Store, now: Timestamp) -> Result<Keys, KeysError> {
    if let Some((_, kept)) = load(store).await? {
        return Ok(kept);
    }
    let first = vec![(SigningKey::generate()?, KeyStage::Signing)];
    // Nobody decides on this: a console can't be without.
    let by = By::new("console".to_owned(), None, now);
    match write(store, Action::KeysMake, None, &first, &by).await {
        Ok(keys) => Ok(keys),
        // Another console was quicker.
        Err(KeysError::Store(StoreError::Conflict { .. })) => match load(store).await? {
            Some((_, kept)) => Ok(kept),
            None => Err(KeysError::NoneAnnounced),
        },
        Err(other) => Err(other),
    }
}

/// Makes a key and tells runtimes of it; it signs nothing yet.
///
/// # Errors
/// [`KeysError::Announced`], [`KeysError::Full`], [`KeysError::Key`], [`KeysError::Store`].
pub async fn announce(store: &dyn Store, by: &By) -> Result<Keys, KeysError> {
    let (record, kept) = load_some(store, by.at()).await?;
    if let Some(key) = kept.at(KeyStage::Announced) {
        return Err(KeysError::Announced {
            key: key.public().thumbprint().clone(),
        });
    }
    let mut keys = kept.keys_at(by.at());
    keys.push((SigningKey::generate()?, KeyStage::Announced));
    require_room(&keys)?;
    write(store, Action::KeysAnnounce, Some((&record, &kept)), &keys, by).await
}

/// Lets the announced key sign; what the present one signed holds for so long.
///
/// # Errors
/// [`KeysError::NoneAnnounced`], [`KeysError::Full`], [`KeysError::Store`].
pub async fn rotate(store: &dyn Store, hold: SignedDuration, by: &By) -> Result<Keys, KeysError> {
    let (record, kept) = load_some(store, by.at()).await?;
    kept.at(KeyStage::Announced).ok_or(KeysError::NoneAnnounced)?;
    let until = by.at().saturating_add(hold).unwrap_or(Timestamp::MAX);
    let mut keys = kept.keys_at(by.at());
    require_room(&keys)?;
    for (_, stage) in &mut keys {
        *stage = match *stage {
            KeyStage::Announced => KeyStage::Signing,
            KeyStage::Signing => KeyStage::Retired { until },
            retired @ KeyStage::Retired { .. } => retired,
        };
    }
    write(store, Action::KeysRotate, Some((&record, &kept)), &keys, by).await
}

/// Drops a key at once, which is announced or retired: what it signed can't be verified any more.
///
/// It is for a key that somebody else may have. Runtimes that have heard of no other key by now trust the console no
/// more, until they are told of one.
///
/// # Errors
/// [`KeysError::Signs`], [`KeysError::Unknown`], [`KeysError::Store`].
pub async fn retire(store: &dyn Store, name: &Thumbprint, by: &By) -> Result<Keys, KeysError> {
    let (record, kept) = load_some(store, by.at()).await?;
    let mut keys = kept.keys_at(by.at());
    let is_it = |key: &SigningKey| key.public().thumbprint() == name;
    match keys.iter().find(|(key, _)| is_it(key)) {
        None => return Err(KeysError::Unknown { key: name.clone() }),
        Some((_, KeyStage::Signing)) => return Err(KeysError::Signs { key: name.clone() }),
        Some((_, KeyStage::Announced | KeyStage::Retired { .. })) => {}
    }
    keys.retain(|(key, _)| !is_it(key));
    write(store, Action::KeysRetire, Some((&record, &kept)), &keys, by).await
}

/// For how long what a key signed should hold once another has taken over: 30 days, in which runtimes that are seldom on
/// hear of the next key.
pub const USUAL_HOLD: SignedDuration = SignedDuration::from_hours(30 * 24);

impl Keys {
    /// The one that signs.
    #[must_use]
    pub fn signing(&self) -> Option<&SigningKey> {
        self.at(KeyStage::Signing)
    }

    /// Whether it is the one of this name that signs.
    pub(crate) fn is_signed_by(&self, name: &str) -> bool {
        self.signing()
            .is_some_and(|key| key.public().thumbprint().as_str() == name)
    }

    /// What runtimes are told of them at a moment.
    #[must_use]
    pub fn set(&self, now: Timestamp) -> KeySet {
        let keys = self.keys_at(now).into_iter();
        let listed = keys.map(|(key, stage)| ListedKey {
            key: key.public().clone(),
            stage,
        });
        KeySet {
            sequence: self.sequence,
            keys: listed.collect(),
        }
    }

    /// The same, signed by each of them.
    ///
    /// # Errors
    /// [`minigate_lists::SealError`].
    pub fn seal(&self, now: Timestamp) -> Result<String, minigate_lists::SealError> {
        let keys: Vec<_> = self.keys_at(now).into_iter().map(|(key, _)| key).collect();
        self.set(now).seal(&keys)
    }

    fn at(&self, wanted: KeyStage) -> Option<&SigningKey> {
        let mut keys = self.keys.iter();
        keys.find(|(_, stage)| *stage == wanted).map(|(key, _)| key)
    }

    /// All whose time isn't over.
    fn keys_at(&self, now: Timestamp) -> Vec<(SigningKey, KeyStage)> {
        let lives = |(_, stage): &&(SigningKey, KeyStage)| !stage.has_ended(now);
        self.keys.iter().filter(lives).cloned().collect()
    }
}

/// A larger set would be taken by no runtime, and dropping a key by none that has heard of no smaller one. One key signs and one
/// is announced at most, so others can make room.
fn require_room(keys: &[(SigningKey, KeyStage)]) -> Result<(), KeysError> {
    let ends = keys.iter().filter_map(|(key, stage)| match stage {
        KeyStage::Retired { until } => Some((*until, key.public().thumbprint())),
        KeyStage::Announced | KeyStage::Signing => None,
    });
    match ends.min() {
        Some((until, key)) if keys.len() > KeySet::MOST_KEYS => Err(KeysError::Full {
            key: key.clone(),
            until,
        }),
        _ => Ok(()),
    }
}

/// A key as it is kept.
#[derive(Debug, Deserialize, Serialize)]
struct Kept {
    pkcs8: Secret,
    #[serde(flatten)]
    stage: KeyStage,
}

/// A private key in PKCS#8, which shows nothing of itself.
#[derive(Deserialize, Serialize)]
#[serde(transparent)]
struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

async fn load_some(store: &dyn Store, now: Timestamp) -> Result<(Record, Keys), KeysError> {
    load_or_make(store, now).await?;
    load(store).await?.ok_or(KeysError::NoneAnnounced)
}

async fn load(store: &dyn Store) -> Result<Option<(Record, Keys)>, KeysError> {
    let Some(record) = store.get(&key()?).await? else {
        return Ok(None);
    };
    let kept: Vec<Kept> = store::read(&record)?;
    let keys = kept.iter().map(|kept| {
        let pkcs8 = BASE64
            .decode(kept.pkcs8.0.as_bytes())
            .map_err(|_| KeyError::Private)?;
        Ok((SigningKey::from_pkcs8(&pkcs8)?, kept.stage))
    });
    let keys = Keys {
        keys: keys.collect::<Result<_, KeyError>>()?,
        sequence: record.revision.unsigned_abs(),
    };
    Ok(Some((record, keys)))
}

async fn write(
    store: &dyn Store,
    action: Action,
    old: Option<(&Record, &Keys)>,
    keys: &[(SigningKey, KeyStage)],
    by: &By,
) -> Result<Keys, KeysError> {
    let kept: Vec<_> = keys.iter().map(|(key, stage)| keep(key, *stage)).collect();
    let entry = by.platform_entry(action).after(shown(keys));
    let change = match old {
        Some((record, before)) => Change::new(entry.before(shown(&before.keys))).replace(record, json!(kept)),
        None => Change::new(entry).create(&key()?, json!(kept)),
    };
    let sequence = store.commit(&change, by.at()).await?;
    Ok(Keys {
        sequence: sequence.unsigned_abs(),
        keys: keys.to_vec(),
    })
}

fn keep(key: &SigningKey, stage: KeyStage) -> Kept {
    Kept {
        pkcs8: Secret(BASE64.encode(key.pkcs8())),
        stage,
    }
}

/// What the audit log says of a key: its name only.
#[derive(Serialize)]
struct Shown<'a> {
    key: &'a Thumbprint,
    #[serde(flatten)]
    stage: KeyStage,
}

fn shown(keys: &[(SigningKey, KeyStage)]) -> serde_json::Value {
    let named = keys.iter().map(|(key, stage)| {
        json!(Shown {
            key: key.public().thumbprint(),
            stage: *stage
        })
    });
    named.collect()
}

fn key() -> Result<Key, StoreError> {
    Key::of(&["platform", "keys"])
}
