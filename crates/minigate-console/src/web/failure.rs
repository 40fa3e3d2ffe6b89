//! Why a request isn't answered as it wished: one reason, told as a page or as problem details (RFC 9457).

mod en;
pub(crate) mod malformed;
mod nouns;
mod zh;

use std::sync::Arc;

use axum::RequestExt;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use maud::html;
use minigate_policy::DomainError;
use minigate_policy::diagnosis::Lang;

use malformed::Malformed;

use super::layout::{self, Page};
use super::pages::show;
use super::requests::id_of;
use super::visitor::Visitor;
use crate::Console;
use crate::access::Denied;
use crate::account::AccountError;
use crate::app::AppError;
use crate::block::BlockError;
use crate::bulk::{BulkError, Line};
use crate::console::Refusal;
use crate::domains::DomainsError;
use crate::filing::ImportError;
use crate::grant::GrantError;
use crate::keys::KeysError;
use crate::oidc::OidcError;
use crate::preflight::PreflightError;
use crate::secret::SecretError;
use crate::session::SignInError;
use crate::store::StoreError;
use crate::text::Text;
use crate::token::TokenError;

/// Why a request isn't answered as it wished.
#[derive(Clone, Debug)]
pub(crate) struct Failure(Arc<Cause>);

/// The reasons.
#[derive(Debug)]
pub(crate) enum Cause {
    /// There is nothing at this address, or nothing that the caller may see.
    NothingHere,
    /// The address doesn't know this method.
    Method(Method),
    /// Another site's page sent it.
    CrossSite,
    /// The form wasn't made by this console for this session, or too long ago.
    StaleForm,
    /// It isn't in the form that it has to be in.
    Malformed(Malformed),
    /// It can be read, but a value can't be taken: which, and what it can be.
    Unfit(Malformed),
    /// It isn't the name of a domain.
    Domain(DomainError),
    /// Too large.
    TooLarge,
    /// Nobody is signed in.
    SignedOut,
    /// A program shows no token, or one that isn't good.
    BadToken,
    /// A right is missing.
    Denied(Denied),
    /// An app can't be made or found.
    App(AppError),
    /// Domains can't be changed.
    Domains(DomainsError),
    /// Somebody can't be signed in.
    SignIn(SignInError),
    /// Somebody can't be signed in at the provider.
    Oidc(OidcError),
    /// An account can't be changed.
    Account(AccountError),
    /// The block list can't be changed.
    Block(BlockError),
    /// A pasted text can't be read as a whole.
    Bulk(BulkError),
    /// A grant can't be given or withdrawn.
    Grant(GrantError),
    /// Filings can't be imported.
    Import(ImportError),
    /// Filings would be imported where another register is asked, which would be without effect.
    GivenRegister,
    /// The keys of signed lists can't be changed.
    Keys(KeysError),
    /// A pre-flight can't be made.
    Preflight(PreflightError),
    /// An AppSecret can't be changed.
    Secret(SecretError),
    /// A token can't be made or revoked.
    Token(TokenError),
    /// Lines of a text have faults.
    Lines(Vec<Line>),
    /// A token asks too often.
    TooOften,
    /// The store doesn't do its work.
    Store(StoreError),
    /// An answer of the frame below, which has no other words than its status.
    Status(StatusCode),
}

impl Failure {
    pub(crate) fn new(cause: Cause) -> Self {
        Self(Arc::new(cause))
    }

    /// The reason itself.
    pub(crate) fn cause(&self) -> &Cause {
        &self.0
    }

    /// Its status.
    pub(crate) fn status(&self) -> StatusCode {
        self.0.status()
    }

