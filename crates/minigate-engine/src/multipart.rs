//! `multipart/form-data`, as `wx.uploadFile` sends it: text fields, then one file.

use std::io::{self, Cursor, Read};
use std::sync::Arc;

use http::HeaderValue;
use rustls::crypto::aws_lc_rs;

use crate::{Opened, Payload, Source};

/// A form with one file.
///
/// Names and values are written as the HTML standard's "multipart/form-data encoding algorithm" says, so that none can
/// pass for a part of its own.
#[derive(Debug)]
pub struct Form {
    /// Text fields, in the order in which they are sent.
    pub fields: Vec<(String, String)>,
    /// The file, which comes last.
    pub file: FilePart,
}

/// The file of a form.
#[derive(Debug)]
pub struct FilePart {
    /// The name of its field.
    pub name: String,
    /// What the server is told that it is called.
    pub file_name: String,
    /// Its media type.
    pub content_type: String,
    /// Its bytes.
    pub source: Arc<dyn Source>,
}

impl Form {
    /// The body, and the `content-type` that goes with it; its boundary is random.
    #[must_use]
    pub fn encode(self) -> (Payload, HeaderValue) {
        let boundary = boundary();
        // Lower case letters and digits can stand in a field.
        let content_type = HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}"))
            .unwrap_or(HeaderValue::from_static("multipart/form-data"));
        (
            Payload::Stream(Arc::new(Framed::new(self, &boundary))),
            content_type,
        )
    }
}

/// A file with what stands before and behind it.
#[derive(Debug)]
struct Framed {
    head: Arc<[u8]>,
    tail: Arc<[u8]>,
    file: Arc<dyn Source>,
}

impl Framed {
    fn new(form: Form, boundary: &str) -> Self {
        let mut head = String::new();
        for (name, value) in &form.fields {
            let (name, value) = (quotable(&with_crlf(name)), with_crlf(value));
            head += &format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
        }
        let FilePart {
            name,
            file_name,
            content_type,
            source,
        } = form.file;
        let (name, file_name) = (quotable(&with_crlf(&name)), quotable(&file_name));
        let content_type: String = content_type.chars().filter(|c| !c.is_control()).collect();
        head += &format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"\r\n\
             Content-Type: {content_type}\r\n\r\n"
        );
        Self {
            head: head.into_bytes().into(),
            tail: format!("\r\n--{boundary}--\r\n").into_bytes().into(),
            file: source,
        }
    }
}

impl Source for Framed {
    fn name(&self) -> &str {
        self.file.name()
    }

    fn open(&self) -> io::Result<Opened> {
        let file = self.file.open()?;
        let frame = self.head.len() + self.tail.len();
        let reader = Whole {
            reader: file.reader,
            rest: file.length,
        };
        let head = Cursor::new(Arc::clone(&self.head));
        let tail = Cursor::new(Arc::clone(&self.tail));
        Ok(Opened {
            reader: Box::new(head.chain(reader).chain(tail)),
            length: file.length.saturating_add(frame as u64),
        })
    }
}

/// Exactly as many bytes as were promised: the tail of a form must not move up into a file that became shorter.
struct Whole {
    reader: Box<dyn Read + Send>,
    rest: u64,
}

impl Read for Whole {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.by_ref().take(self.rest).read(buffer)?;
        if read == 0 && self.rest > 0 && !buffer.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.rest -= read as u64;
        Ok(read)
    }
}

/// Every line break is one of the network's.
fn with_crlf(text: &str) -> String {
    text.replace("\r\n", "\n")
        .replace('\r', "\n")
        .replace('\n', "\r\n")
}

/// A text between quotation marks can't end them or the line.
fn quotable(text: &str) -> String {
    text.replace('\n', "%0A").replace('\r', "%0D").replace('"', "%22")
}

/// 128 random bits, so that no file and no value can contain it on purpose.
fn boundary() -> String {
    let mut bits = [0; 16];
    let random = aws_lc_rs::default_provider().secure_random;
    // A system without randomness has no TLS either, so this form never leaves.
    let _ = random.fill(&mut bits);
    format!("----minigate{:032x}", u128::from_be_bytes(bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Fixed {
        bytes: &'static [u8],
        said: u64,
    }

    impl Source for Fixed {
        fn name(&self) -> &str {
            "fixed"
        }

        fn open(&self) -> io::Result<Opened> {
            Ok(Opened {
                reader: Box::new(self.bytes),
                length: self.said,
            })
        }
    }

    fn encoded(
        fields: &[(&str, &str)],
        name: &str,
        file_name: &str,
        source: Fixed,
    ) -> (u64, io::Result<String>) {
        let form = Form {
            fields: fields
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
            file: FilePart {
                name: name.into(),
                file_name: file_name.into(),
                content_type: "text/plain".into(),
                source: Arc::new(source),
            },
        };
        let mut opened = Framed::new(form, "B").open().unwrap();
        let mut text = String::new();
        let read = opened.reader.read_to_string(&mut text);
        (opened.length, read.map(|_| text))
    }

    fn hello() -> Fixed {
        Fixed {
            bytes: b"hello",
            said: 5,
        }
    }

    #[test]
    fn fields_come_in_order_and_the_file_last() {
        let (length, text) = encoded(&[("b", "1"), ("a", "二")], "file", "a.txt", hello());

        let expected = "--B\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n1\r\n\
                        --B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n二\r\n\
                        --B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\
                        Content-Type: text/plain\r\n\r\nhello\r\n--B--\r\n";
        assert_eq!(text.unwrap(), expected);
        assert_eq!(length, expected.len() as u64);
    }

    #[test]
    fn hostile_names_and_values_stay_where_they_are() {
        let (_, text) = encoded(&[("a\"\r\nX: 1", "1\n--B--\r2")], "f\n\"", "x\r\n\".txt", hello());

        let text = text.unwrap();
        assert!(
            text.contains("name=\"a%22%0D%0AX: 1\"\r\n\r\n1\r\n--B--\r\n2\r\n"),
            "{text}"
        );
        assert!(
            text.contains("name=\"f%0D%0A%22\"; filename=\"x%0D%0A%22.txt\"\r\n"),
            "{text}"
        );
    }

    #[test]
    fn a_file_that_became_shorter_is_an_error_and_a_longer_one_is_cut() {
        let shorter = Fixed {
            bytes: b"hell",
            said: 5,
        };
        let longer = Fixed {
            bytes: b"hello world",
            said: 5,
        };

        let (_, shorter) = encoded(&[], "f", "n", shorter);
        let (length, longer) = encoded(&[], "f", "n", longer);

        assert_eq!(shorter.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        let longer = longer.unwrap();
        assert!(longer.ends_with("\r\n\r\nhello\r\n--B--\r\n"), "{longer}");
        assert_eq!(longer.len() as u64, length);
    }

    #[test]
    fn every_form_has_a_boundary_of_its_own() {
        let (first, second) = (boundary(), boundary());

        assert_ne!(first, second);
        assert!(first.len() <= 70, "RFC 2046 §5.1.1");
    }
}
