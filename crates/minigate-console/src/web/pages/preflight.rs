//! The pre-flight of a draft: begun here, followed while it runs, and what it found.

mod hosts;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use minigate_policy::AppId;
use minigate_policy::diagnosis::{Lang, Severity};

use super::app::{self, Tab, seen};
use super::show;
use crate::Console;
use crate::access::Right;
use crate::app::App;
use crate::bulk::Fault;
use crate::domains::Draft;
use crate::preflight::{self, Preflight, PreflightError, Progress, Running};
use crate::text::Text;
use crate::web::failure::Failure;
use crate::web::fields::Form;
use crate::web::layout::{self, Page, Place, csrf};
use crate::web::signed_in::{Reason, SignedIn};

pub(super) async fn page(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    me: SignedIn,
) -> Result<Html<String>, Failure> {
    let (id, app) = seen(&console, &me, &id, Right::Read).await?;
    let (lang, now) = (me.visitor.lang, console.now());
    let draft = console.domains(&id).draft().await?;
    let running = preflight::running(console.store(), &id, now).await?;
    let found = found(&console, &id, draft.as_ref()).await?;
    let body = html! {
        (app::head(&app, Tab::Preflight, &me))
        (state(&app, &id, draft.is_some(), running.as_ref(), now, &me))
        @match &found {
            Some(found) => {
                @if draft.is_none() { p { (OF_EFFECTIVE.of(lang)) } }
                (result(found, now, lang))
            },
            None if running.is_none() => p.dim { (NONE_YET.of(lang)) },
            None => {},
        }
    };
    let page = Page::new(&app.name, &me.visitor).of(&me.who).at(Place::Apps);
    let page = if running.is_some() {
        page.again_after(3)
    } else {
        page
    };
    Ok(layout::page(&page, &body))
}

/// Begins one that runs in the background; the page then shows it.
pub(super) async fn begin(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    me: SignedIn,
    Form(reason): Form<Reason>,
) -> Result<Response, Failure> {
    let (id, by) = me.allow_in(&console, &id, Right::Write).await?;
    let by = reason.given_to(by)?;
    match preflight::begin(console.store(), &id, &by).await {
        Ok(started) => console.run(started),
        // Whoever was faster began the same.
        Err(PreflightError::Running(_)) => {}
        Err(other) => return Err(other.into()),
    }
    Ok(Redirect::to(&format!("/apps/{id}/preflight")).into_response())
}

/// That of the draft; of the effective version where there is no draft.
async fn found(console: &Console, id: &AppId, draft: Option<&Draft>) -> Result<Option<Preflight>, Failure> {
    Ok(match draft {
        Some(draft) => preflight::of_draft(console.store(), id, &draft.lists).await?,
        None => preflight::of_effective(console.store(), id).await?,
    })
}

fn state(
    app: &App,
    id: &AppId,
    has_draft: bool,
    running: Option<&Running>,
    now: Timestamp,
    me: &SignedIn,
) -> Markup {
    let lang = me.visitor.lang;
    html! {
        @match running {
            Some(running) => div.note.warn role="status" data-under-way="yes" {
                p { strong { (UNDER_WAY.of(lang)) } }
                p { (show::foreign(&running.by)) (show::comma(lang)) (show::moment(running.since, now, lang)) }
                (progress(running.progress, lang))
                p.dim { (WAIT.of(lang)) }
            },
            None if !has_draft => p { (NO_DRAFT.of(lang)) " " a href={ "/apps/" (id) "/draft" } { (WRITE.of(lang)) } },
            None if me.caller.may(Right::Write, Some(id)) => form.stack.card method="post" action={ "/apps/" (id) "/preflight" } {
                (csrf(&me.who))
                p { (HOW.of(lang)) @if app.preflight_required { " " (REQUIRED.of(lang)) } }
                (show::why("", lang))
                div { button { (BEGIN.of(lang)) } }
            },
            None => {},
        }
    }
}

fn progress(of: Progress, lang: Lang) -> Markup {
    html! {
        p {
            (HOSTS.of(lang)) (show::colon(lang)) (of.looked) "/" (of.hosts) " "
            progress aria-label=(HOSTS.of(lang)) value=(of.looked) max=(of.hosts) {}
        }
    }
}

fn result(found: &Preflight, now: Timestamp, lang: Lang) -> Markup {
    let (class, word) = if found.is_passed {
        ("good", PASSED)
    } else {
        ("bad", NOT_PASSED)
    };
    html! {
        section.note.(class) aria-labelledby="result" {
            h2 #result { span aria-hidden="true" { @if found.is_passed { "✓ " } @else { "✕ " } } (word.of(lang)) }
            p { (show::moment(found.finished_at, now, lang)) (show::comma(lang)) (show::foreign(&found.by)) }
            @if now.duration_since(found.finished_at) > LONGEST_LIFE { p { (TOO_OLD.of(lang)) } }
            (first(found, lang))
        }
        (overview(found, now, lang))
        @for host in &found.hosts { (hosts::host(host, now, lang)) }
        (filings(found, lang))
    }
}

