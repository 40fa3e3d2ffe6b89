//! The platform's own words for a failure: `errMsg` and `errno`.

use std::io;

use minigate_policy::{Interface, Reason, TargetError, Wording};
use minigate_tls::NetError;

use super::{Breach, Disconnection, Failure, socket};
use crate::Unstored;

/// What an app's `fail` callback gets.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Complaint {
    /// `{interface}:fail {reason}`.
    pub err_msg: String,
    /// The platform's error number, where it has one.
    pub errno: Option<u32>,
}

impl Failure {
    /// The platform's words for it in the wording of a client.
    #[must_use]
    pub fn complaint(&self, interface: Interface, wording: Wording) -> Complaint {
        if interface == Interface::ConnectSocket
            && let Some(complaint) = socket::complaint(self)
        {
            return complaint;
        }
        let (reason, errno) = match self {
            Self::Denied(denial) => {
                return denied(denial.reason(), denial.verdict().url.as_str(), interface, wording);
            }
            Self::TimedOut { .. } => (timed_out(wording).to_owned(), Some(5)),
            Self::Aborted => (
                "abort".to_owned(),
                (interface == Interface::DownloadFile).then_some(603_105),
            ),
            Self::Interrupted => ("interrupted".to_owned(), Some(600_003)),
            Self::TooManyCalls { limit, .. } => (too_many(interface, *limit), Some(600_007)),
            Self::MethodRefused { .. } => ("network argv error".to_owned(), Some(600_005)),
            Self::Undecodable { .. } => ("response data convert to UTF8 fail".to_owned(), Some(602_302)),
            Self::BodyTooLarge { .. } => (net_error(self, wording), Some(600_001)),
            Self::Unresolved(_)
            | Self::Disconnected { .. }
            | Self::NotRecorded { .. }
            | Self::NotConnected { .. }
            | Self::Insecure { .. }
            | Self::Broken { .. }
            | Self::HandshakeRefused { .. }
            | Self::SocketBroken { .. }
            | Self::SocketCut { .. }
            | Self::SocketUnanswered { .. } => (net_error(self, wording), Some(600_001)),
            Self::FileNotFound { .. } | Self::FileUnreadable { .. } => {
                (format!("{}file not found", maker(interface, wording)), None)
            }
            Self::FileChanged { .. } => ("network system error".to_owned(), Some(600_006)),
            Self::FileTooLarge { .. } => (
                "exceed max file size".to_owned(),
                (interface == Interface::DownloadFile).then_some(603_301),
            ),
            Self::FileEmpty => ("file data is empty".to_owned(), Some(603_302)),
            Self::NotStored(unstored) => not_stored(unstored),
            Self::Internal { .. } => ("internal error".to_owned(), Some(4)),
        };
        Complaint {
            err_msg: format!("{interface}:fail {reason}"),
            errno,
        }
    }

    /// What Chromium would call it, where it is a matter of the network.
    #[must_use]
    pub fn net_error(&self) -> Option<NetError> {
        let (name, number) = match self {
            Self::Unresolved(_) => ("ERR_NAME_NOT_RESOLVED", -105),
            Self::Disconnected {
                how: Disconnection::Switched,
                ..
            } => ("ERR_NETWORK_CHANGED", -21),
            Self::Disconnected { .. } => ("ERR_INTERNET_DISCONNECTED", -106),
            Self::NotConnected { kind, .. } => connect_error(*kind),
            Self::NotRecorded { .. } => connect_error(io::ErrorKind::ConnectionRefused),
            Self::Insecure { fault, .. } => return Some(fault.net_error()),
            Self::Broken { breach, .. } => breach_error(breach),
            Self::BodyTooLarge { .. } => ("ERR_FILE_TOO_BIG", -8),
            _ => return None,
        };
        Some(NetError { name, number })
    }
}

fn denied(reason: &Reason, url: &str, interface: Interface, wording: Wording) -> Complaint {
    let maker = maker(interface, wording);
    let (reason, errno) = match reason {
        Reason::InvalidUrl {
            error: TargetError::UnknownScheme { .. },
        } => not_listed(),
        Reason::InvalidUrl { .. } if maker.is_empty() => (format!("invalid url \"{url}\""), 600_009),
        Reason::InvalidUrl { .. } => ("invalid url".to_owned(), 600_009),
        Reason::TooManyRedirects { .. } => ("network reach the max redirect count".to_owned(), 600_008),
        _ => not_listed(),
    };
    Complaint {
        err_msg: format!("{interface}:fail {maker}{reason}"),
        errno: Some(errno),
    }
}

