//! What only minigate knows of an exchange, in the field `_minigate`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What only minigate knows of an exchange.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Facts {
    /// The call's name in the log; its hops share it.
    pub call: String,
    /// Which hop of the call it is, from 0.
    pub hop: usize,
    /// `request`, `uploadFile`, `downloadFile` or `connectSocket`.
    pub interface: String,
    /// What the judgement found.
    pub verdict: Value,
    /// The rule that was broken.
    pub rule: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// Whether it got as far as to look for a connection.
    pub left: bool,
    /// What the app's `fail` callback got.
    pub err_msg: Option<String>,
    /// The platform's number for it.
    pub errno: Option<u32>,
    /// Why there was no answer, or no whole one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mishap: Option<Mishap>,
    /// The certificate's fault that only the skipped check let pass (rule S3).
    #[serde(skip_serializing_if = "Value::is_null")]
    pub spared: Value,
    /// The addresses of the host.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<String>,
    /// The charset of a text that isn't UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charset: Option<String>,
    /// How many byte order marks led the text.
    #[serde(skip_serializing_if = "is_zero")]
    pub byte_order_marks: usize,
    /// Whether the body of the answer is longer than what is kept of it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

impl Default for Facts {
    fn default() -> Self {
        Self {
            call: String::new(),
            hop: 0,
            interface: String::new(),
            verdict: Value::Null,
            rule: None,
            outcome: Outcome::default(),
            left: true,
            err_msg: None,
            errno: None,
            mishap: None,
            spared: Value::Null,
            addresses: Vec::new(),
            charset: None,
            byte_order_marks: 0,
            cut: false,
        }
    }
}

/// What became of an exchange.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// An answer.
    #[default]
    Answered,
    /// An answer that points elsewhere, where the call went.
    Redirected,
    /// A rule forbade it.
    Refused,
    /// No answer, or no whole one.
    Failed,
    /// The app ended it.
    Aborted,
    /// It was under way when the recording ended.
    Pending,
}

/// How an exchange went wrong on the network.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Mishap {
    /// The name has no address.
    Unresolved {
        /// What the system said; nothing where the name doesn't exist.
        reason: Option<String>,
    },
    /// No address took the connection.
    NotConnected {
        /// How it failed: `connection refused` and so on.
        how: String,
        /// The last address that was tried, with its port.
        #[serde(default)]
        peer: String,
    },
    /// TLS couldn't be set up.
    Insecure {
        /// What was wrong.
        fault: Value,
    },
    /// The answer was cut off or broke the protocol.
    Broken {
        /// `empty`, `truncated`, `reset` or another.
        how: String,
        /// What the parser said.
        reason: Option<String>,
    },
    /// Nothing more came, until the call was ended.
    Silence {
        /// What it waited for: `resolve`, `connect`, `handshake`, `head` or `body`.
        #[serde(default)]
        phase: String,
    },
}

const fn is_zero(number: &usize) -> bool {
    *number == 0
}
