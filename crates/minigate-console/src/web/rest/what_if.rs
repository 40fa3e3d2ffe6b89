//! What would become of a call.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use minigate_policy::{Platform, Release};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::apps::EraOf;
use super::blocks::BlockShown;
use super::grants::GrantShown;
use super::input::{Json, Path};
use super::lists::OfInterface;
use super::program::Program;
use crate::Console;
use crate::access::Right;
use crate::text::Text;
use crate::web::failure::{Cause, Failure};
use crate::what_if::{Check, Lists, Question, WhatIf, what_if};

/// A call that nobody makes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Asked {
    interface: OfInterface,
    /// With which URL.
    #[schema(max_length = 8192, example = "https://api.example.com/items")]
    url: String,
    /// By which release: `devtools`, `develop`, `trial`, `review` or the number of one that is out; the first one where
    /// it is left out.
    #[serde(default)]
    #[schema(pattern = "^(devtools|develop|trial|review|[1-9][0-9]{0,8})$")]
    release: Option<String>,
    /// On which platform: Android where it is left out.
    #[serde(default)]
    platform: Option<PlatformOf>,
    /// Whose numbers hold; the app's own where it is left out.
    #[serde(default)]
    era: Option<EraOf>,
    /// By which lists: the effective ones where it is left out.
    #[serde(default)]
    lists: Option<WhichLists>,
    /// Whether the release asks for the check to be skipped; only a grant lets it.
    #[serde(default)]
    skip_check: bool,
}

/// The client that calls.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum PlatformOf {
    Android,
    Ios,
    Devtools,
}

/// The effective lists of an app, or those of its draft.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum WhichLists {
    Effective,
    Draft,
}

/// What would become of it, told in the request's language.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Foretold {
    /// Whether the call could leave.
    allowed: bool,
    /// The rule that it breaks; null where it breaks none.
    #[schema(example = "D1")]
    rule: Option<String>,
    /// What happens, in a sentence.
    headline: String,
    /// What else was seen: entries that come near.
    seen: Vec<String>,
    /// What to do, the simplest first.
    remedies: Vec<String>,
    /// What blocks the domain on the whole platform.
    blocked: Option<BlockShown>,
    /// The grant by which the release may skip the check.
    grant: Option<GrantShown>,
    /// Everything that was found, as runtimes report it.
    #[schema(value_type = Object)]
    verdict: Value,
}

/// What would become of a call, by what the app's runtimes get.
#[utoipa::path(post, path = "/apps/{app}/what-if", tag = "domains", request_body = Asked,
    params(("app" = String, Path, description = "The app's ID")),
    responses((status = 200, description = "The verdict", body = Foretold)))]
pub(super) async fn ask_what_if(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(id): Path<String>,
    Json(asked): Json<Asked>,
) -> Result<Answer<Foretold>, Failure> {
    let (id, ..) = me.app(&console, &id, Right::Read).await?;
    let question = asked.question()?;
    let found = what_if(console.store(), &id, &question, me.lang, console.now()).await?;
    Ok(Answer(found.into()))
}

impl Asked {
    fn question(self) -> Result<Question, Failure> {
        if self.url.chars().count() > LONGEST_URL {
            return Err(Cause::malformed(LONG_URL));
        }
        let release: Release = self
            .release
            .as_deref()
            .unwrap_or("1")
            .parse()
            .map_err(Cause::malformed)?;
        Ok(Question {
            interface: self.interface.into(),
            url: self.url,
            release,
            platform: self.platform.map_or(Platform::Android, Platform::from),
            era: self.era.map(Into::into),
            lists: match self.lists {
                Some(WhichLists::Draft) => Lists::Draft,
                Some(WhichLists::Effective) | None => Lists::Effective,
            },
            check: if self.skip_check {
                Check::Skipped
            } else {
                Check::Made
            },
        })
    }
}

impl From<PlatformOf> for Platform {
    fn from(platform: PlatformOf) -> Self {
        match platform {
            PlatformOf::Android => Self::Android,
            PlatformOf::Ios => Self::Ios,
            PlatformOf::Devtools => Self::Devtools,
        }
    }
}

impl From<WhatIf> for Foretold {
    fn from(found: WhatIf) -> Self {
        Self {
            allowed: found.is_allowed,
            rule: found.told.rule.map(|rule| rule.id().to_owned()),
            headline: found.told.headline,
            seen: found.told.seen,
            remedies: found.told.remedies,
            blocked: found.blocked.map(BlockShown::from),
            grant: found.grant.map(GrantShown::from),
            verdict: json!(found.verdict),
        }
    }
}

const LONGEST_URL: usize = 8_192;
const LONG_URL: Text = Text("a URL has at most 8,192 characters", "URL 最多 8,192 个字符");
