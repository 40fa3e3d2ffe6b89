//! Looking for secrets, and replacing each where it is found.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::members::{self, Found};
use super::names::{SCHEMES, Strength, is_mixed, is_secret, scheme_length, strength};
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
        let mut found = members::secrets(text);
        if text.len() >= SHORTEST_KEY {
            found.extend(presented(text).chain(formed(text)).chain(random(text)));
        }
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
        if self.depth >= DEEPEST || is_binary(text) {
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
        let (scheme, credentials) = value.split_at(scheme_length(value));
        if !is_secret(name, credentials) {
            return self.text(value);
        }
        let masked = self.mask(credentials, Reach::Everywhere)?;
        Some([scheme, &masked].concat())
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

/// Whether it is a picture, an archive or the like, in which a text is a matter of chance. A small one is looked through
/// all the same: it may be a message in a form of its own.
fn is_binary(text: &[u8]) -> bool {
    let beginning = text.get(..HEAD).unwrap_or_default();
    text.len() > SMALL && beginning.contains(&0)
}

/// Credentials after their scheme, wherever they are.
fn presented(text: &[u8]) -> impl Iterator<Item = Found> {
    PRESENTED.captures_iter(text).filter_map(|captures| {
        let (scheme, credentials) = (captures.get(1)?, captures.get(2)?);
        let text = credentials.as_bytes();
        let is_bearer = scheme.as_bytes().eq_ignore_ascii_case(b"bearer");
        let is_meant = is_coded(text) || is_bearer && !is_said_of_bearers(text);
        is_meant.then(|| (credentials.range(), text.to_vec()))
    })
}

/// Whether it looks like something that was encoded: `Basic` goes before words, too.
fn is_coded(text: &[u8]) -> bool {
    let is_upper_within = text.iter().skip(1).any(u8::is_ascii_uppercase);
    let is_padded = text.ends_with(b"=") && text.len().is_multiple_of(4);
    is_mixed(text) || is_padded || is_upper_within && text.iter().any(u8::is_ascii_lowercase)
}

/// What follows `bearer` in plain words.
fn is_said_of_bearers(text: &[u8]) -> bool {
    let words = ["auth", "token"];
    words.iter().any(|word| {
        let beginning = text.get(..word.len()).unwrap_or_default();
        beginning.eq_ignore_ascii_case(word.as_bytes())
    })
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

static PRESENTED: LazyLock<Regex> = LazyLock::new(|| {
    let schemes = SCHEMES.iter().filter(|scheme| **scheme != "token");
    let schemes: Vec<_> = schemes.copied().collect();
    let schemes = schemes.join("|");
    regex(&format!(
        r"(?i-u)\b({schemes})[ \t]+([A-Za-z0-9._~+/:-]{{6,}}={{0,2}})"
    ))
});
static RUN: LazyLock<Regex> = LazyLock::new(|| regex("(?-u)[A-Za-z0-9_-]{20,}"));
static PADDED: LazyLock<Regex> = LazyLock::new(|| regex("(?-u)[A-Za-z0-9+/]{16,}={1,2}"));
/// Tokens of JSON Web, keys in PEM, and keys of cloud services that can be told by their beginnings.
static KEY: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?-u)eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){1,4}",
        r#"|-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----(?:[^"-]|-[^"-])*(?:-----END [A-Z ]{0,20}PRIVATE KEY-----)?"#,
        r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
        r"|\b(?:LTAI|AKID)[A-Za-z0-9]{12,40}\b",
        r"|\bgh[oprsu]_[A-Za-z0-9]{30,}",
        r"|\bsk-[A-Za-z0-9_-]{20,}",
        r"|\bxox[abprs]-[A-Za-z0-9-]{10,}",
        r"|\bAIza[0-9A-Za-z_-]{35}",
    ))
});

const LONGEST: usize = 512;
/// Nothing shorter has a form that tells it.
const SHORTEST_KEY: usize = 12;
const SMALL: usize = 64 << 10;
/// Where the first zero byte of what isn't text is.
const HEAD: usize = 8 << 10;
/// Texts within texts: JSON in a string of JSON is common, more than that isn't.
const DEEPEST: usize = 6;
