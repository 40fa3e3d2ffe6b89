//! `name: value` and `name=value` in any text: JSON that is cut off or wrapped in something, lines of a header, programs,
//! XML. A scanner over tokens: it needs no whole document.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr_iter, memchr2_iter, memchr3_iter};

use super::names::{Strength, is_secret, scheme_length, strength};

/// A part of a text, and the secret that it is when nothing in it is escaped.
pub(super) type Found = (Range<usize>, Vec<u8>);

/// The secrets of a text whose names tell them.
pub(super) fn secrets(text: &[u8]) -> Vec<Found> {
    let mut scanner = Scanner {
        text,
        done: 0,
        found: Vec::new(),
    };
    for at in memchr3_iter(b':', b'=', b'>', text) {
        if at >= scanner.done {
            scanner.member(at);
        }
    }
    for at in memchr_iter(b'/', text) {
        scanner.segment(at);
    }
    scanner.found
}

struct Scanner<'a> {
    text: &'a [u8],
    /// How far values were taken.
    done: usize,
    found: Vec<Found>,
}

/// What stands before a separator.
struct Name {
    text: String,
    place: Range<usize>,
    is_quoted: bool,
}

impl Scanner<'_> {
    /// The member whose name and value a separator keeps apart.
    fn member(&mut self, separator: usize) {
        let Some(name) = self.name(separator) else { return };
        let strength = strength(&name.text);
        if strength == Strength::None {
            return;
        }
        let Some(start) = self.value_start(separator) else {
            return;
        };
        match self.text.get(start) {
            Some(b'{' | b'[') if strength == Strength::Sure => self.compound(&name.text, start),
            Some(b'{' | b'[') | None => {}
            Some(_) => match self.quoted(start) {
                Some(quoted) => self.take(&name.text, quoted.inner, quoted.end),
                None => self.bare(&name, separator, start),
            },
        }
    }

    fn name(&self, separator: usize) -> Option<Name> {
        let before = self.text.get(..separator)?.trim_ascii_end();
        let unquoted = before.strip_suffix(b"\"").or_else(|| before.strip_suffix(b"'"));
        let before_quote = unquoted.unwrap_or(before);
        let end = before_quote.len() - trailing_backslashes(before_quote);
        let length = before_quote.get(..end)?.iter().rev().take(LONGEST_NAME);
        let length = length.take_while(|byte| is_of_name(**byte)).count();
        let place = end - length..end;
        let is_element = place.start > 0 && self.text.get(place.start - 1) == Some(&b'<');
        let is_separated = self.text.get(separator) != Some(&b'>') || is_element;
        (length >= 2 && is_separated).then(|| Name {
            text: unescaped_name(self.text.get(place.clone()).unwrap_or_default()),
            place,
            is_quoted: unquoted.is_some(),
        })
    }

    /// Where the value begins; nothing for `::`, which is no member.
    fn value_start(&self, separator: usize) -> Option<usize> {
        let rest = self.text.get(separator + 1..)?;
        if self.text.get(separator) == Some(&b':') && rest.first() == Some(&b':') {
            return None;
        }
        let signs = rest.iter().take_while(|byte| matches!(byte, b'=' | b'>')).count();
        let rest = rest.get(signs..)?;
        let blanks = rest
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count();
        let start = separator + 1 + signs + blanks;
        let is_broken = matches!(rest.get(blanks), Some(b'\r' | b'\n'));
        if !is_broken {
            return Some(start);
        }
        // What goes on in the next line says so by a quote, a bracket, or an element around it.
        let rest = rest.get(blanks..)?;
        let next = rest.trim_ascii_start();
        let is_element = self.text.get(separator) == Some(&b'>');
        let goes_on = is_element || matches!(next.first(), Some(b'"' | b'\'' | b'{' | b'[' | b'\\'));
        goes_on.then_some(start + rest.len() - next.len())
    }

    /// A value without quotes: to the end of its line where the name begins one, as in a header; else to its delimiter.
    fn bare(&mut self, name: &Name, separator: usize, start: usize) {
        let Some(mut rest) = self.text.get(start..) else {
            return;
        };
        let mut start = start;
        if let Some(data) = rest.strip_prefix(CDATA) {
            start += CDATA.len();
            rest = data;
        }
        let is_end: fn(u8) -> bool = match self.text.get(separator) {
            Some(b'>') => |byte| matches!(byte, b'<' | b']'),
            Some(b'=') => |byte| is_delimiter(byte),
            _ if name.is_quoted || !self.begins_line(name) => {
                |byte| is_delimiter(byte) || is_punctuation(byte)
            }
            _ => |byte| matches!(byte, b'\r' | b'\n' | b'"' | b'<'),
        };
        let length = |text: &[u8]| {
            let taken = text.iter().take(LONGEST_BARE);
            taken.take_while(|byte| !is_end(**byte)).count()
        };
        // `Bearer x` has a space that ends nothing.
        let scheme = scheme_length(rest.get(..LONGEST_SCHEME.min(rest.len())).unwrap_or_default());
        let length = scheme + length(rest.get(scheme..).unwrap_or_default());
        let value = rest.get(..length).unwrap_or_default().trim_ascii_end();
        let end = start + value.len();
        self.take(&name.text, start..end, end);
        // What is long and no secret isn't looked through again for each name in it.
        if value.len() > LONG {
            self.done = self.done.max(end);
        }
    }

    fn begins_line(&self, name: &Name) -> bool {
        let before = self.text.get(..name.place.start).unwrap_or_default();
        let before = before.iter().rev().find(|byte| !matches!(byte, b' ' | b'\t'));
        matches!(before, None | Some(b'\r' | b'\n'))
    }

    /// All of a secret's object or list that isn't a key.
    fn compound(&mut self, name: &str, start: usize) {
        let (mut at, mut depth) = (start, 0_usize);
        let end = self.text.len().min(start + LONGEST_COMPOUND);
        while let Some(byte) = self.text.get(at).filter(|_| at < end) {
            match byte {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                byte if byte.is_ascii_whitespace() => {}
                _ => {
                    at = self.scalar(name, at);
                    continue;
                }
            }
            at += 1;
            if depth == 0 {
                break;
            }
        }
        self.done = self.done.max(at);
    }

    /// Takes what stands in a compound at a place; gives where to go on.
    fn scalar(&mut self, name: &str, at: usize) -> usize {
        let (inner, end) = match self.quoted(at) {
            Some(quoted) => (quoted.inner, quoted.end),
            None => {
                let rest = self.text.get(at..).unwrap_or_default();
                let length = rest.iter().take_while(|byte| is_of_scalar(**byte)).count();
                (at..at + length, at + length.max(1))
            }
        };
        let after = self.text.get(end..).unwrap_or_default().trim_ascii_start();
        if after.first() != Some(&b':') {
            self.take(name, inner, end);
        }
        end
    }

    /// The quoted text at a place, which its quote ends, or else the line or the whole text.
    fn quoted(&self, start: usize) -> Option<Quoted> {
        let rest = self.text.get(start..)?;
        let escapes = rest.iter().take(DEEPEST_QUOTE);
        let depth = escapes.take_while(|byte| **byte == b'\\').count();
        let quote = *rest.get(depth).filter(|byte| matches!(byte, b'"' | b'\''))?;
        let open = start + depth + 1;
        let longest = self.text.len().min(open + LONGEST_QUOTED);
        for at in memchr2_iter(quote, b'\n', self.text.get(open..longest)?) {
            let before = trailing_backslashes(self.text.get(open..open + at)?);
            if self.text.get(open + at) == Some(&b'\n') {
                return Some(Quoted::new(open..open + at, open + at));
            }
            // Within a text that is itself quoted, its own quote is escaped as often as that which opened it.
            let ends = if depth == 0 {
                before.is_multiple_of(2)
            } else {
                before <= depth
            };
            if ends {
                let inner = open + at - if depth == 0 { 0 } else { before };
                return Some(Quoted::new(open..inner, open + at + 1));
            }
        }
        Some(Quoted::new(open..longest, longest))
    }

    /// The part of a path after one that is named like a secret, if it looks like one.
    fn segment(&mut self, slash: usize) {
        let before = self.text.get(..slash).unwrap_or_default().iter().rev();
        let length = before
            .take(LONGEST_NAME)
            .take_while(|byte| is_of_name(**byte))
            .count();
        let name = self.text.get(slash - length..slash).unwrap_or_default();
        if length < 2 || strength(&unescaped_name(name)) != Strength::Sure {
            return;
        }
        let rest = self.text.get(slash + 1..).unwrap_or_default();
        let taken = rest.iter().take(LONGEST_BARE);
        let length = taken
            .take_while(|byte| !is_delimiter(**byte) && !matches!(byte, b'/' | b'?' | b'#'))
            .count();
        let value = rest.get(..length).unwrap_or_default();
        // `code` is a secret only where it looks like one, and so is `/token/refresh`.
        if is_secret("code", value) {
            let value = percent_encoding::percent_decode(value).collect();
            self.found.push((slash + 1..slash + 1 + length, value));
        }
    }

    /// Takes a value if it is a secret, without the scheme before credentials.
    fn take(&mut self, name: &str, place: Range<usize>, end: usize) {
        let value = self.text.get(place.clone()).unwrap_or_default();
        let scheme = scheme_length(value);
        let place = place.start + scheme..place.end;
        let secret = unescaped(value.get(scheme..).unwrap_or_default());
        if is_secret(name, &secret) {
            self.done = self.done.max(end);
            self.found.push((place, secret.into_owned()));
        }
    }
}

