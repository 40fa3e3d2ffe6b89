//! Apache: directives of a `VirtualHost`.

use super::{Need, OPENSSL_OLD_SUITES, OPENSSL_SUITES};

pub(super) fn lines(need: Need, stem: &str) -> Vec<String> {
    match need {
        Need::FullChain | Need::NewCertificate | Need::MatchingKey => files(stem).into(),
        Need::Tls => [vec!["SSLEngine on".to_owned()], files(stem).into()].concat(),
        Need::Versions => vec!["SSLProtocol -all +TLSv1.2 +TLSv1.3".to_owned()],
        Need::OldVersions => vec![
            "SSLProtocol -all +TLSv1 +TLSv1.1 +TLSv1.2 +TLSv1.3".to_owned(),
            format!("SSLCipherSuite {OPENSSL_SUITES}:{OPENSSL_OLD_SUITES}"),
        ],
        Need::Suites => vec![format!("SSLCipherSuite {OPENSSL_SUITES}")],
        Need::Groups => vec!["SSLOpenSSLConfCmd Groups X25519:prime256v1:secp384r1".to_owned()],
        Need::Staple => vec!["SSLUseStapling on".to_owned()],
        Need::NoClientCertificates => vec!["SSLVerifyClient none".to_owned()],
    }
}

fn files(stem: &str) -> [String; 2] {
    [
        format!("SSLCertificateFile    /etc/ssl/{stem}/fullchain.pem"),
        format!("SSLCertificateKeyFile /etc/ssl/{stem}/privkey.pem"),
    ]
}
