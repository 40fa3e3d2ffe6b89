//! The `give` of an answer, as written.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Deserialize;
use toml::Spanned;

use super::socket::Socket;
use super::source::Source;
use super::{AnswersError, Problem, json};
use crate::reply::{JSON_TYPE, Reply, TEXT_TYPE};
use crate::talk::Talk;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Give {
    status: Option<Spanned<u16>>,
    #[serde(default)]
    delay_ms: u64,
    #[serde(default)]
    headers: BTreeMap<Spanned<String>, OneOrMore>,
    file: Option<Spanned<PathBuf>>,
    json: Option<Spanned<toml::Value>>,
    text: Option<Spanned<String>>,
    echo: Option<Spanned<bool>>,
    socket: Option<Spanned<Socket>>,
}

impl Give {
    pub(super) fn understand(self, source: &Source) -> Result<Reply, AnswersError> {
        self.refuse_second_body(source)?;
        let status = self
            .status
            .map_or(Ok(StatusCode::OK), |status| parse_status(&status, source))?;
        let mut headers = parse_headers(self.headers, source)?;
        let (content_type, body) = match (self.file, self.json, self.text) {
            (Some(file), ..) => read_file(&file, source)?,
            (_, Some(json), _) => (
                Some(JSON_TYPE.to_owned()),
                json::of(json.into_inner()).to_string().into(),
            ),
            (.., Some(text)) => (Some(TEXT_TYPE.to_owned()), text.into_inner().into()),
            (None, None, None) => (None, Bytes::new()),
        };
        let socket = self
            .socket
            .map(|socket| parse_socket(socket, source))
            .transpose()?;
        if let Some(value) = content_type.and_then(|name| HeaderValue::try_from(name).ok()) {
            headers.entry(CONTENT_TYPE).or_insert(value);
        }
        Ok(Reply {
            status,
            headers,
            body,
            delay: Duration::from_millis(self.delay_ms),
            socket,
            ..Reply::default()
        })
    }

    pub(super) fn echoes(&self) -> bool {
        self.echo.as_ref().is_some_and(|echo| *echo.get_ref())
    }

    fn refuse_second_body(&self, source: &Source) -> Result<(), AnswersError> {
        let bodies = [
            ("give.file", self.file.as_ref().map(Spanned::span)),
            ("give.json", self.json.as_ref().map(Spanned::span)),
            ("give.text", self.text.as_ref().map(Spanned::span)),
            (
                "give.echo",
                self.echoes()
                    .then(|| self.echo.as_ref().map(Spanned::span))
                    .flatten(),
            ),
            ("give.socket", self.socket.as_ref().map(Spanned::span)),
        ];
        let mut present = bodies.into_iter().filter_map(|(key, span)| Some((key, span?)));
        match present.nth(1) {
            Some((key, span)) => Err(source.error(key, span, Problem::SecondBody)),
            None => Ok(()),
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a string or a list of strings")]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    fn into_values(self) -> Vec<String> {
        match self {
            Self::One(value) => vec![value],
            Self::More(values) => values,
        }
    }
}

fn parse_status(status: &Spanned<u16>, source: &Source) -> Result<StatusCode, AnswersError> {
    let wrong = || {
        source.error(
            "give.status",
            status.span(),
            Problem::Status {
                status: *status.get_ref(),
            },
        )
    };
    match StatusCode::from_u16(*status.get_ref()) {
        Ok(parsed) if (200..600).contains(&parsed.as_u16()) => Ok(parsed),
        _ => Err(wrong()),
    }
}

fn parse_socket(socket: Spanned<Socket>, source: &Source) -> Result<Talk, AnswersError> {
    let span = socket.span();
    let socket = socket.into_inner();
    match socket.wrong_close() {
        Some((code, length)) => Err(source.error("give.socket", span, Problem::Close { code, length })),
        None => Ok(socket.understand()),
    }
}

fn parse_headers(
    written: BTreeMap<Spanned<String>, OneOrMore>,
    source: &Source,
) -> Result<HeaderMap, AnswersError> {
    let mut headers = HeaderMap::new();
    for (written, values) in written {
        let name = source.header_name("give.headers", &written)?;
        let error = |problem| Err(source.error(&format!("give.headers.{name}"), written.span(), problem));
        if FRAMING.contains(&name) {
            return error(Problem::Framing {
                name: name.to_string(),
            });
        }
        for value in values.into_values() {
            let Ok(value) = HeaderValue::try_from(value) else {
                return error(Problem::HeaderValue {
                    name: name.to_string(),
                });
            };
            headers.append(&name, value);
        }
    }
    Ok(headers)
}

fn read_file(file: &Spanned<PathBuf>, source: &Source) -> Result<(Option<String>, Bytes), AnswersError> {
    let wrong = |problem| source.error("give.file", file.span(), problem);
    let file = file.get_ref();
    let unreadable = |error| {
        wrong(Problem::Unreadable {
            file: file.clone(),
            source: error,
        })
    };
    let folder = source.folder.canonicalize().map_err(unreadable)?;
    let path = folder.join(file).canonicalize().map_err(unreadable)?;
    // Compared after links are followed, so that neither `..` nor a link leads out.
    if !path.starts_with(&folder) {
        return Err(wrong(Problem::Outside { file: file.clone() }));
    }
    let body = fs::read(&path).map_err(unreadable)?;
    Ok((content_type(file), body.into()))
}

fn content_type(file: &Path) -> Option<String> {
    let mime = mime_guess::from_path(file).first()?;
    let is_text = mime.type_() == "text" || mime.subtype() == "json";
    Some(if is_text {
        format!("{}; charset=utf-8", mime.essence_str())
    } else {
        mime.to_string()
    })
}

/// The connection's own headers (RFC 9110 §7.6.1); one that contradicts the body would break the exchange.
const FRAMING: [HeaderName; 4] = [CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING, UPGRADE];
