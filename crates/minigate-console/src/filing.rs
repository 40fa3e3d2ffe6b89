//! Whether a domain has a filing, and who is asked (rule D5).
//!
//! ```text
//!  lists ─► registrable domains ─► FilingRegister ─► Filing: filed, not filed, unknown with a reason
//!                                   OwnRegister: the console's table, imported
//!                                   HttpRegister: another service, asked over HTTPS
//! ```
//! Only registrable domains (public suffix list) are asked for. What nobody could tell is [`Filing::Unknown`] and never an
//! allowance; [`FilingTerms`] say what it stops. Where no register is configured nobody is asked, and
//! [`Inquiry::register`] says so.

mod cache;
mod http;
mod import;
mod own;
mod tell;

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use minigate_policy::{Domain, Entry, Interface, WrittenLists};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::time::{Instant, timeout_at};

pub use http::{HttpRegister, HttpRegisterError};
pub use import::{ImportError, LineError, Register};
pub use own::{Imported, OwnRegister, import, imported};

use crate::By;
use crate::action::Action;
use crate::store::{self, Change, Key, Record, Store, StoreError};

/// What a register says of a domain.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", tag = "state")]
pub enum Filing {
    /// It has a filing.
    Filed {
        /// The licence's number; it may be empty.
        licence: String,
    },
    /// It has none.
    NotFiled,
    /// Nobody can tell.
    Unknown {
        /// Why not.
        why: FilingUnknown,
    },
}

/// Why nobody can tell whether a domain is filed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize, thiserror::Error)]
#[serde(rename_all = "camelCase", tag = "kind")]
#[non_exhaustive]
pub enum FilingUnknown {
    /// The register didn't answer in time.
    #[error("the register didn't answer within {seconds} s")]
    TimedOut {
        /// How long it had.
        seconds: u64,
    },
    /// There were so many questions that this one wasn't asked.
    #[error("the register took too long over other domains")]
    NotAsked,
    /// The register can't be reached, or breaks off.
    #[error("the register can't be reached: {reason}")]
    Unreachable {
        /// What the connection says.
        reason: String,
    },
    /// The console's own register can't be read; the log says why.
    #[error("the register can't be read")]
    Unreadable,
    /// It answers with another status than 200.
    #[error("the register answers with status {status}")]
    Status {
        /// The status.
        status: u16,
    },
    /// Its answer is longer than 64 KiB.
    #[error("the register's answer is longer than {limit} bytes")]
    TooLong {
        /// How many bytes are read.
        limit: usize,
    },
    /// Its answer isn't what was agreed.
    #[error("the register's answer can't be read: {reason}")]
    NotUnderstood {
        /// What is wrong with it.
        reason: String,
    },
}

/// Somebody who knows which domains are filed.
#[async_trait]
pub trait FilingRegister: fmt::Debug + Send + Sync {
    /// What it says of a registrable domain; it answers within a bounded time, and never fails otherwise than by
    /// [`Filing::Unknown`].
    async fn licence(&self, registrable: &Domain) -> Filing;

    /// What people can be told of it; none where it is no service.
    fn service(&self) -> Option<Service> {
        None
    }
}

/// A service that is asked for filings.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Service {
    /// Its scheme, host and port: the rest of its URL may be a secret.
    pub origin: String,
    /// What it came to the last time that it was asked; none where it wasn't yet.
    pub last: Option<LastAnswer>,
}

/// What a service came to when it was asked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LastAnswer {
    /// How long ago.
    pub ago: Duration,
    /// Why it told nothing; none where it did.
    pub fault: Option<FilingUnknown>,
}

/// What is said of one domain.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FilingOf {
    /// The registrable domain, or the whole name where it is a public suffix itself.
    pub domain: String,
    /// What is said of it.
    pub filing: Filing,
}

/// What follows from what a register says, for the whole platform.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct FilingTerms {
    /// What follows for a domain that isn't filed: by default it stops a publication.
    pub not_filed: Consequence,
    /// What follows for a domain of which nobody can tell: by default it stops a publication.
    pub unknown: Consequence,
}

/// What follows for a publication.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Consequence {
    /// It is refused.
    #[default]
    Stops,
    /// People are told, and it goes on.
    Warns,
}

/// Everything that a question about filings rests on.
#[derive(Debug)]
pub struct Inquiry<'a> {
    register: Chosen<'a>,
    terms: FilingTerms,
    rests: Vec<(Key, Option<Record>)>,
}

/// Which register is asked.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum RegisterKind {
    /// None is configured, so rule D5 isn't judged.
    None,
    /// The console's own, which was imported.
    Own,
    /// Another one, which the console's settings name.
    Given,
}

