//! Rewriting the parts of a multipart form (RFC 7578), and nothing else of it.

use super::Rewrite;
use super::spans::{Span, replace};

/// Rewrites each part by its name; a text that isn't in parts is rewritten as such.
pub(super) fn rewrite(text: &[u8], mime: &str, rewriter: &mut impl Rewrite) -> Option<Vec<u8>> {
    let Some(boundary) = boundary(mime) else {
        return rewriter.text(text);
    };
    let delimiter = format!("--{boundary}").into_bytes();
    let starts: Vec<_> = aho_corasick::AhoCorasick::new([&delimiter])
        .map(|finder| finder.find_iter(text).map(|found| found.start()).collect())
        .unwrap_or_default();
    let mut spans = Vec::new();
    for (start, end) in starts.iter().zip(starts.iter().skip(1)) {
        spans.extend(part(text, start + delimiter.len(), *end, rewriter));
    }
    replace(text, &spans)
}

/// What a part's content becomes; it ends with the line break before the next delimiter.
fn part(text: &[u8], start: usize, end: usize, rewriter: &mut impl Rewrite) -> Option<Span> {
    let whole = text.get(start..end)?;
    let gap = whole.windows(4).position(|window| window == b"\r\n\r\n")?;
    let (head, content) = whole.split_at_checked(gap + 4)?;
    let content = content.strip_suffix(b"\r\n").unwrap_or(content);
    let name = name(&String::from_utf8_lossy(head)).unwrap_or_default();
    let changed = rewriter.value(&name, content)?;
    let start = start + gap + 4;
    Some(Span {
        place: start..start + content.len(),
        instead: changed,
    })
}

fn boundary(mime: &str) -> Option<&str> {
    let (_, rest) = mime.split_once("boundary=")?;
    let value = rest.strip_prefix('"').map_or_else(
        || rest.split(';').next().unwrap_or_default().trim(),
        |quoted| quoted.split('"').next().unwrap_or_default(),
    );
    (!value.is_empty()).then_some(value)
}

fn name(head: &str) -> Option<String> {
    let (_, rest) = head.split_once("name=\"")?;
    Some(rest.split('"').next()?.to_owned())
}
