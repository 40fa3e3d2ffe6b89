//! From the text of a module to what it says.

mod answers;
mod links;
mod lower;
mod suspects;

use std::collections::BTreeMap;

use minigate_js::on_deep_stack;
use oxc_allocator::Allocator;
use oxc_ast::AstKind;
use oxc_ast::ast::{
    ArrowFunctionExpression, AssignmentExpression, AssignmentTarget, BinaryExpression, BindingPattern,
    CallExpression, Class, Declaration, ExportAllDeclaration, ExportDeclaration, ExportDefaultDeclaration,
    ExportDefaultDeclarationKind, ExportFromDeclaration, ExportNamedDeclaration, Expression, ForOfStatement,
    ForStatementLeft, FormalParameters, Function as AstFunction, ImportDeclaration,
    ImportDeclarationSpecifier, ModuleExportName, NewExpression, ObjectExpression, Program, ReturnStatement,
    Statement, StringLiteral, TSEnumDeclaration, TemplateElement, TemplateLiteral, VariableDeclarator,
};
use oxc_ast_visit::{Visit, walk};
use oxc_parser::Parser;
use oxc_semantic::{AstNodes, NodeId, Scoping, SemanticBuilder, SymbolId};
use oxc_span::{GetSpan, SourceType};
use oxc_syntax::operator::AssignmentOperator;
use oxc_syntax::scope::ScopeFlags;

use crate::model::{CallId, Expr, ExprId, Function, FunctionId, Module, NameId, Span, Write};

/// Reads a module.
///
/// What can't be parsed leaves a module without content, with the parser's complaint.
pub(crate) fn read(path: &str, source: String, is_library: bool) -> Module {
    let begun = Module {
        path: path.to_owned(),
        is_library,
        ..Module::default()
    };
    let read = on_deep_stack(&source, WALK, || read_here(path, &source, begun));
    let mut module = read.unwrap_or_else(|none| Module {
        path: path.to_owned(),
        is_library,
        complaint: Some((none.to_string(), 0)),
        ..Module::default()
    });
    module.source = source;
    module
}

fn read_here(path: &str, source: &str, module: Module) -> Module {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, source, source_type(path)).parse();
    let complaint = parsed.diagnostics.errors().next().map(|error| {
        let offset = error.labels.first().map_or(0, |label| label.offset() as usize);
        (error.message.to_string(), offset)
    });
    let semantic = SemanticBuilder::new()
        .with_build_nodes(true)
        .build(&parsed.program)
        .semantic;
    let mut reader = Reader {
        nodes: semantic.nodes(),
        scoping: semantic.scoping(),
        module: Module { complaint, ..module },
        frames: Vec::new(),
        functions: BTreeMap::new(),
        owners: BTreeMap::new(),
        calls: BTreeMap::new(),
        objects: BTreeMap::new(),
        depth: 0,
    };
    reader.visit_program(&parsed.program);
    reader.module
}

fn source_type(path: &str) -> SourceType {
    if path.ends_with(".ts") {
        SourceType::ts()
    } else {
        SourceType::unambiguous()
    }
}

/// Walks the syntax once and notes what it means.
struct Reader<'s, 'a> {
    nodes: &'s AstNodes<'a>,
    scoping: &'s Scoping,
    module: Module,
    frames: Vec<Frame>,
    functions: BTreeMap<NodeId, FunctionId>,
    /// What `this` is in a function that is a member of an object or a class.
    owners: BTreeMap<NodeId, ExprId>,
    calls: BTreeMap<NodeId, CallId>,
    objects: BTreeMap<NodeId, ExprId>,
    depth: usize,
}

/// A function that is being walked.
struct Frame {
    function: FunctionId,
    this: Option<ExprId>,
}

