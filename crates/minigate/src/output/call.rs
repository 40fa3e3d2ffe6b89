//! One call as one line.

use indicatif::HumanBytes;
use minigate_policy::Rule;
use minigate_policy::diagnosis::Lang;
use serde::Serialize;
use url::Url;

use super::socket::SocketReport;
use super::{details, escape::line, paint};

/// What became of a call.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CallReport {
    pub(crate) id: String,
    pub(crate) interface: &'static str,
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) end: End,
    /// The status of the answer.
    pub(crate) status: Option<u16>,
    /// The rule that was broken.
    pub(crate) rule: Option<Rule>,
    /// What the app's `fail` callback got.
    pub(crate) err_msg: Option<String>,
    pub(crate) errno: Option<u32>,
    pub(crate) headline: Option<String>,
    pub(crate) seen: Vec<String>,
    pub(crate) remedies: Vec<String>,
    /// Where in the console an entry can be proposed that cures it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) propose: Option<Url>,
    /// Each redirect that was followed.
    pub(crate) redirects: Vec<RedirectReport>,
    /// What would have failed with the check on.
    pub(crate) spared: Vec<Spared>,
    pub(crate) notes: Vec<String>,
    /// From the call to the slot, where it had to wait.
    pub(crate) queued_ms: Option<f64>,
    /// From the slot to the end.
    pub(crate) took_ms: f64,
    /// The size of the body that went out last.
    pub(crate) sent: u64,
    /// The size of the answer's body, content codings undone.
    pub(crate) bytes: u64,
    /// What went over it, where it is a socket that was open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) socket: Option<SocketReport>,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum End {
    /// With an answer.
    Answered,
    /// Before it left, or at a redirect: a rule forbids it.
    Refused,
    /// Without an answer.
    Failed,
    /// By the app's own wish.
    Aborted,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct RedirectReport {
    pub(crate) status: u16,
    pub(crate) url: String,
}

/// A rule that was broken without effect because the check is skipped, and what it would have come to (rule S3).
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Spared {
    pub(crate) rule: Rule,
    pub(crate) headline: String,
    pub(crate) android: String,
    pub(crate) ios: String,
}

/// The line with the page that proposes a missing entry.
pub(super) fn proposing(link: &Url, lang: Lang) -> String {
    let propose = lang.pick("propose", "提议");
    format!("  {}{propose}:{} {link}\n", paint::HINT, paint::RESET)
}

impl CallReport {
    /// Whether the run is to end with exit code 1 for it.
    pub(crate) fn is_bad(&self) -> bool {
        matches!(self.end, End::Refused | End::Failed)
    }

    pub(super) fn lines(&self, lang: Lang) -> String {
        let (paint, word, detail) = self.verdict(lang);
        let wait = self.queued_ms.map_or_else(String::new, |waited| {
            let queued = lang.pick("queued", "排队");
            format!("  {}(+{waited:.0} ms {queued}){}", paint::DIM, paint::RESET)
        });
        let size = self.size(lang);
        let head = format!(
            "{paint}{word:<8}{}{detail:<5}{:>6.0} ms  {} {} {}{size}{wait}\n",
            paint::RESET,
            self.took_ms,
            self.interface,
            self.method,
            line(&self.url)
        );
        head + &self.below(lang)
    }

    /// How large the file was that went out or came in.
    fn size(&self, lang: Lang) -> String {
        let (bytes, way) = match self.interface {
            "uploadFile" => (self.sent, lang.pick("sent", "已发送")),
            "downloadFile" => (self.bytes, lang.pick("received", "已接收")),
            _ => return String::new(),
        };
        if self.end != End::Answered {
            return String::new();
        }
        format!("  {}{} {way}{}", paint::DIM, HumanBytes(bytes), paint::RESET)
    }

    fn verdict(&self, lang: Lang) -> (anstyle::Style, &'static str, String) {
        let status = self.status.map_or_else(String::new, |status| status.to_string());
        if let Some(socket) = self.socket.as_ref().filter(|_| self.end == End::Answered) {
            return (
                paint::GOOD,
                lang.pick("closed", "已关闭"),
                socket.code.to_string(),
            );
        }
        let rule = self.rule.map_or_else(String::new, |rule| rule.to_string());
        match self.end {
            End::Answered if !self.spared.is_empty() => {
                (paint::WARN, lang.pick("spared", "跳过校验"), status)
            }
            End::Answered => (paint::GOOD, lang.pick("ok", "成功"), status),
            End::Refused => (paint::FAIL, lang.pick("refused", "拒绝"), rule),
            End::Failed => (paint::FAIL, lang.pick("failed", "失败"), rule),
            End::Aborted => (paint::DIM, lang.pick("aborted", "中止"), String::new()),
        }
    }

    fn below(&self, lang: Lang) -> String {
        let dim = |text: &str| format!("  {}{}{}\n", paint::DIM, line(text), paint::RESET);
        let mut lines = String::new();
        for redirect in &self.redirects {
            lines += &dim(&format!("{} → {}", redirect.status, redirect.url));
        }
        if let Some(headline) = self.headline.as_ref().filter(|_| self.is_bad()) {
            lines += &format!("  {}\n", line(headline));
        }
        if let Some(socket) = &self.socket {
            lines += &socket.below(lang);
        }
        for spared in &self.spared {
            lines += &format!(
                "  {}{}{} {}\n",
                paint::WARN,
                spared.rule,
                paint::RESET,
                line(&spared.headline)
            );
        }
        for note in &self.notes {
            lines += &dim(note);
        }
        lines += &details(&self.seen, &self.remedies, lang);
        if let Some(link) = &self.propose {
            lines += &proposing(link, lang);
        }
        lines
    }
}
