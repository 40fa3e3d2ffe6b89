//! What can be wrong, with what was seen.

use minigate_policy::diagnosis::{Diagnosis, Lang, Severity};
use minigate_policy::{EntryError, Interface, Platform, Reason, Rule, TargetError, Verdict};
use serde::Serialize;

use crate::check::Check;
use crate::place::Place;
use crate::tell;
use crate::tree::Unread;

/// Something that is wrong: one variant for each way.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Fault {
    /// The platform's API is named.
    ReservedHost,
    /// A text looks like an AppSecret.
    Secret {
        /// What it is called.
        name: String,
    },
    /// A call sets the referer.
    Referer {
        /// As it is spelled.
        name: String,
    },
    /// An answer's status isn't looked at.
    StatusUnread {
        /// The interface that is called.
        interface: Interface,
    },
    /// The text of an upload's answer is used as an object.
    UploadDataUnparsed {
        /// The member that is wanted of it.
        member: String,
    },
    /// A call is made when the app is hidden.
    CallWhileHiding {
        /// What runs then: `onHide`, `wx.onAppHide` …
        handler: String,
        /// The interface that is called.
        interface: Interface,
        /// The call, where it is elsewhere.
        called_at: Option<Place>,
        /// How long what is under way may still take, in ms.
        grace_ms: u64,
    },
    /// Nothing ever closes a socket.
    SocketUnclosed {
        /// How many an app may have.
        limit: usize,
    },
    /// `urlCheck` is `false`.
    CheckTurnedOff,
    /// A medium is loaded without TLS.
    MediaWithoutTls {
        /// The tag.
        tag: String,
        /// The attribute.
        attribute: String,
        /// The URL.
        url: String,
    },
    /// A file wasn't looked at.
    Unread {
        /// Why.
        why: Unread,
    },
    /// A comment allows something without a reason.
    AllowanceUnreasoned,
    /// A comment allows what isn't there.
    AllowanceUnused {
        /// What it names.
        code: String,
    },
    /// Of the URL of a call.
    #[serde(untagged)]
    Url(UrlFault),
    /// Of a domain list.
    #[serde(untagged)]
    List(ListFault),
    /// Of a time-out.
    #[serde(untagged)]
    Timeout(TimeoutFault),
}

/// What is wrong with the URL of a call.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum UrlFault {
    /// A release would refuse the call.
    Refused {
        /// What the judgement found.
        verdict: Box<Verdict>,
        /// On which platforms.
        platforms: Vec<Platform>,
        /// Whether that is all of them.
        is_everywhere: bool,
        /// Where the URL begins, where that is elsewhere.
        written_at: Option<Place>,
        /// Whether the URL is one of several, of which a condition picks.
        is_one_of_several: bool,
    },
    /// The URL of a call can't be told.
    #[serde(rename = "url-unknown")]
    Unknown {
        /// The interface that is called.
        interface: Interface,
        /// Whether other values of it are known.
        is_partly_known: bool,
    },
}

/// What is wrong with a domain list.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ListFault {
    /// An entry of a list can't be configured.
    EntryInvalid {
        /// Whose list it is.
        interface: Interface,
        /// The entry.
        text: String,
        /// What is wrong with it.
        error: EntryError,
    },
    /// A list has too many entries.
    #[serde(rename = "too-many-entries")]
    TooMany {
        /// Whose list it is.
        interface: Interface,
        /// How many different ones there are.
        found: usize,
        /// How many there may be.
        limit: usize,
    },
    /// No domain is configured.
    #[serde(rename = "no-lists")]
    Missing {
        /// How many calls couldn't be compared.
        calls: usize,
    },
}

/// What is wrong with a time-out.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TimeoutFault {
    /// A time-out is longer than the longest.
    #[serde(rename = "timeout-too-long")]
    TooLong {
        /// What sets it: `networkTimeout.request`, `timeout`.
        member: String,
        /// In ms.
        found_ms: f64,
        /// In ms.
        longest_ms: u64,
    },
    /// A time-out is no positive number.
    #[serde(rename = "timeout-ineffective")]
    Ineffective {
        /// What sets it.
        member: String,
        /// As it is written.
        written: String,
    },
    /// A member of `networkTimeout` that belongs to no interface.
    #[serde(rename = "timeout-of-nothing")]
    OfNothing {
        /// Its name.
        name: String,
    },
}

