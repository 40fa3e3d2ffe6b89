//! English.

use std::io;

use minigate_policy::Interface;
use minigate_policy::diagnosis::Lang;

use super::{Breach, Disconnection, Failure};
use crate::{Phase, ResolveError, Unstored};

pub(super) fn headline(failure: &Failure) -> String {
    match failure {
        Failure::Denied(denial) => denial.to_string(),
        Failure::TimedOut { after, phase } => {
            format!(
                "no answer within {} ms; the time ran out {}",
                after.as_millis(),
                during(*phase)
            )
        }
        Failure::Aborted => "the app aborted the call".to_owned(),
        Failure::Interrupted => "the app is in the background".to_owned(),
        Failure::TooManyCalls {
            interface: Interface::ConnectSocket,
            limit,
        } => format!("the app has {limit} sockets already, and one more doesn't wait"),
        Failure::TooManyCalls { limit, .. } => {
            format!("all {limit} slots are taken and this call can't wait")
        }
        Failure::MethodRefused { method } => {
            format!("the method {method} would make a tunnel past the rules")
        }
        Failure::Unresolved(ResolveError::NotFound { host }) => format!("`{host}` has no address"),
        Failure::Unresolved(ResolveError::Failed { host, reason }) => {
            format!("the address of `{host}` couldn't be asked for: {reason}")
        }
        Failure::Disconnected { host, how } => disconnected(host, *how),
        Failure::NotConnected { host, peer, kind } => format!("`{host}` can't be reached at {peer}: {kind}"),
        Failure::NotRecorded {
            method,
            url,
            cut: true,
            ..
        } => {
            format!("the recorded answer to {method} {url} was too long to be kept")
        }
        Failure::NotRecorded {
            method, url, nearest, ..
        } => {
            let nearest = nearest
                .as_ref()
                .map_or_else(String::new, |nearest| format!("; the nearest is {nearest}"));
            format!("the recording has no answer to {method} {url}{nearest}")
        }
        Failure::Insecure { host, fault } => format!("`{host}`: {}", fault.tell(Lang::En).headline),
        Failure::Broken { host, breach } => format!("`{host}` {breach}"),
        Failure::BodyTooLarge { limit } => format!("the answer has more than {limit} bytes"),
        Failure::FileNotFound { path } => format!("there is no file `{path}` to be sent"),
        Failure::FileUnreadable { path, reason } => format!("`{path}` can't be read: {reason}"),
        Failure::FileChanged { expected, read, .. } => {
            format!("the file changed while it was sent: of {expected} bytes only {read} came")
        }
        Failure::FileTooLarge { limit } => format!("the file has more than {limit} bytes"),
        Failure::FileEmpty => "the answer has no bytes to be kept".to_owned(),
        Failure::NotStored(unstored) => format!("the file can't be kept: {unstored}"),
        Failure::Undecodable { charset } => format!("the answer's text is not valid {charset}"),
        Failure::HandshakeRefused { host, status } => {
            format!("`{host}` answered the handshake with {status} instead of 101")
        }
        Failure::SocketBroken { host, code, reason } => {
            format!("the socket to `{host}` broke ({code}): {reason}")
        }
        Failure::SocketCut { host, how } => disconnected(host, *how),
        Failure::SocketUnanswered { host } => format!("`{host}` didn't answer the socket's close"),
        Failure::Internal { reason } => format!("minigate itself failed: {reason}"),
    }
}

fn disconnected(host: &str, how: Disconnection) -> String {
    match how {
        Disconnection::Offline => format!("there is no network to reach `{host}`"),
        Disconnection::Lost => format!("the network was lost while `{host}` was called"),
        Disconnection::Switched => format!("the network was switched while `{host}` was called"),
    }
}

const fn during(phase: Phase) -> &'static str {
    match phase {
        Phase::Queue => "while it waited for a slot",
        Phase::Resolve => "while its name was looked up",
        Phase::Connect => "while it connected",
        Phase::Handshake => "during the TLS handshake",
        Phase::Head => "before the first byte of the answer",
        Phase::Body => "in the middle of the answer's body",
    }
}

