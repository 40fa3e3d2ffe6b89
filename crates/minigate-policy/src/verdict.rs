//! What was found about a call, as a value.

use std::fmt;
use std::net::IpAddr;
use std::time::SystemTime;

use serde::{Serialize, Serializer};

use crate::{
    AddressClass, AppId, Domain, DomainError, Entry, Era, Interface, Nearest, Platform, Proposal, Release,
    Rule, Scheme, TargetError,
};

/// Everything that the judgement of a call found.
///
/// The run time, the command line, the panel and the console all show this one value.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Verdict {
    /// The interface that was called.
    pub interface: Interface,
    /// The URL as the app or the redirecting server wrote it.
    pub url: String,
    /// Scheme, host and written port, where the URL could be read.
    pub origin: Option<String>,
    /// 0 for the call itself, 1 for the first redirect …
    pub hop: usize,
    /// The era of the profile.
    pub era: Era,
    /// The platform of the profile.
    pub platform: Platform,
    /// The app's ID: lists belong to it.
    pub app: AppId,
    /// The release that called.
    pub release: Release,
    /// What was found.
    pub finding: Finding,
    /// The list that was consulted.
    pub list: ListConsulted,
    /// Entries that come near, the nearest first.
    pub nearest: Vec<Nearest>,
    /// What would cure a refusal, the simplest first.
    pub proposals: Vec<Proposal>,
}

/// The outcome of a judgement.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Finding {
    /// An entry allows it.
    Listed {
        /// The entry.
        entry: Entry,
    },
    /// It goes to a neighbour in the device's own subnet, which needs no entry.
    Lan {
        /// The neighbour.
        address: IpAddr,
    },
    /// It breaks a rule and passes only because the check is skipped (rules S1 to S3).
    Spared {
        /// What would have refused it.
        reason: Reason,
    },
    /// It may not leave.
    Refused {
        /// Why not.
        reason: Reason,
    },
}

/// The list that a judgement looked at.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct ListConsulted {
    /// Whose list it is.
    pub interface: Interface,
    /// How many entries it has.
    pub entries: usize,
    /// The name of its version.
    pub version: Option<String>,
    /// When it was fetched, where it comes from elsewhere; in seconds since 1970 where it is written as JSON.
    #[serde(serialize_with = "seconds")]
    pub fetched_at: Option<SystemTime>,
}

fn seconds<S: Serializer>(moment: &Option<SystemTime>, serializer: S) -> Result<S::Ok, S::Error> {
    let since = moment.and_then(|moment| moment.duration_since(SystemTime::UNIX_EPOCH).ok());
    since.map(|span| span.as_secs()).serialize(serializer)
}

/// Why a call may not leave: one variant for each way to break a rule, with what was seen.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Reason {
    /// The text is no URL that could be called.
    InvalidUrl {
        /// What is wrong with it.
        error: TargetError,
    },
    /// The host is nobody's to call (rule D6).
    ReservedHost {
        /// The host.
        host: String,
    },
    /// The host is blocked for every app (rule D2).
    Blocked {
        /// The host.
        host: String,
        /// The blocked domain, which the host is or is below.
        by: String,
    },
    /// There are no lists: they couldn't be had (rule D2).
    NoLists {
        /// From where.
        source: String,
    },
    /// The host is an address, this machine, or no registered name (rule D4).
    NoDomain {
        /// What it is.
        error: DomainError,
    },
    /// The scheme is not the interface's (rule D3).
    WrongScheme {
        /// The scheme of the URL.
        found: String,
        /// The scheme of the interface.
        required: Scheme,
    },
    /// The origin is not on the interface's list (rule D1).
    NotListed {
        /// The domain.
        domain: Domain,
        /// The port that the URL writes.
        port: Option<u16>,
    },
    /// The name resolves to addresses that are not public (rule D4).
    PrivateAddress {
        /// The host.
        host: String,
        /// The addresses that are not public, each with its class.
        addresses: Vec<(IpAddr, AddressClass)>,
        /// How many of the answers are public.
        public: usize,
    },
    /// The call was redirected too often.
    TooManyRedirects {
        /// How often is allowed.
        limit: usize,
    },
}

impl Reason {
    /// The rule that is broken.
    #[must_use]
    pub const fn rule(&self) -> Rule {
        match self {
            Self::InvalidUrl {
                error: TargetError::UnknownScheme { .. },
            }
            | Self::WrongScheme { .. } => Rule::D3,
            Self::InvalidUrl { .. } | Self::NotListed { .. } | Self::TooManyRedirects { .. } => Rule::D1,
            Self::Blocked { .. } | Self::NoLists { .. } => Rule::D2,
            Self::ReservedHost { .. } => Rule::D6,
            Self::NoDomain { .. } | Self::PrivateAddress { .. } => Rule::D4,
        }
    }

    /// Whether skipping the check (rule S1) lets the call pass all the same.
    #[must_use]
    pub(crate) const fn can_be_spared(&self) -> bool {
        matches!(
            self,
            Self::NoDomain { .. } | Self::WrongScheme { .. } | Self::NotListed { .. }
        )
    }
}

impl Verdict {
    /// What broke a rule, be it refused or spared.
    #[must_use]
    pub const fn reason(&self) -> Option<&Reason> {
        match &self.finding {
            Finding::Spared { reason } | Finding::Refused { reason } => Some(reason),
            Finding::Listed { .. } | Finding::Lan { .. } => None,
        }
    }

    /// Whether the call may leave.
    #[must_use]
    pub const fn is_allowed(&self) -> bool {
        !matches!(self.finding, Finding::Refused { .. })
    }
}

/// A call that may not leave.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub struct Denial {
    verdict: Box<Verdict>,
    reason: Reason,
}

impl Denial {
    pub(crate) fn new(mut verdict: Verdict, reason: Reason) -> Self {
        verdict.finding = Finding::Refused {
            reason: reason.clone(),
        };
        Self {
            verdict: Box::new(verdict),
            reason,
        }
    }

    /// The rule that is broken.
    #[must_use]
    pub const fn rule(&self) -> Rule {
        self.reason.rule()
    }

    /// Why the call may not leave.
    #[must_use]
    pub const fn reason(&self) -> &Reason {
        &self.reason
    }

    /// Everything that was found.
    #[must_use]
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = crate::diagnosis::tell(&self.verdict, crate::diagnosis::Lang::En);
        write!(f, "{}: {}", self.rule(), told.headline)
    }
}
