//! `/cgi-bin/token` and `/cgi-bin/stable_token`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, Request, State};
use axum::http::Method;
use serde::{Deserialize, Serialize};

use super::answer::Trouble;
use super::speaking::{Posted, origin};
use crate::origin::Origin;
use crate::refusal::audit_secret;
use crate::secret::{Access, AccessError, AccessToken, Credentials, Refresh};
use crate::web::visitor::Visitor;
use crate::{Console, Hidden};

/// What is asked for; what is missing is empty.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    grant_type: String,
    #[serde(default)]
    appid: String,
    #[serde(default)]
    secret: String,
    #[serde(default)]
    force_refresh: bool,
}

/// A token that was got; where it went well, there is no `errcode`.
#[derive(Serialize)]
pub(super) struct Given {
    access_token: String,
    expires_in: i64,
}

pub(super) async fn token(
    State(console): State<Arc<Console>>,
    request: Request,
) -> Result<Json<Given>, Trouble> {
    // HEAD too would end the token before the last one.
    if request.method() != Method::GET {
        return Err(Trouble::must_be_get());
    }
    let (mut parts, _) = request.into_parts();
    let origin = origin(&mut parts, &console).await;
    let asked = Query::<Asked>::try_from_uri(&parts.uri);
    let Query(asked) = asked.map_err(|_| Trouble::new(47_001, "data format error"))?;
    let secret = Hidden::new(asked.secret);
    let credentials = Credentials {
        grant_type: &asked.grant_type,
        appid: &asked.appid,
        secret: &secret,
    };
    let got = Access::of(console.store())
        .token(&credentials, origin, console.now())
        .await;
    answer(&console, &asked.appid, origin, got).await
}

pub(super) async fn stable_token(
    State(console): State<Arc<Console>>,
    visitor: Visitor,
    Posted(asked): Posted<Asked>,
) -> Result<Json<Given>, Trouble> {
    let origin = Origin::new(visitor.address);
    let secret = Hidden::new(asked.secret);
    let credentials = Credentials {
        grant_type: &asked.grant_type,
        appid: &asked.appid,
        secret: &secret,
    };
    let refresh = if asked.force_refresh {
        Refresh::Force
    } else {
        Refresh::Normal
    };
    let got = Access::of(console.store())
        .stable_token(&credentials, refresh, origin, console.now())
        .await;
    answer(&console, &asked.appid, origin, got).await
}

async fn answer(
    console: &Console,
    app: &str,
    origin: Origin,
    got: Result<AccessToken, AccessError>,
) -> Result<Json<Given>, Trouble> {
    match got {
        Ok(got) => Ok(Json(Given {
            access_token: got.token.reveal().to_owned(),
            expires_in: got.expires_in,
        })),
        Err(error) => {
            if matches!(
                error,
                AccessError::Secret | AccessError::Address(_) | AccessError::Frozen
            ) {
                audit_secret(console.store(), app, origin, &error.to_string(), console.now()).await?;
            }
            Err(error.into())
        }
    }
}
