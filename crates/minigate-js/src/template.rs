//! What a WXML file says of the components in it, as far as that is known without evaluating its expressions.
//!
//! A component counts where it stands in no loop, under no condition and in no `<template>`, and where each of its
//! attributes is a text, a literal or a plain data path. The tokenizer knows HTML, so names arrive in small letters.

mod binding;

use std::collections::{BTreeMap, BTreeSet};

use html5gum::{DefaultEmitter, HtmlString, StartTag, Token, Tokenizer};
use serde::Serialize;
use serde_json::Value;

use binding::Binding;

/// A component's tag, in the shape that the prelude reads.
#[derive(Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Element {
    tag: String,
    id: String,
    classes: Vec<String>,
    /// `data-…`, in camel case.
    data: BTreeMap<String, String>,
    /// The owner's method for each event.
    handlers: BTreeMap<String, String>,
    /// Other attributes, without hyphens: texts, values, and paths into the owner's data.
    attributes: BTreeMap<String, String>,
    literals: BTreeMap<String, Value>,
    paths: BTreeMap<String, String>,
    /// The place of the component around it in the same file, or -1.
    parent: i64,
    /// Whether everything that it gets is known.
    is_known: bool,
    is_bound: bool,
}

/// Reads a file's components: tags that are among `tags`, in order.
pub(crate) fn read(text: &str, tags: &BTreeSet<String>) -> Vec<Element> {
    let mut reader = Reader {
        tags,
        elements: Vec::new(),
        open: Vec::new(),
    };
    let text = without_scripts(text);
    let tokens = Tokenizer::new_with_emitter(text.as_str(), DefaultEmitter::default());
    for token in tokens {
        match token {
            Ok(Token::StartTag(tag)) => reader.start(&tag),
            Ok(Token::EndTag(tag)) => reader.end(&text_of(&tag.name)),
            _ => {}
        }
        if reader.elements.len() >= MAX_ELEMENTS {
            break;
        }
    }
    reader.elements
}

struct Reader<'t> {
    tags: &'t BTreeSet<String>,
    elements: Vec<Element>,
    open: Vec<Open>,
}

/// A tag that isn't closed yet.
struct Open {
    name: String,
    /// The nearest component, itself included.
    component: i64,
    /// Whether what it holds is uncertain.
    is_uncertain: bool,
}

impl Reader<'_> {
    fn start(&mut self, tag: &StartTag<()>) {
        let name = text_of(&tag.name);
        let (around, was_uncertain) = self
            .open
            .last()
            .map_or((-1, false), |open| (open.component, open.is_uncertain));
        let is_uncertain = was_uncertain || name == "template" || has_directive(tag);
        let is_component = self.tags.contains(&name) && !is_uncertain;
        let component = if is_component {
            self.elements.push(element(name.clone(), tag, around));
            i64::try_from(self.elements.len()).unwrap_or(0) - 1
        } else {
            around
        };
        if !tag.self_closing && self.open.len() < MAX_DEPTH {
            self.open.push(Open {
                name,
                component,
                is_uncertain,
            });
        }
    }

    fn end(&mut self, name: &str) {
        if let Some(place) = self.open.iter().rposition(|open| open.name == name) {
            self.open.truncate(place);
        }
    }
}

fn has_directive(tag: &StartTag<()>) -> bool {
    tag.attributes.keys().any(|name| {
        let name = text_of(name);
        DIRECTIVES.contains(&name.as_str())
    })
}

fn element(tag: String, written: &StartTag<()>, parent: i64) -> Element {
    let mut element = Element {
        tag,
        parent,
        is_known: true,
        ..Element::default()
    };
    for (name, value) in &written.attributes {
        element.add(&text_of(name), &text_of(&value.value));
    }
    element
}

impl Element {
    fn add(&mut self, name: &str, value: &str) {
        if let Some(key) = name.strip_prefix("data-") {
            if let Binding::Text(text) = Binding::of(value) {
                self.data.insert(camel(key), text);
            }
        } else if let Some(event) = event(name) {
            self.handlers.insert(event.to_owned(), value.to_owned());
        } else {
            self.add_plain(name, value);
        }
    }

