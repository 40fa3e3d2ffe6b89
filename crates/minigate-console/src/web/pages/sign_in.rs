//! Signing in and out, and the one-time link of a first password.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use maud::{Markup, html};
use minigate_policy::diagnosis::Lang;
use serde::Deserialize;

use super::show;
use crate::Console;
use crate::hidden::Hidden;
use crate::origin::Origin;
use crate::session::{Attempt, Sessions, SignInError};
use crate::text::Text;
use crate::web::back::within_console;
use crate::web::cookies;
use crate::web::failure::Failure;
use crate::web::fields::{Form, Query};
use crate::web::layout::{self, Page};
use crate::web::signed_in;
use crate::web::visitor::Visitor;

#[derive(Debug, Deserialize)]
pub(super) struct Next {
    pub(super) next: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Credentials {
    name: String,
    password: String,
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub(super) struct NewPassword {
    password: String,
    again: String,
}

pub(super) async fn form(
    State(console): State<Arc<Console>>,
    Query(wanted): Query<Next>,
    visitor: Visitor,
) -> Html<String> {
    let next = wanted.next.as_deref().unwrap_or("/");
    sign_in_page(&console, &visitor, next, "", None)
}

pub(super) async fn sign_in(
    State(console): State<Arc<Console>>,
    visitor: Visitor,
    headers: HeaderMap,
    jar: CookieJar,
    Form(typed): Form<Credentials>,
) -> Result<Response, Failure> {
    let device = cookies::device_secret(&headers, &console);
    let attempt = Attempt {
        name: typed.name.trim(),
        password: &Hidden::new(typed.password),
        origin: Origin::new(visitor.address),
        device: device.as_ref(),
    };
    let sessions = Sessions::of(console.store(), console.passwords());
    match sessions.sign_in(&attempt, console.now()).await {
        Ok(new) => {
            let jar = signed_in::begin(jar, &headers, &new, &console).await?;
            Ok((jar, Redirect::to(within_console(&typed.next))).into_response())
        }
        Err(SignInError::Refused) => {
            let page = sign_in_page(&console, &visitor, &typed.next, attempt.name, Some(WRONG));
            Ok((StatusCode::FORBIDDEN, page).into_response())
        }
        Err(other) => Err(other.into()),
    }
}

pub(super) async fn sign_out(
    State(console): State<Arc<Console>>,
    headers: HeaderMap,
    jar: CookieJar,
) -> Result<Response, Failure> {
    if let Some(secret) = cookies::session_secret(&headers, &console) {
        let sessions = Sessions::of(console.store(), console.passwords());
        sessions.sign_out(&secret, console.now()).await?;
    }
    Ok((cookies::end(jar, &console), Redirect::to("/sign-in")).into_response())
}

/// Whoever has the link sees whose it is, and sets a password.
pub(super) async fn invited(
    State(console): State<Arc<Console>>,
    Path(secret): Path<String>,
    visitor: Visitor,
) -> Result<Html<String>, Failure> {
    let sessions = Sessions::of(console.store(), console.passwords());
    let name = sessions.invited(&Hidden::new(secret), console.now()).await?;
    Ok(password_page(&visitor, name.as_str(), None))
}

pub(super) async fn redeem(
    State(console): State<Arc<Console>>,
    Path(secret): Path<String>,
    visitor: Visitor,
    headers: HeaderMap,
    jar: CookieJar,
    Form(typed): Form<NewPassword>,
) -> Result<Response, Failure> {
    let lang = visitor.lang;
    let sessions = Sessions::of(console.store(), console.passwords());
    let (secret, now) = (Hidden::new(secret), console.now());
    let refused = |name: &str, why: String| {
        let page = password_page(&visitor, name, Some(why));
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    let name = sessions.invited(&secret, now).await?;
    if typed.password != typed.again {
        return refused(name.as_str(), DIFFERENT.of(lang).to_owned());
    }
    let origin = Origin::new(visitor.address);
    match sessions
        .redeem(&secret, &Hidden::new(typed.password), origin, now)
        .await
    {
        Ok(new) => {
            let jar = signed_in::begin(jar, &headers, &new, &console).await?;
            Ok((jar, Redirect::to("/")).into_response())
        }
        Err(error @ SignInError::Weak(_)) => refused(name.as_str(), Failure::from(error).tell(lang)),
        Err(other) => Err(other.into()),
    }
}

fn sign_in_page(
    console: &Console,
    visitor: &Visitor,
    next: &str,
    name: &str,
    wrong: Option<Text>,
) -> Html<String> {
    let lang = visitor.lang;
    let provider = console.settings().provider.as_deref();
    let body = html! {
        div.narrow {
            h1 { (SIGN_IN.of(lang)) }
            @if let Some(wrong) = wrong { div.note.bad role="alert" { p { (wrong.of(lang)) } } }
            form.stack method="post" action="/sign-in" {
                input type="hidden" name="next" value=(within_console(next));
                label { (NAME.of(lang))
                    input name="name" value=(show::shortened(name)) required maxlength="64" autocomplete="username" autocapitalize="none" spellcheck="false" autofocus;
                }
                label { (PASSWORD.of(lang))
                    input name="password" type="password" required maxlength="128" autocomplete="current-password";
                }
                div { button { (SIGN_IN.of(lang)) } }
            }
            @if let Some(provider) = provider {
                p { a.button href=(begin(next)) { (SIGN_IN_AT.of(lang)) " " (show::foreign(provider.name())) } }
            }
        }
    };
    layout::page(&Page::new(SIGN_IN.of(lang), visitor), &body)
}

fn begin(next: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("next", within_console(next));
    format!("/oidc/begin?{}", query.finish())
}

fn password_page(visitor: &Visitor, name: &str, wrong: Option<String>) -> Html<String> {
    let lang = visitor.lang;
    let body = html! {
        div.narrow {
            h1 { (WELCOME.of(lang)) " " (show::foreign(name)) }
            p { (FIRST_PASSWORD.of(lang)) }
            @if let Some(wrong) = wrong { div.note.bad role="alert" { p { (wrong) } } }
            form.stack method="post" {
                // A password manager keeps the name with the password.
                input type="text" name="name" value=(name) autocomplete="username" readonly hidden;
                (new_password_fields(lang))
                div { button { (SET.of(lang)) } }
            }
        }
    };
    let title = format!("{} {name}", WELCOME.of(lang));
    layout::page(&Page::new(&title, visitor), &body)
}

/// The fields of a new password, with what it has to be.
pub(super) fn new_password_fields(lang: Lang) -> Markup {
    html! {
        label { (NEW_PASSWORD.of(lang))
            input name="password" type="password" required minlength="12" maxlength="128" autocomplete="new-password" aria-describedby="rule";
        }
        p.dim #rule { (RULE.of(lang)) }
        label { (AGAIN.of(lang))
            input name="again" type="password" required minlength="12" maxlength="128" autocomplete="new-password";
        }
    }
}

const AGAIN: Text = Text("The same again", "再次输入");
pub(super) const DIFFERENT: Text = Text("The two passwords are different.", "两次输入的密码不同。");
const FIRST_PASSWORD: Text = Text(
    "Choose a password. This link works once.",
    "请设置密码。此链接只能使用一次。",
);
const NAME: Text = Text("Name", "用户名");
const NEW_PASSWORD: Text = Text("New password", "新密码");
const PASSWORD: Text = Text("Password", "密码");
const RULE: Text = Text(
    "12 to 128 characters; several words are easier to remember than signs.",
    "12 到 128 个字符；几个词连在一起比符号更好记。",
);
const SET: Text = Text("Set password and sign in", "设置密码并登录");
const SIGN_IN: Text = Text("Sign in", "登录");
const SIGN_IN_AT: Text = Text("Sign in with", "使用以下方式登录");
const WELCOME: Text = Text("Welcome,", "欢迎");
const WRONG: Text = Text("Name or password is wrong.", "用户名或密码错误。");
