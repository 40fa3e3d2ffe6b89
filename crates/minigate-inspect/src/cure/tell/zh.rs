//! 中文.

use super::{LeftOut, Missing};
use crate::chain::Why;
use crate::cure::{Misfit, Source, Unfetched, WhyNot};

pub(super) fn missing(missing: &Missing) -> String {
    let Missing { subject, issued, .. } = missing;
    format!("服务器没有发送签发 `{issued}` 的中间证书 `{subject}`")
}

pub(super) fn remedies(missing: &Missing) -> Vec<String> {
    match (&missing.source, &missing.why_not) {
        (Some(_), _) => vec![SEND_THE_FULL_CHAIN.to_owned()],
        (None, Some(why_not)) => vec![by_hand(missing), self::why_not(why_not)],
        (None, None) => vec![by_hand(missing)],
    }
    .into_iter()
    .chain(missing.source.as_ref().map(source))
    .collect()
}

fn by_hand(missing: &Missing) -> String {
    let urls = missing.urls.join("、");
    format!("把它追加到服务器使用的证书文件中（即 `fullchain`）；可从 {urls} 获取")
}

fn source(source: &Source) -> String {
    match source {
        Source::AtHand => "该主机在别处已发送此证书".to_owned(),
        Source::Fetched { url } => format!("已从 {url} 获取"),
    }
}

fn why_not(why_not: &WhyNot) -> String {
    match why_not {
        WhyNot::Offline => "离线模式，未获取".to_owned(),
        WhyNot::TooHigh { limit } => format!("未获取：已缺少 {limit} 个证书"),
        WhyNot::Unfetched { tried } => {
            let tried: Vec<_> = tried
                .iter()
                .map(|(url, why)| format!("{url}：{}", unfetched(why)))
                .collect();
            format!("无法获取：{}", tried.join("；"))
        }
    }
}

fn unfetched(why: &Unfetched) -> String {
    match why {
        Unfetched::NotAUrl => "不是带有主机的 URL".to_owned(),
        Unfetched::NotPlain { scheme } => format!("只通过 `http` 获取，不支持 `{scheme}`"),
        Unfetched::OtherPort { port } => format!("端口 {port} 不是 80 或 443"),
        Unfetched::NoAddress { reason: None } => "主机没有地址".to_owned(),
        Unfetched::NoAddress { reason: Some(reason) } => format!("无法解析主机（{reason}）"),
        Unfetched::NotPublic { address } => format!("{address} 不是公网地址"),
        Unfetched::Unreachable { reason } => format!("无法连接：{reason}"),
        Unfetched::TimedOut => "没有及时回应".to_owned(),
        Unfetched::Broken { reason } => format!("回应不完整：{reason}"),
        Unfetched::Status { status } => format!("回应为 {status}"),
        Unfetched::TooManyRedirects { limit } => format!("重定向超过 {limit} 次"),
        Unfetched::TooLong { limit } => format!("回应超过 {limit} 字节"),
        Unfetched::NoCertificate => "该处发布的不是证书".to_owned(),
        Unfetched::Misfit { misfit } => self::misfit(misfit),
    }
}

fn misfit(misfit: &Misfit) -> String {
    match misfit {
        Misfit::OtherName { subject } => format!("这是 `{subject}` 的证书"),
        Misfit::OtherKeyId => "密钥标识符不同".to_owned(),
        Misfit::NotSigned => "不是由它的密钥签发".to_owned(),
        Misfit::Unverifiable => "这种签名在此无法验证".to_owned(),
        Misfit::NotAuthority => "它无权签发证书".to_owned(),
        Misfit::NotValid {
            not_before,
            not_after,
        } => format!("它只在 {not_before} 至 {not_after} 有效"),
    }
}

pub(super) fn superfluous(number: usize) -> String {
    format!("服务器发送了 {number} 个多余的证书")
}

pub(super) fn left_out(left_out: &LeftOut) -> String {
    let number = left_out.place + 1;
    let subject = left_out.subject.as_deref().unwrap_or("?");
    let why = match left_out.why {
        Why::Duplicate { of } => format!("与第 {} 个相同", of + 1),
        Why::Root => "根证书，信任它的设备已有".to_owned(),
        Why::Unrelated => "证书链不经过它".to_owned(),
        Why::Unreadable => "无法读取".to_owned(),
    };
    format!("第 {number} 个，`{subject}`：{why}")
}

pub(super) const ORDER: &str = "证书没有按顺序发送";
pub(super) const SEND_THE_FULL_CHAIN: &str = "让服务器使用此处给出的完整证书链";
