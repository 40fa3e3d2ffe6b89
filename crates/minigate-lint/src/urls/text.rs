//! URLs in a text that a program holds.

use minigate_policy::{Host, Scheme, Target};

use crate::judge::is_whole;

/// Whether something unknown follows a text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Tail {
    /// It ends there.
    Closed,
    /// It goes on.
    Open,
}

/// The URLs in a text whose origin is known, with their places in it.
///
/// A URL begins the text, or stands behind a bracket, a quotation mark or the like, as in `url(…)` and `<img src='…'>`;
/// one in the midst of a sentence is something to read.
pub(super) fn urls_in(text: &str, tail: Tail) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let begun = text.len() - text.trim_start().len();
    let mut from = 0;
    while found.len() < MOST
        && let Some(at) = text.get(from..).and_then(|rest| rest.find("://"))
    {
        let colon = from + at;
        from = colon + "://".len();
        let Some((start, before)) = scheme_start(text, colon, begun) else {
            continue;
        };
        let end = start + length(text.get(start..).unwrap_or_default(), before);
        let Some(url) = text.get(start..end) else { continue };
        let is_open = tail == Tail::Open && end == text.len();
        if is_loaded(url, is_open) && !is_namespace(text.get(..start).unwrap_or_default()) {
            found.push((start, url));
        }
        from = from.max(end);
    }
    found
}

/// Where the scheme before `://` begins, and what stands before it, in a text that begins at a byte.
fn scheme_start(text: &str, colon: usize, begun: usize) -> Option<(usize, Option<char>)> {
    let before = text.get(..colon)?;
    let rest = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric());
    Scheme::of(before.get(rest.len()..)?)?;
    let last = rest.chars().next_back();
    let is_begun = rest.len() == begun || last.is_some_and(|c| BEFORE.contains(&c));
    is_begun.then_some((rest.len(), last))
}

fn length(url: &str, before: Option<char>) -> usize {
    let ends = |c: char| {
        c.is_whitespace() || c.is_control() || "'\"`<>\\{}".contains(c) || (c == ')' && before == Some('('))
    };
    url.find(ends).unwrap_or(url.len())
}

/// Whether something could be loaded from there.
fn is_loaded(url: &str, is_open: bool) -> bool {
    let Ok(target) = Target::parse(url) else {
        return false;
    };
    let is_named = match target.host() {
        Host::Name(name) => is_local(&name) || name.contains('.'),
        Host::Address(_) => true,
    };
    is_named && is_whole(url, is_open) && !is_identifier(target.host_str())
}

fn is_local(name: &str) -> bool {
    name.trim_end_matches('.') == "localhost"
}

/// Whether URLs of a host are names of something: nobody loads what they lead to.
fn is_identifier(host: &str) -> bool {
    NAMING.contains(&host) || host.starts_with("schemas.")
}

/// Whether an attribute that declares an XML namespace ends there: `xmlns:x='`.
fn is_namespace(before: &str) -> bool {
    let before = before.strip_suffix(['\'', '"']).unwrap_or(before);
    let Some(before) = before.strip_suffix('=') else {
        return false;
    };
    let rest = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || ":-_".contains(c));
    before
        .get(rest.len()..)
        .is_some_and(|name| name.starts_with("xmlns"))
}

const BEFORE: &[char] = &['\'', '"', '`', '(', '=', ',', ';', '|', '['];
const NAMING: &[&str] = &[
    "www.w3.org",
    "schema.org",
    "json-schema.org",
    "json.schemastore.org",
    "purl.org",
    "ns.adobe.com",
];

/// How many are looked at in one text.
const MOST: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t11_a_url_stands_at_the_beginning_or_in_quotation_marks_and_brackets() {
        for (text, expected) in [
            ("https://a.com/x.png", vec!["https://a.com/x.png"]),
            (" HTTP://a.com ", vec!["HTTP://a.com"]),
            (
                "background: url(https://a.com/x(1).png) , url('http://b.com/y)z')",
                vec!["https://a.com/x(1", "http://b.com/y)z"],
            ),
            (
                "<p><img src=\"https://a.com/?u=https://c.com\"><img src=https://b.com>",
                vec!["https://a.com/?u=https://c.com", "https://b.com"],
            ),
            ("wss://a.com:8443", vec!["wss://a.com:8443"]),
            ("http://127.0.0.1:3000/a", vec!["http://127.0.0.1:3000/a"]),
            ("http://localhost", vec!["http://localhost"]),
        ] {
            let found: Vec<_> = urls_in(text, Tail::Closed)
                .into_iter()
                .map(|(_, url)| url)
                .collect();

            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn t11_what_nobody_loads_is_none() {
        for text in [
            "see https://a.com for more",
            "https://",
            "https://api",
            "https://a b",
            "ftp://a.com",
            "wxfile://tmp/a.png",
            "cloud://env.abc/a.png",
            "http://www.w3.org/2000/svg",
            "<svg xmlns:x='http://www.inkscape.org/namespaces/inkscape'/>",
            "https://json.schemastore.org/app",
            "://a.com",
            "xhttps://a.com",
        ] {
            assert_eq!(urls_in(text, Tail::Closed), [], "{text}");
        }
    }

    #[test]
    fn an_open_text_has_its_origin_where_the_host_is_whole() {
        for (text, is_found) in [
            ("https://api.example.com", true),
            ("https://api.example.com/", true),
            ("https://api.", false),
            ("https://192.168.1", false),
            ("https://a.com:80", true),
            ("https://a.com:", false),
        ] {
            assert_eq!(urls_in(text, Tail::Open).len(), usize::from(is_found), "{text}");
        }
    }
}
