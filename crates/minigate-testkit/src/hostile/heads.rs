//! Heads that never end, or aren't any.

use crate::script::{Script, Steps};
use crate::signal::Pace;

/// A correct answer, its head sent byte by byte.
pub fn slow_headers(pace: Pace) -> Script {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\n";
    Steps::over_tls()
        .read_request()
        .write_slowly(head, pace)
        .write("ok")
        .close()
}

/// 100 MB of headers of 1 kB each, then a correct end.
pub fn huge_headers() -> Script {
    let header = format!("x-filler: {}\r\n", "a".repeat(988));
    let start = Steps::over_tls().read_request().write("HTTP/1.1 200 OK\r\n");
    start
        .write_times(header, 100_000)
        .write("content-length: 0\r\n\r\n")
        .close()
}

/// One header line without an end.
pub fn endless_header() -> Script {
    let start = Steps::over_tls()
        .read_request()
        .write("HTTP/1.1 200 OK\r\nx-endless: ");
    start.write_forever("a".repeat(16 << 10)).close()
}

/// Informational answers (103) forever; the final one never comes.
pub fn endless_informational() -> Script {
    let hints = "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n".repeat(100);
    Steps::over_tls().read_request().write_forever(hints).close()
}

/// Says that it switches to WebSocket, which nobody asked for.
pub fn unasked_upgrade() -> Script {
    says("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n\u{1}\u{2}")
}

/// A status of four digits.
pub fn status_out_of_range() -> Script {
    says("HTTP/1.1 1000 Beyond\r\ncontent-length: 0\r\n\r\n")
}

/// A header with a NUL in its value.
pub fn nul_in_header() -> Script {
    says("HTTP/1.1 200 OK\r\nx-a: 1\0\r\ncontent-length: 0\r\n\r\n")
}

/// A header value with a carriage return in it, which smuggles a header past a lenient parser (RFC 9112 §2.2).
pub fn bare_carriage_return() -> Script {
    says("HTTP/1.1 200 OK\r\nx-a: 1\rset-cookie: evil=1\r\ncontent-length: 0\r\n\r\n")
}

/// The greeting of another protocol.
pub fn not_http() -> Script {
    says("SSH-2.0-OpenSSH_9.9\r\n")
}

fn says(answer: &'static str) -> Script {
    Steps::over_tls().read_request().write(answer).close()
}
