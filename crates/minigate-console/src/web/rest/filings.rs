//! Filings: the register, and what follows from what it says (rule D5).

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::{Request, State};
use jiff::Timestamp;
use minigate_policy::diagnosis::Lang;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::input::{Json, Path, Query, Why, because, domain as named, text_of};
use super::program::Program;
use crate::Console;
use crate::access::Right;
use crate::filing::{
    self, Consequence, Filing, FilingOf, FilingRegister, FilingTerms, Imported, Inquiry, Register,
    RegisterKind, Service,
};
use crate::moment::before;
use crate::store::Import;
use crate::web::failure::{Cause, Failure};

/// Which register of filings is asked, and what follows from what it says.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RegisterShown {
    register: RegisterOf,
    terms: Terms,
    /// The last import into the console's own; null where there was none.
    imported: Option<ImportedShown>,
    /// The service that is asked; null where none is.
    service: Option<ServiceShown>,
}

/// A service that is asked for filings.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ServiceShown {
    /// Its scheme, host and port.
    #[schema(example = "https://filings.example.com")]
    origin: String,
    /// What it came to the last time that this process asked it; null where it hasn't yet.
    last_answer: Option<LastAnswerShown>,
}

/// What a service came to when it was asked.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct LastAnswerShown {
    /// When.
    at: Timestamp,
    /// Why it told nothing; null where it did.
    fault: Option<String>,
}

/// No register, so that rule D5 isn't judged; the console's own; or another one that its settings name.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum RegisterOf {
    None,
    Own,
    Given,
}

/// What follows for a publication, for the whole platform.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Terms {
    /// Of a domain that isn't filed.
    not_filed: ConsequenceOf,
    /// Of a domain of which nobody can tell.
    unknown: ConsequenceOf,
}

/// A publication is refused, or people are told and it goes on.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum ConsequenceOf {
    Stops,
    Warns,
}

/// The last import into the console's own register.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImportedShown {
    /// How many domains it had.
    count: usize,
    /// Who did it.
    by: String,
    /// When.
    at: Timestamp,
}

/// What the register says of a domain.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FilingShown {
    /// The registrable domain, which is what somebody files.
    #[schema(example = "example.com")]
    domain: String,
    state: FilingState,
    /// The licence's number; null where there is none.
    #[schema(example = "京ICP备00000001号")]
    licence: Option<String>,
    /// The same in a sentence.
    told: String,
}

/// Filed, not filed, or nobody can tell.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum FilingState {
    Filed,
    NotFiled,
    Unknown,
}

/// How filings are imported.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct How {
    /// What becomes of the filings that are there.
    #[param(inline)]
    import: ImportOf,
    /// Why, for the audit log.
    #[param(max_length = 1000)]
    #[serde(default)]
    reason: Option<String>,
}

/// They go, or stay but for those of domains that come anew.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum ImportOf {
    Replace,
    Merge,
}

/// The register of filings.
#[utoipa::path(get, path = "/filings", tag = "platform",
    responses((status = 200, description = "Which it is", body = RegisterShown)))]
pub(super) async fn read_register(
    State(console): State<Arc<Console>>,
    me: Program,
) -> Result<Answer<RegisterShown>, Failure> {
    let by = me.allow(&console, Right::Read).await?;
    let service = console.register().and_then(FilingRegister::service);
    let inquiry = Inquiry::open(console.store(), console.register()).await?;
    let imported = filing::imported(console.store()).await?;
    Ok(Answer(RegisterShown {
        register: inquiry.register().into(),
        terms: inquiry.terms().into(),
        imported: imported.map(ImportedShown::from),
        service: service.map(|service| ServiceShown::of(service, by.at(), me.lang)),
    }))
}

/// Imports filings into the console's own register: lines of `domain` or `domain,licence`, all of them or none. 409 where
/// `--filing-url` names another register, since it would be without effect.
#[utoipa::path(post, path = "/filings", tag = "platform", params(How),
    request_body(content = String, content_type = "text/csv", description = "The lines, 32 MiB at most",
        example = "example.com,京ICP备00000001号\n"),
    responses((status = 200, description = "What was imported", body = ImportedShown)))]
