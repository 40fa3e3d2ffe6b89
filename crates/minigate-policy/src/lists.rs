//! The four lists of an app, and the two shapes in which they are written.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::{Allowlist, Domain, Interface, ListError, Profile};

/// The four domain lists of an app.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DomainLists {
    lists: [Allowlist; 4],
    version: Option<String>,
    fetched_at: Option<SystemTime>,
    blocked: Arc<BTreeSet<String>>,
    missing_from: Option<String>,
}

impl DomainLists {
    /// Lists that allow nothing.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            lists: Interface::ALL.map(Allowlist::empty),
            version: None,
            fetched_at: None,
            blocked: Arc::default(),
            missing_from: None,
        }
    }

    /// Lists that couldn't be had from where they come from: they allow nothing, and each refusal says so.
    #[must_use]
    pub fn missing(source: impl Into<String>) -> Self {
        Self {
            missing_from: Some(source.into()),
            ..Self::empty()
        }
    }

    /// Reads the four lists, each of at most `limit` domains, nobody's host being reserved but the platform's.
    ///
    /// # Errors
    /// [`ListsError`] with the fault of every list that has one.
    pub fn parse(written: &WrittenLists, limit: usize) -> Result<Self, ListsError> {
        Self::parse_for(
            written,
            &Profile {
                domains_per_interface: limit,
                ..Profile::default()
            },
        )
    }

    /// Reads the four lists under the limits of a profile (rules D3, D4, D6 and D7).
    ///
    /// # Errors
    /// [`ListsError`] with the fault of every list that has one.
    pub fn parse_for(written: &WrittenLists, profile: &Profile) -> Result<Self, ListsError> {
        let parsed = Interface::ALL.map(|interface| {
            let texts = written.of(interface);
            Allowlist::parse(
                interface,
                texts,
                profile.domains_per_interface,
                &profile.reserved_hosts,
            )
        });
        let mut errors = Vec::new();
        let lists = parsed.map(|list| {
            list.unwrap_or_else(|error| {
                let interface = error.interface();
                errors.push(error);
                Allowlist::empty(interface)
            })
        });
        if errors.is_empty() {
            Ok(Self {
                lists,
                ..Self::empty()
            })
        } else {
            Err(ListsError(errors))
        }
    }

    /// The same lists under a name for their version, which verdicts then mention.
    #[must_use]
    pub fn with_version(self, version: impl Into<String>) -> Self {
        Self {
            version: Some(version.into()),
            ..self
        }
    }

    /// The same lists, of which somebody else said at this moment that they are the newest.
    #[must_use]
    pub fn with_fetched_at(self, moment: SystemTime) -> Self {
        Self {
            fetched_at: Some(moment),
            ..self
        }
    }

    /// The same lists below a block: these domains and all that is below them can't be called, whatever is listed and
    /// whatever check is skipped (rule D2).
    #[must_use]
    pub fn with_blocked(self, domains: impl IntoIterator<Item = Domain>) -> Self {
        let blocked = domains.into_iter().map(|domain| domain.as_str().to_owned());
        Self {
            blocked: Arc::new(blocked.collect()),
            ..self
        }
    }

    /// The blocked domain that a host is, or is below.
    pub(crate) fn block_of(&self, host: &str) -> Option<&str> {
        let mut name = host.trim_end_matches('.');
        loop {
            if let Some(blocked) = self.blocked.get(name) {
                return Some(blocked);
            }
            name = name.split_once('.')?.1;
        }
    }

    /// Where the lists couldn't be had from.
    pub(crate) fn missing_from(&self) -> Option<&str> {
        self.missing_from.as_deref()
    }

    /// The list of an interface.
    #[must_use]
    pub fn of(&self, interface: Interface) -> &Allowlist {
        let [request, upload, download, socket] = &self.lists;
        match interface {
            Interface::Request => request,
            Interface::UploadFile => upload,
            Interface::DownloadFile => download,
            Interface::ConnectSocket => socket,
        }
    }

    /// The name of this version of the lists.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// When somebody else last said that they are the newest.
    #[must_use]
    pub const fn fetched_at(&self) -> Option<SystemTime> {
        self.fetched_at
    }
}

/// Lists that can't be taken.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct ListsError(pub Vec<ListError>);

impl ListError {
    /// The interface whose list it is.
    #[must_use]
    pub const fn interface(&self) -> Interface {
        match self {
            Self::Entries { interface, .. } | Self::TooMany { interface, .. } => *interface,
        }
    }
}

/// The lists as a configuration file has them: an array for each interface, by its name.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct WrittenLists {
    /// Domains of `wx.request`.
    pub request: Vec<String>,
    /// Domains of `wx.uploadFile`.
    pub upload_file: Vec<String>,
    /// Domains of `wx.downloadFile`.
    pub download_file: Vec<String>,
    /// Domains of `wx.connectSocket`.
    pub connect_socket: Vec<String>,
}

impl WrittenLists {
    /// The entries written for an interface.
    #[must_use]
    pub fn of(&self, interface: Interface) -> &[String] {
        match interface {
            Interface::Request => &self.request,
            Interface::UploadFile => &self.upload_file,
            Interface::DownloadFile => &self.download_file,
            Interface::ConnectSocket => &self.connect_socket,
        }
    }

    /// The same, to be changed.
    pub const fn of_mut(&mut self, interface: Interface) -> &mut Vec<String> {
        match interface {
            Interface::Request => &mut self.request,
            Interface::UploadFile => &mut self.upload_file,
            Interface::DownloadFile => &mut self.download_file,
            Interface::ConnectSocket => &mut self.connect_socket,
        }
    }
}

/// The lists in the shape of the platform's server API (`/wxa/modify_domain`, `/wxa/getwxadevinfo` …).
///
/// The answer's other members are passed over; where it holds the lists that are in effect
/// (`/wxa/get_effective_domain`), those are taken.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct PlatformLists {
    requestdomain: Vec<String>,
    wsrequestdomain: Vec<String>,
    uploaddomain: Vec<String>,
    downloaddomain: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    effective_domain: Option<Box<PlatformLists>>,
}

impl From<WrittenLists> for PlatformLists {
    fn from(written: WrittenLists) -> Self {
        Self {
            requestdomain: written.request,
            wsrequestdomain: written.connect_socket,
            uploaddomain: written.upload_file,
            downloaddomain: written.download_file,
            effective_domain: None,
        }
    }
}

impl From<PlatformLists> for WrittenLists {
    fn from(platform: PlatformLists) -> Self {
        match platform.effective_domain {
            Some(effective) => (*effective).into(),
            None => Self {
                request: platform.requestdomain,
                upload_file: platform.uploaddomain,
                download_file: platform.downloaddomain,
                connect_socket: platform.wsrequestdomain,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d1_each_interface_has_a_list_of_its_own() {
        let written = WrittenLists {
            request: vec!["https://a.com".into()],
            connect_socket: vec!["wss://s.com".into()],
            ..WrittenLists::default()
        };

        let lists = DomainLists::parse(&written, 20).unwrap();

        assert_eq!(lists.of(Interface::Request).entries().len(), 1);
        assert_eq!(lists.of(Interface::UploadFile).entries().len(), 0);
        assert_eq!(lists.of(Interface::ConnectSocket).entries().len(), 1);
    }

    #[test]
    fn d3_the_faults_of_every_list_are_named() {
        let written = WrittenLists {
            request: vec!["wss://a.com".into()],
            connect_socket: vec!["https://s.com".into()],
            ..WrittenLists::default()
        };

        let error = DomainLists::parse(&written, 20).unwrap_err();

        assert_eq!(error.0.len(), 2);
    }
}
