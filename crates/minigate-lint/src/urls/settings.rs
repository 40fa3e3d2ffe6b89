//! URLs in a JSON file.

use jsonc_parser::ast::Value;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::Found;
use super::text::{Tail, urls_in};

pub(super) fn of_text(path: &str, text: &str, found: &mut Found) {
    let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default());
    let mut todo = Vec::from_iter(parsed.ok().and_then(|parsed| parsed.value));
    while let Some(value) = todo.pop() {
        match value {
            Value::StringLit(literal) => {
                let range = literal.range();
                for (_, url) in urls_in(&literal.value, Tail::Closed) {
                    found.loose(path, text, &(range.start..range.end), url);
                }
            }
            Value::Array(list) => todo.extend(list.elements.into_iter().rev()),
            Value::Object(object) => {
                let members = object.properties.into_iter().rev();
                let loading = members.filter(|member| member.name.as_str() != "$schema");
                todo.extend(loading.map(|member| member.value));
            }
            Value::NumberLit(_) | Value::BooleanLit(_) | Value::NullKeyword(_) => {}
        }
    }
}
