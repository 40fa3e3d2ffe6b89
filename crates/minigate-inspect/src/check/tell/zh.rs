//! 中文。

use jiff::SignedDuration;
use minigate_policy::{Interface, Scheme};

use super::Told;
use crate::chain::{Superfluous, Why};
use crate::check::{Remark, Unseen};
use crate::probe::Reach;

fn told(headline: impl Into<String>, remedy: impl Into<String>) -> Told {
    (headline.into(), remedy.into())
}

pub(super) fn not_filed(domain: &str) -> Told {
    told(
        format!("备案登记中没有 `{domain}` 的 ICP 备案"),
        "通过国内接入商为该域名备案，或换用已备案的域名",
    )
}

pub(super) fn plain(scheme: Scheme) -> Told {
    told(
        format!("它经 {scheme} 加载：途中任何人都能读取和篡改，平台也可能拒绝加载"),
        "服务器满足本次检查的要求后，改用 https",
    )
}

pub(super) fn too_many(interface: Interface, needed: usize, limit: usize) -> Told {
    told(
        format!("应用需要 {needed} 个 {interface} 域名，最多可配置 {limit} 个"),
        "减少调用的域名：把多个服务放在同一个域名之后",
    )
}

pub(super) fn remark(remark: &Remark) -> Told {
    match remark {
        Remark::SuperfluousCertificates { certificates } => superfluous(certificates),
        Remark::OldVersionsOn { versions } => {
            let versions: Vec<_> = versions.iter().map(ToString::to_string).collect();
            told(
                format!("开启了 {}，只有安卓 5 之前的手机才需要", versions.join("、")),
                "如果不需要支持这些手机，请关闭",
            )
        }
        Remark::NoTls13 => told(
            "没有开启 TLS 1.3，每个新连接要多一次往返",
            "在 1.2 之外开启 TLS 1.3",
        ),
        Remark::LifeTooLong { days, limit } => told(
            format!("证书有效期为 {days} 天，公共签发机构最多可签发 {limit} 天"),
            "换用有效期更短的证书",
        ),
        Remark::RenewalTooLong { days, from } => told(
            format!("自 {from} 起不再允许有效期为 {days} 天的证书"),
            "使用自动续期（ACME），证书有效期会越来越短",
        ),
        Remark::NoStamps => told(
            "证书没有证书透明度（CT）日志的时间戳",
            "请签发机构重新签发并写入日志；苹果与谷歌有此要求",
        ),
        Remark::StapleMissing => told(
            "证书要求附带 OCSP 响应，但服务器没有附带",
            "在服务器上开启 OCSP stapling，或换用没有 must-staple 的证书",
        ),
        Remark::StapleOutdated => told(
            "服务器附带的 OCSP 响应已过期或尚未生效",
            "让服务器重新获取：检查它能否访问签发机构的 OCSP 服务器",
        ),
        Remark::StapleUnknown => told(
            "签发机构在附带的 OCSP 响应中表示不认识该证书",
            "询问签发机构；几分钟前签发的证书可能尚未登记",
        ),
        Remark::ClockOff { ahead } => clock_off(*ahead),
        Remark::NoHttp2 => told("服务器不支持 HTTP/2，并发调用各占一个连接", "开启 h2（ALPN）"),
        Remark::NoResumption => told(
            "服务器不恢复会话，每个新连接都要完整握手",
            "开启会话票据，并让同一域名下的所有机器共用密钥",
        ),
        Remark::ClientCertificateAsked => told(
            "服务器索要客户端证书，但没有也继续",
            "在该站点关闭客户端证书：有的系统会让用户选择证书",
        ),
        Remark::OtherChainWithoutName { subject } => told(
            format!("不发送主机名（SNI）的客户端会得到 `{subject}` 的证书"),
            "除非要支持这样的客户端，否则无需处理；此处的设备都会发送主机名",
        ),
        Remark::ApplicationUnseen => told(
            "没有检查应用：服务器不支持任何前向保密且认证加密的套件",
            "同时启用 ECDHE 加 AES-GCM；`minigate run` 才能访问它",
        ),
        Remark::ChainsDiffer => told(
            "该地址发送的证书与第一个地址不同",
            "检查同一域名下的所有机器是否使用相同的证书文件",
        ),
    }
}

fn superfluous(certificates: &[Superfluous]) -> Told {
    let each = certificates
        .iter()
        .map(|one| format!("第 {} 个（{}）", one.place + 1, why(one.why)));
    let each = each.collect::<Vec<_>>().join("、");
    told(
        format!("服务器发送了多余的证书：{each}"),
        "从服务器的证书文件中去掉它们，握手会更小",
    )
}

fn clock_off(ahead: SignedDuration) -> Told {
    let (by, side) = (ahead.abs(), if ahead.is_negative() { "慢" } else { "快" });
    told(
        format!("服务器时钟{side} {by:#}"),
        "用 NTP 校准：时钟错误会影响证书、令牌和缓存",
    )
}

fn why(why: Why) -> String {
    match why {
        Why::Duplicate { of } => format!("与第 {} 个相同", of + 1),
        Why::Root => "根证书，设备已内置".to_owned(),
        Why::Unrelated => "证书链不经过它".to_owned(),
        Why::Unreadable => "无法读取".to_owned(),
    }
}

pub(super) fn unseen(unseen: &Unseen) -> Told {
    match unseen {
        Unseen::NoAddress { host, reason } => told(
            match reason {
                Some(reason) => format!("无法解析 `{host}`（{reason}）"),
                None => format!("`{host}` 没有地址"),
            },
            "检查拼写、域名的 DNS 记录和本机的解析器",
        ),
        Unseen::Unanswered => told(
            "太多探测没有得到回应，无法得出结论",
            "给它更多时间（--timeout），或让服务器允许本机建立更多连接",
        ),
        Unseen::Unreachable { reach } => told(
            match reach {
                Reach::Unreachable { reason } => format!("没有一个地址可以连接：{reason}"),
                _ => "没有一个地址有回应".to_owned(),
            },
            "检查服务器是否监听该端口、沿途的防火墙，以及本机的网络",
        ),
    }
}
