//! What can't be done to nouns that few handlers know.

use minigate_lists::KeySet;

use super::{app, denied, store};
use crate::block::BlockError;
use crate::grant::GrantError;
use crate::keys::KeysError;
use crate::secret::SecretError;
use crate::text::unfit_zh;
use crate::token::TokenError;

pub(super) fn block(error: &BlockError) -> String {
    match error {
        BlockError::Reason => "封禁需要原因：1 到 1,000 个字符，不含控制字符。".to_owned(),
        BlockError::Over { until } => format!("封禁的结束时间 {until} 早于开始时间。"),
        BlockError::Full { limit } => format!("已有 {limit} 项封禁，不能再增加。"),
        BlockError::Unknown { domain } => format!("`{domain}` 没有单独的封禁。"),
        BlockError::Store(error) => store(error),
    }
}

pub(super) fn grant(error: &GrantError) -> String {
    match error {
        GrantError::Reason => "授权需要原因：1 到 1,000 个字符，不含控制字符。".to_owned(),
        GrantError::NoRelease => "授权须针对开发版、体验版或两者。".to_owned(),
        GrantError::Length { until } => format!("授权最长 30 天，不能到 {until}。"),
        GrantError::Past { until } => format!("授权的结束时间 {until} 已经过去。"),
        GrantError::Unknown => "没有授权。".to_owned(),
        GrantError::App(error) => app(error),
        GrantError::Store(error) => store(error),
    }
}

pub(super) fn keys(error: &KeysError) -> String {
    match error {
        KeysError::Announced { key } => format!("密钥 {key} 已经公布。"),
        KeysError::Full { key, until } => format!(
            "运行时最多接受 {} 个密钥，现已达到上限：请等到 {until} 密钥 {key} 失效，或废弃一个已停用的密钥。",
            KeySet::MOST_KEYS
        ),
        KeysError::NoneAnnounced => "没有已公布、可以接替的密钥。".to_owned(),
        KeysError::Signs { key } => format!("密钥 {key} 正在签名，请先启用另一个已公布的密钥。"),
        KeysError::Unknown { key } => format!("没有密钥 {key}。"),
        KeysError::Key(_) => "无法生成或读取密钥。".to_owned(),
        KeysError::Store(error) => store(error),
    }
}

pub(super) fn secret(error: &SecretError) -> String {
    match error {
        SecretError::Denied(error) => denied(error),
        SecretError::None(app) => format!("{app} 还没有 AppSecret。"),
        SecretError::Grace(_) => "旧的 AppSecret 最多还能使用 24 小时。".to_owned(),
        SecretError::TooMany(most) => format!("最多允许 {most} 个网络获取令牌。"),
        SecretError::App(error) => app(error),
        SecretError::Random(_) => "系统没有随机数，请联系管理员。".to_owned(),
        SecretError::Store(error) => store(error),
    }
}

pub(super) fn token(error: &TokenError) -> String {
    match error {
        TokenError::Denied(error) => denied(error),
        TokenError::MustChange(_) => "请先修改密码。".to_owned(),
        TokenError::Name(name) => {
            format!(
                "{}：须为 1 到 64 个字母、数字、空格、`.`、`_` 或 `-`。",
                unfit_zh(name, "令牌的名称")
            )
        }
        TokenError::NoScope => "令牌至少需要一个权限范围。".to_owned(),
        TokenError::TooManyApps(most) => format!("令牌最多指定 {most} 个应用。"),
        TokenError::NoApp(app) => format!("没有应用 `{app}`，不能为其创建令牌。"),
        TokenError::End(end) => format!("令牌须在一年之内结束，不能到 {end}。"),
        TokenError::Past(end) => format!("令牌的结束时间 {end} 已经过去。"),
        TokenError::TooMany(most) => format!("一个账号最多有 {most} 个令牌：请先吊销一个。"),
        TokenError::Wider => "用令牌创建的令牌不能拥有更多权限，也不能更晚结束。".to_owned(),
        TokenError::Child => "用令牌创建的令牌不能再创建令牌。".to_owned(),
        TokenError::Unknown(id) => format!("没有令牌 `{id}`。"),
        TokenError::Random(_) => "系统没有随机数，请联系管理员。".to_owned(),
        TokenError::Store(error) => store(error),
    }
}
