//! HAR 1.2 as values. What is missing in a file is empty here; what only others know is passed over.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::{Facts, HarError};

/// A whole file.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Har {
    /// All of it.
    pub log: Log,
}

/// What a file holds.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct Log {
    /// `1.2`.
    pub version: String,
    /// Who wrote it.
    pub creator: Creator,
    /// Each exchange, in order of its beginning.
    pub entries: Vec<Entry>,
    /// A word on the whole.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub comment: String,
}

/// A program.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct Creator {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// One exchange: a request and what came of it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Entry {
    /// When it began, RFC 3339.
    pub started_date_time: String,
    /// How long it took, in ms.
    pub time: f64,
    /// What was asked.
    pub request: Request,
    /// What was answered.
    pub response: Response,
    /// Required by the format, and empty.
    pub cache: Nothing,
    /// Where the time went.
    pub timings: Timings,
    /// The address of the other end.
    #[serde(rename = "serverIPAddress", skip_serializing_if = "String::is_empty")]
    pub server_ip_address: String,
    /// What isn't whole, or odd.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub comment: String,
    /// `fetch` or `websocket`, as browsers say.
    #[serde(rename = "_resourceType", skip_serializing_if = "String::is_empty")]
    pub resource_type: String,
    /// The messages of a socket, in order.
    #[serde(rename = "_webSocketMessages", skip_serializing_if = "Option::is_none")]
    pub messages: Option<Vec<SocketMessage>>,
    /// What only minigate knows.
    #[serde(rename = "_minigate", skip_serializing_if = "Option::is_none")]
    pub facts: Option<Box<Facts>>,
}

/// An object that the format demands and that says nothing.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Nothing {}

/// What was asked.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Request {
    /// The method.
    pub method: String,
    /// The URL, absolute.
    pub url: String,
    /// `HTTP/1.1` or `HTTP/2`.
    pub http_version: String,
    /// Its cookies.
    pub cookies: Vec<Cookie>,
    /// Its fields in the order and letter case of the wire.
    pub headers: Vec<Pair>,
    /// The members of its query.
    pub query_string: Vec<Pair>,
    /// Its body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_data: Option<Posted>,
    /// The size of its head in bytes; -1 where unknown.
    pub headers_size: i64,
    /// The size of its body in bytes; -1 where unknown.
    pub body_size: i64,
}

/// What was answered; status 0 stands for no answer.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Response {
    /// The status.
    pub status: u16,
    /// Its words.
    pub status_text: String,
    /// `HTTP/1.1` or `HTTP/2`.
    pub http_version: String,
    /// The cookies that it sets.
    pub cookies: Vec<Cookie>,
    /// Its fields in the order and letter case of the wire.
    pub headers: Vec<Pair>,
    /// Its body.
    pub content: Content,
    /// Where it points.
    #[serde(rename = "redirectURL")]
    pub redirect_url: String,
    /// The size of its head in bytes; -1 where unknown.
    pub headers_size: i64,
    /// The size of its body on the wire in bytes; -1 where unknown.
    pub body_size: i64,
    /// Why there is no answer, in Chromium's words.
    #[serde(rename = "_error", skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// The body of an answer, content codings undone, as UTF-8 where it is text.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Content {
    /// Its length in bytes, content codings undone; -1 where unknown.
    pub size: i64,
    /// The value of `content-type`.
    pub mime_type: String,
    /// The body, or its base64 where `encoding` says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// `base64`, or nothing for text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// The base64 of the bytes of the wire, where they aren't the UTF-8 of the text.
    #[serde(rename = "_rawBody", skip_serializing_if = "Option::is_none")]
    pub raw_body: Option<String>,
}

/// The body of a request.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Posted {
    /// The value of `content-type`.
    pub mime_type: String,
    /// The members of a form.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub params: Vec<Param>,
    /// The body, or its base64 where `_encoding` says so.
    pub text: String,
    /// `base64`, or nothing for text.
    #[serde(rename = "_encoding", skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// What isn't whole.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub comment: String,
}

/// A member of a form.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Param {
    /// Its name.
    pub name: String,
    /// Its value; empty for a file.
    pub value: String,
    /// The name of the file that it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// What the file is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
}

/// A name with its value: a field, or a member of a query.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Pair {
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
}

/// A cookie, as far as minigate tells its parts.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Cookie {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// Where the time of an exchange went, in ms; -1 for what didn't happen. `ssl` is a part of `connect`.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct Timings {
    /// Waiting for a slot or a connection.
    pub blocked: f64,
    /// Looking the name up.
    pub dns: f64,
    /// Connecting, TLS included.
    pub connect: f64,
    /// Sending the request.
    pub send: f64,
    /// Waiting for the head of the answer.
    pub wait: f64,
    /// Receiving the rest.
    pub receive: f64,
    /// The TLS handshake.
    pub ssl: f64,
}

impl Default for Timings {
    fn default() -> Self {
        Self {
            blocked: -1.0,
            dns: -1.0,
            connect: -1.0,
            send: 0.0,
            wait: 0.0,
            receive: 0.0,
            ssl: -1.0,
        }
    }
}

/// A message of a socket, as Chrome writes it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct SocketMessage {
    /// From where to where.
    #[serde(rename = "type")]
    pub way: Way,
    /// When, in seconds since 1970.
    #[serde(default)]
    pub time: f64,
    /// 1 text, 2 binary, 8 close, 9 ping, 10 pong.
    pub opcode: u8,
    /// The text, or the base64 of all else.
    #[serde(default)]
    pub data: String,
}

/// The direction of a message.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// From the app to the server.
    Send,
    /// From the server to the app.
    Receive,
}

