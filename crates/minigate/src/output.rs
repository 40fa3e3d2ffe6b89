//! All printing: data to stdout, the rest to stderr.

mod call;
pub(crate) mod check;
pub(crate) mod console;
mod escape;
pub(crate) mod findings;
mod ledger;
mod lists;
mod network;
mod notice;
mod paint;
mod progress;
mod socket;
mod summary;
pub(crate) mod tests;

use std::io::Write;
use std::sync::{Mutex, PoisonError};

use anstream::ColorChoice;
use jiff::Timestamp;
use minigate_engine::{Cut, Network};
use minigate_inspect::check::{Change, Report};
use minigate_js::Notice;
use minigate_policy::diagnosis::{Lang, tell};
use minigate_policy::{Interface, Verdict};
use serde::Serialize;
use serde_json::json;
use url::Url;

use crate::args::{Colour, LogFormat};
use crate::words;
pub(crate) use call::CallReport;
use escape::{block, line};
pub(crate) use ledger::Ledger;
pub(crate) use lists::Lists;
use progress::Progress;
use socket::SocketReport;
pub(crate) use summary::Summary;

/// Writes what a command finds, for people or for programs.
pub(crate) struct Printer {
    pub(crate) lang: Lang,
    format: LogFormat,
    log: LogPlace,
    stdout: Mutex<anstream::AutoStream<std::io::Stdout>>,
    stderr: Mutex<anstream::AutoStream<std::io::Stderr>>,
    progress: Progress,
    repeats: Mutex<Repeats>,
}

/// Where the log of a run goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum LogPlace {
    /// It is what was asked for.
    Stdout,
    /// Standard output is for something else.
    Stderr,
}

/// The last notice, and how often it came again right after itself.
#[derive(Default)]
struct Repeats {
    last: String,
    times: usize,
}

impl Repeats {
    fn is_another(&mut self, text: &str) -> bool {
        let is_same = self.last == text;
        self.times += usize::from(is_same);
        is_same
    }

    /// Starts to count anew, and gives the count so far.
    fn begin(&mut self, text: &str) -> usize {
        text.clone_into(&mut self.last);
        std::mem::take(&mut self.times)
    }
}