    /// Its name in problem details: `https://…/problems/NAME`.
    pub(crate) fn name(&self) -> &'static str {
        self.0.name()
    }

    /// Seconds after which to try again.
    fn retry_after(&self) -> Option<u64> {
        match &*self.0 {
            Cause::SignIn(SignInError::Later { after }) | Cause::Oidc(OidcError::Later { after }) => {
                Some(after.as_secs().max(1))
            }
            Cause::TooOften => Some(1),
            Cause::Domains(DomainsError::TooOften { .. }) => Some(60),
            _ => None,
        }
    }

    /// What happened and what can be done, for people.
    pub(crate) fn tell(&self, lang: Lang) -> String {
        match lang {
            Lang::En => en::tell(&self.0),
            Lang::Zh => zh::tell(&self.0),
        }
    }
}

impl Cause {
    /// What somebody sent can't be read.
    pub(crate) fn malformed(reason: impl Into<Malformed>) -> Failure {
        Failure::new(Self::Malformed(reason.into()))
    }

    /// A value that somebody sent can't be taken.
    pub(crate) fn unfit(reason: impl Into<Malformed>) -> Failure {
        Failure::new(Self::Unfit(reason.into()))
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::NothingHere | Self::App(AppError::Unknown(_)) => StatusCode::NOT_FOUND,
            Self::Domains(error) => of_domains(error),
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::CrossSite | Self::StaleForm | Self::Denied(_) => StatusCode::FORBIDDEN,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::SignedOut | Self::BadToken => StatusCode::UNAUTHORIZED,
            Self::App(error) => of_app(error),
            Self::SignIn(error) => of_sign_in(error),
            Self::Account(error) => of_account(error),
            Self::Store(error) => of_store(error),
            Self::Status(status) => *status,
            Self::Block(error) => nouns::of_block(error),
            Self::Bulk(_) | Self::Lines(_) | Self::Unfit(_) | Self::Domain(_) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::TooOften => StatusCode::TOO_MANY_REQUESTS,
            Self::Grant(error) => nouns::of_grant(error),
            Self::Import(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::GivenRegister => StatusCode::CONFLICT,
            Self::Keys(error) => nouns::of_keys(error),
            Self::Preflight(error) => nouns::of_preflight(error),
            Self::Oidc(error) => nouns::of_oidc(error),
            Self::Secret(error) => nouns::of_secret(error),
            Self::Token(error) => nouns::of_token(error),
        }
    }

    /// What a database or a provider says: for the log, and not for whoever asks.
    fn evidence(&self) -> Option<String> {
        match self {
            Self::Store(error) => Some(error.to_string()),
            Self::Oidc(error) => Some(error.to_string()),
            Self::SignIn(error) => Some(error.to_string()),
            Self::Account(error) => Some(error.to_string()),
            Self::App(error) => Some(error.to_string()),
            Self::Domains(error) => Some(error.to_string()),
            _ => None,
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::CrossSite => "cross-site",
            Self::StaleForm => "stale-form",
            Self::Denied(_) => "denied",
            Self::Lines(_) | Self::Domains(DomainsError::Lists(_)) => "lists",
            Self::Domains(DomainsError::Quota { .. }) => "quota",
            Self::Domains(DomainsError::State { .. }) => "state",
            Self::Domains(DomainsError::OwnDraft) => "own-draft",
            Self::Domains(DomainsError::Outdated { .. }) => "outdated",
            Self::Domains(DomainsError::NothingChanges | DomainsError::InDraft(_)) => "nothing-changes",
            Self::Domains(DomainsError::Blocked(_)) => "blocked",
            Self::Domains(DomainsError::PreflightFailed(_)) => "preflight",
            Self::Domains(DomainsError::NotFiled(_)) => "not-filed",
            Self::Domains(DomainsError::FilingUnknown(_)) => "filing-unknown",
            Self::App(AppError::Exists(_)) => "exists",
            Self::GivenRegister => "given-register",
            Self::App(AppError::Name(_)) => "name",
            other => by_status(other.status()),
        }
    }
}

