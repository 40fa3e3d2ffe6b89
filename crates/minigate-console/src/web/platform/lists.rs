//! An app's lists as the platform's API has them: six, of which four are ours.

use minigate_policy::{Interface, WrittenLists};
use serde::{Deserialize, Serialize};

/// The lists. Those for UDP and TCP are always empty: no app here has such an interface.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub(super) struct Lists {
    requestdomain: Vec<String>,
    wsrequestdomain: Vec<String>,
    uploaddomain: Vec<String>,
    downloaddomain: Vec<String>,
    udpdomain: Vec<String>,
    tcpdomain: Vec<String>,
}

/// The lists after a change, and what of it couldn't be used.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub(super) struct Changed {
    #[serde(flatten)]
    pub(super) lists: Lists,
    #[serde(flatten)]
    pub(super) unused: Unused,
}

/// What couldn't be used.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub(super) struct Unused {
    pub(super) invalid_requestdomain: Vec<String>,
    pub(super) invalid_wsrequestdomain: Vec<String>,
    pub(super) invalid_uploaddomain: Vec<String>,
    pub(super) invalid_downloaddomain: Vec<String>,
    pub(super) invalid_udpdomain: Vec<String>,
    pub(super) invalid_tcpdomain: Vec<String>,
    /// Entries whose domains have no filing (rule D5).
    pub(super) no_icp_domain: Vec<String>,
}

/// Lists as they are asked for; one that isn't named isn't changed.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Asked {
    pub(super) action: Option<String>,
    requestdomain: Option<Vec<String>>,
    wsrequestdomain: Option<Vec<String>>,
    uploaddomain: Option<Vec<String>>,
    downloaddomain: Option<Vec<String>>,
    pub(super) udpdomain: Option<Vec<String>>,
    pub(super) tcpdomain: Option<Vec<String>>,
}

impl From<WrittenLists> for Lists {
    fn from(lists: WrittenLists) -> Self {
        Self {
            requestdomain: lists.request,
            wsrequestdomain: lists.connect_socket,
            uploaddomain: lists.upload_file,
            downloaddomain: lists.download_file,
            ..Self::default()
        }
    }
}

impl Asked {
    pub(super) fn of(&self, interface: Interface) -> Option<&[String]> {
        let list = match interface {
            Interface::Request => &self.requestdomain,
            Interface::UploadFile => &self.uploaddomain,
            Interface::DownloadFile => &self.downloaddomain,
            Interface::ConnectSocket => &self.wsrequestdomain,
        };
        list.as_deref()
    }
}

impl Unused {
    pub(super) fn of(&mut self, interface: Interface) -> &mut Vec<String> {
        match interface {
            Interface::Request => &mut self.invalid_requestdomain,
            Interface::UploadFile => &mut self.invalid_uploaddomain,
            Interface::DownloadFile => &mut self.invalid_downloaddomain,
            Interface::ConnectSocket => &mut self.invalid_wsrequestdomain,
        }
    }
}
