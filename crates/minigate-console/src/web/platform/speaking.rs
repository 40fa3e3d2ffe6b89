//! The app that speaks, by its access token; and what it says.

use std::sync::Arc;

use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::Method;
use axum::http::request::Parts;
use bytes::Bytes;
use minigate_policy::AppId;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::answer::Trouble;
use crate::access::Caller;
use crate::origin::Origin;
use crate::secret::Access;
use crate::web::requests::note_asker;
use crate::web::visitor::Visitor;
use crate::{Console, Hidden};

/// An app's server, and the body of its request.
#[derive(Debug)]
pub(super) struct Speaking<T> {
    pub(super) app: AppId,
    pub(super) caller: Caller,
    pub(super) said: T,
}

/// The body of a POST, read as JSON whatever it is called.
#[derive(Debug)]
pub(super) struct Posted<T>(pub(super) T);

#[derive(Deserialize)]
struct Token {
    #[serde(default)]
    access_token: String,
}

impl<T: DeserializeOwned> FromRequest<Arc<Console>> for Speaking<T> {
    type Rejection = Trouble;

    async fn from_request(request: Request, console: &Arc<Console>) -> Result<Self, Trouble> {
        require_post(request.method())?;
        let (mut parts, body) = request.into_parts();
        let origin = origin(&mut parts, console).await;
        let query = Query::<Token>::try_from_uri(&parts.uri);
        let token = Hidden::new(query.map_or_else(|_| String::new(), |Query(token)| token.access_token));
        let access = Access::of(console.store());
        let (app, caller) = access.caller(&token, origin, console.now()).await?;
        note_asker(&parts.extensions, &caller, None);
        let request = Request::from_parts(parts, body);
        let said = read(Bytes::from_request(request, console).await)?;
        Ok(Self { app, caller, said })
    }
}

impl<T: DeserializeOwned> FromRequest<Arc<Console>> for Posted<T> {
    type Rejection = Trouble;

    async fn from_request(request: Request, console: &Arc<Console>) -> Result<Self, Trouble> {
        require_post(request.method())?;
        Ok(Self(read(Bytes::from_request(request, console).await)?))
    }
}

/// From where a request comes.
pub(super) async fn origin(parts: &mut Parts, console: &Arc<Console>) -> Origin {
    let Ok(visitor) = Visitor::from_request_parts(parts, console).await;
    Origin::new(visitor.address)
}

fn require_post(method: &Method) -> Result<(), Trouble> {
    if method == Method::POST {
        Ok(())
    } else {
        Err(Trouble::must_be_post())
    }
}

fn read<T: DeserializeOwned>(body: Result<Bytes, BytesRejection>) -> Result<T, Trouble> {
    let body = body.map_err(|_| Trouble::new(45_002, "content size out of limit"))?;
    if body.is_empty() {
        return Err(Trouble::new(44_002, "empty post data"));
    }
    serde_json::from_slice(&body).map_err(|_| Trouble::new(47_001, "data format error"))
}
