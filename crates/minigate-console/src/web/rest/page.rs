//! Long lists, page by page.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::web::failure::malformed::Malformed;
use crate::web::failure::{Cause, Failure};

/// Which part of a long list is wanted; each list says itself what `after` is.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Paging {
    #[param(ignore)]
    after: Option<String>,
    /// How many at most.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u32>,
}

/// A part of a long list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Page<T> {
    /// What is in it, in order.
    #[schema(max_items = 100)]
    items: Vec<T>,
    /// What to give as `after` for the page behind it; null at the end.
    #[schema(max_length = 253)]
    next: Option<String>,
}

impl Paging {
    /// What is before the wanted part, read as what the list is in the order of.
    pub(super) fn after<T: FromStr>(&self) -> Result<Option<T>, Failure>
    where
        Malformed: From<T::Err>,
    {
        let after = self.after.as_deref().map(str::parse).transpose();
        after.map_err(Cause::malformed)
    }

    /// How many at most.
    pub(super) fn limit(&self) -> Result<u32, Failure> {
        limited(self.limit)
    }
}

/// A limit that was given, or the one that holds otherwise.
pub(super) fn limited(limit: Option<u32>) -> Result<u32, Failure> {
    match limit.unwrap_or(USUAL) {
        limit @ 1..=MOST => Ok(limit),
        other => Err(Cause::malformed(Malformed::both(
            format!("`limit` is 1 to {MOST}, not {other}"),
            format!("`limit` 须为 1 到 {MOST}，不能是 {other}"),
        ))),
    }
}

impl<T> Page<T> {
    /// What was found, of which one more was asked for than fits.
    pub(super) fn of<F>(
        mut found: Vec<F>,
        limit: u32,
        key: impl Fn(&F) -> String,
        show: impl FnMut(F) -> T,
    ) -> Self {
        let limit = limit as usize;
        let goes_on = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| goes_on).map(key);
        Self {
            items: found.into_iter().map(show).collect(),
            next,
        }
    }
}

const USUAL: u32 = 50;
const MOST: u32 = 100;