impl Fault {
    /// What was looked for.
    #[must_use]
    pub fn check(&self) -> Check {
        match self {
            Self::Url(UrlFault::Refused { verdict, .. }) => {
                verdict.reason().map_or(Check::UrlInvalid, refused)
            }
            Self::Url(UrlFault::Unknown { .. }) => Check::UrlUnknown,
            Self::ReservedHost => Check::HostReserved,
            Self::Secret { .. } => Check::SecretInSource,
            Self::List(ListFault::EntryInvalid { .. }) => Check::ListEntryInvalid,
            Self::List(ListFault::TooMany { .. }) => Check::ListTooLong,
            Self::List(ListFault::Missing { .. }) => Check::ListsMissing,
            Self::Referer { .. } => Check::RefererSet,
            Self::StatusUnread { .. } => Check::StatusUnread,
            Self::UploadDataUnparsed { .. } => Check::UploadDataUnparsed,
            Self::Timeout(TimeoutFault::TooLong { .. }) => Check::TimeoutTooLong,
            Self::Timeout(TimeoutFault::Ineffective { .. } | TimeoutFault::OfNothing { .. }) => {
                Check::TimeoutIneffective
            }
            Self::CallWhileHiding { .. } => Check::CallWhileHiding,
            Self::SocketUnclosed { .. } => Check::SocketUnclosed,
            Self::CheckTurnedOff => Check::CheckTurnedOff,
            Self::MediaWithoutTls { .. } => Check::MediaWithoutTls,
            Self::Unread { .. } => Check::FileUnread,
            Self::AllowanceUnreasoned => Check::AllowanceUnreasoned,
            Self::AllowanceUnused { .. } => Check::AllowanceUnused,
        }
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self {
            Self::Url(UrlFault::Refused {
                is_one_of_several: true,
                ..
            }) => Severity::Warn,
            Self::Url(UrlFault::Refused { .. })
            | Self::ReservedHost
            | Self::Secret { .. }
            | Self::List(ListFault::EntryInvalid { .. } | ListFault::TooMany { .. })
            | Self::UploadDataUnparsed { .. } => Severity::Fail,
            Self::Url(UrlFault::Unknown { .. })
            | Self::List(ListFault::Missing { .. })
            | Self::AllowanceUnused { .. } => Severity::Note,
            Self::Unread { why: Unread::Link } => Severity::Note,
            Self::Referer { .. }
            | Self::StatusUnread { .. }
            | Self::Timeout(_)
            | Self::CallWhileHiding { .. }
            | Self::SocketUnclosed { .. }
            | Self::CheckTurnedOff
            | Self::MediaWithoutTls { .. }
            | Self::Unread { .. }
            | Self::AllowanceUnreasoned => Severity::Warn,
        }
    }

    pub(crate) fn tell(&self, lang: Lang) -> Diagnosis {
        match lang {
            Lang::En => tell::en(self),
            Lang::Zh => tell::zh(self),
        }
    }
}

fn refused(reason: &Reason) -> Check {
    match reason {
        Reason::InvalidUrl {
            error: TargetError::UnknownScheme { .. },
        }
        | Reason::WrongScheme { .. } => Check::SchemeWrong,
        Reason::NotListed { .. } | Reason::Blocked { .. } | Reason::NoLists { .. } => Check::DomainNotListed,
        Reason::ReservedHost { .. } => Check::HostReserved,
        Reason::NoDomain { .. } | Reason::PrivateAddress { .. } => Check::HostAddress,
        _ => Check::UrlInvalid,
    }
}

/// The rule that an entry breaks.
pub(crate) const fn rule_of(error: &EntryError) -> Rule {
    match error {
        EntryError::SchemeMissing { .. } | EntryError::WrongScheme { .. } => Rule::D3,
        EntryError::Domain { .. } => Rule::D4,
        EntryError::Reserved { .. } => Rule::D6,
        _ => Rule::D1,
    }
}
