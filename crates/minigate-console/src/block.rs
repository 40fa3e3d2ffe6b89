//! What no app may call: the platform's block list, above every app's lists.
//!
//! ```text
//!  Operator ─► add, lift ─► Blocks (one record) ─► Domains::write and publish refuse · lists are served without
//! ```
//! A domain blocks itself and everything below it. The list is one record: whoever decides on it reads all of it at once,
//! and a change that rests on it fails where it has moved on.

use std::collections::BTreeMap;

use jiff::Timestamp;
use minigate_policy::diagnosis::Lang;
use minigate_policy::{Domain, Entry, Interface, WrittenLists};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::By;
use crate::action::Action;
use crate::reason::{UnfitReason, required};
use crate::store::{self, Change, Key, Record, Store, StoreError};

/// A domain that no app may call, nor any name below it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Block {
    /// The domain, in ASCII lower case.
    pub domain: String,
    /// Why, in the operator's words: 1 to 1,000 characters.
    pub reason: String,
    /// Which operator.
    pub by: String,
    /// Since when.
    pub since: Timestamp,
    /// When it ends by itself; never where this is none.
    pub until: Option<Timestamp>,
}

/// The whole block list.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Blocks(BTreeMap<String, Block>);

/// An entry of an app's lists that is blocked.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BlockedEntry {
    /// Whose list.
    pub interface: Interface,
    /// The entry, as it is written.
    pub entry: String,
    /// What blocks it.
    pub block: Block,
}

/// Why the block list can't be changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BlockError {
    /// A block needs a reason of 1 to 1,000 characters, none of them a control character.
    #[error("a block needs a reason of 1 to 1,000 characters without control characters")]
    Reason,
    /// It would end before it begins.
    #[error("the block would end at {until}, before it begins")]
    Over {
        /// When it would end.
        until: Timestamp,
    },
    /// The list is as long as it may be.
    #[error("there are {limit} blocks already, and no more are possible")]
    Full {
        /// How many there may be.
        limit: usize,
    },
    /// This domain isn't blocked by a block of its own.
    #[error("`{domain}` has no block of its own")]
    Unknown {
        /// The domain.
        domain: Domain,
    },
    /// The store doesn't do its work.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Every block, those that have ended too, in the order of their domains.
///
/// # Errors
/// [`StoreError`].
pub async fn blocks(store: &dyn Store) -> Result<Vec<Block>, StoreError> {
    Ok(Blocks::load(store).await?.0.into_values().collect())
}

/// Blocks a domain and every name below it, or changes its block.
///
/// # Errors
/// [`BlockError::Reason`], [`BlockError::Over`], [`BlockError::Full`], [`BlockError::Store`].
pub async fn add(
    store: &dyn Store,
    domain: &Domain,
    reason: &str,
    until: Option<Timestamp>,
    by: &By,
) -> Result<Block, BlockError> {
    if let Some(until) = until.filter(|until| *until <= by.at()) {
        return Err(BlockError::Over { until });
    }
    let block = Block {
        domain: domain.to_string(),
        reason: required(reason).map_err(|UnfitReason| BlockError::Reason)?,
        by: by.actor().to_owned(),
        since: by.at(),
        until,
    };
    let (record, mut list) = Blocks::load_with_record(store).await?;
    list.0.retain(|_, block| block.is_on(by.at()));
    let before = list.0.insert(block.domain.clone(), block.clone());
    if list.0.len() > MOST {
        return Err(BlockError::Full { limit: MOST });
    }
    let mut entry = by.platform_entry(Action::BlockAdd).after(json!(block));
    entry.before = before.map(|before| json!(before));
    commit(store, Change::new(entry), record.as_ref(), &list, by).await?;
    Ok(block)
}

/// Lifts the block of a domain; one of a domain above it stays.
///
/// # Errors
/// [`BlockError::Unknown`], [`BlockError::Store`].
pub async fn lift(store: &dyn Store, domain: &Domain, by: &By) -> Result<(), BlockError> {
    let (record, mut list) = Blocks::load_with_record(store).await?;
    let unknown = || BlockError::Unknown {
        domain: domain.clone(),
    };
    let lifted = list.0.remove(domain.as_str()).ok_or_else(unknown)?;
    let entry = by.platform_entry(Action::BlockLift).before(json!(lifted));
    commit(store, Change::new(entry), record.as_ref(), &list, by).await?;
    Ok(())
}

