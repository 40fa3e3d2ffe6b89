//! What a test says, as the prelude writes it.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use minigate_origin::{Ending, Reply};
use serde::Deserialize;

/// `t.network.answer`.
#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    pub(super) pattern: String,
    pub(super) replies: Vec<WrittenReply>,
    pub(super) times: Option<f64>,
}

/// `t.network.fail`.
#[derive(Debug, Deserialize)]
pub(super) struct Fail {
    pub(super) pattern: String,
    pub(super) how: Fault,
    pub(super) times: Option<f64>,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Fault {
    Timeout,
    Reset,
    Close,
    Tls,
    Expired,
    WrongName,
    Dns,
    ConnectTimeout,
    Refused,
    Unreachable,
}

/// `t.network.online`.
#[derive(Debug, Deserialize)]
pub(super) struct Online {
    pub(super) r#type: String,
}

/// `t.hide`.
#[derive(Debug, Deserialize)]
pub(super) struct Hide {
    pub(super) reason: u8,
}

/// `t.open` and `t.show`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Entry {
    pub(super) page: Option<String>,
    #[serde(default)]
    pub(super) query: std::collections::BTreeMap<String, String>,
    #[serde(default)]
    pub(super) scene: u32,
}

/// `t.advance`.
#[derive(Debug, Deserialize)]
pub(super) struct Advance {
    ms: f64,
}

impl Advance {
    pub(super) fn span(&self) -> Duration {
        Duration::from_secs_f64(self.ms / 1000.0)
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct WrittenReply {
    status: u16,
    delay: f64,
    header: Vec<(String, String)>,
    body: String,
    kind: BodyKind,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
enum BodyKind {
    None,
    Text,
    Bytes,
    Json,
}

impl WrittenReply {
    /// The reply; fields that can't stand in a message are left out.
    pub(super) fn reply(&self) -> Reply {
        let mut headers = HeaderMap::new();
        if let Some(kind) = self.kind.content_type() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        for (name, _) in &self.header {
            headers.remove(name.as_str());
        }
        for (name, value) in &self.header {
            let field = (HeaderName::try_from(name), HeaderValue::try_from(value));
            if let (Ok(name), Ok(value)) = field {
                headers.append(name, value);
            }
        }
        Reply {
            status: StatusCode::from_u16(self.status).unwrap_or_default(),
            headers,
            body: self.body(),
            delay: Duration::try_from_secs_f64(self.delay / 1000.0).unwrap_or(Duration::MAX),
            ..Reply::default()
        }
    }

    /// Bytes come as characters below 256.
    fn body(&self) -> Bytes {
        if self.kind == BodyKind::Bytes {
            self.body.chars().map(|c| c as u32 as u8).collect()
        } else {
            Bytes::from(self.body.clone())
        }
    }
}

impl BodyKind {
    const fn content_type(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Text => Some("text/plain; charset=utf-8"),
            Self::Bytes => Some("application/octet-stream"),
            Self::Json => Some("application/json; charset=utf-8"),
        }
    }
}

impl Fault {
    /// What becomes of a request that has come, where that is where it goes wrong.
    pub(super) fn reply(self) -> Option<Reply> {
        let (delay, ending) = match self {
            Self::Timeout => (Duration::MAX, Ending::Answered),
            Self::Reset => (Duration::ZERO, Ending::Reset),
            Self::Close => (Duration::ZERO, Ending::Closed),
            _ => return None,
        };
        Some(Reply {
            delay,
            ending,
            ..Reply::default()
        })
    }
}