/// The developer tool speaks of the task that couldn't be made.
const fn maker(interface: Interface, wording: Wording) -> &'static str {
    match (wording, interface) {
        (Wording::Devtools, Interface::UploadFile) => "createUploadTask:fail ",
        (Wording::Devtools, Interface::DownloadFile) => "createDownloadTask:fail ",
        (Wording::Devtools, Interface::ConnectSocket) => "createSocketTask:fail wss ",
        _ => "",
    }
}

fn not_stored(unstored: &Unstored) -> (String, Option<u32>) {
    let (reason, errno) = match unstored {
        Unstored::Forbidden { .. } => ("permission denied can not open file filepath", 603_303),
        Unstored::QuotaExceeded => (
            "the maximum size of the file storage limit is exceeded",
            1_300_202,
        ),
        Unstored::Failed { .. } => ("download save file error", 603_300),
    };
    (reason.to_owned(), Some(errno))
}

fn not_listed() -> (String, u32) {
    ("url not in domain list".to_owned(), 600_002)
}

const fn timed_out(wording: Wording) -> &'static str {
    match wording {
        Wording::Canonical | Wording::AndroidLegacy | Wording::Devtools => "timeout",
        Wording::Android => "fail:time out",
        Wording::IosLegacy => "请求超时。",
    }
}

fn too_many(interface: Interface, limit: usize) -> String {
    match interface {
        // The doubled `fail` is the platform's own.
        Interface::ConnectSocket => format!("fail reach max websocket connect count {limit}"),
        _ => "network exceed max task count".to_owned(),
    }
}

fn net_error(failure: &Failure, wording: Wording) -> String {
    let error = failure.net_error().unwrap_or(NetError {
        name: "ERR_FAILED",
        number: -2,
    });
    match wording {
        Wording::Canonical if is_switch(failure) => {
            "errcode:10011 cronet_error_code:0 error_msg:network change, cancel all task".to_owned()
        }
        Wording::Canonical | Wording::Android => cronet(error),
        Wording::Devtools => format!("net::{}", error.name),
        Wording::AndroidLegacy => android_legacy(failure).map_or_else(|| numbered(error), str::to_owned),
        Wording::IosLegacy => ios_legacy(failure).map_or_else(|| numbered(error), str::to_owned),
    }
}

/// iOS, whose words the newest texts are, ends all calls itself and has a number of its own for it.
const fn is_switch(failure: &Failure) -> bool {
    matches!(
        failure,
        Failure::Disconnected {
            how: Disconnection::Switched,
            ..
        }
    )
}

fn cronet(NetError { name, number }: NetError) -> String {
    format!("errcode:{number} cronet_error_code:{number} error_msg:net::{name}")
}

fn numbered(NetError { name, number }: NetError) -> String {
    format!("{number}:net::{name}")
}

/// The spelling of the first is the platform's own.
const fn android_legacy(failure: &Failure) -> Option<&'static str> {
    match failure {
        Failure::Unresolved(_) => Some("request unknow host error"),
        Failure::Insecure { .. } => Some("ssl hand shake error"),
        _ => None,
    }
}

const fn ios_legacy(failure: &Failure) -> Option<&'static str> {
    match failure {
        Failure::Unresolved(_) => Some("未能找到使用指定主机名的服务器。"),
        Failure::Insecure { .. } => Some("发生了SSL错误，无法建立与该服务器的安全连接。"),
        Failure::Disconnected {
            how: Disconnection::Offline,
            ..
        }
        | Failure::NotConnected {
            kind: io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown,
            ..
        } => Some("似乎已断开与互联网的连接。"),
        Failure::Disconnected { .. } | Failure::Broken { .. } => Some("网络连接已中断。"),
        _ => None,
    }
}

const fn connect_error(kind: io::ErrorKind) -> (&'static str, i32) {
    match kind {
        io::ErrorKind::ConnectionRefused => ("ERR_CONNECTION_REFUSED", -102),
        io::ErrorKind::ConnectionReset => ("ERR_CONNECTION_RESET", -101),
        io::ErrorKind::ConnectionAborted => ("ERR_CONNECTION_ABORTED", -103),
        io::ErrorKind::NotConnected => ("ERR_SOCKET_NOT_CONNECTED", -15),
        io::ErrorKind::TimedOut => ("ERR_CONNECTION_TIMED_OUT", -118),
        io::ErrorKind::HostUnreachable | io::ErrorKind::AddrNotAvailable => ("ERR_ADDRESS_UNREACHABLE", -109),
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown => ("ERR_INTERNET_DISCONNECTED", -106),
        _ => ("ERR_CONNECTION_FAILED", -104),
    }
}

