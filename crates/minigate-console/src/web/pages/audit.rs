//! The audit log: who did what, when, from where and why.

mod difference;
mod subject;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{Html, IntoResponse, Response};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use maud::{Markup, html};
use minigate_policy::diagnosis::Lang;
use serde::Deserialize;

use super::app::{self, Tab, seen};
use super::show;
use crate::Console;
use crate::access::Right;
use crate::action::{Action, KINDS};
use crate::audit::Format;
use crate::store::{Logged, Query, Sequence};
use crate::text::Text;
use crate::web::failure::malformed::{Malformed, NO_DAY};
use crate::web::failure::{Cause, Failure};
use crate::web::fields::Query as Typed;
use crate::web::layout::Place;
use crate::web::signed_in::SignedIn;

/// What is asked for, as it is typed: an empty field asks for nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    app: String,
    actor: String,
    action: String,
    since: String,
    until: String,
    before: String,
}

pub(super) async fn log(
    State(console): State<Arc<Console>>,
    Typed(wanted): Typed<Wanted>,
    me: SignedIn,
) -> Result<Html<String>, Failure> {
    let lang = me.visitor.lang;
    let body = html! {
        h1 { (TITLE.of(lang)) }
        (page(&console, &me, &wanted, Fields::All).await?)
    };
    Ok(me.show(TITLE.of(lang), Place::Audit, &body))
}

/// One app's part of it.
pub(super) async fn of_app(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    Typed(wanted): Typed<Wanted>,
    me: SignedIn,
) -> Result<Html<String>, Failure> {
    let (id, app) = seen(&console, &me, &id, Right::Audit).await?;
    let wanted = Wanted {
        app: id.to_string(),
        ..wanted
    };
    let body = html! {
        (app::head(&app, Tab::Audit, &me))
        (page(&console, &me, &wanted, Fields::OfApp).await?)
    };
    Ok(me.show(&app.name, Place::Apps, &body))
}

pub(super) async fn csv(
    State(console): State<Arc<Console>>,
    Typed(wanted): Typed<Wanted>,
    me: SignedIn,
) -> Result<Response, Failure> {
    download(&console, &me, &wanted, Format::Csv).await
}

pub(super) async fn json(
    State(console): State<Arc<Console>>,
    Typed(wanted): Typed<Wanted>,
    me: SignedIn,
) -> Result<Response, Failure> {
    download(&console, &me, &wanted, Format::Json).await
}

async fn download(
    console: &Arc<Console>,
    me: &SignedIn,
    wanted: &Wanted,
    format: Format,
) -> Result<Response, Failure> {
    let query = wanted.query(DOWNLOADED)?;
    let rows = console.log_stream(&me.caller, &query, format).await?;
    let disposition = format!("attachment; filename=\"{}\"", format.file_name());
    let headers = [
        (CONTENT_TYPE, format.kind().to_owned()),
        (CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, Body::from_stream(rows)).into_response())
}

/// Rows without their filters, for other pages.
pub(super) fn rows(rows: &[Logged], now: Timestamp, lang: Lang) -> Markup {
    html! {
        div.scroll {
            table.fold.log aria-label=(TITLE.of(lang)) {
                thead { tr {
                    th scope="col" { (WHEN.of(lang)) } th scope="col" { (WHO.of(lang)) }
                    th scope="col" { (WHAT.of(lang)) } th scope="col" { (APP.of(lang)) }
                } }
                tbody { @for row in rows { (line(row, now, lang)) } }
            }
        }
    }
}

/// Which fields the filters have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Fields {
    All,
    OfApp,
}

impl Wanted {
    fn query(&self, most: u32) -> Result<Query, Failure> {
        let texts = [&self.app, &self.actor, &self.action];
        if texts.iter().any(|text| text.chars().any(char::is_control)) {
            return Err(Cause::malformed(NO_FILTER));
        }
        let is_known =
            |action: &str| Action::of(action).is_some() || KINDS.iter().any(|(kind, _)| *kind == action);
        let action = self.action.trim();
        if !action.is_empty() && !is_known(action) {
            return Err(Cause::malformed(Malformed::no_choice("action", action, &[])));
        }
        let text = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let before = text(&self.before).map(|before| before.parse::<Sequence>());
        let until = day(&self.until)?;
        let until = until.map(|day| day.checked_add(1.day()).map_err(|_| no_day(&self.until)));
        Ok(Query {
            app: text(&self.app),
            apps: None,
            actor: text(&self.actor),
            action: text(&self.action),
            since: day(&self.since)?.map(begin).transpose()?,
            until: until.transpose()?.map(begin).transpose()?,
            before: before.transpose().map_err(|_| no_row(&self.before))?,
            most,
        })
    }

    /// The same as the query of a link, from before a number.
    fn link(&self, before: Option<Sequence>) -> String {
        let before = before.map(|before| before.to_string()).unwrap_or_default();
        let fields = [
            ("app", &self.app),
            ("actor", &self.actor),
            ("action", &self.action),
            ("since", &self.since),
            ("until", &self.until),
            ("before", &before),
        ];
        let mut link = form_urlencoded::Serializer::new(String::new());
        link.extend_pairs(fields.into_iter().filter(|(_, value)| !value.is_empty()));
        link.finish()
    }
}

