//! One's own account.

pub(super) mod tokens;

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use maud::{Markup, html};
use serde::Deserialize;

use super::accounts::role_name;
use super::show;
use super::sign_in::{DIFFERENT, new_password_fields};
use crate::Console;
use crate::hidden::Hidden;
use crate::session::{Sessions, SignInError};
use crate::text::Text;
use crate::token::Tokens;
use crate::web::cookies;
use crate::web::failure::Failure;
use crate::web::fields::Form;
use crate::web::layout::{self, Page, csrf};
use crate::web::signed_in::{PASSWORD_PAGE, SignedIn};

#[derive(Deserialize)]
pub(super) struct Change {
    old: String,
    password: String,
    again: String,
    end_tokens: Option<String>,
}

pub(super) async fn overview(
    State(console): State<Arc<Console>>,
    me: SignedIn,
) -> Result<Html<String>, Failure> {
    page(&console, &me, &tokens::Typed::default(), None).await
}

async fn page(
    console: &Console,
    me: &SignedIn,
    typed: &tokens::Typed,
    wrong: Option<&Failure>,
) -> Result<Html<String>, Failure> {
    let lang = me.visitor.lang;
    let body = html! {
        h1 { (show::foreign(&me.session.account().display_name)) " " small.dim { code { (me.who.name) } } }
        @if let Some(wrong) = wrong { div.note.bad role="alert" { p { (show::sentence(&wrong.tell(lang))) } } }
        (facts(console, me))
        (tokens::section(console, me, typed).await?)
    };
    Ok(layout::page(
        &Page::new(MINE.of(lang), &me.visitor).of(&me.who),
        &body,
    ))
}

fn facts(console: &Console, me: &SignedIn) -> Markup {
    let lang = me.visitor.lang;
    let roles = &me.session.account().roles;
    html! {
        div.card {
            dl.facts {
                dt { (ON_PLATFORM.of(lang)) } dd { (role_name(roles.platform, lang)) }
                dt { (IN_APPS.of(lang)) }
                dd {
                    @if roles.apps.is_empty() { span.dim { "–" } }
                    @for (app, role) in &roles.apps {
                        a href={ "/apps/" (app) } { (show::entry(app)) } " " (role_name(Some(*role), lang)) br;
                    }
                }
                dt { (SESSION.of(lang)) }
                dd { (show::ends(me.session.ends_at(), console.now(), lang)) }
            }
            div.actions {
                a.button.quiet href=(PASSWORD_PAGE) { (TITLE.of(lang)) }
                form method="post" action="/me/sign-out-everywhere" {
                    (csrf(&me.who))
                    button.quiet { (SIGN_OUT_EVERYWHERE.of(lang)) }
                }
            }
        }
    }
}

pub(super) async fn password(me: SignedIn) -> Html<String> {
    password_page(&me, None)
}

pub(super) async fn change_password(
    State(console): State<Arc<Console>>,
    me: SignedIn,
    jar: CookieJar,
    Form(typed): Form<Change>,
) -> Result<Response, Failure> {
    let lang = me.visitor.lang;
    let refused = |why: String| {
        let page = password_page(&me, Some(why));
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    if typed.password != typed.again {
        return refused(DIFFERENT.of(lang).to_owned());
    }
    let sessions = Sessions::of(console.store(), console.passwords());
    let (old, new) = (Hidden::new(typed.old), Hidden::new(typed.password));
    match sessions
        .change_password(&me.session, &old, &new, console.now())
        .await
    {
        Ok(new) => {
            if typed.end_tokens.is_some() {
                Tokens::of(console.store())
                    .revoke_all(&new.session, console.now())
                    .await?;
            }
            Ok((cookies::begin(jar, &new, &console), Redirect::to("/")).into_response())
        }
        Err(SignInError::Refused) => refused(WRONG_OLD.of(lang).to_owned()),
        Err(error @ (SignInError::Weak(_) | SignInError::SamePassword)) => {
            refused(Failure::from(error).tell(lang))
        }
        Err(other) => Err(other.into()),
    }
}

pub(super) async fn sign_out_everywhere(
    State(console): State<Arc<Console>>,
    me: SignedIn,
    jar: CookieJar,
) -> Result<Response, Failure> {
    let sessions = Sessions::of(console.store(), console.passwords());
    sessions.sign_out_everywhere(&me.session, console.now()).await?;
    Ok((cookies::end(jar, &console), Redirect::to("/sign-in")).into_response())
}

fn password_page(me: &SignedIn, wrong: Option<String>) -> Html<String> {
    let lang = me.visitor.lang;
    let must_change = me.session.caller().is_err();
    let body = html! {
        div.narrow {
            h1 { (TITLE.of(lang)) }
            @if must_change { div.note.warn { p { (MUST_CHANGE.of(lang)) } } }
            @if let Some(wrong) = wrong { div.note.bad role="alert" { p { (wrong) } } }
            form.stack method="post" {
                (csrf(&me.who))
                label { (OLD.of(lang))
                    input name="old" type="password" required maxlength="128" autocomplete="current-password";
                }
                (new_password_fields(lang))
                p.dim #tokens { (TOKENS_STAY.of(lang)) }
                label.inline { input type="checkbox" name="end_tokens" value="yes" aria-describedby="tokens"; " " (END_TOKENS.of(lang)) }
                div { button { (TITLE.of(lang)) } }
            }
        }
    };
    layout::page(&Page::new(TITLE.of(lang), &me.visitor).of(&me.who), &body)
}

const END_TOKENS: Text = Text("Revoke all my API tokens too", "同时吊销我的所有 API 令牌");
const IN_APPS: Text = Text("In apps", "应用角色");
const MINE: Text = Text("Your account", "我的账号");
const MUST_CHANGE: Text = Text(
    "Somebody else knows your password: choose your own before you go on.",
    "别人知道你的密码：请先设置自己的密码再继续。",
);
const OLD: Text = Text("Present password", "当前密码");
const ON_PLATFORM: Text = Text("On the platform", "平台角色");
const SESSION: Text = Text("This session", "本次会话");
const SIGN_OUT_EVERYWHERE: Text = Text("Sign out everywhere", "在所有设备上退出");
const TITLE: Text = Text("Change the password", "修改密码");
const TOKENS_STAY: Text = Text(
    "All your other sessions end. Your API tokens go on working, unless they are revoked.",
    "你的其他会话都会结束。API 令牌仍然有效，除非将其吊销。",
);
const WRONG_OLD: Text = Text("The present password is wrong.", "当前密码错误。");
