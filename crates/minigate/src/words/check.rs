//! What there is to say of checks of servers, and of whom they are told.

use std::fmt::Display;
use std::time::Duration;

use minigate_policy::TargetError;
use minigate_policy::diagnosis::Lang;

/// A text is neither a host nor a URL.
pub(crate) fn no_target(target: &str, error: &TargetError, lang: Lang) -> String {
    match lang {
        Lang::En => format!(
            "`{target}` can't be checked: {error}; write a host, host:port, an https or wss URL, a file of them or an app's folder"
        ),
        Lang::Zh => format!(
            "无法检查 `{target}`：{error}；请写主机、主机:端口、https 或 wss 的 URL、含有它们的文件，或小程序目录"
        ),
    }
}

/// No target names a server.
pub(crate) const fn nothing_to_check(lang: Lang) -> &'static str {
    lang.pick(
        "there is nothing to check: the targets name no server",
        "没有可检查的内容：目标中没有任何服务器",
    )
}

/// An option is for a single target.
pub(crate) fn one_target_only(option: &str, targets: usize, lang: Lang) -> String {
    match lang {
        Lang::En => format!("{option} is for a single target, here are {targets}"),
        Lang::Zh => format!("{option} 只能用于一个目标，这里有 {targets} 个"),
    }
}

/// A change couldn't be handed on, and waits.
pub(crate) fn not_delivered(to: impl Display, reason: impl Display, waiting: usize, lang: Lang) -> String {
    match lang {
        Lang::En => format!("{to}: {reason}; {waiting} changes wait for the next try"),
        Lang::Zh => format!("{to}：{reason}；有 {waiting} 条变化等待重试"),
    }
}

/// A change was never handed on, and won't be.
pub(crate) fn never_delivered(to: impl Display, change: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("{to} never got this change: {change}"),
        Lang::Zh => format!("{to} 没有收到此变化：{change}"),
    }
}

/// A webhook is reached without TLS, through a network.
pub(crate) fn plain_webhook(to: impl Display, lang: Lang) -> String {
    match lang {
        Lang::En => format!("{to} is told without TLS: whoever is on the way can read and alter it"),
        Lang::Zh => format!("发往 {to} 的通知未使用 TLS，途中可被读取和篡改"),
    }
}

/// A webhook has answered that it didn't take something.
pub(crate) fn status_of_webhook(status: u16, lang: Lang) -> String {
    match lang {
        Lang::En if (300..400).contains(&status) => {
            format!("it answers with status {status}, and redirects aren't followed")
        }
        Lang::Zh if (300..400).contains(&status) => format!("应答状态为 {status}，不跟随重定向"),
        Lang::En => format!("it answers with status {status}"),
        Lang::Zh => format!("应答状态为 {status}"),
    }
}

/// A webhook hasn't answered within the bound.
pub(crate) fn silent_webhook(bound: Duration, lang: Lang) -> String {
    match lang {
        Lang::En => format!("no answer within {bound:?}"),
        Lang::Zh => format!("{bound:?} 内没有应答"),
    }
}

/// There is no whole chain for a server's certificate.
pub(crate) fn no_full_chain(target: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("{target}: there is no full chain to write: a certificate of it wasn't found"),
        Lang::Zh => format!("{target}：没有可写入的完整证书链：缺少其中的证书"),
    }
}
