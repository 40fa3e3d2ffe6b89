//! Refusals as programs read them: problem details (RFC 9457).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE, VARY, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use minigate_policy::diagnosis::Lang;
use minigate_policy::{Interface, ListError};
use serde::Serialize;
use utoipa::ToSchema;

use super::lists::{FaultOf, OfInterface};
use crate::Console;
use crate::bulk::{Fault, Line, judge_text};
use crate::domains::DomainsError;
use crate::filing::FilingOf;
use crate::text::Text;
use crate::token::TokenError;
use crate::web::failure::{Cause, Failure, note, of_response};
use crate::web::visitor::accepted;

/// Why a request wasn't done; nothing of it was.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Problem {
    /// What kind of problem it is: the address of a page that explains it.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference", example = "/problems/lists")]
    kind: String,
    /// The kind in a few words.
    title: String,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What happened, and what to do.
    detail: String,
    /// Which member of the body, or which parameter, is wrong, where that is known: its name, or the way to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "format")]
    field: Option<String>,
    /// What can stand there, where it is one of a few values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    choices: Vec<String>,
    /// The entries that stand in the way.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    entries: Vec<EntryProblem>,
    /// How many there may be, where that is the problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u64>,
}

/// An entry that stands in the way of a change.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EntryProblem {
    /// Whose list it is on; null where it is about a domain on any.
    interface: Option<OfInterface>,
    /// The entry as it was written, or the domain.
    entry: String,
    #[serde(flatten)]
    fault: FaultOf,
}

/// What a kind of problem is called, and what it is.
pub(crate) struct Explained {
    pub(crate) name: &'static str,
    pub(crate) title: Text,
    pub(crate) text: Text,
}

/// Shows failures as problem details.
pub(super) async fn as_problems(State(_): State<Arc<Console>>, request: Request, next: Next) -> Response {
    let lang = accepted(request.headers());
    let response = next.run(request).await;
    let Some(failure) = of_response(&response) else {
        return response;
    };
    note(&failure);
    let problem = Problem::of(&failure, lang);
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    parts
        .headers
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    parts
        .headers
        .insert(CONTENT_LANGUAGE, HeaderValue::from_static(lang.pick("en", "zh")));
    parts
        .headers
        .insert(VARY, HeaderValue::from_static("accept-language"));
    if parts.status == StatusCode::UNAUTHORIZED {
        let asked = HeaderValue::from_static("Bearer realm=\"minigate\"");
        parts.headers.insert(WWW_AUTHENTICATE, asked);
    }
    let mut answer = (parts.status, Json(problem)).into_response();
    answer.headers_mut().extend(parts.headers);
    answer
}

/// The kind of problem with this name.
pub(crate) fn explain(name: &str) -> Option<&'static Explained> {
    KINDS.iter().find(|kind| kind.name == name)
}

impl Problem {
    fn of(failure: &Failure, lang: Lang) -> Self {
        let title = explain(failure.name()).map_or("", |kind| kind.title.of(lang));
        Self {
            kind: format!("/problems/{}", failure.name()),
            title: title.to_owned(),
            status: failure.status().as_u16(),
            detail: failure.tell(lang),
            field: field(failure.cause()).map(str::to_owned),
            choices: choices(failure.cause()).to_vec(),
            entries: entries(failure.cause(), lang),
            limit: limit(failure.cause()),
        }
    }
}

impl EntryProblem {
    fn of(interface: Option<Interface>, entry: &str, fault: &Fault, lang: Lang) -> Self {
        Self {
            interface: interface.map(OfInterface::from),
            entry: entry.to_owned(),
            fault: FaultOf::of(fault, lang),
        }
    }
}

fn field(cause: &Cause) -> Option<&str> {
    match cause {
        Cause::Malformed(reason) | Cause::Unfit(reason) => reason.field(),
        Cause::Token(TokenError::NoApp(_)) => Some("apps"),
        _ => None,
    }
}

fn choices(cause: &Cause) -> &[String] {
    match cause {
        Cause::Malformed(reason) | Cause::Unfit(reason) => reason.choices(),
        _ => &[],
    }
}

