//! An entry of a recording as what goes over the wire.

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use minigate_har::{Entry, Mishap, Pair};

use super::encode;

/// An answer, ready to be sent.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    reason: String,
    /// In order and letter case of the recording, without those that frame the message.
    fields: Vec<Field>,
    has_body: bool,
    pub(super) body: Bytes,
    framing: Framing,
    pub(super) ending: Ending,
    pub(super) wait_ms: f64,
}

/// A field, or the place where the one that frames the message stood.
#[derive(Clone, Debug)]
enum Field {
    Plain(String, String),
    Frame(String, String),
}

/// How the end of a body is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Framing {
    /// By `content-length`.
    Length,
    /// By the last chunk.
    Chunks,
    /// By the end of the connection.
    Close,
}

/// What comes after a body.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Ending {
    /// The next request.
    GoOn,
    /// The end of the connection.
    Close,
    /// The end of TCP without that of TLS: the body isn't whole.
    Cut,
    /// A reset.
    Reset,
    /// Nothing, until the client leaves.
    Silence,
}

impl Answer {
    /// The answer of an entry.
    pub(super) async fn of(entry: &Entry, method: &str) -> Self {
        let response = &entry.response;
        let framing = framing(entry);
        let has_body = has_body(method, response.status);
        let body = if has_body { body(entry).await } else { Bytes::new() };
        let ending = ending(entry, framing);
        let fields = response.headers.iter().filter(|field| is_sendable(field));
        Self {
            status: response.status,
            reason: response.status_text.clone(),
            fields: fields.map(field).collect(),
            has_body,
            body,
            framing,
            ending,
            wait_ms: entry.timings.wait,
        }
    }

    /// The head as HTTP/1.1 writes it.
    pub(super) fn head(&self) -> Vec<u8> {
        let reason: String = self
            .reason
            .chars()
            .filter(|letter| !letter.is_control())
            .collect();
        let mut head = format!("HTTP/1.1 {:03} {reason}\r\n", self.status);
        let mut needs_frame = self.has_body && self.framing != Framing::Close;
        for field in &self.fields {
            match field {
                Field::Plain(name, value) => head += &format!("{name}: {value}\r\n"),
                Field::Frame(name, value) if needs_frame || !self.has_body => {
                    head += &format!("{name}: {}\r\n", self.frame(value));
                    needs_frame = false;
                }
                Field::Frame(..) => {}
            }
        }
        if needs_frame {
            head += &format!("content-length: {}\r\n", self.body.len());
        }
        head += "\r\n";
        head.into_bytes()
    }

    /// The body as HTTP/1.1 frames it.
    pub(super) fn framed_body(&self) -> Bytes {
        if self.framing != Framing::Chunks || !self.has_body {
            return self.body.clone();
        }
        let mut framed = Vec::with_capacity(self.body.len() + 32);
        if !self.body.is_empty() {
            framed.extend_from_slice(format!("{:x}\r\n", self.body.len()).as_bytes());
            framed.extend_from_slice(&self.body);
            framed.extend_from_slice(b"\r\n");
        }
        if self.ending == Ending::GoOn {
            framed.extend_from_slice(b"0\r\n\r\n");
        }
        framed.into()
    }

    /// The fields as h2 has them, without those of a connection.
    pub(super) fn h2_fields(&self) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
        self.fields.iter().filter_map(|field| {
            let Field::Plain(name, value) = field else {
                return None;
            };
            let name = HeaderName::try_from(name.to_ascii_lowercase()).ok()?;
            let value = HeaderValue::try_from(value).ok()?;
            (!CONNECTION.contains(&name.as_str())).then_some((name, value))
        })
    }

    /// The value of the framing field: a length is that of the body, unless the body broke off or there is none.
    fn frame(&self, recorded: &str) -> String {
        if self.framing == Framing::Length && self.ending == Ending::GoOn && self.has_body {
            self.body.len().to_string()
        } else {
            recorded.to_owned()
        }
    }
}

fn field(field: &Pair) -> Field {
    let (name, value) = (field.name.clone(), field.value.clone());
    if is_frame(&name) {
        Field::Frame(name, value)
    } else {
        Field::Plain(name, value)
    }
}

pub(super) fn is_frame(name: &str) -> bool {
    name.eq_ignore_ascii_case("content-length") || name.eq_ignore_ascii_case("transfer-encoding")
}

/// What can stand in a head; h2's own fields can't.
pub(super) fn is_sendable(field: &Pair) -> bool {
    HeaderName::try_from(field.name.as_str()).is_ok() && HeaderValue::try_from(field.value.as_str()).is_ok()
}

fn framing(entry: &Entry) -> Framing {
    let has = |name: &str| {
        let headers = &entry.response.headers;
        headers.iter().any(|field| field.name.eq_ignore_ascii_case(name))
    };
    let is_http1 = entry
        .response
        .http_version
        .to_ascii_lowercase()
        .starts_with("http/1");
    if has("transfer-encoding") {
        Framing::Chunks
    } else if has("content-length") || !is_http1 {
        Framing::Length
    } else {
        Framing::Close
    }
}

fn ending(entry: &Entry, framing: Framing) -> Ending {
    let mishap = entry.facts.as_ref().and_then(|facts| facts.mishap.as_ref());
    match mishap {
        Some(Mishap::Silence { .. }) => Ending::Silence,
        Some(Mishap::Broken { how, .. }) if how == "reset" => Ending::Reset,
        // What is wrong with its coding is in the body itself.
        Some(Mishap::Broken { how, .. }) if how != "coding" => Ending::Cut,
        _ if framing == Framing::Close => Ending::Close,
        _ => Ending::GoOn,
    }
}

/// Whether an answer can have a body (RFC 9110 §6.4.1).
fn has_body(method: &str, status: u16) -> bool {
    method != "HEAD" && !matches!(status, 100..=199 | 204 | 304)
}

/// The bytes of the wire: those that were recorded, else the text in its charset and codings.
async fn body(entry: &Entry) -> Bytes {
    let content = &entry.response.content;
    // The cassette has made sure that all base64 is.
    if let Ok(Some(raw)) = content.raw() {
        return raw.into();
    }
    let plain = content.plain().unwrap_or_default();
    let header = |name: &str| {
        let headers = &entry.response.headers;
        let found = headers.iter().find(|field| field.name.eq_ignore_ascii_case(name));
        found.map(|field| field.value.as_str()).unwrap_or_default()
    };
    let plain = if content.is_text() {
        let facts = entry.facts.as_ref();
        let declared = declared_charset(header("content-type"));
        let label = facts.and_then(|facts| facts.charset.as_deref()).or(declared);
        let text = String::from_utf8_lossy(&plain);
        encode::charset(
            &text,
            label.unwrap_or("utf-8"),
            facts.map_or(0, |facts| facts.byte_order_marks),
        )
    } else {
        plain
    };
    encode::content(plain.clone(), header("content-encoding"))
        .await
        .unwrap_or_else(|| plain.into())
}

fn declared_charset(content_type: &str) -> Option<&str> {
    let (_, rest) = content_type.split_once("charset=")?;
    Some(
        rest.split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .trim_matches('"'),
    )
}

/// The fields of a connection, which h2 has none of (RFC 9113 §8.2.2).
const CONNECTION: [&str; 5] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "transfer-encoding",
    "upgrade",
];
