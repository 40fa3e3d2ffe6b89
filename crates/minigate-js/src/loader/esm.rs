//! ES modules made into CommonJS, as the platform's own tool does it (Babel's meaning), by small edits to the text.
//!
//! Every line stays on its line, so that a stack trace shows the developer's own lines without a source map. A name
//! that is imported is rewritten to a member of its module (`_$1.name`), which keeps the binding live; what is
//! exported becomes a getter, defined before anything else of the module runs.

mod bindings;
mod depth;
mod exports;
mod nesting;
mod requests;

use oxc_allocator::Allocator;
use oxc_parser::{ParseOptions, Parser, ParserReturn};
use oxc_semantic::{Semantic, SemanticBuilder};
use oxc_span::SourceType;

use super::{
    columns::{Columns, Cursor, Head},
    edits::Edits,
    syntax::SyntaxError,
};
use bindings::Bindings;
pub(super) use depth::on_stack_for;
pub use depth::{NoStack, on_deep_stack};
use requests::Requests;

/// A source text without `import` and `export`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Converted {
    /// What must stand before the text, on its first line.
    pub(super) head: Head,
    /// The text itself.
    pub(super) body: String,
    /// The name under which both expect the helpers.
    pub(super) helpers: String,
    /// Where the columns of the text come from.
    pub(super) columns: Columns,
}

/// Whether a text that is no script can be a module: it holds the word `import` or `export`, be it in a comment.
pub(crate) fn may_be_module(source: &str) -> bool {
    holds(source, "import", |next| {
        next.is_whitespace() || "{*\"'(./".contains(next)
    }) || holds(source, "export", |next| {
        next.is_whitespace() || "{*/".contains(next)
    })
}

/// Whether a script can hold `import()`.
pub(crate) fn may_import_later(source: &str) -> bool {
    let calls = |rest: &str| rest.trim_start().starts_with(['(', '/']);
    words(source, "import").any(calls)
}

fn holds(source: &str, word: &str, next: impl Fn(char) -> bool) -> bool {
    words(source, word).any(|rest| rest.starts_with(&next))
}

/// What follows a word, wherever it stands alone and is no member's name.
fn words<'s>(source: &'s str, word: &'s str) -> impl Iterator<Item = &'s str> {
    source.match_indices(word).filter_map(move |(at, _)| {
        let before = source.get(..at)?.chars().next_back();
        let is_free = !before.is_some_and(is_name_char) && before != Some('.');
        source.get(at + word.len()..).filter(|_| is_free)
    })
}

/// Converts a text, or gives nothing where it holds neither `import` nor `export`.
pub(super) fn convert(source: &str, file: &str) -> Result<Option<Converted>, SyntaxError> {
    on_stack_for(source, || convert_here(source, file))
        .unwrap_or_else(|none| Err(SyntaxError::at(source, 0, file, none.to_string())))
}

fn convert_here(source: &str, file: &str) -> Result<Option<Converted>, SyntaxError> {
    let allocator = Allocator::default();
    let options = ParseOptions {
        allow_return_outside_function: true,
        preserve_parens: false,
        ..ParseOptions::default()
    };
    let parsed = Parser::new(&allocator, source, SourceType::unambiguous())
        .with_options(options)
        .parse();
    check(&parsed, source, file)?;
    let record = &parsed.module_record;
    if !record.has_module_syntax && record.dynamic_imports.is_empty() {
        return Ok(None);
    }
    let semantic = SemanticBuilder::new()
        .with_build_nodes(true)
        .build(&parsed.program)
        .semantic;
    Conversion {
        source,
        file,
        parsed: &parsed,
        semantic: &semantic,
        prefix: unused_name(source),
    }
    .run()
    .map(Some)
}

fn check(parsed: &ParserReturn<'_>, source: &str, file: &str) -> Result<(), SyntaxError> {
    if let Some(error) = parsed.diagnostics.errors().next() {
        let offset = error.labels.first().map_or(0, |label| label.offset() as usize);
        return Err(if error.message.ends_with("`EOF`") {
            SyntaxError::at_end(source, file)
        } else {
            SyntaxError::at(source, offset, file, lower_first(&error.message))
        });
    }
    match parsed.module_record.import_metas.first() {
        Some(span) => Err(SyntaxError::at(
            source,
            span.start as usize,
            file,
            "`import.meta` is not available",
        )),
        None => Ok(()),
    }
}

