//! What became of a socket.

use indicatif::HumanBytes;
use minigate_engine::{Closed, Way};
use minigate_policy::diagnosis::Lang;
use serde::Serialize;

use super::call::CallReport;
use super::escape::line;
use super::paint;

/// What went over a socket that was open, and how it ended.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct SocketReport {
    /// The sub-protocol that the server chose.
    pub(crate) protocol: Option<String>,
    sent: Traffic,
    received: Traffic,
    /// What `onClose` got; 1006 where nobody closed.
    pub(crate) code: u16,
    pub(crate) reason: String,
}

/// Messages one way.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Traffic {
    messages: u64,
    bytes: u64,
}

impl SocketReport {
    pub(super) fn opened(protocol: Option<String>) -> Self {
        Self {
            protocol,
            code: 1006,
            ..Self::default()
        }
    }

    pub(super) fn count(&mut self, way: Way, bytes: usize) {
        let traffic = match way {
            Way::Sent => &mut self.sent,
            Way::Received => &mut self.received,
        };
        traffic.messages += 1;
        traffic.bytes += bytes as u64;
    }

    pub(super) fn close(&mut self, closed: &Closed) {
        self.code = closed.code;
        self.reason.clone_from(&closed.reason);
    }

    /// The line for the moment at which it opened.
    pub(super) fn opening(&self, call: &CallReport, lang: Lang) -> String {
        let protocol = self.protocol.as_ref().map_or_else(String::new, |protocol| {
            format!("  {}{}{}", paint::DIM, line(protocol), paint::RESET)
        });
        format!(
            "{}{:<8}{}{:<5}{:>6.0} ms  {} {} {}{protocol}\n",
            paint::GOOD,
            lang.pick("open", "已连接"),
            paint::RESET,
            "101",
            call.took_ms,
            call.interface,
            call.method,
            line(&call.url)
        )
    }

    /// What stands under the line for its end.
    pub(super) fn below(&self, lang: Lang) -> String {
        let reason = if self.reason.is_empty() {
            String::new()
        } else {
            format!("  {}", line(&self.reason))
        };
        format!(
            "  {}{} {}{}{} {}{reason}{}\n",
            paint::DIM,
            lang.pick("sent", "已发送"),
            self.sent.text(lang),
            lang.pick(", ", "，"),
            lang.pick("received", "已接收"),
            self.received.text(lang),
            paint::RESET
        )
    }
}

impl Traffic {
    fn text(self, lang: Lang) -> String {
        let bytes = HumanBytes(self.bytes);
        match (self.messages, lang) {
            (1, Lang::En) => format!("1 message ({bytes})"),
            (messages, Lang::En) => format!("{messages} messages ({bytes})"),
            (messages, Lang::Zh) => format!("{messages} 条消息（{bytes}）"),
        }
    }
}
