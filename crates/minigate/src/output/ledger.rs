//! The journal as reports: one for each call, when it ends.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use minigate_engine::{CallId, Decoding, Failure, Journal, Note, Outcome, Signal, Step};
use minigate_js::Notice;
use minigate_policy::diagnosis::Lang;
use minigate_policy::{Call, Interface, Needed, Platform, Policy, Profile, Reason, Release, Verdict};
use minigate_tls::{CertificateFault, TlsFault};
use tokio::time::Instant;
use url::Url;

use super::call::{CallReport, End, RedirectReport, Spared};
use super::socket::SocketReport;
use super::{Printer, Summary};

/// Follows each call and prints it when it has ended.
pub(crate) struct Ledger {
    printer: Arc<Printer>,
    policy: Policy,
    /// Whose lists hold.
    console: Option<Url>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    open: BTreeMap<CallId, Draft>,
    /// The last calls that were printed, for notes that come after.
    printed: VecDeque<(CallId, String)>,
    summary: Summary,
    /// The entries that all calls and their redirects need.
    needed: Needed,
}

/// What is known of a call that hasn't ended.
struct Draft {
    interface: Interface,
    report: CallReport,
    times: Times,
    host: String,
}

/// When a call came how far.
struct Times {
    called: Instant,
    started: Option<Instant>,
    queued: bool,
}

impl Ledger {
    pub(crate) fn new(printer: Arc<Printer>, policy: Policy, console: Option<Url>) -> Self {
        Self {
            printer,
            policy,
            console,
            state: Mutex::default(),
        }
    }

    /// Counts what didn't come to a call, and errors that nobody handled.
    pub(crate) fn count(&self, notice: &Notice) {
        let mut state = self.lock();
        match notice {
            Notice::Exception(_) | Notice::Rejection(_) => state.summary.faults += 1,
            Notice::Unsent(_) => state.summary.add_unsent(),
            _ => {}
        }
    }

    /// All that has ended so far, and the calls that haven't.
    pub(crate) fn summary(&self) -> Summary {
        let state = self.lock();
        let mut summary = state.summary.clone();
        for draft in state.open.values() {
            summary.add_unended(&draft.report, draft.pending_text(self.printer.lang));
        }
        summary
    }

    /// The entries that all calls so far need, redirects and refused calls included.
    pub(crate) fn needed(&self) -> Needed {
        self.lock().needed.clone()
    }

    /// Learns from a step what entries a call needs.
    fn learn(&self, step: &Step<'_>) {
        let verdict = match step {
            Step::Called { verdict, .. } | Step::Redirected { verdict, .. } => verdict,
            Step::Settled(Err(Failure::Denied(denial))) => denial.verdict(),
            _ => return,
        };
        self.lock().needed.note(verdict);
    }

    fn keep(&self, call: CallId, draft: Draft) {
        let mut state = self.lock();
        state.open.insert(call, draft);
        self.printer.set_progress(state.open.len());
    }

