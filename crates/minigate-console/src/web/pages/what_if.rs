//! What would become of a call: asked here, and wherever a verdict is shown.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use maud::{Markup, html};
use minigate_policy::diagnosis::Lang;
use minigate_policy::{AppId, Era, Interface, Platform, Release};
use serde::Deserialize;

use super::show;
use crate::Console;
use crate::access::Right;
use crate::text::Text;
use crate::web::failure::malformed::{LONG_URL, Malformed};
use crate::web::failure::{Cause, Failure};
use crate::web::fields::Query;
use crate::web::layout::Place;
use crate::web::signed_in::SignedIn;
use crate::what_if::{Check, Lists, Question, WhatIf, what_if};

/// A question as a form asks it; what is left out has the value with which the form begins.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    app: String,
    interface: String,
    url: String,
    release: String,
    platform: String,
    era: String,
    lists: String,
    skip: Option<String>,
}

pub(super) async fn page(
    State(console): State<Arc<Console>>,
    Query(asked): Query<Asked>,
    me: SignedIn,
) -> Result<Response, Failure> {
    let lang = me.visitor.lang;
    let answer = match answer(&console, &me, &asked).await {
        Some(Err(failure)) if failure.status() == StatusCode::FORBIDDEN => return Err(failure),
        answer => answer.transpose(),
    };
    let apps = console.apps_of(&me.caller, None, MOST_APPS).await?;
    let body = html! {
        h1 { (WHAT_IF.of(lang)) }
        p { (HOW.of(lang)) }
        @match &answer {
            Ok(None) => {},
            Ok(Some((id, what_if))) => (verdict(id, what_if, &me, console.now())),
            Err(failure) => (show::refused(failure, lang)),
        }
        (form(&asked, apps.iter().map(|app| app.id.as_str()), lang))
    };
    let status = answer.as_ref().map_or_else(Failure::status, |_| StatusCode::OK);
    let shown = me.show(WHAT_IF.of(lang), Place::WhatIf, &body);
    Ok((status, shown).into_response())
}

impl Asked {
    /// What a form of an app begins with.
    pub(super) fn of(id: &str) -> Self {
        Self {
            app: id.to_owned(),
            ..Self::default()
        }
    }

    fn question(&self) -> Result<Question, Failure> {
        if self.url.chars().count() > LONGEST_URL {
            return Err(Cause::malformed(LONG_URL));
        }
        let or = |text: &'_ str, other: &str| {
            if text.is_empty() {
                other.to_owned()
            } else {
                text.to_owned()
            }
        };
        let interface = or(&self.interface, Interface::Request.name());
        let era = Some(self.era.as_str()).filter(|era| !era.is_empty());
        Ok(Question {
            interface: interface
                .parse()
                .map_err(|_| Cause::malformed(Malformed::no_interface("interface", &interface)))?,
            url: self.url.trim().to_owned(),
            release: or(&self.release, FIRST_RELEASE)
                .parse()
                .map_err(|_| Cause::malformed(Malformed::of(&self.release, NO_RELEASE)))?,
            platform: or(&self.platform, "android").parse().map_err(|_| {
                Cause::malformed(Malformed::no_choice("platform", &self.platform, &PLATFORMS))
            })?,
            era: era.map(str::parse).transpose().map_err(|_| {
                Cause::malformed(Malformed::no_choice("era", &self.era, &["guide", "current"]))
            })?,
            lists: lists(&self.lists)?,
            check: self.skip.as_ref().map_or(Check::Made, |_| Check::Skipped),
        })
    }
}

fn lists(name: &str) -> Result<Lists, Failure> {
    match name {
        "" | "effective" => Ok(Lists::Effective),
        "draft" => Ok(Lists::Draft),
        _ => Err(Cause::malformed(Malformed::no_choice(
            "lists",
            name,
            &["effective", "draft"],
        ))),
    }
}

/// Nothing before anything is asked.
async fn answer(console: &Console, me: &SignedIn, asked: &Asked) -> Option<Result<(AppId, WhatIf), Failure>> {
    if asked.app.is_empty() || asked.url.is_empty() {
        return None;
    }
    Some(judge(console, me, asked).await)
}

async fn judge(console: &Console, me: &SignedIn, asked: &Asked) -> Result<(AppId, WhatIf), Failure> {
    let id = me.app(console, asked.app.trim(), Right::Read).await?;
    let question = asked.question()?;
    let found = what_if(console.store(), &id, &question, me.visitor.lang, console.now()).await?;
    Ok((id, found))
}

