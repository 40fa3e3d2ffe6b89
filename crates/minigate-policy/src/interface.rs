//! What differs between the four interfaces.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One of the four ways in which an app reaches the network.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Interface {
    /// `wx.request`.
    Request,
    /// `wx.uploadFile`.
    UploadFile,
    /// `wx.downloadFile`.
    DownloadFile,
    /// `wx.connectSocket`.
    ConnectSocket,
}

impl Interface {
    /// The four interfaces, in the guide's order.
    pub const ALL: [Self; 4] = [
        Self::Request,
        Self::UploadFile,
        Self::DownloadFile,
        Self::ConnectSocket,
    ];

    /// The platform's name of it, which also opens every `errMsg`: `request`, `uploadFile` …
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::UploadFile => "uploadFile",
            Self::DownloadFile => "downloadFile",
            Self::ConnectSocket => "connectSocket",
        }
    }

    /// The only scheme that its domains and URLs may have (rule D3).
    #[must_use]
    pub const fn scheme(self) -> Scheme {
        match self {
            Self::ConnectSocket => Scheme::Wss,
            Self::Request | Self::UploadFile | Self::DownloadFile => Scheme::Https,
        }
    }

    /// Whether an entry of its list is for one port (HTTPS) or for every port of the host (WebSocket).
    #[must_use]
    pub const fn compares_ports(self) -> bool {
        matches!(self.scheme(), Scheme::Https)
    }
}

impl fmt::Display for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text is none of the four interfaces' names.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{0}` is not an interface: use request, uploadFile, downloadFile or connectSocket")]
pub struct UnknownInterface(String);

impl FromStr for Interface {
    type Err = UnknownInterface;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|interface| interface.name().eq_ignore_ascii_case(name))
            .ok_or_else(|| UnknownInterface(name.to_owned()))
    }
}

/// A URL scheme that an interface can speak.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// HTTP without TLS; only in the local network or with checks skipped.
    Http,
    /// HTTP over TLS.
    Https,
    /// WebSocket without TLS; only in the local network or with checks skipped.
    Ws,
    /// WebSocket over TLS.
    Wss,
}

impl Scheme {
    /// The scheme as it stands in a URL, without the colon.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Ws => "ws",
            Self::Wss => "wss",
        }
    }

    /// The port that a URL without one means.
    #[must_use]
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Http | Self::Ws => 80,
            Self::Https | Self::Wss => 443,
        }
    }

    /// Whether a connection of this scheme runs over TLS.
    #[must_use]
    pub const fn is_secure(self) -> bool {
        matches!(self, Self::Https | Self::Wss)
    }

    /// The scheme of that name, whatever its letter case.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        [Self::Http, Self::Https, Self::Ws, Self::Wss]
            .into_iter()
            .find(|scheme| scheme.name().eq_ignore_ascii_case(name))
    }

    /// Whether both belong to the same protocol, with or without TLS.
    #[must_use]
    pub const fn is_kin_of(self, other: Self) -> bool {
        matches!(self, Self::Http | Self::Https) == matches!(other, Self::Http | Self::Https)
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
