//! What is worth saying of a server beside the devices' verdicts.

use jiff::{SignedDuration, Timestamp};
use minigate_policy::diagnosis::Severity;
use minigate_policy::{CertificateCheck, Rule};
use minigate_tls::Abilities;
use rustls::CipherSuite;
use serde::{Deserialize, Serialize};

use crate::certificate::CertificateFacts;
use crate::chain::{ChainFacts, Superfluous, ends_publicly};
use crate::leaf::LeafFacts;
use crate::ocsp::{Revocation, Status};
use crate::probe::{ClientCertificate, Facts, Greeting, Opened, Session, Version, VersionFacts};

/// What is worth saying of one address of a server, with the evidence.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
#[non_exhaustive]
pub enum Remark {
    /// Certificates are sent that nobody needs (rule T5).
    SuperfluousCertificates {
        /// Each with its place and why.
        certificates: Vec<Superfluous>,
    },
    /// Versions are on that only very old phones need (rule T8).
    OldVersionsOn {
        /// Those.
        versions: Vec<Version>,
    },
    /// TLS 1.3 is off, so each new connection takes a round trip more.
    NoTls13,
    /// A public authority gave the certificate a longer life than it may (rule T4).
    LifeTooLong {
        /// Its life in days.
        days: i64,
        /// The longest that was allowed when it began.
        limit: i64,
    },
    /// A renewal with the same life will be too long (rule T4).
    RenewalTooLong {
        /// Its life in days.
        days: i64,
        /// From when on.
        from: Timestamp,
    },
    /// No log has stamped the certificate, which Apple and Google ask of public authorities (RFC 6962).
    NoStamps,
    /// The certificate demands a stapled answer, and none is there (RFC 7633).
    StapleMissing,
    /// The stapled answer isn't of today.
    StapleOutdated,
    /// The authority says in the stapled answer that it doesn't know the certificate.
    StapleUnknown,
    /// The server's clock is wrong.
    ClockOff {
        /// How far it is ahead; negative where it is behind.
        ahead: SignedDuration,
    },
    /// HTTP/2 isn't spoken, so that calls at the same time take a connection each.
    NoHttp2,
    /// Sessions aren't resumed, so each connection pays for a whole handshake.
    NoResumption,
    /// The server asks for a client's certificate, and goes on without one.
    ClientCertificateAsked,
    /// Clients that don't name the host get other certificates.
    OtherChainWithoutName {
        /// Whose certificate they get.
        subject: String,
    },
    /// The application wasn't looked at: the server speaks nothing that the run time's library does.
    ApplicationUnseen,
    /// Another address of the host sends other certificates.
    ChainsDiffer,
}

impl Remark {
    /// Everything that is worth saying of one address.
    pub(super) fn of(
        facts: &Facts,
        chain: Option<&ChainFacts>,
        leaf: Option<&LeafFacts>,
        now: Timestamp,
    ) -> Vec<Self> {
        let mut found = of_protocol(facts);
        if let Some(chain) = chain {
            found.extend(superfluous(chain));
        }
        if let Some(leaf) = leaf {
            let is_public = facts.chain().is_some_and(ends_publicly);
            found.extend(of_leaf(facts, leaf, is_public, now));
        }
        found
    }

    /// The rule that it is about, where there is one.
    #[must_use]
    pub const fn rule(&self) -> Option<Rule> {
        match self {
            Self::SuperfluousCertificates { .. } => Some(Rule::T5),
            Self::OldVersionsOn { .. } => Some(Rule::T8),
            Self::LifeTooLong { .. } | Self::RenewalTooLong { .. } | Self::ClockOff { .. } => Some(Rule::T4),
            Self::NoStamps | Self::StapleMissing | Self::StapleOutdated | Self::StapleUnknown => {
                Some(Rule::T1)
            }
            Self::NoTls13
            | Self::NoHttp2
            | Self::NoResumption
            | Self::ClientCertificateAsked
            | Self::OtherChainWithoutName { .. }
            | Self::ApplicationUnseen
            | Self::ChainsDiffer => None,
        }
    }

    /// How bad it is.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        match self {
            Self::LifeTooLong { .. }
            | Self::NoStamps
            | Self::StapleMissing
            | Self::StapleOutdated
            | Self::StapleUnknown
            | Self::ClockOff { .. } => Severity::Warn,
            Self::SuperfluousCertificates { .. }
            | Self::OldVersionsOn { .. }
            | Self::NoTls13
            | Self::RenewalTooLong { .. }
            | Self::NoHttp2
            | Self::NoResumption
            | Self::ClientCertificateAsked
            | Self::OtherChainWithoutName { .. }
            | Self::ApplicationUnseen
            | Self::ChainsDiffer => Severity::Note,
        }
    }

    /// What it is called in reports for machines.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::SuperfluousCertificates { .. } => "superfluous-certificates",
            Self::OldVersionsOn { .. } => "old-versions-on",
            Self::NoTls13 => "no-tls-1.3",
            Self::LifeTooLong { .. } => "life-too-long",
            Self::RenewalTooLong { .. } => "renewal-too-long",
            Self::NoStamps => "no-stamps",
            Self::StapleMissing => "staple-missing",
            Self::StapleOutdated => "staple-outdated",
            Self::StapleUnknown => "staple-unknown",
            Self::ClockOff { .. } => "clock-off",
            Self::NoHttp2 => "no-http2",
            Self::NoResumption => "no-resumption",
            Self::ClientCertificateAsked => "client-certificate-asked",
            Self::OtherChainWithoutName { .. } => "other-chain-without-name",
            Self::ApplicationUnseen => "application-unseen",
            Self::ChainsDiffer => "chains-differ",
        }
    }
}

