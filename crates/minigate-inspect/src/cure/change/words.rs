//! Comments and places, in English and Chinese (rule S4).

use minigate_policy::diagnosis::Lang;

use super::{Need, Software};

/// The words that stand around the lines of a need.
#[derive(Clone, Copy)]
pub(super) struct Words {
    pub(super) lang: Lang,
    pub(super) need: Need,
}

impl Words {
    /// Where the lines go.
    pub(super) fn place(self, software: Software) -> String {
        let (en, zh) = match software {
            Software::Nginx => ("in the `server` block of the site", "写入该站点的 `server` 块"),
            Software::Apache => ("in the `VirtualHost` of the site", "写入该站点的 `VirtualHost`"),
            Software::Caddy if matches!(self.need, Need::Staple | Need::OldVersions) => {
                ("in the Caddyfile", "在 Caddyfile 中")
            }
            Software::Caddy => (
                "in the site's block of the Caddyfile",
                "写入 Caddyfile 中该站点的块",
            ),
            Software::Iis => (
                "in PowerShell, as an administrator",
                "以管理员身份在 PowerShell 中执行",
            ),
        };
        self.lang.pick(en, zh).to_owned()
    }

    /// What to know about the lines: what any software needs, then what this one does.
    pub(super) fn comments(self, software: Software) -> Vec<&'static str> {
        let general = self.general();
        let special = self.special(software);
        let (en, zh): (Vec<_>, Vec<_>) = general.into_iter().chain(special).unzip();
        match self.lang {
            Lang::En => en,
            Lang::Zh => zh,
        }
    }

    const fn general(self) -> Option<(&'static str, &'static str)> {
        Some(match self.need {
            Need::NewCertificate => (
                "once the authority has issued the new certificate: with all that it sends, for the key that belongs to it",
                "机构签发新证书后：使用它提供的全部证书，以及与之配对的私钥",
            ),
            Need::MatchingKey => (
                "the two belong together where `openssl x509 -noout -pubkey` and `openssl pkey -pubout` print the same",
                "`openssl x509 -noout -pubkey` 与 `openssl pkey -pubout` 输出相同时，两者才配对",
            ),
            Need::OldVersions => (
                "TLS 1.0 is broken: only if phones with Android 4.4 or older matter, and no secrets are at stake",
                "TLS 1.0 已不安全：仅当需要支持 Android 4.4 及更早的手机，且不涉及机密时才启用",
            ),
            Need::Suites => (
                "these are for TLS 1.2; those of TLS 1.3 are on wherever that is",
                "这些用于 TLS 1.2；启用 TLS 1.3 后它的套件自动可用",
            ),
            Need::Groups => (
                "every phone has P-256 (secp256r1, prime256v1)",
                "所有手机都支持 P-256（secp256r1、prime256v1）",
            ),
            _ => return None,
        })
    }

    const fn special(self, software: Software) -> Option<(&'static str, &'static str)> {
        Some(match (software, self.need) {
            (Software::Nginx | Software::Apache | Software::Caddy, Need::FullChain) => (
                "fullchain.pem: the certificates below; the key stays as it is",
                "fullchain.pem：下文给出的证书；私钥不变",
            ),
            (Software::Nginx, Need::Staple) => (
                "resolver: the DNS server of this machine",
                "resolver：本机使用的 DNS 服务器",
            ),
            (Software::Apache, Need::Staple) => (
                "outside of any VirtualHost: SSLStaplingCache shmcb:${APACHE_RUN_DIR}/stapling(32768)",
                "在所有 VirtualHost 之外加上：SSLStaplingCache shmcb:${APACHE_RUN_DIR}/stapling(32768)",
            ),
            (Software::Caddy, Need::Staple) => (
                "Caddy staples by itself: take `ocsp_stapling off` out, and let it reach the authority over HTTP",
                "Caddy 会自动装订：删除 `ocsp_stapling off`，并允许它通过 HTTP 访问证书机构",
            ),
            (Software::Caddy, Need::NoClientCertificates) => {
                ("without a `client_auth` block", "不要有 `client_auth` 块")
            }
            (Software::Iis, Need::FullChain) => (
                "for each missing certificate; IIS orders the chain by itself and sends no others",
                "每个缺少的证书执行一次；IIS 会自行排列证书链，不发送多余的证书",
            ),
            (Software::Caddy, Need::OldVersions) => (
                "Caddy speaks nothing older than TLS 1.2: these phones need another server in front",
                "Caddy 不支持 TLS 1.2 之前的版本：要服务这些手机，需在前面另设服务器",
            ),
            (Software::Iis, Need::Versions | Need::OldVersions) => (
                "TLS 1.3 since Windows Server 2022: leave it out on older ones",
                "TLS 1.3 从 Windows Server 2022 起支持：更早的版本请去掉",
            ),
            (
                Software::Iis,
                Need::NewCertificate | Need::MatchingKey | Need::Tls | Need::NoClientCertificates,
            ) => (
                "in place of `Default Web Site`, the name of the site",
                "把 `Default Web Site` 换成站点的名称",
            ),
            _ => return None,
        })
    }
}