pub(super) fn remedies(failure: &Failure) -> Vec<String> {
    let one = |remedy: &str| vec![remedy.to_owned()];
    match failure {
        Failure::Denied(_) | Failure::Aborted => Vec::new(),
        Failure::TimedOut { .. } => {
            one("make the server answer sooner, or raise `timeout` (60 s is the longest in the guide's era)")
        }
        Failure::Interrupted => one("repeat the call when the app is shown again (`onShow`)"),
        Failure::TooManyCalls {
            interface: Interface::ConnectSocket,
            ..
        } => one("close a socket that isn't needed, and send over one that is open what can share it"),
        Failure::TooManyCalls { .. } => one("start fewer calls at once, or set `overflow` to `queue`"),
        Failure::MethodRefused { .. } => one("use another method"),
        Failure::Unresolved(_) => {
            one("check the name and its DNS records, or give its address with `--resolve`")
        }
        Failure::Disconnected { how, .. } | Failure::SocketCut { how, .. } => one(reconnected(*how)),
        Failure::NotConnected {
            kind: io::ErrorKind::ConnectionRefused,
            ..
        } => one("check that the server runs and listens on that port"),
        Failure::NotConnected { .. } => one("check the network and the server's firewall"),
        Failure::NotRecorded { cut: true, .. } => one("record again with a shorter answer"),
        Failure::NotRecorded { .. } => one("record again with `--record`"),
        Failure::Insecure { fault, .. } => fault.tell(Lang::En).remedies,
        Failure::Broken { breach, .. } => one(repaired(breach)),
        Failure::BodyTooLarge { .. } => one("fetch it in parts, or use `wx.downloadFile`"),
        Failure::FileNotFound { .. } => {
            one("give the path of a file that the app has, a temporary one for instance")
        }
        Failure::FileUnreadable { .. } => one("look into the file's permissions"),
        Failure::FileChanged { .. } => one("send the file once nothing writes to it"),
        Failure::FileTooLarge { .. } => one(
            "make the file smaller; `download_max_bytes` and `upload_max_bytes` of the profile are the limits",
        ),
        Failure::FileEmpty => one("let the server answer with a body, or use `wx.request` if none is needed"),
        Failure::NotStored(unstored) => one(storable(unstored)),
        Failure::Undecodable { .. } => {
            one("let the server answer in UTF-8 and say so in `content-type`, or ask for `arraybuffer`")
        }
        Failure::HandshakeRefused { .. }
        | Failure::SocketBroken { .. }
        | Failure::SocketUnanswered { .. } => one(socket_remedy(failure)),
        Failure::Internal { .. } => one("please report it, with the app that shows it"),
    }
}

/// What to do about a server that gives no whole answer.
const fn repaired(breach: &Breach) -> &'static str {
    match breach {
        Breach::HeadTooLarge => "let the server send fewer or shorter fields",
        Breach::Coding { .. } => "let the server's `content-encoding` name what its body really is",
        Breach::NotUpgraded { .. } => {
            "check that a WebSocket server answers at this path, and proxies on the way pass `upgrade` on"
        }
        _ => "look into the server's log: the answer was not whole",
    }
}

/// What to do about a file that can't be kept.
const fn storable(unstored: &Unstored) -> &'static str {
    match unstored {
        Unstored::Forbidden { .. } => "write below `wx.env.USER_DATA_PATH`, or leave `filePath` out",
        Unstored::QuotaExceeded => "remove files that aren't needed any more",
        Unstored::Failed { .. } => "check that the disk has room and can be written",
    }
}

/// What to do without a network, or on another one.
const fn reconnected(how: Disconnection) -> &'static str {
    match how {
        Disconnection::Switched => {
            "repeat the call where that can do no harm: connections end with the network that they were made on"
        }
        Disconnection::Offline | Disconnection::Lost => {
            "tell the user, and go on in `wx.onNetworkStatusChange`"
        }
    }
}

/// For the three failures of sockets; the last of them is that a close wasn't answered.
const fn socket_remedy(failure: &Failure) -> &'static str {
    match failure {
        Failure::HandshakeRefused {
            status: 300..=399, ..
        } => "connect to where the redirect points: a handshake follows none",
        Failure::HandshakeRefused { .. } => {
            "check that a WebSocket server answers at this path and accepts the app's header"
        }
        Failure::SocketBroken { code: 1009, .. } => "let the server send smaller messages",
        Failure::SocketBroken { code: 1006, .. } => {
            "connect again, and keep the socket busy with a heartbeat"
        }
        Failure::SocketBroken { .. } => "correct the server's frames (RFC 6455)",
        _ => "let the server answer a close with a close",
    }
}