    fn add_plain(&mut self, name: &str, value: &str) {
        let key = name.replace('-', "");
        match (name, Binding::of(value)) {
            ("id", Binding::Text(text)) => self.id = text,
            ("class", _) => self.classes = value.split_whitespace().map(str::to_owned).collect(),
            (name, _) if UNIMPORTANT.contains(&name) || name.contains(':') => {}
            (_, Binding::Text(text)) => drop(self.attributes.insert(key, text)),
            (_, Binding::Literal(literal)) => drop(self.literals.insert(key, literal)),
            (_, Binding::Path(path)) => {
                self.is_bound = true;
                self.paths.insert(key, path);
            }
            (_, Binding::Expression) => self.is_known = false,
        }
    }
}

/// The event of `bind:tap`, `bindtap`, `catch:tap`, `capture-bind:tap` …
fn event(name: &str) -> Option<&str> {
    let name = name.strip_prefix("capture-").unwrap_or(name);
    let name = name.strip_prefix("mut-").unwrap_or(name);
    let event = name.strip_prefix("bind").or_else(|| name.strip_prefix("catch"))?;
    let event = event.strip_prefix(':').unwrap_or(event);
    (!event.is_empty()).then_some(event)
}

/// `user-id` as `userId`.
fn camel(name: &str) -> String {
    let mut parts = name.split('-');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut letters = part.chars();
        text.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        text.push_str(letters.as_str());
    }
    text
}

/// A text without what stands in `<wxs>`, which is a language of its own.
fn without_scripts(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, script)) = rest.split_once("<wxs") {
        kept.push_str(before);
        let end = script.find("</wxs>").map(|at| at + "</wxs>".len());
        let closed = script.find("/>").map(|at| at + "/>".len());
        let end = match (end, closed) {
            (Some(end), Some(closed))
                if script
                    .get(..closed)
                    .is_some_and(|tag| !tag.trim_end_matches("/>").contains('>')) =>
            {
                end.min(closed)
            }
            (end, closed) => end.or(closed).unwrap_or(script.len()),
        };
        rest = script.get(end..).unwrap_or_default();
    }
    kept.push_str(rest);
    kept
}

fn text_of(text: &HtmlString) -> String {
    String::from_utf8_lossy(text).into_owned()
}

const DIRECTIVES: &[&str] = &["wx:if", "wx:elif", "wx:else", "wx:for", "wx:for-items"];
/// Attributes that no component's logic depends on.
const UNIMPORTANT: &[&str] = &["id", "style", "slot", "hidden", "is"];
const MAX_DEPTH: usize = 1000;
const MAX_ELEMENTS: usize = 5000;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_what_is_certain_of_components() {
        let text = r#"
            <wxs module="m">var a = 1 <b.length; module.exports = "<my-b/>"</wxs>
            <view class="box"><my-a id="one" class="x y" show-icon title="T" count="{{3}}" name="{{user.name}}"
              bind:change="onChange" bindtap="onTap" data-user-id="7"><my-b></my-b></my-a></view>
            <my-b wx:for="{{list}}"/><block wx:if="{{a}}"><my-b/></block><template name="t"><my-b/></template>
            <!-- <my-b/> --><my-b value="{{a ? 1 : 2}}"/>"#;

        let read = read(text, &tags());

        assert_eq!(read.len(), 3);
        assert_eq!(
            serde_json::to_value(&read[0]).unwrap(),
            json!({
                "tag": "my-a", "id": "one", "classes": ["x", "y"], "data": {"userId": "7"},
                "handlers": {"change": "onChange", "tap": "onTap"},
                "attributes": {"showicon": "", "title": "T"}, "literals": {"count": 3}, "paths": {"name": "user.name"},
                "parent": -1, "isKnown": true, "isBound": true,
            })
        );
        assert_eq!((read[1].parent, read[1].is_known), (0, true));
        assert_eq!((read[2].parent, read[2].is_known), (-1, false));
    }

    #[test]
    fn broken_texts_end() {
        for text in [
            "<",
            "<my-a",
            "</my-a>",
            "<wxs",
            "<wxs>",
            "<my-a a='",
            "<my-a><my-a><view></my-a>",
            "<wxs src='a'/><my-a/>",
        ] {
            assert!(read(text, &tags()).len() < 3, "{text}");
        }
        assert_eq!(read("<wxs src='a' module='b'/><my-a/>", &tags()).len(), 1);
    }

    fn tags() -> BTreeSet<String> {
        ["my-a", "my-b"].map(str::to_owned).into()
    }
}
