//! Whoever is signed in, as handlers of pages get them; and what a form has to prove.

use std::convert::Infallible;
use std::sync::Arc;

use axum::RequestExt;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Multipart, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use bytes::Bytes;
use maud::Markup;
use minigate_policy::AppId;
use serde::Deserialize;

use super::cookies::{self, session_secret};
use super::declared::{LARGEST, largest};
use super::failure::malformed::UNFIT_REASON;
use super::failure::{Cause, Failure};
use super::layout::{self, Page, Place, Who};
use super::requests::note_asker;
use super::visitor::Visitor;
use crate::access::{Caller, Right, Roles};
use crate::account::to_see_accounts;
use crate::audit::may_audit;
use crate::hidden::Hidden;
use crate::origin::Origin;
use crate::reason::{self, UnfitReason};
use crate::session::{NewSession, Session, Sessions};
use crate::{By, Console};

/// Gives the browser its new session in place of the one that it may have had, which ends.
pub(super) async fn begin(
    jar: CookieJar,
    headers: &HeaderMap,
    new: &NewSession,
    console: &Console,
) -> Result<CookieJar, Failure> {
    if let Some(before) = session_secret(headers, console) {
        let sessions = Sessions::of(console.store(), console.passwords());
        sessions.sign_out(&before, console.now()).await?;
    }
    Ok(cookies::begin(jar, new, console))
}

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn {
    pub(crate) visitor: Visitor,
    pub(crate) caller: Caller,
    pub(crate) session: Session,
    pub(crate) who: Who,
}

/// Why something is done, as forms ask for it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Reason {
    reason: String,
}

impl SignedIn {
    fn new(visitor: Visitor, session: Session) -> Self {
        let must_change = session.caller().is_err();
        let caller = session
            .caller()
            .unwrap_or_else(|_| Caller::new(session.account().name.as_str(), Roles::default()));
        let places = if must_change { Vec::new() } else { places(&caller) };
        let who = Who {
            name: session.account().name.to_string(),
            csrf: session.csrf().reveal().to_owned(),
            places,
        };
        Self {
            visitor,
            caller,
            session,
            who,
        }
    }

    /// Lets them do something to the platform, or to an app that they see; a denial is audited.
    pub(crate) async fn allow(
        &self,
        console: &Console,
        right: Right,
        app: Option<&AppId>,
    ) -> Result<By, Failure> {
        Ok(console.allow(&self.caller, right, app).await?)
    }

    /// Whether they run the platform.
    pub(crate) fn operates(&self) -> bool {
        self.caller.may(Right::Operate, None)
    }

    /// The app of a path, in which they have a right.
    pub(crate) async fn app(&self, console: &Console, id: &str, right: Right) -> Result<AppId, Failure> {
        Ok(self.allow_in(console, id, right).await?.0)
    }

    /// The app of a path, and the proof of their right in it.
    pub(crate) async fn allow_in(
        &self,
        console: &Console,
        id: &str,
        right: Right,
    ) -> Result<(AppId, By), Failure> {
        let id: AppId = id.parse().map_err(|_| Failure::new(Cause::NothingHere))?;
        let by = self.allow(console, right, Some(&id)).await?;
        Ok((id, by))
    }

    /// A page for them.
    pub(crate) fn show(&self, title: &str, here: Place, body: &Markup) -> Html<String> {
        layout::page(&Page::new(title, &self.visitor).of(&self.who).at(here), body)
    }
}

impl Reason {
    /// What was typed.
    pub(crate) fn of(text: &str) -> Self {
        Self {
            reason: text.to_owned(),
        }
    }

    /// As it was typed.
    pub(crate) fn text(&self) -> &str {
        &self.reason
    }

    /// The proof, with the reason where one is given.
    pub(crate) fn given_to(&self, by: By) -> Result<By, Failure> {
        Ok(by.because(self.said()?))
    }

    /// What is kept of it, where one is given.
    pub(crate) fn said(&self) -> Result<Option<String>, Failure> {
        reason::optional(&self.reason).map_err(|UnfitReason| Cause::malformed(UNFIT_REASON))
    }
}

/// Lets through whoever is signed in; what they send has to carry their session's token.
pub(super) async fn required(
    State(console): State<Arc<Console>>,
    mut request: Request,
    next: Next,
) -> Response {
    let visitor = visitor_of(&mut request, &console).await;
    let found = match session_secret(request.headers(), &console) {
        Some(secret) => find(&console, &secret, &visitor).await,
        None => Ok(None),
    };
    let session = match found {
        Ok(Some(session)) => session,
        Ok(None) => return signed_out(&request, &visitor),
        Err(failure) => return failure.into_response(),
    };
    let who = Caller::new(session.account().name.as_str(), Roles::default());
    note_asker(request.extensions(), &who, None);
    let is_for_password = request.uri().path() == PASSWORD_PAGE || request.uri().path() == "/sign-out";
    if session.caller().is_err() && !is_for_password {
        return Redirect::to(PASSWORD_PAGE).into_response();
    }
    let mut request = match proven(request, &session).await {
        Ok(request) => request,
        Err(failure) => return failure.into_response(),
    };
    let me = SignedIn::new(visitor, session);
    request.extensions_mut().insert(Arc::new(me));
    next.run(request).await
}

