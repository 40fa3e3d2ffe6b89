//! What an answer says, as the run time reads it; pure.

use mediatype::{MediaType, ReadParams};
use minigate_engine::{Decoding, to_text};
use minigate_policy::Undecodable;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::found::Found;

/// The body of an answer.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Content {
    /// The `content-type`, its first 256 characters.
    pub content_type: Option<String>,
    /// What it announces.
    pub announced: Kind,
    /// How many bytes were read, content codings undone.
    pub bytes: usize,
    /// Whether that is all.
    pub extent: Extent,
    /// How it became text; none where it is no text, or empty.
    pub charset: Option<Charset>,
    /// Why it isn't the JSON that it announces, as far as it was read.
    pub not_json: Option<String>,
}

/// How much of a body was read.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Extent {
    /// All of it.
    Whole,
    /// Its first 256 KiB.
    Start,
    /// What came of it in time.
    Unfinished,
}

/// What an answer announces.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// JSON, which is UTF-8 unless it says otherwise (RFC 8259 §8.1).
    Json,
    /// Text, or nothing at all.
    Text,
    /// Anything else.
    Other,
}

/// How bytes become text in the run time (rules N6 and N7).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Charset {
    /// What the `content-type` calls it, whether that is known or not; its first 256 characters.
    pub label: Option<String>,
    /// What it was read as, by its WHATWG name, `UTF-8` or `GBK` for instance.
    pub read_as: String,
    /// What told that.
    pub signal: Signal,
    /// Whether replacement characters stand in for something.
    pub replaced: bool,
    /// How many byte order marks led the body; the run time removes one.
    pub byte_order_marks: usize,
    /// Whether there is no letter in it beyond ASCII.
    pub is_ascii: bool,
}

/// What told the charset.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Signal {
    /// A byte order mark.
    ByteOrderMark,
    /// The `content-type`.
    ContentType,
    /// A `<meta>` element or an XML declaration.
    Markup,
    /// Nothing; the bytes are valid UTF-8.
    Validity,
    /// Nothing; the run time guessed.
    Fallback,
}

impl Content {
    pub(super) fn read(found: &Found<'_>) -> Self {
        let announced = found.content_type.map_or(Kind::Text, Kind::of);
        let is_text = announced != Kind::Other && !found.body.is_empty();
        let body = found.whole_letters();
        // Without failing, so that it can be told what is wrong.
        let read = to_text(&body, found.content_type, found.fallback, Undecodable::Replace).ok();
        let (text, decoding) = read.filter(|_| is_text).unzip();
        let is_json = announced == Kind::Json && found.extent == Extent::Whole;
        Self {
            content_type: found.content_type.map(shortened),
            announced,
            bytes: found.body.len(),
            extent: found.extent,
            charset: decoding.map(|decoding| Charset::of(found, &decoding)),
            not_json: text.filter(|_| is_json).and_then(|text| not_json(text.as_str())),
        }
    }
}

impl Kind {
    fn of(content_type: &str) -> Self {
        let essence = content_type.split(';').next().unwrap_or_default();
        let essence = essence.trim().to_ascii_lowercase();
        let (top, sub) = essence.split_once('/').unwrap_or((&essence, ""));
        match (top, sub) {
            (_, "json") => Self::Json,
            (_, sub) if sub.ends_with("+json") => Self::Json,
            ("text" | "", _)
            | (
                "application",
                "xml" | "javascript" | "ecmascript" | "x-javascript" | "x-www-form-urlencoded",
            ) => Self::Text,
            (_, sub) if sub.ends_with("+xml") => Self::Text,
            _ => Self::Other,
        }
    }
}

impl Charset {
    fn of(found: &Found<'_>, decoding: &Decoding) -> Self {
        Self {
            label: found.content_type.and_then(label),
            read_as: decoding.charset.to_owned(),
            signal: decoding.signal.into(),
            replaced: decoding.replaced,
            byte_order_marks: decoding.byte_order_marks,
            is_ascii: found.body.is_ascii(),
        }
    }
}

impl From<minigate_engine::Signal> for Signal {
    fn from(signal: minigate_engine::Signal) -> Self {
        match signal {
            minigate_engine::Signal::ByteOrderMark => Self::ByteOrderMark,
            minigate_engine::Signal::ContentType => Self::ContentType,
            minigate_engine::Signal::Markup => Self::Markup,
            minigate_engine::Signal::Validity => Self::Validity,
            minigate_engine::Signal::Fallback => Self::Fallback,
        }
    }
}

fn label(content_type: &str) -> Option<String> {
    let media_type = MediaType::parse(content_type).ok()?;
    let label = media_type.get_param(mediatype::names::CHARSET)?;
    Some(shortened(&label.unquoted_str()))
}

fn not_json(text: &str) -> Option<String> {
    let parsed: Result<IgnoredAny, _> = serde_json::from_str(text);
    parsed.err().map(|error| error.to_string())
}

fn shortened(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

const SHOWN: usize = 256;