struct Conversion<'c, 'a> {
    source: &'a str,
    file: &'c str,
    parsed: &'c ParserReturn<'a>,
    semantic: &'c Semantic<'a>,
    prefix: String,
}

impl<'a> Conversion<'_, 'a> {
    fn run(self) -> Result<Converted, SyntaxError> {
        let mut edits = Edits::new(self.source);
        let mut requests = Requests::new(&self.prefix);
        let bindings = Bindings::collect(&self.parsed.program, &mut requests);
        let exported = exports::rewrite(
            self.source,
            &self.parsed.program,
            &bindings,
            &mut requests,
            &mut edits,
        );
        bindings
            .rewrite(self.semantic, &mut edits)
            .map_err(|(offset, name)| {
                let message = format!("`{name}` is imported, so it can't be assigned");
                SyntaxError::at(self.source, offset as usize, self.file, message)
            })?;
        for import in &self.parsed.module_record.dynamic_imports {
            let word = import.span.start;
            edits.replace(word, word + KEYWORD, format!("{}.load", self.prefix));
        }
        let head = self.head(&exported, &requests);
        let (body, columns) = edits.apply();
        Ok(Converted {
            head,
            body,
            helpers: self.prefix,
            columns,
        })
    }

    fn head(&self, exported: &[(String, String)], requests: &Requests) -> Head {
        if !self.parsed.module_record.has_module_syntax {
            return Head::default();
        }
        let getters: Vec<_> = exported
            .iter()
            .map(|(name, value)| format!("{},()=>{value}", quoted(name)))
            .collect();
        let mut head = Head::new(format!(
            "\"use strict\";{}.define([{}]);",
            self.prefix,
            getters.join(",")
        ));
        let (mut here, mut done) = (Cursor::start(), 0);
        for (offset, statements) in requests.statements() {
            here.pass(self.source.get(done..offset).unwrap_or_default());
            done = offset;
            head.add(&statements, (here.line, here.column));
        }
        head
    }
}

/// A name that occurs nowhere in the text, not even inside another.
fn unused_name(source: &str) -> String {
    let mut name = "_$".to_owned();
    while source.contains(&name) {
        name.push('$');
    }
    name
}

/// A text as a JavaScript string literal.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text)
        .to_string()
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

fn lower_first(message: &str) -> String {
    let mut chars = message.trim_end_matches('.').chars();
    chars
        .next()
        .map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

fn is_name_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// The bytes of the word `import`.
const KEYWORD: u32 = 6;

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[test]
    fn vectors() {
        let vectors: Vectors = toml::from_str(include_str!("../../tests/vectors/modules.toml")).unwrap();
        for case in vectors.case {
            let converted = convert(&case.source, "m.js").unwrap().unwrap();

            assert_eq!(
                (converted.head.text, converted.body),
                (case.head, case.body),
                "{}",
                case.name
            );
        }
    }

    #[test]
    fn a_script_is_converted_only_where_it_can_import_later() {
        assert!(may_import_later("import ( 'a' )") && may_import_later("import/**/('a')"));
        assert!(!may_import_later(
            "// to import things\nmodule.exports = x.import('a')"
        ));
    }

    #[test]
    fn only_texts_that_can_hold_import_or_export_are_candidates() {
        for text in [
            "exports.a = important",
            "x.import('a')",
            "// imported",
            "module.exports={}",
        ] {
            assert!(!may_be_module(text), "{text}");
        }
        for text in [
            "import a from 'a'",
            "export{a}",
            "import'a'",
            "import(x)",
            "a;export default 1",
        ] {
            assert!(may_be_module(text), "{text}");
        }
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Vectors {
        case: Vec<Case>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        name: String,
        source: String,
        head: String,
        body: String,
    }
}
