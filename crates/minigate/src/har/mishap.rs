//! Failures of the network, written down and read again.

use minigate_engine::{Breach, Failure, Phase, ResolveError};
use minigate_har::{Mishap, Outcome};

/// What a failure says of the network; nothing where the network isn't to blame.
pub(super) fn of(failure: Option<&Failure>, outcome: Outcome) -> Option<Mishap> {
    let silence = |phase: Phase| {
        Some(Mishap::Silence {
            phase: name(phase).to_owned(),
        })
    };
    match failure {
        Some(Failure::Unresolved(ResolveError::NotFound { .. })) => Some(Mishap::Unresolved { reason: None }),
        Some(Failure::Unresolved(ResolveError::Failed { reason, .. })) => Some(Mishap::Unresolved {
            reason: Some(reason.clone()),
        }),
        Some(Failure::NotConnected { kind, peer, .. }) => Some(Mishap::NotConnected {
            how: kind.to_string(),
            peer: peer.to_string(),
        }),
        Some(Failure::Insecure { fault, .. }) => Some(Mishap::Insecure {
            fault: serde_json::to_value(fault).unwrap_or_default(),
        }),
        Some(Failure::Broken { breach, .. }) => Some(broken(breach)),
        Some(Failure::SocketBroken { .. }) => Some(Mishap::Broken {
            how: TRUNCATED.to_owned(),
            reason: None,
        }),
        Some(Failure::TimedOut { phase, .. }) => silence(*phase),
        Some(Failure::Aborted | Failure::Interrupted | Failure::SocketUnanswered { .. }) => {
            silence(Phase::Head)
        }
        None if outcome == Outcome::Pending => silence(Phase::Head),
        _ => None,
    }
}

fn broken(breach: &Breach) -> Mishap {
    let (how, reason) = match breach {
        Breach::Empty => ("empty", None),
        Breach::Truncated => (TRUNCATED, None),
        Breach::Reset => ("reset", None),
        Breach::HeadTooLarge => ("head-too-large", None),
        Breach::Malformed { reason } => ("malformed", Some(reason)),
        Breach::Http2 { reason } => ("http2", Some(reason)),
        Breach::Coding { reason, .. } => ("coding", Some(reason)),
        _ => (TRUNCATED, None),
    };
    Mishap::Broken {
        how: how.to_owned(),
        reason: reason.cloned(),
    }
}

const fn name(phase: Phase) -> &'static str {
    match phase {
        Phase::Queue => "queue",
        Phase::Resolve => "resolve",
        Phase::Connect => "connect",
        Phase::Handshake => "handshake",
        Phase::Head => "head",
        Phase::Body => "body",
    }
}

const TRUNCATED: &str = "truncated";