pub(super) async fn import_filings(
    State(console): State<Arc<Console>>,
    me: Program,
    Query(how): Query<How>,
    request: Request,
) -> Result<Answer<ImportedShown>, Failure> {
    let by = me.allow(&console, Right::Operate).await?;
    let by = because(how.reason.as_deref(), by)?;
    if console.register().is_some() {
        return Err(Failure::new(Cause::GivenRegister));
    }
    let register = Register::read_csv(&text_of(request, "text/csv").await?).await?;
    let imported = filing::import(console.store(), register, how.import.into(), &by).await?;
    Ok(Answer(imported.into()))
}

/// Changes what follows from what the register says.
#[utoipa::path(put, path = "/filings/terms", tag = "platform", request_body = Terms, params(Why),
    responses((status = 200, description = "What holds now", body = Terms)))]
pub(super) async fn set_filing_terms(
    State(console): State<Arc<Console>>,
    me: Program,
    Query(why): Query<Why>,
    Json(new): Json<Terms>,
) -> Result<Answer<Terms>, Failure> {
    let by = why.given_to(me.allow(&console, Right::Operate).await?)?;
    let terms = FilingTerms {
        not_filed: new.not_filed.into(),
        unknown: new.unknown.into(),
    };
    filing::set_terms(console.store(), terms, &by).await?;
    Ok(Answer(terms.into()))
}

/// What the register says of a domain: of its registrable part, by the public suffix list.
#[utoipa::path(get, path = "/filings/of/{domain}", tag = "platform",
    params(("domain" = String, Path, description = "The domain", max_length = 253,
        example = "api.example.com")),
    responses((status = 200, description = "What it says; 404 where there is no register", body = FilingShown)))]
pub(super) async fn look_up_filing(
    State(console): State<Arc<Console>>,
    me: Program,
    Path(domain): Path<String>,
) -> Result<Answer<FilingShown>, Failure> {
    me.allow(&console, Right::Read).await?;
    let domain = named(&domain)?;
    let inquiry = Inquiry::open(console.store(), console.register()).await?;
    let filing = inquiry.ask(&domain).await;
    let filing = filing.ok_or_else(|| Failure::new(Cause::NothingHere))?;
    Ok(Answer(FilingShown::of(&filing, me.lang)))
}

impl FilingShown {
    pub(super) fn of(filing: &FilingOf, lang: Lang) -> Self {
        let (state, licence) = match &filing.filing {
            Filing::Filed { licence } => (FilingState::Filed, Some(licence.clone())),
            Filing::NotFiled => (FilingState::NotFiled, None),
            Filing::Unknown { .. } => (FilingState::Unknown, None),
        };
        Self {
            domain: filing.domain.clone(),
            state,
            licence: licence.filter(|licence| !licence.is_empty()),
            told: filing.tell(lang),
        }
    }
}

impl ServiceShown {
    fn of(service: Service, now: Timestamp, lang: Lang) -> Self {
        let last_answer = service.last.map(|last| LastAnswerShown {
            at: before(now, last.ago),
            fault: last.fault.map(|fault| fault.tell(lang)),
        });
        Self {
            origin: service.origin,
            last_answer,
        }
    }
}

impl From<RegisterKind> for RegisterOf {
    fn from(kind: RegisterKind) -> Self {
        match kind {
            RegisterKind::None => Self::None,
            RegisterKind::Own => Self::Own,
            RegisterKind::Given => Self::Given,
        }
    }
}

impl From<FilingTerms> for Terms {
    fn from(terms: FilingTerms) -> Self {
        let of = |consequence| match consequence {
            Consequence::Stops => ConsequenceOf::Stops,
            Consequence::Warns => ConsequenceOf::Warns,
        };
        Self {
            not_filed: of(terms.not_filed),
            unknown: of(terms.unknown),
        }
    }
}

impl From<ConsequenceOf> for Consequence {
    fn from(consequence: ConsequenceOf) -> Self {
        match consequence {
            ConsequenceOf::Stops => Self::Stops,
            ConsequenceOf::Warns => Self::Warns,
        }
    }
}

impl From<ImportOf> for Import {
    fn from(import: ImportOf) -> Self {
        match import {
            ImportOf::Replace => Self::Replace,
            ImportOf::Merge => Self::Merge,
        }
    }
}

impl From<Imported> for ImportedShown {
    fn from(imported: Imported) -> Self {
        Self {
            count: imported.count,
            by: imported.by,
            at: imported.at,
        }
    }
}
