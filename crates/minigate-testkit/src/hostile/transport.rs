//! Connections that break, or never begin.

use crate::answer::{answer, head};
use crate::script::{Script, Steps};

/// Accepts the connection and never says anything.
pub fn silence() -> Script {
    Steps::in_the_clear().await_peer_close().close()
}

/// Says half of its part of the handshake, then nothing more.
pub fn half_a_handshake_then_silence() -> Script {
    Steps::after_half_a_handshake().await_peer_close().close()
}

/// Says half of its part of the handshake, then ends the connection.
pub fn cut_in_handshake() -> Script {
    Steps::after_half_a_handshake().cut()
}

/// Shakes hands and never answers.
pub fn handshake_then_silence() -> Script {
    Steps::over_tls().await_peer_close().close()
}

/// Resets the connection at once.
pub fn reset_on_accept() -> Script {
    Steps::in_the_clear().reset()
}

/// Doesn't know TLS, and says so in plain HTTP.
pub fn plain_http_on_the_tls_port() -> Script {
    Steps::in_the_clear()
        .read_some()
        .write(answer(400, &[], "this is the plain port"))
        .close()
}

/// Answers before it is asked, and ends.
pub fn answer_before_request() -> Script {
    Steps::over_tls().write(answer(200, &[], "unasked")).close()
}

/// Ends TCP in the middle of a body of unknown length, without `close_notify`: a truncation that an attacker can make.
pub fn cut_in_body() -> Script {
    Steps::over_tls()
        .read_request()
        .write(head(200, [("connection", "close")]))
        .write("hello")
        .cut()
}

/// Resets the connection in the middle of a body.
pub fn reset_in_body() -> Script {
    Steps::over_tls()
        .read_request()
        .write(head(200, [("content-length", "100")]))
        .write("hello")
        .reset()
}
