//! The end of a run.

use std::time::Duration;

use minigate_policy::diagnosis::Lang;
use serde::Serialize;

use super::call::{CallReport, End, Spared};
use super::{escape::line, paint};

/// What a run came to.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Summary {
    calls: usize,
    answered: usize,
    refused: usize,
    failed: usize,
    aborted: usize,
    /// Calls that were on their way, or waited for a slot, when the run ended.
    pub(crate) cut_off: usize,
    /// Sockets that were open when the run ended.
    pub(crate) open: usize,
    /// Exceptions and rejections that nobody handled.
    pub(crate) faults: usize,
    /// What was still pending at the end.
    pub(crate) pending: Vec<String>,
    /// Whether that should have ended.
    #[serde(skip)]
    pub(crate) is_overdue: bool,
    /// After which time the run was given up.
    #[serde(skip)]
    pub(crate) given_up_after: Option<Duration>,
    /// Whether the app ended because of a limit.
    pub(crate) died: bool,
    /// Calls that only passed because the check is skipped (rule S3).
    spared: Vec<SparedCall>,
}

#[derive(Clone, Debug, Serialize)]
struct SparedCall {
    method: String,
    url: String,
    spared: Vec<Spared>,
}

impl Summary {
    pub(super) fn add(&mut self, report: &CallReport) {
        self.calls += 1;
        match report.end {
            End::Answered => self.answered += 1,
            End::Refused => self.refused += 1,
            End::Failed => self.failed += 1,
            End::Aborted => self.aborted += 1,
        }
        if report.end == End::Answered && !report.spared.is_empty() {
            self.spared.push(SparedCall {
                method: report.method.clone(),
                url: report.url.clone(),
                spared: report.spared.clone(),
            });
        }
    }

    /// A call that hasn't ended.
    pub(super) fn add_unended(&mut self, report: &CallReport, text: String) {
        self.calls += 1;
        match report.socket {
            Some(_) => self.open += 1,
            None => self.cut_off += 1,
        }
        self.pending.push(text);
    }

    /// What should have ended, and hasn't.
    pub(crate) fn add_overdue(&mut self, pending: impl IntoIterator<Item = String>) {
        let before = self.pending.len();
        self.pending.extend(pending);
        self.is_overdue |= self.pending.len() > before;
    }

    /// A call that failed before it could be judged.
    pub(super) fn add_unsent(&mut self) {
        self.calls += 1;
        self.failed += 1;
    }

    /// Whether nothing failed, was refused, broke or was left over.
    pub(crate) fn is_good(&self) -> bool {
        self.refused + self.failed + self.faults == 0 && !self.is_overdue && !self.died
    }

    pub(super) fn lines(&self, lang: Lang) -> String {
        let paint = if self.is_good() { paint::GOOD } else { paint::FAIL };
        let mut lines = format!("\n{paint}{}{}\n", self.headline(lang), paint::RESET);
        lines += &self.pending_lines(lang);
        lines + &self.spared_lines(lang)
    }

    fn pending_lines(&self, lang: Lang) -> String {
        if self.pending.is_empty() {
            return String::new();
        }
        let after = self.given_up_after.map(humantime::format_duration);
        let word = match (after, lang) {
            (None, Lang::En) => "still pending".to_owned(),
            (None, Lang::Zh) => "仍未结束".to_owned(),
            (Some(after), Lang::En) => format!("still pending after {after}"),
            (Some(after), Lang::Zh) => format!("{after} 后仍未结束"),
        };
        let shown = self.pending.iter().take(MOST_SHOWN);
        let mut lines = format!("  {word}{}\n", lang.pick(":", "："));
        lines.extend(shown.map(|pending| format!("    {}\n", line(pending))));
        let more = self.pending.len().saturating_sub(MOST_SHOWN);
        if more > 0 {
            lines += &match lang {
                Lang::En => format!("    … and {more} more\n"),
                Lang::Zh => format!("    … 另有 {more} 项\n"),
            };
        }
        lines
    }

    fn headline(&self, lang: Lang) -> String {
        let count = |number: usize, en: &str, zh: &str| {
            (number > 0).then(|| match lang {
                Lang::En => format!("{number} {en}"),
                Lang::Zh => format!("{zh} {number}"),
            })
        };
        let parts: Vec<_> = [
            count(self.answered, "answered", "成功"),
            count(self.refused, "refused", "拒绝"),
            count(self.failed, "failed", "失败"),
            count(self.aborted, "aborted", "中止"),
            count(self.open, "still open", "仍打开"),
            count(self.cut_off, "cut off by the end of the run", "因运行结束而中断"),
            count(
                self.faults,
                if self.faults == 1 {
                    "uncaught error"
                } else {
                    "uncaught errors"
                },
                "未处理的错误",
            ),
        ]
        .into_iter()
        .flatten()
        .collect();
        let calls = match (self.calls, lang) {
            (0, Lang::En) => "no calls".to_owned(),
            (0, Lang::Zh) => "没有调用".to_owned(),
            (1, Lang::En) => "1 call".to_owned(),
            (calls, Lang::En) => format!("{calls} calls"),
            (calls, Lang::Zh) => format!("共 {calls} 次调用"),
        };
        if parts.is_empty() {
            return calls;
        }
        format!(
            "{calls}{}{}",
            lang.pick(": ", "："),
            parts.join(lang.pick(", ", "，"))
        )
    }

    fn spared_lines(&self, lang: Lang) -> String {
        if self.spared.is_empty() {
            return String::new();
        }
        let count = self.spared.len();
        let mut lines = match lang {
            Lang::En => format!(
                "{}S3{} {count} passed only because the check is skipped; with it on they fail:\n",
                paint::WARN,
                paint::RESET
            ),
            Lang::Zh => format!(
                "{}S3{} 有 {count} 次调用仅因跳过校验才通过；开启校验后会失败：\n",
                paint::WARN,
                paint::RESET
            ),
        };
        for call in &self.spared {
            lines += &format!("  {} {}\n", call.method, line(&call.url));
            for spared in &call.spared {
                lines += &format!("    {} android: {}\n", spared.rule, line(&spared.android));
                lines += &format!("    {} ios: {}\n", spared.rule, line(&spared.ios));
            }
        }
        lines
    }
}

/// Further ones are only counted; a program reads them all.
const MOST_SHOWN: usize = 10;
