//! The header of an answer.

use std::borrow::Cow;
use std::ops::Range;

use bytes::Bytes;
use http::HeaderMap;

/// Header fields in the order of their arrival, names in the server's own letter case where it is known.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    text: Bytes,
    fields: Vec<Field>,
}

/// Where a field's name and value stand in the text.
#[derive(Clone, Debug)]
struct Field {
    name: Range<usize>,
    value: Range<usize>,
}

impl Fields {
    /// The fields of h2, whose names are in lower case.
    pub(crate) fn of(map: &HeaderMap) -> Self {
        let mut text = Vec::new();
        let mut fields = Vec::with_capacity(map.len());
        for (name, value) in map {
            fields.push(Field {
                name: append(&mut text, name.as_str().as_bytes()),
                value: append(&mut text, value.as_bytes()),
            });
        }
        Self {
            text: text.into(),
            fields,
        }
    }

    /// The fields of an HTTP/1.1 head, which `text` begins with; the parser's names and values are parts of it.
    pub(crate) fn parsed(text: &Bytes, headers: &[httparse::Header<'_>]) -> Self {
        let place = |part: &[u8]| {
            let start = part.as_ptr().addr().saturating_sub(text.as_ptr().addr());
            start..start + part.len()
        };
        let field = |header: &httparse::Header<'_>| Field {
            name: place(header.name.as_bytes()),
            value: place(header.value),
        };
        Self {
            text: text.clone(),
            fields: headers.iter().map(field).collect(),
        }
    }

    /// Each field's name and value; a repeated field comes repeatedly.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        self.fields
            .iter()
            .map(|field| (self.name(field), text(self.part(&field.value))))
    }

    /// The first value of a field, whatever the letter case of its name.
    #[must_use]
    pub fn get<'a>(&'a self, name: &'a str) -> Option<Cow<'a, str>> {
        self.all(name).next()
    }

    /// Every value of a field, whatever the letter case of its name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Cow<'a, str>> {
        self.fields
            .iter()
            .filter(move |field| self.part(&field.name).eq_ignore_ascii_case(name.as_bytes()))
            .map(|field| text(self.part(&field.value)))
    }

    fn name(&self, field: &Field) -> &str {
        simdutf8::basic::from_utf8(self.part(&field.name)).unwrap_or_default()
    }

    fn part(&self, place: &Range<usize>) -> &[u8] {
        self.text.get(place.clone()).unwrap_or_default()
    }
}

impl PartialEq for Fields {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Fields {}

fn append(text: &mut Vec<u8>, part: &[u8]) -> Range<usize> {
    let start = text.len();
    text.extend_from_slice(part);
    start..text.len()
}

/// Field values are bytes: UTF-8 where they are valid as such, else Latin-1, as browsers take them.
fn text(value: &[u8]) -> Cow<'_, str> {
    match simdutf8::basic::from_utf8(value) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => encoding_rs::mem::decode_latin1(value),
    }
}
