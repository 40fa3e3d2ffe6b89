//! English.

use super::{is_without_tls_12, joined};
use crate::distrust::Condition;
use crate::matrix::Cause;

pub(super) fn headline(cause: &Cause) -> String {
    match cause {
        Cause::Unreachable { reason } => format!("the port can't be reached: {reason}"),
        Cause::TimedOut => "the port doesn't answer".to_owned(),
        Cause::NoHandshake { refusal } => refusal.to_string(),
        Cause::NoCommonVersion { device, server } => {
            let (device, server) = (joined(device, ", "), joined(server, ", "));
            format!("the device speaks {device}, the server only {server}")
        }
        Cause::NoCommonSuite { version, .. } => {
            format!("device and server have no cipher suite of {version} in common")
        }
        Cause::NoCommonGroup { version, .. } => {
            format!("device and server have no group for the key exchange of {version} in common")
        }
        Cause::KeyNotTaken { key } => format!("the device takes no server's key of the kind {key}"),
        Cause::NoChain => "the server's certificates weren't seen".to_owned(),
        Cause::Unanswered => {
            "the server didn't take all of the check's connections, so this can't be told".to_owned()
        }
        Cause::RootPartly { root, with, without } => {
            let (with, without) = (with.join(", "), without.join(", "));
            format!("the root `{root}` is in {with}, but not in {without}")
        }
        Cause::RootAbsent { root, since, until } => absent(root, since.as_deref(), until.as_deref()),
        Cause::RootUnknown { root, versions } => {
            let versions = versions.join(", ");
            format!("nothing says whether the root `{root}` is in {versions}")
        }
        Cause::Certificate { fault } => fault.to_string(),
        Cause::KeyNotProven => "the server doesn't prove that it has the certificate's key".to_owned(),
        Cause::Distrusted {
            by,
            authority,
            since,
            condition,
            ..
        } => format!("{by} has distrusted {authority} since {since}{}", met(*condition)),
        Cause::ClientCertificateDemanded => "the server demands a client's certificate".to_owned(),
        Cause::OfferUnknown => {
            "nothing is published about the device's TLS for this interface; the certificates are good"
                .to_owned()
        }
        Cause::Revoked => "the authority says that the certificate is revoked".to_owned(),
        Cause::OldVersion { version } => format!("device and server get no further than {version}"),
        Cause::EndsSoon { days_left, not_after } => {
            format!("the certificate ends in {days_left} days, on {not_after}")
        }
        Cause::WrongOrder => "the certificates aren't sent in their order".to_owned(),
    }
}

fn absent(root: &str, since: Option<&str>, until: Option<&str>) -> String {
    let since = since.map(|since| format!(", but since {since}"));
    let until = until.map(|until| format!(", but up to {until}"));
    let else_where = since.or(until).unwrap_or_default();
    format!("the root `{root}` isn't in the device's store{else_where}")
}

fn met(condition: Condition) -> String {
    match condition {
        Condition::Always => String::new(),
        Condition::NotBeforeAfter(date) => format!(", for certificates that begin after {date}"),
        Condition::NotBeforeUntil(date) => format!(", for certificates that begin before {date}"),
        Condition::SctAfter(date) => format!(", for certificates that were logged after {date}"),
    }
}

pub(super) fn remedy(cause: &Cause) -> &'static str {
    match cause {
        Cause::Unreachable { .. } | Cause::TimedOut => {
            "check that the server listens on this address and port, and the firewalls between"
        }
        Cause::NoHandshake { .. } => {
            "check the port, that the server speaks TLS 1.2 and 1.3 on it, and the firewalls and proxies between"
        }
        Cause::NoCommonVersion { device, .. } if is_without_tls_12(device) => {
            "nothing, unless such phones matter: they have no TLS 1.2, which every server should demand"
        }
        Cause::NoCommonVersion { .. } | Cause::OldVersion { .. } => {
            "turn TLS 1.2 and 1.3 on at the server; TLS 1.0 beside them only if phones without 1.2 matter"
        }
        Cause::NoCommonSuite { .. } => {
            "let the server take ECDHE with AES-GCM, and ECDHE with AES-CBC too if old phones matter"
        }
        Cause::NoCommonGroup { .. } => "let the server exchange keys over secp256r1 too",
        Cause::KeyNotTaken { .. } => "get a certificate for a key of RSA-2048 or P-256",
        Cause::Unanswered => {
            "check again later; let the server take more connections from this machine if it counts them"
        }
        Cause::NoChain => "check again; if it stays so, test the server with `openssl s_client`",
        Cause::RootPartly { .. } | Cause::RootAbsent { .. } | Cause::RootUnknown { .. } => {
            "get a certificate below a root that all these versions have, or let the server send a cross-signed chain to one"
        }
        Cause::Certificate { .. } | Cause::Revoked | Cause::Distrusted { .. } => {
            "get a new certificate, of another authority if this one isn't trusted"
        }
        Cause::KeyNotProven => "give the server the certificate and the private key that belong together",
        Cause::ClientCertificateDemanded => "turn the client certificates off for this site",
        Cause::OfferUnknown => "test it on the device",
        Cause::EndsSoon { .. } => "renew the certificate and reload the server",
        Cause::WrongOrder => "send the server's own certificate first, and then each one's issuer",
    }
}
