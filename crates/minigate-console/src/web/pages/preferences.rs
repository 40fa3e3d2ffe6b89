//! Language and colours, kept in cookies: they hold for a browser, signed in or not.

use axum::response::Redirect;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use minigate_policy::diagnosis::Lang;
use serde::Deserialize;

use crate::web::back::within_console;
use crate::web::fields::Form;
use crate::web::visitor::{LANG_COOKIE, THEME_COOKIE, Theme};

#[derive(Debug, Deserialize)]
pub(super) struct Preferences {
    lang: String,
    theme: String,
    back: String,
}

pub(super) async fn set(jar: CookieJar, Form(wanted): Form<Preferences>) -> (CookieJar, Redirect) {
    let lang = wanted.lang.parse::<Lang>().unwrap_or_default();
    let theme = Theme::of(&wanted.theme).unwrap_or_default();
    let jar = jar
        .add(kept(LANG_COOKIE, lang.pick("en", "zh")))
        .add(kept(THEME_COOKIE, theme.as_str()));
    (jar, Redirect::to(within_console(&wanted.back)))
}

fn kept(name: &'static str, value: &'static str) -> Cookie<'static> {
    let mut cookie = Cookie::new(name, value);
    cookie.make_permanent();
    cookie.set_path("/");
    cookie.set_same_site(SameSite::Lax);
    cookie.set_http_only(true);
    cookie
}
