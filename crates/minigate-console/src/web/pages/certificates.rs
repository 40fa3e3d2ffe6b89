//! Certificates that end soon, of every app that somebody sees.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Html;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use minigate_policy::diagnosis::Lang;
use serde::Deserialize;

use super::show;
use crate::Console;
use crate::access::Right;
use crate::moment::after;
use crate::preflight::{self, Ending};
use crate::text::Text;
use crate::web::failure::malformed::Malformed;
use crate::web::failure::{Cause, Failure};
use crate::web::fields::Query;
use crate::web::layout::Place;
use crate::web::signed_in::SignedIn;

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    days: Option<u32>,
}

pub(super) async fn list(
    State(console): State<Arc<Console>>,
    Query(wanted): Query<Wanted>,
    me: SignedIn,
) -> Result<Html<String>, Failure> {
    let (lang, now) = (me.visitor.lang, console.now());
    let days = wanted.days.unwrap_or(90);
    if !SPANS.contains(&days) {
        let spans = SPANS.map(|span| span.to_string());
        let spans = spans.each_ref().map(String::as_str);
        return Err(Cause::malformed(Malformed::no_choice(
            "days",
            &days.to_string(),
            &spans,
        )));
    }
    let end = after(now, SignedDuration::from_hours(24 * i64::from(days)));
    let apps = me.caller.apps_where(Right::Read);
    let endings = preflight::ending(console.store(), apps.as_ref(), end, MOST).await?;
    let body = html! {
        h1 { (TITLE.of(lang)) }
        p { (HOW.of(lang)) }
        nav.tabs aria-label=(WITHIN.of(lang)) {
            ul { @for span in SPANS {
                li { a href={ "?days=" (span) } aria-current=[(span == days).then_some("page")] { (span) " " (DAYS.of(lang)) } }
            } }
        }
        @if endings.is_empty() { p { (NONE.of(lang)) } } @else {
            (picture(&endings, now, days, lang))
            (table(&endings, now, lang))
        }
    };
    Ok(me.show(TITLE.of(lang), Place::Certificates, &body))
}

/// How soon a certificate ends, as colours and words tell it.
pub(super) fn urgency(not_after: Timestamp, now: Timestamp) -> (&'static str, Text) {
    match not_after.duration_since(now).as_hours() {
        ..0 => ("bad", Text("has ended", "已过期")),
        0..168 => ("bad", Text("within a week", "一周内到期")),
        168..720 => ("warn", Text("within a month", "一个月内到期")),
        _ => ("good", Text("later", "稍后到期")),
    }
}

/// A row for each certificate, from today to its end. Widths are percentages, so text keeps its size on small screens.
fn picture(endings: &[Ending], now: Timestamp, days: u32, lang: Lang) -> Markup {
    let shown = endings.iter().take(DRAWN);
    let height = TOP + ROW * shown.len();
    html! {
        svg.endings role="img" aria-labelledby="picture" width="100%" height=(height) {
            title #picture { (PICTURE.of(lang)) }
            @for tick in 0..=TICKS {
                @let x = format!("{:.2}%", percent(f64::from(tick) / f64::from(TICKS)));
                line.grid x1=(x) x2=(x) y1=(TOP - 6) y2=(height) {}
                text.tick x=(x) y="14" text-anchor=(anchor(tick)) { (day(now, days * tick / TICKS)) }
            }
            @for (row, ending) in shown.enumerate() { (bar(ending, TOP + ROW * row, now, days)) }
        }
        @if endings.len() > DRAWN { p.dim { (ONLY.of(lang)) } }
    }
}

fn bar(ending: &Ending, y: usize, now: Timestamp, days: u32) -> Markup {
    let (class, _) = urgency(ending.not_after, now);
    let hours = ending.not_after.duration_since(now).as_hours();
    // At most a year's hours, which a float holds exactly.
    let hours = u16::try_from(hours.max(0)).unwrap_or(u16::MAX);
    let x = format!("{:.2}%", percent(f64::from(hours) / (24.0 * f64::from(days))));
    html! {
        g.(class) {
            text.name x="0" y=(y + 12) { (show::harmless(&ending.entry)) }
            line.life x1="0" x2=(x) y1=(y + 22) y2=(y + 22) {}
            circle cx=(x) cy=(y + 22) r="5" {}
        }
    }
}

/// The right edge leaves room for the last circle.
fn percent(share: f64) -> f64 {
    share.clamp(0.0, 1.0) * 98.0
}

const fn anchor(tick: u32) -> &'static str {
    match tick {
        0 => "start",
        TICKS => "end",
        _ => "middle",
    }
}

fn day(now: Timestamp, days: u32) -> String {
    let day = after(now, SignedDuration::from_hours(24 * i64::from(days)));
    day.strftime("%m-%d").to_string()
}

fn table(endings: &[Ending], now: Timestamp, lang: Lang) -> Markup {
    html! {
        div.scroll {
            table.fold aria-label=(TITLE.of(lang)) {
                thead { tr {
                    th scope="col" { (HOST.of(lang)) } th scope="col" { (APP.of(lang)) }
                    th scope="col" { (ENDS.of(lang)) } th scope="col" { (URGENCY.of(lang)) }
                } }
                tbody { @for ending in endings { (row(ending, now, lang)) } }
            }
        }
    }
}

fn row(ending: &Ending, now: Timestamp, lang: Lang) -> Markup {
    let (class, text) = urgency(ending.not_after, now);
    html! {
        tr {
            td { (show::entry(&ending.entry)) }
            td { a href={ "/apps/" (ending.app) } { (show::entry(&ending.app)) } }
            td { (show::moment(ending.not_after, now, lang)) span.dim.small { (show::comma(lang)) (show::exact(ending.not_after)) } }
            td { span.tag.(class) { (text.of(lang)) } }
        }
    }
}

const SPANS: [u32; 3] = [30, 90, 365];
const MOST: usize = 300;
const DRAWN: usize = 40;
const TICKS: u32 = 3;
const TOP: usize = 28;
const ROW: usize = 36;
const APP: Text = Text("App", "应用");
const DAYS: Text = Text("days", "天");
const ENDS: Text = Text("Ends", "到期");
const HOST: Text = Text("Entry", "条目");
const HOW: Text = Text(
    "As the pre-flights of the effective versions saw them; a certificate that was renewed since shows after the next pre-flight.",
    "以生效版本的预检结果为准；之后续期的证书会在下次预检后更新。",
);
const NONE: Text = Text("None ends in this time.", "此期间内没有证书到期。");
const ONLY: Text = Text(
    "The picture has the first of them; the table has all.",
    "图中仅列最早到期的证书，表格列出全部。",
);
const PICTURE: Text = Text(
    "How long each certificate has still to go; the table below says the same",
    "各证书的剩余有效期，与下表内容相同",
);
const TITLE: Text = Text("Certificates that end soon", "即将到期的证书");
const URGENCY: Text = Text("How soon", "紧急程度");
const WITHIN: Text = Text("Within", "时间范围");