impl Printer {
    pub(crate) fn new(lang: Lang, format: LogFormat, colour: Colour, log: LogPlace) -> Self {
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
            log,
            stdout: Mutex::new(anstream::AutoStream::new(stdout, out)),
            stderr: Mutex::new(anstream::AutoStream::new(stderr, err)),
            progress: Progress::default(),
            repeats: Mutex::default(),
        }
    }

    /// A call that has ended.
    pub(crate) fn call(&self, report: &CallReport) {
        match self.format {
            LogFormat::Human => self.write(&report.lines(self.lang)),
            LogFormat::Json => self.json("call", report),
        }
    }

    /// A socket has opened.
    pub(crate) fn opened(&self, call: &CallReport, socket: &SocketReport) {
        match self.format {
            LogFormat::Human => self.write(&socket.opening(call, self.lang)),
            LogFormat::Json => {
                let opened = json!({ "id": call.id, "url": call.url, "protocol": socket.protocol, "took_ms": call.took_ms });
                self.json("opened", &opened);
            }
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
                    line(call),
                    line(text)
                ));
            }
            LogFormat::Json => self.json("note", &json!({ "call": call, "text": text })),
        }
    }

    /// What the network is like from now on.
    pub(crate) fn network(&self, network: &Network, cut: Option<Cut>) {
        match self.format {
            LogFormat::Human => {
                let word = self.lang.pick("network", "网络");
                let text = network::line(network, cut, self.lang);
                self.write(&format!(
                    "{}{word}{}  {}\n",
                    paint::HINT,
                    paint::RESET,
                    line(&text)
                ));
            }
            LogFormat::Json => self.json("network", &network::json(network, cut)),
        }
    }

    /// Something that the app said, showed or broke; what it repeats at once is only counted.
    pub(crate) fn notice(&self, notice: &Notice) {
        let text = match self.format {
            LogFormat::Human => notice::lines(notice, self.lang),
            LogFormat::Json => notice::json(notice),
        };
        let mut repeats = self.repeats.lock().unwrap_or_else(PoisonError::into_inner);
        if text.is_empty() || repeats.is_another(&text) {
            return;
        }
        let counted = repeats.begin(&text);
        drop(repeats);
        self.write(&(self.repeated(counted) + &text));
    }

    /// The end of a run.
    pub(crate) fn summary(&self, summary: &Summary) {
        let counted = self
            .repeats
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .begin("");
        self.write(&self.repeated(counted));
        match self.format {
            LogFormat::Human => self.write(&summary.lines(self.lang)),
            LogFormat::Json => self.json("summary", summary),
        }
    }

    /// What would become of a call.
    ///
    /// Where a console's list lacks an entry, with the page that proposes it.
    pub(crate) fn verdict(&self, verdict: &Verdict, console: Option<&Url>) {
        let propose = console.and_then(|console| ledger::proposal(console, verdict));
        match self.format {
            LogFormat::Human => {
                let propose = propose.map(|link| call::proposing(&link, self.lang));
                self.write(&(human_verdict(verdict, self.lang) + &propose.unwrap_or_default()));
            }
            LogFormat::Json => {
                let mut told = json!({ "verdict": verdict, "told": tell(verdict, self.lang) });
                if let (Some(link), Some(members)) = (propose, told.as_object_mut()) {
                    members.insert("propose".to_owned(), link.as_str().into());
                }
                self.json("verdict", &told);
            }
        }
    }

    /// What was found, and what to do.
    pub(crate) fn findings(
        &self,
        found: &[findings::Found<findings::FilePlace>],
        tally: &findings::Tally,
        lists: &Lists,
    ) {
        match self.format {
            LogFormat::Human => self.write(&findings::lines(found, tally, self.lang)),
            LogFormat::Json => self.write(&format!(
                "{}\n",
                escape::json(&findings::json(found, tally, lists))
            )),
        }
    }

    /// Something new about the lists of a console.
    pub(crate) fn list_news(&self, text: &str) {
        match self.format {
            LogFormat::Human => self.write(&format!("{}{}{}\n", paint::DIM, line(text), paint::RESET)),
            LogFormat::Json => self.json("list", &json!({ "text": text })),
        }
    }

    /// A text that is ready to be shown.
    pub(crate) fn text(&self, text: &str) {
        self.write(text);
    }

    /// Something that the user should know beside the data.
    pub(crate) fn warn(&self, text: &str) {
        let word = self.lang.pick("warning", "警告");
        self.write_stderr(&format!(
            "{}{word}:{} {}\n",
            paint::WARN,
            paint::RESET,
            line(text)
        ));
    }

    /// Why a command couldn't do its work.
    pub(crate) fn error(&self, error: &anyhow::Error) {
        let word = self.lang.pick("error", "错误");
        self.write_stderr(&format!(
            "{}{word}:{} {}\n",
            paint::FAIL,
            paint::RESET,
            block(&format!("{error:#}"))
        ));
    }

    fn json(&self, kind: &str, value: &impl Serialize) {
        let mut object = serde_json::to_value(value).unwrap_or_default();
        if let Some(members) = object.as_object_mut() {
            members.insert("type".to_owned(), kind.into());
        }
        self.write(&format!("{object}\n"));
    }

    /// Says how often the last notice was repeated, where it was.
    fn repeated(&self, times: usize) -> String {
        match (times, self.format, self.lang) {
            (0, ..) => String::new(),
            (_, LogFormat::Json, _) => format!("{}\n", json!({ "type": "repeated", "times": times })),
            (_, LogFormat::Human, Lang::En) => format!("  … and {times} times more\n"),
            (_, LogFormat::Human, Lang::Zh) => format!("  … 另有 {times} 次相同\n"),
        }
    }

    /// Shows on a terminal that something is under way.
    pub(crate) fn begin_progress(&self) {
        if self.format == LogFormat::Human {
            self.progress.begin();
        }
    }

    /// A server that was checked.
    pub(crate) fn checked(&self, report: &Report, is_whole: bool) {
        match self.format {
            LogFormat::Human => self.write(&check::human(report, is_whole, self.lang)),
            LogFormat::Json => self.data(&check::json(report, self.lang)),
        }
    }

    /// That a server's verdict changed.
    pub(crate) fn changed(&self, change: &Change, called_by: &[Interface], json: &str) {
        match self.format {
            LogFormat::Human => self.write(&check::change(change, called_by, self.lang)),
            LogFormat::Json => self.write(&format!("{json}\n")),
        }
    }

    /// That nothing is to be done until the next round.
    pub(crate) fn set_watching(&self, servers: usize) {
        let text = match self.lang {
            Lang::En => format!("watching {servers} servers"),
            Lang::Zh => format!("正在监视 {servers} 个服务器"),
        };
        self.progress.say(text);
    }

    /// How many servers have been checked.
    pub(crate) fn set_checked(&self, done: usize, all: usize) {
        let text = match self.lang {
            Lang::En => format!("{done} of {all} checked"),
            Lang::Zh => format!("已检查 {done} / {all}"),
        };
        self.progress.say(text);
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

    /// What was asked for beside the log: JSON, in which what could steer a terminal is escaped.
    pub(crate) fn data(&self, json: &str) {
        self.write_stdout(&format!("{}\n", escape::json(json)));
    }

    fn write(&self, text: &str) {
        match self.log {
            LogPlace::Stdout => self.write_stdout(text),
            LogPlace::Stderr => self.progress.aside(|| self.write_stderr(text)),
        }
    }

    fn write_stdout(&self, text: &str) {
        self.progress.aside(|| {
            let mut stdout = self.stdout.lock().unwrap_or_else(PoisonError::into_inner);
            if let Err(error) = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
                self.give_up(&error);
            }
        });
    }

    /// A log that can't be written is no result. A reader that has gone wants nothing more.
    fn give_up(&self, error: &std::io::Error) -> ! {
        if error.kind() != std::io::ErrorKind::BrokenPipe {
            self.error(&anyhow::Error::msg(words::cant_print(error, self.lang)));
        }
        std::process::exit(2)
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
        line(&verdict.url)
    );
    let headline = format!("  {}\n", line(&told.headline));
    let mut seen = told.seen;
    seen.extend(list_text(verdict, lang));
    head + &headline + &details(&seen, &told.remedies, lang)
}

/// Which version of a console's lists was consulted, and how old it is.
fn list_text(verdict: &Verdict, lang: Lang) -> Option<String> {
    let name = verdict.list.version.as_ref()?;
    let fetched_at = Timestamp::try_from(verdict.list.fetched_at?).ok()?;
    Some(words::console::list_version(
        name,
        fetched_at,
        Timestamp::now(),
        lang,
    ))
}

/// What else was seen and what to do, indented below a line.
fn details(seen: &[String], remedies: &[String], lang: Lang) -> String {
    let hint = lang.pick("hint", "建议");
    let seen = seen
        .iter()
        .map(|text| format!("  {}{}{}\n", paint::DIM, line(text), paint::RESET));
    let remedies = remedies
        .iter()
        .map(|text| format!("  {}{hint}:{} {}\n", paint::HINT, paint::RESET, line(text)));
    seen.chain(remedies).collect()
}
