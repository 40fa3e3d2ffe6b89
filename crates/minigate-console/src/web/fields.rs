//! Forms and queries, refused by the field that is wrong.

use std::error::Error;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde::de::value::Error as ValueError;
use serde_path_to_error::Path;

use super::failure::malformed::Malformed;
use super::failure::{Cause, Failure};

/// A form.
pub(super) struct Form<T>(pub(super) T);

/// What stands in the query.
pub(super) struct Query<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Form<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let read = axum::Form::<T>::from_request(request, state).await;
        read.map(|axum::Form(form)| Self(form))
            .map_err(|rejection| refused(rejection.status(), rejection.body_text(), &rejection))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let read = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        read.map(|axum::extract::Query(query)| Self(query))
            .map_err(|rejection| refused(rejection.status(), rejection.body_text(), &rejection))
    }
}

/// That a field has a value that it can't have; its name is none where the whole is wrong.
pub(super) fn wrong(path: &Path, reason: &str) -> Failure {
    let is_named = path.iter().next().is_some();
    Cause::malformed(if is_named {
        Malformed::in_field(&path.to_string(), reason)
    } else {
        Malformed::library(reason.to_owned())
    })
}

fn refused(status: StatusCode, text: String, rejection: &(dyn Error + 'static)) -> Failure {
    match (of_field(rejection), status) {
        (Some(error), _) => wrong(error.path(), &error.inner().to_string()),
        (None, StatusCode::PAYLOAD_TOO_LARGE) => Failure::new(Cause::TooLarge),
        (None, StatusCode::UNSUPPORTED_MEDIA_TYPE) => Failure::new(Cause::Status(status)),
        (None, _) => Cause::malformed(Malformed::library(text)),
    }
}

/// The cause that knows the field.
fn of_field<'e>(rejection: &'e (dyn Error + 'static)) -> Option<&'e serde_path_to_error::Error<ValueError>> {
    let mut cause = Some(rejection);
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        cause = error.source();
    }
    None
}
