//! Failures of the network, written down and read again.

use std::io::ErrorKind;

use minigate_engine::{Breach, Cue, Failure, Phase, ResolveError};
use minigate_har::{Mishap, Outcome};
use url::Url;

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

/// What is to happen again in the place of an answer.
pub(super) fn cue(mishap: &Mishap, url: &Url) -> Cue {
    let host = url.host_str().unwrap_or_default().to_owned();
    let failure = match mishap {
        Mishap::Silence { phase } => return Cue::Wait(phase_of(phase)),
        Mishap::Unresolved { reason: None } => ResolveError::NotFound { host }.into(),
        Mishap::Unresolved { reason: Some(reason) } => ResolveError::Failed {
            host,
            reason: reason.clone(),
        }
        .into(),
        Mishap::Insecure { fault } => match serde_json::from_value(fault.clone()) {
            Ok(fault) => Failure::Insecure { host, fault },
            Err(_) => not_connected(host, "", ""),
        },
        Mishap::Broken { how, reason } => Failure::Broken {
            host,
            breach: breach(how, reason.clone().unwrap_or_default()),
        },
        Mishap::NotConnected { how, peer } => not_connected(host, how, peer),
    };
    Cue::Fail(Box::new(failure))
}

fn not_connected(host: String, how: &str, peer: &str) -> Failure {
    let kind = KINDS.into_iter().find(|kind| kind.to_string() == how);
    Failure::NotConnected {
        host,
        peer: peer.parse().unwrap_or_else(|_| ([127, 0, 0, 1], 443).into()),
        kind: kind.unwrap_or(ErrorKind::ConnectionRefused),
    }
}

fn breach(how: &str, reason: String) -> Breach {
    match how {
        "empty" => Breach::Empty,
        "reset" => Breach::Reset,
        "head-too-large" => Breach::HeadTooLarge,
        "malformed" => Breach::Malformed { reason },
        "http2" => Breach::Http2 { reason },
        _ => Breach::Truncated,
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

fn phase_of(name: &str) -> Phase {
    match name {
        "queue" => Phase::Queue,
        "resolve" => Phase::Resolve,
        "connect" => Phase::Connect,
        "handshake" => Phase::Handshake,
        "body" => Phase::Body,
        _ => Phase::Head,
    }
}

const TRUNCATED: &str = "truncated";
const KINDS: [ErrorKind; 9] = [
    ErrorKind::AddrNotAvailable,
    ErrorKind::ConnectionAborted,
    ErrorKind::ConnectionRefused,
    ErrorKind::ConnectionReset,
    ErrorKind::HostUnreachable,
    ErrorKind::NetworkDown,
    ErrorKind::NetworkUnreachable,
    ErrorKind::PermissionDenied,
    ErrorKind::TimedOut,
];

#[cfg(test)]
mod tests {
    use minigate_tls::TlsFault;

    use super::*;

    #[test]
    fn each_failure_of_the_network_comes_again_as_it_was() {
        let host = || "a.example".to_owned();
        let broken = |breach| Failure::Broken { host: host(), breach };
        let reason = || "why".to_owned();
        for failure in [
            Failure::Unresolved(ResolveError::NotFound { host: host() }),
            Failure::Unresolved(ResolveError::Failed {
                host: host(),
                reason: reason(),
            }),
            Failure::NotConnected {
                host: host(),
                peer: "192.0.2.1:443".parse().unwrap(),
                kind: ErrorKind::HostUnreachable,
            },
            Failure::Insecure {
                host: host(),
                fault: TlsFault::Version,
            },
            broken(Breach::Empty),
            broken(Breach::Truncated),
            broken(Breach::Reset),
            broken(Breach::HeadTooLarge),
            broken(Breach::Malformed { reason: reason() }),
            broken(Breach::Http2 { reason: reason() }),
        ] {
            let mishap = of(Some(&failure), Outcome::Failed).unwrap();
            let written = serde_json::to_string(&mishap).unwrap();
            let read: Mishap = serde_json::from_str(&written).unwrap();

            let cue = cue(&read, &Url::parse("https://a.example/x").unwrap());

            assert!(
                matches!(&cue, Cue::Fail(found) if found.to_string() == failure.to_string()),
                "{failure}: {cue:?}"
            );
        }
    }

    #[test]
    fn a_silence_is_one_again() {
        let failure = Failure::TimedOut {
            after: std::time::Duration::from_secs(60),
            phase: Phase::Handshake,
        };

        let mishap = of(Some(&failure), Outcome::Failed).unwrap();

        let cue = cue(&mishap, &Url::parse("https://a.example/x").unwrap());
        assert!(matches!(cue, Cue::Wait(Phase::Handshake)), "{cue:?}");
    }
}
