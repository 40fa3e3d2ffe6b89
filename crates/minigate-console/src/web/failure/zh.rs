//! Failures in Chinese.

mod nouns;

use axum::http::StatusCode;
use minigate_policy::diagnosis::{Lang, tell_entry};

use super::Cause;
use crate::access::{Denied, Missing, Role};
use crate::account::{AccountError, Weakness};
use crate::app::AppError;
use crate::oidc::OidcError;
use crate::session::SignInError;
use crate::store::StoreError;
use crate::text::unfit_zh;

pub(super) fn tell(cause: &Cause) -> String {
    match cause {
        Cause::NothingHere => "这个地址没有内容，或者没有你能看到的内容。".to_owned(),
        Cause::Method(method) => format!("这个地址不支持 {method} 方法。"),
        Cause::CrossSite => "请求来自其他网站的页面，已被拒绝。请在控制台自己的页面上操作。".to_owned(),
        Cause::StaleForm => "表单已失效：会话在此期间发生了变化。请重新载入页面后再操作。".to_owned(),
        Cause::Malformed(reason) => format!("无法读取：{}。", reason.tell(Lang::Zh)),
        Cause::Unfit(reason) => format!("无法接受：{}。", reason.tell(Lang::Zh)),
        Cause::Domain(error) => format!("无法接受：{}。", tell_entry(&error.clone().into(), Lang::Zh)),
        Cause::TooLarge => "内容过大：一次最多发送 1 MiB，备案为 32 MiB。".to_owned(),
        Cause::SignedOut => "尚未登录，或会话已结束。请登录后再操作。".to_owned(),
        Cause::BadToken => {
            "没有可用的令牌：它未知、已到期、已被吊销，或其主人的账号已停用、须先设置密码。可在 /me 创建新令牌。".to_owned()
        }
        Cause::Denied(error) => denied(error),
        Cause::App(error) => app(error),
        Cause::Domains(error) => format!("{}。", error.tell(Lang::Zh)),
        Cause::SignIn(error) => sign_in(error),
        Cause::Oidc(error) => oidc(error),
        Cause::Account(error) => account(error),
        Cause::Store(error) => store(error),
        Cause::Block(error) => nouns::block(error),
        Cause::Bulk(error) => format!("{}。", error.tell(Lang::Zh)),
        Cause::Grant(error) => nouns::grant(error),
        Cause::Import(error) => format!("{}。", error.tell(Lang::Zh)),
        Cause::GivenRegister => {
            "备案由 --filing-url 指定的服务查询，导入不会生效。如需使用控制台自己的备案库，请去掉该参数后重新启动。".to_owned()
        }
        Cause::Keys(error) => nouns::keys(error),
        Cause::Preflight(error) => format!("{}。", error.tell(Lang::Zh)),
        Cause::Secret(error) => nouns::secret(error),
        Cause::Token(error) => nouns::token(error),
        Cause::Lines(lines) => format!("{} 个条目违反规则，没有保存任何内容。", lines.len()),
        Cause::TooOften => "此令牌的请求过于频繁，请稍等一秒并放慢速度。".to_owned(),
        Cause::Status(status) => match *status {
            StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => {
                "无法读取：地址或表单中缺少某个字段，或其内容不正确。".to_owned()
            }
            StatusCode::UNSUPPORTED_MEDIA_TYPE => "发送的内容不是此处接受的媒体类型。".to_owned(),
            StatusCode::PAYLOAD_TOO_LARGE => tell(&Cause::TooLarge),
            status => format!("控制台返回 {status}。"),
        },
    }
}

fn denied(denied: &Denied) -> String {
    let Denied { actor, right, .. } = denied;
    match (denied.missing, &denied.app) {
        (Missing::Scope, Some(app)) => {
            format!("令牌的权限范围不含 {app} 的 {right}。令牌的主人有此权限：请使用包含该范围的令牌。")
        }
        (Missing::Scope, None) => {
            format!("令牌的权限范围不含整个平台的 {right}。令牌的主人有此权限：请使用包含该范围的令牌。")
        }
        (Missing::Role, Some(app)) => {
            format!("{actor} 在 {app} 中没有 {right} 权限，可由该应用的所有者或平台管理员授予。")
        }
        (Missing::Role, None) => format!("{actor} 没有整个平台的 {right} 权限，可由平台管理员授予。"),
    }
}

