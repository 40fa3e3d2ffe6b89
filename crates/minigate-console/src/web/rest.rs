//! The console's own API for programs, under `/api/v1`.
//!
//! ```text
//!  Authorization: Bearer mgt_… ─► Program (caller, language) ─► operation ─► view as JSON
//!                                    └─ Failure ─► problem details (RFC 9457)
//! ```
//! Only tokens are taken, never cookies, so another site's page can't have a browser do anything here. The OpenAPI
//! document is made from the handlers.
#![expect(
    unused_qualifications,
    reason = "what describes an operation writes whole paths"
)]

mod accounts;
mod approvals;
mod apps;
mod audit;
mod blocks;
mod certificates;
mod document;
mod domains;
mod draft;
mod filings;
mod grants;
mod input;
mod judging;
mod keys;
mod lists;
mod members;
mod page;
mod preflight;
mod problem;
mod program;
mod secret;
mod tokens;
mod versions;
mod what_if;

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use problem::explain;

use super::{failure, host};
use crate::Console;

pub(super) fn router(console: &Arc<Console>) -> Router<Arc<Console>> {
    let (router, _) = operations().split_for_parts();
    let answers = router
        .route(
            "/openapi.json",
            get(async || ([(CONTENT_TYPE, "application/json")], DOCUMENT.as_str())),
        )
        .fallback(failure::nothing_here)
        .method_not_allowed_fallback(failure::no_such_method)
        .layer(from_fn(host::named))
        .layer(from_fn_with_state(Arc::clone(console), problem::as_problems));
    Router::new().nest(ROOT, answers)
}

/// The OpenAPI document of `/api/v1`, as JSON.
#[must_use]
pub fn openapi() -> &'static str {
    &DOCUMENT
}

static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    let (_, described) = operations().split_for_parts();
    let described = document::complete(document::Described::openapi().nest(ROOT, described));
    // It is made of texts and maps with texts for keys, which can always be written.
    let mut text = described.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
});

fn operations() -> OpenApiRouter<Arc<Console>> {
    of_apps()
        .merge(of_domains())
        .merge(of_drafts())
        .merge(of_people())
        .merge(of_the_platform())
}

fn of_apps() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::new()
        .routes(routes!(apps::list_apps, apps::make_app))
        .routes(routes!(apps::read_app, apps::set_app))
        .routes(routes!(members::list_members))
        .routes(routes!(members::set_member, members::remove_member))
        .routes(routes!(secret::read_secret, secret::set_secret))
        .routes(routes!(secret::rotate_secret))
        .routes(routes!(
            grants::read_grant,
            grants::give_grant,
            grants::withdraw_grant
        ))
}

fn of_domains() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::new()
        .routes(routes!(domains::read_domains))
        .routes(routes!(domains::export_domains))
        .routes(routes!(certificates::list_certificates))
        .routes(routes!(versions::list_versions))
        .routes(routes!(versions::read_version))
        .routes(routes!(versions::roll_back))
        .routes(routes!(versions::compare_versions))
        .routes(routes!(what_if::ask_what_if))
}

fn of_drafts() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::new()
        .routes(routes!(
            draft::read_draft,
            draft::write_draft,
            draft::discard_draft
        ))
        .routes(routes!(draft::import_draft))
        .routes(routes!(draft::submit_draft))
        .routes(routes!(draft::approve_draft))
        .routes(routes!(draft::refuse_draft))
        .routes(routes!(draft::publish_draft))
        .routes(routes!(draft::propose))
        .routes(routes!(approvals::list_waiting))
        .routes(routes!(domains::export_draft))
        .routes(routes!(preflight::read_preflight, preflight::begin_preflight))
        .routes(routes!(judging::judge_entries))
}

fn of_people() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::new()
        .routes(routes!(accounts::list_accounts, accounts::make_account))
        .routes(routes!(accounts::read_account, accounts::set_account))
        .routes(routes!(accounts::invite_account))
        .routes(routes!(accounts::end_sessions))
        .routes(routes!(tokens::list_tokens_of))
        .routes(routes!(tokens::revoke_token_of))
        .routes(routes!(tokens::list_tokens, tokens::make_token))
        .routes(routes!(tokens::revoke_token))
}

fn of_the_platform() -> OpenApiRouter<Arc<Console>> {
    OpenApiRouter::new()
        .routes(routes!(blocks::list_blocks))
        .routes(routes!(blocks::add_block, blocks::lift_block))
        .routes(routes!(filings::read_register))
        .routes(routes!(filings::import_filings))
        .routes(routes!(filings::set_filing_terms))
        .routes(routes!(filings::look_up_filing))
        .routes(routes!(keys::list_keys))
        .routes(routes!(keys::announce_key))
        .routes(routes!(keys::rotate_keys))
        .routes(routes!(keys::retire_key))
        .routes(routes!(audit::read_audit))
        .routes(routes!(audit::export_audit))
}

const ROOT: &str = "/api/v1";
