//! Names that a module gives away.

use oxc_ast::ast::{
    ExportDeclaration, ExportDefaultDeclaration, ExportDefaultDeclarationKind, ExportFromDeclaration,
    ExportNamedDeclaration, Program, Statement,
};
use oxc_ecmascript::BoundNames;
use oxc_span::GetSpan;

use super::{Bindings, Edits, Requests, is_name_char};

/// Takes `export` out of a module's text; gives each exported name with the expression that reads it.
pub(super) fn rewrite(
    source: &str,
    program: &Program<'_>,
    bindings: &Bindings,
    requests: &mut Requests,
    edits: &mut Edits<'_>,
) -> Vec<(String, String)> {
    let mut exports = Exports {
        source,
        bindings,
        requests,
        edits,
        names: Vec::new(),
    };
    for statement in &program.body {
        exports.statement(statement);
    }
    exports.names
}

struct Exports<'e, 's> {
    source: &'e str,
    bindings: &'e Bindings,
    requests: &'e mut Requests,
    edits: &'e mut Edits<'s>,
    names: Vec<(String, String)>,
}

impl Exports<'_, '_> {
    fn statement(&mut self, statement: &Statement<'_>) {
        match statement {
            Statement::ExportDeclaration(export) => self.declaration(export),
            Statement::ExportDefaultDeclaration(export) => self.default(export),
            Statement::ExportNamedDeclaration(export) => self.list(export),
            Statement::ExportFromDeclaration(export) => self.list_from(export),
            Statement::ExportAllDeclaration(export) => {
                match &export.exported {
                    Some(name) => {
                        let value = self.requests.namespace(&export.source);
                        self.names.push((name.name().to_string(), value));
                    }
                    None => self.requests.reexport(&export.source),
                }
                self.edits.replace(export.span.start, export.span.end, ";");
            }
            _ => {}
        }
    }

    /// `export const a = 1`: the declaration stays, in its columns.
    fn declaration(&mut self, export: &ExportDeclaration<'_>) {
        let (start, end) = (export.span.start, export.declaration.span().start);
        self.edits.replace(start, end, " ".repeat((end - start) as usize));
        export.declaration.bound_names(&mut |identifier| {
            self.names
                .push((identifier.name.to_string(), identifier.name.to_string()));
        });
    }

    /// A function or class keeps its name and is hoisted as before; anything else gets a name of ours.
    fn default(&mut self, export: &ExportDefaultDeclaration<'_>) {
        let (start, end) = (export.span.start, export.declaration.span().start);
        let (id, name_at) = match &export.declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(function) => {
                (function.id.as_ref(), Some(function.params.span.start))
            }
            ExportDefaultDeclarationKind::ClassDeclaration(class) => {
                (class.id.as_ref(), Some(class.span.start + CLASS))
            }
            _ => (None, None),
        };
        let name = id.map_or_else(|| self.unused_default(), |id| id.name.to_string());
        match name_at {
            Some(at) => {
                self.edits.replace(start, end, " ".repeat((end - start) as usize));
                if id.is_none() {
                    self.edits.insert(at, format!(" {name}"));
                }
            }
            None => self.edits.replace(start, end, format!("const {name} = ")),
        }
        self.names.push(("default".to_owned(), name));
    }

    fn list(&mut self, export: &ExportNamedDeclaration<'_>) {
        for specifier in &export.specifiers {
            let local = specifier.local.name();
            let value = self.bindings.expression(&local).unwrap_or(&local).to_owned();
            self.names.push((specifier.exported.name().to_string(), value));
        }
        self.edits.replace(export.span.start, export.span.end, ";");
    }

    fn list_from(&mut self, export: &ExportFromDeclaration<'_>) {
        for specifier in &export.specifiers {
            let value = self.requests.member(&export.source, &specifier.local.name());
            self.names.push((specifier.exported.name().to_string(), value));
        }
        self.edits.replace(export.span.start, export.span.end, ";");
    }

    fn unused_default(&self) -> String {
        let mut name = "_default".to_owned();
        while self.source.split(|c| !is_name_char(c)).any(|word| word == name) {
            name.push('_');
        }
        name
    }
}

/// The bytes of the word `class`.
const CLASS: u32 = 5;
