//! Which encoding a body has.

use encoding_rs::{Encoding, GB18030, UTF_8};
use mediatype::{MediaType, ReadParams};

use super::Signal;

/// The encoding of a body and what told it: byte order mark, `content-type`, markup, validity, fallback.
pub(super) fn detect(body: &[u8], content_type: Option<&str>, fallback: &str) -> (&'static Encoding, Signal) {
    if let Some((encoding, _)) = Encoding::for_bom(body) {
        return (encoding, Signal::ByteOrderMark);
    }
    if let Some(encoding) = content_type.and_then(declared) {
        return (encoding, Signal::ContentType);
    }
    if let Some(encoding) = in_markup(body) {
        return (encoding, Signal::Markup);
    }
    if simdutf8::basic::from_utf8(body).is_ok() {
        return (UTF_8, Signal::Validity);
    }
    (
        Encoding::for_label(fallback.as_bytes()).unwrap_or(GB18030),
        Signal::Fallback,
    )
}

fn declared(content_type: &str) -> Option<&'static Encoding> {
    // Most answers say nothing, and a type without parameters needs no parser.
    content_type.contains(';').then_some(())?;
    let media_type = MediaType::parse(content_type).ok()?;
    let label = media_type.get_param(mediatype::names::CHARSET)?;
    Encoding::for_label(label.unquoted_str().as_bytes())
}

/// What an XML declaration or a `<meta>` element in the first kibibyte says, as in the HTML standard's prescan.
fn in_markup(body: &[u8]) -> Option<&'static Encoding> {
    let start: Vec<u8> = body.iter().take(PRESCAN).map(u8::to_ascii_lowercase).collect();
    let opening = start.trim_ascii_start();
    if !opening.starts_with(b"<") {
        return None;
    }
    let declared = opening
        .starts_with(b"<?xml")
        .then(|| labelled(opening, b"encoding"))
        .flatten();
    declared.or_else(|| in_meta(opening))
}

fn in_meta(markup: &[u8]) -> Option<&'static Encoding> {
    let starts = markup
        .windows(META.len())
        .enumerate()
        .filter(|(_, window)| *window == META);
    starts
        .map(|(at, _)| markup.split_at(at).1)
        .find_map(|element| labelled(element, b"charset"))
}

/// The label after `name=` before the end of the tag that `markup` begins with.
///
/// A document that says so in single bytes isn't UTF-16, so that label means UTF-8.
fn labelled(markup: &[u8], name: &[u8]) -> Option<&'static Encoding> {
    let tag = markup.split(|byte| *byte == b'>').next()?;
    let at = tag.windows(name.len()).position(|window| window == name)?;
    let value = tag
        .split_at(at + name.len())
        .1
        .trim_ascii_start()
        .strip_prefix(b"=")?
        .trim_ascii_start();
    let value = value
        .strip_prefix(b"\"")
        .or_else(|| value.strip_prefix(b"'"))
        .unwrap_or(value);
    let label = value
        .split(|byte| matches!(byte, b'"' | b'\'' | b' ' | b';' | b'/' | b'?'))
        .next()?;
    Encoding::for_label(label).map(Encoding::output_encoding)
}

const PRESCAN: usize = 1024;
const META: &[u8] = b"<meta";
