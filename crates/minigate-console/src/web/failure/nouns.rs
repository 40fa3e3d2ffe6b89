//! Statuses of what can't be done to nouns that few handlers know.

use axum::http::StatusCode;

use super::{of_account, of_app, of_domains, of_sign_in, of_store};
use crate::block::BlockError;
use crate::grant::GrantError;
use crate::keys::KeysError;
use crate::oidc::OidcError;
use crate::preflight::PreflightError;
use crate::secret::SecretError;
use crate::token::TokenError;

pub(super) fn of_block(error: &BlockError) -> StatusCode {
    match error {
        BlockError::Reason | BlockError::Over { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        BlockError::Full { .. } => StatusCode::CONFLICT,
        BlockError::Unknown { .. } => StatusCode::NOT_FOUND,
        BlockError::Store(error) => of_store(error),
    }
}

pub(super) fn of_grant(error: &GrantError) -> StatusCode {
    match error {
        GrantError::Reason | GrantError::NoRelease | GrantError::Length { .. } | GrantError::Past { .. } => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        GrantError::Unknown => StatusCode::NOT_FOUND,
        GrantError::App(error) => of_app(error),
        GrantError::Store(error) => of_store(error),
    }
}

pub(super) fn of_keys(error: &KeysError) -> StatusCode {
    match error {
        KeysError::Announced { .. }
        | KeysError::Full { .. }
        | KeysError::NoneAnnounced
        | KeysError::Signs { .. } => StatusCode::CONFLICT,
        KeysError::Unknown { .. } => StatusCode::NOT_FOUND,
        KeysError::Key(_) => StatusCode::INTERNAL_SERVER_ERROR,
        KeysError::Store(error) => of_store(error),
    }
}

pub(super) fn of_oidc(error: &OidcError) -> StatusCode {
    match error {
        OidcError::Later { .. } => StatusCode::TOO_MANY_REQUESTS,
        OidcError::State | OidcError::Declined | OidcError::Refused => StatusCode::FORBIDDEN,
        OidcError::NoToken | OidcError::Token(_) | OidcError::Provider(_) => StatusCode::BAD_GATEWAY,
        OidcError::Settings(_) => StatusCode::INTERNAL_SERVER_ERROR,
        OidcError::Random(_) => StatusCode::SERVICE_UNAVAILABLE,
        OidcError::Account(error) => of_account(error),
        OidcError::SignIn(error) => of_sign_in(error),
        OidcError::Store(error) => of_store(error),
    }
}

pub(super) fn of_preflight(error: &PreflightError) -> StatusCode {
    match error {
        PreflightError::Running(_) => StatusCode::CONFLICT,
        PreflightError::Domains(error) => of_domains(error),
        PreflightError::Store(error) => of_store(error),
    }
}

pub(super) fn of_secret(error: &SecretError) -> StatusCode {
    match error {
        SecretError::Denied(_) => StatusCode::FORBIDDEN,
        SecretError::None(_) => StatusCode::NOT_FOUND,
        SecretError::Grace(_) | SecretError::TooMany(_) => StatusCode::UNPROCESSABLE_ENTITY,
        SecretError::App(error) => of_app(error),
        SecretError::Random(_) => StatusCode::SERVICE_UNAVAILABLE,
        SecretError::Store(error) => of_store(error),
    }
}

pub(super) fn of_token(error: &TokenError) -> StatusCode {
    match error {
        TokenError::Denied(_) | TokenError::MustChange(_) | TokenError::Wider | TokenError::Child => {
            StatusCode::FORBIDDEN
        }
        TokenError::Unknown(_) => StatusCode::NOT_FOUND,
        TokenError::TooMany(_) => StatusCode::CONFLICT,
        TokenError::Name(_)
        | TokenError::NoScope
        | TokenError::TooManyApps(_)
        | TokenError::NoApp(_)
        | TokenError::End(_)
        | TokenError::Past(_) => StatusCode::UNPROCESSABLE_ENTITY,
        TokenError::Random(_) => StatusCode::SERVICE_UNAVAILABLE,
        TokenError::Store(error) => of_store(error),
    }
}