/// What would become of a call, why, and what can be done.
pub(super) fn verdict(id: &AppId, found: &WhatIf, me: &SignedIn, now: Timestamp) -> Markup {
    let lang = me.visitor.lang;
    let (class, word) = if found.is_allowed {
        ("good", ALLOWED)
    } else {
        ("bad", REFUSED)
    };
    html! {
        section.note.(class) aria-labelledby="verdict" {
            h2 #verdict { span aria-hidden="true" { @if found.is_allowed { "✓ " } @else { "✕ " } } (word.of(lang)) }
            p {
                @if let Some(rule) = found.told.rule { span.tag.bad { (rule.id()) } " " }
                (show::sentence(&found.told.headline))
            }
            @if let Some(block) = &found.blocked { p { (show::sentence(&block.tell(lang))) } }
            (sentences(SEEN, &found.told.seen, lang))
            (sentences(REMEDIES, &found.told.remedies, lang))
            @if can_be_proposed(found) { (proposal(id, found, me)) }
        }
        div.card { (facts(found, now, lang)) }
    }
}

fn sentences(heading: Text, sentences: &[String], lang: Lang) -> Markup {
    html! {
        @if !sentences.is_empty() {
            h3 { (heading.of(lang)) }
            ul { @for sentence in sentences { li { (show::sentence(sentence)) } } }
        }
    }
}

fn facts(found: &WhatIf, now: Timestamp, lang: Lang) -> Markup {
    let verdict = &found.verdict;
    html! {
        dl.facts {
            dt { (CALL.of(lang)) }
            dd { code { (show::purpose(verdict.interface).of(lang)) } " " (show::entry(&verdict.url)) }
            @if let Some(origin) = &verdict.origin { dt { (ORIGIN.of(lang)) } dd { (show::entry(origin)) } }
            dt { (LIST.of(lang)) }
            dd { (consulted(found, lang)) }
            dt { (BY.of(lang)) }
            dd {
                code { (verdict.app) } (show::comma(lang)) (release(verdict.release).of(lang)) (show::comma(lang))
                (platform(verdict.platform).of(lang)) (show::comma(lang)) (era(verdict.era).of(lang))
            }
            @if let Some(grant) = &found.grant {
                dt { (GRANT.of(lang)) }
                dd { (show::foreign(&grant.by)) (show::comma(lang)) (UNTIL.of(lang)) " " (show::moment(grant.until, now, lang)) }
            }
        }
    }
}

fn consulted(found: &WhatIf, lang: Lang) -> Markup {
    let list = &found.verdict.list;
    html! {
        code { (list.interface.name()) } ", "
        @match (lang, list.entries) {
            (Lang::En, 1) => "1 entry",
            (Lang::En, entries) => { (entries) " entries" },
            (Lang::Zh, entries) => { (entries) " 项" },
        }
        (show::comma(lang))
        @match list.version.as_deref() {
            Some("draft") => (OF_DRAFT.of(lang)),
            Some(number) => { (OF_VERSION.of(lang)) " " (show::foreign(number)) },
            None => (OF_NOTHING.of(lang)),
        }
    }
}

pub(super) fn can_be_proposed(found: &WhatIf) -> bool {
    use minigate_policy::Reason;
    let is_effective = found.verdict.list.version.as_deref() != Some("draft");
    is_effective && matches!(found.verdict.reason(), Some(Reason::NotListed { .. }))
}

fn proposal(id: &AppId, found: &WhatIf, me: &SignedIn) -> Markup {
    let lang = me.visitor.lang;
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("interface", found.verdict.interface.name());
    query.append_pair("url", &found.verdict.url);
    html! {
        @if me.caller.may(Right::Write, Some(id)) && !me.visitor.place.starts_with(&format!("/apps/{id}/propose")) {
            p { a.button href={ "/apps/" (id) "/propose?" (query.finish()) } { (PROPOSE.of(lang)) } }
        }
    }
}

/// The form, with what was asked.
pub(super) fn form<'a>(asked: &Asked, apps: impl Iterator<Item = &'a str>, lang: Lang) -> Markup {
    html! {
        form.stack.card action="/what-if" {
            label { (APP.of(lang)) input name="app" list="apps" required maxlength="64" value=(asked.app) autocomplete="off" spellcheck="false"; }
            datalist id="apps" { @for id in apps { option value=(id) {} } }
            (call(asked, lang))
            details open[asked.is_special()] {
                summary { (MORE.of(lang)) }
                div.fields { (terms(asked, lang)) }
            }
            div { button { (ASK.of(lang)) } }
        }
    }
}

/// The form of one app, on its own page.
pub(super) fn small_form(id: &str, lang: Lang) -> Markup {
    let asked = Asked::of(id);
    html! {
        form.stack.card action="/what-if" aria-labelledby="ask" {
            h2 #ask { (WHAT_IF.of(lang)) }
            input type="hidden" name="app" value=(id);
            (call(&asked, lang))
            div { button.quiet { (ASK.of(lang)) } }
        }
    }
}

impl Asked {
    /// Whether something is asked beyond the call itself.
    fn is_special(&self) -> bool {
        let said = [&self.release, &self.platform, &self.era, &self.lists];
        said.into_iter().any(|text| !text.is_empty()) || self.skip.is_some()
    }
}