/// A quoted text, and where it ends with its quotes.
struct Quoted {
    inner: Range<usize>,
    end: usize,
}

impl Quoted {
    const fn new(inner: Range<usize>, end: usize) -> Self {
        Self { inner, end }
    }
}

fn trailing_backslashes(text: &[u8]) -> usize {
    text.iter().rev().take_while(|byte| **byte == b'\\').count()
}

/// A name with its escapes undone, those of URLs and those of JSON.
fn unescaped_name(name: &[u8]) -> String {
    let name = percent_encoding::percent_decode(name).collect::<Vec<u8>>();
    String::from_utf8_lossy(&unescaped(&name)).into_owned()
}

/// A value as JSON or a URL means it, where it has their escapes.
fn unescaped(value: &[u8]) -> Cow<'_, [u8]> {
    if value.contains(&b'\\') {
        let quoted = [b"\"", value, b"\""].concat();
        let plain = serde_json::from_slice::<String>(&quoted);
        return plain.map_or(Cow::Borrowed(value), |plain| Cow::Owned(plain.into_bytes()));
    }
    percent_encoding::percent_decode(value).into()
}

const fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'[' | b']' | b'$' | b'%' | b'\\')
}

const fn is_of_scalar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'+')
}

const fn is_delimiter(byte: u8) -> bool {
    byte <= b' ' || matches!(byte, b'&' | b'"' | b'\'' | b'<' | b'>' | b';' | b'\\')
}