impl FromRequestParts<Arc<Console>> for SignedIn {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Console>) -> Result<Self, Failure> {
        let signed_in = parts.extensions.get::<Arc<Self>>();
        signed_in
            .map(|me| Self::clone(me))
            .ok_or_else(|| Failure::new(Cause::SignedOut))
    }
}

async fn visitor_of(request: &mut Request, console: &Arc<Console>) -> Visitor {
    let Ok(visitor): Result<Visitor, Infallible> = request.extract_parts_with_state(console).await;
    visitor
}

async fn find(console: &Console, secret: &Hidden, visitor: &Visitor) -> Result<Option<Session>, Failure> {
    let sessions = Sessions::of(console.store(), console.passwords());
    let origin = Origin::new(visitor.address);
    Ok(sessions.find(secret, origin, console.now()).await?)
}

/// A browser that wanted to read is led to the sign-in and back.
fn signed_out(request: &Request, visitor: &Visitor) -> Response {
    if *request.method() == Method::GET {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("next", &visitor.place);
        Redirect::to(&format!("/sign-in?{}", query.finish())).into_response()
    } else {
        Failure::new(Cause::SignedOut).into_response()
    }
}

/// What reads needs no proof; what changes something carries the token in its form, or a script's in a header.
async fn proven(request: Request, session: &Session) -> Result<Request, Failure> {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return Ok(request);
    }
    let in_header = request
        .headers()
        .get(CSRF_HEADER)
        .and_then(|value| value.to_str().ok());
    if let Some(token) = in_header {
        return if session.is_csrf(token) {
            Ok(request)
        } else {
            Err(Failure::new(Cause::StaleForm))
        };
    }
    let kind = kind_of_form(request.headers()).ok_or_else(|| Failure::new(Cause::StaleForm))?;
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, largest_from(session, parts.uri.path())).await;
    let body = body.map_err(|_| Failure::new(Cause::TooLarge))?;
    let token = match kind {
        FormKind::Fields => form_urlencoded::parse(&body)
            .find(|(name, _)| name == "csrf")
            .map(|(_, token)| token.into_owned()),
        FormKind::Parts => token_of_parts(&parts, body.clone()).await,
    };
    match token {
        Some(token) if session.is_csrf(&token) => Ok(Request::from_parts(parts, Body::from(body))),
        _ => Err(Failure::new(Cause::StaleForm)),
    }
}

/// Who can't import a register sends nothing that large.
fn largest_from(session: &Session, path: &str) -> usize {
    let operates = session
        .caller()
        .is_ok_and(|caller| caller.may(Right::Operate, None));
    if operates { largest(path) } else { LARGEST }
}

/// How a form is sent: one with a file has parts.
enum FormKind {
    Fields,
    Parts,
}

fn kind_of_form(headers: &HeaderMap) -> Option<FormKind> {
    let kind = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    match kind.split(';').next()?.trim() {
        "application/x-www-form-urlencoded" => Some(FormKind::Fields),
        "multipart/form-data" => Some(FormKind::Parts),
        _ => None,
    }
}

async fn token_of_parts(parts: &Parts, body: Bytes) -> Option<String> {
    let copy = Request::from_parts(parts.clone(), Body::from(body));
    let mut parts = Multipart::from_request(copy, &()).await.ok()?;
    while let Some(part) = parts.next_field().await.ok()? {
        if part.name() == Some("csrf") {
            return part.text().await.ok();
        }
    }
    None
}

fn places(caller: &Caller) -> Vec<Place> {
    let reads = caller.may(Right::Read, None);
    let all = [
        (Place::Apps, true),
        (Place::Approvals, true),
        (Place::WhatIf, true),
        (Place::Certificates, true),
        (Place::Audit, may_audit(caller)),
        (Place::Accounts, caller.may(to_see_accounts(caller), None)),
        (Place::Blocks, reads),
        (Place::Settings, reads),
    ];
    all.into_iter()
        .filter(|(_, is_there)| *is_there)
        .map(|(place, _)| place)
        .collect()
}

pub(crate) const PASSWORD_PAGE: &str = "/me/password";
const CSRF_HEADER: &str = "x-csrf-token";
