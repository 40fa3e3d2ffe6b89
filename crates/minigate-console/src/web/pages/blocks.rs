//! The platform's block list.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use maud::{Markup, html};
use minigate_policy::diagnosis::Lang;
use minigate_policy::{AppId, Domain};
use serde::Deserialize;

use super::show;
use crate::Console;
use crate::access::Right;
use crate::app;
use crate::block::{self, Block, Blocks};
use crate::text::Text;
use crate::web::failure::malformed::{Malformed, NO_DAY};
use crate::web::failure::{Cause, Failure};
use crate::web::fields::Form;
use crate::web::layout::{Place, csrf};
use crate::web::signed_in::{Reason, SignedIn};

/// A block, as it is typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NewBlock {
    domain: String,
    reason: String,
    until: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Lifted {
    domain: String,
    #[serde(flatten)]
    reason: Reason,
}

/// The apps whose effective lists hold something of a block, by its domain.
type Holders = BTreeMap<String, Vec<String>>;

pub(super) async fn list(State(console): State<Arc<Console>>, me: SignedIn) -> Result<Html<String>, Failure> {
    me.allow(&console, Right::Read, None).await?;
    page(&console, &me, &NewBlock::default(), None).await
}

pub(super) async fn add(
    State(console): State<Arc<Console>>,
    me: SignedIn,
    Form(typed): Form<NewBlock>,
) -> Result<Response, Failure> {
    let by = me.allow(&console, Right::Operate, None).await?;
    let added = match typed.read() {
        Ok((domain, until)) => block::add(console.store(), &domain, &typed.reason, until, &by)
            .await
            .map_err(Failure::from),
        Err(failure) => Err(failure),
    };
    match added {
        Ok(_) => Ok(Redirect::to("/blocks").into_response()),
        Err(failure) if failure.status().is_client_error() => {
            let page = page(&console, &me, &typed, Some(&failure)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(failure) => Err(failure),
    }
}

pub(super) async fn lift(
    State(console): State<Arc<Console>>,
    me: SignedIn,
    Form(lifted): Form<Lifted>,
) -> Result<Response, Failure> {
    let by = me.allow(&console, Right::Operate, None).await?;
    let by = lifted.reason.given_to(by)?;
    let domain = Domain::parse(&lifted.domain).map_err(Cause::malformed)?;
    block::lift(console.store(), &domain, &by).await?;
    Ok(Redirect::to("/blocks").into_response())
}

impl NewBlock {
    /// A day means its end.
    fn read(&self) -> Result<(Domain, Option<Timestamp>), Failure> {
        let domain = Domain::parse(self.domain.trim()).map_err(Cause::malformed)?;
        if self.until.is_empty() {
            return Ok((domain, None));
        }
        let no_day = || Cause::malformed(Malformed::of(&self.until, NO_DAY));
        let day: Date = self.until.parse().map_err(|_| no_day())?;
        let end = day.checked_add(1.day()).map_err(|_| no_day())?;
        let end = end.to_zoned(TimeZone::UTC).map_err(|_| no_day())?;
        Ok((domain, Some(end.timestamp())))
    }
}

async fn page(
    console: &Console,
    me: &SignedIn,
    typed: &NewBlock,
    wrong: Option<&Failure>,
) -> Result<Html<String>, Failure> {
    let (lang, now) = (me.visitor.lang, console.now());
    let blocks = block::blocks(console.store()).await?;
    let holders = holders(console, now).await?;
    let body = html! {
        h1 { (TITLE.of(lang)) }
        p { (HOW.of(lang)) }
        @if let Some(wrong) = wrong { div.note.bad role="alert" { p { (show::sentence(&wrong.tell(lang))) } } }
        @if me.operates() { (form(typed, me, lang)) }
        @if blocks.is_empty() { p { (NONE.of(lang)) } } @else { (table(&blocks, &holders, me, now, lang)) }
    };
    Ok(me.show(TITLE.of(lang), Place::Blocks, &body))
}

/// Which apps a block takes something from; as many apps are looked at as a page can wait for.
async fn holders(console: &Console, now: Timestamp) -> Result<Holders, Failure> {
    let blocks = Blocks::load(console.store()).await?;
    let mut holders = Holders::new();
    for app in app::list(console.store(), None, LOOKED_AT).await? {
        let Ok(id) = app.id.parse::<AppId>() else { continue };
        if app.effective == 0 {
            continue;
        }
        let version = console.domains(&id).version(app.effective).await?;
        for held in blocks.in_lists(&version.lists, now) {
            let apps = holders.entry(held.block.domain).or_default();
            if !apps.contains(&app.id) {
                apps.push(app.id.clone());
            }
        }
    }
    Ok(holders)
}

fn table(blocks: &[Block], holders: &Holders, me: &SignedIn, now: Timestamp, lang: Lang) -> Markup {
    html! {
        div.scroll {
            table.fold aria-label=(TITLE.of(lang)) {
                thead { tr {
                    th scope="col" { (DOMAIN.of(lang)) } th scope="col" { (show::WHY.of(lang)) }
                    th scope="col" { (UNTIL.of(lang)) } th scope="col" { (HELD.of(lang)) }
                    @if me.operates() { th scope="col" { span.hidden { (LIFT.of(lang)) } } }
                } }
                tbody { @for block in blocks { (row(block, holders.get(&block.domain), me, now, lang)) } }
            }
        }
    }
}

fn row(block: &Block, holders: Option<&Vec<String>>, me: &SignedIn, now: Timestamp, lang: Lang) -> Markup {
    let holders = holders.map(Vec::as_slice).unwrap_or_default();
    html! {
        tr {
            td { (show::entry(&block.domain)) }
            td { (show::foreign(&block.reason)) br; span.dim.small { (show::foreign(&block.by)) (show::comma(lang)) (show::moment(block.since, now, lang)) } }
            td data-label=(UNTIL.of(lang)) {
                @match block.until {
                    None => (FOR_EVER.of(lang)),
                    Some(until) if block.is_on(now) => (show::moment(until, now, lang)),
                    Some(_) => span.tag { (OVER.of(lang)) },
                }
            }
            td data-label=(HELD.of(lang)) {
                @if holders.is_empty() { span.dim { "–" } }
                @for id in holders.iter().take(SHOWN) { a href={ "/apps/" (id) } { (show::entry(id)) } " " }
                @if holders.len() > SHOWN { "+ " (holders.len() - SHOWN) }
            }
            @if me.operates() { td { (lifting(block, me, lang)) } }
        }
    }
}

fn lifting(block: &Block, me: &SignedIn, lang: Lang) -> Markup {
    html! {
        form.row method="post" action="/blocks/lift" {
            (csrf(&me.who))
            input type="hidden" name="domain" value=(block.domain);
            (show::why("", lang))
            button.quiet aria-label={ (LIFT.of(lang)) " " (block.domain) } { (LIFT.of(lang)) }
        }
    }
}

fn form(typed: &NewBlock, me: &SignedIn, lang: Lang) -> Markup {
    html! {
        form.row.card method="post" action="/blocks" aria-label=(ADD.of(lang)) {
            (csrf(&me.who))
            label { (DOMAIN.of(lang)) input name="domain" value=(typed.domain) required maxlength="253" spellcheck="false" autocapitalize="none" placeholder="example.com"; }
            label.wide { (show::WHY.of(lang)) input name="reason" value=(typed.reason) required maxlength="1000"; }
            label { (UNTIL.of(lang)) input type="date" name="until" value=(typed.until); }
            button { (ADD.of(lang)) }
        }
    }
}

const LOOKED_AT: u32 = 2_000;
const SHOWN: usize = 12;
const ADD: Text = Text("Block", "封禁");
const DOMAIN: Text = Text("Domain", "域名");
const FOR_EVER: Text = Text("until it is lifted", "直到解除");
const HELD: Text = Text("Taken from the lists of", "受影响的应用");
const HOW: Text = Text(
    "No app may call a blocked domain or any name below it, whatever its lists say; runtimes hear of it within a second.",
    "无论应用的列表如何，都不能访问被封禁的域名及其下所有域名；运行时会在一秒内得知。",
);
const LIFT: Text = Text("Lift", "解除");
const NONE: Text = Text("Nothing is blocked.", "没有封禁任何域名。");
const OVER: Text = Text("ended", "已结束");
const TITLE: Text = Text("Block list", "封禁列表");
const UNTIL: Text = Text("Until", "截止");
