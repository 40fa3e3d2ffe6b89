//! What programs send, read or refused in the console's own words.

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, JsonRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use minigate_policy::Domain;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use crate::By;
use crate::json::{Unambiguous, doubled};
use crate::reason::{self, UnfitReason};
use crate::text::Text;
use crate::web::failure::malformed::{Malformed, UNFIT_REASON};
use crate::web::failure::{Cause, Failure};
pub(super) use crate::web::fields::Query;
use crate::web::fields::wrong;

/// A body of JSON.
pub(super) struct Json<T>(pub(super) T);

/// What stands in the path; what can't stand there is nowhere.
pub(super) struct Path<T>(pub(super) T);

/// Why something is done.
#[derive(Debug, Default, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Why {
    /// Why, in the caller's words, for the audit log: no control characters but line breaks.
    #[param(max_length = 1000, example = "the shop moves to another server")]
    #[schema(max_length = 1000, example = "the shop moves to another server")]
    reason: Option<String>,
}

impl Why {
    /// The proof, with the reason where one is given.
    pub(super) fn given_to(&self, by: By) -> Result<By, Failure> {
        because(self.reason.as_deref(), by)
    }

    /// The reason, where one is given.
    pub(super) fn told(&self) -> Result<Option<String>, Failure> {
        told(self.reason.as_deref())
    }
}

/// The proof, with a reason where one is given.
pub(super) fn because(reason: Option<&str>, by: By) -> Result<By, Failure> {
    Ok(by.because(told(reason)?))
}

/// A reason, where one is given.
pub(super) fn told(reason: Option<&str>) -> Result<Option<String>, Failure> {
    let said = reason.map(reason::optional).transpose();
    let said = said.map_err(|UnfitReason| Cause::unfit(UNFIT_REASON))?;
    Ok(said.flatten())
}

/// A member that can be left out, but not be null.
pub(super) fn there<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// An object by the names of its members; serde would take their values in a row, too.
pub(super) fn named<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: DeserializeOwned,
    D: Deserializer<'de>,
{
    let members = Map::<String, Value>::deserialize(deserializer)?;
    T::deserialize(Value::Object(members)).map_err(D::Error::custom)
}

/// A whole number, which JSON can write as `60.0` too.
pub(super) fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let number = f64::deserialize(deserializer)?;
    let whole = format!("{number}").parse();
    whole.map_err(|_| D::Error::custom(format!("{number} is no whole number from 0")))
}

/// A member that is there is `Some`, be it null; one that is left out is none.
pub(super) fn given<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let read = axum::Json::<Unambiguous>::from_request(request, state).await;
        let axum::Json(Unambiguous(body)) = read.map_err(of_json)?;
        // By the names of its members; serde would take their values in a row, too.
        if !body.is_object() {
            return Err(Cause::malformed(NO_OBJECT));
        }
        let read = serde_path_to_error::deserialize(body);
        read.map(Self)
            .map_err(|error| wrong(error.path(), &error.inner().to_string()))
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let read = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        read.map(|axum::extract::Path(path)| Self(path))
            .map_err(|_| Failure::new(Cause::NothingHere))
    }
}

/// A body that is taken as it is, of a media type.
pub(super) async fn text_of(request: Request, kind: &str) -> Result<String, Failure> {
    let given = request.headers().get(CONTENT_TYPE);
    let given = given.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case(kind) {
        return Err(Failure::new(Cause::Status(StatusCode::UNSUPPORTED_MEDIA_TYPE)));
    }
    let bytes = Bytes::from_request(request, &())
        .await
        .map_err(|rejection| of_bytes(&rejection))?;
    let text = simdutf8::basic::from_utf8(&bytes);
    text.map(str::to_owned).map_err(|_| Cause::malformed(NOT_UTF8))
}

/// A domain of a path.
pub(super) fn domain(text: &str) -> Result<Domain, Failure> {
    Domain::parse(text).map_err(|error| Failure::new(Cause::Domain(error)))
}

fn of_json(rejection: JsonRejection) -> Failure {
    match rejection {
        JsonRejection::MissingJsonContentType(_) => {
            Failure::new(Cause::Status(StatusCode::UNSUPPORTED_MEDIA_TYPE))
        }
        JsonRejection::BytesRejection(rejection) => of_bytes(&rejection),
        other => Cause::malformed(of_library(other.body_text())),
    }
}

fn of_library(told: String) -> Malformed {
    match doubled(&told) {
        Some(name) => Malformed::both(
            format!("the member `{name}` stands there twice"),
            format!("成员 `{name}` 重复出现"),
        ),
        None => Malformed::library(told),
    }
}

fn of_bytes(rejection: &BytesRejection) -> Failure {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Failure::new(Cause::TooLarge),
        _ => Cause::malformed(Malformed::library(rejection.body_text())),
    }
}

const NO_OBJECT: Text = Text("a JSON object is needed", "需要一个 JSON 对象");
const NOT_UTF8: Text = Text("the text isn't UTF-8", "文本不是 UTF-8 编码");