impl Har {
    /// Reads a file; a byte order mark before it, which some programs write, is passed over.
    ///
    /// # Errors
    /// What is wrong, and in which entry and field.
    pub fn parse(bytes: &[u8]) -> Result<Self, HarError> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let mut json = serde_json::Deserializer::from_slice(bytes);
        let har: Self = serde_path_to_error::deserialize(&mut json).map_err(|error| HarError::of(&error))?;
        json.end().map_err(|error| HarError::Malformed {
            place: "the end".to_owned(),
            reason: error.to_string(),
        })?;
        Ok(har)
    }
}

impl Entry {
    /// The body of the request.
    ///
    /// # Errors
    /// Where its base64 is none.
    pub fn posted(&self) -> Result<Vec<u8>, HarError> {
        let Some(posted) = &self.request.post_data else {
            return Ok(Vec::new());
        };
        if posted.text.is_empty() && !posted.params.is_empty() {
            let pairs = posted.params.iter().map(|param| (&param.name, &param.value));
            return Ok(form_urlencoded::Serializer::new(String::new())
                .extend_pairs(pairs)
                .finish()
                .into_bytes());
        }
        bytes(&posted.text, posted.encoding.as_deref(), "request.postData.text")
    }
}

impl Content {
    /// The body with its content codings undone; text is UTF-8.
    ///
    /// # Errors
    /// Where its base64 is none.
    pub fn plain(&self) -> Result<Vec<u8>, HarError> {
        let text = self.text.as_deref().unwrap_or_default();
        bytes(text, self.encoding.as_deref(), "response.content.text")
    }

    /// The bytes of the wire, where the file has them.
    ///
    /// # Errors
    /// Where its base64 is none.
    pub fn raw(&self) -> Result<Option<Vec<u8>>, HarError> {
        let raw = self.raw_body.as_deref();
        raw.map(|text| bytes(text, Some(BASE64), "response.content._rawBody"))
            .transpose()
    }

    /// Whether `text` is text, not base64.
    #[must_use]
    pub fn is_text(&self) -> bool {
        !is_base64(self.encoding.as_deref())
    }
}

impl SocketMessage {
    /// A message with its payload.
    #[must_use]
    pub fn new(way: Way, time: f64, opcode: u8, payload: &[u8]) -> Self {
        let text = simdutf8::basic::from_utf8(payload)
            .ok()
            .filter(|_| opcode == TEXT);
        Self {
            way,
            time,
            opcode,
            data: text.map_or_else(|| BASE64_STANDARD.encode(payload), str::to_owned),
        }
    }

    /// Its payload; text that isn't base64, though it should be, is taken as it is.
    #[must_use]
    pub fn payload(&self) -> Vec<u8> {
        let text = || self.data.clone().into_bytes();
        if self.opcode == TEXT {
            return text();
        }
        decode_base64(&self.data).unwrap_or_else(text)
    }
}

impl Pair {
    /// A name with its value.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
        }
    }
}

/// The first value of a field, whatever the letter case of its name.
pub(crate) fn field<'a>(fields: &'a [Pair], name: &str) -> Option<&'a str> {
    let found = fields.iter().find(|pair| pair.name.eq_ignore_ascii_case(name));
    found.map(|pair| pair.value.as_str())
}

pub(crate) fn is_base64(encoding: Option<&str>) -> bool {
    encoding.is_some_and(|name| name.eq_ignore_ascii_case(BASE64))
}

fn bytes(text: &str, encoding: Option<&str>, place: &str) -> Result<Vec<u8>, HarError> {
    if !is_base64(encoding) {
        return Ok(text.as_bytes().to_vec());
    }
    decode_base64(text).ok_or_else(|| HarError::Malformed {
        place: place.to_owned(),
        reason: "it isn't base64".to_owned(),
    })
}

fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_ascii();
    let padded = BASE64_STANDARD.decode(text).ok();
    padded.or_else(|| BASE64_STANDARD_NO_PAD.decode(text.trim_end_matches('=')).ok())
}

pub(crate) const BASE64: &str = "base64";
const TEXT: u8 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Har::parse(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn a_fault_names_its_entry_and_field() {
        let wrong = r#"{"log": {"entries": [{"request": {"url": "x"}}, {"response": {"status": "ok"}}]}}"#;

        let error = error(wrong);

        assert!(
            error.contains("entry 2") && error.contains("response.status"),
            "{error}"
        );
    }

    #[test]
    fn what_is_no_har_is_refused() {
        for text in ["", "[]", "{}", "{\"log\": 3}", "not json", "{\"log\":{}} more"] {
            assert!(Har::parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(Har::parse(b"\xEF\xBB\xBF{\"log\":{}}").is_ok());
        assert!(Har::parse("[".repeat(1_000_000).as_bytes()).is_err());
    }

    #[test]
    fn bodies_are_bytes_again() {
        let content = Content {
            text: Some("AP8=".to_owned()),
            encoding: Some("base64".to_owned()),
            ..Content::default()
        };
        assert_eq!(content.plain().unwrap(), [0, 255]);

        let broken = Content {
            text: Some("***".to_owned()),
            ..content
        };
        assert!(broken.plain().is_err());
    }

    #[test]
    fn a_form_without_text_is_put_together() {
        let mut entry = Entry::default();
        entry.request.post_data = Some(Posted {
            params: vec![Param {
                name: "a b".to_owned(),
                value: "1&2".to_owned(),
                ..Param::default()
            }],
            ..Posted::default()
        });

        assert_eq!(entry.posted().unwrap(), b"a+b=1%262");
    }
}