/// What to do first: what stands against entries, then what fails on hosts, then what is to be mended.
fn first(found: &Preflight, lang: Lang) -> Markup {
    let entries = found.entries.iter();
    let of_entries = entries.flat_map(|check| check.faults.iter().map(|fault| (check.entry.as_str(), fault)));
    let of_hosts = |severity: Severity| {
        let hosts = found.hosts.iter();
        hosts.flat_map(move |host| {
            let findings = host.findings.iter().filter(move |of| of.severity == severity);
            findings.map(|of| (host.entry.as_str(), &of.fault))
        })
    };
    let all: Vec<_> = of_entries
        .chain(of_hosts(Severity::Fail))
        .chain(of_hosts(Severity::Warn))
        .take(MOST_FIRST)
        .collect();
    html! {
        @if !all.is_empty() {
            h3 { (FIRST.of(lang)) }
            ol { @for (entry, fault) in all { li { (show::entry(entry)) (show::colon(lang)) (told(fault, lang)) } } }
        }
    }
}

fn told(fault: &Fault, lang: Lang) -> Markup {
    html! {
        @if let Some(rule) = fault.rule { span.tag { (rule.id()) } " " }
        (show::sentence(fault.reason(lang)))
        @if !fault.remedy(lang).is_empty() { br; span.dim { "→ " (show::sentence(fault.remedy(lang))) } }
    }
}

/// Each host with its grade.
fn overview(found: &Preflight, now: Timestamp, lang: Lang) -> Markup {
    html! {
        section aria-labelledby="hosts" {
            h2 #hosts { (HOSTS.of(lang)) }
            div.scroll { table.fold aria-labelledby="hosts" {
                thead { tr {
                    th scope="col" { (GRADE.of(lang)) } th scope="col" { (HOST.of(lang)) }
                    th scope="col" { (CALLED_BY.of(lang)) } th scope="col" { (DEVICES.of(lang)) }
                    th scope="col" { (CERTIFICATE.of(lang)) }
                } }
                tbody { @for host in &found.hosts { tr {
                    td { (hosts::grade(host.grade, lang)) }
                    td { a href={ "#" (hosts::anchor(host)) } { (show::entry(&host.entry)) } }
                    td data-label=(CALLED_BY.of(lang)) { @for interface in &host.interfaces { code { (interface.name()) } " " } }
                    td data-label=(DEVICES.of(lang)) { (hosts::strip(host, lang)) }
                    td data-label=(CERTIFICATE.of(lang)) { (hosts::days(host.not_after, now, lang)) }
                } } }
            } }
        }
    }
}

fn filings(found: &Preflight, lang: Lang) -> Markup {
    html! {
        section aria-labelledby="filings" {
            h2 #filings { (FILINGS.of(lang)) }
            p.dim { (found.register.tell(lang)) }
            ul.entries { @for of in &found.filings { li { (show::sentence(&of.tell(lang))) } } }
        }
    }
}

const LONGEST_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);
const MOST_FIRST: usize = 5;
const BEGIN: Text = Text("Run the pre-flight", "开始预检");
const CALLED_BY: Text = Text("Called by", "调用接口");
const CERTIFICATE: Text = Text("Certificate ends", "证书到期");
const DEVICES: Text = Text("Works on", "可用设备");
const FILINGS: Text = Text("Filings", "备案");
const FIRST: Text = Text("What to do first", "首先处理");
const GRADE: Text = Text("Grade", "评级");
const HOST: Text = Text("Host", "主机");
const HOSTS: Text = Text("Hosts", "主机");
const HOW: Text = Text(
    "Looks at every host of the draft as devices would: names, addresses, certificates, protocols, filings. It takes up to a few minutes and runs without you.",
    "像真实设备一样检查草稿中的每台主机：域名解析、地址、证书、协议和备案。可能需要几分钟，无需在此等待。",
);
const NONE_YET: Text = Text("These lists have had no pre-flight yet.", "这些列表尚未预检。");
const NOT_PASSED: Text = Text("Not passed", "未通过");
const NO_DRAFT: Text = Text("There is no draft to look at.", "没有可以预检的草稿。");
const OF_EFFECTIVE: Text = Text(
    "This is the pre-flight of the effective version.",
    "以下是生效版本的预检结果。",
);
const PASSED: Text = Text("Passed", "已通过");
const REQUIRED: Text = Text(
    "This app publishes no draft that hasn't passed.",
    "此应用要求草稿通过预检后才能发布。",
);
const TOO_OLD: Text = Text(
    "It is older than 7 days: run it again before you publish.",
    "已超过 7 天：发布前请重新预检。",
);
const UNDER_WAY: Text = Text("A pre-flight is under way", "正在预检");
const WAIT: Text = Text(
    "This page shows the result as soon as it is there.",
    "完成后本页会自动显示结果。",
);
const WRITE: Text = Text("Write one", "编写草稿");
