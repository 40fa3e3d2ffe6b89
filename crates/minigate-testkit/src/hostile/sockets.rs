//! WebSocket servers that do what no server should.

use bytes::Bytes;
use flate2::{Compress, Compression, FlushCompress};

use crate::answer::answer;
use crate::frame::{close_frame, frame};
use crate::script::{Script, Steps};

/// A hostile WebSocket server.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HostileSocket {
    /// Its name, unique in [`sockets`].
    pub name: &'static str,
    /// What it does on each connection.
    pub script: Script,
    /// How a socket to it ends, where the client offers permessage-deflate and takes messages of 1 MiB at most.
    pub end: SocketEnd,
}

/// How a socket ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SocketEnd {
    /// Before it is open.
    NeverOpens,
    /// With a code; 1006 where no close is seen.
    Closes(u16),
}

/// Every hostile WebSocket server that ends without a wait.
pub fn sockets() -> Vec<HostileSocket> {
    [
        never_opening(),
        breaking_frames(),
        breaking_messages(),
        breaking_off(),
    ]
    .concat()
}

fn never_opening() -> Vec<HostileSocket> {
    let answered = |name, answer: Bytes| socket(name, read().write(answer).close(), SocketEnd::NeverOpens);
    let upgraded = |name, fields: &[(&str, &str)]| {
        socket(
            name,
            Steps::over_tls().upgrade(fields).close(),
            SocketEnd::NeverOpens,
        )
    };
    vec![
        answered(
            "wrong_accept",
            switch(&[("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")]),
        ),
        answered("no_accept", switch(&[])),
        answered(
            "no_upgrade",
            "HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\n\r\n".into(),
        ),
        answered("no_status", "HTTP/1.1\r\n\r\n".into()),
        answered("ok_instead_of_switching", answer(200, &[], "hello")),
        answered("forbidden", answer(403, &[], "")),
        answered("redirect", answer(302, &[("location", "/elsewhere")], "")),
        answered(
            "redirect_to_other_host",
            answer(302, &[("location", "wss://evil.example/")], ""),
        ),
        upgraded(
            "second_accept",
            &[("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")],
        ),
        upgraded("unoffered_protocol", &[("Sec-WebSocket-Protocol", "smuggle")]),
        upgraded(
            "unoffered_extension",
            &[("Sec-WebSocket-Extensions", "x-webkit-deflate-frame")],
        ),
        upgraded(
            "unknown_parameter",
            &[("Sec-WebSocket-Extensions", "permessage-deflate; magic=1")],
        ),
        upgraded(
            "unoffered_window",
            &[(
                "Sec-WebSocket-Extensions",
                "permessage-deflate; client_max_window_bits=9",
            )],
        ),
        socket("reset_in_handshake", read().reset(), SocketEnd::NeverOpens),
        socket(
            "cut_in_handshake_answer",
            read().write("HTTP/1.1 10").cut(),
            SocketEnd::NeverOpens,
        ),
    ]
}

fn breaking_frames() -> Vec<HostileSocket> {
    vec![
        after_upgrade(
            "masked_frame",
            [0x81, 0x82, 1, 2, 3, 4, b'h' ^ 1, b'i' ^ 2].to_vec(),
            1002,
        ),
        after_upgrade("reserved_bit", frame(0xA1, "hi"), 1002),
        after_upgrade("deflated_without_agreement", frame(0xC1, "hi"), 1002),
        after_upgrade("unknown_opcode", frame(0x83, ""), 1002),
        after_upgrade("unknown_control_opcode", frame(0x8B, ""), 1002),
        after_upgrade("ping_in_pieces", frame(0x09, "hi"), 1002),
        after_upgrade("long_ping", frame(0x89, [0; 126]), 1002),
        after_upgrade("long_pong", frame(0x8A, [0; 126]), 1002),
        after_upgrade("long_close", frame(0x88, [3; 126]), 1002),
        after_upgrade("length_in_a_longer_form", [0x82, 126, 0, 2, 7, 7].to_vec(), 1002),
        after_upgrade(
            "negative_length",
            [0x82, 127, 255, 0, 0, 0, 0, 0, 0, 0].to_vec(),
            1002,
        ),
        after_upgrade(
            "endless_length",
            [0x82, 127, 0, 255, 0, 0, 0, 0, 0, 0].to_vec(),
            1009,
        ),
        after_upgrade("one_byte_of_a_code", frame(0x88, [3]), 1002),
        after_upgrade("close_with_1005", close_frame(1005, ""), 1002),
        after_upgrade("close_with_1006", close_frame(1006, ""), 1002),
        after_upgrade("close_with_999", close_frame(999, ""), 1002),
        after_upgrade("close_with_2999", close_frame(2999, ""), 1002),
        after_upgrade(
            "close_reason_that_is_no_text",
            frame(0x88, [3, 0xE8, 0xFF, 0xFE]),
            1007,
        ),
        after_upgrade("http_answer_after_the_switch", answer(200, &[], "hello"), 1002),
    ]
}

