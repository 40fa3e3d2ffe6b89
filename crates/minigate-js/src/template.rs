//! What a WXML file says of the components in it: which there are, under which conditions and how often, and what they
//! get; and the scripts (WXS) that its expressions call.
//!
//! Other tags dissolve into what they hold. The tokenizer knows HTML, so names arrive in small letters.

mod library;
mod reader;
mod tag;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::loader::{Formula, Opaque, functions};
use library::{Library, Module};
pub use tag::{Attribute, Tag, scripts, tags};
use value::Value;
pub use value::{Part, parts};

/// A file's components, in the shape that the prelude reads.
#[derive(Debug, Serialize)]
pub(crate) struct Plan {
    nodes: Vec<Node>,
    /// What each `<template name>` holds, of this file and those that it imports.
    templates: Vec<Vec<Node>>,
    /// For each file: the templates that it knows, by name.
    scopes: Vec<BTreeMap<String, usize>>,
    /// The WXS modules of all these files.
    scripts: Vec<Module>,
    /// Why some of the expressions can't be evaluated.
    opaque: BTreeMap<usize, Unclear>,
    /// The functions that evaluate the expressions, as text; `undefined` where there is none.
    #[serde(skip)]
    functions: Vec<String>,
}

/// An expression that nobody evaluates.
#[derive(Debug, Serialize)]
struct Unclear {
    text: String,
    /// What is wrong with it, unless it only is beyond us.
    error: Option<String>,
}

/// A part of a file.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Node {
    Component(Component),
    Loop(Loop),
    /// `wx:if` and its alternatives: the first one whose condition holds.
    Choice {
        branches: Vec<Branch>,
    },
    /// `<template is>`: a template of the file's scope.
    Template {
        scope: usize,
        name: Value,
        data: Option<Value>,
    },
}

/// A component's tag.
#[derive(Debug, Default, Serialize)]
struct Component {
    tag: String,
    id: Option<Value>,
    class: Option<Value>,
    /// `data-…`, in camel case.
    data: BTreeMap<String, Value>,
    /// The owner's method for each event.
    handlers: BTreeMap<String, Value>,
    /// Other attributes, without hyphens.
    attributes: BTreeMap<String, Value>,
    /// Attributes that concern what isn't here: generics, what a slot hands out.
    foreign: Vec<String>,
    nodes: Vec<Node>,
}

/// `wx:for`.
#[derive(Debug, Serialize)]
struct Loop {
    list: Value,
    item: String,
    index: String,
    key: Option<String>,
    nodes: Vec<Node>,
}

/// What there is under a condition, or `wx:else`.
#[derive(Debug, Serialize)]
struct Branch {
    condition: Option<Value>,
    nodes: Vec<Node>,
}

/// Reads a file, and what it imports and includes: tags that are among `tags`, in order. `source` gives the text of
/// the file at a path.
pub(crate) fn read(file: &str, tags: &BTreeSet<String>, source: &dyn Fn(&str) -> Option<String>) -> Plan {
    let mut library = Library::new(tags, source);
    let nodes = if tags.is_empty() {
        Vec::new()
    } else {
        library.open(file)
    };
    let content = library.close();
    let none = BTreeMap::new();
    let formulas: Vec<_> = content
        .expressions
        .into_iter()
        .map(|(text, scope)| Formula {
            text,
            modules: content.modules.get(scope).unwrap_or(&none),
        })
        .collect();
    let mut plan = Plan {
        nodes,
        templates: content.templates,
        scopes: content.scopes,
        scripts: content.scripts,
        opaque: BTreeMap::new(),
        functions: Vec::new(),
    };
    let results = functions(&formulas);
    for (index, (formula, result)) in formulas.into_iter().zip(results).enumerate() {
        plan.keep(index, formula.text, result);
    }
    plan
}

impl Plan {
    fn keep(&mut self, index: usize, text: String, function: Result<String, Opaque>) {
        let function = function.unwrap_or_else(|opaque| {
            let error = match opaque {
                Opaque::Foreign => None,
                Opaque::Malformed(error) => Some(error),
            };
            self.opaque.insert(index, Unclear { text, error });
            "undefined".to_owned()
        });
        self.functions.push(function);
    }

    /// A script whose value has all functions: those of the expressions, and those of the WXS modules.
    pub(crate) fn script(&self) -> String {
        let modules: Vec<_> = self
            .scripts
            .iter()
            .map(|module| module.function.as_str())
            .collect();
        let expressions = self.functions.join(",\n");
        format!(
            "({{expressions:[{expressions}],scripts:[{}]}})",
            modules.join(",\n")
        )
    }
}

