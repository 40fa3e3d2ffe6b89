//! The platform's own words for what goes wrong with a socket.

use super::{Complaint, Failure};
use crate::{CloseError, Disconnection, Phase, SendError};

/// What a socket's `onError` says, where that is not what any call would say.
///
/// The numbers are those of the platform's own WebSocket stack.
pub(super) fn complaint(failure: &Failure) -> Option<Complaint> {
    let (number, message) = match failure {
        Failure::TimedOut {
            phase: Phase::Handshake,
            ..
        } => (5, "TLS handshake timed out"),
        Failure::TimedOut { .. } => (9, "Timer Expired"),
        Failure::HandshakeRefused { .. } => (20, "Invalid HTTP status"),
        Failure::Insecure { .. } => (7, "TLS handshake failed"),
        Failure::Unresolved(_)
        | Failure::Disconnected { .. }
        | Failure::NotConnected { .. }
        | Failure::Broken { .. } => (2, "Underlying Transport Error"),
        Failure::SocketBroken { reason, .. } => return Some(broken(reason)),
        Failure::SocketCut { how, .. } => return Some(broken(cut(*how))),
        Failure::SocketUnanswered { .. } => return Some(broken("the close wasn't answered")),
        _ => return None,
    };
    Some(Complaint {
        err_msg: format!("exception onOpen fail code:{number}, msg:{message}"),
        errno: Some(NOT_CONNECTED),
    })
}

fn broken(reason: &str) -> Complaint {
    Complaint {
        err_msg: format!("Underlying Transport Error: {reason}"),
        errno: None,
    }
}

/// What became of an open socket's network.
const fn cut(how: Disconnection) -> &'static str {
    match how {
        Disconnection::Offline | Disconnection::Lost => "the network was lost",
        Disconnection::Switched => "the network was changed",
    }
}

impl SendError {
    /// The platform's words for it, given the function that was called.
    #[must_use]
    pub fn complaint(&self, api: &str) -> Complaint {
        let reason = match self {
            Self::NotOpen => "SocketTask.readyState is not OPEN".to_owned(),
            Self::NotConnected => "WebSocket is not connected".to_owned(),
            Self::QueueFull { limit } => format!("the messages that wait to be sent exceed {limit} bytes"),
        };
        Complaint {
            err_msg: format!("{api}:fail {reason}"),
            errno: None,
        }
    }
}

impl CloseError {
    /// The platform's words for it, given the function that was called.
    #[must_use]
    pub fn complaint(&self, api: &str) -> Complaint {
        let (api, reason, errno) = match self {
            Self::Code { .. } => (api, "invalid code", Some(INVALID_PARAMETER)),
            Self::Reason { .. } => (
                api,
                "reason must not exceed 123 UTF-8 bytes",
                Some(INVALID_PARAMETER),
            ),
            // Under this name whichever function was called, on devices.
            Self::Closed => ("closeSocket", "wcwss taskID not exist", None),
            Self::NotConnected => (api, "WebSocket is not connected", None),
        };
        Complaint {
            err_msg: format!("{api}:fail {reason}"),
            errno,
        }
    }
}

/// "WebSocket connect is fail".
const NOT_CONNECTED: u32 = 605_103;
const INVALID_PARAMETER: u32 = 1001;

#[cfg(test)]
mod tests {
    use std::io;
    use std::time::Duration;

    use minigate_policy::{Call, Interface, Policy, Wording};
    use minigate_tls::TlsFault;

    use super::*;
    use crate::{Breach, ResolveError};

    const WORDINGS: [Wording; 5] = [
        Wording::Canonical,
        Wording::AndroidLegacy,
        Wording::Android,
        Wording::IosLegacy,
        Wording::Devtools,
    ];

    fn assert_says(failure: &Failure, err_msg: &str, errno: Option<u32>) {
        for wording in WORDINGS {
            let complaint = failure.complaint(Interface::ConnectSocket, wording);
            assert_eq!(
                (complaint.err_msg.as_str(), complaint.errno),
                (err_msg, errno),
                "{wording:?}"
            );
        }
    }

    #[test]
    fn n1_a_handshake_out_of_time_has_the_platforms_words() {
        let in_phase = |phase| Failure::TimedOut {
            after: Duration::from_secs(60),
            phase,
        };

        for phase in [Phase::Resolve, Phase::Connect, Phase::Head] {
            assert_says(
                &in_phase(phase),
                "exception onOpen fail code:9, msg:Timer Expired",
                Some(605_103),
            );
        }
        assert_says(
            &in_phase(Phase::Handshake),
            "exception onOpen fail code:5, msg:TLS handshake timed out",
            Some(605_103),
        );
    }

