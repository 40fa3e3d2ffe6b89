//! Names that come from other modules.

use std::collections::BTreeMap;

use oxc_ast::{
    AstKind,
    ast::{ImportDeclaration, ImportDeclarationSpecifier, Program, Statement, StringLiteral},
};
use oxc_semantic::{AstNodes, NodeId, Semantic, SymbolId};
use oxc_span::{GetSpan, Span};

use super::{Edits, Requests};

/// The imported names of a module, each with the expression that reads it.
pub(super) struct Bindings {
    by_name: BTreeMap<String, Binding>,
    statements: Vec<Span>,
}

struct Binding {
    symbol: SymbolId,
    expression: String,
}

impl Bindings {
    pub(super) fn collect(program: &Program<'_>, requests: &mut Requests) -> Self {
        let mut bindings = Self {
            by_name: BTreeMap::new(),
            statements: Vec::new(),
        };
        for statement in &program.body {
            match statement {
                Statement::ImportDeclaration(import) => bindings.import(import, requests),
                // An `export … from` between two imports keeps its turn.
                Statement::ExportFromDeclaration(export) => drop(requests.add(&export.source)),
                Statement::ExportAllDeclaration(export) => drop(requests.add(&export.source)),
                _ => {}
            }
        }
        bindings
    }

    /// The expression that reads an imported name; none where the name is the module's own.
    pub(super) fn expression(&self, name: &str) -> Option<&str> {
        self.by_name.get(name).map(|binding| binding.expression.as_str())
    }

    /// Takes the imports out and rewrites all uses of what they bind.
    ///
    /// # Errors
    ///
    /// The place and name of an assignment to an import.
    pub(super) fn rewrite(
        &self,
        semantic: &Semantic<'_>,
        edits: &mut Edits<'_>,
    ) -> Result<(), (u32, String)> {
        for span in &self.statements {
            // The semicolon ends a statement before it that relied on the line break.
            edits.replace(span.start, span.end, ";");
        }
        for (name, binding) in &self.by_name {
            for reference in semantic.scoping().get_resolved_references(binding.symbol) {
                let node = reference.node_id();
                let span = semantic.nodes().kind(node).span();
                if reference.is_write() {
                    return Err((span.start, name.clone()));
                }
                rewrite_use(name, &binding.expression, (node, span), semantic.nodes(), edits);
            }
        }
        Ok(())
    }

    fn import(&mut self, import: &ImportDeclaration<'_>, requests: &mut Requests) {
        self.statements.push(import.span);
        requests.add(&import.source);
        for specifier in import.specifiers.iter().flatten() {
            self.bind(specifier, &import.source, requests);
        }
    }

    fn bind(
        &mut self,
        specifier: &ImportDeclarationSpecifier<'_>,
        source: &StringLiteral<'_>,
        requests: &mut Requests,
    ) {
        let expression = match specifier {
            ImportDeclarationSpecifier::ImportSpecifier(named) => {
                requests.member(source, &named.imported.name())
            }
            ImportDeclarationSpecifier::ImportDefaultSpecifier(_) => requests.member(source, "default"),
            ImportDeclarationSpecifier::ImportNamespaceSpecifier(_) => requests.namespace(source),
        };
        let local = specifier.local();
        if let Some(symbol) = local.symbol_id.get() {
            self.by_name
                .insert(local.name.to_string(), Binding { symbol, expression });
        }
    }
}

fn rewrite_use(
    name: &str,
    expression: &str,
    (node, span): (NodeId, Span),
    nodes: &AstNodes<'_>,
    edits: &mut Edits<'_>,
) {
    let text = match nodes.parent_kind(node) {
        AstKind::ExportSpecifier(_) => return,
        AstKind::ObjectProperty(property) if property.shorthand => format!("{name}:{expression}"),
        AstKind::CallExpression(call) if call.callee.span() == span => {
            without_this(expression, (node, span), nodes)
        }
        AstKind::TaggedTemplateExpression(template) if template.tag.span() == span => {
            without_this(expression, (node, span), nodes)
        }
        _ => expression.to_owned(),
    };
    edits.replace(span.start, span.end, text);
}

/// `f()` of an import has no `this`, so it must not become the method call `m.f()`.
fn without_this(expression: &str, (node, span): (NodeId, Span), nodes: &AstNodes<'_>) -> String {
    if !expression.contains(['.', '[']) {
        return expression.to_owned();
    }
    // The bracket would continue a line before it that has no semicolon.
    let guard = if starts_listed_statement(node, span, nodes) {
        ";"
    } else {
        ""
    };
    format!("{guard}(0,{expression})")
}

/// Whether a node begins a statement that stands in a list, where an empty statement may go before it.
fn starts_listed_statement(node: NodeId, span: Span, nodes: &AstNodes<'_>) -> bool {
    let statement = nodes
        .ancestors(node)
        .take_while(|ancestor| ancestor.kind().span().start == span.start)
        .find(|ancestor| matches!(ancestor.kind(), AstKind::ExpressionStatement(_)));
    statement.is_some_and(|statement| {
        matches!(
            nodes.parent_kind(statement.id()),
            AstKind::Program(_)
                | AstKind::BlockStatement(_)
                | AstKind::FunctionBody(_)
                | AstKind::SwitchCase(_)
                | AstKind::StaticBlock(_)
        )
    })
}