fn call(asked: &Asked, lang: Lang) -> Markup {
    html! {
        label { (INTERFACE.of(lang))
            select name="interface" {
                @for interface in Interface::ALL {
                    option value=(interface.name()) selected[asked.interface == interface.name()] {
                        (show::purpose(interface).of(lang))
                    }
                }
            }
        }
        label { "URL"
            input name="url" required maxlength=(LONGEST_URL) value=(show::harmless(&asked.url)) inputmode="url"
                placeholder="https://api.example.com/items" autocomplete="off" spellcheck="false";
        }
    }
}

fn terms(asked: &Asked, lang: Lang) -> Markup {
    let options = |name: &'static str, value: &str, options: &[(&str, Text)]| {
        html! {
            select name=(name) {
                @for (each, text) in options { option value=(each) selected[*each == value] { (text.of(lang)) } }
            }
        }
    };
    html! {
        label { (WHICH_LISTS.of(lang)) (options("lists", &asked.lists, &[("effective", EFFECTIVE), ("draft", DRAFT)])) }
        label { (RELEASE.of(lang)) (options("release", &asked.release, &[
            (FIRST_RELEASE, release(Release::Release(std::num::NonZeroU32::MIN))), ("develop", release(Release::Develop)),
            ("trial", release(Release::Trial)), ("review", release(Release::Review)), ("devtools", release(Release::Devtools)),
        ])) }
        label { (PLATFORM.of(lang)) (options("platform", &asked.platform, &[
            ("android", platform(Platform::Android)), ("ios", platform(Platform::Ios)), ("devtools", platform(Platform::Devtools)),
        ])) }
        label { (ERA.of(lang)) (options("era", &asked.era, &[
            ("", OWN_ERA), ("current", era(Era::Current)), ("guide", era(Era::Guide)),
        ])) }
        label.inline { input type="checkbox" name="skip" value="yes" checked[asked.skip.is_some()]; " " (SKIP.of(lang)) }
    }
}

const PLATFORMS: [&str; 3] = ["android", "ios", "devtools"];
const fn release(release: Release) -> Text {
    match release {
        Release::Devtools => Text("developer tool", "开发者工具"),
        Release::Develop => Text("development version", "开发版"),
        Release::Trial => Text("trial version", "体验版"),
        Release::Review => Text("version under review", "审核版"),
        Release::Release(_) => Text("published version", "正式版"),
    }
}

const fn platform(platform: Platform) -> Text {
    match platform {
        Platform::Android => Text("Android", "Android"),
        Platform::Ios => Text("iOS", "iOS"),
        Platform::Devtools => Text("developer tool", "开发者工具"),
    }
}

const fn era(era: Era) -> Text {
    match era {
        Era::Current => Text("today's limits", "现行限额"),
        Era::Guide => Text("the guide's limits", "指南时期的限额"),
    }
}

const MOST_APPS: u32 = 200;
const NO_RELEASE: Text = Text(
    "is no release: devtools, develop, trial, review, or the number of one that is out",
    "不是有效的版本：应为 devtools、develop、trial、review 或已发布版本的编号",
);
const LONGEST_URL: usize = 4_096;
const FIRST_RELEASE: &str = "1";
const ALLOWED: Text = Text("The call may leave", "允许调用");
const APP: Text = Text("App ID", "AppID");
const ASK: Text = Text("Judge the call", "判定");
const BY: Text = Text("Called by", "调用方");
const CALL: Text = Text("Call", "调用");
const DRAFT: Text = Text("the draft", "草稿");
const EFFECTIVE: Text = Text("the effective version", "生效版本");
const ERA: Text = Text("Limits", "限额");
const GRANT: Text = Text("May skip the check by leave of", "免校验许可");
const HOW: Text = Text(
    "Judges a call exactly as runtimes do, without making it.",
    "按运行时的规则判定一次调用，但不会真正发出。",
);
const INTERFACE: Text = Text("Interface", "接口");
const LIST: Text = Text("List consulted", "所查列表");
const MORE: Text = Text("Lists, release, platform", "列表、版本类型、平台");
const OF_DRAFT: Text = Text("of the draft", "草稿");
const OF_NOTHING: Text = Text("nothing is published", "尚未发布");
const OF_VERSION: Text = Text("of version", "版本");
const ORIGIN: Text = Text("Origin", "源");
const OWN_ERA: Text = Text("the app's own", "应用自身");
const PLATFORM: Text = Text("Platform", "平台");
const PROPOSE: Text = Text("Propose this domain", "提议添加此域名");
const REFUSED: Text = Text("The call is refused", "拒绝调用");
const RELEASE: Text = Text("Release", "版本类型");
const REMEDIES: Text = Text("What to do", "处理办法");
const SEEN: Text = Text("What comes near", "相近的条目");
const SKIP: Text = Text("asks to skip the check", "请求跳过校验");
const UNTIL: Text = Text("until", "有效期至");
const WHAT_IF: Text = Text("What if", "试算");
const WHICH_LISTS: Text = Text("By which lists", "依据的列表");
