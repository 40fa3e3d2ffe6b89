//! How it went, as the platform says it.

use aws_lc_rs::rand;
use axum::Json;
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use serde::Serialize;

use super::lists::Changed;
use crate::app::AppError;
use crate::console::Refusal;
use crate::domains::DomainsError;
use crate::secret::AccessError;
use crate::store::StoreError;

/// It went well, with what was asked for.
#[derive(Debug, Serialize)]
pub(super) struct Fine<T> {
    errcode: i32,
    errmsg: &'static str,
    #[serde(flatten)]
    rest: T,
}

/// It didn't.
#[derive(Debug)]
pub(super) struct Trouble {
    code: i32,
    message: String,
    lists: Option<Box<Changed>>,
}

#[derive(Serialize)]
struct Told {
    errcode: i32,
    errmsg: String,
    #[serde(flatten)]
    lists: Option<Box<Changed>>,
}

impl<T: Serialize> Fine<T> {
    pub(super) fn new(rest: T) -> Self {
        Self {
            errcode: 0,
            errmsg: "ok",
            rest,
        }
    }
}

impl<T: Serialize> IntoResponse for Fine<T> {
    fn into_response(self) -> Response {
        Json(self).into_response()
    }
}

impl Trouble {
    pub(super) fn new(code: i32, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            lists: None,
        }
    }

    /// What is there, and what of the request couldn't be used.
    pub(super) fn with(self, lists: Changed) -> Self {
        Self {
            lists: Some(Box::new(lists)),
            ..self
        }
    }

    pub(super) fn must_be_get() -> Self {
        Self::new(43_001, "require GET method")
    }

    pub(super) fn must_be_post() -> Self {
        Self::new(43_002, "require POST method")
    }

    pub(super) fn busy(message: &str) -> Self {
        Self::new(BUSY, format!("system error: {message}"))
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let errmsg = format!("{} rid: {}", self.message, rid());
        tracing::debug!(errcode = self.code, errmsg, "a call of the platform's API failed");
        Json(Told {
            errcode: self.code,
            errmsg,
            lists: self.lists,
        })
        .into_response()
    }
}

impl From<AccessError> for Trouble {
    fn from(error: AccessError) -> Self {
        if let AccessError::Store(error) = error {
            return error.into();
        }
        Self::new(error.code(), error.to_string())
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the platform's API can't use the store");
        Self::new(BUSY, "system error")
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Store(error) => error.into(),
            Refusal::Unseen(_) => Self::new(40_013, "invalid appid"),
            Refusal::Denied(_) => Self::new(48_001, "api unauthorized"),
        }
    }
}

impl From<DomainsError> for Trouble {
    fn from(error: DomainsError) -> Self {
        match error {
            DomainsError::Store(StoreError::Conflict { .. }) => {
                Self::busy("others change these domains, try again")
            }
            DomainsError::Store(error) | DomainsError::App(AppError::Store(error)) => error.into(),
            DomainsError::App(_) => Self::new(40_013, "invalid appid"),
            DomainsError::Quota { limit } => Self::new(
                86_102,
                format!("the {limit} modifications of this month are used up"),
            ),
            DomainsError::TooOften { .. } => Self::new(
                45_011,
                "api minute-quota reach limit, must slower, retry next minute",
            ),
            DomainsError::FilingUnknown(_) => {
                Self::busy("nobody can tell now whether these domains have ICP licenses")
            }
            other => Self::busy(&other.to_string()),
        }
    }
}

/// A number for whoever asks about one answer: when, and 64 random bits.
fn rid() -> String {
    let now = jiff::Timestamp::now().as_second();
    let mut bits = [0_u8; 8];
    // Without random numbers it names the second only, which is better than no answer.
    let _ = rand::fill(&mut bits);
    let bits = HEXLOWER.encode(&bits);
    let (one, other) = bits.split_at(8);
    format!("{now:08x}-{one}-{other}")
}

const BUSY: i32 = -1;