fn entries(cause: &Cause, lang: Lang) -> Vec<EntryProblem> {
    match cause {
        Cause::Domains(DomainsError::Lists(error)) => {
            error.0.iter().flat_map(|error| of_list(error, lang)).collect()
        }
        Cause::Domains(DomainsError::Blocked(entries)) => {
            let each = entries.iter().map(|blocked| {
                let fault = Fault::blocked(&blocked.block);
                EntryProblem::of(Some(blocked.interface), &blocked.entry, &fault, lang)
            });
            each.collect()
        }
        Cause::Domains(DomainsError::NotFiled(filings) | DomainsError::FilingUnknown(filings)) => {
            filings.iter().filter_map(|of| of_filing(of, lang)).collect()
        }
        Cause::Lines(lines) => lines.iter().flat_map(|line| of_line(line, lang)).collect(),
        _ => Vec::new(),
    }
}

fn of_list(error: &ListError, lang: Lang) -> Vec<EntryProblem> {
    let ListError::Entries { interface, faults } = error else {
        return Vec::new();
    };
    let each = faults.iter().flat_map(|fault| {
        let told = judge_text(*interface, &fault.text).faults.into_iter();
        let told = told.map(|told| EntryProblem::of(Some(*interface), &fault.text, &told, lang));
        told.collect::<Vec<_>>()
    });
    each.collect()
}

fn of_filing(filing: &FilingOf, lang: Lang) -> Option<EntryProblem> {
    let fault = Fault::filing(filing)?;
    Some(EntryProblem::of(None, &filing.domain, &fault, lang))
}

fn of_line(line: &Line, lang: Lang) -> Vec<EntryProblem> {
    let faults = line.judgement.faults.iter();
    faults
        .map(|fault| EntryProblem::of(Some(line.interface), &line.text, fault, lang))
        .collect()
}

fn limit(cause: &Cause) -> Option<u64> {
    match cause {
        Cause::Domains(DomainsError::Quota { limit } | DomainsError::TooOften { limit }) => {
            Some(u64::from(*limit))
        }
        Cause::Domains(DomainsError::Lists(error)) => error.0.iter().find_map(|error| match error {
            ListError::TooMany { limit, .. } => u64::try_from(*limit).ok(),
            _ => None,
        }),
        Cause::TooLarge => Some(1024 * 1024),
        _ => None,
    }
}

macro_rules! kinds {
    ($($name:literal: $title:literal, $title_zh:literal; $text:literal, $text_zh:literal;)*) => {
        &[$(Explained { name: $name, title: Text($title, $title_zh), text: Text($text, $text_zh) }),*]
    };
}

