//! Rewriting the strings of a JSON text and nothing else of it.

use serde::de::IgnoredAny;

use super::Rewrite;
use super::names::{Strength, strength};
use super::spans::{Span, replace};

/// What came of a text.
pub(super) enum Rewritten {
    /// It is JSON; with its changes, if there are any.
    Json(Option<Vec<u8>>),
    /// It is no object or list of JSON.
    Other,
}

/// Rewrites keys, strings and numbers of an object or list; spaces, order and the rest stay as they are.
pub(super) fn rewrite(text: &[u8], rewriter: &mut impl Rewrite) -> Rewritten {
    let unmarked = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let is_compound =
        unmarked.trim_ascii_start().starts_with(b"{") || unmarked.trim_ascii_start().starts_with(b"[");
    // Beyond this check the scanner below needn't expect anything else.
    if !is_compound || serde_json::from_slice::<IgnoredAny>(unmarked).is_err() {
        return Rewritten::Other;
    }
    let mut scanner = Scanner {
        text,
        at: text.len() - unmarked.len(),
        open: Vec::new(),
        spans: Vec::new(),
    };
    scanner.run(rewriter);
    Rewritten::Json(replace(text, &scanner.spans))
}

struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    open: Vec<Frame>,
    spans: Vec<Span>,
}

/// An object or a list that isn't closed yet.
struct Frame {
    is_object: bool,
    awaits_key: bool,
    /// The name for the values in it: the last key, or that of the list itself.
    name: String,
    /// The name of a secret around it, which makes secrets of all strings in it.
    inherited: Option<String>,
}

impl Scanner<'_> {
    fn run(&mut self, rewriter: &mut impl Rewrite) {
        while let Some(byte) = self.text.get(self.at).copied() {
            match byte {
                b'{' | b'[' => self.enter(byte == b'{'),
                b'}' | b']' => drop(self.open.pop()),
                b',' => self.expect_key(),
                b'"' => {
                    self.string(rewriter);
                    continue;
                }
                b'-' | b'0'..=b'9' => {
                    self.number(rewriter);
                    continue;
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    fn enter(&mut self, is_object: bool) {
        let (name, inherited) = self.open.last().map_or((String::new(), None), |frame| {
            let is_secret = strength(&frame.name) == Strength::Sure;
            let inherited = if is_secret {
                Some(frame.name.clone())
            } else {
                frame.inherited.clone()
            };
            (frame.name.clone(), inherited)
        });
        self.open.push(Frame {
            is_object,
            awaits_key: is_object,
            name,
            inherited,
        });
    }

    fn expect_key(&mut self) {
        if let Some(frame) = self.open.last_mut() {
            frame.awaits_key = frame.is_object;
        }
    }

    fn string(&mut self, rewriter: &mut impl Rewrite) {
        let start = self.at;
        let end = start + string_length(self.text.get(start..).unwrap_or_default());
        self.at = end;
        let Ok(string) = serde_json::from_slice::<String>(self.text.get(start..end).unwrap_or_default())
        else {
            // Half of a surrogate pair: it stays.
            return;
        };
        let changed = match self.open.last_mut() {
            Some(frame) if frame.awaits_key => {
                frame.awaits_key = false;
                frame.name.clone_from(&string);
                rewriter.text(string.as_bytes())
            }
            _ => rewriter.value(self.name(), string.as_bytes()),
        };
        self.put(start, end, changed);
    }

    fn number(&mut self, rewriter: &mut impl Rewrite) {
        let start = self.at;
        let rest = self.text.get(start..).unwrap_or_default();
        let length = rest.iter().take_while(|byte| is_of_number(**byte)).count();
        self.at += length.max(1);
        let changed = rewriter.value(self.name(), rest.get(..length).unwrap_or_default());
        self.put(start, start + length, changed);
    }

    fn name(&self) -> &str {
        let Some(frame) = self.open.last() else { return "" };
        match &frame.inherited {
            Some(inherited) if strength(&frame.name) != Strength::Sure => inherited,
            _ => &frame.name,
        }
    }

    fn put(&mut self, start: usize, end: usize, changed: Option<Vec<u8>>) {
        if let Some(changed) = changed {
            let string = String::from_utf8_lossy(&changed);
            self.spans.push(Span {
                place: start..end,
                instead: serde_json::Value::from(string).to_string().into_bytes(),
            });
        }
    }
}

/// The length of the string at the front, its quotes included.
fn string_length(text: &[u8]) -> usize {
    let mut escaped = false;
    let end = text.iter().skip(1).position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |end| end + 2)
}

const fn is_of_number(byte: u8) -> bool {
    matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
