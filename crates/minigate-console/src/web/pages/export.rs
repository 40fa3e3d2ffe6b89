//! Lists as files: the same lists give the same bytes.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use minigate_policy::WrittenLists;
use minigate_policy::diagnosis::Lang;
use serde::Deserialize;

use crate::Console;
use crate::access::Right;
use crate::app::App;
use crate::bulk::{self, Format};
use crate::domains::{Domains, DomainsError};
use crate::text::Text;
use crate::web::failure::malformed::Malformed;
use crate::web::failure::{Cause, Failure};
use crate::web::fields::Query;
use crate::web::signed_in::SignedIn;

/// Which lists, in which format.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    of: String,
    format: String,
}

pub(super) async fn download(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
    me: SignedIn,
) -> Result<Response, Failure> {
    let id = me.app(&console, &id, Right::Read).await?;
    let (name, lists) = lists(&console.domains(&id), &wanted.of).await?;
    let (format, kind, ending) = match wanted.format.as_str() {
        "platform" => (Format::Platform, "application/json", "platform.json"),
        "lists" => (Format::Lists, "application/json", "json"),
        "csv" => (Format::Csv, "text/csv; charset=utf-8", "csv"),
        _ => {
            return Err(Cause::malformed(Malformed::no_choice(
                "format",
                &wanted.format,
                &["platform", "lists", "csv"],
            )));
        }
    };
    let disposition = format!("attachment; filename=\"{id}-{name}.{ending}\"");
    let headers = [
        (CONTENT_TYPE, kind.to_owned()),
        (CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, bulk::export(&lists, format)).into_response())
}

async fn lists(domains: &Domains<'_>, of: &str) -> Result<(String, WrittenLists), Failure> {
    let version = match of {
        "draft" => {
            let draft = domains.draft().await?.ok_or(DomainsError::NoDraft)?;
            return Ok(("draft".to_owned(), draft.lists));
        }
        "effective" => domains
            .effective()
            .await?
            .ok_or(DomainsError::NoVersion { number: 0 })?,
        number => {
            let number = number.parse().map_err(|_| {
                Cause::malformed(Malformed::no_choice("of", of, &["effective", "draft", "NUMBER"]))
            })?;
            domains.version(number).await?
        }
    };
    Ok((format!("version-{}", version.number), version.lists))
}

/// What can be had of an app.
pub(super) fn section(app: &App, has_draft: bool, lang: Lang) -> Markup {
    html! {
        section aria-labelledby="export" {
            h2 #export { (EXPORT.of(lang)) }
            div.card {
                @if app.effective == 0 && !has_draft { p.dim { (NOTHING.of(lang)) } }
                @if app.effective > 0 { p { (EFFECTIVE.of(lang)) ": " (links(&app.id, "effective", lang)) } }
                @if has_draft { p { (DRAFT.of(lang)) ": " (links(&app.id, "draft", lang)) } }
                @if app.effective > 1 { (of_any_version(app, lang)) }
            }
        }
    }
}

/// The formats of some lists, each a link.
pub(super) fn links(id: &str, of: &str, lang: Lang) -> Markup {
    html! {
        @for (number, (format, name)) in FORMATS.into_iter().enumerate() {
            @if number > 0 { " · " }
            a href={ "/apps/" (id) "/export?of=" (of) "&format=" (format) } download { (name.of(lang)) }
        }
    }
}

fn of_any_version(app: &App, lang: Lang) -> Markup {
    html! {
        form.row action={ "/apps/" (app.id) "/export" } {
            label { (VERSION.of(lang)) " " input name="of" type="number" min="1" max=(app.effective) value=(app.effective) required; }
            label { (FORMAT.of(lang)) " "
                select name="format" { @for (format, name) in FORMATS { option value=(format) { (name.of(lang)) } } }
            }
            button.quiet { (DOWNLOAD.of(lang)) }
        }
    }
}

const FORMATS: [(&str, Text); 3] = [("platform", PLATFORM), ("lists", LISTS), ("csv", CSV)];
pub(super) const CSV: Text = Text("CSV", "CSV");
pub(super) const LISTS: Text = Text("JSON", "JSON");
pub(super) const PLATFORM: Text = Text("JSON of the platform's API", "平台接口的 JSON");
const DOWNLOAD: Text = Text("Download", "下载");
const DRAFT: Text = Text("The draft", "草稿");
const EFFECTIVE: Text = Text("The effective version", "生效版本");
const EXPORT: Text = Text("Export", "导出");
const FORMAT: Text = Text("Format", "格式");
const NOTHING: Text = Text("There is nothing to export yet.", "还没有可以导出的内容。");
const VERSION: Text = Text("Version", "版本");
