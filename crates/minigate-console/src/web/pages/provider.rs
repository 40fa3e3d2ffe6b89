//! Signing in at an OpenID provider.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use serde::Deserialize;

use super::sign_in::Next;
use crate::Console;
use crate::hidden::Hidden;
use crate::oidc::{Arrival, OidcError, Provider};
use crate::origin::Origin;
use crate::session::Sessions;
use crate::web::back::within_console;
use crate::web::cookies;
use crate::web::failure::{Cause, Failure};
use crate::web::fields::Query;
use crate::web::signed_in;
use crate::web::visitor::Visitor;

/// What the provider sends a browser back with (RFC 6749, sections 4.1.2 and 4.1.2.1).
#[derive(Deserialize)]
pub(super) struct Returned {
    code: Option<String>,
    state: Option<String>,
}

/// Leads to the provider. It is a link and no form: a browser doesn't follow a form to another site
/// (`form-action`).
pub(super) async fn begin(
    State(console): State<Arc<Console>>,
    Query(wanted): Query<Next>,
    visitor: Visitor,
    jar: CookieJar,
) -> Result<Response, Failure> {
    let next = within_console(wanted.next.as_deref().unwrap_or("/"));
    let next = if next.len() > LONGEST_NEXT { "/" } else { next };
    let origin = Origin::new(visitor.address);
    let provider = provider(&console)?;
    let departure = provider
        .begin(console.store(), origin, next, console.now())
        .await?;
    let jar = cookies::depart(jar, &departure.cookie, &console);
    Ok((jar, Redirect::to(&departure.url)).into_response())
}

/// Who comes back is signed in; what the provider says of a failure isn't repeated, since anybody can write such a link.
pub(super) async fn callback(
    State(console): State<Arc<Console>>,
    Query(returned): Query<Returned>,
    visitor: Visitor,
    headers: HeaderMap,
    jar: CookieJar,
) -> Result<Response, Failure> {
    let provider = provider(&console)?;
    let cookie = cookies::departed_secret(&headers, &console).ok_or(OidcError::State)?;
    let state = Hidden::new(returned.state.ok_or(OidcError::State)?);
    let arrival = Arrival {
        code: &returned.code.ok_or(OidcError::Declined)?,
        state: &state,
        cookie: &cookie,
        origin: Origin::new(visitor.address),
    };
    let sessions = Sessions::of(console.store(), console.passwords());
    let arrived = provider.complete(&sessions, &arrival, console.now()).await?;
    let jar = cookies::arrive(jar, &console);
    let jar = signed_in::begin(jar, &headers, &arrived.new, &console).await?;
    Ok((jar, Redirect::to(within_console(&arrived.next))).into_response())
}

fn provider(console: &Console) -> Result<&Provider, Failure> {
    let provider = console.settings().provider.as_deref();
    provider.ok_or_else(|| Failure::new(Cause::NothingHere))
}

const LONGEST_NEXT: usize = 2_000;
