//! The cookies that say who a browser is.

use axum::http::HeaderMap;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};

use crate::Console;
use crate::hidden::Hidden;
use crate::session::NewSession;

/// The cookies of a session that has begun: its own ends with the browser, its device's stays.
pub(super) fn begin(jar: CookieJar, new: &NewSession, console: &Console) -> CookieJar {
    let jar = jar.add(secret(session_name(console), &new.secret, console));
    match &new.device {
        None => jar,
        Some(device) => {
            let mut cookie = secret(device_name(console), device, console);
            cookie.make_permanent();
            jar.add(cookie)
        }
    }
}

/// Takes the session's away.
pub(super) fn end(jar: CookieJar, console: &Console) -> CookieJar {
    let mut gone = secret(session_name(console), &Hidden::new(""), console);
    gone.make_removal();
    jar.add(gone)
}

/// The cookie with which a browser goes to the provider, and has to come back.
pub(super) fn depart(jar: CookieJar, cookie: &Hidden, console: &Console) -> CookieJar {
    jar.add(secret(departed_name(console), cookie, console))
}

/// Takes it away.
pub(super) fn arrive(jar: CookieJar, console: &Console) -> CookieJar {
    let mut gone = secret(departed_name(console), &Hidden::new(""), console);
    gone.make_removal();
    jar.add(gone)
}

/// What a browser went to the provider with.
pub(super) fn departed_secret(headers: &HeaderMap, console: &Console) -> Option<Hidden> {
    read(headers, departed_name(console))
}

/// What a browser has of a session.
pub(super) fn session_secret(headers: &HeaderMap, console: &Console) -> Option<Hidden> {
    read(headers, session_name(console))
}

/// What a device has of an earlier session.
pub(super) fn device_secret(headers: &HeaderMap, console: &Console) -> Option<Hidden> {
    read(headers, device_name(console))
}

fn read(headers: &HeaderMap, name: &'static str) -> Option<Hidden> {
    let jar = CookieJar::from_headers(headers);
    jar.get(name).map(|cookie| Hidden::new(cookie.value()))
}

fn secret(name: &'static str, value: &Hidden, console: &Console) -> Cookie<'static> {
    let mut cookie = Cookie::new(name, value.reveal().to_owned());
    cookie.set_path("/");
    cookie.set_http_only(true);
    cookie.set_secure(console.is_secure());
    cookie.set_same_site(SameSite::Lax);
    cookie
}

/// Over TLS, a browser takes a cookie of this name from nobody but this very host.
fn session_name(console: &Console) -> &'static str {
    if console.is_secure() {
        "__Host-session"
    } else {
        "session"
    }
}

fn departed_name(console: &Console) -> &'static str {
    if console.is_secure() {
        "__Host-oidc"
    } else {
        "oidc"
    }
}

fn device_name(console: &Console) -> &'static str {
    if console.is_secure() {
        "__Host-device"
    } else {
        "device"
    }
}
