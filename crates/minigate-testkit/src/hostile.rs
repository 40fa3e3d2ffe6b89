//! Servers that do what no server should, by name.
//!
//! [`all`] is for tests that hold for every one of them: a call ends in one outcome, within its time and memory.

mod bodies;
mod framing;
mod heads;
mod redirects;
mod sockets;
mod transport;

pub use bodies::{
    broken_gzip, endless_body, gbk_said_to_be_utf8, gzip_bomb, gzip_of_gzip, slow_body, ten_boms,
};
pub use framing::{
    bad_chunk_size, cut_in_chunks, duplicate_content_length, endless_chunk_extension, endless_trailers,
    largest_content_length, length_and_chunks, long_body, negative_content_length, overflowing_chunk_size,
    short_body, two_answers_to_one_request,
};
pub use heads::{
    bare_carriage_return, endless_header, endless_informational, huge_headers, not_http, nul_in_header,
    slow_headers, status_out_of_range, unasked_upgrade,
};
pub use redirects::{redirect_loop, redirect_nowhere, redirect_to};
pub use sockets::{HostileSocket, SocketEnd, deaf_socket, deflate, endless_frames, sockets};
pub use transport::{
    answer_before_request, cut_in_body, cut_in_handshake, half_a_handshake_then_silence,
    handshake_then_silence, plain_http_on_the_tls_port, reset_in_body, reset_on_accept, silence,
};

use std::time::Duration;

use crate::script::Script;
use crate::signal::Pace;

/// A hostile server.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Hostile {
    /// Its name, that of its constructor; unique in [`all`].
    pub name: &'static str,
    /// What it does on each connection.
    pub script: Script,
    /// Who must end the exchange.
    pub ends: Ends,
}

/// Who must end an exchange with a hostile server.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ends {
    /// The server, after at most 8 MiB and without a wait.
    ByItself,
    /// The client: the server goes on without end, beyond all reason, or not at all.
    ByTheClient,
}

/// Every hostile server; slow ones send a byte a second on tokio's clock.
pub fn all() -> Vec<Hostile> {
    [by_themselves(), by_the_client()].concat()
}

fn by_themselves() -> Vec<Hostile> {
    let hostile = |name, script| Hostile {
        name,
        script,
        ends: Ends::ByItself,
    };
    vec![
        hostile("answer_before_request", answer_before_request()),
        hostile("bad_chunk_size", bad_chunk_size()),
        hostile("bare_carriage_return", bare_carriage_return()),
        hostile("broken_gzip", broken_gzip()),
        hostile("cut_in_body", cut_in_body()),
        hostile("cut_in_chunks", cut_in_chunks()),
        hostile("cut_in_handshake", cut_in_handshake()),
        hostile("duplicate_content_length", duplicate_content_length()),
        hostile("gbk_said_to_be_utf8", gbk_said_to_be_utf8()),
        hostile("gzip_bomb", gzip_bomb(4 << 10)),
        hostile("gzip_of_gzip", gzip_of_gzip()),
        hostile("largest_content_length", largest_content_length()),
        hostile("length_and_chunks", length_and_chunks()),
        hostile("long_body", long_body()),
        hostile("negative_content_length", negative_content_length()),
        hostile("not_http", not_http()),
        hostile("nul_in_header", nul_in_header()),
        hostile("overflowing_chunk_size", overflowing_chunk_size()),
        hostile("plain_http_on_the_tls_port", plain_http_on_the_tls_port()),
        hostile("redirect_nowhere", redirect_nowhere()),
        hostile("redirect_to_address", redirect_to("https://127.0.0.1/")),
        hostile("redirect_to_file", redirect_to("file:///etc/passwd")),
        hostile("redirect_to_other_host", redirect_to("https://evil.example/")),
        hostile("redirect_to_plain_http", redirect_to("http://api.example.com/")),
        hostile("reset_in_body", reset_in_body()),
        hostile("reset_on_accept", reset_on_accept()),
        hostile("short_body", short_body()),
        hostile("status_out_of_range", status_out_of_range()),
        hostile("ten_boms", ten_boms()),
        hostile("two_answers_to_one_request", two_answers_to_one_request()),
        hostile("unasked_upgrade", unasked_upgrade()),
    ]
}

fn by_the_client() -> Vec<Hostile> {
    let hostile = |name, script| Hostile {
        name,
        script,
        ends: Ends::ByTheClient,
    };
    let each_second = || Pace::Every(Duration::from_secs(1));
    vec![
        hostile("endless_body", endless_body()),
        hostile("endless_chunk_extension", endless_chunk_extension()),
        hostile("endless_header", endless_header()),
        hostile("endless_informational", endless_informational()),
        hostile("endless_trailers", endless_trailers()),
        hostile("half_a_handshake_then_silence", half_a_handshake_then_silence()),
        hostile("handshake_then_silence", handshake_then_silence()),
        hostile("huge_headers", huge_headers()),
        hostile("redirect_loop", redirect_loop()),
        hostile("silence", silence()),
        hostile("slow_body", slow_body(each_second())),
        hostile("slow_headers", slow_headers(each_second())),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_name_is_unique() {
        let all = all();

        let names: BTreeSet<_> = all.iter().map(|hostile| hostile.name).collect();

        assert_eq!(names.len(), all.len());
    }
}