const fn is_punctuation(byte: u8) -> bool {
    matches!(byte, b',' | b'{' | b'}' | b'[' | b']' | b'(' | b')')
}

const CDATA: &[u8] = b"<![CDATA[";
const LONGEST_NAME: usize = 80;
const LONGEST_BARE: usize = 4096;
/// As deep as texts within texts go, and as JSON writes the quotes of the deepest.
const DEEPEST_QUOTE: usize = 64;
const LONGEST_QUOTED: usize = 1 << 20;
const LONG: usize = 512;
const LONGEST_SCHEME: usize = 32;
/// A bracket that is never closed doesn't make a secret of all that follows.
const LONGEST_COMPOUND: usize = 64 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let secrets = secrets(text.as_bytes());
        secrets
            .into_iter()
            .map(|(_, secret)| String::from_utf8_lossy(&secret).into_owned())
            .collect()
    }

    #[test]
    fn json_needs_no_end_and_no_beginning() {
        for text in [
            r#"{"password":"s3","#,
            r#"{"password": "s3"#,
            "{\"password\"\n:\n\"s3\"",
            r#"[{"token":"s3"}"#,
            ")]}',\n{\"token\":\"s3\"}",
            r#"callback({"token":"s3"});"#,
            r#"say "hi" and {"token":"s3"}"#,
            r#"it's {"token":"s3"}"#,
            r#"word":{"pass\u0077ord":"s3"}}"#,
            r#"{"data":"{\"token\":\"s3\",\"a\":1"#,
            r#"{"data":"{\"token\": \"s3"}"#,
            &format!(r#"{{"state":"{{\"a\":\"{}\",\"token\":\"s3\""#, " ".repeat(1000)),
            r#"{"data":"{\\\"token\\\":\\\"s3\\\"}""#,
            r#"{"token":["s3""#,
            r#"{"tokens":["s3"],"user":"ann""#,
            r#"{"credentials":{"key":"s3"},"user":"ann""#,
            "{token: 's3'}",
            "token => \"s3\"",
            "const token = \"s3\"",
            "{\"authorization\":\"Bearer s3\"",
        ] {
            assert_eq!(found(text), ["s3"], "{text}");
        }
    }

    #[test]
    fn a_value_is_taken_whole() {
        assert_eq!(found(r#"{"token":"a\"b\\","x":"#), ["a\"b\\"]);
        assert_eq!(found(r#"{"token":12345678,"x":"#), ["12345678"]);
        assert_eq!(found("a=1&password=a,b%20c&d=2"), ["a,b c"]);
        assert_eq!(found("Cookie: a=1; b=2\r\nHost: x"), ["a=1; b=2"]);
        assert_eq!(found("Authorization: Basic YWI6Yw==\n"), ["YWI6Yw=="]);
        assert_eq!(
            found("<password>\n s3\n</password><token><![CDATA[s4]]></token>"),
            ["s3", "s4"]
        );
        assert_eq!(found("/token/s3cretly/x /token/refresh"), ["s3cretly"]);
        assert_eq!(
            found(r#"{"credentials":{"a":"s1","b":["s2",33333,true]},"c":"#),
            ["s1", "s2", "33333"]
        );
    }

    #[test]
    fn a_hostile_text_takes_no_more_than_its_length() {
        let deeper: String = (1..1000)
            .map(|depth| format!("code:{}\"", "\\".repeat(depth)))
            .collect();
        for piece in [
            "code=", "code:\"", "token:[", "token:[ ", " ", "\\", "/token", "token:", ":", "=", ">",
            "<token>", "[", "\"", &deeper,
        ] {
            let text = format!("token:[code:\"{}", piece.repeat((512 << 10) / piece.len()));
            for (place, _) in secrets(text.as_bytes()) {
                assert!(place.end <= text.len() && !place.is_empty());
            }
        }
    }

    #[test]
    fn what_is_no_secret_stays() {
        for text in [
            r#"{"token":"","code":"SUCCESS","hasToken":true,"accessToken":null"#,
            r#"{"usage":{"total_tokens":12345}"#,
            "https://token.example/a:b",
            "Auth::check",
            "password=true",
            "a > b, token > 3",
            ":",
            "=\"",
            "\\\":",
            "token:",
            "token=\n",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}
