//! What a transport error says about the server.

use std::error::Error;
use std::io;

use minigate_tls::TlsFault;

use crate::dial::HeadTooLong;
use crate::{Breach, Failure, Fields};

/// An error before the head of an answer; `silent` where not a byte of one came.
pub(crate) fn during_head(host: &str, error: &hyper::Error, silent: bool) -> Failure {
    let alert = cause::<io::Error>(error)
        .filter(|_| silent)
        .and_then(TlsFault::of_late_alert);
    if let Some(fault) = alert {
        return Failure::Insecure {
            host: host.to_owned(),
            fault,
        };
    }
    let breach = match of(error) {
        Breach::Truncated if silent => Breach::Empty,
        breach => breach,
    };
    Failure::Broken {
        host: host.to_owned(),
        breach,
    }
}

/// An error in the middle of a body.
pub(super) fn during_body(host: &str, error: &hyper::Error) -> Failure {
    Failure::Broken {
        host: host.to_owned(),
        breach: of(error),
    }
}

/// Whether the length of a body is more than hyper can count.
pub(super) fn is_beyond_count(fields: &Fields) -> bool {
    let length = fields.get("content-length");
    length.is_some_and(|length| length.parse().is_ok_and(|length: u64| length > MOST_COUNTED))
}

/// The length of the body can't be right.
pub(super) fn invalid_length(host: &str) -> Failure {
    Failure::Broken {
        host: host.to_owned(),
        breach: Breach::Malformed {
            reason: "the content-length is beyond all limits".to_owned(),
        },
    }
}

/// The server switches protocols, which only a WebSocket's handshake asks for.
pub(super) fn unasked_switch(host: &str) -> Failure {
    Failure::Broken {
        host: host.to_owned(),
        breach: Breach::Malformed {
            reason: "it switches to a protocol that nobody asked for".to_owned(),
        },
    }
}

/// Whether the server says that it hasn't looked at the request (RFC 9113 §8.7).
pub(super) fn is_refusal(error: &hyper::Error) -> bool {
    cause::<h2::Error>(error).is_some_and(|error| {
        let refused = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
        let left = error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR);
        error.is_remote() && (refused || left)
    })
}

fn of(error: &hyper::Error) -> Breach {
    if error.is_parse() {
        let reason = error.to_string();
        // hyper tells this apart for servers only, but says it in words.
        let too_large = reason.contains("too large");
        return if too_large {
            Breach::HeadTooLarge
        } else {
            Breach::Malformed { reason }
        };
    }
    if let Some(error) = cause::<h2::Error>(error) {
        return Breach::Http2 {
            reason: error.to_string(),
        };
    }
    let io = cause::<io::Error>(error);
    let inner = io.and_then(io::Error::get_ref);
    if inner
        .and_then(|error| error.downcast_ref::<HeadTooLong>())
        .is_some()
    {
        return Breach::HeadTooLarge;
    }
    match io.map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe) => Breach::Reset,
        Some(io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput) => Breach::Malformed {
            reason: deepest(error),
        },
        _ => Breach::Truncated,
    }
}

fn cause<E: Error + 'static>(error: &hyper::Error) -> Option<&E> {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        source = error.source();
    }
    None
}

fn deepest(error: &hyper::Error) -> String {
    let mut deepest: &dyn Error = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}

/// Two numbers more are its marks for bodies of unknown length.
const MOST_COUNTED: u64 = u64::MAX - 2;
