//! minigate itself, as a row.

use jiff::Timestamp;
use minigate_policy::CertificateCheck;
use minigate_tls::{Abilities, AtsDemand, CertificateFault, Trust};
use rustls::CipherSuite;
use rustls::pki_types::CertificateDer;

use super::agreement::{Agreement, Client, Finding, unspoken};
use super::meeting::{Meeting, opened, refused, served};
use super::{Cause, Outcome, RowVerdict};
use crate::probe::{Alert, Facts, Refusal, Session, Version};

/// The ID of the row that [`runtime()`] gives.
pub const RUNTIME: &str = "minigate";

/// What a `wx.request` of an app in minigate's own run time comes to, by what it trusts and how it checks.
///
/// The same verifier decides with the same roots, and nothing is fetched. Where the row fails by a rule, the call fails by
/// this rule; where it works, with a warning or without, the server gets the request. What it answers is another matter.
/// With the check skipped, what would have ended the call is the warning (rules S1 and S3).
///
/// ```
/// use minigate_inspect::matrix::{Outcome, RUNTIME, runtime};
/// # use minigate_inspect::probe::{Facts, Reach};
/// use minigate_policy::CertificateCheck;
/// use minigate_tls::{RootSource, Roots, Trust};
///
/// # let asked_at = jiff::Timestamp::UNIX_EPOCH;
/// # let facts = Facts {
/// #     host: "api.example.com".to_owned(), address: ([127, 0, 0, 1], 443).into(), asked_at, reach: Reach::TimedOut,
/// #     versions: Vec::new(), chains: Vec::new(), without_name: None, plain_http: None,
/// # };
/// let trust = Trust::new(Roots::load(&[RootSource::Bundled])?);
/// let check = CertificateCheck { skipped: false, ats: false, self_signed_never: false };
/// let row = runtime(&facts, &trust, check, facts.asked_at);
/// assert_eq!((row.device.as_str(), row.outcome), (RUNTIME, Outcome::Fails));
/// # Ok::<(), minigate_tls::RootsError>(())
/// ```
#[must_use]
pub fn runtime(facts: &Facts, trust: &Trust, check: CertificateCheck, now: Timestamp) -> RowVerdict {
    let abilities = Abilities::of(check);
    let meeting = Meeting {
        facts,
        client: Some(Client::runtime(&abilities, is_ats_enforced(check))),
        now,
    };
    RowVerdict::of(RUNTIME, &meeting, judge(&meeting, trust, check))
}

fn judge(meeting: &Meeting<'_>, trust: &Trust, check: CertificateCheck) -> Result<(), Finding> {
    let agreement = meeting
        .agreement()
        .map_err(|finding| as_answered(meeting.facts, finding, check))?;
    takes_protocol(&agreement)?;
    let (sent, leaf) = meeting
        .presented(&agreement)
        .map_err(|finding| goes_on(&agreement).err().unwrap_or(finding))?;
    // The probe's handshakes are the same library's, so one that came about has taken the key.
    if opened(&agreement).is_none() {
        meeting.key_taken(&agreement, &leaf)?;
    }
    let certificates = sent.certificates();
    let judged = trust.judge(check, &certificates, &meeting.facts.host, meeting.now);
    let spared = spared(judged, &certificates, check)?.or_else(|| strange_suite(&agreement, check));
    served(&agreement, &leaf)?;
    goes_on(&agreement)?;
    let spared = spared.map(|fault| Cause::Certificate { fault });
    let warning = spared.or_else(|| meeting.warning(&agreement, sent, &leaf));
    warning.map_or(Ok(()), |cause| Err((Outcome::Warning, cause)))
}

/// Without a common version the server answers as it answers a hello of the newest version alone.
fn as_answered(facts: &Facts, finding: Finding, check: CertificateCheck) -> Finding {
    let (outcome, version, server) = match &finding {
        (outcome, Cause::NoHandshake { refusal }) if is_of_suites(refusal) => {
            (*outcome, Version::Tls13, Vec::new())
        }
        (outcome, Cause::NoCommonVersion { server, .. }) => {
            let spoken = server.last().and_then(|version| facts.version(*version));
            let newest = facts.version(Version::Tls13);
            let answered = newest.and_then(|newest| newest.greeting.refusal());
            match (spoken, answered) {
                (Some(spoken), Some(refusal)) if is_of_suites(refusal) => {
                    (*outcome, spoken.version, spoken.suites.list.clone())
                }
                (_, Some(refusal)) if !refusal.is_of_version() => return unspoken(refusal.clone()),
                _ => return finding,
            }
        }
        _ => return finding,
    };
    let ats = is_ats_enforced(check);
    (outcome, Cause::NoCommonSuite { version, server, ats })
}

const fn is_ats_enforced(check: CertificateCheck) -> bool {
    check.ats && !check.skipped
}

const fn is_of_suites(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::Alert {
            alert: Alert::HANDSHAKE_FAILURE | Alert::INSUFFICIENT_SECURITY
        }
    )
}

/// Who has no protocol in common says so before it presents anything (RFC 7301 §3.2).
fn takes_protocol(agreement: &Agreement<'_>) -> Result<(), Finding> {
    match &agreement.spoken.session {
        Some(Session::Opened(opened)) if !opened.takes_http1 => Err(unspoken(NO_PROTOCOL)),
        Some(Session::Refused(NO_PROTOCOL)) => Err(unspoken(NO_PROTOCOL)),
        _ => Ok(()),
    }
}

const NO_PROTOCOL: Refusal = Refusal::Alert {
    alert: Alert::NO_APPLICATION_PROTOCOL,
};

/// The fault that a skipped check passes over; the others end the call.
fn spared(
    judged: Result<(), CertificateFault>,
    sent: &[CertificateDer<'_>],
    check: CertificateCheck,
) -> Result<Option<CertificateFault>, Finding> {
    match judged {
        Ok(()) => Ok(None),
        Err(fault) if !check.skipped || is_forbidden(&fault) => Err(refused(fault)),
        Err(fault) => match sent.first().and_then(minigate_tls::weak_key) {
            Some(weak) => Err(refused(weak)),
            None => Ok(Some(fault)),
        },
    }
}

/// Whether a skipped check doesn't pass over it either (rule T6).
const fn is_forbidden(fault: &CertificateFault) -> bool {
    matches!(fault, CertificateFault::SelfSigned { forbidden: true, .. })
}

/// The suite that App Transport Security would not have been offered if the check weren't skipped.
fn strange_suite(agreement: &Agreement<'_>, check: CertificateCheck) -> Option<CertificateFault> {
    let enforced = CertificateCheck {
        skipped: false,
        ..check
    };
    let suite = CipherSuite::from(opened(agreement)?.suite.0);
    let is_strange = check.skipped && !Abilities::of(enforced).suites.contains(&suite);
    is_strange.then_some(CertificateFault::Ats {
        unmet: AtsDemand::Suite { suite },
    })
}

/// What the same library's handshake came to in the probe.
fn goes_on(agreement: &Agreement<'_>) -> Result<(), Finding> {
    match &agreement.spoken.session {
        Some(Session::Refused(refusal)) => Err(unspoken(refusal.clone())),
        Some(Session::Opened(opened)) if !opened.proves_key => Err((Outcome::Fails, Cause::KeyNotProven)),
        Some(Session::Opened(_)) | None => Ok(()),
    }
}