impl Node {
    fn is_empty(&self) -> bool {
        match self {
            Self::Component(_) | Self::Template { .. } => false,
            Self::Loop(part) => part.nodes.is_empty(),
            Self::Choice { branches } => branches.iter().all(|branch| branch.nodes.is_empty()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn reads_components_with_what_they_get() {
        let plan = plan(
            r#"<wxs module="m">var a = 1 <b.length; module.exports = "<my-b/>"</wxs>
            <view class="box"><my-a id="one" class="x {{y}}" show-icon title="T" count="{{3}}" name="{{user.name}}"
              bind:change="onChange" bindtap="onTap" data-user-id="7" generic:g="my-b"><my-b></my-b></my-a></view>
            <!-- <my-b/> -->"#,
        );

        assert_eq!(
            plan["nodes"],
            json!([{
                "kind": "component", "tag": "my-a", "id": "one", "class": ["x ", 0], "data": {"userId": "7"},
                "handlers": {"change": "onChange", "tap": "onTap"},
                "attributes": {"showicon": "", "title": "T", "count": 1, "name": 2}, "foreign": ["generic:g"],
                "nodes": [bare("my-b")],
            }])
        );
    }

    #[test]
    fn reads_conditions_and_loops() {
        let plan = plan(
            r#"<my-a wx:for="{{list}}" wx:key="id" wx:if="{{item.on}}"/>
            <block wx:for="{{3}}" wx:for-item="n" wx:for-index="i"><view/></block>
            <view wx:if="{{a}}"/><view wx:elif="{{b}}"><my-a/></view><text>t</text>"#,
        );

        assert_eq!(
            plan["nodes"],
            json!([
                {"kind": "loop", "list": 0, "item": "item", "index": "index", "key": "id", "nodes": [
                    {"kind": "choice", "branches": [{"condition": 1, "nodes": [bare("my-a")]}]}
                ]},
                {"kind": "choice", "branches": [{"condition": 3, "nodes": []}, {"condition": 4, "nodes": [bare("my-a")]}]},
            ])
        );
    }

    #[test]
    fn templates_know_their_own_file_and_what_it_imports() {
        let files = [
            (
                "p/p.wxml",
                r#"<wxs module="m" src="/m"/><import src="../t/t"/><template is="{{n}}" data="{{...a, b}}"/><include src="/i.wxml"/>"#,
            ),
            (
                "t/t.wxml",
                r#"<import src="u.wxml"/><import src="../p/p"/><template name="t"><template is="u"/></template>"#,
            ),
            ("t/u.wxml", r#"<template name="u"><my-a/></template>"#),
            (
                "i.wxml",
                r#"<my-b/><include src="i.wxml"/><template name="never"/>"#,
            ),
            ("m.wxs", "module.exports = require('./n.wxs')"),
            ("n.wxs", "require('./m.wxs')"),
        ];

        let plan = plan_of("p/p.wxml", &files);

        assert_eq!(
            plan["nodes"][0],
            json!({"kind": "template", "scope": 0, "name": 0, "data": 1})
        );
        assert_eq!(plan["nodes"][1], bare("my-b"));
        let t = plan["scopes"][0]["t"].as_u64().unwrap() as usize;
        let inner = &plan["templates"][t][0];
        assert_eq!(inner["name"], "u");
        let scope = inner["scope"].as_u64().unwrap() as usize;
        let u = plan["scopes"][scope]["u"].as_u64().unwrap() as usize;
        assert_eq!(plan["templates"][u], json!([bare("my-a")]));
        assert_eq!(plan["scopes"][0].get("u"), None);
        assert_eq!(
            plan["scripts"],
            json!([{"requests": {"./n.wxs": 1}}, {"requests": {"./m.wxs": 0}}])
        );
    }

    #[test]
    fn expressions_that_nobody_evaluates_are_named() {
        let plan = plan(
            r#"<wxs module="n">module.exports.f = 1</wxs><wxs module="m">}</wxs><my-a a="{{m.f(b)}}" b="{{c +}}" c="{{d}}" d="{{n.f(d)}}"/>"#,
        );

        assert_eq!(plan["opaque"]["0"], json!({"text": "m.f(b)", "error": null}));
        assert_eq!(plan["opaque"]["1"]["text"], "c +");
        assert!(plan["opaque"]["1"]["error"].is_string());
        assert_eq!((plan["opaque"].get("2"), plan["opaque"].get("3")), (None, None));
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
            "<my-a wx:else/>",
            "<template>",
            "<include/>",
            "<include src='..'/><import src='p.wxml'/>",
            "<include src='p'/>",
        ] {
            let plan = plan(text);
            assert!(plan["nodes"].as_array().unwrap().len() < 3, "{text}");
        }
        let nested = "<my-a>".repeat(100_000);
        assert!(plan(&nested)["nodes"].is_array());
    }

    fn bare(tag: &str) -> Value {
        json!({"kind": "component", "tag": tag, "id": null, "class": null, "data": {}, "handlers": {}, "attributes": {},
            "foreign": [], "nodes": []})
    }

    fn plan(text: &str) -> Value {
        plan_of("p.wxml", &[("p.wxml", text)])
    }

    fn plan_of(file: &str, files: &[(&str, &str)]) -> Value {
        let tags = ["my-a", "my-b"].map(str::to_owned).into();
        let source = |path: &str| {
            files
                .iter()
                .find(|(name, _)| *name == path)
                .map(|(_, text)| (*text).to_owned())
        };
        serde_json::to_value(read(file, &tags, &source)).unwrap()
    }
}
