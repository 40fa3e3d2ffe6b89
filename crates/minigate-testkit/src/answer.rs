//! Well-formed HTTP/1.1 answers, as bytes for a script to write.

use bytes::Bytes;

/// A whole HTTP/1.1 answer with its right `content-length`.
pub fn answer(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Bytes {
    let body = body.as_ref();
    let length = body.len().to_string();
    let mut answer = head(
        status,
        headers
            .iter()
            .copied()
            .chain([("content-length", length.as_str())]),
    )
    .to_vec();
    answer.extend_from_slice(body);
    answer.into()
}

/// The head of an HTTP/1.1 answer, with the headers as given and no others.
pub(crate) fn head<'a>(status: u16, headers: impl IntoIterator<Item = (&'a str, &'a str)>) -> Bytes {
    let mut head = format!("HTTP/1.1 {status} Scripted\r\n");
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    head.push_str("\r\n");
    head.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_states_its_length() {
        let answer = answer(200, &[("x-a", "1")], "天");

        assert_eq!(
            answer,
            "HTTP/1.1 200 Scripted\r\nx-a: 1\r\ncontent-length: 3\r\n\r\n天"
        );
    }
}
