//! TypeScript made into JavaScript: types go, enums and namespaces become objects, the rest stays as it is written.

use std::path::{Path, PathBuf};

use oxc_allocator::Allocator;
use oxc_codegen::{Codegen, CodegenOptions, CodegenReturn};
use oxc_diagnostics::OxcDiagnostic;
use oxc_parser::Parser;
use oxc_semantic::SemanticBuilder;
use oxc_span::SourceType;
use oxc_transformer::{TransformOptions, Transformer};

use super::{columns::Columns, esm::on_stack_for, syntax::SyntaxError};

/// A text without types, and where its places come from.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Untyped {
    pub(crate) text: String,
    pub(crate) columns: Columns,
}

/// Takes the types out of a text.
///
/// # Errors
///
/// Where the text is no valid TypeScript.
pub(crate) fn untype(source: &str, file: &str) -> Result<Untyped, SyntaxError> {
    on_stack_for(source, || untype_here(source, file))
        .unwrap_or_else(|none| Err(SyntaxError::at(source, 0, file, none.to_string())))
}

fn untype_here(source: &str, file: &str) -> Result<Untyped, SyntaxError> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, source, SourceType::ts()).parse();
    refuse(parsed.diagnostics.errors(), source, file)?;
    let mut program = parsed.program;
    let scoping = SemanticBuilder::new()
        .with_enum_eval(true)
        .build(&program)
        .semantic
        .into_scoping();
    let options = TransformOptions::default();
    let transformed =
        Transformer::new(&allocator, Path::new(file), &options).build_with_scoping(scoping, &mut program);
    refuse(transformed.diagnostics.errors(), source, file)?;
    let CodegenReturn { code, map, .. } = Codegen::new()
        .with_options(CodegenOptions {
            source_map_path: Some(PathBuf::from(file)),
            ..CodegenOptions::default()
        })
        .with_source_text(source)
        .build(&program);
    let mut columns = Columns::default();
    for token in map.iter().flat_map(|map| Vec::from_iter(map.get_tokens())) {
        columns.note(
            (token.get_dst_line() + 1, token.get_dst_col() + 1),
            (token.get_src_line() + 1, token.get_src_col() + 1),
        );
    }
    Ok(Untyped { text: code, columns })
}

fn refuse<'d>(
    mut errors: impl Iterator<Item = &'d OxcDiagnostic>,
    source: &str,
    file: &str,
) -> Result<(), SyntaxError> {
    let Some(error) = errors.next() else {
        return Ok(());
    };
    let offset = error.labels.first().map_or(0, |label| label.offset() as usize);
    Err(SyntaxError::at(source, offset, file, error.message.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_go_and_places_stay_known() {
        let source = "import type { T } from './t'\nimport { a, B } from './b'\n\nenum E { One = 1, Two }\nexport class C<T> {\n  constructor(private n: number) {}\n  get(): B { return a(this.n as any)!.x }\n}\n";

        let Untyped { text, columns } = untype(source, "c.ts").unwrap();

        assert!(!text.contains("import type") && !text.contains('B'), "{text}");
        let line = text.lines().position(|line| line.contains("return a(")).unwrap() as u32 + 1;
        let column = text.lines().nth(line as usize - 1).unwrap().find("a(").unwrap() as u32 + 1;
        assert_eq!(columns.original(line, column), (7, 21));
    }

    #[test]
    fn a_mistake_has_its_place() {
        let error = untype("let a: number = ;", "a.ts").unwrap_err();

        assert_eq!((error.line, error.column), (1, 17));
    }
}
