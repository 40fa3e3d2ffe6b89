//! The platform's own server API, in its shapes and codes: what existing server SDKs call.
//!
//! ```text
//!  /cgi-bin/token, /cgi-bin/stable_token ─ AppSecret ─► access_token
//!  /wxa/… ?access_token=… ─► the app ─► what is asked for ─► one change of its domains ─► errcode, errmsg, lists
//! ```
//! Every answer has status 200 and says in `errcode` how it went; the wrong method changes nothing.

mod answer;
mod change;
mod entries;
mod lists;
mod pace;
mod show;
mod speaking;
mod token;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::any;

use crate::Console;
use answer::Trouble;

pub(super) fn router(console: &Arc<Console>) -> Router<Arc<Console>> {
    Router::new()
        .route("/cgi-bin/token", any(token::token))
        .route("/cgi-bin/stable_token", any(token::stable_token))
        .route("/wxa/modify_domain", any(change::by_the_pool))
        .route("/wxa/modify_domain_directly", any(change::directly))
        .route("/wxa/get_effective_domain", any(show::effective))
        .route("/wxa/getwxadevinfo", any(show::info))
        .route("/cgi-bin/{*rest}", any(no_such_api))
        .route("/wxa/{*rest}", any(no_such_api))
        .layer(from_fn_with_state(Arc::clone(console), pace::keep))
}

async fn no_such_api() -> Trouble {
    Trouble::new(40_066, "invalid url")
}
