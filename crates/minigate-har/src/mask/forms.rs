//! Rewriting the members of forms, queries and cookies, and nothing else of them.

use std::borrow::Cow;

use percent_encoding::percent_decode;

use super::Rewrite;
use super::spans::{Span, replace};

/// Rewrites the values of `a=1&b=2`.
pub(super) fn form(text: &[u8], rewriter: &mut impl Rewrite) -> Option<Vec<u8>> {
    members(text, b'&', |name, value| {
        let plain = unescape(value);
        let changed = rewriter.value(&String::from_utf8_lossy(&unescape(name)), &plain)?;
        Some(
            form_urlencoded::byte_serialize(&changed)
                .collect::<String>()
                .into_bytes(),
        )
    })
}

/// Rewrites the values of `a=1; b=2`.
pub(super) fn cookies(text: &[u8], rewriter: &mut impl Rewrite) -> Option<Vec<u8>> {
    members(text, b';', |name, value| cookie(name, value, rewriter))
}

/// Rewrites the value of `a=1; Path=/; HttpOnly`, whose attributes stay.
pub(super) fn set_cookie(text: &[u8], rewriter: &mut impl Rewrite) -> Option<Vec<u8>> {
    let end = text.iter().position(|byte| *byte == b';').unwrap_or(text.len());
    let (first, attributes) = text.split_at(end);
    let changed = members(first, b';', |name, value| cookie(name, value, rewriter))?;
    Some([&changed, attributes].concat())
}

/// Rewrites all of `chat, token.abc` that isn't a protocol that is known: a socket's token often stands there.
pub(super) fn protocols(text: &[u8], rewriter: &mut impl Rewrite) -> Option<Vec<u8>> {
    let mut spans = Vec::new();
    let mut start = 0;
    for item in text.split(|byte| *byte == b',') {
        let name = item.trim_ascii();
        let is_known = PROTOCOLS
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known.as_bytes()));
        let instead = if is_known {
            None
        } else {
            rewriter.value("token", name)
        };
        let before = item.len() - item.trim_ascii_start().len();
        let place = start + before..start + before + name.len();
        spans.extend(instead.map(|instead| Span { place, instead }));
        start += item.len() + 1;
    }
    replace(text, &spans)
}

/// Rewrites the query and the fragment of a URL by their members, and its path as a text. Its host stays.
pub(super) fn url(text: &[u8], rewriter: &mut impl Rewrite) -> Option<Vec<u8>> {
    let (origin, rest) = text.split_at(path_start(text));
    let query = rest
        .iter()
        .position(|byte| matches!(byte, b'?' | b'#'))
        .unwrap_or(rest.len());
    let (path, query) = rest.split_at(query);
    let changed_path = rewriter.text(path);
    let changed_query = query.split_first().and_then(|(mark, members)| {
        let changed = form(members, rewriter)?;
        Some([&[*mark], changed.as_slice()].concat())
    });
    if changed_path.is_none() && changed_query.is_none() {
        return None;
    }
    let path = changed_path.map_or(Cow::Borrowed(path), Cow::Owned);
    let query = changed_query.map_or(Cow::Borrowed(query), Cow::Owned);
    Some([origin, &path, &query].concat())
}

fn cookie(name: &[u8], value: &[u8], rewriter: &mut impl Rewrite) -> Option<Vec<u8>> {
    let quoted = value
        .strip_prefix(b"\"")
        .and_then(|rest| rest.strip_suffix(b"\""));
    let plain = unescape(quoted.unwrap_or(value));
    rewriter.cookie(&String::from_utf8_lossy(name.trim_ascii()), &plain)
}

/// Rewrites each value of a text that is names and values.
fn members(
    text: &[u8],
    separator: u8,
    mut rewrite: impl FnMut(&[u8], &[u8]) -> Option<Vec<u8>>,
) -> Option<Vec<u8>> {
    let mut spans = Vec::new();
    let mut start = 0;
    for member in text.split(|byte| *byte == separator) {
        let equals = member.iter().position(|byte| *byte == b'=');
        let (name, value) = equals.map_or((&[][..], member), |at| {
            let (name, value) = member.split_at(at);
            (name, value.get(1..).unwrap_or_default())
        });
        let end = start + member.len();
        if let Some(instead) = rewrite(name, value) {
            spans.push(Span {
                place: end - value.len()..end,
                instead,
            });
        }
        start = end + 1;
    }
    replace(text, &spans)
}

fn unescape(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.iter().any(|byte| matches!(byte, b'+' | b'%')) {
        return Cow::Borrowed(text);
    }
    let spaced: Vec<u8> = text
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    Cow::Owned(percent_decode(&spaced).collect())
}

/// Where the path of a URL begins; for a text that has no scheme, its own beginning.
fn path_start(text: &[u8]) -> usize {
    let Some(scheme) = text.windows(3).position(|part| part == b"://") else {
        return 0;
    };
    let host = scheme + 3;
    let rest = text.get(host..).unwrap_or_default();
    let length = rest.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#'));
    host + length.unwrap_or(rest.len())
}

/// Protocols of WebSockets that are registered or common (RFC 6455 §11.5).
const PROTOCOLS: &[&str] = &[
    "amqp",
    "base64",
    "binary",
    "chat",
    "coap",
    "echo",
    "graphql-transport-ws",
    "graphql-ws",
    "json",
    "mqtt",
    "mqttv3.1",
    "ocpp1.5",
    "ocpp1.6",
    "ocpp2.0",
    "ocpp2.0.1",
    "ocpp2.1",
    "rfb",
    "sip",
    "soap",
    "superchat",
    "v10.stomp",
    "v11.stomp",
    "v12.stomp",
    "wamp",
    "wamp.2.json",
    "wamp.2.msgpack",
    "xmpp",
];