fn breaking_messages() -> Vec<HostileSocket> {
    let two = |first: Bytes, second: Bytes| [first, second].concat();
    vec![
        after_upgrade("continuation_of_nothing", frame(0x80, "hi"), 1002),
        after_upgrade(
            "message_in_a_message",
            two(frame(0x01, "a"), frame(0x81, "b")),
            1002,
        ),
        after_upgrade("text_that_is_no_text", frame(0x81, [0xC3, 0x28]), 1007),
        after_upgrade(
            "text_cut_in_a_letter",
            two(frame(0x01, [0xE5, 0xA4]), frame(0x80, "a")),
            1007,
        ),
        after_upgrade("large_message", frame(0x82, vec![7; MEBIBYTE + 1]), 1009),
        after_upgrade(
            "large_message_in_pieces",
            two(
                frame(0x02, vec![7; MEBIBYTE / 2]),
                frame(0x80, vec![7; MEBIBYTE / 2 + 1]),
            ),
            1009,
        ),
        deflated(
            "deflate_bomb",
            frame(0xC2, deflate(&vec![0; 64 * MEBIBYTE])),
            1009,
        ),
        deflated("deflate_garbage", frame(0xC2, [0xFF; 40]), 1007),
        deflated(
            "deflated_continuation",
            two(frame(0x02, "a"), frame(0xC0, deflate(b"b"))),
            1002,
        ),
        deflated("deflated_ping", frame(0xC9, deflate(b"b")), 1002),
        deflated(
            "deflated_text_that_is_no_text",
            frame(0xC1, deflate(&[0xC3, 0x28])),
            1007,
        ),
    ]
}

fn breaking_off() -> Vec<HostileSocket> {
    let end = SocketEnd::Closes(1006);
    let open = || Steps::over_tls().upgrade(&[]);
    vec![
        socket("end_without_close", open().close(), end),
        socket("cut_without_close", open().cut(), end),
        socket("reset_when_open", open().reset(), end),
        socket(
            "cut_in_a_frame",
            open().write([0x81, 100, b'a'].to_vec()).cut(),
            end,
        ),
        socket("cut_in_a_message", open().write(frame(0x01, "hi")).close(), end),
    ]
}

/// Agrees to a socket and never says anything again, not even to a close.
pub fn deaf_socket() -> Script {
    Steps::over_tls().upgrade(&[]).await_peer_close().close()
}

/// Agrees to a socket, sends the same frame without end, and takes nothing.
pub fn endless_frames(frame: Bytes) -> Script {
    Steps::over_tls().upgrade(&[]).write_forever(frame).close()
}

fn after_upgrade(name: &'static str, bytes: impl Into<Bytes>, code: u16) -> HostileSocket {
    let script = Steps::over_tls().upgrade(&[]).write(bytes).read_close().close();
    socket(name, script, SocketEnd::Closes(code))
}

fn deflated(name: &'static str, bytes: impl Into<Bytes>, code: u16) -> HostileSocket {
    let fields = [("Sec-WebSocket-Extensions", "permessage-deflate")];
    let script = Steps::over_tls()
        .upgrade(&fields)
        .write(bytes)
        .read_close()
        .close();
    socket(name, script, SocketEnd::Closes(code))
}

fn socket(name: &'static str, script: Script, end: SocketEnd) -> HostileSocket {
    HostileSocket { name, script, end }
}

fn read() -> Steps {
    Steps::over_tls().read_head()
}

fn switch(fields: &[(&str, &str)]) -> Bytes {
    let upgrade = [("Upgrade", "websocket"), ("Connection", "Upgrade")];
    crate::answer::head(101, upgrade.into_iter().chain(fields.iter().copied()))
}

/// A message as permessage-deflate sends it: without the end that every one would have (RFC 7692 §7.2.1).
pub fn deflate(message: &[u8]) -> Vec<u8> {
    let mut compress = Compress::new(Compression::default(), false);
    let mut out = Vec::with_capacity(message.len() + 1024);
    compress
        .compress_vec(message, &mut out, FlushCompress::Sync)
        .expect("there is room for the output");
    out.truncate(out.len() - 4);
    out
}

const MEBIBYTE: usize = 1 << 20;