    fn take(&self, call: CallId) -> Option<Draft> {
        self.lock().open.remove(&call)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settle(&self, call: CallId, mut draft: Draft, at: Instant, outcome: &Outcome) {
        let report = &mut draft.report;
        report.queued_ms = draft.times.queued_ms(at);
        report.took_ms = draft.times.took_ms(at);
        if let Some(by) = draft.times.held_up(at, outcome) {
            report.notes.push(held_up_text(by, self.printer.lang));
        }
        match outcome {
            Ok(reply) => report.status = Some(reply.head.status.as_u16()),
            Err(failure) => self.fail(report, draft.interface, failure),
        }
        self.printer.call(report);
        let mut state = self.lock();
        state.summary.add(report);
        state
            .printed
            .push_front((call, format!("{} {}", report.method, report.url)));
        state.printed.truncate(REMEMBERED);
    }

    /// A note on a call that is printed already.
    fn add_note(&self, call: CallId, note: &Note) {
        let name = self
            .lock()
            .printed
            .iter()
            .find(|(id, _)| *id == call)
            .map(|(_, name)| name.clone());
        if let Some(name) = name {
            self.printer.note(&name, &note_text(note, self.printer.lang));
        }
    }

    fn fail(&self, report: &mut CallReport, interface: Interface, failure: &Failure) {
        let complaint = failure.complaint(interface, self.policy.profile().wording);
        let told = failure.tell(self.printer.lang);
        report.end = match failure {
            Failure::Denied(_) => End::Refused,
            Failure::Aborted => End::Aborted,
            _ => End::Failed,
        };
        report.rule = told.rule;
        report.err_msg = Some(complaint.err_msg);
        report.errno = complaint.errno;
        report.headline = Some(told.headline);
        report.seen = told.seen;
        if let Failure::Denied(denial) = failure {
            let list = super::list_text(denial.verdict(), self.printer.lang);
            report.seen.extend(list);
            report.propose = self
                .console
                .as_ref()
                .and_then(|console| proposal(console, denial.verdict()));
        }
        report.remedies = told.remedies;
    }

    /// A verdict that the skipped check spared (rule S3).
    fn spare(&self, verdict: &Verdict) -> Option<Spared> {
        let reason = verdict.reason().filter(|_| verdict.is_allowed())?;
        let without_skip = |platform| {
            let policy = released(&self.policy, platform);
            let failure: Failure = policy
                .judge(&Call::new(verdict.interface, verdict.url.clone()))
                .err()?
                .into();
            Some(
                failure
                    .complaint(verdict.interface, policy.profile().wording)
                    .err_msg,
            )
        };
        Some(Spared {
            rule: Reason::rule(reason),
            headline: minigate_policy::diagnosis::tell(verdict, self.printer.lang).headline,
            android: without_skip(Platform::Android)?,
            ios: without_skip(Platform::Ios)?,
        })
    }

    /// A certificate that the skipped check spared (rule S3).
    fn spare_certificate(&self, draft: &Draft, fault: &CertificateFault) -> Spared {
        let failure = Failure::Insecure {
            host: draft.host.clone(),
            fault: TlsFault::Certificate(fault.clone()),
        };
        let in_words_of = |platform| {
            let wording = Profile::new(self.policy.profile().era, platform).wording;
            failure.complaint(draft.interface, wording).err_msg
        };
        Spared {
            rule: failure.rule(),
            headline: failure.tell(self.printer.lang).headline,
            android: in_words_of(Platform::Android),
            ios: in_words_of(Platform::Ios),
        }
    }

    fn follow(&self, draft: &mut Draft, at: Instant, step: &Step<'_>) {
        match step {
            Step::Noted(note) => draft.report.notes.push(note_text(note, self.printer.lang)),
            Step::Queued => draft.times.queued = true,
            Step::Started => draft.times.started = Some(at),
            Step::Secured {
                spared: Some(fault), ..
            }
            | Step::Reused {
                spared: Some(fault), ..
            } => {
                let spared = self.spare_certificate(draft, fault);
                draft.report.spared.push(spared);
            }
            Step::Redirected { status, verdict } => {
                let status = status.as_u16();
                draft.report.redirects.push(RedirectReport {
                    status,
                    url: verdict.url.clone(),
                });
                draft.host = host_of(verdict);
                draft.report.spared.extend(self.spare(verdict));
            }
            Step::Sent { bytes } => draft.report.sent = *bytes,
            Step::Done { bytes } => draft.report.bytes = *bytes,
            Step::Decoded(decoding) => {
                draft
                    .report
                    .notes
                    .extend(decoding_note(decoding, self.printer.lang));
            }
            Step::Message { way, data, .. } => {
                if let Some(socket) = &mut draft.report.socket {
                    socket.count(*way, data.len());
                }
            }
            Step::Closed(closed) => {
                if let Some(socket) = &mut draft.report.socket {
                    socket.close(closed);
                }
            }
            Step::Opened(agreement) => {
                draft.report.took_ms = draft.times.took_ms(at);
                let socket = SocketReport::opened(agreement.protocol.clone());
                self.printer.opened(&draft.report, &socket);
                draft.report.socket = Some(socket);
            }
            _ => {}
        }
    }
}

impl Draft {
    /// `request GET https://a.com/ (waits for a slot)`.
    fn pending_text(&self, lang: Lang) -> String {
        let CallReport {
            interface,
            method,
            url,
            socket,
            ..
        } = &self.report;
        let state = match (socket, self.times.started) {
            (Some(_), _) => lang.pick(" (open)", "（已连接）"),
            (None, Some(_)) => "",
            (None, None) => lang.pick(" (waits for a slot)", "（等待空位）"),
        };
        format!("{interface} {method} {url}{state}")
    }
}

impl Times {
    /// From the call to its slot, or to its end where it never had one; nothing where it needn't wait.
    fn queued_ms(&self, end: Instant) -> Option<f64> {
        self.queued
            .then(|| (self.started.unwrap_or(end) - self.called).as_secs_f64() * 1000.0)
    }