fn day(text: &str) -> Result<Option<Date>, Failure> {
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| no_day(text)),
    }
}

fn begin(day: Date) -> Result<Timestamp, Failure> {
    let begin = day.to_zoned(TimeZone::UTC);
    Ok(begin.map_err(|_| no_day(&day.to_string()))?.timestamp())
}

fn no_row(text: &str) -> Failure {
    Cause::malformed(Malformed::of(text, NO_ROW))
}

fn no_day(text: &str) -> Failure {
    Cause::malformed(Malformed::of(text, NO_DAY))
}

async fn page(console: &Console, me: &SignedIn, wanted: &Wanted, fields: Fields) -> Result<Markup, Failure> {
    let lang = me.visitor.lang;
    let mut found = console.log_for(&me.caller, &wanted.query(PAGE + 1)?).await?;
    let has_more = found.len() > PAGE as usize;
    found.truncate(PAGE as usize);
    let older = found.last().map(|row| row.sequence).filter(|_| has_more);
    Ok(html! {
        (filters(wanted, fields, lang))
        @if found.is_empty() { p { (NOTHING.of(lang)) } } @else { (rows(&found, console.now(), lang)) }
        div.actions {
            @if !wanted.before.is_empty() { a.button.quiet href={ "?" (wanted.link(None)) } { (NEWEST.of(lang)) } }
            @if older.is_some() { a.button.quiet href={ "?" (wanted.link(older)) } rel="next" { (OLDER.of(lang)) } }
            a href={ "/audit.csv?" (wanted.link(None)) } { (CSV.of(lang)) }
            a href={ "/audit.json?" (wanted.link(None)) } { (JSON.of(lang)) }
        }
    })
}

fn filters(wanted: &Wanted, fields: Fields, lang: Lang) -> Markup {
    html! {
        form.row.filters role="search" aria-label=(FILTER.of(lang)) {
            @if fields == Fields::All {
                label { (APP.of(lang)) input name="app" value=(wanted.app) maxlength="64" size="14" spellcheck="false"; }
            }
            label { (WHO.of(lang)) input name="actor" value=(wanted.actor) maxlength="100" size="12" spellcheck="false"; }
            label { (WHAT.of(lang))
                select name="action" {
                    option value="" { (ANYTHING.of(lang)) }
                    @for (kind, name) in KINDS {
                        option value=(kind) selected[kind == wanted.action] { (name.of(lang)) }
                    }
                    @if let Some(action) = Action::of(&wanted.action) {
                        option value=(wanted.action) selected { (action.text().of(lang)) }
                    }
                }
            }
            label { (SINCE.of(lang)) input type="date" name="since" value=(wanted.since); }
            label { (UNTIL.of(lang)) input type="date" name="until" value=(wanted.until); }
            button.quiet { (FILTER.of(lang)) }
        }
    }
}

fn line(row: &Logged, now: Timestamp, lang: Lang) -> Markup {
    let entry = &row.entry;
    let changes = difference::changes(entry.before.as_ref(), entry.after.as_ref());
    html! {
        tr {
            td { (show::moment(row.at, now, lang)) br; span.dim.small { (show::exact(row.at)) } }
            td {
                (show::foreign(&entry.actor))
                @if let Some(origin) = &entry.origin { br; span.dim.small { (show::foreign(origin)) } }
            }
            td {
                @match Action::of(&entry.action) {
                    Some(action) => strong { (action.text().of(lang)) },
                    None => (show::entry(&entry.action)),
                }
                (subject::shown(entry))
                " " span.dim.small { "#" (row.sequence) }
                @if let Some(reason) = &entry.reason { p.reason { (show::foreign(reason)) } }
                @if !changes.is_empty() {
                    details { summary { (CHANGES.of(lang)) } (difference::list(&changes, lang)) }
                }
            }
            td { @if let Some(app) = &entry.app { (link(app)) } }
        }
    }
}

/// Only what is an ID leads somewhere.
fn link(app: &str) -> Markup {
    html! {
        @if app.parse::<minigate_policy::AppId>().is_ok() { a href={ "/apps/" (app) } { (show::entry(app)) } }
        @else { (show::entry(app)) }
    }
}

const PAGE: u32 = 50;
/// Rows of one download; filters and `before` reach the others.
const DOWNLOADED: u32 = 10_000;
const ANYTHING: Text = Text("anything", "全部");
const APP: Text = Text("App", "应用");
const CHANGES: Text = Text("What changed", "变更内容");
const CSV: Text = Text("Download as CSV", "下载 CSV");
const FILTER: Text = Text("Filter", "筛选");
const JSON: Text = Text("Download as JSON", "下载 JSON");
const NEWEST: Text = Text("Newest", "最新");
const NO_FILTER: Text = Text("a filter has no control characters", "筛选条件不含控制字符");
const NO_ROW: Text = Text(
    "in `before` isn't the number of a row",
    "（`before`）不是记录的编号",
);
const NOTHING: Text = Text("There is no such entry.", "没有符合条件的记录。");
const OLDER: Text = Text("Older", "更早");
const SINCE: Text = Text("From", "从");
const TITLE: Text = Text("Audit log", "审计日志");
const UNTIL: Text = Text("To", "到");
const WHAT: Text = Text("What", "操作");
const WHEN: Text = Text("When", "时间");
const WHO: Text = Text("Who", "操作者");
