//! Whoever calls the API: a token.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use minigate_policy::AppId;
use minigate_policy::diagnosis::Lang;

use crate::access::{Caller, Right};
use crate::app::{self, App};
use crate::hidden::Hidden;
use crate::origin::Origin;
use crate::refusal::audit_sign_in;
use crate::token::{Token, Tokens};
use crate::web::failure::{Cause, Failure};
use crate::web::requests::note_asker;
use crate::web::visitor::{accepted, address_of};
use crate::{By, Console};

/// A program, by its token.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(super) caller: Caller,
    pub(super) token: Token,
    pub(super) lang: Lang,
}

impl Program {
    /// Lets it do something to the platform; a denial is audited.
    pub(super) async fn allow(&self, console: &Console, right: Right) -> Result<By, Failure> {
        Ok(console.allow(&self.caller, right, None).await?)
    }

    /// The app of a path, in which it has a right, and the proof of that.
    pub(super) async fn app(
        &self,
        console: &Console,
        id: &str,
        right: Right,
    ) -> Result<(AppId, App, By), Failure> {
        let id: AppId = id.parse().map_err(|_| Failure::new(Cause::NothingHere))?;
        let by = console.allow(&self.caller, right, Some(&id)).await?;
        let app = app::find(console.store(), &id).await?;
        Ok((id, app, by))
    }
}

impl FromRequestParts<Arc<Console>> for Program {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, console: &Arc<Console>) -> Result<Self, Failure> {
        let secret = bearer(parts).ok_or_else(|| Failure::new(Cause::BadToken))?;
        let origin = Origin::new(address_of(parts, console));
        let now = console.now();
        let found = Tokens::of(console.store())
            .find_caller(&secret, origin, now)
            .await?;
        let Some((token, caller)) = found else {
            audit_sign_in(console.store(), None, origin, "token", now).await?;
            return Err(Failure::new(Cause::BadToken));
        };
        note_asker(&parts.extensions, &caller, Some(&token.id));
        if !console.calls().admit(&token.id, now) {
            return Err(Failure::new(Cause::TooOften));
        }
        Ok(Self {
            caller,
            token,
            lang: accepted(&parts.headers),
        })
    }
}

/// RFC 6750 §2.1; the name of the scheme is in either case (RFC 9110 §11.1).
fn bearer(parts: &Parts) -> Option<Hidden> {
    let value = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| Hidden::new(secret.trim()))
}
