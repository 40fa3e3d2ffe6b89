//! All texts of an entry.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::{Rewrite, forms};
use crate::model::{
    Content, Cookie, Entry, Pair, Posted, Request, Response, SocketMessage, field, is_base64,
};

/// Rewrites every text of an entry in which a secret may stand.
pub(super) fn rewrite(entry: &mut Entry, rewriter: &mut impl Rewrite) {
    request(&mut entry.request, rewriter);
    response(&mut entry.response, rewriter);
    for message in entry.messages.iter_mut().flatten() {
        socket_message(message, rewriter);
    }
    if let Some(facts) = &mut entry.facts {
        value(&mut facts.verdict, rewriter);
        if let Some(err_msg) = &mut facts.err_msg {
            put(err_msg, |text| rewriter.text(text));
        }
    }
}

fn request(request: &mut Request, rewriter: &mut impl Rewrite) {
    put(&mut request.url, |url| forms::url(url, rewriter));
    for member in &mut request.query_string {
        put(&mut member.value, |value| rewriter.value(&member.name, value));
    }
    headers(&mut request.headers, rewriter);
    cookies(&mut request.cookies, rewriter);
    if let Some(posted) = &mut request.post_data
        && let Some(lengths) = body_of_request(posted, rewriter)
    {
        request.body_size = i64::try_from(lengths.after).unwrap_or(-1);
        correct_length(&mut request.headers, lengths);
    }
}

fn response(response: &mut Response, rewriter: &mut impl Rewrite) {
    headers(&mut response.headers, rewriter);
    cookies(&mut response.cookies, rewriter);
    put(&mut response.redirect_url, |url| forms::url(url, rewriter));
    if let Some(lengths) = body_of_response(&mut response.content, rewriter) {
        response.content.size = i64::try_from(lengths.after).unwrap_or(-1);
        response.content.raw_body = None;
        correct_length(&mut response.headers, lengths);
    }
}

/// The length of a body before and after it was changed.
#[derive(Clone, Copy)]
struct Lengths {
    before: usize,
    after: usize,
}

fn body_of_request(posted: &mut Posted, rewriter: &mut impl Rewrite) -> Option<Lengths> {
    for param in &mut posted.params {
        put(&mut param.value, |value| rewriter.value(&param.name, value));
    }
    let mime = posted.mime_type.clone();
    put(&mut posted.mime_type, |text| rewriter.text(text));
    whole(&mut posted.text, posted.encoding.as_deref(), &mime, rewriter)
}

fn body_of_response(content: &mut Content, rewriter: &mut impl Rewrite) -> Option<Lengths> {
    let mime = content.mime_type.clone();
    let text = content.text.as_mut()?;
    whole(text, content.encoding.as_deref(), &mime, rewriter)
}

/// Rewrites a body that is text or base64; what was text stays text.
fn whole(
    text: &mut String,
    encoding: Option<&str>,
    mime: &str,
    rewriter: &mut impl Rewrite,
) -> Option<Lengths> {
    let is_coded = is_base64(encoding);
    let bytes = if is_coded {
        BASE64_STANDARD.decode(text.trim_ascii()).ok()?
    } else {
        text.as_bytes().to_vec()
    };
    let changed = body(&bytes, mime, rewriter)?;
    *text = if is_coded {
        BASE64_STANDARD.encode(&changed)
    } else {
        String::from_utf8_lossy(&changed).into_owned()
    };
    Some(Lengths {
        before: bytes.len(),
        after: changed.len(),
    })
}

fn body(bytes: &[u8], mime: &str, rewriter: &mut impl Rewrite) -> Option<Vec<u8>> {
    let kind = mime
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    match kind.as_str() {
        "application/x-www-form-urlencoded" => forms::form(bytes, rewriter),
        "multipart/form-data" => super::multipart::rewrite(bytes, mime, rewriter),
        _ => rewriter.text(bytes),
    }
}

fn headers(fields: &mut [Pair], rewriter: &mut impl Rewrite) {
    for Pair { name, value } in fields {
        put(value, |value| header(name, value, rewriter));
    }
}

fn header(name: &str, value: &[u8], rewriter: &mut impl Rewrite) -> Option<Vec<u8>> {
    match name.to_ascii_lowercase().as_str() {
        "cookie" => forms::cookies(value, rewriter),
        "set-cookie" => forms::set_cookie(value, rewriter),
        "authorization" | "proxy-authorization" => authorization(value, rewriter),
        "sec-websocket-protocol" => forms::protocols(value, rewriter),
        "location" | "content-location" | "referer" => forms::url(value, rewriter),
        // What they say means nothing beyond their connection, or is no secret.
        "sec-websocket-key" | "sec-websocket-accept" | ":authority" | "host" => None,
        _ => rewriter.value(name, value),
    }
}

/// Rewrites all of it but the scheme.
fn authorization(value: &[u8], rewriter: &mut impl Rewrite) -> Option<Vec<u8>> {
    let scheme = value
        .iter()
        .position(|byte| *byte == b' ')
        .map_or(0, |space| space + 1);
    let (scheme, credentials) = value.split_at(scheme);
    let changed = rewriter.value("authorization", credentials)?;
    Some([scheme, &changed].concat())
}

fn cookies(cookies: &mut [Cookie], rewriter: &mut impl Rewrite) {
    for cookie in cookies {
        put(&mut cookie.value, |value| rewriter.cookie(&cookie.name, value));
    }
}

fn correct_length(fields: &mut [Pair], lengths: Lengths) {
    let is_coded = field(fields, "content-encoding").is_some();
    for field in fields
        .iter_mut()
        .filter(|field| field.name.eq_ignore_ascii_case("content-length"))
    {
        if !is_coded && field.value == lengths.before.to_string() {
            field.value = lengths.after.to_string();
        }
    }
}

fn socket_message(message: &mut SocketMessage, rewriter: &mut impl Rewrite) {
    let payload = message.payload();
    let Some(changed) = rewriter.text(&payload) else {
        return;
    };
    message.data = if message.opcode == 1 {
        String::from_utf8_lossy(&changed).into_owned()
    } else {
        BASE64_STANDARD.encode(changed)
    };
}

/// Rewrites the strings of a value of ours, which are URLs or texts.
fn value(value: &mut Value, rewriter: &mut impl Rewrite) {
    match value {
        Value::String(text) if text.contains("://") => put(text, |url| forms::url(url, rewriter)),
        Value::String(text) => put(text, |text| rewriter.text(text)),
        Value::Array(items) => items.iter_mut().for_each(|item| self::value(item, rewriter)),
        Value::Object(members) => members
            .values_mut()
            .for_each(|member| self::value(member, rewriter)),
        _ => {}
    }
}

fn put(text: &mut String, change: impl FnOnce(&[u8]) -> Option<Vec<u8>>) {
    if let Some(changed) = change(text.as_bytes()) {
        *text = String::from_utf8_lossy(&changed).into_owned();
    }
}