async fn commit(
    store: &dyn Store,
    change: Change,
    record: Option<&Record>,
    list: &Blocks,
    by: &By,
) -> Result<(), StoreError> {
    let change = match record {
        Some(record) => change.replace(record, json!(list)),
        None => change.create(&key()?, json!(list)),
    };
    store.commit(&change, by.at()).await?;
    Ok(())
}

impl Blocks {
    /// Reads the list.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load(store: &dyn Store) -> Result<Self, StoreError> {
        Ok(Self::load_with_record(store).await?.1)
    }

    pub(crate) async fn load_with_record(store: &dyn Store) -> Result<(Option<Record>, Self), StoreError> {
        let record = store.get(&key()?).await?;
        let list = record.as_ref().map(store::read).transpose()?.unwrap_or_default();
        Ok((record, list))
    }

    /// Makes a change rest on what was read of the list, even where that was nothing.
    pub(crate) fn rest(record: Option<&Record>, change: Change) -> Result<Change, StoreError> {
        Ok(match record {
            Some(record) => change.rest_on(record),
            None => change.rest_on_absence(&key()?),
        })
    }

    /// What blocks a domain at a moment: its own block, or the nearest above it. As many look-ups as it has labels.
    #[must_use]
    pub fn find(&self, domain: &Domain, now: Timestamp) -> Option<&Block> {
        let names = std::iter::successors(Some(domain.as_str()), |name| Some(name.split_once('.')?.1));
        names
            .filter_map(|name| self.0.get(name))
            .find(|block| block.is_on(now))
    }

    /// Every block, those that have ended too.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Block> {
        self.0.values()
    }

    /// Whether a domain is blocked at a moment.
    #[must_use]
    pub fn is_blocked(&self, domain: &Domain, now: Timestamp) -> bool {
        self.find(domain, now).is_some()
    }

    /// The domains that are blocked at a moment, in alphabetical order.
    pub fn domains(&self, now: Timestamp) -> impl Iterator<Item = Domain> {
        let on = self.0.values().filter(move |block| block.is_on(now));
        on.filter_map(|block| Domain::parse(&block.domain).ok())
    }

    /// The entries of lists that are blocked at a moment.
    #[must_use]
    pub fn in_lists(&self, lists: &WrittenLists, now: Timestamp) -> Vec<BlockedEntry> {
        let of = |interface: Interface| {
            let entries = lists.of(interface).iter();
            entries.filter_map(move |entry| self.entry(interface, entry, now))
        };
        Interface::ALL.into_iter().flat_map(of).collect()
    }

    /// The lists without the entries that are blocked at a moment; they are what runtimes are to get.
    #[must_use]
    pub fn without(&self, lists: &WrittenLists, now: Timestamp) -> WrittenLists {
        let rest = |interface: Interface| {
            let entries = lists.of(interface).iter();
            let allowed = entries.filter(|entry| self.entry(interface, entry, now).is_none());
            allowed.cloned().collect()
        };
        WrittenLists {
            request: rest(Interface::Request),
            upload_file: rest(Interface::UploadFile),
            download_file: rest(Interface::DownloadFile),
            connect_socket: rest(Interface::ConnectSocket),
        }
    }

    fn entry(&self, interface: Interface, text: &str, now: Timestamp) -> Option<BlockedEntry> {
        let entry = Entry::parse(text, interface).ok()?;
        Some(BlockedEntry {
            interface,
            entry: text.to_owned(),
            block: self.find(entry.domain(), now)?.clone(),
        })
    }
}

impl Block {
    /// Whether it hasn't ended at a moment.
    #[must_use]
    pub fn is_on(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    /// What to tell whoever wants to list a domain that it blocks.
    #[must_use]
    pub fn tell(&self, lang: Lang) -> String {
        let Self { domain, reason, .. } = self;
        match lang {
            Lang::En => {
                format!("the platform's operators have blocked `{domain}` and everything below it: {reason}")
            }
            Lang::Zh => format!("平台运营方已封禁 `{domain}` 及其下所有域名：{reason}"),
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(&self, lang: Lang) -> String {
        let until = self.until.map(|until| until.strftime("%Y-%m-%d").to_string());
        match (lang, until) {
            (Lang::En, None) => "use another domain, or ask the platform's operators".to_owned(),
            (Lang::En, Some(day)) => {
                format!("use another domain, ask the platform's operators, or wait until {day}")
            }
            (Lang::Zh, None) => "换用其他域名，或联系平台运营方".to_owned(),
            (Lang::Zh, Some(day)) => format!("换用其他域名、联系平台运营方，或等到 {day}"),
        }
    }
}

fn key() -> Result<Key, StoreError> {
    Key::of(&["platform", "blocks"])
}

const MOST: usize = 5_000;