    /// For how long the app's own code held a call up whose time ran out: that doesn't count (rule N1).
    fn held_up(&self, end: Instant, outcome: &Outcome) -> Option<Duration> {
        let Err(Failure::TimedOut { after, .. }) = outcome else {
            return None;
        };
        let by = (end - self.started?).checked_sub(*after)?;
        (by >= WORTH_TELLING).then_some(by)
    }

    /// From its slot to its end; nothing where it never had one.
    fn took_ms(&self, end: Instant) -> f64 {
        (end - self.started.unwrap_or(end)).as_secs_f64() * 1000.0
    }
}

impl Journal for Ledger {
    fn record(&self, call: CallId, at: Instant, step: &Step<'_>) {
        self.learn(step);
        match step {
            Step::Called {
                interface,
                method,
                verdict,
            } => {
                let mut report = blank(call, *interface, method.as_str(), &verdict.url);
                report.spared.extend(self.spare(verdict));
                let host = host_of(verdict);
                let draft = Draft {
                    interface: *interface,
                    report,
                    times: Times {
                        called: at,
                        started: None,
                        queued: false,
                    },
                    host,
                };
                self.keep(call, draft);
            }
            Step::Settled(outcome) => {
                if let Some(draft) = self.take(call) {
                    self.settle(call, draft, at, outcome);
                }
            }
            _ => {
                if let Some(mut draft) = self.take(call) {
                    self.follow(&mut draft, at, step);
                    self.keep(call, draft);
                } else if let Step::Noted(note) = step {
                    self.add_note(call, note);
                }
            }
        }
    }
}

fn blank(call: CallId, interface: Interface, method: &str, url: &str) -> CallReport {
    CallReport {
        id: call.to_string(),
        interface: interface.name(),
        method: method.to_owned(),
        url: url.to_owned(),
        end: End::Answered,
        status: None,
        rule: None,
        err_msg: None,
        errno: None,
        headline: None,
        seen: Vec::new(),
        remedies: Vec::new(),
        propose: None,
        redirects: Vec::new(),
        spared: Vec::new(),
        notes: Vec::new(),
        queued_ms: None,
        took_ms: 0.0,
        sent: 0,
        bytes: 0,
        socket: None,
    }
}

/// The page that proposes the missing entry; nothing where an entry wouldn't help. What follows the origin in the call's
/// URL stays here: it needn't be anybody else's.
pub(super) fn proposal(console: &Url, verdict: &Verdict) -> Option<Url> {
    let Some(Reason::NotListed { .. }) = verdict.reason() else {
        return None;
    };
    let mut link = console.join(&format!("apps/{}/propose", verdict.app)).ok()?;
    link.query_pairs_mut()
        .append_pair("interface", verdict.interface.name())
        .append_pair("url", verdict.origin.as_deref()?);
    Some(link)
}

fn host_of(verdict: &Verdict) -> String {
    let origin = verdict.origin.as_deref().unwrap_or_default();
    origin
        .split_once("://")
        .map_or(origin, |(_, host)| host)
        .to_owned()
}

/// The same app as a first release on another platform, where nothing is skipped.
fn released(policy: &Policy, platform: Platform) -> Policy {
    let profile = Profile::new(policy.profile().era, platform);
    policy
        .clone()
        .with_profile(profile)
        .with_release(Release::Release(std::num::NonZeroU32::MIN))
}

fn note_text(note: &Note, lang: Lang) -> String {
    match (note, lang) {
        (Note::RefererDropped { name }, Lang::En) => format!("N3 `{name}` can't be set and was dropped"),
        (Note::RefererDropped { name }, Lang::Zh) => format!("N3 `{name}` 不可设置，已忽略"),
        (Note::TypeReplaced { found }, Lang::En) => {
            format!("`content-type: {found}` gave way to that of a form with a file")
        }
        (Note::TypeReplaced { found }, Lang::Zh) => {
            format!("`content-type: {found}` 已改为上传表单的类型")
        }
        (Note::HeaderDropped { name }, Lang::En) => {
            format!("`{name}` belongs to the connection and was dropped")
        }
        (Note::HeaderDropped { name }, Lang::Zh) => format!("`{name}` 由连接决定，已忽略"),
        (Note::TimeoutCapped { asked, used }, Lang::En) => {
            format!(
                "N1 the time-out of {} ms was brought down to {} ms",
                asked.as_millis(),
                used.as_millis()
            )
        }
        (Note::TimeoutCapped { asked, used }, Lang::Zh) => {
            format!(
                "N1 超时 {} 毫秒超过上限，已改为 {} 毫秒",
                asked.as_millis(),
                used.as_millis()
            )
        }
        (Note::TimeoutIgnored { value }, Lang::En) => {
            format!("N2 the time-out `{value}` is no positive number")
        }
        (Note::TimeoutIgnored { value }, Lang::Zh) => format!("N2 超时 `{value}` 不是正数，已忽略"),
        (Note::OptionIgnored { name }, Lang::En) => format!("the option `{name}` has no effect here"),
        (Note::OptionIgnored { name }, Lang::Zh) => format!("选项 `{name}` 在此不起作用"),
        (Note::NotJson { error }, Lang::En) => {
            format!("the answer is not JSON, so the app got text: {error}")
        }
        (Note::NotJson { error }, Lang::Zh) => format!("返回的不是 JSON，小程序得到的是文本：{error}"),
        (other, _) => format!("{other:?}"),
    }
}

fn held_up_text(by: Duration, lang: Lang) -> String {
    let by = by.as_millis();
    match lang {
        Lang::En => format!("N1 the app's own code held it up for {by} ms, which don't count"),
        Lang::Zh => format!("N1 小程序自身的代码占用了 {by} 毫秒，不计入超时"),
    }
}

/// Only what isn't plain UTF-8 is worth a line.
fn decoding_note(decoding: &Decoding, lang: Lang) -> Option<String> {
    let charset = decoding.charset;
    if decoding.replaced {
        return Some(match lang {
            Lang::En => format!("N6 the text is not valid {charset}; what couldn't be read was replaced"),
            Lang::Zh => format!("N6 文本不是有效的 {charset}，无法识别的部分已被替换"),
        });
    }
    if decoding.byte_order_marks > 1 {
        let left = decoding.byte_order_marks - 1;
        return Some(match lang {
            Lang::En => format!("N7 one byte order mark was removed, {left} stayed"),
            Lang::Zh => format!("N7 只移除了一个 BOM，还剩 {left} 个"),
        });
    }
    (charset != "UTF-8").then(|| {
        let signal = signal_text(decoding.signal, lang);
        match lang {
            Lang::En => format!("N6 converted from {charset} ({signal})"),
            Lang::Zh => format!("N6 由 {charset} 转换而来（{signal}）"),
        }
    })
}

const fn signal_text(signal: Signal, lang: Lang) -> &'static str {
    match signal {
        Signal::ByteOrderMark => lang.pick("byte order mark", "BOM"),
        Signal::ContentType => "content-type",
        Signal::Markup => lang.pick("markup", "文档声明"),
        Signal::Validity => lang.pick("valid as such", "内容有效"),
        Signal::Fallback => lang.pick("a guess", "猜测"),
    }
}