/// Every name that [`Failure::name`] gives.
pub(crate) const KINDS: &[Explained] = kinds! {
    "blocked": "An entry is blocked", "条目已被封禁";
    "The platform's operators have blocked a domain, and every name below it. `entries` has their reason; use another domain, or ask them.",
    "平台运营方封禁了该域名及其下所有域名，`entries` 中有原因。请换用其他域名，或联系运营方。";
    "conflict": "Somebody was faster, or it can't be done now", "其他人抢先修改，或现在不能这样做";
    "The state of things doesn't allow it: somebody else has changed it at the same moment, or a step has to come first. Read it anew and decide again.",
    "当前状态不允许：其他人刚刚修改过，或需要先完成其他步骤。请重新读取后再决定。";
    "cross-site": "Sent by another site", "请求来自其他网站";
    "A page of another site had a browser send this. Do it on the console's own page.",
    "其他网站的页面让浏览器发送了此请求。请在控制台自己的页面上操作。";
    "denied": "A right is missing", "缺少权限";
    "The account has no such right in the app or on the platform, or the token has no such scope. An owner of the app or a platform operator can give it.",
    "账号在应用或平台中没有此权限，或令牌没有相应的范围。应用所有者或平台管理员可以授予。";
    "exists": "It exists already", "已经存在";
    "There is one of this ID or name already, and it can't be made again.",
    "该 ID 或名称已经存在，不能再次创建。";
    "filing-unknown": "Nobody can tell whether it is filed", "无法得知是否已备案";
    "The register of filings didn't answer, and the platform doesn't publish what it can't check (rule D5). Try again later.",
    "备案库没有回答，平台不发布无法核实的域名（规则 D5）。请稍后重试。";
    "given-register": "Another register is asked", "查询的是外部备案服务";
    "The console asks the service of `--filing-url` for filings, so that an import into its own register would be without effect. Start it without the flag to use that.",
    "控制台通过 `--filing-url` 指定的服务查询备案，导入自己的备案库不会生效。如需使用自己的备案库，请去掉该参数后重新启动。";
    "internal": "The console made a mistake", "控制台出错";
    "Nothing was stored. The console's operator finds the reason in its log.",
    "没有保存任何内容。管理员可以在日志中找到原因。";
    "invalid": "It can't be taken", "无法接受";
    "What was sent can be read, but one of its values can't be taken. `detail` says which and why.",
    "内容可以读取，但其中的值无法接受。`detail` 说明了原因。";
    "lists": "Entries break a rule", "条目违反规则";
    "Nothing is stored of lists that break a rule (D3, D4, D6, D7). `entries` has each with its rule, the reason and what to write instead.",
    "违反规则（D3、D4、D6、D7）的列表不会保存。`entries` 列出每个条目的规则、原因和修改办法。";
    "malformed": "It can't be read", "无法读取";
    "The request isn't in the form that it has to be in: see the OpenAPI document.",
    "请求的格式不正确，请参阅 OpenAPI 文档。";
    "media-type": "Another media type is needed", "需要其他媒体类型";
    "The body has to be sent with the `content-type` that the OpenAPI document names.",
    "请使用 OpenAPI 文档中规定的 `content-type` 发送内容。";
    "method": "The address doesn't know this method", "不支持此方法";
    "The header `allow` of the answer names those that it knows.",
    "回答的 `allow` 头列出了支持的方法。";
    "moved": "It has changed meanwhile", "内容已改变";
    "The draft isn't the one of the `if-match` or `if-none-match` that was sent: somebody has changed it. Read it anew.",
    "草稿与 `if-match` 或 `if-none-match` 不符：其他人已修改。请重新读取。";
    "name": "It can't be a name", "不能作为名称";
    "A name has 1 to 100 characters, none of them invisible.",
    "名称为 1 到 100 个字符，不含不可见字符。";
    "not-filed": "A domain has no filing", "域名没有备案";
    "The register knows no ICP filing of a domain (rule D5). File it, or use one that is filed.",
    "备案库中没有该域名的 ICP 备案（规则 D5）。请办理备案，或使用已备案的域名。";
    "not-found": "There is nothing here", "这里什么也没有";
    "There is nothing at this address, or nothing that the caller may see.",
    "这个地址没有内容，或者没有你能看到的内容。";
    "nothing-changes": "Nothing would change", "没有变化";
    "The lists are the effective ones, or the entry is there already.",
    "这些列表已经生效，或条目已经存在。";
    "outdated": "Another version has become effective", "已有更新的版本生效";
    "The draft was written on an older version. Write it anew on the effective one.",
    "草稿基于较旧的版本，请基于当前版本重新编写。";
    "own-draft": "Somebody else has to approve it", "须由其他人批准";
    "The app wants two people: the author of a draft can't approve it.",
    "该应用要求两人操作：草稿的作者不能批准。";
    "preflight": "A pre-flight is needed", "需要预检";
    "The app wants a draft to pass a pre-flight of no more than 7 days ago before it is published.",
    "该应用要求草稿在发布前通过 7 天以内的预检。";
    "quota": "The changes of this month are used up", "本月修改次数已用完";
    "Rule D7: an app's domains can be changed so often in a calendar month (UTC). `limit` says how often.",
    "规则 D7：每个自然月（UTC）内域名的修改次数有限，`limit` 为上限。";
    "refused": "It was refused", "请求被拒绝";
    "`status` and `detail` say why.",
    "`status` 和 `detail` 说明了原因。";
    "signed-out": "No valid token", "没有有效的令牌";
    "Send `authorization: Bearer mgt_…` with a token that hasn't ended and wasn't revoked, and whose owner isn't disabled.",
    "请发送 `authorization: Bearer mgt_…`，令牌须未过期、未吊销，且其所有者未被停用。";
    "stale-form": "The form is no longer valid", "表单已失效";
    "The session has changed since the page was made. Load it anew.",
    "会话在页面生成之后发生了变化，请重新载入。";
    "state": "The draft isn't that far", "草稿的状态不符";
    "A draft is written, submitted, approved and published, in this order.",
    "草稿按编写、提交、批准、发布的顺序进行。";
    "too-large": "It is too large", "内容过大";
    "At most 1 MiB can be sent at once, or 32 MiB of filings. `limit` is in bytes.",
    "一次最多发送 1 MiB，备案为 32 MiB；`limit` 以字节为单位。";
    "too-many": "Too many requests", "请求过多";
    "Wait for as many seconds as the header `retry-after` says.",
    "请等待 `retry-after` 头所示的秒数。";
    "unavailable": "The console can't do it now", "控制台现在无法处理";
    "Its database or something else that it needs doesn't answer. Nothing was stored; try again later.",
    "数据库或其他所需的服务没有响应。没有保存任何内容，请稍后重试。";
};
