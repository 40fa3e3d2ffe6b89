//! 中文。

use super::has_deeper_wildcard;
use crate::fault::names_to_tell;
use crate::{AtsDemand, CertificateFault, ChainFlaw, TlsFault};

pub(super) fn certificate(fault: &CertificateFault) -> String {
    match fault {
        CertificateFault::SelfSigned { subject, forbidden } => {
            let never = if *forbidden { "，iOS 一律不支持" } else { "" };
            format!("`{subject}` 的证书是自签名证书{never}")
        }
        CertificateFault::UnknownRoot { issuer } => format!("证书链止于 `{issuer}`，它不是受信任的根证书"),
        CertificateFault::MissingIntermediate { subject, issuer, .. } => {
            format!("服务器没有发送签发 `{subject}` 的中间证书 `{issuer}`")
        }
        CertificateFault::NotSignedByIssuer { subject, issuer } => {
            format!("`{subject}` 的证书声称由 `{issuer}` 签发，但并非由其密钥签名")
        }
        CertificateFault::Expired {
            subject,
            not_after,
            now,
        } => {
            format!("`{subject}` 的证书已于 {not_after} 过期，现在是 {now}")
        }
        CertificateFault::NotYetValid {
            subject,
            not_before,
            now,
        } => {
            format!("`{subject}` 的证书自 {not_before} 起才有效，现在是 {now}")
        }
        CertificateFault::WrongName {
            wanted, presented, ..
        } => wrong_name(wanted, presented),
        CertificateFault::NotForServers { subject, purposes } => {
            format!(
                "`{subject}` 的证书不能用于服务器，只能用于 {}",
                purposes.join("、")
            )
        }
        CertificateFault::AuthorityAsServer { subject } => {
            format!("`{subject}` 的证书是 CA 自身的证书，不是服务器证书")
        }
        CertificateFault::WeakKey { bits } => format!("服务器的密钥只有 {bits} 位，少于 2048 位"),
        CertificateFault::WeakSignature { algorithm } => format!("证书链中有 {algorithm} 签名，不被接受"),
        CertificateFault::Ats { unmet } => format!("不满足 App Transport Security：{}", ats(unmet)),
        CertificateFault::Malformed { reason } => format!("证书无法解析：{reason}"),
        CertificateFault::Refused { reason } => format!("证书链被拒绝：{}", flaw(reason)),
    }
}

fn wrong_name(wanted: &str, presented: &[String]) -> String {
    match names_to_tell(presented) {
        ([], _) => format!("证书不含任何域名，不能用于 `{wanted}`"),
        (names, 0) => format!("证书不适用于 `{wanted}`，只适用于 {}", names.join("、")),
        (names, more) => format!(
            "证书不适用于 `{wanted}`，只适用于 {} 和另外 {more} 个名称",
            names.join("、")
        ),
    }
}

fn flaw(flaw: &ChainFlaw) -> String {
    match flaw {
        ChainFlaw::NameNotPermitted => "链中某个 CA 的名称约束不允许这个域名".to_owned(),
        ChainFlaw::BelowPathLength => "链中某个 CA 之下的 CA 层数超过了它的路径长度限制".to_owned(),
        ChainFlaw::CriticalExtension => "链中某张证书带有未知的关键扩展".to_owned(),
        ChainFlaw::IssuedByNoAuthority => "链中某张证书由一张非 CA 证书签发".to_owned(),
        ChainFlaw::TooLong => "链中的中间证书超过六张".to_owned(),
        ChainFlaw::Other { reason } => reason.clone(),
    }
}

fn ats(unmet: &AtsDemand) -> String {
    match unmet {
        AtsDemand::Signature { algorithm } => {
            format!("证书的签名算法是 {algorithm}，应为 RSA 或 ECDSA 加 SHA-256 及以上")
        }
        AtsDemand::Key { key } => {
            format!("服务器的密钥是 {key}，至少应为 RSA-2048 或 ECC-256")
        }
        AtsDemand::Purpose => "证书没有声明用于服务器（serverAuth）".to_owned(),
        AtsDemand::Lifetime { days, limit } => format!("证书有效期为 {days} 天，超过 {limit} 天"),
        AtsDemand::Suite { suite } => {
            format!(
                "连接使用的 {} 不在允许之列",
                suite.as_str().unwrap_or("未知加密套件")
            )
        }
    }
}

