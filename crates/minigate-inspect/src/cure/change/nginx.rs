//! nginx: directives of a `server` block.

use super::{Need, OPENSSL_OLD_SUITES, OPENSSL_SUITES};

pub(super) fn lines(need: Need, stem: &str) -> Vec<String> {
    match need {
        Need::FullChain | Need::NewCertificate | Need::MatchingKey => files(stem).into(),
        Need::Tls => [vec!["listen 443 ssl;".to_owned()], files(stem).into()].concat(),
        Need::Versions => vec!["ssl_protocols TLSv1.2 TLSv1.3;".to_owned()],
        Need::OldVersions => vec![
            "ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;".to_owned(),
            format!("ssl_ciphers {OPENSSL_SUITES}:{OPENSSL_OLD_SUITES};"),
        ],
        Need::Suites => vec![format!("ssl_ciphers {OPENSSL_SUITES};")],
        Need::Groups => vec!["ssl_ecdh_curve X25519:prime256v1:secp384r1;".to_owned()],
        Need::Staple => vec![
            "ssl_stapling on;".to_owned(),
            "ssl_stapling_verify on;".to_owned(),
            format!("ssl_trusted_certificate /etc/ssl/{stem}/fullchain.pem;"),
            "resolver 127.0.0.53;".to_owned(),
        ],
        Need::NoClientCertificates => vec!["ssl_verify_client off;".to_owned()],
    }
}

fn files(stem: &str) -> [String; 2] {
    [
        format!("ssl_certificate     /etc/ssl/{stem}/fullchain.pem;"),
        format!("ssl_certificate_key /etc/ssl/{stem}/privkey.pem;"),
    ]
}