    #[test]
    fn n8_a_handshake_that_isnt_answered_with_101_has_the_platforms_words() {
        for status in [200, 302, 403, 500] {
            let refused = Failure::HandshakeRefused {
                host: "a.com".into(),
                status,
            };
            assert_says(
                &refused,
                "exception onOpen fail code:20, msg:Invalid HTTP status",
                Some(605_103),
            );
        }
    }

    #[test]
    fn t1_a_failed_tls_handshake_has_the_platforms_words() {
        let insecure = Failure::Insecure {
            host: "a.com".into(),
            fault: TlsFault::Certificate(minigate_tls::CertificateFault::SelfSigned {
                subject: "a.com".into(),
                forbidden: false,
            }),
        };

        assert_says(
            &insecure,
            "exception onOpen fail code:7, msg:TLS handshake failed",
            Some(605_103),
        );
    }

    #[test]
    fn n8_a_server_that_cant_be_reached_has_the_platforms_words() {
        let text = "exception onOpen fail code:2, msg:Underlying Transport Error";
        let host = || "a.com".to_owned();

        for failure in [
            Failure::Unresolved(ResolveError::NotFound { host: host() }),
            Failure::NotConnected {
                host: host(),
                peer: ([127, 0, 0, 1], 1).into(),
                kind: io::ErrorKind::ConnectionRefused,
            },
            Failure::Broken {
                host: host(),
                breach: Breach::NotUpgraded {
                    reason: String::new(),
                },
            },
        ] {
            assert_says(&failure, text, Some(605_103));
        }
    }

    #[test]
    fn an_open_socket_that_breaks_doesnt_speak_of_its_opening() {
        let host = || "a.com".to_owned();
        let cut = |how| Failure::SocketCut { host: host(), how };

        for (failure, reason) in [
            (cut(Disconnection::Lost), "the network was lost"),
            (cut(Disconnection::Switched), "the network was changed"),
            (
                Failure::SocketBroken {
                    host: host(),
                    code: 1006,
                    reason: "it broke".into(),
                },
                "it broke",
            ),
        ] {
            assert_says(&failure, &format!("Underlying Transport Error: {reason}"), None);
        }
    }

    #[test]
    fn n4_n5_and_d1_have_the_words_that_every_call_has() {
        assert_says(
            &Failure::TooManyCalls {
                interface: Interface::ConnectSocket,
                limit: 5,
            },
            "connectSocket:fail fail reach max websocket connect count 5",
            Some(600_007),
        );
        assert_says(
            &Failure::Interrupted,
            "connectSocket:fail interrupted",
            Some(600_003),
        );
        let policy = Policy::new("wx1".parse().unwrap());
        let call = Call::new(Interface::ConnectSocket, "wss://a.com/");
        let denied = Failure::from(policy.judge(&call).unwrap_err());
        let said = |wording| denied.complaint(Interface::ConnectSocket, wording).err_msg;
        assert_eq!(
            said(Wording::Canonical),
            "connectSocket:fail url not in domain list"
        );
        assert_eq!(
            said(Wording::Devtools),
            "connectSocket:fail createSocketTask:fail wss url not in domain list"
        );
    }

    #[test]
    fn n8_what_an_app_may_not_send_or_close_has_the_platforms_words() {
        let send = |error: SendError, api| error.complaint(api).err_msg;
        let close = |error: CloseError, api| error.complaint(api).err_msg;

        assert_eq!(
            send(SendError::NotOpen, "SocketTask.send"),
            "SocketTask.send:fail SocketTask.readyState is not OPEN"
        );
        assert_eq!(
            send(SendError::NotConnected, "sendSocketMessage"),
            "sendSocketMessage:fail WebSocket is not connected"
        );
        assert_eq!(
            send(SendError::QueueFull { limit: 9 }, "SocketTask.send"),
            "SocketTask.send:fail the messages that wait to be sent exceed 9 bytes"
        );
        assert_eq!(
            close(CloseError::NotConnected, "closeSocket"),
            "closeSocket:fail WebSocket is not connected"
        );
        assert_eq!(
            close(CloseError::Closed, "SocketTask.close"),
            "closeSocket:fail wcwss taskID not exist"
        );
        assert_eq!(
            close(CloseError::Code { code: "999".into() }, "SocketTask.close"),
            "SocketTask.close:fail invalid code"
        );
        assert_eq!(
            close(CloseError::Reason { bytes: 124 }, "SocketTask.close"),
            "SocketTask.close:fail reason must not exceed 123 UTF-8 bytes"
        );
    }
}
