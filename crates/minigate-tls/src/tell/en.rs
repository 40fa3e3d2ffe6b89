//! English.

use super::has_deeper_wildcard;
use crate::{AtsDemand, CertificateFault, TlsFault};

pub(super) fn certificate_remedies(fault: &CertificateFault) -> Vec<String> {
    match fault {
        CertificateFault::SelfSigned { forbidden: true, .. } => vec![FROM_AUTHORITY.to_owned()],
        CertificateFault::SelfSigned { .. } => {
            vec![FROM_AUTHORITY.to_owned(), ADD_ROOT.to_owned()]
        }
        CertificateFault::UnknownRoot { issuer } => vec![
            FROM_AUTHORITY.to_owned(),
            ADD_ROOT.to_owned(),
            format!("if `{issuer}` is an intermediate, let the server send its certificate, too (rule T5)"),
        ],
        CertificateFault::MissingIntermediate { ca_issuers_url, .. } => vec![
            "append it to the certificate file that the server presents (its `fullchain`)".to_owned(),
            format!("the missing certificate is published at {ca_issuers_url}"),
        ],
        CertificateFault::NotSignedByIssuer { issuer, .. } => vec![format!(
            "send the certificate of `{issuer}` that really signed, or add it to the trusted roots"
        )],
        CertificateFault::Expired { .. } => vec![
            "renew the certificate and reload the server".to_owned(),
            CHECK_CLOCK.to_owned(),
        ],
        CertificateFault::NotYetValid { .. } => vec![CHECK_CLOCK.to_owned()],
        CertificateFault::WrongName {
            wanted,
            presented,
            common_name,
        } => wrong_name(wanted, presented, common_name.as_deref()),
        CertificateFault::NotForServers { .. } => {
            vec!["get a certificate for servers (serverAuth)".to_owned()]
        }
        CertificateFault::AuthorityAsServer { .. } => {
            vec!["issue a server certificate without `CA:TRUE` from it, and present that".to_owned()]
        }
        CertificateFault::WeakKey { .. } => vec![STRONGER_KEY.to_owned()],
        CertificateFault::WeakSignature { .. } => vec![STRONGER_SIGNATURE.to_owned()],
        CertificateFault::Ats { unmet } => vec![ats_remedy(unmet)],
        CertificateFault::Malformed { .. } | CertificateFault::Refused { .. } => {
            vec!["have the certificate issued again".to_owned()]
        }
    }
}

fn wrong_name(wanted: &str, presented: &[String], common_name: Option<&str>) -> Vec<String> {
    let mut remedies = vec![format!(
        "get a certificate that has `{wanted}` among its names (SAN)"
    )];
    if common_name == Some(wanted) {
        remedies.push(format!(
            "`{wanted}` is only the common name, which no longer counts"
        ));
    }
    if has_deeper_wildcard(wanted, presented) {
        remedies.push("a wildcard stands for exactly one label".to_owned());
    }
    remedies
}

fn ats_remedy(unmet: &AtsDemand) -> String {
    match unmet {
        AtsDemand::Signature { .. } => STRONGER_SIGNATURE.to_owned(),
        AtsDemand::Key { .. } => STRONGER_KEY.to_owned(),
        AtsDemand::Purpose => "get a certificate with the extended key usage serverAuth".to_owned(),
        AtsDemand::Lifetime { limit, .. } => {
            format!("get a certificate that is valid for {limit} days at most")
        }
        AtsDemand::Suite { .. } => "let the server prefer ECDHE with AES-GCM, or TLS 1.3".to_owned(),
    }
}

pub(super) const fn remedy(fault: &TlsFault) -> &'static str {
    match fault {
        TlsFault::Certificate(_) | TlsFault::Protocol { .. } | TlsFault::Alert(_) => {
            "look into the server's log, and test it with `openssl s_client`"
        }
        TlsFault::KeyNotProven => "give the server the certificate and the private key that belong together",
        TlsFault::Version => "turn TLS 1.2 on at the server, and 1.3 if it can",
        TlsFault::NoCommonSuite { .. } => "let the server take ECDHE with AES-GCM, or TLS 1.3",
        TlsFault::UnknownName => "set up a site and a certificate for this name at the server",
        TlsFault::ClientCertificateWanted => "turn the client certificates off for this site",
        TlsFault::NotTls => "check the port, and that the server speaks TLS on it",
        TlsFault::Closed | TlsFault::Reset | TlsFault::Io { .. } => {
            "check that the server speaks TLS on this port, and the firewalls and proxies between"
        }
    }
}

const FROM_AUTHORITY: &str = "get the certificate from an authority whose root comes with the system";
const CHECK_CLOCK: &str = "check this machine's clock";
const STRONGER_KEY: &str = "make a new key, RSA of 2048 bits or P-256, and get a certificate for it";
const STRONGER_SIGNATURE: &str = "have the certificate issued again with RSA or ECDSA and SHA-256";

const ADD_ROOT: &str = "for a test, add the root to those that are trusted";