#[derive(Debug)]
enum Chosen<'a> {
    None,
    Own(OwnRegister<'a>),
    Given(&'a dyn FilingRegister),
}

impl Default for FilingTerms {
    fn default() -> Self {
        Self {
            not_filed: Consequence::Stops,
            unknown: Consequence::Stops,
        }
    }
}

impl FilingTerms {
    /// Whether this stops a publication.
    #[must_use]
    pub fn stop(self, filing: &Filing) -> bool {
        let consequence = match filing {
            Filing::Filed { .. } => return false,
            Filing::NotFiled => self.not_filed,
            Filing::Unknown { .. } => self.unknown,
        };
        consequence == Consequence::Stops
    }
}

/// The domain under which somebody filed: the registrable part, or the name itself where it is a public suffix.
#[must_use]
pub fn registrable(domain: &Domain) -> Domain {
    let part = domain.registrable().and_then(|part| Domain::parse(part).ok());
    part.unwrap_or_else(|| domain.clone())
}

/// What follows from what a register says.
///
/// # Errors
/// [`StoreError`].
pub async fn terms(store: &dyn Store) -> Result<FilingTerms, StoreError> {
    let record = store.get(&terms_key()?).await?;
    Ok(record.as_ref().map(store::read).transpose()?.unwrap_or_default())
}

/// Changes what follows from what a register says.
///
/// # Errors
/// [`StoreError`].
pub async fn set_terms(store: &dyn Store, terms: FilingTerms, by: &By) -> Result<(), StoreError> {
    let entry = by.platform_entry(Action::FilingTerms).after(json!(terms));
    let change = match store.get(&terms_key()?).await? {
        Some(record) => Change::new(entry.before(record.body.clone())).replace(&record, json!(terms)),
        None => Change::new(entry).create(&terms_key()?, json!(terms)),
    };
    store.commit(&change, by.at()).await?;
    Ok(())
}

impl<'a> Inquiry<'a> {
    /// Asks the register that is given; else the console's own, where one was imported.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open(
        store: &'a dyn Store,
        given: Option<&'a dyn FilingRegister>,
    ) -> Result<Self, StoreError> {
        let terms_record = store.get(&terms_key()?).await?;
        let own_record = store.get(&own::key()?).await?;
        let register = match given {
            Some(given) => Chosen::Given(given),
            None if own_record.is_some() => Chosen::Own(OwnRegister::of(store)),
            None => Chosen::None,
        };
        let terms = terms_record.as_ref().map(store::read).transpose()?;
        Ok(Self {
            register,
            terms: terms.unwrap_or_default(),
            rests: vec![(terms_key()?, terms_record), (own::key()?, own_record)],
        })
    }

    /// Which register is asked.
    #[must_use]
    pub const fn register(&self) -> RegisterKind {
        match self.register {
            Chosen::None => RegisterKind::None,
            Chosen::Own(_) => RegisterKind::Own,
            Chosen::Given(_) => RegisterKind::Given,
        }
    }

    /// What follows from what it says.
    #[must_use]
    pub const fn terms(&self) -> FilingTerms {
        self.terms
    }

    /// What is said of a domain; none where nobody is asked.
    pub async fn ask(&self, domain: &Domain) -> Option<FilingOf> {
        let registrable = registrable(domain);
        let filing = match &self.register {
            Chosen::None => return None,
            Chosen::Own(own) => own.licence(&registrable).await,
            Chosen::Given(given) => given.licence(&registrable).await,
        };
        Some(FilingOf {
            domain: registrable.to_string(),
            filing,
        })
    }

    /// What is said of every registrable domain of the lists, in their order, each once; eight are asked at a time, and
    /// after 30 s what is left is [`FilingUnknown::NotAsked`].
    pub async fn ask_all(&self, lists: &WrittenLists) -> Vec<FilingOf> {
        let end = Instant::now() + LONGEST;
        // Boxed and collected, or the compiler can't tell that the whole may go from thread to thread.
        let questions: Vec<_> = domains(lists)
            .into_iter()
            .map(|domain| Box::pin(self.ask_until(domain, end)))
            .collect();
        let answers = stream::iter(questions).buffered(AT_ONCE);
        answers.filter_map(std::future::ready).collect().await
    }

    async fn ask_until(&self, domain: Domain, end: Instant) -> Option<FilingOf> {
        let unasked = FilingOf {
            domain: domain.to_string(),
            filing: Filing::Unknown {
                why: FilingUnknown::NotAsked,
            },
        };
        timeout_at(end, self.ask(&domain)).await.unwrap_or(Some(unasked))
    }

    /// Makes a change rest on the register and the terms that were asked.
    pub(crate) fn rest(&self, change: Change) -> Change {
        let mut change = change;
        for (key, record) in &self.rests {
            change = match record {
                Some(record) => change.rest_on(record),
                None => change.rest_on_absence(key),
            };
        }
        change
    }
}

/// The registrable domains of the lists, each once.
fn domains(lists: &WrittenLists) -> BTreeSet<Domain> {
    let of = |interface: Interface| {
        let entries = lists.of(interface).iter();
        entries.filter_map(move |text| Some(registrable(Entry::parse(text, interface).ok()?.domain())))
    };
    Interface::ALL.into_iter().flat_map(of).collect()
}

fn terms_key() -> Result<Key, StoreError> {
    Key::of(&["platform", "filing-terms"])
}

const AT_ONCE: usize = 8;
const LONGEST: Duration = Duration::from_secs(30);