impl<'a> Reader<'_, 'a> {
    fn add(&mut self, expr: Expr, at: oxc_span::Span) -> ExprId {
        self.module.add(expr, span(at))
    }

    fn within(&self) -> Option<FunctionId> {
        self.frames.last().map(|frame| frame.function)
    }

    /// The number of a function, which it gets when it is first met.
    fn function(&mut self, node: NodeId) -> FunctionId {
        let within = self.within();
        let functions = &mut self.module.functions;
        *self.functions.entry(node).or_insert_with(|| {
            functions.push(Function {
                within,
                returns: Vec::new(),
            });
            FunctionId(functions.len() - 1)
        })
    }

    fn define(&mut self, symbol: Option<SymbolId>, value: ExprId) {
        if let Some(symbol) = symbol {
            let definitions = self.module.names.entry(name_id(symbol)).or_default();
            if definitions.len() < MAX_DEFINITIONS {
                definitions.push(value);
            }
        }
    }

    /// Gives each name of a pattern its part of a value.
    fn bind(&mut self, pattern: &BindingPattern<'a>, value: ExprId) {
        match pattern {
            BindingPattern::BindingIdentifier(name) => self.define(name.symbol_id.get(), value),
            BindingPattern::ObjectPattern(object) => {
                for property in &object.properties {
                    let part = match property.key.static_name() {
                        Some(name) => Expr::Member(value, name.into_owned()),
                        None => Expr::Unknown,
                    };
                    let part = self.add(part, property.span);
                    self.bind(&property.value, part);
                }
                if let Some(rest) = &object.rest {
                    self.bind(&rest.argument, value);
                }
            }
            BindingPattern::ArrayPattern(list) => {
                for (index, element) in list.elements.iter().enumerate() {
                    let Some(element) = element else { continue };
                    let key = self.add(Expr::Number(index as f64), list.span);
                    let part = self.add(Expr::Element(value, key), list.span);
                    self.bind(element, part);
                }
            }
            BindingPattern::AssignmentPattern(assigned) => {
                let default = self.lower(&assigned.right);
                let either = self.add(Expr::Choice(vec![value, default]), assigned.span);
                self.bind(&assigned.left, either);
            }
        }
    }

    fn bind_parameters(&mut self, function: FunctionId, parameters: &FormalParameters<'a>) {
        for (index, parameter) in parameters.items.iter().enumerate() {
            let mut value = self.add(Expr::Parameter(function, index), parameter.span);
            if let Some(default) = &parameter.initializer {
                let default = self.lower(default);
                value = self.add(Expr::Choice(vec![value, default]), parameter.span);
            }
            self.bind(&parameter.pattern, value);
        }
    }

    fn enter(&mut self, node: NodeId, this: Option<ExprId>) {
        let function = self.function(node);
        self.frames.push(Frame { function, this });
    }

    fn this(&self) -> Option<ExprId> {
        self.frames.last().and_then(|frame| frame.this)
    }

    fn returns(&mut self, value: ExprId) {
        let within = self.within();
        if let Some(function) = within.and_then(|id| self.module.functions.get_mut(id.0)) {
            function.returns.push(value);
        }
    }

    fn assign(&mut self, target: &AssignmentTarget<'a>, operator: AssignmentOperator, value: ExprId) {
        match target {
            AssignmentTarget::AssignmentTargetIdentifier(name) => {
                let symbol = name
                    .reference_id
                    .get()
                    .and_then(|id| self.scoping.get_reference(id).symbol_id());
                match symbol {
                    Some(symbol) if operator == AssignmentOperator::Addition => {
                        self.append(symbol, value, name.span);
                    }
                    _ => self.define(symbol, value),
                }
            }
            _ => {
                let Some(member) = target.as_member_expression() else {
                    return;
                };
                if let Some((object, name)) = self.member_parts(member) {
                    self.module.writes.push(Write { object, name, value });
                }
            }
        }
    }

    /// `name += value`: from now on, what the name stood for has the value behind it.
    fn append(&mut self, symbol: SymbolId, value: ExprId, at: oxc_span::Span) {
        let before = self.module.names.remove(&name_id(symbol)).unwrap_or_default();
        let before = self.add(Expr::Choice(before), at);
        let longer = self.add(Expr::Join(vec![before, value]), at);
        self.define(Some(symbol), longer);
    }

    fn export(&mut self, name: impl Into<String>, value: ExprId) {
        self.module.exports.push((name.into(), value));
    }

    fn export_symbol(&mut self, symbol: Option<SymbolId>, name: &str, at: oxc_span::Span) {
        if let Some(symbol) = symbol {
            let value = self.add(Expr::Name(name_id(symbol)), at);
            self.export(name, value);
        }
    }

    fn export_declared(&mut self, declaration: &Declaration<'a>) {
        let at = declaration.span();
        match declaration {
            Declaration::VariableDeclaration(variables) => {
                for variable in &variables.declarations {
                    for name in variable.id.get_binding_identifiers() {
                        self.export_symbol(name.symbol_id.get(), name.name.as_str(), at);
                    }
                }
            }
            _ => {
                if let Some(name) = declaration.id() {
                    self.export_symbol(name.symbol_id.get(), name.name.as_str(), at);
                }
            }
        }
    }

    /// Whether there is room to go deeper; hostile nesting is passed over.
    fn deeper(&mut self, go: impl FnOnce(&mut Self)) {
        if self.depth < MAX_DEPTH {
            self.depth += 1;
            go(self);
            self.depth -= 1;
        }
    }
}

