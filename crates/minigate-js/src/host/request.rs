//! A call of the network as the prelude has read it.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use minigate_engine::{Delivery, Exchange, Expect, Failure, FilePart, Form, Note, Protocol, Redirect};
use minigate_policy::{Call, Interface};
use rquickjs::{Error, Object, Result};

use super::{
    Host,
    transfer::{ReceivedFile, SentFile},
};
use crate::files::last_segment;

/// A call that may be started.
pub(super) struct Request {
    pub(super) call: Call,
    pub(super) exchange: Exchange,
    /// How many bytes of memory its body takes.
    pub(super) bytes: usize,
    pub(super) wants_json: bool,
    pub(super) wants_profile: bool,
    /// Why it can't leave although it may.
    pub(super) obstacle: Option<Failure>,
}

impl Request {
    /// Takes the prelude's payload, an object without prototype and getters.
    pub(super) fn read(payload: &Object<'_>, host: &Host) -> Result<Self> {
        let name: String = payload.get("interface")?;
        let interface = name
            .parse()
            .map_err(|_| Error::new_from_js("string", "interface"))?;
        let mut request = Self::read_shared(payload, interface)?;
        match interface {
            Interface::UploadFile => request.add_file(payload, host)?,
            Interface::DownloadFile => request.add_target(payload, host)?,
            _ => request.add_data(payload)?,
        }
        Ok(request)
    }

    fn read_shared(payload: &Object<'_>, interface: Interface) -> Result<Self> {
        let url: String = payload.get("url")?;
        let mut notes = read_notes(payload)?;
        let timeout = read_timeout(payload.get("timeout")?, &mut notes);
        let mut exchange = Exchange::new(Method::GET);
        exchange.headers = read_headers(&payload.get::<_, String>("header")?, &mut notes);
        exchange.notes = notes;
        if payload.get("wantsHttp2")? {
            exchange.protocol = Protocol::Http2;
        }
        Ok(Self {
            call: Call::new(interface, url).with_timeout(timeout),
            exchange,
            bytes: 0,
            wants_json: false,
            wants_profile: payload.get("wantsProfile")?,
            obstacle: None,
        })
    }

    /// What only `wx.request` has.
    fn add_data(&mut self, payload: &Object<'_>) -> Result<()> {
        let exchange = &mut self.exchange;
        exchange.method = read_method(&payload.get::<_, String>("method")?);
        let body = read_body(payload.get("body")?, payload.get("isBinary")?);
        self.bytes = body.len();
        exchange.body = body.into();
        if payload.get("isManual")? {
            exchange.redirect = Redirect::Manual;
        }
        if payload.get("isChunked")? {
            exchange.delivery = Delivery::Chunked;
        }
        if payload.get("wantsBytes")? {
            exchange.expect = Expect::Bytes;
        }
        self.wants_json = payload.get("wantsJson")?;
        Ok(())
    }

    /// What only `wx.uploadFile` has: the file and its form.
    fn add_file(&mut self, payload: &Object<'_>, host: &Host) -> Result<()> {
        let fields = read_fields(&payload.get::<_, String>("fields")?);
        self.bytes = fields.iter().map(|(name, value)| name.len() + value.len()).sum();
        let file = SentFile {
            library: host.library(),
            path: payload.get("filePath")?,
        };
        self.obstacle = file.obstacle();
        let file_name = last_segment(&file.path);
        let content_type = mime_guess::from_path(&file_name).first_or_octet_stream();
        let form = Form {
            fields,
            file: FilePart {
                name: payload.get("name")?,
                file_name,
                content_type: content_type.to_string(),
                source: Arc::new(file),
            },
        };
        let exchange = &mut self.exchange;
        exchange.method = Method::POST;
        let (body, content_type) = form.encode();
        exchange.body = body;
        let replaced = exchange.headers.insert(header::CONTENT_TYPE, content_type);
        // Most apps say that it is a form, as it is.
        let found = replaced.filter(|found| found != "multipart/form-data");
        exchange.notes.extend(found.map(|found| Note::TypeReplaced {
            found: String::from_utf8_lossy(found.as_bytes()).into_owned(),
        }));
        Ok(())
    }

    /// What only `wx.downloadFile` has: where the body goes.
    fn add_target(&mut self, payload: &Object<'_>, host: &Host) -> Result<()> {
        let path: String = payload.get("filePath")?;
        let path = Some(path).filter(|path| !path.is_empty());
        let file = ReceivedFile::new(host.files.clone(), path, self.call.url());
        self.obstacle = file.obstacle();
        self.exchange.expect = Expect::Stored(Box::new(file));
        Ok(())
    }
}

/// The prelude hands over names and values in turn, as a JSON array of texts.
fn read_fields(text: &str) -> Vec<(String, String)> {
    let texts: Vec<String> = serde_json::from_str(text).unwrap_or_default();
    let mut texts = texts.into_iter();
    let mut fields = Vec::new();
    while let (Some(name), Some(value)) = (texts.next(), texts.next()) {
        fields.push((name, value));
    }
    fields
}

/// What the prelude has passed over.
pub(super) fn read_notes(payload: &Object<'_>) -> Result<Vec<Note>> {
    let ignored: String = payload.get("ignored")?;
    let note = |name: &str| Note::OptionIgnored {
        name: name.to_owned(),
    };
    Ok(ignored.lines().map(note).collect())
}

pub(super) fn read_timeout(asked: Option<f64>, notes: &mut Vec<Note>) -> Option<Duration> {
    // Libraries write 0 for "none".
    let asked = asked.filter(|asked| *asked != 0.0)?;
    if asked.is_finite() && asked > 0.0 {
        let usable = asked.clamp(1.0, LONGEST_TIMEOUT);
        return Some(Duration::from_secs_f64(usable / 1000.0));
    }
    notes.push(Note::TimeoutIgnored {
        value: asked.to_string(),
    });
    None
}

/// The prelude lets only the platform's methods through.
fn read_method(name: &str) -> Method {
    Method::from_bytes(name.as_bytes()).unwrap_or(Method::GET)
}

/// Reads lines that are names and values in turn; the `referer` is the platform's alone (rule N3).
pub(super) fn read_headers(lines: &str, notes: &mut Vec<Note>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut lines = lines.lines();
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        let field = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_bytes(value.as_bytes()),
        );
        match field {
            (Ok(header::REFERER), _) => notes.push(Note::RefererDropped {
                name: name.to_owned(),
            }),
            (Ok(field), Ok(value)) => drop(headers.insert(field, value)),
            _ => notes.push(Note::HeaderDropped {
                name: name.to_owned(),
            }),
        }
    }
    headers
}

/// Bytes come as characters below 256, text as itself.
pub(super) fn read_body(body: String, is_binary: bool) -> Bytes {
    if is_binary {
        body.chars().map(|c| c as u32 as u8).collect()
    } else {
        Bytes::from(body)
    }
}

/// The longest time that a timer of the platform takes, in ms.
const LONGEST_TIMEOUT: f64 = 2_147_483_647.0;
