//! The platform's settings: filings, signing keys, and what this console is.

mod filings;
mod keys;

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use maud::{Markup, html};
use minigate_policy::diagnosis::Lang;

pub(super) use filings::{import, set_terms};
pub(super) use keys::change as change_keys;

use crate::Console;
use crate::access::Right;
use crate::text::Text;
use crate::web::failure::Failure;
use crate::web::fields::Query;
use crate::web::layout::Place;
use crate::web::pages::show;
use crate::web::signed_in::SignedIn;

pub(super) async fn show(
    State(console): State<Arc<Console>>,
    Query(wanted): Query<filings::Wanted>,
    me: SignedIn,
) -> Result<Html<String>, Failure> {
    page(&console, &me, &wanted, &filings::Typed::default(), None).await
}

async fn page(
    console: &Console,
    me: &SignedIn,
    wanted: &filings::Wanted,
    typed: &filings::Typed,
    wrong: Option<&Failure>,
) -> Result<Html<String>, Failure> {
    me.allow(console, Right::Read, None).await?;
    let lang = me.visitor.lang;
    let body = html! {
        h1 { (TITLE.of(lang)) }
        @if let Some(wrong) = wrong { div.note.bad role="alert" { p { (show::sentence(&wrong.tell(lang))) } } }
        (filings::section(console, me, wanted, typed).await?)
        (keys::section(console, me).await?)
        (facts(console, lang))
    };
    Ok(me.show(TITLE.of(lang), Place::Settings, &body))
}

/// Back to the settings, or the page with what is wrong and what was typed.
async fn done(
    console: &Console,
    me: &SignedIn,
    typed: &filings::Typed,
    result: Result<(), Failure>,
) -> Result<Response, Failure> {
    match result {
        Ok(()) => Ok(Redirect::to("/settings").into_response()),
        Err(failure) if failure.status().is_client_error() => {
            let page = page(console, me, &filings::Wanted::default(), typed, Some(&failure)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(failure) => Err(failure),
    }
}

fn facts(console: &Console, lang: Lang) -> Markup {
    html! {
        section.card aria-labelledby="facts" {
            h2 #facts { (FACTS.of(lang)) }
            dl.facts {
                dt { (VERSION.of(lang)) } dd { "minigate " (env!("CARGO_PKG_VERSION")) }
                dt { (DATABASE.of(lang)) } dd { (console.store().database()) }
                dt { (PUBLIC_URL.of(lang)) } dd { code { (console.settings().public_url) } }
                dt { (PROXIES.of(lang)) }
                dd {
                    @if console.settings().trusted_proxies.is_empty() { span.dim { "–" } }
                    @for proxy in &console.settings().trusted_proxies { code { (proxy) } " " }
                }
            }
        }
    }
}

const DATABASE: Text = Text("Database", "数据库");
const FACTS: Text = Text("This console", "本控制台");
const PROXIES: Text = Text("Trusted proxies", "受信任的代理");
const PUBLIC_URL: Text = Text("Public address", "公开地址");
const TITLE: Text = Text("Settings", "设置");
const VERSION: Text = Text("Version", "版本");