fn of_domains(error: &DomainsError) -> StatusCode {
    match error {
        DomainsError::Lists(_) | DomainsError::NothingChanges | DomainsError::InDraft(_) => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        DomainsError::NoDraft | DomainsError::NoVersion { .. } => StatusCode::NOT_FOUND,
        DomainsError::Blocked(_) | DomainsError::NotFiled(_) => StatusCode::UNPROCESSABLE_ENTITY,
        DomainsError::Url(_) => StatusCode::UNPROCESSABLE_ENTITY,
        DomainsError::PreflightFailed(_) => StatusCode::CONFLICT,
        DomainsError::FilingUnknown(_) => StatusCode::SERVICE_UNAVAILABLE,
        DomainsError::OwnDraft => StatusCode::FORBIDDEN,
        DomainsError::State { .. } | DomainsError::Outdated { .. } | DomainsError::Quota { .. } => {
            StatusCode::CONFLICT
        }
        DomainsError::DraftThere | DomainsError::Moved => StatusCode::PRECONDITION_FAILED,
        DomainsError::TooOften { .. } => StatusCode::TOO_MANY_REQUESTS,
        DomainsError::App(error) => of_app(error),
        DomainsError::Store(error) => of_store(error),
    }
}

fn of_app(error: &AppError) -> StatusCode {
    match error {
        AppError::Exists(_) | AppError::OneFewer => StatusCode::CONFLICT,
        AppError::Unknown(_) => StatusCode::NOT_FOUND,
        AppError::Name(_) | AppError::Reserved(_) => StatusCode::UNPROCESSABLE_ENTITY,
        AppError::Store(error) => of_store(error),
    }
}

pub(super) fn of_sign_in(error: &SignInError) -> StatusCode {
    match error {
        SignInError::Refused => StatusCode::FORBIDDEN,
        SignInError::Later { .. } => StatusCode::TOO_MANY_REQUESTS,
        SignInError::Busy | SignInError::Random(_) => StatusCode::SERVICE_UNAVAILABLE,
        SignInError::Link => StatusCode::NOT_FOUND,
        SignInError::Weak(_) | SignInError::SamePassword => StatusCode::UNPROCESSABLE_ENTITY,
        SignInError::Hash(_) => StatusCode::INTERNAL_SERVER_ERROR,
        SignInError::Store(error) => of_store(error),
    }
}

pub(super) fn of_account(error: &AccountError) -> StatusCode {
    match error {
        AccountError::Denied(_) => StatusCode::FORBIDDEN,
        AccountError::Unknown(_) => StatusCode::NOT_FOUND,
        AccountError::Exists(_)
        | AccountError::Disabled(_)
        | AccountError::LastOperator(_)
        | AccountError::LastOwner { .. }
        | AccountError::Linked(_) => StatusCode::CONFLICT,
        AccountError::DisplayName(_)
        | AccountError::Identity
        | AccountError::Role { .. }
        | AccountError::Weak(_) => StatusCode::UNPROCESSABLE_ENTITY,
        AccountError::Random(_) => StatusCode::SERVICE_UNAVAILABLE,
        AccountError::Hash(_) => StatusCode::INTERNAL_SERVER_ERROR,
        AccountError::App(error) => of_app(error),
        AccountError::Store(error) => of_store(error),
    }
}

fn of_store(error: &StoreError) -> StatusCode {
    match error {
        StoreError::Conflict { .. } => StatusCode::CONFLICT,
        StoreError::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
        StoreError::Unopened(_) | StoreError::Migration { .. } | StoreError::Corrupt { .. } => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

fn by_status(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST => "malformed",
        StatusCode::UNAUTHORIZED => "signed-out",
        StatusCode::FORBIDDEN => "denied",
        StatusCode::NOT_FOUND => "not-found",
        StatusCode::METHOD_NOT_ALLOWED => "method",
        StatusCode::CONFLICT => "conflict",
        StatusCode::PRECONDITION_FAILED => "moved",
        StatusCode::PAYLOAD_TOO_LARGE => "too-large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "media-type",
        StatusCode::UNPROCESSABLE_ENTITY => "invalid",
        StatusCode::TOO_MANY_REQUESTS => "too-many",
        StatusCode::SERVICE_UNAVAILABLE => "unavailable",
        status if status.is_server_error() => "internal",
        _ => "refused",
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Some(seconds) = self.retry_after() {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unseen(_) => Self::new(Cause::NothingHere),
            Refusal::Denied(denied) => denied.into(),
            Refusal::Store(error) => error.into(),
        }
    }
}

macro_rules! causes {
    ($($error:ty => $cause:ident)*) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::new(Cause::$cause(error))
            }
        })*
    };
}
causes! {
    AccountError => Account
    AppError => App
    BlockError => Block
    BulkError => Bulk
    Denied => Denied
    DomainsError => Domains
    GrantError => Grant
    ImportError => Import
    KeysError => Keys
    OidcError => Oidc
    PreflightError => Preflight
    SecretError => Secret
    SignInError => SignIn
    StoreError => Store
    TokenError => Token
}

