//! All printing: data to stdout, the rest to stderr.

mod call;
mod escape;
mod ledger;
mod paint;
mod progress;
mod summary;

use std::io::Write;
use std::sync::{Mutex, PoisonError};

use anstream::ColorChoice;
use minigate_js::{Notice, Place};
use minigate_policy::Verdict;
use minigate_policy::diagnosis::{Lang, tell};
use serde::Serialize;
use serde_json::json;

use crate::args::{Colour, LogFormat};
pub(crate) use call::CallReport;
use escape::escape;
pub(crate) use ledger::Ledger;
use progress::Progress;
pub(crate) use summary::Summary;

/// Writes what a command finds, for people or for programs.
pub(crate) struct Printer {
    pub(crate) lang: Lang,
    format: LogFormat,
    stdout: Mutex<anstream::AutoStream<std::io::Stdout>>,
    stderr: Mutex<anstream::AutoStream<std::io::Stderr>>,
    progress: Progress,
}

impl Printer {
    pub(crate) fn new(lang: Lang, format: LogFormat, colour: Colour) -> Self {
        let choice = match colour {
            Colour::Auto => None,
            Colour::Always => Some(ColorChoice::Always),
            Colour::Never => Some(ColorChoice::Never),
        };
        let stdout = std::io::stdout();
        let stderr = std::io::stderr();
        let out = choice.unwrap_or_else(|| anstream::AutoStream::choice(&stdout));
        let err = choice.unwrap_or_else(|| anstream::AutoStream::choice(&stderr));
        Self {
            lang,
            format,
            stdout: Mutex::new(anstream::AutoStream::new(stdout, out)),
            stderr: Mutex::new(anstream::AutoStream::new(stderr, err)),
            progress: Progress::default(),
        }
    }

    /// A call that has ended.
    pub(crate) fn call(&self, report: &CallReport) {
        match self.format {
            LogFormat::Human => self.write(&report.lines(self.lang)),
            LogFormat::Json => self.json("call", report),
        }
    }

    /// Something about a call that came out after it was printed.
    pub(crate) fn note(&self, call: &str, text: &str) {
        match self.format {
            LogFormat::Human => {
                self.write(&format!(
                    "{}note{}  {}: {}\n",
                    paint::DIM,
                    paint::RESET,
                    escape(call),
                    escape(text)
                ));
            }
            LogFormat::Json => self.json("note", &json!({ "call": call, "text": text })),
        }
    }

    /// Something that the app said, showed or broke.
    pub(crate) fn notice(&self, notice: &Notice) {
        match self.format {
            LogFormat::Human => self.write(&human_notice(notice, self.lang)),
            LogFormat::Json => self.json(notice_kind(notice), &json_notice(notice)),
        }
    }

    /// The end of a run.
    pub(crate) fn summary(&self, summary: &Summary) {
        match self.format {
            LogFormat::Human => self.write(&summary.lines(self.lang)),
            LogFormat::Json => self.json("summary", summary),
        }
    }

    /// What would become of a call.
    pub(crate) fn verdict(&self, verdict: &Verdict) {
        match self.format {
            LogFormat::Human => self.write(&human_verdict(verdict, self.lang)),
            LogFormat::Json => {
                self.json(
                    "verdict",
                    &json!({ "verdict": verdict, "told": tell(verdict, self.lang) }),
                );
            }
        }
    }

    /// Something that the user should know beside the data.
    pub(crate) fn warn(&self, text: &str) {
        let word = self.lang.pick("warning", "警告");
        self.write_stderr(&format!(
            "{}{word}:{} {}\n",
            paint::WARN,
            paint::RESET,
            escape(text)
        ));
    }

    /// Why a command couldn't do its work.
    pub(crate) fn error(&self, error: &anyhow::Error) {
        let word = self.lang.pick("error", "错误");
        self.write_stderr(&format!(
            "{}{word}:{} {}\n",
            paint::FAIL,
            paint::RESET,
            escape(&format!("{error:#}"))
        ));
    }

    fn json(&self, kind: &str, value: &impl Serialize) {
        let mut object = serde_json::to_value(value).unwrap_or_default();
        if let Some(members) = object.as_object_mut() {
            members.insert("type".to_owned(), kind.into());
        }
        self.write(&format!("{object}\n"));
    }

    /// Shows on a terminal that something is under way.
    pub(crate) fn begin_progress(&self) {
        if self.format == LogFormat::Human {
            self.progress.begin();
        }
    }

    /// How many calls are under way.
    pub(crate) fn set_progress(&self, calls: usize) {
        let text = match self.lang {
            Lang::En => format!("{calls} calls under way"),
            Lang::Zh => format!("{calls} 次调用进行中"),
        };
        self.progress.say(text);
    }

    /// Takes the progress away again.
    pub(crate) fn end_progress(&self) {
        self.progress.end();
    }