impl<'a> Visit<'a> for Reader<'_, 'a> {
    fn visit_program(&mut self, program: &Program<'a>) {
        walk::walk_program(self, program);
    }

    fn visit_expression(&mut self, expression: &Expression<'a>) {
        self.deeper(|reader| walk::walk_expression(reader, expression));
    }

    fn visit_statement(&mut self, statement: &Statement<'a>) {
        self.deeper(|reader| walk::walk_statement(reader, statement));
    }

    fn visit_variable_declarator(&mut self, declared: &VariableDeclarator<'a>) {
        if let Some(init) = &declared.init {
            let value = self.lower(init);
            self.bind(&declared.id, value);
        }
        walk::walk_variable_declarator(self, declared);
    }

    fn visit_for_of_statement(&mut self, each: &ForOfStatement<'a>) {
        if let ForStatementLeft::VariableDeclaration(declared) = &each.left
            && let Some(variable) = declared.declarations.first()
        {
            let list = self.lower(&each.right);
            let key = self.add(Expr::Unknown, each.span);
            let value = self.add(Expr::Element(list, key), each.span);
            self.bind(&variable.id, value);
        }
        walk::walk_for_of_statement(self, each);
    }

    fn visit_function(&mut self, function: &AstFunction<'a>, flags: ScopeFlags) {
        let node = function.node_id.get();
        let this = self.owners.get(&node).copied();
        let id = self.function(node);
        if let Some(name) = &function.id {
            let value = self.add(Expr::Function(id), function.span);
            self.define(name.symbol_id.get(), value);
        }
        self.enter(node, this);
        self.bind_parameters(id, &function.params);
        walk::walk_function(self, function, flags);
        self.frames.pop();
    }

    fn visit_arrow_function_expression(&mut self, arrow: &ArrowFunctionExpression<'a>) {
        let node = arrow.node_id.get();
        let this = self.this().or_else(|| self.owners.get(&node).copied());
        self.enter(node, this);
        let id = self.function(node);
        self.bind_parameters(id, &arrow.params);
        if let Some(value) = arrow.body.as_expression() {
            let value = self.lower(value);
            self.returns(value);
        }
        walk::walk_arrow_function_expression(self, arrow);
        self.frames.pop();
    }

    fn visit_return_statement(&mut self, returned: &ReturnStatement<'a>) {
        if let Some(value) = &returned.argument {
            let value = self.lower(value);
            self.returns(value);
        }
        walk::walk_return_statement(self, returned);
    }

    fn visit_class(&mut self, class: &Class<'a>) {
        let value = self.lower_class(class);
        if let Some(name) = &class.id {
            self.define(name.symbol_id.get(), value);
        }
        walk::walk_class(self, class);
    }

    fn visit_object_expression(&mut self, object: &ObjectExpression<'a>) {
        self.lower_object(object);
        walk::walk_object_expression(self, object);
    }

    fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
        self.lower_call(call);
        walk::walk_call_expression(self, call);
    }

    fn visit_new_expression(&mut self, new: &NewExpression<'a>) {
        // The arguments of a constructor reach its parameters as those of a call do.
        self.lower_construction(new);
        walk::walk_new_expression(self, new);
    }

    fn visit_assignment_expression(&mut self, assignment: &AssignmentExpression<'a>) {
        let value = self.lower(&assignment.right);
        self.assign(&assignment.left, assignment.operator, value);
        walk::walk_assignment_expression(self, assignment);
    }

    fn visit_ts_enum_declaration(&mut self, declared: &TSEnumDeclaration<'a>) {
        let value = self.lower_enum(declared);
        self.define(declared.id.symbol_id.get(), value);
    }

    fn visit_import_declaration(&mut self, import: &ImportDeclaration<'a>) {
        let from = import.source.value.as_str();
        for specifier in import.specifiers.iter().flatten() {
            let (local, what) = match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(one) => (
                    &one.local,
                    Expr::Import(from.to_owned(), exported_name(&one.imported)),
                ),
                ImportDeclarationSpecifier::ImportDefaultSpecifier(one) => {
                    (&one.local, Expr::Import(from.to_owned(), "default".to_owned()))
                }
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(one) => {
                    (&one.local, Expr::Module(from.to_owned()))
                }
            };
            let value = self.add(what, local.span);
            self.define(local.symbol_id.get(), value);
        }
    }

    fn visit_export_declaration(&mut self, export: &ExportDeclaration<'a>) {
        self.export_declared(&export.declaration);
        walk::walk_export_declaration(self, export);
    }

    fn visit_export_named_declaration(&mut self, export: &ExportNamedDeclaration<'a>) {
        for specifier in &export.specifiers {
            let ModuleExportName::IdentifierReference(local) = &specifier.local else {
                continue;
            };
            let value = self.lower_name(local);
            self.export(exported_name(&specifier.exported), value);
        }
    }

    fn visit_export_from_declaration(&mut self, export: &ExportFromDeclaration<'a>) {
        let from = export.source.value.as_str();
        for specifier in &export.specifiers {
            let what = Expr::Import(from.to_owned(), exported_name(&specifier.local));
            let value = self.add(what, specifier.span);
            self.export(exported_name(&specifier.exported), value);
        }
    }

    fn visit_export_all_declaration(&mut self, export: &ExportAllDeclaration<'a>) {
        let from = export.source.value.as_str();
        match &export.exported {
            Some(name) => {
                let value = self.add(Expr::Module(from.to_owned()), export.span);
                self.export(exported_name(name), value);
            }
            None => self.module.passed_on.push(from.to_owned()),
        }
    }

    fn visit_export_default_declaration(&mut self, export: &ExportDefaultDeclaration<'a>) {
        let value = match &export.declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(function) => {
                let id = self.function(function.node_id.get());
                self.add(Expr::Function(id), function.span)
            }
            ExportDefaultDeclarationKind::ClassDeclaration(class) => self.lower_class(class),
            other => match other.as_expression() {
                Some(expression) => self.lower(expression),
                None => return,
            },
        };
        self.export("default", value);
        walk::walk_export_default_declaration(self, export);
    }

    fn visit_binary_expression(&mut self, binary: &BinaryExpression<'a>) {
        self.link_sum(binary);
        walk::walk_binary_expression(self, binary);
    }

    fn visit_template_literal(&mut self, template: &TemplateLiteral<'a>) {
        self.link_template(template);
        walk::walk_template_literal(self, template);
    }

    fn visit_string_literal(&mut self, literal: &StringLiteral<'a>) {
        self.suspect(literal.node_id.get(), &literal.value, literal.span);
        self.link_literal(literal);
    }

    fn visit_template_element(&mut self, element: &TemplateElement<'a>) {
        let text = element.value.cooked.as_ref().unwrap_or(&element.value.raw);
        self.suspect(element.node_id.get(), text, element.span);
    }
}

/// The node around another one that means something: brackets and type annotations don't.
fn parent_of<'a>(nodes: &AstNodes<'a>, node: NodeId) -> (NodeId, AstKind<'a>) {
    let mut node = nodes.parent_id(node);
    loop {
        match nodes.kind(node) {
            AstKind::ParenthesizedExpression(_)
            | AstKind::ChainExpression(_)
            | AstKind::TSAsExpression(_)
            | AstKind::TSNonNullExpression(_)
            | AstKind::TSSatisfiesExpression(_)
            | AstKind::TSTypeAssertion(_) => node = nodes.parent_id(node),
            kind => return (node, kind),
        }
    }
}

fn exported_name(name: &ModuleExportName<'_>) -> String {
    name.name().as_str().to_owned()
}

fn name_id(symbol: SymbolId) -> NameId {
    NameId(symbol.index())
}

fn span(at: oxc_span::Span) -> Span {
    at.start as usize..at.end as usize
}

/// How deep expressions and statements may be nested before the rest is passed over.
const MAX_DEPTH: usize = 400;
/// What the walk to that depth takes on the stack, with room: some 10 KB a level without optimisation.
const WALK: usize = 32 << 20;
/// How many values of a name are followed.
const MAX_DEFINITIONS: usize = 16;
