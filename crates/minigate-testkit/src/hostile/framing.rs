//! Bodies whose length is a lie.

use bytes::Bytes;

use crate::answer::{answer, head};
use crate::script::{Script, Steps};

/// Announces 100 bytes, sends 5 and closes as it should.
pub fn short_body() -> Script {
    says(head(200, [("content-length", "100")]))
        .write("hello")
        .close()
}

/// Announces 5 bytes and sends 100.
pub fn long_body() -> Script {
    says(head(200, [("content-length", "5")]))
        .write("a".repeat(100))
        .close()
}

/// Announces two lengths.
pub fn duplicate_content_length() -> Script {
    says(head(200, [("content-length", "5"), ("content-length", "50")]))
        .write("hello")
        .close()
}

/// Announces a negative length.
pub fn negative_content_length() -> Script {
    says(head(200, [("content-length", "-5")])).write("hello").close()
}

/// Announces as many bytes as 64 bits can count.
pub fn largest_content_length() -> Script {
    says(head(200, [("content-length", "18446744073709551615")]))
        .write("hello")
        .close()
}

/// Announces a length and chunks, which one of two parsers in a row gets wrong (RFC 9112 §6.3).
pub fn length_and_chunks() -> Script {
    says(head(200, [("content-length", "5"), CHUNKED]))
        .write("2\r\nhi\r\n0\r\n\r\n")
        .close()
}

/// Answers once more than it was asked, as if the next request had been sent already.
pub fn two_answers_to_one_request() -> Script {
    says(answer(200, &[], "first"))
        .write(answer(200, &[], "smuggled"))
        .close()
}

/// A chunk whose size isn't a number.
pub fn bad_chunk_size() -> Script {
    says(head(200, [CHUNKED]))
        .write("5\r\nhello\r\nxyz\r\nhello\r\n0\r\n\r\n")
        .close()
}

/// A chunk whose size is beyond 64 bits.
pub fn overflowing_chunk_size() -> Script {
    says(head(200, [CHUNKED]))
        .write("10000000000000005\r\nhello\r\n0\r\n\r\n")
        .close()
}

/// A chunk whose extension never ends.
pub fn endless_chunk_extension() -> Script {
    says(head(200, [CHUNKED]))
        .write("5;x=")
        .write_forever("a".repeat(16 << 10))
        .close()
}

/// A body whose trailers never end.
pub fn endless_trailers() -> Script {
    says(head(200, [CHUNKED]))
        .write("5\r\nhello\r\n0\r\n")
        .write_forever("x-trailer: a\r\n".repeat(1000))
        .close()
}

/// Closes as it should, but before the last chunk.
pub fn cut_in_chunks() -> Script {
    says(head(200, [CHUNKED])).write("5\r\nhello\r\n").close()
}

fn says(answer: Bytes) -> Steps {
    Steps::over_tls().read_request().write(answer)
}

const CHUNKED: (&str, &str) = ("transfer-encoding", "chunked");
