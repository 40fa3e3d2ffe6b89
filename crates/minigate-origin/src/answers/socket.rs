//! The `give.socket` of an answer, as written.

use serde::Deserialize;

use super::json;
use crate::talk::{Goodbye, Said, Talk, TalkReply};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Socket {
    protocol: Option<String>,
    #[serde(default)]
    greet: Vec<Written>,
    #[serde(default)]
    replies: Vec<WrittenReply>,
    #[serde(default)]
    echo: bool,
    close: Option<Close>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenReply {
    to: Written,
    #[serde(default)]
    send: Vec<Written>,
    close: Option<WrittenGoodbye>,
}

/// A text, a list of bytes, or a table that is sent as JSON.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a text, a list of bytes, or a table")]
enum Written {
    Text(String),
    Bytes(Vec<u8>),
    Json(toml::Table),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Close {
    #[serde(default)]
    after: u64,
    #[serde(default = "normal")]
    code: u16,
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenGoodbye {
    #[serde(default = "normal")]
    code: u16,
    #[serde(default)]
    reason: String,
}

const fn normal() -> u16 {
    1000
}

impl Socket {
    pub(super) fn understand(self) -> Talk {
        let close_after = self.close.as_ref().map(|close| close.after);
        let close = self
            .close
            .map(|Close { code, reason, .. }| Goodbye { code, reason });
        Talk {
            protocol: self.protocol,
            greet: self.greet.into_iter().map(Written::understand).collect(),
            replies: self.replies.into_iter().map(WrittenReply::understand).collect(),
            echo: self.echo,
            close_after,
            close: close.unwrap_or_default(),
        }
    }

    /// A code that no side may send (RFC 6455 §7.4), or a reason that doesn't fit a frame.
    pub(super) fn wrong_close(&self) -> Option<(u16, usize)> {
        let own = self.close.iter().map(|close| (close.code, close.reason.len()));
        let replies = self.replies.iter().filter_map(|reply| reply.close.as_ref());
        own.chain(replies.map(|close| (close.code, close.reason.len())))
            .find(|(code, length)| !is_sendable(*code) || *length > LONGEST_REASON)
    }
}

const fn is_sendable(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}

impl WrittenReply {
    fn understand(self) -> TalkReply {
        TalkReply {
            to: self.to.understand(),
            send: self.send.into_iter().map(Written::understand).collect(),
            close: self
                .close
                .map(|WrittenGoodbye { code, reason }| Goodbye { code, reason }),
        }
    }
}

impl Written {
    fn understand(self) -> Said {
        match self {
            Self::Text(text) => Said::Text(text),
            Self::Bytes(bytes) => Said::Bytes(bytes.into()),
            Self::Json(table) => Said::Text(json::of(toml::Value::Table(table)).to_string()),
        }
    }
}

const LONGEST_REASON: usize = 123;
