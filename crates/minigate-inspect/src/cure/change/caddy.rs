//! Caddy: a directive of a site block of the Caddyfile.

use super::{Need, SUITES};

pub(super) fn lines(need: Need, stem: &str) -> Vec<String> {
    match need {
        Need::FullChain
        | Need::NewCertificate
        | Need::MatchingKey
        | Need::Tls
        | Need::NoClientCertificates => {
            vec![format!(
                "tls /etc/ssl/{stem}/fullchain.pem /etc/ssl/{stem}/privkey.pem"
            )]
        }
        Need::Versions => tls("protocols tls1.2 tls1.3"),
        Need::Suites => tls(&format!("ciphers {}", SUITES.join(" "))),
        Need::Groups => tls("curves x25519 secp256r1 secp384r1"),
        // It staples by itself, and speaks nothing older than TLS 1.2.
        Need::Staple | Need::OldVersions => Vec::new(),
    }
}

fn tls(option: &str) -> Vec<String> {
    vec!["tls {".to_owned(), format!("\t{option}"), "}".to_owned()]
}
