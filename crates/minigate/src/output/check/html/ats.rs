//! App Transport Security, demand by demand.

use maud::{Markup, html};
use minigate_inspect::check::{AtsLine, Report};
use minigate_policy::diagnosis::Lang;
use minigate_tls::CertificateFault;

use super::grouped::by_address;
use super::text::headline;
use super::words;

pub(super) fn demands(report: &Report, lang: Lang) -> Markup {
    html! {
        h3 { (words::ATS.of(lang)) " " span.rule { "T7" } }
        (by_address(report, lang, |address| (!address.ats.is_empty()).then(|| table(&address.ats, lang))))
    }
}

fn table(lines: &[AtsLine], lang: Lang) -> Markup {
    html! {
        table.ats {
            thead {
                tr {
                    th scope="col" { "#" }
                    th scope="col" { (words::DEMAND.of(lang)) }
                    th scope="col" { (words::MET.of(lang)) }
                }
            }
            tbody { @for line in lines { (row(line, lang)) } }
        }
    }
}

fn row(line: &AtsLine, lang: Lang) -> Markup {
    let unmet = line
        .unmet
        .clone()
        .map(|unmet| CertificateFault::Ats { unmet }.tell(lang));
    html! {
        tr {
            th scope="row" { (line.number) }
            td {
                (demand(line.number, lang))
                @if let Some(told) = unmet { br; span.dim { (headline(&told.headline)) } }
            }
            @if line.is_met {
                td.good { span.mark { "✓ " (lang.pick("met", "满足")) } }
            } @else {
                td.fail { span.mark { "✕ " (lang.pick("not met", "不满足")) } }
            }
        }
    }
}

const fn demand(number: u8, lang: Lang) -> &'static str {
    match number {
        1 => lang.pick("TLS 1.2 or later", "TLS 1.2 或更高版本"),
        2 => lang.pick(
            "A suite of Apple's list, with forward secrecy",
            "使用苹果列表中具有前向保密的密码套件",
        ),
        3 => lang.pick(
            "Signed with RSA or ECDSA and SHA-256 or better",
            "以 RSA 或 ECDSA 及 SHA-256 或更强的哈希签名",
        ),
        4 => lang.pick(
            "A key of RSA-2048 or ECC-256 at least",
            "密钥至少为 RSA-2048 或 ECC-256",
        ),
        5 => lang.pick(
            "The certificate is for servers (serverAuth)",
            "证书用途包含服务器认证（serverAuth）",
        ),
        6 => lang.pick("Valid no longer than allowed", "有效期不超过允许的长度"),
        _ => "",
    }
}
