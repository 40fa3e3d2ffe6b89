//! The leave of an app to skip the check in development (rules S1 and S2).

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use jiff::SignedDuration;
use maud::{Markup, html};
use minigate_policy::AppId;
use serde::Deserialize;

use super::app::{self, Tab, seen};
use super::show;
use crate::By;
use crate::Console;
use crate::access::Right;
use crate::grant::{self, Grant, Unreleased};
use crate::text::Text;
use crate::web::failure::malformed::Malformed;
use crate::web::failure::{Cause, Failure};
use crate::web::fields::Form;
use crate::web::layout::{Place, csrf};
use crate::web::signed_in::{Reason, SignedIn};

/// What is to be done.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    #[serde(rename = "do")]
    wish: String,
    develop: Option<String>,
    trial: Option<String>,
    days: Option<i64>,
    reason: String,
}

pub(super) async fn page(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    me: SignedIn,
) -> Result<Html<String>, Failure> {
    let id = me.app(&console, &id, Right::Read).await?;
    whole(&console, &me, &id, &Wish::default(), None).await
}

pub(super) async fn change(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    me: SignedIn,
    Form(wish): Form<Wish>,
) -> Result<Response, Failure> {
    let (id, by) = me.allow_in(&console, &id, Right::Manage).await?;
    match carry_out(&console, &id, &wish, by).await {
        Ok(()) => Ok(Redirect::to(&format!("/apps/{id}/grants")).into_response()),
        Err(failure) => {
            let page = whole(&console, &me, &id, &wish, Some(&failure)).await?;
            Ok((failure.status(), page).into_response())
        }
    }
}

async fn carry_out(console: &Console, id: &AppId, wish: &Wish, by: By) -> Result<(), Failure> {
    match wish.wish.as_str() {
        "give" => {
            let days = SignedDuration::from_hours(24 * wish.days.unwrap_or(DAYS).clamp(-1, 1_000));
            let until = by
                .at()
                .checked_add(days)
                .map_err(|_| Cause::malformed(Malformed::no_choice("days", &days.to_string(), &[])))?;
            grant::give(console.store(), id, &wish.releases(), until, &wish.reason, &by).await?;
        }
        "withdraw" => {
            let by = Reason::of(&wish.reason).given_to(by)?;
            grant::withdraw(console.store(), id, &by).await?;
        }
        _ => {
            return Err(Cause::malformed(Malformed::no_choice(
                "do",
                &wish.wish,
                &["give", "withdraw"],
            )));
        }
    }
    Ok(())
}

impl Wish {
    fn releases(&self) -> Vec<Unreleased> {
        let develop = self.develop.as_ref().map(|_| Unreleased::Develop);
        let trial = self.trial.as_ref().map(|_| Unreleased::Trial);
        develop.into_iter().chain(trial).collect()
    }
}

async fn whole(
    console: &Console,
    me: &SignedIn,
    id: &AppId,
    wish: &Wish,
    failure: Option<&Failure>,
) -> Result<Html<String>, Failure> {
    let (_, app) = seen(console, me, id.as_str(), Right::Read).await?;
    let lang = me.visitor.lang;
    let last = grant::load(console.store(), id).await?.map(|(_, grant)| grant);
    let body = html! {
        (app::head(&app, Tab::Grants, me))
        h2 { (GRANTS.of(lang)) }
        p { (WHAT.of(lang)) }
        @if let Some(failure) = failure { (show::refused(failure, lang)) }
        @match &last {
            Some(grant) => (one(id, grant, console, me)),
            None => p.dim { (NONE.of(lang)) },
        }
        @if me.caller.may(Right::Manage, Some(id)) { (form(id, wish, me)) }
    };
    Ok(me.show(&app.name, Place::Apps, &body))
}

fn one(id: &AppId, grant: &Grant, console: &Console, me: &SignedIn) -> Markup {
    let (lang, now) = (me.visitor.lang, console.now());
    html! {
        section.card {
            p { @if grant.holds(now) { span.tag.warn { (HOLDS.of(lang)) } } @else { span.tag { (ENDED.of(lang)) } } }
            dl.facts {
                dt { (RELEASES.of(lang)) } dd { @for release in &grant.releases { (told(*release).of(lang)) " " } }
                dt { (GIVEN.of(lang)) } dd { (show::foreign(&grant.by)) (show::comma(lang)) (show::moment(grant.since, now, lang)) }
                dt { (UNTIL.of(lang)) } dd { (show::moment(grant.until, now, lang)) }
                dt { (show::WHY.of(lang)) } dd { (show::foreign(&grant.reason)) }
            }
            @if grant.holds(now) && me.caller.may(Right::Manage, Some(id)) {
                form.row method="post" action={ "/apps/" (id) "/grants" } {
                    (csrf(&me.who))
                    (show::why("", lang))
                    button.danger name="do" value="withdraw" { (WITHDRAW.of(lang)) }
                }
            }
        }
    }
}

fn form(id: &AppId, wish: &Wish, me: &SignedIn) -> Markup {
    let lang = me.visitor.lang;
    html! {
        form.stack.card method="post" action={ "/apps/" (id) "/grants" } aria-labelledby="give" {
            h2 #give { (GIVE.of(lang)) }
            (csrf(&me.who))
            fieldset {
                legend { (RELEASES.of(lang)) }
                label.inline { input type="checkbox" name="develop" value="yes" checked[wish.develop.is_some()]; " " (told(Unreleased::Develop).of(lang)) }
                label.inline { input type="checkbox" name="trial" value="yes" checked[wish.trial.is_some()]; " " (told(Unreleased::Trial).of(lang)) }
            }
            label { (HOW_LONG.of(lang)) input name="days" type="number" min="1" max="30" value=(wish.days.unwrap_or(DAYS)) required; }
            label { (show::WHY.of(lang)) input name="reason" maxlength="1000" required value=(show::harmless(&wish.reason)); }
            div { button name="do" value="give" { (GIVE.of(lang)) } }
        }
    }
}

const fn told(release: Unreleased) -> Text {
    match release {
        Unreleased::Develop => Text("development version", "开发版"),
        Unreleased::Trial => Text("trial version", "体验版"),
    }
}

const DAYS: i64 = 7;
const ENDED: Text = Text("ended", "已结束");
const GIVE: Text = Text("Let the check be skipped", "允许跳过校验");
const GIVEN: Text = Text("Given by", "授予人");
const GRANTS: Text = Text("Skipping the check in development", "开发阶段跳过校验");
const HOLDS: Text = Text("the check may be skipped now", "目前允许跳过校验");
const HOW_LONG: Text = Text("For how many days, 1 to 30", "有效天数（1 到 30）");
const NONE: Text = Text("The check has never been skipped by leave.", "从未授予过许可。");
const RELEASES: Text = Text("Releases", "版本类型");
const UNTIL: Text = Text("Ends by itself", "自动结束");
const WHAT: Text = Text(
    "Development and trial versions may skip the domain check until a moment that you set; published versions never may.",
    "开发版和体验版可在设定的期限内跳过域名校验；正式版永远不能。",
);
const WITHDRAW: Text = Text("End it now", "立即结束");
