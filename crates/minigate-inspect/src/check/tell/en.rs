//! English.

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
        format!("the register has no ICP filing of `{domain}`"),
        "file the domain with an access provider in China, or use one that is filed",
    )
}

pub(super) fn plain(scheme: Scheme) -> Told {
    told(
        format!(
            "it is loaded over {scheme}: anyone on the way can read and change it, and a platform may refuse it"
        ),
        "use https, if the server does what this check demands of it",
    )
}

pub(super) fn too_many(interface: Interface, needed: usize, limit: usize) -> Told {
    told(
        format!("the app needs {needed} {interface} domains; {limit} can be configured"),
        "call fewer hosts: lead several services through one domain",
    )
}

pub(super) fn remark(remark: &Remark) -> Told {
    match remark {
        Remark::SuperfluousCertificates { certificates } => superfluous(certificates),
        Remark::OldVersionsOn { versions } => {
            let versions: Vec<_> = versions.iter().map(ToString::to_string).collect();
            told(
                format!(
                    "{} are on, which only Android before 5 needs",
                    versions.join(" and ")
                ),
                "turn them off, unless such phones matter",
            )
        }
        Remark::NoTls13 => told(
            "TLS 1.3 is off, so each new connection takes a round trip more",
            "turn TLS 1.3 on beside 1.2",
        ),
        Remark::LifeTooLong { days, limit } => told(
            format!("the certificate is valid for {days} days; public authorities may give {limit}"),
            "renew it with a shorter life",
        ),
        Remark::RenewalTooLong { days, from } => told(
            format!("a certificate that is valid for {days} days won't be allowed from {from} on"),
            "renew by machine (ACME), since lives get shorter",
        ),
        Remark::NoStamps => told(
            "no log of Certificate Transparency has stamped the certificate",
            "have it issued again by an authority that logs it; Apple and Google demand that",
        ),
        Remark::StapleMissing => told(
            "the certificate demands a stapled OCSP response, and none is there",
            "turn OCSP stapling on at the server, or get a certificate without must-staple",
        ),
        Remark::StapleOutdated => told(
            "the stapled OCSP response is not of today",
            "let the server fetch it again: check that it reaches the authority's OCSP server",
        ),
        Remark::StapleUnknown => told(
            "the authority says in the stapled response that it doesn't know the certificate",
            "ask the authority; a certificate of minutes ago may not be known yet",
        ),
        Remark::ClockOff { ahead } => clock_off(*ahead),
        Remark::NoHttp2 => told(
            "the server doesn't speak HTTP/2, so calls at the same time take a connection each",
            "turn h2 on (ALPN)",
        ),
        Remark::NoResumption => told(
            "sessions aren't resumed, so each new connection pays for a whole handshake",
            "turn session tickets on, with keys that all machines behind the name share",
        ),
        Remark::ClientCertificateAsked => told(
            "the server asks for a client's certificate, and goes on without one",
            "turn it off for this site: some systems ask their users for one",
        ),
        Remark::OtherChainWithoutName { subject } => told(
            format!("clients that don't name the host (SNI) get the certificate of `{subject}`"),
            "nothing, unless such clients matter; every device here names the host",
        ),
        Remark::ApplicationUnseen => told(
            "the application wasn't looked at: the server takes no suite with forward secrecy and authenticated encryption",
            "let it take ECDHE with AES-GCM too; `minigate run` reaches it only then",
        ),
        Remark::ChainsDiffer => told(
            "this address sends other certificates than the first",
            "check that all machines behind the name have the same certificate files",
        ),
    }
}

fn superfluous(certificates: &[Superfluous]) -> Told {
    let each = certificates
        .iter()
        .map(|one| format!("{} ({})", one.place + 1, why(one.why)));
    let each = each.collect::<Vec<_>>().join(", ");
    told(
        format!("certificates are sent that nobody needs: number {each}"),
        "leave them out of the server's certificate file, so that each handshake is smaller",
    )
}

fn clock_off(ahead: SignedDuration) -> Told {
    let (by, side) = (ahead.abs(), if ahead.is_negative() { "behind" } else { "ahead" });
    told(
        format!("the server's clock is {by:#} {side}"),
        "set it by NTP: a wrong clock breaks certificates, tokens and caches",
    )
}

fn why(why: Why) -> String {
    match why {
        Why::Duplicate { of } => format!("the same as number {}", of + 1),
        Why::Root => "a root, which devices have".to_owned(),
        Why::Unrelated => "the chain doesn't lead through it".to_owned(),
        Why::Unreadable => "it can't be read".to_owned(),
    }
}

pub(super) fn unseen(unseen: &Unseen) -> Told {
    match unseen {
        Unseen::NoAddress { host, reason } => told(
            match reason {
                Some(reason) => format!("`{host}` can't be looked up ({reason})"),
                None => format!("`{host}` has no address"),
            },
            "check the spelling, the domain's DNS records and this machine's resolver",
        ),
        Unseen::Unanswered => told(
            "too many questions went unanswered to tell anything",
            "give it more time (--timeout), or let the server take more connections from this machine",
        ),
        Unseen::Unreachable { reach } => told(
            match reach {
                Reach::Unreachable { reason } => format!("no address takes a connection: {reason}"),
                _ => "no address answers".to_owned(),
            },
            "check that the server listens on this port, the firewalls between, and this machine's network",
        ),
    }
}