const REMEMBERED: usize = 32;
/// A thread is never quite on time.
const WORTH_TELLING: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use minigate_engine::{Clock, Phase};

    use super::*;

    #[test]
    fn n4_a_call_that_never_had_a_slot_waited_and_didnt_run() {
        let called = Clock::manual().now();
        let end = called + Duration::from_millis(6500);
        let times = |started| Times {
            called,
            started,
            queued: true,
        };

        let never = times(None);
        let late = times(Some(called + Duration::from_millis(500)));

        assert_eq!((never.queued_ms(end), never.took_ms(end)), (Some(6500.0), 0.0));
        assert_eq!((late.queued_ms(end), late.took_ms(end)), (Some(500.0), 6000.0));
    }

    #[test]
    fn n1_a_call_that_took_longer_than_its_time_says_what_held_it_up() {
        let called = Clock::manual().now();
        let times = Times {
            called,
            started: Some(called),
            queued: false,
        };
        let timed_out: Outcome = Err(Failure::TimedOut {
            after: Duration::from_secs(2),
            phase: Phase::Head,
        });
        let at = |ms| called + Duration::from_millis(ms);

        assert_eq!(times.held_up(at(2002), &timed_out), None);
        assert_eq!(
            times.held_up(at(4500), &timed_out),
            Some(Duration::from_millis(2500))
        );
        assert_eq!(times.held_up(at(4500), &Err(Failure::Aborted)), None);
    }
}
