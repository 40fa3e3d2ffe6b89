//! Entries, judged as they are typed.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use minigate_policy::diagnosis::Lang;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::filings::FilingShown;
use super::input::{Json, Path};
use super::lists::{FaultOf, FormatOf, OfInterface};
use super::program::Program;
use crate::Console;
use crate::access::Right;
use crate::bulk::{Line, Pasted};
use crate::judged::{self, Judged};
use crate::web::failure::Failure;

/// A text with entries.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "text": "https://api.example.com\nhttp://b.example.com",
    "format": "lines",
    "interface": "request",
}))]
pub(super) struct TypedText {
    /// The text, 10,000 entries at most.
    #[schema(max_length = 1048576)]
    text: String,
    /// Its format.
    format: FormatOf,
    /// Whose entries they are, with the format `lines`.
    #[serde(default)]
    interface: Option<OfInterface>,
}

/// What is to be said of a text with entries.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct JudgedText {
    /// Whether an app's lists could be exactly these.
    good: bool,
    /// Each entry, in the order in which they stand.
    lines: Vec<JudgedLine>,
    /// How full each list would be.
    quotas: Vec<QuotaShown>,
}

/// One entry, judged.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct JudgedLine {
    /// On which line it stands, counted from 1; in JSON, which entry it is.
    #[schema(minimum = 1)]
    number: usize,
    interface: OfInterface,
    /// The entry as it is written, at most 300 characters of it.
    #[schema(max_length = 300)]
    text: String,
    /// The entry in its normal spelling; null where it is no entry of this list.
    normalised: Option<String>,
    /// What is wrong with it, the worst first.
    faults: Vec<FaultOf>,
    /// The line on which the same entry stands first, where that is another one.
    double_of: Option<usize>,
    /// What the register of filings says; null where none is asked.
    filing: Option<FilingShown>,
}

/// How full a list would be (rule D7).
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct QuotaShown {
    interface: OfInterface,
    /// How many different entries it would have.
    used: usize,
    /// How many it may have.
    limit: usize,
}

/// Judges entries as the pages do while somebody types: by the rules, the block list, the register of filings, and how
/// full a list would be. Nothing is stored.
#[utoipa::path(post, path = "/apps/{app}/judge", tag = "domains", request_body = TypedText,
    params(("app" = String, Path, description = "The app's ID")),
    responses((status = 200, description = "What is to be said of them", body = JudgedText)))]
pub(super) async fn judge_entries(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(id): Path<String>,
    Json(typed): Json<TypedText>,
) -> Result<Answer<JudgedText>, Failure> {
    let (_, app, _) = me.app(&console, &id, Right::Write).await?;
    let pasted = Pasted::read(&typed.text, typed.format.with(typed.interface)?)?;
    let judged = judged::judge(&console, &app, pasted).await?;
    Ok(Answer(JudgedText::of(judged, me.lang)))
}

impl JudgedText {
    fn of(judged: Judged, lang: Lang) -> Self {
        let quotas = judged.quotas.iter().map(|(interface, quota)| QuotaShown {
            interface: (*interface).into(),
            used: quota.used,
            limit: quota.limit,
        });
        Self {
            good: judged.is_good(),
            quotas: quotas.collect(),
            lines: judged
                .lines
                .into_iter()
                .map(|line| JudgedLine::of(line, lang))
                .collect(),
        }
    }
}

impl JudgedLine {
    fn of(line: Line, lang: Lang) -> Self {
        let judgement = line.judgement;
        Self {
            number: line.number,
            interface: line.interface.into(),
            text: line.text,
            faults: judgement
                .faults
                .iter()
                .map(|fault| FaultOf::of(fault, lang))
                .collect(),
            normalised: judgement.normalised,
            double_of: line.double_of,
            filing: judgement.filing.map(|filing| FilingShown::of(&filing, lang)),
        }
    }
}
