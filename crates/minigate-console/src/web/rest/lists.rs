//! Domain lists, and what is said of their entries, as programs see them.

use minigate_policy::diagnosis::Lang;
use minigate_policy::{Interface, WrittenLists};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::bulk::{Fault, Format};
use crate::text::Text;
use crate::web::failure::{Cause, Failure};

/// The domain lists of an app, one for each interface; a list that is left out is empty.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Lists {
    /// What `wx.request` may call.
    #[schema(max_items = 10000, example = json!(["https://api.example.com"]))]
    request: Vec<String>,
    /// What `wx.uploadFile` may call.
    #[schema(max_items = 10000, example = json!(["https://files.example.com"]))]
    upload_file: Vec<String>,
    /// What `wx.downloadFile` may call.
    #[schema(max_items = 10000, example = json!(["https://files.example.com"]))]
    download_file: Vec<String>,
    /// What `wx.connectSocket` may call.
    #[schema(max_items = 10000, example = json!(["wss://push.example.com"]))]
    connect_socket: Vec<String>,
}

/// One of the four interfaces that have a domain list.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum OfInterface {
    Request,
    UploadFile,
    DownloadFile,
    ConnectSocket,
}

/// How lists are written down as a text.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum FormatOf {
    /// Entries of one interface, one a line.
    Lines,
    /// The platform's server API: `requestdomain`, `wsrequestdomain` and so on.
    Platform,
    /// As everywhere else in this API: `request`, `uploadFile` and so on.
    Lists,
    /// `interface,entry`.
    Csv,
}

/// What is wrong with an entry, in the request's language.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct FaultOf {
    /// The rule that it breaks; null where it is none of the platform's.
    #[schema(example = "D3")]
    rule: Option<String>,
    /// What is wrong.
    reason: String,
    /// What to do.
    remedy: String,
}

impl From<WrittenLists> for Lists {
    fn from(lists: WrittenLists) -> Self {
        Self {
            request: lists.request,
            upload_file: lists.upload_file,
            download_file: lists.download_file,
            connect_socket: lists.connect_socket,
        }
    }
}

impl From<Lists> for WrittenLists {
    fn from(lists: Lists) -> Self {
        Self {
            request: lists.request,
            upload_file: lists.upload_file,
            download_file: lists.download_file,
            connect_socket: lists.connect_socket,
        }
    }
}

impl From<Interface> for OfInterface {
    fn from(interface: Interface) -> Self {
        match interface {
            Interface::Request => Self::Request,
            Interface::UploadFile => Self::UploadFile,
            Interface::DownloadFile => Self::DownloadFile,
            Interface::ConnectSocket => Self::ConnectSocket,
        }
    }
}

impl From<OfInterface> for Interface {
    fn from(interface: OfInterface) -> Self {
        match interface {
            OfInterface::Request => Self::Request,
            OfInterface::UploadFile => Self::UploadFile,
            OfInterface::DownloadFile => Self::DownloadFile,
            OfInterface::ConnectSocket => Self::ConnectSocket,
        }
    }
}

impl FormatOf {
    /// With the interface, without which lines mean nothing.
    pub(super) fn with(self, interface: Option<OfInterface>) -> Result<Format, Failure> {
        match (self, interface) {
            (Self::Lines, Some(interface)) => Ok(Format::Lines(interface.into())),
            (Self::Lines, None) => Err(Cause::unfit(NO_INTERFACE)),
            (Self::Platform, _) => Ok(Format::Platform),
            (Self::Lists, _) => Ok(Format::Lists),
            (Self::Csv, _) => Ok(Format::Csv),
        }
    }
}

impl FaultOf {
    pub(super) fn of(fault: &Fault, lang: Lang) -> Self {
        Self {
            rule: fault.rule.map(|rule| rule.id().to_owned()),
            reason: fault.reason(lang).to_owned(),
            remedy: fault.remedy(lang).to_owned(),
        }
    }
}

const NO_INTERFACE: Text = Text(
    "with the format `lines`, `interface` is needed",
    "格式为 `lines` 时需要 `interface`",
);