fn of_protocol(facts: &Facts) -> Vec<Remark> {
    let spoken = |version: Version| {
        facts
            .version(version)
            .is_some_and(|facts| facts.greeting.agreed().is_some())
    };
    let is_off = |version: Version| {
        let refusal = facts.version(version).and_then(|facts| facts.greeting.refusal());
        refusal.is_some_and(|refusal| !refusal.is_unanswered())
    };
    let old: Vec<_> = [Version::Tls10, Version::Tls11]
        .into_iter()
        .filter(|old| spoken(*old))
        .collect();
    let opened: Vec<_> = facts.versions.iter().filter_map(opened).collect();
    let clock = opened.iter().find_map(|opened| opened.http.as_ref()?.clock_ahead);
    let never = |is: fn(&Opened) -> Option<bool>| {
        let known: Vec<_> = opened.iter().filter_map(|opened| is(opened)).collect();
        !known.is_empty() && !known.contains(&true)
    };
    let found = [
        (!old.is_empty()).then_some(Remark::OldVersionsOn { versions: old }),
        (spoken(Version::Tls12) && is_off(Version::Tls13)).then_some(Remark::NoTls13),
        clock
            .filter(|ahead| ahead.abs() > TOLERATED)
            .map(|ahead| Remark::ClockOff { ahead }),
        is_strange(facts).then_some(Remark::ApplicationUnseen),
        never(speaks_http2).then_some(Remark::NoHttp2),
        never(|opened| opened.resumes).then_some(Remark::NoResumption),
        (facts.client_certificate() == ClientCertificate::Asked).then_some(Remark::ClientCertificateAsked),
        without_name(facts),
    ];
    found.into_iter().flatten().collect()
}

/// Whether the server takes suites of TLS 1.2 or 1.3, and none that the library has which looks at applications.
fn is_strange(facts: &Facts) -> bool {
    let check = CertificateCheck {
        skipped: false,
        ats: false,
        self_signed_never: false,
    };
    let ours = Abilities::of(check).suites;
    let versions = facts
        .versions
        .iter()
        .filter(|version| version.version >= Version::Tls12);
    let taken: Vec<_> = versions.flat_map(|version| &version.suites.list).collect();
    !taken.is_empty()
        && !taken
            .iter()
            .any(|suite| ours.contains(&CipherSuite::from(suite.0)))
}

fn opened(version: &VersionFacts) -> Option<&Opened> {
    version.session.as_ref().and_then(Session::opened)
}

/// Unknown where the handshake that offers it came to nothing.
fn speaks_http2(opened: &Opened) -> Option<bool> {
    let is_spoken = opened.protocol.as_deref() == Some("h2");
    (is_spoken || opened.resumes.is_some()).then_some(is_spoken)
}

fn without_name(facts: &Facts) -> Option<Remark> {
    let other = facts.without_name.as_ref().and_then(Greeting::agreed)?.chain?;
    let same = facts
        .versions
        .iter()
        .any(|version| version.chain() == Some(other));
    let leaf = facts.chains.get(other)?.0.first()?;
    let subject = CertificateFacts::read(&leaf.0).ok()?.subject;
    (!same).then_some(Remark::OtherChainWithoutName { subject })
}

fn superfluous(chain: &ChainFacts) -> Option<Remark> {
    let certificates = chain.superfluous.clone();
    (!certificates.is_empty()).then_some(Remark::SuperfluousCertificates { certificates })
}

fn of_leaf(facts: &Facts, leaf: &LeafFacts, is_public: bool, now: Timestamp) -> Vec<Remark> {
    let lifetime = leaf.lifetime;
    let days = lifetime.days;
    let limit = lifetime.limit.filter(|limit| is_public && days > *limit);
    let from = lifetime.too_long_from.filter(|_| is_public && limit.is_none());
    let has_stamps = !leaf.stamps.logs.is_empty()
        || facts
            .versions
            .iter()
            .any(|version| version.greeting.agreed().is_some_and(|agreed| agreed.stamps > 0));
    let found = [
        limit.map(|limit| Remark::LifeTooLong { days, limit }),
        from.map(|from| Remark::RenewalTooLong { days, from }),
        (is_public && !has_stamps).then_some(Remark::NoStamps),
        staple(leaf, now),
    ];
    found.into_iter().flatten().collect()
}

fn staple(leaf: &LeafFacts, now: Timestamp) -> Option<Remark> {
    match &leaf.revocation {
        Revocation::NotStapled | Revocation::Unreadable(_) | Revocation::NoAnswer { .. }
            if leaf.must_staple =>
        {
            Some(Remark::StapleMissing)
        }
        Revocation::Told(told) if !told.is_current(now) => Some(Remark::StapleOutdated),
        Revocation::Told(told) if told.status == Status::Unknown => Some(Remark::StapleUnknown),
        _ => None,
    }
}

/// What a network's delay and a coarse clock can explain.
const TOLERATED: SignedDuration = SignedDuration::from_secs(90);