pub(super) fn certificate_remedies(fault: &CertificateFault) -> Vec<String> {
    match fault {
        CertificateFault::SelfSigned { forbidden: true, .. } => vec![FROM_AUTHORITY.to_owned()],
        CertificateFault::SelfSigned { .. } => {
            vec![FROM_AUTHORITY.to_owned(), ADD_ROOT.to_owned()]
        }
        CertificateFault::UnknownRoot { issuer } => vec![
            FROM_AUTHORITY.to_owned(),
            ADD_ROOT.to_owned(),
            format!("若 `{issuer}` 是中间证书，请让服务器一并发送（规则 T5）"),
        ],
        CertificateFault::MissingIntermediate { ca_issuers_url, .. } => vec![
            "把中间证书追加到服务器使用的证书文件中（即 `fullchain`）".to_owned(),
            format!("缺少的证书可从 {ca_issuers_url} 获取"),
        ],
        CertificateFault::NotSignedByIssuer { issuer, .. } => {
            vec![format!(
                "发送真正签发它的 `{issuer}` 证书，或将该证书加入信任列表"
            )]
        }
        CertificateFault::Expired { .. } => {
            vec!["续期证书并重新加载服务器".to_owned(), CHECK_CLOCK.to_owned()]
        }
        CertificateFault::NotYetValid { .. } => vec![CHECK_CLOCK.to_owned()],
        CertificateFault::WrongName {
            wanted,
            presented,
            common_name,
        } => name_remedies(wanted, presented, common_name.as_deref()),
        CertificateFault::NotForServers { .. } => vec!["申请服务器证书（serverAuth）".to_owned()],
        CertificateFault::AuthorityAsServer { .. } => {
            vec!["用该 CA 为服务器签发不含 `CA:TRUE` 的证书，并使用后者".to_owned()]
        }
        CertificateFault::WeakKey { .. } => vec![STRONGER_KEY.to_owned()],
        CertificateFault::WeakSignature { .. } => vec![STRONGER_SIGNATURE.to_owned()],
        CertificateFault::Ats { unmet } => vec![ats_remedy(unmet)],
        CertificateFault::Malformed { .. } | CertificateFault::Refused { .. } => {
            vec!["重新签发证书".to_owned()]
        }
    }
}

fn name_remedies(wanted: &str, presented: &[String], common_name: Option<&str>) -> Vec<String> {
    let mut remedies = vec![format!("申请域名（SAN）中包含 `{wanted}` 的证书")];
    if common_name == Some(wanted) {
        remedies.push(format!("`{wanted}` 只是证书的通用名称（CN），已不再有效"));
    }
    if has_deeper_wildcard(wanted, presented) {
        remedies.push("通配符只匹配一级域名".to_owned());
    }
    remedies
}

fn ats_remedy(unmet: &AtsDemand) -> String {
    match unmet {
        AtsDemand::Signature { .. } => STRONGER_SIGNATURE.to_owned(),
        AtsDemand::Key { .. } => STRONGER_KEY.to_owned(),
        AtsDemand::Purpose => "申请扩展密钥用途含 serverAuth 的证书".to_owned(),
        AtsDemand::Lifetime { limit, .. } => format!("申请有效期不超过 {limit} 天的证书"),
        AtsDemand::Suite { .. } => "让服务器优先使用 ECDHE 加 AES-GCM，或 TLS 1.3".to_owned(),
    }
}

pub(super) fn handshake(fault: &TlsFault) -> String {
    match fault {
        TlsFault::Certificate(fault) => certificate(fault),
        TlsFault::KeyNotProven => "服务器没有其证书对应的私钥".to_owned(),
        TlsFault::Version => "服务器不支持 TLS 1.2 和 1.3".to_owned(),
        TlsFault::NoCommonSuite { .. } => {
            "服务器不接受任何加密套件：它们都具有前向保密，并使用 AES-GCM 或 ChaCha20".to_owned()
        }
        TlsFault::UnknownName => "服务器没有配置该域名的站点".to_owned(),
        TlsFault::ClientCertificateWanted => "服务器要求客户端证书".to_owned(),
        TlsFault::Alert(alert) => format!("服务器终止了握手：{alert:?}"),
        TlsFault::NotTls => "服务器的回应不是 TLS".to_owned(),
        TlsFault::Closed => "服务器在握手过程中关闭了连接".to_owned(),
        TlsFault::Reset => "连接在握手过程中被重置".to_owned(),
        TlsFault::Protocol { reason } => format!("握手中断：{reason}"),
        TlsFault::Io { reason } => format!("连接在握手过程中失败：{reason}"),
    }
}

pub(super) const fn remedy(fault: &TlsFault) -> &'static str {
    match fault {
        TlsFault::Certificate(_) | TlsFault::Protocol { .. } | TlsFault::Alert(_) => {
            "查看服务器日志，并用 `openssl s_client` 测试"
        }
        TlsFault::KeyNotProven => "让服务器使用配对的证书和私钥",
        TlsFault::Version => "在服务器上启用 TLS 1.2，并尽可能启用 1.3",
        TlsFault::NoCommonSuite { .. } => "让服务器支持 ECDHE 加 AES-GCM，或 TLS 1.3",
        TlsFault::UnknownName => "在服务器上为该域名配置站点和证书",
        TlsFault::ClientCertificateWanted => "为该站点关闭客户端证书验证",
        TlsFault::NotTls => "检查端口，确认服务器在该端口上提供 TLS",
        TlsFault::Closed | TlsFault::Reset | TlsFault::Io { .. } => {
            "确认服务器在该端口上提供 TLS，并检查途中的防火墙、代理和备案拦截"
        }
    }
}

const FROM_AUTHORITY: &str = "向根证书内置于系统的机构申请证书";
const CHECK_CLOCK: &str = "检查本机时间";
const STRONGER_KEY: &str = "换用 2048 位 RSA 或 P-256 密钥，并重新申请证书";
const STRONGER_SIGNATURE: &str = "以 RSA 或 ECDSA 加 SHA-256 重新签发证书";

const ADD_ROOT: &str = "测试时可将其根证书加入信任列表";