const fn breach_error(breach: &Breach) -> (&'static str, i32) {
    match breach {
        Breach::Empty => ("ERR_EMPTY_RESPONSE", -324),
        Breach::Truncated => ("ERR_CONNECTION_CLOSED", -100),
        Breach::Reset => ("ERR_CONNECTION_RESET", -101),
        Breach::HeadTooLarge => ("ERR_RESPONSE_HEADERS_TOO_BIG", -325),
        Breach::Malformed { .. } => ("ERR_INVALID_HTTP_RESPONSE", -370),
        Breach::NotUpgraded { .. } => ("ERR_INVALID_HTTP_RESPONSE", -370),
        Breach::Http2 { .. } => ("ERR_HTTP2_PROTOCOL_ERROR", -337),
        Breach::Coding { .. } => ("ERR_CONTENT_DECODING_FAILED", -330),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use minigate_policy::{Call, Policy};

    use super::*;
    use crate::{Phase, ResolveError};

    fn denial(url: &str) -> Failure {
        let policy = Policy::new("wx1".parse().unwrap());
        policy
            .judge(&Call::new(Interface::Request, url))
            .unwrap_err()
            .into()
    }

    fn message(failure: &Failure, interface: Interface, wording: Wording) -> (String, Option<u32>) {
        let complaint = failure.complaint(interface, wording);
        (complaint.err_msg, complaint.errno)
    }

    #[test]
    fn d1_an_unlisted_url_has_the_platforms_words() {
        for (interface, wording, expected) in [
            (
                Interface::Request,
                Wording::AndroidLegacy,
                "request:fail url not in domain list",
            ),
            (
                Interface::Request,
                Wording::Devtools,
                "request:fail url not in domain list",
            ),
            (
                Interface::UploadFile,
                Wording::Android,
                "uploadFile:fail url not in domain list",
            ),
            (
                Interface::UploadFile,
                Wording::Devtools,
                "uploadFile:fail createUploadTask:fail url not in domain list",
            ),
            (
                Interface::DownloadFile,
                Wording::Devtools,
                "downloadFile:fail createDownloadTask:fail url not in domain list",
            ),
        ] {
            let found = message(&denial("https://a.com/"), interface, wording);
            assert_eq!(found, (expected.to_owned(), Some(600_002)));
        }
    }

    fn path() -> String {
        "wxfile://tmp_1".to_owned()
    }

    fn reason() -> String {
        "no space left on device".to_owned()
    }

    #[test]
    fn every_failure_of_an_upload_has_the_platforms_words_and_number() {
        let missing = Failure::FileNotFound { path: path() };
        let unreadable = Failure::FileUnreadable {
            path: path(),
            reason: reason(),
        };
        let changed = Failure::FileChanged {
            expected: 2,
            read: 1,
            reason: reason(),
        };
        let too_large = Failure::FileTooLarge { limit: 10 };
        let too_many = too_many_calls(Interface::Request, 10);
        let (phone, tool) = (Wording::AndroidLegacy, Wording::Devtools);
        for (failure, wording, text, errno) in [
            (&missing, phone, "file not found", None),
            (&missing, Wording::IosLegacy, "file not found", None),
            (&missing, Wording::Android, "file not found", None),
            (&missing, Wording::Canonical, "file not found", None),
            (&missing, tool, "createUploadTask:fail file not found", None),
            (&unreadable, phone, "file not found", None),
            (&unreadable, tool, "createUploadTask:fail file not found", None),
            (&changed, phone, "network system error", Some(600_006)),
            (&too_large, phone, "exceed max file size", None),
            (&too_many, phone, "network exceed max task count", Some(600_007)),
            (&Failure::Aborted, phone, "abort", None),
            (&Failure::Interrupted, phone, "interrupted", Some(600_003)),
        ] {
            let expected = format!("uploadFile:fail {text}");
            assert_eq!(
                message(failure, Interface::UploadFile, wording),
                (expected, errno)
            );
        }
    }

    #[test]
    fn every_failure_of_a_download_has_the_platforms_words_and_number() {
        for (failure, text, errno) in [
            (
                Failure::FileTooLarge { limit: 10 },
                "exceed max file size",
                603_301,
            ),
            (Failure::FileEmpty, "file data is empty", 603_302),
            (
                Unstored::Forbidden { path: path() }.into(),
                "permission denied can not open file filepath",
                603_303,
            ),
            (
                Unstored::Failed { reason: reason() }.into(),
                "download save file error",
                603_300,
            ),
            (
                Unstored::QuotaExceeded.into(),
                "the maximum size of the file storage limit is exceeded",
                1_300_202,
            ),
            (Failure::Aborted, "abort", 603_105),
            (Failure::Interrupted, "interrupted", 600_003),
        ] {
            for wording in [Wording::AndroidLegacy, Wording::Devtools] {
                let expected = (format!("downloadFile:fail {text}"), Some(errno));
                assert_eq!(message(&failure, Interface::DownloadFile, wording), expected);
            }
        }
    }

    #[test]
    fn an_invalid_url_has_the_words_of_the_task_in_the_developer_tool() {
        for (interface, wording, expected) in [
            (
                Interface::UploadFile,
                Wording::Devtools,
                "uploadFile:fail createUploadTask:fail invalid url",
            ),
            (
                Interface::DownloadFile,
                Wording::Devtools,
                "downloadFile:fail createDownloadTask:fail invalid url",
            ),
            (
                Interface::DownloadFile,
                Wording::Android,
                "downloadFile:fail invalid url \"x\"",
            ),
        ] {
            let found = message(&denial("x"), interface, wording);
            assert_eq!(found, (expected.to_owned(), Some(600_009)));
        }
    }

    #[test]
    fn an_invalid_url_is_quoted() {
        let found = message(&denial("/api/x"), Interface::Request, Wording::Canonical);

        assert_eq!(
            found,
            ("request:fail invalid url \"/api/x\"".to_owned(), Some(600_009))
        );
    }

    #[test]
    fn n1_a_timeout_has_the_words_of_each_client() {
        let failure = Failure::TimedOut {
            after: Duration::from_secs(60),
            phase: Phase::Head,
        };

        for (wording, expected) in [
            (Wording::Canonical, "request:fail timeout"),
            (Wording::AndroidLegacy, "request:fail timeout"),
            (Wording::Android, "request:fail fail:time out"),
            (Wording::IosLegacy, "request:fail 请求超时。"),
            (Wording::Devtools, "request:fail timeout"),
        ] {
            assert_eq!(
                message(&failure, Interface::Request, wording),
                (expected.to_owned(), Some(5))
            );
        }
    }

    #[test]
    fn a_name_without_address_has_the_words_of_each_client() {
        let failure = Failure::Unresolved(ResolveError::NotFound { host: "a.com".into() });

        for (wording, expected) in [
            (
                Wording::Canonical,
                "request:fail errcode:-105 cronet_error_code:-105 error_msg:net::ERR_NAME_NOT_RESOLVED",
            ),
            (Wording::AndroidLegacy, "request:fail request unknow host error"),
            (
                Wording::IosLegacy,
                "request:fail 未能找到使用指定主机名的服务器。",
            ),
            (Wording::Devtools, "request:fail net::ERR_NAME_NOT_RESOLVED"),
        ] {
            assert_eq!(
                message(&failure, Interface::Request, wording),
                (expected.to_owned(), Some(600_001))
            );
        }
    }

    fn not_connected(kind: io::ErrorKind) -> Failure {
        Failure::NotConnected {
            host: "a.com".into(),
            peer: ([127, 0, 0, 1], 443).into(),
            kind,
        }
    }

    const fn too_many_calls(interface: Interface, limit: usize) -> Failure {
        Failure::TooManyCalls { interface, limit }
    }

    fn broken(breach: Breach) -> Failure {
        Failure::Broken {
            host: "a.com".into(),
            breach,
        }
    }

    fn disconnected(how: Disconnection) -> Failure {
        Failure::Disconnected {
            host: "a.com".into(),
            how,
        }
    }

    #[test]
    fn n8_what_the_network_does_has_the_name_and_number_of_the_clients_stack() {
        for (failure, name, number) in [
            (
                not_connected(io::ErrorKind::NotConnected),
                "ERR_SOCKET_NOT_CONNECTED",
                -15,
            ),
            (disconnected(Disconnection::Switched), "ERR_NETWORK_CHANGED", -21),
            (broken(Breach::Truncated), "ERR_CONNECTION_CLOSED", -100),
            (
                not_connected(io::ErrorKind::ConnectionReset),
                "ERR_CONNECTION_RESET",
                -101,
            ),
            (broken(Breach::Reset), "ERR_CONNECTION_RESET", -101),
            (
                not_connected(io::ErrorKind::ConnectionRefused),
                "ERR_CONNECTION_REFUSED",
                -102,
            ),
            (
                not_connected(io::ErrorKind::ConnectionAborted),
                "ERR_CONNECTION_ABORTED",
                -103,
            ),
            (
                disconnected(Disconnection::Offline),
                "ERR_INTERNET_DISCONNECTED",
                -106,
            ),
            (
                disconnected(Disconnection::Lost),
                "ERR_INTERNET_DISCONNECTED",
                -106,
            ),
            (
                not_connected(io::ErrorKind::NetworkUnreachable),
                "ERR_INTERNET_DISCONNECTED",
                -106,
            ),
            (
                not_connected(io::ErrorKind::HostUnreachable),
                "ERR_ADDRESS_UNREACHABLE",
                -109,
            ),
            (
                not_connected(io::ErrorKind::TimedOut),
                "ERR_CONNECTION_TIMED_OUT",
                -118,
            ),
            (broken(Breach::Empty), "ERR_EMPTY_RESPONSE", -324),
        ] {
            let of = |wording| message(&failure, Interface::Request, wording);

            let cronet =
                format!("request:fail errcode:{number} cronet_error_code:{number} error_msg:net::{name}");
            assert_eq!(of(Wording::Android), (cronet, Some(600_001)), "{failure:?}");
            let numbered = format!("request:fail {number}:net::{name}");
            assert_eq!(
                of(Wording::AndroidLegacy),
                (numbered, Some(600_001)),
                "{failure:?}"
            );
            let devtools = format!("request:fail net::{name}");
            assert_eq!(of(Wording::Devtools), (devtools, Some(600_001)), "{failure:?}");
        }
    }

    #[test]
    fn a_switch_of_network_has_the_words_of_ios() {
        let failure = disconnected(Disconnection::Switched);

        for (interface, api) in [
            (Interface::Request, "request"),
            (Interface::UploadFile, "uploadFile"),
            (Interface::DownloadFile, "downloadFile"),
        ] {
            let words = "errcode:10011 cronet_error_code:0 error_msg:network change, cancel all task";
            assert_eq!(
                message(&failure, interface, Wording::Canonical),
                (format!("{api}:fail {words}"), Some(600_001))
            );
        }
    }

    #[test]
    fn without_a_network_old_ios_speaks_the_systems_words() {
        for (failure, expected) in [
            (disconnected(Disconnection::Offline), "似乎已断开与互联网的连接。"),
            (
                not_connected(io::ErrorKind::NetworkDown),
                "似乎已断开与互联网的连接。",
            ),
            (disconnected(Disconnection::Lost), "网络连接已中断。"),
            (disconnected(Disconnection::Switched), "网络连接已中断。"),
            (broken(Breach::Reset), "网络连接已中断。"),
        ] {
            assert_eq!(
                message(&failure, Interface::Request, Wording::IosLegacy),
                (format!("request:fail {expected}"), Some(600_001))
            );
        }
    }

    #[test]
    fn n5_and_n4_have_the_platforms_words_and_numbers() {
        let of = |failure: &Failure, interface| message(failure, interface, Wording::Canonical);

        assert_eq!(
            of(&Failure::Interrupted, Interface::DownloadFile),
            ("downloadFile:fail interrupted".to_owned(), Some(600_003))
        );
        assert_eq!(
            of(&too_many_calls(Interface::Request, 5), Interface::Request),
            (
                "request:fail network exceed max task count".to_owned(),
                Some(600_007)
            )
        );
        assert_eq!(
            of(
                &too_many_calls(Interface::ConnectSocket, 5),
                Interface::ConnectSocket
            )
            .0,
            "connectSocket:fail fail reach max websocket connect count 5"
        );
        assert_eq!(
            of(&Failure::Aborted, Interface::Request),
            ("request:fail abort".to_owned(), None)
        );
    }
}
