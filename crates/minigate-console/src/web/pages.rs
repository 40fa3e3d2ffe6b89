//! The pages: forms and links that work without a script.

mod accounts;
mod app;
mod app_grants;
mod app_members;
mod app_secret;
mod app_settings;
mod approvals;
mod apps;
mod audit;
mod blocks;
mod certificates;
mod draft;
mod entries;
mod export;
mod import;
mod me;
mod preferences;
mod preflight;
mod propose;
mod provider;
mod settings;
pub(crate) mod show;
mod sign_in;
mod versions;
mod what_if;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};

use super::signed_in::PASSWORD_PAGE;
use super::{failure, host, problems, same_site, signed_in};
use crate::Console;

pub(super) fn router(console: &Arc<Console>) -> Router<Arc<Console>> {
    Router::new()
        .merge(for_whoever_is_signed_in(console))
        .merge(for_everybody())
        .merge(problems::router())
        .fallback(failure::nothing_here)
        .method_not_allowed_fallback(failure::no_such_method)
        .layer(from_fn_with_state(Arc::clone(console), same_site::only))
        .layer(from_fn(host::named))
        .layer(from_fn_with_state(Arc::clone(console), failure::as_pages))
}

fn for_everybody() -> Router<Arc<Console>> {
    Router::new()
        .route("/sign-in", get(sign_in::form).post(sign_in::sign_in))
        .route("/oidc/begin", get(provider::begin))
        .route("/oidc/callback", get(provider::callback))
        .route("/invited/{secret}", get(sign_in::invited).post(sign_in::redeem))
        .route("/preferences", post(preferences::set))
}

/// Each change is held against the session's token before its handler runs.
fn for_whoever_is_signed_in(console: &Arc<Console>) -> Router<Arc<Console>> {
    Router::new()
        .merge(of_apps())
        .merge(of_drafts())
        .merge(of_versions())
        .merge(of_people())
        .merge(of_me())
        .merge(of_the_log())
        .merge(of_the_platform())
        .route_layer(from_fn_with_state(Arc::clone(console), signed_in::required))
}

fn of_apps() -> Router<Arc<Console>> {
    Router::new()
        .route("/", get(apps::list))
        .route("/apps", get(apps::elsewhere).post(apps::create))
        .route("/apps/{app}", get(app::overview))
        .route(
            "/apps/{app}/grants",
            get(app_grants::page).post(app_grants::change),
        )
        .route(
            "/apps/{app}/members",
            get(app_members::page).post(app_members::set),
        )
        .route(
            "/apps/{app}/secret",
            get(app_secret::page).post(app_secret::change),
        )
        .route(
            "/apps/{app}/settings",
            get(app_settings::page).post(app_settings::set),
        )
}

fn of_drafts() -> Router<Arc<Console>> {
    Router::new()
        .route("/apps/{app}/draft", get(draft::edit).post(draft::save))
        .route("/apps/{app}/draft/judge", post(draft::judge))
        .route("/apps/{app}/draft/step", post(draft::step))
        .route("/apps/{app}/import", get(import::page).post(import::import))
        .route(
            "/apps/{app}/preflight",
            get(preflight::page).post(preflight::begin),
        )
        .route("/apps/{app}/propose", get(propose::page).post(propose::propose))
        .route("/approvals", get(approvals::list))
        .route("/approvals/{app}", post(approvals::answer))
        .route("/what-if", get(what_if::page))
}

fn of_versions() -> Router<Arc<Console>> {
    Router::new()
        .route("/apps/{app}/versions", get(versions::timeline))
        .route("/apps/{app}/versions/{number}", get(versions::one))
        .route(
            "/apps/{app}/versions/{number}/roll-back",
            post(versions::roll_back),
        )
        .route("/apps/{app}/diff", get(versions::difference))
        .route("/apps/{app}/export", get(export::download))
        .route("/certificates", get(certificates::list))
}

fn of_people() -> Router<Arc<Console>> {
    Router::new()
        .route("/accounts", get(accounts::list).post(accounts::create))
        .route("/accounts/{name}", get(accounts::one).post(accounts::act))
        .route("/accounts/{name}/tokens/{id}", post(accounts::revoke))
}

fn of_me() -> Router<Arc<Console>> {
    Router::new()
        .route("/me", get(me::overview))
        .route("/me/tokens", post(me::tokens::create))
        .route("/me/tokens/{id}", post(me::tokens::revoke))
        .route(PASSWORD_PAGE, get(me::password).post(me::change_password))
        .route("/me/sign-out-everywhere", post(me::sign_out_everywhere))
        .route("/sign-out", post(sign_in::sign_out))
}

fn of_the_log() -> Router<Arc<Console>> {
    Router::new()
        .route("/apps/{app}/audit", get(audit::of_app))
        .route("/audit", get(audit::log))
        .route("/audit.csv", get(audit::csv))
        .route("/audit.json", get(audit::json))
}

fn of_the_platform() -> Router<Arc<Console>> {
    Router::new()
        .route("/settings", get(settings::show))
        .route("/settings/filings", post(settings::import))
        .route("/settings/filing-terms", post(settings::set_terms))
        .route("/settings/keys", post(settings::change_keys))
        .route("/blocks", get(blocks::list).post(blocks::add))
        .route("/blocks/lift", post(blocks::lift))
}
