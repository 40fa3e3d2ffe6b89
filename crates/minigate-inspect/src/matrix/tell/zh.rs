//! 中文。

use crate::distrust::Condition;
use crate::matrix::Cause;
use crate::probe::Refusal;

use super::{is_without_tls_12, joined};

pub(super) fn headline(cause: &Cause) -> String {
    match cause {
        Cause::Unreachable { reason } => format!("端口无法连接：{reason}"),
        Cause::TimedOut => "端口没有回应".to_owned(),
        Cause::NoHandshake { refusal } => refused(refusal),
        Cause::NoCommonVersion { device, server } => {
            let (device, server) = (joined(device, "、"), joined(server, "、"));
            format!("设备支持 {device}，服务器只支持 {server}")
        }
        Cause::NoCommonSuite { version, .. } => format!("设备与服务器没有共同的 {version} 加密套件"),
        Cause::NoCommonGroup { version, .. } => format!("设备与服务器没有共同的 {version} 密钥交换群"),
        Cause::KeyNotTaken { key } => format!("设备不接受 {key} 类型的服务器密钥"),
        Cause::NoChain => "没有看到服务器的证书".to_owned(),
        Cause::Unanswered => "服务器没有接受检查的全部连接，因此无法判断".to_owned(),
        Cause::RootPartly { root, with, without } => {
            let (with, without) = (with.join("、"), without.join("、"));
            format!("根证书 `{root}` 内置于 {with}，但不在 {without} 中")
        }
        Cause::RootAbsent { root, since, until } => absent(root, since.as_deref(), until.as_deref()),
        Cause::RootUnknown { root, versions } => {
            format!("没有资料说明 {} 是否内置根证书 `{root}`", versions.join("、"))
        }
        Cause::Certificate { fault } => fault.tell(minigate_policy::diagnosis::Lang::Zh).headline,
        Cause::KeyNotProven => "服务器没有证明它持有证书的私钥".to_owned(),
        Cause::Distrusted {
            by,
            authority,
            since,
            condition,
            ..
        } => format!("{by} 自 {since} 起不再信任 {authority}{}", met(*condition)),
        Cause::ClientCertificateDemanded => "服务器要求客户端证书".to_owned(),
        Cause::OfferUnknown => "没有公开资料说明设备在该接口上的 TLS；证书没有问题".to_owned(),
        Cause::Revoked => "签发机构声明证书已被吊销".to_owned(),
        Cause::OldVersion { version } => format!("设备与服务器只能使用 {version}"),
        Cause::EndsSoon { days_left, not_after } => format!("证书将在 {days_left} 天后（{not_after}）到期"),
        Cause::WrongOrder => "证书没有按顺序发送".to_owned(),
    }
}

fn absent(root: &str, since: Option<&str>, until: Option<&str>) -> String {
    let since = since.map(|since| format!("，自 {since} 起才内置"));
    let until = until.map(|until| format!("，只内置到 {until}"));
    let else_where = since.or(until).unwrap_or_default();
    format!("根证书 `{root}` 不在设备的证书库中{else_where}")
}

fn met(condition: Condition) -> String {
    match condition {
        Condition::Always => String::new(),
        Condition::NotBeforeAfter(date) => format!("（{date} 之后生效的证书）"),
        Condition::NotBeforeUntil(date) => format!("（{date} 之前生效的证书）"),
        Condition::SctAfter(date) => format!("（{date} 之后进入透明日志的证书）"),
    }
}

pub(super) fn refused(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Alert { alert } => format!("服务器拒绝握手：{alert}"),
        Refusal::OtherVersion { code } => format!("服务器以其他版本 0x{code:04x} 回应"),
        Refusal::OtherSuite { suite } => format!("服务器选择了未提供的加密套件 {suite}"),
        Refusal::PlainHttp => "服务器以明文 HTTP 回应".to_owned(),
        Refusal::NotTls { .. } => "服务器的回应不是 TLS".to_owned(),
        Refusal::Closed => "服务器关闭了连接".to_owned(),
        Refusal::CutOff { bytes } => format!("服务器在 {bytes} 字节后断开"),
        Refusal::Reset { bytes } => format!("连接在 {bytes} 字节后被重置"),
        Refusal::Silent => "服务器没有回应".to_owned(),
        Refusal::Stalled { bytes } => format!("服务器在 {bytes} 字节后停止"),
        Refusal::TooMuch { limit } => format!("服务器发送的数据超过 {limit} 字节"),
        Refusal::TooManyCertificates { limit } => format!("服务器发送的证书超过 {limit} 个"),
        Refusal::Malformed { reason } => format!("服务器违反了协议：{reason}"),
        Refusal::NotAsked => "没有时间探测".to_owned(),
        Refusal::TurnedAway => "服务器没有接受全部连接".to_owned(),
        Refusal::Unreachable { reason } => format!("无法再次连接：{reason}"),
    }
}

pub(super) fn remedy(cause: &Cause) -> &'static str {
    match cause {
        Cause::Unreachable { .. } | Cause::TimedOut => "确认服务器在该地址和端口上监听，并检查途中的防火墙",
        Cause::NoHandshake { .. } => {
            "检查端口，确认服务器在该端口上支持 TLS 1.2 和 1.3，并检查途中的防火墙和代理"
        }
        Cause::NoCommonVersion { device, .. } if is_without_tls_12(device) => {
            "除非需要支持这些手机，否则无需处理：它们没有 TLS 1.2，而服务器应当要求 1.2"
        }
        Cause::NoCommonVersion { .. } | Cause::OldVersion { .. } => {
            "在服务器上启用 TLS 1.2 和 1.3；只有需要支持没有 1.2 的旧手机时才同时启用 TLS 1.0"
        }
        Cause::NoCommonSuite { .. } => "让服务器支持 ECDHE 加 AES-GCM，需要支持旧手机时再加 ECDHE 加 AES-CBC",
        Cause::NoCommonGroup { .. } => "让服务器也支持 secp256r1 密钥交换",
        Cause::KeyNotTaken { .. } => "换用 RSA-2048 或 P-256 密钥的证书",
        Cause::Unanswered => "请稍后重新检查；若服务器限制连接数，请放宽对本机的限制",
        Cause::NoChain => "请重新检查；若仍如此，用 `openssl s_client` 测试服务器",
        Cause::RootPartly { .. } | Cause::RootAbsent { .. } | Cause::RootUnknown { .. } => {
            "换用根证书内置于所有这些版本的证书，或让服务器发送通往该根的交叉签名证书链"
        }
        Cause::Certificate { .. } | Cause::Revoked | Cause::Distrusted { .. } => {
            "申请新的证书；若该机构不受信任，请换一家机构"
        }
        Cause::KeyNotProven => "让服务器使用配对的证书和私钥",
        Cause::ClientCertificateDemanded => "为该站点关闭客户端证书验证",
        Cause::OfferUnknown => "在设备上测试",
        Cause::EndsSoon { .. } => "续期证书并重新加载服务器",
        Cause::WrongOrder => "先发送服务器自己的证书，再依次发送每个证书的签发者",
    }
}
