//! The secrets of a recording, and all forms in which they may stand somewhere else.

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use super::spans::{Span, replace};
use super::{Rewrite, json};

/// What was found so far: each secret has a number.
#[derive(Default)]
pub(super) struct Secrets {
    numbers: HashMap<Vec<u8>, Found>,
}

#[derive(Clone, Copy)]
struct Found {
    number: usize,
    everywhere: bool,
}

/// How far a secret is looked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Reach {
    /// Only where it was found.
    Here,
    /// Everywhere, unless it is too short to mean anything.
    Everywhere,
}

impl Secrets {
    /// What stands in for a secret from now on.
    pub(super) fn placeholder(&mut self, secret: &[u8], reach: Reach) -> String {
        let next = self.numbers.len() + 1;
        let found = self.numbers.entry(secret.to_vec()).or_insert(Found {
            number: next,
            everywhere: false,
        });
        found.everywhere |= reach == Reach::Everywhere && secret.len() >= SHORTEST;
        placeholder(found.number, secret.len())
    }

    /// What replaces them all, and whether there were more than it can hold.
    pub(super) fn known(self) -> (Known, bool) {
        let mut secrets: Vec<_> = self
            .numbers
            .into_iter()
            .filter(|(_, found)| found.everywhere)
            .map(|(secret, found)| (found.number, secret))
            .collect();
        secrets.sort_unstable();
        let overflowed = secrets.len() > MOST;
        secrets.truncate(MOST);
        (Known::new(&secrets), overflowed)
    }
}

/// Replaces secrets wherever they stand.
pub(super) struct Known {
    forms: Option<AhoCorasick>,
    /// The placeholder of each form.
    instead: Vec<String>,
}

impl Known {
    fn new(secrets: &[(usize, Vec<u8>)]) -> Self {
        let mut forms = HashMap::new();
        for (number, secret) in secrets {
            for form in forms_of(secret) {
                forms
                    .entry(form)
                    .or_insert_with(|| placeholder(*number, secret.len()));
            }
        }
        let mut forms: Vec<_> = forms.into_iter().collect();
        forms.sort_unstable();
        let built = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(forms.iter().map(|(form, _)| form));
        Self {
            forms: built.ok().filter(|_| !forms.is_empty()),
            instead: forms.into_iter().map(|(_, instead)| instead).collect(),
        }
    }

    fn replace(&self, text: &[u8]) -> Option<Vec<u8>> {
        let found = self.forms.as_ref()?.find_iter(text);
        let spans = found.filter_map(|found| {
            Some(Span {
                place: found.range(),
                instead: self.instead.get(found.pattern().as_usize())?.clone().into_bytes(),
            })
        });
        replace(text, &spans.collect::<Vec<_>>())
    }
}

impl Rewrite for Known {
    fn text(&mut self, text: &[u8]) -> Option<Vec<u8>> {
        self.forms.as_ref()?;
        match json::rewrite(text, self) {
            json::Rewritten::Json(changed) => changed,
            json::Rewritten::Other => self.replace(text),
        }
    }

    fn value(&mut self, _: &str, value: &[u8]) -> Option<Vec<u8>> {
        self.text(value)
    }

    fn cookie(&mut self, _: &str, value: &[u8]) -> Option<Vec<u8>> {
        self.text(value)
    }
}

/// As long as the secret, where there is room: then lengths that somebody else wrote down stay right.
fn placeholder(number: usize, length: usize) -> String {
    let marked = format!("{PREFIX}{number}");
    let padding = length.saturating_sub(marked.len()).max(1);
    marked + &PADDING.repeat(padding)
}

/// A secret as it is, percent-encoded as browsers and forms do it, as JSON writes it, and in base64 at each of its
/// three places.
fn forms_of(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut forms = vec![
        secret.to_vec(),
        form_urlencoded::byte_serialize(secret)
            .collect::<String>()
            .into_bytes(),
    ];
    for set in [NON_ALPHANUMERIC, COMPONENT] {
        let encoded = percent_encode(secret, set).to_string();
        forms.push(lower_digits(&encoded).into_bytes());
        forms.push(encoded.into_bytes());
    }
    if let Ok(text) = simdutf8::basic::from_utf8(secret) {
        let escaped = serde_json::Value::from(text).to_string();
        forms.push(escaped.trim_matches('"').as_bytes().to_vec());
    }
    for before in 0..3 {
        forms.extend(base64_after(before, secret));
    }
    forms
}

/// Percent-encoding with its digits in lower case.
fn lower_digits(encoded: &str) -> String {
    let mut digits = 0_usize;
    let lower = |letter: char| {
        let is_digit = digits > 0;
        digits = if letter == '%' {
            2
        } else {
            digits.saturating_sub(1)
        };
        if is_digit {
            letter.to_ascii_lowercase()
        } else {
            letter
        }
    };
    encoded.chars().map(lower).collect()
}

/// The characters of base64 that a secret alone decides, where so many bytes stand before it in a group of three.
fn base64_after(before: usize, secret: &[u8]) -> [Vec<u8>; 2] {
    let mut padded = vec![0; before];
    padded.extend_from_slice(secret);
    let first = (before * 8).div_ceil(6);
    let last = padded.len() * 8 / 6;
    let core = |encoded: String| encoded.get(first..last).unwrap_or_default().as_bytes().to_vec();
    [
        core(BASE64_STANDARD_NO_PAD.encode(&padded)),
        core(BASE64_URL_SAFE_NO_PAD.encode(&padded)),
    ]
}

pub(super) const PREFIX: &str = "masked-";
pub(super) const PADDING: &str = "-";
/// Shorter ones would be found where they aren't meant.
const SHORTEST: usize = 8;
/// Each takes up some kilobytes while it is looked for.
const MOST: usize = 20_000;
/// What `encodeURIComponent` leaves as it is.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');