/// For addresses where there is nothing.
pub(super) async fn nothing_here() -> Failure {
    Failure::new(Cause::NothingHere)
}

/// For addresses that don't know a method.
pub(super) async fn no_such_method(method: Method) -> Failure {
    Failure::new(Cause::Method(method))
}

/// Shows failures as pages.
pub(super) async fn as_pages(
    State(console): State<Arc<Console>>,
    mut request: Request,
    next: Next,
) -> Response {
    let visitor = request.extract_parts_with_state::<Visitor, _>(&console).await;
    let id = id_of(request.headers()).to_owned();
    let response = next.run(request).await;
    let (Some(failure), Ok(visitor)) = (of_response(&response), visitor) else {
        return response;
    };
    note(&failure);
    let title = title(failure.status()).of(visitor.lang);
    let body = html! {
        h1 { (title) }
        p { (show::sentence(&failure.tell(visitor.lang))) }
        p { a href="/" { (BACK.of(visitor.lang)) } }
        p.dim { (REQUEST.of(visitor.lang)) " " code { (id) } }
    };
    let page = layout::page(&Page::new(title, &visitor), &body);
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.remove(header::CONTENT_TYPE);
    (parts.status, parts.headers, page).into_response()
}

/// The reason that a response carries; the frame's own refusals have a status only, and a page that a handler made tells
/// its own.
pub(super) fn of_response(response: &Response) -> Option<Failure> {
    let status = response.status();
    let told = response.extensions().get::<Failure>().cloned();
    let kind = response.headers().get(header::CONTENT_TYPE);
    let is_page = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let is_failure = (status.is_client_error() || status.is_server_error()) && !is_page;
    told.or_else(|| is_failure.then(|| Failure::new(Cause::Status(status))))
}

/// What is the console's own fault is for its operator to see; the rest, for whoever looks closer.
pub(super) fn note(failure: &Failure) {
    let (problem, reason) = (failure.name(), failure.tell(Lang::En));
    if failure.status().is_server_error() {
        let evidence = failure.0.evidence();
        tracing::error!(problem, reason, evidence, "a request could not be answered");
    } else {
        tracing::debug!(problem, reason, "a request was refused");
    }
}

fn title(status: StatusCode) -> Text {
    match status {
        StatusCode::NOT_FOUND => Text("There is nothing here", "这里什么也没有"),
        StatusCode::FORBIDDEN => Text("You may not do this", "你没有这个权限"),
        StatusCode::UNAUTHORIZED => Text("Sign in first", "请先登录"),
        StatusCode::CONFLICT => Text("This can't be done now", "现在不能这样做"),
        StatusCode::TOO_MANY_REQUESTS => Text("Too many attempts", "尝试次数过多"),
        status if status.is_server_error() => Text("The console can't do its work", "控制台无法正常工作"),
        _ => Text("This can't be done", "无法完成"),
    }
}

const REQUEST: Text = Text(
    "If you ask somebody about it, name this request:",
    "如需咨询，请提供请求编号：",
);
const BACK: Text = Text("To the apps", "返回应用列表");
