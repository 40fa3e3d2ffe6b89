//! Looking for secrets, and replacing each where it is found.

use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::{Captures, Regex};

use super::names::{Strength, strength};
use super::secrets::{Reach, Secrets};
use super::spans::{Span, replace};
use super::{Rewrite, is_placeholder, json};

/// Finds secrets by name, form and randomness.
pub(super) struct Finder {
    secrets: Secrets,
    /// How many texts are around the one that is looked through.
    depth: usize,
}

impl Finder {
    pub(super) const fn new(secrets: Secrets) -> Self {
        Self { secrets, depth: 0 }
    }

    pub(super) fn into_secrets(self) -> Secrets {
        self.secrets
    }

    fn mask(&mut self, secret: &[u8], reach: Reach) -> Option<Vec<u8>> {
        let is_masked = simdutf8::basic::from_utf8(secret).is_ok_and(is_placeholder);
        (!is_masked).then(|| self.secrets.placeholder(secret, reach).into_bytes())
    }

    fn look_through(&mut self, text: &[u8]) -> Option<Vec<u8>> {
        let mut found: Vec<_> = named(text).chain(formed(text)).chain(random(text)).collect();
        // Of those that overlap, the first and longest is one: a token within a key isn't a secret of its own.
        found.sort_by_key(|(place, _)| (place.start, std::cmp::Reverse(place.end)));
        let mut spans: Vec<Span> = Vec::new();
        for (place, secret) in found {
            let is_within = spans.last().is_some_and(|last| place.start < last.place.end);
            if !is_within && let Some(instead) = self.mask(&secret, Reach::Everywhere) {
                spans.push(Span { place, instead });
            }
        }
        replace(text, &spans)
    }
}

impl Rewrite for Finder {
    fn text(&mut self, text: &[u8]) -> Option<Vec<u8>> {
        if self.depth >= DEEPEST {
            return None;
        }
        self.depth += 1;
        let changed = match json::rewrite(text, self) {
            json::Rewritten::Json(changed) => changed,
            json::Rewritten::Other => self.look_through(text),
        };
        self.depth -= 1;
        changed
    }

    fn value(&mut self, name: &str, value: &[u8]) -> Option<Vec<u8>> {
        if is_secret(name, value) {
            self.mask(value, Reach::Everywhere)
        } else {
            self.text(value)
        }
    }

    fn cookie(&mut self, name: &str, value: &[u8]) -> Option<Vec<u8>> {
        if value.is_empty() {
            return None;
        }
        let is_telling = strength(name) == Strength::Sure || is_mixed(value);
        self.mask(
            value,
            if is_telling {
                Reach::Everywhere
            } else {
                Reach::Here
            },
        )
    }
}

/// Whether a value under a name is a secret.
fn is_secret(name: &str, value: &[u8]) -> bool {
    match strength(name) {
        Strength::None => false,
        Strength::Maybe => value.len() >= 8 && is_mixed(value) && !value.contains(&b' '),
        Strength::Sure => !value.is_empty() && !is_telltale(value),
    }
}

/// Words and small numbers that say something of a secret and are none.
fn is_telltale(value: &[u8]) -> bool {
    let is_number = value
        .iter()
        .all(|byte| byte.is_ascii_digit() || *byte == b'.' || *byte == b'-');
    let is_word = ["true", "false", "null", "undefined", "none"]
        .iter()
        .any(|word| value.eq_ignore_ascii_case(word.as_bytes()));
    is_word || is_number && value.len() < 4
}

fn is_mixed(value: &[u8]) -> bool {
    value.iter().any(u8::is_ascii_digit) && value.iter().any(u8::is_ascii_alphabetic)
}

type Found = (Range<usize>, Vec<u8>);

/// `name=value` and `<name>value</name>` within any text.
fn named(text: &[u8]) -> impl Iterator<Item = Found> {
    let found = |captures: Captures<'_>| {
        let name = captures.get(1)?;
        let value = captures.get(2)?;
        let secret = percent_encoding::percent_decode(value.as_bytes()).collect::<Vec<u8>>();
        is_secret(&String::from_utf8_lossy(name.as_bytes()), &secret).then(|| (value.range(), secret))
    };
    [&*PAIR, &*ELEMENT]
        .into_iter()
        .flat_map(move |regex| regex.captures_iter(text).filter_map(found))
}

/// What has the form of a key.
fn formed(text: &[u8]) -> impl Iterator<Item = Found> {
    let found = |found: regex::bytes::Match<'_>| (found.range(), found.as_bytes().to_vec());
    KEY.find_iter(text).map(found)
}

/// What is too random to be a name.
fn random(text: &[u8]) -> impl Iterator<Item = Found> {
    let runs = [&*RUN, &*PADDED]
        .into_iter()
        .flat_map(|regex| regex.find_iter(text));
    runs.filter(|run| run.len() <= LONGEST && is_random(run.as_bytes()))
        .map(|run| (run.range(), run.as_bytes().to_vec()))
}

/// Hexadecimal digits of a key's length, or letters of both cases with digits in no order.
fn is_random(run: &[u8]) -> bool {
    let is_hex = run.iter().all(u8::is_ascii_hexdigit);
    if is_hex {
        return run.len() >= 32 && is_mixed(run) && entropy(run) >= 3.0;
    }
    let has_both = run.iter().any(u8::is_ascii_uppercase) && run.iter().any(u8::is_ascii_lowercase);
    has_both && run.iter().any(u8::is_ascii_digit) && entropy(run) >= 3.7
}

/// Bits a character (Shannon).
fn entropy(run: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in run {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    let share = |count: u32| f64::from(count) / run.len() as f64;
    counts
        .into_iter()
        .filter(|count| *count > 0)
        .map(|count| -share(count) * share(count).log2())
        .sum()
}

fn regex(pattern: &str) -> Regex {
    #[expect(
        clippy::expect_used,
        reason = "the patterns are below, and every test uses them"
    )]
    Regex::new(pattern).expect("a pattern of ours is valid")
}

static PAIR: LazyLock<Regex> =
    LazyLock::new(|| regex(r#"(?-u)([A-Za-z0-9_.\[\]-]{2,64})=([^&\s"'<>;\\\x00-\x1F]{1,4096})"#));
static ELEMENT: LazyLock<Regex> =
    LazyLock::new(|| regex(r#"(?-u)<([A-Za-z0-9_.:-]{2,64})>(?:<!\[CDATA\[)?([^<>"\]\x00-\x1F]{1,4096})"#));
static RUN: LazyLock<Regex> = LazyLock::new(|| regex("(?-u)[A-Za-z0-9_-]{20,}"));
static PADDED: LazyLock<Regex> = LazyLock::new(|| regex("(?-u)[A-Za-z0-9+/]{16,}={1,2}"));
/// Tokens of JSON Web, keys in PEM, and keys of cloud services that can be told by their beginnings.
static KEY: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?-u)eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*",
        r#"|-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[^"]{0,8192}?-----END [A-Z ]{0,20}PRIVATE KEY-----"#,
        r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
        r"|\b(?:LTAI|AKID)[A-Za-z0-9]{12,40}\b",
        r"|\bgh[oprsu]_[A-Za-z0-9]{30,}",
        r"|\bsk-[A-Za-z0-9_-]{20,}",
        r"|\bxox[abprs]-[A-Za-z0-9-]{10,}",
        r"|\bAIza[0-9A-Za-z_-]{35}",
    ))
});

const LONGEST: usize = 512;
/// Texts within texts: JSON in a string of JSON is common, more than that isn't.
const DEEPEST: usize = 6;
