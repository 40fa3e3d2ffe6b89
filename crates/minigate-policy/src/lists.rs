//! The four lists of an app, and the two shapes in which they are written.

use serde::{Deserialize, Serialize};

use crate::{Allowlist, Interface, ListError, Profile};

/// The four domain lists of an app.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DomainLists {
    lists: [Allowlist; 4],
    version: Option<String>,
}

impl DomainLists {
    /// Lists that allow nothing.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            lists: Interface::ALL.map(Allowlist::empty),
            version: None,
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
            Ok(Self { lists, version: None })
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
