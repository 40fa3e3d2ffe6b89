//! The header of an answer.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytes::Bytes;
use http::HeaderMap;

/// Header fields in the order of their arrival, names in the server's own letter case where it is known.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Fields(Vec<(String, Bytes)>);

impl Fields {
    /// The fields of `map`; `spelled` gives the server's spelling of names (HTTP/1.1), others are lower case.
    pub(crate) fn new(map: &HeaderMap, spelled: &BTreeMap<String, String>) -> Self {
        let spell = |name: &str| spelled.get(name).map_or_else(|| name.to_owned(), Clone::clone);
        let field = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            (spell(name.as_str()), Bytes::copy_from_slice(value.as_bytes()))
        };
        Self(map.iter().map(field).collect())
    }

    /// Each field's name and value; a repeated field comes repeatedly.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        self.0.iter().map(|(name, value)| (name.as_str(), text(value)))
    }

    /// The first value of a field, whatever the letter case of its name.
    #[must_use]
    pub fn get<'a>(&'a self, name: &'a str) -> Option<Cow<'a, str>> {
        self.all(name).next()
    }

    /// Every value of a field, whatever the letter case of its name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Cow<'a, str>> {
        self.0
            .iter()
            .filter(move |(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| text(value))
    }
}

/// Field values are bytes: UTF-8 where they are valid as such, else Latin-1, as browsers take them.
fn text(value: &Bytes) -> Cow<'_, str> {
    match simdutf8::basic::from_utf8(value) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => encoding_rs::mem::decode_latin1(value),
    }
}