fn app(error: &AppError) -> String {
    match error {
        AppError::Exists(id) => format!("已经有应用 `{id}`。"),
        AppError::Unknown(id) => format!("没有应用 `{id}`。"),
        AppError::Name(name) => format!(
            "{}：名称为 1 到 100 个字符，不含不可见字符。",
            unfit_zh(name, "名称")
        ),
        AppError::Reserved(id) => format!("`{id}` 不能作为应用的 ID：/lists/{id} 另有用途。"),
        AppError::OneFewer => {
            "有修改尚待发布，须由作者以外的人批准：请先发布或放弃草稿，或由平台管理员关闭此规则。".to_owned()
        }
        AppError::Store(error) => store(error),
    }
}

fn sign_in(error: &SignInError) -> String {
    match error {
        SignInError::Refused => "用户名或密码错误。".to_owned(),
        SignInError::Later { after } => format!("尝试次数过多，请在 {} 秒后再试。", after.as_secs().max(1)),
        SignInError::Busy => "现在登录的人太多，请稍后再试。".to_owned(),
        SignInError::Link => {
            "此链接不能使用：已用过、已过期，或已有更新的链接。平台管理员可以重新生成。".to_owned()
        }
        SignInError::Weak(weakness) => weak(weakness),
        SignInError::SamePassword => "新密码与旧密码相同。".to_owned(),
        SignInError::Hash(_) | SignInError::Random(_) => "系统无法处理密码，请联系管理员。".to_owned(),
        SignInError::Store(error) => store(error),
    }
}

fn oidc(error: &OidcError) -> String {
    match error {
        OidcError::Later { after } => format!("尝试次数过多，请在 {} 秒后再试。", after.as_secs().max(1)),
        OidcError::State => {
            "此次登录不是从这个浏览器开始的、已经用过，或超过了 10 分钟。请重新登录。".to_owned()
        }
        OidcError::Declined => "身份提供方没有允许登录。请重新登录，或使用密码。".to_owned(),
        OidcError::Refused => {
            "身份提供方认识你，但这里没有与你关联的账号，或账号已停用。平台管理员可以处理。".to_owned()
        }
        OidcError::NoToken | OidcError::Token(_) | OidcError::Settings(_) | OidcError::Provider(_) => {
            "现在无法通过身份提供方登录。管理员可以在日志中找到原因。".to_owned()
        }
        OidcError::Account(error) => account(error),
        OidcError::SignIn(error) => sign_in(error),
        OidcError::Random(_) => "系统无法提供随机数，请联系管理员。".to_owned(),
        OidcError::Store(error) => store(error),
    }
}

fn account(error: &AccountError) -> String {
    match error {
        AccountError::Denied(error) => denied(error),
        AccountError::Exists(name) => format!("已经有账号 `{name}`。"),
        AccountError::Unknown(name) => format!("没有账号 `{name}`。"),
        AccountError::DisplayName(name) => {
            format!(
                "{}：名称为 1 到 100 个字符，不含不可见字符。",
                unfit_zh(name, "名称")
            )
        }
        AccountError::LastOperator(name) => format!("`{name}` 是最后一位平台管理员。"),
        AccountError::LastOwner { name, app } => format!("`{name}` 是 {app} 的最后一位所有者。"),
        AccountError::Role { role, in_app } => {
            let role = match role {
                Role::Owner => "所有者",
                Role::Developer => "开发者",
                Role::Auditor => "审计员",
                Role::PlatformOperator => "平台管理员",
            };
            let place = if *in_app { "应用" } else { "平台" };
            format!("{place}中没有“{role}”角色。")
        }
        AccountError::Identity => "身份为 1 到 255 个字符，且不含控制字符。".to_owned(),
        AccountError::Disabled(name) => format!("账号 `{name}` 已停用：请先启用，再发出邀请。"),
        AccountError::Linked(name) => format!("该身份已属于 `{name}`。"),
        AccountError::Weak(weakness) => weak(weakness),
        AccountError::Hash(_) | AccountError::Random(_) => "系统无法处理密码，请联系管理员。".to_owned(),
        AccountError::App(error) => app(error),
        AccountError::Store(error) => store(error),
    }
}

fn store(error: &StoreError) -> String {
    match error {
        StoreError::Conflict { .. } => {
            "其他人同时修改了这里，你的修改没有保存。请重新查看后再操作。".to_owned()
        }
        _ => "控制台的数据库无法工作，没有保存任何内容。管理员可以在日志中找到原因。".to_owned(),
    }
}

fn weak(weakness: &Weakness) -> String {
    match weakness {
        Weakness::Short => "密码至少 12 个字符。",
        Weakness::Long => "密码最多 128 个字符。",
        Weakness::Name => "密码不能与用户名相近。",
        Weakness::Common => "这个密码太常见，会最先被尝试。",
    }
    .to_owned()
}