    /// A closed pipe ends the output, not the run.
    fn write(&self, text: &str) {
        self.progress.aside(|| {
            let mut stdout = self.stdout.lock().unwrap_or_else(PoisonError::into_inner);
            let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
        });
    }

    fn write_stderr(&self, text: &str) {
        let mut stderr = self.stderr.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = stderr.write_all(text.as_bytes());
    }
}

fn human_verdict(verdict: &Verdict, lang: Lang) -> String {
    let told = tell(verdict, lang);
    let (paint, word) = match (verdict.is_allowed(), told.rule) {
        (true, None) => (paint::GOOD, lang.pick("allowed", "允许").to_owned()),
        (true, Some(rule)) => (paint::WARN, format!("{} {rule}", lang.pick("spared", "跳过校验"))),
        (false, rule) => {
            let rule = rule.map_or_else(String::new, |rule| format!(" {rule}"));
            (paint::FAIL, format!("{}{rule}", lang.pick("refused", "拒绝")))
        }
    };
    let head = format!(
        "{paint}{word}{}  {} {}\n",
        paint::RESET,
        verdict.interface,
        escape(&verdict.url)
    );
    let line = format!("  {}\n", escape(&told.headline));
    head + &line + &details(&told.seen, &told.remedies, lang)
}

/// What else was seen and what to do, indented below a line.
fn details(seen: &[String], remedies: &[String], lang: Lang) -> String {
    let hint = lang.pick("hint", "建议");
    let seen = seen
        .iter()
        .map(|line| format!("  {}{}{}\n", paint::DIM, escape(line), paint::RESET));
    let remedies = remedies
        .iter()
        .map(|line| format!("  {}{hint}:{} {}\n", paint::HINT, paint::RESET, escape(line)));
    seen.chain(remedies).collect()
}

fn human_notice(notice: &Notice, lang: Lang) -> String {
    let line = |paint, word: &str, text: &str, place: Option<&Place>| {
        let place = place.map_or_else(String::new, |place| {
            format!("  {}{}{}", paint::DIM, escape(&place.to_string()), paint::RESET)
        });
        format!(
            "{paint}{word}{}  {}{place}\n",
            paint::RESET,
            escape(text).replace('\n', "\n  ")
        )
    };
    match notice {
        Notice::Console(said) => {
            let (paint, word) = level(said.level);
            line(paint, word, &said.text, said.place.as_ref())
        }
        Notice::Exception(fault) => {
            let word = lang.pick("uncaught", "未捕获的异常");
            line(paint::FAIL, word, &with_stack(fault), None)
        }
        Notice::Rejection(fault) => {
            let word = lang.pick("unhandled rejection", "未处理的 Promise 拒绝");
            line(paint::FAIL, word, &with_stack(fault), None)
        }
        Notice::Shown(shown) if shown.text.is_empty() => String::new(),
        Notice::Shown(shown) => line(paint::DIM, &shown.api, &shown.text, None),
        Notice::Limit(limit) => line(paint::FAIL, lang.pick("limit", "限制"), &limit.to_string(), None),
        _ => String::new(),
    }
}

fn with_stack(fault: &minigate_js::Fault) -> String {
    if fault.stack.is_empty() {
        fault.message.clone()
    } else {
        format!("{}\n{}", fault.message, fault.stack)
    }
}

const fn level(level: minigate_js::Level) -> (anstyle::Style, &'static str) {
    use minigate_js::Level;
    match level {
        Level::Debug => (paint::DIM, "debug"),
        Level::Log => (paint::DIM, "log"),
        Level::Info => (paint::HINT, "info"),
        Level::Warn => (paint::WARN, "warn"),
        Level::Error => (paint::FAIL, "error"),
    }
}

const fn notice_kind(notice: &Notice) -> &'static str {
    match notice {
        Notice::Console(_) => "console",
        Notice::Exception(_) => "exception",
        Notice::Rejection(_) => "rejection",
        Notice::Shown(_) => "shown",
        Notice::Limit(_) => "limit",
        _ => "notice",
    }
}

fn json_notice(notice: &Notice) -> serde_json::Value {
    let place = |place: &Option<Place>| {
        place
            .as_ref()
            .map(|p| json!({ "file": p.file, "line": p.line, "column": p.column }))
    };
    match notice {
        Notice::Console(said) => {
            json!({ "level": level(said.level).1, "text": said.text, "place": place(&said.place) })
        }
        Notice::Exception(fault) | Notice::Rejection(fault) => {
            json!({ "message": fault.message, "stack": fault.stack, "place": place(&fault.place) })
        }
        Notice::Shown(shown) => json!({ "api": shown.api, "text": shown.text }),
        Notice::Limit(limit) => json!({ "message": limit.to_string() }),
        _ => json!({}),
    }
}
